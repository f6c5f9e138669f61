"""What a run would take, as a table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.words import plural
from dialogue_harness.dialogue import Usage
from dialogue_harness.report.amounts import duration_in_words, money
from dialogue_harness.report.terminal import pair
from dialogue_harness.run.plan import Forecast, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.run.prices import Prices

_HEADERS: Final = ("scenario", "pair", "to do", "dialogues", "calls", "tokens", "cost", "time", "based on")
_ALIGNED: Final = ("left", "left", "left", "right", "right", "right", "right", "right", "left")
_UNKNOWN: Final = "?"


def plan(forecasts: Sequence[Forecast], prices: Prices, *, at_once: int, mode: str) -> list[str]:
    """Return the lines that say what a run would do and take.

    Args:
        forecasts: one for each dialogue.
        prices: what tokens cost.
        at_once: how many dialogues run at the same time.
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
    scenario, intent = first.scenario, "re-record" if first.intent == "replace" else first.intent
    what = (shorten(scenario.name, 32), pair(scenario.a.model, scenario.b.model), intent, str(len(group)))
    if not first.is_run:
        return (*what, "–", "–", "–", "–", "")
    seconds = [one.seconds for one in group if one.seconds is not None]
    return (
        *what,
        f"{sum(one.calls for one in group):,}",
        _tokens(group),
        _cost(group, prices) if prices else "–",
        duration_in_words(max(seconds)) if len(seconds) == len(group) else _UNKNOWN,
        first.basis or "nothing",
    )


def _totals(forecasts: Sequence[Forecast], prices: Prices, at_once: int, mode: str) -> Iterable[str]:
    intents = Counter(one.intent for one in forecasts)
    run = [one for one in forecasts if one.is_run]
    replays = f"{plural(intents['replay'], 'dialogue')} to replay"
    if intents["error"]:
        yield f"{plural(intents['error'], 'dialogue')} without a valid recording: an error with --harness-record={mode}"
    if not run:
        yield f"no model would be called; {replays}"
        return
    tokens, cost, seconds = _tokens(run), _cost(run, prices), duration(run, at_once=at_once)
    parts = [
        f"{plural(len(run), 'dialogue')} to run",
        plural(sum(one.calls for one in run), "call"),
        "tokens unknown" if tokens == _UNKNOWN else f"{tokens} tokens",
        *([] if not prices else ["cost unknown" if cost == _UNKNOWN else f"cost {cost}"]),
        "time unknown" if seconds is None else f"at least {duration_in_words(seconds)} with {at_once} at once",
    ]
    yield f"{', '.join(parts)}; {replays}"


def _tokens(forecasts: Sequence[Forecast]) -> str:
    known = [one for one in forecasts if one.usage is not None]
    total = sum((usage for one in known for usage in (one.usage or {}).values()), Usage())
    return _bounded(f"{total.input + total.output:,}", forecasts, known)


def _cost(forecasts: Sequence[Forecast], prices: Prices) -> str:
    known, total = [], 0.0
    for one in forecasts:
        price = {"A": prices.of(one.scenario.a), "B": prices.of(one.scenario.b)}
        if one.usage is not None and all(price.values()):
            known.append(one)
            total += sum(each.of(usage) for side, usage in one.usage.items() if (each := price[side]))
    return _bounded(money(total), forecasts, known)


def _bounded(amount: str, forecasts: Sequence[Forecast], known: Sequence[Forecast]) -> str:
    """Return an amount marked as a bound or an estimate, and with a question mark where some of it is unknown."""
    if not known:
        return _UNKNOWN
    rest = f" + {_UNKNOWN}" if len(known) < len(forecasts) else ""
    return f"{'≤' if all(one.basis == 'limits' for one in known) else '≈'} {amount}{rest}"
