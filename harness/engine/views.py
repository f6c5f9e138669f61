"""What each speaker sees of a dialogue when it is to speak."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from harness.models.protocol import ChatMessage, View
from harness.scenario import END_TOKEN_OFFER, History, Scenario, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.dialogue import Message

#: Messages as a model is sent them.
Chat = TypeVar("Chat", list[ChatMessage], tuple[ChatMessage, ...])

#: Characters that are counted as one token where a history is limited in tokens.
CHARACTERS_PER_TOKEN = 4


def view(scenario: Scenario, said: Sequence[Message], *, sample: int = 1) -> View:
    """Return what the next speaker is sent.

    Its own messages are the assistant's, the other's the user's, its system prompt comes first. A's own opener is
    left out of A's view unless the scenario keeps it, so that every view begins with a user's message and strictly
    alternates, as many chat templates demand.

    Args:
        scenario: what is to happen.
        said: all messages so far, from number 1.
        sample: which sample of the scenario this is.

    """
    number = len(said) + 1
    side = scenario.side_at(number)
    speaker = scenario.speaker(side)
    heard = _chat(scenario, side, said)
    system = system_prompt(scenario, side)
    head = (ChatMessage("system", system),) if system else ()
    return View(speaker, side, (*head, *_limited(heard, scenario.history)), number, sample)


def shortened(of: View) -> View | None:
    """Return a view with the later half of its messages, or ``None`` where only the one to be answered is left."""
    head = of.messages[: int(of.messages[0].role == "system")]
    heard = of.messages[len(head) :]
    kept = heard[(len(heard) + 1) // 2 :]
    if not kept:
        return None
    return replace(of, messages=(*head, *_from_user(kept)))


def estimated_tokens(of: View) -> int:
    """Return about how many tokens a view has."""
    return sum(len(message.content) for message in of.messages) // CHARACTERS_PER_TOKEN


def system_prompt(scenario: Scenario, side: Side) -> str | None:
    """Return the system prompt of a side as it is sent: with the offer of the end token where that is not in it."""
    own, token = scenario.speaker(side).system, scenario.end_token
    if token is None or (own and token in own):
        return own
    offer = END_TOKEN_OFFER.replace("{token}", token)
    return f"{own}\n\n{offer}" if own else offer


def _chat(scenario: Scenario, side: Side, said: Sequence[Message]) -> list[ChatMessage]:
    if not said:  # B begins: there is nothing to answer, but a view starts with a user's message
        return [ChatMessage("user", _sent("", scenario))]
    skipped = int(side == "A" and scenario.opener is not None and not scenario.keep_opener)
    return [
        ChatMessage("assistant" if message.speaker == side else "user", _sent(message.text, scenario))
        for message in said[skipped:]
    ]


def _sent(text: str, scenario: Scenario) -> str:
    return scenario.placeholder if scenario.on_empty == "placeholder" and not text.strip() else text


def _limited(heard: list[ChatMessage], history: History) -> list[ChatMessage]:
    if history == History():
        return heard
    kept = heard[-history.last :] if history.last is not None else _within(heard, history.tokens or 1)
    return _from_user(kept)


def _from_user(kept: Chat) -> Chat:
    # The message to be answered is the user's, so an assistant's message that now comes first is not the only one.
    return kept[1:] if kept[0].role == "assistant" else kept


def _within(heard: list[ChatMessage], tokens: int) -> list[ChatMessage]:
    room, first = tokens, len(heard)
    while first > 0:
        room -= 1 + len(heard[first - 1].content) // CHARACTERS_PER_TOKEN
        if room < 0 and first < len(heard):
            break
        first -= 1
    return heard[first:]
