from __future__ import annotations

import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from cli_running import ENDLESS, TEA, dialogue, on_terminal, shown_on_terminal, transcript
from dialogue_harness import Ending, Message, Scenario, Speaker, find_termination_loop
from dialogue_harness.cli import main
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.storage.journal import write_recording

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def shown(capsys: Captured, *arguments: str) -> str:
    assert main(["show", *arguments]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"^[┃ ] *(\d+) [AB]  ", text, re.MULTILINE)]


def test_each_message_stands_with_its_number_and_speaker(capsys: Captured) -> None:
    transcript(Path("tea.txt"), "Hello.", "Green or black?\n\nOr white?", "Green.")
    assert shown(capsys, "tea.txt") == (
        "tea.txt: acme/talker with itself, 3 messages\n"
        "\n"
        "    1 A  Hello.\n"
        "\n"
        "    2 B  Green or black?\n"
        "\n"
        "         Or white?\n"
        "\n"
        "    3 A  Green.\n"
        "\n"
    )


def test_the_system_prompt_is_shown_once_for_both(capsys: Captured) -> None:
    transcript(Path("tea.txt"), system="Stay on topic.")
    assert shown(capsys, "tea.txt").count("system prompt of both: Stay on topic.\n") == 1


def test_a_recording_is_called_by_its_scenario_and_tells_how_it_ended(capsys: Captured) -> None:
    a, b = Speaker("acme/one", system="Ask."), Speaker("acme/two", system="Answer.")
    scenario = Scenario("tea time", a=a, b=b, turns=1)
    messages = (Message(1, "A", "Hello."), Message(2, "B", "I hang up. END"))
    spoken = Dialogue(scenario, messages, Ending("hang_up", by="B"), 3)
    write_recording("3.jsonl", spoken, origin="run")
    assert shown(capsys, "3.jsonl") == (
        "tea time, sample 3: acme/one with acme/two, 2 messages\n"
        "system prompt of A: Ask.\n"
        "system prompt of B: Answer.\n"
        "\n"
        "    1 A  Hello.\n"
        "\n"
        "    2 B  I hang up. END\n"
        "\n"
        "ended by hang_up of B\n"
    )


def test_messages_of_the_loop_have_a_bar_in_the_margin_and_it_is_told_at_the_top(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    loop = find_termination_loop(dialogue(*ENDLESS))
    assert loop is not None
    text = shown(capsys, "end.txt")
    marked = [int(number) for number in re.findall(r"^┃ *(\d+) [AB]  ", text, re.MULTILINE)]
    assert marked == list(range(loop.onset, len(ENDLESS) + 1))
    assert f"┃ {loop}" in text.splitlines()[:3]


def test_why_a_message_is_idle_stands_below_it(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    loop = find_termination_loop(dialogue(*ENDLESS))
    assert loop is not None
    lines = shown(capsys, "end.txt").splitlines()
    at = next(index for index, line in enumerate(lines) if re.match(rf"┃ *{loop.onset} ", line))
    assert lines[at + 1] == f"┃        · {loop.evidence[0].why}"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("3", [3]),
        ("2-4", [2, 3, 4]),
        ("6-", [6, 7]),
        ("-2", [1, 2]),
        ("1,3-4,7-", [1, 3, 4, 7]),
        ("5-900", [5, 6, 7]),
    ],
)
def test_excerpts_are_chosen_by_message_number(span: str, expected: list[int], capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    assert numbers(shown(capsys, "tea.txt", "--messages", span)) == expected


def test_what_is_left_out_between_excerpts_is_marked(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    assert shown(capsys, "tea.txt", "--messages", "1,5").count("\n    …\n") == 1


@pytest.mark.parametrize("span", ["", "-", "0", "four", "4-2", "1,,2", "1-2-3", "0-3", "9999999999999"])
def test_what_is_no_range_is_misuse_and_the_ways_to_write_one_are_shown(span: str, capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    assert main(["show", "tea.txt", f"--messages={span}"]) == 2
    assert "write 14, 14-20, 14-, -20, or several with commas between" in capsys.readouterr().err


def test_a_range_beyond_the_end_says_how_many_messages_there_are(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    assert main(["show", "tea.txt", "--messages", "8-"]) == 2
    assert capsys.readouterr().err == (
        "harness: no such message: they are numbered from 1 to 7\nhow to fix: such as --messages 2-\n"
    )


def test_reasoning_is_shown_where_it_is_asked_for(capsys: Captured) -> None:
    transcript(Path("tea.txt"), "Hello.", "<think>A greeting.\nReturn it.</think> Hello to you.")
    path = Path("tea.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("\\<think>", "<think>"), encoding="utf-8")
    assert "A greeting." not in shown(capsys, "tea.txt")
    assert " think   A greeting.\n         Return it.\n    2 B  Hello to you.\n" in shown(
        capsys, "tea.txt", "--reasoning"
    )


def test_an_empty_message_is_called_so(capsys: Captured) -> None:
    transcript(Path("tea.txt"), "Hello.", "", "Are you there?", " \n\n ")
    text = shown(capsys, "tea.txt")
    assert "    2 B  (empty)\n" in text
    assert "    4 B  (empty)\n" in text


def test_a_message_without_end_is_shown_all_the_same(capsys: Captured) -> None:
    transcript(Path("long.txt"), "Hello.", "tea " * 2_500_000, "茶" * 300_000, "Enough.")
    text = shown(capsys, "long.txt", "--no-pager")
    assert len(text) > 10_000_000
    assert numbers(text) == [1, 2, 3, 4]


def test_a_message_without_end_is_wrapped_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("long.txt"), "Hello.", "tea" * 50_000 + " 茶" * 5000, "Enough.")
    text = _COLOUR.sub("", shown_on_terminal(monkeypatch, "show", "long.txt", "--no-pager"))
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "tea" * 50_000 in re.sub(r"\s", "", text)


def test_long_lines_are_wrapped_under_the_text_by_the_columns_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("tea.txt"), "Hello.", "緑茶は春に摘まれます。" * 6)
    text = _COLOUR.sub("", shown_on_terminal(monkeypatch, "show", "tea.txt", "--no-pager"))
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("    2 B  "))
    assert cell_len(lines[at]) in {79, 80}
    assert lines[at + 1].startswith("         緑" if lines[at].endswith("。") else "         ")
    assert "".join(line[9:] for line in lines[at:]).startswith("緑茶は春に摘まれます。" * 6)


def test_speakers_and_the_loop_are_told_apart_by_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    text = shown_on_terminal(monkeypatch, "show", "end.txt", "--no-pager")
    assert "\x1b[36m   1 A  \x1b[0mHello." in text
    assert re.search(r"\x1b\[35m +2 B  \x1b\[0mHello\. Shall", text)
    assert "\x1b[33m┃" in text


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_are_left_out_where_they_are_not_wanted(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    assert "\x1b" not in shown_on_terminal(monkeypatch, "show", "end.txt", "--no-pager", **environment)


HOSTILE = (
    "[bold red]big[/] :smiley: \x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\ \u202egnp.exe \x9b2J \x07 \r\n"
)


def test_nothing_that_a_model_said_acts_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("odd.txt"), "Hello.", HOSTILE, f"<think>{HOSTILE}</think> x", model="\x1b[2Jm", system=HOSTILE)
    path = Path("odd.txt")
    path.write_bytes(path.read_bytes().replace(b"\\<think>", b"<think>"))
    text = shown_on_terminal(monkeypatch, "show", "odd.txt", "--reasoning", "--no-pager", COLUMNS="150")
    assert not set("\x07\x9b\u202e\r") & set(text)
    assert "\x1b" not in _COLOUR.sub("", text)
    assert text.count("[bold red]big[/] :smiley: \\x1b]8;;http://evil.example\\x1b\\click") == 3


def pager(path: Path) -> str:
    """Write a pager that notes what it is given, and return its command line."""
    path.write_text(
        f"#!{sys.executable}\nimport sys\nopen(sys.argv[1], 'w').write(sys.stdin.read())\n", encoding="utf-8"
    )
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"{path} 'what it got'"


def test_a_terminal_is_paged_by_the_person_s_pager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("tea.txt"))
    command = pager(tmp_path / "pager")
    assert shown_on_terminal(monkeypatch, "show", "tea.txt", PAGER=command) == ""
    paged = Path("what it got").read_text(encoding="utf-8")
    assert numbers(_COLOUR.sub("", paged)) == [1, 2, 3, 4, 5, 6, 7]
    assert "\x1b[36m" in paged


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--no-pager"], {}),
        ([], {"PAGER": ""}),
        ([], {"TERM": "dumb"}),
        ([], {"PAGER": "no-such-pager -x"}),
        ([], {"PAGER": "'"}),
    ],
)
def test_everything_is_written_at_once_where_no_pager_is_wanted(
    arguments: list[str], environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript(Path("tea.txt"))
    command = pager(tmp_path / "pager")
    shown = shown_on_terminal(monkeypatch, "show", "tea.txt", *arguments, **{"PAGER": command, **environment})
    assert TEA[-1].split()[-1] in shown
    assert not Path("what it got").exists()


def test_nothing_is_paged_in_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    monkeypatch.setenv("PAGER", pager(tmp_path / "pager"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert TEA[-1] in _COLOUR.sub("", shown(capsys, "tea.txt"))
    assert not Path("what it got").exists()


def test_a_pager_that_is_left_early_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("long.txt"), *["word " * 3000] * 60)
    leaves = tmp_path / "leaves"
    leaves.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    leaves.chmod(0o755)
    with on_terminal(monkeypatch, environment={"PAGER": str(leaves)}) as terminal:
        assert main(["show", "long.txt"]) == 0
    assert terminal.shown == ""
