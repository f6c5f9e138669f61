from __future__ import annotations

import pytest

from dialogue_harness.checks.loops.detector import find_termination_loop, no_termination_loop
from dialogue_harness.dialogue import Dialogue
from loop_cases import HEALTHY, LOOPS, Case


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", LOOPS, ids=named)
def test_a_loop_is_found_where_it_begins(case: Case) -> None:
    loop = find_termination_loop(Dialogue.from_texts(case.texts))
    assert loop is not None
    assert case.onset is not None
    assert case.onset[0] <= loop.onset <= case.onset[1]


@pytest.mark.parametrize("case", HEALTHY, ids=named)
def test_what_only_looks_like_a_loop_is_none(case: Case) -> None:
    dialogue = Dialogue.from_texts(case.texts)
    assert find_termination_loop(dialogue) is None
    assert no_termination_loop(dialogue)


@pytest.mark.parametrize("case", LOOPS, ids=named)
def test_the_beginning_of_a_looping_dialogue_has_no_loop(case: Case) -> None:
    assert case.onset is not None
    assert find_termination_loop(Dialogue.from_texts(case.texts[: max(case.onset[0] + 1, 1)])) is None
