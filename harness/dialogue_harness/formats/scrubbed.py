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
    messages, changed = [], []
    for message in dialogue.messages:
        values = msgspec.to_builtins(message)
        scrubbed = known.scrub_values(values)
        if scrubbed != values:
            changed.append(f"message {message.number}")
        messages.append(message if scrubbed == values else msgspec.convert(scrubbed, Message))
    about = dialogue.scenario.to_dict()
    scenario = known.scrub_values(about)
    heading = None if dialogue.heading is None else known.scrub(dialogue.heading)
    if scenario != about or heading != dialogue.heading:
        changed.insert(0, "the scenario")
    if not changed:
        return dialogue, []
    return replace(dialogue, scenario=Scenario.from_dict(scenario), messages=tuple(messages), heading=heading), changed
