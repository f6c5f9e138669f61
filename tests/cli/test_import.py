from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_running import TEA, dialogue, transcript
from dialogue_harness import read_recording, read_transcript
from dialogue_harness.cli import main
from dialogue_harness.formats.json_form import write_transcript_json
from dialogue_harness.storage.journal import write_recording
from dialogue_harness.storage.reader import load
from places import SEEDS

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]

PAIR = "acme+talker_vs_acme+talker"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def imported(capsys: Captured, *arguments: str) -> str:
    assert main(["import", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def warned(capsys: Captured, *arguments: str) -> str:
    assert main(["import", *arguments]) == 0
    return capsys.readouterr().err


def other(name: str, *, system: str | None = None, opener: str = "Hello.") -> str:
    """Write a transcript of the same pair that says something else."""
    return transcript(Path(name), opener, f"This is {name}.", "Indeed it is.", system=system)


def test_a_transcript_becomes_a_recording_of_a_scenario_by_the_file_s_name(capsys: Captured) -> None:
    transcript(Path("tea.txt"), system="Stay on topic.")
    assert imported(capsys, "tea.txt") == f"tea.txt -> fixtures/tea/{PAIR}/1.jsonl (7 messages)\n"
    recording = load(f"fixtures/tea/{PAIR}/1.jsonl")
    assert recording.origin == "import"
    assert recording.dialogue.texts == TEA
    assert recording.dialogue.scenario.name == "tea"
    assert recording.dialogue.scenario.a.system == "Stay on topic."


def test_the_json_form_is_imported_likewise(capsys: Captured) -> None:
    Path("tea.json").write_text(write_transcript_json(dialogue(*TEA)), encoding="utf-8")
    imported(capsys, "tea.json", "--to", "elsewhere")
    assert read_recording(f"elsewhere/tea/{PAIR}/1.jsonl").texts == TEA


def test_several_files_become_samples_of_the_scenario_that_is_named(capsys: Captured) -> None:
    transcript(Path("a.txt"))
    assert imported(capsys, "a.txt", other("b.txt"), "--scenario", "tea time").splitlines() == [
        f"a.txt -> fixtures/tea%20time/{PAIR}/1.jsonl (7 messages)",
        f"b.txt -> fixtures/tea%20time/{PAIR}/2.jsonl (3 messages)",
    ]
    assert [read_recording(f"fixtures/tea%20time/{PAIR}/{n}.jsonl").sample for n in (1, 2)] == [1, 2]


def test_samples_are_numbered_after_those_that_are_there(capsys: Captured) -> None:
    for name in ("a", "b", "c"):
        imported(capsys, other(f"{name}.txt"), "--scenario", "tea")
    Path(f"fixtures/tea/{PAIR}/2.jsonl").unlink()
    assert f"{PAIR}/4.jsonl" in imported(capsys, other("d.txt"), "--scenario", "tea")
    assert read_recording(f"fixtures/tea/{PAIR}/3.jsonl")[2].text == "This is c.txt."


def test_json_says_where_each_file_is_now(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    (line,) = imported(capsys, "tea.txt", "--json").splitlines()
    assert json.loads(line) == {
        "file": "tea.txt",
        "recording": f"fixtures/tea/{PAIR}/1.jsonl",
        "messages": 7,
    }


@pytest.mark.parametrize("name", ["../../up", "a/b", "with spaces", "🍵", "x" * 300, "con", "..", "-", "\x1b[2J"])
def test_any_scenario_name_becomes_a_safe_folder(name: str, capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    out = imported(capsys, "tea.txt", f"--scenario={name}")
    (made,) = Path("fixtures").iterdir()
    (recording,) = made.rglob("*.jsonl")
    assert read_recording(recording).scenario.name == name
    assert sorted(path.name for path in Path().iterdir()) == ["fixtures", "tea.txt"]
    assert "\x1b" not in out


def test_a_blank_scenario_name_is_misuse(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    assert main(["import", "tea.txt", "--scenario", " "]) == 2
    assert capsys.readouterr().err.startswith("harness: --scenario must not be blank\n")
    assert not Path("fixtures").exists()


def test_a_broken_file_among_many_leaves_nothing_half_done(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    Path("broken.txt").touch()
    assert main(["import", "tea.txt", "broken.txt"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("harness: broken.txt, line 1: this is not a transcript")
    assert not Path("fixtures").exists()


@pytest.mark.parametrize("name", ["1.jsonl", "renamed.txt"])
def test_a_recording_is_not_imported_again(name: str, capsys: Captured) -> None:
    write_recording(name, dialogue(*TEA))
    assert main(["import", name]) == 2
    assert capsys.readouterr().err == (
        f"harness: {name} is a recording already\n"
        f"how to fix: copy it to where it belongs; or harness export {name} --output FILE.txt, and import that\n"
    )


def test_a_sample_that_no_scenario_shares_with_the_first_is_warned_of(capsys: Captured) -> None:
    transcript(Path("tea.txt"), system="Talk of tea.")
    first = other("b.txt", system="Talk of\nwine.", opener="Hi.")
    assert warned(capsys, "tea.txt", first, "--scenario", "tea") == (
        f"harness: fixtures/tea/{PAIR}/2.jsonl differs from sample 1; no scenario has both as its samples\n"
        "  a.system: 'Talk of tea.' -> 'Talk of wine.'\n"
        "  b.system: 'Talk of tea.' -> 'Talk of wine.'\n"
        "  opener: 'Hello.' -> 'Hi.'\n"
        "how to fix: import it under another --scenario\n"
    )


def test_samples_of_an_earlier_import_are_compared_too(capsys: Captured) -> None:
    imported(capsys, other("a.txt", opener="Hello."), "--scenario", "tea")
    assert "opener: 'Hello.' -> 'Hi.'" in warned(capsys, other("b.txt", opener="Hi."), "--scenario", "tea")


def test_a_dialogue_that_is_imported_twice_is_warned_of(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    imported(capsys, "tea.txt")
    assert warned(capsys, "tea.txt") == (
        f"harness: fixtures/tea/{PAIR}/2.jsonl says the same as sample 1: was one dialogue imported twice?\n"
    )


def test_another_pair_is_not_compared(capsys: Captured) -> None:
    transcript(Path("a.txt"), model="acme/one", system="Talk of tea.")
    transcript(Path("b.txt"), model="acme/two")
    out = imported(capsys, "a.txt", "b.txt", "--scenario", "tea")
    assert [line.split()[2] for line in out.splitlines()] == [
        "fixtures/tea/acme+one_vs_acme+one/1.jsonl",
        "fixtures/tea/acme+two_vs_acme+two/1.jsonl",
    ]


def test_a_folder_that_cannot_be_made_is_an_error(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    assert main(["import", "tea.txt", "--to", "tea.txt"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("harness: ")
    assert "Traceback" not in captured.err


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed transcripts lie beside the project, which is elsewhere here")
def test_the_seeds_are_imported_and_exported_to_the_byte(capsys: Captured) -> None:
    seeds = sorted(SEEDS.glob("*.txt"))
    imported(capsys, *map(str, seeds), "--to", "fixtures")
    for seed in seeds:
        (recording,) = Path("fixtures", seed.stem).rglob("1.jsonl")
        assert main(["export", str(recording), "--format", "txt", "--output", "back.txt"]) == 0
        assert Path("back.txt").read_bytes() == seed.read_bytes()
        assert read_recording(recording).messages == read_transcript(seed).messages
