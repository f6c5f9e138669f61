from __future__ import annotations

import pytest

from dialogue_harness._text.prose import without_code
from dialogue_harness.checks import no_leaked_reasoning
from dialogue_harness.dialogue import Dialogue, Message


def answered(text: str) -> Dialogue:
    return Dialogue.from_texts(["Which harbour is the nearest?", text])


@pytest.mark.parametrize(
    "text",
    [
        "<think>The nearest is the fishing harbour.</think> The fishing harbour.",
        "It must be the fishing harbour.\n</think>\n\nThe fishing harbour.",
        "The old one closed years ago, so not that. </think> The fishing harbour.",
        "◁think▷Harbours, harbours.◁/think▷ The fishing harbour.",
        "<|channel|>analysis<|message|>A question about harbours.",
        "The fishing harbour.<|im_end|>",
        "<start_of_turn>model\nThe fishing harbour.",
        "[THINK]Harbours.[/THINK] The fishing harbour.",
        "It is the fishing harbour</think>",
        "[INST] Name a harbour. [/INST]",
        "</s>The fishing harbour.",
        "The fishing harbour.<end_of_turn>",
        "The fishing harbour.[/INST]",
        "The fishing harbour.</s>",
    ],
)
def test_a_tag_of_reasoning_or_of_a_chat_template_is_a_leak(text: str) -> None:
    verdict = no_leaked_reasoning(answered(text))
    assert not verdict
    assert verdict.sentence == "message 2 shows reasoning"
    assert verdict.evidence[0].why.startswith("holds the tag '")


@pytest.mark.parametrize(
    "text",
    [
        "Okay, the user wants me to name a harbour. The fishing harbour.",
        "The user is asking about harbours again. I should answer briefly.",
        "Hmm, so the user just asked for the nearest one. Let me think about which that is.",
        "We need to respond to the user in one sentence. The fishing harbour.",
        "analysis The user has asked for a harbour. I should reply with its name.",
        "好的，用户想知道最近的港口。",
        "Хорошо, пользователь спрашивает о порте.",
        "Okay, der Nutzer fragt nach einem Hafen.",
        "Vale, el usuario pregunta por un puerto.",
        "D'accord, l'utilisateur cherche un port.",
        "Certo, o usuário pergunta por um porto.",
        "用户要求我说出一个港口。",
        "The human keeps asking for harbours. I'll answer with one.",
        "So, the user wants a harbour. How do I respond?",
        "The user repeats the question. My reply should be short.",
        "The user seems lost. Let me consider the harbour.",
        "The human would like us to name a harbour.",
        "We are asked to answer as the assistant.",
        "I need to reply in character. The fishing harbour.",
    ],
)
def test_a_message_that_begins_by_planning_its_answer_is_a_leak(text: str) -> None:
    verdict = no_leaked_reasoning(answered(text))
    assert not verdict
    assert verdict.evidence[0].why.startswith("begins by planning an answer: '")


@pytest.mark.parametrize(
    "text",
    [
        "Models put their thoughts between <think> and </think> tags, and servers take them out.",
        "Write `<think>` at the start:\n```\n<think>\nplan\n</think>\n```\nThat is all.",
        "> <think>quoted</think>\n\nThat one came from you.",
        "Okay, the user wants a dark mode. I'll add a switch to the settings page.",
        "The user is asking for a refund, says the ticket. Which rule applies?",
        "I think the user wants me gone.",
        "Okay, the harbour wants me to pay for the berth.",
        "We need to respond faster to storms.",
        "The token <|im_end|> ends each turn in that format.",
        "Let me think. The fishing harbour.",
        "The tag </s> ends a line there",
        "The new wall took the place of <s>the old</s> one.",
        "I thought [INST] was a harbour.",
        "The user keeps losing the key, so I wrote it down.",
        "The human eye sees far. Let me think.",
        "We have to answer the harbour master by noon.",
        "Der Nutzer zahlt die Gebühr.",
        "El usuario paga el puerto.",
        "L'utilisateur paie le port.",
        "O usuário paga o porto.",
        "Пользователь платит за порт.",
        "用户名是港口。",
    ],
)
def test_talk_about_reasoning_or_about_users_is_no_leak(text: str) -> None:
    verdict = no_leaked_reasoning(answered(text))
    assert verdict, verdict.evidence
    assert verdict.sentence == "no message shows reasoning"


def test_reasoning_that_was_recorded_apart_and_repeated_in_the_text_is_a_leak() -> None:
    thought = "There are two harbours, and the fishing harbour is the closer one."
    message = Message(2, "B", f"{thought} So: the fishing harbour.", reasoning=thought)
    assert no_leaked_reasoning(message).evidence[0].why == "repeats the reasoning that was recorded apart from it"


def test_reasoning_that_stays_apart_is_none_of_this_checks_business() -> None:
    message = Message(2, "B", "The fishing harbour.", reasoning="Okay, the user wants me to name a harbour.")
    assert no_leaked_reasoning(message)


def test_leaks_that_are_allowed_pass() -> None:
    verdict = no_leaked_reasoning(answered("<think>x</think> The fishing harbour."), at_most=1)
    assert verdict
    assert verdict.sentence == "message 2 shows reasoning (1 allowed)"


def test_code_and_quotations_are_taken_out_of_a_text_and_the_rest_is_kept() -> None:
    text = "One `inline`.\n```python\ncode\n```\n> quoted\nTwo.\n~~~\nmore\n~~~\nThree."
    assert without_code(text) == "One .\nTwo.\nThree."


def test_an_unclosed_fence_runs_to_the_end() -> None:
    assert without_code("One.\n```\nUser: hello\nTwo.") == "One."


def test_a_fence_is_closed_by_one_of_its_own_kind_only() -> None:
    assert without_code("```\n~~~\n``` not a fence\ncode\n````\nOut.") == "Out."


def test_a_tag_that_is_quoted_is_no_leak_however_far_it_is_indented() -> None:
    for margin in ("", "    ", "\t", "\n\n    ", "\u3000"):
        for quoted in ("```\n<think>x\n```", "> <think>quoted</think>"):
            assert no_leaked_reasoning(answered(margin + quoted)), margin + quoted


def test_a_fence_in_a_text_with_carriage_returns_is_closed_as_any_other() -> None:
    assert without_code("One.\r\n```\r\ncode\r\n```\r\nTwo.") == "One.\r\nTwo."
    assert not no_leaked_reasoning(answered("So:\r\n```\r\ncode\r\n```\r\n<think>Hm.</think> The fishing harbour."))
