"""One recording on disk: written whole, or message by message so that a crash loses at most the one in flight."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from dataclasses import replace
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.errors import RecordingError, RecordingTruncated
from dialogue_harness.secrets import known_secrets
from dialogue_harness.storage.format import (
    End,
    Header,
    Origin,
    message_line,
    new_header,
    parse,
    reason,
    refuse_secrets,
    shown,
)

if TYPE_CHECKING:
    from typing import Self

    from dialogue_harness.scenario import Scenario
    from dialogue_harness.secrets import Secrets
from dialogue_harness.storage.reader import recording_of


def write_recording(
    path: str | os.PathLike[str],
    dialogue: Dialogue,
    *,
    origin: Origin = "import",
    recorded_at: str | None = None,
    overwrite: bool = False,
) -> None:
    """Write a whole recording: it is there completely or not at all, and what is there already stays by default.

    Args:
        path: the file; folders that are missing are made.
        dialogue: what to write. Its ``date`` and ``heading`` are kept if it was imported.
        origin: see :class:`Recording`.
        recorded_at: such as ``2026-11-23T18:05:00Z``, by default now.
        overwrite: whether a file that is there is replaced.

    Raises:
        RecordingError: there is a file already (the cause is then ``FileExistsError``), or it cannot be written.
        SecretFound: it would hold a secret.
        UsageError: ``recorded_at`` is no such time.

    """
    path = Path(path)
    known = known_secrets()
    date, heading = (dialogue.date, dialogue.heading) if origin == "import" else (None, None)
    header = new_header(dialogue.scenario, dialogue.sample, recorded_at, origin=origin, date=date, heading=heading)
    lines = [_checked(known, path, header), *(_checked(known, path, message) for message in dialogue.messages)]
    content = b"".join(lines)
    end = _end_line(dialogue.ending, len(dialogue.messages), hashlib.sha256(content))
    try:
        write_file(path, content + end, overwrite=overwrite)
    except OSError as error:
        raise _not_written(path, error) from error


def write_file(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file completely or not at all, making folders that are missing.

    Raises:
        FileExistsError: it is there already, and ``overwrite`` is not set.
        OSError: it cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path, content)
    if not overwrite:
        _place(temporary, path)
        return
    try:
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def partial_of(path: Path) -> Path:
    """Return where a recording is written that is to replace the one at ``path``."""
    return path.with_name(path.name + ".partial")


class Journal:
    """Writes a recording message by message, each line whole and handed to the operating system at once.

    A process that is killed right after :meth:`append` leaves that message on disk. Use :meth:`create` or
    :meth:`resume` to make one, then :meth:`append`, then :meth:`finish`, or :meth:`close` where the dialogue is to be
    continued later. As a context manager it closes itself. Nobody else may write the file meanwhile; see
    :meth:`dialogue_harness.storage.library.Library.lock`.

    Attributes:
        path: where the finished recording has its place.
        count: how many messages it holds so far.

    """

    def __init__(
        self, path: Path, working: Path, file: FileIO, *, known: Secrets, kept: bytes = b"", count: int = 0
    ) -> None:
        self.path = path
        self.count = count
        self._working = working
        self._file = file
        self._secrets = known
        self._digest = hashlib.sha256(kept)
        self._size = len(kept)

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        scenario: Scenario,
        sample: int,
        *,
        recorded_at: str | None = None,
        replacing: bool = False,
    ) -> Self:
        """Begin a recording, making folders that are missing, and write its header.

        Args:
            path: its place.
            scenario: what is to happen.
            sample: which independent run of it, from 1.
            recorded_at: such as ``2026-11-23T18:05:00Z``, by default now.
            replacing: whether a recording that is there is to be replaced. It stays until :meth:`finish`: what is
                written goes to ``<name>.partial`` beside it, in place of any such file of an earlier attempt.

        Raises:
            RecordingError: a file is there and ``replacing`` is not set, or it cannot be written.
            SecretFound: the scenario holds a secret; nothing was written.
            UsageError: ``recorded_at`` is no such time.

        """
        path = Path(path)
        working = partial_of(path) if replacing else path
        known = known_secrets()
        header = _checked(known, working, new_header(scenario, sample, recorded_at))
        try:
            file = _made(working, "w" if replacing else "x")
        except OSError as error:
            raise _not_written(working, error) from error
        journal = cls(path, working, file, known=known)
        try:
            journal._write(header, "the header")
        except RecordingError:
            file.close()
            working.unlink(missing_ok=True)  # a file without even a header would only be in the way
            raise
        return journal

    @classmethod
    def resume(
        cls, path: str | os.PathLike[str], scenario: Scenario, *, replacing: bool = False
    ) -> tuple[Self, Dialogue]:
        """Continue a recording: an interrupted one, or a complete one that is to be extended.

        Its messages stay, as far as ``scenario`` has room for them; a torn line and the end line go. Where the
        scenario is not the recorded one to the letter, as with more turns, the header is written anew; a crash at any
        moment leaves the old file or the new one.

        Args:
            path: the recording.
            scenario: what is to happen from here on.
            replacing: whether what goes on is the ``<name>.partial`` beside it, which is to replace it.

        Returns:
            The journal, and what was said so far.

        Raises:
            RecordingChanged: the messages that are there were made from a scenario that sent something else.
            RecordingError: as :func:`load_partial` does, or the file cannot be written.

        """
        path = Path(path)
        working = partial_of(path) if replacing else path
        try:
            parsed = parse(working)
        except RecordingTruncated:  # not even its header is whole, so there is nothing to lose
            sample = int(path.stem) if path.stem.isascii() and path.stem.isdigit() else 1
            working.unlink()
            return cls.create(path, scenario, sample, replacing=replacing), Dialogue(scenario, (), sample=sample)
        recording = recording_of(parsed)
        recording.verify(scenario)
        header = _continued(parsed.header, scenario)
        said = recording.dialogue.messages[: scenario.length]
        known = known_secrets()
        first = parsed.lines[0] + b"\n" if header is None else _checked(known, working, header)
        kept = b"".join([first, *(line + b"\n" for line in parsed.lines[1 : len(said) + 1])])
        try:
            file = _reopened(working, kept, rewrite=header is not None)
        except OSError as error:
            raise _not_written(working, error) from error
        heading = recording.dialogue.heading if header is None else None
        so_far = replace(recording.dialogue, scenario=scenario, messages=said, ending=None, heading=heading)
        return cls(path, working, file, known=known, kept=kept, count=len(said)), so_far

    @property
    def working(self) -> Path:
        """The file that is being written: the recording itself, or the one that is to replace it."""
        return self._working

    def append(self, message: Message) -> None:
        """Write a message, the next by its number.

        Raises:
            RecordingError: it cannot be written, as on a full disk, or is not the next. What was there stays whole.
            SecretFound: it holds a secret. Likewise.

        """
        if message.number != self.count + 1:
            headline = f"message {message.number} cannot follow message {self.count} in a recording"
            raise RecordingError(headline, facts=[("file", shown(self._working))])
        self._write(_checked(self._secrets, self._working, message), f"message {message.number}")
        self.count += 1

    def finish(self, ending: Ending | None) -> None:
        """Write the end line and close: the recording is complete, and has its place.

        Args:
            ending: how the dialogue ended, ``None`` where that is not known.

        Raises:
            RecordingError: it cannot be written; the messages stay.

        """
        self._write(_end_line(ending, self.count, self._digest), "the end line")
        self.close()
        if self._working != self.path:
            try:
                self._working.replace(self.path)
            except OSError as error:
                raise _not_written(self.path, error) from error

    def close(self) -> None:
        """Close without an end line, so that the recording is interrupted; does nothing if it is closed.

        Raises:
            RecordingError: the operating system could not keep what it was given.

        """
        if self._file.closed:
            return
        try:
            with self._file:
                os.fsync(self._file.fileno())
        except OSError as error:
            raise _not_written(self._working, error) from error

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _write(self, line: bytes, what: str) -> None:
        if os.fstat(self._file.fileno()).st_nlink == 0 and not self._working.exists():  # some file systems count none
            raise _removed(self._working, what)
        try:
            _write_whole(self._file, line)
        except OSError as error:
            with contextlib.suppress(OSError):  # if that fails too, readers know a torn line for what it is
                self._file.truncate(self._size)
                self._file.seek(self._size)
            raise _not_written(self._working, error, what) from error
        self._digest.update(line)
        self._size += len(line)


def _continued(header: Header, scenario: Scenario) -> Header | None:
    """Return the header for a recording that goes on as ``scenario``, or ``None`` if the one it has will do."""
    fields = scenario.to_dict()
    if json.dumps(fields, sort_keys=True) == json.dumps(header.scenario, sort_keys=True):
        return None
    # The heading of a transcript says how many turns it has, and would not be true of what it becomes.
    return msgspec.structs.replace(header, scenario=fields, fingerprint=scenario.fingerprint, heading=None)


def _checked(known: Secrets, path: Path, values: Header | Message) -> bytes:
    """Return a header or a message as a line that may be written."""
    refuse_secrets(known, path, values)
    return values.to_line() if isinstance(values, Header) else message_line(values)


def _end_line(ending: Ending | None, count: int, digest: hashlib._Hash) -> bytes:
    return End(ending, count, f"sha256:{digest.hexdigest()}").to_line()


def _made(path: Path, mode: str) -> FileIO:
    """Open a new file, making the folders that are missing: most often none is."""
    try:
        return FileIO(path, mode)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileIO(path, mode)


def _write_whole(file: FileIO, data: bytes) -> None:
    """Write all of ``data``: in one call, unless the operating system takes only a part, as before a full disk."""
    written = file.write(data)
    while written < len(data):
        written += file.write(memoryview(data)[written:])


def _temporary(path: Path, content: bytes) -> Path:
    """Write ``content`` to a new file beside ``path``, and down to the disk."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with FileIO(temporary, "x") as file:
            _write_whole(file, content)
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _place(temporary: Path, path: Path) -> None:
    """Give a file its name, unless that is taken."""
    try:
        path.hardlink_to(temporary)  # the one way that fails, on every system, where a file is there
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError from None
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _reopened(path: Path, kept: bytes, *, rewrite: bool) -> FileIO:
    """Open a recording to append to it, holding ``kept``: as the beginning that it has, or written anew."""
    if rewrite:
        _temporary(path, kept).replace(path)
    file = FileIO(path, "r+")
    file.truncate(len(kept))
    file.seek(len(kept))
    return file


def _not_written(path: Path, error: OSError, what: str | None = None) -> RecordingError:
    if isinstance(error, FileExistsError) and path.exists():
        return RecordingError(f"recording {shown(path)} exists already", fix="delete it first")
    facts = [("file", shown(path)), *([("not written", what)] if what else []), ("problem", reason(error))]
    return RecordingError("recording cannot be written", facts=facts, fix="solve the problem above")


def _removed(path: Path, what: str) -> RecordingError:
    """Return the error for a file that was taken away: what is written to it would be gone when it is closed."""
    facts = [("file", shown(path)), ("not written", what)]
    return RecordingError("recording was removed while it was made", facts=facts, fix="keep the file where it is")
