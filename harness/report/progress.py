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
        is_running: whether the pair is talking.
        last: the latest message of this run, ``None`` before it.

    """

    length: int
    said: int = 0
    is_running: bool = False
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

    def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
        """Note a dialogue that has to be run."""
        self._talks[_key(scenario, sample)] = Talk(scenario.length)

    def dialogue_started(self, scenario: Scenario, sample: int, said: int) -> None:
        """Note that a pair talks."""
        if self._began is None:
            self._began = self._clock()
        self._talks[_key(scenario, sample)] = Talk(scenario.length, said, is_running=True)

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
        self._talks.pop(_key(obtained.dialogue.scenario, obtained.dialogue.sample), None)

    def dialogue_failed(self, scenario: Scenario, sample: int, error: HarnessError) -> None:  # noqa: ARG002 -- as above
        """Count a dialogue that cannot go on."""
        self._failed += 1
        self._talks.pop(_key(scenario, sample), None)

    def limit_changed(self, endpoint: str, window: int) -> None:
        """Note how fast a server is asked."""
        self._limits[endpoint] = window

    def summary(self) -> str:
        """Return one line that says how far all dialogues are."""
        talks = list(self._talks.values())
        running = sum(talk.is_running for talk in talks)
        total = self._done + self._failed + len(talks)
        parts = [f"{self._done} of {total} dialogues done, {running} running, {len(talks) - running} waiting"]
        parts += [f"{self._failed} failed"] if self._failed else []
        parts += [", ".join([f"{self._messages:,} messages", *self._spent()])]
        parts += [f"{self._retries} retries"] if self._retries else []
        parts += [f"{window} at once to {shorten(name, 20)}" for name, window in list(self._limits.items())]
        left = self._time_left(talks)
        return "; ".join([*parts, *([] if left is None else [f"{duration_in_words(left)} left"])])

    def last_lines(self, width: int) -> list[str]:
        """Return, for each pair that talks, what was said last, in a line of so many characters, safe to print."""
        talks = [(key, talk) for key, talk in list(self._talks.items()) if talk.is_running]
        return [_line(key, talk, width) for key, talk in talks]

    def _spent(self) -> list[str]:
        usage = sum(list(self.usage.values()), Usage())
        costs = [cost for cost in list(self.cost.values()) if cost is not None]
        tokens = [f"{usage.input + usage.output:,} tokens"] if usage != Usage() else []
        return [*tokens, *([f"cost {money(sum(costs))}"] if costs else [])]

    def _time_left(self, talks: list[Talk]) -> float | None:
        """Return the seconds until all is said if it goes on as fast as until now, ``None`` before there is a pace."""
        if self._began is None or not self._asked or not talks:
            return None
        return sum(talk.length - talk.said for talk in talks) * (self._clock() - self._began) / self._asked


def _key(scenario: Scenario, sample: int) -> Key:
    return scenario.name, scenario.a.model, scenario.b.model, sample


def _line(key: Key, talk: Talk, width: int) -> str:
    head = f"{shorten(key[0], 24)} {key[-1]}: {talk.said} of {talk.length}"
    if talk.last is None:
        return shorten(head, width)
    return shorten(f"{head}  {talk.last.speaker}: {shorten(talk.last.text, width)}", width)
