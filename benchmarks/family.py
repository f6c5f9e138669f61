"""How often the checks of the family speak up on real dialogues that have nothing of the sort, and what they cost.

Run it with ``python benchmarks/family.py`` from the repository's root; it needs ``../shared``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tabulate import tabulate

from corpus import Labelled, available, load_pairs, load_people, load_seeds
from dialogue_harness import checks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.dialogue import Dialogue

#: Highest rate of false alarms on the dialogues of people and tasks.
BAR: Final = 0.01

#: What is measured: every check of the family that needs no scenario of its own, at its default threshold.
FAMILY: Final[dict[str, Callable[[Dialogue], Verdict]]] = {
    name: getattr(checks, name)
    for name in checks.__all__
    if name.startswith(("no_", "keeps_", "answers_", "stays_in_")) and name != "no_termination_loop"
}


@dataclass(frozen=True)
class Row:
    """What one check did.

    Attributes:
        check: its name.
        people: dialogues of people and tasks on which it fired.
        empty: how many of those hold empty messages, which the checks of silence are right to report.
        pairs: model pairs on which it fired before the onset of their loop.
        seeds: seeds on which it fired, the loop included.
        micros: microseconds of processor time a message.

    """

    check: str
    people: tuple[str, ...]
    empty: int
    pairs: tuple[str, ...]
    seeds: tuple[str, ...]
    micros: float


def content(pair: Labelled) -> Dialogue:
    """Return a model pair's dialogue up to the onset of its loop; all of it where it has none."""
    return pair.dialogue if pair.onset is None else pair.dialogue[: pair.onset]


def measure(name: str, people: Sequence[Labelled], pairs: Sequence[Labelled], seeds: Sequence[Labelled]) -> Row:
    """Run one check on everything."""
    run = FAMILY[name]
    start = time.process_time()
    on_people = [row for row in people if not run(row.dialogue)]
    on_pairs = [row.name for row in pairs if not run(content(row))]
    seconds = time.process_time() - start
    messages = sum(len(row.dialogue) for row in people) + sum(len(content(row)) for row in pairs)
    silent = sum(any(message.is_empty for message in row.dialogue) for row in on_people)
    fired = [row.name for row in seeds if not run(row.dialogue)]
    names = tuple(row.name for row in on_people)
    return Row(name, names, silent, tuple(on_pairs), tuple(fired), 1e6 * seconds / messages)


def table(rows: Sequence[Row], people: int, pairs: int) -> str:
    """Return the rows as a table."""
    lines: list[list[Any]] = [
        [
            row.check,
            f"{len(row.people)}/{people}",
            row.empty or "",
            f"{(len(row.people) - row.empty) / people:.1%}",
            f"{len(row.pairs)}/{pairs}",
            " ".join(row.seeds),
            f"{row.micros:.0f}",
        ]
        for row in rows
    ]
    headers = ["check", "people", "of them silent", "false alarms", "pairs before onset", "seeds", "µs/message"]
    return tabulate(lines, headers, disable_numparse=True)


def main() -> int:
    """Print the table and the bar; return 1 if a check falls short of it."""
    if not available():
        print("skipped: ../shared is not there")
        return 0
    people, pairs, seeds = load_people(), load_pairs(), load_seeds()
    rows = list(map(partial(measure, people=people, pairs=pairs, seeds=seeds), sorted(FAMILY)))
    print(table(rows, len(people), len(pairs)))
    for row in rows:
        if row.pairs and "--names" in sys.argv:
            print(f"{row.check}: {' '.join(row.pairs)}")
    wrong = [row.check for row in rows if (len(row.people) - row.empty) / len(people) > BAR]
    print(f"\nfalse alarms on people and tasks at most {BAR:.0%}: {'✗ ' + ', '.join(wrong) if wrong else '✓'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
