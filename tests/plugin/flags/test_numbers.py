"""Flags that take a number: --harness-samples, -pass-rate, -attempts, -max-concurrency; and what all of them refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

#: Passes in three of four samples.
TEST = """
@pytest.mark.scenario(TEA{marked})
def test_it(dialogue):
    assert dialogue.sample != 2
"""

PERSON = """
PERSON = Speaker("some/model")

@pytest.mark.scenario(Scenario("chat", a=PERSON, b=PERSON, turns={turns}){marked})
def test_it(dialogue):
    assert dialogue[2].attempts
"""

COUNT, AMOUNT, SHARE = "a whole number, 1 or more", "a number, more than 0", "a number from 0 to 1"


@pytest.mark.parametrize(
    ("stem", "must", "values"),
    [
        ("samples", COUNT, ("0", "-3", "many", "1.5")),
        ("attempts", COUNT, ("0",)),
        ("max-concurrency", COUNT, ("none",)),
        ("max-tokens", COUNT, ("many",)),
        ("max-dialogue-tokens", COUNT, ("0",)),
        ("max-cost", AMOUNT, ("free", "0", "-1", "inf", "nan")),
        ("max-dialogue-cost", AMOUNT, ("0",)),
        ("pass-rate", SHARE, ("80%", "-0.1", "1.5", "nan")),
    ],
)
def test_an_invalid_number_is_refused(stem: str, must: str, values: tuple[str, ...], spec: Spec, run: Run) -> None:
    spec(TEST.format(marked=""))
    for value in values:
        result = run(f"--harness-{stem}={value}")

        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"ERROR: --harness-{stem} must be {must}", f"  got: '{value}'"])


@pytest.mark.parametrize(
    ("marked", "ini", "flags", "samples"),
    [
        ("", "", [], 1),
        ("", "4", [], 4),
        (", samples=3", "", [], 3),
        (", samples=3", "4", [], 3),
        (", samples=3", "4", ["--harness-samples=2"], 2),
    ],
)
def test_the_number_of_samples_is_that_of_the_flag_else_the_marker_else_the_ini_key_else_one(
    marked: str, ini: str, flags: list[str], samples: int, spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST.format(marked=marked))
    pytester.makeini(f"[pytest]\n{f'harness_samples = {ini}' if ini else ''}\n")
    result = run("--harness-record=missing", *flags)

    assert len([line for line in result.outlines if line.startswith("tea ")]) == samples


@pytest.mark.parametrize(
    ("marked", "ini", "flags", "outcome"),
    [
        ("", "", [], "failed"),
        ("", "0.5", [], "passed"),
        (", pass_rate=0.75", "", [], "passed"),
        (", pass_rate=1.0", "0.5", [], "failed"),
        (", pass_rate=0.75", "0.5", ["--harness-pass-rate=0.8"], "failed"),
    ],
)
def test_the_pass_rate_is_that_of_the_flag_else_the_marker_else_the_ini_key_else_all(
    marked: str, ini: str, flags: list[str], outcome: str, spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST.format(marked=f", samples=4{marked}"))
    pytester.makeini(f"[pytest]\n{f'harness_pass_rate = {ini}' if ini else ''}\n")

    assert run("--harness-record=missing", *flags).parseoutcomes() == {outcome: 1}


@pytest.mark.parametrize(
    ("ini", "flags", "calls"), [("", ["--harness-attempts=2"], 2), ("1", [], 1), ("1", ["--harness-attempts=2"], 2)]
)
def test_a_model_gets_as_many_attempts_as_the_flag_or_else_the_ini_key_says(
    ini: str,
    flags: list[str],
    calls: int,
    spec: Spec,
    run: Run,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec(PERSON.format(turns=1, marked=""))
    pytester.makeini(f"[pytest]\n{f'harness_attempts = {ini}' if ini else ''}\n")
    with ProtocolServer(faults=lambda _: Fault.http(503, "overloaded", retry_after="0")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = run("--harness-live", *flags)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"  attempts: {calls}"])
    assert server.calls == calls


def test_a_message_knows_how_many_attempts_it_took(spec: Spec, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    spec(PERSON.format(turns=1, marked="").replace("attempts", "attempts == 2"))
    with ProtocolServer(faults={0: Fault.http(429, "slow down", retry_after="0")}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("--harness-live").assert_outcomes(passed=1)

    assert server.calls == 3


@pytest.mark.parametrize(("flag", "ini"), [("1", None), (None, "1"), ("1", "6")])
def test_no_more_dialogues_run_at_once_than_the_flag_or_else_the_ini_key_says(
    flag: str | None, ini: str | None, spec: Spec, run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec(PERSON.format(turns=2, marked=", samples=6"))
    pytester.makeini(f"[pytest]\n{f'harness_max_concurrency = {ini}' if ini else ''}\n")
    with ProtocolServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("--harness-live", *([f"--harness-max-concurrency={flag}"] if flag else [])).assert_outcomes(passed=1)

    # One at a time, the four calls of each dialogue come in a row, with one, one, three and three messages.
    assert [len(request.json["messages"]) for request in server.requests] == [1, 1, 3, 3] * 6
