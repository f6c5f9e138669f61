from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.storage.file_names import file_name, name_from_file, pair_from_file, pair_name
from dialogue_harness.storage.library import file_name as file_name_of_library
from strategies import hostile_text, names

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | hostile_text()
NEAR_BETWEEN = st.text(st.sampled_from("_vsx."), max_size=12)
NEAR_DEVICE = st.builds(
    str.__add__, st.sampled_from(["con", "CON", "nul.txt", "Com1", "lpt9.", "prn "]), hostile_text(1)
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("small-talk", "small-talk"),
        ("Under_score.2", "Under_score.2"),
        ("vendor/model-27b-it", "vendor+model-27b-it"),
        ("vendor/model:free", "vendor+model=free"),
        ("builtin:eliza", "builtin=eliza"),
        ("../../etc/passwd", "%2E.+..+etc+passwd"),
        ("..", "%2E%2E"),
        (".", "%2E"),
        ("a.", "a%2E"),
        (".hidden", "%2Ehidden"),
        ("two words", "two%20words"),
        ("50% + 1 = ~", "50%25%20%2B%201%20%3D%20%7E"),
        ("a\\b", "a%5Cb"),
        ("naïve", "na%C3%AFve"),
        ("🙂", "%F0%9F%99%82"),
        ("\0\n", "%00%0A"),
        ("\ud800", "%ED%A0%80"),
        ("con", "%63on"),
        ("NUL.txt", "%4EUL.txt"),
        ("com1", "%63om1"),
        ("console", "console"),
        ("a_vs_b", "a%5Fvs_b"),
        ("a_vs_vs_b", "a%5Fvs%5Fvs_b"),
        ("a_vs", "a%5Fvs"),
        ("vs_a", "vs_a"),
        ("", "%"),
    ],
)
def test_a_text_has_one_safe_name_and_comes_back_from_it(text: str, name: str) -> None:
    assert file_name(text) == name
    assert name_from_file(name) == text


@given(ANY_TEXT | names() | NEAR_BETWEEN | NEAR_DEVICE)
def test_any_text_comes_back_unless_it_was_too_long_to_keep(text: str) -> None:
    name = file_name(text)
    assert name_from_file(name) == (None if "~" in name else text)


@given(ANY_TEXT | names() | NEAR_BETWEEN | NEAR_DEVICE)
def test_every_name_is_safe_on_every_operating_system(text: str) -> None:
    name = file_name(text)
    assert re.fullmatch(r"[A-Za-z0-9._%+=~-]{1,120}", name)
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)", name)


@given(ANY_TEXT | NEAR_BETWEEN, ANY_TEXT | NEAR_BETWEEN)
def test_two_texts_never_share_a_name(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


@given(NEAR_BETWEEN | names(), NEAR_BETWEEN | names())
def test_a_pair_is_told_apart_again(a: str, b: str) -> None:
    expected = tuple(None if "~" in file_name(text) else text for text in (a, b))
    assert pair_from_file(pair_name(a, b)) == expected


def test_a_name_that_holds_no_pair_gives_none() -> None:
    assert pair_from_file("small-talk") is None


def test_a_long_text_is_cut_and_told_apart_by_its_hash() -> None:
    one, other = file_name("a" * 300), file_name("a" * 299 + "b")
    assert one == "a" * 100 + "~9835fa6bf4e2"
    assert one != other
    assert name_from_file(one) is None


def test_a_text_of_exactly_the_longest_length_is_kept() -> None:
    assert file_name("a" * 120) == "a" * 120
    assert len(file_name("a" * 121)) == 113


def test_a_pair_of_long_names_fits_the_limit_of_file_systems() -> None:
    assert len(pair_name("🙂" * 300, "é" * 20)) <= 255


@pytest.mark.parametrize("name", ["my folder", "a%2", "%ff", "%6b", ".git", "a~b", "\ud800", "%2e", "con", "a_vs_b"])
def test_a_name_that_is_not_ours_gives_none(name: str) -> None:
    assert name_from_file(name) is None


def test_the_library_offers_the_same_function() -> None:
    assert file_name_of_library is file_name
