"""What is seen while the tests wait for dialogues: a display on a terminal, or a plain line every so often.

It is there only while pytest itself has nothing to say, and pytest's own line is left as it was.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dialogue_harness.report.waiting import LOOK, PlainLines, Silent, can_draw, is_ready, live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from contextlib import AbstractContextManager

    import pytest
    from rich.console import Console
    from rich.live import Live

    from dialogue_harness.report.waiting import Source

T = TypeVar("T")

#: Seconds until the display shows itself, so that it does not flash up for what is done at once; and until it is back,
#: where it has been gone while pytest had something to say.
_PATIENCE: Final = 0.3
_BACK: Final = 0.05


def display(config: pytest.Config, board: Source) -> OnTerminal | PlainLines | Silent:
    """Return what fits the run: nothing where pytest is told to be quiet."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.get_verbosity() < 0:
        return Silent()
    capture: Any = config.pluginmanager.get_plugin("capturemanager")
    if reporter.isatty and can_draw():
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


class OnTerminal:
    """Shows a display that is drawn anew while somebody waits, and gone afterwards.

    Args:
        board: what knows how far the dialogues are.
        reporter: pytest's, on a terminal.
        capture: pytest's capture manager, or ``None``.
        is_verbose: whether the last line of each dialogue is shown as well.

    """

    def __init__(self, board: Source, reporter: Any, capture: Any, *, is_verbose: bool) -> None:  # noqa: ANN401 -- pytest has no public types for them
        self._board = board
        self._reporter = reporter
        self._capture = capture
        self._is_verbose = is_verbose
        self._patience = _PATIENCE

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there."""
        self.until(partial(is_ready, future))
        return future.result()

    def until(self, is_ready: Callable[[float], bool]) -> None:
        """Wait likewise, for whatever a function waits for: at most so many seconds, returning whether it is there."""
        if not is_ready(self._patience):
            self._patience = _BACK
            with _uncaptured(self._capture), self._own_lines() as console, self._live(console) as shown:
                while not is_ready(LOOK):
                    shown.refresh()

    def _live(self, console: Console) -> Live:
        return live(self._board, console, is_verbose=self._is_verbose)

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


def _uncaptured(capture: Any) -> AbstractContextManager[None]:  # noqa: ANN401 -- as above
    """Let what is written reach the terminal, where pytest captures it."""
    return nullcontext() if capture is None else capture.global_and_fixture_disabled()
