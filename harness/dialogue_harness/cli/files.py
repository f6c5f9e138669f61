"""Reading whatever a person names on the command line: a recording or a transcript."""

from __future__ import annotations

import shlex
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.cli import warn
from dialogue_harness.errors import RecordingInterrupted, UsageError
from dialogue_harness.formats.registry import HEAD, load_all, parse_all
from dialogue_harness.formats.registry import is_recording as begins_recording
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.recording import load, load_partial

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from dialogue_harness.dialogue import Dialogue

#: What a file argument is, for the help.
FILE_HELP: Final = "a recording (.jsonl) or a transcript (.txt, .json); - reads a transcript from standard input"

#: Stands for standard input where a file is read, for standard output where one is written.
STANDARD: Final = Path("-")


def add_files(parser: argparse.ArgumentParser, *, several: bool) -> None:
    """Add the argument that names what is read: one file, or any number."""
    if several:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=FILE_HELP)
    else:
        parser.add_argument("file", type=Path, metavar="FILE", help=FILE_HELP)


def read_dialogue(path: Path) -> Dialogue:
    """Return the dialogue in a file: a recording, or a transcript as text or JSON.

    What is doubtful about it is said on standard error; an interrupted recording is read as far as it goes.

    Raises:
        HarnessError: the file is neither, is not there, or is broken.

    """
    if path == STANDARD:
        return _heard(lambda: _from_pipe(sys.stdin.buffer.read(), "standard input"))
    _check_there(path)
    if not path.is_file():
        return _heard(lambda: _from_pipe(path.read_bytes(), str(path)))
    return _recorded(path) if is_recording(path) else _heard(lambda: _only(path, load_all(path)))


def is_recording(path: Path) -> bool:
    """Return whether a file is to be read as a recording: by its name, or by how it begins."""
    if path.suffix == ".jsonl":
        return True
    try:
        with path.open("rb") as file:
            return begins_recording(file.read(HEAD))
    except OSError:
        return False  # reading it as a transcript will say why


def _only(path: Path, found: list[Dialogue]) -> Dialogue:
    if len(found) != 1:
        msg = f"{shown(path)} holds {len(found)} dialogues, not one"
        raise UsageError(msg)
    return found[0]


def _heard(read: Callable[[], Dialogue]) -> Dialogue:
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        dialogue = read()
    for doubt in doubts:
        warn(doubt.message)
    return dialogue


def _recorded(path: Path) -> Dialogue:
    try:
        return load(path).dialogue
    except RecordingInterrupted as error:
        dialogue = load_partial(path).dialogue  # or raises, if not even its first line is whole
        warn(f"{shown(path)}: {error.headline}; it is read as far as it goes, {len(dialogue)} messages")
        return dialogue


def _from_pipe(data: bytes, name: str) -> Dialogue:
    if begins_recording(data):
        msg = f"{shorten(name)} gives a recording, which is only read from a file"
        raise UsageError(msg, fix="name the file")
    return _only(Path(name), parse_all(data, name))


def _check_there(path: Path) -> None:
    if path.is_dir():
        msg = f"{shown(path)} is a folder, not a recording or a transcript"
        raise UsageError(msg, fix=f"name the files in it, such as {_in(path)}")
    if path.exists():
        return
    msg = f"{shown(path)} does not exist"
    facts = [("nearest", shown(path.with_name(near)))] if (near := _nearest(path)) else []
    raise UsageError(msg, facts=facts, fix="name a recording (.jsonl) or a transcript (.txt, .json)")


def _in(folder: Path) -> str:
    """Return how the files in a folder are named, where it is one of recordings or of transcripts."""
    ending = "/*/*/*.jsonl" if next(folder.glob("*/*/*.jsonl"), None) else "/*.txt"
    return shlex.quote(shown(folder)) + ending


def _nearest(path: Path) -> str | None:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    except OSError:
        return None
    return nearest(path.name, names)
