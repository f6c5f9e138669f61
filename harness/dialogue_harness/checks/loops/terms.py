"""What loop detection reads off one text: its terms, cut to their stems, and what wording they hold."""

from __future__ import annotations

import operator
import re
from itertools import pairwise
from typing import Final, NamedTuple

from dialogue_harness._text.words import FUNCTION_WORDS
from dialogue_harness.checks.loops.phrases import COURTESY, PARTING, PARTING_PAIRS, STEM

#: Scripts that put no spaces between words: Thai to Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_ANY: Final = re.compile(rf"[^\W_{_UNSPACED}]+(?:'[^\W_{_UNSPACED}]+)*|[{_UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(rf"[{_UNSPACED}]")

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")

#: Makes a space, in UTF-8, of all that stands between words in ASCII.
_BETWEEN: Final = bytes(code if code > 127 or chr(code).isalnum() or chr(code) == "'" else 32 for code in range(256))

#: Up to this many different signs are taken out of a text one after the other.
_SIGNS: Final = 32

_stem: Final = operator.itemgetter(slice(STEM))

#: How many words at the end of a message say whether it parts.
TAIL: Final = 40

#: A stage direction or a status line, and how long a text of nothing else may be, in characters.
_ASIDE: Final = re.compile(r"\*[^*]+\*|\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】|_[^_]+_|<[^<>]*>|`[^`]*`")
STAGED: Final = 2000


class Terms(NamedTuple):
    """The terms of one text.

    Attributes:
        text: the text without white space at its ends.
        words: its words in order; of scripts without spaces, each pair of neighbouring characters.
        stems: the first letters of each word, as many as :data:`dialogue_harness.checks.loops.phrases.STEM`.
        distinct: the stems, each once.
        content: the stems of words that carry content.
        courtesies: those of its stems that are words of courtesy, in order.
        ids: words that hold a digit: numbers, dates, identifiers, squares of a chessboard.

    """

    text: str
    words: list[str]
    stems: list[str]
    distinct: frozenset[str]
    content: frozenset[str]
    courtesies: list[str]
    ids: frozenset[str]

    def share(self, wording: frozenset[str]) -> float:
        """Return what share of the words is of that wording, 0 to 1, drawn to 0 where there are few words."""
        return sum(map(wording.__contains__, self.courtesies)) / (len(self.stems) + 3)

    @property
    def parting(self) -> float:
        """How much the last :data:`TAIL` words are those of a goodbye, 0 to 1: three such words or more are 1."""
        tail = self.stems[-TAIL:]
        said = PARTING.intersection(tail)
        pairs = PARTING_PAIRS.intersection(pairwise(tail))
        return min(len(said) + len(pairs), 3) / 3

    @property
    def staged(self) -> bool:
        """Whether all that is said stands in brackets or asterisks, as stage directions do."""
        if not self.words or len(self.text) > STAGED or self.text[0].isalnum() or self.text[-1].isalnum():
            return False
        return not any(map(str.isalnum, _ASIDE.sub("", self.text)))


def terms(text: str) -> Terms:
    """Read a text. Takes linear time; any string will do."""
    text = text.strip()
    found = _words(text.casefold().replace("*", ""))  # emphasis inside a word does not make two of it
    stems = list(map(_stem, found))
    distinct = frozenset(stems)
    content = frozenset([stem for word, stem in zip(found, stems, strict=True) if word not in FUNCTION_WORDS])
    polite = distinct & COURTESY
    courtesies = [stem for stem in stems if stem in polite] if polite else []
    return Terms(text, found, stems, distinct, content, courtesies, _ids(found))


def _ids(found: list[str]) -> frozenset[str]:
    if "".join(found).replace("'", "").isalpha():
        return frozenset()
    return frozenset([word for word in found if not word.isalpha() and any(map(str.isdigit, word))])


def _words(text: str) -> list[str]:
    """Return the words of a case-folded text."""
    if text.isascii():
        return _split(text)
    text = text.replace("’", "'")
    beyond = "".join(_BEYOND_ASCII.findall(text))
    signs = [char for char in set(beyond) if not char.isalnum()]
    if len(signs) > _SIGNS or _IS_UNSPACED.search(beyond):
        return _found(text)
    for sign in signs:
        text = text.replace(sign, " ")
    return _split(text)


def _split(text: str) -> list[str]:
    """Return the words of a text whose signs are all ASCII: what :func:`_found` finds, in a third of the time."""
    text = text.encode().translate(_BETWEEN).decode()
    if "'" in text:  # it counts between two letters or digits only
        text = text.replace("''", " ").replace(" '", " ").replace("' ", " ").strip(" '")
    return text.split()


def _found(text: str) -> list[str]:
    """Return the words of any text."""
    runs = _ANY.findall(text)
    if not _IS_UNSPACED.search(text):
        return runs
    return [word for run in runs for word in (_pairs(run) if _IS_UNSPACED.match(run) else (run,))]


def _pairs(run: str) -> list[str]:
    return list(map(operator.add, run, run[1:])) or [run]
