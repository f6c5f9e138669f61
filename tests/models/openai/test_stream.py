from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.dialogue import Usage
from dialogue_harness.errors import ModelError, ReplyUnusable, RequestRejected, ServerBusy, ServerUnreachable
from dialogue_harness.models.openai.errors import ServedModel
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.models.openai.reply import Collector
from dialogue_harness.models.protocol import Delta, Reply
from dialogue_harness.testing.server import Fault, ProtocolServer, say
from openai_asking import ask, context, failure, pieces_of
from strategies import hostile_text

EVENTS = {"content-type": "text/event-stream"}
SERVER = ServedModel("gemma", "http://127.0.0.1:8000/v1", "OPENAI_API_KEY")


def collected(*deltas: dict[str, Any], usage: Any = None, finish: str | None = "stop") -> Reply:
    """Return the reply that is put together from these pieces."""
    collector = Collector(SERVER)
    for delta in deltas:
        collector.add({"model": "gemma-27b", "choices": [{"index": 0, "delta": delta}]}, {})
    collector.add({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}, {})
    collector.add({"choices": [], "usage": usage}, {})
    return collector.reply(EVENTS)


def chunk(**delta: Any) -> bytes:
    body = {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


FINISH = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'


def served(stream: bytes) -> Fault:
    """Return an answer of exactly these bytes, with the status of a success."""
    return Fault("status", status=200, body=stream, headers=EVENTS)


def test_a_streamed_reply_is_the_whole_reply() -> None:
    with ProtocolServer() as server:
        assert ask(server, stream=True) == ask(server)


def test_the_pieces_come_one_by_one_and_make_up_the_text() -> None:
    with ProtocolServer() as server:
        pieces = pieces_of(server)

    assert len(pieces) > 5
    assert "".join(piece.text for piece in pieces) == say({"model": "gemma", "messages": [{"content": "Hello."}]})


def test_pieces_of_reasoning_are_told_apart() -> None:
    with ProtocolServer(lambda *_: {"content": "Four.", "reasoning": "Two and"}) as server:
        assert pieces_of(server) == [
            Delta("Two ", is_reasoning=True),
            Delta("and", is_reasoning=True),
            Delta("Four."),
        ]


def test_the_pieces_of_a_stream_that_is_cut_were_shown() -> None:
    with ProtocolServer(lambda *_: "one two three", faults=[Fault("cut", after=3)]) as server:
        shown: list[Delta] = []

        async def watch() -> None:
            model = OpenAIModel("gemma", base_url=server.url)
            with pytest.raises(ServerUnreachable):
                await model.reply(context(), on_delta=shown.append)
            await model.aclose()

        asyncio.run(watch())

    assert shown == [Delta("one "), Delta("two ")]


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64, 100_000])
def test_chunks_may_be_cut_in_the_middle_of_a_character_or_a_line(piece: int) -> None:
    text = "Zoë said:\r\n“漢字” 𝄞\u2028 data: [DONE]\n\n"
    with ProtocolServer(lambda *_: text, piece=piece) as server:
        reply = ask(server, stream=True)

    assert reply.text == text
    assert reply.usage == Usage(input=1, output=6)


def test_keep_alive_comments_are_passed_over() -> None:
    with ProtocolServer(comments=True) as server:
        assert ask(server, stream=True) == ask(server)


def test_lines_may_end_as_they_like_and_other_fields_are_passed_over() -> None:
    events = b"event: message\r\nid: 1\r\nretry: 5\r\n" + chunk(content="One.").replace(b"\n", b"\r\n")
    with ProtocolServer(faults=[served(events + FINISH + b"data: [DONE]\n\n")]) as server:
        assert ask(server, stream=True).text == "One."


def test_a_stream_needs_no_done_after_its_finish_reason() -> None:
    with ProtocolServer(faults=[served(chunk(content="One.") + FINISH)]) as server:
        assert ask(server, stream=True).text == "One."


def test_usage_is_read_from_the_last_chunk_and_from_any_other() -> None:
    assert collected({"content": "x"}, usage={"prompt_tokens": 3}).usage == Usage(input=3)
    assert collected({"content": "x"}, usage=None).usage is None


def test_reasoning_that_comes_under_both_of_its_names_is_read_once() -> None:
    reply = collected({"reasoning": "Hm", "reasoning_content": "Hm"}, {"reasoning": ".", "reasoning_content": "."})

    assert reply.reasoning == "Hm."


def test_only_the_first_of_several_choices_is_the_reply() -> None:
    collector = Collector(SERVER)
    for index, text in ((0, "One."), (1, "Uno.")):
        collector.add({"choices": [{"index": index, "delta": {"content": text}, "finish_reason": "stop"}]}, {})

    assert collector.reply(EVENTS).text == "One."


def test_a_stream_that_is_cut_says_how_far_it_came() -> None:
    with ProtocolServer(lambda *_: "one two three", faults=[Fault("cut", after=3)]) as server:
        error = failure(server, stream=True)

    assert type(error) is ServerUnreachable
    assert error.transient
    assert str(error) == (
        f"gemma at {server.url}: the stream broke off after 8 characters\n"
        f"  url: {server.url}/chat/completions\n"
        "  cause: the server closed the connection before its reply was complete\n"
        f"how to fix: check that the server is running: `curl {server.url}/models`"
    )


def test_a_stream_that_ends_before_its_finish_reason_broke_off() -> None:
    with ProtocolServer(lambda *_: "one two three", faults=[Fault("end_early", after=2)]) as server:
        error = failure(server, stream=True)

    assert error.headline == f"gemma at {server.url}: the stream broke off after 4 characters"


def test_a_stream_that_is_cut_after_its_finish_reason_has_lost_its_usage_only() -> None:
    with ProtocolServer(lambda *_: "one two", faults=[Fault("cut", after=4)]) as server:
        reply = ask(server, stream=True)

    assert (reply.text, reply.finish_reason, reply.usage) == ("one two", "stop", None)


def test_a_page_in_place_of_a_stream_is_told_by_its_content_type() -> None:
    page = Fault("status", status=200, body="<html>Log in</html>", headers={"content-type": "text/html"})
    with ProtocolServer(faults=[page]) as server:
        error = failure(server, stream=True)

    assert error.headline == f"gemma at {server.url}: the reply is not a chat completion"
    assert ("content type", "text/html") in error.facts


def test_an_event_that_is_no_json_may_be_better_next_time() -> None:
    with ProtocolServer(faults=[Fault("broken_json")]) as server:
        error = failure(server, stream=True)

    assert type(error) is ReplyUnusable
    assert error.transient
    assert error.headline == f"gemma at {server.url}: the reply is not a chat completion"
    assert ("got", '{"choices": [{"delta": {"content"') in error.facts


@pytest.mark.parametrize("event", [b"data: \xff\xfe\n\n", b"data: 5\n\n", b'data: {"choices": "x"}\n\n'])
def test_an_event_that_is_no_chunk_may_be_better_next_time(event: bytes) -> None:
    with ProtocolServer(faults=[served(chunk(content="One.") + event)]) as server:
        error = failure(server, stream=True)

    assert error.headline == f"gemma at {server.url}: the reply is not a chat completion"
    assert error.transient


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        ({"message": "Overloaded.", "code": 529}, ServerBusy, "Overloaded."),
        ({"message": "Overloaded.", "code": "503"}, ServerBusy, "Overloaded."),
        ({"message": "Too long.", "code": 400}, RequestRejected, "Too long."),
        ({"message": "Out of memory.", "type": "server_error"}, ReplyUnusable, "Out of memory."),
        ("Out of memory.", ReplyUnusable, "Out of memory."),
    ],
)
def test_an_error_inside_the_stream_is_told_in_the_servers_words(
    error: object, kind: type[ModelError], says: str
) -> None:
    with ProtocolServer(faults=[Fault("error", body={"error": error})]) as server:
        raised = failure(server, stream=True)

    assert type(raised) is kind
    assert ("server says", says) in raised.facts
    assert raised.transient == (kind is not RequestRejected)


def test_what_the_watcher_raises_is_not_taken_for_a_failure_of_the_server() -> None:
    def stop(_: Delta) -> None:
        raise ValueError("enough")  # noqa: EM101 -- any error of the caller's

    async def watch(url: str) -> None:
        model = OpenAIModel("gemma", base_url=url)
        try:
            await model.reply(context(), on_delta=stop)
        finally:
            await model.aclose()

    with ProtocolServer() as server, pytest.raises(ValueError, match="enough"):
        asyncio.run(watch(server.url))


@given(st.lists(hostile_text(2), max_size=5), st.lists(hostile_text(2), max_size=3))
def test_the_pieces_put_together_are_the_reply(texts: list[str], thoughts: list[str]) -> None:
    reply = collected(
        {"content": ""},
        *({"reasoning_content": thought} for thought in thoughts),
        *({"content": text} for text in texts),
    )

    assert reply.text == "".join(texts)
    assert reply.reasoning == ("".join(thoughts) or None)
