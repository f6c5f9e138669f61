from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.gate.proportion import Decision


@pytest.mark.parametrize(("passed", "total", "required"), [(4, 5, 0.8), (5, 5, 1.0), (0, 3, 0.0), (7, 10, 0.7)])
def test_a_share_equal_to_what_is_required_passes(passed: int, total: int, required: float) -> None:
    assert Decision(passed, total, required)


@pytest.mark.parametrize(("passed", "total", "required"), [(3, 5, 0.8), (4, 5, 1.0), (0, 1, 0.01), (6, 10, 0.7)])
def test_a_smaller_share_fails(passed: int, total: int, required: float) -> None:
    assert not Decision(passed, total, required)


def test_a_decision_says_what_passed_and_what_was_required() -> None:
    assert str(Decision(3, 5, 0.8)) == "3 of 5 samples passed (60%), 80% required"


def test_a_decision_over_nothing_says_so() -> None:
    assert str(Decision(0, 0, 1.0)) == "no sample was judged"


@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.integers(0, n), st.just(n))))
def test_a_share_passes_exactly_where_no_fewer_pass_than_the_fraction_asks_for(counts: tuple[int, int, int]) -> None:
    passed, needed, total = counts

    assert bool(Decision(passed, total, needed / total)) == (passed >= needed)
