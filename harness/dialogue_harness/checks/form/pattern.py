"""Regular expressions as rules for messages and in JSON Schemas, searched for by `regex` with a time limit."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

import regex

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.form.options import Note, Rule, refusal
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds that one search may take. A pattern that needs longer backtracks without end, or nearly.
TIME_LIMIT: Final = 2.0

#: The flags that `re` and `regex` both know, by their bits in `re`, which are not always the same.
_FLAGS: Final = {getattr(re, name): getattr(regex, name) for name in ("A", "I", "M", "S", "X")}

#: What differs between ECMA-262, whose patterns JSON Schemas hold, and `regex`: outside of a class, and inside of one.
_TOKEN: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f]+)\}|c([A-Za-z])|k<|.)|\[\^?\]?|\]|[$.]", re.DOTALL)
_ESCAPES: Final = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\s\ufeff"}
_ECMA: Final = {
    **{rf"\{name}": f"[{members}]" for name, members in _ESCAPES.items()},
    **{rf"\{name.upper()}": f"[^{members}]" for name, members in _ESCAPES.items()},
    r"\b": r"(?a:\b)",
    r"\B": r"(?a:\B)",
    "$": r"\Z",
    ".": r"[^\n\r\u2028\u2029]",
    "[]": "(?!)",
    "[^]": r"[\s\S]",
    r"\k<": r"\g<",
}


def pattern_rule(option: str, pattern: object) -> Rule:
    """Return the rule that an expression is found in a message, as by :func:`re.search`.

    Args:
        option: name of the option, for errors.
        pattern: a string, or what :func:`re.compile` made of one.

    Raises:
        CheckError: it does not compile; or, when the rule is applied, the search takes longer than :data:`TIME_LIMIT`.

    """
    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        source, flags = pattern.pattern, sum(ours for theirs, ours in _FLAGS.items() if pattern.flags & theirs)
    elif isinstance(pattern, str):
        source, flags = pattern, 0
    else:
        nearest = repr(pattern.decode("ascii", "replace")) if isinstance(pattern, bytes) else None
        raise refusal(pattern, option, "must be a regular expression: a string or a compiled one", nearest=nearest)
    expression = _compiled(option, source, source, flags)

    def rule(text: str) -> Iterator[Note]:
        if not found_in(expression, text.strip(), option):
            yield Note(f"does not match '{shorten(source, 60)}'")

    return rule


def found_in(expression: regex.Pattern[str], text: str, option: str) -> bool:
    """Whether an expression matches anywhere in a text.

    Raises:
        CheckError: the search takes longer than :data:`TIME_LIMIT`.

    """
    try:
        return expression.search(text, timeout=TIME_LIMIT) is not None
    except TimeoutError:
        facts = [
            ("pattern", shorten(expression.pattern, 100)),
            ("text", f"{len(text):,} characters"),
        ]
        msg = f"conforms: {option} ran out of time: no answer within {TIME_LIMIT:g} seconds"
        fix = "leave one way to match each character, such as a+ for (a+)+, or [ab]* for (a|b|ab)*"
        raise CheckError(msg, facts=facts, fix=fix) from None


@functools.lru_cache(maxsize=512)
def ecma(option: str, pattern: str) -> regex.Pattern[str]:
    r"""Return a pattern of a JSON Schema, compiled with the meaning that ECMA-262 gives it in Unicode mode.

    There ``\d`` and ``\w`` are ASCII, ``$`` is the very end, and ``\p{L}`` is a letter.

    Raises:
        CheckError: it does not compile.

    """
    in_class = False

    def translated(token: re.Match[str]) -> str:
        nonlocal in_class
        text = token[0]
        if token[1] or token[2]:
            return regex.escape(chr(int(token[1], 16) if token[1] else ord(token[2]) % 32))
        if in_class:
            in_class = text != "]"
            return _ESCAPES.get(text[1:], text) if text.startswith("\\") else text.replace("[", r"\[")
        in_class = text in {"[", "[^"}
        return _ECMA.get(text, text)

    return _compiled(option, pattern, _TOKEN.sub(translated, pattern), 0)


@functools.lru_cache(maxsize=512)
def _compiled(option: str, given: str, source: str, flags: int) -> regex.Pattern[str]:
    try:
        return regex.compile(source, flags | regex.VERSION0)
    except regex.error as error:
        why = re.sub(r"at position (\d+)", lambda place: f"at character {int(place[1]) + 1}", str(error))
        raise refusal(given, option, f"does not compile: {why}") from None
    except (RecursionError, OverflowError, ValueError):
        raise refusal(given, option, "is nested too deeply, or repeats too often") from None
