"""The turn loop: two models, one scenario, message after message."""

from __future__ import annotations

import asyncio
import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from dialogue_harness.checks.loops.stopping import stop_watch
from dialogue_harness.dialogue import Ending, Message
from dialogue_harness.engine.context import ContextBuilder, shortened
from dialogue_harness.engine.retry import Retry, ask
from dialogue_harness.errors import ContextTooLong
from dialogue_harness.models.registry import is_offline
from dialogue_harness.scenario import History

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from dialogue_harness.engine.retry import OnRetry
    from dialogue_harness.errors import ModelError
    from dialogue_harness.models.protocol import Context, Delta, Model, Reply
    from dialogue_harness.scenario import Scenario, Side

    #: Called with each message when it is complete.
    OnMessage = Callable[[Message], None]
    #: Called with each piece of a message as it arrives, and the side that says it.
    OnPiece = Callable[[Side, Delta], None]


async def converse(
    scenario: Scenario,
    models: Mapping[Side, Model],
    *,
    said: Iterable[Message] = (),
    sample: int = 1,
    retry: Retry | None = None,
    on_message: OnMessage | None = None,
    on_piece: OnPiece | None = None,
    on_retry: OnRetry | None = None,
) -> tuple[tuple[Message, ...], Ending]:
    """Let the pair talk until the scenario's turns are said, one of them ends it, or its stop rule does.

    Args:
        scenario: what is to happen.
        models: who speaks for A and for B; may be one and the same.
        said: messages to go on from, numbered from 1.
        sample: which sample of the scenario this is, from 1.
        retry: how persistently a model is asked; by default as :class:`Retry` says.
        on_message: called with each new message, before the next one is asked for.
        on_piece: where a person watches: called with each piece of a reply.
        on_retry: called before a message is asked for again.

    Returns:
        All messages, those of ``said`` first, and how the dialogue ended.

    Raises:
        ModelError: a model could not answer; ``on_message`` has had every message before that.
        CheckError: the scenario's stop rule is none that there is.

    """
    messages: list[Message] = []
    contexts = ContextBuilder(scenario, sample=sample)
    stopping = _Stopping(scenario)
    for message in said:
        _hear(message, messages, contexts, stopping)
    while True:
        ending = ended(scenario, messages) or stopping.ending
        if ending is not None:
            return tuple(messages), ending
        message = await _next(scenario, models, contexts, retry=retry or Retry(), on_piece=on_piece, on_retry=on_retry)
        _hear(message, messages, contexts, stopping)
        if on_message is not None:
            on_message(message)


def _hear(message: Message, messages: list[Message], contexts: ContextBuilder, stopping: _Stopping) -> None:
    messages.append(message)
    contexts.add(message)
    stopping.feed(message)


def ended(scenario: Scenario, said: list[Message]) -> Ending | None:
    """Return how the dialogue has ended after what was said, or ``None`` if it goes on."""
    last = said[-1] if said else None
    if last is not None and not (last.number == 1 and scenario.opener is not None):
        if scenario.end_token is not None and last.text.rstrip().endswith(scenario.end_token):
            return Ending("hang_up", by=last.speaker)
        if scenario.on_empty == "stop" and last.is_empty:
            return Ending("empty", by=last.speaker)
    return Ending("turns") if len(said) >= scenario.length else None


def find_stop(scenario: Scenario, said: Sequence[Message]) -> tuple[int, Ending] | None:
    """Return after which message the scenario's stop rule ends a dialogue, and how; ``None`` where it goes on.

    Raises:
        CheckError: the rule is none that there is.

    """
    stopping = _Stopping(scenario)
    for message in said:
        stopping.feed(message)
        if stopping.ending is not None:
            return message.number, stopping.ending
    return None


class _Stopping:
    """Listens to a dialogue for the stop rule of its scenario, if it has one."""

    def __init__(self, scenario: Scenario, said: Iterable[Message] = ()) -> None:
        self.ending: Ending | None = None
        self._watch = None if scenario.stop_when is None else stop_watch(scenario.stop_when)
        for message in said:
            self.feed(message)

    def feed(self, message: Message) -> None:
        if self._watch is not None and self.ending is None:
            why = self._watch.feed(message)
            self.ending = None if why is None else Ending("stopped", why=why)


async def _next(
    scenario: Scenario,
    models: Mapping[Side, Model],
    contexts: ContextBuilder,
    *,
    retry: Retry,
    on_piece: OnPiece | None,
    on_retry: OnRetry | None,
) -> Message:
    number = contexts.number
    side = scenario.side_at(number)
    given = scenario.given_at(number)
    if given is not None:
        return Message(number, side, given)
    clock = asyncio.get_running_loop().time
    entered = clock()
    failed: list[float] = []  # when each request that failed was sent

    def note(error: ModelError) -> None:
        failed.append(entered if error.began is None else error.began)

    def retrying(error: ModelError, wait: float) -> None:
        note(error)
        if on_retry is not None:
            on_retry(error, wait)

    on_delta = None if on_piece is None else functools.partial(on_piece, side)
    asking = functools.partial(ask, models[side], retry=retry, on_delta=on_delta, on_retry=retrying)
    reply = await _fitting(asking, contexts.next(), scenario.history, failed=note)
    ms = 1000 * (clock() - (failed or [entered])[0]) if failed or reply.ms is None else reply.ms
    # A built-in model takes no time worth recording, and recorded twice it gives the same bytes.
    is_timed = not is_offline(scenario.speaker(side))
    return Message(
        number,
        side,
        reply.text,
        reasoning=reply.reasoning,
        finish_reason=reply.finish_reason,
        model=reply.model,
        usage=reply.usage,
        ms=round(ms, 1) if is_timed else None,
        attempts=reply.attempts,
        reply_ms=round(reply.ms, 1) if is_timed and failed and reply.ms is not None else None,
    )


async def _fitting(
    asking: Callable[..., Awaitable[Reply]], sent: Context, history: History, *, failed: Callable[[ModelError], None]
) -> Reply:
    """Ask for a reply; where the context is too long and the scenario limits its history, with half of it."""
    refused = 0
    while True:
        try:
            reply = await asking(context=sent)
        except ContextTooLong as error:
            failed(error)
            shorter = None if history == History() else shortened(sent)
            if shorter is None:
                error.attempts += refused
                raise _with_advice(error, history) from None
            sent = shorter
            refused += error.attempts
        else:
            return replace(reply, attempts=reply.attempts + refused) if refused else reply


def _with_advice(error: ContextTooLong, history: History) -> ContextTooLong:
    if history != History():
        error.fix = "a single message is longer than the model's context: limit replies with Speaker(max_tokens=…)"
    return error
