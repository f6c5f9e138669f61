"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.dialogue import Usage
from dialogue_harness.report import spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.report.run import DialogueRecord, Run

#: With more dialogues than this, the table has a line for each scenario and pair instead of one for each sample.
ROWS: Final = 40

_HEADERS: Final = ("scenario", "pair", "sample", "turns", "verdicts", "source", "tokens")


def table(run: Run) -> str:
    """Return the summary table: a line for each dialogue, or for each scenario and pair where there are many."""
    from tabulate import tabulate  # noqa: PLC0415 -- only runs that used a dialogue print a table

    groups = _groups(run)
    rows = [_row([run.dialogues[i] for i in group], [v for i in group for v in run.verdicts[i]]) for group in groups]
    return tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True, colalign=_ALIGNED)


_ALIGNED: Final = ("left", "left", "right", "right", "left", "left", "right")


def totals(run: Run) -> str:
    """Return one line: how many dialogues, where they came from, what they took in this run and what was saved."""
    sources = Counter(dialogue.source for dialogue in run.dialogues)
    told = ", ".join(f"{count} {source}" for source, count in sorted(sources.items()))
    new, saved = (sum(getattr(dialogue, name) for dialogue in run.dialogues) for name in ("new", "saved"))
    noun = "dialogue" if len(run.dialogues) == 1 else "dialogues"
    parts = [f"{len(run.dialogues)} {noun}: {told}"]
    parts += [_messages(new, "new ")] if new else []
    parts += [f"early stop saved {_messages(saved)}"] if saved else []
    parts += spending.spent(run.spent)
    parts += [f"replay saved {told_saved}"] if (told_saved := spending.told(run.replay_saved)) else []
    return "; ".join(parts)


def _messages(count: int, which: str = "") -> str:
    return f"{count:,} {which}{'message' if count == 1 else 'messages'}"


def notes(run: Run) -> list[str]:
    """Return a line for each dialogue that a reader should know something of."""
    return [f"{shorten(d.scenario, 40)} sample {d.sample}: {d.note}" for d in run.dialogues if d.note]


def _groups(run: Run) -> list[list[int]]:
    """Put dialogues that share a line together: all of a scenario and pair where there are many, or none is recorded.

    What a test computes, from examples of Hypothesis say, is many dialogues of one name.
    """
    grouped: dict[tuple[object, ...], list[int]] = {}
    many = sum(dialogue.source != "computed" for dialogue in run.dialogues) > ROWS
    for index, dialogue in enumerate(run.dialogues):
        is_shared = many or dialogue.source == "computed"
        own = () if is_shared else (dialogue.sample, dialogue.fingerprint)
        grouped.setdefault((dialogue.scenario, dialogue.a, dialogue.b, is_shared, *own), []).append(index)
    return list(grouped.values())


def _row(dialogues: Sequence[DialogueRecord], verdicts: Sequence[bool]) -> tuple[str, ...]:
    first = dialogues[0]
    return (
        shorten(first.scenario, 32),
        _pair(first),
        _span(d.sample for d in dialogues),
        _span(d.turns for d in dialogues),
        _verdicts(verdicts),
        ", ".join(sorted({d.source for d in dialogues})),
        _tokens(dialogues),
    )


def _pair(dialogue: DialogueRecord) -> str:
    a, b = shorten(dialogue.a, 28), shorten(dialogue.b, 28)
    return f"{a} × 2" if a == b else f"{a} / {b}"


def _span(numbers: Iterable[int]) -> str:
    found = sorted(set(numbers))
    return str(found[0]) if len(found) == 1 else f"{found[0]}–{found[-1]}"


def _verdicts(verdicts: Sequence[bool]) -> str:
    failed = verdicts.count(False)
    passed = len(verdicts) - failed
    told = [f"{passed} passed"] if passed else []
    return ", ".join([*told, f"{failed} failed"] if failed else told) or "–"


def _tokens(dialogues: Sequence[DialogueRecord]) -> str:
    longest: dict[object, DialogueRecord] = {}  # of those that one recording serves, which holds nothing twice
    for one in sorted(dialogues, key=lambda dialogue: dialogue.turns):
        longest[(one.fingerprint, one.sample) if one.source != "computed" else id(one)] = one
    used = sum((usage for dialogue in longest.values() for usage in dialogue.usage.values()), Usage())
    return f"{used.input + used.output:,}" if used != Usage() else "–"
