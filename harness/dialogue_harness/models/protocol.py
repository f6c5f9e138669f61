"""What a model is asked, and what it returns."""

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
    """One message of a context.

    Attributes:
        role: ``system``, ``user`` or ``assistant``, as in the OpenAI API.
        content: its text.

    """

    role: Role
    content: str


@public
@dataclass(frozen=True)
class Context:
    """What a speaker is sent when it is to speak.

    Attributes:
        speaker: who is to speak: model, system prompt and sampling parameters.
        side: ``A`` or ``B``.
        messages: the messages, the speaker's own as ``assistant``; the system prompt first, if there is one.
        number: number of the message to be said, from 1.
        sample: which sample of the scenario this is, from 1; a seeded model draws anew for each.

    """

    speaker: Speaker
    side: Side
    messages: tuple[ChatMessage, ...]
    number: int
    sample: int = 1


@public
@dataclass(frozen=True)
class Reply:
    """What a model answered. All fields but the text may be left out.

    Attributes:
        text: the message, unchanged.
        reasoning: the model's reasoning before it, if it is known apart from the text.
        finish_reason: why the reply ended, in the server's word, such as ``stop`` or ``length``.
        usage: the tokens that were counted.
        model: the model that answered, as its server named it.
        attempts: how many requests it took; 0 if none was sent.
        ms: milliseconds from the request to the complete reply of this one request.
        hold: seconds for which the server's rate limit is used up.

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
    """A piece of a streamed reply.

    Attributes:
        text: the piece.
        is_reasoning: whether it belongs to the reasoning, not to the text.

    """

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
            context: what the speaker is sent.
            on_delta: called with each piece as it arrives, if somebody watches; ``None`` asks for the whole reply.

        Raises:
            ModelError: there is no usable answer; its ``transient`` says whether a retry may help.

        """
        ...

    async def aclose(self) -> None:
        """Close connections. The model is not used afterwards."""
        ...
