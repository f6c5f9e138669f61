"""Damaged copies of dialogues, handed to tests in place of what was said: do the specs notice?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness import checks
from harness.checks.verdict import hearing
from harness.engine.recorder import Obtained
from harness.errors import CheckError

if TYPE_CHECKING:
    from harness.damage import Damage
    from harness.dialogue import Dialogue


@dataclass(frozen=True, kw_only=True)
class Damaged(Obtained):
    """A damaged copy of a dialogue, in memory, and where the dialogue itself came from.

    Attributes:
        damage: the name of what was done to it.
        caught_by: call of the check that is meant for the damage, if it passes what was said and fails the copy.

    """

    damage: str
    caught_by: str | None


def damaged(obtained: Obtained, damage: Damage | None) -> Obtained:
    """Return a damaged copy, or the dialogue as it is where the damage does not apply or there is none to do."""
    if damage is None:
        return obtained
    copy = damage(obtained.dialogue)
    note = f"not damaged: {damage.name} does not apply" if copy is None else f"damaged: {damage.meaning}"
    told = f"{note}; {obtained.note}" if obtained.note else note
    if copy is None:
        return replace(obtained, note=told)
    caught = caught_by(damage, obtained.dialogue, copy)
    return Damaged(copy, obtained.source, obtained.path, told, obtained.new, damage=damage.name, caught_by=caught)


def caught_by(damage: Damage, dialogue: Dialogue, copy: Dialogue) -> str | None:
    """Return the call of the check that is meant for a damage, if it passes a dialogue and fails its damaged copy.

    Returns:
        ``"keeps_length"`` of a check that takes no option for it, ``"conforms(dialogue, schema=True)"`` of one that
        does; ``None`` if the check cannot tell the two apart, or can judge neither.

    """
    check = getattr(checks, damage.check)
    with hearing():  # no running test has called these
        for options in damage.options:
            try:
                if check(dialogue, **options) and not check(copy, **options):
                    given = "".join(f", {name}={value!r}" for name, value in options.items())
                    return f"{damage.check}(dialogue{given})" if given else damage.check
            except CheckError:
                continue
    return None
