from __future__ import annotations

import pytest

from dialogue_harness.checks import keeps_length
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError

GREETING = ["Hello.", "Hello!", "Shall we begin?"]


def lengths(*words: int) -> Dialogue:
    return Dialogue.from_texts([*GREETING, *(" ".join(["word"] * n) for n in words)])


def test_messages_that_grow_without_limit_are_found() -> None:
    verdict = keeps_length(lengths(*(20 * 2 ** (n // 4) for n in range(20))))
    assert not verdict
    assert verdict.sentence == ("the last 8 messages are far longer than the first: 240 words at the median, 30 before")
    assert (verdict.score, verdict.threshold) == (7.0, 5.0)
    assert [(item.message, item.why) for item in verdict.evidence][:2] == [(16, "160 words"), (17, "160 words")]


def test_messages_that_dwindle_to_nothing_are_found() -> None:
    verdict = keeps_length(lengths(*[100] * 8, *[40] * 4, *[3] * 8))
    assert not verdict
    assert verdict.sentence == ("the last 8 messages are far shorter than the first: 3 words at the median, 100 before")


def test_a_pair_of_one_who_explains_and_one_who_asks_keeps_its_length() -> None:
    assert keeps_length(lengths(*[100, 20] * 10))


def test_a_short_goodbye_after_long_messages_is_no_dwindling() -> None:
    assert keeps_length(lengths(*[80] * 20, 8, 4, 2))


def test_one_word_replies_that_become_six_words_are_no_runaway() -> None:
    verdict = keeps_length(lengths(*[1] * 8, *[6] * 8))
    assert verdict
    assert verdict.sentence == "the last 8 messages are about as long as the first: 6 words at the median, 1 before"


def test_too_few_messages_pass_and_say_so() -> None:
    verdict = keeps_length(lengths(1, 1000))
    assert verdict
    assert verdict.score is None
    assert verdict.sentence == "too few messages to judge their length by: 2 after the greeting, of 16 needed"


def test_factor_and_window_can_be_set() -> None:
    dialogue = lengths(10, 10, 40, 40)
    assert not keeps_length(dialogue, at_most=2, window=2)
    assert keeps_length(dialogue, at_most=3, window=2)


def test_a_factor_below_one_is_refused() -> None:
    with pytest.raises(CheckError, match="keeps_length: at_most must be a number, 1 or more"):
        keeps_length(lengths(1), at_most=0.5)
