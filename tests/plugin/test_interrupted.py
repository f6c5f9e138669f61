"""What a run says of dialogues that it could not complete: what is kept, and the command that goes on."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness import read_recording
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer

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
        "incomplete, and can be continued:",
        f"  {KEPT} (3 of 7 messages): the script of B has no line for message 4",
        "continue with: pytest * test_tea.py -k 'mute or tea' --harness-record=missing",
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

    result.stdout.fnmatch_lines(["continue with: pytest * -k mute --harness-record=missing"])


def live_folder(pytester: pytest.Pytester) -> Path:
    """Return the one folder that a live run left."""
    (folder,) = (pytester.path / "reports" / "live").iterdir()
    return folder


def test_a_live_run_that_could_not_complete_a_dialogue_keeps_them_all(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(MUTE)
    result = run("--harness-live")

    folder = live_folder(pytester)
    kept = KEPT.replace("fixtures", folder.relative_to(pytester.path).as_posix())
    result.stdout.fnmatch_lines([
        f"  kept: 3 messages in {kept}",
        "incomplete, and can be continued:",
        f"  {kept} (3 of 7 messages): the script of B has no line for message 4",
        f"continue with: pytest * --harness-fixtures=reports/live/{folder.name} --harness-record=missing",
    ])  # fmt: skip
    assert len(load_partial(pytester.path / kept).dialogue) == 3
    assert len(read_recording(next(folder.glob("tea/*/1.jsonl")))) == 7
    assert not (pytester.path / "fixtures").exists()


def test_an_error_of_a_live_run_names_the_command_that_goes_on_with_it(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(MUTE)
    result = run("--harness-live", "-k", "mute")

    there = f"test_tea.py::test_mute --harness-fixtures=reports/live/{live_folder(pytester).name}"
    result.stdout.fnmatch_lines([f"how to fix: *; then continue with `pytest {there} --harness-record=missing`"])


def test_workers_tell_the_controller(spec: Spec, pytester: pytest.Pytester) -> None:
    spec(MUTE)
    result = pytester.runpytest_subprocess("-n", "2", "-p", "no:randomly", "--harness-record=missing")

    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["incomplete, and can be continued:", f"  {KEPT} (3 of 7 messages): *"])
    assert len(run_record(pytester)["interrupted"]) == 1


def test_what_can_be_continued_is_listed_in_order(spec: Spec, run: Run) -> None:
    spec(MUTE.replace("@pytest.mark.scenario(MUTE)", "@pytest.mark.scenario(MUTE, samples=12)"))
    told = run("--harness-record=missing").stdout.lines

    first = told.index("incomplete, and can be continued:") + 1
    numbers = [line.partition(".jsonl")[0].rpartition("/")[2] for line in told[first : first + 10]]
    assert numbers == [str(number) for number in range(1, 11)]
    assert told[first + 10] == "  … and 2 more"


def test_the_other_samples_of_a_test_go_on_where_one_cannot(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(
        test_talk=LIVE.replace('"some/model"', '"some/model", seed=1').replace("TALK)", "TALK, samples=3)")
    )
    faults = lambda request: Fault.http(400) if request.json["seed"] == 1 else None  # noqa: E731 -- one expression
    with ProtocolServer(faults=faults) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        result = run("--harness-record=missing")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "incomplete, and can be continued:",
            "  fixtures/talk/*/1.jsonl (1 of 7 messages): *",
            "continue with: pytest *",
        ]
    )
    result.stdout.no_fnmatch_line("harness: waiting*")
    complete = [load_partial(path).is_complete for path in sorted((pytester.path / "fixtures").glob("talk/*/*.jsonl"))]
    assert complete == [False, True, True]


@pytest.mark.parametrize("flag", ["max-tokens", "max-dialogue-tokens"])
def test_a_spent_budget_is_listed_with_the_flag_to_raise(
    flag: str, pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_talk=LIVE)
    with ProtocolServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        result = run("--harness-record=missing", f"--harness-{flag}=100")

    raising = f"*; raise --harness-{flag} (harness_{flag.replace('-', '_')})"
    result.stdout.fnmatch_lines(
        ["incomplete, and can be continued:", f"  fixtures/talk/*/1.jsonl (* of 7 messages): *is spent{raising}"]
    )


LIVE = """
import pytest
from dialogue_harness import Scenario, Speaker

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


def start(
    pytester: pytest.Pytester, server: ProtocolServer, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> subprocess.Popen[str]:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", *arguments, "--harness-record=missing"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=pytester.path, stdin=pipe, stdout=pipe, text=True, start_new_session=True)


def interrupt(process: subprocess.Popen[str]) -> None:
    """Send what Ctrl-C sends: the signal goes to all processes of the group."""
    os.killpg(process.pid, signal.SIGINT)


def until(process: subprocess.Popen[str], line: str) -> None:
    """Read what a process says until it has said this line."""
    assert process.stdout is not None
    assert line + "\n" in process.stdout, "it never said so"


def rest(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.read()


WAITING = "harness: waiting for the message in flight, already paid for (Ctrl-C: stop now)"
WAITING_FOR_WORKERS = WAITING.replace("the message", "messages")

CONVERSING = (
    LIVE.replace("@pytest.mark.scenario(TALK)\ndef test_talk(dialogue):\n    assert dialogue\n", "")
    + """
def test_talk(converse):
    assert converse(TALK)
"""
)

#: A test whose fixture takes its time when it is torn down: until somebody says so.
SLOW = (
    LIVE
    + """
@pytest.fixture(autouse=True, scope="session")
def slow():
    yield
    print("\\ntearing down", flush=True)
    input()
"""
)


@pytest.mark.parametrize("spec_text", [LIVE, CONVERSING], ids=["dialogue", "converse"])
def test_an_interrupt_from_the_keyboard_waits_for_what_is_in_flight_and_keeps_it(
    spec_text: str, pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_talk=spec_text)
    with ProtocolServer(gather=100) as server, start(pytester, server, monkeypatch) as process:
        server.wait_for_calls(1)
        interrupt(process)
        until(process, WAITING)
        server.release()
        output = rest(process)

    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert server.calls == 1
    assert len(load_partial(recording).dialogue) == 2
    assert "(2 of 7 messages)\ncontinue with: pytest -p no:randomly --harness-record=missing" in output


@pytest.mark.parametrize("spec_text", [LIVE, CONVERSING], ids=["dialogue", "converse"])
def test_a_second_interrupt_stops_at_once(
    spec_text: str, pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_talk=spec_text)
    stalls = {1: Fault("stall")}
    with ProtocolServer(faults=stalls) as server, start(pytester, server, monkeypatch) as process:
        server.wait_for_calls(2)
        interrupt(process)
        until(process, WAITING)
        interrupt(process)
        output = rest(process)

    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert server.calls == 2
    assert len(load_partial(recording).dialogue) == 2
    assert "(2 of 7 messages)" in output
    assert "Traceback" not in output


def test_workers_finish_what_is_in_flight_and_the_list_is_told(
    pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProtocolServer(gather=100) as server, start(pytester, server, monkeypatch, "-n", "2") as process:
        server.wait_for_calls(1)
        interrupt(process)
        until(process, WAITING_FOR_WORKERS)
        server.release()
        output = rest(process)

    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert server.calls == 1
    assert len(load_partial(recording).dialogue) == 2
    assert "(2 of 7 messages)\ncontinue with: pytest -p no:randomly -n 2 --harness-record=missing" in output
    assert not (pytester.path / "fixtures" / ".harness" / "runs").exists()


def test_a_second_interrupt_stops_the_workers_at_once(
    pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalls = {1: Fault("stall")}
    with ProtocolServer(faults=stalls) as server, start(pytester, server, monkeypatch, "-n", "2") as process:
        server.wait_for_calls(2)
        interrupt(process)
        until(process, WAITING_FOR_WORKERS)
        interrupt(process)
        output = rest(process)

    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert server.calls == 2
    assert len(load_partial(recording).dialogue) == 2
    assert "(2 of 7 messages)" in output
    assert "Traceback" not in output


def test_nothing_more_is_asked_for_while_fixtures_are_torn_down(
    pytester: pytest.Pytester, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_talk=SLOW)
    with ProtocolServer(gather=100) as server, start(pytester, server, monkeypatch, "-s") as process:
        server.wait_for_calls(1)
        interrupt(process)
        until(process, "tearing down")
        server.release()
        while len(load_partial(recording).dialogue) < 2:
            pass
        process.communicate("go on\n")

    assert server.calls == 1
    assert len(load_partial(recording).dialogue) == 2


def test_the_command_after_a_live_run_asks_for_nothing_that_was_said(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = LIVE.replace("talk", "other").replace("TALK", "OTHER").replace("turns=3", "turns=2")
    pytester.makepyfile(test_a=other, test_b=LIVE)
    with ProtocolServer(faults={4 + 2: Fault.http(400)}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        result = run("--harness-live", "--harness-max-concurrency=1")
        result.assert_outcomes(passed=1, errors=1)
        at = result.stdout.lines.index("incomplete, and can be continued:")
        program, *arguments = shlex.split(result.stdout.lines[at + 2].removeprefix("continue with: "))
        again = run(*arguments)

    assert program == "pytest"
    again.assert_outcomes(passed=2)
    again.stdout.fnmatch_lines(["2 dialogues: 1 continued, 1 replayed; 4 new messages; *"])
    assert server.calls == 4 + 3 + 4


#: The second test kills its process while the dialogue of the third one is being held.
DYING = """
import os, pathlib, pytest, signal
from dialogue_harness import Scenario, Speaker

SPEAKER = Speaker("some/model")
SHORT = Scenario("short", a=SPEAKER, b=SPEAKER, turns=1)
TALK = Scenario("talk", a=SPEAKER, b=SPEAKER, turns=3)

@pytest.mark.scenario(SHORT)
def test_short(dialogue):
    assert dialogue

def test_that_dies():
    kept = b""
    while kept.count(b"\\n") < 1 + 3:
        kept = b"".join(path.read_bytes() for path in pathlib.Path("reports").glob("live/*/talk/*/1.jsonl"))
    os.kill(os.getpid(), signal.SIGKILL)

@pytest.mark.scenario(TALK)
def test_talk(dialogue):
    assert dialogue
"""


def test_what_a_killed_worker_left_of_a_live_run_is_kept_and_listed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_talk=DYING)
    stall = lambda request: Fault("stall") if len(request.json["messages"]) == 3 else None  # noqa: E731 -- one expression
    with ProtocolServer(faults=stall) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        arguments = ("-n", "1", "--max-worker-restart=0", "-p", "no:randomly", "--harness-live")
        result = pytester.runpytest_subprocess(*arguments, timeout=60)

    kept = f"reports/live/{live_folder(pytester).name}/talk/some+model_vs_some+model/1.jsonl"
    result.stdout.fnmatch_lines(["incomplete, and can be continued:", f"  {kept} (3 of 7 messages)"])
