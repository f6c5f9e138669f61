"""Other models for the same scenarios: --harness-model-a and --harness-model-b."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model", system="Discuss gardening.")
CHAT = Scenario("chat", a={a}, b={b}, turns=2)

@pytest.mark.scenario(CHAT)
def test_it(dialogue):
    assert dialogue.scenario.speaker("{side}") == Speaker("builtin:eliza", system="{system}")
"""

#: The scenario where one side's model is to be replaced, and the folder of the pair afterwards.
SIDES = {
    "A": (SPEC.format(a="PERSON", b="B", side="A", system="{}"), "builtin=eliza_vs_builtin=scripted"),
    "B": (SPEC.format(a="A", b="PERSON", side="B", system="{}"), "builtin=scripted_vs_builtin=eliza"),
}


@pytest.mark.parametrize("side", ["A", "B"])
@pytest.mark.parametrize("given", ["flag", "ini"])
def test_another_model_speaks_in_recordings_of_its_own(
    side: str, given: str, spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    text, folder = SIDES[side]
    spec(text.format("Discuss gardening."))
    is_ini = given == "ini"
    pytester.makeini(f"[pytest]\n{f'harness_model_{side.lower()} = builtin:eliza' if is_ini else ''}\n")
    flags = [] if is_ini else [f"--harness-model-{side.lower()}=builtin:eliza"]
    run("--harness-record=missing", *flags).assert_outcomes(passed=1)

    assert [path.name for path in (pytester.path / "fixtures" / "chat").iterdir()] == [folder]


def test_the_flag_beats_the_ini_key(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(SIDES["A"][0].format("Discuss gardening."))
    pytester.makeini("[pytest]\nharness_model_a = builtin:eliza\n")

    run("--harness-model-a=other/model").stdout.fnmatch_lines(["  looked for: fixtures/chat/other+model_vs_*"])


def test_both_models_can_be_replaced(spec: Spec, run: Run) -> None:
    spec(SPEC.format(a="PERSON", b="PERSON", side="B", system="Discuss gardening."))
    flags = ("--harness-model-a=builtin:eliza", "--harness-model-b=builtin:eliza")

    run(*flags, "--harness-live").assert_outcomes(passed=1)


def test_a_model_of_an_unknown_endpoint_is_an_error(spec: Spec, run: Run) -> None:
    spec(SPEC.format(a="PERSON", b="PERSON", side="B", system=""))
    result = run("--harness-model-b=nowhere:model", "--harness-model-a=builtin:eliza", "--harness-live")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["unknown model prefix 'nowhere:' in 'nowhere:model'"])


def test_the_command_to_reproduce_names_the_model(spec: Spec, run: Run) -> None:
    spec(SIDES["A"][0].format("Something else."))
    run("--harness-model-a=builtin:eliza", "--harness-record=missing").stdout.fnmatch_lines(
        ["E * reproduce: pytest test_tea.py::test_it --harness-model-a=builtin:eliza"]
    )
