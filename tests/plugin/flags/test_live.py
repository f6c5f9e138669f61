from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TEST = """
@pytest.mark.scenario(TEA, samples=2)
def test_it(dialogue):
    assert mentions(dialogue, "{word}")
"""


def test_a_live_run_calls_the_models_and_leaves_the_recordings_alone(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST.format(word="tea"))
    result = run("--harness-live")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["tea * live *", "2 dialogues: 2 live; 12 new messages; *"])
    assert not (pytester.path / "fixtures").exists()


def test_a_live_run_does_not_serve_what_is_recorded(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded(TEST.format(word="tea"))
    path = next((pytester.path / "fixtures").glob("tea/*/1.jsonl"))
    before = path.read_bytes()
    run("--harness-live").stdout.fnmatch_lines(["2 dialogues: 2 live; 12 new messages; *"])

    assert path.read_bytes() == before


def test_only_failed_dialogues_of_a_live_run_are_kept(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(
        """
@pytest.mark.scenario(TEA, samples=3)
def test_it(dialogue):
    assert dialogue.sample != 2
"""
    )
    run("--harness-live").assert_outcomes(failed=1)
    reports = pytester.path / "reports"

    assert [path.name for path in reports.glob("failures/tea/*/*")] == ["2.jsonl"]
    assert sorted(path.name for path in reports.iterdir()) == ["failures", "run.json"]


def test_the_failure_of_a_live_run_can_be_replayed_with_the_command_it_prints(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST.format(word="cocoa").replace(", samples=2", ""))
    result = run("--harness-live")
    result.stdout.fnmatch_lines([
        "E * recording: reports/failures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "E * reproduce: pytest test_tea.py::test_it --harness-fixtures=reports/failures",
    ])  # fmt: skip

    again = run("test_tea.py::test_it", "--harness-fixtures=reports/failures")
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["E * mentions failed: 0 messages say cocoa", "tea * replayed *"])
    assert not (pytester.path / "fixtures").exists()


def test_live_and_record_exclude_each_other(spec: Spec, run: Run) -> None:
    spec(TEST.format(word="tea"))
    result = run("--harness-live", "--harness-record=all")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([
        "ERROR: --harness-live and --harness-record exclude each other: a live run leaves the recordings alone",
        "how to fix: give one of the two",
    ])  # fmt: skip


def test_the_ini_key_sets_it_and_a_recording_mode_on_the_command_line_has_the_last_word(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST.format(word="tea"))
    pytester.makeini("[pytest]\nharness_live = true\n")

    run().stdout.fnmatch_lines(["2 dialogues: 2 live; *"])
    run("--harness-record=missing").stdout.fnmatch_lines(["2 dialogues: 2 recorded; *"])


def test_two_workers_hold_each_live_dialogue_once(spec: Spec, pytester: pytest.Pytester) -> None:
    spec("""
@pytest.mark.scenario(TEA, samples=4)
def test_one(dialogue):
    assert dialogue

@pytest.mark.scenario(TEA, samples=4)
def test_other(dialogue):
    assert dialogue
""")
    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--harness-live")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["4 dialogues: 4 live; 24 new messages; *"])
    assert not (pytester.path / "reports" / "live").exists()
