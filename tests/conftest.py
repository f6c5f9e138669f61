from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

# pytester forgets the modules that a run inside this process imports; a class must not be made twice, so what the
# plugin imports when it is first used is imported here.
import dialogue_harness.plugin.marker
import dialogue_harness.plugin.session
import dialogue_harness.plugin.summary  # noqa: F401 -- see above
from dialogue_harness.checks.loops import stopping
from dialogue_harness.formats import registry
from dialogue_harness.models import own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest_plugins = ["pytester", "litellm_fixtures"]

# A busy machine is no defect: nothing here is judged by the clock.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

# A shell that runs this in the background, as many a CI does, has it ignore Ctrl-C, and all that it starts, too: the
# tests that interrupt a command would wait for its end for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

#: Two speakers with three lines each, which every spec below talks with.
_PAIR = '''
import pytest
from dialogue_harness import Evidence, Scenario, Speaker, Verdict, check

A = Speaker("builtin:scripted", script=["I like tea.", "Because it is warm.", "Then we agree."])
B = Speaker("builtin:scripted", script=["What do you like?", "Why tea?", "I like warm things, too."])
TEA = Scenario("tea", a=A, b=B, turns=3)
SHORT = Scenario("short", a=A, b=B, turns=1)

@check
def mentions(dialogue, word):
    """Somebody says the word."""
    silent = [m.number for m in dialogue if word not in m.text]
    found = len(dialogue) - len(silent)
    evidence = tuple(Evidence(number, f"does not say {word}") for number in silent)
    return Verdict("mentions", found > 0, f"{found} messages say {word}", score=found, threshold=1, evidence=evidence)

'''


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run inside a test look as it does on a desk: told of CI, pytest cuts its lines another way."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _registers_nothing() -> Iterator[None]:
    """Let no other test know the models, stop rules and formats that a test registers."""
    registries: tuple[dict[str, Any], ...] = (own._registered, stopping._WATCHES, registry.FORMATS)
    known = [dict(one) for one in registries]
    yield
    for one, before in zip(registries, known, strict=True):
        one.clear()
        one.update(before)


@pytest.fixture
def spec(pytester: pytest.Pytester) -> Callable[[str], None]:
    """Return a function that writes a spec file about a scripted pair, `TEA` and `SHORT` its scenarios."""

    def write(body: str, name: str = "test_tea.py") -> None:
        pytester.path.joinpath(name).write_text(_PAIR + body, encoding="utf-8")

    return write


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return a function that runs pytest in the folder of the specs, in this process."""

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)

    return run


@pytest.fixture
def recorded(spec: Callable[[str], None], run: Callable[..., pytest.RunResult]) -> Callable[[str], None]:
    """Return a function that writes a spec file and records what it needs."""

    def write(body: str) -> None:
        spec(body)
        run("--harness-record=missing", "-q")

    return write
