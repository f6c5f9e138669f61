from __future__ import annotations

import json
import socket
import traceback
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.errors import (
    ContextTooLong,
    KeyRejected,
    ModelError,
    ReplyUnusable,
    RequestRejected,
    ServerBusy,
    ServerUnreachable,
)
from dialogue_harness.models.openai.errors import ServedModel, refused, reported
from dialogue_harness.models.openai.rates import retry_after
from dialogue_harness.testing.server import Fault, ProtocolServer
from openai_asking import ask, context, failure
from strategies import hostile_text

KEY = "sk-planted-4f6a8b"
SERVER = ServedModel("gemma", "http://127.0.0.1:8000/v1", "OPENAI_API_KEY", KEY)

both = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return KEY


def refusal(status: int, body: Any = "", **headers: str) -> ModelError:
    """Return the error that a status with this body and these headers stands for."""
    data = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return refused(SERVER, status, {name.replace("_", "-"): value for name, value in headers.items()}, data)


def says(error: ModelError) -> str | None:
    return dict(error.facts).get("server says")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@both
def test_a_server_that_does_not_run(*, stream: bool) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"

    error = failure(url, stream=stream)

    assert type(error) is ServerUnreachable
    assert error.transient
    lines = str(error).splitlines()
    assert lines[:2] == [f"gemma at {url}: no connection", f"  url: {url}/chat/completions"]
    assert lines[2].startswith("  cause: [Errno ")
    assert lines[3] == f"how to fix: check that the server is running: `curl {url}/models`"


@both
def test_a_connection_that_is_reset(*, stream: bool) -> None:
    with ProtocolServer(faults=[Fault("reset")]) as server:
        error = failure(server, stream=stream)

    assert type(error) is ServerUnreachable
    assert error.transient
    assert error.headline == f"gemma at {server.url}: the connection was lost before the reply was complete"
    assert dict(error.facts)["cause"].startswith("[Errno ")


def test_a_body_that_is_cut_short() -> None:
    with ProtocolServer(faults=[Fault("cut")]) as server:
        error = failure(server)

    assert type(error) is ServerUnreachable
    assert error.headline == f"gemma at {server.url}: the connection was lost before the reply was complete"
    assert "before its reply was complete" in dict(error.facts)["cause"]


@both
def test_a_server_that_does_not_answer_in_time(*, stream: bool) -> None:
    with ProtocolServer(faults=[Fault("stall")]) as server:
        error = failure(server, stream=stream, timeout=0.05)

    assert str(error) == (
        f"gemma at {server.url}: no complete reply within 0.05 s\n"
        f"  url: {server.url}/chat/completions\n"
        f"how to fix: check that the server is running: `curl {server.url}/models`;"
        " or ask for shorter replies with Speaker(max_tokens=…)"
    )
    assert type(error) is ServerUnreachable
    assert error.transient


@both
def test_broken_json_may_be_whole_next_time(*, stream: bool) -> None:
    with ProtocolServer(faults=[Fault("broken_json")]) as server:
        error = failure(server, stream=stream)
        then = ask(server, stream=stream)

    assert type(error) is ReplyUnusable
    assert error.transient
    assert then.text.startswith("Message 1 from gemma")


@both
@pytest.mark.usefixtures("key")
def test_a_key_that_is_not_accepted(*, stream: bool) -> None:
    with ProtocolServer(key="sk-another") as server:
        error = failure(server, stream=stream)

    assert type(error) is KeyRejected
    assert str(error) == (
        f"gemma at {server.url}: the key in OPENAI_API_KEY is not accepted\n"
        f"  url: {server.url}/chat/completions\n"
        "  status: 401 Unauthorized\n"
        "  server says: Incorrect API key provided.\n"
        f"how to fix: export OPENAI_API_KEY=… with a key that {server.url} accepts for this model"
    )
    assert not error.transient


def test_a_server_that_wants_a_key_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_KEY", raising=False)
    with ProtocolServer(key="sk-another") as server:
        error = failure(server, key_env="LAB_KEY")

    assert type(error) is KeyRejected
    assert error.headline == f"gemma at {server.url}: a key is needed, and LAB_KEY is not set"
    assert says(error) == "Incorrect API key provided."
    assert error.fix == "export LAB_KEY=…"


def test_403_is_about_the_key_too() -> None:
    assert type(refusal(403, "not in your region")) is KeyRejected


def test_a_model_that_the_server_does_not_know_is_told_the_nearest() -> None:
    with ProtocolServer(models=["gemma3:27b", "llama"]) as server:
        error = failure(server)

    assert type(error) is RequestRejected
    assert str(error) == (
        f"gemma at {server.url}: the server does not know this model\n"
        f"  url: {server.url}/chat/completions\n"
        "  status: 404 Not Found\n"
        "  server says: The model `gemma` does not exist or you do not have access to it.\n"
        "  nearest: gemma3:27b\n"
        f"how to fix: name a model that it serves; `curl {server.url}/models` lists them"
    )


def test_a_model_that_resembles_none_is_told_some_that_are_served() -> None:
    with ProtocolServer(models=["llama", "mistral"]) as server:
        assert ("served", "llama, mistral") in failure(server).facts


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "nope", "code": "model_not_found"}},
        {"error": 'model "gemma" not found, try pulling it first'},
        {"error": {"message": "gemma is not a valid model ID. Unknown model."}},
        {"object": "error", "message": "The model `gemma` does not exist."},
    ],
)
def test_servers_say_in_many_ways_that_they_do_not_know_a_model(body: object) -> None:
    assert refusal(404, body).headline.endswith("the server does not know this model")


def test_an_address_where_nothing_is_gets_the_address_that_may_be_meant() -> None:
    with ProtocolServer() as server:
        url = server.url.removesuffix("/v1")
        error = failure(url)

    assert type(error) is RequestRejected
    assert error.headline == f"gemma at {url}: nothing answers at this address"
    assert error.fix == f"try the base URL {url}/v1"


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.",
        "the request exceeds the available context size, try increasing it",
        "prompt is too long: 210000 tokens > 200000 maximum",
    ],
)
@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_view_that_is_longer_than_the_context_is_recognised(status: int, message: str) -> None:
    error = refusal(status, {"error": {"message": message}})

    assert type(error) is ContextTooLong
    assert error.headline == "gemma at http://127.0.0.1:8000/v1: the messages are longer than the model's context"
    assert error.fix == (
        "send less of what was said: Scenario(history=History(tokens=…)) with a number below the model's context"
    )


def test_roles_that_do_not_alternate_are_refused_in_the_servers_words() -> None:
    with ProtocolServer(strict=True) as server:
        seen = context("Hello.", "Hello.", "Hello.")
        twice = replace(seen, messages=(seen.messages[0], seen.messages[2]))
        with pytest.raises(RequestRejected) as caught:
            ask(server, twice)

    assert str(caught.value) == (
        f"gemma at {server.url}: the server rejected the request (400)\n"
        f"  url: {server.url}/chat/completions\n"
        "  status: 400 Bad Request\n"
        "  server says: Conversation roles must alternate user/assistant/user/assistant/...\n"
        "how to fix: change what it names, in the Speaker or in its `extra`"
    )
    assert not caught.value.transient


@both
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 529])
def test_a_busy_or_failing_server_is_worth_another_try(status: int, *, stream: bool) -> None:
    with ProtocolServer(faults=[Fault.http(status)]) as server:
        error = failure(server, stream=stream)

    assert type(error) is ServerBusy
    assert error.transient
    assert error.headline.endswith(f"({status})")
    assert says(error) == f"This is error {status}."


def test_a_rate_limit_is_told_with_the_wait_that_is_asked_for() -> None:
    with ProtocolServer(faults=[Fault.http(429, "Slow down.", retry_after="20", x_request_id="req-7")]) as server:
        error = failure(server)

    assert str(error) == (
        f"gemma at {server.url}: rate limited (429)\n"
        f"  url: {server.url}/chat/completions\n"
        "  status: 429 Too Many Requests\n"
        "  server says: Slow down.\n"
        "  request id: req-7\n"
        "  asks to wait: 20 s\n"
        "how to fix: wait a while"
    )
    assert error.retry_after == 20


@pytest.mark.parametrize(
    ("words", "code"),
    [("Nothing left.", "insufficient_quota"), ("You exceeded your current quota, see your plan.", "429")],
)
def test_a_spent_quota_is_not_worth_another_try(words: str, code: str) -> None:
    error = refusal(429, {"error": {"message": words, "code": code}})

    assert error.headline == "gemma at http://127.0.0.1:8000/v1: the account's quota is spent (429)"
    assert not error.transient


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:28:00 GMT"}, 30),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT", "date": "Wed, 21 Oct 2015 07:29:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:30 GMT"}, 0),
    ],
)
def test_the_wait_is_read_from_seconds_milliseconds_and_dates(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text()))
def test_whatever_the_headers_hold_the_wait_is_a_number_from_0_or_none(headers: dict[str, str]) -> None:
    wait = retry_after(headers)

    assert wait is None or wait >= 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "one\ntwo"}}, "one two"),
        ({"error": "flat"}, "flat"),
        ({"message": "bare"}, "bare"),
        ({"detail": "Not allowed"}, "Not allowed"),
        ({"detail": [{"loc": ["body"], "msg": "bad"}]}, '[{"loc": ["body"], "msg": "bad"}]'),
        ({"error": {}}, '{"error": {}}'),
        ([], "[]"),
        ("\n\n  plain text\nmore", "plain text"),
        ("<html><head>\n<title>502 Bad\nGateway</title></head>", "502 Bad Gateway"),
        (b"\xff\xfe", "��"),
        ("", None),
    ],
)
def test_the_servers_words_are_found_in_whatever_body_it_sends(body: object, words: str | None) -> None:
    assert says(refusal(418, body)) == words


def test_hostile_words_are_neutralised_and_shortened() -> None:
    words = says(refusal(400, {"error": {"message": "\x1b[31mred\x07" + "x" * 10_000}})) or ""

    assert words.startswith("\\x1b[31mred\\x07xxx")
    assert len(words) == 300


@given(hostile_text(), st.sampled_from([400, 401, 404, 418, 429, 500, 599]), st.booleans())
def test_no_error_holds_the_key_or_a_control_character(text: str, status: int, as_json: bool) -> None:  # noqa: FBT001 -- Hypothesis passes it by name
    words = f"{text}{KEY}{text}{KEY[:-1]}"
    body = (
        json.dumps({"error": {"message": words, "code": words}}).encode()
        if as_json
        else words.encode("utf-8", "replace")
    )
    for error in (refusal(status, body, x_request_id=words), reported(SERVER, {"message": words}, {})):
        assert KEY not in str(error)
        assert str(error).replace("\n", "").isprintable() or "\u200c" in text or "\u200d" in text


@both
@pytest.mark.usefixtures("key")
def test_a_key_in_a_servers_answer_reaches_no_error(*, stream: bool) -> None:
    faults = [
        Fault.http(400, f"Bearer {KEY} is odd", x_request_id=KEY),
        Fault.http(401, f"Incorrect API key: {KEY}"),
        Fault("status", status=500, body=KEY),
        Fault("status", status=200, body=KEY),
        Fault("error", body={"error": {"message": KEY}}),
        Fault("error", after=0, body={"choices": KEY}),
    ]
    for fault in faults:
        with ProtocolServer(faults=[fault]) as server:
            error = failure(server, stream=stream)

        assert KEY not in str(error)
        assert KEY not in "".join(traceback.format_exception(error))


def test_passwords_and_queries_of_the_address_reach_no_error() -> None:
    port = free_port()
    error = failure(f"http://user:pass-word@127.0.0.1:{port}/v1?token=to-ken")

    assert error.headline == f"gemma at http://127.0.0.1:{port}/v1: no connection"
    assert "pass-word" not in str(error)
    assert "to-ken" not in str(error)
