"""What can be counted in a dialogue: plain, deterministic figures with their sources, each in linear time.

Every function takes a dialogue, an excerpt of one (``dialogue.by("B")``, ``dialogue[10:20]``) or any messages. Words
are those of :func:`dialogue_harness._text.words.words`: case folded, one character each in scripts written without
spaces.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeVar

from dialogue_harness._text.printable import described, shorten
from dialogue_harness._text.words import content_words, words
from dialogue_harness.errors import CheckError
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dialogue_harness.dialogue import Message

__all__ = [
    "compression_ratio",
    "distinct_n",
    "divergence",
    "entropy",
    "length_trend",
    "novelty",
    "overlap",
    "rep_n",
    "similarity",
]

#: Up to this many messages, every pair of them is compared for the length trend.
_ALL_PAIRS: Final = 200

T = TypeVar("T")


def novelty(dialogue: Iterable[Message]) -> tuple[float, ...]:
    r"""Return, for each message, the share of its content words that nobody said before in the dialogue.

    ``|C(m) \ C(earlier)| / |C(m)|`` over sets ``C`` of content words. After the "new words" measure of Allan,
    Wade and Bolivar, "Retrieval and novelty detection at the sentence level", SIGIR 2003, as a share.

    Returns:
        One number from 0 (nothing new) to 1 a message; 0 for a message without content words; ``()`` for no messages.

    """
    seen: set[str] = set()
    shares = []
    for message in dialogue:
        content = set(content_words(message.text))
        shares.append(len(content - seen) / len(content) if content else 0.0)
        seen |= content
    return tuple(shares)


def distinct_n(dialogue: Iterable[Message], n: int = 2) -> float:
    """Return the share of different n-grams of words among all of them.

    ``|unique n-grams| / |n-grams|``, n-grams within messages. Distinct-n of Li, Galley, Brockett, Gao and Dolan, "A
    diversity-promoting objective function for neural conversation models", NAACL 2016, who divide by the number of
    words; divided by the number of n-grams it reaches 1. It falls with length: compare stretches of like length.

    Args:
        dialogue: the messages.
        n: words in an n-gram, 1 or more.

    Returns:
        Above 0 (one n-gram over and over) to 1 (none twice); 1 where there is no n-gram.

    Raises:
        CheckError: ``n`` is less than 1 or no whole number.

    """
    grams = Counter(_ngrams(dialogue, n))
    return len(grams) / grams.total() if grams else 1.0


def rep_n(dialogue: Iterable[Message], n: int = 4) -> float:
    """Return the share of repeated n-grams of words.

    ``1 - |unique n-grams| / |n-grams|``, n-grams within messages and the dialogue taken as one sequence: seq-rep-n of
    Welleck, Kulikov, Roller, Dinan, Cho and Weston, "Neural text generation with unlikelihood training", ICLR 2020.

    Args:
        dialogue: the messages.
        n: words in an n-gram, 1 or more.

    Returns:
        0 (no n-gram twice) to below 1; 0 where there is no n-gram.

    Raises:
        CheckError: ``n`` is less than 1 or no whole number.

    """
    return 1.0 - distinct_n(dialogue, n)


def compression_ratio(dialogue: Iterable[Message]) -> float:
    """Return the compressed size of the texts over their size, in bytes of UTF-8.

    DEFLATE (Deutsch, RFC 1951, 1996) through ``zlib`` at level 9, texts joined by newlines. It sees repetition within
    32 kilobytes. As a measure of redundancy: Shaib, Barrow, Sun, Siu, Wallace and Nenkova, "Standardizing the
    measurement of text diversity", 2024 (who give its inverse).

    Returns:
        Near 0 (highly repetitive) to about 0.6 for ordinary prose; above 1 for a few bytes; 1 for no text.

    """
    data = "\n".join(message.text for message in dialogue).encode("utf-8", "surrogatepass")
    return len(zlib.compress(data, 9)) / len(data) if data else 1.0


def entropy(dialogue: Iterable[Message]) -> float:
    """Return the entropy of the distribution of words.

    ``-Σ p(w) log2 p(w)``: Shannon, "A mathematical theory of communication", 1948.

    Returns:
        Bits a word, from 0 (one word only) to the binary logarithm of the number of words; 0 for no words.

    """
    counts = _counts(dialogue)
    total = counts.total()
    return math.fsum(n / total * math.log2(total / n) for n in counts.values())


def divergence(left: Iterable[Message], right: Iterable[Message]) -> float:
    """Return how differently two stretches use words.

    ``H((P + Q) / 2) - (H(P) + H(Q)) / 2`` in bits: the Jensen-Shannon divergence, Lin, "Divergence measures based on
    the Shannon entropy", IEEE Transactions on Information Theory 37, 1991.

    Returns:
        0 (the same words as often) to 1 (no word in common); 0 if both stretches are without words, 1 if one is.

    """
    p, q = _counts(left), _counts(right)
    if not p or not q:
        return float(bool(p) != bool(q))
    all_p, all_q = p.total(), q.total()
    terms: list[float] = []
    for word in p | q:
        a, b = p[word] / all_p, q[word] / all_q
        middle = (a + b) / 2
        terms.extend(share / 2 * math.log2(share / middle) for share in (a, b) if share)
    return min(max(math.fsum(terms), 0.0), 1.0)


def overlap(dialogue: Iterable[Message]) -> float:
    """Return how many of the content words that were said at all both speakers said.

    The number of content words in common over the number of all: Jaccard, "The distribution of the flora in the
    alpine zone", New Phytologist 11, 1912.

    Returns:
        0 (no content word in common) to 1 (all); 0 for no content words.

    """
    said: dict[str, set[str]] = {side: set() for side in SIDES}
    for message in dialogue:
        said[message.speaker].update(content_words(message.text))
    a, b = said.values()
    return len(a & b) / len(a | b) if a or b else 0.0


def length_trend(dialogue: Iterable[Message]) -> float:
    """Return by how many words the messages grow from one to the next.

    The median of the slopes ``(y_j - y_i) / (j - i)`` over all pairs ``i < j`` of messages: Theil, "A rank-invariant
    method of linear and polynomial regression analysis", 1950; Sen, "Estimates of the regression coefficient based on
    Kendall's tau", JASA 63, 1968. Of more than 200 messages Theil's incomplete method is taken, which pairs the i-th
    message of the first half with the i-th of the second and is linear in their number.

    Returns:
        Words a message, negative where messages shrink; 0 for fewer than two messages.

    """
    lengths = [len(words(message.text)) for message in dialogue]
    slopes = sorted((lengths[j] - lengths[i]) / (j - i) for i, j in _pairs(len(lengths)))
    middle = len(slopes) // 2
    if not slopes:
        return 0.0
    return slopes[middle] if len(slopes) % 2 else (slopes[middle - 1] + slopes[middle]) / 2


def similarity(left: Sequence[str], right: Sequence[str]) -> float:
    """Return how alike two lists of words are, order included.

    ``2 |X & Y| / (|X| + |Y|)`` over the multisets of their bigrams, the list's ends marked: Dice, "Measures of the
    amount of ecologic association between species", Ecology 26, 1945.

    Returns:
        0 (no bigram in common) to 1 (the same bigrams); 1 for two empty lists.

    """
    x, y = _bigrams(left), _bigrams(right)
    return 2 * (x & y).total() / (x.total() + y.total())


def _bigrams(texts: Sequence[str]) -> Counter[tuple[str, str]]:
    return Counter(zip(("", *texts), (*texts, ""), strict=True))


def _counts(dialogue: Iterable[Message]) -> Counter[str]:
    return Counter(word for message in dialogue for word in words(message.text))


def _ngrams(dialogue: Iterable[Message], n: int) -> Iterator[tuple[str, ...]]:
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        msg = "n must be a whole number, 1 or more"
        raise CheckError(msg, facts=[("got", shorten(described(n), 80))])
    for message in dialogue:
        said = words(message.text)
        if len(said) >= n:
            yield from zip(*(said[i:] for i in range(n)), strict=False)


def _pairs(n: int) -> Iterable[tuple[int, int]]:
    if n <= _ALL_PAIRS:
        return combinations(range(n), 2)
    half = (n + 1) // 2
    return ((i, i + half) for i in range(n - half))
