"""Asking a model until it answers: which failures are worth another try, how long to wait, and when to give up."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialogue_harness.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue_harness.models.protocol import Context, Model, OnDelta, Reply

    #: Called with the failure and the seconds until the next attempt, before they are waited.
    OnRetry = Callable[[ModelError, float], None]


@dataclass(frozen=True)
class Retry:
    """How often and how long one message is asked for.

    The wait before attempt ``n + 1`` is drawn evenly from 0 to ``first * 2 ** (n - 1)`` seconds ("full jitter",
    Brooker, "Exponential Backoff and Jitter", 2015), at most ``longest``; where the server says how long to wait,
    it is at least that.

    Attributes:
        attempts: requests in all, at least 1.
        first: upper bound of the first wait, in seconds.
        longest: upper bound of any wait that the server did not ask for, in seconds.
        total: seconds after the first failure, after which no new attempt is begun.

    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 30.0
    total: float = 600.0

    def wait(self, failures: int, asked: float | None) -> float:
        """Return the seconds to wait after that many failures (from 1), the server having asked for ``asked``."""
        bound = min(self.first * 2 ** (failures - 1), self.longest)
        drawn = random.uniform(0, bound)  # noqa: S311 -- spreads requests out, guards nothing
        return drawn if asked is None else asked + drawn


async def ask(
    model: Model,
    context: Context,
    *,
    retry: Retry,
    on_delta: OnDelta | None = None,
    on_retry: OnRetry | None = None,
) -> Reply:
    """Ask a model for a reply, again after failures that may pass, and count the attempts.

    Raises:
        ModelError: the last failure; its ``attempts`` says how many requests were sent.

    """
    failures = 0
    deadline = 0.0
    while True:
        try:
            reply = await model.reply(context, on_delta=on_delta)
        except ModelError as error:
            failures += 1
            error.attempts = failures
            now = asyncio.get_running_loop().time()
            deadline = deadline or now + retry.total
            pause = retry.wait(failures, error.retry_after)
            if not error.transient or failures >= retry.attempts or now + pause > deadline:
                raise
            if on_retry is not None:
                on_retry(error, pause)
            await asyncio.sleep(pause)
        else:
            return replace(reply, attempts=failures + reply.attempts) if failures else reply
