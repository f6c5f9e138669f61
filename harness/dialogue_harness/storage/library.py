"""All recordings: where each has its place, and whether what is there may be served.

A recording is found by position, ``<root>/<scenario>/<A>_vs_<B>/<sample>.jsonl``, and verified by fingerprint; it is
never searched for. Names become file names by :func:`file_name`. Only :meth:`Library.add` and :meth:`Library.lock`
write.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.dialogue import Dialogue, Ending
from dialogue_harness.errors import RecordingError, RecordingMissing, RecordingTooShort
from dialogue_harness.storage.file_names import file_name, name_from_file, pair_name
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.journal import write_recording
from dialogue_harness.storage.reader import Recording, load, load_partial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dialogue_harness.dialogue import Message
    from dialogue_harness.scenario import Scenario

    #: Returns after which message a scenario's stop rule ends a dialogue, and how; ``None`` where it goes on.
    FindStop = Callable[[Scenario, Sequence[Message]], tuple[int, Ending] | None]

__all__ = ["Library", "Served", "file_name", "name_from_file", "same_draw"]

#: Folder below the root for what is not a recording: locks, and what the processes of a run tell each other.
_OWN: Final = ".harness"

#: Milliseconds of measured time that two samples share only if one file was copied from the other.
_NO_CHANCE_MS: Final = 100.0


@dataclass(frozen=True)
class Served:
    """A recorded dialogue that answers what was asked.

    Attributes:
        dialogue: what was said, of the scenario and the sample that were asked for.
        path: the recording it came from.
        note: what a person should know of it, such as ``recorded with 50 turns, the first 20 used``.

    """

    dialogue: Dialogue
    path: Path
    note: str | None = None


class Library:
    """The recordings below one folder, which need not exist.

    Args:
        root: the folder, such as ``fixtures``.

    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root)

    def path(self, scenario: Scenario, sample: int) -> Path:
        """Return where the recording of that sample (from 1) has its place."""
        return self._folder(scenario) / f"{sample}.jsonl"

    def serve(self, scenario: Scenario, sample: int, *, find_stop: FindStop | None = None) -> Served:
        """Return what was recorded for a sample of ``scenario``, verified.

        A longer recording serves a shorter scenario. One whose dialogue ended by itself serves any number of turns
        from there on. An interrupted one serves what it has. Where the scenario has a stop rule, what was said after
        it is left out, and no more than that has to be there; one that another rule ended has as many turns as it has.

        Args:
            scenario: what is to have happened.
            sample: which independent run of it, from 1.
            find_stop: finds where the scenario's stop rule ends a dialogue; without it the rule is taken to end none.

        Raises:
            RecordingMissing: there is none; the facts say what there is instead.
            RecordingChanged: it was made from a scenario that sent something else.
            RecordingTooShort: it is complete, and has fewer turns.
            RecordingInterrupted: it is not complete, and has fewer messages.
            RecordingError: it cannot be read; see :func:`dialogue_harness.storage.reader.load`.

        """
        path = self.path(scenario, sample)
        try:
            recording = load_partial(path)
        except RecordingMissing:
            raise self._missing(scenario, sample) from None
        recording.verify(scenario)
        stop = _stop(recording, scenario, find_stop)
        if stop is None and not _is_enough(recording, scenario):
            if not recording.is_complete:
                load(path)  # which says in what way it is not
            raise _too_short(recording, scenario)
        notes = []
        if recording.origin == "import":
            notes.append("imported: sampling parameters unknown")
        dialogue, note = _fitted(recording, scenario) if stop is None else _cut(recording, *stop)
        notes += [note] if note else []
        return Served(replace(dialogue, scenario=scenario, sample=sample), path, "; ".join(notes) or None)

    def samples(self, scenario: Scenario) -> list[int]:
        """Return the numbers of the samples that are on disk, complete or not, in order."""
        return _samples(self._folder(scenario))

    def recordings(self) -> Iterator[Path]:
        """Yield the path of every recording, by folder, then by sample."""
        for folder, below, files in os.walk(self.root):
            below[:] = sorted(name for name in below if name != _OWN)
            for name in sorted((name for name in files if name.endswith(".jsonl")), key=_by_sample):
                yield Path(folder, name)

    def add(self, dialogue: Dialogue, *, name: str | None = None) -> Path:
        """Write an imported dialogue as the next sample of its scenario and pair.

        Args:
            dialogue: what was said.
            name: name of the scenario it becomes a sample of, by default that of its own.

        Returns:
            The path of the recording. Its sample is one more than the highest that is there; two processes that add
            at the same time get a sample each.

        Raises:
            RecordingError: it cannot be written.

        """
        scenario = dialogue.scenario if name is None else replace(dialogue.scenario, name=name)
        while True:
            sample = max(self.samples(scenario), default=0) + 1
            path = self.path(scenario, sample)
            try:
                write_recording(path, replace(dialogue, scenario=scenario, sample=sample), origin="import")
            except RecordingError as error:
                if not isinstance(error.__cause__, FileExistsError):
                    raise
            else:
                return path

    def shared(self, run_id: str) -> Path:
        """Return the folder, which need not exist, where the processes of one run tell each other what they did."""
        return self.root / _OWN / "runs" / run_id

    @contextlib.contextmanager
    def lock(self, scenario: Scenario, sample: int, *, timeout: float | None = None) -> Iterator[None]:
        """Keep other processes from recording that sample while the ``with`` block runs.

        Waiting polls, so that an interrupt from the keyboard ends it. The block may be left by another thread than the
        one that entered it.

        Args:
            scenario: what is recorded.
            sample: which sample of it, from 1.
            timeout: seconds to wait for another process, 0 to try once; by default without limit.

        Raises:
            TimeoutError: another process held it all that time.
            RecordingError: the lock cannot be made.

        """
        from filelock import FileLock  # noqa: PLC0415 -- it loads asyncio, which a replay does without

        own = self.root / _OWN
        path = own / "locks" / self.path(scenario, sample).relative_to(self.root).with_suffix(".lock")
        try:
            if not path.parent.is_dir():
                _make_own(own, path.parent)
            lock = FileLock(path, thread_local=False)
            lock.acquire(timeout=-1 if timeout is None else timeout)
        except TimeoutError:
            raise
        except OSError as error:
            msg = "recording cannot be locked"
            facts = [("file", shown(path)), ("problem", neutralise(str(error.strerror)))]
            raise RecordingError(msg, facts=facts, fix="make that folder writable") from error
        try:
            yield
        finally:
            lock.release()

    def _folder(self, scenario: Scenario) -> Path:
        return _folder(self.root, scenario.name, scenario.a.model_id, scenario.b.model_id)

    def _missing(self, scenario: Scenario, sample: int) -> RecordingMissing:
        msg = f"no recording of scenario '{shorten(scenario.name, 60)}', sample {sample}"
        facts = [("looked for", shown(self.path(scenario, sample))), ("nearest", self._nearest(scenario))]
        return RecordingMissing(msg, facts=facts)

    def _nearest(self, scenario: Scenario) -> str:
        """Say what there is next to a place that is empty."""
        if not self.root.is_dir():
            return f"the folder {shown(self.root)} does not exist"
        if samples := self.samples(scenario):
            return f"of this scenario and pair there {_are('sample', [str(number) for number in samples])}"
        if pairs := [folder.name for folder in _folders(self._folder(scenario).parent) if _samples(folder)]:
            return f"of this scenario there {_are('pair', pairs)}"
        names = [folder.name for folder in _folders(self.root)]
        if close := difflib.get_close_matches(file_name(scenario.name), names, n=3):
            return f"by a like name there {_are('scenario', close)}"
        return f"{shown(self.root)} holds no scenario of a like name"


def same_draw(recordings: Iterable[Served]) -> tuple[int, int] | None:
    """Find two samples of one scenario of which one is plainly a copy of the other: one draw, served twice.

    A copy is a file that holds the same bytes (each has its sample's number in it, so two runs never write the same),
    or one whose messages are the same in every field, with measured times among them that add up to 100 ms or more.
    The same texts alone prove nothing: a deterministic model may repeat itself.

    Args:
        recordings: samples of one scenario.

    Returns:
        The numbers of the first two such samples, or ``None``.

    """
    for one, other in combinations(recordings, 2):
        if one.dialogue.messages == other.dialogue.messages and _is_copy(one, other):
            return one.dialogue.sample, other.dialogue.sample
    return None


@lru_cache(maxsize=256)  # a recording is looked for several times, and a pair has many samples
def _folder(root: Path, scenario: str, a: str, b: str) -> Path:
    return root / file_name(scenario) / pair_name(a, b)


def _make_own(own: Path, folder: Path) -> None:
    """Make a folder below the one for what is not a recording, which ignores itself in git."""
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError), (own / ".gitignore").open("x", encoding="utf-8") as file:
        file.write("*\n")


def _is_copy(one: Served, other: Served) -> bool:
    scenario = one.dialogue.scenario
    generated = [m for m in one.dialogue.messages if scenario.given_at(m.number) is None]
    if not generated:
        return False
    return sum(m.ms or 0 for m in generated) >= _NO_CHANCE_MS or one.path.read_bytes() == other.path.read_bytes()


def _stop(recording: Recording, scenario: Scenario, find_stop: FindStop | None) -> tuple[int, Ending] | None:
    """Return where the scenario's stop rule ends the recorded dialogue, unless something else ends it there."""
    dialogue = recording.dialogue
    if scenario.stop_when is None or find_stop is None:
        return None
    found: tuple[int, Ending] | None
    if recording.is_complete and dialogue.scenario.stop_when == scenario.stop_when:
        # What the rule said then stands, so that a replay is the same also when the rule hears better.
        ending = dialogue.ending
        found = (len(dialogue), ending) if ending is not None and ending.reason == "stopped" else None
    else:
        found = find_stop(scenario, dialogue.messages)
    if found is None or found[0] >= scenario.length:
        return None
    return None if _ended_by_itself(recording) and found[0] == len(dialogue) else found


def _cut(recording: Recording, count: int, ending: Ending) -> tuple[Dialogue, str | None]:
    """Return the dialogue as the stop rule ends it, and a note where more was said."""
    dialogue = replace(recording.dialogue, messages=recording.dialogue.messages[:count], ending=ending, heading=None)
    said = len(recording.dialogue)
    if recording.is_complete:
        more = f"recorded with {_turns(recording.dialogue.turns)}, those until the stop used"
        return dialogue, more if count < said else None
    used = f"the first {count} used" if count < said else "all that is asked for"
    return dialogue, f"interrupted after message {said}, {used}"


def _ended_by_itself(recording: Recording) -> bool:
    ending = recording.dialogue.ending
    return ending is not None and ending.reason in {"hang_up", "empty"}


def _is_enough(recording: Recording, scenario: Scenario) -> bool:
    return _ended_by_itself(recording) or len(recording.dialogue) >= scenario.length


def _fitted(recording: Recording, scenario: Scenario) -> tuple[Dialogue, str | None]:
    """Return as much of the recording as the scenario asks for, and a note where that is not all of it."""
    dialogue, count = recording.dialogue, len(recording.dialogue)
    if count <= scenario.length:
        if dialogue.ending is not None and dialogue.ending.reason == "stopped":  # where this scenario ends anyway
            dialogue = replace(dialogue, ending=Ending("turns"))
        return dialogue, None if recording.is_complete else f"interrupted after message {count}, all that is asked for"
    used = replace(dialogue, messages=dialogue.messages[: scenario.length], ending=Ending("turns"), heading=None)
    if recording.is_complete:
        return used, f"recorded with {_turns(dialogue.turns)}, the first {scenario.turns} used"
    return used, f"interrupted after message {count}, the first {scenario.length} used"


def _too_short(recording: Recording, scenario: Scenario) -> RecordingTooShort:
    msg = f"recording of scenario '{shorten(scenario.name, 60)}' is too short"
    ending = recording.dialogue.ending
    early = f", {ending}: {shorten(ending.why)}" if ending and ending.reason == "stopped" and ending.why else ""
    rule = f", unless {shorten(str(scenario.stop_when))} stops it" if scenario.stop_when else ""
    facts = [
        ("file", shown(recording.path)),
        ("recorded", f"{_turns(recording.dialogue.turns)} ({len(recording.dialogue)} messages){early}"),
        ("asked", f"{_turns(scenario.turns)} ({scenario.length} messages){rule}"),
    ]
    return RecordingTooShort(msg, facts=facts)


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"


def _folders(parent: Path) -> list[Path]:
    return sorted(entry for entry in parent.iterdir() if entry.is_dir()) if parent.is_dir() else []


def _samples(folder: Path) -> list[int]:
    files = folder.glob("*.jsonl") if folder.is_dir() else ()
    return sorted(int(file.stem) for file in files if _is_number(file.stem))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0")


def _by_sample(name: str) -> tuple[bool, int, str]:
    stem = name.removesuffix(".jsonl")
    return not _is_number(stem), int(stem) if _is_number(stem) else 0, name


def _are(what: str, names: list[str]) -> str:
    listed = ", ".join(neutralise(name) for name in names[:5]) + (", …" if len(names) > 5 else "")
    return f"is {what} {listed}" if len(names) == 1 else f"are {what}s {listed}"
