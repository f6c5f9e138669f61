from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness._text.words import FUNCTION_WORDS, content_words, sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tide turns.", ["the", "tide", "turns"]),
        ("Don’t say it's over", ["don't", "say", "it's", "over"]),
        ("'quoted' and rock'n'roll", ["quoted", "and", "rock'n'roll"]),
        ("snake_case, kebab-case", ["snake", "case", "kebab", "case"]),
        ("Straße ΣΊΣΥΦΟΣ", ["strasse", "σίσυφοσ"]),
        ("12 boats at 9:40", ["12", "boats", "at", "9", "40"]),
        ("今天好", ["今", "天", "好"]),
        ("カタカナ", ["カ", "タ", "カ", "ナ"]),
        ("오늘 날씨", ["오늘", "날씨"]),
        ("мир и море", ["мир", "и", "море"]),
        ("👋 … — !", []),
        ("", []),
    ],
)
def test_a_text_is_taken_apart_into_its_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text())
def test_words_are_folded_have_no_white_space_and_are_found_again_in_themselves(text: str) -> None:
    for word in words(text):
        assert word
        assert not any(char.isspace() for char in word)
        assert words(word) == [word]


@given(st.text(), st.text())
def test_words_of_lines_are_the_words_of_each_line(left: str, right: str) -> None:
    assert words(f"{left}\n{right}") == words(left) + words(right)


def test_content_words_leave_out_what_carries_grammar_only() -> None:
    assert content_words("The tide is turning and I don’t know why") == ["tide", "turning", "know"]


def test_function_words_are_words_in_the_form_in_which_words_come() -> None:
    assert [word for word in sorted(FUNCTION_WORDS) if words(word) != [word]] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("Pi is 3.14 and e is 2.72.", ["Pi is 3.14 and e is 2.72."]),
        ("Eins.\n\nZwei", ["Eins.", "Zwei"]),
        ("你好。再见！", ["你好。", "再见！"]),
        ("*Slowly.* (Then.) Gone", ["*Slowly.*", "(Then.)", "Gone"]),
        ("「はい。」そう言った。", ["「はい。」", "そう言った。"]),
        ("Wait… What?", ["Wait…", "What?"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_a_text_is_taken_apart_into_its_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text())
def test_sentences_are_stripped_and_not_empty(text: str) -> None:
    assert all(sentence and sentence == sentence.strip() for sentence in sentences(text))


@pytest.mark.parametrize(
    "unit", ["a", "a ", "。", ".", ". ", "'", "a'", "\n", " \n\n", "*", "👩\u200d", "\ud800", "\x00", ".)"]
)
def test_half_a_million_characters_of_anything_are_read_in_one_pass(unit: str) -> None:
    text = unit * (500_000 // len(unit))
    assert len(words(text)) <= len(text)
    assert len(sentences(text)) <= len(text)
