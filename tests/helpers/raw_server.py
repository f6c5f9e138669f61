"""A server that says whatever bytes it is told to, and a client of the HTTP library over our transport to ask it."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from dialogue_harness.models.openai.transport import Transport, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    #: What a server answers, piece by piece, as it would be written to the connection.
    Pieces = Sequence[bytes]

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"content-length: 5\r\n\r\nhello"
SSE = OK + b"content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"


class Server:
    """A server that answers each request with the next of the given bytes, whatever it was."""

    def __init__(self, answers: Sequence[Pieces], *, closes: bool = False, host: str = "127.0.0.1") -> None:
        self.answers = list(answers)
        self.closes = closes
        self.host = host
        self.connections = 0
        self.received: list[bytes] = []
        self.port = 0

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/v1/chat?x=1"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                self.received.append(head + await reader.readexactly(length))
                for piece in self.answers.pop(0):
                    writer.write(piece)
                    await asyncio.sleep(0)
                if self.closes:
                    break
            if not self.closes:
                await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def opened(
    server: Server, *, trusted: ssl.SSLContext | None = None, serving_tls: ssl.SSLContext | None = None
) -> AsyncIterator[Any]:
    """Serve, and give a client over our transport."""
    tasks: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.append(asyncio.ensure_future(server.connected(reader, writer)))

    serving = await asyncio.start_server(connected, server.host, 0, ssl=serving_tls)
    server.port = serving.sockets[0].getsockname()[1]
    try:
        async with http.AsyncClient(
            transport=Transport(trusted or ssl.create_default_context()), timeout=5, follow_redirects=True
        ) as client:
            yield client
    finally:
        serving.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


def get(*answers: Pieces, closes: bool = False, requests: int | None = None) -> tuple[Server, list[Any]]:
    """Return the server and what came of asking it so many times, one after the other."""

    async def asking() -> list[Any]:
        async with opened(server) as client:
            return [await client.post(server.url, content=b"{}") for _ in range(requests or len(answers))]

    server = Server(answers, closes=closes)
    return server, asyncio.run(asking())
