"""What a pair was told to discuss, it discusses, and each speaker keeps to its own part."""

import pytest

from dialogue_harness import Dialogue, Scenario, Speaker, checks


def about(topic: str) -> Scenario:
    speaker = Speaker("builtin:eliza", system=f"Discuss {topic}. Stay on topic.")
    return Scenario(topic.replace(" ", "-"), a=speaker, b=speaker, turns=20, end_token="[END]")


pytestmark = pytest.mark.scenario(about("gardening"), about("chess"), about("bread baking"))


def test_the_pair_stays_on_the_topic_that_it_settles_on(dialogue: Dialogue) -> None:
    assert checks.stays_on_topic(dialogue)


def test_nobody_is_at_a_loss_for_words(dialogue: Dialogue) -> None:
    assert checks.no_empty_messages(dialogue)


def test_both_speak_for_themselves_only(dialogue: Dialogue) -> None:
    assert checks.stays_in_role(dialogue)


def test_b_brings_in_something_of_its_own(dialogue: Dialogue) -> None:
    questions = [message for message in dialogue.by("B") if "?" in message.text]
    assert len(questions) >= 2
