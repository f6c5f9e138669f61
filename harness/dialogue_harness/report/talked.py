"""What became of the samples that `harness talk` ran, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.checks import TerminationLoop
    from dialogue_harness.dialogue import Ending, Usage


class Talked(NamedTuple):
    """One sample.

    Attributes:
        sample: its 1-based number.
        is_complete: whether it has ended.
        was_there: whether an earlier call completed it.
        ending: how it ended, if that is known.
        messages: number of messages.
        usage: tokens of its models; ``None`` if no server counted them.
        loop: the termination loop that it ends in, if it does.
        place: its file; ``None`` if nothing was said.

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
    """Return a table with a line for each sample; without the column of tokens if no server counted any."""
    from tabulate import tabulate  # noqa: PLC0415 -- only several samples have a table

    headers = ["sample", "", "messages", "tokens", "termination loop", "where"]
    aligned = ["right", "left", "right", "right", "left", "left"]
    rows = [_row(one) for one in samples]
    if all(one.usage is None for one in samples):
        for line in (headers, aligned, *rows):
            del line[3]
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=aligned)


def totals(samples: Sequence[Talked]) -> str:
    """Return one line that sums them up."""
    complete = [one for one in samples if one.is_complete]
    loops = sum(one.loop is not None for one in complete)
    parts = [f"{len(complete)} complete"]
    parts += [f"{len(samples) - len(complete)} unfinished"] if len(complete) < len(samples) else []
    parts += [f"{loops or 'none'} in a termination loop"] if complete else []
    return f"{len(samples)} samples: {', '.join(parts)}"


def _row(one: Talked) -> list[str]:
    usage = "–" if one.usage is None else f"{one.usage.input + one.usage.output:,}"
    loop = "–" if not one.is_complete else f"from message {one.loop.onset} ({one.loop.kind})" if one.loop else "none"
    return [str(one.sample), _state(one), str(one.messages), usage, loop, one.place or "–"]


def _state(one: Talked) -> str:
    if one.was_there:
        return "was there"
    if not one.is_complete:
        return "unfinished" if one.messages else "nothing said"
    by = f" of {one.ending.by}" if one.ending and one.ending.by else ""
    return f"{one.ending}{by}"
