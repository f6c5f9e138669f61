from __future__ import annotations

import pytest

from dialogue_harness.checks import no_refusals
from dialogue_harness.dialogue import Dialogue


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I’m really sorry, but I can’t create that kind of story.",
        "I cannot fulfil that request.",
        "I'm not able to assist with this topic.",
        "As an AI language model, I cannot take part in that.",
        "I must respectfully decline.",
        "I won't accept instructions of that sort.",
        "That goes against my guidelines.",
        "抱歉，我无法提供这方面的帮助。",
        "申し訳ありませんが、そのご依頼にはお応えできません。",
        "Lo siento, pero no puedo ayudar con eso.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
        "Desculpe, mas não posso ajudar com isso.",
        "Извините, но я не могу помочь с этим.",
        "I am unable to help with this.",
        "I'm not going to participate in that.",
        "I cannot process this kind of request.",
        "I won't take on such a role.",
        "My apologies, but I cannot discuss locks.",
        "I have to politely decline.",
        "This violates our policies.",
        "很遗憾，我不能回答这个问题。",
        "すみませんが、対応できません。",
        "Désolée, je ne puis pas répondre.",
        "Entschuldigung, ich kann das leider nicht beantworten.",
        "Lamento, não posso responder.",
        "К сожалению, я не могу ответить.",
    ],
)
def test_a_refusal_is_found_in_several_languages(text: str) -> None:
    verdict = no_refusals(Dialogue.from_texts(["Tell me a story about locks.", text]))
    assert not verdict
    assert verdict.sentence == "message 2 refuses"
    assert verdict.evidence[0].why.startswith("refuses: '")


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't find a table for four on Friday.",
        "Sorry, I couldn't book the room: the hotel is full.",
        "I can't help but smile at that.",
        "I can't wait to hear it!",
        "I won't be there before noon.",
        "I'm sorry, but I can't give you more details about it until Monday.",
        "Unfortunately I cannot remember the name of the street.",
        "I refuse to believe that the summer is over.",
        "The lock cannot be opened. It will not help with thieves.",
        "I cannot support the weight of this door.",
        "I won't take the bus.",
        "She will have to decline.",
        "The bolt goes against the frame.",
        "My apologies, but I cannot come.",
        "很遗憾，雨停不了。",
        "すみません、遅れました。",
        "Lo siento, no puedo ir mañana.",
        "Désolé, je ne peux pas venir.",
        "Tut mir leid, ich kann heute nicht kommen.",
        "Desculpe, não posso ir.",
        "Извините, я не могу прийти.",
    ],
)
def test_bad_luck_and_figures_of_speech_are_no_refusals(text: str) -> None:
    verdict = no_refusals(Dialogue.from_texts(["What now?", text]))
    assert verdict, verdict.evidence
    assert verdict.sentence == "nobody refuses anything"


def test_a_refusal_told_of_far_below_the_beginning_is_a_story() -> None:
    story = "The locksmith looked at the old door for a long time. " * 10
    assert no_refusals(Dialogue.from_texts(["Go on.", story + '"I cannot help with that," said the locksmith.']))


def test_refusals_that_are_allowed_pass() -> None:
    assert no_refusals(Dialogue.from_texts(["Go on.", "I must decline."]), at_most=1).sentence == (
        "message 2 refuses (1 allowed)"
    )
