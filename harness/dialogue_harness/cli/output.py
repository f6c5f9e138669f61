"""Where the transcripts of `harness talk` go: standard output, one file, or a folder of numbered ones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from dialogue_harness.cli.files import STANDARD
from dialogue_harness.cli.scrubbed import without_secrets
from dialogue_harness.cli.terminal import put
from dialogue_harness.errors import ConfigurationError, RecordingError, RecordingTruncated
from dialogue_harness.formats.json_form import write_transcript_json
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import write_transcript
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.reader import load_partial

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

    def journal(self) -> Path | None:
        """Return the recording in which a single dialogue is kept while it runs, ``None`` if nothing keeps it.

        It is the output itself, or lies beside a transcript until that is complete.
        """
        path = self.place(1)
        if path is None or (path.exists() and not path.is_file()):
            return None
        if self.is_folder or path.suffix == RECORDING:
            return path.with_suffix(RECORDING)
        return path.with_name(f"{path.name}{RECORDING}")

    def begun(self, scenario: Scenario) -> Dialogue | None:
        """Return what an earlier call has left of a single dialogue; ``None`` if it has not.

        Raises:
            ConfigurationError: it is another dialogue.

        """
        path = self.journal()
        return begun_of(path, scenario, place="file") if path is not None and self._is_begun(path) else None

    def write(self, dialogue: Dialogue) -> None:
        """Write the transcript of one dialogue, whole or as far as it went."""
        path = self.place(dialogue.sample)
        form = write_transcript if path is None else _FORMS.get(path.suffix, write_transcript)
        content = encode(form(without_secrets(dialogue)))
        if path is None:
            put(content)
        else:
            path.write_bytes(content)

    def _is_begun(self, journal: Path) -> bool:
        """Return whether an earlier call left something to continue: beside a transcript, also a complete recording."""
        try:
            recording = load_partial(journal)
        except RecordingTruncated:  # killed before anything was said
            return False
        except RecordingError:
            return journal != self.place(1) and journal.exists()
        return journal != self.place(1) or not recording.is_complete

    def _check(self, samples: int) -> None:
        """Find out before anything is said whether it can be kept, and make the folder."""
        path = self.path or STANDARD
        if not self.is_folder:
            self._check_file(path, samples)
        if samples == 1:
            self._check_free(self.place(1) or path)
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

    def _check_free(self, path: Path) -> None:
        journal = self.journal()
        if path.is_file() and not (journal is not None and self._is_begun(journal)):
            msg = f"--output {shown(path)} is there already, and nothing is overwritten"
            raise ConfigurationError(msg, fix="name another file, or remove that one")


def begun_of(path: Path, scenario: Scenario, *, place: str) -> Dialogue:
    """Return what an earlier command has left in a recording, for this one to continue.

    Args:
        path: the recording.
        scenario: what is to happen.
        place: what else could be named, such as ``folder``.

    Raises:
        ConfigurationError: it holds another dialogue, or the recording cannot be read.

    """
    try:
        recording = load_partial(path)
        recording.verify(scenario)
    except RecordingError as error:
        facts = [("because", error.headline), *error.facts]
        msg = f"{shown(path)} is there, and this command cannot continue it"
        fix = f"run the command that began it, name another {place}, or remove that file"
        raise ConfigurationError(msg, facts=facts, fix=fix) from None
    return recording.dialogue
