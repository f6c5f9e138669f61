"""A pytest session: the dialogues that its tests need, and what each test found in them."""

from __future__ import annotations

import inspect
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from dialogue_harness.checks.verdict import hearing
from dialogue_harness.errors import HarnessError, MarkerError, RecordingError
from dialogue_harness.gate.proportion import Decision
from dialogue_harness.models.registry import is_offline, open_model
from dialogue_harness.plugin import failures, interrupted, remedies, xdist
from dialogue_harness.plugin.mutating import Mutated, mutated
from dialogue_harness.plugin.options import Options, read_options
from dialogue_harness.plugin.progress import display
from dialogue_harness.report.failure import quoted
from dialogue_harness.report.progress import Board
from dialogue_harness.report.run import (
    DialogueRecord,
    Outcome,
    SampleRecord,
    TestRecord,
    dialogue_record,
    shown_path,
    verdict_record,
)
from dialogue_harness.report.spending import tallied
from dialogue_harness.run.budget import Budget
from dialogue_harness.run.limits import Limiters
from dialogue_harness.run.obtain import Recorder
from dialogue_harness.run.retry import Retry
from dialogue_harness.run.runner import Runner
from dialogue_harness.secrets import allow, known_secrets, scrub
from dialogue_harness.storage.library import Library, Served, same_draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.models.registry import Model
    from dialogue_harness.plugin.failures import Failure
    from dialogue_harness.plugin.marker import MarkedScenario
    from dialogue_harness.run.obtain import Obtained
    from dialogue_harness.scenario import Scenario, Speaker


@dataclass
class Findings:
    """What one test found so far."""

    required: float = 1.0
    samples: list[SampleRecord] = field(default_factory=list)
    dialogues: list[Obtained] = field(default_factory=list)

    def index(self, obtained: Obtained) -> int:
        """Return the index of a dialogue in the test's list, adding it if it is new."""
        for place, known in enumerate(self.dialogues):
            if known.dialogue is obtained.dialogue:
                return place
        self.dialogues.append(obtained)
        return len(self.dialogues) - 1


class Session:
    """The dialogues of one pytest session.

    Args:
        config: pytest's.
        options: its settings.

    """

    def __init__(self, config: pytest.Config, options: Options) -> None:
        self.config = config
        self.options = options
        self.root = config.rootpath
        self.run_id = xdist.run_id(config)
        self._wanted: list[tuple[Scenario, int]] = []
        self._has_converse = False
        self._collisions: dict[Path, MarkerError] = {}
        allow(options.not_secret)
        self._board = Board(options.prices)
        library = Library(interrupted.live_folder(options, self.run_id) if options.live else options.fixtures)
        shared = library.shared(self.run_id) if xdist.is_worker(config) else None
        recorder = Recorder(
            library,
            "missing" if options.live else options.record,
            self._open,
            retry=Retry(attempts=options.attempts),
            live=options.live,
            run_id=self.run_id,
            limiters=Limiters(options.endpoints, most=options.max_concurrency, share=xdist.processes(config)),
            observer=self._board,
            budget=Budget(options.max_run, options.max_dialogue, prices=options.prices, folder=shared),
        )
        shown = display(config, self._board) if shared is None else xdist.WorkerFigures.of(config, self._board, shared)
        self.runner = Runner(recorder, concurrency=options.max_concurrency, wait=shown.wait)
        self._found: dict[str, Findings] = {}
        self._current: Findings | None = None
        self._hearing: list[Obtained] | None = None

    @classmethod
    def of(cls, session: pytest.Session) -> Session:
        """Return the session of the selected tests.

        Raises:
            UsageError: pytest's own; a setting has an invalid value.

        """
        try:
            ours = cls(session.config, read_options(session.config))
        except HarnessError as error:
            raise pytest.UsageError(scrub(str(error))) from None
        ours._plan(session.items)
        return ours

    def plan(self) -> list[str]:
        """Return the lines that say what the run would do and take."""
        from dialogue_harness.report.plan import plan  # noqa: PLC0415 -- few runs are planned
        from dialogue_harness.run.plan import forecast  # noqa: PLC0415 -- as above

        at_once, recorder = self.options.max_concurrency, self.runner.recorder
        forecasts = forecast(recorder, self._wanted)
        lines = plan(forecasts, self.options.prices, at_once=at_once, mode=recorder.mode) if forecasts else []
        lines += [str(collision) for collision in self._collisions.values()]
        if self._has_converse:
            lines.append("not included: dialogues that tests run themselves, with `converse`")
        return scrub("\n".join(lines)).split("\n")

    def begin(self) -> None:
        """Start the dialogues that have to be run, in the order in which the tests need them."""
        self.runner.prepare(self._wanted)

    def interrupt(self) -> None:
        """Call no more models."""
        self.runner.stop()
        xdist.note_waiting(self.config, self.runner.recorder.library.shared(self.run_id))

    def end(self) -> dict[str, list[dict[str, Any]]]:
        """End what still runs, each dialogue keeping its messages.

        Returns:
            Records of what this process did: dialogues that were interrupted and what models used. A worker sends them
            to the controller, with the dialogues that it ran: their tests may have run in another process.

        """
        with suppress(KeyboardInterrupt):  # a second Ctrl-C: stop now
            self.runner.finish(partial(interrupted.announce_waiting, self.config))
        self.runner.close()
        unfinished = interrupted.records(self.runner.recorder.interrupted, self.root)
        done = {"interrupted": unfinished, "spent": tallied(self._board)}
        sent: dict[str, list[dict[str, Any]]] = msgspec.to_builtins(done)
        if xdist.is_worker(self.config):
            made = [msgspec.to_builtins(self._dialogue_record(obtained)) for obtained in self.runner.made()]
            xdist.send_results(self.config, self.run_id, {**sent, "made": made})
        return sent

    def dialogues(self, marked: MarkedScenario) -> list[Obtained]:
        """Return the dialogues of all samples of a marker's scenario, waiting for those that still run.

        Raises:
            HarnessError: one of them is not available, or two of them are the same draw.

        """
        scenario = self._scenario(marked.scenario)
        samples = range(1, marked.samples + 1)
        for sample in samples:
            collision = self._collisions.get(self.runner.recorder.library.path(scenario, sample))
            if collision is not None:
                raise collision
        obtained: list[Obtained] = []
        failed: list[HarnessError] = []
        for sample in samples:  # if one of them fails, the run must not end before the others
            try:
                obtained.append(self.runner.get(scenario, sample))
            except HarnessError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        _refuse_copies(obtained, self.root)
        return [mutated(one, self.options.mutation) for one in obtained]

    def converse(self, scenario: Scenario, *, sample: int = 1) -> Dialogue:
        """Return the dialogue of a scenario: recorded, or computed if both models are built-in."""
        __tracebackhide__ = True
        scenario = self._scenario(scenario)
        computes = is_offline(scenario.a) and is_offline(scenario.b)
        obtained = (self.runner.compute if computes else self.runner.get)(scenario, sample)
        obtained = mutated(obtained, self.options.mutation)
        if self._hearing is not None:
            self._hearing.append(obtained)
        return obtained.dialogue

    def call(self, item: pytest.Function) -> object:
        """Run a test's body once for each sample, and raise if too few of them pass."""
        __tracebackhide__ = True
        if item.nodeid in self._found and self._current is self._found[item.nodeid]:
            return None  # called by ourselves for one sample: pytest runs the body
        marked = _marked(item)
        found = Findings(required=marked.pass_rate if marked else 1.0)
        self._found[item.nodeid] = self._current = found
        try:
            failed = self._call_samples(item, found, self.dialogues(marked) if marked else [None])
        finally:
            self._current = None
        if failed is not None:
            raise failed
        return True

    def describe(self, item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Attach to a report what its test found, mark failures of the machinery, and remove secrets."""
        error = call.excinfo.value if call.excinfo else None
        if call.excinfo and isinstance(error, HarnessError):
            command = remedies.command(item, self.runner.recorder.library.root, self.options, self.root)
            error = remedies.advised(error, command)
            call.excinfo = pytest.ExceptionInfo.from_exc_info((type(error), error, call.excinfo.tb))
            report.longrepr = call.excinfo.getrepr(style="value", chain=False)
            report.harness_errored = True  # type: ignore[attr-defined]  # reports carry what plugins put on them
            report.outcome = "failed"  # also if the test is expected to fail: this is not the expected failure
            vars(report).pop("wasxfail", None)
        if report.when == "call" or report.failed:
            report.harness_run = self.run_id  # type: ignore[attr-defined]  # as above
            found = msgspec.to_builtins(self._record(item, report, error))
            report.harness_test = failures.scrubbed_values(found, known_secrets())  # type: ignore[attr-defined]
        if report.longrepr is not None or report.sections:
            failures.scrub_report(report, known_secrets())

    def _open(self, speaker: Speaker) -> Model:
        return open_model(speaker, self.options.endpoints)

    def _scenario(self, scenario: Scenario) -> Scenario:
        return scenario.with_models(self.options.model_a, self.options.model_b)

    def _plan(self, items: Sequence[pytest.Item]) -> None:
        """List the dialogues that the tests need, each once, long enough for all that share its recording."""
        needed: dict[Path, tuple[Scenario, int]] = {}
        library = self.runner.recorder.library
        for marked in filter(None, map(_marked, items)):
            scenario = self._scenario(marked.scenario)
            for sample in range(1, marked.samples + 1):
                path = library.path(scenario, sample)
                known = needed.setdefault(path, (scenario, sample))[0]
                if known.fingerprint != scenario.fingerprint:
                    self._collisions[path] = _collision(known, scenario, path, self.root)
                needed[path] = (_both(known, scenario), sample)
        self._has_converse = any("converse" in getattr(item, "fixturenames", ()) for item in items)
        self._wanted = [wanted for path, wanted in needed.items() if path not in self._collisions]

    def _call_samples(
        self, item: pytest.Function, found: Findings, dialogues: Sequence[Obtained | None]
    ) -> Failure | None:
        failed: list[Failure] = []
        explained: list[list[str]] = []
        for obtained in dialogues:
            with self._seeing(obtained) as seen, hearing() as heard:
                error = _body(item, obtained)
            if error is not None:
                failed.append(error)
                explained.append(self._explain(error, heard, seen, item, len(dialogues)))
            record = SampleRecord(
                outcome="failed" if error else "passed",
                dialogues=[found.index(one) for one in seen],
                verdicts=[verdict_record(verdict) for verdict in heard],
                message=explained[-1][0] if error else None,
            )
            found.samples.append(record)
        decision = Decision(len(dialogues) - len(failed), len(dialogues), found.required)
        return None if decision else failures.with_text(failed[0], failures.whole(decision, explained))

    @contextmanager
    def _seeing(self, obtained: Obtained | None) -> Iterator[list[Obtained]]:
        """Note which dialogues a body is about: its sample's, and those that it runs itself."""
        self._hearing = [] if obtained is None else [obtained]
        try:
            yield self._hearing
        finally:
            self._hearing = None

    def _explain(
        self, error: Failure, heard: list[Verdict], seen: list[Obtained], item: pytest.Function, samples: int
    ) -> list[str]:
        obtained = seen[-1] if seen else None
        fixtures, is_kept = self.options.fixtures, True
        if obtained is not None and self.options.live:
            fixtures = self.options.reports / "failures"
            obtained, is_kept = failures.keep(obtained, Library(fixtures))
        path = shown_path(obtained.path, self.root) if obtained and obtained.path else None
        lines = failures.lines(error, heard, obtained, path=path, samples=samples)
        if is_kept:
            lines.append(f"reproduce: {remedies.command(item, fixtures, self.options, self.root)}")
        return lines

    def _record(self, item: pytest.Function, report: pytest.TestReport, error: BaseException | None) -> TestRecord:
        found = self._found.get(item.nodeid, Findings())
        return TestRecord(
            test=item.nodeid,
            outcome=_outcome(report, error),
            samples=found.samples,
            dialogues=[self._dialogue_record(obtained) for obtained in found.dialogues],
            required=found.required,
            message=str(error).partition("\n")[0] if error else None,
        )

    def _dialogue_record(self, obtained: Obtained) -> DialogueRecord:
        done = obtained if isinstance(obtained, Mutated) else None
        mutation, caught_by = (done.mutation, done.caught_by) if done else (None, None)
        return dialogue_record(obtained, self.root, mutation=mutation, caught_by=caught_by, prices=self.options.prices)


def _outcome(report: pytest.TestReport, error: BaseException | None) -> Outcome:
    if isinstance(error, HarnessError) or report.when != "call":
        return "errored"
    if hasattr(report, "wasxfail"):
        return "xpassed" if report.outcome == "passed" else "xfailed"
    return report.outcome


def _marked(item: pytest.Item) -> MarkedScenario | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("dialogue") if callspec else None


def _body(item: pytest.Function, obtained: Obtained | None) -> Failure | None:
    """Let pytest and its plugins run the body once; return the assertion that failed."""
    __tracebackhide__ = True
    if obtained is not None and "dialogue" in inspect.signature(item.obj).parameters:
        item.funcargs["dialogue"] = obtained.dialogue
    try:
        item.ihook.pytest_pyfunc_call(pyfuncitem=item)
    except (AssertionError, pytest.fail.Exception) as error:
        return error
    return None


def _refuse_copies(obtained: Sequence[Obtained], root: Path) -> None:
    """Raise if two samples are copies of one draw, which would count twice and prove no more than one."""
    kept = [Served(one.dialogue, one.path) for one in obtained if one.path is not None]
    copies = same_draw(kept)
    if copies is None:
        return
    one, other = copies
    paths = {served.dialogue.sample: shown_path(served.path, root) for served in kept}
    msg = f"samples {one} and {other} of scenario {kept[0].dialogue.scenario.name!a} are copies of the same draw"
    facts = [("recording", paths[one]), ("recording", paths[other])]
    raise RecordingError(msg, facts=facts, fix=f"rm {quoted(paths[other])}")


def _both(one: Scenario, other: Scenario) -> Scenario:
    """Return the scenario whose recording serves both: the longer one, with a stop rule only if both have the same."""
    longer = other if other.turns > one.turns else one
    return longer if one.stop_when == other.stop_when else replace(longer, stop_when=None)


def _collision(known: Scenario, other: Scenario, path: Path, root: Path) -> MarkerError:
    facts = [("recording", shown_path(path, root))]
    facts += [(name, f"{old!r} and {new!r}") for name, old, new in known.differences(other)]
    msg = f"two scenarios named {known.name!a} differ and would share one recording"
    return MarkerError(msg, facts=facts, fix="give one of them another name")
