"""Dialogues that were begun in a run and are not complete: what is kept of them, and how they are continued."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import RecordingError
from dialogue_harness.plugin import xdist
from dialogue_harness.plugin.options import read_options
from dialogue_harness.report.run import InterruptedRecord, shown_path
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.recording import load_partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pytest

    from dialogue_harness.engine.obtain import Interrupted
    from dialogue_harness.plugin.options import Options

#: Interrupted dialogues that are listed one by one; the others are counted.
LISTED: Final = 10

_MODE: Final = "--harness-record"


def shared(options: Options, run_id: str) -> Path:
    """Return the folder where the processes of a run find each other."""
    return Library(live_folder(options, run_id) if options.live else options.fixtures).shared(run_id)


def live_folder(options: Options, run_id: str) -> Path:
    """Return where the dialogues of a live run are held; it stays where one of them is not complete."""
    return options.reports / "live" / run_id


def records(found: Iterable[Interrupted], root: Path) -> list[InterruptedRecord]:
    """Return what a process tells of the dialogues that it could not complete."""
    return [
        InterruptedRecord(
            scenario=one.scenario.name,
            sample=one.sample,
            path=shown_path(one.path, root),
            messages=one.messages,
            length=one.scenario.length,
            cause=one.cause,
        )
        for one in found
    ]


def left(folder: Path, root: Path) -> Iterator[InterruptedRecord]:
    """Yield what is not complete in the folder of a live run: also what a worker left that was killed."""
    for path in Library(folder).recordings():
        if _is_incomplete(path):
            dialogue = load_partial(path).dialogue
            scenario, place = dialogue.scenario, shown_path(path, root)
            yield InterruptedRecord(scenario.name, dialogue.sample, place, len(dialogue), scenario.length)


def wait_for_workers(nodes: Sequence[Any], config: pytest.Config) -> None:
    """Let the workers of an interrupted run keep what is in flight, and say so."""
    options = read_options(config)
    run_id = nodes[0].workerinput["testrunuid"]
    xdist.wait_for_workers(nodes, shared(options, run_id), lambda: say_what_is_waited_for(config))


def say_what_is_waited_for(config: pytest.Config, count: int | None = None) -> None:
    """Say that the run waits for messages in flight, and how many that are, where it is known."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        number = "" if count is None else f"{count} "
        what = "the message that is" if count == 1 else f"the {number}messages that are"
        reporter.ensure_newline()
        if config.get_terminal_writer().width_of_current_line:
            reporter.line("")
        text = f"harness: waiting for {what} in flight, to keep what is paid for (Ctrl-C: stop now)\n"
        reporter.write(text, flush=True)


def incomplete(found: Iterable[InterruptedRecord], root: Path) -> list[InterruptedRecord]:
    """Return, each once and in order, those that no other process of the run has completed meanwhile."""
    by_place = {(one.path.rpartition("/")[0], one.sample): one for one in found}
    return [by_place[place] for place in sorted(by_place) if _is_incomplete(root / by_place[place].path)]


def lines(found: Sequence[InterruptedRecord], config: pytest.Config, options: Options, run_id: str) -> list[str]:
    """Return the list of what can be continued, and the one command that does it."""
    told = [_line(one) for one in found[:LISTED]]
    if len(found) > LISTED:
        told.append(f"… and {len(found) - LISTED} more")
    return ["can be continued:", *(f"  {line}" for line in told), f"  {command(config, options, run_id)}"]


def command(config: pytest.Config, options: Options, run_id: str) -> str:
    """Return the command that continues them: this run's own, with the mode that does it.

    What a live run has held so far is its recordings then, so that nothing of it is asked for again.
    """
    arguments = _without_mode(config.invocation_params.args)
    if options.live:
        arguments.append(f"--harness-fixtures={shown_path(live_folder(options, run_id), config.rootpath)}")
    arguments.append(f"{_MODE}=missing")
    return shlex.join(["pytest", *arguments])


def _line(one: InterruptedRecord) -> str:
    cause = f": {shorten(one.cause, 160)}" if one.cause else ""
    return f"{one.path} ({one.messages} of {one.length} messages){cause}"


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
