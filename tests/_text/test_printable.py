from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness._text.printable import described, neutralise, shorten
from strategies import hostile_text

UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def unsafe(text: str) -> list[str]:
    """Return the characters that no terminal should be sent; joiners within words and emoji are none."""
    return [char for char in text if unicodedata.category(char) in UNSAFE and char not in "\u200c\u200d"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Arch or beam?", "Arch or beam?"),
        ("„Brücke“ – 橋, мост, جسر 🌉", "„Brücke“ – 橋, мост, جسر 🌉"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
        ("\0\x07\x7f\x9b", "\\x00\\x07\\x7f\\x9b"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("\u2028\u2029\ufeff", "\\u2028\\u2029\\ufeff"),
        ("\ud800 alone", "\\ud800 alone"),
        ("\U000e0041 tagged", "\\U000e0041 tagged"),
        ("می\u200cخواهم 👩\u200d👧", "می\u200cخواهم 👩\u200d👧"),
    ],
)
def test_what_acts_on_a_terminal_is_spelt_out_and_the_rest_is_kept(text: str, shown: str) -> None:
    assert neutralise(text) == shown


def test_what_the_caller_prints_as_such_can_be_kept() -> None:
    assert neutralise("a\nb\tc\x1b", keep="\n") == "a\nb\\tc\\x1b"


@given(hostile_text())
def test_any_text_is_neutralised(text: str) -> None:
    assert unsafe(neutralise(text)) == []
    assert neutralise(neutralise(text)) == neutralise(text)


@given(hostile_text())
def test_what_is_kept_is_all_that_is_left(text: str) -> None:
    assert set(unsafe(neutralise(text, keep="\n"))) <= {"\n"}
    assert neutralise(text, keep="\n").count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Arch.", "Arch."),
        ("  a\n\n or\tb?  ", "a or b?"),
        ("0123456789", "0123456789"),
        ("0123456789x", "012345678…"),
        ("01234567 9x", "01234567…"),
        ("\x1b[31m red", "\\x1b[31m…"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_a_text_is_shortened_to_one_line(text: str, shown: str) -> None:
    assert shorten(text, 10) == shown


def test_the_head_of_white_space_without_end_is_an_ellipsis() -> None:
    assert shorten(" " * 10_000 + "x", 10) == "…"


def test_only_the_head_of_megabytes_is_looked_at() -> None:
    assert shorten("arch " * 1_000_000, 12) == "arch arch a…"


@given(hostile_text(), st.integers(2, 40))
def test_any_text_is_shortened_to_a_safe_line_of_at_most_the_width(text: str, width: int) -> None:
    line = shorten(text, width)
    assert len(line) <= width
    assert unsafe(line) == []
    assert len(line.splitlines()) <= 1


@given(hostile_text())
def test_a_text_that_fits_is_not_marked_as_cut(text: str) -> None:
    assert shorten(text, 10_000) == neutralise(" ".join(text.split()))


def test_a_value_is_described_as_python_does_or_by_its_type_where_it_cannot() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError

    assert described(["a", 1]) == "['a', 1]"
    assert described(Silent()) == "<Silent>"
    assert described(10**5000) == "<int>"
