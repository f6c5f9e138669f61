"""Dialogues without the secrets that are in them, for whatever is shown or written as a transcript."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from dialogue_harness.dialogue import Message
from dialogue_harness.scenario import Scenario
from dialogue_harness.secrets import known_secrets

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue


def without_secrets(dialogue: Dialogue) -> tuple[Dialogue, list[str]]:
    """Return a dialogue with a mark in place of each secret, itself if it has none, and the parts that held one."""
    known = known_secrets()
    messages = tuple(map(scrubbed_message, dialogue.messages))
    changed = [f"message {new.number}" for new, old in zip(messages, dialogue.messages, strict=True) if new is not old]
    about = dialogue.scenario.to_dict()
    scenario = known.scrub_values(about)
    heading = None if dialogue.heading is None else known.scrub(dialogue.heading)
    if scenario != about or heading != dialogue.heading:
        changed.insert(0, "the scenario")
    if not changed:
        return dialogue, []
    return replace(dialogue, scenario=Scenario.from_dict(scenario), messages=messages, heading=heading), changed


def holds_secret(scenario: Scenario) -> bool:
    """Return whether a secret is in a scenario."""
    about = scenario.to_dict()
    return bool(known_secrets().scrub_values(about) != about)


def scrubbed_message(message: Message) -> Message:
    """Return a message with a mark in place of each secret; itself if it has none."""
    values = msgspec.to_builtins(message)
    scrubbed = known_secrets().scrub_values(values)
    return message if scrubbed == values else msgspec.convert(scrubbed, Message)
