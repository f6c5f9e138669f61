"""How much of a talk is about a declared topic, by the words that declare it and those that come with them."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import TYPE_CHECKING, Final

from harness.checks._topic_words import Terms, spellings, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: How much a plain word of the declaration counts, where a telling one counts 1.
_PLAIN: Final = 0.5

#: A message is about the topic in full if it holds so many of a few declared words, or this share of many.
_FEW: Final = 2.0
_OF_MANY: Final = 0.15

#: Share of a message's telling words that come with the declared ones, from which it is about the topic in full.
_COMPANY: Final = 0.15

#: How many telling words make a message worth half of a long one: single short messages cannot be judged by words.
_HALF: Final = 3.0

#: By how much a message counts less than its neighbour that is nearer.
_FADE: Final = 0.75

#: What is believed before anything is heard, and the weight of that, in long messages.
_BELIEVED: Final = 0.8
_WEIGHT: Final = 1.0


class Declared:
    """A topic that somebody declared: words, a paragraph, or example texts.

    Attributes:
        words: the terms that declare it, each with its weight.

    """

    def __init__(self, topic: Iterable[str]) -> None:
        texts = tuple(topic)
        telling = {term for text in texts for term in terms(text).telling}
        found = sorted(spellings(texts), key=lambda term: term not in telling)
        self.words: dict[str, float] = {term: 1.0 if term in telling else _PLAIN for term in found}
        total = sum(self.words.values())
        self._needed = max(min(_FEW, total), _OF_MANY * total)

    def belonging(self, texts: Sequence[str]) -> tuple[list[float], list[float], list[str]]:
        """Return how much the talk around each text is about the topic, how much each text itself is, and company.

        Messages that hold the declared words directly say which other words belong to the topic, the company: those
        that more than one of them holds, and hardly any other message (a step of relevance feedback; Rocchio 1971).

        Returns:
            Two numbers from 0 to 1 for each text, and the company, the closest words first.

        """
        direct = [self._direct(terms(text)) for text in texts]
        company = _company(texts, direct)
        about: list[float] = []
        worth: list[float] = []
        for part, text in zip(direct, texts, strict=True):
            found = terms(text).telling  # read once more: the terms of a long dialogue would not all fit into memory
            about.append(min(1.0, part + _share(found, company)))
            worth.append(len(found) / (len(found) + _HALF))
        return _smoothed(about, worth), about, sorted(company, key=lambda term: (-company[term], term))

    def is_only_named(self, texts: Iterable[str]) -> bool:
        """Return whether one of the texts names the topic in full, and its name is all there is to look for.

        A talk about gardening speaks of pruning and compost, and of gardening once; one or two words say too little of
        what else belongs to a topic.
        """
        return len(self.words) <= _FEW and any(self._direct(terms(text)) >= 1.0 for text in texts)

    def _direct(self, text: Terms) -> float:
        held = fsum(self.words.get(term, 0.0) for kind in (text.telling, text.plain) for term in kind)
        return min(1.0, held / self._needed)


def _company(texts: Iterable[str], direct: Iterable[float]) -> dict[str, float]:
    """Return the telling words that keep company with the declared ones: with what probability, where above a half."""
    with_it: Counter[str] = Counter()
    overall: Counter[str] = Counter()
    for text, part in zip(texts, direct, strict=True):
        found = terms(text).telling
        overall.update(found)
        if part >= 0.5:
            with_it.update(found)
    return {term: n / overall[term] for term, n in with_it.items() if n >= 2 and n / overall[term] > 0.5}


def _share(telling: frozenset[str], company: dict[str, float]) -> float:
    held = fsum(company.get(term, 0.0) for term in telling)
    return held / (len(telling) + _HALF) / _COMPANY


def _smoothed(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the mean of the values around each, those further off counting less, in linear time."""
    onward = _faded(values, weights)
    back = _faded(values[::-1], weights[::-1])[::-1]
    smoothed = []
    for (a, b), (c, d), value, weight in zip(onward, back, values, weights, strict=True):
        total = a + c - value * weight + _BELIEVED * _WEIGHT
        smoothed.append(total / (b + d - weight + _WEIGHT))
    return smoothed


def _faded(values: Sequence[float], weights: Sequence[float]) -> list[tuple[float, float]]:
    sums = []
    total = mass = 0.0
    for value, weight in zip(values, weights, strict=True):
        total, mass = total * _FADE + value * weight, mass * _FADE + weight
        sums.append((total, mass))
    return sums
