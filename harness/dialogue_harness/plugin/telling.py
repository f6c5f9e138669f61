"""How far the dialogues of pytest-xdist's workers are: each writes its figures, and the controller reads them all.

They lie in the folder where the processes of a run find each other, one file a worker, and are gone with it at the end.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from dialogue_harness.report.figures import Figures, together
from dialogue_harness.report.waiting import LOOK, Silent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    import pytest

    from dialogue_harness.report.progress import Board

T = TypeVar("T")

#: Name of the folder, below that of the run, with the figures of each worker. No scenario's folder begins with a dot.
_PROGRESS: Final = ".progress"


class Telling(Silent):
    """Shows nothing in a worker, but has a thread tell the controller now and then how far its dialogues are.

    Args:
        board: what knows how far they are.
        folder: where the processes of the run find each other; it need not exist.
        worker: what the worker is called.
        is_verbose: whether the controller shows the last line of each dialogue.

    """

    def __init__(self, board: Board, folder: Path, worker: str, *, is_verbose: bool) -> None:
        self._board = board
        self._path = folder / _PROGRESS / f"{worker}.json"
        self._is_verbose = is_verbose
        self._thread: threading.Thread | None = None
        self._told = b""

    @classmethod
    def of(cls, config: pytest.Config, board: Board, folder: Path) -> Silent:
        """Return what fits a worker: one that tells nobody where pytest is told to be quiet."""
        if config.get_verbosity() < 0:
            return Silent()
        worker = config.workerinput["workerid"]  # type: ignore[attr-defined]  # xdist puts it on its workers
        return cls(board, folder, worker, is_verbose=config.get_verbosity() > 0)

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future when it is there; from the first one on, the controller is told."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._tell_on, name="harness-figures", daemon=True)
            self._thread.start()
        return future.result()

    def tell(self) -> None:
        """Write the figures, if they have changed; where the disk does not take them, nobody sees them."""
        figures = self._board.figures(with_last=self._is_verbose)
        figures.now = 0.0  # the controller has its own, and nothing has changed where only this has
        told = msgspec.json.encode(figures)
        if told != self._told:
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                new = self._path.with_suffix(".new")
                new.write_bytes(told)
                os.replace(new, self._path)  # noqa: PTH105 -- the same, and says which is which
                self._told = told

    def _tell_on(self) -> None:
        while True:
            self.tell()
            time.sleep(LOOK)


class Gathered:
    """How far the dialogues of all workers are.

    Args:
        folder: where the processes of the run find each other; it need not exist.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _PROGRESS

    @property
    def is_live(self) -> bool:
        """Whether any dialogue is waited for."""
        return any(not talk.has_ended for talk in self.figures().talks)

    def figures(self, *, with_last: bool = False) -> Figures:  # noqa: ARG002 -- the workers know whether it is wanted
        """Return how far they are by now."""
        return together(self._parts(), time.monotonic())

    def _parts(self) -> Iterator[Figures]:
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError):  # it is being replaced, where a system minds that
                yield msgspec.json.decode(path.read_bytes(), type=Figures)
