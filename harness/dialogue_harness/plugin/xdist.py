"""What is different when pytest-xdist runs the tests in several processes.

Its workers leave their figures, and notes that they wait, as files in the folder that the processes of a run share; the
controller reads them, and the folder is removed at the end of the run.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from queue import Empty
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from dialogue_harness.errors import HarnessError
from dialogue_harness.plugin._private import wrap_queue
from dialogue_harness.plugin.interrupted import announce_waiting, shared
from dialogue_harness.plugin.options import read_options
from dialogue_harness.plugin.progress import display
from dialogue_harness.report.display import REFRESH, Silent
from dialogue_harness.report.progress import Figures, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    import pytest

    from dialogue_harness.report.display import HasFigures

T = TypeVar("T")

#: Seconds in which an interrupted worker leaves its note that it waits for messages, and between two looks for it.
_GRACE: Final = 2.0
_LOOK: Final = 0.1

#: Seconds that the controller waits for a report at a time: some systems notice Ctrl-C only in between.
_LONGEST: Final = 2.0

#: Folders below the run's own. No folder of a scenario begins with a dot.
_PROGRESS: Final = ".progress"
_WAITING: Final = ".waiting"


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process runs tests for a controller."""
    return hasattr(config, "workerinput")


def run_id(config: pytest.Config) -> str:
    """Return the id of the run, the same in all its processes."""
    return str(_input(config)["testrunuid"]) if is_worker(config) else uuid.uuid4().hex


def processes(config: pytest.Config) -> int:
    """Return how many processes run the tests."""
    return int(_input(config)["workercount"]) if is_worker(config) else 1


def send_results(config: pytest.Config, run_id: str, sent: Mapping[str, list[dict[str, Any]]]) -> None:
    """Send what a worker did to the controller."""
    config.workeroutput["harness"] = (run_id, dict(sent))  # type: ignore[attr-defined]  # xdist puts it there


def note_waiting(config: pytest.Config, folder: Path) -> None:
    """Let the controller know that this worker, interrupted, waits for messages in flight; ``folder`` is the run's."""
    if is_worker(config):
        note = folder / _WAITING / str(_input(config)["workerid"])
        with contextlib.suppress(OSError):  # then the controller does not wait
            note.parent.mkdir(parents=True, exist_ok=True)
            note.touch()


def wait_for_workers(nodes: Sequence[Any], config: pytest.Config) -> None:
    """Let interrupted workers keep the messages in flight, where xdist would end them after seconds.

    Ctrl-C reaches the workers as well. A second one ends the waiting, here and there.
    """
    folder = shared(read_options(config), nodes[0].workerinput["testrunuid"])
    until, is_announced = time.monotonic() + _GRACE, False
    with contextlib.suppress(KeyboardInterrupt):
        while running := [node for node in nodes if not node.channel.isclosed()]:
            waits = any((folder / _WAITING / node.gateway.id).exists() for node in running)
            if not waits and time.monotonic() > until:
                return
            if waits and not is_announced:
                announce_waiting(config)
                is_announced = True
            with contextlib.suppress(running[0].channel.TimeoutError, running[0].channel.RemoteError):
                running[0].channel.waitclose(_LOOK)


def watch_workers(config: pytest.Config, run_id: str) -> None:
    """Have the controller show the progress of its workers, unless pytest is to be quiet."""
    try:
        figures = AllFigures(shared(read_options(config), run_id))
    except HarnessError:  # the workers report it
        return
    shown = display(config, figures)
    if type(shown) is not Silent:
        wrap_queue(config, lambda queue: WatchedQueue(queue, shown, figures))


class WorkerFigures(Silent):
    """Shows nothing in a worker, but has a thread write its figures for the controller.

    Args:
        board: knows how far its dialogues are.
        folder: folder of the run; it need not exist.
        worker: name of the worker.
        is_verbose: whether the controller shows the last message of each dialogue.

    """

    def __init__(self, board: HasFigures, folder: Path, worker: str, *, is_verbose: bool) -> None:
        self._board = board
        self._path = folder / _PROGRESS / f"{worker}.json"
        self._is_verbose = is_verbose
        self._thread: threading.Thread | None = None
        self._written = b""

    @classmethod
    def of(cls, config: pytest.Config, board: HasFigures, folder: Path) -> Silent:
        """Return what fits a worker; with ``-q`` it writes nothing."""
        verbosity = config.get_verbosity()
        return Silent() if verbosity < 0 else cls(board, folder, _input(config)["workerid"], is_verbose=verbosity > 0)

    def wait(self, future: Future[T]) -> T:
        """Return the result of a future; the first call starts the thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_writing, name="harness-figures", daemon=True)
            self._thread.start()
        return future.result()

    def write(self) -> None:
        """Write the figures if they have changed; if the disk refuses them, the controller shows older ones."""
        figures = self._board.figures(with_last=self._is_verbose)
        figures.now = 0.0  # the controller has its own, and a change of this alone is none
        data = msgspec.json.encode(figures)
        if data != self._written:
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                new = self._path.with_suffix(".new")
                new.write_bytes(data)
                os.replace(new, self._path)  # noqa: PTH105 -- the same, and says which is which
                self._written = data

    def _keep_writing(self) -> None:
        while True:
            self.write()
            time.sleep(REFRESH)


class AllFigures:
    """The figures of all workers.

    Args:
        folder: folder of the run; it need not exist.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _PROGRESS

    @property
    def is_live(self) -> bool:
        """Whether any dialogue still runs or waits."""
        return any(not one.has_ended for one in self.figures().dialogues)

    def figures(self, *, with_last: bool = False) -> Figures:  # noqa: ARG002 -- the workers know whether it is wanted
        """Return how far they are."""
        return together(self._parts(), time.monotonic())

    def _parts(self) -> Iterator[Figures]:
        for path in sorted(self._folder.glob("*.json")):
            with contextlib.suppress(OSError):  # some systems refuse to read it while it is being replaced
                yield msgspec.json.decode(path.read_bytes(), type=Figures)


class WatchedQueue:
    """The queue from which the controller takes reports; while it is empty, progress is shown.

    Whoever takes from it writes all of pytest's own lines, so that the two never mix.

    Args:
        queue: the queue itself.
        shown: shows the progress.
        figures: whether there is any.

    """

    def __init__(self, queue: Any, shown: Silent, figures: AllFigures) -> None:  # noqa: ANN401 -- xdist's own
        self._queue = queue
        self._shown = shown
        self._figures = figures

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ANN401, FBT001, FBT002 -- as queues do
        """Return the next report; see :meth:`queue.Queue.get`. It may take longer than ``timeout``.

        Raises:
            Empty: there is none.

        """
        if not block or timeout is None:
            return self._queue.get(block, timeout)
        with contextlib.suppress(Empty):
            return self._queue.get(timeout=min(timeout, REFRESH))
        reports: list[Any] = []

        def is_over(seconds: float) -> bool:
            with contextlib.suppress(Empty):
                reports.append(self._queue.get(timeout=min(seconds, _LONGEST)))
            return bool(reports) or not self._figures.is_live

        if self._figures.is_live:
            self._shown.until(is_over)
        if not reports:
            raise Empty
        return reports[0]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Do all else as the queue itself does."""
        return getattr(self._queue, name)


def _input(config: pytest.Config) -> dict[str, Any]:
    found: dict[str, Any] = config.workerinput  # type: ignore[attr-defined]  # xdist puts it on its workers
    return found
