"""HTTP/1.1 under the ``openai`` package's client, on asyncio's own streams.

It exists because no kept library lets 32 dialogues of 50 turns at once, recorded, stay safely within 1.25 times what a
server of 50 ms takes and within the CPU that is allowed, without loading network code into every pytest run;
`benchmarks/transports.py` measures them. Where one does, this file has no reason left.

It does what a chat completion needs: one request at a time on a connection, the body by its length, in chunks or up to
the connection's end, and free connections kept for the next request. Redirects, compression, authentication and errors
stay the library's, which also serves proxies. A request on a connection that turns out to be closed is not sent again
here, since a server may have begun to answer it: the turn loop retries, and counts.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness.models.openai.library import http_library

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Iterator

#: ``httpx``, or what the package uses in its place.
http: Final = http_library()
_Transport: Final[Any] = http.AsyncBaseTransport
_ByteStream: Final[Any] = http.AsyncByteStream

#: Bytes of a response's head, or of a line between its chunks, at most.
_LONGEST_HEAD: Final = 2**16

#: Bytes of a body that are read at once, at most.
_PIECE: Final = 2**16

#: Seconds for which a free connection is kept. Many servers close theirs after 5, just when it might be used again.
_KEPT_FREE: Final = 4.0

#: Seconds between the attempts at the several addresses of a host (RFC 8305).
_NEXT_ADDRESS: Final = 0.25

#: Statuses of a reply that has no body (RFC 9112, section 6.3); those below 200 announce another.
_NO_BODY: Final = frozenset({204, 304})

_FIRST_LINE: Final = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: .*)?")
_FOLD: Final = re.compile(rb"\r\n[ \t]+")
_FIELD: Final = re.compile(rb"([^\s:]+):[ \t]*(.*?)[ \t]*")
_LENGTH: Final = re.compile(rb"[0-9]{1,18}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n", re.DOTALL)

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

#: Scheme, host and port.
Origin = tuple[str, str, int]


class Transport(_Transport):  # type: ignore[misc]  # the library is only known at run time
    """Sends requests over connections of its own; used in one event loop.

    Args:
        tls: what secures the connections to ``https`` addresses.

    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._free: dict[Origin, deque[_Connection]] = {}
        self._is_closed = False

    async def handle_async_request(self, request: Any) -> Any:  # noqa: ANN401 -- a request and a response of the library
        """Send a request and return the response; that of an event stream as soon as its head has arrived."""
        seconds = request.extensions.get("timeout", {})
        body = await request.aread()
        origin = _origin(request.url)
        connection = self._reusable(origin) or await self._connect(origin, seconds.get("connect"))
        try:
            with _library_errors():
                connection.send(request, body)
                async with asyncio.timeout(seconds.get("read")):
                    reply = await _Response.begin(connection, request.method)
                    if not reply.is_event_stream:
                        content = b"".join([piece async for piece in reply.pieces()])
        except BaseException:
            connection.abort()
            raise
        if reply.is_event_stream:
            stream = _Stream(self, connection, reply, seconds.get("read"))
            return http.Response(reply.status, headers=reply.headers, stream=stream)
        self.free(connection, reply)
        return http.Response(reply.status, headers=reply.headers, content=content)

    async def aclose(self) -> None:
        """Close the free connections, and every other one as it becomes free."""
        self._is_closed = True
        for connections in self._free.values():
            for connection in connections:
                connection.abort()
        self._free.clear()
        await asyncio.sleep(0)  # the event loop closes the sockets in its next round

    def free(self, connection: _Connection, reply: _Response) -> None:
        """Take back a connection whose reply is complete."""
        if self._is_closed or not reply.keeps_alive:
            connection.abort()
            return
        connection.free_since = asyncio.get_running_loop().time()
        connections = self._free.setdefault(connection.origin, deque())
        connections.append(connection)
        while connections and not connections[0].is_usable:  # the first has been free for longest
            connections.popleft().abort()

    def _reusable(self, origin: Origin) -> _Connection | None:
        connections = self._free.get(origin)
        while connections:
            connection = connections.pop()
            if connection.is_usable:
                return connection
            connection.abort()
        return None

    async def _connect(self, origin: Origin, seconds: float | None) -> _Connection:
        scheme, host, port = origin
        secured: dict[str, Any] = {"ssl": self._tls, "server_hostname": host} if scheme == "https" else {}
        try:
            async with asyncio.timeout(seconds):
                opened = await asyncio.open_connection(
                    host, port, limit=_LONGEST_HEAD, happy_eyeballs_delay=_NEXT_ADDRESS, **secured
                )
        except TimeoutError:
            msg = f"no connection to {host} port {port} in time"
            raise http.ConnectTimeout(msg) from None
        except (OSError, UnicodeError) as error:  # the latter of a host that no name server can be asked for
            raise http.ConnectError(str(error)) from error
        return _Connection(origin, *opened)


class _Connection:
    """A connection, which carries one request at a time."""

    def __init__(self, origin: Origin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.origin = origin
        self.reader = reader
        self.free_since = 0.0
        self._writer = writer
        # A reply may take minutes in which nothing is sent; a router would forget the connection.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    @property
    def is_usable(self) -> bool:
        """Whether the server has left it open, as far as is known, and sent nothing unasked."""
        age = asyncio.get_running_loop().time() - self.free_since
        # Bytes that are left over would be taken for the next reply, and asyncio has no public way to ask for them.
        left_over = self.reader._buffer  # type: ignore[attr-defined]  # noqa: SLF001 -- for that reason
        return age < _KEPT_FREE and not (left_over or self.reader.at_eof() or self._writer.transport.is_closing())

    def send(self, request: Any, body: bytes) -> None:  # noqa: ANN401 -- a request of the library
        """Write a request in one piece."""
        fields = [name + b": " + value for name, value in request.headers.raw]
        if any(b"\n" in field or b"\r" in field for field in fields):
            msg = "a header of the request holds a line break"
            raise http.LocalProtocolError(msg)
        first = b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)
        self._writer.write(b"\r\n".join([first, *fields, b"", body]))

    def abort(self) -> None:
        """Close it at once."""
        self._writer.transport.abort()


class _Response:
    """The head of a response, and how its body is read; ``keeps_alive`` says whether its connection can be reused."""

    def __init__(self, reader: asyncio.StreamReader, head: bytes, method: str) -> None:
        first, *lines = _FOLD.sub(b" ", head[:-4]).split(b"\r\n")
        begins = _matched(_FIRST_LINE, first, "it does not begin as HTTP/1.1 does")
        self.status = int(begins[2])
        fields = [_matched(_FIELD, line, "a line of its head is no field") for line in lines]
        self.headers = [(field[1], field[2]) for field in fields]
        self._reader = reader
        self._fields: dict[bytes, bytes] = {}
        for name, value in self.headers:
            known = self._fields.get(name.lower())
            self._fields[name.lower()] = value if known is None else known + b", " + value
        self._has_body = method != "HEAD" and self.status not in _NO_BODY
        self._is_chunked = self._in_chunks()
        self._length = None if self._is_chunked else self._said_length()
        is_bounded = self._is_chunked or self._length is not None or not self._has_body
        closes = b"close" in self._fields.get(b"connection", b"").lower()
        # With a length as well as chunks, somebody in between may have seen another end (RFC 9112, section 6.3).
        is_clear = not (self._is_chunked and b"content-length" in self._fields)
        self.keeps_alive = begins[1] != b"0" and is_bounded and is_clear and not closes

    @classmethod
    async def begin(cls, connection: _Connection, method: str) -> _Response:
        """Wait for the head of the final response, ignoring interim ones (1xx)."""
        while True:
            reply = cls(connection.reader, await connection.reader.readuntil(b"\r\n\r\n"), method)
            if reply.status >= 200:
                return reply

    @property
    def is_event_stream(self) -> bool:
        """Whether the body is read as it arrives."""
        return self._fields.get(b"content-type", b"").lower().startswith(b"text/event-stream")

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        if not self._has_body:
            return
        if self._is_chunked:
            async for piece in self._chunks():
                yield piece
        elif self._length is not None:
            async for piece in self._exactly(self._length):
                yield piece
        else:
            while piece := await self._reader.read(_PIECE):
                yield piece

    def _in_chunks(self) -> bool:
        coding = self._fields.get(b"transfer-encoding")
        if coding is not None and coding.lower() != b"chunked":
            msg = "its transfer encoding is not `chunked`"
            raise ValueError(msg)
        return coding is not None

    def _said_length(self) -> int | None:
        said = {length.strip() for length in self._fields.get(b"content-length", b"").split(b",")}
        if said == {b""}:
            return None
        if len(said) > 1 or not _LENGTH.fullmatch(min(said)):
            msg = "its length is not one number"
            raise ValueError(msg)
        return int(min(said))

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(_matched(_CHUNK, await self._reader.readuntil(b"\n"), "a chunk has no length")[1], 16):
            async for piece in self._exactly(size):
                yield piece
            if await self._reader.readexactly(2) != b"\r\n":
                msg = "a chunk is longer than it says"
                raise ValueError(msg)
        while (await self._reader.readuntil(b"\n")).strip():
            pass  # trailing fields, which nobody reads

    async def _exactly(self, size: int) -> AsyncIterator[bytes]:
        while size > 0:
            piece = await self._reader.read(min(size, _PIECE))
            if not piece:
                raise asyncio.IncompleteReadError(piece, size)
            size -= len(piece)
            yield piece


class _Stream(_ByteStream):  # type: ignore[misc]  # the library is only known at run time
    """The body of an event stream, read as it arrives."""

    def __init__(self, transport: Transport, connection: _Connection, reply: _Response, seconds: float | None) -> None:
        self._transport = transport
        self._connection = connection
        self._reply = reply
        self._seconds = seconds
        self._is_read = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._reply.pieces())
        while True:
            with _library_errors():
                async with asyncio.timeout(self._seconds):
                    piece = await anext(pieces, None)
            if piece is None:
                break
            yield piece
        self._is_read = True

    async def aclose(self) -> None:
        if self._is_read:
            self._transport.free(self._connection, self._reply)
        else:
            self._connection.abort()


def _matched(pattern: re.Pattern[bytes], line: bytes, otherwise: str) -> re.Match[bytes]:
    found = pattern.fullmatch(line)
    if found is None:
        raise ValueError(otherwise)
    return found


def _origin(url: Any) -> Origin:  # noqa: ANN401 -- a URL of the library
    if url.scheme not in _DEFAULT_PORTS:
        msg = f"the address begins with {url.scheme}:// in place of http:// or https://"
        raise http.UnsupportedProtocol(msg)
    return url.scheme, url.raw_host.decode("ascii"), url.port or _DEFAULT_PORTS[url.scheme]


@contextmanager
def _library_errors() -> Iterator[None]:
    """Raise errors of the connection as the library's."""
    try:
        yield
    except TimeoutError as error:
        msg = "the server sent nothing for too long"
        raise http.ReadTimeout(msg) from error
    except OSError as error:
        raise http.ReadError(str(error)) from error
    except asyncio.IncompleteReadError as error:
        msg = "the server closed the connection before its reply was complete"
        error.args = (msg,)  # the innermost cause is what is reported
        raise http.RemoteProtocolError(msg) from error
    except (asyncio.LimitOverrunError, ValueError) as error:
        msg = f"the reply is not what HTTP/1.1 says: {error}"
        error.args = (msg,)
        raise http.RemoteProtocolError(msg) from error
