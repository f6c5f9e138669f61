from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError

COUNTING = Dialogue.from_texts([f"This is number {n}." for n in range(1, 10)])  # an opener and four turns


def chosen(dialogue: Any = COUNTING, **options: Any) -> list[int | None]:
    """Return the numbers of the messages that were looked at: none of them can conform."""
    return [item.message for item in conforms(dialogue, min_words=1000, **options).evidence]


def test_without_a_selection_every_message_is_checked() -> None:
    assert chosen() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_one_speaker_s_messages() -> None:
    assert chosen(by="B") == [2, 4, 6, 8]
    assert chosen(by="A") == [1, 3, 5, 7, 9]


def test_one_turn() -> None:
    assert chosen(turns=2) == [4, 5]


def test_the_turns_from_one_to_another() -> None:
    assert chosen(turns=(2, 3)) == [4, 5, 6, 7]


def test_the_opener_is_in_no_turn() -> None:
    assert chosen(from_turn=1) == [2, 3, 4, 5, 6, 7, 8, 9]


def test_from_a_turn_on() -> None:
    assert chosen(from_turn=4) == [8, 9]
    assert chosen(from_turn=4, by="A") == [9]


def test_turns_begin_with_the_first_message_where_there_is_no_opener() -> None:
    silent = replace(COUNTING, scenario=replace(COUNTING.scenario, opener=None, turns=5))
    assert chosen(silent, turns=1) == [1, 2]
    assert chosen(silent, from_turn=5) == [9]


def test_the_turns_of_an_excerpt_are_those_of_its_dialogue() -> None:
    assert chosen(COUNTING[5:9], turns=3) == [6, 7]
    assert chosen(COUNTING.by("B"), turns=(1, 2)) == [2, 4]


def test_the_last_message() -> None:
    assert chosen(last=1) == [9]
    assert chosen(last=1, by="B") == [8]
    assert chosen(last=99) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_every_third_message() -> None:
    assert chosen(every=3) == [3, 6, 9]
    assert chosen(every=3, by="B") == [6]
    assert chosen(every=10) == []


def test_the_last_of_every_second() -> None:
    assert chosen(every=2, last=2) == [6, 8]


@pytest.mark.parametrize(
    ("options", "which"),
    [
        ({"by": "B", "turns": 9}, " (by B in turn 9)"),
        ({"turns": (8, 9)}, " (from turn 8 to turn 9)"),
        ({"every": 11}, " (every 11th)"),
        ({"every": 22, "last": 2}, " (the last 2 every 22nd)"),
    ],
)
def test_a_selection_of_nothing_is_put_in_words(options: dict[str, Any], which: str) -> None:
    assert conforms(COUNTING, max_words=9, **options).sentence == f"there is no message to check{which}"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"by": "b"}, 'conforms: by must be "A" or "B"\n  got: \'b\'\n  nearest: "B"'),
        ({"by": "Bob"}, 'conforms: by must be "A" or "B"\n  got: \'Bob\''),
        (
            {"turns": 3, "from_turn": 3},
            "conforms: turns and from_turn say the same thing; give one of them\n  got: 3",
        ),
        ({"turns": (8, 3)}, "conforms: turns must not end before they begin\n  got: (8, 3)\n  nearest: (3, 8)"),
        ({"turns": "3-8"},
         "conforms: turns must be one turn, or the first and the last\n  got: '3-8'\n  nearest: (3, 8)"),
        ({"turns": (1, 2, 3)}, ("conforms: turns must be one turn, or the first and the last\n"
                               "  got: (1, 2, 3)\n  nearest: (3, 8)")),
        ({"turns": 0}, "conforms: turns must be a whole number, 1 or more\n  got: 0\n  nearest: 1"),
        ({"from_turn": 0}, "conforms: from_turn must be a whole number, 1 or more\n  got: 0\n  nearest: 1"),
        ({"every": -3}, "conforms: every must be a whole number, 1 or more\n  got: -3\n  nearest: 1"),
        ({"last": 2.6}, "conforms: last must be a whole number, 1 or more\n  got: 2.6\n  nearest: 3"),
        ({"last": True}, "conforms: last must be a whole number, 1 or more\n  got: True"),
    ],
)  # fmt: skip
def test_a_selection_that_makes_no_sense_is_refused(options: dict[str, Any], text: str) -> None:
    with pytest.raises(CheckError) as caught:
        conforms(COUNTING, max_words=9, **options)
    assert str(caught.value) == text
