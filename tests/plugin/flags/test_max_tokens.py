from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness import read_recording
from dialogue_harness.testing.server import ProtocolServer, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model")
CHAT = Scenario("chat", a=PERSON, b=PERSON, turns=5)

@pytest.mark.scenario(CHAT, samples=2)
def test_it(dialogue):
    assert len(dialogue) == 11
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    """Return a server whose every reply takes 100 tokens."""
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    with ProtocolServer(answer=lambda *_: {"content": "Well.", "usage": usage}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.mark.parametrize(("flag", "ini"), [("300", None), (None, "300"), ("300", "5000")])
def test_no_more_tokens_are_taken(
    flag: str | None, ini: str | None, spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    if ini is not None:
        pytester.makeini(f"[pytest]\nharness_max_tokens = {ini}\n")
    arguments = [f"--harness-max-tokens={flag}"] if flag else []
    result = run("--harness-record=missing", "--harness-max-concurrency=1", *arguments)

    result.assert_outcomes(errors=1)
    assert server.calls == 3
    result.stdout.fnmatch_lines(
        [
            "the budget of the run is spent: 300 of 300 tokens",
            "  while: speaker A was to say message 5 of scenario 'chat', sample 1",
            "  kept: 4 messages in *",
            "how to fix: raise --harness-max-tokens (harness_max_tokens); then continue with `pytest *`",
        ]
    )


def test_what_the_budget_cut_short_goes_on_with_another_one(spec: Spec, run: Run, server: ProtocolServer) -> None:
    spec(SPEC)
    run("--harness-record=missing", "--harness-max-tokens=300").assert_outcomes(errors=1)
    before = server.calls
    run("--harness-record=missing", "--harness-max-tokens=5000").assert_outcomes(passed=1)

    assert before < 20
    assert server.calls == 20
    run("--harness-max-tokens=1").assert_outcomes(passed=1)  # a replay takes nothing


def test_what_a_budget_cut_short_becomes_what_an_undisturbed_run_makes(
    spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    server.answer = lambda request, _: say(request)
    run("--harness-record=missing", "--harness-max-tokens=200").assert_outcomes(errors=1)
    run("--harness-record=missing").assert_outcomes(passed=1)
    run("--harness-record=missing", "--harness-fixtures=undisturbed").assert_outcomes(passed=1)

    for path in (pytester.path / "fixtures").glob("chat/*/*.jsonl"):
        one = read_recording(path)
        other = read_recording(pytester.path / "undisturbed" / path.relative_to(pytester.path / "fixtures"))
        assert (one.texts, one.ending, one.usage) == (other.texts, other.ending, other.usage)


def test_what_is_no_number_of_tokens_is_refused(spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run("--harness-max-tokens=many")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-max-tokens must be a whole number, 1 or more", "  got: 'many'"])


def test_workers_share_the_budget(spec: Spec, pytester: pytest.Pytester, server: ProtocolServer) -> None:
    spec(
        SPEC
        + "\n@pytest.mark.scenario(Scenario('other', a=PERSON, b=PERSON, turns=50))\ndef test_other(dialogue): ...\n"
    )
    arguments = ["-n2", "--harness-record=missing", "--harness-max-tokens=1000", "-p", "no:randomly", "-q"]
    result = pytester.runpytest_subprocess(*arguments)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*the budget of the run is spent*"])
    assert server.calls <= 12  # of 120; one request of each worker may be under way
