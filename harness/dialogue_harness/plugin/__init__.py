"""The pytest plugin: hooks and fixtures only. Everything else is imported once a test uses a fixture of ours."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness.plugin._private import fixture_definitions

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.plugin.session import Session
    from dialogue_harness.plugin.summary import RunSummary


class Results:
    """Collects results from the reports of tests and, with pytest-xdist, from its workers.

    Args:
        config: pytest's.

    """

    def __init__(self, config: pytest.Config) -> None:
        self.tests: list[dict[str, Any]] = []
        self.sent: dict[str, list[dict[str, Any]]] = {"made": [], "interrupted": [], "spent": []}
        self.run_id = ""
        self.began = time.time()
        self._config = config
        self._workers: list[Any] = []

    def add(self, run_id: str, sent: Mapping[str, list[dict[str, Any]]]) -> None:
        """Add what a process did; see :meth:`dialogue_harness.plugin.session.Session.end`."""
        self.run_id = run_id
        for name, records in sent.items():
            self.sent[name] += records

    def hear_workers(self) -> None:
        """Add the results of workers that xdist has ended without calling the hook for it."""
        for node in tuple(self._workers):
            self.pytest_testnodedown(node)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the result of a test."""
        found = getattr(report, "harness_test", None)
        if found is not None:
            self.tests.append(found)
            self.run_id = vars(report)["harness_run"]  # set together with harness_test

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:  # noqa: ANN401 -- one of xdist's workers
        """Note a worker, and show the progress of its dialogues if it may run any."""
        if not self._workers and _may_call_models(self._config):
            from dialogue_harness.plugin.xdist import watch_workers  # noqa: PLC0415 -- see the module's docstring

            watch_workers(self._config, node.workerinput["testrunuid"])
        self._workers.append(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 -- as above
        """Collect the results of a worker."""
        if node in self._workers:  # not if it went down before it was ready
            self._workers.remove(node)
        output = getattr(node, "workeroutput", {}).get("harness")
        if output is not None:
            self.add(*output)

    def pytest_keyboard_interrupt(self) -> None:
        """Stop calling models now, not after the teardown of fixtures, which may take long."""
        ours = self._config.stash.get(SESSION, None)
        if ours is not None:
            ours.interrupt()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Wait for interrupted workers before xdist ends them."""
        if self._workers and exitstatus == pytest.ExitCode.INTERRUPTED:
            from dialogue_harness.plugin.xdist import wait_for_workers  # noqa: PLC0415 -- see the module's docstring

            wait_for_workers(self._workers, self._config)


#: The session's state, absent if no test uses a fixture of ours.
SESSION: pytest.StashKey[Session] = pytest.StashKey()

#: The summary of the run, absent if no test used a dialogue, and in xdist's workers.
SUMMARY: pytest.StashKey[RunSummary] = pytest.StashKey()

#: The results so far.
RESULTS: pytest.StashKey[Results] = pytest.StashKey()

_RECORD_HELP = (
    "what to do if there is no valid recording: 'none' (the default) reports an error and never calls a model; "
    "'missing' records what is missing and continues what was interrupted; 'extend' also runs the turns that a "
    "recording lacks; 'changed' also re-records what was made from another scenario; 'all' re-records everything"
)

_MUTATION_HELP = (
    "give the tests mutated copies of the dialogues, to see which tests notice; `harness mutate --list` shows the "
    "mutations, and `harness mutate` tries all of them"
)

#: Stem of the flag and of its ini key, placeholder of its value, and help.
OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("record", "none|missing|changed|extend|all", _RECORD_HELP),
    ("fixtures", "DIR", "folder of the recordings, relative to pytest's root (default: fixtures)"),
    ("reports", "DIR", "folder for the reports of a run, relative to pytest's root (default: reports)"),
    ("model-a", "MODEL", "use this model for speaker A in every scenario, such as builtin:eliza or openai:NAME"),
    ("model-b", "MODEL", "use this model for speaker B in every scenario"),
    ("samples", "N", "number of samples of each scenario (default: what the marker says, else 1)"),
    ("pass-rate", "RATE", "share of a test's samples that has to pass, from 0 to 1 (default: 1)"),
    ("attempts", "N", "number of attempts to get a message from a model before giving up (default: 6)"),
    ("max-concurrency", "N", "number of dialogues that run at the same time (default: 100)"),
    ("max-cost", "AMOUNT", "most that the run may cost, by harness_prices (default: any amount)"),
    ("max-tokens", "N", "most tokens that the run may use, sent and received (default: any number)"),
    ("max-dialogue-cost", "AMOUNT", "most that one dialogue may cost (default: any amount)"),
    ("max-dialogue-tokens", "N", "most tokens that one dialogue may use (default: any number)"),
    ("mutation", "KIND", _MUTATION_HELP),
)

#: The same for what is on or off.
_SWITCHES = (
    ("live", "run the models and leave the recordings alone; failed dialogues are kept in reports/failures"),
    ("plan", "print how many dialogues, calls and tokens the run would take, and how long; run no test"),
)

#: Ini keys without a flag; each takes one entry per line.
_LISTS = (
    (
        "harness_endpoints",
        "servers: NAME = URL [key=ENVIRONMENT_VARIABLE | key-command=COMMAND …]; a speaker's model is NAME:MODEL",
    ),
    ("harness_prices", "price of a million tokens: MODEL = INPUT OUTPUT [CACHED]; * and ? match any text"),
    ("harness_not_secret", "regular expressions for what looks like a secret and is not"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags and ini keys."""
    group = parser.getgroup("harness", "dialogues between two language models (harness)")
    for stem, metavar, text in OPTIONS:
        group.addoption(f"--harness-{stem}", metavar=metavar, default=None, help=text)
        parser.addini(f"harness_{stem.replace('-', '_')}", f"same as --harness-{stem}", default=None)
    for stem, text in _SWITCHES:
        group.addoption(f"--harness-{stem}", action="store_true", default=None, help=text)
        parser.addini(f"harness_{stem}", f"same as --harness-{stem}", type="bool", default=False)
    for key, text in _LISTS:
        parser.addini(key, text, type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and refuse invalid flags before anything is collected."""
    usage = "scenario(*scenarios, samples=1, pass_rate=1.0): the dialogues that a test's `dialogue` fixture runs over"
    config.addinivalue_line("markers", usage)
    config.stash[RESULTS] = Results(config)
    config.pluginmanager.register(config.stash[RESULTS], "harness-results")
    if _is_on(config, "plan") or any(config.getoption(f"--harness-{stem}") is not None for stem, *_ in OPTIONS):
        from dialogue_harness.plugin.options import check_options  # noqa: PLC0415 -- see the module's docstring

        check_options(config, is_plan=_is_on(config, "plan"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that uses ``dialogue`` the scenarios of its marker."""
    if _uses(metafunc, "dialogue"):
        from dialogue_harness.plugin.marker import parametrize  # noqa: PLC0415 -- see the module's docstring

        parametrize(metafunc)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which dialogues the selected tests need."""
    if any(_is_ours(item) for item in session.items):
        from dialogue_harness.plugin.session import Session  # noqa: PLC0415 -- see the module's docstring

        session.config.stash[SESSION] = Session.of(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Start the dialogues ahead of the tests, all together; or print the plan, and run no test."""
    ours = session.config.stash.get(SESSION, None)
    if _is_on(session.config, "plan") and not session.testsfailed:
        from dialogue_harness.plugin.summary import print_plan  # noqa: PLC0415 -- see the module's docstring

        print_plan(session.config, ours)
        session.items.clear()
    elif ours is not None and not session.config.getoption("collectonly") and not session.testsfailed:
        ours.begin()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run a test's body over its samples and give the test one outcome."""
    ours = pyfuncitem.config.stash.get(SESSION, None)
    return ours.call(pyfuncitem) if ours is not None and _is_ours(pyfuncitem) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the results to the report, and mark failures of the machinery."""
    report = yield
    ours = item.config.stash.get(SESSION, None)
    if ours is not None and isinstance(item, pytest.Function) and _is_ours(item):
        ours.describe(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Count a test that the machinery failed as an error, in any phase."""
    return ("error", "E", "ERROR") if getattr(report, "harness_errored", False) else None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the dialogues that still run, and write the record of the run."""
    ours = session.config.stash.get(SESSION, None)
    results = session.config.stash[RESULTS]
    results.hear_workers()
    if ours is not None:
        results.add(ours.run_id, ours.end())
    if results.run_id and (results.tests or results.sent["interrupted"]) and not hasattr(session.config, "workerinput"):
        from dialogue_harness.plugin.summary import RunSummary  # noqa: PLC0415 -- see the module's docstring

        session.config.stash[SUMMARY] = RunSummary(session.config, results)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401 -- pytest has no public type for it
    """Print the summary table, if any test used a dialogue."""
    summary = config.stash.get(SUMMARY, None)
    if summary is not None:
        summary.print(terminalreporter)


@pytest.fixture(scope="session")
def dialogue(request: pytest.FixtureRequest) -> Dialogue:
    """One sample of the scenario in the test's ``scenario`` marker."""
    __tracebackhide__ = True
    return request.config.stash[SESSION].dialogues(request.param)[0].dialogue


@pytest.fixture(scope="session")
def converse(request: pytest.FixtureRequest) -> Callable[..., Dialogue]:
    """Return a function of a scenario (and a sample number) that returns its dialogue.

    It is replayed or recorded, as with ``dialogue``. If both models are built-in, it is computed in memory instead:
    without a server, and the same every time, so that scenarios may come from Hypothesis.
    """
    return request.config.stash[SESSION].converse


def _is_on(config: pytest.Config, switch: str) -> bool:
    return bool(config.getoption(f"--harness-{switch}") or config.getini(f"harness_{switch}"))


def _may_call_models(config: pytest.Config) -> bool:
    mode = config.getoption("--harness-record") or config.getini("harness_record") or "none"
    return _is_on(config, "live") or mode != "none"


def _is_ours(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and (_uses(item, "dialogue") or _uses(item, "converse"))


def _uses(test: pytest.Metafunc | pytest.Function, name: str) -> bool:
    """Return whether a test uses our fixture of this name, and not another one of the same name."""
    definitions = fixture_definitions(test)
    if not definitions:
        return name in test.fixturenames
    found = definitions.get(name)
    return found is not None and len(found) > 0 and found[-1].func.__module__ == __name__
