"""Dialogues without the secrets that are in them, for whatever is shown or written as a transcript."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from dialogue_harness.cli import warn
from dialogue_harness.dialogue import Message
from dialogue_harness.scenario import Scenario
from dialogue_harness.secrets import MARK, known_secrets

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.secrets import Secrets


def without_secrets(dialogue: Dialogue) -> Dialogue:
    """Return a dialogue with a mark in place of each secret, saying on standard error where; itself if it has none."""
    known = known_secrets()
    messages = tuple(_message(message, known) for message in dialogue.messages)
    about = dialogue.scenario.to_dict()
    scenario = known.scrub_values(about)
    heading = None if dialogue.heading is None else known.scrub(dialogue.heading)
    changed = [f"message {m.number}" for m, old in zip(messages, dialogue.messages, strict=True) if m is not old]
    if scenario != about or heading != dialogue.heading:
        changed.insert(0, "the scenario")
    if not changed:
        return dialogue
    more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
    warn(f"{changed[0]}{more} holds a secret; {MARK} stands in its place")
    return replace(dialogue, scenario=Scenario.from_dict(scenario), messages=messages, heading=heading)


def holds_secret(scenario: Scenario) -> bool:
    """Return whether a secret is in a scenario."""
    about = scenario.to_dict()
    return bool(known_secrets().scrub_values(about) != about)


def scrubbed_message(message: Message) -> Message:
    """Return a message with a mark in place of each secret; itself if it has none."""
    return _message(message, known_secrets())


def _message(message: Message, known: Secrets) -> Message:
    values = msgspec.to_builtins(message)
    scrubbed = known.scrub_values(values)
    return message if scrubbed == values else msgspec.convert(scrubbed, Message)
