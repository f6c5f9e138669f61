"""The formats in which dialogues are read and written: one file a format, found by content.

A format is a class with static methods, registered by :func:`transcript_format`; `Dialogue.load`, `Dialogue.save` and
every verb of the command line that takes files then know it.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import choice
from dialogue_harness.errors import TranscriptError, UsageError
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.recording import load as load_recording
from dialogue_harness.storage.recording import write_recording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dialogue_harness.dialogue import Dialogue

C = TypeVar("C", bound=type)

#: Characters of a file that a format is recognised by.
HEAD: Final = 4096

#: A header's keys are sorted, so this stands near the beginning of every recording.
_RECORDING_MARK: Final = b'"format":"dialogue-recording"'
RECORDING: Final = "recording"

#: Modules of the formats that come with the package, in the order in which their formats are tried.
_BUILT_IN: Final = ("json_form", "text", "markdown")


@dataclass(frozen=True)
class Format:
    """A way to write a dialogue down.

    Attributes:
        name: what users call it, such as ``txt``.
        suffix: ending of its files, such as ``.txt``.
        sniff: whether a text begins like one of this format; takes the first 4,096 characters.
        read: the dialogues in a text; takes the text and what errors call its source. ``None``: only written.
        write: a dialogue as text. ``None``: only read.

    """

    name: str
    suffix: str
    sniff: Callable[[str], bool]
    read: Callable[[str, str], Sequence[Dialogue]] | None = None
    write: Callable[[Dialogue], str] | None = None


_FORMATS: Final[dict[str, Format]] = {}


def transcript_format(name: str, *, suffix: str) -> Callable[[C], C]:
    """Register a class as a transcript format.

    The class has any of these static methods: ``sniff(head: str) -> bool``, needed where there is ``read``;
    ``read(text: str, source: str) -> Sequence[Dialogue]``; ``write(dialogue: Dialogue) -> str``.

    Args:
        name: what users call it; also the value of ``--format``.
        suffix: ending of its files, with the dot.

    Raises:
        UsageError: the name is taken, or the class can neither read nor write.

    """

    def register(cls: C) -> C:
        read, write = getattr(cls, "read", None), getattr(cls, "write", None)
        if name in _FORMATS or name == RECORDING:
            msg = f"there is a transcript format {name!r} already"
            raise UsageError(msg, fix="choose another name")
        if (read is None and write is None) or (read is not None and not hasattr(cls, "sniff")):
            msg = f"the transcript format {name!r} needs read(text, source) with sniff(head), or write(dialogue)"
            raise UsageError(msg)
        _FORMATS[name] = Format(name, suffix, getattr(cls, "sniff", lambda _: False), read, write)
        return cls

    return register


def formats() -> dict[str, Format]:
    """Return all formats by name, those that users registered last."""
    for module in _BUILT_IN:
        importlib.import_module(f"{__package__}.{module}")
    return _FORMATS


def is_recording(data: bytes) -> bool:
    """Whether the bytes of a file begin like a recording."""
    return _RECORDING_MARK in data[:HEAD]


def load_all(path: str | os.PathLike[str]) -> list[Dialogue]:
    """Return the dialogues in a file, whose format is found by its content.

    Raises:
        RecordingError: it is a recording that cannot be served.
        TranscriptError: it cannot be read, or is of no known format; the error says where.

    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # a path that holds a NUL is a ValueError
        facts = [("what", shorten(getattr(error, "strerror", None) or str(error)))]
        msg = f"{shorten(os.fspath(path), 200)} cannot be read"
        raise TranscriptError(msg, facts=facts) from None
    if is_recording(data) or path.suffix == ".jsonl":
        return [load_recording(path).dialogue]
    return parse_all(data, os.fspath(path))


def parse_all(data: bytes, source: str) -> list[Dialogue]:
    """Return the dialogues in the bytes of a transcript; see :func:`load_all`.

    Args:
        data: UTF-8, with or without a byte order mark; lone surrogates are kept.
        source: what errors call it.

    """
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        facts = [("got", f"byte 0x{data[error.start]:02x} at offset {error.start}")]
        msg = f"{shorten(source, 200)}, line {line}: this is not UTF-8"
        raise TranscriptError(msg, facts=facts, fix="save the file as UTF-8") from None
    head = text[:HEAD].lstrip("\ufeff \t\r\n")
    readers = [each for each in formats().values() if each.read is not None]
    chosen = next((each for each in reversed(readers) if each.sniff(head)), None)
    by_suffix = next((each for each in readers if source.lower().endswith(each.suffix)), None)
    reader = chosen or by_suffix or _FORMATS["txt"]
    return list(reader.read(text, source)) if reader.read is not None else []


def save(dialogue: Dialogue, path: str | os.PathLike[str], *, name: str | None = None, overwrite: bool = False) -> None:
    """Write a dialogue to a file in the format that its suffix names; see :meth:`Dialogue.save`."""
    path = Path(path)
    written = {each.name: each for each in formats().values() if each.write is not None}
    by_suffix = {".jsonl": RECORDING, **{each.suffix: each.name for each in written.values()}}
    wanted = by_suffix.get(path.suffix, path.suffix.removeprefix(".")) if name is None else name
    chosen = choice(UsageError, "the format", wanted, [RECORDING, *written])
    if path.exists() and not overwrite:
        msg = f"{shown(path)} exists"
        raise UsageError(msg, fix="save it elsewhere, or with overwrite=True")
    if chosen == RECORDING:
        path.unlink(missing_ok=True)
        write_recording(path, dialogue)
        return
    write = written[chosen].write
    assert write is not None  # noqa: S101 -- for the type checker: only such formats are in there
    text = write(dialogue)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
