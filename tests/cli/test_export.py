from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli_running import TEA, dialogue, on_terminal, shown_on_terminal, transcript
from dialogue_harness import Message, Scenario, Speaker
from dialogue_harness.cli import main
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.formats.json_form import write_transcript_json
from dialogue_harness.formats.markdown import to_markdown
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import write_transcript
from dialogue_harness.storage.journal import write_recording

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]
    CapturedBytes = pytest.CaptureFixture[bytes]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def exported(capsysbinary: CapturedBytes, *arguments: str) -> bytes:
    assert main(["export", *arguments]) == 0
    captured = capsysbinary.readouterr()
    assert captured.err == b""
    return captured.out


def test_a_recording_is_written_as_a_text_transcript(capsysbinary: CapturedBytes) -> None:
    write_recording("1.jsonl", dialogue(*TEA))
    assert exported(capsysbinary, "1.jsonl") == encode(write_transcript(dialogue(*TEA)))


@pytest.mark.parametrize(
    ("form", "write"), [("txt", write_transcript), ("json", write_transcript_json), ("md", to_markdown)]
)
def test_each_form_can_be_asked_for(form: str, write: object, capsysbinary: CapturedBytes) -> None:
    write_recording("1.jsonl", dialogue(*TEA))
    assert callable(write)
    assert exported(capsysbinary, "1.jsonl", "--format", form) == write(dialogue(*TEA)).encode()


def test_an_imported_transcript_comes_back_to_the_byte(capsysbinary: CapturedBytes) -> None:
    transcript(Path("tea.txt"), "\n\nHello.", "", " \n\nModel A: no.\n", "Curly ’ \ud800 \r\n\x1b[31m", "End\n\n")
    odd = Path("tea.txt").read_bytes().replace(b"Turns: 2\n", b"Turns: 50\nSystem prompt: one\ntwo\n")
    Path("tea.txt").write_bytes(odd)
    main(["import", "tea.txt"])
    capsysbinary.readouterr()
    (recording,) = Path("fixtures").rglob("*.jsonl")
    assert exported(capsysbinary, str(recording)) == odd


def test_the_form_follows_the_ending_of_the_output(capsysbinary: CapturedBytes) -> None:
    transcript(Path("tea.txt"))
    for name in ("out.json", "out.md", "out.txt", "out.text"):
        assert exported(capsysbinary, "tea.txt", "--output", name) == b""
    assert json.loads(Path("out.json").read_bytes())["model_a"] == "acme/talker"
    assert Path("out.md").read_bytes().startswith(b"# ")
    assert Path("out.txt").read_bytes() == Path("out.text").read_bytes() == Path("tea.txt").read_bytes()


def test_the_form_that_is_named_is_taken_whatever_the_ending(capsysbinary: CapturedBytes) -> None:
    transcript(Path("tea.txt"))
    exported(capsysbinary, "tea.txt", "--format", "txt", "--output", "out.json")
    assert Path("out.json").read_bytes() == Path("tea.txt").read_bytes()


def test_an_output_is_replaced_and_its_folder_made(capsysbinary: CapturedBytes) -> None:
    transcript(Path("tea.txt"))
    for _ in range(2):
        exported(capsysbinary, "tea.txt", "--output", "a/b/out.txt")
    assert Path("a/b/out.txt").read_bytes() == Path("tea.txt").read_bytes()


def test_a_dash_is_standard_output(capsysbinary: CapturedBytes) -> None:
    transcript(Path("tea.txt"))
    assert exported(capsysbinary, "tea.txt", "--output", "-") == Path("tea.txt").read_bytes()
    assert not Path("-").exists()


def test_a_caller_who_reads_text_gets_text() -> None:
    transcript(Path("tea.txt"))
    with contextlib.redirect_stdout(io.StringIO()) as text:
        main(["export", "tea.txt"])
    assert text.getvalue() == Path("tea.txt").read_text(encoding="utf-8")


def test_nothing_acts_on_a_terminal_where_the_bytes_would(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("odd.txt"), "Hello.", "\x1b]8;;http://evil.example\x1b\\click \u202e\x07")
    assert "\x1b" not in shown_on_terminal(monkeypatch, "export", "odd.txt")
    with on_terminal(monkeypatch, streams=("stderr",)):
        main(["export", "odd.txt", "--output", "out.txt"])
    assert Path("out.txt").read_bytes() == Path("odd.txt").read_bytes()


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("folder", "harness: folder: Is a directory\n"),
        ("tea.txt/out.txt", "harness: tea.txt: File exists\n"),
        ("/proc/no/out.txt", "harness: /proc/no: No such file or directory\n"),
    ],
)
def test_an_output_that_cannot_be_written_is_named(output: str, told: str, capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    Path("folder").mkdir()
    assert main(["export", "tea.txt", "--output", output]) == 2
    assert capsys.readouterr().err == told


def test_an_unknown_form_is_misuse(capsys: Captured) -> None:
    assert main(["export", "tea.txt", "--format", "html"]) == 2
    assert "choose from" in capsys.readouterr().err


# --- Markdown


def test_markdown_says_who_talked_and_what_was_said() -> None:
    a, b = Speaker("acme/one", system="Ask.\nBe kind."), Speaker("acme/two")
    scenario = Scenario("tea_time", a=a, b=b, turns=1)
    messages = (Message(1, "A", "Hello."), Message(2, "B", "", reasoning="Say nothing."))
    assert to_markdown(Dialogue(scenario, messages, date="2026-01-02 03:04")) == (
        "# tea\\_time\n"
        "\n"
        "- Date: 2026-01-02 03:04\n"
        "- Pair: acme/one with acme/two\n"
        "- Turns: 1\n"
        "- Messages: 2\n"
        "\n"
        "System prompt of A:\n"
        "\n"
        "```text\n"
        "Ask.\n"
        "Be kind.\n"
        "```\n"
        "\n"
        "**1 · A**\n"
        "\n"
        "```text\n"
        "Hello.\n"
        "```\n"
        "\n"
        "**2 · B**\n"
        "\n"
        "<details><summary>reasoning</summary>\n"
        "\n"
        "```text\n"
        "Say nothing.\n"
        "```\n"
        "\n"
        "</details>\n"
        "\n"
        "*(empty)*\n"
    )


def test_a_code_fence_in_a_message_does_not_end_its_own() -> None:
    text = to_markdown(dialogue("Hello.", "````\n<b>bold</b>\n````\n`````x"))
    assert "\n``````text\n````\n<b>bold</b>\n````\n`````x\n``````\n" in text


@given(texts=st.lists(st.text(st.characters(), max_size=60), min_size=2, max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_model_says_stays_within_fences(texts: list[str]) -> None:
    lines = to_markdown(dialogue("Hello.", *(f"{text}\n```\n<script>" for text in texts))).split("\n")
    fence: str | None = None
    outside = []
    for line in lines:
        if fence is None and line.startswith("```"):
            fence = line.removesuffix("text")
        elif line == fence:
            fence = None
        elif fence is None:
            outside.append(line)
    assert fence is None
    assert "<script>" not in outside
    assert not any(ord(char) < 32 or "\ud800" <= char <= "\udfff" for line in lines for char in line)
