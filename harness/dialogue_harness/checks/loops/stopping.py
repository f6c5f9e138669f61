"""Stop rules: when a dialogue is ended although turns are left. A scenario carries them as data."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final, Protocol

from dialogue_harness._text.printable import shorten
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
        near = difflib.get_close_matches(rule.name[:100], _WATCHES, n=1)
        facts = [("known", ", ".join(_WATCHES)), *(("nearest", name) for name in near)]
        msg = f"there is no stop rule '{shorten(rule.name, 60)}'"
        raise CheckError(msg, facts=facts)
    try:
        return _WATCHES[rule.name](**rule.options)
    except TypeError:
        msg = f"the stop rule {rule.name} takes no such options"
        raise CheckError(msg, facts=[("got", shorten(str(rule)))]) from None


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


_WATCHES: Final[dict[str, Callable[..., StopWatch]]] = {"termination_loop": _LoopStop}
