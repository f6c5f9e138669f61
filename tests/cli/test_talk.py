from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_running import on_terminal
from dialogue_harness import read_recording, read_transcript
from dialogue_harness.cli import main
from dialogue_harness.storage.reader import load

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]
    CapturedBytes = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def talk(capsys: Captured, *arguments: str) -> str:
    assert main(["talk", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def complaint(capsys: Captured, *arguments: str) -> str:
    assert main(["talk", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_pair_in_the_box_talks_and_its_transcript_is_printed(capsys: Captured) -> None:
    out = talk(capsys, "--model", "builtin:eliza", "--turns", "2", "--system", "Talk of tea.", "--opener", "Good day.")
    head, _, conversation = out.partition("## Conversation\n\n")
    assert head == (
        "# LLM Dialogue Transcript\n"
        "\n"
        "Model A: builtin:eliza\n"
        "Model B: builtin:eliza\n"
        "Turns: 2\n"
        "System prompt: Talk of tea.\n"
        "Opener: Good day.\n"
        "\n"
    )
    assert [line[:9] for line in conversation.splitlines()[::2]] == [f"Model {side}: " for side in "ABABA"]


def test_what_is_printed_is_read_by_check_and_found_unable_to_stop(capsys: Captured) -> None:
    Path("run.txt").write_text(talk(capsys, "--model", "builtin:eliza", "--turns", "50"), encoding="utf-8")
    assert main(["check", "run.txt", "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert record["messages"] == 101
    assert record["loop"]["onset"] < 80


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(capsysbinary: CapturedBytes) -> None:
    said = []
    for seed in ("7", "7", "8"):
        main(["talk", "--turns", "20", "--seed", seed])
        said.append(capsysbinary.readouterr().out)
    assert said[0] == said[1] != said[2]


def test_no_turns_are_the_opener_alone(capsys: Captured) -> None:
    assert talk(capsys, "--turns", "0").endswith("\n\nModel A: Hello.\n")


def test_speakers_can_differ_in_their_system_prompts(capsys: Captured) -> None:
    out = talk(capsys, "--turns", "1", "--system", "Ask.", "--system-b", "Answer.")
    assert "\nSystem prompt A: Ask.\nSystem prompt B: Answer.\n" in out


def test_a_speaker_can_hang_up_where_an_end_token_is_offered(capsys: Captured) -> None:
    talk(capsys, "--turns", "50", "--end-token", "[END]", "--output", "run.jsonl")
    ending = read_recording("run.jsonl").ending
    assert ending is not None
    assert ending.reason == "hang_up"


# --- where the transcript goes


@pytest.mark.parametrize("name", ["run.txt", "run.json", "new/folder/run.txt"])
def test_one_dialogue_goes_to_a_file_in_the_form_of_its_ending(name: str, capsys: Captured) -> None:
    printed = talk(capsys, "--turns", "3")
    assert talk(capsys, "--turns", "3", "--output", name) == ""
    Path("printed.txt").write_text(printed, encoding="utf-8")
    assert read_transcript(name).texts == read_transcript("printed.txt").texts


def test_a_recording_can_be_made_of_it(capsys: Captured) -> None:
    talk(capsys, "--turns", "3", "--seed", "5", "--output", "run.jsonl")
    recording = load("run.jsonl")
    assert (recording.origin, recording.dialogue.turns, recording.dialogue.scenario.a.seed) == ("run", 3, 5)


@pytest.mark.parametrize(
    ("output", "there"), [("run.txt", "run.txt"), ("run.json", "run.json"), ("runs/", "runs/1.txt")]
)
def test_a_transcript_that_is_there_stays(output: str, there: str, capsys: Captured) -> None:
    talk(capsys, "--turns", "1", "--output", output)
    before = Path(there).read_bytes()
    assert complaint(capsys, "--turns", "2", "--output", output) == (
        f"harness: --output {there} is there already, and nothing is overwritten\n"
        "how to fix: name another file, or remove that one\n"
    )
    assert Path(there).read_bytes() == before


def test_a_dash_is_standard_output(capsys: Captured) -> None:
    assert talk(capsys, "--turns", "1", "--output", "-") == talk(capsys, "--turns", "1")
    assert list(Path().iterdir()) == []


def test_several_samples_are_numbered_files_in_a_folder(capsys: Captured) -> None:
    talk(capsys, "--turns", "2", "--samples", "3", "--output", "runs")
    assert sorted(path.name for path in Path("runs").iterdir()) == ["1.txt", "2.txt", "3.txt"]
    texts = {read_transcript(path).texts for path in Path("runs").iterdir()}
    assert len(texts) == 3


def test_a_sample_says_the_same_among_many_as_it_would_alone(capsysbinary: CapturedBytes) -> None:
    main(["talk", "--turns", "4", "--samples", "2", "--output", "runs/"])
    capsysbinary.readouterr()
    main(["talk", "--turns", "4"])
    assert Path("runs/1.txt").read_bytes() == capsysbinary.readouterr().out


@pytest.mark.parametrize("output", ["runs/", "runs", "there", "there/"])
def test_one_sample_goes_into_a_folder_too(output: str, capsys: Captured) -> None:
    Path("there").mkdir()
    talk(capsys, "--turns", "1", "--output", output)
    assert len(read_transcript(Path(output, "1.txt"))) == 3


def test_samples_go_into_a_folder_with_a_dot_in_its_name(capsys: Captured) -> None:
    talk(capsys, "--turns", "1", "--samples", "2", "--output", "gemma-3.1")
    assert len(list(Path("gemma-3.1").iterdir())) == 2


def test_a_device_is_written_to(capsys: Captured) -> None:
    assert talk(capsys, "--turns", "1", "--output", os.devnull) == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--samples", "3"],
            "harness: 3 samples need a folder for their transcripts\nhow to fix: add --output FOLDER/\n",
        ),
        (
            ["--samples", "3", "--output", "run.txt"],
            "harness: --output run.txt is one file, but 3 samples need a folder\nhow to fix: --output run/\n",
        ),
        (
            ["--output", "run.md"],
            (
                "harness: --output run.md has an ending that stands for no form of a transcript\n"
                "  got: .md\n"
                "  forms: .txt, .json, .jsonl\n"
                "how to fix: --output run.txt\n"
            ),
        ),
        (
            ["--output", "there.jsonl"],
            (
                "harness: --output there.jsonl is there already, and nothing is overwritten\n"
                "how to fix: name another file, or remove that one\n"
            ),
        ),
        (["--output", "there.jsonl/x.txt"], "harness: there.jsonl: File exists\n"),
        (["--output", "there.jsonl/"], "harness: there.jsonl: File exists\n"),
        (
            ["--base-url", "http://127.0.0.1:1/v1"],
            (
                "harness: --base-url names a server, but both models are built in and need none\n"
                "how to fix: add --model NAME with a model that the server knows, or leave --base-url out\n"
            ),
        ),
        (
            ["--b", "builtin:scripted"],
            (
                "harness: builtin:scripted says lines that a spec gives it; there are none here\n"
                "how to fix: --model builtin:eliza needs none\n"
            ),
        ),
        (
            ["--model", "builtin:elisa"],
            (
                "harness: unknown built-in model 'builtin:elisa'\n"
                "  built-in models: builtin:eliza, builtin:scripted\n"
                "  nearest: builtin:eliza\n"
                "how to fix: write one of the names above; the model of a server has another prefix, or none\n"
            ),
        ),
        (
            ["--temperature", "3"],
            "harness: Speaker.temperature must be a number from 0 to 2\n  got: 3.0\n  nearest: 2\n",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_misuse_is_told_before_anything_is_said(arguments: list[str], told: str, capsys: Captured) -> None:
    Path("there.jsonl").touch()
    assert complaint(capsys, *arguments) == told
    assert sorted(path.name for path in Path().iterdir()) == ["there.jsonl"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--turns", "-1"],
        ["--turns", "two"],
        ["--samples", "0"],
        ["--max-tokens", "0"],
        ["--attempts", "0"],
        ["--seed", "x"],
    ],
    ids=" ".join,
)
def test_a_number_that_cannot_be_is_misuse(arguments: list[str], capsys: Captured) -> None:
    assert f"argument {arguments[0]}: " in complaint(capsys, *arguments)


def test_an_unknown_prefix_of_a_model_is_misuse(capsys: Captured) -> None:
    told = complaint(capsys, "--model", "olama:gemma")
    assert told.startswith("harness: unknown model prefix 'olama:' in 'olama:gemma'\n")
    assert "how to fix: if 'olama:gemma' is the model's own name, write 'openai:olama:gemma';" in told


def test_a_blank_model_is_misuse(capsys: Captured) -> None:
    assert complaint(capsys, "--model", "").startswith("harness: Speaker.model must not be blank\n")


# --- on a terminal


def test_on_a_terminal_the_dialogue_is_shown_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_terminal(monkeypatch, "\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main(["talk", "--turns", "1", "--opener", "Good day."]) == 0
    lines = terminal.shown.split("\n")
    assert lines[:4] == ["builtin:eliza with itself, 1 turn", "", "A: Good day.", ""]
    assert [line[:3] for line in lines[4:8]] == ["B: ", "", "A: ", ""]
    assert lines[8:] == ["1 turn, ended by turns", "more turns? [0] "]


def test_the_two_speakers_have_two_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_terminal(monkeypatch, "\n") as terminal:
        main(["talk", "--turns", "1"])
    assert "\x1b[36mA: \x1b[0m\x1b[36mHello.\x1b[0m\n" in terminal.shown
    assert terminal.shown.count("\x1b[35mB: \x1b[0m\x1b[35m") == 1


def test_more_turns_are_asked_for_until_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_terminal(monkeypatch, "many\n2\n1\n0\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main(["talk", "--turns", "1", "--output", "run.txt"]) == 0
    assert terminal.shown.count("more turns? [0] ") == 4
    assert "more turns? [0] a number of turns, or nothing to stop\n" in terminal.shown
    assert terminal.shown.endswith("more turns? [0] 9 messages in run.txt\n")
    dialogue = read_transcript("run.txt")
    assert (dialogue.turns, dialogue.scenario.turns) == (4, 4)


def test_a_dialogue_that_was_prolonged_is_the_one_that_was_longer_from_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with on_terminal(monkeypatch, "3\n\n"):
        main(["talk", "--turns", "2", "--output", "prolonged.txt"])
    talk(capsys, "--turns", "5", "--output", "longer.txt")
    assert Path("prolonged.txt").read_bytes() == Path("longer.txt").read_bytes()


def test_the_end_of_input_wants_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_terminal(monkeypatch, "\x04") as terminal:
        assert main(["talk", "--turns", "1"]) == 0
    assert terminal.shown.count("more turns?") == 1


@pytest.mark.parametrize("streams", [("stdout", "stderr"), ("stdin", "stderr")])
def test_nobody_is_asked_where_not_both_ends_are_a_terminal(
    streams: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with on_terminal(monkeypatch, streams=streams) as terminal:
        assert main(["talk", "--turns", "1"]) == 0
    assert "more turns" not in terminal.shown + capsys.readouterr().out


def test_a_dialogue_that_was_hung_up_is_not_prolonged(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_terminal(monkeypatch, "5\n", environment={"NO_COLOR": "1"}) as terminal:
        main(["talk", "--turns", "50", "--end-token", "[END]"])
    assert "ended by hang_up\n" in terminal.shown
    assert "more turns" not in terminal.shown


def test_a_pipe_gets_the_transcript_while_the_progress_is_shown_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    with on_terminal(monkeypatch, streams=("stdin", "stderr"), environment={"FORCE_COLOR": "1"}) as terminal:
        main(["talk", "--turns", "2"])
    watched = capsys.readouterr().out
    assert watched == talk(capsys, "--turns", "2")
    assert "\r5 of 5 messages\r\x1b[K" in terminal.shown
