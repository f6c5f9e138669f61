"""Where the transcripts of `harness talk` go: standard output, one file, or a folder of numbered ones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from dialogue_harness.cli.files import STANDARD
from dialogue_harness.cli.scrubbed import without_secrets
from dialogue_harness.cli.terminal import put
from dialogue_harness.errors import ConfigurationError, RecordingError, SecretFound
from dialogue_harness.formats.json_form import write_transcript_json
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import write_transcript
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.recording import Journal, load_partial

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.scenario import Scenario

#: Forms of a transcript, by the ending of the file's name.
_FORMS: Final[dict[str, Callable[[Dialogue], str]]] = {".txt": write_transcript, ".json": write_transcript_json}

#: The ending of a recording.
RECORDING: Final = ".jsonl"
_ENDINGS: Final = (*_FORMS, RECORDING)


@dataclass(frozen=True)
class Output:
    """Where transcripts go.

    Attributes:
        path: a file, a folder, or ``None`` for standard output.
        is_folder: whether the samples are files in it, ``1.txt`` and so on.
        form: the ending of those files: ``.txt``, ``.json``, or ``.jsonl`` for recordings.

    """

    path: Path | None = None
    is_folder: bool = False
    form: str = ".txt"

    @classmethod
    def of(cls, argument: str | None, samples: int, form: str | None = None) -> Self:
        """Return what an argument means.

        Args:
            argument: a file (``.txt``, ``.json``, ``.jsonl``), a folder, or ``-``, which is the default.
            samples: how many dialogues there will be.
            form: of the files in a folder, as an ending without its dot; by default ``txt``.

        Raises:
            ConfigurationError: it has no place for them, or nothing can be written there.

        """
        if argument is None or Path(argument) == STANDARD:
            if form:
                msg = "--format is for the files in a folder, and none is named"
                raise ConfigurationError(msg, fix="add --output FOLDER/")
            if samples > 1:
                msg = f"{samples} samples need a folder for their transcripts"
                raise ConfigurationError(msg, fix="add --output FOLDER/")
            return cls()
        path = Path(argument)
        is_new_folder = not path.exists() and (not path.suffix or (samples > 1 and path.suffix not in _ENDINGS))
        is_folder = path.is_dir() or argument.endswith(("/", os.sep)) or is_new_folder
        if form and not is_folder and samples == 1:
            msg = f"--format is for the files in a folder; --output {shown(path)} says its format by its ending"
            raise ConfigurationError(msg, fix=f"--output {shown(path.with_suffix(f'.{form}'))}")
        output = cls(path, is_folder, f".{form or 'txt'}")
        output._check(samples)
        return output

    def place(self, sample: int) -> Path | None:
        """Return the file of a sample, or ``None`` for standard output."""
        return self.path / f"{sample}{self.form}" if self.path is not None and self.is_folder else self.path

    def begun(self, scenario: Scenario) -> Dialogue | None:
        """Return what an earlier call has left of a dialogue that goes into one recording; ``None`` if it has not.

        Raises:
            ConfigurationError: it is another dialogue.

        """
        path = self.place(1)
        return begun_of(path, scenario, place="file") if path is not None and _is_unfinished(path) else None

    def write(self, dialogue: Dialogue) -> Path | None:
        """Write the transcript of one dialogue, whole or as far as it went, and return where.

        Raises:
            SecretFound: it was to be a recording, which would hold a secret; a transcript is written in its place.

        """
        path = self.place(dialogue.sample)
        if path is None:
            put(encode(write_transcript(without_secrets(dialogue))))
        elif path.suffix == RECORDING:
            _record(path, dialogue)
        else:
            path.write_bytes(encode(_FORMS.get(path.suffix, write_transcript)(without_secrets(dialogue))))
        return path

    def _check(self, samples: int) -> None:
        """Find out before anything is said whether it can be kept, and make the folder."""
        path = self.path or STANDARD
        if not self.is_folder:
            self._check_file(path, samples)
        if samples == 1:
            _check_free(self.place(1) or path)
        folder = path if self.is_folder else path.parent
        folder.mkdir(parents=True, exist_ok=True)
        target = path if path.exists() else folder
        if not os.access(target, os.W_OK):
            msg = f"--output {shown(path)} cannot be written"
            raise ConfigurationError(msg, fix=f"make {shown(target)} writable, or name another place")

    def _check_file(self, path: Path, samples: int) -> None:
        if samples > 1:
            msg = f"--output {shown(path)} is one file, but {samples} samples need a folder"
            raise ConfigurationError(msg, fix=f"--output {shown(path.with_suffix(''))}/")
        is_device = path.exists() and not path.is_file()
        if path.suffix not in _ENDINGS and not is_device:
            msg = f"--output {shown(path)} has an ending that stands for no form of a transcript"
            facts = [("got", path.suffix or "no ending"), ("forms", ", ".join(_ENDINGS))]
            raise ConfigurationError(msg, facts=facts, fix=f"--output {shown(path.with_suffix('.txt'))}")


def _check_free(path: Path) -> None:
    if path.is_file() and not _is_unfinished(path):
        msg = f"--output {shown(path)} is there already, and nothing is overwritten"
        raise ConfigurationError(msg, fix="name another file, or remove that one")


def begun_of(path: Path, scenario: Scenario, *, place: str) -> Dialogue:
    """Return what an earlier talk has left in a recording, for this one to go on with.

    Args:
        path: the recording.
        scenario: what is to happen.
        place: what else could be named, such as ``folder``.

    Raises:
        ConfigurationError: that was another talk, or the recording cannot be read.

    """
    try:
        recording = load_partial(path)
        recording.verify(scenario)
    except RecordingError as error:
        facts = [("because", error.headline), *error.facts]
        msg = f"{shown(path)} is there, and this talk cannot go on with it"
        fix = f"run the command that began it, name another {place}, or remove that file"
        raise ConfigurationError(msg, facts=facts, fix=fix) from None
    return recording.dialogue


def _is_unfinished(path: Path) -> bool:
    """Return whether a recording is there that can be continued."""
    try:
        return path.suffix == RECORDING and path.is_file() and not load_partial(path).is_complete
    except RecordingError:
        return False


def _record(path: Path, dialogue: Dialogue) -> None:
    is_begun = _is_unfinished(path)
    try:
        with _journal(path, dialogue, is_begun=is_begun) as journal:
            for message in dialogue.messages[journal.count :]:
                journal.append(message)
            if dialogue.ending is not None:
                journal.finish(dialogue.ending)
    except SecretFound as error:
        if not is_begun:
            path.unlink(missing_ok=True)
        beside = path.with_suffix(".scrubbed.txt")
        beside.write_bytes(encode(write_transcript(without_secrets(dialogue))))
        error.facts = (*error.facts, ("kept", f"the dialogue, without the secret, in {shown(beside)}"))
        raise


def _journal(path: Path, dialogue: Dialogue, *, is_begun: bool) -> Journal:
    if is_begun:
        return Journal.resume(path, dialogue.scenario)[0]
    return Journal.create(path, dialogue.scenario, dialogue.sample)
