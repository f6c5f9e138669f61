"""Whatever ends a recording run, what was said is there, and the next run goes on as if nothing had happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import killing
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import Fault, ProtocolServer

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES, TURNS = 20, 4
MESSAGES = SAMPLES * 2 * TURNS


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    with ProtocolServer(strict=True) as server:
        assert killing.record(server.url, folder, SAMPLES, TURNS) == []
        assert server.calls == MESSAGES
    return killing.recordings(folder)


def test_after_three_kills_the_recordings_are_those_of_an_undisturbed_run(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with ProtocolServer(strict=True, latency=0.01) as server:
        killing.kill_and_go_on(server, tmp_path, SAMPLES, TURNS, kills=3, seed=20)
        asked = killing.calls(server)

    assert killing.recordings(tmp_path) == undisturbed
    assert len(asked) == MESSAGES
    twice = [sum(count - 1 for (seed, _), count in asked.items() if seed == sample) for sample in range(1, SAMPLES + 1)]
    assert max(twice) <= 3  # of each dialogue at most the one message that was in flight at each kill
    assert server.calls == MESSAGES + sum(twice)


def test_a_full_disk_is_told_and_nothing_that_was_written_is_lost(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with ProtocolServer(strict=True) as server:
        with killing.start(server.url, tmp_path, SAMPLES, TURNS, file_size=1500) as process:
            output, _ = process.communicate()
        kept = [len(load_partial(path).dialogue) for path in Library(tmp_path).recordings()]
        assert len(kept) == SAMPLES
        assert all(1 < count < 2 * TURNS + 1 for count in kept)
        assert server.calls == sum(kept)  # of each dialogue the opener was not asked for, and one message is lost

        assert killing.record(server.url, tmp_path, SAMPLES, TURNS) == []
        assert server.calls == MESSAGES + SAMPLES
    assert killing.recordings(tmp_path) == undisturbed
    assert output.count("recording cannot be written\n") == SAMPLES
    assert "  problem: File too large\n" in output
    assert f"  kept: {kept[0]} messages in " in output


def test_of_two_processes_that_record_the_same_dialogue_one_does_it_and_the_other_reads_it(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    with ProtocolServer(strict=True, latency=0.01) as server:
        both = [killing.start(server.url, tmp_path, SAMPLES, TURNS) for _ in range(2)]
        for process in both:
            with process:
                assert process.wait() == 0

    assert server.calls == MESSAGES
    assert killing.recordings(tmp_path) == undisturbed


def test_one_that_waits_for_another_goes_on_where_that_one_died(undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    with ProtocolServer(strict=True, gather=MESSAGES) as server:
        first, second = (killing.start(server.url, tmp_path, SAMPLES, TURNS) for _ in range(2))
        with first, second:
            server.wait_for_calls(SAMPLES)
            first.kill()
            server.release()
            assert second.wait() == 0

    assert killing.recordings(tmp_path) == undisturbed
    assert MESSAGES <= server.calls <= MESSAGES + SAMPLES


def test_one_that_waits_for_another_asks_for_nothing_that_that_one_had_been_told(tmp_path: Path) -> None:
    with ProtocolServer(strict=True, faults={3: Fault("stall")}) as server:
        first = killing.start(server.url, tmp_path, 1, TURNS)
        with first:
            server.wait_for_calls(4)
            second = killing.start(server.url, tmp_path, 1, TURNS)
            with second:
                first.kill()
                assert second.wait() == 0

    assert server.calls == 2 * TURNS + 1
    assert sorted(killing.calls(server).values()) == [1] * (2 * TURNS - 1) + [2]
