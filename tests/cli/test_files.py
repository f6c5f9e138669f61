"""What can be named on the command line, and what is said of what cannot be read."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_running import TEA, dialogue, transcript
from dialogue_harness.cli import main
from dialogue_harness.formats.json_form import write_transcript_json
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import write_transcript
from dialogue_harness.storage.journal import Journal, write_recording

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]

READERS = ("show", "check", "import", "export")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def complaint(capsys: Captured, *arguments: str) -> str:
    """Return what is said of a command line that is misuse or names broken input."""
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def recording(path: str, *texts: str) -> Path:
    write_recording(path, dialogue(*(texts or TEA)), origin="run", recorded_at="2026-01-02T03:04:05Z")
    return Path(path)


@pytest.mark.parametrize("verb", READERS)
def test_a_file_that_is_not_there_is_named_with_the_nearest(verb: str, capsys: Captured) -> None:
    transcript(Path("dialogue.txt"))
    assert complaint(capsys, verb, "dialog.txt") == (
        "harness: dialog.txt does not exist\n"
        "  nearest: dialogue.txt\n"
        "how to fix: name a recording (.jsonl) or a transcript (.txt, .json)\n"
    )


@pytest.mark.parametrize("verb", READERS)
def test_a_folder_is_no_file_and_the_files_in_it_are_suggested(verb: str, capsys: Captured) -> None:
    recording("fixtures/tea/a_vs_b/1.jsonl")
    assert complaint(capsys, verb, "fixtures") == (
        "harness: fixtures is a folder, not a recording or a transcript\n"
        "how to fix: name the files in it, such as fixtures/*/*/*.jsonl\n"
    )


@pytest.mark.parametrize("verb", READERS)
@pytest.mark.parametrize("content", [b"", b"\n", b"Just some notes.\n", b"[1, 2]", b"{}"], ids=repr)
def test_what_is_no_transcript_is_called_so(verb: str, content: bytes, capsys: Captured) -> None:
    Path("notes.txt").write_bytes(content)
    assert complaint(capsys, verb, "notes.txt").startswith("harness: notes.txt")


@pytest.mark.parametrize("verb", READERS)
def test_binary_garbage_is_told_by_its_byte_and_not_shown(verb: str, capsys: Captured) -> None:
    Path("image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x1b[2J" * 50)
    told = complaint(capsys, verb, "image.txt")
    assert told.startswith("harness: image.txt, line 1: this is not UTF-8")
    assert "\x1b" not in told


@pytest.mark.parametrize("verb", ["show", "check", "export"])
def test_a_recording_that_was_edited_is_not_used(verb: str, capsys: Captured) -> None:
    path = recording("1.jsonl")
    path.write_bytes(path.read_bytes().replace(b"straw", b"linen"))
    assert complaint(capsys, verb, "1.jsonl").startswith("harness: recording was edited")


@pytest.mark.parametrize("verb", ["show", "check", "export"])
def test_garbage_in_a_recording_is_told_by_its_line(verb: str, capsys: Captured) -> None:
    path = recording("1.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"\x00\xff garbage\n", *lines[4:]]))
    told = complaint(capsys, verb, "1.jsonl")
    assert told.startswith("harness: recording is corrupt")
    assert "  line: 4\n" in told


@pytest.mark.parametrize("verb", ["show", "check", "export"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"# LLM Dialogue Transcript\n"], ids=["empty", "binary", "text"]
)
def test_what_is_no_recording_but_named_like_one_is_broken(verb: str, content: bytes, capsys: Captured) -> None:
    Path("1.jsonl").write_bytes(content)
    assert complaint(capsys, verb, "1.jsonl").startswith("harness: recording is")


@pytest.mark.parametrize("verb", ["show", "check", "export"])
def test_an_interrupted_recording_is_read_as_far_as_it_goes(verb: str, capsys: Captured) -> None:
    spoken = dialogue(*TEA)
    with Journal.create("1.jsonl", spoken.scenario, 1) as journal:
        for message in spoken.messages[:3]:
            journal.append(message)
    assert main([verb, "1.jsonl"]) == 0
    captured = capsys.readouterr()
    assert captured.err == (
        "harness: 1.jsonl: recording is interrupted: it has no end line; it is read as far as it goes, 3 messages\n"
    )
    assert captured.out


def test_a_recording_is_known_by_its_content_whatever_its_name(capsys: Captured) -> None:
    recording("1.jsonl").rename("notes.txt")
    assert main(["export", "notes.txt"]) == 0
    assert TEA[-1] in capsys.readouterr().out


def test_the_json_form_is_read_whatever_its_name(capsys: Captured) -> None:
    Path("tea").write_text(write_transcript_json(dialogue(*TEA)), encoding="utf-8")
    assert main(["export", "tea"]) == 0
    assert capsys.readouterr().out == write_transcript(dialogue(*TEA))


def test_a_line_that_can_be_read_in_two_ways_is_told_and_the_file_read(capsys: Captured) -> None:
    text = write_transcript(dialogue("Hello.", "Well.", "Bye.")).replace("Well.", "Well.\nModel A: is what I am.")
    Path("odd.txt").write_text(text, encoding="utf-8")
    assert main(["show", "odd.txt"]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("harness: odd.txt, line 13: `Model A:` is read as text of B's message 2;")
    assert "Model A: is what I am." in captured.out


def piped(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")


@pytest.mark.parametrize("form", [write_transcript, write_transcript_json])
def test_a_dash_reads_a_transcript_from_standard_input(
    form: object, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = write_transcript if form is write_transcript else write_transcript_json
    monkeypatch.setattr(sys, "stdin", piped(encode(write(dialogue(*TEA)))))
    assert main(["check", "-"]) == 0
    assert capsys.readouterr().out.startswith("standard input: 7 messages, acme/talker with itself\n")


def test_a_recording_from_standard_input_is_refused(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", piped(recording("1.jsonl").read_bytes()))
    told = "harness: standard input gives a recording, which is only read from a file\nhow to fix: name the file\n"
    assert complaint(capsys, "show", "-") == told


def test_standard_input_that_is_no_text_is_broken_input(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", piped(b"caf\xe9"))
    assert complaint(capsys, "show", "-") == (
        "harness: standard input, line 1: this is not UTF-8\n"
        "  got: byte 0xe9 at offset 3\n"
        "how to fix: save the file as UTF-8\n"
    )


def test_a_named_pipe_is_read_once(capsys: Captured) -> None:
    os.mkfifo("pipe")
    text = encode(write_transcript(dialogue(*TEA)))
    writer = threading.Thread(target=Path("pipe").write_bytes, args=(text,))
    writer.start()
    assert main(["export", "pipe"]) == 0
    writer.join()
    assert capsys.readouterr().out.encode() == text


def test_a_file_that_git_tracks_is_restored_with_git(capsys: Captured) -> None:
    subprocess.run(["git", "init", "-q"], check=True)  # noqa: S607 -- whichever git there is
    paths = recording("1 a.jsonl", "Hello.", "Hello you."), recording("2.jsonl", "Hello.", "Hello you.")
    subprocess.run(["git", "add", "1 a.jsonl"], check=True)  # noqa: S607 -- likewise
    for path, how in zip(paths, (" with `git checkout -- '1 a.jsonl'`", ""), strict=True):
        path.write_bytes(path.read_bytes().replace(b"Hello you.", b"Hullo you."))
        assert complaint(capsys, "show", str(path)).splitlines()[-1] == f"how to fix: restore the file{how}"
