"""`harness talk --harness-max-tokens`: what a call may take, with the end that runs of pytest have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_running import on_terminal
from dialogue_harness import read_recording, read_transcript
from dialogue_harness.cli import main
from dialogue_harness.storage.reader import load_partial
from talking import counting_server, samples_with, talk_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogue_harness.testing.server import ProtocolServer

    Captured = pytest.CaptureFixture[str]

RAISE = "raise --harness-max-tokens (harness_max_tokens)"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with counting_server() as running:
        yield running


# --- one dialogue


def test_no_more_is_asked_for_and_what_was_said_is_printed(server: ProtocolServer, capsys: Captured) -> None:
    assert main(talk_with(server, "--harness-max-tokens", "300")) == 2
    captured = capsys.readouterr()
    assert server.calls == 3
    assert captured.out.count("\nModel ") == 2 + 4  # two in the heading
    assert captured.err == (
        "harness: the budget of the run is spent: 300 of 300 tokens\n"
        "  while: speaker A was to say message 5 of scenario 'talk', sample 1\n"
        f"how to fix: {RAISE}; then add --output FILE, so that the same command can continue the dialogue\n"
    )


def test_a_transcript_says_where_what_was_said_is_kept(server: ProtocolServer, capsys: Captured) -> None:
    assert main(talk_with(server, "--harness-max-tokens", "300", "--output", "run.txt")) == 2
    assert "  kept: 4 messages in run.txt.jsonl\n" in capsys.readouterr().err
    assert len(read_transcript("run.txt")) == 4


def test_a_recording_goes_on_with_the_same_command_and_a_larger_budget(
    server: ProtocolServer, capsys: Captured
) -> None:
    command = talk_with(server, "--output", "run.jsonl")
    assert main([*command, "--harness-max-tokens", "300"]) == 2
    assert capsys.readouterr().err == (
        "harness: the budget of the run is spent: 300 of 300 tokens\n"
        "  while: speaker A was to say message 5 of scenario 'talk', sample 1\n"
        "  kept: 4 messages in run.jsonl\n"
        f"how to fix: {RAISE}; then the same command continues from there\n"
    )
    assert main([*command, "--harness-max-tokens", "301"]) == 0
    assert capsys.readouterr() == ("", "")
    assert server.calls == 6
    assert main(talk_with(server, "--output", "undisturbed.jsonl")) == 0
    assert read_recording("run.jsonl").texts == read_recording("undisturbed.jsonl").texts


def test_a_recording_of_another_talk_is_not_gone_on_with(server: ProtocolServer, capsys: Captured) -> None:
    main(talk_with(server, "--output", "run.jsonl", "--harness-max-tokens", "300"))
    before = Path("run.jsonl").read_bytes()
    capsys.readouterr()
    assert main(talk_with(server, "--output", "run.jsonl", "--temperature", "0.5")) == 2
    told = capsys.readouterr().err
    assert told.startswith("harness: run.jsonl is there, and this command cannot continue it\n")
    assert told.endswith("how to fix: run the command that began it, name another file, or remove that file\n")
    assert (server.calls, Path("run.jsonl").read_bytes()) == (3, before)


def test_a_secret_in_what_is_said_next_takes_nothing_away_that_was_recorded(
    server: ProtocolServer, capsys: Captured
) -> None:
    command = talk_with(server, "--output", "run.jsonl")
    main([*command, "--harness-max-tokens", "300"])
    server.answer = lambda *_: "My key is sk-" + "a1B2" * 8
    assert main(command) == 2
    assert "  kept: 4 messages in run.jsonl\n" in capsys.readouterr().err
    assert len(load_partial("run.jsonl").dialogue) == 4
    assert server.calls == 4  # the message with the secret is the last one


def test_a_recording_that_is_complete_is_not_touched(server: ProtocolServer, capsys: Captured) -> None:
    command = talk_with(server, "--output", "run.jsonl")
    main(command)
    before = Path("run.jsonl").read_bytes()
    assert main(command) == 2
    assert "run.jsonl is there already, and nothing is overwritten" in capsys.readouterr().err
    assert Path("run.jsonl").read_bytes() == before


def test_turns_that_a_person_asked_for_are_not_lost_where_the_talk_goes_on(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = talk_with(server, "--output", "run.jsonl", turns=1)
    with on_terminal(monkeypatch, "2\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main([*command, "--harness-max-tokens", "500"]) == 2
    assert "\n1 turn, ended by turns; 2 calls to models; spent 200 tokens\nmore turns? [0] " in terminal.shown
    assert "\n5 calls to models; spent 500 tokens\n6 messages in run.jsonl\nharness: the budget" in terminal.shown
    assert terminal.shown.endswith("; then the same command with --turns 3 continues from there\n")
    command = talk_with(server, "--output", "run.jsonl", turns=3)
    with on_terminal(monkeypatch, "0\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main(command) == 0
    assert terminal.shown.startswith("some/model with itself, 3 turns, continuing after message 6\n")
    assert len(read_recording("run.jsonl")) == 7
    assert server.calls == 6


def test_models_in_the_box_take_nothing(capsys: Captured) -> None:
    assert main(["talk", "--turns", "3", "--harness-max-tokens", "1"]) == 0
    assert capsys.readouterr().err == ""


# --- several samples


def test_samples_share_the_budget_and_the_same_command_goes_on(server: ProtocolServer, capsys: Captured) -> None:
    command = samples_with(server, "--harness-max-tokens", "900", samples=3)
    assert main(command) == 2
    captured = capsys.readouterr()
    assert server.calls == 9
    assert captured.out.splitlines()[2:] == [
        "       1  ended by turns           7       600  none                runs/1.txt",
        "       2  unfinished               4       300  –                   runs/2.jsonl",
        "       3  nothing said             0         –  –                   –",
        "3 samples: 1 complete, 2 unfinished, none in a termination loop; 9 calls to models; spent 900 tokens",
        "to continue what is unfinished: the same command",
    ]
    assert captured.err == (
        "harness: samples 2, 3: the budget of the run is spent: 900 of 900 tokens\n"
        "  while: speaker A was to say message 5 of scenario 'talk', sample 2\n"
        "  kept: 4 messages in runs/2.jsonl\n"
        f"how to fix: {RAISE}; then the same command continues from there\n"
    )
    assert len(load_partial("runs/2.jsonl").dialogue) == 4

    assert main(command) == 0  # a budget counts what its call takes
    assert server.calls == 18
    told = capsys.readouterr().out.splitlines()[-1]
    assert told == "3 samples: 3 complete, none in a termination loop; 9 calls to models; spent 900 tokens"


def test_one_cause_is_told_once_whatever_each_sample_had_spent(server: ProtocolServer, capsys: Captured) -> None:
    assert main(samples_with(server, "--harness-max-tokens", "700", "--max-concurrency", "9", samples=9)) == 2
    assert capsys.readouterr().err.count("harness: ") == 1
    assert server.calls <= 7 + 8  # no more than those that were under way


@pytest.mark.parametrize("amount", ["0", "-1", "many", "1.5"])
def test_what_is_no_number_of_tokens_is_misuse(amount: str, capsys: Captured) -> None:
    assert main(["talk", "--harness-max-tokens", amount]) == 2
    assert capsys.readouterr().err == (
        f"harness: argument --harness-max-tokens: must be a whole number, 1 or more, not '{amount}'\n"
        "how to fix: see `harness talk --help`\n"
    )
