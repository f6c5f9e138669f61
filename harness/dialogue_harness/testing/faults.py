"""What a `ProtocolServer` records of a request, and how a call to it can fail; use them from `protocol_server`."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How a call can fail:
#: ``status``       an HTTP error with ``body`` and ``headers``
#: ``reset``        the connection is reset before anything is answered
#: ``stall``        nothing is answered, and the connection stays open
#: ``broken_json``  a complete body (a stream: one event) that is no JSON
#: ``cut``          the connection is closed in the middle of the body, in a stream after ``after`` events
#: ``hang``         nothing more comes in the middle of the body, in a stream after ``after`` events, and the connection
#:                  stays open
#: ``end_early``    a stream ends in good order after ``after`` events, without its last ones
#: ``error``        status 200 with an error object in place of a completion; in a stream after ``after`` events
Kind = Literal["status", "reset", "stall", "broken_json", "cut", "hang", "end_early", "error"]


@dataclass(frozen=True)
class Request:
    """One request as it arrived.

    Attributes:
        method: such as ``POST``.
        path: with its query, such as ``/v1/chat/completions``.
        headers: names in lower case.
        body: the bytes on the wire.
        call: which chat completion this is, from 0 in the order of arrival; ``None`` of other requests.
        attempt: how often a call with these very bytes has arrived by now, from 1.

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
    """One way in which a call fails; see :data:`Kind`."""

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
        rates: probability by HTTP status or by :data:`Kind`, in sum at most 1, such as ``{429: 0.1, "reset": 0.03}``.
        seed: another one gives another draw.

    """

    def __init__(self, rates: Mapping[int | str, float], *, seed: int = 0) -> None:
        self._rates = [(rate, _fault(what)) for what, rate in rates.items()]
        self._seed = seed

    def __call__(self, request: Request) -> Fault | None:
        """Return what befalls this request, ``None`` for most."""
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
    msg = f"no fault is called {what!r}; there are {', '.join(get_args(Kind))} and HTTP statuses"
    raise ValueError(msg)


def error_body(message: str, *, code: str | None = None, kind: str | None = None) -> dict[str, Any]:
    """Return the body of an error as OpenAI-compatible servers send it."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
