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
    assert dialogue.scenario.b.model == "builtin:eliza"
    assert dialogue.scenario.b.system == "Discuss gardening."
"""


def test_another_model_speaks_for_b_in_recordings_of_its_own(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(SPEC.replace("a=PERSON, b=PERSON", "a=A, b=PERSON"))
    run("--harness-model-b=builtin:eliza", "--harness-record=missing").assert_outcomes(passed=1)

    folders = sorted(path.name for path in (pytester.path / "fixtures" / "chat").iterdir())
    assert folders == ["builtin=scripted_vs_builtin=eliza"]


def test_both_sides_can_be_replaced(spec: Spec, run: Run) -> None:
    spec(SPEC)

    run("--harness-model-a=builtin:eliza", "--harness-model-b=builtin:eliza", "--harness-live").assert_outcomes(
        passed=1
    )


def test_a_model_of_an_unknown_endpoint_is_an_error_that_names_the_known_ones(spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run("--harness-model-b=nowhere:model", "--harness-model-a=builtin:eliza", "--harness-live")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["unknown model prefix 'nowhere:' in 'nowhere:model'"])


def test_the_ini_key_sets_it(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(SPEC.replace("a=PERSON, b=PERSON", "a=A, b=PERSON"))
    pytester.makeini("[pytest]\nharness_model_b = builtin:eliza\n")

    run("--harness-record=missing").assert_outcomes(passed=1)
