"""What pytest-xdist's controller shows of the dialogues that its workers hold."""

from __future__ import annotations

import contextlib
from queue import Empty
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness.errors import HarnessError
from dialogue_harness.plugin import interrupted
from dialogue_harness.plugin.options import read_options
from dialogue_harness.plugin.progress import OnTerminal, display
from dialogue_harness.plugin.telling import Gathered
from dialogue_harness.report.waiting import LOOK, PlainLines

if TYPE_CHECKING:
    import pytest

#: Seconds that the controller waits for a worker's word without looking up; some systems see no Ctrl-C before that.
_LONGEST: Final = 2.0


class Attentive:
    """The queue from which the controller takes what workers say; while they say nothing, it shows how far they are.

    All of pytest's own lines are written by who takes from this queue, so that the two never mix.

    Args:
        queue: the real one.
        shown: shows how far the dialogues are.
        gathered: knows it.

    """

    def __init__(self, queue: Any, shown: OnTerminal | PlainLines, gathered: Gathered) -> None:  # noqa: ANN401 -- xdist's own
        self._queue = queue
        self._shown = shown
        self._gathered = gathered

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ANN401, FBT001, FBT002 -- as queues do
        """Return what a worker says; see :meth:`queue.Queue.get`. More than the time given may pass.

        Raises:
            Empty: nothing was said.

        """
        if not block or timeout is None:
            return self._queue.get(block, timeout)
        with contextlib.suppress(Empty):
            return self._queue.get(timeout=min(timeout, LOOK))
        said: list[Any] = []

        def is_over(seconds: float) -> bool:
            with contextlib.suppress(Empty):
                said.append(self._queue.get(timeout=min(seconds, _LONGEST)))
            return bool(said) or not self._gathered.is_live

        if self._gathered.is_live:
            self._shown.until(is_over)
        if not said:
            raise Empty
        return said[0]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- as above
        """Do all else as the real one does."""
        return getattr(self._queue, name)


def watch_workers(config: pytest.Config, run_id: str) -> None:
    """Have the controller show how far the workers' dialogues are, where anybody wants to see it."""
    try:
        folder = interrupted.shared(read_options(config), run_id)
    except HarnessError:  # the workers say what is wrong
        return
    gathered = Gathered(folder)
    shown = display(config, gathered)
    controller: Any = config.pluginmanager.get_plugin("dsession")
    queue = getattr(controller, "queue", None)
    if isinstance(shown, OnTerminal | PlainLines) and not isinstance(queue, Attentive | None):
        controller.queue = Attentive(queue, shown, gathered)
