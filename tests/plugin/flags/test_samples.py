from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

MARKED = """
@pytest.mark.scenario(TEA, samples=3)
def test_it(dialogue):
    assert dialogue
"""
BARE = MARKED.replace(", samples=3", "")


def count(result: pytest.RunResult) -> int:
    result.assert_outcomes(passed=1)
    return len([line for line in result.outlines if line.startswith("tea ")])


def test_the_default_is_one(recorded: Spec, run: Run) -> None:
    recorded(BARE)
    assert count(run()) == 1


def test_the_marker_says_how_many(recorded: Spec, run: Run) -> None:
    recorded(MARKED)
    assert count(run()) == 3


def test_the_flag_beats_the_marker_and_the_marker_beats_the_ini_key(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    recorded(MARKED)
    pytester.makeini("[pytest]\nharness_samples = 4\n")

    assert count(run()) == 3
    assert count(run("--harness-samples=2")) == 2


def test_the_ini_key_says_how_many_where_the_marker_does_not(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(BARE)
    pytester.makeini("[pytest]\nharness_samples = 4\n")

    assert count(run("--harness-record=missing")) == 4


@pytest.mark.parametrize("value", ["0", "-3", "many", "1.5"])
def test_what_is_no_number_of_samples_is_refused(spec: Spec, run: Run, value: str) -> None:
    spec(MARKED)
    result = run(f"--harness-samples={value}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-samples must be a whole number, 1 or more", f"  got: '{value}'"])
