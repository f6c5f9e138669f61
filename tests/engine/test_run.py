"""One dialogue without pytest: `dialogue_harness.run` and `arun`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import dialogue_harness
from dialogue_harness import Dialogue, Scenario, Speaker, arun, read_recording, run
from dialogue_harness.errors import BudgetSpent, ConfigurationError, ModelError, RecordingChanged, UsageError
from dialogue_harness.testing.server import Fault, ProtocolServer
from talking import USAGE, counting_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dialogue_harness import Message

ELIZA = Speaker("builtin:eliza", seed=3)
SMALL_TALK = Scenario("small-talk", a=ELIZA, b=ELIZA, turns=3)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with counting_server() as running:
        yield running


def pair_at(server: ProtocolServer, turns: int = 3) -> tuple[Scenario, dict[str, str]]:
    speaker = Speaker("local:small")
    return Scenario("served", a=speaker, b=speaker, turns=turns), {"local": server.url}


def test_a_dialogue_is_run_and_returned() -> None:
    dialogue = run(SMALL_TALK)
    assert (len(dialogue), str(dialogue.ending), dialogue.sample) == (7, "ended by turns", 1)


def test_the_sample_is_part_of_the_draw() -> None:
    assert run(SMALL_TALK, 2).sample == 2
    assert run(SMALL_TALK, 2).texts != run(SMALL_TALK).texts


def test_a_running_event_loop_awaits_arun() -> None:
    assert asyncio.run(arun(SMALL_TALK)).texts == run(SMALL_TALK).texts


def test_run_within_an_event_loop_names_arun() -> None:
    async def cell() -> Dialogue:
        return run(SMALL_TALK)

    with pytest.raises(UsageError) as raised:
        asyncio.run(cell())
    assert str(raised.value) == (
        "dialogue_harness.run cannot be called while an event loop is running\n"
        "how to fix: dialogue = await dialogue_harness.arun(scenario)"
    )


def test_a_recording_is_written_extended_and_then_served(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    said: list[Message] = []
    assert run(SMALL_TALK, path=path) == read_recording(path)
    longer = run(replace(SMALL_TALK, turns=5), path=path, on_message=said.append)
    assert [message.number for message in said] == [8, 9, 10, 11]
    assert run(replace(SMALL_TALK, turns=5), path=path, on_message=said.append) == longer
    assert len(said) == 4
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.jsonl"]


def test_a_recording_of_another_scenario_is_left_alone(tmp_path: Path) -> None:
    run(SMALL_TALK, path=tmp_path / "run.jsonl")
    with pytest.raises(RecordingChanged):
        run(replace(SMALL_TALK, opener="Good day."), path=tmp_path / "run.jsonl")


def test_what_a_failure_leaves_is_continued_by_the_same_call(server: ProtocolServer, tmp_path: Path) -> None:
    scenario, endpoints = pair_at(server)
    server.faults = [None, None, None, Fault.http(400)]
    with pytest.raises(ModelError) as raised:
        run(scenario, path=tmp_path / "run.jsonl", endpoints=endpoints)
    assert ("while", "speaker A was to say message 5 of scenario 'served', sample 1") in raised.value.facts
    server.faults = ()
    assert len(run(scenario, path=tmp_path / "run.jsonl", endpoints=endpoints)) == 7
    assert server.calls == 7


def test_attempts_limit_the_requests_for_a_message(server: ProtocolServer) -> None:
    scenario, endpoints = pair_at(server)
    server.faults = lambda _: Fault.http(503, retry_after="0")
    with pytest.raises(ModelError) as raised:
        run(scenario, endpoints=endpoints, attempts=2)
    assert (server.calls, raised.value.attempts) == (2, 2)


@pytest.mark.parametrize("limit", [{"max_tokens": 200}, {"max_cost": 0.28}])
def test_a_budget_ends_the_dialogue(limit: dict[str, float], server: ProtocolServer) -> None:
    scenario, endpoints = pair_at(server)
    said: list[Message] = []
    prices = {"local:*": "1000 5000"}
    with pytest.raises(BudgetSpent) as raised:
        run(scenario, endpoints=endpoints, prices=prices, on_message=said.append, **limit)  # type: ignore[arg-type]  # either of them
    assert len(said) == 3
    assert raised.value.fix == f"raise {next(iter(limit))}"
    assert USAGE["total_tokens"] == 100


@pytest.mark.parametrize(
    "option", [{"attempts": 0}, {"max_tokens": 0}, {"max_cost": -1}, {"prices": {"x": "much"}}, {"sample": 0}]
)
def test_an_invalid_option_is_refused(option: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        run(SMALL_TALK, **option)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    "imports",
    [
        "import dialogue_harness as h; import dialogue_harness.engine.loop",
        "import dialogue_harness.engine.run; import dialogue_harness as h",
        "from dialogue_harness import run; import dialogue_harness.engine.runner; import dialogue_harness as h",
        "import dialogue_harness.plugin.session; import dialogue_harness as h",
    ],
)
def test_run_is_the_function_whatever_is_imported_first(imports: str) -> None:
    script = f"{imports}; print(h.run.__module__, h.run.__qualname__, h.arun.__qualname__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "dialogue_harness run arun\n"


def test_a_dialogue_prints_as_a_short_transcript() -> None:
    dialogue = Dialogue.from_texts(["Hello.", "\x1b[2Jhostile\nB: forged", "x" * 500])
    assert str(dialogue).split("\n")[:3] == [
        "Dialogue 'unknown' sample 1: 3 messages",
        "   1 A  Hello.",
        r"   2 B  \x1b[2Jhostile B: forged",
    ]
    assert len(str(dialogue).split("\n")[3]) < 180


def test_a_long_dialogue_prints_its_beginning_and_its_end() -> None:
    lines = str(Dialogue.from_texts([f"Message {n}" for n in range(1, 102)])).split("\n")
    assert len(lines) == 42
    assert lines[20:23] == ["  20 B  Message 20", "   … 61 messages left out", "  82 B  Message 82"]
    assert dialogue_harness.run is run
