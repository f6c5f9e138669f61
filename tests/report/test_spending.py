"""What models took, in words."""

from __future__ import annotations

import pytest

from dialogue_harness.dialogue import Usage
from dialogue_harness.report.spending import Spending, spent, summed, told

USAGE = Usage(input=900, output=100)


@pytest.mark.parametrize(
    ("spendings", "words"),
    [
        ([], []),
        ([Spending("A", "m", Usage(), calls=1)], ["1 call to models"]),
        ([Spending("A", "m", USAGE, calls=1200)], ["1,200 calls to models", "spent 1,000 tokens"]),
        (
            [Spending("A", "m", USAGE, 0.5, 3), Spending("B", "n", USAGE, None, 2)],
            ["5 calls to models", "spent 2,000 tokens, cost at least 0.5"],
        ),
        (
            [Spending("A", "m", USAGE, 0.5, 3), Spending("B", "uncounted", Usage(), None, 2)],
            ["5 calls to models", "spent 1,000 tokens, cost 0.5"],
        ),
    ],
    ids=["nothing", "uncounted", "no price", "one price", "one uncounted"],
)
def test_calls_tokens_and_cost_are_told_as_far_as_they_are_known(spendings: list[Spending], words: list[str]) -> None:
    assert spent(spendings) == words


def test_what_nobody_counted_is_not_told() -> None:
    assert told([Spending("A", "m", Usage(), calls=3)]) is None


def test_processes_are_summed_and_one_that_counted_nothing_takes_no_price_away() -> None:
    parts = [Spending("A", "m", Usage(), None, 2), Spending("A", "m", USAGE, 0.5, 3), Spending("A", "m", USAGE, 0.5, 1)]
    assert summed(parts) == [Spending("A", "m", Usage(input=1800, output=200), 1.0, 6)]


def test_a_model_without_a_price_has_none_in_the_sum() -> None:
    assert summed([Spending("A", "m", USAGE, None, 1)] * 2) == [Spending("A", "m", USAGE + USAGE, None, 2)]
