"""What the models of a run used, and what replay saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dialogue_harness._text.words import plural
from dialogue_harness.dialogue import Usage
from dialogue_harness.report.amounts import money
from dialogue_harness.scenario import SIDES, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.report.run import DialogueRecord
    from dialogue_harness.run.tally import Tally


class Spending(msgspec.Struct, frozen=True):
    """What the model of one side used, or would have used.

    Attributes:
        speaker: ``"A"`` or ``"B"``.
        model: as the scenarios name it.
        usage: tokens, as servers counted them.
        cost: their price; ``None`` if the model has none.
        calls: requests, failed ones included.

    """

    speaker: Side
    model: str
    usage: Usage
    cost: float | None = None
    calls: int = 0

    def __add__(self, other: Spending) -> Spending:
        """Return the sum for one speaker and model; where only one counted tokens, only its price counts."""
        costs = [one.cost for one in (self, other) if one.usage != Usage()] or [self.cost]
        cost = None if None in costs else sum(each for each in costs if each is not None)
        return Spending(self.speaker, self.model, self.usage + other.usage, cost, self.calls + other.calls)


def tallied(tally: Tally) -> list[Spending]:
    """Return what was counted while dialogues ran."""
    usage, cost = tally.usage, tally.cost
    return [
        Spending(side, model, usage.get((side, model), Usage()), cost.get((side, model)), calls)
        for (side, model), calls in tally.calls.items()
    ]


def summed(spendings: Iterable[Spending]) -> list[Spending]:
    """Return one record for each speaker and model, summed over dialogues or processes."""
    found: dict[tuple[Side, str], Spending] = {}
    for one in spendings:
        key = (one.speaker, one.model)
        found[key] = found[key] + one if key in found else one
    return list(found.values())


def replayed(dialogues: Sequence[DialogueRecord]) -> list[Spending]:
    """Return what models behind servers would have used for the dialogues that were replayed.

    Nothing is saved by a replay of what this run itself recorded, and one recording that serves several scenarios
    counts once, at its longest.
    """
    longest: dict[tuple[str, str, str, int], DialogueRecord] = {}
    for one in dialogues:
        key = (one.scenario, one.a, one.b, one.sample)
        known = longest.setdefault(key, one)
        if (one.new, one.turns) > (known.new, known.turns):
            longest[key] = one
    return summed(
        Spending(side, model, dialogue.usage[side], dialogue.cost.get(side))
        for dialogue in longest.values()
        if dialogue.source == "replayed"
        for side, model in zip(SIDES, (dialogue.a, dialogue.b), strict=True)
        if side in dialogue.usage and not model.startswith("builtin:")
    )


def spent(spendings: Sequence[Spending]) -> list[str]:
    """Return the calls to models and what they used, in words; an empty list if there were none."""
    calls, used = sum(one.calls for one in spendings), told(spendings)
    return [*([f"{plural(calls, 'call')} to models"] if calls else []), *([f"spent {used}"] if used else [])]


def told(spendings: Iterable[Spending]) -> str | None:
    """Return tokens and cost in words; ``None`` if no server counted any tokens."""
    spendings = [one for one in spendings if one.usage != Usage()]
    if not spendings:
        return None
    usage = sum((one.usage for one in spendings), Usage())
    cached = f" ({usage.cached:,} cached)" if usage.cached else ""
    costs = [one.cost for one in spendings if one.cost is not None]
    least = "" if len(costs) == len(spendings) else "at least "
    cost = f", cost {least}{money(sum(costs))}" if costs else ""
    return f"{usage.input + usage.output:,} tokens{cached}{cost}"
