"""`harness talk` with several samples: what is kept and shown of each, whatever becomes of it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli_running import on_terminal
from dialogue_harness import read_transcript
from dialogue_harness.cli import main
from dialogue_harness.storage.reader import load, load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with ProtocolServer() as running:
        yield running


def of_server(server: ProtocolServer, *more: str, turns: int = 2, samples: int = 3) -> list[str]:
    """Return a command line that holds samples 1, 2, …, which the server knows by their seeds."""
    held = ["--turns", str(turns), "--samples", str(samples), "--seed", "1", "--output", "runs"]
    return ["talk", "--model", "loopback", "--base-url", server.url, *held, *more]


def refuses(spoilt: int, after: int) -> Callable[[Any], Fault | None]:
    """Return faults that break one sample, known by its seed, once it has so many messages."""

    def fault(request: Any) -> Fault | None:
        is_it = request.json["seed"] == spoilt and len(request.json["messages"]) >= after
        return Fault.http(400, "No more of this.") if is_it else None

    return fault


def files() -> list[str]:
    return sorted(os.listdir("runs"))  # noqa: PTH208 -- names are what is asked for


# --- what is told


def test_each_sample_has_a_line_at_the_end(capsys: Captured) -> None:
    assert main(["talk", "--turns", "30", "--samples", "2", "--seed", "1", "--output", "runs/"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == (
        "  sample                    messages  termination loop           where\n"
        "--------  --------------  ----------  -------------------------  ----------\n"
        "       1  ended by turns          61  from message 20 (closing)  runs/1.txt\n"
        "       2  ended by turns          61  from message 19 (closing)  runs/2.txt\n"
        "2 samples: 2 complete, 2 in a termination loop\n"
        "read one: harness show runs/1.txt\n"
    )


def test_the_table_tells_the_tokens_that_the_server_counted(server: ProtocolServer, capsys: Captured) -> None:
    assert main(of_server(server, samples=2, turns=1)) == 0
    head, _, first, *_, total = capsys.readouterr().out.splitlines()
    assert head.split() == ["sample", "messages", "tokens", "termination", "loop", "where"]
    assert first.split() == ["1", "ended", "by", "turns", "3", "49", "none", "runs/1.txt"]
    assert total == "2 samples: 2 complete, none in a termination loop; 4 calls to models; spent 98 tokens"


def test_who_hung_up_is_told(capsys: Captured) -> None:
    main(["talk", "--turns", "60", "--samples", "2", "--end-token", "[END]", "--output", "runs"])
    assert capsys.readouterr().out.count("ended by hang_up of ") == 2


def test_json_is_one_object_a_line_one_line_a_sample(server: ProtocolServer, capsys: Captured) -> None:
    server.faults = refuses(2, after=2)
    assert main(of_server(server, "--json", samples=2)) == 2
    whole, half = map(json.loads, capsys.readouterr().out.splitlines())
    assert whole == {
        "sample": 1,
        "complete": True,
        "ending": {"reason": "turns"},
        "messages": 5,
        "turns": 2,
        "usage": whole["usage"],
        "cost": None,
        "loop": None,
        "file": "runs/1.txt",
        "error": None,
    }
    assert whole["usage"]["input"] > 0
    assert (half["complete"], half["messages"], half["file"]) == (False, 3, "runs/2.jsonl")
    assert half["error"].endswith("the server rejected the request (400)")


def test_json_tells_of_the_loop(capsys: Captured) -> None:
    main(["talk", "--turns", "30", "--seed", "1", "--json", "--output", "runs/"])
    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (record["loop"]["onset"], record["loop"]["turns"]) == (20, 21)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--json"],
            (
                "harness: --json describes the dialogues in a folder, and none is named\n"
                "how to fix: add --output FOLDER/\n"
            ),
        ),
        (
            ["--format", "json"],
            "harness: --format is for the files in a folder, and none is named\nhow to fix: add --output FOLDER/\n",
        ),
        (
            ["--format", "json", "--output", "run.txt"],
            (
                "harness: --format is for the files in a folder; --output run.txt says its format by its ending\n"
                "how to fix: --output run.json\n"
            ),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_for_folders_needs_one(arguments: list[str], told: str, capsys: Captured) -> None:
    assert main(["talk", *arguments]) == 2
    assert capsys.readouterr().err == told


# --- what is kept


def test_samples_can_be_kept_as_recordings(capsys: Captured) -> None:
    main(["talk", "--turns", "2", "--samples", "2", "--seed", "5", "--output", "runs", "--format", "jsonl"])
    assert capsys.readouterr().out.count(".jsonl\n") == 2
    assert [load(f"runs/{name}").dialogue.scenario.a.seed for name in files()] == [5, 5]
    assert [load(f"runs/{name}").dialogue.sample for name in files()] == [1, 2]


def test_samples_can_be_kept_in_json() -> None:
    main(["talk", "--turns", "2", "--samples", "2", "--output", "runs", "--format", "json"])
    assert files() == ["1.json", "2.json"]
    assert len(read_transcript("runs/2.json")) == 5


@pytest.mark.parametrize("form", ["txt", "json", "jsonl"])
def test_samples_that_are_there_are_not_overwritten(form: str, server: ProtocolServer, capsys: Captured) -> None:
    command = of_server(server, "--format", form)
    main(command)
    before = {name: Path("runs", name).read_bytes() for name in files()}
    calls = server.calls
    capsys.readouterr()
    assert main(command) == 2
    assert capsys.readouterr() == (
        "",
        (
            f"harness: runs/1.{form} is there already, and nothing is overwritten\n"
            "  there too: 2 more of the 3\n"
            "how to fix: name another folder, or remove what is in that one\n"
        ),
    )
    assert {name: Path("runs", name).read_bytes() for name in files()} == before
    assert server.calls == calls


def test_no_more_dialogues_are_held_at_once_than_asked_for(server: ProtocolServer) -> None:
    main(of_server(server, "--max-concurrency", "1", samples=2))
    assert [request.json["seed"] for request in server.requests] == [1] * 4 + [2] * 4


# --- what goes wrong


@pytest.mark.parametrize("form", ["txt", "jsonl"])
def test_the_others_go_on_where_one_fails_and_the_same_command_goes_on_with_it(
    form: str, server: ProtocolServer, capsys: Captured
) -> None:
    server.faults = refuses(2, after=2)
    command = of_server(server, "--format", form)
    assert main(command) == 2
    captured = capsys.readouterr()
    assert files() == [f"1.{form}", "2.jsonl", f"3.{form}"]
    assert len(load_partial("runs/2.jsonl").dialogue) == 3
    assert captured.out.splitlines()[-2:] == [
        "3 samples: 2 complete, 1 unfinished, none in a termination loop; 10 calls to models; spent 373 tokens",
        "to continue what is unfinished: the same command",
    ]
    assert captured.err.startswith(
        f"harness: sample 2: loopback at {server.url}: the server rejected the request (400)\n"
    )
    assert captured.err.endswith("; then the same command continues from there\n")

    server.faults = {}
    calls = server.calls
    assert main(command) == 0
    out = capsys.readouterr().out
    assert files() == [f"{sample}.{form}" for sample in (1, 2, 3)]
    assert server.calls == calls + 2
    assert [line.split()[1:3] for line in out.splitlines()[2:5]] == [
        ["was", "there"],
        ["ended", "by"],
        ["was", "there"],
    ]


def test_what_another_talk_left_unfinished_is_not_gone_on_with(server: ProtocolServer, capsys: Captured) -> None:
    server.faults = refuses(2, after=2)
    main(of_server(server))
    server.faults = {}
    calls = server.calls
    capsys.readouterr()
    assert main(of_server(server, "--temperature", "0.5")) == 2
    told = capsys.readouterr().err
    assert told.startswith("harness: runs/2.jsonl is there, and this command cannot continue it\n")
    assert "temperature" in told
    assert told.endswith("how to fix: run the command that began it, name another folder, or remove that file\n")
    assert server.calls == calls


def test_one_cause_is_told_once_for_all_the_samples_that_it_broke(server: ProtocolServer, capsys: Captured) -> None:
    server.stop()
    assert main(of_server(server, "--attempts", "1", samples=12)) == 2
    captured = capsys.readouterr()
    assert captured.err.count("harness: ") == 1
    assert captured.err.startswith(
        f"harness: samples 1, 2, 3, 4, 5, 6, 7, 8 and 4 more: loopback at {server.url}: no connection"
    )
    assert captured.out.count("nothing said") == 12
    assert files() == []


def test_a_model_that_cannot_be_had_is_told_before_anything_is_made(capsys: Captured) -> None:
    assert main(["talk", "--model", "gpt-4o-mini", "--samples", "4", "--output", "runs"]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("harness: gpt-4o-mini at https://api.openai.com/v1: a key is needed")
    assert (captured.out, Path("runs").exists()) == ("", False)


def test_a_transcript_that_cannot_be_written_is_an_error_and_its_recording_stays(
    server: ProtocolServer, capsys: Captured
) -> None:
    def answer(*_: object) -> str:
        Path("runs/1.txt").mkdir(exist_ok=True)
        return "Well."

    server.answer = answer
    assert main(of_server(server, samples=2)) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "harness: runs/1.txt: Is a directory\n")
    assert load("runs/1.jsonl").dialogue.turns == 2


def test_two_do_not_write_to_one_folder(server: ProtocolServer, capsys: Captured) -> None:
    server.faults = lambda request: Fault("stall") if request.json["seed"] == 1 else None
    with subprocess.Popen([sys.executable, "-m", "dialogue_harness", *of_server(server, samples=1), "--json"]) as first:
        try:
            server.wait_for_calls(1)
            assert main(of_server(server)) == 2
        finally:
            first.kill()
    assert capsys.readouterr().err == (
        "harness: another `harness talk` is writing to runs\nhow to fix: wait for it, or name another folder\n"
    )


# --- Ctrl-C, and worse


def stalls(request: Any) -> Fault | None:
    """Leave sample 1 waiting for its fifth message, sample 2 for its fourth, and sample 3 for its second."""
    first, *more = request.json["messages"]
    is_fifth = bool(more) and first["content"] != "Hello."
    is_last = {1: is_fifth, 2: bool(more), 3: True}[request.json["seed"]]
    return Fault("stall") if is_last else None


def test_killed_each_sample_has_all_its_messages_and_the_same_command_goes_on(
    server: ProtocolServer, capsys: Captured
) -> None:
    server.faults = stalls
    with subprocess.Popen([sys.executable, "-m", "dialogue_harness", *of_server(server)]) as process:
        server.wait_for_calls(4 + 3 + 1)
        process.kill()
    kept = {sample: len(load_partial(f"runs/{sample}.jsonl").dialogue) for sample in (1, 2)}
    assert kept == {1: 4, 2: 3}

    server.faults = {}
    calls = server.calls
    assert main(of_server(server)) == 0
    assert server.calls == calls + 1 + 2 + 4
    assert files() == ["1.txt", "2.txt", "3.txt"]
    assert "3 complete" in capsys.readouterr().out


def test_a_first_interrupt_waits_for_what_is_in_flight_and_a_second_does_not(server: ProtocolServer) -> None:
    server.faults = stalls
    command = [sys.executable, "-m", "dialogue_harness", *of_server(server)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        server.wait_for_calls(4 + 3 + 1)
        process.send_signal(signal.SIGINT)
        waiting = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert waiting == ("harness: waiting for 3 messages in flight, already paid for (Ctrl-C: stop now)\n")
    assert (process.returncode, err) == (130, "")
    assert files() == ["1.jsonl", "2.jsonl"]
    assert [line.split()[1] for line in out.splitlines()[2:5]] == ["unfinished", "unfinished", "nothing"]


def test_a_message_in_flight_is_kept(server: ProtocolServer) -> None:
    server.gather = 100  # until it is told to answer
    command = [sys.executable, "-m", "dialogue_harness", *of_server(server)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        server.wait_for_calls(3)
        process.send_signal(signal.SIGINT)
        process.stderr.readline()
        server.release()
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert {len(load_partial(f"runs/{name}").dialogue) for name in files()} == {2}


# --- on a terminal


def slow(server: ProtocolServer) -> None:
    server.latency = 0.15


def test_on_a_terminal_it_is_shown_how_far_they_are_and_the_display_is_gone_afterwards(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow(server)
    with on_terminal(monkeypatch, streams=("stderr",), environment={"CI": ""}) as terminal:
        assert main(of_server(server, turns=3)) == 0
    assert "3 dialogues done" in terminal.shown
    assert "\x1b[?25h" in terminal.shown  # the cursor is back
    assert terminal.shown.endswith("\x1b[2K")
    assert "talk 1:" not in terminal.shown


def test_with_v_each_dialogue_shows_its_last_line(server: ProtocolServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slow(server)
    server.answer = lambda *_: "Look \x1b[2J here"
    with on_terminal(monkeypatch, streams=("stderr",), environment={"CI": "", "NO_COLOR": "1"}) as terminal:
        assert main(of_server(server, "-v", turns=3)) == 0
    assert "Look \\x1b[2J here" in terminal.shown
    assert "\x1b[2J" not in terminal.shown
    assert "\x1b[32m" not in terminal.shown


def test_a_log_gets_plain_lines(server: ProtocolServer, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    slow(server)
    monkeypatch.setattr("dialogue_harness.report.display.EVERY", 0.1)
    assert main(of_server(server)) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(re.match(r"harness: \d+ of ", line) for line in lines)
