from __future__ import annotations

from typing import TYPE_CHECKING

import soaking
from dialogue_harness import Ending, read_recording
from dialogue_harness.storage.library import Library
from dialogue_harness.testing.server import ProtocolServer

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DIALOGUES, TURNS = 60, 20


def test_a_server_that_fails_in_every_way_costs_calls_and_nothing_else(tmp_path: Path) -> None:
    with soaking.faulty_server() as server:
        dialogues = soaking.soak(server.url, tmp_path, DIALOGUES, TURNS)

    assert len(dialogues) == DIALOGUES
    assert all(dialogue.ending == Ending("turns") for dialogue in dialogues)
    assert all([m.number for m in dialogue] == list(range(1, 2 * TURNS + 2)) for dialogue in dialogues)
    assert [read_recording(path).texts for path in Library(tmp_path).recordings()] == [d.texts for d in dialogues]
    assert soaking.received_views(server) == soaking.expected_views(dialogues)
    assert server.calls == sum(message.attempts for dialogue in dialogues for message in dialogue)
    assert server.calls > DIALOGUES * 2 * TURNS * 1.1


SPEC = """
import pytest
from dialogue_harness import Scenario, Speaker

SPEAKER = Speaker("some/model")
TALK = Scenario("talk", a=SPEAKER, b=SPEAKER, turns=4)
OTHER = Scenario("other", a=SPEAKER, b=SPEAKER, turns=2)

@pytest.mark.scenario(TALK, OTHER, samples=6)
def test_one(dialogue):
    assert dialogue

@pytest.mark.scenario(TALK, samples=6)
def test_two(dialogue):
    assert dialogue

@pytest.mark.scenario(OTHER, samples=3)
def test_three(dialogue):
    assert dialogue
"""


def test_four_workers_that_record_everything_anew_run_each_dialogue_once(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(SPEC)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with ProtocolServer(latency=0.005) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        for run in (1, 2):
            arguments = ("-n", "4", "-p", "no:randomly", "--harness-record=all")
            result = pytester.runpytest_subprocess(*arguments)

            result.assert_outcomes(passed=4)
            result.stdout.fnmatch_lines(["12 dialogues: * calls to models; *"])
            assert server.calls == run * 6 * (8 + 4)
