"""What is different when pytest-xdist runs the tests in several processes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


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


def tell_controller(config: pytest.Config, **told: list[dict[str, Any]]) -> None:
    """Hand what this process did to the controller, if there is one: the records of the dialogues that it ran, say.

    The test that uses a dialogue may run in another process than the one that let the pair talk, and finds it recorded.
    """
    if is_worker(config):
        named = {f"harness_{name}": records for name, records in told.items()}
        config.workeroutput.update(named)  # type: ignore[attr-defined]  # as above
