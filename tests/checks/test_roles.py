from __future__ import annotations

import pytest

from dialogue_harness.checks import stays_in_role
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError

HEALTHY = [
    "Which of the two designs is cheaper to build?",
    "The arch, I think: it needs less steel.",
    "Note: steel got cheaper. Does the user notice a difference?",
    "Hardly. As for the label, call it Model B: it came second.",
]


def test_labels_leaks_and_the_others_part_are_found_together_in_order() -> None:
    texts = [*HEALTHY, "<think>An arch.</think> The arch.", "Model A: Then we agree.", "Good."]
    verdict = stays_in_role(Dialogue.from_texts(texts))
    assert not verdict
    assert verdict.sentence == "messages 5 and 6 are out of role"
    assert [(item.message, item.why) for item in verdict.evidence] == [
        (5, "shows reasoning: it holds the tag '<think>'"),
        (6, "speaks for A under the label 'Model A:'"),
    ]


def test_a_label_of_ones_own_is_out_of_role_too() -> None:
    verdict = stays_in_role(Dialogue.from_texts(["Hello.", "Assistant: Hello!"]))
    assert verdict.evidence[0].why == "holds the speaker label 'Assistant:'"


def test_a_message_with_several_faults_counts_once() -> None:
    assert stays_in_role(Dialogue.from_texts(["Hello.", "<think>x</think>\nModel A: Hi."])).score == 1.0


def test_a_healthy_dialogue_that_talks_of_users_and_labels_stays_in_role() -> None:
    verdict = stays_in_role(Dialogue.from_texts(HEALTHY))
    assert verdict
    assert verdict.sentence == "both speakers stay in role"


def test_further_labels_can_be_given() -> None:
    dialogue = Dialogue.from_texts(["Hello.", "Engineer: the arch."])
    assert stays_in_role(dialogue)
    assert not stays_in_role(dialogue, labels=["Engineer"])


def test_an_impossible_threshold_is_refused_before_the_dialogue_is_read() -> None:
    with pytest.raises(CheckError, match="stays_in_role: at_most must be a whole number, 0 or more"):
        stays_in_role(Dialogue.from_texts([]), at_most=1.5)  # type: ignore[arg-type]  # the misuse is the point
