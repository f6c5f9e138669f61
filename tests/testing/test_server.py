from __future__ import annotations

import http.client
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from dialogue_harness.testing import Fault, ProtocolServer, RandomFaults, protocol_server_process, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

HELLO = {"model": "gemma", "messages": [{"role": "user", "content": "Hello."}]}
STREAMED = {**HELLO, "stream": True}


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with ProtocolServer() as running:
        yield running


class Client:
    """A connection to a server that is kept for several requests."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)

    def send(self, body: object = None, *, path: str = "/v1/chat/completions", **headers: str) -> Any:
        payload = body if isinstance(body, bytes) else json.dumps(body)
        self.connection.request("GET" if body is None else "POST", path, payload, headers)
        return self.connection.getresponse()

    def body(self, body: object = None, **more: Any) -> bytes:
        data: bytes = self.send(body, **more).read()
        return data

    def status(self, body: object) -> int:
        response = self.send(body)
        response.read()
        return int(response.status)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()


def post(url: str, body: object = HELLO, **headers: str) -> tuple[int, bytes]:
    with Client(url) as client:
        response = client.send(body, **headers)
        return response.status, response.read()


def said(body: bytes) -> Any:
    return json.loads(body)["choices"][0]["message"]["content"]


def events(body: bytes) -> list[Any]:
    lines = [line.removeprefix(b"data: ") for line in body.split(b"\n\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]


def test_the_usual_answer_depends_on_the_request_alone(server: ProtocolServer) -> None:
    first, second = post(server.url)[1], post(server.url)[1]

    assert said(first) == said(second) == say(HELLO)
    assert say(HELLO) != say({**HELLO, "messages": [{"role": "user", "content": "Good evening."}]})
    assert say(HELLO).startswith("Message 1 from gemma: ")


def test_a_stream_says_what_the_whole_reply_says(server: ProtocolServer) -> None:
    chunks = events(post(server.url, STREAMED)[1])

    texts = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks]
    assert "".join(texts) == say(HELLO)
    assert len(texts) > 5
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"


def test_usage_comes_in_a_last_chunk_of_its_own_where_it_is_asked_for(server: ProtocolServer) -> None:
    asked = {**STREAMED, "stream_options": {"include_usage": True}}

    last = events(post(server.url, asked)[1])[-1]

    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 1, "completion_tokens": 16, "total_tokens": 17}


def test_requests_are_recorded_to_the_byte_in_the_order_of_their_arrival(server: ProtocolServer) -> None:
    post(server.url, b'{"model": "gemma",  "messages": []}', Authorization="Bearer k")
    with Client(server.url) as client:
        client.body(path="/v1/models")

    first, second = server.requests
    assert (first.method, first.path) == ("POST", "/v1/chat/completions")
    assert first.body == b'{"model": "gemma",  "messages": []}'
    assert first.json == {"model": "gemma", "messages": []}
    assert first.headers["authorization"] == "Bearer k"
    assert (second.method, second.path, second.call) == ("GET", "/v1/models", None)
    assert server.calls == 1


def test_one_connection_serves_many_requests(server: ProtocolServer) -> None:
    with Client(server.url) as client:
        for _ in range(3):
            client.body(HELLO)
            client.body(STREAMED)

    assert server.calls == 6
    assert server.connections == 1


def test_a_function_says_what_it_wants_of_the_request_and_its_number() -> None:
    with ProtocolServer(lambda request, call: f"{call}: {request['messages'][-1]['content']}") as server:
        assert [said(post(server.url)[1]) for _ in range(2)] == ["0: Hello.", "1: Hello."]


def test_a_dict_sets_fields_of_the_message_and_of_the_completion() -> None:
    answer = {"content": "Hm.", "reasoning": "Let me think.", "finish_reason": "length", "model": "gemma-27b"}
    with ProtocolServer(lambda *_: answer) as server:
        completion = json.loads(post(server.url)[1])

    assert completion["choices"][0]["message"] == {
        "role": "assistant",
        "content": "Hm.",
        "reasoning": "Let me think.",
    }
    assert completion["choices"][0]["finish_reason"] == "length"
    assert completion["model"] == "gemma-27b"


def test_reasoning_is_streamed_before_the_text() -> None:
    with ProtocolServer(lambda *_: {"content": "Hm.", "reasoning_content": "Let me."}) as server:
        deltas = [chunk["choices"][0]["delta"] for chunk in events(post(server.url, STREAMED)[1])]

    assert deltas[1:4] == [{"reasoning_content": "Let "}, {"reasoning_content": "me."}, {"content": "Hm."}]


def test_an_answer_function_that_raises_is_told_to_the_client_at_once() -> None:
    with ProtocolServer(lambda request, _: request["no such field"]) as server:
        status, body = post(server.url)

    assert status == 400
    assert json.loads(body)["error"]["message"] == "the test's answer function raised KeyError('no such field')"


def test_an_http_error_has_its_body_and_headers() -> None:
    fault = Fault.http(429, "Slow down.", code="rate_limit_exceeded", retry_after="2")
    with ProtocolServer(faults=[fault]) as server, Client(server.url) as client:
        response = client.send(HELLO)
        body = json.loads(response.read())
        then = client.send(HELLO)

        assert (response.status, response.headers["Retry-After"]) == (429, "2")
        assert body["error"]["message"] == "Slow down."
        assert then.status == 200


def test_a_reset_closes_the_connection_without_an_answer() -> None:
    with ProtocolServer(faults=[Fault("reset")]) as server, pytest.raises(ConnectionResetError):
        post(server.url)


def test_a_stall_answers_nothing_until_the_server_stops() -> None:
    server = ProtocolServer(faults=[Fault("stall")])
    with server, Client(server.url) as client:
        client.connection.request("POST", "/v1/chat/completions", json.dumps(HELLO))
        server.wait_for_calls(1)
        server.stop()
        with pytest.raises(ConnectionError):
            client.connection.getresponse()


def test_a_body_is_cut_short_of_its_announced_length() -> None:
    with ProtocolServer(faults=[Fault("cut")]) as server, pytest.raises(http.client.IncompleteRead):
        post(server.url)


def test_a_stream_is_cut_after_so_many_events() -> None:
    with ProtocolServer(faults=[Fault("cut", after=3)]) as server, pytest.raises(http.client.IncompleteRead) as caught:
        post(server.url, STREAMED)

    assert len(events(caught.value.partial)) == 3


def test_a_stream_that_ends_early_ends_in_good_order() -> None:
    with ProtocolServer(faults=[Fault("end_early", after=3)]) as server:
        body = post(server.url, STREAMED)[1]

    assert len(events(body)) == 3
    assert b"[DONE]" not in body


@pytest.mark.parametrize("request_body", [HELLO, STREAMED])
def test_broken_json_comes_as_a_complete_body(request_body: object) -> None:
    with ProtocolServer(faults=[Fault("broken_json")]) as server:
        status, body = post(server.url, request_body)

    assert status == 200
    parse = json.loads if request_body is HELLO else events
    with pytest.raises(ValueError, match=r"line 1"):
        parse(body)


def test_faults_are_chosen_by_number_of_the_call() -> None:
    with ProtocolServer(faults={1: Fault.http(500)}) as server:
        assert [post(server.url)[0] for _ in range(3)] == [200, 500, 200]


def test_faults_are_chosen_by_a_function_that_knows_the_attempt() -> None:
    with ProtocolServer(faults=lambda request: Fault.http(503) if request.attempt == 1 else None) as server:
        other = {**HELLO, "seed": 1}

        assert [post(server.url, body)[0] for body in (HELLO, other, HELLO, other)] == [503, 503, 200, 200]


def test_random_faults_are_the_same_in_every_run_and_come_at_their_rates() -> None:
    def drawn(seed: int) -> list[int]:
        faults = RandomFaults({429: 0.2, 500: 0.1}, seed=seed)
        with ProtocolServer(faults=faults) as server, Client(server.url) as client:
            return [client.status({**HELLO, "seed": number}) for number in range(300)]

    first = drawn(seed=7)

    assert first == drawn(seed=7) != drawn(seed=8)
    assert 40 <= first.count(429) <= 80
    assert 15 <= first.count(500) <= 45


def test_a_misspelt_random_fault_is_an_error() -> None:
    with pytest.raises(ValueError, match="unknown fault 'rest': give an HTTP status or one of status, reset, stall"):
        RandomFaults({"rest": 0.1})


@pytest.mark.parametrize(
    "roles", [["user"], ["system", "user"], ["user", "assistant", "user"], ["system", "user", "assistant"]]
)
def test_a_strict_server_takes_roles_that_alternate(roles: list[str]) -> None:
    with ProtocolServer(strict=True) as server:
        assert post(server.url, _with_roles(roles))[0] == 200


@pytest.mark.parametrize(
    "roles", [[], ["system"], ["assistant"], ["user", "user"], ["system", "assistant", "user"], ["user", "system"]]
)
def test_a_strict_server_refuses_roles_that_do_not_alternate(roles: list[str]) -> None:
    with ProtocolServer(strict=True) as server:
        status, body = post(server.url, _with_roles(roles))

    assert status == 400
    expected = "Conversation roles must alternate user/assistant/user/assistant/..."
    assert json.loads(body)["error"]["message"] == expected


def _with_roles(roles: list[str]) -> dict[str, Any]:
    return {"model": "gemma", "messages": [{"role": role, "content": "x"} for role in roles]}


def test_a_key_is_demanded_where_one_is_set() -> None:
    with ProtocolServer(key="sk-1") as server:
        assert post(server.url)[0] == 401
        assert post(server.url, Authorization="Bearer sk-1")[0] == 200


def test_the_models_are_listed_and_others_refused() -> None:
    with ProtocolServer(models=["gemma", "llama"]) as server, Client(server.url) as client:
        listed = json.loads(client.body(path="/v1/models"))["data"]

        assert [entry["id"] for entry in listed] == ["gemma", "llama"]
        assert client.send({**HELLO, "model": "mistral"}).status == 404


def test_another_address_and_another_body_are_refused(server: ProtocolServer) -> None:
    with Client(server.url) as client:
        assert client.body(HELLO, path="/chat/completions").startswith(b'{"error"')
        assert post(server.url, b"no json")[0] == 400


def test_a_stream_is_cut_into_chunks_of_any_size_in_the_middle_of_characters() -> None:
    with ProtocolServer(lambda *_: "Zoë, 漢字 𝄞.", piece=1, comments=True) as server:
        body = post(server.url, STREAMED)[1]

    texts = [chunk["choices"][0]["delta"].get("content", "") for chunk in events(body)]
    assert "".join(texts) == "Zoë, 漢字 𝄞."
    assert b": keep-alive\n\n" in body


def test_a_lone_surrogate_is_sent_as_an_escape() -> None:
    with ProtocolServer(lambda *_: "torn \ud83d") as server:
        body = post(server.url)[1]

    assert rb"torn \ud83d" in body
    assert said(body) == "torn \ud83d"


def test_a_server_that_was_stopped_refuses_and_starts_again_on_its_port(server: ProtocolServer) -> None:
    post(server.url)
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        post(server.url)
    server.start()

    assert post(server.url)[0] == 200
    assert server.calls == 2


def test_calls_are_held_until_enough_of_them_have_arrived() -> None:
    with ProtocolServer(gather=2) as server, Client(server.url) as first, Client(server.url) as second:
        for client in (first, second):
            client.connection.request("POST", "/v1/chat/completions", json.dumps(HELLO))

        assert [client.connection.getresponse().status for client in (first, second)] == [200, 200]


def test_waiting_for_calls_gives_up_in_time(server: ProtocolServer) -> None:
    post(server.url)
    server.wait_for_calls(1)
    with pytest.raises(TimeoutError, match=r"1 of 2 calls after 0\.01 s"):
        server.wait_for_calls(2, timeout=0.01)


def test_it_runs_as_a_process_of_its_own() -> None:
    with protocol_server_process("--strict") as url:
        assert said(post(url)[1]) == say(HELLO)
        assert post(url, _with_roles(["assistant"]))[0] == 400


def test_the_module_teaches_how_to_run_it() -> None:
    command = [sys.executable, "-m", "dialogue_harness.testing", "--help"]
    helped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for word in ("--port", "--latency", "--strict", "OPENAI_BASE_URL", "harness talk"):
        assert word in helped


def test_the_options_of_the_process_are_those_of_the_server() -> None:
    with protocol_server_process("--strict", "--latency", "0.001") as url:
        twice = {"model": "m", "messages": [{"role": "user", "content": "x"}] * 2}
        assert [post(url, body)[0] for body in (HELLO, twice)] == [200, 400]
