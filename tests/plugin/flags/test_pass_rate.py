from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

MARKED = """
@pytest.mark.scenario(TEA, samples=4, pass_rate=0.75)
def test_it(dialogue):
    assert dialogue.sample != 2
"""
BARE = MARKED.replace(", pass_rate=0.75", "")


def test_the_default_is_that_every_sample_passes(recorded: Spec, run: Run) -> None:
    recorded(BARE)
    run().assert_outcomes(failed=1)


def test_the_marker_says_what_share_has_to_pass(recorded: Spec, run: Run) -> None:
    recorded(MARKED)
    run().assert_outcomes(passed=1)


def test_the_flag_beats_the_marker(recorded: Spec, run: Run) -> None:
    recorded(MARKED)
    run("--harness-pass-rate=0.8").assert_outcomes(failed=1)


def test_the_marker_beats_the_ini_key_which_beats_the_default(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\nharness_pass_rate = 0.5\n")
    recorded(BARE)
    run().assert_outcomes(passed=1)
    recorded(MARKED.replace("0.75", "1.0"))
    run().assert_outcomes(failed=1)


def test_what_is_no_share_is_refused(spec: Spec, run: Run) -> None:
    spec(MARKED)
    result = run("--harness-pass-rate=80%")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-pass-rate must be a number from 0 to 1", "  got: '80%'"])
