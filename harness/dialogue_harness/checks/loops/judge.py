"""From what is measured of messages to the odds that one of them is idle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

#: How many messages a mean is taken of, the message itself included.
SPAN: Final = 4
SPAN_AFTER: Final = 3

Row = tuple[float, ...]


class Signs(NamedTuple):
    """What is measured of one message, in a fixed order. Weights are given by these names.

    Attributes:
        fresh: logarithm of how many new content words it has, relative to the dialogue's norm.
        length: logarithm of how many words it has, relative to the dialogue's norm.
        echo: Jaccard similarity with the nearest of the last messages, 0 to 1.
        closing: share of words of farewell, thanks and ending.
        standby: share of words of waiting, silence and acknowledgement.
        praise: share of words of praise.
        parting: how much its last words are those of a goodbye, 0 to 1.
        wordless: 1 if it has no word at all.
        staged: 1 if it is nothing but a stage direction.
        asks: 1 if it asks.
        asks_at_end: 1 if it asks near its end.
        ids: logarithm of how many numbers or identifiers it has that were not there before, plus one.

    """

    fresh: float
    length: float
    echo: float
    closing: float
    standby: float
    praise: float
    parting: float
    wordless: float
    staged: float
    asks: float
    asks_at_end: float
    ids: float


NAMES: Final = Signs._fields


def mean(rows: Collection[Row]) -> Row:
    """Return the mean of each column of at least one row."""
    many = len(rows)
    return tuple([sum(column) / many for column in zip(*rows, strict=True)])


class Judge:
    """A logistic model of the signs of a message, of their means about it, and of the message before it.

    Args:
        weights: by name of the sign, bare for the message itself, with ``around`` or ``before_`` ahead of it for the
            mean and for the message before; and ``bias``. What is not named weighs nothing.
        around: ``lately_`` or ``after_``: what the means are called among the weights.

    """

    __slots__ = ("_around", "_before", "_bias", "_own")

    def __init__(self, weights: Mapping[str, float], *, around: str) -> None:
        self._own = _weights(weights, "")
        self._around = _weights(weights, around)
        self._before = _weights(weights, "before_")
        self._bias = weights["bias"]

    def __call__(self, own: Row, around: Row, before: Row) -> float:
        """Return the logarithm of the odds that the message is idle; above 0 it more likely is."""
        return self._bias + _dot(self._own, own) + _dot(self._around, around) + _dot(self._before, before)


_Weights = tuple[tuple[int, float], ...]


def _weights(named: Mapping[str, float], prefix: str) -> _Weights:
    return tuple((at, named[prefix + name]) for at, name in enumerate(NAMES) if prefix + name in named)


def _dot(weights: _Weights, row: Row) -> float:
    return sum([weight * row[at] for at, weight in weights])
