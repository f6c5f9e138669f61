"""What a person sees, or a log says, where several processes hold the dialogues."""

from __future__ import annotations

import queue
import re
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import Message, Scenario, Speaker, Usage
from dialogue_harness.plugin.xdist import AllFigures, WatchedQueue, WorkerFigures
from dialogue_harness.report.display import PlainLines
from dialogue_harness.report.progress import Board, DialogueProgress, Figures, Pace, together
from dialogue_harness.run.prices import Prices
from dialogue_harness.testing.server import ProtocolServer
from terminals import on_terminal, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

MODEL = Speaker("lab:some/model")
TEA = Scenario("tea", a=MODEL, b=MODEL, turns=5)

SPEC = """
PERSON = Speaker("some/model")

@pytest.mark.scenario(Scenario("chat", a=PERSON, b=PERSON, turns=4), Scenario("talk", a=PERSON, b=PERSON, turns=4))
def test_it(dialogue):
    pass
"""


def talk(sample: int, **what: Any) -> DialogueProgress:
    return DialogueProgress("tea", "m", "m", sample, 11, **what)


def telling(board: Board, folder: Path, worker: str = "gw0", *, is_verbose: bool = False) -> WorkerFigures:
    return WorkerFigures(board, folder, worker, is_verbose=is_verbose)


@pytest.fixture
def board() -> Board:
    board = Board(Prices(["some/model = 1000 1000"]), clock=lambda: 1000.0)
    board.dialogue_queued(TEA, 1)
    return board


def say(board: Board, number: int, text: str = "Well.") -> None:
    board.message_done(TEA, 1, Message(number, TEA.side_at(number), text, usage=Usage(900, 100), attempts=1))


# --- the figures of several


def test_a_dialogue_that_several_processes_need_counts_once_as_the_one_says_that_is_furthest() -> None:
    one = Figures(
        dialogues=[talk(1, state="running", said=7, began=1.0), talk(2), talk(3, state="failed", said=2), talk(4)]
    )
    other = Figures(
        dialogues=[talk(1), talk(2, state="done", said=11), talk(3, state="running", said=3, began=2.0), talk(4)]
    )

    for parts in ((one, other), (other, one)):
        found = together(parts, 5.0)
        assert found.summary().startswith("1 of 4 dialogues done, 2 running, 1 waiting; ")
        assert found.share == (7 + 11 + 3) / 44


def test_what_was_said_and_taken_is_summed() -> None:
    parts = [
        Figures(messages=10, asked=9, retries=1, tokens=1000, cost=0.5),
        Figures(messages=20, asked=19, retries=2, tokens=3000, cost=1.0),
        Figures(),
    ]

    assert together(parts, 0.0).lines()[1] == "30 messages, 4,000 tokens, cost 1.50; 3 retries"


def test_a_cost_that_one_process_does_not_know_wholly_is_told_as_the_least() -> None:
    parts = [Figures(messages=1, tokens=10, cost=2.0), Figures(messages=1, tokens=10, has_unpriced=True)]

    assert together(parts, 0.0).lines()[1] == "2 messages, 20 tokens, cost at least 2.00"


def test_limits_are_those_of_all_processes_that_ask_the_server() -> None:
    slowed = Pace(window=3, most=25, rpm=15.0, tpm=22_500.0, held_until=120.0)
    parts = [Figures(servers={"lab": slowed}), Figures(servers={"lab": Pace(25, 25, 15.0, 22_500.0)})]

    assert together(parts, 100.0).lines()[2] == (
        "at most 28 at once, 30 requests a minute, 45,000 tokens a minute to lab; lab asked for a pause of 20 s"
    )


def test_the_time_left_is_that_of_what_all_have_said_until_now() -> None:
    parts = [
        Figures(asked=6, dialogues=[talk(1, state="running", said=6, began=10.0), talk(2)]),
        Figures(asked=6, dialogues=[talk(1), talk(2, state="running", said=6, began=10.0)]),
    ]

    assert together(parts, 22.0).left == "10 s left"  # two at once, each message takes two seconds


TALKS = st.builds(
    talk,
    st.integers(1, 5),
    state=st.sampled_from(("waiting", "failed", "running", "done")),
    said=st.integers(0, 11),
    began=st.none() | st.floats(0, 100),
)


@given(st.lists(st.lists(TALKS, unique_by=lambda talk: talk.key), max_size=4))
def test_whatever_processes_say_all_dialogues_are_there_once_and_the_share_is_one(
    heard: list[list[DialogueProgress]],
) -> None:
    found = together([Figures(dialogues=talks) for talks in heard], 100.0)

    assert {talk.key for talk in found.dialogues} == {talk.key for talks in heard for talk in talks}
    assert len({talk.key for talk in found.dialogues}) == len(found.dialogues)
    assert 0 <= found.share <= 1


# --- what a worker tells


def test_the_controller_hears_what_a_worker_tells(board: Board, tmp_path: Path) -> None:
    board.dialogue_started(TEA, 1, 0)
    board.server_met("lab", 8, 60.0, None)
    say(board, 1)
    telling(board, tmp_path).write()
    telling(Board(Prices()), tmp_path, "gw1").write()

    assert AllFigures(tmp_path).figures().lines() == [
        "0 of 1 dialogue done, 1 running, 0 waiting",
        "1 message, 1,000 tokens, cost 1.00",
        "at most 60 requests a minute to lab",
    ]


@pytest.mark.parametrize(
    ("is_verbose", "line"), [(True, "tea 1: 2 of 11 B: \\ud800\\x1b[2J"), (False, "tea 1: 2 of 11")]
)
def test_what_was_said_last_is_told_where_it_is_shown_and_only_there(
    is_verbose: bool,  # noqa: FBT001 -- a case of the table
    line: str,
    board: Board,
    tmp_path: Path,
) -> None:
    board.dialogue_started(TEA, 1, 0)
    say(board, 2, "\ud800\x1b[2J")
    telling(board, tmp_path, is_verbose=is_verbose).write()

    assert AllFigures(tmp_path).figures().last_lines(60) == [line]


def test_a_scenario_of_any_name_can_be_told(tmp_path: Path) -> None:
    board = Board(Prices())
    board.dialogue_queued(Scenario("\ud800 caf\u00e9\x00", a=MODEL, b=MODEL), 1)
    telling(board, tmp_path).write()

    assert [talk.scenario for talk in AllFigures(tmp_path).figures().dialogues] == ["\\ud800 caf\u00e9\\x00"]


def test_a_key_that_a_model_repeats_is_not_written(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_API_KEY", "planted-8f2b61c0d9e7")
    board.dialogue_started(TEA, 1, 0)
    say(board, 2, "It is planted-8f2b61c0d9e7.")
    telling(board, tmp_path, is_verbose=True).write()

    assert AllFigures(tmp_path).figures().last_lines(60) == ["tea 1: 2 of 11 B: It is [secret]."]


def test_what_has_not_changed_is_not_written_again(board: Board, tmp_path: Path) -> None:
    one = telling(board, tmp_path)
    one.write()
    (path,) = (tmp_path / ".progress").iterdir()
    path.unlink()
    one.write()
    assert not path.exists()
    board.dialogue_started(TEA, 1, 0)
    one.write()
    assert path.exists()


def test_a_disk_that_does_not_take_the_figures_disturbs_nobody(board: Board, tmp_path: Path) -> None:
    tmp_path.joinpath(".progress").write_text("in the way")
    telling(board, tmp_path).write()

    assert not AllFigures(tmp_path).is_live


def test_a_worker_that_waits_returns_the_result_and_tells_meanwhile(board: Board, tmp_path: Path) -> None:
    held: Future[str] = Future()
    held.set_result("there it is")
    one = telling(board, tmp_path)

    assert one.wait(held) == one.wait(held) == "there it is"


def test_a_folder_that_is_not_there_tells_of_nothing(tmp_path: Path) -> None:
    assert not AllFigures(tmp_path / "none").is_live
    assert AllFigures(tmp_path / "none").figures().share == 0.0


# --- what the controller shows


class Said(queue.Queue[str]):
    """A queue from which one thing after the other comes, and nothing for a while where that is ``None``."""

    def __init__(self, *said: str | None) -> None:
        super().__init__()
        self._said = iter(said)

    def get(self, block: bool = True, timeout: float | None = None) -> str:  # noqa: FBT001, FBT002 -- as queues do
        del block, timeout
        one = next(self._said, None)
        if one is None:
            raise queue.Empty
        return one


def attentive(folder: Path, *said: str | None) -> tuple[WatchedQueue, list[str]]:
    """Return a queue that shows how far the dialogues are, and what it shows; at each look 40 seconds have passed."""
    written: list[str] = []
    times = map(float, range(0, 10_000, 40))
    lines = PlainLines(AllFigures(folder), written.append, clock=lambda: next(times))
    return WatchedQueue(Said(*said), lines, AllFigures(folder)), written


def test_the_controller_tells_how_far_all_are_while_no_worker_says_anything(board: Board, tmp_path: Path) -> None:
    telling(board, tmp_path).write()
    watched, written = attentive(tmp_path, "at once", None, None, "later")

    assert watched.get(timeout=2.0) == "at once"
    assert written == []
    assert watched.get(timeout=2.0) == "later"
    assert written == ["harness: 0 of 1 dialogue done, 0 running, 1 waiting; 0 messages"]


def test_where_nothing_is_live_the_queue_is_as_it_was(tmp_path: Path) -> None:
    watched, written = attentive(tmp_path, None, "done")

    with pytest.raises(queue.Empty):
        watched.get(timeout=2.0)
    assert watched.get(timeout=2.0) == "done"
    assert watched.qsize() == 0
    assert written == []


def test_when_all_is_said_nothing_is_shown_any_more(board: Board, tmp_path: Path) -> None:
    telling(board, tmp_path).write()
    gathered = AllFigures(tmp_path)
    assert gathered.is_live
    board.dialogue_started(TEA, 1, 0)
    telling(board, tmp_path).write()
    assert gathered.is_live
    board.dialogue_failed(TEA, 1, ValueError())  # type: ignore[arg-type]  # whatever it was
    telling(board, tmp_path).write()
    assert not gathered.is_live


# --- pytest


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, spec: Spec) -> Iterator[ProtocolServer]:
    """Return a server with which a dialogue of eight calls takes two thirds of a second."""
    spec(SPEC)
    with ProtocolServer(latency=0.08) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def test_on_a_terminal_the_controller_shows_what_the_workers_do(
    pytester: pytest.Pytester, slow: ProtocolServer
) -> None:
    watched = on_terminal(pytester, "--harness-record=all", "-n", "2")
    left = screen(watched)

    assert "0 of 2 dialogues done, 2 running, 0 waiting" in watched
    assert re.search(r"━.* \d+ %", watched)
    assert watched.count("\x1b[?25l") == watched.count("\x1b[?25h") >= 1
    assert not [line for line in left if "━" in line or "running" in line or "%, " in line]
    assert [line for line in left if re.fullmatch(r"\.\. +\[100%\]", line)]
    assert len(slow.requests) == 16


def test_a_log_of_several_processes_has_lines_with_the_figures_of_all(
    run: Run, slow: ProtocolServer, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester
) -> None:
    monkeypatch.setattr("dialogue_harness.report.display.EVERY", 0.2)
    result = run("--harness-record=all", "-n", "2")

    result.assert_outcomes(passed=2)
    told = r"harness: 0 of 2 dialogues done, 2 running, 0 waiting; \d+ messages, [\d,]+ tokens(; \d+ s left)?$"
    result.stdout.re_match_lines([told, r"\.\. +\[100%\]$"])
    assert len(slow.requests) == 16
    assert not list(pytester.path.glob("fixtures/.harness/runs/*"))


def test_a_replay_by_several_processes_tells_nothing(
    pytester: pytest.Pytester, recorded: Callable[[str], None]
) -> None:
    recorded("@pytest.mark.scenario(TEA)\ndef test_it(dialogue):\n    pass\n")
    seen: list[type] = []

    class Looking:
        def pytest_testnodedown(self, node: Any) -> None:
            seen.append(type(node.config.pluginmanager.get_plugin("dsession").queue))

    pytester.runpytest_inprocess("-n", "1", "-p", "no:randomly", plugins=[Looking()]).assert_outcomes(passed=1)
    assert seen == [queue.Queue]
