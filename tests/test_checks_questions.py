from __future__ import annotations

import pytest

from harness.checks import answers_questions
from harness.checks.questions import closing_question
from harness.dialogue import Dialogue

QUESTION = "The roof leaks. Which tiles should we order?"


@pytest.mark.parametrize(
    ("reply", "how"),
    [
        ("", "says nothing"),
        ("(Silence.)", "says nothing"),
        ("🙏🙏", "says nothing"),
        ("Which tiles should we order?", "hands the question back"),
        ("Acknowledged. Thank you.", "only acknowledges"),
        ("Noted.", "only acknowledges"),
    ],
)
def test_a_reply_that_is_none_leaves_the_question_unanswered(reply: str, how: str) -> None:
    verdict = answers_questions(Dialogue.from_texts([QUESTION, reply]), at_most=0)
    assert not verdict
    assert verdict.sentence == "message 2 leaves a question unanswered"
    assert verdict.evidence[0].why == f"{how}: 'Which tiles should we order?' in message 1"


@pytest.mark.parametrize(
    "reply",
    [
        "The red ones.",
        "Red.",
        "42",
        "No idea, sorry.",
        "Thank you for asking! The red ones.",
        "What do you think of the red ones?",
        "Which tiles should we order? The red ones, I would say, as they last.",
    ],
)
def test_an_answer_a_counter_question_and_not_knowing_take_the_question_up(reply: str) -> None:
    verdict = answers_questions(Dialogue.from_texts([QUESTION, reply]), at_most=0)
    assert verdict, verdict.evidence
    assert verdict.sentence == "no question is left unanswered"


def test_a_thank_you_answers_what_asks_for_yes_or_no() -> None:
    assert answers_questions(Dialogue.from_texts(["Is there anything else?", "Thank you, goodbye."]), at_most=0)


def test_the_last_question_of_a_dialogue_is_still_open() -> None:
    assert answers_questions(Dialogue.from_texts(["Hello.", QUESTION]), at_most=0)


def test_a_question_that_is_followed_by_something_else_asks_nothing_now() -> None:
    assert closing_question("Which tiles? The red ones, I think.") is None


@pytest.mark.parametrize(
    "text", ["Which tiles?", "*Which tiles?*", "(Which tiles?)", "どの瓦ですか？", "Tiles. Which tiles?\n"]
)
def test_a_question_at_the_end_is_found_behind_its_decoration(text: str) -> None:
    assert closing_question(text) is not None


def test_a_lone_question_mark_asks_nothing() -> None:
    assert closing_question("???") is None
