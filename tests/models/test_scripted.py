from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import ModelError, ScriptExhausted
from dialogue_harness.models.protocol import ChatMessage, Context, Delta, Reply
from dialogue_harness.models.scripted import ScriptedModel, recite
from dialogue_harness.scenario import NamedScript, Side, Speaker

LINES = ("one", "two", "three")


def _view(number: int, side: Side, script: Any = LINES, said: tuple[ChatMessage, ...] = ()) -> Context:
    return Context(Speaker("builtin:scripted", script=script), side, said, number)


def _reply(context: Context) -> Reply:
    return asyncio.run(ScriptedModel().reply(context))


@pytest.mark.parametrize(
    ("side", "numbers"),
    [("B", (2, 4, 6)), ("A", (3, 5, 7)), ("B", (1, 3, 5)), ("A", (2, 4, 6))],
    ids=["B after an opener", "A after its opener", "B begins", "A answers B's beginning"],
)
def test_the_lines_are_said_in_order_at_a_sides_own_places(side: Side, numbers: tuple[int, ...]) -> None:
    assert [_reply(_view(number, side)).text for number in numbers] == ["one", "two", "three"]


def test_a_line_stays_at_its_place_when_the_history_is_trimmed() -> None:
    trimmed = (ChatMessage("user", "And then?"),)
    assert _reply(_view(5, "A", said=trimmed)).text == "two"


def test_places_may_be_asked_for_in_any_order() -> None:
    async def ask() -> list[str]:
        model = ScriptedModel()
        replies = await asyncio.gather(*(model.reply(_view(number, "B")) for number in (6, 2, 4, 2)))
        await model.aclose()
        return [reply.text for reply in replies]

    assert asyncio.run(ask()) == ["three", "one", "two", "one"]


def test_a_script_can_be_pinned_from_what_was_said() -> None:
    said = Dialogue.from_texts(["Hello.", "Yes?", "Nothing.", "Well then."])
    assert _reply(_view(4, "B", script=said.by("B"))).text == "Well then."


def test_a_reply_says_who_answered_and_how_it_stopped() -> None:
    assert _reply(_view(2, "B")) == Reply("one", finish_reason="stop", model="builtin:scripted", attempts=1)


def test_a_script_without_a_line_left_says_which_message_and_how_many_lines() -> None:
    with pytest.raises(ScriptExhausted) as caught:
        _reply(_view(9, "A"))
    assert str(caught.value) == (
        "the script of A has no line for message 9\n"
        "  model: builtin:scripted\n"
        "  script: 3 lines\n"
        "  needed: line 4, since A speaks at every other message\n"
        "how to fix: add lines to the script of A, or ask for fewer turns in the scenario"
    )


def test_a_script_of_one_line_is_not_counted_as_lines() -> None:
    with pytest.raises(ScriptExhausted) as caught:
        _reply(_view(4, "B", script=("only",)))
    assert ("script", "1 line") in caught.value.facts


def test_an_exhausted_script_is_not_worth_asking_again() -> None:
    assert not ScriptExhausted.transient


def test_a_function_is_called_with_the_context() -> None:
    def script(context: Context) -> str:
        return f"{context.side}{context.number}: {context.messages[-1].content.upper()}"

    assert _reply(_view(4, "B", script, (ChatMessage("user", "tea"),))).text == "B4: TEA"


def _silent(context: Context) -> str:
    return len(context.messages)  # type: ignore[return-value]  # the mistake under test


def test_a_function_that_returns_no_string_is_told_what_it_returned() -> None:
    with pytest.raises(ModelError) as caught:
        _reply(_view(4, "B", _silent))
    assert str(caught.value) == (
        "the script of B returned no string for message 4\n"
        "  model: builtin:scripted\n"
        f"  script: {__name__}:_silent\n"
        "  got: int: 0\n"
        "how to fix: return a string on every path of the function"
    )


def test_what_a_function_raises_is_let_through() -> None:
    def script(_: Context) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _reply(_view(2, "B", script))


def test_a_function_known_by_name_only_must_be_given_again() -> None:
    with pytest.raises(ScriptExhausted) as caught:
        _reply(_view(2, "B", NamedScript("test_tea:answer")))
    assert str(caught.value) == (
        "the script of B is a function of which only the name is known\n"
        "  model: builtin:scripted\n"
        "  script: test_tea:answer\n"
        "  message: 2\n"
        "how to fix: give the function itself in the spec's scenario: Speaker('builtin:scripted', script=FUNCTION)"
    )


def test_a_person_who_watches_gets_the_line_word_by_word() -> None:
    heard: list[Delta] = []
    context = _view(2, "B", ("  Well,  I\nnever. ",))
    reply = asyncio.run(ScriptedModel().reply(context, on_delta=heard.append))
    assert [delta.text for delta in heard] == ["  Well,  ", "I\n", "never. "]
    assert reply.text == "  Well,  I\nnever. "


@given(st.text())
def test_the_pieces_joined_are_the_text(text: str) -> None:
    heard: list[Delta] = []
    recite(text, heard.append)
    assert "".join(delta.text for delta in heard) == text
    assert not any(delta.is_reasoning for delta in heard)
