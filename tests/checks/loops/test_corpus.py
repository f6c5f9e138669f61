from __future__ import annotations

import re

import pytest

from dialogue_harness.checks.loops.detector import find_termination_loop, no_termination_loop
from dialogue_harness.dialogue import Dialogue
from places import SEEDS

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared holds the real dialogues, and is not here")


def seed(at: int) -> Dialogue:
    body = sorted(SEEDS.glob("*.txt"))[at].read_text(encoding="utf-8").partition("## Conversation\n\n")[2]
    return Dialogue.from_texts(re.split(r"(?:^|\n\n)Model [AB]: ", body)[1:])


@pytest.mark.parametrize(("at", "first", "last"), [(0, 18, 24), (1, 14, 17)])
def test_the_onset_of_a_seed_is_where_two_readers_saw_it(at: int, first: int, last: int) -> None:
    loop = find_termination_loop(seed(at))
    assert loop is not None
    assert first <= loop.onset <= last
    assert loop.known_at <= loop.onset + 8


@pytest.mark.parametrize("at", [0, 1])
def test_a_seed_fails_the_check_to_its_end(at: int) -> None:
    verdict = no_termination_loop(seed(at), past=3)
    assert not verdict
    assert verdict.score is not None
    assert verdict.score >= 40


@pytest.mark.parametrize("at", [0, 1])
def test_the_conversation_before_the_onset_passes(at: int) -> None:
    assert no_termination_loop(seed(at)[:14], past=3)
