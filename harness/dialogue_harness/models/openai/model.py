"""The model behind any server that speaks OpenAI's chat-completions protocol, through the ``openai`` package.

The package's own ``post`` is used, with its authentication, timeouts and transport, and not its everyday
``chat.completions.create``, which walks every message of the history through type transformations on each call: with
100 messages that is twenty times the CPU of all the rest. What goes over the wire is the same.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import msgspec

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import ConfigurationError, RequestRejected, ScenarioError
from dialogue_harness.models.key_command import key_from
from dialogue_harness.models.openai import errors as failures
from dialogue_harness.models.openai.clients import Clients, shared
from dialogue_harness.models.openai.errors import ServedModel
from dialogue_harness.models.openai.library import http_library, request_failures
from dialogue_harness.models.openai.reply import Collector, broken, whole
from dialogue_harness.secrets import remember

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openai import AsyncOpenAI, AsyncStream

    from dialogue_harness.errors import ModelError
    from dialogue_harness.models.protocol import Context, OnDelta, Reply

#: Where the ``openai`` package sends requests by default.
DEFAULT_URL: Final = "https://api.openai.com/v1"

#: Sent where there is no key: servers that need none ignore it, but the package insists on one.
_NO_KEY: Final = "none"

#: What a speaker's ``extra`` must not replace.
_GOVERNED: Final = ("messages", "stream")

_PATH: Final = "/chat/completions"
_ENCODER: Final = msgspec.json.Encoder()
_END: Final = object()


class OpenAIModel:
    """A model at an OpenAI-compatible server.

    One instance serves any number of dialogues at once, in any number of event loops. It does not retry: the turn loop
    does, and counts the attempts.

    Args:
        model_id: the name by which the server knows the model.
        base_url: where the server is, such as ``http://127.0.0.1:8000/v1``; by default what ``OPENAI_BASE_URL`` says,
            or :data:`DEFAULT_URL`.
        key_env: name of the environment variable that holds the key, which is read once, here; ``None`` to send no
            key. Without a key, a server other than OpenAI's is sent a placeholder.
        key_command: command whose first line of output is the key, run here, in place of ``key_env``.
        timeout: seconds within which a whole reply must arrive, more than 0.
        connect_timeout: seconds within which a connection must be made, more than 0.

    Raises:
        KeyRejected: the server is OpenAI's and there is no key, what there is cannot be one, or the command failed.
        ConfigurationError: the base URL is not an ``http`` or ``https`` address.

    """

    def __init__(
        self,
        model_id: str,
        *,
        base_url: str | None = None,
        key_env: str | None = "OPENAI_API_KEY",
        key_command: str | None = None,
        timeout: float = 600.0,
        connect_timeout: float = 10.0,
    ) -> None:
        url = _checked(base_url or os.environ.get("OPENAI_BASE_URL") or DEFAULT_URL)
        key = key_from(key_command) if key_command else os.environ.get(key_env or "", "").strip() or None
        self._server = ServedModel(model_id, url, key_env, key, key_command)
        if key is not None:
            remember(self._server.key_place, key)
        if key is None and _is_openai(url):
            raise failures.key_missing(self._server)
        if key is not None and not (key.isascii() and key.isprintable()):
            raise failures.key_malformed(self._server)
        # With the whole address the package need not join two URLs on each call.
        self._address = _PATH if {"?", "#"} & set(url) else url.rstrip("/") + _PATH
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Clients] = WeakKeyDictionary()

    def __repr__(self) -> str:
        """Describe the model in one short line, without its key."""
        return f"<OpenAIModel {self._server.name}>"

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context with one request; see :class:`dialogue_harness.models.protocol.Model`.

        Args:
            context: what the speaker knows. Where its speaker has a ``seed``, sample *n* is asked for with
                ``seed + n - 1``, so that each sample is a draw of its own.
            on_delta: called with each piece as it arrives; the reply is then streamed.

        Raises:
            KeyRejected, RequestRejected, ServerBusy, ServerUnreachable, ReplyUnusable: see
            :mod:`dialogue_harness.errors`.
            ScenarioError: the speaker's ``extra`` holds ``messages`` or ``stream``.

        """
        body = request_body(self._server.model, context, stream=on_delta is not None)
        try:
            async with self._opened().one() as client, asyncio.timeout(self._timeout):
                return await (self._whole(client, body) if on_delta is None else self._stream(client, body, on_delta))
        except TimeoutError:
            raise failures.timed_out(self._server, self._timeout) from None
        except RequestRejected as error:
            raise await self._with_nearest(error) from None

    async def aclose(self) -> None:
        """Close the connections that belong to the running event loop."""
        clients = self._clients.pop(asyncio.get_running_loop(), None)
        if clients is not None:
            await clients.aclose()

    async def _whole(self, client: AsyncOpenAI, body: bytes) -> Reply:
        try:
            response = await client.post(self._address, content=body, cast_to=http_library().Response)
        except request_failures() as error:
            raise self._error(error) from None
        return whole(self._server, response.content, response.headers)

    async def _stream(self, client: AsyncOpenAI, body: bytes, on_delta: OnDelta) -> Reply:
        from openai import AsyncStream  # noqa: PLC0415 -- half a second that only live runs may pay

        try:
            stream = await client.post(
                self._address, content=body, cast_to=object, stream=True, stream_cls=AsyncStream[object]
            )
        except request_failures() as error:
            raise self._error(error) from None
        collector = Collector(self._server)
        async with stream:
            while (chunk := await self._next(stream, collector)) is not _END:
                for delta in collector.add(chunk, stream.response.headers):
                    on_delta(delta)
        return collector.reply(stream.response.headers)

    async def _next(self, stream: AsyncStream[object], collector: Collector) -> object:
        """Return the next decoded chunk. A stream that breaks after the reply is whole has lost its usage only."""
        try:
            return await anext(stream, _END)
        except request_failures(ValueError) as error:
            if collector.is_whole:
                return _END
            raise self._error(error, stream.response.headers, collector.characters) from None

    def _error(
        self, error: Exception, headers: Mapping[str, str] | None = None, characters: int | None = None
    ) -> ModelError:
        """Return our error for one of the package's; of a stream, with its headers and the characters received."""
        import openai  # noqa: PLC0415 -- half a second that only live runs may pay

        if isinstance(error, openai.APIStatusError):
            return failures.refused(self._server, error.status_code, error.response.headers, error.response.content)
        if isinstance(error, ValueError):
            return broken(self._server, getattr(error, "doc", ""), error, headers or {})
        if isinstance(error, openai.APIError) and not isinstance(error, openai.APIConnectionError):
            return failures.reported(self._server, error.body or error.message, headers or {})
        cause = error.__cause__ if isinstance(error, openai.APIError) else error
        if characters is not None:
            return failures.broke_off(self._server, characters, cause)
        return failures.unreachable(self._server, cause)

    async def _with_nearest(self, error: RequestRejected) -> RequestRejected:
        """Add to the error of an unknown model which models the server knows, where it says so."""
        if not failures.is_unknown_model(error):
            return error
        served = await self._names()
        near = difflib.get_close_matches(self._server.model, served, n=1)
        if served:
            fact = ("nearest", near[0]) if near else ("served", ", ".join(served[:5]))
            error.facts = (*error.facts, (fact[0], self._server.quote(fact[1])))
        return error

    async def _names(self) -> list[str]:
        try:
            async with self._opened().one() as client, asyncio.timeout(self._connect_timeout):
                response = await client.get("/models", cast_to=http_library().Response)
            return [str(entry["id"]) for entry in json.loads(response.content)["data"]]
        except Exception:  # noqa: BLE001 -- whatever it is, the error that is being reported matters more
            return []

    def _opened(self) -> Clients:
        """Return the running event loop's clients, since loops cannot share connections."""
        loop = asyncio.get_running_loop()
        clients = self._clients.get(loop)
        if clients is None:
            clients = self._clients[loop] = shared(
                self._server.key or _NO_KEY, self._server.base_url, self._timeout, self._connect_timeout
            )
        return clients


def request_body(model_id: str, context: Context, *, stream: bool) -> bytes:
    """Return the request as JSON, its messages last, so that it begins as the one before it: servers cache prefixes.

    Raises:
        ScenarioError: the speaker's ``extra`` holds ``messages`` or ``stream``.

    """
    speaker = context.speaker
    for name in _GOVERNED:
        if name in speaker.extra:
            msg = f"Speaker.extra must not hold {name!r}, which the harness sets"
            raise ScenarioError(msg, facts=[("got", shorten(repr(speaker.extra[name])))])
    fields = {
        "model": model_id,
        "temperature": speaker.temperature,
        "top_p": speaker.top_p,
        "max_tokens": speaker.max_tokens,
        "seed": None if speaker.seed is None else speaker.seed + context.sample - 1,
        "stop": speaker.stop or None,
        "stream": True if stream else None,
        "stream_options": {"include_usage": True} if stream else None,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return _ENCODER.encode({**given, **speaker.extra, "messages": context.messages})
    except UnicodeEncodeError:  # one holds a lone surrogate; the others keep their bytes
        messages = b",".join(map(_json, context.messages))
        return _json({**given, **speaker.extra})[:-1] + b',"messages":[' + messages + b"]}"


def _json(value: object) -> bytes:
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:  # a lone surrogate can only be sent as an escape
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_one = urlsplit(""), False
    if parts.scheme in {"http", "https"} and parts.hostname and port_is_one and url.isprintable() and " " not in url:
        return url
    msg = "the base URL of a server must be an http:// or https:// address"
    shown = shorten(ascii(url.rpartition("@")[2].partition("?")[0]), 80)
    raise ConfigurationError(
        msg, facts=[("got", shown)], fix="export OPENAI_BASE_URL=http://127.0.0.1:8000/v1 with your server's address"
    )


def _is_openai(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
