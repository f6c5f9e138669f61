from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import Message, Scenario, Speaker
from dialogue_harness.engine.context import context
from dialogue_harness.engine.limits import Limiters
from dialogue_harness.engine.loop import converse
from dialogue_harness.engine.obtain import Recorder
from dialogue_harness.engine.retry import Retry, ask
from dialogue_harness.errors import ModelError, RequestRejected, ServerBusy, ServerUnreachable
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.models.protocol import Context, OnDelta, Reply
from dialogue_harness.storage.library import Library
from dialogue_harness.testing.server import Fault, ProtocolServer
from virtual_time import now, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VIEW = context(Scenario("talk", a=Speaker("m"), b=Speaker("m")), ())
SENT = context(Scenario("talk", a=Speaker("m"), b=Speaker("m")), [Message(1, "A", "Hello.")])
AT_ONCE = Retry(attempts=4, first=0)


class Failing:
    """A model that raises these errors, one after the other, and then answers."""

    def __init__(self, *errors: ModelError) -> None:
        self._errors = list(errors)
        self.asked = 0

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del context, on_delta
        self.asked += 1
        if self._errors:
            raise self._errors.pop(0)
        return Reply("at last")

    async def aclose(self) -> None:
        pass


def test_a_failure_that_may_pass_is_asked_again_and_counted() -> None:
    model = Failing(ServerBusy("busy"), ServerUnreachable("gone"))
    reply = run(ask(model, VIEW, retry=AT_ONCE))

    assert reply == Reply("at last", attempts=3)


def test_a_failure_that_cannot_pass_is_not_asked_again() -> None:
    model = Failing(RequestRejected("no such model"))

    with pytest.raises(RequestRejected) as caught:
        run(ask(model, VIEW, retry=AT_ONCE))
    assert (model.asked, caught.value.attempts) == (1, 1)


def test_it_gives_up_after_so_many_attempts_and_says_how_many() -> None:
    model = Failing(*(ServerBusy("busy") for _ in range(9)))

    with pytest.raises(ServerBusy) as caught:
        run(ask(model, VIEW, retry=AT_ONCE))
    assert (model.asked, caught.value.attempts) == (4, 4)


def test_it_gives_up_where_the_server_asks_for_more_time_than_there_is() -> None:
    error = ServerBusy("come back tomorrow")
    error.retry_after = 86_400.0
    model = Failing(error)

    with pytest.raises(ServerBusy):
        run(ask(model, VIEW, retry=Retry(attempts=4, total=60.0)))
    assert model.asked == 1


@given(failures=st.integers(1, 50), asked=st.none() | st.floats(0, 100))
def test_a_wait_is_at_least_what_the_server_asked_for_and_at_most_the_bound_more(
    failures: int, asked: float | None
) -> None:
    retry = Retry(first=0.5, longest=8.0)
    bound = min(0.5 * 2 ** (failures - 1), 8.0)

    assert (asked or 0) <= retry.wait(failures, asked) <= (asked or 0) + bound


def test_each_wait_is_told_before_it_is_waited() -> None:
    told: list[tuple[int, float, float]] = []
    model = Failing(ServerBusy("busy"), ServerUnreachable("gone"))
    on_retry = lambda error, wait: told.append((error.attempts, wait, now()))  # noqa: E731 -- one expression
    run(ask(model, VIEW, retry=Retry(attempts=4), on_retry=on_retry))

    (first, wait, began), (second, _, later) = told
    assert (first, second, began) == (1, 2, 0)
    assert later == pytest.approx(wait)


def test_it_gives_up_when_the_time_is_spent_however_many_attempts_are_left() -> None:
    class Late(Failing):
        async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
            await asyncio.sleep(100)
            return await super().reply(context, on_delta=on_delta)

    model = Late(*(ServerUnreachable("no complete reply within 100 s") for _ in range(99)))

    async def until_it_gives_up() -> float:
        with pytest.raises(ServerUnreachable):
            await ask(model, VIEW, retry=Retry(attempts=99, first=0, total=350.0))
        return now()

    # The clock begins with the first failure, so that even a reply that took all the time is asked for once more.
    assert run(until_it_gives_up()) == 500
    assert model.asked == 5


def test_a_wait_that_the_server_asks_for_is_waited() -> None:
    error = ServerBusy("busy")
    error.retry_after = 20.0

    async def waited() -> float:
        await ask(Failing(error), VIEW, retry=AT_ONCE)
        return now()

    assert run(waited()) == 20


#: How a server may fail, and whether the same request is worth another attempt.
AGAIN = [
    *(Fault.http(status) for status in (408, 409, 429, 500, 502, 503, 504, 529)),
    Fault("reset"),
    Fault("stall"),
    Fault("broken_json"),
    Fault("cut"),
    Fault("hang"),
    Fault("end_early"),
    {"choices": []},
]
NOT_AGAIN = [
    *(Fault.http(status) for status in (400, 401, 403, 404, 413, 422)),
    Fault.http(400, "This model's maximum context length is 4096 tokens."),
    {"content": None, "finish_reason": "content_filter"},
]


def asked(fault: Fault | dict[str, Any], *, stream: bool = False) -> tuple[int, Reply | None]:
    """Return how many calls a first answer of this kind leads to, and the reply if there is one at last."""
    spoilt = {0: fault} if isinstance(fault, Fault) else {}
    answer = None if isinstance(fault, Fault) else lambda _, call: fault if call == 0 else "at last"

    async def asking(url: str) -> Reply | None:
        model = OpenAIModel("m", base_url=url, timeout=0.5)
        try:
            return await ask(model, SENT, retry=AT_ONCE, on_delta=(lambda _: None) if stream else None)
        except ModelError:
            return None
        finally:
            await model.aclose()

    with ProtocolServer(answer, faults=spoilt) as server:
        reply = asyncio.run(asking(server.url))
        return sum(request.path.endswith("/completions") for request in server.requests), reply


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", AGAIN, ids=str)
def test_what_may_pass_is_asked_for_again(fault: Fault | dict[str, Any], *, stream: bool) -> None:
    calls, reply = asked(fault, stream=stream)

    assert calls == 2
    assert reply is not None
    assert reply.attempts == 2


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", NOT_AGAIN, ids=str)
def test_what_cannot_pass_is_asked_for_once(fault: Fault | dict[str, Any], *, stream: bool) -> None:
    assert asked(fault, stream=stream) == (1, None)


def asked_until_there(port: int, appear: Callable[[], None]) -> Reply:
    """Ask at a port where a server appears only after the first failure."""

    async def asking() -> Reply:
        model = OpenAIModel("m", base_url=f"http://127.0.0.1:{port}/v1", connect_timeout=0.3)
        try:
            return await ask(model, SENT, retry=AT_ONCE, on_retry=lambda *_: appear())
        finally:
            await model.aclose()

    return asyncio.run(asking())


def test_a_connection_that_is_refused_is_tried_again_and_counted() -> None:
    server = ProtocolServer()
    server.start()
    server.stop()  # the port is known now, and nobody listens there
    try:
        reply = asked_until_there(server.port, server.start)
    finally:
        server.stop()

    assert (reply.attempts, server.calls) == (2, 1)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue of connections is refused")
def test_a_connection_that_is_not_accepted_in_time_is_tried_again_and_counted() -> None:
    server = ProtocolServer()
    with contextlib.ExitStack() as crowd:
        listening = crowd.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):  # more than fit, so that whoever comes next is not answered
            waiting = crowd.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 -- its one argument has no name
            waiting.connect_ex(listening.getsockname())
        server.port = listening.getsockname()[1]

        def appear() -> None:
            crowd.close()
            server.start()

        try:
            reply = asked_until_there(server.port, appear)
        finally:
            server.stop()

    assert (reply.attempts, server.calls) == (2, 1)


def test_a_recording_says_of_each_message_how_often_it_was_asked_for(tmp_path: Path) -> None:
    faults = {1: Fault.http(503), 2: Fault("reset"), 4: Fault("broken_json")}
    scenario = Scenario("talk", a=Speaker("m"), b=Speaker("m"), turns=2)
    with ProtocolServer(faults=faults) as server:
        recorder = Recorder(
            Library(tmp_path), "missing", lambda _: OpenAIModel("m", base_url=server.url), retry=AT_ONCE
        )
        recorded = asyncio.run(recorder.obtain(scenario, 1)).dialogue

    assert [message.attempts for message in recorded] == [0, 1, 3, 2, 1]
    assert sum(message.attempts for message in recorded) == server.calls


class Recovering:
    """Answers after 2 seconds, having failed twice: after 1 second each, the server asking for a pause of 10."""

    def __init__(self) -> None:
        self.calls = 0

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del context, on_delta
        self.calls += 1
        if self.calls > 2:
            await asyncio.sleep(2)
            return Reply("x")
        await asyncio.sleep(1)
        error = ServerBusy("busy")
        error.retry_after = 10.0
        raise error

    async def aclose(self) -> None:
        pass


def test_the_time_of_a_message_is_what_its_user_waited_and_that_of_the_answered_request_stands_apart() -> None:
    speaker = Speaker("lab:m")
    scenario = Scenario("waited", a=speaker, b=speaker, turns=1)
    model = Limiters().limited(speaker, Recovering())
    messages, _ = run(converse(scenario, {"A": model, "B": model}, retry=Retry(first=1e-9)))
    waited, at_once = messages[1:]
    assert (waited.attempts, waited.ms, waited.reply_ms) == (3, 2 * (1000 + 10_000) + 2000, 2000)
    assert (at_once.attempts, at_once.ms, at_once.reply_ms) == (1, 2000, None)
