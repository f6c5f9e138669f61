"""Regular expressions as a rule for messages, so that no text takes more than linear time."""

from __future__ import annotations

import functools
import math
import re
import warnings
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.form.ambiguity import choices, culprit, exponent, is_anchored
from dialogue_harness.checks.form.automaton import Automaton, TooBig
from dialogue_harness.checks.form.options import Note, Rule, refusal
from dialogue_harness.checks.form.syntax import Seq, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Up to so many steps in the worst case `re` is asked, which is fast in all but the worst; an automaton beyond.
_CHEAP: Final = 1e6
#: What no automaton can do is given to `re` up to so many steps in the worst case: a second or so.
_BEARABLE: Final = 1e8
#: Of those, this many two-way choices cost nothing: most of them exclude each other.
_FREE_CHOICES: Final = 12
_WAY_OUT: Final = (
    "leave one way to match each character: a+ for (a+)+, [ab]* for (a|b|ab)*, and between repetitions something that "
    "cannot be part of them, as the comma in (\\w+,)*"
)


class Pattern:
    """A regular expression that is searched for in time linear in the text.

    Args:
        expression: compiled by `re`, without a culprit in the sense of :func:`culprit`.
        tree: the same, as a tree.
        is_known: whether it is known to have no culprit; else an automaton alone may search for it.

    """

    def __init__(self, expression: re.Pattern[str], tree: Seq, *, is_known: bool = True) -> None:
        self.expression = expression
        self._is_known = is_known
        self._power = exponent(tree)
        self._power = max(1, self._power + (self._power > 0 and not is_anchored(tree)))
        self._choices = choices(tree)
        self._tree = tree

    @functools.cached_property
    def automaton(self) -> Automaton | None:
        """The automaton that searches for it, or ``None`` if there can be none."""
        try:
            return Automaton(self._tree)
        except TooBig:
            return None

    def found_in(self, text: str) -> bool:
        """Whether the expression matches anywhere in ``text``; false where there is an :meth:`excuse`."""
        if self._is_known and self._steps(text, 0) <= _CHEAP:
            return self.expression.search(text) is not None
        if self.automaton is not None:
            return self.automaton.found_in(text)
        return self.excuse(text) is None and self.expression.search(text) is not None

    def excuse(self, text: str) -> str | None:
        """Say why the expression cannot be searched for in so long a text; ``None`` if it can."""
        if self._steps(text, _FREE_CHOICES) <= _BEARABLE or self.automaton is not None:
            return None
        shown = shorten(self.expression.pattern, 40)
        return f"has {len(text)} characters, more than can be searched for '{shown}' in good time"

    def _steps(self, text: str, free: int) -> float:
        ways = min(1000.0, max(0.0, self._choices - free))  # 2 ** 1000 is still a float
        return math.pow(2, ways) * math.pow(len(text) or 1, min(self._power, 30))


def pattern_rule(option: str, pattern: object) -> Rule:
    """Return the rule that an expression is found in a message, as by `re.search`.

    Args:
        option: name of the option, for errors.
        pattern: a string, or what `re.compile` made of one.

    Raises:
        CheckError: it does not compile, or may take exponential time.

    """
    wanted = safe_pattern(option, pattern)

    def rule(text: str) -> Iterable[Note]:
        trimmed = text.strip()
        if not wanted.found_in(trimmed):
            why = wanted.excuse(trimmed) or f"does not match '{shorten(wanted.expression.pattern, 60)}'"
            yield Note(why)

    return rule


def safe_pattern(option: str, pattern: object) -> Pattern:
    """Return a pattern that is safe to search for.

    Raises:
        CheckError: it is no regular expression, or may take exponential time.

    """
    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        return _safe(option, pattern.pattern, pattern.flags)
    if isinstance(pattern, str):
        return _safe(option, pattern, 0)
    nearest = repr(pattern.decode("ascii", "replace")) if isinstance(pattern, bytes) else None
    raise refusal(pattern, option, "must be a regular expression: a string or a compiled one", nearest=nearest)


@functools.lru_cache(maxsize=256)
def _safe(option: str, pattern: str, flags: int) -> Pattern:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python may come to read otherwise is still what it reads now
            expression = re.compile(pattern, flags)
            tree = parse(pattern, flags)
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 1}"
        raise refusal(pattern, option, f"does not compile: {error.msg}{place}") from None
    except (RecursionError, OverflowError):
        raise refusal(pattern, option, "is nested too deeply, or repeats too often") from None
    return _examined(option, expression, tree)


def _examined(option: str, expression: re.Pattern[str], tree: Seq) -> Pattern:
    try:
        found = culprit(tree)
    except TooBig:
        unknown = Pattern(expression, tree, is_known=False)
        if unknown.automaton is None:
            why = "is too large to be examined for what takes for ever; take it apart"
            raise refusal(expression.pattern, option, why) from None
        return unknown
    if found is not None:
        why = f"may take for ever: {shorten(found.source, 60)} can match one text in exponentially many ways"
        raise refusal(expression.pattern, option, why, fix=_WAY_OUT)
    return Pattern(expression, tree)
