from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import Message, Scenario, Speaker, Usage
from dialogue_harness.engine.context import context
from dialogue_harness.engine.events import Observer
from dialogue_harness.engine.limits import LONGEST_HOLD, Bucket, Limited, Limiter, Limiters
from dialogue_harness.engine.retry import Retry, ask
from dialogue_harness.errors import ModelError, ServerBusy
from dialogue_harness.models.registry import Context, Endpoint, Reply
from dialogue_harness.models.scripted import ScriptedModel
from virtual_time import now, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from dialogue_harness.models.protocol import OnDelta

#: A context of a hundred tokens, at four characters a token.
VIEW = context(Scenario("talk", a=Speaker("m"), b=Speaker("m")), [Message(1, "A", "x" * 400)])


def busy(retry_after: float | None = None, *, overloaded: bool = True) -> ServerBusy:
    error = ServerBusy("too many requests")
    error.retry_after, error.overloaded = retry_after, overloaded
    return error


class Told(Observer):
    """Notes what it is told of servers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, object]] = []

    def limit_changed(self, endpoint: str, window: int) -> None:
        self.events.append((endpoint, window))

    def server_met(self, endpoint: str, window: int, rpm: float | None, tpm: float | None) -> None:
        self.events.append((endpoint, (window, rpm, tpm)))

    def server_held(self, endpoint: str, seconds: float) -> None:
        self.events.append((endpoint, f"held {seconds:g} s"))


class Server:
    """A model behind a server that takes a while, and may refuse what it is asked."""

    def __init__(self, takes: float = 1.0, answer: Callable[[int], Reply | ModelError] | None = None) -> None:
        self.takes = takes
        self.began: list[float] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._answer = answer or (lambda _: Reply("x"))

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del context, on_delta
        number = len(self.began)
        self.began.append(round(now(), 3))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(self.takes)
        self.in_flight -= 1
        answer = self._answer(number)
        if isinstance(answer, ModelError):
            raise answer
        return answer

    async def aclose(self) -> None:
        pass


def limited(server: Server, limiter: Limiter) -> Limited:
    return Limited(server, limiter, Limiters())


async def ask_all(server: Server, limiter: Limiter, count: int) -> list[Reply | BaseException]:
    model = limited(server, limiter)
    return await asyncio.gather(*(model.reply(VIEW) for _ in range(count)), return_exceptions=True)


def test_no_more_replies_are_asked_for_at_once_than_the_limit() -> None:
    server = Server()
    run(ask_all(server, Limiter("lab", 3), 7))

    assert server.began == [0, 0, 0, 1, 1, 1, 2]
    assert server.most_in_flight == 3


def test_the_time_that_a_reply_took_is_told_without_the_wait_for_its_turn() -> None:
    replies = run(ask_all(Server(takes=2.0), Limiter("lab", 1), 3))

    assert [reply.ms for reply in replies if isinstance(reply, Reply)] == [2000, 2000, 2000]


def test_who_came_first_goes_first() -> None:
    order: list[int] = []

    async def one(limiter: Limiter, number: int) -> None:
        await limiter.enter()
        order.append(number)
        await asyncio.sleep(1)
        limiter.leave()

    async def several() -> None:
        limiter = Limiter("lab", 2)
        await asyncio.gather(*(one(limiter, number) for number in range(8)))

    run(several())
    assert order == list(range(8))


def test_one_that_gives_up_waiting_takes_no_place() -> None:
    async def give_up() -> list[float]:
        server, limiter = Server(), Limiter("lab", 1)
        model = limited(server, limiter)
        first, second, third = (asyncio.ensure_future(model.reply(VIEW)) for _ in range(3))
        await asyncio.sleep(0.5)
        second.cancel()
        await asyncio.gather(first, second, third, return_exceptions=True)
        return server.began

    assert run(give_up()) == [0, 1]


def test_one_that_gives_up_when_its_turn_has_come_hands_it_on() -> None:
    async def give_up() -> float:
        limiter = Limiter("lab", 1)
        await limiter.enter()
        waiting = asyncio.ensure_future(limiter.enter())
        await asyncio.sleep(0)
        limiter.leave()  # the turn comes, and before the waiting task has heard of it
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return await limiter.enter()

    assert run(give_up()) == 0


def test_a_refusal_takes_a_quarter_off_the_window() -> None:
    limiter = Limiter("lab", 16)
    run(ask_all(Server(answer=lambda n: busy() if n == 0 else Reply("x")), limiter, 16))

    assert limiter.window == 12


def test_the_window_shrinks_from_what_was_in_flight_and_not_from_what_would_have_been_allowed() -> None:
    limiter = Limiter("lab", 1000)
    run(ask_all(Server(answer=lambda n: busy() if n == 0 else Reply("x")), limiter, 16))

    assert limiter.window == 12


def test_refusals_of_one_round_count_once() -> None:
    limiter = Limiter("lab", 16)
    run(ask_all(Server(answer=lambda _: busy()), limiter, 16))

    assert limiter.window == 12


def test_a_window_never_closes() -> None:
    limiter = Limiter("lab", 4)
    run(ask_all(Server(answer=lambda _: busy()), limiter, 40))

    assert limiter.window == 1


def test_a_failure_that_is_not_about_load_leaves_the_window() -> None:
    limiter = Limiter("lab", 16)
    run(ask_all(Server(answer=lambda _: busy(overloaded=False)), limiter, 16))

    assert limiter.window == 16


def test_the_window_grows_again_by_the_same_amount_each_round_up_to_its_limit() -> None:
    told = Told()
    server = Server(answer=lambda n: busy() if n == 0 else Reply("x"))
    limiter = Limiter("lab", 8, observer=told)
    run(ask_all(server, limiter, 200))

    assert told.events == [("lab", 6), ("lab", 7), ("lab", 8)]
    assert server.began.count(1.0) == 6


def test_a_window_that_nobody_fills_does_not_grow() -> None:
    limiter = Limiter("lab", 8)

    async def one_by_one() -> None:
        await ask_all(Server(answer=lambda _: busy()), limiter, 8)
        for _ in range(50):
            await ask_all(Server(), limiter, 1)

    run(one_by_one())
    assert limiter.window == 6


def test_where_one_is_asked_to_wait_all_wait() -> None:
    server = Server(answer=lambda n: busy(retry_after=20) if n == 0 else Reply("x"))
    run(ask_all(server, Limiter("lab", 2), 6))

    assert server.began[:2] == [0, 0]
    assert min(server.began[2:]) == 21


def test_a_reply_that_says_that_nothing_is_left_holds_all() -> None:
    server = Server(answer=lambda n: Reply("x", hold=30.0) if n == 0 else Reply("x"))
    run(ask_all(server, Limiter("lab", 1), 3))

    assert server.began == [0, 31, 32]


def test_a_wait_that_nobody_would_sit_out_is_left_to_each_to_find_out() -> None:
    server = Server(answer=lambda n: busy(retry_after=LONGEST_HOLD + 1) if n == 0 else Reply("x"))
    run(ask_all(server, Limiter("lab", 1), 3))

    assert server.began == [0, 1, 2]


def test_a_rate_of_requests_is_kept_evenly() -> None:
    server = Server(takes=0.01)
    run(ask_all(server, Limiter("lab", rpm=30), 5))

    assert server.began == [0, 2, 4, 6, 8]


def test_a_rate_of_tokens_counts_what_a_reply_really_used() -> None:
    server = Server(takes=0.01, answer=lambda _: Reply("x", usage=Usage(input=100, output=500)))
    run(ask_all(server, Limiter("lab", 1, tpm=6000), 4))

    assert server.began == [0, 6, 12, 18]


def test_where_nothing_is_counted_a_rate_of_tokens_goes_by_the_length_of_the_context() -> None:
    server = Server(takes=0.01)
    run(ask_all(server, Limiter("lab", tpm=600), 3))

    assert server.began == [0, 10, 20]


@given(
    per_minute=st.floats(1, 1e6),
    costs=st.lists(st.floats(0, 1e5), max_size=30),
    pauses=st.lists(st.floats(0, 100), min_size=30, max_size=30),
)
def test_a_bucket_never_lets_through_more_than_its_rate_and_one_second_of_it_and_the_last(
    per_minute: float, costs: list[float], pauses: list[float]
) -> None:
    bucket, at, passed = Bucket(per_minute), 0.0, 0.0
    burst = max(1.0, per_minute / 60)
    for cost, pause in zip(costs, pauses, strict=False):
        at += pause
        at += bucket.wait(at, cost)
        bucket.wait(at, cost)
        assert passed <= (per_minute / 60) * at * (1 + 1e-9) + burst + 1e-6
        bucket.take(cost)
        passed += cost


@given(at_once=st.integers(1, 12), count=st.integers(1, 60), refused=st.sets(st.integers(0, 59)))
def test_however_often_it_refuses_everyone_is_served_and_the_limit_kept(
    at_once: int, count: int, refused: set[int]
) -> None:
    server = Server(answer=lambda n: busy(retry_after=float(n % 3)) if n in refused else Reply("x"))
    model = limited(server, Limiter("lab", at_once))

    async def all_of_them() -> list[Reply]:
        patient = Retry(attempts=100)
        return list(await asyncio.gather(*(ask(model, VIEW, retry=patient) for _ in range(count))))

    replies = run(all_of_them())
    assert sum(reply.attempts for reply in replies) == len(server.began)
    assert server.most_in_flight <= at_once


LAB = Endpoint("lab", "http://h/v1", rpm=60, tpm=600, max=8)


def test_all_models_of_a_server_share_a_limiter_and_no_others_do() -> None:
    limiters = Limiters({"lab": LAB})

    assert limiters.of(Speaker("lab:one")) is limiters.of(Speaker("lab:other"))
    assert limiters.of(Speaker("lab:one")) is not limiters.of(Speaker("one"))
    assert limiters.of(Speaker("openai:one")) is limiters.of(Speaker("some/model"))


def test_what_an_endpoints_line_says_is_its_limit() -> None:
    server = Server(takes=0.01)
    limiters = Limiters({"lab": LAB}, most=100)

    assert limiters.of(Speaker("lab:one")).window == 8
    assert limiters.of(Speaker("one")).window == 100
    run(ask_all(server, Limiters({"lab": Endpoint("lab", "http://h/v1", rpm=60)}).of(Speaker("lab:one")), 3))
    assert server.began == [0, 1, 2]


def test_processes_that_ask_at_the_same_time_share_the_limits() -> None:
    server = Server(takes=0.01)
    limiter = Limiters({"lab": Endpoint("lab", "http://h/v1", rpm=60, max=8)}, share=4).of(Speaker("lab:one"))
    run(ask_all(server, limiter, 3))

    assert limiter.window == 2
    assert server.began == [0, 4, 8]


def test_a_model_in_the_box_has_no_limit() -> None:
    model = ScriptedModel()

    assert Limiters().limited(Speaker("builtin:scripted", script=["x"]), model) is model


def test_what_is_in_flight_when_nothing_more_may_be_asked_for_is_still_answered() -> None:
    async def closing() -> tuple[Reply | BaseException, Reply | BaseException]:
        limiters = Limiters()
        model = limiters.limited(Speaker("m"), Server())
        first = asyncio.ensure_future(model.reply(VIEW))
        await asyncio.sleep(0.5)
        assert len(limiters.asking) == 1
        limiters.close()
        return await asyncio.gather(first, model.reply(VIEW), return_exceptions=True)

    first, second = run(closing())
    assert first == Reply("x", ms=1000)
    assert isinstance(second, asyncio.CancelledError)


def test_a_change_of_the_window_is_told_with_the_servers_name() -> None:
    told = Told()
    limiters = Limiters(most=8)
    limiters.observer = told
    server = Server(answer=lambda _: busy())

    with pytest.raises(ServerBusy):
        run(limiters.limited(Speaker("m"), server).reply(VIEW))
    assert told.events == [("openai", (8, None, None)), ("openai", 1)]


def test_a_pause_is_told_with_its_length_unless_a_longer_one_is_kept() -> None:
    told = Told()
    pauses = [20.0, 5.0, LONGEST_HOLD + 1, 30.0]
    server = Server(answer=lambda n: busy(pauses[n], overloaded=False))
    run(ask_all(server, Limiter("lab", 8, observer=told), 4))

    assert told.events == [("lab", "held 20 s"), ("lab", "held 30 s")]


def test_a_process_is_told_its_part_of_the_limits_when_the_server_is_first_asked() -> None:
    told = Told()
    limiters = Limiters({"lab": LAB}, share=4)
    limiters.observer = told
    for model in ("lab:one", "lab:two"):
        limiters.of(Speaker(model))

    assert told.events == [("lab", (2, 15, 150))]
