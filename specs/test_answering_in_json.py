"""One speaker answers in JSON, the other does not: each side is held to its own form."""

import pytest

from dialogue_harness import Dialogue, Scenario, Speaker, checks

HOST = Speaker("builtin:eliza", system="Discuss tides and the sea.")
REPORTER = Speaker("builtin:eliza", system="Discuss tides and the sea. Answer in JSON.")

INTERVIEW = Scenario("interview", a=HOST, b=REPORTER, turns=6)

#: What the reporter's program parses.
NOTE = {
    "type": "object",
    "properties": {
        "say": {"type": "string", "minLength": 1},
        "topic": {"type": "string"},
        "mood": {"enum": ["calm", "curious", "pleased"]},
    },
    "required": ["say", "topic", "mood"],
    "additionalProperties": False,
}

pytestmark = pytest.mark.scenario(INTERVIEW, samples=2)


def test_the_reporter_answers_in_json(dialogue: Dialogue) -> None:
    assert checks.conforms(dialogue.by("B"), schema=NOTE)


def test_the_host_speaks_plainly_and_not_for_long(dialogue: Dialogue) -> None:
    assert checks.conforms(dialogue.by("A"), pattern=r"^[^{]", max_words=80)
