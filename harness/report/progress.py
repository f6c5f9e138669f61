"""How far the dialogues of a run are, while they are held."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.dialogue import Usage
from harness.engine.tally import Tally
from harness.printable import shorten
from harness.report.amounts import duration_in_words, money

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.dialogue import Message
    from harness.engine.prices import Prices
    from harness.engine.recorder import Obtained
    from harness.errors import HarnessError, ModelError
    from harness.scenario import Scenario

    #: What tells the dialogues of a run apart.
    Key = tuple[str, str, str, int]


@dataclass
class Talk:
    """A dialogue that is waiting for its place, or is being held.

    Attributes:
        length: messages that it has when it runs its full number of turns.
        said: messages that there are.
        began: when the pair began to talk, ``None`` before that.
        last: the latest message of this run, ``None`` before it.

    """

    length: int
    said: int = 0
    began: float | None = None
    last: Message | None = None


class Board(Tally):
    """Keeps what a person who waits wants to know.

    It is told by the thread that holds the dialogues and read by another one, which may miss the latest message.

    Args:
        prices: what tokens cost.
        clock: returns the time in seconds.

    """

    def __init__(self, prices: Prices, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(prices)
        self._clock = clock
        self._began: float | None = None
        self._talks: dict[Key, Talk] = {}
        self._limits: dict[str, int] = {}
        self._done = self._failed = self._messages = self._asked = self._retries = 0
        self._ended = 0  # messages of dialogues that are done or have failed
        self._busy = 0.0  # seconds for which their pairs talked

    def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
        """Note a dialogue that has to be run."""
        self._talks[_key(scenario, sample)] = Talk(scenario.length)

    def dialogue_started(self, scenario: Scenario, sample: int, said: int) -> None:
        """Note that a pair talks."""
        now = self._clock()
        if self._began is None:
            self._began = now
        self._talks[_key(scenario, sample)] = Talk(scenario.length, said, began=now)

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:
        """Count a message."""
        super().message_done(scenario, sample, message)
        self._messages += 1
        self._asked += message.attempts > 0
        talk = self._talks.get(_key(scenario, sample))
        if talk is not None:
            talk.said, talk.last = message.number, message

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:  # noqa: ARG002 -- as observers are told
        """Count a request that failed."""
        self._retries += 1

    def dialogue_done(self, obtained: Obtained) -> None:
        """Count a dialogue that is complete."""
        self._done += 1
        self._end(_key(obtained.dialogue.scenario, obtained.dialogue.sample), len(obtained.dialogue))

    def dialogue_failed(self, scenario: Scenario, sample: int, error: HarnessError) -> None:  # noqa: ARG002 -- as above
        """Count a dialogue that cannot go on."""
        self._failed += 1
        self._end(_key(scenario, sample))

    def limit_changed(self, endpoint: str, window: int) -> None:
        """Note how fast a server is asked."""
        self._limits[endpoint] = window

    @property
    def share(self) -> float:
        """How much of all that is to be said there is, from 0 to 1; a dialogue that ended early counts as said."""
        talks = list(self._talks.values())
        total = self._ended + sum(talk.length for talk in talks)
        return (self._ended + sum(talk.said for talk in talks)) / total if total else 0.0

    @property
    def left(self) -> str | None:
        """How long it takes until all is said, in words; ``None`` before there is a pace."""
        seconds = self._seconds_left(list(self._talks.values()))
        return None if seconds is None else f"{duration_in_words(seconds)} left"

    def summary(self) -> str:
        """Return one line that says how far all dialogues are."""
        left = self.left
        return "; ".join([*self.lines(), *([] if left is None else [left])])

    def lines(self) -> list[str]:
        """Return what there is to say but for the time, in two lines: of the dialogues, and of what they took."""
        talks = list(self._talks.values())
        running = sum(talk.began is not None for talk in talks)
        total = self._done + self._failed + len(talks)
        dialogues = [f"{self._done} of {_counted(total, 'dialogue')} done"]
        dialogues += [f"{running} running, {len(talks) - running} waiting"]
        dialogues += [f"{self._failed} failed"] if self._failed else []
        took = [", ".join([_counted(self._messages, "message"), *self._spent()])]
        took += [_counted(self._retries, "retry")] if self._retries else []
        took += [f"at most {window} at once to {shorten(name, 20)}" for name, window in list(self._limits.items())]
        return [", ".join(dialogues), "; ".join(took)]

    def last_lines(self, width: int) -> list[str]:
        """Return, for each pair that talks, what was said last, in a line of so many characters, safe to print."""
        talks = [(key, talk) for key, talk in list(self._talks.items()) if talk.began is not None]
        return [_line(key, talk, width) for key, talk in talks]

    def _end(self, key: Key, messages: int = 0) -> None:
        talk = self._talks.pop(key, None)
        self._ended += messages or (talk.said if talk is not None else 0)
        if talk is not None and talk.began is not None:
            self._busy += self._clock() - talk.began

    def _spent(self) -> list[str]:
        usage = sum(list(self.usage.values()), Usage())
        costs = [cost for cost in list(self.cost.values()) if cost is not None]
        tokens = [f"{usage.input + usage.output:,} tokens"] if usage != Usage() else []
        return [*tokens, *([f"cost {money(sum(costs))}"] if costs else [])]

    def _seconds_left(self, talks: list[Talk]) -> float | None:
        """Return how long what is left takes, all at the pace until now, but no less than its longest dialogue.

        Before each pair has said something on the average, the pace is that of connecting, not of talking.
        """
        running = sum(talk.began is not None for talk in talks)
        if self._began is None or not talks or self._asked < max(1, running):
            return None
        now = self._clock()
        busy = self._busy + sum(now - talk.began for talk in talks if talk.began is not None)
        left = [talk.length - talk.said for talk in talks]
        return max(sum(left) * (now - self._began), max(left) * busy) / self._asked


def _key(scenario: Scenario, sample: int) -> Key:
    return scenario.name, scenario.a.model, scenario.b.model, sample


def _counted(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def _line(key: Key, talk: Talk, width: int) -> str:
    head = f"{shorten(key[0], 24)} {key[-1]}: {talk.said} of {talk.length}"
    if talk.last is None:
        return shorten(head, width)
    return shorten(f"{head}  {talk.last.speaker}: {shorten(talk.last.text, width)}", width)
