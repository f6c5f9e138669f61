"""The words and sentences of a text in any script, for everything that counts or compares them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    #: Words that carry grammar rather than content. Read when first imported from here.
    FUNCTION_WORDS: Final[frozenset[str]] = frozenset()

#: A run of letters and digits, apostrophes inside it included; scripts that are written without spaces between
#: words (Chinese characters, kana, Thai, Lao, Khmer, Burmese) give one character each.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")

#: Where a sentence ends: its mark with the quotes and brackets that close after it, or an empty line.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s)|[。！？][」』”）]*|\n\s*\n")


@cache
def word_lists() -> dict[str, Any]:
    """Return ``languages.toml``, read once: ``function_words`` and, by language, ``little_words``."""
    import tomllib  # noqa: PLC0415 -- only what reads the lists pays for it

    return tomllib.loads(files(__package__).joinpath("languages.toml").read_text(encoding="utf-8"))


@cache
def _function_words() -> frozenset[str]:
    return frozenset(word_lists()["function_words"].split())


def __getattr__(name: str) -> frozenset[str]:
    if name != "FUNCTION_WORDS":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return _function_words()


def words(text: str) -> list[str]:
    """Return the words of ``text`` in order, case folded, apostrophes straight. Takes linear time."""
    return _WORD.findall(text.casefold().replace("’", "'"))


def content_words(text: str) -> list[str]:
    """Return the words of ``text`` that carry content: :func:`words` without :data:`FUNCTION_WORDS`."""
    ignored = _function_words()
    return [word for word in words(text) if word not in ignored]


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``, stripped, none empty. Takes linear time."""
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(ends))
    return [piece for piece in pieces if piece]


def plural(count: float, noun: str, nouns: str | None = None) -> str:
    """Return a count with its noun: ``1 turn``, ``3 turns``, ``1,200 replies``.

    Args:
        count: how many; from a thousand on, commas separate the groups of digits.
        noun: the singular.
        nouns: the plural, where it is not the singular and an ``s``.

    """
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
