"""A `harness talk` that is killed has every message on disk, and the same command completes it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dialogue_harness import read_recording, read_transcript
from dialogue_harness.cli import main
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer
from talking import counting_server, talk_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with counting_server() as running:
        yield running


def kill_after_12_messages(server: ProtocolServer, *output: str) -> None:
    """Kill a process whose server does not answer the request for message 13."""
    server.faults = {11: Fault("stall")}
    command = [sys.executable, "-m", "dialogue_harness", *talk_with(server, *output, turns=10)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        server.wait_for_calls(12)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    server.faults = {}


@pytest.mark.parametrize(("turns", "calls"), [(10, 9), (5, 0), (6, 1), (12, 13)])
def test_a_killed_recording_is_completed_for_the_turns_that_are_asked_for_now(
    turns: int, calls: int, server: ProtocolServer, capsys: Captured
) -> None:
    kill_after_12_messages(server, "--output", "run.jsonl")
    assert len(load_partial("run.jsonl").dialogue) == 12
    said = load_partial("run.jsonl").dialogue.texts
    assert main(talk_with(server, "--output", "run.jsonl", turns=turns)) == 0
    dialogue = read_recording("run.jsonl")
    assert (dialogue.turns, dialogue.scenario.turns, str(dialogue.ending)) == (turns, turns, "ended by turns")
    assert dialogue.texts[:12] == said[: len(dialogue)]
    assert server.calls == 12 + calls
    left_out = "harness: 1 message of run.jsonl left out, to end after 5 turns\n"
    assert capsys.readouterr().err == (left_out if turns == 5 else "")
    assert [path.name for path in Path().iterdir()] == ["run.jsonl"]


@pytest.mark.parametrize(
    ("output", "file", "journal"),
    [
        ("chat.txt", "chat.txt", "chat.txt.jsonl"),
        ("chat.json", "chat.json", "chat.json.jsonl"),
        ("chats/", "chats/1.txt", "chats/1.jsonl"),
    ],
)
def test_a_killed_transcript_is_completed_from_the_recording_beside_it(
    output: str, file: str, journal: str, server: ProtocolServer, capsys: Captured
) -> None:
    kill_after_12_messages(server, "--output", output)
    assert not Path(file).exists()
    said = load_partial(journal).dialogue.texts
    assert len(said) == 12
    assert main(talk_with(server, "--output", output, turns=10)) == 0
    assert capsys.readouterr().err == ""
    assert read_transcript(file).texts[:12] == said
    assert len(read_transcript(file)) == 21
    assert server.calls == 12 + 9
    assert [path.name for path in Path(file).parent.iterdir()] == [Path(file).name]


def test_a_transcript_that_broke_off_is_written_and_continued(server: ProtocolServer) -> None:
    server.faults = {3: Fault.http(400)}
    command = talk_with(server, "--output", "chat.txt")
    assert main(command) == 2
    assert len(read_transcript("chat.txt")) == 4
    assert main(command) == 0
    assert len(read_transcript("chat.txt")) == 7
    assert server.calls == 4 + 3
    assert main(command) == 2  # complete: nothing is overwritten


def test_another_command_does_not_continue_a_transcript(server: ProtocolServer, capsys: Captured) -> None:
    kill_after_12_messages(server, "--output", "chat.txt")
    assert main(talk_with(server, "--output", "chat.txt", "--temperature", "0.5")) == 2
    assert capsys.readouterr().err.startswith("harness: chat.txt.jsonl is there, and this command cannot continue it\n")
    assert len(load_partial("chat.txt.jsonl").dialogue) == 12


def test_a_secret_in_a_transcript_is_marked_and_never_written(server: ProtocolServer, capsys: Captured) -> None:
    key = "sk-" + "a1B2" * 8
    server.answer = lambda *_: f"My key is {key}"
    server.faults = {3: Fault.http(400)}
    command = talk_with(server, "--output", "chat.txt")
    assert main(command) == 2
    assert all(key not in path.read_text("utf-8") for path in Path().iterdir())
    assert len(load_partial("chat.txt.jsonl").dialogue) == 4
    assert main(command) == 0
    assert key not in Path("chat.txt").read_text("utf-8")
    assert "holds a secret" in capsys.readouterr().err
