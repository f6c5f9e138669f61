"""How much two stretches of talk are about the same: by their words, or by whatever a caller puts in its place."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import chain
from math import exp, fsum, lgamma, log
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from dialogue_harness.checks.topic.words import Terms, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: How many terms nearest to the point that is looked at are compared on either side: a few, and many.
SCALES: Final = (30, 90, 270)

#: How many words one has to hear before a text's own words weigh as much as those of the language at large, and how
#: many of these are one telling, or one plain, word.
_MASS: Final = 100.0
_TELLING: Final = 0.006
_PLAIN: Final = 0.5

#: Evidence that is there before any: so much against one topic, and four times as much for it. Where there is little
#: to compare, talk counts as belonging together.
_AGAINST: Final = 2.0
_FOR: Final = 4 * _AGAINST

#: How much of what might have come again speaks against one topic.
_OF_MISSED: Final = 0.7

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
    come again (Eisenstein and Barzilay 2008, "Bayesian unsupervised topic segmentation"; Madsen et al. 2005, "Modeling
    word burstiness using the Dirichlet distribution"). How large a part was set on real dialogues.

    How much of a stretch is compared is counted in terms, not in messages, as TextTiling does (Hearst 1997): two long
    messages say as much as thirty short ones. It is done on several scales, from a few terms, which a change leaves
    no time to hide, to many, without which short messages have nothing in common; the mean of their log odds counts.
    """

    def __init__(self) -> None:
        self._terms: Callable[[str], Terms] = lru_cache(maxsize=128)(terms)

    def __call__(self, before: Sequence[str], after: Sequence[str], /) -> float:
        """Return the share of the evidence that speaks for one topic, above 0 and below 1; 0.8 where there is none."""
        first = [self._terms(text) for text in reversed(before)]
        second = [self._terms(text) for text in after]
        language = _one_language(first, second)
        left, right = _Heard(first), _Heard(second)
        odds = []
        for scale in SCALES:
            left.hear(scale)
            right.hear(scale)
            shared = _shared(left.telling, right.telling, _TELLING) + _shared(left.plain, right.plain, _PLAIN)
            odds.append(log((_FOR + shared) / (_AGAINST + _OF_MISSED * language * _missed(left.sizes, right.sizes))))
        return 1 / (1 + exp(-fsum(odds) / len(odds)))


class _Heard:
    """What was heard so far of a stretch of talk: in how many messages each term, and how many terms in each script."""

    def __init__(self, stretch: Sequence[Terms]) -> None:
        self.telling: Counter[str] = Counter()
        self.plain: Counter[str] = Counter()
        self.sizes: Counter[int] = Counter()
        self._rest = iter(stretch)

    def hear(self, size: int) -> None:
        """Hear whole messages, the nearest first, until they hold ``size`` terms, or to the end."""
        while self.sizes.total() < size and (found := next(self._rest, None)) is not None:
            self.telling.update(found.telling)
            self.plain.update(found.plain)
            self.sizes.update(dict(found.scripts))


def _shared(left: Counter[str], right: Counter[str], mass: float) -> float:
    """Return the evidence of the terms that both hold, each of which the urn held ``mass`` of at first."""
    return fsum(again(left[term], right[term], mass) for term in left.keys() & right.keys())


def _missed(left: Counter[int], right: Counter[int]) -> float:
    """Return the evidence that all terms might have come again: those of one script only in the same script."""
    return fsum(again(left[script], right[script], _MASS) for script in left.keys() & right.keys())


@lru_cache(maxsize=65_536)
def again(left: int, right: int, mass: float) -> float:
    """Return the evidence, a natural logarithm, that a word said ``left`` and ``right`` times is of one urn, not two.

    It is the Pólya urn's: a word drawn goes back with one more of its kind. The smaller ``mass``, what the urn held of
    the word at first, the more it tells that the word came again.
    """
    return lgamma(mass + left + right) + lgamma(mass) - lgamma(mass + left) - lgamma(mass + right)


def _one_language(first: Sequence[Terms], second: Sequence[Terms]) -> float:
    """Return, from 0 to 1, how far two stretches share function words: content words of two languages never meet."""
    known = set(chain.from_iterable(t.grammar for t in first))
    heard = [word for t in second for word in t.grammar]
    return one_language(sum(word in known for word in heard), len(heard))


def one_language(shared: int, heard: int) -> float:
    """Return, from 0 to 1, how far a stretch is in a language that was spoken, by its function words heard before."""
    share = (1 + shared) / (1 + heard)
    return min(1.0, max(0.0, (share - _TWO_LANGUAGES) / (_ONE_LANGUAGE - _TWO_LANGUAGES)))
