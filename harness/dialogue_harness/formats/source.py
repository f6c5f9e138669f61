"""What the formats of transcripts share: the text that is read, its doubts and errors, and who said what."""

from __future__ import annotations

import itertools
import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from dialogue_harness._text.printable import shorten
from dialogue_harness.dialogue import UNKNOWN, Dialogue, Message
from dialogue_harness.errors import TranscriptError, UsageError
from dialogue_harness.scenario import NamedScript, Speaker

if TYPE_CHECKING:
    from types import FrameType

#: How many ambiguous lines of one transcript are warned of one by one.
_WARNED_SINGLY: Final = 10

_PACKAGE: Final = str(Path(__file__).parents[1] / "_")[:-1]


class TranscriptWarning(UserWarning):
    """A transcript can be read in two ways; the warning says where, and which reading was taken."""


def encode(text: str) -> bytes:
    """Return a transcript as the bytes of its file: UTF-8, in which lone surrogates are kept."""
    return text.encode("utf-8", "surrogatepass")


class Source:
    """A transcript that is being read: its text, what it is called, and where it can be read in two ways."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, shorten(name, 200)
        self.doubts: list[str] = []
        self.more_doubts = 0

    def line(self, offset: int) -> str:
        """Name the line at that offset."""
        return f"{self.name}, line {self.text.count(chr(10), 0, offset) + 1}"

    def doubt(self, offset: int, reading: str) -> None:
        """Note that the line at that offset can be read in two ways, and how it was read."""
        if len(self.doubts) < _WARNED_SINGLY:
            self.doubts.append(f"{self.line(offset)}: {reading}")
        else:
            self.more_doubts += 1

    def warn(self) -> None:
        """Warn the caller of the public function of every doubt."""
        if self.more_doubts:
            self.doubts.append(f"{self.name}: {self.more_doubts} more lines can be read in two ways")
        frame: FrameType | None = sys._getframe()  # noqa: SLF001 -- as the warnings module counts them
        level = 0
        while frame and frame.f_code.co_filename.startswith(_PACKAGE):
            frame, level = frame.f_back, level + 1
        for doubt in self.doubts:
            warnings.warn(doubt, TranscriptWarning, stacklevel=level + 1)


def fail(headline: str, *, fix: str | None = None, **facts: str) -> NoReturn:
    """Raise the error for a transcript that cannot be read."""
    shown = [(label, shorten(value) or "nothing") for label, value in facts.items()]
    raise TranscriptError(headline, facts=shown, fix=fix) from None


def read_file(name: str) -> bytes:
    """Return the bytes of a file."""
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:  # a path that holds a NUL is a ValueError
        fail(f"{shorten(name, 200)} cannot be read", what=getattr(error, "strerror", None) or str(error))


def decode(data: bytes, name: str) -> str:
    """Return a transcript's bytes as text: UTF-8, in which lone surrogates are kept."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        fail(f"{shorten(name, 200)}, line {line}: this is not UTF-8", got=got, fix="save the file as UTF-8")


def opener_of(told: str | None, messages: tuple[Message, ...]) -> tuple[str | None, str | None]:
    """Return the opener, and what is doubtful about it."""
    if not messages:
        return told, None
    first = messages[0]
    if first.speaker == "B":
        # Given an empty opener, the tool that the format comes from lets B begin.
        return None, "is left aside, since B says the first message" if told else None
    if told is None:
        return first.text, None
    return told, "differs from message 1; each is kept as it is" if told != first.text else None


def speaker_of(model: str | None, system: str | None) -> Speaker:
    """Return a speaker, of whom a transcript tells only this much."""
    if model is None or not model.strip():
        model = UNKNOWN
    return Speaker(model, system=system, script=NamedScript(UNKNOWN) if model == "builtin:scripted" else None)


def turns_of(messages: tuple[Message, ...], opener: str | None) -> int:
    """Return how many turns the messages are."""
    return (len(messages) + (opener is None)) // 2


def refuse_recording(source: Source) -> None:
    """Make sure that what is not a transcript is not a recording either, which is read in another way."""
    first_line = source.text.lstrip("\ufeff \t\r\n").partition("\n")[0]
    try:
        values = json.loads(first_line) if first_line.startswith("{") else None
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict) and "format" in values:
        fail(f"{source.line(0)}: this is a recording, not a transcript", fix="read it with Dialogue.load")


def check_alternation(dialogue: Dialogue) -> None:
    """Make sure that a transcript can tell the messages apart."""
    for before, after in itertools.pairwise(dialogue):
        if before.speaker == after.speaker:
            numbers = f"{before.number} and {after.number}"
            msg = f"a transcript needs speakers who alternate; messages {numbers} are both by {after.speaker}"
            raise UsageError(msg, fix="write the whole dialogue, or messages in a row such as dialogue[1:18]")


def opener_written(dialogue: Dialogue) -> str | None:
    """Return the opening message as a transcript's header has it."""
    # An excerpt from the middle of a dialogue does not begin with the opener.
    is_opened = not dialogue.messages or dialogue.messages[0].number == 1
    return dialogue.scenario.opener if is_opened else None
