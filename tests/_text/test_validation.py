from __future__ import annotations

from typing import Any

import pytest

from dialogue_harness._text.validation import choice, number, texts, whole_number
from dialogue_harness._text.words import plural
from dialogue_harness.errors import CheckError


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        ("3", {}, "n must be a whole number, 0 or more\n  got: '3'"),
        (True, {}, "n must be a whole number, 0 or more\n  got: True"),
        (-1, {}, "n must be a whole number, 0 or more\n  got: -1\n  nearest: 0"),
        (2.4, {}, "n must be a whole number, 0 or more\n  got: 2.4\n  nearest: 2"),
        (float("nan"), {}, "n must be a whole number, 0 or more\n  got: nan"),
        (11, {"high": 10}, "n must be at most 10\n  got: 11\n  nearest: 10"),
        ("many", {"parse": True}, "n must be a whole number, 0 or more\n  got: 'many'"),
        ("2.6", {"parse": True}, "n must be a whole number, 0 or more\n  got: '2.6'\n  nearest: 3"),
    ],
)
def test_what_is_not_a_whole_number_is_refused_with_the_nearest(value: Any, options: Any, message: str) -> None:
    with pytest.raises(CheckError) as refused:
        whole_number(CheckError, "n", value, **options)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        ("0.5", {}, "x must be a number, 0 or more\n  got: '0.5'"),
        (0, {"above": True}, "x must be a number, more than 0\n  got: 0"),
        (3, {"high": 1}, "x must be a number from 0 to 1\n  got: 3\n  nearest: 1"),
        (10**16, {}, "x must be a number, 0 or more\n  got: 10000000000000000"),
    ],
)
def test_what_is_not_a_number_in_range_is_refused_with_the_nearest(value: Any, options: Any, message: str) -> None:
    with pytest.raises(CheckError) as refused:
        number(CheckError, "x", value, **options)
    assert str(refused.value) == message


def test_a_string_counts_as_a_number_only_where_the_caller_parses() -> None:
    assert whole_number(CheckError, "n", "3", parse=True) == 3
    assert number(CheckError, "x", "0.5", parse=True) == 0.5


def test_a_seed_may_be_as_large_as_it_likes() -> None:
    assert whole_number(CheckError, "seed", 2**64, low=None, high=None) == 2**64


def test_a_misspelt_choice_is_refused_with_the_nearest() -> None:
    with pytest.raises(CheckError, match="mode must be one of 'none', 'all'\n  got: 'al'\n  nearest: 'all'"):
        choice(CheckError, "mode", "al", ("none", "all"))


def test_one_string_is_not_a_list_of_strings() -> None:
    with pytest.raises(CheckError, match=r"words must be a list of strings, not one string\n  got: 'a'"):
        texts(CheckError, "words", "a")


def test_a_count_agrees_with_its_noun() -> None:
    assert [plural(n, "turn") for n in (0, 1, 3)] == ["0 turns", "1 turn", "3 turns"]
    assert plural(1200, "reply", "replies") == "1,200 replies"
