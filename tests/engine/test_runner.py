from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dialogue_harness import Ending, Scenario, Speaker
from dialogue_harness.engine.events import Observer
from dialogue_harness.engine.obtain import Recorder, RecordMode
from dialogue_harness.engine.runner import Runner
from dialogue_harness.errors import RecordingInterrupted, RecordingMissing
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.models.protocol import Context, OnDelta, Reply
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dialogue_harness.errors import ModelError

SCENARIO = Scenario("talk", a=Speaker("some/model"), b=Speaker("some/model"), turns=2)


#: Of which sample 1 is asked for with seed 1, sample 2 with seed 2.
SEEDED = replace(SCENARIO, a=Speaker("some/model", seed=1), b=Speaker("some/model", seed=1))


class Retrying(Observer):
    """Knows when a message is about to be asked for again."""

    def __init__(self) -> None:
        self.is_retrying = threading.Event()

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:
        del scenario, sample, error, wait
        self.is_retrying.set()


def recorder(server: ProtocolServer, folder: Path, observer: Observer | None = None) -> Recorder:
    """Return a recorder of dialogues whose speakers are at the server."""
    return Recorder(Library(folder), "missing", lambda _: OpenAIModel("m", base_url=server.url), observer=observer)


class Gated:
    """A model that answers once its gate is open, and knows how many wait at it."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.gate = threading.Event()
        self.arrived = threading.Semaphore(0)
        self.asked = 0
        self.contexts: list[tuple[int, int]] = []
        if is_open:
            self.gate.set()

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        self.asked += 1
        self.contexts.append((context.number, context.sample))
        self.arrived.release()
        await asyncio.to_thread(self.gate.wait)
        return Reply(f"message {context.number}")

    async def aclose(self) -> None:
        pass


class Stuck:
    """A model that never answers at one message."""

    def __init__(self, at: int) -> None:
        self._at = at
        self.reached = threading.Event()

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        if context.number == self._at:
            self.reached.set()
            await asyncio.Event().wait()
        return Reply(f"message {context.number}")

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


def test_what_is_in_flight_is_finished_and_kept_and_nothing_more_is_asked_for(
    runner: Callable[..., Runner], tmp_path: Path
) -> None:
    model = Gated(is_open=False)
    ours = runner(model)
    ours.prepare((SCENARIO, sample) for sample in (1, 2))
    for _ in range(2):
        model.arrived.acquire()
    told: list[int] = []

    def tell(count: int) -> None:
        told.append(count)
        model.gate.set()

    ours.finish(tell)
    ours.close()

    assert told == [2]
    assert model.asked == 2
    for sample in (1, 2):
        assert load_partial(Library(tmp_path).path(SCENARIO, sample)).dialogue.texts == ("Hello.", "message 2")
    found = sorted((one.sample, one.messages, one.cause) for one in ours.recorder.interrupted)
    assert found == [(1, 2, None), (2, 2, None)]


def test_a_dialogue_whose_last_message_is_in_flight_is_completed(runner: Callable[..., Runner], tmp_path: Path) -> None:
    model = Gated(is_open=False)
    ours = runner(model)
    short = replace(SCENARIO, turns=1, given={2: "given"})
    ours.prepare([(short, 1)])
    model.arrived.acquire()
    ours.finish(lambda _: model.gate.set())
    ours.close()

    assert Library(tmp_path).serve(short, 1).dialogue.ending == Ending("turns")
    assert ours.recorder.interrupted == []


def test_what_waits_to_be_asked_for_again_is_not_waited_for(tmp_path: Path) -> None:
    told = Retrying()
    with ProtocolServer(faults=lambda _: Fault.http(503, retry_after="60")) as server:
        ours = Runner(recorder(server, tmp_path, told))
        ours.prepare([(SCENARIO, 1)])
        told.is_retrying.wait()
        ours.finish(lambda _: None)
        ours.close()

    assert server.calls == 1
    assert len(load_partial(Library(tmp_path).path(SCENARIO, 1)).dialogue) == 1


def test_a_runner_that_has_run_nothing_has_nothing_to_finish(runner: Callable[..., Runner]) -> None:
    told: list[int] = []
    runner(Gated()).finish(told.append)

    assert told == []


def test_dialogues_begin_in_the_order_in_which_they_are_needed(runner: Callable[..., Runner]) -> None:
    model = Gated()
    ours = runner(model, concurrency=2)
    order = [7, 3, 9, 1, 5]
    ours.prepare((SCENARIO, sample) for sample in order)
    for sample in order:
        ours.get(SCENARIO, sample)

    assert [sample for number, sample in model.contexts if number == 2] == order


def test_a_dialogue_that_is_done_is_handed_out_while_others_go_on(tmp_path: Path) -> None:
    with ProtocolServer(latency=lambda request: 60.0 if request.json["seed"] == 2 else 0.0) as server:
        ours = Runner(recorder(server, tmp_path))
        ours.prepare((SEEDED, sample) for sample in (2, 1))

        assert ours.get(SEEDED, 1).dialogue.sample == 1
        ours.close()
    assert load_partial(Library(tmp_path).path(SEEDED, 2)).dialogue.texts == ("Hello.",)


def test_every_dialogue_is_announced_before_any_model_is_there(tmp_path: Path) -> None:
    announced: list[int] = []
    is_there = threading.Event()

    class Noting(Observer):
        def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
            del scenario
            announced.append(sample)

    def opened(_: Speaker) -> Gated:
        is_there.wait()
        return Gated()

    runner = Runner(Recorder(Library(tmp_path), "missing", opened, observer=Noting()))
    try:
        runner.prepare((SCENARIO, sample) for sample in (1, 2, 3))
        assert announced == [1, 2, 3]
    finally:
        is_there.set()
        runner.close()
