from __future__ import annotations

import pytest

from dialogue_harness.checks import conforms, keeps_language
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError
from language_samples import SAID


def test_a_dialogue_that_slides_into_another_language_is_found_where_it_does() -> None:
    verdict = keeps_language(Dialogue.from_texts([SAID["en"][-1]] * 3 + [SAID["zh"][-1]] * 5))
    assert not verdict
    assert verdict.sentence == "messages 4, 5, 6, 7 and 8 are in another language than English"
    assert verdict.evidence[0].why.startswith("is in Chinese: '我觉得")


def test_foreign_words_quotations_and_short_replies_do_not_switch_the_language() -> None:
    texts = [
        SAID["en"][-1],
        "C'est la vie!",
        "The word for lake is 湖, and in Russian you would say озеро, I think.",
        f"You wrote this, and I like it:\n\n> {SAID['de'][-1]}",
        f"```\n{SAID['ru'][-1]}\n```\nThat is the text of the sign at the lake, and it is old.",
    ]
    verdict = keeps_language(Dialogue.from_texts(texts))
    assert verdict
    assert verdict.sentence == "every message that can be told is in English"


def test_the_language_to_keep_can_be_given() -> None:
    dialogue = Dialogue.from_texts([SAID["fr"][-1], SAID["fr"][-1]])
    assert keeps_language(dialogue)
    assert keeps_language(dialogue, language="fr")
    assert keeps_language(dialogue, language="en").score == 2.0


def test_a_dialogue_of_short_messages_cannot_be_told() -> None:
    verdict = keeps_language(Dialogue.from_texts(["Hello.", "Hallo."]))
    assert verdict
    assert verdict.sentence == "no message is long enough to tell its language"


def test_a_region_of_the_language_to_keep_is_not_told_apart() -> None:
    dialogue = Dialogue.from_texts([SAID["pt"][-1], SAID["en"][-1]])
    assert [item.message for item in keeps_language(dialogue, language="pt-BR").evidence] == [2]


def test_a_message_of_fewer_words_than_asked_for_is_not_judged() -> None:
    dialogue = Dialogue.from_texts([SAID["en"][-1], SAID["fr"][-1]])
    assert not keeps_language(dialogue)
    assert keeps_language(dialogue, fewest=20)


def test_the_check_and_the_form_judge_alike() -> None:
    for language, texts in SAID.items():
        other = "fr" if language == "en" else "en"
        dialogue = Dialogue.from_texts(texts)
        told = {item.message for item in keeps_language(dialogue, language=other, fewest=1).evidence}
        assert told == {item.message for item in conforms(dialogue, language=other).evidence}


def test_a_language_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(CheckError) as refused:
        keeps_language(Dialogue.from_texts([]), language="english")
    assert str(refused.value) == (
        "keeps_language: language must be the code of a language that can be told: ar, de, el, en, es, fa, fr, he, hi, "
        "it, ja, ko, nl, pl, pt, ru, sv, th, tr, uk, zh\n"
        "  got: 'english'\n"
        '  nearest: "en"'
    )


def test_what_is_no_word_is_no_language() -> None:
    with pytest.raises(CheckError, match="language must be the code of a language"):
        keeps_language(Dialogue.from_texts([]), language=7)  # type: ignore[arg-type]  # what is tested
