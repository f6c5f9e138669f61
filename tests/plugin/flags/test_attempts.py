from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model")

@pytest.mark.scenario(Scenario("chat", a=PERSON, b=PERSON, turns=1))
def test_it(dialogue):
    assert dialogue[2].attempts == 2
"""


def test_a_message_is_asked_for_again_and_its_attempts_are_counted(
    spec: Spec, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec(SPEC)
    with ProtocolServer(faults={0: Fault.http(429, "slow down", retry_after="0")}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("--harness-live").assert_outcomes(passed=1)

    assert server.calls == 3


def test_the_flag_says_how_often(spec: Spec, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    spec(SPEC)
    with ProtocolServer(faults=lambda _: Fault.http(503, "overloaded", retry_after="0")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = run("--harness-live", "--harness-attempts=2")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["  attempts: 2"])
    assert server.calls == 2


def test_the_ini_key_says_how_often(
    spec: Spec, run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec(SPEC)
    pytester.makeini("[pytest]\nharness_attempts = 1\n")
    with ProtocolServer(faults=lambda _: Fault.http(503, "overloaded")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("--harness-live").assert_outcomes(errors=1)

    assert server.calls == 1


def test_what_is_no_number_of_attempts_is_refused(spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run("--harness-attempts=0")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-attempts must be a whole number, 1 or more", "  got: '0'"])
