"""What each speaker sees of a dialogue when it is to speak."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dialogue_harness.models.protocol import ChatMessage, Context
from dialogue_harness.scenario import END_TOKEN_OFFER, SIDES, History, Scenario, Side

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.dialogue import Message

#: Messages as a model is sent them.
Chat = TypeVar("Chat", list[ChatMessage], tuple[ChatMessage, ...])

#: Characters that are counted as one token where a history is limited in tokens.
CHARACTERS_PER_TOKEN = 4

_ALL = History()


class ContextBuilder:
    """What each speaker sees of a dialogue, as it goes on: each message is added once and nothing is rebuilt.

    Its own messages are the assistant's, the other's the user's, its system prompt comes first. A's own opener is
    left out of A's context unless the scenario keeps it, so that every context begins with a user's message and
    strictly
    alternates, as many chat templates demand. Where B begins, there is nothing to answer, and its context starts with
    an
    empty message of the user's.

    Args:
        scenario: what is to happen.
        sample: which sample of the scenario this is.

    Attributes:
        number: of the message that is to be said next.

    """

    def __init__(self, scenario: Scenario, *, sample: int = 1) -> None:
        self._scenario = scenario
        self._sample = sample
        self.number = 1
        systems = {side: system_prompt(scenario, side) for side in SIDES}
        self._heads = {side: (ChatMessage("system", system),) if system else () for side, system in systems.items()}
        self._heard: dict[Side, list[ChatMessage]] = {"A": [], "B": []}
        if scenario.opener is None:
            self._heard["B"].append(ChatMessage("user", _sent("", scenario)))

    def add(self, message: Message) -> None:
        """Let both hear what was said."""
        text = _sent(message.text, self._scenario)
        is_opener = message.number == 1 and self._scenario.opener is not None
        for side, heard in self._heard.items():
            if message.speaker != side:
                heard.append(ChatMessage("user", text))
            elif not is_opener or self._scenario.keep_opener:
                heard.append(ChatMessage("assistant", text))
        self.number += 1

    def next(self) -> Context:
        """Return what the next speaker is sent."""
        side = self._scenario.side_at(self.number)
        heard = _limited(self._heard[side], self._scenario.history)
        return Context(self._scenario.speaker(side), side, (*self._heads[side], *heard), self.number, self._sample)


def context(scenario: Scenario, said: Iterable[Message], *, sample: int = 1) -> Context:
    """Return what the next speaker is sent after all messages so far, from number 1; see :class:`ContextBuilder`."""
    contexts = ContextBuilder(scenario, sample=sample)
    for message in said:
        contexts.add(message)
    return contexts.next()


def shortened(of: Context) -> Context | None:
    """Return a context with the later half of its messages, or ``None`` where only the one to be answered is left."""
    head = of.messages[: int(of.messages[0].role == "system")]
    heard = of.messages[len(head) :]
    kept = heard[(len(heard) + 1) // 2 :]
    if not kept:
        return None
    return replace(of, messages=(*head, *_from_user(kept)))


def estimated_tokens(of: Context) -> int:
    """Return about how many tokens a context has."""
    return sum(len(message.content) for message in of.messages) // CHARACTERS_PER_TOKEN


def system_prompt(scenario: Scenario, side: Side) -> str | None:
    """Return the system prompt of a side as it is sent: with the offer of the end token where that is not in it."""
    own, token = scenario.speaker(side).system, scenario.end_token
    if token is None or (own and token in own):
        return own
    offer = END_TOKEN_OFFER.replace("{token}", token)
    return f"{own}\n\n{offer}" if own else offer


def _sent(text: str, scenario: Scenario) -> str:
    return scenario.placeholder if scenario.on_empty == "placeholder" and not text.strip() else text


def _limited(heard: list[ChatMessage], history: History) -> list[ChatMessage]:
    if history == _ALL:
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
