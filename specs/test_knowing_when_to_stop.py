"""A pair must know when it is done: what one end token changes.

Both scenarios are the same but for the offer to hang up. Without it, the pair says everything it has to say in
about nine turns, concludes politely, and then cannot stop; the strict `xfail` keeps that on record. With it, the
pair hangs up.
"""

import pytest

from dialogue_harness import Dialogue, Scenario, Speaker, checks

GARDENER = Speaker("builtin:eliza", system="Discuss gardening. Stay on topic.")

LEFT_ALONE = Scenario("left-alone", a=GARDENER, b=GARDENER, turns=30)
FREE_TO_GO = Scenario("free-to-go", a=GARDENER, b=GARDENER, turns=30, end_token="[END]")


@pytest.mark.xfail(strict=True, reason="nothing tells this pair how to stop: it thanks and wishes well to the end")
@pytest.mark.scenario(LEFT_ALONE, samples=3)
def test_left_alone_it_cannot_stop(dialogue: Dialogue) -> None:
    assert checks.no_termination_loop(dialogue, past=3)


@pytest.mark.scenario(FREE_TO_GO, samples=3)
def test_free_to_go_it_hangs_up(dialogue: Dialogue) -> None:
    assert checks.hangs_up(dialogue)
    assert checks.no_termination_loop(dialogue, past=3)


@pytest.mark.scenario(FREE_TO_GO, samples=3)
def test_it_does_not_leave_before_something_was_said(dialogue: Dialogue) -> None:
    assert dialogue.turns >= 5
