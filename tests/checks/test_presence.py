from __future__ import annotations

import pytest

from dialogue_harness.checks import no_empty_messages, no_empty_run
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError


def test_an_empty_message_is_named_by_its_number() -> None:
    verdict = no_empty_messages(Dialogue.from_texts(["Hello.", " \n", "Are you there?"]))
    assert not verdict
    assert verdict.sentence == "message 2 is empty"
    assert (verdict.score, verdict.threshold, verdict.better) == (1.0, 0.0, "lower")
    assert [(item.message, item.why) for item in verdict.evidence] == [(2, "B says nothing")]


def test_several_empty_messages_are_listed_and_the_rest_is_counted() -> None:
    verdict = no_empty_messages(Dialogue.from_texts([""] * 9))
    assert verdict.sentence == "messages 1, 2, 3, 4, 5, 6 and 3 more are empty"


def test_a_single_sign_is_not_empty() -> None:
    verdict = no_empty_messages(Dialogue.from_texts(["Hello.", ".", "👋", "0"]))
    assert verdict
    assert verdict.sentence == "no message is empty"


@pytest.mark.parametrize("text", ["\u200b", "\x00\x00", "\u2060 \ufeff"])
def test_characters_that_cannot_be_seen_are_as_good_as_none(text: str) -> None:
    verdict = no_empty_messages(Dialogue.from_texts(["Hello.", text]))
    assert not verdict
    assert verdict.evidence[0].why == "B says only characters that cannot be seen"


def test_as_many_empty_messages_as_are_allowed_pass() -> None:
    dialogue = Dialogue.from_texts(["Hello.", "", "Hm?", ""])
    assert no_empty_messages(dialogue, at_most=2)
    assert no_empty_messages(dialogue, at_most=1).sentence == "messages 2 and 4 are empty (1 allowed)"


def test_one_speaker_alone_can_be_judged() -> None:
    dialogue = Dialogue.from_texts(["Hello.", "", "Hm?", "Sorry."])
    assert no_empty_messages(dialogue.by("A"))
    assert not no_empty_messages(dialogue.by("B"))


def test_a_run_of_empty_messages_of_the_pair_is_found_with_its_bounds() -> None:
    verdict = no_empty_run(Dialogue.from_texts(["Hello.", "Hi.", "", "", "", "Well then."]))
    assert not verdict
    assert verdict.sentence == "the pair says nothing in 3 messages in succession, 3 to 5"
    assert [item.message for item in verdict.evidence] == [3, 4, 5]


def test_a_speaker_who_answers_nothing_is_found_between_the_other_s_messages() -> None:
    verdict = no_empty_run(Dialogue.from_texts(["Hello.", "", "Are you there?", "", "Anyone?", ""]))
    assert not verdict
    assert verdict.sentence == "B says nothing in 3 messages in succession, 2 to 6"


def test_single_empty_messages_far_from_each_other_are_no_run() -> None:
    verdict = no_empty_run(Dialogue.from_texts(["Hello.", "", "Hm?", "Sorry, go on.", "I was saying", "", "Ah."]))
    assert verdict
    assert verdict.sentence == "message 2 is empty, and none next to it"


def test_a_dialogue_without_messages_has_no_empty_one() -> None:
    assert no_empty_messages(Dialogue.from_texts([]))
    assert no_empty_run(Dialogue.from_texts([])).score == 0.0


def test_a_negative_threshold_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(CheckError) as refused:
        no_empty_messages(Dialogue.from_texts([]), at_most=-1)
    assert str(refused.value) == (
        "no_empty_messages: at_most must be a whole number, 0 or more\n  got: -1\n  nearest: 0"
    )
