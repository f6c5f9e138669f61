"""`builtin:scripted`: a speaker whose lines are known beforehand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import ModelError, ScriptExhausted
from harness.models.protocol import Delta, OnDelta, Reply, View
from harness.printable import shorten
from harness.scenario import NamedScript

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = re.compile(r"\s*\S+\s*|\s+")


class ScriptedModel:
    """Says the lines of ``Speaker.script``, or what the function given there returns for the view.

    Line *i* belongs to the *i*-th place at which this side speaks, A's opener not counted. A place whose message is
    given by the scenario (a prefix, a given message) uses its line up unsaid, so that a line never moves to another
    place when messages before it are given, resumed or trimmed from the view.
    """

    async def reply(self, view: View, *, on_delta: OnDelta | None = None) -> Reply:
        """Say the line of this place; where a person watches, word by word.

        Raises:
            ScriptExhausted: there is no line for this place, or the function is known by name only.
            ModelError: the function returned something other than a string. What it raises itself is let through.

        """
        text = _said(view)
        recite(text, on_delta)
        return Reply(text, finish_reason="stop", model="builtin:scripted")

    async def aclose(self) -> None:
        """Do nothing: there is no connection to let go of."""


def recite(text: str, on_delta: OnDelta | None) -> None:
    """Hand ``text`` over word by word, white space included, so that the pieces joined are the text."""
    if on_delta is not None:
        for word in _WORD.findall(text):
            on_delta(Delta(word))


def _said(view: View) -> str:
    script = view.speaker.script
    if isinstance(script, tuple):
        return _line(script, view)
    if isinstance(script, NamedScript) or not callable(script):
        raise _name_only(view, script)
    return _called(script, view)


def _line(lines: tuple[str, ...], view: View) -> str:
    place = _place(view)
    if place < len(lines):
        return lines[place]
    msg = f"the script of {view.side} has no line for message {view.number}"
    has = f"{len(lines)} line" + "s" * (len(lines) != 1)
    needed = f"line {place + 1}, since {view.side} speaks at every other message"
    raise ScriptExhausted(
        msg,
        facts=[("model", "builtin:scripted"), ("script", has), ("needed", needed)],
        fix=f"add lines to the script of {view.side}, or ask for fewer turns in the scenario",
    )


def _place(view: View) -> int:
    """Return how many messages this side has had to say before, its opener not counted.

    An opener is message 1 and A's, so after it A has the odd numbers from 3; without one A has the even numbers.
    The messages of the view are not counted: the opener may be missing from them, and a history may be trimmed.
    """
    is_odd = view.number % 2 == 1
    first = (3 if view.side == "A" else 1) if is_odd else 2
    return max(view.number - first, 0) // 2


def _called(function: Callable[[View], object], view: View) -> str:
    text = function(view)
    if isinstance(text, str):
        return text
    msg = f"the script of {view.side} returned no string for message {view.number}"
    got = f"{type(text).__name__}: {shorten(repr(text), 80)}"
    raise ModelError(
        msg,
        facts=[("model", "builtin:scripted"), ("script", _name_of(function)), ("got", got)],
        fix="return a string on every path of the function",
    )


def _name_of(function: Callable[[View], object]) -> str:
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return shorten(f"{getattr(function, '__module__', '')}:{name}", 80)


def _name_only(view: View, script: object) -> ScriptExhausted:
    msg = f"the script of {view.side} is a function of which only the name is known"
    return ScriptExhausted(
        msg,
        facts=[
            ("model", "builtin:scripted"),
            ("script", shorten(getattr(script, "name", "none"), 80)),
            ("message", str(view.number)),
        ],
        fix="give the function itself in the spec's scenario: Speaker('builtin:scripted', script=FUNCTION)",
    )
