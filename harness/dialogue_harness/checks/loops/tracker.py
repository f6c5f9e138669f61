"""Where a run of idle messages begins and ends, told while the dialogue is still going on."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from dialogue_harness.checks.loops.courtesy import SETTLED, Exchange
from dialogue_harness.checks.loops.judge import SPAN_AFTER, Judge, Row, mean
from dialogue_harness.checks.loops.reader import Reader, Reading
from dialogue_harness.checks.loops.reasons import Kind, kind_of, reason
from dialogue_harness.checks.loops.weights import ENOUGH, FIGURES, KEPT, MOST_AGAINST, MOST_FOR, Figures
from dialogue_harness.checks.verdict import Evidence

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Message

#: How many idle messages make a run: people say goodbye in two to six.
RUN: Final = 6

#: How many messages back the onset is looked for.
IN_VIEW: Final = 32

#: How much less likely than the best place another may be and still be defended as the onset (a factor of e).
DEFENSIBLE: Final = 1.0

#: How much evidence per message there must be in hindsight where a run shorter than :data:`RUN` is asked for: too short
#: for an observer of the running dialogue to be sure of.
SURE: Final = 0.3

#: How much evidence both judgements make up together where neither has enough, and how much of it each must have.
TOGETHER: Final = 5.0
EACH: Final = 1.0

#: How little idle, taken by itself, the last message of a run may be.
ALONE: Final = -1.5

#: How many messages in a row must repeat, to the letter, what was said equally long ago to be a cycle.
CYCLE: Final = 3

#: How many reasons a run gives: its first messages, and its last.
FIRST_REASONS: Final = 9
LAST_REASONS: Final = 3


@dataclass(frozen=True, slots=True)
class IdleRun:
    """An idle run that content followed.

    Attributes:
        onset: number of its first message.
        end: number of its last idle message.
        messages: how many messages it has.
        kind: what most of it is made of, see :class:`dialogue_harness.checks.loops.detector.TerminationLoop`.
        evidence: why its first and last messages are idle.

    """

    onset: int
    end: int
    messages: int
    kind: Kind
    evidence: tuple[Evidence, ...] = ()

    @property
    def turns(self) -> int:
        """How many complete idle turns it has."""
        return self.messages // 2


@dataclass(slots=True)
class Run:
    """A run of idle messages that is going on."""

    onset: int
    earliest: int
    latest: int
    messages: int = 0
    end: int = 0
    messages_to_end: int = 0
    known_at: int | None = None
    kinds: Counter[Kind] = field(default_factory=Counter)
    closed: dict[str, int] = field(default_factory=dict)
    first: list[Evidence] = field(default_factory=list)
    last: deque[Evidence] = field(default_factory=lambda: deque(maxlen=LAST_REASONS))

    def take(self, reading: Reading, *, idle: bool) -> None:
        """Add the next message to the run; ``idle``: whether the run may be said to end with it."""
        self.messages += 1
        if idle or not self.end:
            self.end, self.messages_to_end = reading.message.number, self.messages
        self.kinds[kind_of(reading)] += 1
        if reading.signs.closing:
            self.closed.setdefault(reading.message.speaker, reading.message.number)
        found = Evidence(reading.message.number, reason(reading, closed=self._both_closed))
        if len(self.first) < FIRST_REASONS:
            self.first.append(found)
        else:
            self.last.append(found)

    @property
    def _both_closed(self) -> int | None:
        return max(self.closed.values()) if len(self.closed) > 1 else None

    @property
    def kind(self) -> Kind:
        """The kind that most of its messages are of; of two equals, the one seen first."""
        return self.kinds.most_common(1)[0][0]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The reasons of its first messages and its last."""
        return (*self.first, *self.last)


class Tracker:
    """Follows a dialogue message by message and knows the idle run that it is in, if it is in one.

    The evidence that both speakers are idle is added up, message by message; it is cut at 0, where a new run may
    begin, and at :data:`KEPT` (a cumulative sum, after Page, "Continuous Inspection Schemes", Biometrika 41, 1954).
    Where it passes :data:`ENOUGH`, the onset is the place from which on the messages are most likely all idle. It is
    then fixed.

    Beside it, the evidence that they exchange nothing but formulae is added up (:class:`Exchange`), for dialogues whose
    messages are short. Whichever is enough first begins the run, or both together; it ends once neither has any left.

    Args:
        at_least: messages of a run before it is one.
        figures: the weights; others than the package's for validation only.

    Attributes:
        run: the idle run up to the last message, or ``None``.
        ended: earlier idle runs of at least that many messages that content followed.
        recovered: earlier idle runs of at least :data:`RUN` messages that content followed.
        count: how many messages were fed.

    """

    def __init__(self, at_least: int = RUN, figures: Figures = FIGURES) -> None:
        self.at_least = at_least
        self.run: Run | None = None
        self.ended: tuple[IdleRun, ...] = ()
        self.recovered: tuple[IdleRun, ...] = ()
        self.count = 0
        self._settled = min(at_least, RUN)
        self._enough = ENOUGH * self._settled / RUN
        self._reader = Reader(figures.watching)
        self._judge = Judge(figures.hindsight, around="after_")
        self._scores: dict[str, float] = {}
        self._sum = 0.0
        self._exchange = Exchange()
        self._lag = 0
        self._cycle = 0
        self._recent: deque[Reading] = deque(maxlen=IN_VIEW)
        self._judged: deque[float | None] = deque(maxlen=IN_VIEW)

    def feed(self, message: Message) -> Run | None:
        """Take in the next message and return the idle run that is known by now, if there is one."""
        reading = self._reader.read(message, in_run=self.run is not None)
        self.count += 1
        self._scores[message.speaker] = self._weighed(reading)
        self._cycle = self._cycle + 1 if reading.lag and reading.lag == self._lag else int(reading.lag > 0)
        self._lag = reading.lag
        idle = MOST_FOR if self._cycle >= CYCLE else min(self._scores.values())
        self._sum = min(KEPT, self._sum + _bounded(idle))
        self._exchange.take(message.speaker, reading.wording.evidence)
        if self._sum <= 0:
            self._sum = 0.0
            if not self._exchange.sure:
                self._finish()
        if self.run is not None:
            self.run.take(reading, idle=self._idle_alone(reading))
            return self._known(self.run, message.number)
        self._recent.append(reading)
        self._judged.append(None)
        if self._sum >= self._enough or self._settled < RUN:
            self.run = self._begun()
        if self.run is None and self._exchange.sure:
            self.run = self._begun_by_wording()
        if self.run is None and self._settled == RUN and self._enough_together:
            self.run = self._begun_by_both()
        return self._known(self.run, message.number) if self.run else None

    def _weighed(self, reading: Reading) -> float:
        """Return the score, but what adds nothing cannot end a run, and what adds as much as ever cannot be in one.

        Formulae that the pair had not used before add nothing, either.
        """
        if self.run is not None and (reading.adds_nothing or reading.wording.evidence > 0):
            return max(0.0, reading.score)
        return -MOST_AGAINST if reading.adds_as_ever else reading.score

    @property
    def idle_messages(self) -> int:
        """How many messages the run to the end has, whether or not it is long enough to be one."""
        if self.run is not None:
            return self.run.messages
        sums = self._sums()
        return len(sums) - sums.index(max(sums)) if sums and max(sums) > 0 else 0

    def _idle_alone(self, reading: Reading) -> bool:
        """Return whether a message in a run is idle whatever stands before it; the last such one ends the run."""
        if reading.formal:
            return True
        return reading.score > 0 and self._judge(reading.signs, reading.signs, reading.signs) > ALONE

    def _finish(self) -> None:
        """End what run there was: content went on."""
        run, self.run, self._sum = self.run, None, 0.0
        if run is None:
            return
        idle = IdleRun(run.onset, run.end, run.messages_to_end, run.kind, run.evidence)
        if idle.messages >= self.at_least:
            self.ended += (idle,)
        if idle.messages >= RUN:
            self.recovered += (idle,)

    def _begun(self) -> Run | None:
        """Return the run that the last messages make, if it is long enough."""
        sums = self._sums()
        best = max(sums)
        begin = sums.index(best)
        readings = list(self._recent)
        if len(readings) - begin < self._settled or (self._sum < self._enough and best < SURE * self._settled):
            return None
        self._sum = max(self._sum, self._enough)
        return self._run(begin, sums)

    def _begun_by_wording(self) -> Run | None:
        """Return the run of formulae that the last messages make, if it is long enough."""
        sums = self._sums_by_wording()
        begin = _latest_best(sums)
        return self._run(begin, sums) if len(sums) - begin >= SETTLED else None

    @property
    def _enough_together(self) -> bool:
        both = (self._sum, self._exchange.sum)
        return min(both) >= EACH and sum(both) >= TOGETHER

    def _begun_by_both(self) -> Run | None:
        """Return the run that the last messages make by either judgement, if it is long enough."""
        for sums in (self._sums(), self._sums_by_wording()):
            begin = _latest_best(sums)
            if len(sums) - begin >= RUN:
                self._sum = max(self._sum, self._enough)
                return self._run(begin, sums)
        return None

    def _run(self, begin: int, sums: list[float]) -> Run:
        """Return the run of the messages in view from that one on; ``sums``: the evidence for each to be its onset."""
        readings = list(self._recent)
        least = sums[begin] - DEFENSIBLE
        defensible = [r.message.number for r, value in zip(readings, sums, strict=True) if value > least]
        run = Run(readings[begin].message.number, defensible[0], defensible[-1])
        for reading in readings[begin:]:
            run.take(reading, idle=True)
        self._recent.clear()
        self._judged.clear()
        return run

    def _sums(self) -> list[float]:
        """Return, for each message in view, the evidence that all from there on are idle."""
        rows: list[Row] = [reading.signs for reading in self._recent]
        scores = [self._in_hindsight(rows, at) for at in range(len(rows))]
        for at in self._in_cycle():
            scores[at] = MOST_FOR
        return list(accumulate(map(_bounded, reversed(scores))))[::-1]

    def _sums_by_wording(self) -> list[float]:
        """Return, for each message in view, the evidence that from there on formulae are exchanged."""
        return list(accumulate(reading.wording.evidence for reading in reversed(self._recent)))[::-1]

    def _in_hindsight(self, rows: list[Row], at: int) -> float:
        """Return the score of a message in view; it is kept once all messages that it depends on were said."""
        kept = self._judged[at]
        if kept is not None:
            return kept
        score = self._judge(rows[at], mean(rows[at : at + SPAN_AFTER]), rows[max(at - 1, 0)])
        if at + SPAN_AFTER <= len(rows):
            self._judged[at] = score
        return score

    def _in_cycle(self) -> set[int]:
        """Return which messages in view repeat, as those beside them do, what was said equally long ago."""
        lags = [reading.lag for reading in self._recent]
        starts = [at for at in range(len(lags) + 1 - CYCLE) if lags[at] and len(set(lags[at : at + CYCLE])) == 1]
        return {at + step for at in starts for step in range(CYCLE)}

    def _known(self, run: Run, number: int) -> Run | None:
        if run.messages < self.at_least:
            return None
        if run.known_at is None:
            run.known_at = number
        return run


def _latest_best(sums: list[float]) -> int:
    """Return where the evidence is the most, of equals the last: what is undecided does not begin a run."""
    return len(sums) - 1 - sums[::-1].index(max(sums))


def _bounded(score: float) -> float:
    return max(-MOST_AGAINST, min(MOST_FOR, score))
