"""Asking an `OpenAIModel` for one reply, for the tests of that model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness.errors import ModelError
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.models.protocol import ChatMessage, Context, Delta, Reply
from dialogue_harness.scenario import Speaker

if TYPE_CHECKING:
    from dialogue_harness.testing.server import ProtocolServer


def context(*texts: str, sample: int = 1, **of_speaker: Any) -> Context:
    """Return a context of these texts, the first and every other one the user's."""
    said = tuple(ChatMessage("assistant" if i % 2 else "user", text) for i, text in enumerate(texts or ("Hello.",)))
    return Context(Speaker("gemma", **of_speaker), "B", said, len(said) + 1, sample)


async def asking(model: OpenAIModel, seen: Context, *, stream: bool = False) -> tuple[Reply, list[Delta]]:
    """Return the reply and the pieces in which it came."""
    pieces: list[Delta] = []
    try:
        return await model.reply(seen, on_delta=pieces.append if stream else None), pieces
    finally:
        await model.aclose()


def ask(server: ProtocolServer | str, seen: Context | None = None, *, stream: bool = False, **options: Any) -> Reply:
    """Return the reply of the model `gemma` at a server, whole or streamed."""
    url = server if isinstance(server, str) else server.url
    return asyncio.run(asking(OpenAIModel("gemma", base_url=url, **options), seen or context(), stream=stream))[0]


def pieces_of(server: ProtocolServer, seen: Context | None = None) -> list[Delta]:
    """Return the pieces in which a streamed reply came."""
    return asyncio.run(asking(OpenAIModel("gemma", base_url=server.url), seen or context(), stream=True))[1]


def failure(server: ProtocolServer | str, *, stream: bool = False, **options: Any) -> ModelError:
    """Return the error that asking ends with."""
    with pytest.raises(ModelError) as caught:
        ask(server, stream=stream, **options)
    return caught.value
