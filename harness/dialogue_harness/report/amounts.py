"""Amounts of money and time, as people read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600


def money(cost: float) -> str:
    """Return an amount with as many digits as it needs: two decimals, or three digits of a small one."""
    return f"{cost:,.2f}" if cost >= 1 or cost == 0 else f"{Decimal(f'{cost:.3g}'):f}"


def duration_in_words(seconds: float) -> str:
    """Return a time in words, such as ``45 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    whole = max(round(seconds), 1 if seconds else 0)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
