"""The whole way: a key in the environment, in a server's error and in a model's reply is in no file and no output."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from cli_running import on_terminal
from dialogue_harness import secrets as scrubbing
from dialogue_harness.cli import main
from dialogue_harness.cli.live_text import LiveText
from dialogue_harness.models.protocol import Delta
from dialogue_harness.report.run import RunRecord, TestRecord, write_run
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    RunPytest = Callable[..., pytest.RunResult]

#: A key that only the environment tells to be one, one that its shape tells, and the key that is sent.
VALUE = "q7Wv" * 5
KEY = "sk-" + "A1b2" * 8
SENT = "lab-" + "Z9y8" * 6
SECRETS = (VALUE, KEY, SENT)

SPEC = """
import pytest
from dialogue_harness import Scenario, Speaker, checks

ANALYST = Speaker("some/model", system="Stay on topic.")
TALK = Scenario("talk", a=ANALYST, b=ANALYST, turns=3)

@pytest.mark.scenario(TALK)
def test_it(dialogue):
    assert len(dialogue) == 7
"""


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_remembered", set())
    monkeypatch.setattr(scrubbing, "_allowed", [])
    monkeypatch.setenv("LAB_ACCESS_TOKEN", VALUE)
    monkeypatch.setenv("OPENAI_API_KEY", SENT)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ProtocolServer]]:
    """Return a function that starts a server, which the environment then names."""
    running: list[ProtocolServer] = []

    def start(**options: Any) -> ProtocolServer:
        server = ProtocolServer(**options)
        server.start()
        running.append(server)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        return server

    yield start
    for server in running:
        server.stop()


def saying(secret: str, at: int = 3) -> Callable[[Any, int], str]:
    """Return what a server answers: at one call, a secret."""
    return lambda _, call: f"Surely. It is\n{secret}, as you know." if call == at else f"Answer {call}."


def files(folder: Path) -> dict[str, str]:
    """Return the content of every file below a folder, by its path, whose own name may hold no secret either."""
    # What Python compiles of a spec that plants a secret is not ours.
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace") for path in found}


def assert_nowhere(folder: Path, *outputs: str) -> None:
    held = [name for name, text in files(folder).items() if any(secret in name + text for secret in SECRETS)]
    assert held == []
    for output in outputs:
        assert [secret for secret in SECRETS if secret in output] == []


@pytest.mark.parametrize(
    ("secret", "kind"),
    [(VALUE, "the value of LAB_ACCESS_TOKEN"), (KEY, "an OpenAI key"), (SENT, "the value of OPENAI_API_KEY")],
    ids=["environment", "shape", "sent"],
)
def test_a_reply_that_holds_a_secret_is_an_error_and_the_messages_before_it_are_kept(
    secret: str, kind: str, serve: Callable[..., ProtocolServer], run: RunPytest, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_talk=SPEC)
    serve(answer=saying(secret))
    result = run("--harness-record=missing", "--junitxml=junit.xml", "-vv", "-l", "-ra", "--tb=long")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([
        "recording refused: message 5 holds a secret",
        "  file: fixtures/talk/some+model_vs_some+model/1.jsonl",
        "  message: 5, by A",
        "  field: /text",
        f"  kind: {kind}",
        "how to fix: *; then pytest test_talk.py::test_it --harness-record=missing",
    ])  # fmt: skip
    kept = load_partial(next(pytester.path.glob("fixtures/*/*/1.jsonl"))).dialogue
    assert kept.texts == ("Hello.", "Answer 0.", "Answer 1.", "Answer 2.")
    assert_nowhere(pytester.path, result.stdout.str(), result.stderr.str())
    assert "message 5 holds a secret" in (pytester.path / "junit.xml").read_text(encoding="utf-8")


def test_after_a_refusal_the_recording_is_continued(
    serve: Callable[..., ProtocolServer], run: RunPytest, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_talk=SPEC)
    serve(answer=saying(KEY))
    run("--harness-record=missing").assert_outcomes(errors=1)
    server = serve()
    run("--harness-record=missing").assert_outcomes(passed=1)

    assert server.calls == 3
    assert_nowhere(pytester.path)


def test_what_the_configuration_says_to_be_no_secret_is_recorded(
    serve: Callable[..., ProtocolServer], run: RunPytest, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_talk=SPEC)
    pytester.makeini("[pytest]\nharness_not_secret =\n    sk-A1b2.*\n    something-else\n")
    serve(answer=saying(KEY))
    run("--harness-record=missing").assert_outcomes(passed=1)

    assert KEY in files(pytester.path)["fixtures/talk/some+model_vs_some+model/1.jsonl"]


def test_a_mistaken_allowance_ends_the_run_before_it_begins(run: RunPytest, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_talk=SPEC)
    pytester.makeini("[pytest]\nharness_not_secret = sk-(\n")
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: harness_not_secret must be a regular expression", "  got: sk-("])


def test_a_scenario_that_holds_a_secret_is_an_error_before_anything_is_sent(
    serve: Callable[..., ProtocolServer], run: RunPytest, pytester: pytest.Pytester
) -> None:
    spec = SPEC.replace('"Stay on topic."', "__import__('os').environ['LAB_ACCESS_TOKEN']")
    pytester.makepyfile(test_talk=spec)
    server = serve()
    result = run("--harness-record=missing")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["recording refused: the scenario holds a secret", "  field: /scenario/a/system"])
    assert server.calls == 0
    assert_nowhere(pytester.path, result.stdout.str())


@pytest.mark.parametrize("status", [401, 404])
def test_a_secret_in_the_body_of_a_server_s_error_is_not_told(
    status: int, serve: Callable[..., ProtocolServer], run: RunPytest, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_talk=SPEC)
    serve(faults={2: Fault.http(status, f"No. {VALUE}, {KEY} and Bearer {SENT} are refused.")})
    result = run("--harness-record=missing", "--harness-attempts=1", "--junitxml=junit.xml", "-vv", "-l")

    result.assert_outcomes(errors=1)
    told = "No. [secret], [secret] and Bearer [secret] are refused."
    result.stdout.fnmatch_lines([f"  server says: {told.replace('[', '[[]')}"])
    assert_nowhere(pytester.path, result.stdout.str(), result.stderr.str())


FAILING = """
import logging, os, sys
from dialogue_harness import Evidence, Verdict, check

KEY, VALUE = "sk-" + "A1b2" * 8, os.environ["LAB_ACCESS_TOKEN"]

@check
def silent(dialogue):
    evidence = tuple(Evidence(m.number, f"says {m.text[:40]}") for m in dialogue)
    return Verdict("silent", False, f"it says {dialogue[5].text}", evidence=evidence)

@pytest.mark.scenario(TALK)
def test_by_a_check(dialogue):
    assert silent(dialogue)

@pytest.mark.scenario(TALK)
def test_plainly(dialogue):
    local = dialogue[5].text
    assert "refund" in local * 20

@pytest.mark.scenario(TALK)
def test_by_comparing(dialogue):
    assert [m.text for m in dialogue] == ["Hello."], dialogue[5].text

@pytest.mark.scenario(TALK)
def test_by_an_error(dialogue):
    raise RuntimeError(dialogue[5].text + VALUE)

@pytest.mark.scenario(TALK)
def test_with_output(dialogue):
    print(KEY)
    sys.stderr.write(VALUE)
    logging.getLogger("x").warning("the key is %s", dialogue[5].text)
    pytest.fail(dialogue[5].text)

@pytest.mark.scenario(TALK)
def test_skipped(dialogue):
    pytest.skip(dialogue[5].text)

@pytest.mark.scenario(TALK)
@pytest.mark.xfail(reason="known")
def test_xfailed(dialogue):
    print(VALUE)
    raise ValueError(KEY)
"""


#: Another plugin, which writes all that it finds in a report.
SEEN_BY_OTHERS = """
def pytest_runtest_logreport(report):
    with open("seen.txt", "a", encoding="utf-8") as file:
        print(vars(report), report.longreprtext, file=file)
"""


@pytest.mark.parametrize("secret", [VALUE, KEY], ids=["environment", "shape"])
def test_what_a_recording_of_earlier_days_holds_is_told_in_no_failure_and_no_report(
    secret: str,
    serve: Callable[..., ProtocolServer],
    run: RunPytest,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makepyfile(test_talk=SPEC + FAILING)
    serve(answer=saying(secret))
    monkeypatch.setenv("HARNESS_NOT_SECRET", "(sk-A1b2|q7Wv).*")
    run("--harness-record=missing", "-q")
    monkeypatch.delenv("HARNESS_NOT_SECRET")
    recording = next(pytester.path.glob("fixtures/*/*/1.jsonl"))
    (pytester.path / "reports/run.json").unlink()
    pytester.makeconftest(SEEN_BY_OTHERS)

    result = run("--junitxml=junit.xml", "-vv", "-l", "-ra", "--tb=long")

    result.assert_outcomes(passed=1, failed=5, skipped=1, xfailed=1)
    kept = recording.read_bytes()
    assert secret in kept.decode()
    recording.unlink()
    assert_nowhere(pytester.path, result.stdout.str(), result.stderr.str())
    assert "[secret]" in result.stdout.str()
    record = json.loads((pytester.path / "reports/run.json").read_bytes())
    assert "[secret]" in json.dumps([sample for test in record["tests"] for sample in test["samples"]])
    assert "[secret]" in (pytester.path / "seen.txt").read_text(encoding="utf-8")
    assert len(ET.parse(pytester.path / "junit.xml").findall(".//testcase")) == 8  # noqa: S314 -- our own file


def test_the_record_of_a_run_is_written_without_secrets_whoever_writes_it(tmp_path: Path) -> None:
    test = TestRecord("test_talk.py::test_it", "failed", message=f"it said\n{KEY}, {VALUE} and \ud800")
    run = RunRecord("1", "2026-01-02T03:04:05Z", 1.0, "none", live=False, dialogues=[], tests=[test])
    write_run(run, tmp_path / "run.json")
    (record,) = json.loads((tmp_path / "run.json").read_bytes())["tests"]
    assert record["message"] == "it said\n[secret], [secret] and ?"


@pytest.mark.parametrize("style", ["short", "native"])
def test_however_failures_are_shown_they_tell_no_secret(
    style: str,
    serve: Callable[..., ProtocolServer],
    run: RunPytest,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytester.makepyfile(test_talk=SPEC + FAILING)
    serve(answer=saying(VALUE))
    monkeypatch.setenv("HARNESS_NOT_SECRET", "(sk-A1b2|q7Wv).*")
    run("--harness-record=missing", "-q")
    monkeypatch.delenv("HARNESS_NOT_SECRET")

    result = run(f"--tb={style}", "-rA")
    result.assert_outcomes(passed=1, failed=5, skipped=1, xfailed=1)
    assert VALUE not in result.stdout.str() + result.stderr.str()
    assert KEY not in result.stdout.str() + result.stderr.str()


def test_neither_do_workers_tell_one_nor_keep_one(
    serve: Callable[..., ProtocolServer], pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_talk=SPEC.replace("scenario(TALK)", "scenario(TALK, samples=3)"))
    serve(answer=saying(VALUE))
    result = pytester.runpytest_subprocess(
        "-n", "2", "-p", "no:randomly", "-p", "no:cacheprovider", "--harness-record=missing", "--junitxml=junit.xml"
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*recording refused: message * holds a secret"])
    assert_nowhere(pytester.path, result.stdout.str(), result.stderr.str())


# The command line.


def talk(server: ProtocolServer, *more: str) -> list[str]:
    return ["talk", "--model", "loopback", "--base-url", server.url, "--turns", "2", "--attempts", "1", *more]


@pytest.fixture
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_in_folder")
@pytest.mark.parametrize(
    ("output", "secret"),
    [("-", KEY), ("run.txt", KEY), ("run.json", KEY), ("run.txt", VALUE), ("run.json", SENT)],
    ids=["pipe", "text", "json", "text, environment", "json, sent"],
)
def test_the_transcript_of_a_talk_has_a_mark_in_the_secret_s_place(
    output: str,
    secret: str,
    serve: Callable[..., ProtocolServer],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(talk(serve(answer=saying(secret)), "--output", output)) == 0
    out, err = capsys.readouterr()
    assert_nowhere(tmp_path, out, err)
    assert "harness: message 5 holds a secret; [secret] stands in its place\n" in err
    assert "[secret], as you know." in (out if output == "-" else (tmp_path / output).read_text(encoding="utf-8"))


@pytest.mark.usefixtures("_in_folder")
def test_a_talk_that_is_recorded_stops_before_the_secret_and_keeps_what_was_said(
    serve: Callable[..., ProtocolServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(talk(serve(answer=saying(KEY)), "--output", "run.jsonl")) == 2
    out, err = capsys.readouterr()
    assert_nowhere(tmp_path, out, err)
    assert "harness: recording refused: message 5 holds a secret\n" in err
    assert [message.number for message in load_partial(tmp_path / "run.jsonl").dialogue] == [1, 2, 3, 4]


@pytest.mark.usefixtures("_in_folder")
@pytest.mark.parametrize("secret", SECRETS, ids=["environment", "shape", "sent"])
def test_a_person_who_watches_is_not_shown_it_either(
    secret: str, serve: Callable[..., ProtocolServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answer=saying(secret), piece=5)
    with on_terminal(monkeypatch, "\n") as terminal:
        assert main(talk(server, "--output", "run.txt")) == 0
    assert_nowhere(tmp_path, terminal.shown)
    assert "It is\n   [secret], as you know." in re.sub("\x1b\\[[0-9;]*m", "", terminal.shown)


def test_a_secret_that_arrives_letter_by_letter_is_not_shown() -> None:
    screen = io.StringIO()
    live = LiveText(Console(file=screen, markup=False, highlight=False))
    for letter in f"Take {KEY}":
        live.piece("A", Delta(letter, is_reasoning=True))
    for letter in f"{VALUE} it is.":
        live.piece("A", Delta(letter))
    live.close()
    assert screen.getvalue() == "A: Take [secret]\nA: [secret] it is.\n"


@pytest.mark.usefixtures("_in_folder")
def test_a_server_s_error_is_told_without_it(
    serve: Callable[..., ProtocolServer], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = serve(faults={1: Fault.http(400, f"{VALUE} and {KEY} and {SENT} are wrong.")})
    assert main(talk(server, "--output", "run.txt")) == 2
    out, err = capsys.readouterr()
    assert_nowhere(tmp_path, out, err)
    assert "  server says: [secret] and [secret] and [secret] are wrong.\n" in err


@pytest.mark.parametrize(
    "command",
    [
        ["show"],
        ["check"],
        ["check", "--json"],
        ["export"],
        ["export", "--format", "json"],
        ["export", "--format", "md"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("_in_folder")
def test_a_transcript_that_holds_a_secret_is_shown_checked_and_exported_without_it(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        f"# LLM Dialogue Transcript\n\nDate: 2026-01-02 03:04\nModel A: acme/talker\nModel B: acme/talker\nTurns: 1\n"
        f"System prompt: Use {VALUE}.\nOpener: Hello {KEY}.\n\n## Conversation\n\n"
        f"Model A: Hello {KEY}.\n\nModel B: {VALUE}\n\nModel A: \n"
    )
    (tmp_path / "run.txt").write_text(text, encoding="utf-8")
    assert main([*command, "run.txt"]) in {0, 1}
    out, err = capsys.readouterr()
    assert [secret for secret in SECRETS if secret in out + err] == []
    assert "harness: the scenario (and 2 more) holds a secret; [secret] stands in its place\n" in err


@pytest.mark.usefixtures("_in_folder")
def test_an_export_without_secrets_is_what_it_was_to_the_byte(tmp_path: Path, capsysbinary: Any) -> None:
    text = (
        b"# LLM Dialogue Transcript\n\nDate: once\nModel A: a\nModel B: b\nTurns: 1\nOpener: Hello.\n\n"
        b"## Conversation\n\nModel A: Hello.\n\nModel B: Hi.\n\nModel A: Bye.\n"
    )
    (tmp_path / "run.txt").write_bytes(text)
    assert main(["export", "run.txt"]) == 0
    assert capsysbinary.readouterr().out == text


@pytest.mark.usefixtures("_in_folder")
def test_a_secret_on_the_command_line_is_not_repeated_in_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{KEY}.txt"]) == 2
    assert "harness: [secret].txt does not exist\n" in capsys.readouterr().err
