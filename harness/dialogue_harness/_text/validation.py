"""Numbers, choices and texts that a person gave: checked in one way at every door, with the nearest right value.

Each function takes the error class to raise, so that a scenario, a check, a flag and a command line say the same thing
in the same words: ``<name> must be …``, what they got, and the nearest value that would be right.
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

#: The largest count that an option may have: more than there is of anything, and still exact as a float.
MOST: Final = 10**15

_LONGEST_NAME: Final = 100


def nearest(value: object, choices: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the choice that ``value`` most likely stands for, or ``None``.

    Args:
        value: what was given; only the first 100 characters of a text are read.
        choices: what there is.
        cutoff: how alike they must be, from 0 to 1; see :func:`difflib.get_close_matches`.

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
    """Raise ``error``: what is wrong, what was given, and the nearest right value as a person would type it."""
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
    high: int = MOST,
    parse: bool = False,
) -> int:
    """Return ``value`` if it is a whole number from ``low`` to ``high``; with ``parse``, a numeral counts.

    Raises:
        HarnessError: of the class ``error``: it is not.

    """
    must = f"{name} must be a whole number" + ("" if low is None else f", {low} or more")
    number = _parsed(value, int, parse=parse)
    if not isinstance(number, int):
        rounded = round(number) if isinstance(number, float) and abs(number) < MOST else None
        refuse(error, must, value, near=rounded if rounded is None or low is None else max(rounded, low))
    if low is not None and number < low:
        refuse(error, must, value, near=low)
    if number > high:
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
        name: of the option, as it is shown.
        value: what was given.
        low: the least value, or with ``above`` the value that it must exceed.
        high: the greatest value; ``None`` for any finite one.
        above: whether ``low`` itself is out of range.
        parse: whether a text may be given, as on a command line: what its numeral stands for is the value.

    Raises:
        HarnessError: of the class ``error``: it is not.

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
        HarnessError: of the class ``error``: it is not.

    """
    if isinstance(value, str) and value in choices:
        return value
    near = nearest(value, choices, cutoff=0.4)
    refuse(error, f"{name} must be one of {', '.join(map(repr, choices))}", value, near=near and repr(near))


def texts(error: type[HarnessError], name: str, value: object, *, blank: bool = False) -> tuple[str, ...]:
    """Return ``value`` as a tuple of strings.

    Args:
        error: the class of the error to raise.
        name: of the option, as it is shown.
        value: what was given: any iterable of strings, but for one string.
        blank: whether a string may hold nothing but white space.

    Raises:
        HarnessError: of the class ``error``: it is one string, no list, or holds something else.

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
    """Return what may be a number, or ``None``."""
    if isinstance(value, bool):
        return None
    if not isinstance(value, str) or not parse:
        return value
    for reading in (kind, float):
        try:
            return reading(value)
        except ValueError:
            continue
    return None
