"""How models are reached and what they may cost, however a run was started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dialogue_harness.engine.budget import Allowance
from dialogue_harness.engine.prices import Prices
from dialogue_harness.engine.retry import Retry
from dialogue_harness.engine.runner import DEFAULT_CONCURRENCY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialogue_harness.models.endpoints import Endpoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How models are reached, and what they may cost.

    Attributes:
        endpoints: configured servers by name.
        attempts: requests for one message, at least 1.
        max_concurrency: dialogues that run at the same time, at least 1.
        max_run: what all dialogues together may spend.
        max_dialogue: what each dialogue may spend.
        prices: what tokens cost.
        not_secret: regular expressions for what is no secret although it looks like one.

    """

    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    attempts: int = Retry().attempts
    max_concurrency: int = DEFAULT_CONCURRENCY
    max_run: Allowance = field(default_factory=Allowance)
    max_dialogue: Allowance = field(default_factory=Allowance)
    prices: Prices = field(default_factory=Prices)
    not_secret: tuple[str, ...] = ()
