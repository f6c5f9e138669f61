"""Mutated copies of dialogues, handed to tests in place of what was said: do the specs notice?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialogue_harness import checks
from dialogue_harness.checks.verdict import hearing
from dialogue_harness.engine.obtain import Obtained
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.mutation import Mutation


@dataclass(frozen=True, kw_only=True)
class Mutated(Obtained):
    """A mutated copy of a dialogue, in memory, and where the dialogue itself came from.

    Attributes:
        mutation: the name of what was done to it.
        caught_by: call of the check that is meant for the mutation, if it passes what was said and fails the copy.

    """

    mutation: str
    caught_by: str | None


def mutated(obtained: Obtained, mutation: Mutation | None) -> Obtained:
    """Return a mutated copy, or the dialogue as it is where the mutation does not apply or there is none to do."""
    if mutation is None:
        return obtained
    copy = mutation(obtained.dialogue)
    note = f"not mutated: {mutation.name} does not apply" if copy is None else f"mutated: {mutation.meaning}"
    told = f"{note}; {obtained.note}" if obtained.note else note
    if copy is None:
        return replace(obtained, note=told)
    caught = caught_by(mutation, obtained.dialogue, copy)
    return Mutated(copy, obtained.source, obtained.path, told, obtained.new, mutation=mutation.name, caught_by=caught)


def caught_by(mutation: Mutation, dialogue: Dialogue, copy: Dialogue) -> str | None:
    """Return the call of the check that is meant for a mutation, if it passes a dialogue and fails its mutated copy.

    Returns:
        ``"keeps_length"`` of a check that takes no option for it, ``"conforms(dialogue, schema=True)"`` of one that
        does; ``None`` if the check cannot tell the two apart, or can judge neither.

    """
    check = getattr(checks, mutation.check)
    with hearing():  # no running test has called these
        for options in mutation.options:
            try:
                if check(dialogue, **options) and not check(copy, **options):
                    given = "".join(f", {name}={value!r}" for name, value in options.items())
                    return f"{mutation.check}(dialogue{given})" if given else mutation.check
            except CheckError:
                continue
    return None
