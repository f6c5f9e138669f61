"""How far a run is: figures counted while its dialogues run, summed over processes, and put into words."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable  # noqa: TC003 -- msgspec reads the types of fields
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness._text.words import plural
from dialogue_harness.dialogue import Usage
from dialogue_harness.report.amounts import duration_in_words, money
from dialogue_harness.run.tally import Tally
from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Message
    from dialogue_harness.errors import HarnessError, ModelError
    from dialogue_harness.run.obtain import Obtained
    from dialogue_harness.run.prices import Prices
    from dialogue_harness.scenario import Scenario

#: From the least to the most telling state: a dialogue that failed in one process may continue in another, and once it
#: is recorded it is done for all of them.
_STATES: Final = ("waiting", "failed", "running", "done")

#: Rates of at least this many a minute are shown without fractions.
_ROUND: Final = 10

#: Characters of a message that are kept for display, more than a terminal is wide.
_LAST: Final = 400

#: What tells the dialogues of a run apart: scenario, model of A, model of B, sample.
Key = tuple[str, str, str, int]


class DialogueProgress(msgspec.Struct, array_like=True):
    """How far one dialogue is.

    Attributes:
        scenario: name of the scenario.
        a: model of speaker A.
        b: model of speaker B.
        sample: 1-based number of the sample.
        length: messages that it has if it runs for all its turns.
        state: what it is doing.
        said: messages so far.
        began: when it started, in seconds of the clock; ``None`` if it did not start in this process.
        busy: seconds from its start to its end; 0 before it has ended.
        last: its last message, shortened and safe to print; ``None`` if that was not asked for.

    """

    scenario: str
    a: str
    b: str
    sample: int
    length: int
    state: Literal["waiting", "failed", "running", "done"] = "waiting"
    said: int = 0
    began: float | None = None
    busy: float = 0.0
    last: str | None = None

    @property
    def key(self) -> Key:
        """What tells the dialogues of a run apart."""
        return self.scenario, self.a, self.b, self.sample

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will be said in it."""
        return self.state in {"done", "failed"}

    @property
    def rank(self) -> tuple[int, bool, int]:
        """Of several processes' figures for one dialogue, those with the highest rank count."""
        return _STATES.index(self.state), self.began is not None, self.said


class Pace(msgspec.Struct, array_like=True):
    """How fast requests go to a server.

    Attributes:
        window: most requests at once.
        most: how far the window can grow.
        rpm: most requests a minute; ``None`` if there is no limit.
        tpm: most tokens a minute; ``None`` if there is no limit.
        held_until: end of a pause, in seconds of the clock.

    """

    window: int
    most: int
    rpm: float | None = None
    tpm: float | None = None
    held_until: float = 0.0

    def __add__(self, other: Pace) -> Pace:
        """Return the pace of two processes together."""
        rates = ((self.rpm, other.rpm), (self.tpm, other.tpm))
        rpm, tpm = (None if one is None or two is None else one + two for one, two in rates)
        held_until = max(self.held_until, other.held_until)
        return Pace(self.window + other.window, self.most + other.most, rpm, tpm, held_until)

    def limits(self) -> list[str]:
        """Return the limits that slow anything down, in words; a window that cannot grow does not."""
        limits = [f"{self.window} at once"] if self.window < self.most else []
        for rate, noun in ((self.rpm, "requests"), (self.tpm, "tokens")):
            if rate:
                limits.append(f"{rate:,.0f} {noun} a minute" if rate >= _ROUND else f"{rate:.2g} {noun} a minute")
        return limits


class Figures(msgspec.Struct):
    """How far a run is.

    Attributes:
        now: when that was, in seconds of a clock that all processes of a machine share.
        dialogues: how far each is, in the order in which the tests need them.
        messages: messages so far in this run.
        asked: those of them that came from a model.
        retries: failed requests that are sent again.
        tokens: tokens, as servers counted them.
        cost: their price; ``None`` if no price is set.
        has_unpriced: whether some of the tokens have no price.
        servers: the pace of each server, by name.

    """

    now: float = 0.0
    dialogues: list[DialogueProgress] = []
    messages: int = 0
    asked: int = 0
    retries: int = 0
    tokens: int = 0
    cost: float | None = None
    has_unpriced: bool = False
    servers: dict[str, Pace] = {}

    @property
    def share(self) -> float:
        """Messages so far as a share of all, from 0 to 1; a dialogue that ended early has no more to come."""
        total = sum(one.said if one.has_ended else one.length for one in self.dialogues)
        return sum(one.said for one in self.dialogues) / total if total else 0.0

    @property
    def left(self) -> str | None:
        """The time left, in words; ``None`` until there is a pace to tell it by.

        All that is left goes on at the pace so far, but takes no less than the longest dialogue. Until each running
        dialogue has one message on average, the pace would be that of connecting.
        """
        left = [one.length - one.said for one in self.dialogues if not one.has_ended]
        began = [one.began for one in self.dialogues if one.began is not None]
        running = [one for one in self.dialogues if one.state == "running"]
        if not began or not left or self.asked < max(1, len(running)):
            return None
        busy = sum(one.busy for one in self.dialogues) + sum(self.now - (one.began or self.now) for one in running)
        seconds = max(sum(left) * (self.now - min(began)), max(left) * busy) / self.asked
        return f"{duration_in_words(seconds)} left"

    def summary(self) -> str:
        """Return all of it in one line."""
        return "; ".join([*self.lines(), *([self.left] if self.left else [])])

    def lines(self) -> list[str]:
        """Return all but the time left: a line on the dialogues, one on what they used, one on limits in force."""
        states = [one.state for one in self.dialogues]
        dialogues = f"{states.count('done')} of {plural(len(states), 'dialogue')} done"
        dialogues += f", {states.count('running')} running, {states.count('waiting')} waiting"
        dialogues += f", {states.count('failed')} failed" if "failed" in states else ""
        used = plural(self.messages, "message")
        used += f", {self.tokens:,} tokens" if self.tokens else ""
        if self.cost is not None:
            used += f", cost {'at least ' if self.has_unpriced else ''}{money(self.cost)}"
        used += f"; {plural(self.retries, 'retry', 'retries')}" if self.retries else ""
        limits = "; ".join(self._limits())
        return [dialogues, used, *([limits] if limits else [])]

    def last_lines(self, width: int) -> list[str]:
        """Return a line of ``width`` characters or less for each running dialogue, with its last message."""
        lines = []
        for one in self.dialogues:
            if one.state == "running":
                head = f"{shorten(one.scenario, 24)} {one.sample}: {one.said} of {one.length}"
                lines.append(shorten(head if one.last is None else f"{head}  {one.last}", width))
        return lines

    def _limits(self) -> Iterable[str]:
        for name, pace in self.servers.items():
            shown, pause = shorten(name, 20), pace.held_until - self.now
            if limits := pace.limits():
                yield f"at most {', '.join(limits)} to {shown}"
            if pause > 0:
                yield f"{shown} asked for a pause of {duration_in_words(math.ceil(pause))}"


def together(parts: Iterable[Figures], now: float) -> Figures:
    """Return the figures of several processes as those of one run: each dialogue once, the rest summed."""
    dialogues: dict[Key, DialogueProgress] = {}
    total = Figures(now)
    for part in parts:
        for one in part.dialogues:
            if one.rank > dialogues.setdefault(one.key, one).rank:
                dialogues[one.key] = one
        total.messages += part.messages
        total.asked += part.asked
        total.retries += part.retries
        total.tokens += part.tokens
        total.cost = part.cost if total.cost is None else total.cost + (part.cost or 0.0)
        total.has_unpriced |= part.has_unpriced
        for name, pace in part.servers.items():
            total.servers[name] = total.servers[name] + pace if name in total.servers else pace
    total.dialogues = list(dialogues.values())
    return total


class Board(Tally):
    """Counts what happens while dialogues run.

    The thread that runs the dialogues writes, another one reads, and may miss the latest message.

    Args:
        prices: what tokens cost.
        clock: returns the time in seconds.

    """

    def __init__(self, prices: Prices, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(prices)
        self._clock = clock
        self._dialogues: dict[Key, DialogueProgress] = {}
        self._last: dict[Key, Message] = {}  # of those that run
        self._servers: dict[str, Pace] = {}
        self._messages = self._asked = self._retries = 0

    def figures(self, *, with_last: bool = False) -> Figures:
        """Return how far the run is; ``with_last`` adds the last message of each running dialogue."""
        if with_last:
            for key, message in list(self._last.items()):
                self._dialogues[key].last = scrub(f"{message.speaker}: {shorten(message.text, _LAST)}")
        usage = sum(list(self.usage.values()), Usage())
        costs = list(self.cost.values())
        priced = [cost for cost in costs if cost is not None]
        return Figures(
            now=self._clock(),
            dialogues=list(self._dialogues.values()),
            messages=self._messages,
            asked=self._asked,
            retries=self._retries,
            tokens=usage.input + usage.output,
            cost=sum(priced) if priced else None,
            has_unpriced=len(priced) < len(costs),
            servers=dict(self._servers),
        )

    def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
        """Add a dialogue."""
        self._progress(scenario, sample)

    def dialogue_started(self, scenario: Scenario, sample: int, said: int) -> None:
        """Note that a dialogue runs."""
        one = self._progress(scenario, sample)
        one.state, one.said, one.began = "running", said, self._clock()

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:
        """Count a message."""
        super().message_done(scenario, sample, message)
        self._messages += 1
        self._asked += message.attempts > 0
        key = _key(scenario, sample)
        if key in self._dialogues:
            self._dialogues[key].said = message.number
            self._last[key] = message

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:  # noqa: ARG002 -- the signature of observers
        """Count a failed request."""
        self._retries += 1

    def dialogue_done(self, obtained: Obtained) -> None:
        """Note that a dialogue is complete."""
        one = self._end(obtained.dialogue.scenario, obtained.dialogue.sample)
        one.state, one.said = "done", len(obtained.dialogue)

    def dialogue_failed(self, scenario: Scenario, sample: int, error: HarnessError) -> None:  # noqa: ARG002 -- as above
        """Note that a dialogue cannot continue."""
        self._end(scenario, sample).state = "failed"

    def server_met(self, endpoint: str, window: int, rpm: float | None, tpm: float | None) -> None:
        """Note the limits of a server."""
        self._servers[endpoint] = Pace(window, window, rpm, tpm)

    def server_held(self, endpoint: str, seconds: float) -> None:
        """Note a pause that a server asked for."""
        if endpoint in self._servers:
            self._servers[endpoint].held_until = self._clock() + seconds

    def limit_changed(self, endpoint: str, window: int) -> None:
        """Note how many requests go to a server at once."""
        if endpoint in self._servers:
            self._servers[endpoint].window = window

    def _progress(self, scenario: Scenario, sample: int) -> DialogueProgress:
        key = _key(scenario, sample)
        if key not in self._dialogues:
            name, a, b = map(neutralise, key[:3])  # they are encoded as JSON, which takes no lone surrogates
            self._dialogues[key] = DialogueProgress(name, a, b, sample, scenario.length)
        return self._dialogues[key]

    def _end(self, scenario: Scenario, sample: int) -> DialogueProgress:
        one = self._progress(scenario, sample)
        self._last.pop(_key(scenario, sample), None)
        one.last = None
        if one.began is not None:
            one.busy = self._clock() - one.began
        return one


def _key(scenario: Scenario, sample: int) -> Key:
    return scenario.name, scenario.a.model, scenario.b.model, sample
