"""Which messages of a dialogue a check is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialogue_harness.checks.form.options import refusal, whole
from dialogue_harness.checks.verdict import said
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.dialogue import Message


@dataclass(frozen=True)
class Selection:
    """Some messages of those that a check was given.

    Args:
        by: the speaker, ``"A"`` or ``"B"``; ``None`` for both.
        turns: one turn, or the first and the last; ``None`` for all. The opener is in none of them.
        from_turn: the first turn, in place of ``turns``.
        every: every n-th of the messages selected so far; 1 for all.
        last: how many of those, from the end; ``None`` for all.

    Raises:
        CheckError: an option has an invalid value.

    """

    by: Any = None
    turns: Any = None
    from_turn: Any = None
    every: Any = None
    last: Any = None

    def __post_init__(self) -> None:
        """Check every option."""
        if self.by is not None and self.by not in SIDES:
            near = self.by.strip().upper() if isinstance(self.by, str) else None
            raise refusal(self.by, "by", 'must be "A" or "B"', nearest=f'"{near}"' if near in SIDES else None)
        if self.turns is not None and self.from_turn is not None:
            raise refusal(self.turns, "turns", "and from_turn say the same thing; give one of them")
        for name in ("from_turn", "every", "last"):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), low=1)
        if self.turns is not None:
            _turns(self.turns)

    def of(self, what: Dialogue | Message | Iterable[Message]) -> list[Message]:
        """Return the messages selected, in the order of their numbers."""
        without_opener = isinstance(what, Dialogue) and what.scenario.opener is None
        messages = sorted(said(what), key=lambda message: message.number)
        first, last = self._range()
        chosen = [
            message
            for message in messages
            if self.by in {None, message.speaker}
            and first <= (message.number + without_opener) // 2
            and (last is None or (message.number + without_opener) // 2 <= last)
        ]
        if self.every is not None:
            chosen = chosen[self.every - 1 :: self.every]
        return chosen if self.last is None else chosen[-self.last :]

    def __str__(self) -> str:
        """Say in words which messages these are; empty for all."""
        first, last = self._range()
        parts = [
            "" if self.last is None else f"the last {self.last}",
            "" if self.every is None else f"every {self.every}{_ordinal(self.every)}",
            "" if self.by is None else f"by {self.by}",
            "" if first < 1 else f"in turn {first}" if first == last else f"from turn {first}",
            "" if last is None or first == last else f"to turn {last}",
        ]
        return " ".join(part for part in parts if part)

    def _range(self) -> tuple[int, int | None]:
        if self.turns is not None:
            return _turns(self.turns)
        return (0 if self.from_turn is None else self.from_turn), None


def _turns(turns: object) -> tuple[int, int]:
    if isinstance(turns, int) and not isinstance(turns, bool):
        return whole("turns", turns, low=1), turns
    if not isinstance(turns, tuple | list) or len(turns) != 2:
        raise refusal(turns, "turns", "must be one turn, or the first and the last", nearest="(3, 8)")
    first, last = (whole("turns", turn, low=1) for turn in turns)
    if last < first:
        raise refusal(turns, "turns", "must not end before they begin", nearest=f"({last}, {first})")
    return first, last


def _ordinal(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
