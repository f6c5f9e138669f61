from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from dialogue_harness import __version__
from dialogue_harness.report.run import RunRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TWO_TESTS = """
@pytest.mark.scenario(TEA, samples=2, pass_rate=0.5)
def test_tea(dialogue):
    assert mentions(dialogue, "tea")
    assert mentions(dialogue, "cocoa") or dialogue.sample == 1

@pytest.mark.scenario(SHORT)
def test_short(dialogue):
    assert mentions(dialogue, "cocoa")
"""


def run_record(pytester: pytest.Pytester) -> Any:
    return json.loads((pytester.path / "reports" / "run.json").read_text(encoding="utf-8"))


def test_a_table_at_the_end_says_what_each_dialogue_was_and_where_it_came_from(recorded: Spec, run: Run) -> None:
    recorded(TWO_TESTS)
    run().stdout.fnmatch_lines([
        "=* dialogues =*",
        "scenario    pair                    sample    turns  verdicts            source      tokens",
        "----------  --------------------  --------  -------  ------------------  --------  --------",
        "tea         builtin:scripted × 2         1        3  1 passed, 1 failed  replayed         –",
        "tea         builtin:scripted × 2         2        3  1 passed, 1 failed  replayed         –",
        "short       builtin:scripted × 2         1        1  1 failed            replayed         –",
        "3 dialogues: 3 replayed; written to reports/run.json",
    ])  # fmt: skip


def test_a_recording_run_says_how_often_models_were_called(spec: Spec, run: Run) -> None:
    spec(TWO_TESTS)
    run("--harness-record=missing").stdout.fnmatch_lines(
        ["3 dialogues: 3 recorded; 14 new messages; written to reports/run.json"]
    )


def test_a_quiet_run_has_one_line(recorded: Spec, run: Run) -> None:
    recorded(TWO_TESTS)
    result = run("-q")
    result.stdout.fnmatch_lines(["3 dialogues: 3 replayed"])
    result.stdout.no_fnmatch_line("scenario *pair*")


def test_many_dialogues_are_told_by_scenario(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=60)
def test_tea(dialogue):
    assert mentions(dialogue, "tea")
""")
    run().stdout.fnmatch_lines(["tea *1–60 *3 *60 passed *replayed *"])


def test_tokens_are_summed_where_the_models_tell_them(spec: Spec, run: Run) -> None:
    spec("""
ELIZA = Speaker("builtin:eliza")

def test_it(converse):
    dialogue = converse(Scenario("chat", a=ELIZA, b=ELIZA, turns=2))
    assert dialogue.usage.input + dialogue.usage.output > 0
""")
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.re_match_lines([r"chat +builtin:eliza × 2 +1 +2 +1 passed +computed +\d+"])


def test_the_record_of_a_run_holds_what_a_report_needs(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded(TWO_TESTS)
    run()
    record = run_record(pytester)

    assert (record["format"], record["version"]) == ("dialogue-harness-run", 1)
    assert (record["harness_version"], record["record_mode"], record["live"]) == (__version__, "none", False)
    assert [(d["scenario"], d["sample"], d["source"], d["turns"]) for d in record["dialogues"]] == [
        ("tea", 1, "replayed", 3),
        ("tea", 2, "replayed", 3),
        ("short", 1, "replayed", 1),
    ]
    tea, short = record["tests"]
    assert (tea["test"], tea["outcome"], tea["required"]) == ("test_tea.py::test_tea", "passed", 0.5)
    assert [(s["outcome"], s["dialogues"]) for s in tea["samples"]] == [("passed", [0]), ("failed", [1])]
    assert (short["outcome"], short["message"]) == ("failed", "mentions failed: 0 messages say cocoa")
    verdict = short["samples"][0]["verdicts"][0]
    assert (verdict["check"], verdict["passed"], verdict["score"], verdict["threshold"]) == ("mentions", False, 0, 1)
    assert verdict["options"] == {"word": "'cocoa'"}
    assert verdict["evidence"][0] == {"message": 1, "why": "does not say cocoa"}


def test_the_record_of_a_run_can_be_read_back(recorded: Spec, run: Run, pytester: pytest.Pytester) -> None:
    recorded(TWO_TESTS)
    run()
    data = (pytester.path / "reports" / "run.json").read_bytes()

    assert len(msgspec.json.decode(data, type=RunRecord).dialogues) == 3


def test_the_record_of_a_run_tells_errors_from_failures_and_expected_ones(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec("""
@pytest.mark.scenario(TEA)
def test_missing(dialogue):
    assert dialogue

@pytest.mark.xfail(strict=True)
def test_expected(converse):
    assert mentions(converse(TEA), "cocoa")

def test_failing(converse):
    assert mentions(converse(TEA), "cocoa")
""")
    run()
    outcomes = {test["test"].partition("::")[2]: test["outcome"] for test in run_record(pytester)["tests"]}

    assert outcomes == {"test_missing": "errored", "test_expected": "xfailed", "test_failing": "failed"}


def test_hostile_text_in_evidence_cannot_break_the_record(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(r'''
@check
def quotes(dialogue):
    """Quotes what was said."""
    return Verdict("quotes", False, dialogue[2].text)

def test_it(converse):
    evil = Speaker("builtin:scripted", script=["\ud800 \x00 </script>"])
    assert quotes(converse(Scenario("evil", a=A, b=evil, turns=1)))
''')
    run()
    [test] = run_record(pytester)["tests"]

    assert test["samples"][0]["verdicts"][0]["sentence"] == "\ufffd \x00 </script>".replace("\ufffd", "?")


def test_what_a_test_computes_shares_a_line_and_each_dialogue_is_in_the_record(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec("""
def test_it(converse):
    for turns in (1, 2, 3):
        assert converse(Scenario("many", a=A, b=B, turns=turns))
""")
    run().stdout.fnmatch_lines(["many *1 *1–3 *1 passed *computed *"])

    assert [d["turns"] for d in run_record(pytester)["dialogues"]] == [1, 2, 3]


def test_a_plain_assertion_that_fails_beside_a_check_that_passes_is_counted(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert mentions(dialogue, "tea")
    assert len(dialogue) == 1000
""")
    run().stdout.fnmatch_lines(["tea *1 passed, 1 failed *"])
