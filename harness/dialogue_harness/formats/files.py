"""Reading and writing dialogues in every format: recordings, and the registered formats of transcripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import HarnessError, RecordingError, TranscriptError, UsageError
from dialogue_harness.formats import json_form, markdown, transcript
from dialogue_harness.formats.registry import FORMATS, TranscriptFormat
from dialogue_harness.formats.scrubbed import without_secrets
from dialogue_harness.formats.source import decode, encode, fail, read_file
from dialogue_harness.storage.format import reason, shown
from dialogue_harness.storage.journal import write_file, write_recording
from dialogue_harness.storage.reader import load as load_recording

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_recording", "load", "load_all", "parse", "read_transcript", "save", "writable"]

#: Imported so that they are registered.
BUILT_IN: Final = (transcript, json_form, markdown)

#: The name of the format of recordings.
RECORDING: Final = "jsonl"

#: A header's keys are sorted, so this stands near the beginning of every recording.
_MARK: Final = b'"format":"dialogue-recording"'
_MARKED_WITHIN: Final = 400
_HEAD: Final = 4096


def read_transcript(path: str | os.PathLike[str]) -> Dialogue:
    """Read a transcript from a file: the text, or its JSON form.

    It is read as JSON if it begins with ``{`` or if the file's name ends with ``.json``. Lone surrogates, which some
    models emit, are read as such.

    Args:
        path: a UTF-8 file, with or without a byte order mark.

    Returns:
        A dialogue whose scenario holds what the transcript tells; the scenario's name is ``unknown``.

    Raises:
        TranscriptError: it cannot be read, or it is no transcript; the error names file and line.

    Warns:
        TranscriptWarning: a line can be read in two ways.

    """
    name = os.fspath(path)
    text = decode(read_file(name), name)
    if name.lower().endswith(".json") or text.lstrip("\ufeff \t\r\n").startswith("{"):
        return json_form.parse_transcript_json(text, name)
    return transcript.parse_transcript(text, name)


def is_recording(path: Path) -> bool:
    """Return whether a file is to be read as a recording: by its name, or by how it begins."""
    if path.suffix == ".jsonl":
        return True
    try:
        with path.open("rb") as file:
            return is_recorded(file.read(_MARKED_WITHIN))
    except (OSError, ValueError):
        return False  # reading it as a transcript will say why


def is_recorded(data: bytes) -> bool:
    """Return whether bytes are those of a recording."""
    return _MARK in data[:_MARKED_WITHIN]


def load(path: str | os.PathLike[str]) -> Dialogue:
    """Do the work of :meth:`dialogue_harness.Dialogue.load`."""
    found = load_all(path)
    if len(found) != 1:
        msg = f"{shown(path)} holds {len(found)} dialogues"
        raise TranscriptError(msg, fix=f"Dialogue.load_all({os.fspath(path)!r})" if found else None)
    return found[0]


def load_all(path: str | os.PathLike[str]) -> tuple[Dialogue, ...]:
    """Do the work of :meth:`dialogue_harness.Dialogue.load_all`."""
    if is_recording(Path(path)):
        return (load_recording(path).dialogue,)
    name = os.fspath(path)
    return parse(decode(read_file(name), name), name)


def parse(text: str, name: str) -> tuple[Dialogue, ...]:
    """Return the dialogues in the text of a file with that name, in the format that recognizes how it begins.

    The format that was registered last is asked first. Where none recognizes it, the name's suffix decides, so that
    the error says what is wrong; other files are read as text transcripts.
    """
    head = text[:_HEAD].removeprefix("\ufeff")
    readable = [one for one in reversed(FORMATS.values()) if one.read is not None]
    found = next((one for one in readable if one.sniff is not None and one.sniff(head)), None)
    found = found or next((one for one in readable if name.lower().endswith(one.suffix)), FORMATS["txt"])
    try:
        read = found.read(text, name)  # type: ignore[misc]  # it is one that can be read
        return (read,) if isinstance(read, Dialogue) else tuple(read)
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever a user's own format raises
        fail(f"{shorten(name, 200)} cannot be read as {found.name}", what=f"{type(error).__name__}: {error}")


def writable() -> dict[str, TranscriptFormat]:
    """Return the formats of transcripts that can be written, by name."""
    return {name: one for name, one in FORMATS.items() if one.write is not None}


def format_of(path: Path, known: Iterable[TranscriptFormat]) -> str | None:
    """Return the name of the format whose files end as ``path`` does, the last registered first."""
    return next((one.name for one in reversed(list(known)) if path.name.lower().endswith(one.suffix)), None)


def save(dialogue: Dialogue, path: str | os.PathLike[str], *, name: str | None, overwrite: bool) -> Path:
    """Do the work of :meth:`dialogue_harness.Dialogue.save`; ``name`` is that of a format."""
    path, known = Path(path), writable()
    names = [RECORDING, *known]
    chosen = name or (RECORDING if path.suffix.lower() == ".jsonl" else format_of(path, known.values()))
    if chosen not in names:
        what = f"there is no format {name!r}" if name else f"the suffix of {shown(path)} stands for no format"
        near = nearest(name or path.suffix.lstrip("."), names)
        facts = [("formats", ", ".join(sorted(names))), *([("nearest", near)] if near else [])]
        raise UsageError(what, facts=facts, fix=None if name else "pass format=, or choose another suffix")
    try:
        if chosen == RECORDING:
            write_recording(path, dialogue, overwrite=overwrite)
        else:
            scrubbed, _ = without_secrets(dialogue)
            write_file(path, encode(known[chosen].write(scrubbed)), overwrite=overwrite)  # type: ignore[misc]
    except (OSError, RecordingError) as error:
        if isinstance(error, FileExistsError) or isinstance(error.__cause__, FileExistsError):
            msg = f"{shown(path)} exists already"
            raise UsageError(msg, fix="pass overwrite=True, or choose another path") from None
        if isinstance(error, RecordingError):
            raise
        msg = f"{shown(path)} cannot be written"
        raise TranscriptError(msg, facts=[("problem", reason(error))]) from error
    return path
