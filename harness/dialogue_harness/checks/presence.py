"""Messages that say nothing: single ones, and runs of them."""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING, Final

from dialogue_harness.checks.options import Said, count, few, lasting
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dialogue_harness.dialogue import Message

#: Unicode categories without a visible sign: control and format characters, separators.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})


@check
def no_empty_messages(dialogue: Said, *, at_most: int = 0) -> Verdict:
    """Every message says something.

    A message is empty if it holds nothing that can be seen: no character, or white space, control and format
    characters only (a zero-width space is one).

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: how many empty messages pass.

    Returns:
        A verdict whose score is the number of empty messages.

    """
    count("no_empty_messages", "at_most", at_most)
    found = [Evidence(m.number, _how_empty(m)) for m in said(dialogue) if is_blank(m.text)]
    return few(found, at_most=at_most, none="no message is empty", some="is empty", many="are empty")


@check
def no_empty_run(dialogue: Said, *, at_most: int = 1) -> Verdict:
    """Neither the pair nor one of the speakers falls silent for several messages.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: how many empty messages pass in succession: messages of the dialogue, or of one of its speakers.

    Returns:
        A verdict whose score is the number of messages in the longest run of empty ones.

    """
    count("no_empty_run", "at_most", at_most)
    messages = said(dialogue)
    both = lasting(_empty_runs(messages))
    alone = lasting(run for side in SIDES for run in _empty_runs([m for m in messages if m.speaker == side]))
    longest, who = (alone, alone[0].speaker) if len(alone) > len(both) else (both, "the pair")
    evidence = tuple(Evidence(m.number, _how_empty(m)) for m in longest)
    return Verdict(
        "", len(longest) <= at_most, _silence(longest, who), float(len(longest)), float(at_most), "lower", evidence
    )


def is_blank(text: str) -> bool:
    """Return whether ``text`` holds nothing that can be seen."""
    stripped = text.strip()
    return not stripped or all(unicodedata.category(char) in _INVISIBLE for char in stripped)


def _empty_runs(messages: Sequence[Message]) -> Iterator[list[Message]]:
    for empty, run in groupby(messages, key=lambda m: is_blank(m.text)):
        if empty:
            yield list(run)


def _silence(run: Sequence[Message], who: str) -> str:
    if not run:
        return "no message is empty"
    if len(run) == 1:
        return f"message {run[0].number} is empty, and none next to it"
    return f"{who} says nothing in {len(run)} messages in succession, {run[0].number} to {run[-1].number}"


def _how_empty(message: Message) -> str:
    return f"{message.speaker} says " + (
        "nothing" if not message.text.strip() else "only characters that cannot be seen"
    )
