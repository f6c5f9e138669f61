from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.errors import ScenarioError
from dialogue_harness.models.openai.model import request_body
from dialogue_harness.models.protocol import ChatMessage, Context
from dialogue_harness.testing.server import ProtocolServer
from openai_asking import ask, context
from strategies import hostile_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dialogue_harness.testing.server import Request

KEY = "sk-loopback-0123456789"

SETTINGS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "temperature": {"temperature": 0.7},
    "temperature 0": {"temperature": 0},
    "top_p": {"top_p": 0.9},
    "max_tokens": {"max_tokens": 64},
    "seed": {"seed": 7},
    "stop": {"stop": ["\n\n", "END"]},
    "one stop": {"stop": "END"},
    "extra": {"extra": {"top_k": 40, "chat_template_kwargs": {"enable_thinking": False, "tags": ["a", "é"]}}},
    "extra over a parameter": {"temperature": 0.1, "extra": {"temperature": 0.9}},
    "all": {
        "temperature": 1.5,
        "top_p": 0.5,
        "max_tokens": 1,
        "seed": -(2**40),
        "stop": ["x"],
        "extra": {"repetition_penalty": 1.1},
    },
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ProtocolServer() as running:
        yield running


async def create(url: str, seen: Context, *, stream: bool) -> None:
    """Ask as everybody does, with the package's everyday call."""
    speaker = seen.speaker
    options: dict[str, Any] = {name: getattr(speaker, name) for name in ("temperature", "top_p", "max_tokens", "seed")}
    options = {name: value for name, value in options.items() if value is not None}
    if speaker.stop:
        options["stop"] = list(speaker.stop)
    if stream:
        options |= {"stream": True, "stream_options": {"include_usage": True}}
    messages: Any = [{"role": message.role, "content": message.content} for message in seen.messages]
    async with openai.AsyncOpenAI(base_url=url) as client:
        extra = json.loads(json.dumps(speaker.extra)) or None
        await client.chat.completions.create(model="gemma", messages=messages, extra_body=extra, **options)


def on_the_wire(request: Request) -> tuple[Any, ...]:
    told = ("authorization", "content-type", "accept", "user-agent", "openai-organization", "openai-project")
    return request.method, request.path, request.json, {name: request.headers.get(name) for name in told}


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_the_request_is_the_one_that_the_everyday_call_sends(
    server: ProtocolServer, settings: dict[str, Any], *, stream: bool
) -> None:
    seen = context("Hello.", 'Zoë says: "漢字"\n', "𝄞\u2028\x00", **settings)

    ask(server, seen, stream=stream)
    asyncio.run(create(server.url, seen, stream=stream))

    ours, theirs = server.requests
    assert on_the_wire(ours) == on_the_wire(theirs)
    assert ours.headers["authorization"] == f"Bearer {KEY}"


def test_organization_and_project_are_sent_as_the_package_sends_them(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")

    ask(server)
    asyncio.run(create(server.url, context(), stream=False))

    ours, theirs = server.requests
    assert on_the_wire(ours) == on_the_wire(theirs)
    assert ours.headers["openai-organization"] == "org-1"


def test_only_what_is_set_is_sent(server: ProtocolServer) -> None:
    ask(server, context("Hello."))

    assert server.requests[0].json == {"model": "gemma", "messages": [{"role": "user", "content": "Hello."}]}


def test_each_sample_of_a_seeded_speaker_asks_for_a_draw_of_its_own() -> None:
    bodies = [json.loads(request_body("gemma", context(seed=5, sample=n), stream=False)) for n in (1, 2, 3)]

    assert [body["seed"] for body in bodies] == [5, 6, 7]


@given(st.lists(hostile_text(), min_size=1, max_size=4), st.booleans())
def test_a_request_less_its_end_is_a_prefix_of_the_next_one(texts: list[str], stream: bool) -> None:  # noqa: FBT001 -- Hypothesis passes it by name
    settings: dict[str, Any] = {"temperature": 0.7, "extra": {"top_k": 40}}
    for count in range(1, len(texts)):
        now = request_body("gemma", context(*texts[:count], **settings), stream=stream)
        then = request_body("gemma", context(*texts[: count + 1], **settings), stream=stream)
        assert then.startswith(now.removesuffix(b"]}"))


@given(st.lists(hostile_text(), max_size=4), hostile_text())
def test_every_text_arrives_as_it_was_said(texts: list[str], stop: str) -> None:
    messages = tuple(ChatMessage("user", text) for text in texts)
    seen = Context(context(stop=[stop], extra={"note": stop}).speaker, "A", messages, 1)

    body = json.loads(request_body("gemma", seen, stream=False))

    assert [message["content"] for message in body["messages"]] == texts
    assert body["stop"] == [stop]
    assert body["note"] == stop


@pytest.mark.parametrize(("name", "value"), [("messages", []), ("stream", True)])
def test_what_the_dialogue_decides_is_not_for_extra_to_set(name: str, value: object) -> None:
    with pytest.raises(ScenarioError) as caught:
        request_body("gemma", context(extra={name: value}), stream=False)

    assert str(caught.value).splitlines()[0] == f"Speaker.extra must not hold {name!r}, which the harness sets"
