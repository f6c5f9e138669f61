"""Termination loops: both speakers have nothing left to say, and go on saying it.

A message is idle if it adds nothing new: farewell, thanks, praise of the exchange, silence, standing by, a near-copy.
How idle each is, is judged relative to its own dialogue: how many content words it adds that were not there before, how
long it is, how much it is like the messages just before, whether it asks, and how it is worded. The evidence of the
less idle of the two speakers is summed up along the dialogue; ``docs/`` and ``benchmarks/loops.py`` say how often that
is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialogue_harness.checks.loops.tracker import RUN, IdleRun, Tracker
from dialogue_harness.checks.options import count
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.checks.loops.reasons import Kind
    from dialogue_harness.checks.loops.tracker import Run
    from dialogue_harness.dialogue import Dialogue, Message


@dataclass(frozen=True, slots=True)
class TerminationLoop:
    """An uninterrupted run of idle messages to the end of a dialogue.

    Attributes:
        kind: what most of it is made of: ``closing`` (farewell, thanks, praise), ``standby`` (waiting, silence,
            acknowledgements), ``repetition`` (copies, templates), ``empty`` (no text), ``stasis`` (other words, nothing
            new).
        onset: number of its first message.
        earliest: first number that could be defended as its onset.
        latest: last such number.
        known_at: number of the message at which an observer of the running dialogue would have known.
        messages: how many messages it has.
        recovered: earlier idle runs of at least 6 messages that content followed.
        wasted: share of the dialogue's messages that are in the loop, above 0, at most 1.
        evidence: why its first and last messages are idle.

    """

    kind: Kind
    onset: int
    earliest: int
    latest: int
    known_at: int
    messages: int
    recovered: tuple[IdleRun, ...]
    wasted: float
    evidence: tuple[Evidence, ...]

    @property
    def turns(self) -> int:
        """How many complete idle turns it has."""
        return self.messages // 2

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"the pair could not stop: {_turns(self.turns)}, from message {self.onset} to the end ({self.kind})"


class LoopWatch:
    """Looks for a termination loop while the dialogue is still going on.

    After each message it says exactly what :func:`find_termination_loop` says of the messages so far.

    Args:
        at_least: messages of an idle run before it is called a loop, at least 1.

    Raises:
        CheckError: ``at_least`` is no such number.

    """

    def __init__(self, *, at_least: int = RUN) -> None:
        count("LoopWatch", "at_least", at_least, low=1)
        self._tracker = Tracker(at_least)

    def feed(self, message: Message) -> TerminationLoop | None:
        """Take in the next message and return the loop that the dialogue is in, or ``None``."""
        run = self._tracker.feed(message)
        return None if run is None else _loop(self._tracker, run)


def find_termination_loop(dialogue: Dialogue | Iterable[Message], *, at_least: int = RUN) -> TerminationLoop | None:
    """Return the termination loop that a dialogue ends in, or ``None``. Takes time linear in its text.

    Args:
        dialogue: a dialogue, an excerpt, or messages in order. Numbers in the answer are the messages' own.
        at_least: messages of an idle run before it is called a loop, at least 1. People say goodbye in two to six. From
            6 on, the onset of a run that was found stays where it is, however many idle messages follow; of a shorter
            one it is a guess that they may change.

    Raises:
        CheckError: ``at_least`` is no such number, or ``dialogue`` holds no messages.

    """
    count("find_termination_loop", "at_least", at_least, low=1)
    tracker = Tracker(at_least)
    run = _follow(tracker, said(dialogue))
    return None if run is None else _loop(tracker, run)


@check
def no_termination_loop(dialogue: Dialogue | Iterable[Message], *, past: int = 3) -> Verdict:
    """The pair stops when it is done.

    Fails if an idle run, to the end or up to where content resumed, has more complete idle turns than allowed.

    Args:
        dialogue: a dialogue, an excerpt, or messages in order.
        past: how many complete idle turns are allowed, at least 0. A polite closing takes one to three.

    Returns:
        A verdict whose score is the idle turns of the longest run. A dialogue that its scenario's stop rule ended
        in an idle run fails whatever is allowed, and its verdict has no threshold.

    Raises:
        CheckError: ``past`` is no such number.

    """
    count("no_termination_loop", "past", past)
    tracker = Tracker(2 * past + 2)
    run = _follow(tracker, said(dialogue))
    if tracker.run is not None and _was_stopped(dialogue):
        return _stopped(past, tracker.run)
    if run is not None:
        loop = _loop(tracker, run)
        return _verdict(past, loop.turns, str(loop), loop.evidence)
    if tracker.ended:
        longest = max(tracker.ended, key=lambda idle: idle.messages)
        return _verdict(past, longest.turns, _stood_idle(longest), longest.evidence)
    turns = min(past, tracker.idle_messages // 2)
    return _verdict(past, turns, f"{_turns(turns)} at the end, {past} allowed", ())


def _verdict(past: int, turns: int, sentence: str, evidence: tuple[Evidence, ...]) -> Verdict:
    return Verdict(
        check="no_termination_loop",
        passed=turns <= past,
        sentence=sentence,
        score=turns,
        threshold=past,
        better="lower",
        evidence=evidence,
    )


def _was_stopped(what: Dialogue | Iterable[Message]) -> bool:
    ending = getattr(what, "ending", None)
    return ending is not None and ending.reason == "stopped"


def _stopped(past: int, run: Run) -> Verdict:
    """Judge a run that nobody let go on: it may have grown longer than allowed, and was found because it was idle."""
    turns = run.messages // 2
    sentence = f"the pair could not stop: {_turns(turns)}, from message {run.onset} until it was stopped ({run.kind})"
    if turns <= past:
        sentence += f"; whether it would have ended within the {past} allowed is not known"
    return Verdict("", passed=False, sentence=sentence, score=turns, better="lower", evidence=run.evidence)


def _stood_idle(idle: IdleRun) -> str:
    span = f"from message {idle.onset} to {idle.end} ({idle.kind})"
    return f"the pair stood idle before it went on: {_turns(idle.turns)}, {span}"


def _turns(turns: int) -> str:
    return "1 idle turn" if turns == 1 else f"{turns or 'no'} idle turns"


def _follow(tracker: Tracker, messages: Iterable[Message]) -> Run | None:
    run = None
    for message in messages:
        run = tracker.feed(message)
    return run


def _loop(tracker: Tracker, run: Run) -> TerminationLoop:
    return TerminationLoop(
        kind=run.kind,
        onset=run.onset,
        earliest=run.earliest,
        latest=run.latest,
        known_at=run.known_at or run.end,
        messages=run.messages,
        recovered=tracker.recovered,
        wasted=run.messages / tracker.count,
        evidence=run.evidence,
    )
