"""What models took in this process, counted message by message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.events import Observer
from dialogue_harness.models.registry import is_offline

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Message
    from dialogue_harness.engine.prices import Prices
    from dialogue_harness.scenario import Scenario, Side


class Tally(Observer):
    """Counts the calls and tokens of every message that a server was asked for, and what they cost.

    A built-in model takes no call, no token and no money.

    Args:
        prices: what tokens cost.

    Attributes:
        calls: requests by speaker and model, those among them that failed and were repeated.
        usage: tokens by speaker and model.
        cost: their cost, likewise; ``None`` where the model has no price.

    """

    def __init__(self, prices: Prices) -> None:
        self.calls: dict[tuple[Side, str], int] = {}
        self.usage: dict[tuple[Side, str], Usage] = {}
        self.cost: dict[tuple[Side, str], float | None] = {}
        self._prices = prices

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:  # noqa: ARG002 -- as observers are told
        """Count a message."""
        speaker = scenario.speaker(message.speaker)
        if not message.attempts or is_offline(speaker):
            return
        key = (message.speaker, str(speaker.model))
        self.calls[key] = self.calls.get(key, 0) + message.attempts
        if message.usage is None:
            return
        price = self._prices.of(speaker)
        self.usage[key] = self.usage.get(key, Usage()) + message.usage
        so_far = self.cost.get(key, 0.0)
        self.cost[key] = None if price is None or so_far is None else so_far + price.of(message.usage)
