from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

#: Message 5 of 7 is the one in the middle of what was not given.
TEST = """
@pytest.mark.scenario(TEA, samples=2)
def test_it(dialogue):
    assert dialogue[5].text == "Because it is warm."
"""


def run_record(pytester: pytest.Pytester) -> Any:
    return json.loads((pytester.path / "reports" / "run.json").read_text(encoding="utf-8"))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(result: pytest.RunResult) -> list[str]:
    return [line.removeprefix("E").strip() for line in result.outlines if line.startswith("E  ")]


def test_the_tests_get_a_mutated_copy_and_the_recordings_stay_as_they_are(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    recorded(TEST)
    before = content(pytester.path / "fixtures")

    run().assert_outcomes(passed=1)
    run("--harness-mutation=blank-message").assert_outcomes(failed=1)
    assert content(pytester.path / "fixtures") == before


def test_without_the_flag_nothing_is_mutated(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded(TEST)
    run().assert_outcomes(passed=1)
    record = run_record(pytester)

    assert record["mutation"] is None
    assert [dialogue["mutation"] for dialogue in record["dialogues"]] == [None, None]


def test_a_failure_says_what_was_done_and_how_to_do_it_again(recorded: Spec, run: Run) -> None:
    recorded(TEST.replace(", samples=2", ""))
    lines = told(run("--harness-mutation=blank-message"))

    assert lines[-4:] == [
        "note: mutated: one message in the middle is empty",
        "recording: fixtures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "read it: harness show fixtures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl",
        "reproduce: pytest test_tea.py::test_it --harness-mutation=blank-message",
    ]


def test_the_record_says_which_dialogues_were_mutated(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded(
        """
@pytest.mark.scenario(TEA, SHORT)
def test_it(dialogue):
    assert dialogue
"""
    )
    run("--harness-mutation=swapped-roles").assert_outcomes(passed=2)
    record = run_record(pytester)

    assert record["mutation"] == "swapped-roles"
    assert [(d["scenario"], d["mutation"], d["note"]) for d in record["dialogues"]] == [
        ("tea", "swapped-roles", "mutated: from the middle on, A says B's texts and B says A's"),
        ("short", "swapped-roles", "mutated: from the middle on, A says B's texts and B says A's"),
    ]


def test_a_dialogue_that_cannot_be_mutated_is_served_as_it_is_and_the_record_says_so(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    recorded(TEST)
    run("--harness-mutation=broken-json").assert_outcomes(passed=1)
    dialogues = run_record(pytester)["dialogues"]

    assert [dialogue["mutation"] for dialogue in dialogues] == [None, None]
    assert {dialogue["note"] for dialogue in dialogues} == {"not mutated: broken-json does not apply"}


def test_what_is_known_of_a_recording_is_told_after_the_mutation(recorded: Spec, spec: Spec, run: Run) -> None:
    recorded(TEST)
    spec(TEST.replace("TEA", 'Scenario("tea", a=A, b=B, turns=2)').replace(", samples=2", ""))
    result = run("--harness-mutation=blank-message")

    [line] = [line for line in result.outlines if line.startswith("note: tea sample 1: ")]
    assert line.startswith("note: tea sample 1: mutated: one message in the middle is empty; ")
    assert "3 turns" in line


def test_converse_gives_mutated_copies_too(recorded: Spec, run: Run) -> None:
    recorded("""
def test_recorded(converse):
    assert converse(TEA)[5].text

def test_computed(converse):
    eliza = Speaker("builtin:eliza")
    assert all(message.text for message in converse(Scenario("chat", a=eliza, b=eliza, turns=2)))
""")
    run().assert_outcomes(passed=2)
    run("--harness-mutation=blank-message").assert_outcomes(failed=2)


def test_the_ini_key_sets_it_and_the_flag_has_the_last_word(
    recorded: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    recorded(TEST)
    pytester.makeini("[pytest]\nharness_mutation = blank-message\n")

    run().assert_outcomes(failed=1)
    run("--harness-mutation=broken-json").assert_outcomes(passed=1)
    run("--override-ini=harness_mutation=").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("flag", "named"),
    [("--harness-live", "--harness-live"), ("--harness-record=missing", "--harness-record=missing")],
)
def test_only_what_is_recorded_is_mutated(
    flag: str, named: str, spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST)
    result = run("--harness-mutation=blank-message", flag)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([
        f"ERROR: --harness-mutation and {named} exclude each other: what is mutated is a copy of what is recorded",
        "how to fix: give one of the two",
    ])  # fmt: skip
    assert not (pytester.path / "fixtures").exists()


def test_a_missing_recording_is_an_error_as_ever(spec: Spec, run: Run) -> None:
    spec(TEST)
    run("--harness-mutation=blank-message").assert_outcomes(errors=1)


def test_a_mutation_that_does_not_exist_is_answered_with_the_nearest_one(spec: Spec, run: Run) -> None:
    spec(TEST)
    result = run("--harness-mutation=blank")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([
        "ERROR: --harness-mutation (harness_mutation) must be one of 'courtesy-loop', *, 'leaked-reasoning'",
        "  got: 'blank'",
        "  nearest: 'blank-message'",
    ])  # fmt: skip


def test_two_workers_mutation_alike(recorded: Spec, pytester: pytest.Pytester) -> None:
    recorded(TEST + TEST.replace("test_it", "test_that"))
    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--harness-mutation=blank-message")

    result.assert_outcomes(failed=2)
    assert [d["mutation"] for d in run_record(pytester)["dialogues"]] == ["blank-message", "blank-message"]
