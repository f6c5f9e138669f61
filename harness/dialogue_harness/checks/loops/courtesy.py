"""How idle a message is by its wording alone: what is left of it once idle formulae are taken away.

The signs of :mod:`dialogue_harness.checks.loops.judge` are relative to how much the messages of a dialogue say at
their best.
Where they are short there is little to fall from, so this judgement takes no account of any norm. Its constants are set
by hand; each says why.
"""

from __future__ import annotations

import operator
import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from dialogue_harness._text.words import FUNCTION_WORDS
from dialogue_harness.checks.loops.phrases import PHRASES, WORDING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dialogue_harness.checks.loops.judge import Signs
    from dialogue_harness.checks.loops.terms import Terms

#: How many messages of formulae make a run: a polite closing has up to six.
SETTLED: Final = 7

#: What a message of formulae adds to the evidence, and how much makes a run: six such messages, since the first of them
#: answers one with content.
FOR: Final = 1.0
ENOUGH: Final = 6.0

#: What a message adds that has a new content word to each of its formulae: it may well be the last one of content.
PART: Final = 0.5

#: How much evidence is kept in a run: content of both speakers ends it within two turns.
KEPT: Final = 4.0

#: What a new content word takes from the evidence, and what a message may take at most; a new number takes as much.
PER_WORD: Final = 0.5
MOST_AGAINST: Final = 2.5

#: A message of formulae may have one new content word, and one more per this many formulae: wishes name what they wish.
FORMULAE_PER_WORD: Final = 3

#: From this likeness to one of the last messages on (Jaccard similarity), one that adds no word is a copy.
COPY: Final = 0.8

#: How many letters of a word count; of a Korean one, whose beginning carries the meaning, how many syllables.
STEM: Final = 6
SYLLABLES: Final = 2

_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_IS_KOREAN: Final = re.compile("[\uac00-\ud7a3]")

#: Scripts whose words hold marks that are no letters: Arabic vowel signs, which may be left out, and those of India.
_IS_MARKED: Final = re.compile("[\u064b-\u065f\u0670\u0900-\u0dff]")
_VOWEL_SIGNS: Final = re.compile("[\u064b-\u065f\u0670]")
_WORD: Final = re.compile("(?:[^\\W_]|[\u0900-\u0963\u0970-\u0dff])+")
_IS_SPECIAL: Final = re.compile(f"[{_UNSPACED}\uac00-\ud7a3\u064b-\u065f\u0670\u0900-\u0dff]")
_RUN: Final = re.compile(f"[{_UNSPACED}]+|[^\\W_{_UNSPACED}]+")

#: Kana and Chinese characters of grammar, which name nothing.
_GRAMMAR: Final = re.compile(
    "[\u3040-\u309f\u30fc的了是在我你您他她它们們这這那和与與也都就不有很吗嗎呢吧啊呀着著之而及或把被给為为對对到能会會要让讓"
    "请請更再还還]+"
)


def _stem(word: str) -> str:
    return word[: SYLLABLES if _IS_KOREAN.match(word) else STEM]


def _phrases(*purposes: str) -> frozenset[str]:
    lists = [by_purpose.get(purpose, "") for by_purpose in PHRASES.values() for purpose in purposes]
    return frozenset(" ".join(lists).split())


def _stems(*purposes: str) -> frozenset[str]:
    lists = [by_purpose.get(purpose, "") for by_purpose in WORDING.values() for purpose in purposes]
    return frozenset(map(_stem, " ".join(lists).casefold().split())) | _phrases(*purposes)


CLOSING: Final = _stems("parting", "praise")
STANDBY: Final = _stems("waiting", "offer")
FORMULAE: Final = CLOSING | STANDBY | _stems("assent")
_SAYS_LITTLE: Final = FORMULAE | _stems("abstract", "light")

_EVERY_PHRASE: Final = _phrases("parting", "waiting", "praise", "assent", "light")


@cache
def _phrase() -> re.Pattern[str]:
    """Return what finds the phrases, the longest first. It is made when it is first needed, for it takes a while."""
    return re.compile("|".join(sorted(_EVERY_PHRASE, key=lambda phrase: (-len(phrase), phrase))))


class Wording(NamedTuple):
    """What a message is made of, by its words alone.

    Attributes:
        formulae: stems of its words of courtesy, of standing by and of assent.
        left: stems of its other words, without those that say little anywhere.
        new: those of them that were not said before in the dialogue.
        evidence: how much speaks for it that nothing but formulae is exchanged; below 0, how much against it.

    """

    formulae: frozenset[str]
    left: frozenset[str]
    new: frozenset[str]
    evidence: float


class Courtesy:
    """Reads the messages of one dialogue in order, each for what it says beyond formulae."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def read(self, terms: Terms, signs: Signs) -> Wording:
        """Return what the next message is made of. Takes time linear in its text."""
        told = _told(terms)
        formulae = told & FORMULAE
        left = told - _SAYS_LITTLE
        new = left - self._seen
        self._seen |= new
        return Wording(formulae, left, new, _evidence(signs, len(formulae), len(left), len(new)))


def _evidence(signs: Signs, formulae: int, left: int, new: int) -> float:
    if signs.ids:
        return -MOST_AGAINST
    beyond = new - formulae // FORMULAE_PER_WORD
    if beyond > 1:
        return -min(MOST_AGAINST, PER_WORD * beyond)
    if signs.wordless or (signs.echo >= COPY and not new):
        return FOR
    if left > formulae or (left and signs.asks):
        return -PER_WORD if new or signs.asks else 0.0
    return (FOR if left + new <= formulae else PART) if formulae else 0.0


class Exchange:
    """The evidence that both speakers exchange nothing but formulae: a cumulative sum that is cut at 0.

    What one message adds counts as far as the last one of the other speaker does, too; what it takes counts half, so
    that one odd message does not end what a hundred made up.

    Attributes:
        sum: how much evidence there is.
        sure: whether there was enough of it, and has been some ever since.

    """

    __slots__ = ("_last", "sum", "sure")

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self.sum = 0.0
        self.sure = False

    def take(self, speaker: str, evidence: float) -> None:
        """Take in the evidence of the speaker's next message."""
        self._last[speaker] = evidence
        counts = min(self._last.values())
        if counts < 0:
            counts = sum(self._last.values()) / len(self._last)
        self.sum = min(KEPT if self.sure else ENOUGH, max(0.0, self.sum + counts))
        self.sure = self.sum >= ENOUGH or (self.sure and self.sum > 0)


def named(terms: Terms, stems: Collection[str]) -> list[str]:
    """Return the words of a text whose stems are among these, each stem once, in order."""
    first: dict[str, str] = {}
    for word, stem in _read(terms):
        if stem in stems:
            first.setdefault(stem, word)
    return list(first.values())


def _told(terms: Terms) -> frozenset[str]:
    """Return the stems of the words that carry content or courtesy."""
    if terms.text.isascii() or not _IS_SPECIAL.search(terms.text):
        return terms.content
    return frozenset([stem for word, stem in _read(terms) if word not in FUNCTION_WORDS])


def _read(terms: Terms) -> Iterable[tuple[str, str]]:
    """Return the words of a text, in any script, each with its stem."""
    text = terms.text
    if text.isascii() or not _IS_SPECIAL.search(text):
        return zip(terms.words, terms.stems, strict=True)
    if _IS_UNSPACED.search(text):
        words = _unspaced(text.casefold())
    elif _IS_MARKED.search(text):
        words = _WORD.findall(_VOWEL_SIGNS.sub("", text.casefold()))
    else:
        words = terms.words
    return [(word, word if word in _EVERY_PHRASE else _stem(word)) for word in words]


def _unspaced(text: str) -> list[str]:
    """Return the known phrases of a text, its other words, and pairs of the characters that stand between."""
    words = _phrase().findall(text)
    for run in _RUN.findall(_GRAMMAR.sub(" ", _phrase().sub(" ", text))):
        words += map(operator.add, run, run[1:]) if _IS_UNSPACED.match(run) else [run]
    return words
