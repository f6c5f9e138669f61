"""The ``openai`` package and the HTTP library under it, which only live runs load: they take half a second."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def http_library() -> ModuleType:
    """Return the HTTP library under the package: ``httpx``, and since version 3 of the package ``httpx2``."""
    import openai  # noqa: PLC0415 -- only live runs load it

    return sys.modules[type(openai.DEFAULT_CONNECTION_LIMITS).__module__.partition(".")[0]]


def request_failures(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return the exceptions by which the package, and the HTTP library under it, say that a request failed."""
    import openai  # noqa: PLC0415 -- only live runs load it

    return openai.APIError, http_library().RequestError, *more
