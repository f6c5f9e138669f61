from __future__ import annotations

import pytest

from dialogue_harness.checks.loops.courtesy import ENOUGH, KEPT, MOST_AGAINST, Exchange, Wording
from dialogue_harness.checks.loops.detector import LoopWatch, find_termination_loop
from dialogue_harness.checks.loops.reader import Reader
from dialogue_harness.checks.loops.weights import FIGURES
from dialogue_harness.dialogue import Dialogue
from loop_cases import LOOPS, TELESCOPE

LOOPING = {case.name: Dialogue.from_texts(case.texts) for case in LOOPS}


def wording(*texts: str) -> Wording:
    """Return what the last of the texts is made of."""
    reader = Reader(FIGURES.watching)
    return [reader.read(message).wording for message in Dialogue.from_texts(texts)][-1]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you so much, and take care!",
        "Standing by.",
        "*silence*",
        "",
        "👋",
        "¡Muchas gracias, hasta luego!",
        "Merci infiniment, au revoir !",
        "Vielen Dank, auf Wiedersehen!",
        "Obrigado, até logo!",
        "Grazie mille, arrivederci!",
        "Dank je wel, tot ziens!",
        "Спасибо большое, до свидания!",
        "Dziękuję, do widzenia!",
        "Teşekkür ederim, iyi günler!",
        "شُكْرًا جزيلاً، مع السلامة",
        "बहुत धन्यवाद, फिर मिलेंगे",
        "谢谢您，祝您生活愉快！",
        "ありがとうございました。",
        "감사합니다. 안녕히 계세요.",
    ],
)
def test_formulae_are_evidence_in_any_language(text: str) -> None:
    assert wording("The kiln fires at 1200 degrees.", text).evidence > 0


@pytest.mark.parametrize(
    "text",
    [
        "The glaze needs cobalt and feldspar.",
        "Thanks! Could you glaze the teapot as well?",
        "Thank you, bye, code 4471.",
        "釉料需要氧化钴和长石粉。",
        "유약에는 코발트와 장석이 필요해요.",
        "釉薬にはコバルトと長石が必要です。",
    ],
)
def test_content_is_evidence_against_it_even_among_formulae(text: str) -> None:
    assert wording("Hello there.", text).evidence < 0


def test_a_new_number_weighs_as_much_as_any_content() -> None:
    assert wording("Thank you!", "Thank you, 12.").evidence == -MOST_AGAINST


def test_words_that_were_said_before_are_not_new() -> None:
    again = wording("The glaze needs cobalt.", "Thanks for the glaze!")
    assert again.left
    assert not again.new


def test_wishes_may_name_what_they_wish() -> None:
    assert wording("Hello.", "Thank you dear friend, goodbye, and enjoy the seaside lighthouse!").evidence > 0
    assert wording("Hello.", "Goodbye, seaside lighthouse!").evidence < 0


def test_the_courtesies_of_one_speaker_are_no_evidence_while_the_other_says_something() -> None:
    exchange = Exchange()
    for _ in range(50):
        exchange.take("A", 1.0)
        exchange.take("B", -MOST_AGAINST)
    assert not exchange.sure


def test_one_odd_message_does_not_end_an_exchange_of_formulae() -> None:
    exchange = Exchange()
    for at in range(20):
        exchange.take("AB"[at % 2], 1.0)
    exchange.take("A", -MOST_AGAINST)
    assert exchange.sure


def test_content_of_both_ends_an_exchange_of_formulae_within_two_turns_however_long_it_was() -> None:
    exchange = Exchange()
    for at in range(1000):
        exchange.take("AB"[at % 2], 1.0)
    for at in range(4):
        exchange.take("AB"[at % 2], -MOST_AGAINST)
    assert not exchange.sure
    assert KEPT < ENOUGH


def test_the_evidence_of_a_loop_in_another_language_names_its_formulae() -> None:
    loop = find_termination_loop(LOOPING["goodbyes in Korean"])
    assert loop is not None
    reasons = {each.message: each.why for each in loop.evidence}
    assert reasons[16] == "nothing but courtesy; says '건강하세요'"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("short customer support that cannot let go", "closing"),
        ("standing by in few words", "standby"),
        ("goodbyes in Italian", "closing"),
        ("goodbyes in Korean", "closing"),
    ],
)
def test_the_kind_of_a_loop_of_short_messages_is_told_by_its_wording(name: str, kind: str) -> None:
    loop = find_termination_loop(LOOPING[name])
    assert loop is not None
    assert loop.kind == kind


def test_a_loop_found_by_its_wording_ends_when_content_resumes() -> None:
    watch = LoopWatch()
    texts = [*LOOPING["goodbyes in Italian"].texts, *TELESCOPE[:6]]
    said = [watch.feed(message) for message in Dialogue.from_texts(texts)]
    assert said[18] is not None
    assert said[-1] is None


def test_two_judgements_that_are_half_sure_are_sure_together() -> None:
    parting = [
        "Happily concluded, then. All the best for the telescope!",
        "All the best to you too! May your skies be clear.",
        "May they be clear! Thank you again for the patience.",
        "The patience was mutual, and thank you for it.",
        "Until the next clear night!",
        "Until the next one! Good night.",
        "Good night!",
        "Sleep well!",
    ]
    watch = LoopWatch()
    heard = [watch.feed(message) for message in Dialogue.from_texts([*TELESCOPE, *parting])]
    assert heard[-1] is not None
    assert heard[-1].onset in range(len(TELESCOPE) + 1, len(TELESCOPE) + 4)
    assert heard[len(TELESCOPE) + 3] is None
