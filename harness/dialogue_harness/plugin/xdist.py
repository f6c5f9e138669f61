"""What is different when pytest-xdist runs the tests in several processes."""

from __future__ import annotations

import contextlib
import time
import uuid
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pytest

#: Seconds in which an interrupted worker says that it waits for messages, and between two looks at those that do.
_GRACE: Final = 2.0
_LOOK: Final = 0.1


def is_worker(config: pytest.Config) -> bool:
    """Return whether this process runs tests for a controller."""
    return hasattr(config, "workerinput")


def run_id(config: pytest.Config) -> str:
    """Return what names this run, the same in all its processes and in no other run."""
    if is_worker(config):
        return str(config.workerinput["testrunuid"])  # type: ignore[attr-defined]  # xdist puts it on its workers
    return uuid.uuid4().hex


def processes(config: pytest.Config) -> int:
    """Return how many processes run the tests."""
    return int(config.workerinput["workercount"]) if is_worker(config) else 1  # type: ignore[attr-defined]  # as above


def tell_controller(config: pytest.Config, **told: str | list[dict[str, Any]]) -> None:
    """Hand what this process did to the controller, if there is one: the records of the dialogues that it ran, say.

    The test that uses a dialogue may run in another process than the one that let the pair talk, and finds it recorded.
    """
    if is_worker(config):
        named = {f"harness_{name}": value for name, value in told.items()}
        config.workeroutput.update(named)  # type: ignore[attr-defined]  # as above


def say_it_waits(config: pytest.Config, shared: Path) -> None:
    """Let the controller know that this worker, interrupted, still keeps what is in flight.

    Args:
        config: the worker's.
        shared: folder of the run's processes.

    """
    if is_worker(config):
        with contextlib.suppress(OSError):  # then it is not waited for, as where nothing is in flight
            note = _note(shared, config.workerinput["workerid"])  # type: ignore[attr-defined]  # as above
            note.parent.mkdir(parents=True, exist_ok=True)
            note.touch()


def wait_for_workers(nodes: Iterable[Any], shared: Path, tell: Callable[[], None]) -> None:
    """Wait, in the controller, until the workers have kept what is in flight; otherwise xdist ends them after seconds.

    An interrupt from the keyboard reaches the workers as well. Another one ends the waiting, here as there.

    Args:
        nodes: the workers as xdist knows them.
        shared: folder of the run's processes.
        tell: called first, if there is something to wait for.

    """
    until = time.monotonic() + _GRACE
    told = False
    with contextlib.suppress(KeyboardInterrupt):
        while running := [node for node in nodes if not node.channel.isclosed()]:
            waiting = [node for node in running if _note(shared, node.gateway.id).exists()]
            if not waiting and time.monotonic() > until:
                return
            if waiting and not told:
                tell()
                told = True
            with contextlib.suppress(running[0].channel.TimeoutError, running[0].channel.RemoteError):
                running[0].channel.waitclose(_LOOK)


def _note(shared: Path, worker: str) -> Path:
    return shared / ".waiting" / worker
