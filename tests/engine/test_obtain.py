# ruff: noqa: ARG002 -- an observer need not look at all that it is told
from __future__ import annotations

import asyncio
import os
import shlex
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dialogue_harness import Ending, Scenario, Speaker, read_recording
from dialogue_harness.engine.events import Observer
from dialogue_harness.engine.obtain import RECORD_MODES, Interrupted, Obtained, Recorder, RecordMode
from dialogue_harness.engine.retry import Retry
from dialogue_harness.errors import (
    CheckError,
    KeyRejected,
    RecordingChanged,
    RecordingEdited,
    RecordingError,
    RecordingInterrupted,
    RecordingMissing,
    RecordingTooShort,
    SecretFound,
    ServerBusy,
    UnknownModel,
)
from dialogue_harness.models.protocol import Context, OnDelta, Reply
from dialogue_harness.models.registry import open_model, parse_endpoints
from dialogue_harness.scenario import StopRule
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.library import Library
from dialogue_harness.testing.server import ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dialogue_harness import Message
    from dialogue_harness.errors import HarnessError, ModelError

SCENARIO = Scenario("talk", a=Speaker("some/model"), b=Speaker("some/model"), turns=5)
LONGER = replace(SCENARIO, turns=8)
CHANGED = replace(SCENARIO, a=Speaker("some/model", system="Be brief."))


class Counting:
    """A model that says which message it is asked for, and counts how often; it may fail at one of them."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.fails_at = fails_at
        self.overloaded = False
        self.asked: list[int] = []

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del on_delta
        self.asked.append(context.number)
        if context.number == self.fails_at:
            message = "the server is busy"
            error = ServerBusy(message, facts=[("status", "503")], fix="wait")
            error.overloaded = self.overloaded
            raise error
        await asyncio.sleep(0)
        return Reply(f"sample {context.sample}, message {context.number}", finish_reason="stop")

    async def aclose(self) -> None:
        pass


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "fixtures")


@pytest.fixture
def obtain(library: Library) -> Callable[..., Obtained]:
    def obtain(scenario: Scenario, mode: RecordMode, model: Counting, sample: int = 1, run_id: str = "run") -> Obtained:
        recorder = Recorder(library, mode, lambda _: model, retry=Retry(attempts=1), run_id=run_id)
        return asyncio.run(recorder.obtain(scenario, sample))

    return obtain


def test_mode_none_never_asks_a_model(obtain: Callable[..., Obtained]) -> None:
    model = Counting()

    with pytest.raises(RecordingMissing):
        obtain(SCENARIO, "none", model)
    assert model.asked == []


@pytest.mark.parametrize("mode", ["missing", "changed", "extend", "all"])
def test_every_other_mode_records_what_is_missing(obtain: Callable[..., Obtained], mode: RecordMode) -> None:
    obtained = obtain(SCENARIO, mode, Counting())

    assert (obtained.source, obtained.new, len(obtained.dialogue)) == ("recorded", 10, 11)
    assert obtained.path is not None
    assert read_recording(obtained.path) == obtained.dialogue


@pytest.mark.parametrize("mode", ["none", "missing", "changed", "extend"])
def test_a_valid_recording_is_served_without_asking_a_model(obtain: Callable[..., Obtained], mode: RecordMode) -> None:
    recorded = obtain(SCENARIO, "missing", Counting())
    model = Counting()
    obtained = obtain(SCENARIO, mode, model)

    assert (obtained.source, obtained.new, model.asked) == ("replayed", 0, [])
    assert obtained.dialogue == recorded.dialogue


def test_mode_all_records_anew_what_is_valid(obtain: Callable[..., Obtained]) -> None:
    obtain(SCENARIO, "missing", Counting())
    obtained = obtain(SCENARIO, "all", Counting())

    assert (obtained.source, obtained.new) == ("recorded", 10)


def test_mode_all_records_once_in_the_processes_of_one_run(obtain: Callable[..., Obtained]) -> None:
    obtain(SCENARIO, "all", Counting(), run_id="this run")
    again = obtain(SCENARIO, "all", Counting(), run_id="this run")
    later = obtain(SCENARIO, "all", Counting(), run_id="the next run")

    assert (again.source, later.source) == ("replayed", "recorded")


@pytest.mark.parametrize("mode", ["none", "missing"])
def test_turns_that_are_missing_at_the_end_are_not_run_unasked(
    obtain: Callable[..., Obtained], mode: RecordMode
) -> None:
    obtain(SCENARIO, "missing", Counting())

    with pytest.raises(RecordingTooShort):
        obtain(LONGER, mode, Counting())


@pytest.mark.parametrize("mode", ["changed", "extend"])
def test_extending_runs_only_the_turns_that_are_missing(obtain: Callable[..., Obtained], mode: RecordMode) -> None:
    short = obtain(SCENARIO, "missing", Counting())
    model = Counting()
    longer = obtain(LONGER, mode, model)

    assert model.asked == [12, 13, 14, 15, 16, 17]
    assert (longer.source, longer.new, len(longer.dialogue)) == ("extended", 6, 17)
    assert longer.dialogue.messages[:11] == short.dialogue.messages


@pytest.mark.parametrize("mode", ["none", "missing", "extend"])
def test_a_changed_scenario_is_not_recorded_unasked(obtain: Callable[..., Obtained], mode: RecordMode) -> None:
    obtain(SCENARIO, "missing", Counting())

    with pytest.raises(RecordingChanged):
        obtain(CHANGED, mode, Counting())


@pytest.mark.parametrize("mode", ["changed", "all"])
def test_a_changed_scenario_is_recorded_anew_where_that_is_asked(
    obtain: Callable[..., Obtained], mode: RecordMode
) -> None:
    obtain(SCENARIO, "missing", Counting())

    assert obtain(CHANGED, mode, Counting()).new == 10
    assert obtain(CHANGED, "none", Counting()).source == "replayed"


@pytest.mark.parametrize("mode", [mode for mode in RECORD_MODES if mode != "all"])
def test_an_edited_recording_is_replaced_only_where_everything_is(
    obtain: Callable[..., Obtained], mode: RecordMode
) -> None:
    path = obtain(SCENARIO, "missing", Counting()).path
    assert path is not None
    path.write_bytes(path.read_bytes().replace(b"message 4", b"massage 4"))

    with pytest.raises(RecordingEdited):
        obtain(SCENARIO, mode, Counting())
    assert obtain(SCENARIO, "all", Counting()).source == "recorded"


def test_a_model_that_fails_leaves_an_interrupted_recording_and_says_where(
    obtain: Callable[..., Obtained], library: Library
) -> None:
    with pytest.raises(ServerBusy) as caught:
        obtain(SCENARIO, "missing", Counting(fails_at=6))

    path = library.path(SCENARIO, 1)
    assert str(caught.value) == (
        "the server is busy\n"
        "  status: 503\n"
        "  while: speaker B was to say message 6 of scenario 'talk', sample 1\n"
        "  attempts: 1\n"
        f"  kept: 5 messages in {shown(path)}\n"
        "how to fix: wait"
    )
    assert path.read_bytes().count(b"\n") == 1 + 5


@pytest.mark.parametrize("mode", ["missing", "changed", "extend"])
def test_an_interrupted_recording_is_continued_from_where_it_broke_off(
    obtain: Callable[..., Obtained], mode: RecordMode
) -> None:
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "missing", Counting(fails_at=6))
    model = Counting()
    obtained = obtain(SCENARIO, mode, model)

    assert model.asked == [6, 7, 8, 9, 10, 11]
    assert (obtained.source, obtained.new) == ("continued", 6)
    assert obtained.dialogue.ending == Ending("turns")
    assert obtained.dialogue.texts[1:] == tuple(f"sample 1, message {n}" for n in range(2, 12))


def test_an_interrupted_recording_is_an_error_in_mode_none(obtain: Callable[..., Obtained]) -> None:
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "missing", Counting(fails_at=6))

    with pytest.raises(RecordingInterrupted):
        obtain(SCENARIO, "none", Counting())


def test_a_valid_recording_outlives_a_new_one_that_fails(obtain: Callable[..., Obtained]) -> None:
    before = obtain(SCENARIO, "missing", Counting())
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "all", Counting(fails_at=6))

    assert obtain(SCENARIO, "none", Counting()).dialogue == before.dialogue


def test_samples_are_recorded_apart(obtain: Callable[..., Obtained]) -> None:
    first = obtain(SCENARIO, "missing", Counting(), sample=1)
    second = obtain(SCENARIO, "missing", Counting(), sample=2)

    assert first.dialogue[2].text == "sample 1, message 2"
    assert second.dialogue[2].text == "sample 2, message 2"
    assert first.path != second.path


def test_two_that_record_the_same_dialogue_run_it_once(library: Library) -> None:
    model = Counting()
    recorders = [Recorder(library, "missing", lambda _: model) for _ in range(2)]

    async def both() -> list[Obtained]:
        return list(await asyncio.gather(*(recorder.obtain(SCENARIO, 1) for recorder in recorders)))

    one, other = asyncio.run(both())
    assert model.asked == list(range(2, 12))
    assert sorted([one.source, other.source]) == ["recorded", "replayed"]
    assert one.dialogue == other.dialogue


def test_a_live_run_says_so(library: Library) -> None:
    recorder = Recorder(library, "missing", lambda _: Counting(), live=True)

    assert asyncio.run(recorder.obtain(SCENARIO, 1)).source == "live"
    assert recorder.serve(SCENARIO, 1).source == "live"


def test_a_pair_that_talks_in_memory_leaves_nothing_behind(library: Library) -> None:
    recorder = Recorder(library, "none", lambda _: Counting())
    obtained = asyncio.run(recorder.compute(SCENARIO, 1))

    assert (obtained.source, obtained.path, len(obtained.dialogue)) == ("computed", None, 11)
    assert not library.root.exists()


def test_each_model_is_opened_once(library: Library) -> None:
    opened: list[str] = []

    def open_model(speaker: Speaker) -> Counting:
        opened.append(speaker.model)
        return Counting()

    recorder = Recorder(library, "missing", open_model)

    async def several() -> None:
        for sample in (1, 2, 3):
            await recorder.obtain(SCENARIO, sample)

    asyncio.run(several())
    assert opened == ["some/model"]


def test_only_the_modes_that_would_run_a_pair_say_so(library: Library) -> None:
    missing = RecordingMissing("none there")
    unknown = RecordingError("something else")
    may = {mode: Recorder(library, mode, lambda _: Counting()).may_run(missing) for mode in RECORD_MODES}

    assert may == {"none": False, "missing": True, "changed": True, "extend": True, "all": True}
    assert not any(Recorder(library, mode, lambda _: Counting()).may_run(unknown) for mode in RECORD_MODES)


class Told(Observer):
    """An observer that notes what it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
        self.events.append(f"queued {scenario.name} {sample}")

    def dialogue_started(self, scenario: Scenario, sample: int, said: int) -> None:
        self.events.append(f"started {scenario.name} {sample} after {said}")

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:
        self.events.append(f"message {message.number}")

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:
        self.events.append(f"retrying after {error.attempts}: {error.headline}")

    def dialogue_done(self, obtained: Obtained) -> None:
        self.events.append(f"done, {obtained.source}")

    def dialogue_failed(self, scenario: Scenario, sample: int, error: HarnessError) -> None:
        self.events.append(f"failed: {error.headline}")

    def limit_changed(self, endpoint: str, window: int) -> None:
        self.events.append(f"{endpoint} at most {window}")


SHORT = replace(SCENARIO, turns=1)
ONCE = Retry(attempts=1)
TWICE = Retry(attempts=2, first=0)


def observed(library: Library, model: Counting, retry: Retry = ONCE) -> list[str]:
    told = Told()
    recorder = Recorder(library, "missing", lambda _: model, retry=retry, observer=told)
    with suppress(ServerBusy):
        asyncio.run(recorder.obtain(SHORT, 1))
    return told.events


def test_an_observer_is_told_of_each_message_and_of_the_end(library: Library) -> None:
    assert observed(library, Counting()) == [
        "started talk 1 after 0",
        "message 1",
        "message 2",
        "message 3",
        "done, recorded",
    ]
    assert observed(library, Counting()) == ["done, replayed"]


def test_an_observer_is_told_of_failures_and_of_what_is_gone_on_from(library: Library) -> None:
    assert observed(library, Counting(fails_at=3), TWICE) == [
        "started talk 1 after 0",
        "message 1",
        "message 2",
        "retrying after 1: the server is busy",
        "failed: the server is busy",
    ]
    assert observed(library, Counting()) == ["started talk 1 after 2", "message 3", "done, continued"]


def test_an_observer_is_told_of_a_window_that_shrinks(library: Library) -> None:
    model = Counting(fails_at=2)
    model.overloaded = True

    assert "openai at most 1" in observed(library, model)


def test_an_observer_that_overrides_nothing_does_nothing(library: Library) -> None:
    recorder = Recorder(library, "missing", lambda _: Counting(fails_at=3), retry=TWICE, observer=Observer())

    with pytest.raises(ServerBusy):
        asyncio.run(recorder.obtain(SHORT, 1))


def test_what_could_not_go_on_is_listed_with_its_cause(library: Library) -> None:
    recorder = Recorder(library, "missing", lambda _: Counting(fails_at=6), retry=Retry(attempts=1))
    with pytest.raises(ServerBusy):
        asyncio.run(recorder.obtain(SCENARIO, 1))

    path = library.path(SCENARIO, 1)
    assert recorder.interrupted == [Interrupted(SCENARIO, 1, path, 5, "the server is busy")]


@pytest.mark.parametrize(
    ("speaker", "stop_when", "error"),
    [
        (Speaker("nobody:m"), None, UnknownModel),
        (Speaker("builtin:nobody"), None, UnknownModel),
        (Speaker("m"), None, KeyRejected),
        (Speaker("builtin:eliza"), StopRule("nobody_knows"), CheckError),
    ],
    ids=["unknown prefix", "unknown built-in model", "missing key", "unknown stop rule"],
)
def test_a_pair_that_cannot_begin_leaves_no_recording(
    speaker: Speaker,
    stop_when: StopRule | None,
    error: type[HarnessError],
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    recorder = Recorder(library, "missing", lambda speaker: open_model(speaker, {}))
    scenario = Scenario("talk", a=Speaker("builtin:eliza"), b=speaker, stop_when=stop_when)
    with pytest.raises(error):
        asyncio.run(recorder.obtain(scenario, 1))

    assert list(library.recordings()) == []
    assert recorder.interrupted == []


def test_a_key_that_a_command_prints_is_known_before_the_first_message_is_written(library: Library) -> None:
    key = "lab-" + "C3d4" * 8
    command = shlex.join([sys.executable, "-c", f"print('{key}')"])
    with ProtocolServer(lambda *_: f"It is {key}.") as server:
        endpoints = parse_endpoints([f"lab = {server.url} key-command={command}"])
        recorder = Recorder(library, "missing", lambda speaker: open_model(speaker, endpoints))
        with pytest.raises(SecretFound):
            asyncio.run(recorder.obtain(replace(SCENARIO, b=Speaker("lab:m"), a=Speaker("lab:m")), 1))

    assert [key.encode() in path.read_bytes() for path in library.recordings()] == [False]


def test_a_new_recording_that_was_cut_short_is_continued_and_then_replaces_the_old(
    obtain: Callable[..., Obtained], library: Library
) -> None:
    obtain(SCENARIO, "missing", Counting())
    with pytest.raises(ServerBusy) as caught:
        obtain(CHANGED, "changed", Counting(fails_at=6))
    partial = f"{shown(library.path(SCENARIO, 1))}.partial"
    assert dict(caught.value.facts)["kept"] == f"5 messages in {partial}"
    assert "pytest" not in (caught.value.fix or "")
    assert obtain(SCENARIO, "none", Counting()).source == "replayed"

    model = Counting()
    assert obtain(CHANGED, "changed", model).new == 6
    assert model.asked == [6, 7, 8, 9, 10, 11]
    assert obtain(CHANGED, "none", Counting()).source == "replayed"


def test_a_new_recording_that_was_cut_short_is_not_continued_as_another_scenario(
    obtain: Callable[..., Obtained],
) -> None:
    obtain(SCENARIO, "missing", Counting())
    with pytest.raises(ServerBusy):
        obtain(CHANGED, "changed", Counting(fails_at=6))

    assert obtain(replace(SCENARIO, a=Speaker("some/model", system="Be long.")), "changed", Counting()).new == 10


def test_a_new_recording_of_the_same_scenario_is_continued_by_the_mode_that_continues(
    obtain: Callable[..., Obtained],
) -> None:
    obtain(SCENARIO, "missing", Counting())
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "all", Counting(fails_at=6), run_id="one")

    assert obtain(SCENARIO, "none", Counting()).source == "replayed"
    assert obtain(SCENARIO, "missing", Counting()).new == 6
    assert obtain(SCENARIO, "missing", Counting()).source == "replayed"


@pytest.mark.parametrize("recorded_before", [False, True])
def test_mode_all_continues_what_another_process_of_its_run_has_begun_and_nothing_older(
    obtain: Callable[..., Obtained], *, recorded_before: bool
) -> None:
    if recorded_before:
        obtain(SCENARIO, "missing", Counting())
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "all", Counting(fails_at=6), run_id="one")
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "all", Counting(fails_at=9), run_id="one")

    assert obtain(SCENARIO, "all", Counting(), run_id="one").new == 3
    with pytest.raises(ServerBusy):
        obtain(SCENARIO, "all", Counting(fails_at=9), run_id="another")
    assert obtain(SCENARIO, "all", Counting(), run_id="the last").new == 10


def test_a_dialogue_whose_end_is_being_written_when_all_is_cancelled_is_complete_for_the_whole_run(
    library: Library, obtain: Callable[..., Obtained], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(library, "all", lambda _: Counting(), run_id="one")

    async def cancelled_while_the_disk_writes() -> Obtained:
        loop, writing, written = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
        kept = os.fsync

        def slow(file: int) -> None:
            loop.call_soon_threadsafe(writing.set)
            written.wait()
            kept(file)

        monkeypatch.setattr("os.fsync", slow)
        obtaining = asyncio.create_task(recorder.obtain(SCENARIO, 1))
        await writing.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        loop.call_later(0, written.set)
        obtained = await obtaining
        monkeypatch.undo()
        return obtained

    assert asyncio.run(cancelled_while_the_disk_writes()).new == 10
    assert recorder.interrupted == []
    assert obtain(SCENARIO, "all", Counting(), run_id="one").source == "replayed"
