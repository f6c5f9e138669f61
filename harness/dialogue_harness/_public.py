"""Public classes show the module that users import them from, as httpx's do."""

from __future__ import annotations

from contextlib import suppress
from inspect import get_annotations
from typing import TypeVar, get_type_hints

C = TypeVar("C", bound=type)


def public(cls: C, module: str = "dialogue_harness") -> C:
    """Give ``cls`` its public ``__module__``.

    Its annotations are resolved first: msgspec, Hypothesis and :func:`typing.get_type_hints` look names up in there.
    """
    with suppress(NameError):  # of a name that is imported for type checkers only: it could not be looked up before
        hints = get_type_hints(cls, include_extras=True)
        cls.__annotations__ = {name: hints[name] for name in get_annotations(cls)}
    cls.__module__ = module
    return cls
