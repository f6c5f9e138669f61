from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]


def test_a_built_in_pair_talks_without_a_recording(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec("""
def test_it(converse):
    assert converse(TEA)[2].text == "What do you like?"
""")
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tea * computed *"])
    assert not (pytester.path / "fixtures").exists()


def test_a_scenario_may_come_from_hypothesis(spec: Spec, run: Run) -> None:
    spec("""
from hypothesis import given, settings, strategies as st

@settings(max_examples=10)
@given(opener=st.text(min_size=1), turns=st.integers(0, 3))
def test_it(converse, opener, turns):
    dialogue = converse(Scenario("any opener", a=A, b=B, opener=opener, turns=turns))
    assert dialogue[1].text == opener
    assert len(dialogue) == 2 * turns + 1
""")
    run().assert_outcomes(passed=1)


def test_another_sample_is_another_draw(spec: Spec, run: Run) -> None:
    spec("""
def test_it(converse):
    scenario = Scenario("samples", a=A, b=Speaker("builtin:scripted", script=lambda view: str(view.sample)), turns=1)
    assert converse(scenario)[2].text == "1"
    assert converse(scenario, sample=7)[2].text == "7"
""")
    run().assert_outcomes(passed=1)


def test_a_pair_that_needs_a_server_is_never_called_without_being_asked_to(spec: Spec, run: Run) -> None:
    spec("""
def test_it(converse):
    converse(Scenario("live", a=Speaker("some/model"), b=Speaker("some/model")))
""")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "*ERROR at call of test_it*",
        "no recording of scenario 'live', sample 1",
        "how to fix: pytest test_tea.py::test_it --harness-record=missing",
    ])  # fmt: skip


def test_a_failure_shows_the_dialogue_that_was_held_last(spec: Spec, run: Run) -> None:
    spec("""
def test_it(converse):
    converse(SHORT)
    assert mentions(converse(TEA), "cocoa")
""")
    run().stdout.fnmatch_lines([
        "E * AssertionError: mentions failed: 0 messages say cocoa",
        "E * dialogue: tea, sample 1, builtin:scripted with itself",
        "E * reproduce: pytest test_tea.py::test_it",
    ])  # fmt: skip
