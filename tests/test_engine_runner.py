from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from harness import Scenario, Speaker
from harness.engine.recorder import Recorder, RecordMode
from harness.engine.runner import Runner
from harness.errors import RecordingInterrupted, RecordingMissing
from harness.library import Library
from harness.models.protocol import OnDelta, Reply, View
from harness.recording import load_partial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCENARIO = Scenario("talk", a=Speaker("some/model"), b=Speaker("some/model"), turns=2)


class Gated:
    """A model that answers once its gate is open, and knows how many wait at it."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.gate = threading.Event()
        self.asked = 0
        if is_open:
            self.gate.set()

    async def reply(self, view: View, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        self.asked += 1
        await asyncio.to_thread(self.gate.wait)
        return Reply(f"message {view.number}")

    async def aclose(self) -> None:
        pass


class Stuck:
    """A model that never answers at one message."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.reached = threading.Event()

    async def reply(self, view: View, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        if view.number == self._at:
            self.reached.set()
            await asyncio.Event().wait()
        return Reply(f"message {view.number}")

    async def aclose(self) -> None:
        pass


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    made: list[Runner] = []

    def make(model: Gated, mode: RecordMode = "missing", concurrency: int = 100) -> Runner:
        made.append(Runner(Recorder(Library(tmp_path), mode, lambda _: model), concurrency=concurrency))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_dialogue_is_run_once_however_often_it_is_asked_for(runner: Callable[..., Runner]) -> None:
    model = Gated()
    ours = runner(model)

    assert ours.get(SCENARIO, 1) is ours.get(SCENARIO, 1)
    assert model.asked == 4


def test_prepared_dialogues_run_together_and_nothing_waits_for_them(runner: Callable[..., Runner]) -> None:
    model = Gated(is_open=False)
    ours = runner(model)
    ours.prepare((SCENARIO, sample) for sample in (1, 2, 3))
    model.gate.set()

    assert [ours.get(SCENARIO, sample).dialogue.sample for sample in (3, 2, 1)] == [3, 2, 1]
    assert model.asked == 12


def test_no_more_dialogues_are_held_at_once_than_allowed(runner: Callable[..., Runner]) -> None:
    model = Gated()
    ours = runner(model, concurrency=1)
    ours.prepare((SCENARIO, sample) for sample in (1, 2))
    second = ours.get(SCENARIO, 2)

    assert second.dialogue.sample == 2
    assert ours.get(SCENARIO, 1).source == "recorded"


def test_replaying_starts_no_thread(runner: Callable[..., Runner]) -> None:
    runner(Gated()).get(SCENARIO, 1)
    before = threading.active_count()
    replaying = runner(Gated(), mode="none")
    replaying.prepare([(SCENARIO, 1)])

    assert replaying.get(SCENARIO, 1).source == "replayed"
    assert threading.active_count() == before


def test_what_the_mode_does_not_allow_is_raised_where_it_is_asked_for(runner: Callable[..., Runner]) -> None:
    ours = runner(Gated(), mode="none")
    ours.prepare([(SCENARIO, 1)])

    with pytest.raises(RecordingMissing):
        ours.get(SCENARIO, 1)


def test_closing_ends_what_runs_and_keeps_what_was_said(tmp_path: Path) -> None:
    model = Stuck(at=4)
    ours = Runner(Recorder(Library(tmp_path), "missing", lambda _: model))
    ours.prepare([(SCENARIO, 1)])
    model.reached.wait()
    ours.close()

    with pytest.raises(RecordingInterrupted):
        Library(tmp_path).serve(SCENARIO, 1)
    assert load_partial(Library(tmp_path).path(SCENARIO, 1)).dialogue.texts == ("Hello.", "message 2", "message 3")


def test_closing_twice_is_closing_once(runner: Callable[..., Runner]) -> None:
    ours = runner(Gated())
    ours.get(SCENARIO, 1)
    ours.close()
    ours.close()

    assert not any(thread.name == "harness-dialogues" for thread in threading.enumerate())


def test_a_pair_that_needs_no_server_talks_in_memory(runner: Callable[..., Runner], tmp_path: Path) -> None:
    obtained = runner(Gated(), mode="none").compute(SCENARIO, 1)

    assert (obtained.source, len(obtained.dialogue)) == ("computed", 5)
    assert list(tmp_path.iterdir()) == []
