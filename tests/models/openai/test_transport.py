from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness.models.openai.transport import http
from raw_server import HELLO, OK, SSE, Server, get, opened


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


def test_a_chunk_may_say_more_of_itself() -> None:
    chunked = OK + b'transfer-encoding: Chunked\r\n\r\n00A ;a="b;c"\r\nhello worl\r\n1;x\r\nd\r\n000;last\r\n\r\n'
    server, responses = get([chunked], [HELLO])

    assert [response.text for response in responses] == ["hello world", "hello"]
    assert server.connections == 1


def test_a_reply_to_head_has_no_body_whatever_length_it_says() -> None:
    async def asking() -> tuple[str, str, int]:
        server = Server([[OK + b"content-length: 5\r\n\r\n"], [HELLO]])
        async with opened(server) as client:
            head, full = await client.head(server.url), await client.get(server.url)
        return head.text, full.text, server.connections

    assert asyncio.run(asking()) == ("", "hello", 1)


def test_a_field_may_be_folded_over_several_lines() -> None:
    _, (response,) = get([OK + b"x-note: one\r\n\t two\r\n  three\r\ncontent-length: 5\r\n\r\nhello"])

    assert (response.headers["x-note"], response.text) == ("one two three", "hello")


def test_a_field_may_be_empty_and_may_come_twice() -> None:
    _, (response,) = get([OK + b"x-note:\r\nx-tag: a\r\nX-Tag:b \r\ncontent-length: 5, 5\r\n\r\nhello"])

    assert (response.headers["x-note"], response.headers["x-tag"], response.text) == ("", "a, b", "hello")


def test_a_long_head_is_read() -> None:
    _, (response,) = get([OK + b"x-long: " + b"y" * 60_000 + b"\r\ncontent-length: 5\r\n\r\nhello"])

    assert (len(response.headers["x-long"]), response.text) == (60_000, "hello")


def test_a_redirect_is_followed_with_the_body() -> None:
    server, (response,) = get([b"HTTP/1.1 307 T\r\nlocation: /v2\r\ncontent-length: 0\r\n\r\n"], [HELLO], requests=1)

    assert response.text == "hello"
    assert server.received[1].startswith(b"POST /v2 HTTP/1.1\r\n")
    assert server.received[1].endswith(b"\r\n\r\n{}")
    assert server.connections == 1


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
        b"HTTP/1.1 2000 OK\r\n\r\n",
        OK + b"no field\r\n\r\n",
        OK + b"x-note : one\r\n\r\n",
        OK + b"content-length: 5\r\ncontent-length: 3\r\n\r\nhello",
        OK + b"content-length: -5\r\n\r\nhello",
        OK + b"transfer-encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n-5\r\nhello",
        OK + b"transfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        OK + b"transfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
    ],
    ids=[
        "another protocol",
        "another version",
        "no status",
        "an endless head",
        "a chunk without a length",
        "a status of four digits",
        "a line without a colon",
        "a space before the colon",
        "two lengths",
        "a negative length",
        "an unknown coding",
        "a chunk's negative length",
        "a chunk's length with a prefix",
        "a chunk longer than it says",
    ],
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


def test_a_header_with_a_line_break_is_not_sent() -> None:
    async def asking() -> Server:
        server = Server([[HELLO]])
        async with opened(server) as client:
            with pytest.raises(http.LocalProtocolError, match="line break"):
                await client.get(server.url, headers={"x-project": "one\r\nx-other: two"})
        return server

    assert asyncio.run(asking()).received == []


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
