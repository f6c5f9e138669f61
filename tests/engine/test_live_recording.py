"""The whole way: a pair behind a real server is recorded, replayed, changed, extended, killed and continued."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness import read_recording
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]

SPEC = """
import pytest
from dialogue_harness import Scenario, Speaker

ANALYST = Speaker("some/model", system="Stay on topic.", temperature=0.7)
TALK = Scenario("talk", a=ANALYST, b=ANALYST, turns=50)

@pytest.mark.scenario(TALK)
def test_it(dialogue):
    assert len(dialogue) == dialogue.scenario.length
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    with ProtocolServer(strict=True) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        yield server


@pytest.fixture
def write(pytester: pytest.Pytester) -> Callable[..., Path]:
    def write(*changes: str) -> Path:
        text = SPEC
        for change in changes:
            old, new = change.split(" -> ")
            text = text.replace(old, new)
        return pytester.makepyfile(test_talk=text)

    return write


def recording(pytester: pytest.Pytester) -> Path:
    return pytester.path / "fixtures" / "talk" / "some+model_vs_some+model" / "1.jsonl"


def test_fifty_turns_are_a_hundred_calls_each_with_the_view_of_its_speaker(
    server: ProtocolServer, write: Callable[..., Path], run: Run
) -> None:
    write()
    run("--harness-record=missing").assert_outcomes(passed=1)

    assert server.calls == 100
    contexts = [[(m["role"], m["content"]) for m in request.json["messages"]] for request in server.requests]
    assert contexts[0] == [("system", "Stay on topic."), ("user", "Hello.")]
    assert [role for role, _ in contexts[1]] == ["system", "user"]
    assert len(contexts[99]) == 1 + 99  # the system prompt, and all 100 messages before but A's opener
    assert all(request.json["temperature"] == 0.7 for request in server.requests)


def test_what_was_recorded_is_replayed_after_the_server_has_gone(
    server: ProtocolServer, write: Callable[..., Path], run: Run, pytester: pytest.Pytester
) -> None:
    write()
    run("--harness-record=missing").assert_outcomes(passed=1)
    before = recording(pytester).read_bytes()
    server.stop()

    run().assert_outcomes(passed=1)
    assert recording(pytester).read_bytes() == before


def test_an_edited_system_prompt_is_an_error_that_shows_old_and_new_and_the_command(
    server: ProtocolServer, write: Callable[..., Path], run: Run
) -> None:
    write()
    run("--harness-record=missing")
    write("Stay on topic. -> Stay on topic, please.")
    calls = server.calls
    result = run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "scenario 'talk' has changed since it was recorded",
        "  file: fixtures/talk/some+model_vs_some+model/1.jsonl",
        "  system prompt of A and B:",
        "    - Stay on topic.",
        "    + Stay on topic, please.",
        "how to fix: pytest test_talk.py::test_it --harness-record=changed",
    ])  # fmt: skip
    assert server.calls == calls


def test_extending_from_fifty_to_sixty_turns_makes_twenty_calls(
    server: ProtocolServer, write: Callable[..., Path], run: Run
) -> None:
    write()
    run("--harness-record=missing")
    write("turns=50 -> turns=60")
    run("--harness-record=extend").assert_outcomes(passed=1)

    assert server.calls == 120


def test_a_model_is_never_called_without_being_asked_to(
    server: ProtocolServer, write: Callable[..., Path], run: Run
) -> None:
    write()
    run().assert_outcomes(errors=1)

    assert server.requests == ()


def test_what_a_kill_leaves_is_continued_as_if_nothing_had_happened(
    write: Callable[..., Path], run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    with ProtocolServer(strict=True, faults={36: Fault("stall")}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "--harness-record=missing"]
        with subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.DEVNULL) as process:
            server.wait_for_calls(37)
            os.kill(process.pid, signal.SIGKILL)
        torn = recording(pytester).read_bytes()
        assert torn.count(b"\n") == 1 + 37
        assert torn.endswith(b"\n")
        assert len(load_partial(recording(pytester)).dialogue) == 37

        run("--harness-record=missing").assert_outcomes(passed=1)
        assert server.calls == 37 + 64

    with ProtocolServer(strict=True) as undisturbed:
        monkeypatch.setenv("OPENAI_BASE_URL", undisturbed.url)
        run("--harness-record=missing", "--harness-fixtures=elsewhere").assert_outcomes(passed=1)
    continued = read_recording(recording(pytester))
    whole = read_recording(next((pytester.path / "elsewhere").glob("talk/*/1.jsonl")))
    assert continued.texts == whole.texts
    assert continued.ending == whole.ending


def test_two_workers_record_each_dialogue_once(
    server: ProtocolServer, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(
        SPEC.replace("turns=50", "turns=5").replace("scenario(TALK)", "scenario(TALK, samples=6)")
        + """
@pytest.mark.scenario(TALK, samples=6)
def test_that(dialogue):
    assert dialogue

@pytest.mark.scenario(TALK, samples=3)
def test_other(dialogue):
    assert dialogue
"""
    )
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--harness-record=all")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ["6 dialogues: 6 recorded; 60 new messages; 60 calls to models; *written to reports/run.json"]
    )
    assert server.calls == 6 * 10

    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["6 dialogues: 6 replayed; *written to reports/run.json"])
    assert server.calls == 6 * 10


@pytest.mark.parametrize(
    ("fault", "headline"),
    [
        (Fault.http(401, "Incorrect API key provided"), "*key*"),
        (Fault.http(404, "The model `some/model` does not exist"), "*some/model*"),
        (Fault.http(400, "this temperature is not supported"), "*some/model*"),
        (Fault.http(429, "slow down"), "*some/model*"),
        ({"choices": []}, "*choices*"),
        ({"content": None}, "*content is null*"),
    ],
    ids=["wrong key", "unknown model", "bad request", "too many requests", "no choices", "no content"],
)
def test_each_way_a_server_fails_is_an_error_of_its_own(
    fault: Fault | dict[str, Any], headline: str, write: Callable[..., Path], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("turns=50 -> turns=1")
    broken = {"faults": lambda _: fault} if isinstance(fault, Fault) else {"answer": lambda *_: fault}
    with ProtocolServer(**broken) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        result = run("--harness-record=missing", "--harness-attempts=1")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([headline, "  while: speaker B was to say message 2 of scenario 'talk', sample 1"])


def test_a_server_that_cannot_be_reached_is_an_error_that_names_it(
    server: ProtocolServer, write: Callable[..., Path], run: Run
) -> None:
    write()
    server.stop()
    result = run("--harness-record=missing", "--harness-attempts=1")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{server.port}*"])
