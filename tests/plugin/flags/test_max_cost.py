from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from dialogue_harness.testing.server import Fault, ProtocolServer

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


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    """Return a server whose every reply takes 100 tokens."""
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    with ProtocolServer(answer=lambda *_: {"content": "Well.", "usage": usage}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


PRICES = "harness_prices =\n    some/* = 1000 5000\n"


@pytest.mark.parametrize(
    ("flag", "ini"), [("0.5", ""), (None, "harness_max_cost = 0.5"), ("0.5", "harness_max_cost = 9")]
)
def test_no_more_money_is_spent(
    flag: str | None, ini: str, spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    pytester.makeini(f"[pytest]\n{PRICES}{ini}\n")
    arguments = [f"--harness-max-cost={flag}"] if flag else []
    result = run("--harness-record=missing", "--harness-max-concurrency=1", *arguments)

    result.assert_outcomes(errors=1)
    assert server.calls == 4  # 0.14 each
    result.stdout.fnmatch_lines(["the budget of the run is spent: 0.56 of 0.5"])


def test_a_model_without_a_price_is_told_before_anything_is_sent(spec: Spec, run: Run, server: ProtocolServer) -> None:
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


@pytest.mark.parametrize("amount", ["free", "0", "-1", "inf", "nan"])
def test_what_is_no_amount_is_refused(amount: str, spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run(f"--harness-max-cost={amount}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-max-cost must be a number, more than 0", f"  got: '{amount}'"])


def test_a_line_that_is_no_price_is_refused(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
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


def test_calls_are_requests_so_that_a_repeated_one_counts_and_a_model_in_the_box_takes_none(
    spec: Spec, run: Run, server: ProtocolServer
) -> None:
    server.faults = {2: Fault.http(503, retry_after="0")}
    spec(SPEC.replace("b=PERSON", 'b=Speaker("builtin:eliza")'))
    result = run("--harness-record=missing")

    assert server.calls == 11
    result.stdout.fnmatch_lines(["*; 20 new messages; 11 calls to models; spent 1,000 tokens; written to *"])


def test_what_one_recording_serves_twice_is_saved_once(spec: Spec, run: Run, server: ProtocolServer) -> None:
    shorter = "@pytest.mark.scenario(Scenario('chat', a=PERSON, b=PERSON, turns=4), samples=2)"
    spec(f"{SPEC}\n{shorter}\ndef test_shorter(dialogue):\n    pass\n")
    run("--harness-record=missing")
    result = run()

    assert server.calls == 20
    result.stdout.fnmatch_lines(["4 dialogues: 4 replayed; replay saved 2,000 tokens; written to *"])
    result.stdout.re_match_lines([r"chat .* 1 +4–5 .* replayed +1,000$"])


def test_what_an_interrupted_dialogue_took_is_counted(
    spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    run("--harness-record=missing", "--harness-max-tokens=300", "--harness-max-concurrency=1")
    spent = json.loads(pytester.path.joinpath("reports", "run.json").read_text())["spent"]

    assert server.calls == 3
    assert sum(one["usage"]["input"] for one in spent) == 270


def test_workers_tell_the_controller_what_they_spent(
    spec: Spec, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    result = pytester.runpytest_subprocess("-n2", "--harness-record=missing", "-p", "no:randomly")

    assert server.calls == 20
    result.stdout.fnmatch_lines(["*; spent 2,000 tokens; written to *"])
