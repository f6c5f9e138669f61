from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.testing.server import ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model", max_tokens=10)
CHAT = Scenario("chat", a=PERSON, b=PERSON, turns=2)

@pytest.mark.scenario(CHAT, samples=3)
def test_it(dialogue):
    assert False, "this body must not run"
"""


@pytest.mark.parametrize(("flags", "ini"), [(["--harness-plan"], ""), ([], "harness_plan = true")])
def test_the_plan_is_printed_and_nothing_is_run_or_sent(
    flags: list[str],
    ini: str,
    spec: Spec,
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec(SPEC)
    pytester.makeini(f"[pytest]\n{ini}\n")
    with ProtocolServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = run("--harness-record=missing", *flags)

    assert result.ret == pytest.ExitCode.OK
    assert (server.calls, server.connections) == (0, 0)
    assert result.parseoutcomes() == {}
    result.stdout.fnmatch_lines(
        [
            "=* plan =*",
            "scenario  *",
            "chat *some/model × 2  record * 3 *12 *≤ 312 *– *limits",
            "3 dialogues to run, 12 calls, ≤ * tokens, time unknown; 0 dialogues to replay",
        ]
    )
    assert not pytester.path.joinpath("fixtures").exists()
    assert not pytester.path.joinpath("reports").exists()


def test_with_the_default_mode_it_says_what_would_be_an_error(spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run("--harness-plan")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "3 dialogues without a valid recording: an error with --harness-record=none",
            "no model would be called; 0 dialogues to replay",
        ]
    )


def test_recordings_tell_what_more_samples_would_take(
    spec: Spec, run: Run, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester
) -> None:
    spec(SPEC)
    pytester.makeini("[pytest]\nharness_prices =\n    some/model = 1000 1000\n")
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    with ProtocolServer(answer=lambda *_: {"content": "Well.", "usage": usage}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("--harness-record=missing", "--harness-samples=1")
    result = run("--harness-record=missing", "--harness-plan")

    assert server.calls == 4
    totals = (
        "2 dialogues to run, 8 calls, ≈ 800 tokens, cost ≈ 0.8, at least 1 s with 100 at once; 1 dialogue to replay"
    )
    result.stdout.fnmatch_lines([totals])


def test_a_run_without_dialogues_has_no_plan(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): assert False")
    result = run("--harness-plan")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["no selected test uses a dialogue"])


def test_tests_that_make_their_own_scenarios_are_told_of(spec: Spec, run: Run) -> None:
    spec("def test_it(converse): assert converse(TEA)\n")

    run("--harness-plan").stdout.fnmatch_lines(["not included: dialogues that tests run themselves, with `converse`"])


def test_what_cannot_be_collected_is_the_error_that_it_always_is(spec: Spec, run: Run) -> None:
    spec("import nowhere_to_be_found\n")
    result = run("--harness-plan")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.no_fnmatch_line("*= plan =*")


def test_without_a_terminal_reporter_the_plan_is_printed_nevertheless(spec: Spec, pytester: pytest.Pytester) -> None:
    spec(SPEC)
    result = pytester.runpytest_inprocess("--harness-plan", "-p", "no:terminal")

    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["no model would be called; 0 dialogues to replay"])


def test_workers_are_refused_with_what_to_add(spec: Spec, pytester: pytest.Pytester) -> None:
    spec(SPEC)
    result = pytester.runpytest_subprocess("--harness-plan", "-n2")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [
            "ERROR: --harness-plan runs no test, and pytest-xdist would start workers to run them",
            "how to fix: add -n 0",
        ]
    )
    assert pytester.runpytest_subprocess("--harness-plan", "-n2", "-n0").ret == pytest.ExitCode.OK
