from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model", system="Discuss gardening.")
CHAT = Scenario("chat", a=PERSON, b=PERSON, turns=2)

@pytest.mark.scenario(CHAT)
def test_it(dialogue):
    assert dialogue.scenario.a.model == "builtin:eliza"
    assert dialogue.scenario.a.system == "Discuss gardening."
"""


def test_another_model_speaks_for_a_in_recordings_of_its_own(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(SPEC.replace('CHAT = Scenario("chat", a=PERSON, b=PERSON', 'CHAT = Scenario("chat", a=PERSON, b=B'))
    run("--harness-model-a=builtin:eliza", "--harness-record=missing").assert_outcomes(passed=1)

    folders = sorted(path.name for path in (pytester.path / "fixtures" / "chat").iterdir())
    assert folders == ["builtin=eliza_vs_builtin=scripted"]


def test_the_ini_key_sets_it_and_the_flag_has_the_last_word(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(SPEC.replace("a=PERSON, b=PERSON", "a=PERSON, b=B"))
    pytester.makeini("[pytest]\nharness_model_a = builtin:eliza\n")

    run("--harness-record=missing").assert_outcomes(passed=1)
    run("--harness-model-a=other/model").stdout.fnmatch_lines(["no recording of scenario 'chat', sample 1", "*pair*"])


def test_the_command_to_reproduce_names_it(spec: Spec, run: Run) -> None:
    spec(
        SPEC.replace("a=PERSON, b=PERSON", "a=PERSON, b=B").replace('"Discuss gardening."\n', '"Something else."\n', 2)
    )
    run("--harness-model-a=builtin:eliza", "--harness-record=missing").stdout.fnmatch_lines(
        ["E * reproduce: pytest test_tea.py::test_it --harness-model-a=builtin:eliza"]
    )
