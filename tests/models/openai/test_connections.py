from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness.models.openai import clients
from dialogue_harness.models.openai.transport import Transport, http
from raw_server import HELLO, OK, SSE, Server, get, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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


@pytest.mark.parametrize(
    "more",
    [b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n", b"x"],
    ids=["a reply that nobody asked for", "a byte too many"],
)
def test_what_comes_after_a_reply_is_not_taken_for_the_next_one(more: bytes) -> None:
    server, responses = get([HELLO + more], [HELLO])

    assert [response.text for response in responses] == ["hello", "hello"]
    assert server.connections == 2


def test_a_connection_is_not_used_again_where_a_length_contradicts_the_chunks() -> None:
    both = OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    server, responses = get([both], [HELLO])

    assert [response.text for response in responses] == ["hello", "hello"]
    assert server.connections == 2


def test_a_request_that_meets_a_closing_connection_is_not_sent_again_unasked() -> None:
    server = Server([[HELLO], [b""], [HELLO]])

    async def asking() -> Any:
        async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            server.connections += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HELLO)
            server.received.append(await reader.readuntil(b"\r\n\r\n"))
            writer.close()

        server.connected = closing  # type: ignore[method-assign]  # another server, of which the rest is the same
        async with opened(server) as client:
            await client.get(server.url)
            return await client.get(server.url)

    with pytest.raises(http.RemoteProtocolError, match="closed the connection before its reply was complete"):
        asyncio.run(asking())
    assert (server.connections, len(server.received)) == (1, 1)


def test_connections_that_nobody_needs_any_more_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asking() -> int:
        server = Server([[HELLO]] * 9)
        transport = Transport(ssl.create_default_context())
        async with opened(server) as client, http.AsyncClient(transport=transport) as other:
            await asyncio.gather(*(other.post(server.url) for _ in range(5)))
            monkeypatch.setattr("dialogue_harness.models.openai.transport._KEPT_FREE", -1.0)
            await client.post(server.url)
            await other.post(server.url)
            return sum(len(connections) for connections in transport._free.values())

    assert asyncio.run(asking()) == 0


def test_many_are_asked_at_once_over_a_connection_each() -> None:
    async def asking() -> int:
        server = Server([[HELLO]] * 40)
        async with opened(server) as client:
            await asyncio.gather(*(client.post(server.url) for _ in range(20)))
            await asyncio.gather(*(client.post(server.url) for _ in range(20)))
        return server.connections

    assert asyncio.run(asking()) == 20


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


@pytest.mark.parametrize(
    "begun",
    [b"", b"HTTP/1.1 2", OK + b"content-length: 5\r\n\r\nhe", SSE.replace(b"text/event-stream", b"x") + b"5\r\nhe"],
    ids=["before its reply", "in a head", "in a body", "in a chunk"],
)
def test_one_that_is_given_up_closes_its_connection(begun: bytes) -> None:
    async def asking() -> bytes:
        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(begun)
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


def test_a_port_that_nobody_listens_at_is_no_connection() -> None:
    async def asking() -> None:
        async with http.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
            await client.get("http://127.0.0.1:9/")

    with pytest.raises(http.ConnectError):
        asyncio.run(asking())


def test_a_host_that_no_name_server_can_be_asked_for_is_no_connection() -> None:
    async def asking() -> None:
        async with http.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
            await client.get(f"http://{'a' * 70}.example/")

    with pytest.raises(http.ConnectError, match="label"):
        asyncio.run(asking())


def test_a_host_may_be_an_address_of_the_new_internet_protocol() -> None:
    async def asking() -> tuple[str, bytes]:
        server = Server([[HELLO]], host="::1")
        async with opened(server) as client:
            response = await client.post(server.url)
        return response.text, server.received[0]

    try:
        text, received = asyncio.run(asking())
    except OSError as error:
        pytest.skip(f"this machine has no ::1: {error}")
    assert text == "hello"
    assert b"\r\nHost: [::1]:" in received


def test_an_address_of_another_scheme_is_refused() -> None:
    async def asking() -> None:
        async with http.AsyncClient(transport=Transport(ssl.create_default_context())) as client:
            await client.get("ftp://127.0.0.1/")

    with pytest.raises(http.UnsupportedProtocol, match="ftp://"):
        asyncio.run(asking())


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


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate of 127.0.0.1, signed by itself."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl to make a certificate with")
    path: Path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run([program, "req", *kind, *names, *files], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


async def ask_securely(certificate: Path, host: str = "127.0.0.1") -> tuple[str, str | None]:
    """Ask a server that has a certificate, trusting what the environment says; return the reply and the protocol."""
    spoken: list[str | None] = []

    class Secure(Server):
        async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            spoken.append(writer.get_extra_info("ssl_object").selected_alpn_protocol())
            await super().connected(reader, writer)

    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    own.set_alpn_protocols(["h2", "http/1.1"])
    server = Secure([[HELLO]])
    async with opened(server, trusted=clients._tls.__wrapped__(), serving_tls=own) as client:
        response = await client.post(server.url.replace("http:", "https:").replace("127.0.0.1", host))
    return response.text, spoken[0]


def test_a_certificate_that_the_environment_trusts_secures_a_connection(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))

    assert asyncio.run(ask_securely(certificate)) == ("hello", "http/1.1")


def test_a_certificate_that_nobody_trusts_is_refused(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)

    with pytest.raises(http.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        asyncio.run(ask_securely(certificate))


def test_a_certificate_of_another_host_is_refused(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))

    with pytest.raises(http.ConnectError, match="not valid for 'localhost'"):
        asyncio.run(ask_securely(certificate, "localhost"))


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_behind_a_proxy_the_librarys_own_transport_is_used(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")

    assert "transport" not in clients._transport()


def test_without_a_proxy_ours_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    assert isinstance(clients._transport()["transport"], Transport)


def open_at(url: str, timeout: float = 1.0) -> Callable[[], clients.Clients]:
    return lambda: clients.shared("key", url, timeout, 1.0)


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
