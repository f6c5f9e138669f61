from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]


def test_a_test_gets_the_dialogue_of_its_scenario(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert dialogue.scenario == TEA
    assert dialogue.texts[:3] == ("Hello.", "What do you like?", "I like tea.")
    assert len(dialogue) == 7
""")
    run().assert_outcomes(passed=1)


def test_a_module_and_a_class_can_carry_the_marker_and_the_nearest_one_counts(recorded: Spec, run: Run) -> None:
    recorded("""
pytestmark = pytest.mark.scenario(TEA)

def test_module(dialogue):
    assert dialogue.scenario.name == "tea"

@pytest.mark.scenario(SHORT)
class TestClass:
    def test_class(self, dialogue):
        assert dialogue.scenario.name == "short"

    @pytest.mark.scenario(TEA)
    def test_method(self, dialogue):
        assert dialogue.scenario.name == "tea"
""")
    run().assert_outcomes(passed=3)


def test_one_scenario_adds_nothing_to_the_tests_name(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert dialogue
""")
    run("-v").stdout.fnmatch_lines(["test_tea.py::test_it PASSED*"])


def test_several_scenarios_make_as_many_tests_named_after_them(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, SHORT)
def test_it(dialogue):
    assert len(dialogue) == dialogue.scenario.length
""")
    run("-v").stdout.fnmatch_lines_random(
        ["test_tea.py::test_it[[]tea] PASSED*", "test_tea.py::test_it[[]short] PASSED*"]
    )


def test_the_marker_goes_with_other_parameters(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.scenario(TEA, SHORT)
def test_it(dialogue, number):
    assert dialogue[number].number == number
""")
    run().assert_outcomes(passed=6)


def test_the_body_runs_once_for_each_sample_and_the_test_has_one_verdict(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=3)
def test_it(dialogue):
    with open("seen.txt", "a") as file:
        file.write(f"{dialogue.sample} ")
""")
    seen = pytester.path / "seen.txt"
    seen.unlink()
    run().assert_outcomes(passed=1)
    assert seen.read_text() == "1 2 3 "


def test_a_test_passes_where_as_many_samples_pass_as_required(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=5, pass_rate=0.8)
def test_it(dialogue):
    assert dialogue.sample != 2
""")
    run().assert_outcomes(passed=1)


def test_a_test_fails_where_fewer_samples_pass_than_required(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=5, pass_rate=0.8)
def test_it(dialogue):
    assert dialogue.sample not in (2, 4)
""")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "E * AssertionError: 3 of 5 samples passed (60%), 80% required",
        "E * assert 2 not in (2, 4)*",
        "E * dialogue: tea, sample 2 of 5, builtin:scripted with itself",
        "E * assert 4 not in (2, 4)*",
    ])  # fmt: skip


def test_a_failure_told_by_pytest_fail_counts_like_a_failed_assertion(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=2, pass_rate=0.5)
def test_it(dialogue):
    if dialogue.sample == 2:
        pytest.fail("not this one")
""")
    run().assert_outcomes(passed=1)


def test_an_error_in_a_body_is_not_averaged_away(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=5, pass_rate=0.2)
def test_it(dialogue):
    if dialogue.sample == 3:
        raise KeyError("a bug in the spec")
""")
    result = run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E * KeyError: 'a bug in the spec'"])


def test_a_dialogue_can_be_searched_by_hypothesis(recorded: Spec, run: Run) -> None:
    recorded("""
from hypothesis import given, strategies as st

@pytest.mark.scenario(TEA)
@given(number=st.integers(1, 7))
def test_it(dialogue, number):
    assert dialogue[number].number == number
""")
    run().assert_outcomes(passed=1)


def test_tests_that_share_a_dialogue_share_one_object(recorded: Spec, run: Run) -> None:
    recorded("""
seen = []

@pytest.mark.scenario(TEA)
def test_one(dialogue):
    seen.append(dialogue)

@pytest.mark.scenario(TEA)
def test_other(dialogue):
    seen.append(dialogue)
    assert seen[0] is seen[1]
""")
    run().assert_outcomes(passed=2)


def test_a_fixture_may_use_the_dialogue_of_a_test_with_one_sample(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.fixture
def last(dialogue):
    return dialogue[-1]

@pytest.mark.scenario(TEA)
def test_it(last):
    assert last.text == "Then we agree."
""")
    run().assert_outcomes(passed=1)


def test_nothing_is_called_while_pytest_collects(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec("""
def answer(view):
    open("called.txt", "w").close()
    return "x"

LOUD = Scenario("loud", a=Speaker("builtin:scripted", script=answer), b=B, turns=1)

@pytest.mark.scenario(LOUD)
def test_it(dialogue):
    assert dialogue
""")
    run("--collect-only", "--harness-record=missing")
    assert not (pytester.path / "called.txt").exists()
    run("--harness-record=missing").assert_outcomes(passed=1)
    assert (pytester.path / "called.txt").exists()


def test_only_the_dialogues_of_selected_tests_are_run(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec("""
@pytest.mark.scenario(TEA)
def test_tea(dialogue):
    assert dialogue

@pytest.mark.scenario(SHORT)
def test_short(dialogue):
    assert dialogue
""")
    run("--harness-record=missing", "-k", "short").assert_outcomes(passed=1, deselected=1)
    assert [folder.name for folder in (pytester.path / "fixtures").iterdir() if folder.name != ".harness"] == ["short"]


def test_a_shorter_scenario_is_served_by_the_longer_ones_recording(recorded: Spec, run: Run) -> None:
    recorded("""
LESS = Scenario("tea", a=A, b=B, turns=1)

@pytest.mark.scenario(LESS)
def test_less(dialogue):
    assert len(dialogue) == 3

@pytest.mark.scenario(TEA)
def test_more(dialogue):
    assert len(dialogue) == 7
""")
    result = run()
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["note: tea sample 1: recorded with 3 turns, the first 1 used"])
