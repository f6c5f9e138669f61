"""How idle one message is, judged by itself and by what was said before it."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from dialogue_harness.checks.loops.courtesy import Courtesy, Wording
from dialogue_harness.checks.loops.judge import SPAN, Judge, Row, Signs, mean
from dialogue_harness.checks.loops.phrases import CLOSING, COURTESY, PRAISE, STANDBY
from dialogue_harness.checks.loops.terms import Terms, terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialogue_harness.dialogue import Message

#: How many messages back a message is compared with.
MEMORY: Final = 8

#: How many characters at the end of a message say whether it ends with a question.
END: Final = 200

#: What is added to counts before they are related to the dialogue's norm: among people who say three new words a
#: message, a message without one is nothing special; among models who say forty, it is.
PRIOR_FRESH: Final = 3
PRIOR_WORDS: Final = 10

#: How many new words are few enough to be named.
FEW: Final = 3

#: By how much the norm fades with each message: to half in 70 messages.
FADING: Final = 0.99


class Reading(NamedTuple):
    """One message as read in its place.

    Attributes:
        message: the message.
        terms: its terms.
        signs: what was measured.
        score: logarithm of the odds that it is idle, as far as could be told then; above 0 it more likely is.
        new: how many new content words it has.
        news: these words, if they are few.
        norm: how many new content words messages of this dialogue had at their best.
        echo_of: number of the message that it is most like, or ``None``.
        lag: how many messages ago the same text was said last, or 0.
        again: those of its stems that stood in one of the last messages; empty if it is not idle.
        wording: what it is made of by its words alone.

    """

    message: Message
    terms: Terms
    signs: Signs
    score: float
    new: int
    news: tuple[str, ...]
    norm: float
    echo_of: int | None
    lag: int
    again: frozenset[str]
    wording: Wording

    @property
    def adds_nothing(self) -> bool:
        """Whether it has no new content word and no new number."""
        return not self.new and not self.signs.ids

    @property
    def formal(self) -> bool:
        """Whether it is idle by its wording only."""
        return self.score <= 0 < self.wording.evidence

    @property
    def adds_as_ever(self) -> bool:
        """Whether it adds as many new content words as messages of this dialogue did at their best."""
        return self.new > FEW and self.signs.fresh >= 0


class _Norm:
    """The level of a figure when the dialogue was at its best: the peak of its running mean, slowly fading."""

    __slots__ = ("_floor", "_mean", "_prior", "_seen", "peak")

    def __init__(self, prior: float) -> None:
        self._prior = prior
        self._mean = 0.0
        self._seen = 0
        self._floor = 0.0
        self.peak = 0.0

    def hold(self, *, in_run: bool) -> None:
        """Keep the norm, in an idle run, from fading below half of what it was at its beginning."""
        if not in_run:
            self._floor = 0.0
        elif not self._floor:
            self._floor = self.peak / 2

    def relate(self, value: int) -> float:
        """Take in a value and return the logarithm of its ratio to the norm."""
        self._seen += 1
        self._mean += (value - self._mean) / min(self._seen, SPAN)
        self.peak = max(self.peak * FADING, self._floor, self._mean, self._prior)
        return math.log((value + self._prior) / (self.peak + self._prior))


class Reader:
    """Reads the messages of one dialogue in order, each against those before it.

    Args:
        weights: of the signs of a message and of their means over the last messages (``lately_…``).

    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._judge = Judge(weights, around="lately_")
        self._courtesy = Courtesy()
        self._seen: set[str] = set()
        self._recent: deque[tuple[int, frozenset[str]]] = deque(maxlen=MEMORY)
        self._rows: deque[Row] = deque(maxlen=SPAN)
        self._last: dict[int, int] = {}
        self._count = 0
        self._fresh = _Norm(PRIOR_FRESH)
        self._words = _Norm(PRIOR_WORDS)

    def read(self, message: Message, *, in_run: bool = False) -> Reading:
        """Return what the next message is like. Takes time linear in its text.

        Args:
            message: the next message.
            in_run: whether it follows on an idle run, which must not become the norm however long it lasts.

        """
        self._fresh.hold(in_run=in_run)
        self._words.hold(in_run=in_run)
        found = terms(message.text)
        new = found.content - self._seen - COURTESY
        new_ids = found.ids - self._seen
        shared = [found.distinct & distinct for _, distinct in self._recent]
        echo, echo_of = self._nearest(len(found.distinct), shared)
        new |= new_ids
        signs = self._measured(found, len(new), len(new_ids), echo)
        before = self._rows[-1] if self._rows else signs
        self._rows.append(signs)
        score = self._judge(signs, mean(self._rows), before)
        again = frozenset[str]().union(*shared) if score > 0 else frozenset[str]()
        news = _first_words(found, new) if score > 0 and len(new) <= FEW else ()
        self._remember(message.number, found)
        lag = self._lag(found.text)
        wording = self._courtesy.read(found, signs)
        return Reading(message, found, signs, score, len(new), news, self._fresh.peak, echo_of, lag, again, wording)

    def _measured(self, found: Terms, new: int, ids: int, echo: float) -> Signs:
        end = found.text[-END:]
        return Signs(
            fresh=self._fresh.relate(new),
            length=self._words.relate(len(found.words)),
            echo=echo,
            closing=found.share(CLOSING),
            standby=found.share(STANDBY),
            praise=found.share(PRAISE),
            parting=found.parting,
            wordless=float(not found.words),
            staged=float(found.staged),
            asks=float("?" in found.text or "？" in found.text),
            asks_at_end=float("?" in end or "？" in end),
            ids=math.log1p(ids),
        )

    def _lag(self, text: str) -> int:
        """Count the message and return how many messages ago its text was said last, or 0."""
        self._count += 1
        key = hash(text)  # of 64 bits, so that megabytes are not kept
        before = self._last.get(key, self._count)
        self._last[key] = self._count
        return self._count - before

    def _nearest(self, size: int, shared: list[frozenset[str]]) -> tuple[float, int | None]:
        """Return how alike the nearest of the last messages is, and its number; the later one of equals.

        Args:
            size: how many stems the message has.
            shared: for each of the last messages, those that it has too.

        """
        best, where = 0.0, None
        for (number, other), both in zip(reversed(self._recent), reversed(shared), strict=True):
            likeness = len(both) / (size + len(other) - len(both) + 1)
            if likeness > best:
                best, where = likeness, number
        return best, where

    def _remember(self, number: int, found: Terms) -> None:
        self._seen |= found.content
        self._seen |= found.ids
        self._recent.append((number, found.distinct))


def _first_words(found: Terms, new: frozenset[str]) -> tuple[str, ...]:
    """Return the words that the new stems were read from, in order."""
    first: dict[str, str] = {}
    for word, stem in zip(found.words, found.stems, strict=True):
        if stem in new:
            first.setdefault(stem, word)
    return tuple(first.values())
