"""`harness import`: make recordings of transcripts."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.cli import OK, warn
from dialogue_harness.cli.files import read_dialogues
from dialogue_harness.cli.terminal import heard
from dialogue_harness.errors import RecordingError, UsageError
from dialogue_harness.formats.files import is_recording
from dialogue_harness.scenario import TOLD_BY_TRANSCRIPT
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from dialogue_harness.dialogue import Dialogue

_DESCRIPTION: Final = """\
Make recordings from transcripts in any format, so that specs can be run on them.

Samples are numbered after those that are there, and nothing is overwritten. A transcript holds no sampling
parameters: a recording made from one is compared with a scenario by models, system prompts and opening message only.
A file with several dialogues becomes several samples.
"""

_EPILOG: Final = """\
examples:
  harness import dialogue.txt                                # fixtures/dialogue/<A>_vs_<B>/1.jsonl
  harness import run1.txt run2.txt --scenario small-talk     # two samples of one scenario
  harness import run1.txt --to specs/fixtures --json         # one JSON object a line: where it is now

exit codes: 0 all are imported, 2 misuse or broken input (nothing is then imported)
"""


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a transcript (.txt or .json)")
    parser.add_argument("--to", type=Path, default=Path("fixtures"), metavar="DIR", help="default: fixtures")
    parser.add_argument("--scenario", metavar="NAME", help="whose samples they are; default: each file's own name")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, one line a file")


def run(options: argparse.Namespace) -> int:
    """Import the files that the command line names."""
    library = Library(options.to)
    if options.scenario is not None and not options.scenario.strip():
        msg = "--scenario must not be blank"
        raise UsageError(msg, fix="name the scenario, or leave --scenario out")
    # All are read before the first is written, so that a broken one among many leaves nothing half done.
    dialogues = [(path, dialogue) for path in options.files for dialogue in _transcripts(path)]
    beside: dict[Path, list[tuple[int, Dialogue]]] = {}
    for path, dialogue in dialogues:
        recording = library.add(dialogue, name=options.scenario or path.stem)
        others = beside.setdefault(recording.parent, [])
        if not others:
            others.extend(_others(recording))
        _compare(recording, dialogue, others)
        others.append((int(recording.stem), dialogue))
        if options.json:
            line = json.dumps({"file": str(path), "recording": str(recording), "messages": len(dialogue)})
        else:
            line = f"{shown(path)} -> {shown(recording)} ({_messages(dialogue)})"
        with heard():
            sys.stdout.write(line + "\n")
    return OK


def _transcripts(path: Path) -> tuple[Dialogue, ...]:
    if path.is_file() and is_recording(path):
        name = shown(path)
        msg = f"{name} is a recording already"
        fix = f"copy it to where it belongs; or harness export {name} --output FILE.txt, and import that"
        raise UsageError(msg, fix=fix)
    return read_dialogues(path)


def _messages(dialogue: Dialogue) -> str:
    return "1 message" if len(dialogue) == 1 else f"{len(dialogue)} messages"


def _others(recording: Path) -> Iterator[tuple[int, Dialogue]]:
    """Yield the samples that lie beside a recording, by number; broken ones are reported when they are used."""
    files = [path for path in recording.parent.glob("*.jsonl") if path.stem.isascii() and path.stem.isdigit()]
    for path in sorted(files, key=lambda path: int(path.stem)):
        if path != recording:
            with contextlib.suppress(RecordingError):
                yield int(path.stem), load_partial(path).dialogue


def _compare(recording: Path, dialogue: Dialogue, others: list[tuple[int, Dialogue]]) -> None:
    """Warn where the new sample is not what one would take for another draw of the samples beside it."""
    if not others:
        return
    number, first = others[0]
    told = [fact for fact in first.scenario.differences(dialogue.scenario) if fact[0] in TOLD_BY_TRANSCRIPT]
    if told:
        _warn_of_difference(recording, number, told)
    twin = next((number for number, other in others if other.texts == dialogue.texts), None)
    if twin is not None:
        warn(f"{shown(recording)} says the same as sample {twin}: was one dialogue imported twice?")


def _warn_of_difference(recording: Path, number: int, told: list[tuple[str, object, object]]) -> None:
    lines = [f"{shown(recording)} differs from sample {number}; no scenario has both as its samples"]
    lines += [f"  {field}: {_value(old)} -> {_value(new)}" for field, old, new in told]
    warn("\n".join([*lines, "how to fix: import it under another --scenario"]))


def _value(value: object) -> str:
    return "none" if value is None else f"'{shorten(str(value), 60)}'"
