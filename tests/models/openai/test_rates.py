from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.models.openai.errors import ServedModel
from dialogue_harness.models.openai.rates import hold
from dialogue_harness.models.openai.reply import whole
from dialogue_harness.testing.server import Fault, ProtocolServer
from openai_asking import failure


def left(requests: str | None = None, reset: str | None = None, of: str = "-requests") -> dict[str, str]:
    named = {f"x-ratelimit-remaining{of}": requests, f"x-ratelimit-reset{of}": reset}
    return {name: value for name, value in named.items() if value is not None}


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [("1s", 1), ("17ms", 0.017), ("6m0s", 360), ("2m59.56s", 179.56), ("1h2m3s", 3723), ("57", 57), ("0.5", 0.5)],
)
def test_a_limit_that_is_used_up_holds_until_it_is_renewed(reset: str, seconds: float) -> None:
    assert hold(left("0", reset)) == pytest.approx(seconds)


def test_a_limit_of_which_something_is_left_holds_nobody() -> None:
    assert hold(left("1", "60s")) is None


def test_of_two_limits_that_are_used_up_the_last_to_be_renewed_counts() -> None:
    headers = {**left("0", "2s"), **left("0", "40s", of="-tokens"), **left("9", "90s", of="")}

    assert hold(headers) == 40


@pytest.mark.parametrize("factor", [1, 1000], ids=["in seconds", "in milliseconds"])
def test_a_point_in_time_is_compared_with_the_clock(factor: int) -> None:
    at = (time.time() + 500) * factor

    assert hold(left("0", str(at), of="")) == pytest.approx(500, abs=30)


@pytest.mark.parametrize("reset", [None, "", "soon", "nan", "inf", "s", "1s!", "1e400"])
def test_a_time_that_cannot_be_read_holds_nobody(reset: str | None) -> None:
    assert hold(left("0", reset)) is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_server_sends_is_no_time_or_one_from_now_on(remaining: str, reset: str) -> None:
    seconds = hold(left(remaining, reset))

    assert seconds is None or seconds >= 0


def test_a_reply_carries_what_its_headers_say() -> None:
    server, body = (
        ServedModel("gemma", "http://127.0.0.1:8000/v1", None),
        b'{"choices": [{"message": {"content": "Hi."}}]}',
    )

    assert whole(server, body, left("0", "7s")).hold == 7
    assert whole(server, body, {}).hold is None


def test_a_refusal_waits_until_the_limit_is_renewed_where_the_server_asks_for_nothing_else() -> None:
    fault = Fault.http(429, "Slow down.", x_ratelimit_remaining_tokens="0", x_ratelimit_reset_tokens="8s")
    with ProtocolServer(faults=[fault]) as server:
        error = failure(server)

    assert (error.retry_after, error.overloaded) == (8, True)


@pytest.mark.parametrize(("status", "overloaded"), [(429, True), (503, True), (529, True), (500, False), (408, False)])
def test_some_refusals_say_that_the_server_is_asked_too_much(status: int, *, overloaded: bool) -> None:
    with ProtocolServer(faults=[Fault.http(status)]) as server:
        assert failure(server).overloaded is overloaded
