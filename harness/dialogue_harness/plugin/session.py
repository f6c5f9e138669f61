"""One run: the dialogues that its tests need, and what each test found in them."""

from __future__ import annotations

import inspect
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from dialogue_harness.checks.verdict import hearing
from dialogue_harness.engine.runner import Runner
from dialogue_harness.engine.setup import recorder
from dialogue_harness.errors import HarnessError, MarkerError, RecordingError
from dialogue_harness.gate.proportion import Decision
from dialogue_harness.models.registry import is_offline
from dialogue_harness.plugin import failures, interrupted, xdist
from dialogue_harness.plugin.mutating import Mutated, mutated
from dialogue_harness.plugin.options import Options, read_options
from dialogue_harness.plugin.progress import display
from dialogue_harness.plugin.scrubbed import scrub_report, scrubbed_values
from dialogue_harness.plugin.telling import Telling
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
from dialogue_harness.secrets import allow, known_secrets, scrub
from dialogue_harness.storage.format import reason, shown
from dialogue_harness.storage.library import Library, Served, same_draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.engine.obtain import Obtained
    from dialogue_harness.plugin.failures import Failure
    from dialogue_harness.plugin.marker import Asked
    from dialogue_harness.scenario import Scenario


@dataclass
class Findings:
    """What one test has found so far."""

    required: float = 1.0
    samples: list[SampleRecord] = field(default_factory=list)
    dialogues: list[Obtained] = field(default_factory=list)

    def index(self, obtained: Obtained) -> int:
        """Return the place of a dialogue in the test's list, where it is put if it is new."""
        for place, known in enumerate(self.dialogues):
            if known.dialogue is obtained.dialogue:
                return place
        self.dialogues.append(obtained)
        return len(self.dialogues) - 1


class Session:
    """The dialogues of one pytest session.

    Args:
        config: pytest's.
        options: the checked settings.

    """

    def __init__(self, config: pytest.Config, options: Options) -> None:
        self.config = config
        self.options = options
        self.root = config.rootpath
        self.run_id = xdist.run_id(config)
        self._wanted: list[tuple[Scenario, int]] = []
        self._holds_its_own = False
        self._collisions: dict[Path, MarkerError] = {}
        allow(options.not_secret)
        self._board = Board(options.prices)
        library = Library(interrupted.live_folder(options, self.run_id) if options.live else options.fixtures)
        shared = library.shared(self.run_id) if xdist.is_worker(config) else None
        engine = recorder(
            options,
            library,
            "missing" if options.live else options.record,
            live=options.live,
            run_id=self.run_id,
            processes=xdist.processes(config),
            shared=shared,
            observer=self._board,
        )
        shown = display(config, self._board) if shared is None else Telling.of(config, self._board, shared)
        self.runner = Runner(engine, concurrency=options.max_concurrency, wait=shown.wait)
        self._found: dict[str, Findings] = {}
        self._current: Findings | None = None
        self._hearing: list[Obtained] | None = None

    @classmethod
    def of(cls, session: pytest.Session) -> Session:
        """Make the session of the selected tests.

        Raises:
            UsageError: pytest's own, where a setting has a value that it cannot have.

        """
        try:
            ours = cls(session.config, read_options(session.config))
        except HarnessError as error:
            raise pytest.UsageError(scrub(str(error))) from None
        ours._plan(session.items)
        return ours

    def plan(self) -> list[str]:
        """Return the lines that say what the run would do and take; nothing is sent."""
        from dialogue_harness.engine.plan import forecast  # noqa: PLC0415 -- few runs are planned
        from dialogue_harness.report.plan import plan  # noqa: PLC0415 -- as above

        at_once, recorder = self.options.max_concurrency, self.runner.recorder
        forecasts = forecast(recorder, self._wanted)
        lines = plan(forecasts, self.options.prices, at_once=at_once, mode=recorder.mode) if forecasts else []
        lines += [str(collision) for collision in self._collisions.values()]
        if self._holds_its_own:
            lines.append("tests that let dialogues be held themselves, with `converse`, are not in this plan")
        return scrub("\n".join(lines)).split("\n")

    def begin(self) -> None:
        """Start the dialogues that have to be run, in the order in which the tests need them."""
        self.runner.prepare(self._wanted)

    def interrupt(self) -> None:
        """Ask for nothing more, since the run ends before its time."""
        self.runner.stop()
        xdist.say_it_waits(self.config, self.runner.recorder.library.shared(self.run_id))

    def end(self) -> dict[str, list[dict[str, Any]]]:
        """End what still runs, each dialogue keeping the messages that it has, and tell a controller what was made."""
        with suppress(KeyboardInterrupt):  # from the keyboard once more: stop now
            self.runner.finish(partial(interrupted.say_what_is_waited_for, self.config))
        self.runner.close()
        made = [msgspec.to_builtins(self._dialogue_record(obtained)) for obtained in self.runner.made()]
        unfinished = interrupted.records(self.runner.recorder.interrupted, self.root)
        spent = tallied(self._board)
        told: dict[str, list[dict[str, Any]]] = msgspec.to_builtins({"interrupted": unfinished, "spent": spent})
        xdist.tell_controller(self.config, run=self.run_id, made=made, **told)
        return told

    def dialogues(self, asked: Asked) -> list[Obtained]:
        """Return the dialogues of all samples that a test asks for, waiting for those that are still held.

        Raises:
            HarnessError: one of them could not be had, or two of them are one draw.

        """
        scenario = self._scenario(asked.scenario)
        samples = range(1, asked.samples + 1)
        for sample in samples:
            collision = self._collisions.get(self.runner.recorder.library.path(scenario, sample))
            if collision is not None:
                raise collision
        obtained = self._all(scenario, samples)
        _refuse_copies(obtained, self.root)
        return [self._handed(one) for one in obtained]

    def _all(self, scenario: Scenario, samples: Iterable[int]) -> list[Obtained]:
        """Wait for all samples, also where one of them fails: the others go on, and the run must not end before."""
        obtained: list[Obtained] = []
        failed: list[HarnessError] = []
        for sample in samples:
            try:
                obtained.append(self.runner.get(scenario, sample))
            except HarnessError as error:
                failed.append(error)
        if failed:
            raise failed[0]
        return obtained

    def converse(self, scenario: Scenario, *, sample: int = 1) -> Dialogue:
        """Return the dialogue of a scenario: its recording, or that of a built-in pair that talks in memory."""
        __tracebackhide__ = True
        scenario = self._scenario(scenario)
        computes = is_offline(scenario.a) and is_offline(scenario.b)
        obtained = self._handed((self.runner.compute if computes else self.runner.get)(scenario, sample))
        if self._hearing is not None:
            self._hearing.append(obtained)
        return obtained.dialogue

    def call(self, item: pytest.Function) -> object:
        """Run a test's body once for each sample, and raise if too few of them pass."""
        __tracebackhide__ = True
        if item.nodeid in self._found and self._current is self._found[item.nodeid]:
            return None  # this is the call for one sample: pytest is to run the body
        asked: Asked | None = _params(item).get("dialogue")
        found = Findings(required=asked.pass_rate if asked else 1.0)
        self._found[item.nodeid] = self._current = found
        try:
            failed = self._call_samples(item, found, self.dialogues(asked) if asked else [None])
        finally:
            self._current = None
        if failed is not None:
            raise failed
        return True

    def describe(self, item: pytest.Function, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Attach to a report what its test found, mark it where the machinery failed, and keep secrets out of it."""
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, HarnessError):
            error.target = failures.target(item, self.runner.recorder.library.root, self.options, self.root)
            report.harness_errored = True  # type: ignore[attr-defined]  # reports carry what plugins put on them
            report.outcome = "failed"  # also where the test is expected to fail: this is not the failure meant
            vars(report).pop("wasxfail", None)
            assert call.excinfo is not None  # noqa: S101 -- for the type checker: there is an error
            report.longrepr = call.excinfo.getrepr(style="value", chain=False)
        if report.when == "call" or report.failed:
            report.harness_run = self.run_id  # type: ignore[attr-defined]  # as above
            found = msgspec.to_builtins(self._record(item, report, error))
            report.harness_test = scrubbed_values(found, known_secrets())  # type: ignore[attr-defined]
        if report.longrepr is not None or report.sections:
            scrub_report(report, known_secrets())

    def _handed(self, obtained: Obtained) -> Obtained:
        return mutated(obtained, self.options.mutation)

    def _scenario(self, scenario: Scenario) -> Scenario:
        return scenario.with_models(self.options.model_a, self.options.model_b)

    def _plan(self, items: Sequence[pytest.Item]) -> None:
        """List what the tests need, each dialogue once and such that it serves all that share its recording."""
        needed: dict[Path, tuple[Scenario, int]] = {}
        library = self.runner.recorder.library
        for asked in (a for item in items if (a := _params(item).get("dialogue"))):
            scenario = self._scenario(asked.scenario)
            for sample in range(1, asked.samples + 1):
                path = library.path(scenario, sample)
                known = needed.setdefault(path, (scenario, sample))[0]
                if known.fingerprint != scenario.fingerprint:
                    self._collisions[path] = _collision(known, scenario, path, self.root)
                needed[path] = (_both(known, scenario), sample)
        self._holds_its_own = any("converse" in getattr(item, "fixturenames", ()) for item in items)
        self._wanted = [wanted for path, wanted in needed.items() if path not in self._collisions]

    def _call_samples(
        self, item: pytest.Function, found: Findings, dialogues: Sequence[Obtained | None]
    ) -> Failure | None:
        failed: list[Failure] = []
        explained: list[list[str]] = []
        for obtained in dialogues:
            with self._seeing(obtained) as seen, hearing() as heard:
                error = _body(item, obtained)
            told = None
            if error is not None:
                told = self._explain(error, heard, seen, item, len(dialogues))
                failed.append(error)
                explained.append(told)
            found.samples.append(_sample_record(found, seen, heard, told))
        decision = Decision(len(dialogues) - len(failed), len(dialogues), found.required)
        if decision:
            return None
        return failures.with_text(failed[0], failures.whole(decision, explained))

    @contextmanager
    def _seeing(self, obtained: Obtained | None) -> Iterator[list[Obtained]]:
        """Note which dialogue a body is about: its sample's, or the last one that it let be held itself."""
        self._hearing = [] if obtained is None else [obtained]
        try:
            yield self._hearing
        finally:
            self._hearing = None

    def _explain(
        self, error: Failure, heard: list[Verdict], seen: list[Obtained], item: pytest.Function, samples: int
    ) -> list[str]:
        obtained = seen[-1] if seen else None
        fixtures, reproduce = self.options.fixtures, True
        if obtained is not None and self.options.live:
            fixtures = self.options.reports / "failures"
            obtained, reproduce = self._kept(obtained, Library(fixtures))
        path = shown_path(obtained.path, self.root) if obtained and obtained.path else None
        lines = failures.lines(error, heard, obtained, path=path, samples=samples)
        command = f"reproduce: pytest {failures.target(item, fixtures, self.options, self.root)}"
        return [*lines, command] if reproduce else lines

    @staticmethod
    def _kept(obtained: Obtained, library: Library) -> tuple[Obtained, bool]:
        """Return a failed live dialogue with where it is kept, or with a note that it is not, and whether it is."""
        try:
            return failures.keep(obtained, library), True
        except OSError as error:
            note = f"it could not be kept in {shown(library.root)}: {reason(error)}"
            return replace(obtained, path=None, note=f"{obtained.note}; {note}" if obtained.note else note), False

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


def _params(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec else {}


def _body(item: pytest.Function, obtained: Obtained | None) -> Failure | None:
    """Let pytest, and whatever plugins help it, run the body once; return the assertion that failed."""
    __tracebackhide__ = True
    if obtained is not None and "dialogue" in inspect.signature(item.obj).parameters:
        item.funcargs["dialogue"] = obtained.dialogue
    try:
        item.ihook.pytest_pyfunc_call(pyfuncitem=item)
    except (AssertionError, pytest.fail.Exception) as error:
        return error
    return None


def _sample_record(found: Findings, seen: list[Obtained], heard: list[Verdict], told: list[str] | None) -> SampleRecord:
    return SampleRecord(
        outcome="passed" if told is None else "failed",
        dialogues=[found.index(obtained) for obtained in seen],
        verdicts=[verdict_record(verdict) for verdict in heard],
        message=told[0] if told else None,
    )


def _refuse_copies(obtained: Sequence[Obtained], root: Path) -> None:
    """Raise if two samples are one draw, served twice: they would count as two and tell no more than one."""
    kept = [Served(one.dialogue, one.path) for one in obtained if one.path is not None]
    copies = same_draw(kept)
    if copies is None:
        return
    paths = {one.dialogue.sample: shown_path(one.path, root) for one in kept}
    one, other = copies
    msg = f"samples {one} and {other} of scenario {kept[0].dialogue.scenario.name!a} are one draw, served twice"
    facts = [("recording", paths[one]), ("recording", paths[other])]
    raise RecordingError(msg, facts=facts, fix=f"rm {paths[other]}; then pytest {{target}} --harness-record=missing")


def _both(one: Scenario, other: Scenario) -> Scenario:
    """Return the scenario whose recording serves both: the longer one, and stopped early only if both are, alike."""
    longer = other if other.turns > one.turns else one
    return longer if one.stop_when == other.stop_when else replace(longer, stop_when=None)


def _collision(known: Scenario, other: Scenario, path: Path, root: Path) -> MarkerError:
    facts = [("recording", shown_path(path, root))]
    facts += [(name, f"{old!r} and {new!r}") for name, old, new in known.differences(other)]
    msg = f"two scenarios named {known.name!a} differ and would share one recording"
    return MarkerError(msg, facts=facts, fix="give one of them another name")
