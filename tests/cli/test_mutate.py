from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dialogue_harness.cli import main
from dialogue_harness.mutation import MUTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Spec = Callable[[str], None]

#: Message 5 of 7 is the one in the middle of what was not given; its text is cut after "Because it ".
NOTICING = """
@pytest.mark.scenario(TEA, SHORT)
def test_everybody_speaks(dialogue):
    assert all(message.text for message in dialogue)

@pytest.mark.scenario(TEA)
def test_they_talk(dialogue):
    assert dialogue

@pytest.mark.xfail(strict=True, reason="they do")
@pytest.mark.scenario(TEA)
def test_nobody_gives_a_reason(dialogue):
    assert not mentions(dialogue, "Because it is")

@pytest.mark.scenario(TEA)
def test_the_tokens_are_counted(dialogue):
    if not dialogue[5].text:
        raise dialogue_harness.errors.CheckError("no tokens to count")

def test_of_no_dialogue():
    assert True
""".replace("\n@pytest", "\nimport dialogue_harness\n\n@pytest", 1)


@pytest.fixture
def unrecorded(recorded: Spec, capsys: pytest.CaptureFixture[str]) -> Spec:
    """Return what `recorded` returns, silent: what it prints is none of a command line's output."""

    def write(body: str) -> None:
        recorded(body)
        capsys.readouterr()

    return write


def files(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder, compiled files aside."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_it_tells_who_notices_what_and_leaves_nothing_behind(
    unrecorded: Spec, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded(NOTICING)
    before = files(pytester.path)

    assert main(["mutate", "test_tea.py", "--only", "blank-message,broken-json,leaked-reasoning"]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "mutation            dialogues    tests  noticed by",
        "----------------  -----------  -------  -------------------------------------",
        "blank-message          2 of 2   3 of 5  test_everybody_speaks × 2",
        "                                        test_nobody_gives_a_reason",
        "                                        (test_the_tokens_are_counted errored)",
        "broken-json            0 of 2   0 of 5  –",
        "leaked-reasoning       2 of 2   0 of 5  nobody",
        "",
        "Noticed by nobody:",
        f"  leaked-reasoning ({MUTATIONS['leaked-reasoning'].meaning}): checks.no_leaked_reasoning would",
        "",
        "Tests that notice none of these mutations:",
        "  test_tea.py::test_they_talk",
        "  test_tea.py::test_the_tokens_are_counted",
        "",
        "1 of 2 mutations noticed; not applicable: broken-json",
    ]
    first, *progress = err.splitlines()
    assert first == "harness: 5 tests over 2 dialogues: green unmutated"
    assert sorted(line.partition(": ")[2].partition(": ")[2] for line in progress) == [
        "blank-message: noticed by 3 of 5 tests",
        "broken-json: not applicable",
        "leaked-reasoning: noticed by 0 of 5 tests",
    ]
    assert files(pytester.path) == before


def test_json_is_one_object_and_what_follows_two_dashes_is_for_pytest(
    unrecorded: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded(NOTICING)

    assert main(["mutate", "test_tea.py", "--json", "--only=blank-message", "--", "-k", "everybody"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "tests": ["test_tea.py::test_everybody_speaks[tea]", "test_tea.py::test_everybody_speaks[short]"],
        "mutations": [
            {
                "mutation": "blank-message",
                "meaning": "one message in the middle is empty",
                "check": "checks.no_empty_messages",
                "advice": None,
                "dialogues": 2,
                "applied": 2,
                "noticed_by": [
                    "test_tea.py::test_everybody_speaks[tea]",
                    "test_tea.py::test_everybody_speaks[short]",
                ],
                "errored": [],
            }
        ],
        "missed": [],
        "inapplicable": [],
        "blind": [],
    }


def test_whatever_the_configuration_says_all_tests_run_on_recordings_and_unmutated_at_first(
    unrecorded: Spec, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded(NOTICING)
    pytester.makeini("[pytest]\naddopts = -x\nharness_live = true\nharness_mutation = blank-message\n")

    assert main(["mutate", "test_tea.py", "--only=blank-message"]) == 0
    assert "3 of 5" in capsys.readouterr().out


def test_examples_that_hypothesis_found_under_a_mutation_are_not_kept(
    unrecorded: Spec, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded("""
from hypothesis import given, settings, strategies

ELIZA = Speaker("builtin:eliza")

@settings(max_examples=3, deadline=None)
@given(turns=strategies.integers(1, 2))
def test_it(converse, turns):
    assert all(message.text for message in converse(Scenario("any", a=ELIZA, b=ELIZA, turns=turns)))
""")
    before = files(pytester.path)

    assert main(["mutate", "test_tea.py", "--only=blank-message"]) == 0
    assert "1 of 1" in capsys.readouterr().out
    assert files(pytester.path) == before


def test_specs_that_fail_unmutated_are_refused_with_what_pytest_said(
    unrecorded: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
""")
    assert main(["mutate", "test_tea.py", "--only=blank-message"]) == 2
    out, err = capsys.readouterr()
    first, *_, last = err.splitlines()

    assert out == ""
    assert first == "harness: the specs have to pass unmutated, and do not"
    assert "    FAILED test_tea.py::test_it - AssertionError: mentions failed: 0 messages sa" in err
    assert last == "how to fix: pytest test_tea.py"


@pytest.mark.parametrize(
    ("body", "arguments", "headline", "fix"),
    [
        ("", ["nowhere.py"], "the specs have to pass unmutated, and do not", "pytest nowhere.py"),
        ("", ["."], "pytest finds no test to run", "pytest ."),
        ("def test_it():\n    pass\n", ["."], "none of the tests uses a dialogue", "pytest ."),
        (NOTICING, [".", "--", "--no-such-flag"], "the specs have to pass unmutated, and do not", None),
    ],
)
def test_what_cannot_be_mutated_is_broken_input(
    body: str, arguments: list[str], headline: str, fix: str | None, spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    spec(body)
    assert main(["mutate", *arguments]) == 2
    told = capsys.readouterr().err.splitlines()

    assert told[0] == f"harness: {headline}"
    assert told[1] == "  pytest said:"
    assert told[-1] == f"how to fix: {fix or 'pytest . --no-such-flag'}"


def test_a_run_that_breaks_down_under_a_mutation_is_told_with_the_command(
    unrecorded: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded("""
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    if not dialogue[5].text:
        pytest.exit("no more of this", returncode=3)
""")
    assert main(["mutate", "test_tea.py", "--only=blank-message"]) == 2
    told = capsys.readouterr().err.splitlines()

    assert told[1] == "harness: pytest broke down with blank-message"
    assert any("no more of this" in line for line in told[2:-1])
    assert told[-1] == "how to fix: pytest test_tea.py --harness-mutation=blank-message"


def test_no_specs_are_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate"]) == 2
    assert capsys.readouterr().err == "harness: harness mutate needs specs to run\nhow to fix: harness mutate specs/\n"


def test_a_mutation_that_does_not_exist_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "specs", "--only", "blank-message, cut-mesage"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("harness: --only must be one of 'courtesy-loop', ")
    assert told.endswith("  got: 'cut-mesage'\n  nearest: 'cut-message'\n")


def test_list_says_what_each_mutation_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "--list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split(maxsplit=1) for line in listed] == [[one.name, one.meaning] for one in MUTATIONS.values()]


def test_help_teaches_with_examples_and_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "--help"]) == 0
    told = capsys.readouterr().out
    assert "harness mutate specs/ --only blank-message" in told
    assert "pytest specs/ --harness-mutation=blank-message" in told
    assert "exit codes: 0 every mutation that applies" in told


def test_a_check_that_is_called_or_could_not_judge_is_not_advised(
    unrecorded: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    unrecorded("""
from dialogue_harness import checks

@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert checks.keeps_length(dialogue)
""")
    assert main(["mutate", "test_tea.py", "--only=doubled-length,cut-dialogue,blank-message"]) == 1
    told = capsys.readouterr().out.splitlines()
    at = told.index("Noticed by nobody:")
    assert [line.partition("): ")[2] for line in told[at + 1 : at + 4]] == [
        "checks.keeps_length, which is meant for it, is called and does not either",
        "checks.hangs_up, which is meant for it, would not either",
        "checks.no_empty_messages would",
    ]
