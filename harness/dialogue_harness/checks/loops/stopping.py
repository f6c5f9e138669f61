"""Stop rules: when a dialogue is ended although turns are left. A scenario carries them as data."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, Protocol

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.checks.loops.detector import LoopWatch
from dialogue_harness.checks.options import count
from dialogue_harness.errors import CheckError
from dialogue_harness.scenario import StopRule

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue_harness.dialogue import Message

#: Idle turns without which there is no loop: people say goodbye in as many.
_LEAST: Final = 3


class StopWatch(Protocol):
    """Follows a dialogue and says when a rule ends it."""

    def feed(self, message: Message) -> str | None:
        """Take in the next message; return, in a few words, why the dialogue ends with it, or ``None``."""
        ...


def termination_loop(*, past: int = 3) -> StopRule:
    """Return the rule that ends a dialogue in a termination loop, as ``Scenario(stop_when=…)`` takes it.

    The loop is found while the dialogue goes on, as :class:`LoopWatch` finds it, and the dialogue ends when the loop
    has ``past`` complete idle turns; some more if it is known only later. What is said after that is not known, so
    ``no_termination_loop`` fails such a dialogue whatever it allows.

    Args:
        past: idle turns from the onset on, at least 3: fewer may be a polite closing.

    Raises:
        CheckError: ``past`` is no such number.

    """
    return StopRule("termination_loop", {"past": count("termination_loop", "past", past, low=_LEAST)})


def stop_watch(rule: StopRule) -> StopWatch:
    """Return what watches a dialogue for a rule.

    Raises:
        CheckError: there is no such rule, or it takes no such options.

    """
    if rule.name not in _WATCHES:
        facts = [("known", ", ".join(_WATCHES))]
        if near := nearest(rule.name, _WATCHES):
            facts.append(("nearest", near))
        msg = f"there is no stop rule '{shorten(rule.name, 60)}'"
        raise CheckError(msg, facts=facts, fix="register one of your own with @dialogue_harness.stop_rule")
    try:
        watch = _WATCHES[rule.name](**rule.options)
        return watch if hasattr(watch, "feed") else _Function(watch)
    except TypeError:
        msg = f"the stop rule {rule.name} takes no such options"
        raise CheckError(msg, facts=[("got", shorten(str(rule)))]) from None


def stop_rule(factory: Callable[..., Any]) -> Callable[..., StopRule]:
    """Register a stop rule of your own under the name of the function or class.

    Args:
        factory: takes the rule's options, JSON values by keyword, and returns what watches one dialogue: an object with
            ``feed(message) -> str | None``, or a function of that kind. What it returns is why the dialogue ends with
            the message, in a few words; ``None`` lets it go on. It sees every message once, in order.

    Returns:
        A function of the options that makes the rule, as ``Scenario(stop_when=…)`` takes it.

    Raises:
        CheckError: the name is that of a built-in rule.

    """
    name = factory.__name__
    if _WATCHES.get(name) is _LoopStop:
        msg = f"there is a built-in stop rule {name!r}"
        raise CheckError(msg, fix="choose another name")
    _WATCHES[name] = factory

    @functools.wraps(factory, updated=())
    def rule(**options: Any) -> StopRule:  # noqa: ANN401 -- any JSON value
        made = StopRule(name, options)
        stop_watch(made)  # an invalid option is an error where the rule is written
        return made

    return rule


class _Function:
    """A function of each message as what watches a dialogue."""

    def __init__(self, function: Callable[[Message], str | None]) -> None:
        self.feed = function


class _LoopStop:
    """Ends a dialogue some idle turns after the onset of a termination loop."""

    def __init__(self, *, past: int) -> None:
        self._past = count("termination_loop", "past", past, low=_LEAST)
        self._watch = LoopWatch(at_least=2 * past)

    def feed(self, message: Message) -> str | None:
        loop = self._watch.feed(message)
        if loop is None or loop.turns < self._past:
            return None
        return f"{loop.turns} idle turns since message {loop.onset} ({loop.kind})"


_WATCHES: Final[dict[str, Callable[..., Any]]] = {"termination_loop": _LoopStop}
