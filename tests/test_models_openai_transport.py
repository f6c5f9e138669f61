from __future__ import annotations

import asyncio
import gzip
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.models import _openai_clients
from harness.models._openai_transport import Transport, http

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    #: What a server answers, piece by piece, as it would be written to the connection.
    Pieces = Sequence[bytes]

OK = b"HTTP/1.1 200 OK\r\n"
HELLO = OK + b"content-length: 5\r\n\r\nhello"
SSE = OK + b"content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"


class Server:
    """A server that answers each request with the next of the given bytes, whatever it was."""

    def __init__(self, answers: Sequence[Pieces], *, closes: bool = False) -> None:
        self.answers = list(answers)
        self.closes = closes
        self.connections = 0
        self.received: list[bytes] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/chat?x=1"

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
async def opened(server: Server) -> AsyncIterator[Any]:
    """Serve, and give a client over our transport."""
    tasks: list[asyncio.Task[None]] = []
    writers: list[asyncio.StreamWriter] = []

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.append(asyncio.ensure_future(server.connected(reader, writer)))

    serving = await asyncio.start_server(connected, "127.0.0.1", 0)
    server.port = serving.sockets[0].getsockname()[1]
    try:
        async with http.AsyncClient(transport=Transport(ssl.create_default_context()), timeout=5) as client:
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


def failing(*answer: bytes, closes: bool = True) -> Any:
    """Return the error that an answer leads to."""
    with pytest.raises(http.TransportError) as caught:
        get(answer, closes=closes)
    return caught.value


def test_a_request_is_the_head_and_the_body_as_http_says() -> None:
    server, _ = get([HELLO])
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")

    assert first == b"POST /v1/chat?x=1 HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}".encode() in fields
    assert b"Content-Length: 2" in fields
    assert body == b"{}"


def test_a_body_has_the_length_that_its_head_says() -> None:
    _, (response,) = get([HELLO])

    assert (response.status_code, response.text, response.headers["content-length"]) == (200, "hello", "5")


def test_a_body_may_come_in_chunks() -> None:
    chunked = OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nx-last: 1\r\n\r\n"
    _, responses = get([chunked], [HELLO])

    assert [response.text for response in responses] == ["hello world", "hello"]


def test_a_body_may_go_on_to_the_end_of_the_connection() -> None:
    server, responses = get([OK + b"\r\nhel", b"lo"], [OK + b"\r\nagain"], closes=True)

    assert [response.text for response in responses] == ["hello", "again"]
    assert server.connections == 2


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_a_reply_without_a_body_has_none(status: bytes) -> None:
    server, responses = get([b"HTTP/1.1 " + status + b"\r\n\r\n"], [HELLO])

    assert [response.text for response in responses] == ["", "hello"]
    assert server.connections == 1


def test_a_reply_that_is_only_announced_is_passed_over() -> None:
    _, (response,) = get([b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n", HELLO])

    assert response.text == "hello"


def test_a_compressed_body_is_unpacked() -> None:
    packed = gzip.compress(b"hello " * 100)
    _, (response,) = get([OK + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed), packed])

    assert response.text == "hello " * 100


def test_an_empty_body_is_one() -> None:
    _, responses = get([OK + b"content-length: 0\r\n\r\n"], [HELLO])

    assert [response.text for response in responses] == ["", "hello"]


def test_a_connection_is_used_again() -> None:
    server, _ = get(*[[HELLO]] * 5)

    assert server.connections == 1


@pytest.mark.parametrize("head", [OK + b"connection: close\r\n", b"HTTP/1.0 200 OK\r\n"], ids=["close", "1.0"])
def test_a_connection_that_the_server_is_done_with_is_not_used_again(head: bytes) -> None:
    server, responses = get([head + b"content-length: 5\r\n\r\nhello"], [HELLO], closes=True)

    assert [response.text for response in responses] == ["hello", "hello"]
    assert server.connections == 2


def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again() -> None:
    async def asking() -> int:
        server = Server([[HELLO], [HELLO]], closes=True)
        async with opened(server) as client:
            await client.post(server.url)
            for _ in range(20):
                await asyncio.sleep(0)  # until the end of the connection has arrived
            await client.post(server.url)
        return server.connections

    assert asyncio.run(asking()) == 2


def test_many_are_asked_at_once_over_a_connection_each() -> None:
    async def asking() -> int:
        server = Server([[HELLO]] * 40)
        async with opened(server) as client:
            await asyncio.gather(*(client.post(server.url) for _ in range(20)))
            await asyncio.gather(*(client.post(server.url) for _ in range(20)))
        return server.connections

    assert asyncio.run(asking()) == 20


def test_an_event_stream_is_handed_on_as_it_comes() -> None:
    async def asking() -> list[bytes]:
        more = asyncio.Event()

        async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(SSE + b"3\r\none\r\n")
            await more.wait()
            writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
            await reader.read()
            writer.close()

        server = Server([])
        server.connected = slow  # type: ignore[method-assign]  # another server, of which the rest is the same
        pieces: list[bytes] = []
        async with opened(server) as client, client.stream("GET", server.url) as response:
            async for piece in response.aiter_raw():
                pieces.append(piece)
                more.set()  # the second piece is only sent once the first is here
        return pieces

    assert asyncio.run(asking()) == [b"one", b"two"]


def test_a_connection_whose_stream_is_read_to_its_end_is_used_again_and_any_other_is_not() -> None:
    async def asking(*, to_the_end: bool) -> int:
        server = Server([[SSE + b"3\r\none\r\n0\r\n\r\n"], [HELLO]])
        async with opened(server) as client:
            async with client.stream("GET", server.url) as response:
                if to_the_end:
                    await response.aread()
            await client.get(server.url)
        return server.connections

    assert asyncio.run(asking(to_the_end=True)) == 1
    assert asyncio.run(asking(to_the_end=False)) == 2


def test_one_that_is_given_up_closes_its_connection() -> None:
    async def asking() -> bytes:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            asked.set()
            ended.set_result(await reader.read())
            writer.close()

        asked, ended = asyncio.Event(), asyncio.get_running_loop().create_future()
        server = Server([])
        server.connected = silent  # type: ignore[method-assign]  # another server, of which the rest is the same
        async with opened(server) as client:
            call = asyncio.ensure_future(client.get(server.url))
            await asked.wait()
            call.cancel()
            return bytes(await ended)

    assert asyncio.run(asking()) == b""


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        OK,
        OK + b"content-length: 5\r\n\r\nhel",
        SSE.replace(b"text/event-stream", b"x") + b"5\r\nhe",
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half a chunk"],
)
def test_a_connection_that_ends_too_early_says_so(answer: bytes) -> None:
    error = failing(answer)

    assert type(error) is http.RemoteProtocolError
    assert str(error) == "the server closed the connection before its reply was complete"


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.9\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        OK + b"x: " + b"y" * 2**17 + b"\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\nno number\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n-5\r\nhello",
    ],
    ids=["another protocol", "another version", "no status", "an endless head", "no length", "a negative length"],
)
def test_what_is_not_http_says_so(answer: bytes) -> None:
    assert type(failing(answer, closes=False)) is http.RemoteProtocolError


def test_a_server_that_sends_nothing_is_not_waited_for_for_ever() -> None:
    async def asking() -> None:
        server = Server([[b""]])
        async with opened(server) as client:
            await client.post(server.url, timeout=0.05)

    with pytest.raises(http.ReadTimeout):
        asyncio.run(asking())


def test_a_port_that_nobody_listens_at_is_no_connection() -> None:
    async def asking() -> None:
        async with http.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
            await client.get("http://127.0.0.1:9/")

    with pytest.raises(http.ConnectError):
        asyncio.run(asking())


def test_an_address_of_another_scheme_is_refused() -> None:
    async def asking() -> None:
        async with http.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
            await client.get("ftp://127.0.0.1/")

    with pytest.raises(http.UnsupportedProtocol, match="ftp://"):
        asyncio.run(asking())


def test_a_header_with_a_line_break_is_not_sent() -> None:
    async def asking() -> Server:
        server = Server([[HELLO]])
        async with opened(server) as client:
            with pytest.raises(http.LocalProtocolError, match="line break"):
                await client.get(server.url, headers={"x-project": "one\r\nx-other: two"})
        return server

    assert asyncio.run(asking()).received == []


def test_a_server_without_a_certificate_is_not_talked_to() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(HELLO)
        await reader.read()
        writer.close()

    async def asking() -> None:
        server = Server([])
        server.connected = plain  # type: ignore[method-assign]  # another server, of which the rest is the same
        async with opened(server) as client:
            await client.get(server.url.replace("http:", "https:"))

    with pytest.raises(http.ConnectError):
        asyncio.run(asking())


@settings(max_examples=40)
@given(body=st.binary(max_size=300), sizes=st.lists(st.integers(1, 40), min_size=1), chunked=st.booleans())
def test_wherever_the_network_cuts_it_a_reply_is_the_same(body: bytes, sizes: list[int], chunked: bool) -> None:  # noqa: FBT001 -- Hypothesis names it
    if chunked:
        parts = [body[at : at + 7] for at in range(0, len(body), 7)]
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
        whole = OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    else:
        whole = OK + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    pieces, at = [], 0
    for index in range(len(whole)):
        pieces.append(whole[at : at + sizes[index % len(sizes)]])
        at += len(pieces[-1])
        if at >= len(whole):
            break
    server, responses = get(pieces, [HELLO])

    assert [response.content for response in responses] == [body, b"hello"]
    assert server.connections == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_behind_a_proxy_the_librarys_own_transport_is_used(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")

    assert "transport" not in _openai_clients._transport()


def test_without_a_proxy_ours_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    assert isinstance(_openai_clients._transport()["transport"], Transport)


def open_at(url: str, timeout: float = 1.0) -> Callable[[], _openai_clients.Clients]:
    return lambda: _openai_clients.shared("key", url, timeout, 1.0)


def test_models_of_one_server_share_its_connections_until_the_last_of_them_is_closed() -> None:
    async def sharing() -> list[bool]:
        opening, other = open_at("http://127.0.0.1:9/v1"), open_at("http://127.0.0.1:10/v1")
        one, same, another = opening(), opening(), other()
        shares = [one is same, one is another]
        await one.aclose()
        shares.append(opening() is one)
        for _ in range(2):
            await one.aclose()
        shares.append(opening() is one)
        return shares

    assert asyncio.run(sharing()) == [True, False, True, False]
