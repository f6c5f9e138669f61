from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TWO = """
@pytest.mark.scenario(TEA, samples=2)
def test_good(dialogue):
    assert mentions(dialogue, "tea")

@pytest.mark.scenario(TEA)
def test_bad(dialogue):
    assert mentions(dialogue, "cocoa")

@pytest.mark.scenario(SHORT)
def test_worse(dialogue):
    assert mentions(dialogue, "cocoa")
"""


def test_selection_by_keyword(recorded: Spec, run: Run) -> None:
    recorded(TWO)
    run("-k", "good").assert_outcomes(passed=1, deselected=2)


def test_stopping_at_the_first_failure_also_while_others_are_recorded(spec: Spec, run: Run) -> None:
    spec(TWO)
    run("-x", "--harness-record=missing").assert_outcomes(passed=1, failed=1)


def test_running_what_failed_last(recorded: Spec, pytester: pytest.Pytester) -> None:
    recorded(TWO)
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1, failed=2)
    pytester.runpytest_inprocess("-p", "no:randomly", "--lf").assert_outcomes(failed=2)


def test_a_run_without_the_terminal_plugin(recorded: Spec, run: Run) -> None:
    recorded(TWO)
    assert run("-p", "no:terminal").ret == 1


def test_strict_markers(recorded: Spec, run: Run) -> None:
    recorded(TWO)
    run("--strict-markers").assert_outcomes(passed=1, failed=2)


def test_tests_in_random_order(recorded: Spec, pytester: pytest.Pytester) -> None:
    recorded(TWO)
    for seed in ("1", "2", "3"):
        pytester.runpytest_inprocess(f"--randomly-seed={seed}").assert_outcomes(passed=1, failed=2)


def test_two_workers_replay_exactly_what_one_does(recorded: Spec, pytester: pytest.Pytester) -> None:
    recorded(TWO)
    one = pytester.runpytest_subprocess("-p", "no:randomly")
    two = pytester.runpytest_subprocess("-p", "no:randomly", "-n", "2")

    two.assert_outcomes(passed=1, failed=2)
    table = [line for line in one.outlines if line.startswith(("tea ", "short "))]
    assert sorted(line for line in two.outlines if line.startswith(("tea ", "short "))) == sorted(table)
    failure = "E       AssertionError: mentions failed: 0 messages say cocoa"
    assert one.outlines.count(failure) == two.outlines.count(failure) == 2


def test_the_outcomes_are_in_the_junit_report(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded(
        TWO
        + """
@pytest.mark.scenario(Scenario("never recorded", a=A, b=B))
def test_missing(dialogue):
    assert dialogue
"""
    )
    next((pytester.path / "fixtures").glob("never*/*/1.jsonl")).unlink(missing_ok=True)
    run("--junitxml=junit.xml")
    text = (pytester.path / "junit.xml").read_text(encoding="utf-8")

    assert 'errors="1" failures="2"' in text
    assert "mentions failed: 0 messages say cocoa" in text


def test_a_debugger_or_a_trace_sees_the_specs_own_line(recorded: Spec, run: Run) -> None:
    recorded(TWO)
    result = run("--tb=short", "-k", "bad")

    result.stdout.fnmatch_lines(["test_tea.py:*: in test_bad", '    assert mentions(dialogue, "cocoa")'])
    result.stdout.no_fnmatch_line("*harness/plugin*")


def test_collecting_only_needs_no_recording(spec: Spec, run: Run) -> None:
    spec(TWO)
    assert run("--collect-only").ret == 0


def test_an_interrupt_keeps_what_was_recorded_until_then(spec: Spec, pytester: pytest.Pytester) -> None:
    spec(
        TWO
        + """
@pytest.mark.scenario(TEA)
def test_zz_interrupt(dialogue):
    raise KeyboardInterrupt
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly", "--harness-record=missing")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert len(list((pytester.path / "fixtures").glob("tea/*/*.jsonl"))) == 2
    assert (pytester.path / "reports" / "run.json").exists()


def test_a_flag_that_cannot_be_is_refused_once_and_not_by_every_worker(spec: Spec, pytester: pytest.Pytester) -> None:
    spec(TWO)
    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--harness-record=mising")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-record (harness_record) must be one of *", "  nearest: 'missing'"])
    assert "INTERNALERROR" not in result.stdout.str()
