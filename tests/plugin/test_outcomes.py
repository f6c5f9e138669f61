from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

FAILING = """
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
"""


def test_a_property_that_does_not_hold_fails_the_test(recorded: Spec, run: Run) -> None:
    recorded(FAILING)
    run().assert_outcomes(failed=1)


def test_a_missing_recording_errors_the_test(spec: Spec, run: Run) -> None:
    spec(FAILING)
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "*ERROR at setup of test_it*",
        "no recording of scenario 'tea', sample 1",
        "  looked for: fixtures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "  nearest: the folder fixtures does not exist",
        "how to fix: pytest test_tea.py::test_it --harness-record=missing",
    ])  # fmt: skip


def test_a_missing_recording_of_one_sample_errors_the_test(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=3, pass_rate=0.1)
def test_it(dialogue):
    assert dialogue
""")
    next((pytester.path / "fixtures").glob("tea/*/2.jsonl")).unlink()
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["  nearest: of this scenario and pair there are samples 1, 3"])


def test_an_expected_failure_does_not_hide_a_missing_recording(spec: Spec, run: Run) -> None:
    spec("@pytest.mark.xfail(strict=True)" + FAILING)
    run().assert_outcomes(errors=1)


def test_an_expected_failure_of_the_property_is_expected(recorded: Spec, run: Run) -> None:
    recorded("@pytest.mark.xfail(strict=True, reason='they only drink tea')" + FAILING)
    run().assert_outcomes(xfailed=1)


def test_a_check_that_is_misused_errors_the_test(recorded: Spec, run: Run) -> None:
    recorded("""
@check
def forgets_to_say(dialogue):
    pass

@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert forgets_to_say(dialogue)
""")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at call of test_it*", "check forgets_to_say returned NoneType, not a Verdict*"]
    )


def test_a_model_that_cannot_answer_errors_its_tests_and_the_others_go_on(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec("""
MUTE = Scenario("mute", a=A, b=Speaker("builtin:scripted", script=["only one line"]), turns=3)

@pytest.mark.scenario(MUTE)
def test_mute(dialogue):
    assert dialogue

@pytest.mark.scenario(TEA)
def test_tea(dialogue):
    assert dialogue
""")
    result = run("--harness-record=missing")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines([
        "the script of B has no line for message 4",
        "  while: speaker B was to say message 4 of scenario 'mute', sample 1",
        "  kept: 3 messages in fixtures/mute/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "how to fix: *; then continue with `pytest test_tea.py::test_mute --harness-record=missing`",
    ])  # fmt: skip
    kept = next((pytester.path / "fixtures").glob("mute/*/1.jsonl"))
    assert kept.read_text().count("\n") == 1 + 3


def test_errors_make_the_run_fail(spec: Spec, run: Run) -> None:
    spec(FAILING)
    assert run().ret == 1


def test_two_samples_that_are_one_draw_served_twice_error_the_test(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=2)
def test_it(dialogue):
    assert dialogue
""")
    [first] = (pytester.path / "fixtures").glob("tea/*/1.jsonl")
    first.with_name("2.jsonl").write_bytes(first.read_bytes())
    result = run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "samples 1 and 2 of scenario 'tea' are copies of the same draw",
        "  recording: fixtures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "  recording: fixtures/tea/builtin=scripted_vs_builtin=scripted/2.jsonl",
        "how to fix: rm fixtures/tea/*/2.jsonl; then pytest test_tea.py::test_it --harness-record=missing",
    ])  # fmt: skip


def test_the_command_that_fixes_an_error_repeats_the_flags_that_matter(spec: Spec, run: Run) -> None:
    spec(FAILING)
    run("--harness-fixtures=kept", "--harness-samples=2").stdout.fnmatch_lines(
        ["how to fix: pytest test_tea.py::test_it --harness-fixtures=kept --harness-samples=2 --harness-record=missing"]
    )
