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
from dialogue_harness.formats import files
from dialogue_harness.formats.source import decode
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.reader import load_partial

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
    """Return the one dialogue in a file: a recording, or a transcript in any format.

    What is doubtful about it is reported on standard error; an interrupted recording is read as far as it goes.

    Raises:
        HarnessError: the file is neither, is not there, or is broken; or it holds several dialogues.

    """
    found = read_dialogues(path)
    if len(found) != 1:
        msg = f"{shown(path)} holds {len(found)} dialogues"
        raise UsageError(msg, fix=f"harness import {shlex.quote(shown(path))}, and name one of the recordings")
    return found[0]


def read_dialogues(path: Path) -> tuple[Dialogue, ...]:
    """Return all dialogues in a file, as :func:`read_dialogue` does one."""
    if path != STANDARD:
        _check_there(path)
    if path == STANDARD or not path.is_file():
        data, name = (sys.stdin.buffer.read(), "standard input") if path == STANDARD else (path.read_bytes(), str(path))
        if files.is_recorded(data):
            msg = f"{shorten(name)} gives a recording, which is only read from a file"
            raise UsageError(msg, fix="name the file")
        return _reported(lambda: files.parse(decode(data, name), name))
    try:
        return _reported(lambda: files.load_all(path))
    except RecordingInterrupted as error:
        dialogue = load_partial(path).dialogue  # or raises, if not even its first line is whole
        warn(f"{shown(path)}: {error.headline}; it is read as far as it goes, {len(dialogue)} messages")
        return (dialogue,)


def _reported(read: Callable[[], tuple[Dialogue, ...]]) -> tuple[Dialogue, ...]:
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        dialogues = read()
    for doubt in doubts:
        warn(doubt.message)
    return dialogues


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
