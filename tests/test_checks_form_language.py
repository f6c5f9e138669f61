from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.checks._form_language import LANGUAGES, read_language
from harness.checks.form import conforms
from harness.dialogue import Dialogue, Message
from harness.errors import CheckError

PEOPLE = Path(__file__).parents[2] / "shared" / "corpus" / "people-and-tasks.jsonl"

SAID = {
    "ar": ["مرحبا! كيف حالك اليوم؟", "شكرا جزيلا على مساعدتك في هذا العمل."],
    "de": ["Guten Tag! Wie geht es Ihnen heute?", "Der Zug fährt um neun ab und kommt vor Mittag an.",
           "Das ist eine wunderbare Idee, und ich möchte gern mehr darüber hören."],
    "el": ["Γεια σας! Τι κάνετε σήμερα;"],
    "en": ["Hello! How are you today?", "The train leaves at nine and arrives before noon.",
           "Could you explain that again, and tell me why the tests are failing?", "I don't think it's there."],
    "es": ["¡Hola! ¿Cómo está usted hoy?", "El tren sale a las nueve y llega antes del mediodía.",
           "Creo que deberíamos empezar por las pruebas."],
    "fa": ["سلام! می‌گویم که امروز چطور هستید."],
    "fr": ["Bonjour ! Comment allez-vous aujourd'hui ?", "Le train part à neuf heures et arrive avant midi.",
           "C'est une idée merveilleuse, et j'aimerais en savoir plus."],
    "he": ["שלום! מה שלומך היום?"],
    "hi": ["नमस्ते! आप आज कैसे हैं?"],
    "it": ["Ciao! Come stai oggi?", "Il treno parte alle nove e arriva prima di mezzogiorno.",
           "È un'idea meravigliosa e mi piacerebbe saperne di più."],
    "ja": ["こんにちは。今日はお元気ですか。", "手伝ってくれてありがとうございます。"],
    "ko": ["안녕하세요! 오늘 어떠세요?"],
    "nl": ["Hallo! Hoe gaat het met u vandaag?", "De trein vertrekt om negen uur en komt voor de middag aan.",
           "Dat is een geweldig idee, en ik zou er graag meer over horen."],
    "pl": ["Dzień dobry! Jak się pan dzisiaj miewa?", "Myślę, że powinniśmy zacząć od testów."],
    "pt": ["Olá! Como você está hoje?", "O trem sai às nove e chega antes do meio-dia.",
           "É uma ideia maravilhosa, e eu gostaria de saber mais sobre ela."],
    "ru": ["Здравствуйте! Как у вас дела сегодня?", "Я думаю, нам стоит начать с тестов."],
    "sv": ["Hej! Hur mår du idag?", "Tåget går klockan nio och kommer fram före lunch."],
    "th": ["สวัสดีครับ วันนี้เป็นอย่างไรบ้าง"],
    "tr": ["Merhaba! Bugün nasılsınız?", "Yardımınız için çok teşekkür ederim."],
    "uk": ["Доброго дня! Як ваші справи сьогодні?", "Я думаю, що нам слід почати з тестів."],
    "zh": ["你好！你今天怎么样？", "火车九点出发，中午以前到达。"],
}  # fmt: skip
EACH = [(language, text) for language, texts in SAID.items() for text in texts]


def why(text: str, language: Any) -> str | None:
    verdict = conforms(Message(1, "A", text), language=language)
    return None if verdict else verdict.evidence[0].why


@pytest.mark.parametrize(("language", "text"), EACH)
def test_a_sentence_is_read_as_the_language_it_is_in(language: str, text: str) -> None:
    assert read_language(text).language == language


def test_every_language_that_is_offered_is_told_apart() -> None:
    assert set(SAID) == set(LANGUAGES)


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


@pytest.mark.parametrize("text", ["OK.", "42", "", "👍👍", "ha ha ha", "Tokyo", "...", "x = y + 1"])
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
    assert read_language(latin).language is None
    assert why(latin, "en") == "does not read as English: 42 words, hardly a common one among them"


def test_code_and_addresses_are_left_out() -> None:
    text = (
        "```python\nfor the_word in of_and_the:\n    print('is it that the you')\n```\nhttps://example.org/the/of/and\n"
    )
    assert read_language(text + SAID["fr"][2]).language == "fr"


def test_a_name_in_another_script_does_not_make_another_language() -> None:
    assert read_language("The word 你好 means hello, and it is the first one that people learn.").language == "en"


def test_a_word_said_over_and_over_is_no_evidence() -> None:
    assert read_language("ja ja ja ja ja ja ja").language is None


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
        f"ja, ko, nl, pl, pt, ru, sv, th, tr, uk, zh\n  got: {got}{nearest}"
    )


@pytest.mark.skipif(not PEOPLE.exists(), reason="needs the corpus in ../shared, which is for measuring only")
def test_people_who_speak_english_are_hardly_ever_told_otherwise() -> None:
    lines = PEOPLE.read_text(encoding="utf-8").splitlines()
    said = [message["text"] for line in lines for message in json.loads(line)["messages"]]
    false = sum(not conforms(Message(1, "A", text), language="en") for text in said)
    assert len(said) > 5000
    assert false / len(said) <= 0.001
