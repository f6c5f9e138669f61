"""How long a message may be, and which phrases it must hold or must not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.words import sentences, words
from dialogue_harness.checks.form.options import Note, Rule, refusal, several, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What can be counted, and how. White space at the ends of a message is not part of it.
UNITS: Final[Mapping[str, Callable[[str], int]]] = {
    "words": lambda text: len(words(text)),
    "characters": lambda text: len(text.strip()),
    "sentences": lambda text: len(sentences(text)),
}


def length_rule(prefix: str, unit: str, least: object, most: object) -> Rule:
    """Return the rule that a message has a number of words, characters or sentences.

    Args:
        prefix: where the options stand, for errors, such as ``any_of[1].``; empty at the top.
        unit: one of :data:`UNITS`.
        least: the smallest number that passes, or ``None``.
        most: the largest number that passes, or ``None``.

    Raises:
        CheckError: one is no whole number, or below zero, or the largest is below the smallest.

    """
    low = None if least is None else whole(f"{prefix}min_{unit}", least)
    high = None if most is None else whole(f"{prefix}max_{unit}", most)
    if low is not None and high is not None and high < low:
        raise refusal(high, f"{prefix}max_{unit}", f"must not be below min_{unit}, which is {low}", nearest=str(low))
    count = UNITS[unit]

    def rule(text: str) -> Iterator[Note]:
        number = count(text)
        named = f"{number} {unit if number != 1 else unit[:-1]}"
        if high is not None and number > high:
            yield Note(f"has {named}, more than {high}")
        if low is not None and number < low:
            yield Note(f"has {named}, fewer than {low}")

    return rule


def phrase_rule(option: str, phrases: object, *, wanted: bool) -> Rule:
    """Return the rule that a message holds all of some phrases, or none of them.

    Phrases are found as whole words, whatever the case, the white space between words and the kind of apostrophe.

    Args:
        option: name of the option, for errors.
        phrases: one or several.
        wanted: whether they must be there; they must not otherwise.

    Raises:
        CheckError: none is given, or one is blank or no string.

    """
    known = [(phrase, _searched(phrase)) for phrase in several(option, phrases, "a phrase")]

    def rule(text: str) -> Iterator[Note]:
        plain = _plain(text)
        for phrase, expression in known:
            if (expression.search(plain) is not None) != wanted:
                yield Note(f"{'lacks' if wanted else 'says'} '{shorten(phrase, 60)}'")

    return rule


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


def _searched(phrase: str) -> re.Pattern[str]:
    parts = _plain(phrase).split()
    body = r"\s+".join(map(re.escape, parts))
    before = r"(?<!\w)" if _is_bounded(parts[0][0]) else ""
    after = r"(?!\w)" if _is_bounded(parts[-1][-1]) else ""
    return re.compile(before + body + after)


def _is_bounded(char: str) -> bool:
    """Whether a word that begins or ends with the character ends there only where no letter follows."""
    return (char.isalnum() or char == "_") and len(words(char + char)) < 2
