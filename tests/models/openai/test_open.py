from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from dialogue_harness.errors import ConfigurationError, KeyRejected
from dialogue_harness.models.openai import clients
from dialogue_harness.models.openai.model import DEFAULT_URL, OpenAIModel
from dialogue_harness.testing.server import Fault, ProtocolServer
from openai_asking import ask, context

if TYPE_CHECKING:
    from dialogue_harness.models.protocol import Reply


@pytest.fixture(autouse=True)
def _no_openai_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OPENAI_")]:
        monkeypatch.delenv(name)


def test_without_a_key_openai_itself_is_not_asked() -> None:
    with pytest.raises(KeyRejected) as caught:
        OpenAIModel("gpt-4o-mini")

    assert str(caught.value) == (
        f"gpt-4o-mini at {DEFAULT_URL}: a key is needed, and OPENAI_API_KEY is not set\n"
        "how to fix: export OPENAI_API_KEY=…"
    )


def test_without_a_key_another_server_is_sent_a_placeholder() -> None:
    with ProtocolServer() as server:
        ask(server)

    assert server.requests[0].headers["authorization"] == "Bearer none"


def test_the_key_comes_from_the_variable_that_is_named_and_from_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-default")
    monkeypatch.setenv("LAB_KEY", " sk-lab\n")
    monkeypatch.delenv("MISSING_KEY", raising=False)
    with ProtocolServer() as server:
        for key_env in ("LAB_KEY", "MISSING_KEY"):
            ask(server, key_env=key_env)

    assert [request.headers["authorization"] for request in server.requests] == ["Bearer sk-lab", "Bearer none"]


@pytest.mark.parametrize("key", ["sk-ключ", "sk-1\x1b2", "sk-1\r\nX-Evil: 1"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(KeyRejected) as caught:
        OpenAIModel("gemma", base_url="http://127.0.0.1:1/v1")

    assert caught.value.headline == (
        "gemma at http://127.0.0.1:1/v1: the key in OPENAI_API_KEY holds a character that a key cannot have"
    )
    assert "sk-" not in str(caught.value)


def test_the_key_is_not_in_the_models_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted")
    model = OpenAIModel("gemma", base_url="http://me:pass-word@127.0.0.1:1/v1/?k=v")

    assert repr(model) == "<OpenAIModel gemma at http://127.0.0.1:1/v1>"
    assert "sk-planted" not in repr(vars(model))


def test_the_address_comes_from_the_environment_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:2/v1")

    assert repr(OpenAIModel("gemma")) == "<OpenAIModel gemma at http://127.0.0.1:2/v1>"
    assert repr(OpenAIModel("gemma", base_url="http://127.0.0.1:3")) == "<OpenAIModel gemma at http://127.0.0.1:3>"


def test_an_empty_address_in_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")

    assert repr(OpenAIModel("gemma")) == f"<OpenAIModel gemma at {DEFAULT_URL}>"


@pytest.mark.parametrize(
    "url", ["localhost:8000/v1", "ftp://host/v1", "http://", "http://[::1", "http://host:port/v1", "http://a b/v1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        OpenAIModel("gemma", base_url=url)

    assert str(caught.value) == (
        "the base URL of a server must be an http:// or https:// address\n"
        f"  got: {url!r}\n"
        "how to fix: export OPENAI_BASE_URL=http://127.0.0.1:8000/v1 with your server's address"
    )


def test_a_refused_address_is_shown_without_its_password() -> None:
    with pytest.raises(ConfigurationError) as caught:
        OpenAIModel("gemma", base_url="htp://me:pass-word@host/v1?token=to-ken")

    assert ("got", "'host/v1'") in caught.value.facts


def test_one_instance_serves_several_event_loops() -> None:
    with ProtocolServer() as server:
        model = OpenAIModel("gemma", base_url=server.url)

        async def once() -> Reply:
            try:
                return await model.reply(context())
            finally:
                await model.aclose()

        assert asyncio.run(once()) == asyncio.run(once())


def test_one_connection_serves_a_whole_dialogue() -> None:
    async def talk(url: str) -> None:
        model = OpenAIModel("gemma", base_url=url)
        for count in range(1, 20):
            await model.reply(context(*["x"] * count))
        await model.aclose()

    with ProtocolServer() as server:
        asyncio.run(talk(server.url))

    assert server.connections == 1


def test_many_dialogues_are_asked_at_once() -> None:
    count = 100
    with ProtocolServer(gather=count) as server:  # answers none before all of them have arrived
        model = OpenAIModel("gemma", base_url=server.url)

        async def all_at_once() -> list[Reply]:
            try:
                return await asyncio.gather(*(model.reply(context(str(n))) for n in range(count)))
            finally:
                await model.aclose()

        replies = asyncio.run(all_at_once())

    assert len({reply.text for reply in replies}) == count


def test_more_calls_than_there_may_be_connections_wait_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "CONNECTIONS", 2)

    async def all_at_once(url: str) -> int:
        model = OpenAIModel("gemma", base_url=url)
        try:
            return len(await asyncio.gather(*(model.reply(context()) for _ in range(10))))
        finally:
            await model.aclose()

    with ProtocolServer() as server:
        assert asyncio.run(all_at_once(server.url)) == 10
        assert server.connections == 2


def test_a_call_that_is_given_up_leaves_the_model_usable() -> None:
    async def give_up(server: ProtocolServer) -> str:
        model = OpenAIModel("gemma", base_url=server.url)
        call = asyncio.create_task(model.reply(context()))
        await asyncio.to_thread(server.wait_for_calls, 1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        try:
            return (await model.reply(context())).text
        finally:
            await model.aclose()

    with ProtocolServer(faults=[Fault("stall")]) as server:
        assert asyncio.run(give_up(server)).startswith("Message 1 from gemma")


def test_a_closed_model_leaves_nothing_open() -> None:
    with ProtocolServer() as server:
        ask(server)
        ask(server, stream=True)
    gc.collect()  # an unclosed connection would warn now, and warnings are errors


def test_nothing_of_the_openai_package_is_loaded_before_the_first_call() -> None:
    script = (
        "import sys, dialogue_harness.models.openai.model as room\n"
        "room.OpenAIModel('gemma', base_url='http://127.0.0.1:1/v1')\n"
        "print([name for name in sys.modules if name.partition('.')[0] in ('openai', 'httpx', 'httpx2', 'pydantic')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
