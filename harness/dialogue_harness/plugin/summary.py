"""The end of a run: its record on disk, and the table on the terminal."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from dialogue_harness import __version__
from dialogue_harness.plugin.interrupted import incomplete, left, lines, live_folder, shared
from dialogue_harness.plugin.options import read_options
from dialogue_harness.report.run import (
    DialogueRecord,
    InterruptedRecord,
    Run,
    TestRecord,
    assemble,
    shown_path,
    write_run,
)
from dialogue_harness.report.spending import Spending, summed
from dialogue_harness.report.terminal import notes, table, totals
from dialogue_harness.secrets import allow, scrub
from dialogue_harness.storage.format import reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from dialogue_harness.plugin import Found
    from dialogue_harness.plugin.options import Options


class Summary:
    """What a run found, written to ``reports/run.json`` when it is made.

    Args:
        config: pytest's.
        found: what the tests found, as it came with their reports.

    """

    def __init__(self, config: pytest.Config, found: Found) -> None:
        options = read_options(config)
        allow(options.not_secret)  # where there are workers, this process has no session of ours
        self.run: Run = assemble(
            _latest(msgspec.convert(record, TestRecord) for record in found.tests),
            msgspec.convert(found.made, list[DialogueRecord]),
            harness_version=__version__,
            started_at=datetime.fromtimestamp(found.began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds=round(time.time() - found.began, 3),
            record_mode=options.record,
            live=options.live,
            mutation=options.mutation.name if options.mutation else None,
            spent=summed(msgspec.convert(found.spent, list[Spending])),
            interrupted=incomplete(
                [
                    *(left(live_folder(options, found.run_id), config.rootpath) if options.live else ()),
                    *msgspec.convert(found.interrupted, list[InterruptedRecord]),
                ],
                config.rootpath,
            ),
        )
        unfinished = self.run.interrupted
        self._continued = lines(unfinished, config, options, found.run_id) if unfinished else []
        path = options.reports / "run.json"
        self._shown_path = shown_path(path, config.rootpath)
        self._problem = _problem(self.run, path)
        clean_up(options, found.run_id, keeps_live=bool(unfinished))

    def print(self, reporter: Any) -> None:  # noqa: ANN401 -- pytest has no public type for the terminal reporter
        """Print what was found and what can be continued."""
        self._print_dialogues(reporter)
        if self._problem is not None:
            reporter.write_line(f"harness: {self._shown_path} cannot be written: {self._problem}")
        for line in self._continued:
            reporter.write_line(scrub(line))

    def _print_dialogues(self, reporter: Any) -> None:  # noqa: ANN401 -- as above
        """Print the table, and the notes and the path of the record; only one line where pytest is told to be quiet."""
        if not self.run.dialogues:
            return
        if reporter.config.get_verbosity() < 0:
            reporter.write_line(totals(self.run))
            return
        reporter.write_sep("=", "dialogues")
        text = "\n".join([table(self.run), *(f"note: {note}" for note in notes(self.run))])
        for line in scrub(text).split("\n"):
            reporter.write_line(line.rstrip())
        written = "" if self._problem else f"; written to {self._shown_path}"
        reporter.write_line(f"{totals(self.run)}{written}")


def _problem(run: Run, path: Path) -> str | None:
    """Write the record of a run, and return what is in the way of that: the tests are judged all the same."""
    try:
        write_run(run, path)
    except OSError as error:
        return reason(error)
    return None


def clean_up(options: Options, run_id: str, *, keeps_live: bool) -> None:
    """Remove what the processes of a run told each other, and the dialogues of a live run unless it is to go on."""
    live = live_folder(options, run_id)
    for folder in (shared(options, run_id), *([] if keeps_live else [live])):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.parent.is_dir() and not any(folder.parent.iterdir()):
            folder.parent.rmdir()


def _latest(records: Iterable[TestRecord]) -> list[TestRecord]:
    """Keep one record for each test: the error of a teardown replaces nothing that the call found."""
    by_test: dict[str, TestRecord] = {}
    for record in records:
        known = by_test.get(record.test)
        if known is None or len(record.samples) >= len(known.samples):
            by_test[record.test] = record
    return list(by_test.values())
