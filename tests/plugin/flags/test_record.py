from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TEST = """
@pytest.mark.scenario({scenario})
def test_it(dialogue):
    assert dialogue
"""
OLD = TEST.format(scenario="TEA")
LONGER = TEST.format(scenario='Scenario("tea", a=A, b=B, turns=2)').replace("turns=2", "turns=3")
SHORTER_FIRST = TEST.format(scenario='Scenario("tea", a=A, b=B, turns=2)')
CHANGED = TEST.format(scenario='Scenario("tea", a=A, b=B, turns=3, opener="Good morning.")')


def source(result: pytest.RunResult) -> str:
    result.assert_outcomes(passed=1)
    [line] = [line for line in result.outlines if line.startswith("tea ")]
    return line.split()[-2]


def test_the_default_is_none(spec: Spec, run: Run) -> None:
    spec(OLD)
    run().assert_outcomes(errors=1)
    run("--harness-record=none").assert_outcomes(errors=1)


def test_missing_records_what_is_missing_once(spec: Spec, run: Run) -> None:
    spec(OLD)

    assert source(run("--harness-record=missing")) == "recorded"
    assert source(run("--harness-record=missing")) == "replayed"
    assert source(run()) == "replayed"


def test_changed_records_anew_what_was_made_from_another_scenario(recorded: Spec, spec: Spec, run: Run) -> None:
    recorded(OLD)
    spec(CHANGED)

    run("--harness-record=missing").assert_outcomes(errors=1)
    assert source(run("--harness-record=changed")) == "recorded"


def test_extend_runs_the_turns_that_a_recording_is_short_of(recorded: Spec, spec: Spec, run: Run) -> None:
    recorded(SHORTER_FIRST)
    spec(LONGER)

    run("--harness-record=missing").assert_outcomes(errors=1)
    result = run("--harness-record=extend")
    assert source(result) == "extended"
    result.stdout.fnmatch_lines(["1 dialogue: 1 extended; 2 new messages; written to reports/run.json"])


def test_all_records_everything_anew(recorded: Spec, run: Run) -> None:
    recorded(OLD)

    assert source(run("--harness-record=all")) == "recorded"


def test_a_mode_that_does_not_exist_is_answered_with_the_nearest_one(spec: Spec, run: Run) -> None:
    spec(OLD)
    result = run("--harness-record=mising")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([
        "ERROR: --harness-record (harness_record) must be one of 'none', 'missing', 'changed', 'extend', 'all'",
        "  got: 'mising'",
        "  nearest: 'missing'",
    ])  # fmt: skip


def test_the_ini_key_sets_it_and_the_flag_has_the_last_word(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(OLD)
    pytester.makeini("[pytest]\nharness_record = missing\n")

    run("--harness-record=none").assert_outcomes(errors=1)
    assert source(run()) == "recorded"
