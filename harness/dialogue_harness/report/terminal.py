"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.words import plural
from dialogue_harness.dialogue import Usage
from dialogue_harness.report import spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.report.run import DialogueRecord, RunRecord

#: With more dialogues than this, the table has a line for each scenario and pair instead of one for each sample.
ROWS: Final = 40

_HEADERS: Final = ("scenario", "pair", "sample", "turns", "verdicts", "source", "tokens")
_ALIGNED: Final = ("left", "left", "right", "right", "left", "left", "right")


def table(run: RunRecord) -> str:
    """Return the summary table: a line for each dialogue, or for each scenario and pair if there are many."""
    from tabulate import tabulate  # noqa: PLC0415 -- only runs that used a dialogue print a table

    many = sum(dialogue.source != "computed" for dialogue in run.dialogues) > ROWS
    grouped: dict[tuple[object, ...], list[int]] = {}
    for index, one in enumerate(run.dialogues):
        is_shared = many or one.source == "computed"  # a test may compute hundreds under one name, with Hypothesis say
        own = () if is_shared else (one.sample, one.fingerprint)
        grouped.setdefault((one.scenario, one.a, one.b, is_shared, *own), []).append(index)
    rows = [
        _row([run.dialogues[i] for i in group], [verdict for i in group for verdict in run.verdicts[i]])
        for group in grouped.values()
    ]
    return tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True, colalign=_ALIGNED)


def totals(run: RunRecord) -> str:
    """Return one line: how many dialogues, where they came from, what they used and what was saved."""
    sources = Counter(dialogue.source for dialogue in run.dialogues)
    counts = ", ".join(f"{count} {source}" for source, count in sorted(sources.items()))
    new, saved = (sum(getattr(dialogue, name) for dialogue in run.dialogues) for name in ("new", "saved"))
    parts = [f"{plural(len(run.dialogues), 'dialogue')}: {counts}"]
    parts += [plural(new, "new message")] if new else []
    parts += [f"early stop saved {plural(saved, 'message')}"] if saved else []
    parts += spending.spent(run.spent)
    parts += [f"replay saved {used}"] if (used := spending.told(run.replay_saved)) else []
    return "; ".join(parts)


def notes(run: RunRecord) -> list[str]:
    """Return a line for each dialogue that has a note."""
    return [f"{shorten(d.scenario, 40)} sample {d.sample}: {d.note}" for d in run.dialogues if d.note]


def pair(a: str, b: str) -> str:
    """Return two models as they are shown in a table."""
    a, b = shorten(a, 28), shorten(b, 28)
    return f"{a} × 2" if a == b else f"{a} / {b}"


def _row(dialogues: Sequence[DialogueRecord], verdicts: Sequence[bool]) -> tuple[str, ...]:
    first, counts = dialogues[0], Counter(verdicts)
    return (
        shorten(first.scenario, 32),
        pair(first.a, first.b),
        _span(d.sample for d in dialogues),
        _span(d.turns for d in dialogues),
        ", ".join(f"{counts[ok]} {word}" for ok, word in ((True, "passed"), (False, "failed")) if counts[ok]) or "–",
        ", ".join(sorted({d.source for d in dialogues})),
        _tokens(dialogues),
    )


def _span(numbers: Iterable[int]) -> str:
    found = sorted(set(numbers))
    return str(found[0]) if len(found) == 1 else f"{found[0]}–{found[-1]}"


def _tokens(dialogues: Sequence[DialogueRecord]) -> str:
    longest: dict[object, DialogueRecord] = {}  # where one recording serves several, its tokens count once
    for one in sorted(dialogues, key=lambda dialogue: dialogue.turns):
        longest[(one.fingerprint, one.sample) if one.source != "computed" else id(one)] = one
    used = sum((usage for dialogue in longest.values() for usage in dialogue.usage.values()), Usage())
    return f"{used.input + used.output:,}" if used != Usage() else "–"
