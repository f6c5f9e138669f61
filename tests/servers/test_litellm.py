"""Against a server that is not ours: what comes through the LiteLLM proxy, from its mocks and from our own server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cli_running import on_terminal
from dialogue_harness import Dialogue, Scenario, Speaker, read_recording, read_transcript
from dialogue_harness.cli import main
from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.obtain import Recorder
from dialogue_harness.engine.runner import Runner
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.storage.library import Library
from killing import recordings
from litellm_fixtures import TEXTS, against_litellm, both_ways, reply, reply_and_pieces
from litellm_server import LiteLLM, relay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dialogue_harness.testing.server import ProtocolServer

pytestmark = against_litellm

# A run from the specs to the recordings and back.


def test_a_pair_behind_the_proxy_is_recorded_and_replayed_with_nobody_at_its_address(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    recording = lab()
    run_specs("--harness-record=missing").assert_outcomes(passed=1)
    kept = recording.read_bytes()

    lab(url="http://127.0.0.1:9/v1", key="")
    run_specs().assert_outcomes(passed=1)
    assert recording.read_bytes() == kept
    when_recorded, when_replayed = pytester.path.joinpath("seen.txt").read_text(encoding="utf-8").splitlines()
    assert when_replayed == when_recorded


def test_two_runs_record_the_same_bytes_but_for_times(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], pytester: pytest.Pytester
) -> None:
    lab()
    for folder in ("first", "second"):
        run_specs("--harness-record=missing", f"--harness-fixtures={folder}").assert_outcomes(passed=1)
    first, second = (recordings(pytester.path / folder) for folder in ("first", "second"))
    assert list(first) == ["talk/scripts_vs_scripts/1.jsonl"]
    assert first == second


def test_a_recording_says_the_tokens_the_model_and_the_ending_as_the_proxy_told_them(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult]
) -> None:
    recording = lab()
    run_specs("--harness-record=missing").assert_outcomes(passed=1)
    said = [message for message in read_recording(recording).messages if message.number > 1]
    assert {message.text for message in said} == {TEXTS["scripts"]}
    # The mock's own figures. The proxy says the name by which it was asked, not that of the model behind it.
    assert {(m.usage, m.model, m.finish_reason, m.attempts) for m in said} == {(Usage(10, 20), "scripts", "stop", 1)}


def test_what_is_sent_through_the_proxy_reaches_the_server_behind_it(
    lab: Callable[..., Path], run_specs: Callable[..., pytest.RunResult], upstream: ProtocolServer
) -> None:
    before = len(upstream.requests)
    recording = lab("passed-on")
    run_specs("--harness-record=missing").assert_outcomes(passed=1)
    bodies = [request.json for request in upstream.requests[before:]]
    assert [len(body["messages"]) for body in bodies] == [2, 2, 4, 4]
    assert {(body["temperature"], body["max_tokens"], body["seed"]) for body in bodies} == {(0.5, 90, 7)}
    assert bodies[2]["messages"][1:] == [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": read_recording(recording)[2].text},
        {"role": "user", "content": read_recording(recording)[3].text},
    ]


def test_thirty_two_samples_at_once_are_each_recorded_whole(proxy: LiteLLM, tmp_path: Path) -> None:
    speaker = Speaker("emoji", system="Stay on topic.")
    scenario = Scenario("crowd", a=speaker, b=speaker, turns=2)
    recorder = Recorder(
        Library(tmp_path),
        "missing",
        lambda _: OpenAIModel("emoji", base_url=proxy.url, key_env="PROXY_API_KEY"),
    )
    runner = Runner(recorder, concurrency=32)
    try:
        samples = range(1, 33)
        runner.prepare((scenario, sample) for sample in samples)
        held = [runner.get(scenario, sample).dialogue for sample in samples]
    finally:
        runner.close()
    assert {dialogue.texts for dialogue in held} == {("Hello.", *[TEXTS["emoji"]] * 4)}
    assert {message.attempts for dialogue in held for message in dialogue.messages[1:]} == {1}
    assert len(list(tmp_path.glob("crowd/*/*.jsonl"))) == 32


# Replies, whole and streamed.


@pytest.mark.parametrize("name", TEXTS)
@both_ways
def test_every_text_arrives_to_the_byte(name: str, stream: bool, proxy: LiteLLM) -> None:  # noqa: FBT001 -- a parameter
    got = reply(proxy, name, stream=stream)
    assert got.text == TEXTS[name]
    assert (got.finish_reason, got.model, got.reasoning) == ("stop", name, None)


def test_the_pieces_of_a_stream_are_its_text(proxy: LiteLLM) -> None:
    got, pieces = reply_and_pieces(proxy, "emoji", stream=True)
    assert len(pieces) > 5
    assert "".join(piece.text for piece in pieces) == got.text == TEXTS["emoji"]


def test_a_stream_counts_the_tokens_in_its_last_chunk_as_the_whole_reply_does(
    proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.answer = lambda *_: {"content": TEXTS["scripts"]}
    whole, streamed = (reply(proxy, "passed-on", stream=stream) for stream in (False, True))
    assert whole.usage is not None
    assert whole.usage.output > 5
    assert (streamed.text, streamed.usage) == (whole.text, whole.usage)


def test_reasoning_comes_apart_from_the_text_with_its_tokens(proxy: LiteLLM) -> None:
    got = reply(proxy, "thoughtful")
    assert (got.text, got.reasoning) == ("Yes.", "Is it? Да.")
    assert got.usage == Usage(input=30, output=4, reasoning=3, cached=20)


@both_ways
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_of_a_server_behind_the_proxy_comes_apart_from_the_text(
    field: str,
    stream: bool,  # noqa: FBT001 -- a parameter
    proxy: LiteLLM,
    upstream: ProtocolServer,
) -> None:
    upstream.answer = lambda *_: {"content": TEXTS["emoji"], field: "Мне думается. 思う。"}
    got, pieces = reply_and_pieces(proxy, "passed-on", stream=stream)
    assert (got.text, got.reasoning) == (TEXTS["emoji"], "Мне думается. 思う。")
    thought = "".join(piece.text for piece in pieces if piece.is_reasoning)
    assert thought == (got.reasoning if stream else "")


@both_ways
def test_how_a_reply_ended_and_what_was_cached_come_through_the_proxy(
    stream: bool,  # noqa: FBT001 -- a parameter
    proxy: LiteLLM,
    upstream: ProtocolServer,
) -> None:
    counted = {"prompt_tokens": 90, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 40}}
    upstream.answer = lambda *_: {"content": "And then", "finish_reason": "length", "usage": counted}
    got = reply(proxy, "passed-on", stream=stream)
    assert (got.text, got.finish_reason) == ("And then", "length")
    assert got.usage == Usage(input=90, output=2, cached=40)


@both_ways
def test_an_empty_reply_through_the_proxy_is_an_empty_message(
    stream: bool,  # noqa: FBT001 -- a parameter
    proxy: LiteLLM,
    upstream: ProtocolServer,
) -> None:
    upstream.answer = lambda *_: ""
    assert reply(proxy, "passed-on", stream=stream).text == ""


def test_a_refusal_through_the_proxy_is_the_text_of_the_message(proxy: LiteLLM, upstream: ProtocolServer) -> None:
    upstream.answer = lambda *_: {"refusal": "I cannot."}
    got = reply(proxy, "passed-on")
    assert (got.text, got.finish_reason) == ("I cannot.", "refusal")


def test_keep_alive_comments_before_the_first_word_are_no_part_of_the_reply(
    proxy: LiteLLM, upstream: ProtocolServer
) -> None:
    upstream.answer, upstream.latency = lambda *_: TEXTS["scripts"], 0.5
    with relay(proxy.url, piece=4096) as between:
        got = reply(proxy, "held-open", stream=True, url=between.url)
    assert b": ping\n\n" in between.passed
    assert got.text == TEXTS["scripts"]
    assert got.usage is not None


@pytest.mark.parametrize("piece", [1, 5])
@both_ways
def test_characters_cut_in_two_on_the_wire_are_put_together_again(
    piece: int,
    stream: bool,  # noqa: FBT001 -- a parameter
    proxy: LiteLLM,
) -> None:
    with relay(proxy.url, piece=piece) as between:
        got = reply(proxy, "emoji", stream=stream, url=between.url)
    assert TEXTS["emoji"][:2].encode() in between.passed  # as bytes that can be cut, not as escapes
    assert got.text == TEXTS["emoji"]


def test_the_headers_of_costs_and_limits_do_no_harm(proxy: LiteLLM) -> None:
    with relay(proxy.url, piece=4096) as between:
        got = reply(proxy, "metered", url=between.url)
    head = bytes(between.passed).partition(b"\r\n\r\n")[0].lower()
    assert b"x-litellm-response-cost: " in head
    assert b"x-ratelimit-remaining-requests: 999" in head
    assert (got.text, got.hold) == ("Two.", None)


# The command line.


@pytest.fixture
def talk(proxy: LiteLLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command line of a talk, in an empty folder, with the key where it belongs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", proxy.key)
    return ["talk", "--base-url", proxy.url, "--turns", "2"]


def test_a_talk_through_the_proxy_is_a_transcript(talk: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*talk, "--a", "tea", "--b", "scripts", "--output", "run.txt"]) == 0
    kept: Dialogue = read_transcript("run.txt")
    assert kept.texts == ("Hello.", TEXTS["scripts"], TEXTS["tea"], TEXTS["scripts"], TEXTS["tea"])
    assert "Traceback" not in capsys.readouterr().err


def test_a_person_sees_a_talk_through_the_proxy_as_it_is_streamed(
    talk: list[str], proxy: LiteLLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_terminal(monkeypatch, "\n") as terminal:
        assert main([*talk, "--model", "tea", "--output", "run.txt"]) == 0
    assert "\x1b[35mI \x1b[0m\x1b[35mlike \x1b[0m" in terminal.shown
    assert re.sub("\x1b\\[[0-9;]*m", "", terminal.shown).count("I like tea.") == 4
    assert proxy.key not in terminal.shown


def test_a_talk_of_several_samples_keeps_each(talk: list[str], tmp_path: Path) -> None:
    assert main([*talk, "--model", "emoji", "--samples", "4", "--output", "runs"]) == 0
    texts = [read_transcript(path).texts for path in sorted((tmp_path / "runs").iterdir())]
    assert texts == [("Hello.", *[TEXTS["emoji"]] * 4)] * 4


def test_a_talk_with_a_busy_proxy_says_so(talk: list[str], proxy: LiteLLM, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*talk, "--model", "limited", "--attempts", "1"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"harness: limited at {proxy.url}: rate limited (429)\n")
    assert proxy.key not in err
