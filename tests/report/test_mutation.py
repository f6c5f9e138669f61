from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from dialogue_harness.mutation import MUTATIONS
from dialogue_harness.report.mutation import Sensitivity, Trial, judged, to_json, to_text, trial
from dialogue_harness.report.run import DialogueRecord, Outcome, RunRecord, SampleRecord, TestRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

BLANK = MUTATIONS["blank-message"]
CUT = MUTATIONS["cut-message"]


def run(outcomes: dict[str, Outcome], mutations: Sequence[str | None] = (None,)) -> RunRecord:
    dialogues = [
        DialogueRecord(f"talk {n}", "a", "b", 1, "0", 3, 7, "turns", "replayed", mutation=mutation)
        for n, mutation in enumerate(mutations)
    ]
    tests = [TestRecord(test, outcome) for test, outcome in outcomes.items()]
    return RunRecord("0.1.0", "2026-01-01T00:00:00Z", 1.0, "none", live=False, dialogues=dialogues, tests=tests)


def noticed(before: Outcome, after: Outcome) -> bool:
    return trial(BLANK, run({"t": before}), run({"t": after}, ["blank-message"])).noticed == ("t",)


@pytest.mark.parametrize(
    ("before", "after"),
    [("passed", "failed"), ("xfailed", "failed"), ("xfailed", "xpassed"), ("xpassed", "xfailed")],
)
def test_a_test_that_comes_to_something_else_notices(before: Outcome, after: Outcome) -> None:
    assert noticed(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("passed", "passed"),
        ("xfailed", "xfailed"),
        ("passed", "errored"),
        ("passed", "skipped"),
        ("skipped", "failed"),
    ],
)
def test_a_test_that_did_not_judge_or_judges_alike_does_not(before: Outcome, after: Outcome) -> None:
    assert not noticed(before, after)


def test_only_tests_that_judged_unmutated_are_counted() -> None:
    assert judged(run({"a": "passed", "b": "skipped", "c": "xfailed", "d": "errored"})) == ("a", "c")


def test_a_trial_counts_the_dialogues_that_could_be_mutated() -> None:
    one = trial(BLANK, run({"t": "passed"}), run({"t": "passed"}, ["blank-message", None, "blank-message"]))

    assert (one.applied, one.dialogues) == (2, 3)
    assert one.is_missed


def test_the_examples_that_hypothesis_makes_of_one_scenario_are_one_dialogue() -> None:
    mutated = run({"t": "failed"}, ["blank-message", None, "blank-message"])
    same = [msgspec.structs.replace(dialogue, scenario="any opener") for dialogue in mutated.dialogues]
    one = trial(BLANK, run({"t": "passed"}), msgspec.structs.replace(mutated, dialogues=same))

    assert (one.applied, one.dialogues) == (1, 1)


def test_what_applies_to_nothing_is_not_missed() -> None:
    found = Sensitivity(("t",), (trial(BLANK, run({"t": "passed"}), run({"t": "passed"})),))

    assert found.missed == []
    assert to_json(found)["inapplicable"] == ["blank-message"]
    assert to_text(found).endswith("\n0 of 0 mutations noticed; nothing to mutation: blank-message")


def test_a_test_is_blind_if_it_notices_none_of_them() -> None:
    trials = (Trial(BLANK, 1, 1, ("b",), ()), Trial(CUT, 1, 1, ("c", "b"), ()))
    assert Sensitivity(("a", "b", "c"), trials).blind == ["a"]


def test_the_parameters_of_one_test_are_counted_and_one_alone_is_named() -> None:
    tests = ("s.py::test_x[1]", "s.py::test_x[2]", "s.py::TestIt::test_y[a::b]")
    told = to_text(Sensitivity(tests, (Trial(BLANK, 1, 1, tests, ()),))).split("\n")

    assert told[2:4] == [
        "blank-message       1 of 1   3 of 3  test_x × 2",
        "                                     test_y[a::b]",
    ]


def test_of_many_tests_the_first_are_named() -> None:
    tests = tuple(f"s.py::test_{n}" for n in range(9))
    told = to_text(Sensitivity(tests, (Trial(BLANK, 1, 1, tests, ()),)))

    assert "test_2\n" in told
    assert "test_3\n" not in told
    assert "… and 6 more\n" in told


def test_a_long_list_of_blind_tests_is_cut() -> None:
    told = to_text(Sensitivity(tuple(f"test_{n}" for n in range(25)), ()))

    assert "  test_19\n  … and 5 more\n" in told


def test_a_test_s_name_cannot_act_on_the_terminal() -> None:
    told = to_text(Sensitivity(("s.py::t[\x1b[2J]",), (Trial(BLANK, 1, 1, ("s.py::t[\x1b[2J]",), ()),)))
    assert "\x1b" not in told


def missed(*caught: str | None, called: Sequence[int] = ()) -> Trial:
    """Return the trial of a mutation that was done to as many dialogues, and that the check called on some let pass."""
    mutated = run({"t": "passed"}, ["blank-message"] * len(caught))
    dialogues = [msgspec.structs.replace(d, caught_by=by) for d, by in zip(mutated.dialogues, caught, strict=True)]
    verdicts = [{"check": "no_empty_messages", "passed": True}]
    test = TestRecord("t", "passed", [SampleRecord("passed", [index], verdicts) for index in called])
    return trial(BLANK, run({"t": "passed"}), msgspec.structs.replace(mutated, dialogues=dialogues, tests=[test]))


def hint(one: Trial) -> str:
    lines = to_text(Sensitivity(("t",), (one,))).split("\n")
    return lines[lines.index("Noticed by nobody:") + 1]


def test_a_check_that_was_seen_to_fail_the_copy_is_advised() -> None:
    assert hint(missed("no_empty_messages")) == (
        "  blank-message (one message in the middle is empty): checks.no_empty_messages would"
    )


def test_a_check_that_does_not_fail_the_copy_is_not_advised() -> None:
    assert hint(missed(None)) == (
        "  blank-message (one message in the middle is empty): "
        "checks.no_empty_messages, which is meant for it, would not either"
    )


def test_a_check_that_a_test_calls_on_the_copy_is_not_advised() -> None:
    assert hint(missed("no_empty_messages", called=[0])) == (
        "  blank-message (one message in the middle is empty): "
        "checks.no_empty_messages, which is meant for it, is called and does not either"
    )


def test_a_check_that_is_called_on_another_dialogue_is_advised() -> None:
    assert missed("no_empty_messages", "no_empty_messages", called=[1]).advice == "no_empty_messages"
    assert missed(None, "no_empty_messages", called=[1]).advice is None


def test_json_gives_the_advice_with_the_options_that_it_needs() -> None:
    found = Sensitivity(("t",), (missed("conforms(dialogue, schema=True)"),))
    assert to_json(found)["mutations"][0]["advice"] == "checks.conforms(dialogue, schema=True)"


def test_what_was_noticed_needs_no_advice() -> None:
    mutated = run({"t": "failed"}, ["blank-message"])
    dialogues = [msgspec.structs.replace(d, caught_by="no_empty_messages") for d in mutated.dialogues]
    one = trial(BLANK, run({"t": "passed"}), msgspec.structs.replace(mutated, dialogues=dialogues))
    assert to_json(Sensitivity(("t",), (one,)))["mutations"][0]["advice"] is None
