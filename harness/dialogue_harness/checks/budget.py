"""Budgets: what a dialogue took, in tokens, seconds and money."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.checks.options import dialogue_of, number
from dialogue_harness.checks.verdict import Evidence, Verdict, check
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue, Message

#: What a price list holds for a model: the prices of a million tokens sent, received, and sent but cached.
_SORTS: Final = ("input", "output", "cached")

Prices = Mapping[str, Mapping[str, float]]


@check
def within_budget(
    dialogue: Dialogue,
    *,
    tokens: float | None = None,
    seconds: float | None = None,
    cost: float | None = None,
    prices: Prices | None = None,
) -> Verdict:
    """The dialogue took no more than it may: tokens, seconds of waiting, money.

    Messages that no server was asked for (given ones, those of built-in models) cost nothing. Of a dialogue that was
    imported nobody knows what it cost: the check passes, says so, and has no score.

    Args:
        dialogue: a dialogue or an excerpt.
        tokens: limit of the tokens sent and received, as the servers counted them.
        seconds: limit of the time waited for replies, added up, retries and the pauses between them included.
        cost: limit of the cost, in the currency of ``prices``.
        prices: by model name, the price of a million tokens: ``{"some-model": {"input": 0.5, "output": 2.0}}``, with
            ``"cached"`` for input tokens that the server had cached, by default the price of input.

    Returns:
        A verdict whose score is the largest share of a limit that was used: up to 1 passes.

    Raises:
        CheckError: no limit is given, or a price is missing, or a server did not say how many tokens or how long a
            reply took, so that nobody can tell whether the budget holds.

    """
    whole = dialogue_of("within_budget", dialogue)
    limits = {"tokens": tokens, "seconds": seconds, "cost": cost}
    given = {name: number("within_budget", name, limit) for name, limit in limits.items() if limit is not None}
    if not given:
        msg = "within_budget needs a limit"
        raise CheckError(msg, fix="give tokens=…, seconds=…, or cost=… with prices=…")
    price_list = _checked(prices) if "cost" in given else {}
    if not _is_known(whole):
        unknown = f"nobody knows what it took: none of its {len(whole)} messages was asked of a server"
        return Verdict("", passed=True, sentence=unknown, threshold=1.0, better="lower")
    uses = [_Use(name, limit, _spent(whole, name, price_list)) for name, limit in given.items()]
    worst = max(use.share for use in uses)
    evidence = tuple(item for use in uses for item in use.crossing())
    return Verdict("", worst <= 1, "; ".join(map(str, uses)), worst, 1.0, "lower", evidence)


@dataclass(frozen=True)
class _Use:
    """What a dialogue spent of one limit, message by message."""

    name: str
    limit: float
    spent: tuple[tuple[int, float], ...]

    @property
    def total(self) -> float:
        return math.fsum(amount for _, amount in self.spent)

    @property
    def share(self) -> float:
        """How much of the limit was used; infinite where something was spent and nothing allowed."""
        return self.total / self.limit if self.limit else math.inf if self.total else 0.0

    def crossing(self) -> list[Evidence]:
        """Return the message with which the limit was passed, if it was."""
        sums = accumulate(amount for _, amount in self.spent)
        crossed = [number for (number, _), so_far in zip(self.spent, sums, strict=True) if so_far > self.limit]
        return [Evidence(crossed[0], f"{self.name} pass {self.limit:,.6g} here")] if crossed and self.share > 1 else []

    def __str__(self) -> str:
        unit = {"cost": "cost", "tokens": "tokens", "seconds": "seconds"}[self.name]
        return f"{self.total:,.6g} {unit}, {self.limit:,.6g} allowed"


def _is_known(dialogue: Dialogue) -> bool:
    """Whether a server was asked for some message, or the speakers are built in and cost nothing."""
    outside = [message for message in dialogue if not _is_built_in(dialogue, message)]
    return not outside or any(message.attempts or message.usage or message.ms for message in outside)


def _spent(dialogue: Dialogue, name: str, prices: Prices) -> tuple[tuple[int, float], ...]:
    amounts = []
    for message in dialogue:
        recorded = message.ms if name == "seconds" else message.usage
        if recorded is None and _was_asked(dialogue, message):
            _unknown("how long it took" if name == "seconds" else "how many tokens it took", message)
        if recorded is not None:
            amounts.append((message.number, _amount(dialogue, message, name, prices)))
    return tuple(amounts)


def _amount(dialogue: Dialogue, message: Message, name: str, prices: Prices) -> float:
    if name == "seconds":
        return (message.ms or 0.0) / 1000
    usage = message.usage
    if usage is None:
        return 0.0
    if name == "tokens":
        return usage.input + usage.output
    price = _price(dialogue, message, prices)
    fresh = usage.input - usage.cached
    cached = usage.cached * price.get("cached", price["input"])
    return (fresh * price["input"] + cached + usage.output * price["output"]) / 1_000_000


def _was_asked(dialogue: Dialogue, message: Message) -> bool:
    return message.attempts > 0 and not _is_built_in(dialogue, message)


def _is_built_in(dialogue: Dialogue, message: Message) -> bool:
    return dialogue.scenario.speaker(message.speaker).endpoint == "builtin"


def _price(dialogue: Dialogue, message: Message, prices: Prices) -> Mapping[str, float]:
    speaker = dialogue.scenario.speaker(message.speaker)
    names = [name for name in (message.model, speaker.model, speaker.model_id) if name]
    for name in names:
        if name in prices:
            return prices[name]
    near = nearest(names[0], list(prices), cutoff=0.5)
    facts = [("model", shorten(names[0], 80)), *([("nearest", shorten(near, 80))] if near else [])]
    msg = f"within_budget has no price for the model that said message {message.number}"
    raise CheckError(msg, facts=facts, fix='add it to prices={"…": {"input": …, "output": …}}')


def _checked(prices: Prices | None) -> Prices:
    if not isinstance(prices, Mapping) or not prices:
        msg = "within_budget needs prices to know a cost"
        raise CheckError(msg, fix='give prices={"some-model": {"input": 0.5, "output": 2.0}}, a million tokens each')
    for model, price in prices.items():
        if not isinstance(price, Mapping) or not {"input", "output"} <= set(price) <= set(_SORTS):
            msg = "within_budget: a price holds input and output, and may hold cached"
            raise CheckError(msg, facts=[("model", shorten(str(model), 80)), ("got", shorten(ascii(price), 80))])
        for sort, value in price.items():
            number("within_budget", f"prices[{shorten(str(model), 40)!r}][{sort!r}]", value)
    return prices


def _unknown(what: str, message: Message) -> None:
    msg = f"within_budget cannot tell: nobody recorded {what} to say message {message.number}"
    raise CheckError(msg, fix="leave that limit out, or record the dialogue from a server that counts")
