from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue_harness.checks import hangs_up
from dialogue_harness.dialogue import Dialogue, Ending
from dialogue_harness.errors import CheckError
from dialogue_harness.scenario import Scenario, Speaker

PAIR = Scenario("call", a=Speaker("one"), b=Speaker("two"), turns=2, end_token="[END]")


def call(*texts: str, ending: Ending | None = None) -> Dialogue:
    return replace(Dialogue.from_texts(texts, scenario=PAIR), ending=ending)


def test_a_speaker_who_hung_up_is_named() -> None:
    verdict = hangs_up(call("Hello.", "That is all. [END]", ending=Ending("hang_up", by="B")))
    assert verdict
    assert verdict.sentence == "B hung up with '[END]' in message 2"


def test_a_pair_that_ran_out_of_turns_could_have_hung_up() -> None:
    verdict = hangs_up(call("Hello.", "Hi.", "Bye.", "Bye.", "Bye.", ending=Ending("turns")))
    assert not verdict
    assert verdict.sentence == "the pair was offered '[END]' and went on for all 2 turns"
    assert [(item.message, item.why) for item in verdict.evidence] == [(5, "the last message does not hold the token")]


def test_a_token_inside_a_message_does_not_hang_up_and_is_pointed_out() -> None:
    verdict = hangs_up(call("Hello.", "Say [END] when you are done.", "Fine.", ending=Ending("turns")))
    assert not verdict
    assert verdict.evidence[0].message == 2
    assert verdict.evidence[0].why == "holds '[END]', but does not end with it"


def test_an_empty_message_that_ended_the_dialogue_is_told_apart() -> None:
    verdict = hangs_up(call("Hello.", "", ending=Ending("empty")))
    assert verdict.sentence == "nobody hung up with '[END]': an empty message ended the dialogue at message 2"


def test_a_stop_rule_that_ended_the_dialogue_is_told_apart_with_its_reason() -> None:
    verdict = hangs_up(call("Hello.", "Hi.", ending=Ending("stopped", why="a loop was found")))
    assert verdict.sentence == (
        "nobody hung up with '[END]': the scenario's stop rule ended the dialogue at message 2 (a loop was found)"
    )


def test_where_the_ending_is_not_known_the_last_message_decides() -> None:
    assert hangs_up(call("Hello.", "Goodbye. [END]\n"))
    verdict = hangs_up(call("Hello.", "Goodbye."))
    assert not verdict
    assert verdict.sentence == "nobody hung up: message 2, the last that is known, does not end with '[END]'"


def test_a_dialogue_in_which_nothing_was_said_was_not_hung_up() -> None:
    verdict = hangs_up(call())
    assert not verdict
    assert verdict.sentence == "nobody hung up with '[END]': nothing was said"


def test_a_scenario_that_offers_no_token_is_an_error_that_shows_how_to_offer_one() -> None:
    with pytest.raises(CheckError) as refused:
        hangs_up(Dialogue.from_texts(["Hello."]))
    assert str(refused.value) == (
        "hangs_up needs a scenario with an end token: nobody could hang up\n"
        "  scenario: unknown\n"
        'how to fix: offer one with Scenario(…, end_token="[END]")'
    )


def test_messages_without_their_scenario_are_refused() -> None:
    with pytest.raises(CheckError) as refused:
        hangs_up(call("Hello.").messages)  # type: ignore[arg-type]  # the misuse is the point
    assert str(refused.value) == "hangs_up takes a dialogue, not tuple\nhow to fix: call it as hangs_up(dialogue)"


def test_a_speaker_who_is_said_to_have_hung_up_did_whatever_the_text_and_whoever_spoke_last() -> None:
    verdict = hangs_up(call("Hello.", "That is all.", ending=Ending("hang_up", by="A")))
    assert verdict.sentence == "A hung up with '[END]' in message 2"
