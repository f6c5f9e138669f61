"""What became of several dialogues that were held at once, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.checks import TerminationLoop
    from dialogue_harness.dialogue import Ending, Usage


class Talked(NamedTuple):
    """One of the dialogues.

    Attributes:
        sample: which, from 1.
        is_complete: whether it has ended, and is not broken off.
        was_there: whether an earlier call had completed it.
        ending: how it ended, if that is known.
        messages: how many there are.
        usage: tokens of its models, ``None`` where nobody counted any.
        loop: the termination loop that it ends in, if it does.
        place: where it is kept, ``None`` if nothing was said.

    """

    sample: int
    is_complete: bool
    was_there: bool
    ending: Ending | None
    messages: int
    usage: Usage | None
    loop: TerminationLoop | None
    place: str | None


def table(samples: Sequence[Talked]) -> str:
    """Return a line for each sample; a column that would be empty is left out."""
    from tabulate import tabulate  # noqa: PLC0415 -- only several samples have a table

    counts_tokens = any(one.usage is not None for one in samples)
    headers = ["sample", "", "messages", *(["tokens"] if counts_tokens else []), "termination loop", "where"]
    aligned = ["right", "left", "right", *(["right"] if counts_tokens else []), "left", "left"]
    rows = [_row(one, counts_tokens=counts_tokens) for one in samples]
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=aligned)


def totals(samples: Sequence[Talked]) -> str:
    """Return one line that sums them up."""
    complete = [one for one in samples if one.is_complete]
    loops = sum(one.loop is not None for one in complete)
    parts = [f"{len(complete)} complete"]
    parts += [f"{len(samples) - len(complete)} unfinished"] if len(complete) < len(samples) else []
    parts += [f"{loops} in a termination loop" if loops else "none in a termination loop"] if complete else []
    return f"{len(samples)} samples: {', '.join(parts)}"


def _row(one: Talked, *, counts_tokens: bool) -> list[str]:
    usage = "–" if one.usage is None else f"{one.usage.input + one.usage.output:,}"
    loop = "–" if not one.is_complete else f"from message {one.loop.onset} ({one.loop.kind})" if one.loop else "none"
    tokens = [usage] if counts_tokens else []
    return [str(one.sample), _state(one), str(one.messages), *tokens, loop, one.place or "–"]


def _state(one: Talked) -> str:
    if one.was_there:
        return "was there"
    if not one.is_complete:
        return "unfinished" if one.messages else "nothing said"
    by = f" of {one.ending.by}" if one.ending and one.ending.by else ""
    return f"{one.ending}{by}"
