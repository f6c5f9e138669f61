"""Dialogues that were started in a run and are not complete: what is kept of them, and the command that continues."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import RecordingError
from dialogue_harness.report.display import in_flight
from dialogue_harness.report.run import InterruptedRecord, shown_path
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pytest

    from dialogue_harness.engine.obtain import Interrupted
    from dialogue_harness.plugin.options import Options

#: Interrupted dialogues that are listed one by one; the rest is counted.
LISTED: Final = 10

_MODE: Final = "--harness-record"


def shared(options: Options, run_id: str) -> Path:
    """Return the folder that the processes of a run share."""
    return Library(live_folder(options, run_id) if options.live else options.fixtures).shared(run_id)


def live_folder(options: Options, run_id: str) -> Path:
    """Return the folder of a live run's dialogues; it stays if one of them is not complete."""
    return options.reports / "live" / run_id


def records(found: Iterable[Interrupted], root: Path) -> list[InterruptedRecord]:
    """Return the records of dialogues that a process could not complete."""
    return [
        InterruptedRecord(
            one.scenario.name,
            one.sample,
            shown_path(one.path, root),
            one.messages,
            one.scenario.length,
            one.cause,
        )
        for one in found
    ]


def left(folder: Path, root: Path) -> Iterator[InterruptedRecord]:
    """Yield the incomplete dialogues in the folder of a live run, those of killed workers included."""
    for path in Library(folder).recordings():
        if _is_incomplete(path):
            dialogue = load_partial(path).dialogue
            scenario, place = dialogue.scenario, shown_path(path, root)
            yield InterruptedRecord(scenario.name, dialogue.sample, place, len(dialogue), scenario.length)


def announce_waiting(config: pytest.Config, count: int | None = None) -> None:
    """Print that the run waits for messages in flight, and how many, if that is known."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        if config.get_terminal_writer().width_of_current_line:
            reporter.line("")
        reporter.write(f"harness: {in_flight(count)}\n", flush=True)


def incomplete(found: Iterable[InterruptedRecord], root: Path) -> list[InterruptedRecord]:
    """Return, each once and in order, those that no other process has completed meanwhile."""
    by_place = {(one.path.rpartition("/")[0], one.sample): one for one in found}
    return [by_place[place] for place in sorted(by_place) if _is_incomplete(root / by_place[place].path)]


def lines(found: Sequence[InterruptedRecord], config: pytest.Config, options: Options, run_id: str) -> list[str]:
    """Return the list of incomplete dialogues, and the command that continues them."""
    shown = ["incomplete, and can be continued:"]
    for one in found[:LISTED]:
        cause = f": {shorten(one.cause, 160)}" if one.cause else ""
        shown.append(f"  {one.path} ({one.messages} of {one.length} messages){cause}")
    if len(found) > LISTED:
        shown.append(f"  … and {len(found) - LISTED} more")
    return [*shown, f"continue with: {_command(config, options, run_id)}"]


def _command(config: pytest.Config, options: Options, run_id: str) -> str:
    """Return this run's own command with the mode that continues; what a live run recorded is replayed then."""
    arguments = _without_mode(config.invocation_params.args)
    if options.live:
        arguments.append(f"--harness-fixtures={shown_path(live_folder(options, run_id), config.rootpath)}")
    return shlex.join(["pytest", *arguments, f"{_MODE}=missing"])


def _is_incomplete(path: Path) -> bool:
    try:
        return not load_partial(path).is_complete
    except RecordingError:
        return False


def _without_mode(arguments: Iterable[object]) -> list[str]:
    kept: list[str] = []
    skipping = False
    for argument in map(str, arguments):
        if not skipping and argument not in {_MODE, "--harness-live"} and not argument.startswith(f"{_MODE}="):
            kept.append(argument)
        skipping = not skipping and argument == _MODE
    return kept
