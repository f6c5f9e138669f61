"""Validation of numbers, choices and texts that a person passed in, the same for every caller.

Each function takes the error class to raise, so that a scenario, a check, a flag and the command line use the same
words: ``<name> must be …``, what it got, and the nearest valid value.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NoReturn

from dialogue_harness._text.printable import described, shorten

if TYPE_CHECKING:
    from collections.abc import Collection

    from dialogue_harness.errors import HarnessError

#: The largest count that is accepted unless a caller says otherwise; still exact as a float.
MOST: Final = 10**15

_LONGEST_NAME: Final = 100


def nearest(value: object, choices: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the choice that was most likely meant by ``value``, or ``None``.

    Args:
        value: what was given; only its first 100 characters are compared.
        choices: the valid values.
        cutoff: how similar they must be, from 0 to 1; see :func:`difflib.get_close_matches`.

    """
    near = difflib.get_close_matches(str(value)[:_LONGEST_NAME].strip(), list(choices), n=1, cutoff=cutoff)
    return near[0] if near else None


def refuse(
    error: type[HarnessError],
    headline: str,
    value: object,
    *,
    near: object = None,
    fix: str | None = None,
) -> NoReturn:
    """Raise ``error`` with what is wrong, what was given, and the nearest valid value as a person would type it."""
    facts = [("got", shorten(described(value), 80))]
    if near is not None:
        facts.append(("nearest", str(near)))
    raise error(headline, facts=facts, fix=fix)


def whole_number(
    error: type[HarnessError],
    name: str,
    value: object,
    *,
    low: int | None = 0,
    high: int | None = MOST,
    parse: bool = False,
) -> int:
    """Return ``value`` if it is a whole number from ``low`` to ``high``, both included.

    Args:
        error: the class of the error to raise.
        name: the option's name, as the error shows it.
        value: what was given.
        low: the least value; ``None`` for no limit.
        high: the greatest value; ``None`` for no limit.
        parse: whether a string of digits counts as its number, as in flags and ini files.

    Raises:
        HarnessError: of class ``error``, if it is not.

    """
    must = f"{name} must be a whole number" + ("" if low is None else f", {low} or more")
    number = _parsed(value, int, parse=parse)
    if not isinstance(number, int):
        rounded = round(number) if isinstance(number, float) and abs(number) < MOST else None
        refuse(error, must, value, near=rounded if rounded is None or low is None else max(rounded, low))
    if low is not None and number < low:
        refuse(error, must, value, near=low)
    if high is not None and number > high:
        refuse(error, f"{name} must be at most {high}", value, near=high)
    return number


def number(
    error: type[HarnessError],
    name: str,
    value: object,
    *,
    low: float = 0.0,
    high: float | None = None,
    above: bool = False,
    parse: bool = False,
) -> float:
    """Return ``value`` as a float if it lies between ``low`` and ``high``, both included.

    Args:
        error: the class of the error to raise.
        name: the option's name, as the error shows it.
        value: what was given.
        low: the least value, or with ``above`` the value that it must exceed.
        high: the greatest value; ``None`` for :data:`MOST`.
        above: whether ``low`` itself is out of range.
        parse: whether a string that spells a number counts as that number, as in flags and ini files.

    Raises:
        HarnessError: of class ``error``, if it is not.

    """
    from_low = f"more than {low:g}" if above else f"{low:g} or more"
    must = (
        f"{name} must be a number, {from_low}" if high is None else f"{name} must be a number from {low:g} to {high:g}"
    )
    given = _parsed(value, float, parse=parse)
    if not isinstance(given, int | float) or math.isnan(given):
        refuse(error, must, value)
    if given < low or (above and given == low):
        refuse(error, must, value, near=None if above else f"{low:g}")
    if given > (MOST if high is None else high):
        refuse(error, must, value, near=None if high is None else f"{high:g}")
    return float(given)


def choice(error: type[HarnessError], name: str, value: object, choices: Collection[str]) -> str:
    """Return ``value`` if it is one of ``choices``.

    Raises:
        HarnessError: of class ``error``, if it is not.

    """
    if isinstance(value, str) and value in choices:
        return value
    near = nearest(value, choices, cutoff=0.4)
    refuse(error, f"{name} must be one of {', '.join(map(repr, choices))}", value, near=near and repr(near))


def texts(error: type[HarnessError], name: str, value: object, *, blank: bool = False) -> tuple[str, ...]:
    """Return ``value`` as a tuple of strings.

    Args:
        error: the class of the error to raise.
        name: the option's name, as the error shows it.
        value: any iterable of strings, but not a single string.
        blank: whether a string may be empty or white space.

    Raises:
        HarnessError: of class ``error``, if it is a single string, not a list, or holds anything else.

    """
    if isinstance(value, str):
        refuse(
            error, f"{name} must be a list of strings, not one string", value, near=f"[{shorten(described(value), 60)}]"
        )
    if not isinstance(value, Iterable):
        refuse(error, f"{name} must be a list of strings", value)
    found = tuple(value)
    for index, text in enumerate(found):
        if not isinstance(text, str):
            refuse(error, f"{name}[{index}] must be a string", text)
        if not blank and not text.strip():
            refuse(error, f"{name}[{index}] must not be blank", text)
    return found


def _parsed(value: object, kind: type[int | float], *, parse: bool) -> object:
    """Return the number in a string if strings are parsed, ``None`` for a boolean, and anything else unchanged."""
    if isinstance(value, bool):
        return None
    if not isinstance(value, str) or not parse:
        return value
    try:
        return kind(value)
    except ValueError:
        try:
            return float(value)
        except ValueError:
            return None
