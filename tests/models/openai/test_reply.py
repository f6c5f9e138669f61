from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.dialogue import Usage
from dialogue_harness.errors import ModelError
from dialogue_harness.models.openai.errors import ServedModel
from dialogue_harness.models.openai.reply import whole
from dialogue_harness.models.protocol import Reply
from dialogue_harness.testing.server import ProtocolServer, say
from openai_asking import ask, context, failure
from strategies import hostile_text

if TYPE_CHECKING:
    from dialogue_harness.testing.server import Answer

SERVER = ServedModel("gemma", "http://127.0.0.1:8000/v1", "OPENAI_API_KEY")


def decoded(*, completion: dict[str, Any] | None = None, finish_reason: Any = "stop", **message: Any) -> Reply:
    """Return the reply that is read from a completion with this message."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason}
    body = {"id": "x", "model": "gemma-27b", "choices": [choice], **(completion or {})}
    return whole(SERVER, json.dumps(body).encode(), {})


def unusable(**message: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        decoded(**message)
    return caught.value


def answered(answer: Answer, *, stream: bool) -> Reply:
    with ProtocolServer(lambda *_: answer) as server:
        return ask(server, stream=stream)


def test_a_reply_has_text_finish_reason_usage_and_the_model_that_answered() -> None:
    with ProtocolServer() as server:
        reply = ask(server, context("Hello, you."))

    text = say({"model": "gemma", "messages": [{"content": "Hello, you."}]})
    assert reply == Reply(text, None, "stop", Usage(input=2, output=16), "gemma", attempts=1)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_is_kept_apart_from_the_text(field: str, *, stream: bool) -> None:
    reply = answered({"content": "Four.", field: "Two and two."}, stream=stream)

    assert (reply.text, reply.reasoning) == ("Four.", "Two and two.")


def test_reasoning_that_comes_under_both_of_its_names_is_read_once() -> None:
    assert decoded(content="Four.", reasoning="Hm.", reasoning_content="Hm.").reasoning == "Hm."


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_reasoning_and_empty_reasoning_are_none(nothing: str | None) -> None:
    assert decoded(content="Four.", reasoning=nothing).reasoning is None


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_an_empty_text_is_a_message(*, stream: bool) -> None:
    assert answered("", stream=stream).text == ""


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_truncated_reply_is_a_message_that_says_so(*, stream: bool) -> None:
    reply = answered({"content": "And then", "finish_reason": "length"}, stream=stream)

    assert (reply.text, reply.finish_reason) == ("And then", "length")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_refusal_is_a_message_that_says_so(*, stream: bool) -> None:
    reply = answered({"content": None, "refusal": "I can't help with that."}, stream=stream)

    assert (reply.text, reply.finish_reason) == ("I can't help with that.", "refusal")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_reply_of_reasoning_alone_is_an_empty_message(*, stream: bool) -> None:
    reply = answered({"content": None, "reasoning": "Shall I?", "finish_reason": "length"}, stream=stream)

    assert (reply.text, reply.reasoning, reply.finish_reason) == ("", "Shall I?", "length")


def test_the_text_parts_of_a_list_are_joined() -> None:
    parts = [{"type": "text", "text": "One. "}, {"type": "image"}, "stray", {"type": "text", "text": "Two."}]

    assert decoded(content=parts).text == "One. Two."


def test_usage_is_read_with_its_details() -> None:
    usage = {
        "prompt_tokens": 90,
        "completion_tokens": 30,
        "completion_tokens_details": {"reasoning_tokens": 20},
        "prompt_tokens_details": {"cached_tokens": 80},
    }

    assert decoded(content="x", completion={"usage": usage}).usage == Usage(90, 30, 20, 80)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        {},
        {"prompt_tokens": None, "completion_tokens": "many"},
        {"prompt_tokens": -1, "completion_tokens": float("nan"), "prompt_tokens_details": 5},
    ],
)
def test_usage_that_counts_nothing_is_none(usage: object) -> None:
    assert decoded(content="x", completion={"usage": usage}).usage is None


def test_what_a_server_leaves_out_or_sends_as_null_is_none() -> None:
    reply = decoded(content="x", finish_reason=None, completion={"model": None, "usage": None})

    assert (reply.finish_reason, reply.model, reply.usage) == (None, None, None)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_null_content_is_no_message(*, stream: bool) -> None:
    with ProtocolServer(lambda *_: {"content": None}) as server:
        error = failure(server, stream=stream)

    assert str(error) == (
        f"gemma at {server.url}: the reply holds no text: content is null\n"
        f"  url: {server.url}/chat/completions\n"
        "  finish reason: stop\n"
        f"how to fix: look at the server's log; `curl {server.url}/models` lists the models that it serves"
    )
    assert not error.transient


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_reply_without_choices_may_be_better_next_time(*, stream: bool) -> None:
    with ProtocolServer(lambda *_: {"choices": [], "usage": {"prompt_tokens": 1}}) as server:
        error = failure(server, stream=stream)

    assert error.headline == f"gemma at {server.url}: the reply has no choices"
    assert error.transient


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_withheld_reply_names_the_content_filter(*, stream: bool) -> None:
    with ProtocolServer(lambda *_: {"content": None, "finish_reason": "content_filter"}) as server:
        error = failure(server, stream=stream)

    assert error.headline == f"gemma at {server.url}: the server's content filter withheld the reply"
    assert not error.transient


def test_a_text_that_the_filter_cut_is_a_message_that_says_so() -> None:
    reply = decoded(content="And so", finish_reason="content_filter")

    assert (reply.text, reply.finish_reason) == ("And so", "content_filter")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_a_tool_call_is_no_message(*, stream: bool) -> None:
    calls = [{"id": "1", "type": "function", "function": {"name": "search", "arguments": "{}"}}]
    with ProtocolServer(lambda *_: {"content": None, "tool_calls": calls}) as server:
        error = failure(server, stream=stream)

    assert str(error).splitlines()[0] == f"gemma at {server.url}: the reply calls a tool and says nothing"
    assert str(error).splitlines()[-1] == (
        "how to fix: leave tools out of Speaker(extra=…): nobody in a dialogue runs them"
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b'{"choices": 5}', b'{"choices": ["x"]}', b"[" * 9999])
def test_a_body_that_is_no_completion_may_be_better_next_time(body: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        whole(SERVER, body, {"content-type": "text/html"})

    assert caught.value.headline == "gemma at http://127.0.0.1:8000/v1: the reply is not a chat completion"
    assert ("content type", "text/html") in caught.value.facts
    assert caught.value.transient


def test_bytes_that_are_no_utf8_are_no_completion() -> None:
    with pytest.raises(ModelError, match="the reply is not a chat completion"):
        whole(SERVER, b'{"choices": [{"message": {"content": "\xff"}}]}', {})


def test_lone_surrogates_and_nan_are_read() -> None:
    body = b'{"choices": [{"message": {"content": "torn \\ud83d"}, "logprobs": NaN}]}'

    assert whole(SERVER, body, {}).text == "torn \ud83d"


@given(hostile_text(), hostile_text())
def test_text_and_reasoning_are_read_to_the_character(text: str, reasoning: str) -> None:
    reply = decoded(content=text, reasoning=reasoning)

    assert (reply.text, reply.reasoning) == (text, reasoning or None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 600) | st.floats() | st.sampled_from(["", "text", "stop", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "error", "code", "usage", "type", "text", "tool_calls"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON | st.builds(lambda message: {"choices": [{"message": message}]}, JSON))
def test_any_json_is_a_reply_or_an_error_of_ours(body: Any) -> None:
    try:
        told = whole(SERVER, json.dumps(body).encode(), {}).text
    except ModelError as error:
        told = error.headline.removeprefix("gemma at http://127.0.0.1:8000/v1: ")

    assert isinstance(told, str)
    assert not told.startswith("gemma at ")
