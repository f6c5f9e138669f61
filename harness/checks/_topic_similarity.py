"""How much two stretches of talk are about the same: by their words, or by whatever a caller puts in its place."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import chain
from math import fsum, lgamma
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, runtime_checkable

from harness.checks._topic_words import Terms, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: By how much a message counts less than the one that is nearer to the point that is looked at.
FADE: Final = 0.8

#: How many words one has to hear before a text's own words weigh as much as those of the language at large, and how
#: many of these are one telling, or one plain, word.
_MASS: Final = 100.0
_TELLING: Final = 0.006
_PLAIN: Final = 0.5

#: Evidence that is there before any: so much against one topic, and four times as much for it. Where there is little
#: to compare, talk counts as belonging together.
_AGAINST: Final = 2.0
_FOR: Final = 4 * _AGAINST

#: How much of what might have come again speaks against one topic, and how much of what does so in each stretch alone.
_OF_MISSED: Final = 0.7
_OF_WITHIN: Final = 0.35

#: Share of function words that two stretches of talk in one language have in common, and in two.
_ONE_LANGUAGE: Final = 0.4
_TWO_LANGUAGES: Final = 0.25


@runtime_checkable
class Similarity(Protocol):
    """Says how much two stretches of talk are about the same."""

    def __call__(self, before: Sequence[str], after: Sequence[str], /) -> float:
        """Return a number from 0 (nothing in common) to 1 (one topic).

        Args:
            before: texts that belong to the topic, at least one; the last is the nearest.
            after: texts that are asked about, at least one; the first is the nearest.

        """


class Words:
    """Compares stretches of talk by the words they share, each by how much it says about a topic.

    Two stretches of one topic draw their words from one urn, those of two topics from two. For one topic speaks what
    the Pólya urn says of each word that both hold; for two speaks part of what it says of all the words that might have
    come again, and part of what each stretch says again within itself where the other does not (Eisenstein and
    Barzilay 2008, "Bayesian unsupervised topic segmentation"; Madsen et al. 2005, "Modeling word burstiness using the
    Dirichlet distribution"). How large a part was set on real dialogues.
    """

    def __init__(self) -> None:
        self._terms: Callable[[str], Terms] = lru_cache(maxsize=64)(terms)

    def __call__(self, before: Sequence[str], after: Sequence[str], /) -> float:
        """Return the share of the evidence that speaks for one topic, above 0 and below 1; 0.8 where there is none."""
        first = [self._terms(text) for text in reversed(before)]
        second = [self._terms(text) for text in after]
        telling = _repeated([t.telling for t in first], [t.telling for t in second], _TELLING)
        plain = _repeated([t.plain for t in first], [t.plain for t in second], _PLAIN)
        shared = telling.across + plain.across
        within = min(telling.first + plain.first, telling.second + plain.second)
        language = _one_language(first, second)
        missed = _missed(first, second) * language
        against = _AGAINST + _OF_MISSED * missed + max(0.0, _OF_WITHIN * within * language - shared)
        return (_FOR + shared) / (_FOR + shared + against)


class _Repeated(NamedTuple):
    """The evidence of the terms that came again: from one stretch in the other, and within each."""

    across: float
    first: float
    second: float


def _repeated(first: Sequence[frozenset[str]], second: Sequence[frozenset[str]], mass: float) -> _Repeated:
    """Return the evidence of the terms that came again, each of which the urn held ``mass`` of at first.

    Within a stretch every other text is compared with the rest: where speakers alternate, one with the other.
    """
    left, right = _counts(first, 0), _counts(second, 0)
    left_rest, right_rest = _counts(first, 1), _counts(second, 1)
    within = _shared(left, left_rest, mass), _shared(right, right_rest, mass)
    return _Repeated(_shared(_sum(left, left_rest), _sum(right, right_rest), mass), *within)


def _counts(texts: Sequence[frozenset[str]], skipped: int) -> dict[str, float]:
    """Return how often each term was said in every other text, once in each, a text fainter than the one before it."""
    counts: defaultdict[str, float] = defaultdict(float)
    weight = FADE**skipped
    for found in texts[skipped::2]:
        for term in found:
            counts[term] += weight
        weight *= FADE**2
    return counts


def _sum(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    total = dict(one)
    for term, count in other.items():
        total[term] = total.get(term, 0.0) + count
    return total


def _shared(left: dict[str, float], right: dict[str, float], mass: float) -> float:
    return fsum(_again(left[term], right[term], mass) for term in left.keys() & right.keys())


def _missed(first: Sequence[Terms], second: Sequence[Terms]) -> float:
    """Return the evidence that all terms might have come again: those of one script only in the same script."""
    left, right = _sizes(first), _sizes(second)
    return sum(_again(left[script], right[script], _MASS) for script in sorted(left.keys() & right.keys()))


def _sizes(texts: Sequence[Terms]) -> dict[int, float]:
    """Return how many terms were said in each script, those of each text counting less than of the one before it."""
    sizes: defaultdict[int, float] = defaultdict(float)
    weight = 1.0
    for found in texts:
        for script, number in found.scripts:
            sizes[script] += weight * number
        weight *= FADE
    return sizes


def _again(left: float, right: float, mass: float) -> float:
    """Return the evidence, a natural logarithm, that a word said ``left`` and ``right`` times is of one urn, not two.

    It is the Pólya urn's: a word drawn goes back with one more of its kind. The smaller ``mass``, what the urn held of
    the word at first, the more it tells that the word came again.
    """
    return lgamma(mass + left + right) + lgamma(mass) - lgamma(mass + left) - lgamma(mass + right)


def _one_language(first: Sequence[Terms], second: Sequence[Terms]) -> float:
    """Return, from 0 to 1, how far two stretches share function words: content words of two languages never meet."""
    known = set(chain.from_iterable(t.grammar for t in first))
    heard = [word for t in second for word in t.grammar]
    share = (1 + sum(word in known for word in heard)) / (1 + len(heard))
    return min(1.0, max(0.0, (share - _TWO_LANGUAGES) / (_ONE_LANGUAGE - _TWO_LANGUAGES)))
