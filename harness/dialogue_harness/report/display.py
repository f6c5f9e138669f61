"""What somebody sees who waits for dialogues: a display on a terminal, or a plain line now and then in a log."""

from __future__ import annotations

import concurrent.futures
import os
import sys
import time
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    from rich.console import Console, Group

    from dialogue_harness.report.progress import Figures

T = TypeVar("T")

#: Seconds between two plain lines.
EVERY: Final = 30.0

#: Seconds between two updates of a display.
REFRESH: Final = 0.2

#: Seconds until a display appears, so that it does not flash; and until it reappears after something else was printed.
_PATIENCE: Final = 0.3
_BACK: Final = 0.05

#: Columns of the bar, at most.
_BAR: Final = 40

#: Lines of a terminal that last messages leave free: for the bar, the tests' own line, and two more.
_OTHERS: Final = 4


class HasFigures(Protocol):
    """Whatever knows how far the dialogues are, such as :class:`dialogue_harness.report.progress.Board`."""

    def figures(self, *, with_last: bool = False) -> Figures:
        """Return how far they are; ``with_last`` asks for the last message of each running dialogue too."""
        ...


class Silent:
    """Waits and shows nothing; the base of the displays."""

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future once it is there, or raise its exception."""
        self.until(partial(_is_done, future))
        return future.result()

    def until(self, is_over: Callable[[float], bool]) -> None:
        """Wait until ``is_over`` returns true; it waits for at most the number of seconds it is called with."""
        while not is_over(REFRESH):
            pass


class PlainLines(Silent):
    """Writes a line every 30 seconds, for a log.

    Args:
        board: knows how far the dialogues are.
        write: writes a line.
        clock: returns the time in seconds.

    """

    def __init__(
        self, board: HasFigures, write: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._board = board
        self._write = write
        self._clock = clock
        self._next: float | None = None

    def until(self, is_over: Callable[[float], bool]) -> None:
        """See :meth:`Silent.until`."""
        if self._next is None:
            self._next = self._clock() + EVERY
        while not is_over(max(0.0, self._next - self._clock())):
            if self._clock() >= self._next:
                self._write(scrub(f"harness: {self._board.figures().summary()}"))
                self._next = self._clock() + EVERY


class OnTerminal(Silent):
    """Draws a display on a terminal while somebody waits, and erases it afterwards.

    Args:
        board: knows how far the dialogues are.
        console: opens the place to draw on, each time that the display appears.
        is_verbose: whether to show the last message of each running dialogue.

    """

    def __init__(
        self, board: HasFigures, console: Callable[[], AbstractContextManager[Console]], *, is_verbose: bool = False
    ) -> None:
        self._board = board
        self._console = console
        self._is_verbose = is_verbose
        self._patience = _PATIENCE

    def until(self, is_over: Callable[[float], bool]) -> None:
        """See :meth:`Silent.until`."""
        if is_over(self._patience):
            return
        from rich.live import Live  # noqa: PLC0415 -- only where somebody watches

        self._patience = _BACK
        with self._console() as console:
            draw = partial(self._drawn, console)
            with Live(
                get_renderable=draw,
                console=console,
                transient=True,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            ) as shown:
                while not is_over(REFRESH):
                    shown.refresh()

    def _drawn(self, console: Console) -> Group:
        return drawn(self._board.figures(with_last=self._is_verbose), console, is_verbose=self._is_verbose)


def display(
    board: HasFigures,
    *,
    is_terminal: bool,
    console: Callable[[], AbstractContextManager[Console]],
    write: Callable[[str], None],
    is_verbose: bool = False,
) -> PlainLines | OnTerminal:
    """Return a display for a terminal, or plain lines for a log.

    Args:
        board: knows how far the dialogues are.
        is_terminal: whether the output is a terminal; those of CI services that only claim to be one get plain lines.
        console: opens the place to draw on, each time that the display appears.
        write: writes a plain line.
        is_verbose: whether to show the last message of each running dialogue.

    """
    if is_terminal and not os.environ.get("CI") and os.environ.get("TERM") not in ("dumb", "unknown"):
        return OnTerminal(board, console, is_verbose=is_verbose)
    return PlainLines(board, write)


def on_stderr(board: HasFigures, *, is_verbose: bool = False) -> PlainLines | OnTerminal:
    """Return what fits standard error; the arguments are those of :func:`display`."""

    def console() -> AbstractContextManager[Console]:
        from rich.console import Console  # noqa: PLC0415 -- only where somebody watches

        return nullcontext(Console(file=sys.stderr))

    write = partial(print, file=sys.stderr, flush=True)
    return display(board, is_terminal=sys.stderr.isatty(), console=console, write=write, is_verbose=is_verbose)


def in_flight(count: int | None = None) -> str:
    """Return what to say while an interrupted run waits for ``count`` messages; ``None`` if nobody knows how many."""
    what = "messages" if count is None else "the message" if count == 1 else f"{count} messages"
    return f"waiting for {what} in flight, already paid for (Ctrl-C: stop now)"


def drawn(figures: Figures, console: Console, *, is_verbose: bool = False) -> Group:
    """Return how far the dialogues are, as it is drawn: a bar, some lines, and the last messages if ``is_verbose``."""
    from rich.console import Group  # noqa: PLC0415 -- as above
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 -- as above
    from rich.table import Table  # noqa: PLC0415 -- as above
    from rich.text import Text  # noqa: PLC0415 -- as above

    percent, left = 100 * figures.share, figures.left
    text = f"{percent:.0f} %, {left}" if left else f"{percent:.0f} %"
    head = Table.grid(padding=(0, 1))
    bar = ProgressBar(completed=percent, width=max(1, min(_BAR, console.width - len(text) - 2)))
    head.add_row(bar, Text(text, no_wrap=True))
    lines = [Text(scrub(line), no_wrap=True, overflow="ellipsis") for line in figures.lines()]
    if is_verbose:
        room = max(0, console.height - _OTHERS - len(lines))
        last = [scrub(line) for line in figures.last_lines(console.width)]
        if len(last) > room:
            last = [*last[: room - 1], f"… and {len(last) - room + 1} more"][:room]
        lines += [Text(line, style="dim", no_wrap=True) for line in last]
    return Group(head, *lines)


def _is_done(future: Future[Any], seconds: float) -> bool:
    return bool(concurrent.futures.wait([future], timeout=seconds).done)
