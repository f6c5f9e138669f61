"""What a server records of a request, and how it fails; see :mod:`dialogue_harness.testing`."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["status", "reset", "stall", "broken_json", "cut", "hang", "end_early", "error"]


@dataclass(frozen=True)
class Request:
    """A request as the server received it.

    Attributes:
        method: such as ``POST``.
        path: with its query, such as ``/v1/chat/completions``.
        headers: names in lower case.
        body: the bytes on the wire.
        call: which chat completion this is, from 0 in the order of arrival; ``None`` of other requests.
        attempt: how many times a call with the same body has arrived, including this one.

    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    call: int | None = None
    attempt: int = 1

    @cached_property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Fault:
    """How the server fails one call.

    Attributes:
        kind: ``"status"`` is an HTTP error with ``status``, ``body`` and ``headers``. ``"reset"`` resets the connection
            before any answer; ``"stall"`` never answers. ``"broken_json"`` sends a complete body (in a stream: an
            event) that is not JSON; ``"error"`` an error object with status 200. ``"cut"`` closes the connection in
            the middle of the body; ``"hang"`` stops there, and leaves it open. ``"end_early"`` ends a stream properly
            without its last events.
        status: the HTTP status.
        body: the body of an HTTP error, or the object of ``"error"``.
        headers: further headers of an HTTP error.
        after: how many events of a stream are sent before it fails.

    """

    kind: Kind
    status: int = 500
    body: str | bytes | dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: int = 2

    @classmethod
    def http(cls, status: int, message: str | None = None, *, code: str | None = None, **headers: str) -> Self:
        """Return an HTTP error as servers write it; ``retry_after="2"`` becomes the header ``retry-after``."""
        body = error_body(message or f"This is error {status}.", code=code)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls("status", status=status, body=body, headers=named)


class RandomFaults:
    """Faults drawn at given rates, the same for the same request and attempt in every run.

    Args:
        rates: probability by HTTP status or :attr:`Fault.kind`, in sum at most 1: ``{429: 0.1, "reset": 0.03}``.
        seed: another one gives another draw.

    """

    def __init__(self, rates: Mapping[int | str, float], *, seed: int = 0) -> None:
        self._rates = [(rate, _fault(what)) for what, rate in rates.items()]
        self._seed = seed

    def __call__(self, request: Request) -> Fault | None:
        """Return the fault of this request, or ``None``."""
        point = random.Random(b"%d/%d/" % (self._seed, request.attempt) + request.body).random()
        for rate, fault in self._rates:
            point -= rate
            if point < 0:
                return fault
        return None


def _fault(what: int | str) -> Fault:
    if isinstance(what, int):
        return Fault.http(what)
    for kind in get_args(Kind):
        if kind == what:
            return Fault(kind)
    msg = f"unknown fault {what!r}: give an HTTP status or one of {', '.join(get_args(Kind))}"
    raise ValueError(msg)


def error_body(message: str, *, code: str | None = None, kind: str | None = None) -> dict[str, Any]:
    """Return the body of an error as OpenAI-compatible servers send it."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
