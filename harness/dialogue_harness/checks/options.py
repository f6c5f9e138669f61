"""What most checks share: early validation of options, and verdicts on the messages that were found."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from dialogue_harness._text import validation
from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import MOST, texts, whole_number
from dialogue_harness.checks.verdict import Evidence, Verdict
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import CheckError

__all__ = [
    "MOST",
    "Said",
    "count",
    "dialogue_of",
    "excerpt",
    "exchanges",
    "few",
    "lasting",
    "listed",
    "number",
    "phrases",
]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: What a check can be given.
Said: TypeAlias = Dialogue | Message | Iterable[Message]

#: How many message numbers a sentence lists before it says "and … more".
_LISTED: Final = 6


def count(check: str, name: str, value: object, *, low: int = 0) -> int:
    """Return ``value`` if it is a whole number from ``low`` to :data:`MOST`.

    Raises:
        CheckError: it is not; the error names the check, the option and the nearest valid value.

    """
    return whole_number(CheckError, f"{check}: {name}", value, low=low)


def number(check: str, name: str, value: object, *, low: float = 0.0, high: float | None = None) -> float:
    """Return ``value`` as a float if it is a number from ``low`` to ``high``, both included.

    Raises:
        CheckError: it is not; the error names the check, the option and the nearest valid value.

    """
    return validation.number(CheckError, f"{check}: {name}", value, low=low, high=high)


def phrases(check: str, name: str, value: object) -> tuple[str, ...]:
    """Return ``value`` as a tuple of strings, none of them blank.

    Raises:
        CheckError: it is a single string, not a list, or holds anything else or a blank string.

    """
    return texts(CheckError, f"{check}: {name}", value)


def dialogue_of(check: str, what: object) -> Dialogue:
    """Return ``what`` if it is a dialogue: some checks need to know what was to happen.

    Raises:
        CheckError: it is something else.

    """
    if isinstance(what, Dialogue):
        return what
    msg = f"{check} takes a dialogue, not {type(what).__name__}"
    raise CheckError(msg, fix=f"call it as {check}(dialogue)")


def excerpt(text: str, width: int = 60) -> str:
    """Return the beginning of ``text`` in quotes, on one line, safe to print."""
    return f"'{shorten(text.strip(), width)}'"


def listed(numbers: Sequence[int]) -> str:
    """Return ``message 4``, ``messages 4 and 6`` or ``messages 4, 6, 8, 10, 12, 14 and 20 more``."""
    if len(numbers) == 1:
        return f"message {numbers[0]}"
    shown = [str(n) for n in numbers[:_LISTED]]
    tail = f"{len(numbers) - _LISTED} more" if len(numbers) > _LISTED else shown.pop()
    return f"messages {', '.join(shown)} and {tail}"


def few(found: Sequence[Evidence], *, at_most: int, none: str, some: str, many: str | None = None) -> Verdict:
    """Judge a property that should show in few messages or none.

    Args:
        found: one item for each message that shows it, in order.
        at_most: how many of them pass.
        none: sentence for none found.
        some: what one such message does, such as ``"is empty"``.
        many: what several do, such as ``"are empty"``; by default as ``some``.

    """
    numbers = [item.message for item in found if item.message is not None]
    sentence = none if not found else f"{listed(numbers)} {some if len(numbers) == 1 else many or some}"
    if found and at_most:
        sentence += f" ({at_most} allowed)"
    score = float(len(found))
    return Verdict("", len(found) <= at_most, sentence, score, float(at_most), "lower", tuple(found))


def exchanges(messages: Iterable[Message]) -> Iterator[tuple[Message, Message]]:
    """Yield each message that directly follows one of the other speaker's, after that one."""
    for before, message in pairwise(messages):
        if message.speaker != before.speaker and message.number == before.number + 1:
            yield before, message


def lasting(runs: Iterable[Sequence[Message]]) -> Sequence[Message]:
    """Return the longest of some runs of messages, the first of several; an empty one if there is none."""
    return max(runs, key=len, default=())
