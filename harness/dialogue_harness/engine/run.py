"""The public functions that run one dialogue, without pytest."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue_harness._text.validation import number, whole_number
from dialogue_harness.engine.budget import Allowance
from dialogue_harness.engine.prices import Prices
from dialogue_harness.engine.retry import Retry
from dialogue_harness.engine.settings import Settings
from dialogue_harness.engine.setup import OneFile, recorder
from dialogue_harness.errors import ConfigurationError, UsageError
from dialogue_harness.models.endpoints import parse_endpoints
from dialogue_harness.storage.library import Library

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.engine.loop import OnMessage
    from dialogue_harness.scenario import Scenario


def run(
    scenario: Scenario,
    sample: int = 1,
    *,
    path: str | os.PathLike[str] | None = None,
    endpoints: Mapping[str, str] | None = None,
    attempts: int = Retry().attempts,
    max_cost: float | None = None,
    max_tokens: int | None = None,
    prices: Mapping[str, str] | None = None,
    on_message: OnMessage | None = None,
) -> Dialogue:
    """Run one dialogue and return it.

    Keys are read from the environment, as ``OPENAI_API_KEY``; pytest's configuration is not read.

    Args:
        scenario: what is to happen.
        sample: which independent run of the scenario it is, from 1; it is added to the seeds of the speakers.
        path: a recording (``.jsonl``). It is written message by message; where it exists, it is continued, extended to
            more turns, or returned without asking a model. By default nothing is written.
        endpoints: servers by the prefix of their models, such as ``{"vllm": "http://127.0.0.1:8000/v1 max=8"}``; a
            value is what follows the ``=`` in ``harness_endpoints``.
        attempts: requests for one message, at least 1.
        max_cost: what the dialogue may cost, in the currency of the prices, more than 0.
        max_tokens: what it may take, in tokens sent and received, at least 1.
        prices: of a million tokens each, by model, such as ``{"gpt-4o-mini": "0.15 0.60"}``; a value is what follows
            the ``=`` in ``harness_prices``.
        on_message: called with each new message, once it is complete and written.

    Raises:
        ConfigurationError: an option is invalid, or the cost is limited and a model has no price.
        UsageError: an event loop is running, as in a notebook: use :func:`arun` there.
        ModelError: a model could not answer; what was said is kept at ``path``, and the same call continues it.
        BudgetSpent: likewise, for the dialogue's budget.
        RecordingError: there is a file at ``path`` that is no recording of this scenario, or it cannot be written.

    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        msg = "dialogue_harness.run cannot be called while an event loop is running"
        raise UsageError(msg, fix="dialogue = await dialogue_harness.arun(scenario)")
    return asyncio.run(
        arun(
            scenario,
            sample,
            path=path,
            endpoints=endpoints,
            attempts=attempts,
            max_cost=max_cost,
            max_tokens=max_tokens,
            prices=prices,
            on_message=on_message,
        )
    )


async def arun(
    scenario: Scenario,
    sample: int = 1,
    *,
    path: str | os.PathLike[str] | None = None,
    endpoints: Mapping[str, str] | None = None,
    attempts: int = Retry().attempts,
    max_cost: float | None = None,
    max_tokens: int | None = None,
    prices: Mapping[str, str] | None = None,
    on_message: OnMessage | None = None,
) -> Dialogue:
    """Run one dialogue and return it, within a running event loop; see :func:`run`."""
    cost = None if max_cost is None else number(ConfigurationError, "max_cost", max_cost, above=True)
    tokens = None if max_tokens is None else whole_number(ConfigurationError, "max_tokens", max_tokens, low=1)
    settings = Settings(
        endpoints=parse_endpoints(f"{name} = {value}" for name, value in (endpoints or {}).items()),
        attempts=whole_number(ConfigurationError, "attempts", attempts, low=1),
        max_dialogue=Allowance(tokens, cost, what="the dialogue", flags=None, keys="max"),
        prices=Prices(f"{model} = {value}" for model, value in (prices or {}).items()),
    )
    sample = whole_number(ConfigurationError, "sample", sample, low=1)
    library = Library(Path.cwd()) if path is None else OneFile(Path(path))
    engine = recorder(settings, library, "extend")
    try:
        if path is None:
            return (await engine.compute(scenario, sample, on_message=on_message)).dialogue
        return (await engine.obtain(scenario, sample, on_message=on_message)).dialogue
    finally:
        await engine.aclose()
