from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HEAVY = ("openai", "httpx", "httpx2", "scipy", "rich", "jinja2", "jsonschema", "tabulate", "msgspec", "asyncio")


def test_a_run_that_does_not_use_us_prints_nothing_of_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it():\n    pass\n")
    text = pytester.runpytest_inprocess("-p", "no:randomly").stdout.str().replace("dialogue-harness-0.1.0", "")

    assert "harness" not in text
    assert "dialogue" not in text
    assert not (pytester.path / "reports").exists()


def test_a_run_that_does_not_use_us_imports_next_to_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""
import sys

def test_it():
    ours = sorted(name for name in sys.modules if name.split(".")[0] == "dialogue_harness")
    assert ours == ["dialogue_harness", "dialogue_harness.plugin", "dialogue_harness.plugin._private"]
    assert [name for name in {HEAVY!r} if name in sys.modules] == []
""")
    result = pytester.runpytest_subprocess(
        "-p", "no:randomly", "-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:xdist"
    )
    result.assert_outcomes(passed=1)


def test_a_replay_imports_no_network_code(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""
import sys
import pytest
from dialogue_harness import Scenario, Speaker

A = Speaker("builtin:scripted", script=["a"])
B = Speaker("builtin:scripted", script=["b"])

@pytest.mark.scenario(Scenario("tiny", a=A, b=B, turns=1))
def test_it(dialogue):
    assert len(dialogue) == 3
    assert [name for name in {HEAVY[:7]!r} if name in sys.modules] == []
""")
    arguments = ("-p", "no:randomly", "-p", "no:hypothesispytest", "-p", "no:anyio")
    pytester.runpytest_inprocess(*arguments, "--harness-record=missing")
    pytester.runpytest_subprocess(*arguments).assert_outcomes(passed=1)


def test_the_plugin_can_be_switched_off(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(dialogue):\n    pass\n")
    result = pytester.runpytest_subprocess("-p", "no:harness")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'dialogue' not found*"])


def test_a_fixture_of_the_same_name_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
import pytest

@pytest.fixture
def dialogue():
    return "my own"

def test_it(dialogue):
    assert dialogue == "my own"
""")
    result = pytester.runpytest_inprocess("-p", "no:randomly")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*= dialogues =*")


def test_the_help_has_a_section_that_teaches_every_flag(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_inprocess("--help").stdout.str()

    for flag in ("record", "live", "model-a", "model-b", "fixtures", "reports", "samples", "pass-rate"):
        assert f"--harness-{flag}" in text
        assert f"harness_{flag.replace('-', '_')} " in text or f"harness_{flag.replace('-', '_')}" in text
    assert "harness_endpoints" in text


def test_the_marker_is_listed(pytester: pytest.Pytester) -> None:
    pytester.runpytest_inprocess("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.scenario(*scenarios, samples=1, pass_rate=1.0): the dialogues that a test's*"]
    )


def test_this_interpreter_has_the_plugin_installed() -> None:
    assert "dialogue_harness.plugin" in sys.modules
