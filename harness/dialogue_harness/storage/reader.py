"""One recording on disk: read strictly. Nothing that reads here ever writes.

The lines of the file are described in :mod:`dialogue_harness.storage.format`. A file without an end line is
*interrupted*: its whole lines are good, and it can be continued.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import RecordingChanged
from dialogue_harness.scenario import TOLD_BY_TRANSCRIPT, Scenario
from dialogue_harness.storage.format import (
    Origin,
    Parsed,
    parse,
    shown,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable


_SHOWN_OF_A_TEXT: Final = 100
_SHOWN_BEFORE_DIFFERENCE: Final = 30


@dataclass(frozen=True)
class Recording:
    """A dialogue as it was found on disk.

    Attributes:
        path: the file.
        dialogue: what it holds. Its ``date`` is, of a run, the time it was recorded at, and of an import what the
            transcript said.
        origin: ``"run"`` if models were run for it, ``"import"`` if it was made of a transcript.
        recorded_at: when it was begun, such as ``2026-11-23T18:05:00Z``.
        is_complete: whether it has its end line; its digest was then compared.

    """

    path: Path
    dialogue: Dialogue
    origin: Origin
    recorded_at: str
    is_complete: bool

    def differences(self, scenario: Scenario) -> list[tuple[str, Any, Any]]:
        """Return ``(field, recorded, asked)`` where ``scenario`` sends a model something else than was sent here.

        Of an imported recording only the fields that a transcript tells are compared, and given messages only as far
        as both scenarios go.
        """
        recorded = self.dialogue.scenario
        if recorded.given or scenario.given:
            turns = min(recorded.turns, scenario.turns)
            recorded, scenario = _until(recorded, turns), _until(scenario, turns)
        if recorded.fingerprint == scenario.fingerprint:
            return []
        found = recorded.differences(scenario)
        return found if self.origin == "run" else [fact for fact in found if fact[0] in TOLD_BY_TRANSCRIPT]

    def verify(self, scenario: Scenario) -> None:
        """Make sure that the recording is one of ``scenario``.

        Raises:
            RecordingChanged: it is not; the facts hold what was recorded and what is asked, field by field.

        """
        if found := self.differences(scenario):
            headline = f"scenario {_named(scenario)} has changed since it was recorded"
            facts = [("file", shown(self.path)), *_told(found)]
            raise RecordingChanged(headline, facts=facts)


def read_recording(path: str | os.PathLike[str]) -> Dialogue:
    """Return the dialogue of a recording, after verifying all of it.

    Raises:
        RecordingError: as :func:`load` does.

    """
    return load(path).dialogue


def load(path: str | os.PathLike[str]) -> Recording:
    """Read a recording that must be complete.

    Verified are the digest, the number of messages, their numbers and speakers, and that the header's fingerprint is
    that of its scenario.

    Raises:
        RecordingMissing: there is no such file.
        RecordingInterrupted: it has no end line; :class:`RecordingTruncated` if it breaks off within a line.
        RecordingCorrupt: a line is not what the format says.
        RecordingEdited: it was changed after it was made.
        RecordingTooNew: its format is of a later version than ours.
        RecordingError: it cannot be read at all.

    """
    parsed = parse(Path(path))
    if parsed.end is None:
        parsed.raise_interrupted()
    return recording_of(parsed)


def load_partial(path: str | os.PathLike[str]) -> Recording:
    """Read a recording that may be interrupted, or break off within a line: its whole lines are returned.

    Raises:
        RecordingError: as :func:`load` does, but for what is allowed here; :class:`RecordingTruncated` only where not
            even the header is whole.

    """
    return recording_of(parse(Path(path)))


def recording_of(parsed: Parsed) -> Recording:
    """Return what a parsed file holds."""
    header = parsed.header
    date = header.date if header.origin == "import" else header.recorded_at[:16].replace("T", " ")
    ending = parsed.end.ending if parsed.end else None
    dialogue = Dialogue(parsed.scenario, parsed.messages, ending, header.sample, date, header.heading)
    return Recording(parsed.path, dialogue, header.origin, header.recorded_at, is_complete=parsed.end is not None)


def _until(scenario: Scenario, turns: int) -> Scenario:
    length = 2 * turns + (scenario.opener is not None)
    given = {number: text for number, text in scenario.given.items() if number <= length}
    return replace(scenario, turns=turns, given=given)


def _named(scenario: Scenario) -> str:
    return f"'{shorten(scenario.name, 60)}'"


def _told(differences: Iterable[tuple[str, Any, Any]]) -> list[tuple[str, str]]:
    """Return a fact for each difference; what changed alike for both speakers is reported once."""
    told: dict[tuple[str, str], str] = {}
    for field, old, new in differences:
        side, _, name = field.rpartition(".")
        name = "system prompt" if name == "system" else name
        key = (name, _old_and_new(old, new))
        if key in told:
            told[key] += f" and {side.upper()}"
        else:
            told[key] = f"{name} of {side.upper()}" if side else name
    return [(label, value) for (_, value), label in told.items()]


def _old_and_new(old: object, new: object) -> str:
    before, after = _spelt(old, new), _spelt(new, old)
    start = 0
    if max(len(before), len(after)) > _SHOWN_OF_A_TEXT:
        start = max(0, _first_difference(before, after) - _SHOWN_BEFORE_DIFFERENCE)
    return f"\n- {_part(before, start)}\n+ {_part(after, start)}"


def _first_difference(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    return next((at for at in range(shorter) if one[at] != other[at]), shorter)


def _spelt(value: object, other: object) -> str:
    """Return a value as text: strings as they are, but quoted where white space at an end would not be seen."""
    if value is None:
        return "(not set)"
    texts = [text for text in (value, other) if isinstance(text, str)]
    if isinstance(value, str) and all(text and text == text.strip() for text in texts):
        return value
    return json.dumps(value, ensure_ascii=False)


def _part(text: str, start: int) -> str:
    end = start + _SHOWN_OF_A_TEXT
    return ("…" if start else "") + neutralise(text[start:end]) + ("…" if len(text) > end else "")
