"""How much of a talk is about a declared topic: by how often its words come, and by what the talk went on from."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import accumulate, pairwise
from math import exp, fsum, lgamma, log
from typing import TYPE_CHECKING, Final, NamedTuple

from dialogue_harness.checks.topic.similarity import again, one_language
from dialogue_harness.checks.topic.words import Terms, spellings, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: How many messages before a point are compared with how many from it on: with many, and with the next few, for a
#: drift that the talk comes back from.
_BEFORE: Final = 24
_AFTER: Final = (24, 8)

#: How many messages a pair takes to settle, and how many must follow a break.
_SETTLED: Final = 4
_FOLLOWED: Final = 2

#: How much a plain word of the declaration counts, where a telling one counts 1, and of how many words a mention must
#: hold this share: of many, one is met by chance.
_PLAIN: Final = 0.3
_OF_MANY: Final = 0.1

#: How many messages, and mentions of the topic in them, are believed to have come before the first: how often a talk
#: mentions its topic is learnt from the talk itself.
_MENTIONS: Final = 0.6
_MESSAGES: Final = 2.0

#: How many telling words leave a message half the room that a long one has for a mention.
_HALF: Final = 3.0

#: How often a declared word comes by chance: for each telling, and each plain, word of a message; and in any case.
_CHANCE: Final = 0.0005
_PLAIN_CHANCE: Final = 0.005
_STRAY: Final = 0.02

#: How little evidence of mentions is hardly believed: talk is uneven, and only much of it counts in full. The more
#: words a mention must hold, the less it is believed.
_DOUBT: Final = 8.0

#: Evidence that is there before any, for one topic and against it, and how much of what might have come again speaks
#: against it.
_FOR: Final = 8.0
_AGAINST: Final = 2.0
_OF_MISSED: Final = 0.7

#: How many of the words that one has to hear before a text's own weigh as much as those of the language at large are
#: one telling word, one plain word, all words.
_TELLING_MASS: Final = 0.006
_PLAIN_MASS: Final = 0.5
_MASS: Final = 100.0

#: Log odds that talk is on its topic before anything is heard: at a break, and at the start.
_BELIEVED: Final = 0.35
_BELIEVED_AT_FIRST: Final = 2.7

#: How much more than with what was said since the drift a talk must have in common with what was said before it, as
#: log odds, to have come back.
_RETURNED: Final = 1.0

#: How many leading words of a talk its topic is compared with, at least and at most; how often a topic is mentioned for
#: each time that they come again, and how surely (the shape of a gamma distribution).
_LEADING: Final = (3, 6)
_OF_LEADING: Final = 0.5
_SURELY: Final = 4.0


class Declared:
    """A topic that somebody declared: words, a paragraph, or example texts.

    Attributes:
        words: the terms that declare it, each with its weight.
        needed: the weight of the declared words that make a message a mention in full.

    """

    def __init__(self, topic: Iterable[str]) -> None:
        texts = tuple(topic)
        read = [terms(text) for text in texts]
        telling = {term for found in read for term in found.telling}
        listed = sorted(spellings(texts), key=lambda term: term not in telling)
        self.words: dict[str, float] = {term: 1.0 if term in telling else _PLAIN for term in listed}
        self._scripts = {script for found in read for script, _ in found.scripts}
        total = sum(self.words.values())
        self._one = min(1.0, total)
        self.needed = max(self._one, _OF_MANY * total)
        self._chance = _CHANCE * len(telling)
        self._plain_chance = _PLAIN_CHANCE * _PLAIN * (len(self.words) - len(telling))

    def mentions(self, text: Terms) -> Mentions:
        """Return how much of a mention of the topic a text is, how much by chance alone, and what room it has for it.

        Where the topic is declared in another script than the text is written in, there is no room for it.
        """
        telling = len(text.telling)
        chance = self._chance * telling + self._plain_chance * len(text.plain)
        room = telling / (telling + _HALF) if any(script in self._scripts for script, _ in text.scripts) else 0.0
        return Mentions(min(1.0, self._held(text) / self.needed), chance / self.needed, room)

    def names(self, text: Terms) -> Mentions:
        """Return the same as :meth:`mentions`, one declared word being a mention however many there are."""
        _, chance, room = self.mentions(text)
        return Mentions(min(1.0, self._held(text) / self._one), chance * self.needed / self._one, room)

    def _held(self, text: Terms) -> float:
        return fsum(self.words.get(term, 0.0) for kind in (text.telling, text.plain) for term in kind)


class Mentions(NamedTuple):
    """How often a stretch of talk mentions the topic, how often it would by chance, and what room it has for it."""

    held: float = 0.0
    chance: float = 0.0
    room: float = 0.0

    def plus(self, other: Mentions) -> Mentions:
        """Return the mentions of both stretches."""
        return Mentions(self.held + other.held, self.chance + other.chance, self.room + other.room)

    def minus(self, other: Mentions) -> Mentions:
        """Return the mentions without those of a part of the stretch."""
        return Mentions(*(max(0.0, a - b) for a, b in zip(self, other, strict=True)))


class Belonging:
    """How much the parts of a talk belong to a declared topic.

    What is said from a point on belongs to it, first, as far as it takes up the words that were said before, which are
    the topic's as far as anybody knows (the Pólya urn of :class:`Words`, over more of the talk: a declared topic is the
    topic of all of it). And it does as far as it mentions the declared words as often as the talk did before, and more
    often than chance would: where they hardly ever came, their absence says nothing. The log odds of both add up.
    """

    def __init__(self, topic: Declared, talk: Sequence[str]) -> None:
        self._talk = talk
        self._terms: Callable[[str], Terms] = lru_cache(maxsize=2 * _BEFORE + _AFTER[0])(terms)
        self._topic = topic
        heard = (topic.mentions(terms(text)) for text in talk)
        self._so_far = list(accumulate(heard, Mentions.plus, initial=Mentions()))

    def breaks(self) -> dict[int, float]:
        """Return, for each point between two messages, how much what follows belongs to the topic, from 0 to 1."""
        points = range(_SETTLED, len(self._talk) - _FOLLOWED + 1)
        before = self._stretch(0, _SETTLED)
        after = [self._stretch(_SETTLED, _SETTLED + size) for size in _AFTER]
        values = {}
        for at in points:
            odds = [
                self._odds(before, stretch, at, self._mentions(at, at + size))
                for stretch, size in zip(after, _AFTER, strict=True)
            ]
            values[at] = _probability(min(odds) + _BELIEVED)
            self._move(before, at - _BEFORE, at)
            for stretch, size in zip(after, _AFTER, strict=True):
                self._move(stretch, at, at + size)
        return values

    def since(self, start: int) -> list[float]:
        """Return how much the talk from each message on belongs to what was said before ``start``, from there on."""
        before = self._stretch(start - _BEFORE, start)
        size = _AFTER[-1]
        last = max(start, len(self._talk) - size)  # what is said at the end is judged with what led up to it
        after = self._stretch(start, start + size)
        values = []
        for at in range(start, len(self._talk)):
            values.append(
                _probability(self._odds(before, after, start, self._mentions(min(at, last), at + size)) + _BELIEVED)
            )
            if at < last:
                self._move(after, at, at + size)
        return values

    def back(self, start: int) -> int | None:
        """Return where a talk that left its topic at ``start`` came back: what follows goes on from before it, not on.

        It is where the odds that the next few messages belong to what was said before ``start`` are the most above the
        odds that they belong to what was said since.
        """
        before, inside = self._stretch(start - _BEFORE, start), self._stretch(start, start + _FOLLOWED)
        first, size = start + _FOLLOWED, _AFTER[-1]
        after = self._stretch(first, first + size)
        found, most = None, _RETURNED
        for at in range(first, len(self._talk) - _FOLLOWED + 1):
            now = self._mentions(at, at + size)
            more = self._odds(before, after, start, now) - _taken_up(inside, after)
            if more > most:
                found, most = at, more
            self._move(inside, max(start, at - _BEFORE) if at - start >= _BEFORE else -1, at)
            self._move(after, at, at + size)
        return found

    def unspoken(self, end: int) -> tuple[int, float]:
        """Return up to where, of the first ``end`` messages, the talk least speaks of the topic, and how far it does.

        A topic would come again about as often as the leading words of the talk do, which are its topic if the declared
        one is not. Where no word leads, nothing can be said.
        """
        leading = _Leading(min(_LEADING[1], max(_LEADING[0], len(self._topic.words))))
        lowest, upto, named = 1.0, 0, Mentions()
        for at, text in enumerate(self._talk[:end], 1):
            said = self._terms(text)
            now = self._topic.names(said)
            named = named.plus(now)
            if now.room:
                leading.add(said.telling)
            expected = max(named.held, _OF_LEADING * leading.again)
            odds = _count(named.held, expected, _SURELY) - _count(named.held, named.chance + _STRAY, 1.0)
            value = _probability(odds + _BELIEVED_AT_FIRST)
            if at >= _SETTLED + _FOLLOWED and value < lowest:
                lowest, upto = value, at
        return upto, lowest

    def first_mention(self, since: int) -> int | None:
        """Return the first of two messages that mention the topic, not far from one another."""
        held = [i for i in range(since, len(self._talk)) if self._mentions(i, i + 1).held >= 0.5]
        return next((one for one, other in pairwise(held) if other - one < _AFTER[-1]), None)

    def _stretch(self, start: int, end: int) -> _Stretch:
        stretch = _Stretch()
        for text in self._talk[max(0, start) : max(0, end)]:
            stretch.add(self._terms(text))
        return stretch

    def _move(self, stretch: _Stretch, out: int, into: int) -> None:
        if out >= 0:
            stretch.drop(self._terms(self._talk[out]))
        if into < len(self._talk):
            stretch.add(self._terms(self._talk[into]))

    def _mentions(self, start: int, end: int) -> Mentions:
        return self._so_far[min(end, len(self._talk))].minus(self._so_far[start])

    def _odds(self, before: _Stretch, after: _Stretch, at: int, now: Mentions) -> float:
        kept_up = _one_language(before.grammar, after.grammar) * _kept_up(self._so_far[at], now)
        kept_up *= abs(kept_up) / (abs(kept_up) + _DOUBT * self._topic.needed)
        return _taken_up(before, after) + kept_up


class _Stretch:
    """The terms of some messages in a row, and how many of these hold each."""

    def __init__(self) -> None:
        self.telling: Counter[str] = Counter()
        self.plain: Counter[str] = Counter()
        self.grammar: Counter[str] = Counter()
        self.size = 0

    def add(self, text: Terms) -> None:
        for counts, found in ((self.telling, text.telling), (self.plain, text.plain), (self.grammar, text.grammar)):
            counts.update(found)
        self.size += len(text.telling) + len(text.plain)

    def drop(self, text: Terms) -> None:
        for counts, found in ((self.telling, text.telling), (self.plain, text.plain), (self.grammar, text.grammar)):
            counts.subtract(found)
            for term in found:
                if not counts[term]:
                    del counts[term]
        self.size -= len(text.telling) + len(text.plain)


class _Leading:
    """The words that most messages of a talk hold, and how often these came again."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._counts: Counter[str] = Counter()
        self._leading: dict[str, int] = {}
        self.again = 0

    def add(self, found: frozenset[str]) -> None:
        self._counts.update(found)
        for term in sorted(found & self._leading.keys()):
            self._lead(term)
        for term in sorted(found - self._leading.keys()):
            self._lead(term)

    def _lead(self, term: str) -> None:
        count = self._counts[term]
        if term not in self._leading and len(self._leading) == self._number:
            least = min(self._leading, key=lambda other: (self._leading[other], other))
            if self._leading[least] >= count:
                return
            self.again -= self._leading.pop(least) - 1
        self.again += count - self._leading.get(term, 1)
        self._leading[term] = count


def _taken_up(before: _Stretch, after: _Stretch) -> float:
    """Return the log odds that one stretch takes up the words of another, by what both hold and by their sizes."""
    shared = fsum(
        again(one[term], other[term], mass)
        for one, other, mass in (
            (before.telling, after.telling, _TELLING_MASS),
            (before.plain, after.plain, _PLAIN_MASS),
        )
        for term in one.keys() & other.keys()
    )
    missed = again(before.size, after.size, _MASS) * _one_language(before.grammar, after.grammar)
    return log((_FOR + shared) / (_AGAINST + _OF_MISSED * missed))


def _kept_up(before: Mentions, now: Mentions) -> float:
    """Return the log odds that a stretch mentions the topic as often as the talk did before it, and not by chance."""
    shape = _MENTIONS + before.held
    rate = shape / (_MESSAGES + before.room)
    return _count(now.held, rate * now.room, shape) - _count(now.held, now.chance + _STRAY, 1.0)


def _count(number: float, mean: float, shape: float) -> float:
    """Return the log probability of a number under a negative binomial distribution, but for what only it decides."""
    mean = max(mean, _STRAY)
    chosen = lgamma(shape + number) - lgamma(shape)
    return chosen + shape * log(shape / (shape + mean)) + number * log(mean / (shape + mean))


def _one_language(known: Counter[str], heard: Counter[str]) -> float:
    """Return, from 0 to 1, how far two stretches share function words: content words of two languages never meet."""
    return one_language(sum(number for word, number in heard.items() if word in known), heard.total())


def _probability(odds: float) -> float:
    return 1 / (1 + exp(-min(50.0, max(-50.0, odds))))
