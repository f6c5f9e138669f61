"""Writing for a person: colour where it is wanted, a pager, and nothing that a model said acted upon."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from typing import IO, TYPE_CHECKING, Final, TextIO

from dialogue_harness._text.printable import neutralise

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from rich.console import Console

#: Styles, by what is shown.
SIDE: Final = {"A": "cyan", "B": "magenta"}
GOOD, BAD, IDLE, QUIET, HEAD = "green", "red", "yellow", "dim", "bold"


def console(stream: IO[str], *, shown_on: TextIO | None = None) -> Console:
    """Return a console that writes to a stream, with colours if it is a terminal, as ``NO_COLOR`` and others say.

    It wraps no lines, and takes neither markup nor emoji codes for anything but text.

    Args:
        stream: where it writes.
        shown_on: the terminal on which that is seen in the end, where a pager stands between.

    """
    from rich.console import Console  # noqa: PLC0415 -- takes 50 ms; not every verb writes for a person

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 -- called while BrokenPipeError is handled, which is for the command line to handle

    return Plain(
        file=stream,
        force_terminal=True if shown_on is not None and shown_on.isatty() else None,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
    )


def put(data: bytes) -> None:
    """Write to standard output: the very bytes, but on a terminal, where what could act on it is spelt out."""
    sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.write(neutralise(data.decode("utf-8", "surrogatepass"), keep="\n"))
    elif hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(data)
    else:  # somebody reads what is written as text
        sys.stdout.write(data.decode("utf-8", "surrogatepass"))


@contextlib.contextmanager
def heard() -> Iterator[None]:
    """Let what is printed in the ``with`` block be lost where its reader has gone, as `head` does.

    The work goes on, and the exit code says what it would have said to a patient reader.
    """
    try:
        yield
    except BrokenPipeError:
        hang_up()


def hang_up() -> None:
    """Let whatever is printed from here on be lost; Python would complain when it flushes at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def paged(*, wanted: bool = True) -> Iterator[IO[str]]:
    """Give a stream for standard output: a pager where that is a terminal and there is one, else itself.

    The pager is what ``PAGER`` says, by default ``less`` or ``more``; an empty ``PAGER`` means none.
    """
    command = _pager() if wanted and sys.stdout.isatty() else None
    if command is None:
        yield sys.stdout
        return
    import subprocess  # noqa: PLC0415 -- only a person's terminal needs it

    # As git does: leave at the end of a text that fits the screen, let colours through, keep the text on the screen.
    environment = {"LESS": "FRX", **os.environ}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, encoding="utf-8", errors="replace") as pager:  # noqa: S603 -- the person's own pager
        try:
            with contextlib.suppress(BrokenPipeError), pager.stdin as stream:  # type: ignore[union-attr]  # it is a pipe
                yield stream
        finally:
            _wait(pager)


def _pager() -> list[str] | None:
    if os.environ.get("TERM") == "dumb":
        return None
    told = os.environ.get("PAGER")
    try:
        named = ["less", "more"] if told is None else [told]
        found = (shlex.split(name) for name in named)
        return next((words for words in found if words and shutil.which(words[0])), None)
    except ValueError:  # a quotation mark that is not closed
        return None


def _wait(pager: subprocess.Popen[str]) -> None:
    while True:
        try:
            pager.wait()
        except KeyboardInterrupt:  # a key that the pager has a use for
            continue
        return
