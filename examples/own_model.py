"""Test a model of your own: any Python that answers.

Run it with ``pytest examples/own_model.py --harness-record=missing``; from then on ``pytest examples/own_model.py``
replays what was said, without calling these models.
"""

from __future__ import annotations

import pytest

import dialogue_harness
from dialogue_harness import Context, Dialogue, Reply, Scenario, Speaker, Usage, checks


@dialogue_harness.model("shop")
class ShopAgent:
    """An agent behind your own code: ``Speaker("shop:refunds")`` constructs ``ShopAgent("refunds")``."""

    def __init__(self, desk: str) -> None:
        self.desk = desk

    async def reply(self, context: Context) -> Reply:
        """Answer the last message; call your agent here."""
        question = context.messages[-1].content
        text = f"The {self.desk} desk has read message {context.number - 1}: {question}"
        return Reply(text, usage=Usage(input=len(question.split()), output=len(text.split())))


def customer(messages: list[dict[str, str]]) -> str:
    """Say the next thing that a customer says; messages are as the OpenAI API has them."""
    said = sum(message["role"] == "assistant" for message in messages)
    return ["My parcel has not arrived.", "It is order 4711.", "Thank you."][min(said, 2)]


pytestmark = pytest.mark.scenario(
    Scenario("own-model", a=Speaker(customer), b=Speaker("shop:refunds"), opener="Good morning.", turns=3)
)


def test_the_agent_names_its_desk(dialogue: Dialogue) -> None:
    """Expect every answer of the agent to come from the refunds desk."""
    assert all("refunds desk" in message.text for message in dialogue.by("B"))


def test_nobody_is_silent(dialogue: Dialogue) -> None:
    """Expect every message to hold text."""
    assert checks.no_empty_messages(dialogue)
