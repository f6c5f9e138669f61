from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness._text.words import words
from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError


def why(text: str, **options: Any) -> str | None:
    verdict = conforms(Message(1, "A", text), **options)
    return None if verdict else verdict.evidence[0].why


LINE = "The tide turns at noon. Shall we sail?"  # 8 words, 38 characters, 2 sentences


@pytest.mark.parametrize(
    ("unit", "size"),
    [("words", 8), ("characters", 38), ("sentences", 2)],
)
def test_a_limit_that_is_just_met_passes_and_one_less_or_more_does_not(unit: str, size: int) -> None:
    assert why(LINE, **{f"max_{unit}": size, f"min_{unit}": size}) is None
    assert why(LINE, **{f"max_{unit}": size - 1}) == (f"has {size} {unit}, more than {size - 1}")
    assert why(LINE, **{f"min_{unit}": size + 1}) == f"has {size} {unit}, fewer than {size + 1}"


def test_one_of_something_is_spoken_of_in_the_singular() -> None:
    assert why("Yes", min_words=2) == "has 1 word, fewer than 2"


def test_each_chinese_character_is_a_word() -> None:
    assert why("潮水中午转向", max_words=6) is None
    assert why("潮水中午转向", max_words=5) == "has 6 words, more than 5"


def test_a_limit_of_zero_asks_for_silence() -> None:
    assert why(" \n", max_words=0) is None
    assert why("Hm.", max_words=0) == "has 1 word, more than 0"


@given(st.text(max_size=40), st.integers(0, 9))
def test_the_count_is_that_of_the_words_of_the_package(text: str, limit: int) -> None:
    assert (why(text, max_words=limit) is None) == (len(words(text)) <= limit)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"max_words": -1}, "conforms: max_words must be a whole number, 0 or more\n  got: -1\n  nearest: 0"),
        ({"max_words": 99.5}, "conforms: max_words must be a whole number, 0 or more\n  got: 99.5\n  nearest: 100"),
        ({"min_characters": "9"}, "conforms: min_characters must be a whole number, 0 or more\n  got: '9'"),
        ({"min_sentences": True}, "conforms: min_sentences must be a whole number, 0 or more\n  got: True"),
        (
            {"min_words": 9, "max_words": 5},
            "conforms: max_words must not be below min_words, which is 9\n  got: 5\n  nearest: 9",
        ),
        (
            {"any_of": [{"max_words": 3}, {"max_words": -3}]},
            "conforms: any_of[1].max_words must be a whole number, 0 or more\n  got: -3\n  nearest: 0",
        ),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(CheckError) as caught:
        why(LINE, **options)
    assert str(caught.value) == text


def test_a_required_phrase_that_is_missing_is_named() -> None:
    assert why(LINE, requires=["the tide", "anchor"]) == "lacks 'anchor'"
    assert why(LINE, requires="THE TIDE") is None


def test_a_forbidden_phrase_that_is_said_is_named() -> None:
    assert why(LINE, forbids=["sail", "storm"]) == "says 'sail'"
    assert why(LINE, forbids=["storm", "anchor"]) is None


@pytest.mark.parametrize("text", ["We went sailing.", "The mainsail tore.", "Sail_plan is a name.", "He has 3sail."])
def test_a_phrase_within_a_longer_word_is_not_said(text: str) -> None:
    assert why(text, forbids="sail") is None


@pytest.mark.parametrize("text", ["Sail!", "(sail)", "to\nsail", "*SAIL*", "sail's"])
def test_a_phrase_is_said_whatever_stands_around_it(text: str) -> None:
    assert why(text, forbids="sail") == "says 'sail'"


@pytest.mark.parametrize("text", ["I’m an  AI", "i'm\nan ai"])
def test_case_white_space_and_apostrophes_make_no_difference_to_a_phrase(text: str) -> None:
    assert why(text, forbids="I'm an AI") == "says 'I'm an AI'"


def test_phrases_of_scripts_without_spaces_are_found_within_a_sentence() -> None:
    assert why("请问潮水什么时候转向", requires="潮水") is None


def test_a_phrase_may_begin_and_end_with_signs() -> None:
    assert why("The task is done. [END]", requires="[END]") is None
    assert why("It costs $5.", forbids="$5") == "says '$5'"
    assert why("It costs $50.", forbids="$5") is None


@pytest.mark.parametrize(
    ("phrases", "text"),
    [
        ("", "conforms: requires must be a phrase or a list of them, none blank\n  got: ''"),
        (["tide", " "], "conforms: requires must be a phrase or a list of them, none blank\n  got: ' '"),
        (["tide", 3], "conforms: requires must be a phrase or a list of them, none blank\n  got: 3"),
        ([], "conforms: requires must not be empty: it would ask for nothing\n  got: []"),
        (3, "conforms: requires must be a phrase or a list of them\n  got: 3"),
    ],
)
def test_phrases_that_are_none_are_refused(phrases: Any, text: str) -> None:
    with pytest.raises(CheckError) as caught:
        why(LINE, requires=phrases)
    assert str(caught.value) == text
