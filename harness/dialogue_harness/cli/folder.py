"""The folder in which several samples of a talk are kept: each as a recording until it is complete, then as a file."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dialogue_harness.cli.output import begun_of
from dialogue_harness.errors import ConfigurationError, RecordingError, RecordingMissing, RecordingTruncated
from dialogue_harness.models.registry import is_offline
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dialogue_harness.cli.output import Output
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.scenario import Scenario
    from dialogue_harness.storage.reader import Recording

_RECORDING: Final = ".jsonl"

#: The place of the lock that one process holds on the whole folder: that of a sample that there is not.
_WHOLE: Final = 0


class Folder(Library):
    """A library of one scenario: ``1.jsonl``, ``2.jsonl`` and so on, one below the other.

    What is said is written there at once, so that not even a process that is killed takes it along. A sample that is
    complete becomes a file of the format that is wanted, and its recording goes unless that is the form.

    Args:
        output: where the files are to go, and in which form.

    """

    def __init__(self, output: Output) -> None:
        assert output.path is not None  # noqa: S101 -- for the type checker: several samples have a folder
        super().__init__(output.path)
        self._output = output

    def path(self, scenario: Scenario, sample: int) -> Path:  # noqa: ARG002 -- as libraries are asked; there is only one scenario
        """Return where the recording of that sample (from 1) has its place."""
        return self.root / f"{sample}{_RECORDING}"

    @contextmanager
    def held(self, scenario: Scenario) -> Iterator[None]:
        """Keep other processes out of the folder while the ``with`` block runs, and leave nothing of that behind.

        Raises:
            ConfigurationError: another process is at it.

        """
        try:
            with self.lock(scenario, _WHOLE, timeout=0):
                try:
                    yield
                finally:
                    shutil.rmtree(self.root / ".harness", ignore_errors=True)
        except TimeoutError:
            msg = f"another `harness talk` is writing to {shown(self.root)}"
            raise ConfigurationError(msg, fix="wait for it, or name another folder") from None

    def missing(self, scenario: Scenario, samples: int) -> list[int]:
        """Return the samples that have to be run, or run on: all, or those that an earlier call left unfinished.

        Raises:
            ConfigurationError: something is there, and it is not the rest of an earlier call.

        """
        numbers = range(1, samples + 1)
        begun = [number for number in numbers if self._is_begun(scenario, number)]
        done = [number for number in numbers if number not in begun and self.file(number).exists()]
        if done and not begun:
            msg = f"{shown(self.file(done[0]))} is there already, and nothing is overwritten"
            more = [("there too", f"{len(done) - 1} more of the {samples}")] if len(done) > 1 else []
            raise ConfigurationError(msg, facts=more, fix="name another folder, or remove what is in that one")
        for number in begun:
            begun_of(self.path(scenario, number), scenario, place="folder")
        return [number for number in numbers if number not in done]

    def complete(self, dialogue: Dialogue) -> Path:
        """Put the file of a dialogue that has ended in the place of its recording, and return where it is."""
        scenario = dialogue.scenario
        if is_offline(scenario.a) and is_offline(scenario.b):
            dialogue = replace(dialogue, date=None)  # the built-in pair says the same at any time
        recording, file = self.path(scenario, dialogue.sample), self.file(dialogue.sample)
        if recording != file:
            self._output.write(dialogue)
            recording.unlink()
        return file

    def unfinished(self, scenario: Scenario, sample: int) -> Recording | None:
        """Return what there is of a sample that has no file yet; an opener that nobody answered is removed."""
        path = self.path(scenario, sample)
        try:
            recording = load_partial(path)
        except RecordingMissing:
            return None
        except RecordingTruncated:  # not even its first line is whole
            recording = None
        if recording and any(scenario.given_at(message.number) is None for message in recording.dialogue):
            return recording
        if recording and recording.is_complete:
            return recording
        path.unlink()
        return None

    def file(self, sample: int) -> Path:
        """Return where a sample (from 1) has its place once it is complete."""
        return self.root / f"{sample}{self._output.form}"

    def _is_begun(self, scenario: Scenario, sample: int) -> bool:
        path = self.path(scenario, sample)
        if self.file(sample) != path:
            return path.exists()
        try:
            return not load_partial(path).is_complete
        except RecordingError:
            return path.exists()
