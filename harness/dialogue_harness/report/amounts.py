"""Amounts of money and time in words."""

from __future__ import annotations

from decimal import Decimal


def money(cost: float) -> str:
    """Return an amount with two decimals, or with three significant digits if it is less than 1."""
    return f"{cost:,.2f}" if cost >= 1 or cost == 0 else f"{Decimal(f'{cost:.3g}'):f}"


def duration_in_words(seconds: float) -> str:
    """Return a time such as ``45 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    whole = max(round(seconds), 1 if seconds else 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes_rest = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes_rest} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
