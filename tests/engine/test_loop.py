from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness import Dialogue, Ending, History, Message, Scenario, Speaker, Usage
from dialogue_harness.engine.loop import converse
from dialogue_harness.engine.retry import Retry
from dialogue_harness.errors import ContextTooLong, ScriptExhausted
from dialogue_harness.models.registry import Context, Delta, Reply
from dialogue_harness.models.scripted import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue_harness.models.protocol import OnDelta


def scripted(*lines: str) -> Speaker:
    return Speaker("builtin:scripted", script=lines)


def hold(scenario: Scenario, **options: Any) -> Dialogue:
    model = options.pop("model", ScriptedModel())
    messages, ending = asyncio.run(converse(scenario, {"A": model, "B": model}, **options))
    return Dialogue(scenario, messages, ending)


COUNTING = Scenario("counting", a=scripted("2", "4", "6"), b=scripted("1", "3", "5"), opener="0", turns=3)


class Told:
    """A model that answers every context with what a function makes of it."""

    def __init__(self, answer: Callable[[Context], Reply]) -> None:
        self._answer = answer

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        return self._answer(context)

    async def aclose(self) -> None:
        pass


def test_fifty_turns_after_an_opener_are_a_hundred_and_one_messages() -> None:
    scenario = Scenario("long", a=Speaker("m"), b=Speaker("m"), turns=50)
    dialogue = hold(scenario, model=Told(lambda context: Reply(str(context.number))))

    assert len(dialogue) == 101
    assert dialogue.ending == Ending("turns")
    assert [message.number for message in dialogue] == list(range(1, 102))


def test_b_answers_the_opener_and_the_speakers_alternate() -> None:
    dialogue = hold(COUNTING)

    assert dialogue.texts == ("0", "1", "2", "3", "4", "5", "6")
    assert [message.speaker for message in dialogue] == ["A", "B", "A", "B", "A", "B", "A"]


def test_b_begins_where_there_is_no_opener() -> None:
    scenario = Scenario("no opener", a=scripted("second"), b=scripted("first"), opener=None, turns=1)

    assert [(m.speaker, m.text) for m in hold(scenario)] == [("B", "first"), ("A", "second")]


def test_a_scenario_of_no_turns_is_its_opener() -> None:
    dialogue = hold(Scenario("none", a=scripted(), b=scripted(), turns=0))

    assert dialogue.texts == ("Hello.",)
    assert dialogue.ending == Ending("turns")


def test_a_message_that_ends_with_the_end_token_hangs_up() -> None:
    scenario = Scenario("polite", a=scripted("2"), b=scripted("1", "Bye. [END] \n"), turns=9, end_token="[END]")
    dialogue = hold(scenario)

    assert dialogue.texts == ("Hello.", "1", "2", "Bye. [END] \n")
    assert dialogue.ending == Ending("hang_up", by="B")


def test_an_end_token_in_the_middle_of_a_message_does_not_hang_up() -> None:
    scenario = Scenario("quoting", a=scripted("So?"), b=scripted("Say [END] to hang up."), turns=1, end_token="[END]")

    assert hold(scenario).ending == Ending("turns")


def test_an_opener_that_holds_the_end_token_does_not_hang_up() -> None:
    scenario = Scenario("odd", a=scripted("2"), b=scripted("1"), opener="[END]", turns=1, end_token="[END]")

    assert len(hold(scenario)) == 3


def test_an_empty_reply_is_a_message_like_others() -> None:
    scenario = Scenario("quiet", a=scripted("2"), b=scripted(""), turns=1)

    assert hold(scenario).texts == ("Hello.", "", "2")


def test_an_empty_reply_ends_the_dialogue_where_the_scenario_stops_at_one() -> None:
    scenario = Scenario("quiet", a=scripted("2"), b=scripted(" \n"), turns=1, on_empty="stop")
    dialogue = hold(scenario)

    assert dialogue.texts == ("Hello.", " \n")
    assert dialogue.ending == Ending("empty", by="B")


def test_given_messages_are_said_without_asking_a_model() -> None:
    scenario = Scenario(
        "mixed", a=scripted("a3", "a5"), b=scripted("b2", "b4"), turns=2, prefix=["given 2"], given={5: "given 5"}
    )
    dialogue = hold(scenario)

    assert dialogue.texts == ("Hello.", "given 2", "a3", "b4", "given 5")
    assert [message.attempts for message in dialogue] == [0, 0, 1, 1, 0]


def test_a_dialogue_goes_on_from_what_was_said() -> None:
    said = hold(COUNTING).messages[:4]
    new: list[Message] = []
    dialogue = hold(COUNTING, said=said, on_message=new.append)

    assert dialogue.texts == ("0", "1", "2", "3", "4", "5", "6")
    assert [message.number for message in new] == [5, 6, 7]


def test_a_dialogue_that_has_ended_does_not_go_on() -> None:
    scenario = Scenario("over", a=scripted(), b=scripted("[END]"), turns=9, end_token="[END]")
    said = hold(scenario).messages

    assert hold(scenario, said=said).messages == said


def test_each_message_is_handed_over_before_the_next_is_asked_for() -> None:
    order: list[str] = []

    def answer(context: Context) -> Reply:
        order.append(f"ask {context.number}")
        return Reply("x")

    scenario = Scenario("order", a=Speaker("m"), b=Speaker("m"), turns=1)
    hold(scenario, model=Told(answer), on_message=lambda message: order.append(f"keep {message.number}"))

    assert order == ["keep 1", "ask 2", "keep 2", "ask 3", "keep 3"]


def test_what_the_model_tells_of_a_reply_is_kept_with_the_message() -> None:
    reply = Reply(
        "text", reasoning="why", finish_reason="length", usage=Usage(input=3, output=4), model="m-2026", attempts=2
    )
    scenario = Scenario("kept", a=Speaker("m"), b=Speaker("m"), turns=1)
    message = hold(scenario, model=Told(lambda _: reply))[2]

    assert (message.text, message.reasoning, message.finish_reason) == ("text", "why", "length")
    assert (message.usage, message.model, message.attempts) == (Usage(input=3, output=4), "m-2026", 2)
    assert message.ms is not None
    assert message.ms >= 0


def test_reasoning_is_never_sent_to_anyone() -> None:
    contexts: list[Context] = []

    def answer(context: Context) -> Reply:
        contexts.append(context)
        return Reply("said", reasoning="secret thought")

    hold(Scenario("secret", a=Speaker("m"), b=Speaker("m"), turns=3), model=Told(answer))

    assert all("secret" not in message.content for context in contexts for message in context.messages)


def test_a_person_who_watches_gets_the_pieces_and_who_says_them() -> None:
    pieces: list[tuple[str, Delta]] = []
    scenario = Scenario("watched", a=scripted("two words"), b=scripted("one"), turns=1)
    hold(scenario, on_piece=lambda side, delta: pieces.append((side, delta)))

    assert "".join(delta.text for side, delta in pieces if side == "A") == "two words"
    assert "".join(delta.text for side, delta in pieces if side == "B") == "one"


def test_what_was_said_before_a_failure_has_been_handed_over() -> None:
    kept: list[Message] = []
    scenario = Scenario("short script", a=scripted("2"), b=scripted("1"), turns=5)

    with pytest.raises(ScriptExhausted, match="the script of B has no line for message 4"):
        hold(scenario, on_message=kept.append, retry=Retry(first=0))
    assert [message.text for message in kept] == ["Hello.", "1", "2"]


def test_each_sample_is_told_its_number() -> None:
    scenario = Scenario("draws", a=Speaker("m"), b=Speaker("m"), turns=1)
    told = Told(lambda context: Reply(f"sample {context.sample}"))

    assert hold(scenario, model=told, sample=7)[2].text == "sample 7"


class Narrow:
    """A model whose context holds only so many messages."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sent: list[list[str]] = []

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        self.sent.append([message.content for message in context.messages])
        if len(context.messages) > self.room:
            message = "the messages are longer than the model's context"
            raise ContextTooLong(message, fix="set a history")
        return Reply(str(context.number))

    async def aclose(self) -> None:
        pass


def nine_said(history: History) -> tuple[Scenario, tuple[Message, ...]]:
    scenario = Scenario("narrow", a=Speaker("m", system="s"), b=Speaker("m", system="s"), turns=5, history=history)
    return scenario, Dialogue.from_texts("abcdefghi", scenario=scenario).messages


@pytest.mark.parametrize("history", [History(last=100), History(tokens=10_000)])
def test_a_view_that_is_too_long_is_halved_where_the_scenario_limits_its_history(history: History) -> None:
    scenario, said = nine_said(history)
    model = Narrow(room=4)
    message = hold(replace(scenario, turns=4), model=model, said=said[:8])[9]

    assert model.sent == [["s", *"bcdefgh"], ["s", *"fgh"]]
    assert (message.text, message.attempts) == ("9", 2)


def test_it_is_halved_down_to_the_message_to_be_answered_and_then_given_up() -> None:
    scenario, said = nine_said(History(last=100))
    model = Narrow(room=1)

    with pytest.raises(ContextTooLong) as caught:
        hold(scenario, model=model, said=said)
    assert model.sent == [["s", *"abcdefghi"], ["s", *"ghi"], ["s", "i"]]
    assert caught.value.attempts == 3
    assert caught.value.fix == (
        "a single message is longer than the model's context: limit replies with Speaker(max_tokens=…)"
    )


def test_a_full_history_is_never_shortened_unasked() -> None:
    scenario, said = nine_said(History())
    model = Narrow(room=4)

    with pytest.raises(ContextTooLong) as caught:
        hold(scenario, model=model, said=said)
    assert model.sent == [["s", *"abcdefghi"]]
    assert caught.value.fix == "set a history"
