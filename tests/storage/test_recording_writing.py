from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from dialogue_harness import __version__, read_recording
from dialogue_harness.dialogue import Dialogue, Ending, Message, Usage
from dialogue_harness.errors import RecordingError, UsageError
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.journal import write_recording
from dialogue_harness.storage.reader import load
from strategies import dialogues

PAIR = Speaker("vendor/model", system="Be brief.", temperature=0.5)
SCENARIO = Scenario("small-talk", a=PAIR, b=Speaker("builtin:eliza"), opener="Hello.", turns=1)
AT = "2026-11-23T18:05:00Z"


def a_dialogue() -> Dialogue:
    messages = (
        Message(1, "A", "Hello."),
        Message(2, "B", "Good “day”.\n\nModel A: x", "It greets.", "stop", "eliza-1", Usage(9, 5), 12.5, 1),
        Message(3, "A", ""),
    )
    return Dialogue(SCENARIO, messages, Ending("turns"), sample=4)


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues())
def test_any_dialogue_comes_back_as_it_was(dialogue: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        write_recording(path, dialogue)
        assert read_recording(path) == dialogue


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues())
def test_the_file_is_utf8_with_one_json_object_a_line(dialogue: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        write_recording(path, dialogue)
        text = path.read_bytes().decode("utf-8")
    lines = text.split("\n")
    assert lines.pop() == ""
    assert [type(json.loads(line)) for line in lines] == [dict] * (len(dialogue) + 2)
    assert "\r" not in text


def test_the_lines_are_those_of_the_format(tmp_path: Path) -> None:
    path = tmp_path / "4.jsonl"
    write_recording(path, a_dialogue(), origin="run", recorded_at=AT)
    *lines, last = path.read_text(encoding="utf-8").splitlines(keepends=True)
    header = (
        f'{{"fingerprint":"{SCENARIO.fingerprint}","format":"dialogue-recording","harness_version":"{__version__}",'
        '"origin":"run","recorded_at":"2026-11-23T18:05:00Z","sample":4,"scenario":{"a":{"model":"vendor/model",'
        '"system":"Be brief.","temperature":0.5},"b":{"model":"builtin:eliza"},"name":"small-talk","opener":"Hello.",'
        '"turns":1},"version":1}\n'
    )
    second = (
        '{"number":2,"speaker":"B","text":"Good “day”.\\n\\nModel A: x","reasoning":"It greets.",'
        '"finish_reason":"stop","model":"eliza-1","usage":{"input":9,"output":5},"ms":12.5,"attempts":1}\n'
    )
    first, third = '{"number":1,"speaker":"A","text":"Hello."}\n', '{"number":3,"speaker":"A","text":""}\n'
    assert lines == [header, first, second, third]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert last == f'{{"ending":{{"reason":"turns"}},"messages":3,"digest":"sha256:{digest}"}}\n'


def test_the_same_dialogue_and_time_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_recording(tmp_path / name, a_dialogue(), recorded_at=AT)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_a_lone_surrogate_is_escaped_and_other_lines_are_not(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    write_recording(path, Dialogue.from_texts(["é", "é \udc80"]))
    lines = path.read_bytes().decode("utf-8").split("\n")
    assert lines[1] == '{"number":1,"speaker":"A","text":"é"}'
    assert lines[2] == '{"number":2,"speaker":"B","text":"\\u00e9 \\udc80"}'


def test_an_import_keeps_the_transcripts_date_and_heading(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    imported = replace(a_dialogue(), date="2025-01-02 03:04", heading="# LLM Dialogue Transcript\n")
    write_recording(path, imported, origin="import", recorded_at=AT)
    dialogue = read_recording(path)
    assert (dialogue.date, dialogue.heading) == ("2025-01-02 03:04", "# LLM Dialogue Transcript\n")


def test_an_import_without_a_date_stays_without_one(tmp_path: Path) -> None:
    write_recording(tmp_path / "1.jsonl", a_dialogue())
    assert read_recording(tmp_path / "1.jsonl").date is None


def test_the_date_of_a_run_is_when_it_was_recorded_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    write_recording(path, replace(a_dialogue(), date="elsewhen", heading="x"), origin="run", recorded_at=AT)
    recording = load(path)
    assert (recording.dialogue.date, recording.dialogue.heading) == ("2026-11-23 18:05", None)
    assert (recording.origin, recording.recorded_at, recording.is_complete) == ("run", AT, True)


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "1.jsonl"
    write_recording(path, a_dialogue())
    assert os.listdir(path.parent) == ["1.jsonl"]  # noqa: PTH208 -- the names alone


def test_an_existing_file_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "1.jsonl"
    path.write_text("mine")
    with pytest.raises(RecordingError) as raised:
        write_recording(path, a_dialogue())
    assert str(raised.value) == ("recording 1.jsonl exists already\nhow to fix: delete it first")
    assert isinstance(raised.value.__cause__, FileExistsError)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("1.jsonl", "mine")]


def test_a_folder_that_is_a_file_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").write_text("not a folder")
    with pytest.raises(RecordingError) as raised:
        write_recording(tmp_path / "folder" / "sub" / "1.jsonl", a_dialogue())
    assert str(raised.value) == (
        "recording cannot be written\n"
        f"  file: {Path('folder', 'sub', '1.jsonl')}\n"
        "  problem: Not a directory\n"
        "how to fix: solve the problem above"
    )


@pytest.mark.parametrize(
    "when", ["yesterday", "2026-11-23 18:05:00", "2026-11-23T18:05:00+01:00", "2026-11-23T18:05:00Z\n"]
)
def test_a_time_that_is_none_is_refused_before_anything_is_written(tmp_path: Path, when: str) -> None:
    with pytest.raises(UsageError, match="recorded_at must be a UTC time such as 2026-11-23T18:05:00Z"):
        write_recording(tmp_path / "1.jsonl", a_dialogue(), recorded_at=when)
    assert list(tmp_path.iterdir()) == []
