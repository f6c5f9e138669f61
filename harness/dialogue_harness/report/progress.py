"""How far the dialogues of a run are, while they are held."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.tally import Tally
from dialogue_harness.report.figures import Figures, Server, Talk
from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue_harness.dialogue import Message
    from dialogue_harness.engine.obtain import Obtained
    from dialogue_harness.engine.prices import Prices
    from dialogue_harness.errors import HarnessError, ModelError
    from dialogue_harness.scenario import Scenario

    #: What tells the dialogues of a run apart.
    Key = tuple[str, str, str, int]

#: Characters of what was said last, at most: more than a terminal is wide.
_LAST: Final = 400


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
        self._talks: dict[Key, Talk] = {}
        self._last: dict[Key, Message] = {}  # of those that run
        self._servers: dict[str, Server] = {}
        self._messages = self._asked = self._retries = 0

    @property
    def is_live(self) -> bool:
        """Whether any dialogue had to be run."""
        return bool(self._talks)

    def figures(self, *, with_last: bool = False) -> Figures:
        """Return how far all is by now.

        Args:
            with_last: whether what was said last is part of it.

        """
        if with_last:
            for key, message in list(self._last.items()):
                self._talks[key].last = scrub(f"{message.speaker}: {shorten(message.text, _LAST)}")
        usage = sum(list(self.usage.values()), Usage())
        costs = list(self.cost.values())
        priced = [cost for cost in costs if cost is not None]
        return Figures(
            now=self._clock(),
            talks=list(self._talks.values()),
            messages=self._messages,
            asked=self._asked,
            retries=self._retries,
            tokens=usage.input + usage.output,
            cost=sum(priced) if priced else None,
            has_unpriced=len(priced) < len(costs),
            servers=dict(self._servers),
        )

    def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
        """Note a dialogue that has to be run."""
        self._talk(scenario, sample)

    def dialogue_started(self, scenario: Scenario, sample: int, said: int) -> None:
        """Note that a pair talks."""
        talk = self._talk(scenario, sample)
        talk.state, talk.said, talk.began = "running", said, self._clock()

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:
        """Count a message."""
        super().message_done(scenario, sample, message)
        self._messages += 1
        self._asked += message.attempts > 0
        key = _key(scenario, sample)
        talk = self._talks.get(key)
        if talk is not None:
            talk.said = message.number
            self._last[key] = message

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:  # noqa: ARG002 -- as observers are told
        """Count a request that failed."""
        self._retries += 1

    def dialogue_done(self, obtained: Obtained) -> None:
        """Count a dialogue that is complete."""
        talk = self._end(obtained.dialogue.scenario, obtained.dialogue.sample)
        talk.state, talk.said = "done", len(obtained.dialogue)

    def dialogue_failed(self, scenario: Scenario, sample: int, error: HarnessError) -> None:  # noqa: ARG002 -- as above
        """Count a dialogue that cannot go on."""
        self._end(scenario, sample).state = "failed"

    def server_met(self, endpoint: str, window: int, rpm: float | None, tpm: float | None) -> None:
        """Note how fast a server may be asked."""
        self._servers[endpoint] = Server(window, window, rpm, tpm)

    def server_held(self, endpoint: str, seconds: float) -> None:
        """Note a pause."""
        if endpoint in self._servers:
            self._servers[endpoint].held_until = self._clock() + seconds

    def limit_changed(self, endpoint: str, window: int) -> None:
        """Note how fast a server is asked."""
        if endpoint in self._servers:
            self._servers[endpoint].window = window

    def _talk(self, scenario: Scenario, sample: int) -> Talk:
        key = _key(scenario, sample)
        known = self._talks.get(key)
        if known is None:
            a, b = neutralise(scenario.a.model), neutralise(scenario.b.model)  # no lone surrogates, for one thing
            known = self._talks[key] = Talk(neutralise(scenario.name), a, b, sample, scenario.length)
        return known

    def _end(self, scenario: Scenario, sample: int) -> Talk:
        talk = self._talk(scenario, sample)
        self._last.pop(_key(scenario, sample), None)
        talk.last = None
        if talk.began is not None:
            talk.busy = self._clock() - talk.began
        return talk


def _key(scenario: Scenario, sample: int) -> Key:
    return scenario.name, scenario.a.model, scenario.b.model, sample
