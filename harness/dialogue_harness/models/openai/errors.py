"""Errors of an OpenAI-compatible server, translated into those of this package."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import (
    ContextTooLong,
    KeyRejected,
    ModelError,
    ReplyUnusable,
    RequestRejected,
    ServerBusy,
    ServerUnreachable,
)
from dialogue_harness.models.key_command import shown
from dialogue_harness.models.openai.rates import hold, retry_after
from dialogue_harness.secrets import MARK, scrub

_TOO_LONG = re.compile(
    r"context[ _-]?(length|window|size)|maximum context|prompt is too long|too many (input |prompt )?tokens",
    re.IGNORECASE,
)
_NO_SUCH_MODEL = re.compile(
    r"\bmodel\b.*?\b(not found|not exist|no such|not (a )?valid|unknown)|\b(unknown|invalid|no such) model\b",
    re.IGNORECASE | re.DOTALL,
)
#: Codes of an error that are HTTP statuses.
_ERROR_CODES = frozenset(str(status) for status in range(400, 600))
#: Statuses of overloaded servers; some send 529 for 503.
_OVERLOADED = frozenset({429, 503, 529})
#: What LiteLLM answers (with 400) to a key that is not its master key, where it has no database to look others up in.
_NO_SUCH_KEY: Final = "no_db_connection"
#: The message of a spent quota, for proxies that pass on no code.
_QUOTA: Final = "exceeded your current quota"
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)

#: Shorter secrets are not removed from what servers say, since that would garble it.
_SHORTEST_SECRET: Final = 4


@dataclass(frozen=True)
class ServedModel:
    """A model at a server, as errors name it.

    Attributes:
        model: the model's name, as the server knows it.
        base_url: may hold a password or a query, which no error shows.
        key_env: the environment variable that holds the key, or ``None``.
        key: the key itself, or ``None``.
        key_command: the command that prints the key, or ``None``.

    """

    model: str
    base_url: str = field(repr=False)
    key_env: str | None
    key: str | None = field(default=None, repr=False)
    key_command: str | None = None

    @property
    def shown(self) -> str:
        """The base URL without credentials, query and fragment."""
        parts = urlsplit(self.base_url)
        return shorten(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", "")), 200)

    @property
    def name(self) -> str:
        """Model and server, as headlines begin."""
        return f"{shorten(self.model, 80)} at {self.shown}"

    @property
    def key_place(self) -> str:
        """Where the key comes from, in a few words."""
        return f"the output of {shown(self.key_command)}" if self.key_command else str(self.key_env)

    def key_fix(self, what: str) -> str:
        """Return how to give another key, ``what`` saying which."""
        if self.key_command:
            return f"let {shown(self.key_command)} print {what}"
        return f"export {self.key_env}=… with {what}"

    def quote(self, words: object, width: int = 300) -> str:
        """Return what a server said, without secrets, on one line, safe to print."""
        text = str(words)
        for secret in self._secrets():
            text = text.replace(secret, MARK)
        return shorten(scrub(text), width)

    def _secrets(self) -> list[str]:
        parts = urlsplit(self.base_url)
        values = [self.key, parts.password, *(value for _, value in parse_qsl(parts.query))]
        return sorted({value for value in values if value and len(value) >= _SHORTEST_SECRET}, key=len, reverse=True)


def key_missing(server: ServedModel) -> KeyRejected:
    """Return the error of a server that needs a key where there is none."""
    if server.key_env is None:
        fix = "add key=VARIABLE to the server's line in harness_endpoints, and export that variable"
        return KeyRejected(f"{server.name}: a key is needed, and none is named for this server", fix=fix)
    return KeyRejected(
        f"{server.name}: a key is needed, and {server.key_env} is not set",
        fix=f"export {server.key_env}=…",
    )


def key_malformed(server: ServedModel) -> KeyRejected:
    """Return the error of a key that no HTTP header can carry."""
    return KeyRejected(
        f"{server.name}: the key in {server.key_place} holds a character that a key cannot have",
        facts=[("got", "a key with line breaks, control characters or letters outside ASCII")],
        fix=server.key_fix("the key alone, without quotes or line breaks"),
    )


def unreachable(server: ServedModel, cause: BaseException | None) -> ServerUnreachable:
    """Return the error of a connection that could not be made or was lost."""
    what = _NO_CONNECTION.get(type(cause).__name__, "the connection was lost before the reply was complete")
    return ServerUnreachable(
        f"{server.name}: {what}",
        facts=[_url(server), ("cause", server.quote(_root(cause)))],
        fix=_check(server),
    )


_NO_CONNECTION: Final = {
    "ConnectError": "no connection",
    "ConnectTimeout": "no connection in time",
    "PoolTimeout": "no connection in time",
    "UnsupportedProtocol": "no connection",
    "ProxyError": "no connection through the proxy",
}


def timed_out(server: ServedModel, seconds: float) -> ServerUnreachable:
    """Return the error of a reply that was not complete in time."""
    return ServerUnreachable(
        f"{server.name}: no complete reply within {seconds:g} s",
        facts=[_url(server)],
        fix=f"{_check(server)}; or ask for shorter replies with Speaker(max_tokens=…)",
    )


def broke_off(server: ServedModel, characters: int, cause: BaseException | None = None) -> ServerUnreachable:
    """Return the error of a stream that ended before the reply was complete."""
    facts = [_url(server)] + ([("cause", server.quote(_root(cause)))] if cause else [])
    return ServerUnreachable(
        f"{server.name}: the stream broke off after {characters} characters", facts=facts, fix=_check(server)
    )


def refused(server: ServedModel, status: int, headers: Mapping[str, str], body: bytes) -> ModelError:
    """Return the error of an unsuccessful HTTP status."""
    words, code = _words(body)
    facts = [_url(server), ("status", _phrase(status)), *_said(server, words), *_request_id(server, headers)]
    return _by_status(server, status, words, code, facts, _asked(headers))


def reported(server: ServedModel, error: object, headers: Mapping[str, str]) -> ModelError:
    """Return the error that a server reported with the status of a success."""
    words, code = _words_of(error)
    facts = [*_said(server, words), *_request_id(server, headers)]
    if code in _ERROR_CODES:
        return _by_status(server, int(code), words, code, [_url(server), *facts], _asked(headers))
    return unusable(server, "the server reported an error in place of a reply", facts=facts, transient=True)


def unusable(
    server: ServedModel,
    why: str,
    *,
    facts: list[tuple[str, str]] | None = None,
    fix: str | None = None,
    transient: bool = False,
) -> ReplyUnusable:
    """Return the error of a response that holds no message; by default its fix says how to look at the server."""
    error = ReplyUnusable(
        f"{server.name}: {why}",
        facts=[_url(server), *(facts or [])],
        fix=fix or f"look at the server's log; {_try(server)} lists the models that it serves",
    )
    error.transient = transient
    return error


def is_unknown_model(error: ModelError) -> bool:
    """Whether a server said that it does not know the model."""
    return isinstance(error, RequestRejected) and error.headline.endswith(_UNKNOWN_MODEL)


_UNKNOWN_MODEL: Final = "the server does not know this model"


def _by_status(
    server: ServedModel, status: int, words: str, code: str, facts: list[tuple[str, str]], after: float | None
) -> ModelError:
    if status in {401, 403} or code == _NO_SUCH_KEY:
        return _key_rejected(server, facts)
    if status in {408, 409, 429} or status >= 500:
        return _busy(server, status, facts, after, spent=code == "insufficient_quota" or _QUOTA in words)
    return _rejected(server, status, words, code, facts)


def _key_rejected(server: ServedModel, facts: list[tuple[str, str]]) -> KeyRejected:
    if server.key is None:
        error = key_missing(server)
        return KeyRejected(error.headline, facts=facts, fix=error.fix)
    return KeyRejected(
        f"{server.name}: the key in {server.key_place} is not accepted",
        facts=facts,
        fix=server.key_fix(f"a key that {server.shown} accepts for this model"),
    )


def _busy(
    server: ServedModel, status: int, facts: list[tuple[str, str]], after: float | None, *, spent: bool
) -> ServerBusy:
    limited = "the account's quota is spent" if spent else "rate limited"
    failing = "the server is failing" if status >= 500 else "the server is busy"
    wait = [("asks to wait", f"{after:g} s")] if after is not None else []
    error = ServerBusy(
        f"{server.name}: {limited if status == 429 else failing} ({status})",
        facts=facts + wait,
        fix="raise the account's limit" if spent else "wait a while",
    )
    error.retry_after = after
    error.transient = not spent
    error.overloaded = status in _OVERLOADED and not spent
    return error


def _rejected(server: ServedModel, status: int, words: str, code: str, facts: list[tuple[str, str]]) -> RequestRejected:
    if "context_length" in code or _TOO_LONG.search(words):
        fix = "send less of what was said: Scenario(history=History(tokens=…)) with a number below the model's context"
        return ContextTooLong(f"{server.name}: the messages are longer than the model's context", facts=facts, fix=fix)
    if status in {400, 404} and ("model_not_found" in code or _NO_SUCH_MODEL.search(words)):
        why, fix = _UNKNOWN_MODEL, f"name a model that it serves; {_try(server)} lists them"
    elif status == 404:
        why, fix = "nothing answers at this address", _address(server)
    else:
        why, fix = (
            f"the server rejected the request ({status})",
            "change what it names, in the Speaker or in its `extra`",
        )
    return RequestRejected(f"{server.name}: {why}", facts=facts, fix=fix)


def _asked(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait before a retry: as the server asks, else until its rate limit is renewed."""
    seconds = retry_after(headers)
    return hold(headers) if seconds is None else seconds


def _address(server: ServedModel) -> str:
    if server.shown.endswith("/v1"):
        return f"{_try(server)}; the base URL is the address before /chat/completions"
    return f"try the base URL {server.shown}/v1"


def _words(body: bytes) -> tuple[str, str]:
    """Return what the body of an error says, and its code or an empty string."""
    try:
        return _words_of(json.loads(body))
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    title = _TITLE.search(text)
    return (title[1] if title else next((line for line in text.splitlines() if line.strip()), "")), ""


def _words_of(value: object) -> tuple[str, str]:
    found = value.get("error") or value if isinstance(value, Mapping) else value
    if not isinstance(found, Mapping):
        return found if isinstance(found, str) else json.dumps(found), ""
    words: Any = found.get("message") or found.get("detail") or found
    code = found.get("code") if found.get("type") != _NO_SUCH_KEY else _NO_SUCH_KEY
    return words if isinstance(words, str) else json.dumps(words), str("" if code is None else code)


def _said(server: ServedModel, words: str) -> list[tuple[str, str]]:
    return [("server says", server.quote(words))] if words.strip() else []


def _request_id(server: ServedModel, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    name = headers.get("x-request-id")
    return [("request id", server.quote(name, 80))] if name else []


def _url(server: ServedModel) -> tuple[str, str]:
    return "url", f"{server.shown}/chat/completions"


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # a status that no standard names, such as 529
        return str(status)


def _try(server: ServedModel) -> str:
    return f"`curl {server.shown}/models`"


def _check(server: ServedModel) -> str:
    return f"check that the server is running: {_try(server)}"


def _root(cause: BaseException | None) -> str:
    """Return the words of the innermost exception that has any: the operating system's, where it is one."""
    words = ""
    while cause is not None:
        words = str(cause) or words or type(cause).__name__
        cause = cause.__cause__ or cause.__context__  # the HTTP library suppresses the context that says most
    return words
