"""`harness check --all`: every check that needs no option."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli_running import TEA, transcript
from dialogue_harness import checks
from dialogue_harness.cli import main
from dialogue_harness.cli.check import OTHERS

#: What is asked for without the flag, and what needs an option.
ASKED = {"no_termination_loop", "stays_on_topic", "no_empty_messages", "stays_in_role"}
NEED_AN_OPTION = {"conforms", "within_budget"}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def record(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main(["check", *arguments, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_all_are_the_checks_of_the_package_that_need_no_option() -> None:
    family = {name for name in checks.__all__ if hasattr(getattr(checks, name), "__wrapped__")}
    assert {check.__name__ for check in OTHERS} == family - ASKED - NEED_AN_OPTION


def test_each_has_a_line_and_one_that_cannot_judge_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    transcript(Path("tea.txt"))
    assert main(["check", "tea.txt", "--all"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert {line.split()[1] for line in lines} == ASKED | {check.__name__ for check in OTHERS}
    assert [line for line in lines if not line.startswith("✓")] == [
        "– hangs_up judged nothing: needs a scenario with an end token: nobody could hang up",
        "– keeps_length judged nothing: too few messages to judge their length by: 4 after the greeting, of 16 needed",
        "– no_flattery judged nothing: too few messages to judge praise by: 7, of 8 needed",
    ]


def test_one_of_the_others_that_fails_fails_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    transcript(Path("odd.txt"), *TEA[:5], "I am sorry, but I cannot help with that.")
    found = record(capsys, "odd.txt", "--all")
    assert found["passed"] is False
    assert [one["check"] for one in found["verdicts"] if not one["passed"]] == ["no_refusals"]


def test_json_names_what_judged_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    transcript(Path("tea.txt"))
    found = record(capsys, "tea.txt", "--all")
    assert list(found["unjudged"]) == ["hangs_up", "keeps_length", "no_flattery"]
    assert "hangs_up" not in [one["check"] for one in found["verdicts"]]


def test_messages_too_short_to_tell_their_language_are_not_judged(capsys: pytest.CaptureFixture[str]) -> None:
    transcript(Path("short.txt"), "Hello.", "Hello.")
    unjudged = record(capsys, "short.txt", "--all")["unjudged"]
    assert unjudged["keeps_language"] == "no message is long enough to tell its language"


def test_options_of_the_form_are_checked_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    transcript(Path("tea.txt"))
    found = record(capsys, "tea.txt", "--all", "--max-words", "40")
    assert "conforms" in [one["check"] for one in found["verdicts"]]


def test_without_it_they_are_not_made(capsys: pytest.CaptureFixture[str]) -> None:
    transcript(Path("tea.txt"))
    assert {one["check"] for one in record(capsys, "tea.txt")["verdicts"]} == ASKED
