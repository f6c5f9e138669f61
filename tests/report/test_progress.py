"""What a person sees who waits for dialogues, and what a log says."""

from __future__ import annotations

import re
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness import Ending, Message, Scenario, Speaker, Usage
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import BudgetSpent, ServerBusy
from dialogue_harness.plugin.progress import display
from dialogue_harness.report.display import OnTerminal, PlainLines, Silent, drawn, in_flight
from dialogue_harness.report.progress import Board
from dialogue_harness.run.obtain import Obtained
from dialogue_harness.run.prices import Prices
from dialogue_harness.testing.server import ProtocolServer
from terminals import on_terminal, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

MODEL = Speaker("lab:some/model")
TEA = Scenario("tea", a=MODEL, b=MODEL, turns=5)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock) -> Board:
    return Board(Prices(["some/model = 1000 1000"]), clock=clock)


def say(board: Board, number: int, text: str = "Well.", *, sample: int = 1) -> None:
    message = Message(number, TEA.side_at(number), text, usage=Usage(900, 100), attempts=1)
    board.message_done(TEA, sample, message)


# --- the board


def test_the_line_says_what_is_done_what_runs_and_what_waits(board: Board, clock: Clock) -> None:
    for sample in (1, 2, 3, 4):
        board.dialogue_queued(TEA, sample)
    for sample in (1, 2, 3):
        board.dialogue_started(TEA, sample, 0)
    assert board.figures().summary() == "0 of 4 dialogues done, 3 running, 1 waiting; 0 messages"

    for number in range(1, 12):
        say(board, number)
    board.dialogue_done(Obtained(Dialogue(TEA, (), Ending("turns")), "recorded"))
    board.dialogue_failed(TEA, 2, BudgetSpent("spent"))
    board.retrying(TEA, 3, ServerBusy("busy"), 1.0)
    board.server_met("lab", 100, None, None)
    board.limit_changed("lab", 12)
    clock.now += 11

    assert board.figures().summary() == (
        "1 of 4 dialogues done, 1 running, 1 waiting, 1 failed; 11 messages, 11,000 tokens, cost 11.00; 1 retry; "
        "at most 12 at once to lab; 22 s left"
    )


def test_what_was_recorded_before_is_not_waited_for(board: Board, clock: Clock) -> None:
    board.dialogue_queued(TEA, 1)
    board.dialogue_started(TEA, 1, 8)
    clock.now += 5
    say(board, 9)

    assert board.figures().summary().endswith("; 1 message, 1,000 tokens, cost 1.00; 10 s left")


def test_a_dialogue_that_another_process_recorded_is_done_without_having_started(board: Board) -> None:
    board.dialogue_queued(TEA, 1)
    board.dialogue_done(Obtained(Dialogue(TEA, ()), "replayed"))

    assert board.figures().summary() == "1 of 1 dialogue done, 0 running, 0 waiting; 0 messages"


def test_the_last_line_of_each_dialogue_that_runs_is_safe_to_print(board: Board) -> None:
    for sample in (1, 2, 3):
        board.dialogue_queued(TEA, sample)
    for sample in (1, 2):
        board.dialogue_started(TEA, sample, 0)
    say(board, 4, "Look:\n\x1b[2J\u202e" + "x" * 1_000_000)
    lines = board.figures(with_last=True).last_lines(40)

    assert lines == ["tea 1: 4 of 11 B: Look: \\x1b[2J\\u202exx…", "tea 2: 0 of 11"]


def test_what_is_left_takes_no_less_than_the_longest_dialogue(board: Board, clock: Clock) -> None:
    for sample in range(1, 11):
        board.dialogue_started(TEA, sample, 0)
    clock.now += 4
    for sample in range(1, 11):
        for number in (1, 2):
            say(board, number, sample=sample)
        if sample > 1:
            board.dialogue_failed(TEA, sample, BudgetSpent("spent"))

    assert board.figures().left == "18 s left"  # 9 messages of 2 seconds each, one after the other


def test_before_each_pair_has_spoken_nobody_knows_how_long_it_takes(board: Board, clock: Clock) -> None:
    for sample in (1, 2):
        board.dialogue_started(TEA, sample, 0)
    clock.now += 4
    say(board, 1)
    assert board.figures().left is None
    say(board, 1, sample=2)
    assert board.figures().left is not None


def test_a_dialogue_that_ended_early_leaves_nothing_to_be_said(board: Board) -> None:
    assert board.figures().share == 0.0
    for sample in (1, 2):
        board.dialogue_started(TEA, sample, 0)
    said = tuple(Message(number, TEA.side_at(number), "Well.") for number in (1, 2, 3))
    board.dialogue_done(Obtained(Dialogue(TEA, said, Ending("empty", by="A")), "recorded"))
    assert board.figures().share == 3 / 14


@pytest.mark.parametrize(("width", "height"), [(80, 24), (20, 10), (200, 5), (1, 1)])
def test_the_display_fits_the_terminal(width: int, height: int, board: Board, clock: Clock) -> None:
    from rich.console import Console  # noqa: PLC0415 -- which only this test draws on

    for sample in range(1, 41):
        board.dialogue_started(TEA, sample, 0)
    clock.now += 4
    for sample in range(1, 41):
        say(board, 1, "a" * 300, sample=sample)
    console = Console(width=width, height=height, force_terminal=True, color_system=None, legacy_windows=False)
    lines = console.render_lines(drawn(board.figures(with_last=True), console, is_verbose=True), pad=False)

    assert len(lines) <= max(3, height - 3)
    assert all(sum(piece.cell_length for piece in line) <= width for line in lines)
    if height == 24:
        assert lines[-1][0].text == "… and 23 more"


# --- plain lines


def waited(clock: Clock, board: Board, *seconds: float) -> list[str]:
    """Return the lines that a log gets in waits that take so many seconds each."""
    written: list[str] = []
    lines = PlainLines(board, written.append, clock=clock)
    for lasts in seconds:
        until = clock.now + lasts

        def is_over(patience: float, until: float = until) -> bool:
            clock.now = min(clock.now + patience, until)
            return clock.now >= until

        lines.until(is_over)
    return written


@pytest.mark.parametrize(
    ("seconds", "lines"),
    [((95,), 3), ((29,), 0), ((20, 20), 1)],
    ids=["every 30 seconds", "not before 30 seconds", "and on across waits"],
)
def test_a_log_gets_a_line(seconds: tuple[float, ...], lines: int, clock: Clock, board: Board) -> None:
    line = "harness: 0 of 0 dialogues done, 0 running, 0 waiting; 0 messages"
    assert waited(clock, board, *seconds) == [line] * lines


@pytest.mark.parametrize("shown", [Silent(), PlainLines(Board(Prices()), print)])
def test_waiting_returns_the_result_or_raises_the_error_of_the_dialogue(shown: Silent) -> None:
    done: Future[str] = Future()
    done.set_result("there it is")
    failed: Future[str] = Future()
    failed.set_exception(ServerBusy("busy"))

    assert shown.wait(done) == "there it is"
    with pytest.raises(ServerBusy):
        shown.wait(failed)


@pytest.mark.parametrize(("count", "what"), [(None, "messages"), (1, "the message"), (2, "2 messages")])
def test_the_text_while_messages_are_in_flight_fits_a_terminal(count: int | None, what: str) -> None:
    assert in_flight(count) == f"waiting for {what} in flight, already paid for (Ctrl-C: stop now)"
    assert len(f"harness: {in_flight(count)}") <= 80


# --- pytest

SPEC = """
PERSON = Speaker("some/model")

def test_before():
    pass

@pytest.mark.scenario(Scenario("chat", a=PERSON, b=PERSON, turns=4), samples=2)
def test_it(dialogue, capsys):
    print("captured")
    assert capsys.readouterr().out == "captured" + chr(10)

def test_after():
    pass
"""


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, spec: Spec) -> Iterator[ProtocolServer]:
    """Return a server with which a dialogue of eight calls takes half a second."""
    spec(SPEC)
    with ProtocolServer(latency=0.06) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.mark.usefixtures("slow")
def test_on_a_terminal_the_display_comes_and_goes_and_leaves_what_pytest_says(pytester: pytest.Pytester) -> None:
    watched = on_terminal(pytester, "--harness-live")
    left = screen(watched)

    assert "0 of 2 dialogues done, 2 running, 0 waiting" in watched
    assert re.search(r"━.* \d+ %, \d+ s left", watched)
    assert watched.count("\x1b[?25l") == watched.count("\x1b[?25h") == 1  # the cursor is hidden once, and shown again
    assert not [line for line in left if "━" in line or "running" in line or "%, " in line]
    (place,) = [number for number, line in enumerate(left) if line.startswith("test_tea.py")]
    assert re.fullmatch(r"test_tea.py \.\.\. +\[100%\]", left[place])
    assert [line[:9] for line in left[place - 2 : place + 3]] == ["collected", "", "test_tea.", "", "========="]


def test_with_v_each_dialogue_shows_its_last_line_and_nothing_has_colour_where_none_is_wanted(
    pytester: pytest.Pytester, slow: ProtocolServer
) -> None:
    slow.answer = lambda *_: "Look \x1b[2J here"
    watched = on_terminal(pytester, "--harness-live", "-v", NO_COLOR="1")

    assert re.search(r"chat 2: \d+ of 9 +[AB]: Look \\x1b\[2J here", watched)
    assert "\x1b[2J" not in watched
    assert not re.search(r"\x1b\[[0-9;]*m", re.sub(r"\x1b\[[02]m", "", watched))  # dim is no colour
    (shown,) = [line for line in screen(watched) if "::test_it" in line]
    assert re.fullmatch(r"test_tea.py::test_it PASSED +\[ 66%\]", shown)


@pytest.mark.usefixtures("slow")
def test_a_log_of_pytest_gets_lines_of_their_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialogue_harness.report.display.EVERY", 0.2)
    result = run("--harness-live")

    result.assert_outcomes(passed=3)
    told = r"harness: 0 of 2 dialogues done, 2 running, 0 waiting; \d+ messages, [\d,]+ tokens; \d+ s left$"
    result.stdout.re_match_lines([r"test_tea.py \.$", told, r"test_tea.py \.\.\. +\[100%\]$"])


@pytest.mark.parametrize(
    ("arguments", "environment", "is_terminal", "kind"),
    [
        ([], {}, True, OnTerminal),
        (["-v"], {}, True, OnTerminal),
        ([], {}, False, PlainLines),
        ([], {"CI": "true"}, True, PlainLines),
        ([], {"TERM": "dumb"}, True, PlainLines),
        (["-q"], {}, True, Silent),
        (["-p", "no:terminal"], {}, True, Silent),
    ],
)
def test_what_is_shown_fits_the_run(
    arguments: list[str],
    environment: dict[str, str],
    is_terminal: bool,  # noqa: FBT001 -- a case of the table
    kind: type,
    board: Board,
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    for name, value in {"TERM": "xterm", **environment}.items():
        monkeypatch.setenv(name, value)
    # That plugin collects all garbage when a run ends, which takes a while and finds nothing here.
    config = pytester.parseconfigure("-p", "no:unraisableexception", *arguments)
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.isatty = is_terminal

    assert type(display(config, board)) is kind


def test_a_replay_shows_nothing_of_it_and_loads_nothing_for_it(
    pytester: pytest.Pytester, recorded: Callable[[str], None]
) -> None:
    recorded(
        """
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    import sys
    assert not {"rich", "openai"} & {name.partition(".")[0] for name in sys.modules}
"""
    )
    watched = on_terminal(pytester)

    assert "1 passed" in watched
    assert "dialogues done" not in watched
