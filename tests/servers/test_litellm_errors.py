"""Against a server that is not ours: what goes wrong at the LiteLLM proxy and behind it, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from dialogue_harness import read_recording
from dialogue_harness.errors import (
    ContextTooLong,
    KeyRejected,
    ModelError,
    ReplyUnusable,
    RequestRejected,
    ServerBusy,
    ServerUnreachable,
)
from dialogue_harness.testing.server import Fault, ProtocolServer
from litellm_fixtures import FAILING, TEXTS, against_litellm, both_ways, failure, reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from litellm_server import LiteLLM

pytestmark = against_litellm

#: What the proxy says of two failures, and the command that goes on after either.
_LIMITED: Final = (
    "litellm.RateLimitError: this is a mock rate limit error LiteLLM: model group 'limited' failed with the error "
    "above. No fallback was attempted."
)
_UNKNOWN: Final = (
    "/chat/completions: Invalid model name passed in model=script. "
    "Call `/v1/models` to view available models for your key."
)
_COMMAND: Final = "`pytest test_talk.py::test_it --harness-record=missing`"


def told(result: pytest.RunResult, headline: str) -> list[str]:
    """Return the lines of an error from its headline to its fix."""
    lines = [line.removeprefix("E ").strip() if line.startswith("E ") else line for line in result.outlines]
    first = lines.index(headline)
    last = next(n for n, line in enumerate(lines) if n > first and line.startswith("how to fix: "))
    return lines[first : last + 1]


def once(fault: Fault) -> Callable[[object], Fault | None]:
    """Return faults of which the first request meets one, and no other."""
    left = [fault]
    return lambda _: left.pop() if left else None


@pytest.mark.parametrize("model", FAILING)
@both_ways
def test_each_failure_of_the_proxy_is_told_as_what_it_is(
    model: str,
    stream: bool,  # noqa: FBT001 -- a parameter
    proxy: LiteLLM,
) -> None:
    error = failure(proxy, model, stream=stream)
    _, kind, what = FAILING[model]
    assert (type(error), error.headline) == (kind, f"{model} at {proxy.url}: {what}")
    assert error.transient == (kind is ServerBusy)


def test_a_busy_proxy_is_asked_again_and_then_told(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], proxy: LiteLLM
) -> None:
    lab("limited")
    result = run_specs("--harness-record=missing", "--harness-attempts=2")
    result.assert_outcomes(errors=1)
    assert told(result, f"limited at {proxy.url}: rate limited (429)") == [
        f"limited at {proxy.url}: rate limited (429)",
        f"  url: {proxy.url}/chat/completions",
        "  status: 429 Too Many Requests",
        f"  server says: {_LIMITED}",
        "  while: speaker B was to say message 2 of scenario 'talk', sample 1",
        "  attempts: 2",
        "  kept: 1 message in fixtures/talk/limited_vs_limited/1.jsonl",
        f"how to fix: wait a while; then continue with {_COMMAND}",
    ]


def test_a_view_that_is_too_long_is_not_sent_again(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], proxy: LiteLLM
) -> None:
    lab("short")
    result = run_specs("--harness-record=missing")
    result.assert_outcomes(errors=1)
    lines = told(result, f"short at {proxy.url}: the messages are longer than the model's context")
    assert "  attempts: 1" in lines
    assert lines[-1].startswith("how to fix: send less of what was said: Scenario(history=History(tokens=…))")


def test_a_failure_that_passes_costs_an_attempt_and_nothing_else(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], upstream: ProtocolServer
) -> None:
    before = upstream.calls
    upstream.faults = once(Fault.http(429, "Not so fast.", retry_after="0"))
    recording = lab("passed-on")
    run_specs("--harness-record=missing").assert_outcomes(passed=1)
    assert [message.attempts for message in read_recording(recording).messages] == [0, 2, 1, 1, 1]
    assert upstream.calls - before == 5


def test_a_limit_of_the_proxy_itself_is_a_busy_server(proxy: LiteLLM) -> None:
    def refused() -> ModelError | None:
        try:
            reply(proxy, "narrow")
        except ModelError as error:
            return error
        return None

    # One a minute: two may fall on either side of a full minute, of three two fall on the same side.
    error = next(filter(None, (refused() for _ in range(3))))
    assert isinstance(error, ServerBusy)
    assert error.transient
    assert "  server says: litellm.RateLimitError: Model rate limit exceeded. RPM limit=1, current usage=2" in str(
        error
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529])
def test_a_status_is_told_through_the_proxy_as_it_is_without_one(
    status: int, proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.faults = lambda _: Fault.http(status)
    through, directly = failure(proxy, "passed-on"), failure(proxy, "passed-on", url=upstream.url)
    assert through.headline.replace(proxy.url, upstream.url) == directly.headline
    assert (type(through), through.transient) == (type(directly), directly.transient)


@pytest.mark.parametrize(
    ("words", "kind", "what"),
    [
        (
            "This model's maximum context length is 8 tokens.",
            ContextTooLong,
            "the messages are longer than the model's context",
        ),
        ("The model `x` does not exist.", RequestRejected, "the server does not know this model"),
    ],
)
def test_what_a_server_behind_the_proxy_says_is_understood(
    words: str, kind: type[ModelError], what: str, proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.faults = lambda _: Fault.http(400, words)
    error = failure(proxy, "passed-on")
    assert (type(error), error.headline) == (kind, f"passed-on at {proxy.url}: {what}")


def test_the_wait_that_a_server_behind_the_proxy_asks_for_is_known(proxy: LiteLLM, upstream: ProtocolServer) -> None:
    upstream.faults = lambda _: Fault.http(429, "Not so fast.", retry_after="7")
    assert failure(proxy, "passed-on").retry_after == 7


def test_a_failure_after_the_stream_was_opened_is_told_by_the_status_inside_it(
    proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.latency, upstream.faults = 0.5, lambda _: Fault.http(503, "Back in a minute.")
    error = failure(proxy, "held-open", stream=True)
    assert isinstance(error, ServerBusy)
    assert error.headline == f"held-open at {proxy.url}: the server is failing (503)"
    assert error.transient


@pytest.mark.parametrize("kind", ["cut", "error", "broken_json"])
def test_a_stream_that_fails_behind_the_proxy_is_never_a_reply(
    kind: Any, proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.answer, upstream.faults = lambda *_: TEXTS["scripts"], lambda _: Fault(kind, after=4)
    error = failure(proxy, "passed-on", stream=True)
    assert isinstance(error, ServerBusy | ServerUnreachable | ReplyUnusable)
    assert error.transient


def test_a_model_that_the_proxy_does_not_serve_is_told_with_the_nearest(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], proxy: LiteLLM
) -> None:
    lab("script")
    result = run_specs("--harness-record=missing")
    result.assert_outcomes(errors=1)
    assert told(result, f"script at {proxy.url}: the server does not know this model") == [
        f"script at {proxy.url}: the server does not know this model",
        f"  url: {proxy.url}/chat/completions",
        "  status: 400 Bad Request",
        f"  server says: {_UNKNOWN}",
        "  nearest: scripts",
        "  while: speaker B was to say message 2 of scenario 'talk', sample 1",
        "  attempts: 1",
        "  kept: 1 message in fixtures/talk/script_vs_script/1.jsonl",
        f"how to fix: name a model that it serves; `curl {proxy.url}/models` lists them; then continue with {_COMMAND}",
    ]


# Keys.

WRONG: Final = "sk-" + "5e1f" * 8


def test_a_key_that_the_proxy_does_not_know_is_told_to_be_the_reason(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], proxy: LiteLLM
) -> None:
    lab("tea", key=WRONG)
    result = run_specs("--harness-record=missing")
    result.assert_outcomes(errors=1)
    assert f"tea at {proxy.url}: the key in PROXY_API_KEY is not accepted" in result.stdout.str()


def test_a_key_that_the_proxy_does_not_know_ends_the_run_at_once_and_is_not_shown(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    lab("tea", key=WRONG)
    result = run_specs("--harness-record=missing", "-vv", "-l", "--junitxml=junit.xml")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["  status: 400 Bad Request", "  server says: No connected db.", "  attempts: 1"])
    assert_nowhere(pytester.path, WRONG, result.stdout.str(), result.stderr.str())


def test_a_key_that_the_server_behind_the_proxy_rejects_is_a_rejected_key(
    proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.faults = lambda _: Fault.http(401, f"Incorrect API key provided: {WRONG}.")
    error = failure(proxy, "passed-on")
    assert isinstance(error, KeyRejected)
    assert not error.transient
    assert WRONG not in str(error)


def test_the_key_of_the_proxy_is_in_no_file_and_no_output(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], pytester: pytest.Pytester, proxy: LiteLLM
) -> None:
    lab()
    good = run_specs("--harness-record=missing", "-vv", "-l", "-rA", "--junitxml=junit.xml")
    good.assert_outcomes(passed=1)
    lab("failing")
    bad = run_specs("--harness-record=missing", "--harness-attempts=1", "-vv", "-l", "-rA", "--tb=long")
    bad.assert_outcomes(errors=1)
    outputs = [text for result in (good, bad) for text in (result.stdout.str(), result.stderr.str())]
    assert_nowhere(pytester.path, proxy.key, *outputs)


@both_ways
def test_a_secret_in_an_error_that_the_proxy_passes_on_is_not_told(
    stream: bool,  # noqa: FBT001 -- a parameter
    proxy: LiteLLM,
    upstream: ProtocolServer,
) -> None:
    upstream.faults = lambda _: Fault.http(400, f"Bad request by {WRONG} and {proxy.key}.")
    error = failure(proxy, "passed-on", stream=stream)
    assert isinstance(error, RequestRejected)
    assert WRONG not in str(error)
    assert proxy.key not in str(error)


def assert_nowhere(folder: Path, secret: str, *outputs: str) -> None:
    holding = [path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert holding == []
    assert not any(secret in output for output in outputs)
