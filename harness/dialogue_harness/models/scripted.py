"""`builtin:scripted`: a speaker whose lines are given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import ModelError, ScriptExhausted
from dialogue_harness.models.protocol import Context, Delta, OnDelta, Reply
from dialogue_harness.scenario import NamedScript

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = re.compile(r"\s*\S+\s*|\s+")


class ScriptedModel:
    """Says the lines of ``Speaker.script``, or what the function given there returns for the context.

    Line *i* belongs to the *i*-th place at which this side speaks, A's opener not counted. A place whose message is
    given by the scenario (a prefix, a given message) uses its line up unsaid, so that a line never moves to another
    place when messages before it are given, resumed or trimmed from the context.
    """

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Say the line of this place; word by word if somebody watches.

        Raises:
            ScriptExhausted: there is no line for this place, or the function is known by name only.
            ModelError: the function returned something other than a string. What it raises itself is passed on.

        """
        text = _said(context)
        recite(text, on_delta)
        return Reply(text, finish_reason="stop", model="builtin:scripted")

    async def aclose(self) -> None:
        """Do nothing: there are no connections."""


def recite(text: str, on_delta: OnDelta | None) -> None:
    """Pass ``text`` to ``on_delta`` word by word, white space included."""
    if on_delta is not None:
        for word in _WORD.findall(text):
            on_delta(Delta(word))


def _said(context: Context) -> str:
    script = context.speaker.script
    if isinstance(script, tuple):
        return _line(script, context)
    if isinstance(script, NamedScript) or not callable(script):
        raise _name_only(context, script)
    return _called(script, context)


def _line(lines: tuple[str, ...], context: Context) -> str:
    place = _place(context)
    if place < len(lines):
        return lines[place]
    msg = f"the script of {context.side} has no line for message {context.number}"
    has = f"{len(lines)} line" + "s" * (len(lines) != 1)
    needed = f"line {place + 1}, since {context.side} speaks at every other message"
    raise ScriptExhausted(
        msg,
        facts=[("model", "builtin:scripted"), ("script", has), ("needed", needed)],
        fix=f"add lines to the script of {context.side}, or ask for fewer turns in the scenario",
    )


def _place(context: Context) -> int:
    """Return how many messages this side has had to say before, its opener not counted.

    An opener is message 1 and A's, so after it A has the odd numbers from 3; without one A has the even numbers.
    The messages of the context are not counted: the opener may be missing from them, and a history may be trimmed.
    """
    is_odd = context.number % 2 == 1
    first = (3 if context.side == "A" else 1) if is_odd else 2
    return max(context.number - first, 0) // 2


def _called(function: Callable[[Context], object], context: Context) -> str:
    text = function(context)
    if isinstance(text, str):
        return text
    msg = f"the script of {context.side} returned no string for message {context.number}"
    got = f"{type(text).__name__}: {shorten(repr(text), 80)}"
    raise ModelError(
        msg,
        facts=[("model", "builtin:scripted"), ("script", _name_of(function)), ("got", got)],
        fix="return a string on every path of the function",
    )


def _name_of(function: Callable[[Context], object]) -> str:
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return shorten(f"{getattr(function, '__module__', '')}:{name}", 80)


def _name_only(context: Context, script: object) -> ScriptExhausted:
    msg = f"the script of {context.side} is a function of which only the name is known"
    return ScriptExhausted(
        msg,
        facts=[
            ("model", "builtin:scripted"),
            ("script", shorten(getattr(script, "name", "none"), 80)),
            ("message", str(context.number)),
        ],
        fix="give the function itself in the spec's scenario: Speaker('builtin:scripted', script=FUNCTION)",
    )
