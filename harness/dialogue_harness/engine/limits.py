"""How fast the models of one server are asked: requests at once, requests a minute, and none while it wants a pause.

How many replies are asked for at once adapts to what the server bears: additive increase, multiplicative decrease
(Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer Networks", 1989).
Rates per minute are kept by token buckets that never let a burst through. Time is that of the running event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dialogue_harness.engine.context import estimated_tokens
from dialogue_harness.engine.events import Observer
from dialogue_harness.errors import ModelError
from dialogue_harness.models.registry import is_offline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialogue_harness.models.protocol import Context, Model, OnDelta, Reply
    from dialogue_harness.models.registry import Endpoint
    from dialogue_harness.scenario import Speaker

#: Replies that are asked for at the same time of one server, unless the caller or the endpoint says otherwise.
MOST_AT_ONCE: Final = 1000

#: The share of the window that is left after the server said that it is asked too much. With a half, a server that
#: refuses at random and leaves some requests without an answer would be asked for little else than those.
_DECREASE: Final = 0.75

#: The window grows from 1 to its limit in this many rounds in which nothing is refused.
_ROUNDS: Final = 32

#: Seconds of a pause that is imposed on all dialogues. Where the server asks for more, each finds out for itself, since
#: no message is waited for that long.
LONGEST_HOLD: Final = 600.0

#: Seconds that are no wait: what is left of one after rounding.
_NO_WAIT: Final = 1e-6

#: The name of the server that the environment names, and of models without a prefix.
DEFAULT_ENDPOINT: Final = "openai"


class Bucket:
    """Lets through so much a minute, evenly: after each the next waits until its share of the minute has passed.

    Args:
        per_minute: more than 0.

    """

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        self._level = self._full = max(1.0, self._rate)  # what a second fills, so that a late waker loses nothing
        self._at: float | None = None

    def wait(self, now: float, cost: float) -> float:
        """Return the seconds until so much may pass; what is larger than the bucket waits until it is full."""
        self._fill(now)
        return max(0.0, (min(cost, self._full) - self._level) / self._rate)

    def take(self, cost: float) -> None:
        """Let something pass, or, with a negative cost, give back what it did not use. The bucket may go into debt."""
        self._level = min(self._level - cost, self._full)

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._level = min(self._level + (now - self._at) * self._rate, self._full)
        self._at = now


class Limiter:
    """Lets requests to one server pass, first come, first served.

    Args:
        endpoint: what the server is called.
        most: how many replies are asked for at once at most, 1 or more.
        rpm: requests a minute, more than 0, or ``None`` for no limit.
        tpm: tokens a minute, of contexts and replies together, likewise.
        observer: is called when the window changes, and for pauses.

    """

    def __init__(
        self,
        endpoint: str,
        most: int = MOST_AT_ONCE,
        *,
        rpm: float | None = None,
        tpm: float | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.asking: set[asyncio.Task[object]] = set()
        self._most = most
        self._window = float(most)
        self._step = max(1.0, most / _ROUNDS)
        self._requests = Bucket(rpm) if rpm else None
        self._tokens = Bucket(tpm) if tpm else None
        self._observer = observer or Observer()
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()
        self._in_flight = 0
        self._held_until = 0.0
        self._shrunk_at = float("-inf")
        self._timer: asyncio.TimerHandle | None = None

    @property
    def window(self) -> int:
        """How many replies are asked for at the same time at most, by now."""
        return int(self._window)

    @property
    def counts_tokens(self) -> bool:
        """Whether there is a limit on tokens, so that a request's cost matters."""
        return self._tokens is not None

    async def enter(self, cost: float = 0) -> float:
        """Wait for one's turn, and return when it came; :meth:`leave` is to follow.

        Args:
            cost: tokens of the request and its reply, as far as they can be told.

        """
        loop = asyncio.get_running_loop()
        if self._waiting or not self._admits(loop.time(), cost):
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.append((future, cost))
            self._pump()
            try:
                await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled():
                    self.leave()  # the turn had come, and nobody takes it
                raise
        else:
            self._admit(cost)
        return loop.time()

    def leave(self) -> None:
        """Give one's place to the next."""
        self._in_flight -= 1
        self._pump()

    def answered(self, began: float, *, tokens: float = 0, hold: float | None = None) -> None:
        """Note that a request was answered: the window may grow.

        Args:
            began: when the request had its turn. What was under way when the window last shrank does not count.
            tokens: how many more it used than :meth:`enter` was told, negative if fewer.
            hold: seconds for which the server has nothing left for anyone.

        """
        if self._tokens is not None:
            self._tokens.take(tokens)
        if hold:
            self.hold(hold)
        elif self._window < self._most and self._in_flight >= self.window and began > self._shrunk_at:
            self._resize(self._window + self._step / self._window)

    def refused(self, error: ModelError, began: float) -> None:
        """Note that a request failed: where it was one too many, the window shrinks, and all wait as the server asks.

        Args:
            error: what happened.
            began: when the request had its turn. What was under way when the window last shrank does not shrink it
                again.

        """
        if error.overloaded and began > self._shrunk_at:
            self._shrunk_at = asyncio.get_running_loop().time()
            self._resize(min(self._window, self._in_flight) * _DECREASE)
        if error.retry_after:
            self.hold(error.retry_after)

    def hold(self, seconds: float) -> None:
        """Let nobody pass for ``seconds``, unless that is longer than anyone would wait."""
        if seconds <= LONGEST_HOLD:
            until = asyncio.get_running_loop().time() + seconds
            if until > self._held_until:
                self._held_until = until
                self._observer.server_held(self.endpoint, seconds)

    def _resize(self, window: float) -> None:
        before = self.window
        self._window = min(max(window, 1.0), float(self._most))
        if self.window != before:
            self._observer.limit_changed(self.endpoint, self.window)

    def _admits(self, now: float, cost: float) -> bool:
        return self._in_flight < self.window and self._wait(now, cost) < _NO_WAIT

    def _admit(self, cost: float) -> None:
        self._in_flight += 1
        if self._requests is not None:
            self._requests.take(1)
        if self._tokens is not None:
            self._tokens.take(cost)

    def _wait(self, now: float, cost: float) -> float:
        wait = self._held_until - now
        if self._requests is not None:
            wait = max(wait, self._requests.wait(now, 1))
        return wait if self._tokens is None else max(wait, self._tokens.wait(now, cost))

    def _pump(self) -> None:
        """Let pass who may; set the clock for the next where only time is in the way."""
        now = asyncio.get_running_loop().time() if self._waiting else 0.0
        while self._waiting and self._in_flight < self.window:
            future, cost = self._waiting[0]
            if not future.cancelled() and (wait := self._wait(now, cost)) >= _NO_WAIT:
                self._wake_in(wait)
                return
            self._waiting.popleft()
            if not future.cancelled():
                self._admit(cost)
                future.set_result(None)

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._pump)


class Limited:
    """A model that is asked no faster than its server's limiter lets it.

    Args:
        model: who answers.
        limiter: the one of its server, which all models of that server share.
        limiters: those that it belongs to.

    """

    def __init__(self, model: Model, limiter: Limiter, limiters: Limiters) -> None:
        self._model = model
        self._limiter = limiter
        self._limiters = limiters

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context when its turn has come; see :class:`dialogue_harness.models.protocol.Model`."""
        limiter = self._limiter
        self._limiters.refuse_if_closed()
        cost = estimated_tokens(context) if limiter.counts_tokens else 0
        began = await limiter.enter(cost)
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- for the type checker: a coroutine runs in a task
        limiter.asking.add(task)
        try:
            reply = await self._model.reply(context, on_delta=on_delta)
        except ModelError as error:
            limiter.refused(error, began)
            error.began = began
            raise
        else:
            used = reply.usage.input + reply.usage.output if reply.usage is not None else cost
            limiter.answered(began, tokens=used - cost, hold=reply.hold)
            took = asyncio.get_running_loop().time() - began
            return replace(reply, ms=1000 * took)  # without the wait for one's turn
        finally:
            limiter.asking.discard(task)
            limiter.leave()

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._model.aclose()


class Limiters:
    """The limiters of all servers, one each.

    Args:
        endpoints: the configured servers by name; what they say of their limits is kept.
        most: how many replies are asked for at once of a server that says nothing else.
        share: how many processes ask at the same time; each keeps to its part of the limits.

    Attributes:
        observer: see :class:`Limiter`; to be set before the first model is limited.

    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint] | None = None,
        *,
        most: int = MOST_AT_ONCE,
        share: int = 1,
    ) -> None:
        self.observer = Observer()
        self._endpoints = endpoints or {}
        self._most = most
        self._share = share
        self._limiters: dict[str, Limiter] = {}
        self._is_closed = False

    @property
    def asking(self) -> set[asyncio.Task[object]]:
        """The tasks that wait for a reply right now."""
        return {task for limiter in self._limiters.values() for task in limiter.asking}

    def close(self) -> None:
        """Let nothing more be asked for; what is asked for already is still answered."""
        self._is_closed = True

    def refuse_if_closed(self) -> None:
        """End the dialogue that is about to ask.

        Raises:
            CancelledError: nothing more may be asked for.

        """
        if self._is_closed:
            raise asyncio.CancelledError

    def limited(self, speaker: Speaker, model: Model) -> Model:
        """Return a speaker's model, held to the limits of its server; one that has no server has none."""
        return model if is_offline(speaker) else Limited(model, self.of(speaker), self)

    def of(self, speaker: Speaker) -> Limiter:
        """Return the limiter of a speaker's server."""
        name = speaker.endpoint or DEFAULT_ENDPOINT
        if name not in self._limiters:
            self._limiters[name] = self._made(name)
        return self._limiters[name]

    def _made(self, name: str) -> Limiter:
        most, rpm, tpm = self._most, None, None
        known = self._endpoints.get(name)
        if known is not None:
            most = most if known.max is None else min(most, max(1, known.max // self._share))
            rpm, tpm = (None if rate is None else rate / self._share for rate in (known.rpm, known.tpm))
        self.observer.server_met(name, most, rpm, tpm)
        return Limiter(name, most, rpm=rpm, tpm=tpm, observer=self.observer)
