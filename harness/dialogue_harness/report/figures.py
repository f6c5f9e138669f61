"""How far the dialogues of a run are, as figures: of one process, or of several together, and in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence  # noqa: TC003 -- msgspec reads the types of fields
from typing import Final, Literal

import msgspec

from dialogue_harness._text.printable import shorten
from dialogue_harness.report.amounts import duration_in_words, money

#: What a dialogue is doing, in the order in which one process's word counts more than another's: a pair that failed in
#: one may go on in another, and what is recorded is done for all.
_STATES: Final = ("waiting", "failed", "running", "done")

#: A rate from which fractions tell nobody anything.
_ROUND: Final = 10

State = Literal["waiting", "failed", "running", "done"]


class Talk(msgspec.Struct, array_like=True):
    """A dialogue that has to be run, or was.

    Attributes:
        scenario: name of the scenario.
        a: model of speaker A.
        b: model of speaker B.
        sample: which, from 1.
        length: messages that it has when it runs its full number of turns.
        state: what it is doing.
        said: messages that there are.
        began: when the pair began to talk, in seconds of the clock; ``None`` where it did not in this process.
        busy: seconds for which the pair talked, once it has ended.
        last: who said what last, shortened and safe to print; ``None`` where nobody asked for it.

    """

    scenario: str
    a: str
    b: str
    sample: int
    length: int
    state: State = "waiting"
    said: int = 0
    began: float | None = None
    busy: float = 0.0
    last: str | None = None

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What tells the dialogues of a run apart."""
        return self.scenario, self.a, self.b, self.sample

    @property
    def has_ended(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.state in {"done", "failed"}

    @property
    def rank(self) -> tuple[int, bool, int]:
        """How much this is worth beside what another process says of the same dialogue."""
        return _STATES.index(self.state), self.began is not None, self.said


class Server(msgspec.Struct, array_like=True):
    """How fast a server is asked.

    Attributes:
        window: replies that are asked for at the same time, at most.
        most: how far the window can grow.
        rpm: requests a minute, at most; ``None`` for any number.
        tpm: tokens a minute, likewise.
        held_until: when it may be asked again, in seconds of the clock.

    """

    window: int
    most: int
    rpm: float | None = None
    tpm: float | None = None
    held_until: float = 0.0

    def __add__(self, other: Server) -> Server:
        """Return how fast two processes ask together."""
        return Server(
            self.window + other.window,
            self.most + other.most,
            _sum(self.rpm, other.rpm),
            _sum(self.tpm, other.tpm),
            max(self.held_until, other.held_until),
        )


class Figures(msgspec.Struct):
    """What a person who waits wants to know.

    Attributes:
        now: when that was, in seconds of the clock, which is the same for all processes of a machine.
        talks: the dialogues, in the order in which they are needed.
        messages: that were said in this run.
        asked: those of them that a model was asked for.
        retries: requests that failed and are made again.
        tokens: that servers counted.
        cost: what they cost, ``None`` where no price is set.
        has_unpriced: whether there are tokens beyond those that have a price.
        servers: how fast each is asked, by name.

    """

    now: float = 0.0
    talks: list[Talk] = []
    messages: int = 0
    asked: int = 0
    retries: int = 0
    tokens: int = 0
    cost: float | None = None
    has_unpriced: bool = False
    servers: dict[str, Server] = {}

    @property
    def share(self) -> float:
        """How much of all that is to be said there is, from 0 to 1; a dialogue that ended early counts as said."""
        total = sum(talk.said if talk.has_ended else talk.length for talk in self.talks)
        return sum(talk.said for talk in self.talks) / total if total else 0.0

    @property
    def left(self) -> str | None:
        """How long it takes until all is said, in words; ``None`` before there is a pace."""
        seconds = self._seconds_left()
        return None if seconds is None else f"{duration_in_words(seconds)} left"

    def summary(self) -> str:
        """Return one line that says how far all dialogues are."""
        left = self.left
        return "; ".join([*self.lines(), *([] if left is None else [left])])

    def lines(self) -> list[str]:
        """Return what there is to say but for the time: of the dialogues, of what they took, and of limits in force."""
        limits = "; ".join(self._limits())
        return [", ".join(self._dialogues()), "; ".join(self._took()), *([limits] if limits else [])]

    def last_lines(self, width: int) -> list[str]:
        """Return, for each pair that talks, what was said last, in a line of so many characters, safe to print."""
        return [_line(talk, width) for talk in self.talks if talk.state == "running"]

    def _dialogues(self) -> list[str]:
        states = [talk.state for talk in self.talks]
        told = [f"{states.count('done')} of {_counted(len(states), 'dialogue')} done"]
        told += [f"{states.count('running')} running", f"{states.count('waiting')} waiting"]
        return [*told, *([f"{states.count('failed')} failed"] if "failed" in states else [])]

    def _took(self) -> list[str]:
        tokens = [f"{self.tokens:,} tokens"] if self.tokens else []
        least = "at least " if self.has_unpriced else ""
        cost = [] if self.cost is None else [f"cost {least}{money(self.cost)}"]
        took = [", ".join([_counted(self.messages, "message"), *tokens, *cost])]
        return [*took, *([_counted(self.retries, "retry")] if self.retries else [])]

    def _limits(self) -> list[str]:
        told = []
        for name, server in self.servers.items():
            shown = shorten(name, 20)
            limits = _in_force(server)
            told += [f"at most {', '.join(limits)} to {shown}"] if limits else []
            pause = server.held_until - self.now
            told += [f"paused for {duration_in_words(math.ceil(pause))} by {shown}"] if pause > 0 else []
        return told

    def _seconds_left(self) -> float | None:
        """Return how long what is left takes, all at the pace until now, but no less than its longest dialogue.

        Before each pair has said something on the average, the pace is that of connecting, not of talking.
        """
        left = [talk.length - talk.said for talk in self.talks if not talk.has_ended]
        began = [talk.began for talk in self.talks if talk.began is not None]
        running = [talk for talk in self.talks if talk.state == "running"]
        if not began or not left or self.asked < max(1, len(running)):
            return None
        busy = sum(talk.busy for talk in self.talks) + sum(self.now - (talk.began or self.now) for talk in running)
        return max(sum(left) * (self.now - min(began)), max(left) * busy) / self.asked


def together(parts: Iterable[Figures], now: float) -> Figures:
    """Return the figures of several processes as those of one run: each dialogue once, all else summed."""
    talks: dict[tuple[str, str, str, int], Talk] = {}
    found = Figures(now)
    for part in parts:
        for talk in part.talks:
            known = talks.setdefault(talk.key, talk)
            if talk.rank > known.rank:
                talks[talk.key] = talk
        found.messages += part.messages
        found.asked += part.asked
        found.retries += part.retries
        found.tokens += part.tokens
        found.cost = _sum_known(found.cost, part.cost)
        found.has_unpriced |= part.has_unpriced
        found.servers = _servers(found.servers, part.servers)
    found.talks = list(talks.values())
    return found


def _servers(one: Mapping[str, Server], other: Mapping[str, Server]) -> dict[str, Server]:
    added = {name: one[name] + server if name in one else server for name, server in other.items()}
    return {**one, **added}


def _in_force(server: Server) -> Sequence[str]:
    """Return the limits of a server that slow anything down; a window that is as wide as it can be does not."""
    told = [f"{server.window} at once"] if server.window < server.most else []
    told += [f"{_rate(server.rpm)} requests a minute"] if server.rpm else []
    return [*told, *([f"{_rate(server.tpm)} tokens a minute"] if server.tpm else [])]


def _rate(a_minute: float) -> str:
    return f"{a_minute:,.0f}" if a_minute >= _ROUND else f"{a_minute:.2g}"


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def _sum_known(one: float | None, other: float | None) -> float | None:
    return other if one is None else one + (other or 0.0)


def _counted(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def _line(talk: Talk, width: int) -> str:
    head = f"{shorten(talk.scenario, 24)} {talk.sample}: {talk.said} of {talk.length}"
    return shorten(head if talk.last is None else f"{head}  {talk.last}", width)
