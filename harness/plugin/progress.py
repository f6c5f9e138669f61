"""What is seen while the tests wait for dialogues: a display on a terminal, or a plain line every so often.

It is there only while pytest itself has nothing to say, and pytest's own line is left as it was.
"""

from __future__ import annotations

import concurrent.futures
import os
import sys
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from harness.plugin import xdist
from harness.scrub import scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    import pytest
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from harness.report.progress import Board

T = TypeVar("T")

#: Seconds between two plain lines.
EVERY: Final = 30.0

#: Seconds until the display shows itself, so that it does not flash up for what is done at once, and between two looks.
_PATIENCE: Final = 0.3
_LOOK: Final = 0.2

#: Lines that are kept free of the display, which must not be taller than the terminal.
_FREE: Final = 4


class Display(Protocol):
    """Somebody who waits, and shows what goes on meanwhile."""

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there, or raise its exception."""
        ...


def display(config: pytest.Config, board: Board) -> Display:
    """Return what fits the run: nothing where pytest is told to be quiet and in xdist's workers."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.get_verbosity() < 0 or xdist.is_worker(config):
        return Silent()
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    if reporter.isatty and not os.environ.get("CI") and os.environ.get("TERM") not in ("dumb", "unknown"):
        return OnTerminal(board, reporter, capture, is_verbose=config.get_verbosity() > 0)

    def write(line: str) -> None:
        writer = reporter.config.get_terminal_writer()
        unfinished = getattr(writer, "_current_line", "")  # pytest's own, which goes on as if nothing had come between
        with _uncaptured(capture):
            if unfinished:
                writer.line()
            writer.line(line)
            writer.write(unfinished, flush=True)

    return PlainLines(board, write)


class Silent:
    """Shows nothing."""

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there."""
        return future.result()


def is_ready(future: Future[Any], seconds: float) -> bool:
    """Wait for a future, at most so long, and return whether it is done."""
    return bool(concurrent.futures.wait([future], timeout=seconds).done)


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
        board: Board,
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
        if self._next is None:
            self._next = self._clock() + EVERY
        while not self._is_ready(future, max(0.0, self._next - self._clock())):
            if self._clock() >= self._next:
                self._write(scrub(f"harness: {self._board.summary()}"))
                self._next = self._clock() + EVERY
        return future.result()


class OnTerminal:
    """Shows a display that is drawn anew while somebody waits, and gone afterwards.

    Args:
        board: what knows how far the dialogues are.
        reporter: pytest's, on a terminal.
        capture: pytest's capture manager, or ``None``.
        is_verbose: whether the last line of each dialogue is shown as well.

    """

    def __init__(self, board: Board, reporter: Any, capture: Any, *, is_verbose: bool) -> None:  # noqa: ANN401 -- pytest has no public types for them
        self._board = board
        self._reporter = reporter
        self._capture = capture
        self._is_verbose = is_verbose

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there."""
        if not is_ready(future, _PATIENCE):
            with _uncaptured(self._capture), self._own_lines() as console, self._live(console) as live:
                while not is_ready(future, _LOOK):
                    live.update(self._drawn(console), refresh=True)
        return future.result()

    @contextmanager
    def _own_lines(self) -> Iterator[Console]:
        """Begin a line below pytest's unfinished one, and return to its end afterwards."""
        from rich.console import Console  # noqa: PLC0415 -- only where somebody watches

        writer = self._reporter.config.get_terminal_writer()
        console = Console(file=sys.stdout, force_terminal=True, no_color=not writer.hasmarkup)
        column = writer.width_of_current_line
        if column:
            console.file.write("\n")
        try:
            yield console
        finally:
            if column:
                console.file.write(f"\x1b[A\r\x1b[{column % console.width or console.width}C")
            console.file.flush()

    def _live(self, console: Console) -> Live:
        from rich.live import Live  # noqa: PLC0415 -- as above

        drawn = self._drawn(console)
        return Live(
            drawn, console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )

    def _drawn(self, console: Console) -> Text:
        from rich.text import Text  # noqa: PLC0415 -- as above

        text = Text(scrub(self._board.summary()), style="cyan", overflow="fold")
        if self._is_verbose:
            for line in self._board.last_lines(console.width)[: max(0, console.height - _FREE)]:
                text.append(f"\n{scrub(line)}", style="dim")
        return text


def _uncaptured(capture: Any) -> AbstractContextManager[None]:  # noqa: ANN401 -- as above
    """Let what is written reach the terminal, where pytest captures it."""
    return nullcontext() if capture is None else capture.global_and_fixture_disabled()
