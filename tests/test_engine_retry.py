from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Scenario, Speaker
from harness.engine.retry import Retry, ask
from harness.engine.views import view
from harness.errors import ModelError, RequestRejected, ServerBusy, ServerUnreachable
from harness.models.protocol import OnDelta, Reply, View

VIEW = view(Scenario("talk", a=Speaker("m"), b=Speaker("m")), ())
AT_ONCE = Retry(attempts=4, first=0)


class Failing:
    """A model that raises these errors, one after the other, and then answers."""

    def __init__(self, *errors: ModelError) -> None:
        self._errors = list(errors)
        self.asked = 0

    async def reply(self, view: View, *, on_delta: OnDelta | None = None) -> Reply:
        del view, on_delta
        self.asked += 1
        if self._errors:
            raise self._errors.pop(0)
        return Reply("at last")

    async def aclose(self) -> None:
        pass


def test_a_failure_that_may_pass_is_asked_again_and_counted() -> None:
    model = Failing(ServerBusy("busy"), ServerUnreachable("gone"))
    reply = asyncio.run(ask(model, VIEW, retry=AT_ONCE))

    assert reply == Reply("at last", attempts=3)


def test_a_failure_that_cannot_pass_is_not_asked_again() -> None:
    model = Failing(RequestRejected("no such model"))

    with pytest.raises(RequestRejected) as caught:
        asyncio.run(ask(model, VIEW, retry=AT_ONCE))
    assert (model.asked, caught.value.attempts) == (1, 1)


def test_it_gives_up_after_so_many_attempts_and_says_how_many() -> None:
    model = Failing(*(ServerBusy("busy") for _ in range(9)))

    with pytest.raises(ServerBusy) as caught:
        asyncio.run(ask(model, VIEW, retry=AT_ONCE))
    assert (model.asked, caught.value.attempts) == (4, 4)


def test_it_gives_up_where_the_server_asks_for_more_time_than_there_is() -> None:
    error = ServerBusy("come back tomorrow")
    error.retry_after = 86_400.0
    model = Failing(error)

    with pytest.raises(ServerBusy):
        asyncio.run(ask(model, VIEW, retry=Retry(attempts=4, total=60.0)))
    assert model.asked == 1


@given(failures=st.integers(1, 50), asked=st.none() | st.floats(0, 100))
def test_a_wait_is_at_least_what_the_server_asked_for_and_at_most_the_bound_more(
    failures: int, asked: float | None
) -> None:
    retry = Retry(first=0.5, longest=8.0)
    bound = min(0.5 * 2 ** (failures - 1), 8.0)

    assert (asked or 0) <= retry.wait(failures, asked) <= (asked or 0) + bound
