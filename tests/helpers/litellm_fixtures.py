"""The LiteLLM proxy for tests: what it serves, a spec about it, and asking it. A plugin, so that it starts once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import pytest

from dialogue_harness import secrets as scrubbing
from dialogue_harness.errors import ContextTooLong, ModelError, RequestRejected, ServerBusy
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.testing.server import ProtocolServer
from litellm_server import LiteLLM, reason_to_skip
from openai_asking import asking, context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dialogue_harness.models.protocol import Delta, Reply

_SKIPPED: Final = reason_to_skip()

#: The marks of a module that tests against the proxy.
against_litellm: Final = [
    pytest.mark.skipif(_SKIPPED is not None, reason=_SKIPPED or ""),
    pytest.mark.usefixtures("alone"),
]

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])

#: What the mock models say, by their names. A stream brings three characters at a time, wherever a sequence ends.
TEXTS: Final = {
    "tea": "I like tea.",
    "scripts": "Чай, 茶, चाय की पत्तियाँ, شاي ساخن, תה, ชาร้อน, 녹차, e\u0301te\u0301 and 𝒯𝑒𝒶.",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇯🇵1️⃣ and a cup ☕️",
    "odd": "\x1b[31mred\x1b[0m \u202etfel\u202c \u2028line\x85end\x00 \ufeff`<b>`&amp;\r\n\t\\u0041 data: [DONE]\n\n",
    "long": "Steam the leaf for half a minute, then roll it. 茶を蒸す。\n" * 200,
}

#: Mocks that fail, and what the harness makes of each.
FAILING: Final = {
    "limited": ("litellm.RateLimitError", ServerBusy, "rate limited (429)"),
    "failing": ("litellm.InternalServerError", ServerBusy, "the server is failing (500)"),
    "overloaded": ("Exception: mock_streaming_error", ServerBusy, "the server is failing (529)"),
    "short": (
        "litellm.ContextWindowExceededError",
        ContextTooLong,
        "the messages are longer than the model's context",
    ),
    "filtered": ("Exception: content_filter_policy", RequestRejected, "the server rejected the request (400)"),
}

#: A mock that is a whole completion, reasoning and usage included; the proxy cannot stream it.
THOUGHTFUL: Final = {
    "choices": [
        {
            "message": {"role": "assistant", "content": "Yes.", "reasoning_content": "Is it? Да."},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 30,
        "completion_tokens": 4,
        "total_tokens": 34,
        "completion_tokens_details": {"reasoning_tokens": 3},
        "prompt_tokens_details": {"cached_tokens": 20},
    },
}

SPEC: Final = """
import pytest
from dialogue_harness import Scenario, Speaker

ONE = Speaker("proxy:scripts", system="Stay on topic.", temperature=0.5, max_tokens=90, seed=7)
TALK = Scenario("talk", a=ONE, b=ONE, turns=2)

@pytest.mark.scenario(TALK)
def test_it(dialogue):
    with open("seen.txt", "a", encoding="utf-8") as file:
        print([*dialogue], file=file)
    assert len(dialogue) == 5
"""


def mocked(answer: object, **more: object) -> dict[str, Any]:
    return {"model": "openai/some-model", "api_key": "none", "mock_response": answer, **more}


def passed_on(upstream: str, **more: object) -> dict[str, Any]:
    return {"model": "openai/some-model", "api_key": "none", "api_base": upstream, "max_retries": 0, **more}


@pytest.fixture(scope="session")
def behind() -> Iterator[ProtocolServer]:
    """The server of our own that the proxy asks for some of its models."""
    with ProtocolServer() as server:
        yield server


@pytest.fixture(scope="session")
def proxy(tmp_path_factory: pytest.TempPathFactory, behind: ProtocolServer) -> Iterator[LiteLLM]:
    models = {
        **{name: mocked(text) for name, text in TEXTS.items()},
        **{name: mocked(raised) for name, (raised, _, _) in FAILING.items()},
        "thoughtful": mocked(THOUGHTFUL),
        "metered": mocked("Two.", rpm=1000, tpm=10**6, input_cost_per_token=1e-6, output_cost_per_token=2e-6),
        "narrow": mocked("One.", rpm=1),
        "passed-on": passed_on(behind.url),
        "held-open": passed_on(behind.url, keepalive_seconds=0.05),
    }
    with LiteLLM(tmp_path_factory.mktemp("proxy"), models) as running:
        yield running


@pytest.fixture
def upstream(behind: ProtocolServer) -> Iterator[ProtocolServer]:
    """The same, for one test to tell what to do."""
    usual = behind.answer
    yield behind
    behind.answer, behind.faults, behind.latency = usual, (), 0.0


@pytest.fixture
def alone(proxy: LiteLLM, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment hold the proxy's key, and no address or key of another server."""
    monkeypatch.setattr(scrubbing, "_remembered", set())
    monkeypatch.setenv("PROXY_API_KEY", proxy.key)
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def lab(pytester: pytest.Pytester, proxy: LiteLLM, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that writes the spec, for some model of the proxy, and the endpoint's configuration."""

    def write(model: str = "scripts", *, url: str = proxy.url, key: str = proxy.key) -> Path:
        pytester.makepyfile(test_talk=SPEC.replace("proxy:scripts", f"proxy:{model}"))
        pytester.makeini(f"[pytest]\nharness_endpoints =\n    proxy = {url} key=PROXY_API_KEY\n")
        monkeypatch.setenv("PROXY_API_KEY", key)
        return pytester.path / "fixtures" / "talk" / f"{model}_vs_{model}" / "1.jsonl"

    return write


@pytest.fixture
def run_specs(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return a function that runs pytest on the spec, in a process of its own."""

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider", *arguments)

    return run


def reply_and_pieces(
    proxy: LiteLLM, model: str, *, stream: bool = False, url: str | None = None
) -> tuple[Reply, list[Delta]]:
    asked = OpenAIModel(model, base_url=url or proxy.url, key_env="PROXY_API_KEY")
    return asyncio.run(asking(asked, context("Do you like tea?"), stream=stream))


def reply(proxy: LiteLLM, model: str, *, stream: bool = False, url: str | None = None) -> Reply:
    return reply_and_pieces(proxy, model, stream=stream, url=url)[0]


def failure(proxy: LiteLLM, model: str, *, stream: bool = False, url: str | None = None) -> ModelError:
    with pytest.raises(ModelError) as caught:
        reply(proxy, model, stream=stream, url=url)
    return caught.value
