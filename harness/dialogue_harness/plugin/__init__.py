"""The pytest plugin: its hooks and fixtures, and nothing else, so that a run that does not use it pays nothing.

Everything behind the hooks is imported when the first test that uses a fixture of ours is collected.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.plugin.session import Session
    from dialogue_harness.plugin.summary import Summary


class Found:
    """Collects what the tests found from their reports, which under xdist come from other processes.

    Args:
        config: pytest's.

    """

    def __init__(self, config: pytest.Config) -> None:
        self.tests: list[dict[str, Any]] = []
        self.made: list[dict[str, Any]] = []
        self.interrupted: list[dict[str, Any]] = []
        self.spent: list[dict[str, Any]] = []
        self.run_id = ""
        self.began = time.time()
        self._config = config
        self._workers: list[Any] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a report carries of ours."""
        found = getattr(report, "harness_test", None)
        if found is not None:
            self.tests.append(found)
            self.run_id = vars(report)["harness_run"]  # set together with harness_test

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:  # noqa: ANN401 -- one of xdist's workers
        """Keep in mind that there is a worker, and show how far its dialogues are, where it may hold any."""
        if not self._workers and _may_be_live(self._config):
            from dialogue_harness.plugin.watching import watch_workers  # noqa: PLC0415 -- see the module's docstring

            watch_workers(self._config, node.workerinput["testrunuid"])
        self._workers.append(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401 -- as above
        """Keep what a worker says it has run."""
        if node in self._workers:  # else it went down before it was ready
            self._workers.remove(node)
        told = getattr(node, "workeroutput", {})
        self.run_id = told.get("harness_run", self.run_id)
        self.made.extend(told.get("harness_made", []))
        self.interrupted.extend(told.get("harness_interrupted", []))
        self.spent.extend(told.get("harness_spent", []))

    def pytest_keyboard_interrupt(self) -> None:
        """Let models be asked for nothing more, before fixtures are torn down, which may take its time."""
        ours = self._config.stash.get(SESSION, None)
        if ours is not None:
            ours.interrupt()

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Where the run was interrupted, wait for the workers before xdist ends them."""
        if self._workers and exitstatus == pytest.ExitCode.INTERRUPTED:
            from dialogue_harness.plugin.interrupted import wait_for_workers  # noqa: PLC0415 -- see the module's docstring

            wait_for_workers(self._workers, self._config)

    def hear_workers(self) -> None:
        """Keep what was said by workers that xdist has ended without a word."""
        for node in tuple(self._workers):
            self.pytest_testnodedown(node)


#: The session's state, absent in a run in which no test uses a fixture of ours.
SESSION: pytest.StashKey[Session] = pytest.StashKey()

#: What a run found, absent where no test used a dialogue, and in xdist's workers.
SUMMARY: pytest.StashKey[Summary] = pytest.StashKey()

#: What the tests found, as it comes with their reports.
FOUND: pytest.StashKey[Found] = pytest.StashKey()

#: Name of the plugin that takes the place of the tests where only a plan is asked for.
PLANNING = "harness-planning"

_RECORD_HELP = (
    "what happens where no valid recording exists: 'none' (the default) is an error and calls no model; 'missing' "
    "records what is missing and continues what was interrupted; 'extend' also runs the turns that a recording is "
    "short of; 'changed' also records anew what was made from another scenario; 'all' records everything anew"
)

_MUTATION_HELP = (
    "hand the tests mutated copies of the dialogues, in memory, to see which of them notice; `harness mutate --list` "
    "lists the mutations, and `harness mutate` tries all"
)

#: Stem of the flag and of its ini key, what its value is called, and its help.
OPTIONS: tuple[tuple[str, str, str], ...] = (
    ("record", "none|missing|changed|extend|all", _RECORD_HELP),
    ("fixtures", "DIR", "folder of the recordings, relative to pytest's root (default: fixtures)"),
    ("reports", "DIR", "folder for what a run leaves, relative to pytest's root (default: reports)"),
    ("model-a", "MODEL", "let this model speak for A in every scenario, such as builtin:eliza or openai:NAME"),
    ("model-b", "MODEL", "let this model speak for B in every scenario"),
    ("samples", "N", "judge so many samples of each scenario (default: what the marker says, else 1)"),
    ("pass-rate", "RATE", "share of a test's samples that has to pass, from 0 to 1 (default: 1)"),
    ("attempts", "N", "ask a model at most so often for one message before giving up (default: 6)"),
    ("max-concurrency", "N", "hold at most so many dialogues at once (default: 100)"),
    ("max-cost", "AMOUNT", "spend at most so much on models in this run, by harness_prices (default: any amount)"),
    ("max-tokens", "N", "let models take at most so many tokens in this run, sent and received (default: any number)"),
    ("max-dialogue-cost", "AMOUNT", "spend at most so much on one dialogue (default: any amount)"),
    ("max-dialogue-tokens", "N", "let one dialogue take at most so many tokens (default: any number)"),
    ("mutation", "KIND", _MUTATION_HELP),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags and their ini twins."""
    group = parser.getgroup("harness", "dialogues between two language models (harness)")
    for stem, metavar, text in OPTIONS:
        group.addoption(f"--harness-{stem}", metavar=metavar, default=None, help=text)
        parser.addini(f"harness_{stem.replace('-', '_')}", f"same as --harness-{stem}", default=None)
    live = "run the models and leave the recordings alone; failed dialogues are kept in reports/failures"
    group.addoption("--harness-live", action="store_true", default=None, help=live)
    parser.addini("harness_live", "same as --harness-live", type="bool", default=False)
    plan = "say how many dialogues, calls and tokens the run would take, and how long; run no test and call no model"
    group.addoption("--harness-plan", action="store_true", default=None, help=plan)
    parser.addini("harness_plan", "same as --harness-plan", type="bool", default=False)
    endpoints = (
        "servers by name, one per line: NAME = URL [key=ENVIRONMENT_VARIABLE | key-command=COMMAND …]; "
        "a speaker's model is NAME:MODEL"
    )
    parser.addini("harness_endpoints", endpoints, type="linelist", default=[])
    prices = "what a million tokens cost, one model per line: MODEL = INPUT OUTPUT [CACHED]; * and ? stand for any text"
    parser.addini("harness_prices", prices, type="linelist", default=[])
    allowed = "regular expressions, one per line, for what is no secret although it looks like one"
    parser.addini("harness_not_secret", allowed, type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    usage = "scenario(*scenarios, samples=1, pass_rate=1.0): the dialogues that a test's `dialogue` fixture runs over"
    config.addinivalue_line("markers", usage)
    config.stash[FOUND] = Found(config)
    config.pluginmanager.register(config.stash[FOUND], "harness-found")
    if config.getoption("--harness-plan") or config.getini("harness_plan"):
        from dialogue_harness.plugin.planning import Planning, refuse_workers  # noqa: PLC0415 -- see the module's docstring

        refuse_workers(config)
        config.pluginmanager.register(Planning(SESSION), PLANNING)
    if any(config.getoption(f"--harness-{stem}") is not None for stem, *_ in OPTIONS):
        from dialogue_harness.plugin.options import check_options  # noqa: PLC0415 -- see the module's docstring

        check_options(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a dialogue the scenarios of its marker."""
    if _is_fixture_of_ours("dialogue", metafunc._arg2fixturedefs):  # noqa: SLF001 -- there is no public way
        from dialogue_harness.plugin.marker import parametrize  # noqa: PLC0415 -- see the module's docstring

        parametrize(metafunc)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note what the selected tests need; nothing is run before the first of them starts."""
    if any(_is_ours(item) for item in session.items):
        from dialogue_harness.plugin.session import Session  # noqa: PLC0415 -- see the module's docstring

        session.config.stash[SESSION] = Session.of(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Let the dialogues begin, ahead of the tests and all together."""
    ours = session.config.stash.get(SESSION, None)
    is_planned = session.config.pluginmanager.hasplugin(PLANNING)
    if ours is not None and not session.config.getoption("collectonly") and not session.testsfailed and not is_planned:
        ours.begin()
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """Run a test's body over its samples and give the test one verdict."""
    ours = pyfuncitem.config.stash.get(SESSION, None)
    if ours is None or not _is_ours(pyfuncitem):
        return None
    return ours.call(pyfuncitem)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell the machinery's failures from the dialogue's, and attach what was found."""
    report = yield
    ours = item.config.stash.get(SESSION, None)
    if ours is not None and isinstance(item, pytest.Function) and _is_ours(item):
        ours.describe(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Count a test that the machinery failed as an error, whichever phase it was in."""
    if getattr(report, "harness_errored", False):
        return "error", "E", "ERROR"
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End what still runs, and leave the record of the run."""
    ours = session.config.stash.get(SESSION, None)
    found = session.config.stash[FOUND]
    found.hear_workers()
    if ours is not None:
        told = ours.end()
        found.run_id = ours.run_id
        found.interrupted += told["interrupted"]
        found.spent += told["spent"]
    if found.run_id and (found.tests or found.interrupted) and not hasattr(session.config, "workerinput"):
        from dialogue_harness.plugin.summary import Summary  # noqa: PLC0415 -- see the module's docstring

        session.config.stash[SUMMARY] = Summary(session.config, found)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:  # noqa: ANN401 -- pytest has no public type for it
    """Print the summary table, if any test used a dialogue."""
    summary = config.stash.get(SUMMARY, None)
    if summary is not None:
        summary.print(terminalreporter)


@pytest.fixture(scope="session")
def dialogue(request: pytest.FixtureRequest) -> Dialogue:
    """One sample's dialogue of the scenario that the test's ``scenario`` marker names."""
    __tracebackhide__ = True
    return request.config.stash[SESSION].dialogues(request.param)[0].dialogue


@pytest.fixture(scope="session")
def converse(request: pytest.FixtureRequest) -> Callable[..., Dialogue]:
    """Return a function of a scenario (and a sample number) that returns its dialogue.

    The recording is served, or made, as it is for ``dialogue``; a pair that is built in talks in memory instead, which
    takes no server and gives the same dialogue every time, so its scenarios may come from Hypothesis.
    """
    return request.config.stash[SESSION].converse


def _may_be_live(config: pytest.Config) -> bool:
    """Return whether the settings allow to call models."""
    if config.getoption("--harness-live") or config.getini("harness_live"):
        return True
    return (config.getoption("--harness-record") or config.getini("harness_record") or "none") != "none"


def _is_ours(item: pytest.Item) -> bool:
    """Return whether a test uses a fixture of ours, and not another one of the same name."""
    info = getattr(item, "_fixtureinfo", None)
    names = ("dialogue", "converse")
    return info is not None and any(_is_fixture_of_ours(name, info.name2fixturedefs) for name in names)


def _is_fixture_of_ours(name: str, definitions: Mapping[str, Sequence[pytest.FixtureDef[Any]]]) -> bool:
    found = definitions.get(name)
    return found is not None and len(found) > 0 and found[-1].func.__module__ == __name__
