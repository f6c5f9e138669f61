"""Progress on pytest's own terminal: shown only while pytest waits, and its own line is left as it was."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from dialogue_harness.plugin._private import unfinished_line
from dialogue_harness.report.display import OnTerminal, PlainLines, Silent
from dialogue_harness.report.display import display as fitting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import pytest
    from rich.console import Console

    from dialogue_harness.report.display import HasFigures


def display(config: pytest.Config, board: HasFigures) -> OnTerminal | PlainLines | Silent:
    """Return the display for a run; with ``-q`` there is none."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.get_verbosity() < 0:
        return Silent()
    writer = config.get_terminal_writer()
    capture: Any = config.pluginmanager.get_plugin("capturemanager")

    def uncaptured() -> AbstractContextManager[None]:
        return nullcontext() if capture is None else capture.global_and_fixture_disabled()

    @contextmanager
    def console() -> Iterator[Console]:
        """Draw below pytest's unfinished line, and return to its end afterwards."""
        from rich.console import Console  # noqa: PLC0415 -- only where somebody watches

        with uncaptured():
            drawn_on = Console(file=sys.stdout, force_terminal=True, no_color=not writer.hasmarkup)
            column = writer.width_of_current_line
            if column:
                drawn_on.file.write("\n")
            try:
                yield drawn_on
            finally:
                if column:
                    drawn_on.file.write(f"\x1b[A\r\x1b[{column % drawn_on.width or drawn_on.width}C")
                drawn_on.file.flush()

    def write(line: str) -> None:
        unfinished = unfinished_line(writer)
        with uncaptured():
            if unfinished:
                writer.line()
            writer.line(line)
            writer.write(unfinished, flush=True)

    is_verbose = config.get_verbosity() > 0
    return fitting(board, is_terminal=reporter.isatty, console=console, write=write, is_verbose=is_verbose)
