from __future__ import annotations

import json
from typing import Any

import pytest

from dialogue_harness._text.languages import LANGUAGES
from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import CheckError
from language_samples import EACH, SAID
from places import CORPUS

PEOPLE = CORPUS / "people-and-tasks.jsonl"


def why(text: str, language: Any) -> str | None:
    verdict = conforms(Message(1, "A", text), language=language)
    return None if verdict else verdict.evidence[0].why


@pytest.mark.parametrize(("language", "text"), EACH)
def test_a_sentence_does_not_conform_to_another_language(language: str, text: str) -> None:
    other = "en" if language != "en" else "fr"
    assert why(text, other) == f"reads as {LANGUAGES[language]}, not {LANGUAGES[other]}"


def test_one_of_several_languages_is_enough() -> None:
    assert why(SAID["fr"][0], ["en", "fr"]) is None
    assert why(SAID["de"][0], ["en", "fr"]) == "reads as German, not English or French"


def test_a_region_is_not_told_apart() -> None:
    assert why(SAID["pt"][0], "pt-BR") is None
    assert why(SAID["zh"][0], "ZH_Hans") is None


@pytest.mark.parametrize("text", ["OK.", "42", "", "👍👍"])
def test_what_is_too_short_to_tell_passes_with_a_remark(text: str) -> None:
    verdict = conforms(Message(1, "A", text), language="fr")
    assert verdict
    assert verdict.sentence == "the message keeps the form (the language cannot be told of message 1)"


def test_the_remark_lists_the_messages_it_is_about() -> None:
    dialogue = Dialogue.from_texts(["Hm.", SAID["en"][0], "42", SAID["en"][1]])
    assert conforms(dialogue, language="en").sentence == (
        "all 4 messages keep the form (the language cannot be told of messages 1 and 3)"
    )


def test_many_words_of_a_language_that_is_not_known_are_not_taken_for_the_one_wanted() -> None:
    latin = "Gallia tum divisa fuit bello, quod bellum consul vicit; post annum milites domum redierunt, " * 3
    assert why(latin, "en") == "does not read as English: 42 words, hardly a common one among them"


@pytest.mark.parametrize(
    ("wanted", "got", "nearest"),
    [
        ("english", "english", '\n  nearest: "en"'),
        ("Deutsch", "Deutsch", '\n  nearest: "de"'),
        (["en", "xx"], "xx", ""),
    ],
)
def test_a_language_that_is_not_known_is_refused_with_the_nearest(wanted: Any, got: str, nearest: str) -> None:
    with pytest.raises(CheckError) as caught:
        why("", wanted)
    assert str(caught.value) == (
        "conforms: language must be the code of a language that can be told: ar, de, el, en, es, fa, fr, he, hi, it, "
        f"ja, ko, nl, pl, pt, ru, sv, th, tr, uk, zh\n  got: {got!r}{nearest}"
    )


@pytest.mark.skipif(not PEOPLE.exists(), reason="needs the corpus in ../shared, which is for measuring only")
def test_people_who_speak_english_are_hardly_ever_told_otherwise() -> None:
    lines = PEOPLE.read_text(encoding="utf-8").splitlines()
    said = [message["text"] for line in lines for message in json.loads(line)["messages"]]
    false = sum(not conforms(Message(1, "A", text), language="en") for text in said)
    assert len(said) > 5000
    assert false / len(said) <= 0.001
