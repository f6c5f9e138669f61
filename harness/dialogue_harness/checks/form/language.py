"""The rule that a message is written in a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness._text.languages import LANGUAGES, code_of, nearest_code, read_language
from dialogue_harness.checks.form.options import Note, Rule, refusal, several

if TYPE_CHECKING:
    from collections.abc import Iterator

#: So many words without (nearly) any little word of a language are not in it, whatever they are in.
_LONG: Final = 25
_HARDLY: Final = 0.04


def language_rule(option: str, wanted: object) -> Rule:
    """Return the rule that a message is in a language, or in one of several.

    A text that is too short to tell passes, with a remark.

    Args:
        option: name of the option, for errors.
        wanted: ISO 639-1 codes; a region (``pt-BR``) is not told apart.

    Raises:
        CheckError: one of them is unknown.

    """
    codes = [_code(option, code) for code in several(option, wanted, "the code of a language")]
    names = " or ".join(LANGUAGES[code] for code in codes)

    def rule(text: str) -> Iterator[Note]:
        reading = read_language(text)
        if reading.language in codes:
            return
        if reading.language is not None:
            yield Note(f"reads as {LANGUAGES[reading.language]}, not {names}")
        elif reading.words >= _LONG and all(reading.shares.get(code, 0.0) < _HARDLY for code in codes):
            yield Note(f"does not read as {names}: {reading.words} words, hardly a common one among them")
        else:
            yield Note("the language cannot be told", breaks=False)

    return rule


def _code(option: str, given: str) -> str:
    code = code_of(given)
    if code is not None:
        return code
    nearest = nearest_code(given)
    must = "must be the code of a language that can be told: " + ", ".join(LANGUAGES)
    raise refusal(given, option, must, nearest=None if nearest is None else f'"{nearest}"')
