"""Dialogues that were begun in a run and are not complete: what is kept of them, and how they are continued."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING, Final

from harness.errors import RecordingError
from harness.library import Library
from harness.printable import shorten
from harness.recording import load_partial
from harness.report.run import InterruptedRecord, shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pytest

    from harness.engine.recorder import Interrupted
    from harness.plugin.options import Options

#: Interrupted dialogues that are listed one by one; the others are counted.
LISTED: Final = 10

_MODE: Final = "--harness-record"


def records(found: Sequence[Interrupted], options: Options, root: Path) -> list[InterruptedRecord]:
    """Return what a process tells of the dialogues that it could not complete.

    Those of a live run are moved to where its failed dialogues are kept, since the rest of it is not.
    """
    kept = [_moved(one, options) if options.live else one.path for one in found]
    return [
        InterruptedRecord(
            scenario=one.scenario.name,
            sample=one.sample,
            path=shown_path(path, root),
            messages=one.messages,
            length=one.scenario.length,
            cause=one.cause,
        )
        for one, path in zip(found, kept, strict=True)
    ]


def incomplete(found: Iterable[InterruptedRecord], root: Path) -> list[InterruptedRecord]:
    """Return, each once, those that no other process of the run has completed meanwhile."""
    by_path = {one.path: one for one in found}
    return [one for one in by_path.values() if _is_incomplete(root / one.path)]


def lines(found: Sequence[InterruptedRecord], config: pytest.Config, options: Options) -> list[str]:
    """Return the list of what can be continued, and the one command that does it."""
    told = [_line(one) for one in found[:LISTED]]
    if len(found) > LISTED:
        told.append(f"… and {len(found) - LISTED} more")
    return ["can be continued:", *(f"  {line}" for line in told), f"  {command(config, options)}"]


def command(config: pytest.Config, options: Options) -> str:
    """Return the command that continues them: this run's own, with the mode that does it."""
    arguments = _without_mode(config.invocation_params.args)
    if options.live:
        arguments.append(f"--harness-fixtures={shown_path(options.reports / 'failures', config.rootpath)}")
    arguments.append(f"{_MODE}=missing")
    return shlex.join(["pytest", *arguments])


def _line(one: InterruptedRecord) -> str:
    cause = f": {shorten(one.cause, 160)}" if one.cause else ""
    return f"{one.path} ({one.messages} of {one.length} messages){cause}"


def _moved(one: Interrupted, options: Options) -> Path:
    path = Library(options.reports / "failures").path(one.scenario, one.sample)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(one.path, path)
    return path


def _is_incomplete(path: Path) -> bool:
    try:
        return not load_partial(path).is_complete
    except RecordingError:
        return False


def _without_mode(arguments: Sequence[str]) -> list[str]:
    kept: list[str] = []
    skipping = False
    for argument in map(str, arguments):
        if not skipping and argument not in {_MODE, "--harness-live"} and not argument.startswith(f"{_MODE}="):
            kept.append(argument)
        skipping = not skipping and argument == _MODE
    return kept
