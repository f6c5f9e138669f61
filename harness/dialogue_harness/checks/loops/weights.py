"""The figures of loop detection. ``benchmarks/train_loops.py`` writes ``weights.json``, and says how they are found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
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

FIGURES: Final = Figures(
    **json.loads(resources.files(__package__).joinpath("weights.json").read_text(encoding="utf-8"))
)
