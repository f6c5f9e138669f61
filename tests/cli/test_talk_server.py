"""`harness talk` against a server on the loopback interface: what a person sees, whatever the server does."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_running import on_terminal
from dialogue_harness import read_recording, read_transcript
from dialogue_harness.cli import main
from dialogue_harness.errors import RecordingInterrupted
from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def arguments(server: ProtocolServer, *more: str) -> list[str]:
    return ["talk", "--model", "loopback", "--base-url", server.url, "--turns", "2", *more]


def complaint(capsys: Captured, command: list[str]) -> str:
    assert main(command) == 2
    err = capsys.readouterr().err
    assert "Traceback" not in err
    return err


def fails_at(call: int, fault: Fault | None = None) -> dict[int, Fault]:
    return {call: fault or Fault.http(400, "No more of this.")}


def test_a_server_s_models_talk_and_the_transcript_has_a_date(server: ProtocolServer, capsys: Captured) -> None:
    assert main(arguments(server)) == 0
    out = capsys.readouterr().out
    assert out.startswith("# LLM Dialogue Transcript\n\nDate: 20")
    assert out.count("Message ") == server.calls == 4


def test_speakers_can_be_different_models_and_one_of_them_in_the_box(server: ProtocolServer, capsys: Captured) -> None:
    assert main([*arguments(server), "--b", "builtin:eliza"]) == 0
    assert "\nModel A: loopback\nModel B: builtin:eliza\n" in capsys.readouterr().out
    assert server.calls == 2


def test_the_address_can_come_from_the_environment(
    server: ProtocolServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    assert main(["talk", "--model", "openai:vendor:big", "--turns", "1"]) == 0
    assert server.requests[0].json["model"] == "vendor:big"
    assert capsys.readouterr().err == ""


def test_parameters_reach_the_server_and_each_sample_is_a_draw_of_its_own(server: ProtocolServer) -> None:
    command = arguments(server, "--turns", "1", "--samples", "2", "--output", "runs", "--seed", "7")
    assert main([*command, "--temperature", "0.5", "--max-tokens", "9", "--system", "Be brief."]) == 0
    bodies = [request.json for request in server.requests]
    assert {(body["temperature"], body["max_tokens"]) for body in bodies} == {(0.5, 9)}
    assert {body["messages"][0]["content"] for body in bodies} == {"Be brief."}
    assert sorted(body["seed"] for body in bodies) == [7, 7, 8, 8]


def test_replies_are_streamed_only_where_a_person_watches(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    main(arguments(server))
    piped = [request.json.get("stream") for request in server.requests]
    with on_terminal(monkeypatch, "\n"):
        main(arguments(server))
    watched = [request.json.get("stream") for request in server.requests[len(piped) :]]
    assert (piped, watched) == ([None] * 4, [True] * 4)
    assert capsys.readouterr().err == ""


def test_reasoning_is_dimmed_on_a_terminal_and_kept_in_the_transcript(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = lambda *_: {"content": "I agree.", "reasoning_content": "It asks. I yield."}
    with on_terminal(monkeypatch, "\n") as terminal:
        main(arguments(server, "--output", "run.txt"))
    assert "\x1b[35mB: \x1b[0m\x1b[2mIt \x1b[0m\x1b[2masks. \x1b[0m" in terminal.shown
    assert "\x1b[35mB: \x1b[0m\x1b[35mI \x1b[0m\x1b[35magree.\x1b[0m" in terminal.shown
    assert read_transcript("run.txt")[2].reasoning == "It asks. I yield."


HOSTILE = "[bold red]big[/] :smiley: \x1b]8;;http://evil.example\x1b\\click\x1b[2J \u202egnp.exe \x9b2J\x07\nB: I am B."


@pytest.mark.parametrize("field", ["content", "reasoning"])
def test_nothing_that_a_model_says_acts_on_the_terminal(
    field: str, server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = lambda *_: {"content": "x", field: HOSTILE}
    with on_terminal(monkeypatch, "\n", environment={"NO_COLOR": "1"}) as terminal:
        main(arguments(server))
    assert not set("\x1b\x07\x9b\u202e") & set(terminal.shown)
    assert terminal.shown.count("[bold red]big[/] :smiley: \\x1b]8;;http://evil.example\\x1b\\click\\x1b[2J") == 4
    assert terminal.shown.count("\n   B: I am B.") == 4


# --- what goes wrong


def test_a_server_that_is_not_there_is_told_with_what_to_do(server: ProtocolServer, capsys: Captured) -> None:
    server.stop()
    told = complaint(capsys, arguments(server, "--attempts", "1"))
    lines = told.splitlines()
    assert lines[0] == f"harness: loopback at {server.url}: no connection"
    assert "  while: speaker B was to say message 2 of scenario 'talk', sample 1" in lines
    assert "  attempts: 1" in lines
    assert lines[-1] == f"how to fix: check that the server is running: `curl {server.url}/models`"


def test_an_opener_that_nobody_answered_leaves_no_transcript(server: ProtocolServer, capsys: Captured) -> None:
    server.stop()
    assert main(arguments(server, "--attempts", "1", "--output", "run.txt")) == 2
    assert main(arguments(server, "--attempts", "1")) == 2
    assert not Path("run.txt").exists()
    assert capsys.readouterr().out == ""


def test_a_failure_that_may_pass_is_asked_again(server: ProtocolServer, capsys: Captured) -> None:
    server.faults = fails_at(1, Fault.http(503, retry_after="0"))
    assert main(arguments(server)) == 0
    assert server.calls == 5
    assert capsys.readouterr().err == ""


def test_a_wrong_key_is_told_by_the_variable_and_never_shown(
    server: ProtocolServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "sk-the-right-one"
    monkeypatch.setenv("OPENAI_API_KEY", "sk-quite-wrong")
    told = complaint(capsys, arguments(server))
    assert told.startswith(f"harness: loopback at {server.url}: the key in OPENAI_API_KEY is not accepted\n")
    assert "  server says: Incorrect API key provided.\n" in told
    assert "how to fix: export OPENAI_API_KEY=… with a key" in told
    assert "sk-" not in told


def test_no_key_at_all_is_told_before_a_call_is_made(capsys: Captured) -> None:
    assert complaint(capsys, ["talk", "--model", "gpt-4o-mini"]) == (
        "harness: gpt-4o-mini at https://api.openai.com/v1: a key is needed, and OPENAI_API_KEY is not set\n"
        "how to fix: export OPENAI_API_KEY=…\n"
    )


def test_an_unknown_model_is_told_with_the_nearest(server: ProtocolServer, capsys: Captured) -> None:
    server.models = ("loopback-large", "other")
    told = complaint(capsys, arguments(server))
    assert told.startswith(f"harness: loopback at {server.url}: the server does not know this model\n")
    assert "  nearest: loopback-large\n" in told


def test_an_address_that_is_none_is_misuse(capsys: Captured) -> None:
    told = complaint(capsys, ["talk", "--model", "x", "--base-url", "127.0.0.1:8000"])
    assert told.startswith("harness: the base URL of a server must be an http:// or https:// address\n")


def test_replies_that_were_cut_off_are_told_once_at_the_end(server: ProtocolServer, capsys: Captured) -> None:
    server.answer = lambda *_: {"content": "And then", "finish_reason": "length"}
    assert main(arguments(server)) == 0
    assert capsys.readouterr().err == (
        "harness: messages 2, 3, 4, 5 were cut off by the limit on tokens\n"
        "how to fix: raise --max-tokens, or the server's own limit\n"
    )


def test_a_refusal_is_told(server: ProtocolServer, capsys: Captured) -> None:
    server.answer = lambda _, call: {"refusal": "I cannot."} if call == 1 else "Well."
    assert main(arguments(server)) == 0
    captured = capsys.readouterr()
    assert captured.err == "harness: message 3 was refused by the model or withheld by a filter\n"
    assert "\n\nModel A: I cannot.\n" in captured.out


def test_what_was_said_before_a_failure_is_printed(server: ProtocolServer, capsys: Captured) -> None:
    server.faults = fails_at(2)
    assert main(arguments(server)) == 2
    captured = capsys.readouterr()
    assert captured.out.count("Model A: Message ") == 1
    assert captured.out.count("Model B: ") == 2
    assert f"harness: loopback at {server.url}: the server rejected the request (400)\n" in captured.err
    assert "  server says: No more of this.\n" in captured.err
    assert "  while: speaker B was to say message 4 of scenario 'talk', sample 1\n" in captured.err


def test_what_was_said_before_a_failure_is_an_interrupted_recording(server: ProtocolServer, capsys: Captured) -> None:
    server.faults = fails_at(2)
    assert main(arguments(server, "--output", "run.jsonl")) == 2
    with pytest.raises(RecordingInterrupted):
        read_recording("run.jsonl")
    capsys.readouterr()
    assert main(["show", "run.jsonl"]) == 0
    assert "read as far as it goes, 3 messages" in capsys.readouterr().err


def test_a_stream_that_breaks_off_is_said_to_be_void_and_shown_anew(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer = lambda *_: "one two three four"
    server.faults = fails_at(0, Fault("cut", after=3))
    with on_terminal(monkeypatch, "\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main(arguments(server)) == 0
    shown = terminal.shown.partition("\n\nB: ")[2]
    assert shown.startswith(
        f"one two \n(loopback at {server.url}: the stream broke off after 8 characters)\nB: one two "
    )


def test_an_error_on_a_terminal_keeps_what_was_shown_and_asks_nothing(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults = fails_at(2)
    with on_terminal(monkeypatch, "\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main(arguments(server, "--output", "run.txt")) == 2
    assert "\n3 messages in run.txt\nharness: loopback at " in terminal.shown
    assert "more turns" not in terminal.shown


# --- Ctrl-C


def interrupted(server: ProtocolServer, calls: int, *more: str) -> tuple[int, bytes, bytes]:
    """Interrupt the command once it waits for an answer that does not come; return exit code, output and errors."""
    command = [sys.executable, "-m", "dialogue_harness", *arguments(server, *more)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, stdin=subprocess.DEVNULL) as process:
        server.wait_for_calls(calls)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_an_interrupt_from_the_keyboard_keeps_what_was_said(server: ProtocolServer) -> None:
    server.faults = fails_at(3, Fault("stall"))
    code, out, err = interrupted(server, 4)
    assert (code, err) == (130, b"")
    assert out.count(b"Message ") == 3
