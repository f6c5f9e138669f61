"""Damaged copies of dialogues, handed to tests in place of what was said: do the specs notice?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.engine.recorder import Obtained

if TYPE_CHECKING:
    from harness.damage import Damage


@dataclass(frozen=True, kw_only=True)
class Damaged(Obtained):
    """A damaged copy of a dialogue, in memory, and where the dialogue itself came from.

    Attributes:
        damage: the name of what was done to it.

    """

    damage: str


def damaged(obtained: Obtained, damage: Damage | None) -> Obtained:
    """Return a damaged copy, or the dialogue as it is where the damage does not apply or there is none to do."""
    if damage is None:
        return obtained
    copy = damage(obtained.dialogue)
    note = f"not damaged: {damage.name} does not apply" if copy is None else f"damaged: {damage.meaning}"
    told = f"{note}; {obtained.note}" if obtained.note else note
    if copy is None:
        return replace(obtained, note=told)
    return Damaged(copy, obtained.source, obtained.path, told, obtained.new, damage=damage.name)
