"""What loop detection reads off one text: its terms, cut to their stems, and what wording they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harness.checks._loop_phrases import COURTESY, PARTING, PARTING_PAIRS, STEM
from harness.words import FUNCTION_WORDS

#: Scripts that put no spaces between words: Thai to Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_PLAIN: Final = re.compile(r"[a-z0-9]+(?:'[a-z0-9]+)*")
_ANY: Final = re.compile(rf"[^\W_{_UNSPACED}]+(?:'[^\W_{_UNSPACED}]+)*|[{_UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(rf"[{_UNSPACED}]")

#: How many words at the end of a message say whether it parts.
TAIL: Final = 40

#: A stage direction or a status line, and how long a text of nothing else may be, in characters.
_ASIDE: Final = re.compile(r"\*[^*]+\*|\([^()]*\)|\[[^\[\]]*\]|（[^（）]*）|【[^【】]*】|_[^_]+_|<[^<>]*>|`[^`]*`")
STAGED: Final = 2000


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one text.

    Attributes:
        text: the text without white space at its ends.
        words: its words in order; of scripts without spaces, each pair of neighbouring characters.
        stems: the first letters of each word, as many as :data:`harness.checks._loop_phrases.STEM`.
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
    def substance(self) -> frozenset[str]:
        """The stems that carry content and are no courtesy."""
        return self.content - COURTESY

    @property
    def staged(self) -> bool:
        """Whether all that is said stands in brackets or asterisks, as stage directions do."""
        return bool(self.words) and len(self.text) <= STAGED and not any(map(str.isalnum, _ASIDE.sub("", self.text)))


def terms(text: str) -> Terms:
    """Read a text. Takes linear time; any string will do."""
    text = text.strip()
    found = _words(text.casefold().replace("*", ""))  # emphasis inside a word does not make two of it
    stems = [word[:STEM] for word in found]
    content = frozenset([word[:STEM] for word in found if word not in FUNCTION_WORDS])
    courtesies = [stem for stem in stems if stem in COURTESY]
    ids = frozenset([word for word in found if not word.isalpha() and any(map(str.isdigit, word))])
    return Terms(text, found, stems, frozenset(stems), content, courtesies, ids)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _PLAIN.findall(text)
    runs = _ANY.findall(text.replace("’", "'"))
    if not _IS_UNSPACED.search(text):
        return runs
    return [word for run in runs for word in (_pairs(run) if _IS_UNSPACED.match(run) else (run,))]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]
