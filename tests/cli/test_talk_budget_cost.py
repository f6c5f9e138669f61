"""`harness talk --harness-max-cost`: what a call may cost, by the prices of the project, and what it did cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli_running import on_terminal
from dialogue_harness.cli import main
from talking import PRICES, counting_server, samples_with, talk_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogue_harness.testing.server import ProtocolServer

    Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pytest.ini").write_text(f"[pytest]\n{PRICES}", encoding="utf-8")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with counting_server() as running:
        yield running


def test_no_more_money_is_spent_on_one_dialogue(server: ProtocolServer, capsys: Captured) -> None:
    assert main(talk_with(server, "--harness-max-cost", "0.5", "--output", "run.txt")) == 2
    assert server.calls == 4  # 0.14 each
    assert capsys.readouterr().err == (
        "harness: the budget of the run is spent: 0.56 of 0.5\n"
        "  while: speaker B was to say message 6 of scenario 'talk', sample 1\n"
        "  kept: 5 messages in run.txt.jsonl\n"
        "how to fix: raise --harness-max-cost (harness_max_cost); "
        "then the same command continues from there\n"
    )


def test_no_more_money_is_spent_on_samples_and_the_sum_tells_what_was(server: ProtocolServer, capsys: Captured) -> None:
    assert main(samples_with(server, "--harness-max-cost", "1")) == 2
    captured = capsys.readouterr()
    assert server.calls == 8
    assert captured.err.startswith("harness: sample 2: the budget of the run is spent: 1.12 of 1\n")
    assert captured.out.splitlines()[-2:] == [
        (
            "2 samples: 1 complete, 1 unfinished, none in a termination loop; "
            "8 calls to models; spent 800 tokens, cost 1.12"
        ),
        "to continue what is unfinished: the same command",
    ]


def test_on_a_terminal_the_end_tells_what_a_dialogue_cost(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_terminal(monkeypatch, "\n", environment={"NO_COLOR": "1"}) as terminal:
        assert main(talk_with(server)) == 0
    assert "\n3 turns, ended by turns; 6 calls to models; spent 600 tokens, cost 0.84\n" in terminal.shown
    with on_terminal(monkeypatch, streams=("stderr",), environment={"NO_COLOR": "1"}) as terminal:
        assert main(talk_with(server, "--b", "builtin:eliza")) == 0
    assert terminal.shown.endswith("7 messages, ended by turns; 3 calls to models; spent 300 tokens, cost 0.42\n")


def test_json_tells_the_cost_of_each_sample_and_null_where_a_price_is_missing(
    server: ProtocolServer, capsys: Captured
) -> None:
    main(samples_with(server, "--json"))
    main(talk_with(server, "--json", "--b", "other", "--output", "more/"))
    main(["talk", "--json", "--output", "none/"])
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["cost"] for record in records] == [pytest.approx(0.84), pytest.approx(0.84), None, None]


@pytest.mark.parametrize("more", [(), ("--samples", "3"), ("--json",)])
def test_a_model_without_a_price_is_told_before_anything_is_made_or_sent(
    more: tuple[str, ...], server: ProtocolServer, capsys: Captured
) -> None:
    assert main(talk_with(server, "--b", "other", "--harness-max-cost", "1", "--output", "runs/", *more)) == 2
    assert capsys.readouterr() == (
        "",
        (
            "harness: the model 'other' has no price, so that nobody can tell what it may cost\n"
            "  prices: of a million tokens each, in the currency of the limit\n"
            "how to fix: add its line to the pytest configuration:\n"
            "  harness_prices =\n"
            "      other = INPUT OUTPUT [CACHED]\n"
        ),
    )
    assert (server.calls, Path("runs").exists()) == (0, False)


@pytest.mark.parametrize("amount", ["free", "0", "-1", "inf", "nan"])
def test_what_is_no_amount_is_misuse(amount: str, capsys: Captured) -> None:
    assert main(["talk", "--harness-max-cost", amount]) == 2
    assert capsys.readouterr().err == (
        f"harness: argument --harness-max-cost: must be a number, more than 0, not '{amount}'\n"
        "how to fix: see `harness talk --help`\n"
    )
