"""What a run would take, as a table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.plan import Forecast, duration
from dialogue_harness.report.amounts import duration_in_words, money
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.engine.prices import Prices

_HEADERS: Final = ("scenario", "pair", "to do", "dialogues", "calls", "tokens", "cost", "time", "told by")
_ALIGNED: Final = ("left", "left", "left", "right", "right", "right", "right", "right", "left")
_UNKNOWN: Final = "?"
_INTENTS: Final = {
    "replay": "replay",
    "record": "record",
    "continue": "continue",
    "extend": "extend",
    "replace": "record anew",
    "error": "error",
}


def plan(forecasts: Sequence[Forecast], prices: Prices, *, at_once: int, mode: str) -> list[str]:
    """Return the lines that say what a run would do and take.

    Args:
        forecasts: one for each dialogue.
        prices: what tokens cost.
        at_once: how many dialogues are held at the same time.
        mode: what happens where no valid recording exists, as ``--harness-record`` names it.

    """
    from tabulate import tabulate  # noqa: PLC0415 -- only where a plan is asked for

    groups: dict[tuple[str, str, str, str], list[Forecast]] = {}
    for one in forecasts:
        scenario = one.scenario
        groups.setdefault((scenario.name, scenario.a.model, scenario.b.model, one.intent), []).append(one)
    rows = [_row(group, prices) for group in groups.values()]
    table = tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True, colalign=_ALIGNED)
    return [*(line.rstrip() for line in table.split("\n")), *_totals(forecasts, prices, at_once, mode)]


def _row(group: Sequence[Forecast], prices: Prices) -> tuple[str, ...]:
    first = group[0]
    a, b = (shorten(first.scenario.speaker(side).model, 28) for side in SIDES)
    name, pair = shorten(first.scenario.name, 32), f"{a} × 2" if a == b else f"{a} / {b}"
    if not first.is_run:
        return name, pair, _INTENTS[first.intent], str(len(group)), "–", "–", "–", "–", ""
    seconds = [one.seconds for one in group]
    longest = None if None in seconds else max(each for each in seconds if each is not None)
    return (
        name,
        pair,
        _INTENTS[first.intent],
        str(len(group)),
        f"{sum(one.calls for one in group):,}",
        _tokens(group),
        _cost(group, prices) if prices else "–",
        _UNKNOWN if longest is None else duration_in_words(longest),
        first.basis or "nothing",
    )


def _totals(forecasts: Sequence[Forecast], prices: Prices, at_once: int, mode: str) -> Iterable[str]:
    intents = Counter(one.intent for one in forecasts)
    run = [one for one in forecasts if one.is_run]
    replays = f"{_dialogues(intents['replay'])} replayed"
    if intents["error"]:
        yield f"{_dialogues(intents['error'])} without a valid recording: an error with --harness-record={mode}"
    if not run:
        yield f"nothing would be sent; {replays}"
        return
    calls = sum(one.calls for one in run)
    parts = [
        f"{_dialogues(len(run))} to be held",
        f"{calls:,} calls",
        "tokens unknown" if (tokens := _tokens(run)) == _UNKNOWN else f"{tokens} tokens",
    ]
    if prices:
        parts.append("cost unknown" if (cost := _cost(run, prices)) == _UNKNOWN else f"cost {cost}")
    seconds = duration(run, at_once=at_once)
    parts.append("time unknown" if seconds is None else f"at least {duration_in_words(seconds)} with {at_once} at once")
    yield f"{', '.join(parts)}; {replays}"


def _tokens(forecasts: Sequence[Forecast]) -> str:
    known = [one for one in forecasts if one.usage is not None]
    total = sum((usage for one in known for usage in (one.usage or {}).values()), Usage())
    return _bounded(f"{total.input + total.output:,}", forecasts, known)


def _cost(forecasts: Sequence[Forecast], prices: Prices) -> str:
    known = [
        one for one in forecasts if one.usage is not None and all(prices.of(one.scenario.speaker(s)) for s in SIDES)
    ]
    total = 0.0
    for one in known:
        for side, usage in (one.usage or {}).items():
            price = prices.of(one.scenario.speaker(side))
            total += price.of(usage) if price else 0.0
    return _bounded(money(total), forecasts, known)


def _bounded(amount: str, forecasts: Sequence[Forecast], known: Sequence[Forecast]) -> str:
    """Return an amount with what it is: exact it never is, and what nobody can tell of comes on top."""
    if not known:
        return _UNKNOWN
    rest = f" + {_UNKNOWN}" if len(known) < len(forecasts) else ""
    return f"{'≤' if all(one.basis == 'limits' for one in known) else '≈'} {amount}{rest}"


def _dialogues(count: int) -> str:
    return "1 dialogue" if count == 1 else f"{count:,} dialogues"
