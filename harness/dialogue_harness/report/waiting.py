"""What a person sees who waits for dialogues: a display on a terminal, or a plain line every so often in a log."""

from __future__ import annotations

import concurrent.futures
import os
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from rich.console import Console, Group
    from rich.live import Live

    from dialogue_harness.report.figures import Figures

T = TypeVar("T")

#: Seconds between two plain lines.
EVERY: Final = 30.0

#: Seconds between two looks at what a display shows.
LOOK: Final = 0.2

#: Columns of the bar, at most.
_BAR: Final = 40

#: Lines of the terminal that are for neither last lines nor what else is told: the bar, that of who shows it, and two
#: more.
_OTHERS: Final = 4


class Source(Protocol):
    """What knows how far the dialogues are."""

    def figures(self, *, with_last: bool = False) -> Figures:
        """Return how far they are by now, if asked for with what was said last."""
        ...


class Display(Protocol):
    """Somebody who waits, and shows what goes on meanwhile."""

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there, or raise its exception."""
        ...


class Silent:
    """Shows nothing."""

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there."""
        return future.result()


def is_ready(future: Future[Any], seconds: float) -> bool:
    """Wait for a future, at most so long, and return whether it is done."""
    return bool(concurrent.futures.wait([future], timeout=seconds).done)


def can_draw(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a terminal can be drawn upon: a log that calls itself one, as some in CI do, cannot."""
    return not environment.get("CI") and environment.get("TERM") not in ("dumb", "unknown")


class PlainLines:
    """Writes a line every so often, for a log.

    Args:
        board: what knows how far the dialogues are.
        write: takes a line.
        clock: returns the time in seconds.
        is_ready: waits for a future, at most so many seconds, and returns whether it is done.

    """

    def __init__(
        self,
        board: Source,
        write: Callable[[str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        is_ready: Callable[[Future[Any], float], bool] = is_ready,
    ) -> None:
        self._board = board
        self._write = write
        self._clock = clock
        self._is_ready = is_ready
        self._next: float | None = None

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there, writing a line whenever one is due."""
        self.until(partial(self._is_ready, future))
        return future.result()

    def until(self, is_ready: Callable[[float], bool]) -> None:
        """Wait likewise, for whatever a function waits for: at most so many seconds, returning whether it is there."""
        if self._next is None:
            self._next = self._clock() + EVERY
        while not is_ready(max(0.0, self._next - self._clock())):
            if self._clock() >= self._next:
                self._write(scrub(f"harness: {self._board.figures().summary()}"))
                self._next = self._clock() + EVERY


def live(board: Source, console: Console, *, is_verbose: bool = False) -> Live:
    """Return a display that is drawn when it is told to, and gone in the end.

    Args:
        board: what knows how far the dialogues are.
        console: the terminal.
        is_verbose: whether the last line of each dialogue is shown as well.

    """
    from rich.live import Live  # noqa: PLC0415 -- only where somebody watches

    return Live(
        get_renderable=lambda: drawn(board.figures(with_last=is_verbose), console, is_verbose=is_verbose),
        console=console,
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
        vertical_overflow="crop",
    )


def drawn(figures: Figures, console: Console, *, is_verbose: bool = False) -> Group:
    """Return how far the dialogues are: a bar, a line or two more, and what was said last where that is wanted."""
    from rich.console import Group  # noqa: PLC0415 -- as above
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 -- as above
    from rich.table import Table  # noqa: PLC0415 -- as above
    from rich.text import Text  # noqa: PLC0415 -- as above

    share, left = figures.share, figures.left
    head = Table.grid(padding=(0, 1))
    told = ", ".join([f"{100 * share:.0f} %", *([left] if left else [])])
    bar = ProgressBar(completed=100 * share, width=max(1, min(_BAR, console.width - len(told) - 2)))
    head.add_row(bar, Text(told, no_wrap=True))
    lines = [Text(scrub(line), no_wrap=True, overflow="ellipsis") for line in figures.lines()]
    if is_verbose:
        room = max(0, console.height - _OTHERS - len(lines))
        lines += [Text(line, style="dim", no_wrap=True) for line in _last(figures, console.width, room)]
    return Group(head, *lines)


def _last(figures: Figures, width: int, room: int) -> list[str]:
    lines = [scrub(line) for line in figures.last_lines(width)]
    return lines if len(lines) <= room else [*lines[: room - 1], f"… and {len(lines) - room + 1} more"][:room]
