from __future__ import annotations

import pytest

from harness.checks import keeps_language
from harness.checks.language import LANGUAGES, language_of
from harness.dialogue import Dialogue
from harness.errors import CheckError

SAMPLES = {
    "ar": "أعتقد أن الطقس جميل اليوم في المدينة ويمكننا الذهاب إلى الشاطئ",
    "de": "Ich glaube, dass das Wetter heute schön ist und wir an den See fahren.",
    "el": "Νομίζω ότι ο καιρός είναι καλός σήμερα και μπορούμε να πάμε στη θάλασσα",
    "en": "I think that the weather is fine today, and we could go to the lake.",
    "es": "Creo que el tiempo es bueno hoy y que podemos ir al lago con los niños.",
    "fr": "Je crois que le temps est beau et que nous allons au lac avec les enfants.",
    "he": "אני חושב שמזג האוויר נעים היום ואפשר ללכת אל הים עם הילדים",
    "hi": "मुझे लगता है कि आज मौसम अच्छा है और हम झील पर जा सकते हैं",
    "it": "Credo che il tempo sia bello e che andiamo al lago con i bambini, ma non è lontano.",
    "ja": "今日は天気がいいので、みんなで湖に行きましょう。",
    "ko": "오늘은 날씨가 좋아서 우리 모두 함께 호수에 갈 수 있을 것 같아요",
    "nl": "Ik denk dat het weer mooi is en dat wij met de kinderen naar het meer gaan.",
    "pl": "Myślę, że pogoda jest dziś dobra i że to nie jest tak daleko do jeziora.",
    "pt": "Eu acho que o tempo está bom e que não é muito longe para ir com as crianças.",
    "ru": "Я думаю, что погода хорошая и мы поедем на озеро, но это не так далеко.",
    "sv": "Jag tror att det är fint väder och att vi kan åka till sjön med barnen.",
    "th": "วันนี้อากาศดีมากเราไปทะเลสาบกันเถอะ",
    "tr": "Bence bugün hava güzel ve biz göle gidebiliriz ama bu çok uzak değil mi?",
    "uk": "Я думаю, що погода гарна і ми поїдемо до озера, але це не так далеко.",
    "zh": "我觉得今天天气很好，我们可以一起去湖边走走。",
}


def test_there_is_a_sample_of_every_language() -> None:
    assert tuple(sorted(SAMPLES)) == LANGUAGES


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_a_sentence_is_told_by_its_script_or_its_small_words(language: str) -> None:
    assert language_of(SAMPLES[language]) == language


@pytest.mark.parametrize(
    "text", ["Oui.", "OK, merci!", "1 2 3 4 5 6 7 8 9", "Lorem ipsum dolor sit amet consectetur elit sed", "👋" * 20]
)
def test_a_text_that_is_short_or_in_doubt_has_no_language(text: str) -> None:
    assert language_of(text) is None


def test_a_dialogue_that_slides_into_another_language_is_found_where_it_does() -> None:
    verdict = keeps_language(Dialogue.from_texts([SAMPLES["en"]] * 3 + [SAMPLES["zh"]] * 5))
    assert not verdict
    assert verdict.sentence == "messages 4, 5, 6, 7 and 8 are in another language than en"
    assert verdict.evidence[0].why.startswith("is in zh: '我觉得")


def test_foreign_words_quotations_and_short_replies_do_not_switch_the_language() -> None:
    texts = [
        SAMPLES["en"],
        "C'est la vie!",
        "The word for lake is 湖, and in Russian you would say озеро, I think.",
        f"You wrote this, and I like it:\n\n> {SAMPLES['de']}",
        f"```\n{SAMPLES['ru']}\n```\nThat is the text of the sign at the lake, and it is old.",
    ]
    verdict = keeps_language(Dialogue.from_texts(texts))
    assert verdict
    assert verdict.sentence == "every message that can be told is in en"


def test_the_language_to_keep_can_be_given() -> None:
    dialogue = Dialogue.from_texts([SAMPLES["fr"], SAMPLES["fr"]])
    assert keeps_language(dialogue)
    assert keeps_language(dialogue, language="fr")
    assert keeps_language(dialogue, language="en").score == 2.0


def test_a_dialogue_of_short_messages_cannot_be_told() -> None:
    verdict = keeps_language(Dialogue.from_texts(["Hello.", "Hallo."]))
    assert verdict
    assert verdict.sentence == "no message is long enough to tell its language"


def test_a_language_that_is_not_known_is_refused_with_those_that_are() -> None:
    with pytest.raises(CheckError) as refused:
        keeps_language(Dialogue.from_texts([]), language="english")
    assert str(refused.value) == (
        "keeps_language does not know that language\n"
        "  got: 'english'\n"
        "  known: ar, de, el, en, es, fr, he, hi, it, ja, ko, nl, pl, pt, ru, sv, th, tr, uk, zh"
    )
