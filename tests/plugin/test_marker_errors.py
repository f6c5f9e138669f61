from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

RIGHT = "@pytest.mark.scenario(SCENARIO, samples=5, pass_rate=0.8)"


def refused(spec: Spec, run: Run, marker: str, signature: str = "dialogue") -> str:
    spec(f"""
{marker}
def test_it({signature}):
    assert dialogue
""")
    result = run("-W", "ignore::pytest.PytestUnknownMarkWarning")
    result.assert_outcomes(errors=1)
    return result.stdout.str()


def test_a_missing_marker_is_an_error_that_shows_the_right_one(spec: Spec, run: Run) -> None:
    text = refused(spec, run, "")

    assert "test_tea.py::test_it: the fixture `dialogue` needs a scenario marker" in text
    assert f"how to fix: {RIGHT}, or pytestmark = … for a whole module" in text


def test_a_misspelt_marker_is_named_as_the_nearest_one(spec: Spec, run: Run) -> None:
    text = refused(spec, run, "@pytest.mark.scenarios(TEA)")

    assert "nearest: @pytest.mark.scenarios, which is another marker" in text


def test_a_misspelt_option_is_answered_with_the_nearest_one(spec: Spec, run: Run) -> None:
    text = refused(spec, run, "@pytest.mark.scenario(TEA, sample=3)")

    assert "the scenario marker has no option 'sample', only samples and pass_rate" in text
    assert "nearest: samples" in text
    assert f"how to fix: {RIGHT}" in text


def test_a_marker_without_a_scenario_is_an_error(spec: Spec, run: Run) -> None:
    assert "the scenario marker names no scenario" in refused(spec, run, "@pytest.mark.scenario(samples=3)")


def test_a_marker_with_something_else_is_an_error_that_shows_it(spec: Spec, run: Run) -> None:
    text = refused(spec, run, '@pytest.mark.scenario("tea")')

    assert "the scenario marker takes dialogue_harness.Scenario objects" in text
    assert "got: 'tea'" in text


def test_a_list_of_scenarios_is_told_to_be_several_arguments(spec: Spec, run: Run) -> None:
    assert "nearest: give several scenarios as several arguments" in refused(
        spec, run, "@pytest.mark.scenario([TEA, SHORT])"
    )


@pytest.mark.parametrize("samples", ["0", "-1", "2.5", "True", "'many'"])
def test_a_number_of_samples_that_cannot_be_is_an_error(spec: Spec, run: Run, samples: str) -> None:
    text = refused(spec, run, f"@pytest.mark.scenario(TEA, samples={samples})")

    assert "the scenario marker's samples must be a whole number, 1 or more" in text
    assert f"got: {samples}" in text


@pytest.mark.parametrize("rate", ["-0.1", "1.5", "80", "'most'"])
def test_a_pass_rate_that_cannot_be_is_an_error(spec: Spec, run: Run, rate: str) -> None:
    text = refused(spec, run, f"@pytest.mark.scenario(TEA, pass_rate={rate})")

    assert "the scenario marker's pass_rate must be a number from 0 to 1" in text


def test_a_fixture_of_one_dialogue_does_not_go_with_several_samples(spec: Spec, run: Run) -> None:
    spec("""
@pytest.fixture
def last(dialogue):
    return dialogue[-1]

@pytest.mark.scenario(TEA, samples=2)
def test_it(last):
    assert last
""")
    text = run().stdout.str()

    assert "the fixture 'last' uses `dialogue`, but a test with several samples has several dialogues" in text


def test_two_scenarios_that_would_share_a_recording_are_told_apart(spec: Spec, run: Run) -> None:
    spec("""
OTHER = Scenario("tea", a=A, b=B, opener="Good morning.", turns=3)

@pytest.mark.scenario(TEA)
def test_one(dialogue):
    assert dialogue

@pytest.mark.scenario(OTHER)
def test_other(dialogue):
    assert dialogue
""")
    result = run()

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines([
        "two scenarios named 'tea' differ and would share one recording",
        "  recording: fixtures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "  opener: 'Hello.' and 'Good morning.'",
        "how to fix: give one of them another name",
    ])  # fmt: skip
