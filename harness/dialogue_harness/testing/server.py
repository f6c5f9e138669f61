"""The server itself; see :mod:`dialogue_harness.testing`."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import http.client
import json
import re
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from dialogue_harness.testing.faults import Fault, RandomFaults, Request, error_body

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Fault", "ProtocolServer", "RandomFaults", "Request", "protocol_server_process", "say"]

#: A text, or fields of the message and of the completion; see :class:`ProtocolServer`.
Answer = str | dict[str, Any]

_OF_COMPLETION = ("choices", "model", "usage", "id")
_WORDS = (  # noqa: SIM905 -- sixty quoted words would be no easier to read
    "amber anchor basin beacon birch bridge canyon cedar cinder copper coral crane delta ember falcon fern fjord "
    "flint garnet glacier granite grove harbor hazel heron indigo island ivory jasper juniper kelp lagoon lantern "
    "lichen linen maple marble meadow meteor mosaic nectar oak orchid otter pebble pine plateau prairie quartz raven "
    "reef ridge saffron sage sierra slate spruce summit thistle timber topaz tundra violet walnut willow"
).split()


class ProtocolServer:
    """A server in a thread of its own, from ``with`` or :meth:`start` to :meth:`stop`.

    Args:
        answer: a function of the parsed request and the number of the call (from 0) that returns the text of the
            reply, or a dict with fields of the message (``content``, ``reasoning``, ``refusal``, ``tool_calls``, …) and
            of the completion (``finish_reason``, ``usage``, ``model``, ``choices``, ``id``), which replace the usual
            ones. By default :func:`say`.
        models: the names that ``/v1/models`` lists; calls of other models are answered with 404. By default, every
            name is served.
        latency: seconds from the request to the first byte of the reply, or a function of the request.
        faults: a :class:`Fault` or ``None`` for each call in order, a dict by number of the call (from 0), or a
            function of the request, such as :class:`RandomFaults`.
        strict: whether roles must alternate as Gemma's and Mistral's chat templates demand: an optional system
            prompt, then user and assistant in turns, the user first.
        key: the API key that requests need; by default they need none.
        comments: whether streams carry keep-alive comments.
        piece: size of a stream's HTTP chunks in bytes, which may cut characters and lines; by default each event is
            a chunk.
        gather: answer no call before this number of calls has arrived.
        port: 0 for a free one, which is kept from :meth:`stop` to the next :meth:`start`.

    Example::

        with ProtocolServer(lambda request, call: f"Reply {call}.", latency=0.05) as server:
            client = openai.OpenAI(base_url=server.url, api_key="none")

    """

    def __init__(
        self,
        answer: Callable[[Any, int], Answer] | None = None,
        *,
        models: Sequence[str] = (),
        latency: float | Callable[[Request], float] = 0.0,
        faults: Sequence[Fault | None] | Mapping[int, Fault] | Callable[[Request], Fault | None] = (),
        strict: bool = False,
        key: str | None = None,
        comments: bool = False,
        piece: int | None = None,
        gather: int = 0,
        port: int = 0,
    ) -> None:
        self.answer = answer or (lambda request, _: say(request))
        self.models = tuple(models)
        self.latency = latency
        self.faults = faults
        self.strict = strict
        self.key = key
        self.comments = comments
        self.piece = piece
        self.gather = gather
        self.port = port
        self._requests: list[Request] = []
        self._calls = 0
        self._connections = 0
        self._attempts: Counter[bytes] = Counter()
        self._arrived = threading.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stopped: asyncio.Event
        self._gathered: asyncio.Event

    @property
    def url(self) -> str:
        """The base URL for clients, such as ``http://127.0.0.1:54321/v1``."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, in the order of arrival."""
        return tuple(self._requests)

    @property
    def calls(self) -> int:
        """How many chat completions were requested so far, including failed ones."""
        return self._calls

    @property
    def connections(self) -> int:
        """How many connections were accepted so far."""
        return self._connections

    def wait_for_calls(self, count: int, timeout: float = 30.0) -> None:
        """Wait until ``count`` calls have arrived.

        Raises:
            TimeoutError: fewer arrived within ``timeout`` seconds.

        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: self._calls >= count, timeout):
                msg = f"{self._calls} of {count} calls after {timeout} s"
                raise TimeoutError(msg)

    def release(self) -> None:
        """Answer the calls that ``gather`` holds back, and all later ones at once."""
        self.gather = 0
        self._loop.call_soon_threadsafe(self._gathered.set)

    def start(self) -> None:
        """Serve from now on, on the same port as before."""
        listening = _listen(self.port)
        self.port = listening.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listening, ready)), daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Close every connection and the port. What was recorded is kept."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()

    async def _serve(self, listening: socket.socket, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._gathered = asyncio.Event()
        server = await asyncio.start_server(self._connected, sock=listening, limit=2**20)
        ready.set()
        await self._stopped.wait()
        server.close()
        for task in (tasks := tuple(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        self._tasks.add(task := asyncio.ensure_future(self._connection(reader, writer)))
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await self._receive(reader)) and await self._respond(request, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has gone
        except asyncio.CancelledError:
            writer.transport.abort()  # stopped as a crash would: what was not sent yet is lost
            raise
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _receive(self, reader: asyncio.StreamReader) -> Request | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None  # closed between requests, as it should be
        first, *lines = head[:-4].decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return self._record(method, path, headers, body)

    def _record(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Request:
        request = Request(method, path, headers, body)
        with self._arrived:
            if (method, path.partition("?")[0]) == ("POST", "/v1/chat/completions"):
                digest = hashlib.blake2b(body, digest_size=16).digest()
                self._attempts[digest] += 1
                request = Request(method, path, headers, body, self._calls, self._attempts[digest])
                self._calls += 1
                self._arrived.notify_all()
            self._requests.append(request)
        return request

    async def _respond(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer, and return whether the connection can be used again."""
        if request.call is None:
            return _send(writer, *self._other(request))
        if (refusal := self._refusal(request)) is not None:
            return _send(writer, *refusal)
        if self._calls >= self.gather:
            self._gathered.set()
        await self._gathered.wait()
        wait = self.latency(request) if callable(self.latency) else self.latency
        if wait:
            await asyncio.sleep(wait)
        fault = self._fault(request)
        if fault is not None and fault.kind in {"status", "reset", "stall"}:
            return await _fail(fault, reader, writer)
        try:
            answer = self.answer(request.json, request.call)
        except Exception as error:  # noqa: BLE001 -- a test's function, whose failure the client must not wait for
            return _send(writer, 400, _json(error_body(f"the test's answer function raised {error!r}")))
        completion = _completion(request.json, answer, request.call)
        if request.json.get("stream"):
            is_usable = await self._stream(request.json, completion, fault, writer)
        else:
            is_usable = _complete(completion, fault, writer)
        if fault is not None and fault.kind == "hang":
            await reader.read()  # until the client gives up
        return is_usable

    def _other(self, request: Request) -> tuple[int, bytes]:
        if (request.method, request.path) == ("GET", "/v1/models"):
            listed = [{"id": name, "object": "model", "owned_by": "tests"} for name in self.models or ("loopback",)]
            return 200, _json({"object": "list", "data": listed})
        return 404, _json(error_body(f"Invalid URL ({request.method} {request.path})", kind="invalid_request_error"))

    def _refusal(self, request: Request) -> tuple[int, bytes] | None:
        if self.key is not None and request.headers.get("authorization") != f"Bearer {self.key}":
            return 401, _json(error_body("Incorrect API key provided.", code="invalid_api_key"))
        try:
            body = request.json
        except ValueError as error:
            return 400, _json(error_body(f"The body is no JSON: {error}"))
        if self.models and body.get("model") not in self.models:
            message = f"The model `{body.get('model')}` does not exist or you do not have access to it."
            return 404, _json(error_body(message, code="model_not_found"))
        if self.strict and not _alternates([message["role"] for message in body["messages"]]):
            return 400, _json(error_body("Conversation roles must alternate user/assistant/user/assistant/..."))
        return None

    def _fault(self, request: Request) -> Fault | None:
        if callable(self.faults):
            return self.faults(request)
        call = request.call or 0
        if isinstance(self.faults, Mapping):
            return self.faults.get(call)
        return self.faults[call] if call < len(self.faults) else None

    async def _stream(
        self, request: Any, completion: dict[str, Any], fault: Fault | None, writer: asyncio.StreamWriter
    ) -> bool:
        writer.write(_head(200, "text/event-stream", {"transfer-encoding": "chunked"}))
        kept, ends_well = _with_fault(list(_events(request, completion)), fault)
        if self.comments:
            kept = [part for event in kept for part in (b": keep-alive\n\n", event)]
        if (size := self.piece) is not None:
            whole = b"".join(kept)
            kept = [whole[start : start + size] for start in range(0, len(whole), size)]
        for chunk in kept:
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
        if ends_well:
            writer.write(b"0\r\n\r\n")
        return ends_well


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio: no delay, if it is TCP
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(4096)
    return listening


def say(request: Any) -> str:
    """Return the server's default reply to a parsed request, which depends on its model and messages alone."""
    messages = request["messages"]
    sent = "\x00".join([request["model"], *(str(message["content"]) for message in messages)])
    digest = hashlib.blake2b(sent.encode("utf-8", "surrogatepass"), digest_size=12).digest()
    line = " ".join(_WORDS[byte % len(_WORDS)] for byte in digest)
    return f"Message {len(messages)} from {request['model']}: {line}."


def _alternates(roles: list[str]) -> bool:
    spoken = roles[1:] if roles[:1] == ["system"] else roles
    return bool(spoken) and all(role == ("user", "assistant")[i % 2] for i, role in enumerate(spoken))


def _completion(request: Any, answer: Answer, call: int) -> dict[str, Any]:
    said = {"content": answer} if isinstance(answer, str) else dict(answer)
    over = {name: said.pop(name) for name in _OF_COMPLETION if name in said}
    finish = said.pop("finish_reason", "stop")
    message = {"role": "assistant", "content": None, **said}
    sent = sum(len(str(one["content"]).split()) for one in request["messages"])
    output = len(str(message["content"] or "").split())
    return {
        "id": f"chatcmpl-{call}",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": sent, "completion_tokens": output, "total_tokens": sent + output},
        **over,
    }


def _events(request: Any, completion: dict[str, Any]) -> Iterator[bytes]:
    base = {**completion, "object": "chat.completion.chunk"}
    usage = base.pop("usage")
    for choice in base.pop("choices"):
        opening = None if choice["message"]["content"] is None else ""
        deltas = [{"role": "assistant", "content": opening}, *_deltas(choice["message"])]
        for delta in deltas:
            yield _event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        finish = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
        yield _event({**base, "choices": [finish]})
    if (request.get("stream_options") or {}).get("include_usage"):
        yield _event({**base, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    order = sorted(message, key=lambda name: not name.startswith("reasoning"))  # thought comes before speech
    for name in order:
        value = message[name]
        if isinstance(value, str) and name != "role":
            yield from ({name: piece} for piece in re.findall(r"\s*\S+\s*|\s+", value))
        elif value is not None and name != "role":
            yield {name: value}


def _with_fault(events: list[bytes], fault: Fault | None) -> tuple[list[bytes], bool]:
    """Return what is sent of a stream, and whether it ends properly."""
    if fault is None:
        return events, True
    kept = events[: fault.after]
    if fault.kind == "broken_json":
        return [*kept, b'data: {"choices": [{"delta": {"content"\n\n', b"data: [DONE]\n\n"], True
    if fault.kind == "error":
        return [*kept, _event(fault.body or error_body("The server had an error while processing your request."))], True
    return kept, fault.kind == "end_early"


def _complete(completion: dict[str, Any], fault: Fault | None, writer: asyncio.StreamWriter) -> bool:
    body = _json(completion)
    if fault is None:
        return _send(writer, 200, body)
    if fault.kind == "error":
        return _send(writer, 200, _bytes(fault.body or error_body("The server had an error.", kind="server_error")))
    half = body[: len(body) // 2]
    if fault.kind == "broken_json":
        return _send(writer, 200, half)
    writer.write(_head(200, "application/json", {"content-length": str(len(body))}) + half)
    return False


async def _fail(fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    if fault.kind == "status":
        return _send(writer, fault.status, _bytes(fault.body or ""), fault.headers)
    if fault.kind == "stall":
        await reader.read()  # until the client gives up
        return False
    # Closing with a linger time of zero sends RST in place of FIN.
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False


def _send(writer: asyncio.StreamWriter, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bool:
    kind = "application/json" if body[:1] in b"{[" else "text/plain; charset=utf-8"
    writer.write(_head(status, kind, {"content-length": str(len(body)), **(headers or {})}) + body)
    return True


def _head(status: int, content_type: str, headers: Mapping[str, str]) -> bytes:
    phrase = http.client.responses.get(status, "Unnamed")
    lines = [f"HTTP/1.1 {status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in {"content-type": content_type, **headers}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _event(value: Any) -> bytes:
    return b"data: " + _bytes(value) + b"\n\n"


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else _json(value)


def _json(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can carry
        return json.dumps(value).encode()


@contextlib.contextmanager
def protocol_server_process(*options: str) -> Iterator[str]:
    """Run ``python -m dialogue_harness.testing`` with these options, and yield its URL; its CPU time is its own.

    Example::

        with protocol_server_process("--latency", "0.05") as url:
            ...

    """
    command = [sys.executable, "-m", "dialogue_harness.testing", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield (process.stdout or sys.stdin).readline().strip()
        finally:
            process.kill()
