"""What a text is about, as terms: stems of its words, told apart by how much they say about a topic."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from dialogue_harness._text.words import FUNCTION_WORDS, words
from dialogue_harness.checks.topic.plain import PLAIN_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: How many characters of a message are read: a longer one is judged by its beginning.
READ: Final = 50_000

#: Scripts that are written without spaces between words: first and last character, and how many in a row are a term.
_UNSPACED: Final = (
    (0x0E00, 0x0EFF, 4),  # Thai and Lao: letters
    (0x1000, 0x109F, 4),  # Burmese
    (0x1780, 0x17FF, 4),  # Khmer
    (0x3040, 0x30FF, 2),  # kana: syllables
    (0x3400, 0x9FFF, 2),  # Chinese characters
    (0xF900, 0xFAFF, 2),
    (0x20000, 0x3FFFF, 2),
)

#: Where the script of Latin letters ends, and where that of Korean begins and ends.
_LATIN_END: Final = 0x250
_HANGUL: Final = (0xAC00, 0xD7A3)


class Terms(NamedTuple):
    """The distinct terms of one text.

    Attributes:
        telling: what it is about.
        plain: terms that turn up whatever a text is about, numbers among them.
        grammar: its function words.
        scripts: how many of its terms are in each script, by a number that stands for the script. Runs of characters
            overlap: as many of them as a run is long count as one.

    """

    telling: frozenset[str]
    plain: frozenset[str]
    grammar: frozenset[str]
    scripts: tuple[tuple[int, int], ...]


def terms(text: str) -> Terms:
    """Return the terms of the first :data:`READ` characters of ``text``."""
    said = words(text[:READ])
    found = {term for term, _ in _units(said)}
    plain = {term for term in found if term in _PLAIN or term[0].isdecimal()}
    sizes: Counter[int] = Counter()
    for (script, run), number in Counter((_script(term[0]), _piece(term[0]) or 1) for term in found).items():
        sizes[script] += -(-number // run)
    return Terms(
        frozenset(found - plain), frozenset(plain), FUNCTION_WORDS.intersection(said), tuple(sorted(sizes.items()))
    )


def spellings(texts: Iterable[str]) -> dict[str, str]:
    """Return how each term was first written in ``texts``."""
    found: dict[str, str] = {}
    for text in texts:
        for term, word in _units(words(text[:READ])):
            found.setdefault(term, word)
    return found


def stem(word: str) -> str:
    """Return ``word`` without the endings of English plurals, past tenses, -ing and -ly.

    The stem need not be a word: it only has to be the same for the forms of one.
    """
    word = _singular(word.removesuffix("'s"))
    for ending, shortest in (("ing", 6), ("ed", 5), ("ly", 6)):
        if len(word) >= shortest and word.endswith(ending):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    word = word[:-1] if len(word) > 3 and word[-1] == "e" else word
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word[-1] == "s" and not word.endswith(("ss", "us", "is")) else word


#: With the pieces of contractions, which a transcript may hold without their apostrophes.
_PLAIN: Final = frozenset(map(stem, PLAIN_WORDS)) | {
    stem(piece) for word in FUNCTION_WORDS for piece in (*word.split("'"), word.replace("'", ""))
}


def _units(said: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each term of a text and how it was written: stems, and runs of characters of scripts without spaces."""
    run = ""
    size = 0
    for word in said:
        before, size = size, 0 if word in FUNCTION_WORDS else _piece(word)
        if size:
            run = (run + word)[-size:] if size == before else word
            if len(run) == size:
                yield run, run
        elif word not in FUNCTION_WORDS and (len(word) > 1 or not word.isascii()):
            yield stem(word), word


def _piece(word: str) -> int:
    """Return how many characters of this one's script make a term, or 0 where spaces tell words apart."""
    if len(word) != 1 or word.isascii():
        return 0
    code = ord(word)
    return next((size for first, last, size in _UNSPACED if first <= code <= last), 0)


def _script(letter: str) -> int:
    """Return a number that letters of one script share, but for Chinese characters and kana, which share theirs."""
    code = ord(letter)
    if code < _LATIN_END:
        return 0
    if _HANGUL[0] <= code <= _HANGUL[1]:
        return _HANGUL[0]
    return _UNSPACED[4][0] if _piece(letter) == 2 else code >> 8
