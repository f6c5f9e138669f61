from __future__ import annotations

import pytest

from dialogue_harness.checks import answers_questions
from dialogue_harness.checks.questions import closing_question
from dialogue_harness.dialogue import Dialogue

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
    assert answers_questions(Dialogue.from_texts(["Is there anything else?", "Thank you. Goodbye."]), at_most=0)


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


@pytest.mark.parametrize("word", ["What", "Who", "Whom", "Whose", "Where", "When", "Why", "How"])
def test_each_word_that_asks_for_more_than_yes_or_no_wants_more_than_thanks(word: str) -> None:
    assert not answers_questions(Dialogue.from_texts([f"{word} else is there?", "Thank you. Goodbye."]), at_most=0)


def test_two_words_said_back_and_a_long_thank_you_are_answers() -> None:
    assert answers_questions(Dialogue.from_texts(["Red tiles?", "Red tiles."]), at_most=0)
    long = "Thank you, noted and done. " * 5
    assert answers_questions(Dialogue.from_texts(["Which tiles?", long]), at_most=0)


def test_a_reply_of_characters_that_cannot_be_seen_is_none() -> None:
    assert not answers_questions(Dialogue.from_texts(["Which tiles?", "\u200b"]), at_most=0)
