"""Echo: a speaker who hands the partner's message back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.prose import without_code
from dialogue_harness._text.words import FUNCTION_WORDS, words
from dialogue_harness.checks.options import Said, count, exchanges, few, number
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.measures import similarity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.dialogue import Message

#: Messages of fewer words ("Hello! How can I help you today?") are said back, and said again, out of courtesy.
FEWEST: Final = 8

#: A copy adds at most one content word per this many words: with more, the text was worked on, not copied.
_WORDS_PER_NEW: Final = 100


@check
def no_echo(dialogue: Said, *, at_most: int = 0, likeness: float = 0.85) -> Verdict:
    """No speaker repeats what the partner has just said, word for word or nearly so.

    Left out are messages of fewer than eight words, code, messages with other numbers in them (batch work), and texts
    handed back with a content word changed or added (editing).

    Args:
        dialogue: a dialogue, an excerpt with both speakers, or messages.
        at_most: how many echoes pass.
        likeness: how alike (:func:`dialogue_harness.measures.similarity`) a message and the one before it must be to
        count as
            an echo, from above 0 to 1, which is word for word.

    Returns:
        A verdict whose score is the number of messages that are echoes.

    """
    count("no_echo", "at_most", at_most)
    number("no_echo", "likeness", likeness, low=0.01, high=1)
    found = [
        Evidence(message.number, f"repeats message {before.number} {alike}")
        for before, message in exchanges(said(dialogue))
        if (alike := copied(prose(before), prose(message), likeness))
    ]
    echoes = {"some": "echoes the one before it", "many": "echo the ones before them"}
    return few(found, at_most=at_most, none="no message echoes the one before it", **echoes)


def copied(original: list[str], text: list[str], likeness: float) -> str | None:
    """Return ``word for word`` or ``almost word for word`` if ``text`` is a copy of ``original``; else ``None``.

    Texts of fewer than eight words, with different numbers, or with a new content word are no copies of one another.
    """
    if min(len(text), len(original)) < FEWEST:
        return None
    if text == original:
        return "word for word"
    if figures(text) != figures(original) or similarity(original, text) < likeness:
        return None
    new = Counter(word for word in text if word not in FUNCTION_WORDS) - Counter(
        word for word in original if word not in FUNCTION_WORDS
    )
    return "almost word for word" if new.total() <= len(text) // _WORDS_PER_NEW else None


def prose(message: Message) -> list[str]:
    """Return the words of a message, code left out."""
    return words(without_code(message.text))


def figures(text: Iterable[str]) -> list[str]:
    """Return the words that hold a digit: numbers, dates, identifiers."""
    return [word for word in text if any(map(str.isdigit, word))]
