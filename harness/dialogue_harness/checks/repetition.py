"""Self-repetition: a speaker who says again what it has said before."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dialogue_harness.checks.echo import FEWEST, copied, prose
from dialogue_harness.checks.options import Said, count, few, number
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Message

#: With how many of its own latest messages a message is compared for near copies; exact copies are found anywhere.
_LOOKS_BACK: Final = 4

#: Signs that stand in numbers, paths, addresses and identifiers.
_CODED: Final = re.compile(r"[\d_/\\@#]")


@dataclass
class _Past:
    """What a speaker has said: where each text came first, and its latest messages."""

    first: dict[tuple[str, ...], int] = field(default_factory=dict)
    latest: deque[tuple[int, list[str], list[str]]] = field(default_factory=lambda: deque(maxlen=_LOOKS_BACK))


@check
def no_self_repetition(dialogue: Said, *, at_most: int = 1, likeness: float = 0.9) -> Verdict:
    """No speaker says again what it has said, word for word or nearly so.

    Messages of fewer than eight words, and code, are left out. Batch work is not repetition: a text that differs from
    an earlier one in its numbers, identifiers or names is another text.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: how many repeating messages pass.
        likeness: how alike (:func:`dialogue_harness.measures.similarity`) a message and one of its speaker's four
        messages
            before it must be to count as a repetition, from above 0 to 1, which is word for word.

    Returns:
        A verdict whose score is the number of messages that repeat an earlier one of their speaker's.

    """
    count("no_self_repetition", "at_most", at_most)
    number("no_self_repetition", "likeness", likeness, low=0.01, high=1)
    pasts = {side: _Past() for side in SIDES}
    found = [
        Evidence(message.number, again)
        for message in said(dialogue)
        if (again := _again(message, pasts[message.speaker], likeness))
    ]
    return few(
        found,
        at_most=at_most,
        none="no speaker repeats itself",
        some="repeats an earlier one of its speaker's",
        many="repeat earlier ones of their speakers'",
    )


def _again(message: Message, past: _Past, likeness: float) -> str | None:
    """Return what a message repeats, as a clause, and remember the message."""
    text = prose(message)
    names = names_in(message.text)
    first = past.first.setdefault(tuple(text), message.number)
    if first != message.number:
        return f"{message.speaker} repeats its message {first} word for word" if len(text) >= FEWEST else None
    earlier = list(past.latest)
    past.latest.append((message.number, text, names))
    for number_, before, its_names in reversed(earlier):
        if its_names == names and (how := copied(before, text, likeness)):
            return f"{message.speaker} repeats its message {number_} {how}"
    return None


def names_in(text: str) -> list[str]:
    """Return what batch work changes in a text: words capitalised inside a sentence, and those with signs of code."""
    tokens = text.split()
    inside = zip(("", *tokens), tokens, strict=False)
    return [token for before, token in inside if _CODED.search(token) or (_goes_on(before) and token[0].isupper())]


def _goes_on(before: str) -> bool:
    """Return whether a sentence goes on after a token."""
    return bool(before) and (before[-1].isalnum() or before[-1] in ",;:")
