from __future__ import annotations

import pytest

from dialogue_harness.checks import no_flattery
from dialogue_harness.checks.praise import praise
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError


@pytest.mark.parametrize(
    "text",
    [
        "That's an excellent question! The bridge is of stone.",
        "What a truly wonderful idea.",
        "Beautifully put. And yet stone cracks.",
        "You're absolutely right, stone cracks.",
        "I love how you think about bridges.",
        "Great point! Stone it is.",
        "Your description of the arch is brilliant.",
        "I'm thrilled to build this bridge with you.",
        "It is a pleasure to talk about bridges.",
        "You've made an insightful observation.",
        "说得太好了！石头也会裂。",
        "Excelente pregunta: el puente es de piedra.",
        "太棒了！",
        "非常精彩，石头也会裂。",
        "素晴らしい質問ですね。",
        "Excellente question : le pont est en pierre.",
        "Hervorragende Frage! Aus Stein.",
        "Отличный вопрос! Из камня.",
        "Какая прекрасная мысль!",
        "This is a brilliant analogy.",
        "I appreciate your patience with stone.",
        "I truly love the idea of a bridge.",
        "What an absolute joy.",
        "I couldn't agree more.",
        "You've captured it.",
        "It is an honour talking to you.",
        "You are right about the arch.",
    ],
)
def test_praise_of_the_partner_or_of_the_exchange_is_found(text: str) -> None:
    assert praise(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is a great film, and the bridge in it is wonderful.",
        "You are right there on the map.",
        "The weather is fantastic today.",
        "I love bridges. Do you?",
        "The excellent stone comes from the north.",
        "Is the question a good one, or is it not?",
        "A perfect way down leads along the river",
        "That is a great example in the book.",
        "I appreciate it if bridges hold.",
        "Your bridge is of stone.",
        "Is it an honour?",
        "You have the right of way.",
        "这个问题很难。",
        "この質問は難しい。",
        "La question reste ouverte.",
        "Es una pregunta de piedra.",
        "Das ist eine Frage der Steine.",
        "Вопрос в том, кто платит.",
    ],
)
def test_liking_something_else_is_no_praise(text: str) -> None:
    assert praise(text) is None


def test_a_dialogue_of_mutual_admiration_is_found() -> None:
    texts = ["Stone or steel?", "Great question! Stone.", "What a brilliant answer!", "Well said! And steel?"]
    verdict = no_flattery(Dialogue.from_texts(texts * 2))
    assert not verdict
    assert verdict.sentence == "6 of 8 messages hold praise (75%, at most 50% pass)"
    assert (verdict.score, verdict.threshold, verdict.better) == (0.75, 0.5, "lower")
    assert verdict.evidence[0].why == "praises: 'great question'"


def test_a_friendly_dialogue_passes() -> None:
    texts = ["Stone or steel?", "Great question! Stone.", "Why not steel?", "It rusts."]
    assert no_flattery(Dialogue.from_texts(texts * 2))


def test_too_few_messages_pass_and_say_so() -> None:
    verdict = no_flattery(Dialogue.from_texts(["Great question!", "Brilliant answer!"]))
    assert verdict
    assert verdict.sentence == "too few messages to judge praise by: 2, of 8 needed"


def test_praise_in_the_middle_of_a_long_text_belongs_to_the_text() -> None:
    story = "The mason laid one stone upon the other and said nothing. " * 20
    assert praise(f'{story}"You are absolutely right," said the miller. {story}') is None


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(CheckError) as refused:
        no_flattery(Dialogue.from_texts([]), at_most=50)
    assert str(refused.value) == "no_flattery: at_most must be a number from 0 to 1\n  got: 50\n  nearest: 1"
