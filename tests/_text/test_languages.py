from __future__ import annotations

import pytest
from hypothesis import given, settings

from dialogue_harness._text.languages import LANGUAGES, code_of, nearest_code, read_language
from language_samples import EACH, SAID
from strategies import hostile_text


@pytest.mark.parametrize(("language", "text"), EACH)
def test_a_sentence_is_read_as_the_language_it_is_in(language: str, text: str) -> None:
    assert read_language(text).language == language


def test_every_language_that_is_offered_is_told_apart() -> None:
    assert set(SAID) == set(LANGUAGES)


@pytest.mark.parametrize(
    "text",
    [
        "OK.", "42", "", "👍👍", "ha ha ha", "Tokyo", "...", "x = y + 1", "Oui.", "OK, merci!", "1 2 3 4 5 6 7 8 9",
        "👋" * 20,
        "Lorem ipsum dolor sit amet consectetur elit sed",
    ],
)  # fmt: skip
def test_a_text_that_is_short_or_in_doubt_has_no_language(text: str) -> None:
    assert read_language(text).language is None


def test_many_words_of_a_language_that_is_not_known_are_taken_for_none_that_is() -> None:
    reading = read_language("Gallia tum divisa fuit bello, quod bellum consul vicit; post annum domum redierunt, " * 3)
    assert reading.language is None
    assert max(reading.shares.values()) < 0.1


def test_code_and_addresses_are_left_out() -> None:
    text = (
        "```python\nfor the_word in of_and_the:\n    print('is it that the you')\n```\nhttps://example.org/the/of/and\n"
    )
    assert read_language(text + SAID["fr"][2]).language == "fr"


def test_a_name_in_another_script_does_not_make_another_language() -> None:
    assert read_language("The word 你好 means hello, and it is the first one that people learn.").language == "en"


def test_a_text_that_is_mostly_in_another_script_is_in_its_language() -> None:
    assert read_language(f"{SAID['th'][1]} OK, next step: {SAID['th'][0]}").language == "th"


def test_a_word_said_over_and_over_is_no_evidence() -> None:
    assert read_language("ja ja ja ja ja ja ja").language is None


def test_white_space_at_the_ends_does_not_count() -> None:
    assert read_language("\n" * 5000 + SAID["de"][0] + " \t").language == "de"


@pytest.mark.parametrize(("given_code", "code"), [("EN", "en"), (" pt-BR ", "pt"), ("zh_Hans", "zh"), ("xx", None)])
def test_a_code_is_taken_in_any_case_and_with_a_region(given_code: str, code: str | None) -> None:
    assert code_of(given_code) == code


@pytest.mark.parametrize(("name", "code"), [("english", "en"), ("Deutsch", "de"), ("Persain", "fa"), ("klingon", None)])
def test_a_name_of_a_language_leads_to_its_code(name: str, code: str | None) -> None:
    assert nearest_code(name) == code


@given(text=hostile_text(200))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_read(text: str) -> None:
    reading = read_language(text)
    assert reading.language is None or reading.language in LANGUAGES
    assert reading.words >= 0
