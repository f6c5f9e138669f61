"""What a run says of dialogues that it could not complete: what is kept, and the command that goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from protocol_server import Fault, ProtocolServer

from harness.recording import load_partial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

MUTE = """
MUTE = Scenario("mute", a=A, b=Speaker("builtin:scripted", script=["only one line"]), turns=3)

@pytest.mark.scenario(MUTE)
def test_mute(dialogue):
    assert dialogue

@pytest.mark.scenario(TEA)
def test_tea(dialogue):
    assert dialogue
"""

KEPT = "fixtures/mute/builtin=scripted_vs_builtin=scripted/1.jsonl"


def run_record(pytester: pytest.Pytester) -> Any:
    return json.loads((pytester.path / "reports" / "run.json").read_text(encoding="utf-8"))


def test_what_can_be_continued_is_listed_with_the_one_command(spec: Spec, run: Run) -> None:
    spec(MUTE)
    result = run("test_tea.py", "--harness-record=missing", "-k", "mute or tea")

    result.stdout.fnmatch_lines([
        "can be continued:",
        f"  {KEPT} (3 of 7 messages): the script of B has no line for message 4",
        "  pytest * test_tea.py -k 'mute or tea' --harness-record=missing",
    ])  # fmt: skip


def test_the_runs_record_says_it_too(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(MUTE)
    run("--harness-record=missing")

    cause = "the script of B has no line for message 4"
    told = {"scenario": "mute", "sample": 1, "path": KEPT, "messages": 3, "length": 7, "cause": cause}
    assert run_record(pytester)["interrupted"] == [told]


def test_a_run_in_which_all_went_well_lists_nothing(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(MUTE)
    result = run("--harness-record=missing", "-k", "test_tea and not mute")

    result.stdout.no_fnmatch_line("*can be continued*")
    assert run_record(pytester)["interrupted"] == []


def test_a_mode_that_is_given_as_two_words_is_replaced(spec: Spec, run: Run) -> None:
    spec(MUTE)
    result = run("--harness-record", "extend", "-k", "mute")

    result.stdout.fnmatch_lines(["  pytest * -k mute --harness-record=missing"])


def test_what_a_live_run_could_not_complete_is_kept_where_its_failures_are(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(MUTE)
    result = run("--harness-live")

    result.stdout.fnmatch_lines([
        "can be continued:",
        f"  {KEPT.replace('fixtures', 'reports/failures')} (3 of 7 messages): the script of B has no line *",
        "  pytest * --harness-fixtures=reports/failures --harness-record=missing",
    ])  # fmt: skip
    assert len(load_partial(pytester.path / KEPT.replace("fixtures", "reports/failures")).dialogue) == 3
    assert not (pytester.path / "reports" / "live").exists()


def test_workers_tell_the_controller(spec: Spec, pytester: pytest.Pytester) -> None:
    spec(MUTE)
    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--harness-record=missing")

    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["can be continued:", f"  {KEPT} (3 of 7 messages): *"])
    assert len(run_record(pytester)["interrupted"]) == 1


LIVE = """
import pytest
from harness import Scenario, Speaker

SPEAKER = Speaker("some/model")
TALK = Scenario("talk", a=SPEAKER, b=SPEAKER, turns=3)

@pytest.mark.scenario(TALK)
def test_talk(dialogue):
    assert dialogue
"""


@pytest.fixture
def recording(pytester: pytest.Pytester) -> Path:
    pytester.makepyfile(test_talk=LIVE)
    return pytester.path / "fixtures" / "talk" / "some+model_vs_some+model" / "1.jsonl"


def start(pytester: pytest.Pytester, server: ProtocolServer, monkeypatch: pytest.MonkeyPatch) -> subprocess.Popen[str]:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "--harness-record=missing"]
    return subprocess.Popen(command, cwd=pytester.path, stdout=subprocess.PIPE, text=True)


WAITING = "harness: waiting for the message that is in flight, to keep what is paid for (Ctrl-C: stop now)"


def test_an_interrupt_from_the_keyboard_waits_for_what_is_in_flight_and_keeps_it(
    pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProtocolServer(gather=100) as server, start(pytester, server, monkeypatch) as process:
        server.wait_for_calls(1)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        before = [line.rstrip() for line in iter(process.stdout.readline, WAITING + "\n")]
        server.release()
        output = "\n".join([*before, WAITING, process.stdout.read()])

    assert server.calls == 1
    assert len(load_partial(recording).dialogue) == 2
    assert "(2 of 7 messages)\n  pytest -p no:randomly --harness-record=missing" in output


def test_a_second_interrupt_stops_at_once(
    pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalls = {1: Fault("stall")}
    with ProtocolServer(faults=stalls) as server, start(pytester, server, monkeypatch) as process:
        server.wait_for_calls(2)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        for _ in iter(process.stdout.readline, WAITING + "\n"):
            pass
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()

    assert server.calls == 2
    assert len(load_partial(recording).dialogue) == 2
    assert "(2 of 7 messages)" in output
    assert "Traceback" not in output
