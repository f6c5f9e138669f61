"""What the models of a run took, and what a replay spared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dialogue_harness.dialogue import Usage
from dialogue_harness.report.amounts import money
from dialogue_harness.scenario import SIDES, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.engine.tally import Tally
    from dialogue_harness.report.run import DialogueRecord


class Spending(msgspec.Struct, frozen=True):
    """What one side's model took, or would have taken.

    Attributes:
        speaker: ``"A"`` or ``"B"``.
        model: as the scenarios name it.
        usage: tokens, as servers counted them.
        cost: what they cost by the prices that are set; ``None`` where the model has none.
        calls: requests that were made for that, those among them that failed and were repeated.

    """

    speaker: Side
    model: str
    usage: Usage
    cost: float | None = None
    calls: int = 0


def tallied(tally: Tally) -> list[Spending]:
    """Return what was counted while dialogues were held."""
    usage, cost = tally.usage, tally.cost
    return [
        Spending(side, model, usage.get((side, model), Usage()), cost.get((side, model)), calls)
        for (side, model), calls in tally.calls.items()
    ]


def summed(spendings: Iterable[Spending]) -> list[Spending]:
    """Return one record for each speaker and model, as of several dialogues or processes."""
    found: dict[tuple[Side, str], Spending] = {}
    for one in spendings:
        key = (one.speaker, one.model)
        known = found.get(key)
        found[key] = one if known is None else _together(known, one)
    return list(found.values())


def replayed(dialogues: Sequence[DialogueRecord]) -> list[Spending]:
    """Return what models behind servers would have taken for the dialogues that were replayed.

    A dialogue of which this run itself made the recording saved nothing, and of one recording that serves several
    scenarios the longest would have been held once for all.
    """
    longest: dict[tuple[str, str, str, int], DialogueRecord] = {}
    for one in dialogues:
        known = longest.setdefault((one.scenario, one.a, one.b, one.sample), one)
        if (one.new, one.turns) > (known.new, known.turns):
            longest[one.scenario, one.a, one.b, one.sample] = one
    return summed(
        Spending(side, model, dialogue.usage[side], dialogue.cost.get(side))
        for dialogue in longest.values()
        if dialogue.source == "replayed"
        for side, model in zip(SIDES, (dialogue.a, dialogue.b), strict=True)
        if side in dialogue.usage and not model.startswith("builtin:")
    )


def spent(spendings: Sequence[Spending]) -> list[str]:
    """Return what was asked of models behind servers, and what that took; nothing where nothing was asked."""
    calls = sum(one.calls for one in spendings)
    asked = [f"{calls:,} {'call' if calls == 1 else 'calls'} to models"] if calls else []
    took = told(spendings)
    return asked if took is None else [*asked, f"spent {took}"]


def told(spendings: Iterable[Spending]) -> str | None:
    """Return what was taken in a few words, ``None`` where it is nothing, or no server has counted it."""
    spendings = [one for one in spendings if one.usage != Usage()]
    if not spendings:
        return None
    usage = sum((one.usage for one in spendings), Usage())
    cached = f" ({usage.cached:,} cached)" if usage.cached else ""
    costs = [one.cost for one in spendings if one.cost is not None]
    least = "" if len(costs) == len(spendings) else "at least "
    cost = f", cost {least}{money(sum(costs))}" if costs else ""
    return f"{usage.input + usage.output:,} tokens{cached}{cost}"


def _together(one: Spending, other: Spending) -> Spending:
    counted = [each for each in (one, other) if each.usage != Usage()] or [one]
    costs = [each.cost for each in counted]
    cost = None if None in costs else sum(each for each in costs if each is not None)
    return Spending(one.speaker, one.model, one.usage + other.usage, cost, one.calls + other.calls)
