"""The figures of loop detection. ``benchmarks/train_loops.py`` writes the weights; it says how they are found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Figures:
    """Weights of signs (:class:`dialogue_harness.checks.loops.judge.Signs`) in the logarithm of the odds to be idle.

    Attributes:
        watching: for an observer of the running dialogue; ``lately_…`` is a sign's mean over the last messages.
        hindsight: to find the onset once it is known that there is one; ``after_…`` is its mean over the next ones.

    """

    watching: Mapping[str, float]
    hindsight: Mapping[str, float]


#: What one message may add to the evidence for a run, and take from it.
MOST_FOR: Final = 1.0
MOST_AGAINST: Final = 2.5

#: How much evidence there must be for a run to be called idle, and how much is kept: content has to go on for a
#: while before a run of a hundred idle messages counts as over, but not for a hundred messages.
ENOUGH: Final = 3.0
KEPT: Final = 4.0

# trained: from here on
FIGURES: Final = Figures(
    watching={
        "fresh": -0.522,
        "length": -0.982,
        "echo": 0.754,
        "standby": 1.488,
        "parting": 1.335,
        "asks": -0.182,
        "asks_at_end": -0.177,
        "lately_fresh": -1.421,
        "lately_echo": 5.453,
        "lately_closing": 12.433,
        "lately_standby": 4.17,
        "lately_praise": 22.148,
        "lately_parting": 5.308,
        "lately_wordless": 7.434,
        "lately_ids": -0.948,
        "bias": -6.835,
    },
    hindsight={
        "fresh": -0.511,
        "echo": 1.057,
        "closing": 3.34,
        "praise": 7.683,
        "parting": 0.267,
        "wordless": 0.949,
        "asks": -0.014,
        "after_fresh": -1.362,
        "after_echo": 5.095,
        "after_closing": 2.579,
        "after_standby": 9.235,
        "after_praise": 1.943,
        "after_parting": 3.263,
        "after_wordless": 5.16,
        "after_staged": 4.716,
        "after_ids": -0.846,
        "before_asks_at_end": -0.221,
        "before_length": -1.065,
        "before_parting": 2.682,
        "bias": -7.642,
    },
)
