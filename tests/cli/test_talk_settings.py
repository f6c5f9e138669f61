"""`harness talk` heeds what the project tells pytest of servers, prices, budgets and secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dialogue_harness.cli import main
from dialogue_harness.testing.server import Fault
from talking import PRICES, counting_server, samples_with, talk_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogue_harness.testing.server import ProtocolServer

    Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with counting_server() as running:
        yield running


def configure(text: str) -> None:
    Path("pytest.ini").write_text(f"[pytest]\n{text}", encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "more", "told"),
    [
        ("harness_max_tokens = 300", (), "the run is spent: 300 of 300 tokens"),
        ("harness_max_tokens = 300", ("--harness-max-tokens", "200"), "the run is spent: 200 of 200 tokens"),
        ("addopts = --harness-max-tokens=200", (), "the run is spent: 200 of 200 tokens"),
        ("harness_max_tokens = 9\naddopts = --harness-max-tokens 200", (), "the run is spent: 200 of 200 tokens"),
        (f"{PRICES}harness_max_cost = 0.2", (), "the run is spent: 0.28 of 0.2"),
        ("harness_max_dialogue_tokens = 300", (), "the dialogue is spent: 300 of 300 tokens"),
        (f"{PRICES}harness_max_dialogue_cost = 0.2", (), "the dialogue is spent: 0.28 of 0.2"),
    ],
)
def test_a_limit_of_the_project_guards_a_talk_and_an_option_beats_it(
    text: str, more: tuple[str, ...], told: str, server: ProtocolServer, capsys: Captured
) -> None:
    configure(text)
    assert main(talk_with(server, *more)) == 2
    assert capsys.readouterr().err.startswith(f"harness: the budget of {told}\n")


def test_a_limit_that_no_option_sets_is_told_by_its_key(server: ProtocolServer, capsys: Captured) -> None:
    configure("harness_max_dialogue_tokens = 300")
    assert main(samples_with(server)) == 2
    assert capsys.readouterr().err == (
        "harness: samples 1, 2: the budget of the dialogue is spent: 300 of 300 tokens\n"
        "  while: speaker A was to say message 5 of scenario 'talk', sample 1\n"
        "  kept: 4 messages in runs/1.jsonl\n"
        "how to fix: raise harness_max_dialogue_tokens; then the same command continues from there\n"
    )


@pytest.mark.parametrize("more", [(), ("--samples", "2", "--output", "runs/")])
def test_servers_are_known_by_the_names_that_the_project_gives_them(
    more: tuple[str, ...], server: ProtocolServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.key = "the-key-of-the-lab"
    monkeypatch.setenv("LAB_KEY", server.key)
    configure(f"harness_endpoints =\n    lab = {server.url} key=LAB_KEY\n")
    assert main(["talk", "--model", "lab:some/model", "--turns", "1", *more]) == 0
    assert {request.json["model"] for request in server.requests} == {"some/model"}
    assert capsys.readouterr().err == ""


def test_a_server_is_asked_no_more_at_once_than_the_project_allows(server: ProtocolServer) -> None:
    server.latency = 0.02
    connections = []
    for most in (1, 4):
        configure(f"harness_endpoints =\n    lab = {server.url} max={most}\n")
        before = server.connections
        command = ["talk", "--model", "lab:some/model", "--turns", "1", "--samples", "4", "--output", f"runs{most}/"]
        assert main(command) == 0
        connections.append(server.connections - before)  # one is used again when its reply is there
    assert connections == [1, 4]


@pytest.mark.parametrize(("more", "calls"), [((), 2), (("--attempts", "4"), 4)])
def test_the_project_says_how_often_a_message_is_asked_for(
    more: tuple[str, ...], calls: int, server: ProtocolServer, capsys: Captured
) -> None:
    configure("harness_attempts = 2")
    server.faults = lambda _: Fault.http(503, retry_after="0")
    assert main(talk_with(server, *more)) == 2
    assert server.calls == calls
    assert f"  attempts: {calls}\nhow to fix: wait a while\n" in capsys.readouterr().err


def test_what_the_project_says_is_no_secret_may_be_recorded(capsys: Captured) -> None:
    opener = "My key is sk-" + "a1B2" * 8
    command = ["talk", "--turns", "1", "--opener", opener, "--output", "run.jsonl"]
    assert main(command) == 2
    assert not Path("run.jsonl").exists()
    configure("harness_not_secret =\n    sk-(a1B2)+\n")
    capsys.readouterr()
    assert main(command) == 0
    assert opener in Path("run.jsonl").read_text(encoding="utf-8")


def test_the_configuration_of_a_folder_above_counts(
    server: ProtocolServer, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("pyproject.toml").write_text("[tool.pytest.ini_options]\nharness_max_tokens = 200\n", encoding="utf-8")
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert main(talk_with(server)) == 2
    assert "200 of 200 tokens" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "harness_max_cost = cheap",
            "harness_max_cost must be a number, more than 0\n  got: 'cheap'\n  file: pytest.ini\n",
        ),
        (
            "addopts = --harness-max-tokens=many",
            "--harness-max-tokens in addopts must be a whole number, 1 or more\n  got: 'many'\n  file: pytest.ini\n",
        ),
        (
            "harness_prices =\n    some/model = cheap",
            (
                "a line of harness_prices cannot be read\n"
                "  line: some/model = cheap\n"
                "  why: after the model two or three prices follow, such as 0.50\n"
                "  example: some-model = 0.50 2.00 0.05\n"
                "  file: pytest.ini\n"
                "how to fix: correct the line in the pytest configuration\n"
            ),
        ),
        (
            "no value",
            (
                "the pytest configuration, which says what models may cost, cannot be read\n"
                "  file: pytest.ini\n"
                "  problem: line 2: unexpected line: 'no value'\n"
                "how to fix: correct that file\n"
            ),
        ),
    ],
    ids=["cost", "addopts", "prices", "file"],
)
def test_what_is_wrong_in_the_configuration_is_told_with_its_file(text: str, told: str, capsys: Captured) -> None:
    configure(text)
    assert main(["talk", "--turns", "1"]) == 2
    assert capsys.readouterr() == ("", f"harness: {told}")
