"""Train the weights of loop detection and write them into ``harness/dialogue_harness/checks/loops/weights.py``.

Two logistic models, each of a few signs: one for an observer of the running dialogue, one that finds the onset in
hindsight. Every message is an example: idle from the onset on and in the idle runs that readers found, else not.
Dialogues that readers were unsure of count less. A weight whose sign contradicts its meaning is left out, so that more
farewell never makes a message less idle. Pure Python, every sum in a fixed order: the same figures on any machine, to
the digits that are written.

    python benchmarks/train_loops.py [--check]
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, Final

import corpus
from dialogue_harness.checks.loops import weights
from dialogue_harness.checks.loops.judge import NAMES, SPAN, SPAN_AFTER, Row, mean
from dialogue_harness.checks.loops.reader import Reader
from dialogue_harness.checks.loops.weights import Figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: The signs that may count, for the message itself and for the mean.
WATCHED: Final = ("fresh", "length", "echo", "closing", "standby", "parting", "wordless", "asks", "asks_at_end")
WATCHED_LATELY: Final = ("fresh", "echo", "closing", "standby", "praise", "parting", "wordless", "asks", "ids")
WATCHING: Final = (*WATCHED, *(f"lately_{name}" for name in WATCHED_LATELY))
HINDSIGHT: Final = (
    *NAMES,
    *(f"after_{name}" for name in NAMES),
    "before_asks_at_end",
    "before_length",
    "before_parting",
)

#: These speak against being idle; all others for it.
AGAINST: Final = frozenset({"fresh", "length", "asks", "asks_at_end", "ids"})

#: How much a message of a dialogue counts that readers were unsure of.
UNSURE: Final = 0.4

#: Ridge penalty, on signs scaled to a standard deviation of 1.
PENALTY: Final = 1.0

#: What is added to each bias: a message of two that are equally likely idle or not is taken for idle, since the sum
#: over a run decides, and content counts for more in it than courtesy does.
EAGER: Final = {"watching": 1.0, "hindsight": 0.5}

#: Where the last step was smaller than this the curvature is not taken anew: it guides the steps, not the solution.
NEAR: Final = 0.1


@dataclass(frozen=True)
class Examples:
    """The messages of one dialogue as examples: rows of the two models, and whether each message is idle."""

    watching: list[Row]
    hindsight: list[Row]
    idle: list[int]
    weight: float


def examples(labelled: corpus.Labelled) -> Examples:
    """Return the messages of a dialogue as examples."""
    reader = Reader({"bias": 0.0})
    rows = [reader.read(message).signs for message in labelled.dialogue]
    watching, hindsight = [], []
    for at, row in enumerate(rows):
        before = rows[max(at - 1, 0)]
        lately = mean(rows[max(at + 1 - SPAN, 0) : at + 1])
        watching.append(_columns(WATCHING, {"": row, "lately_": lately, "before_": before}))
        after = mean(rows[at : at + SPAN_AFTER])
        hindsight.append(_columns(HINDSIGHT, {"": row, "after_": after, "before_": before}))
    weight = UNSURE if labelled.confidence == "low" else 1.0
    return Examples(watching, hindsight, [int(_idle(labelled, m.number)) for m in labelled.dialogue], weight)


def train(sets: Sequence[Examples], begin: Figures | None = None) -> Figures:
    """Return the weights that fit the examples best; ``begin`` is where to look first, and changes only the time."""
    idle = [y for each in sets for y in each.idle]
    weights = [each.weight for each in sets for _ in each.idle]
    watching = [row for each in sets for row in each.watching]
    hindsight = [row for each in sets for row in each.hindsight]
    return Figures(
        _fitted(WATCHING, watching, idle, weights, EAGER["watching"], begin.watching if begin else {}),
        _fitted(HINDSIGHT, hindsight, idle, weights, EAGER["hindsight"], begin.hindsight if begin else {}),
    )


def _idle(labelled: corpus.Labelled, number: int) -> bool:
    ends = labelled.is_loop and labelled.onset is not None and number >= labelled.onset
    return ends or any(first <= number <= last for first, last in labelled.recovered)


def _columns(names: Iterable[str], rows: dict[str, Row]) -> Row:
    picked = []
    for name in names:
        prefix = next((p for p in ("lately_", "after_", "before_") if name.startswith(p)), "")
        picked.append(rows[prefix][NAMES.index(name.removeprefix(prefix))])
    return tuple(picked)


def _fitted(
    names: Sequence[str],
    rows: list[Row],
    idle: list[int],
    weights: list[float],
    eager: float,
    begin: Mapping[str, float],
) -> dict[str, float]:
    """Return the weights and the bias by name, without those whose sign would contradict their meaning."""
    columns = list(zip(*rows, strict=True))
    scales = [_deviation(column) for column in columns]
    solution = {name: begin.get(name, 0.0) * scale for name, scale in zip(names, scales, strict=True)}
    bias = begin.get("bias", eager) - eager
    used = list(range(len(names)))
    while True:
        scaled = [[value / scales[at] for value in columns[at]] for at in used]
        *found, bias = _solved(
            [*scaled, [1.0] * len(rows)], idle, weights, [*(solution[names[at]] for at in used), bias]
        )
        solution = {names[at]: value for at, value in zip(used, found, strict=True)}
        kept = [at for at in used if solution[names[at]] * _meaning(names[at]) > 0]
        if kept == used:
            fitted = {names[at]: round(solution[names[at]] / scales[at], 3) for at in used}
            return fitted | {"bias": round(bias + eager, 3)}
        used = kept


def _meaning(name: str) -> int:
    """Return -1 for a sign that speaks against being idle, else 1."""
    bare = name if name in NAMES else name.split("_", 1)[1]
    return -1 if bare in AGAINST else 1


def _deviation(column: Sequence[float]) -> float:
    average = sum(column) / len(column)
    return math.sqrt(sum((value - average) ** 2 for value in column) / len(column)) or 1.0


def _solved(columns: list[list[float]], idle: list[int], weights: list[float], start: list[float]) -> list[float]:
    """Return the penalised maximum likelihood, by Newton's method; the last column is that of the bias."""
    solution = start
    curvature: list[list[float]] = []
    largest = math.inf
    for _ in range(100):
        chances = _chances(columns, solution)
        if largest > NEAR:
            curvature = _curvature(columns, weights, chances)
        errors = [weight * (chance - y) for y, weight, chance in zip(idle, weights, chances, strict=True)]
        penalties = [*(PENALTY * value for value in solution[:-1]), 0.0]
        gradient = [sum(map(mul, errors, column), value) for column, value in zip(columns, penalties, strict=True)]
        step = _linear(curvature, gradient)
        solution = [value - change for value, change in zip(solution, step, strict=True)]
        largest = max(map(abs, step))
        if largest < 1e-6:
            break
    return solution


def _chances(columns: list[list[float]], solution: list[float]) -> list[float]:
    odds = [sum(map(mul, solution, row)) for row in zip(*columns, strict=True)]
    return [1 / (1 + math.exp(-max(-50.0, min(50.0, value)))) for value in odds]


def _curvature(columns: list[list[float]], weights: list[float], chances: list[float]) -> list[list[float]]:
    """Return the matrix of second derivatives, which is symmetric."""
    size = len(columns)
    matrix = [[0.0] * size for _ in columns]
    bends = [weight * chance * (1 - chance) for weight, chance in zip(weights, chances, strict=True)]
    for at, column in enumerate(columns):
        bent = list(map(mul, bends, column))
        for other in range(at + 1):
            matrix[at][other] = matrix[other][at] = sum(map(mul, bent, columns[other]))
        matrix[at][at] += PENALTY * (at < size - 1) + 1e-9
    return matrix


def _linear(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a positive definite system by Gaussian elimination."""
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        for below in range(at + 1, size):
            factor = rows[below][at] / rows[at][at]
            if factor:
                rows[below] = [a - factor * b for a, b in zip(rows[below], rows[at], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        found[at] = (rows[at][-1] - sum(rows[at][k] * found[k] for k in range(at + 1, size))) / rows[at][at]
    return found


def _text(figures: Figures) -> str:
    """Return the content of the data file."""
    return json.dumps({"watching": dict(figures.watching), "hindsight": dict(figures.hindsight)}, indent=1) + "\n"


def main() -> int:
    """Train on everything; write the figures, or with ``--check`` say whether they are the ones that are there."""
    sets = [examples(labelled) for labelled in (*corpus.load_pairs(), *corpus.load_people())]
    text = _text(train(sets))
    path = Path(weights.__file__).with_suffix(".json")
    if "--check" in sys.argv:
        same = path.read_text(encoding="utf-8") == text
        print("the figures are the ones that the package has" if same else "the package has other figures:\n" + text)
        return int(not same)
    path.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
