from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

PATH = "fixtures/tea/builtin=scripted_vs_builtin=scripted/1.jsonl"


def told(result: pytest.RunResult) -> list[str]:
    return [line.removeprefix("E").strip() for line in result.outlines if line.startswith("E  ")]


def test_a_failed_check_shows_verdict_evidence_recording_and_command(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert mentions(dialogue[:4], "cocoa")
""")
    assert told(run()) == [
        "AssertionError: mentions failed: 0 messages say cocoa",
        "[1] A: Hello.",
        "does not say cocoa",
        "[2] B: What do you like?",
        "does not say cocoa",
        "[3] A: I like tea.",
        "does not say cocoa",
        "dialogue: tea, sample 1, builtin:scripted with itself",
        f"recording: {PATH}",
        f"read it: harness show {PATH}",
        "reproduce: pytest test_tea.py::test_it",
    ]


def test_a_plain_assertion_keeps_what_pytest_says_of_it(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert "refund" in dialogue[4].text
""")
    lines = told(run())

    assert lines[0] == "AssertionError: assert 'refund' in 'Why tea?'"
    assert f"recording: {PATH}" in lines


def test_an_earlier_check_that_failed_is_not_taken_for_the_one_asserted(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    mentions(dialogue, "cocoa")
    assert len(dialogue) == 1000
""")
    assert told(run())[0] == "AssertionError: assert 7 == 1000"


def test_a_negated_check_says_what_pytest_says(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert not mentions(dialogue, "tea")
""")
    assert told(run())[0] == "AssertionError: assert not <mentions passed: 2 messages say tea>"


def test_a_long_list_of_evidence_shows_its_first_and_last_and_counts_the_others(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
""")
    lines = told(run())

    assert [line if line[0] == "…" else line[:3] for line in lines if line.startswith(("[", "…"))] == [
        "[1]",
        "[2]",
        "[3]",
        "[4]",
        "… 1 more reason …",
        "[6]",
        "[7]",
    ]


def test_only_the_first_failed_samples_are_explained(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=5)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
""")
    lines = told(run())

    assert lines[0] == "AssertionError: 0 of 5 samples passed (0%), 100% required"
    assert sum(line.startswith("dialogue: tea, sample") for line in lines) == 3
    assert lines[-1] == "… and 2 more failed samples"


def test_what_a_model_said_cannot_act_on_the_terminal(recorded: Spec, run: Run) -> None:
    recorded(r"""
EVIL = Scenario("evil\x1b[31m", a=A, b=Speaker("builtin:scripted", script=["\x1b[2J\u202e\x00 gone\ud800"]), turns=1)

@pytest.mark.scenario(EVIL)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
""")
    result = run()
    lines = told(result)

    assert r"[2] B: \x1b[2J\u202e\x00 gone\ud800" in lines
    assert r"dialogue: evil\x1b[31m, sample 1, builtin:scripted with itself" in lines
    assert "\x1b" not in result.stdout.str()


def test_the_command_repeats_the_flags_that_matter(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA, samples=2)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
""")
    lines = told(run("--harness-samples=1", "--harness-pass-rate=0.5"))

    assert lines[-1] == "reproduce: pytest test_tea.py::test_it --harness-samples=1 --harness-pass-rate=0.5"


def test_a_test_name_with_spaces_is_quoted_for_the_shell(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.parametrize("word", ["two words"])
@pytest.mark.scenario(TEA)
def test_it(dialogue, word):
    assert mentions(dialogue, word)
""")
    assert told(run())[-1] == "reproduce: pytest 'test_tea.py::test_it[two words]'"


def test_an_assertion_with_a_message_of_its_own_keeps_it(recorded: Spec, run: Run) -> None:
    recorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert len(dialogue) == 2, "they talk too long"
""")
    assert told(run())[0] == "AssertionError: they talk too long"
