"""Dialogues without the secrets that are in them, and a warning that says where they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness.cli import warn
from dialogue_harness.formats import scrubbed
from dialogue_harness.secrets import MARK

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue


def without_secrets(dialogue: Dialogue) -> Dialogue:
    """Return a dialogue with a mark in place of each secret, and warn where they were; itself if it has none."""
    found, changed = scrubbed.without_secrets(dialogue)
    if changed:
        more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
        warn(f"{changed[0]}{more} holds a secret; {MARK} stands in its place")
    return found
