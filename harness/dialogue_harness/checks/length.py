"""Length out of hand: messages that grow without limit, or dwindle to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness._text.words import words
from dialogue_harness.checks.options import Said, count, number
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.dialogue import Message

#: Added to both lengths, so that two words after one are no doubling.
_SMOOTHING: Final = 5

#: How many messages at the beginning do not count: greetings are short.
_GREETING: Final = 3


@check
def keeps_length(dialogue: Said, *, at_most: float = 5.0, window: int = 8) -> Verdict:
    """Messages neither grow without limit nor dwindle to nothing.

    The median length of the last messages is compared with that of the first ones; the first three, often greetings,
    are left out. Lengths are in words, five added to each median, so that one-word replies do not decide.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: by which factor the messages may have grown or shrunk, 1 or more.
        window: how many messages at either end are compared. Where they would overlap the check passes.

    Returns:
        A verdict whose score is the factor, 1 or more, by which messages grew or shrank.

    """
    number("keeps_length", "at_most", at_most, low=1)
    count("keeps_length", "window", window, low=1)
    messages = said(dialogue)[_GREETING:]
    if len(messages) < 2 * window:
        few = f"too few messages to judge their length by: {len(messages)} after the greeting, of {2 * window} needed"
        return Verdict("", passed=True, sentence=few, threshold=float(at_most), better="lower")
    before, after = _median(messages[:window]), _median(messages[-window:])
    ratio = (after + _SMOOTHING) / (before + _SMOOTHING)
    change = max(ratio, 1 / ratio)
    evidence = () if change <= at_most else _apart(messages[-window:], grown=ratio > 1, before=before)
    how = "about as long as" if change <= at_most else "far longer than" if ratio > 1 else "far shorter than"
    sentence = f"the last {window} messages are {how} the first: {after:g} words at the median, {before:g} before"
    return Verdict("", change <= at_most, sentence, change, float(at_most), "lower", evidence)


def _apart(messages: Sequence[Message], *, grown: bool, before: float) -> tuple[Evidence, ...]:
    lengths = [(m.number, len(words(m.text))) for m in messages]
    return tuple(Evidence(n, f"{length} words") for n, length in lengths if (length > before) == grown)


def _median(messages: Sequence[Message]) -> float:
    ordered, middle = sorted(len(words(m.text)) for m in messages), len(messages) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
