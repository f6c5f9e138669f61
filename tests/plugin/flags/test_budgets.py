"""What a run and a dialogue may use: --harness-max-cost, -max-tokens, -max-dialogue-cost and -max-dialogue-tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dialogue_harness import read_recording
from dialogue_harness.testing.server import Fault, ProtocolServer, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model")
CHAT = Scenario("chat", a=PERSON, b=PERSON, turns=5)

@pytest.mark.scenario(CHAT, samples=2)
def test_it(dialogue):
    assert len(dialogue) == 11
"""

PRICES = "harness_prices =\n    some/* = 1000 5000\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    """Return a server whose every reply takes 100 tokens, which cost 0.14."""
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    with ProtocolServer(answer=lambda *_: {"content": "Well.", "usage": usage}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.mark.parametrize("given", ["flag", "ini", "both"])
@pytest.mark.parametrize(
    ("stem", "limit", "calls", "spent"),
    [
        ("max-cost", "0.5", 4, "the run is spent: 0.56 of 0.5"),
        ("max-tokens", "300", 3, "the run is spent: 300 of 300 tokens"),
        ("max-dialogue-cost", "0.5", 4 + 4, "the dialogue is spent: 0.56 of 0.5"),
        ("max-dialogue-tokens", "400", 4 + 4, "the dialogue is spent: 400 of 400 tokens"),
    ],
)
def test_no_more_is_used_than_the_flag_or_else_the_ini_key_allows(
    stem: str,
    limit: str,
    calls: int,
    spent: str,
    given: str,
    spec: Spec,
    run: Run,
    pytester: pytest.Pytester,
    server: ProtocolServer,
) -> None:
    spec(SPEC)
    key = f"harness_{stem.replace('-', '_')}"
    lines = {"flag": "", "ini": f"{key} = {limit}", "both": f"{key} = 9000"}
    pytester.makeini(f"[pytest]\n{PRICES}{lines[given]}\n")
    flags = [] if given == "ini" else [f"--harness-{stem}={limit}"]
    result = run("--harness-record=missing", "--harness-max-concurrency=1", *flags)

    result.assert_outcomes(errors=1)
    assert server.calls == calls
    result.stdout.fnmatch_lines(
        [
            f"the budget of {spent}",
            "  while: speaker ? was to say message 5 of scenario 'chat', sample 1",
            "  kept: 4 messages in *",
            f"how to fix: raise --harness-{stem} ({key}); then continue with `pytest *`",
        ]
        if stem == "max-tokens"
        else [f"the budget of {spent}", f"how to fix: raise --harness-{stem} ({key}); then continue with `pytest *`"]
    )


def test_a_model_without_a_price_is_an_error_and_not_called(spec: Spec, run: Run, server: ProtocolServer) -> None:
    spec(SPEC)
    result = run("--harness-record=missing", "--harness-max-cost=1")

    result.assert_outcomes(errors=1)
    assert server.calls == 0
    result.stdout.fnmatch_lines(
        [
            "the model 'some/model' has no price, so that nobody can tell what it may cost",
            "how to fix: add its line to the pytest configuration:",
            "  harness_prices =",
            "      some/model = INPUT OUTPUT [[]CACHED[]]",
        ]
    )


def test_an_invalid_price_is_refused(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(SPEC)
    pytester.makeini("[pytest]\nharness_prices =\n    some/model = cheap\n")
    result = run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: a line of harness_prices cannot be read", "  line: some/model = cheap"])


def test_the_run_says_what_was_spent_and_what_replay_saved(
    spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    pytester.makeini(f"[pytest]\n{PRICES}")
    first = run("--harness-record=missing")
    first.stdout.fnmatch_lines(["*; 20 new messages; 20 calls to models; spent 2,000 tokens, cost 2.80; written to *"])
    saved = json.loads(pytester.path.joinpath("reports", "run.json").read_text())
    second = run()

    assert server.calls == 20
    second.stdout.fnmatch_lines(["2 dialogues: 2 replayed; replay saved 2,000 tokens, cost 2.80; written to *"])
    side = {"model": "some/model", "usage": {"input": 900, "output": 100}, "cost": pytest.approx(1.4), "calls": 10}
    assert sorted(saved["spent"], key=lambda one: one["speaker"]) == [
        {"speaker": "A", **side},
        {"speaker": "B", **side},
    ]
    assert saved["replay_saved"] == []
    replayed = json.loads(pytester.path.joinpath("reports", "run.json").read_text())
    assert replayed["spent"] == []
    assert [one["usage"] for one in replayed["replay_saved"]] == [side["usage"]] * 2
    assert replayed["dialogues"][0]["cost"] == {"A": pytest.approx(0.7), "B": pytest.approx(0.7)}


def test_retries_count_as_calls_and_built_in_models_do_not(spec: Spec, run: Run, server: ProtocolServer) -> None:
    server.faults = {2: Fault.http(503, retry_after="0")}
    spec(SPEC.replace("b=PERSON", 'b=Speaker("builtin:eliza")'))
    result = run("--harness-record=missing")

    assert server.calls == 11
    result.stdout.fnmatch_lines(["*; 20 new messages; 11 calls to models; spent 1,000 tokens; written to *"])


def test_a_recording_that_serves_two_scenarios_is_saved_once(spec: Spec, run: Run, server: ProtocolServer) -> None:
    shorter = "@pytest.mark.scenario(Scenario('chat', a=PERSON, b=PERSON, turns=4), samples=2)"
    spec(f"{SPEC}\n{shorter}\ndef test_shorter(dialogue):\n    pass\n")
    run("--harness-record=missing")
    result = run()

    assert server.calls == 20
    result.stdout.fnmatch_lines(["4 dialogues: 4 replayed; replay saved 2,000 tokens; written to *"])
    result.stdout.re_match_lines([r"chat .* 1 +4–5 .* replayed +1,000$"])


def test_what_an_interrupted_dialogue_used_is_counted(
    spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    run("--harness-record=missing", "--harness-max-tokens=300", "--harness-max-concurrency=1")
    spent = json.loads(pytester.path.joinpath("reports", "run.json").read_text())["spent"]

    assert server.calls == 3
    assert sum(one["usage"]["input"] for one in spent) == 270


def test_what_workers_used_is_counted(spec: Spec, pytester: pytest.Pytester, server: ProtocolServer) -> None:
    spec(SPEC)
    result = pytester.runpytest_subprocess("-n2", "--harness-record=missing", "-p", "no:randomly")

    assert server.calls == 20
    result.stdout.fnmatch_lines(["*; spent 2,000 tokens; written to *"])


def test_a_larger_budget_continues_what_a_smaller_one_stopped(spec: Spec, run: Run, server: ProtocolServer) -> None:
    spec(SPEC)
    run("--harness-record=missing", "--harness-max-tokens=300").assert_outcomes(errors=1)
    before = server.calls
    run("--harness-record=missing", "--harness-max-tokens=5000").assert_outcomes(passed=1)

    assert before < 20
    assert server.calls == 20
    run("--harness-max-tokens=1").assert_outcomes(passed=1)  # a replay takes nothing


def test_a_dialogue_that_a_budget_stopped_continues_as_if_nothing_had_happened(
    spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    server.answer = lambda request, _: say(request)
    run("--harness-record=missing", "--harness-max-tokens=200").assert_outcomes(errors=1)
    run("--harness-record=missing").assert_outcomes(passed=1)
    run("--harness-record=missing", "--harness-fixtures=undisturbed").assert_outcomes(passed=1)

    for path in (pytester.path / "fixtures").glob("chat/*/*.jsonl"):
        one = read_recording(path)
        other = read_recording(pytester.path / "undisturbed" / path.relative_to(pytester.path / "fixtures"))
        assert (one.texts, one.ending, one.usage) == (other.texts, other.ending, other.usage)


def test_workers_share_the_budget(spec: Spec, pytester: pytest.Pytester, server: ProtocolServer) -> None:
    spec(
        SPEC
        + "\n@pytest.mark.scenario(Scenario('other', a=PERSON, b=PERSON, turns=50))\ndef test_other(dialogue): ...\n"
    )
    arguments = ["-n2", "--harness-record=missing", "--harness-max-tokens=1000", "-p", "no:randomly", "-q"]
    result = pytester.runpytest_subprocess(*arguments)

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*the budget of the run is spent*"])
    assert server.calls <= 12  # of 120; one request of each worker may be under way
