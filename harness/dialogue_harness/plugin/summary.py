"""The end of a run: its record on disk, and the table on the terminal; or its plan, where no test is run."""

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

    import pytest

    from dialogue_harness.plugin import Results
    from dialogue_harness.plugin.options import Options
    from dialogue_harness.plugin.session import Session


class RunSummary:
    """The summary of a run. Making it writes ``reports/run.json``, and removes the files that processes shared.

    Args:
        config: pytest's.
        results: of the tests and of xdist's workers.

    """

    def __init__(self, config: pytest.Config, results: Results) -> None:
        options = read_options(config)
        allow(options.not_secret)  # xdist's controller has no session of ours, which would have done so
        found = msgspec.convert(results.sent["interrupted"], list[InterruptedRecord])
        if options.live:
            found = [*left(live_folder(options, results.run_id), config.rootpath), *found]
        unfinished = incomplete(found, config.rootpath)
        self.run = assemble(
            _latest(msgspec.convert(results.tests, list[TestRecord])),
            msgspec.convert(results.sent["made"], list[DialogueRecord]),
            harness_version=__version__,
            started_at=datetime.fromtimestamp(results.began, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds=round(time.time() - results.began, 3),
            record_mode=options.record,
            live=options.live,
            mutation=options.mutation.name if options.mutation else None,
            spent=summed(msgspec.convert(results.sent["spent"], list[Spending])),
            interrupted=unfinished,
        )
        self._continued = lines(unfinished, config, options, results.run_id) if unfinished else []
        path = options.reports / "run.json"
        self._shown_path = shown_path(path, config.rootpath)
        self._problem: str | None = None
        try:
            write_run(self.run, path)
        except OSError as error:  # no reason to fail the tests
            self._problem = reason(error)
        _clean_up(options, results.run_id, keeps_live=bool(unfinished))

    def print(self, reporter: Any) -> None:  # noqa: ANN401 -- pytest has no public type for the terminal reporter
        """Print the table with its notes and totals, only the totals with ``-q``, and what can be continued."""
        is_quiet = reporter.config.get_verbosity() < 0
        if self.run.dialogues and not is_quiet:
            reporter.write_sep("=", "dialogues")
            text = "\n".join([table(self.run), *(f"note: {note}" for note in notes(self.run))])
            for line in scrub(text).split("\n"):
                reporter.write_line(line.rstrip())
        if self.run.dialogues:
            written = "" if self._problem or is_quiet else f"; written to {self._shown_path}"
            reporter.write_line(f"{totals(self.run)}{written}")
        if self._problem is not None:
            reporter.write_line(f"harness: {self._shown_path} cannot be written: {self._problem}")
        for line in self._continued:
            reporter.write_line(scrub(line))


def print_plan(config: pytest.Config, session: Session | None) -> None:
    """Print what the run would take; ``session`` is ``None`` if no selected test uses a dialogue."""
    lines = ["no selected test uses a dialogue"] if session is None else session.plan()
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        print(*lines, sep="\n")  # noqa: T201 -- it is what was asked for
        return
    reporter.ensure_newline()
    reporter.write_sep("=", "plan")
    for line in lines:
        reporter.write_line(line)


def _clean_up(options: Options, run_id: str, *, keeps_live: bool) -> None:
    """Remove the files that processes shared, and the dialogues of a live run unless they can be continued."""
    live = live_folder(options, run_id)
    for folder in (shared(options, run_id), *([] if keeps_live else [live])):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.parent.is_dir() and not any(folder.parent.iterdir()):
            folder.parent.rmdir()


def _latest(records: Iterable[TestRecord]) -> list[TestRecord]:
    """Keep one record for each test; that of a failed teardown holds no samples, and replaces none that does."""
    by_test: dict[str, TestRecord] = {}
    for record in records:
        known = by_test.get(record.test)
        if known is None or len(record.samples) >= len(known.samples):
            by_test[record.test] = record
    return list(by_test.values())
