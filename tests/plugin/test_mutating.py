from __future__ import annotations

import json

from dialogue_harness import Dialogue, Scenario, Speaker
from dialogue_harness.checks.verdict import hearing
from dialogue_harness.mutation import MUTATIONS
from dialogue_harness.plugin.mutating import caught_by

CLERK = Speaker("some/model", system="You are the assistant of a library.")
READER = Speaker("some/model", system="You are a customer of a library who looks for a book.")
DESK = Scenario("desk", a=READER, b=CLERK, turns=3)
FREE = Scenario("free", a=READER, b=CLERK, turns=3, end_token="[END]")
SAID = (
    "Where do I find a history of maps?",
    "How can I help you choose among the four that we have?",
    "With pictures, please.",
    "There is a slim one with plates. How can I help you further?",
    "I'd like to read it here.",
    "There is a chair by the window. How may I help you with anything else?",
)


def caught(name: str, dialogue: Dialogue) -> str | None:
    copy = MUTATIONS[name](dialogue)
    assert copy is not None
    return caught_by(MUTATIONS[name], dialogue, copy)


def said(*texts: str, scenario: Scenario = DESK) -> Dialogue:
    return Dialogue.from_texts(texts, scenario=scenario)


def test_a_check_that_passes_the_dialogue_and_fails_the_copy_catches_the_mutation() -> None:
    assert caught("blank-message", said(*SAID)) == "no_empty_messages"


def test_a_check_that_fails_the_dialogue_as_well_does_not() -> None:
    assert caught("blank-message", said("", *SAID[1:])) is None


def test_a_check_that_has_too_little_to_judge_does_not() -> None:
    assert caught("doubled-length", said(*SAID)) is None


def test_a_check_that_cannot_be_called_on_the_dialogue_does_not() -> None:
    assert caught("cut-dialogue", said(*SAID)) is None


def test_the_same_check_does_where_it_can_be_called() -> None:
    assert caught("cut-dialogue", said(*SAID[:5], "Goodbye. [END]", scenario=FREE)) == "hangs_up"


def test_json_is_caught_by_a_schema_that_takes_any() -> None:
    notes = [json.dumps({"say": text}) for text in SAID]
    assert caught("broken-json", said(*notes)) == "conforms(dialogue, schema=True)"


def test_json_of_one_speaker_is_caught_by_a_schema_for_that_one() -> None:
    notes = [json.dumps({"say": text}) if n % 2 else text for n, text in enumerate(SAID)]
    assert caught("broken-json", said(*notes)) == "conforms(dialogue, by='B', schema=True)"


def test_the_running_test_is_not_told_of_verdicts_that_it_did_not_ask_for() -> None:
    with hearing() as heard:
        assert caught("blank-message", said(*SAID))
    assert heard == []
