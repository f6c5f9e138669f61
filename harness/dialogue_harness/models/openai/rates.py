"""What a server's headers say about its rate limits."""

from __future__ import annotations

import email.utils
import math
import re
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What is counted, as the names of the headers end: requests, tokens, or what the server does not name.
_COUNTED: Final = ("-requests", "-tokens", "")

#: A duration as servers write it: ``17ms``, ``59.56s``, ``6m0s``, ``1h2m3s``.
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}

#: A bare number above this is a point in time, in seconds since 1970; above a hundred times this, in milliseconds.
_POINT_IN_TIME: Final = 1e9


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds, 0 or more, that a server asks to wait, ``None`` where it does not say.

    Reads ``retry-after-ms`` (milliseconds) and ``Retry-After`` (RFC 9110, section 10.2.3: seconds or a date). A date is
    compared with the response's own ``Date`` where there is one, so that clocks need not agree.
    """
    for name, divisor in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(_header(headers, name)) / divisor
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(seconds, 0.0)
    until = _date(_header(headers, "retry-after"))
    if until is None:
        return None
    return max(until - (_date(headers.get("date")) or time.time()), 0.0)


def hold(headers: Mapping[str, str]) -> float | None:
    """Return the seconds, 0 or more, until a used-up rate limit is renewed, ``None`` where none is used up.

    Reads ``x-ratelimit-remaining-requests`` with ``x-ratelimit-reset-requests``, likewise for ``tokens``, and both
    without a suffix. Of several limits that are used up the last to be renewed counts.
    """
    waits = [_renewed(headers, counted) for counted in _COUNTED]
    return max((wait for wait in waits if wait is not None), default=None)


def _renewed(headers: Mapping[str, str], counted: str) -> float | None:
    if _header(headers, f"x-ratelimit-remaining{counted}").strip() not in {"0", "-1"}:  # LiteLLM counts below 0
        return None
    return _seconds(_header(headers, f"x-ratelimit-reset{counted}").strip())


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header, including one that a LiteLLM proxy passes on under a prefix."""
    return headers.get(name) or headers.get(f"llm_provider-{name}") or ""


def _seconds(text: str) -> float | None:
    if _DURATION.fullmatch(text):
        return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number):
        return None
    if number > _POINT_IN_TIME:
        number = number / (1000 if number > 100 * _POINT_IN_TIME else 1) - time.time()
    return max(number, 0.0)


def _date(text: str | None) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text or "").timestamp()
    except (ValueError, OverflowError):
        return None
