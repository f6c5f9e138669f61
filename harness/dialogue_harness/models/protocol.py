"""What the turn loop asks of a model, and what it gets back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from dialogue_harness._public import public
from dialogue_harness.dialogue import Usage  # noqa: TC001 -- hints are resolved when a class becomes public
from dialogue_harness.scenario import Side, Speaker  # noqa: TC001 -- as above

Role = Literal["system", "user", "assistant"]


@public
class ChatMessage(msgspec.Struct, frozen=True):
    """One message as a model is sent it."""

    role: Role
    content: str


@public
@dataclass(frozen=True)
class Context:
    """Everything a speaker knows when it is to speak.

    Attributes:
        speaker: who is to speak: model, system prompt and sampling parameters.
        side: which side that is.
        messages: what it is sent, its system prompt first where it has one.
        number: number of the message that it is to say, from 1.
        sample: which sample of the scenario this is, from 1. A model that is seeded takes another draw for each.

    """

    speaker: Speaker
    side: Side
    messages: tuple[ChatMessage, ...]
    number: int
    sample: int = 1


@public
@dataclass(frozen=True)
class Reply:
    """What a model answered.

    Attributes:
        text: the message, to the byte.
        reasoning: what the model thought before it, where its server tells that apart; else ``None``.
        finish_reason: why it stopped, in the server's word.
        usage: tokens, where the server counted them.
        model: the model that answered, as its server named it.
        attempts: how many requests it took, at least 1; 0 where none was sent.
        ms: milliseconds from the request to the complete reply, where somebody measured it; else ``None``.
        hold: seconds for which the server's rate limit leaves nothing to anyone, where it says so; else ``None``.

    """

    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    usage: Usage | None = None
    model: str | None = None
    attempts: int = 1
    ms: float | None = None
    hold: float | None = None


@public
@dataclass(frozen=True)
class Delta:
    """A piece of a reply that is still being made: of its text, or of the reasoning before it."""

    text: str
    is_reasoning: bool = False


#: Called with each piece of a reply as it arrives.
OnDelta = Callable[[Delta], None]


@public
class Model(Protocol):
    """Something that can speak. One instance serves any number of dialogues at once."""

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context.

        Args:
            context: what the speaker knows.
            on_delta: where a person watches: called with each piece as it arrives. ``None`` asks for the whole reply.

        Raises:
            ModelError: no usable answer could be had; its ``transient`` says whether asking again may help.

        """
        ...

    async def aclose(self) -> None:
        """Let go of connections. The model is not used afterwards."""
        ...
