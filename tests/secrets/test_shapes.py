"""Which texts hold a key by its shape, and which only resemble one."""

from __future__ import annotations

import base64
import json
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.secrets import MARK, Secrets
from dialogue_harness.secrets.shapes import SHAPES
from places import CORPUS
from strategies import hostile_text

#: Letters and digits as a key has them. No key stands in this file: all are put together from parts.
BODY = "A1b2" * 9
UPPER = "A1B2" * 4
LINES = "\n".join(["Mii1" * 16] * 6)

KEYS = {
    "an OpenAI key": ["sk-" + BODY, "sk-proj-" + BODY + "_" + BODY, "sk-svcacct-" + BODY, "sk-or-v1-" + BODY],
    "an Anthropic key": ["sk-" + "ant-api03-" + BODY + "-" + BODY],
    "an AWS access key": ["AK" + "IA" + UPPER, "AS" + "IA" + UPPER],
    "a GitHub token": [*(f"gh{kind}_" + BODY for kind in "pousr"), "github_" + "pat_" + BODY + "_" + BODY],
    "a GitLab token": ["glp" + "at-" + BODY[:20]],
    "a Slack token": ["xo" + "xb-98765-43210-" + BODY, "xo" + "xp-" + BODY],
    "a Google API key": ["AI" + "za" + BODY[:35]],
    "a Hugging Face token": ["hf" + "_" + BODY],
    "a Stripe key": ["sk_" + "live_" + BODY, "rk_" + "live_" + BODY],
    "a Groq key": ["gs" + "k_" + BODY],
    "an xAI key": ["xa" + "i-" + BODY],
    "an NVIDIA key": ["nva" + "pi-" + BODY],
    "a Perplexity key": ["ppl" + "x-" + BODY],
    "a JSON Web Token": [".".join(["ey" + "J" + BODY, "ey" + "J" + BODY, BODY])],
    "a private key": [
        f"-----BEGIN {kind}PRIVATE KEY-----\n{head}{LINES}\nMii1==\n-----END {kind}PRIVATE KEY-----"
        for kind, head in (("", ""), ("RSA ", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\n"), ("OPENSSH ", ""))
    ],
}
ALL = [(kind, key) for kind, keys in KEYS.items() for key in keys]
ONE_LINE = [key for _, key in ALL if "\n" not in key]

NONE = Secrets()


@pytest.mark.parametrize(("kind", "key"), ALL)
def test_a_key_is_known_by_its_shape(kind: str, key: str) -> None:
    assert NONE.find(f"Use {key}, please.") == kind
    assert NONE.scrub(f"Use {key}, please.") == f"Use {MARK}, please."


def test_every_shape_has_a_key_here_that_it_is_found_by() -> None:
    found = {shape for shape in SHAPES for _, key in ALL if any(shape.spans(key))}
    assert {shape.kind for shape in SHAPES} - {shape.kind for shape in found} == {"a bearer token"}


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_of_a_bearer_token_the_word_is_left(word: str) -> None:
    assert NONE.find(f"Authorization: {word} {BODY}") == "a bearer token"
    assert NONE.scrub(f"Authorization: {word} {BODY}\r\n") == f"Authorization: {word} {MARK}\r\n"


@pytest.mark.parametrize("before", ["", " ", "=", '"', "'", "`", "(", ":", "/", "-", "_", "的", "\n", "\x00", "…"])
@pytest.mark.parametrize("key", ONE_LINE)
def test_a_key_is_found_wherever_a_word_may_begin(key: str, before: str) -> None:
    if before and before in "-_/" and key.startswith(("ey", "AI")):
        return  # there such a word goes on
    assert key not in NONE.scrub(f"x{before}{key}" if before else key)


@pytest.mark.parametrize("before", ["\n", "\t", "\x1b", "\u202e", "\ud800", "\x00"])
@pytest.mark.parametrize("key", [key for _, key in ALL])
def test_a_key_is_found_in_escaped_text(key: str, before: str) -> None:
    for escaped in (json.dumps(before + key), repr(before + key), json.dumps(json.dumps("a " + key))):
        assert NONE.find(escaped)
        body = key.split("\n")[1][:40] if "\n" in key else key
        assert body not in NONE.scrub(escaped)


@pytest.mark.parametrize("key", KEYS["a private key"])
def test_a_private_key_is_found_folded_to_one_line_and_without_its_end(key: str) -> None:
    folded = " ".join(key.split())
    assert NONE.scrub(f"< {folded} >") == f"< {MARK} >"
    assert LINES[:60] not in NONE.scrub(key[: len(key) // 2])


@pytest.mark.parametrize("key", [*ONE_LINE, "Bearer " + BODY])
@pytest.mark.parametrize("cut", ["…", "..."])
def test_the_beginning_of_a_key_is_taken_out_where_the_text_shows_that_it_was_cut(key: str, cut: str) -> None:
    assert NONE.scrub(f"'Take {key[:18]}{cut}") == f"'Take {MARK}{cut}"


@pytest.mark.parametrize(
    "text",
    [
        "Take the risk-adjusted-returns-of-2024-and-the-years-before-it.",
        "task-" + str(uuid.UUID(int=3**80)) + " and disk-0123456789abcdef01234567",
        str(uuid.UUID(int=7**45)),
        "sha256:" + "9f86d081884c7d659a2feaa0c55ad015" * 2,
        "commit da1566f0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6",
        "<div class='sk-fading-circle sk-cube-grid sk-three-bounce-and-then-some'>",
        "scikit-learn-1-2-3-is-not-sk-learn-version-1-2-3-compatible",
        "from huggingface_hub import hf_hub_download, hf_transfer_enabled_by_default",
        "The bearer of this letter, a standard-bearer and pall-bearer of old, is to be trusted.",
        "Bearer authentication, bearer tokens_in_the_authorization_header",
        "Authorization: Bearer YOUR_ACCESS_TOKEN_GOES_HERE",
        "Authorization: Bearer <token>",
        "export OPENAI_API_KEY=sk-" + "x" * 32,
        "export OPENAI_API_KEY=sk-your-api-key-goes-right-here-1",
        "export OPENAI_API_KEY=sk-" + "1234567890abcdef" * 2,
        "gh" + "p_" + "x" * 36,
        "AK" + "IAIOSFODNN7EXAMPLE",
        "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.c2lnbmF0dXJlIQ2",
        "A key file begins with -----BEGIN PRIVATE KEY----- and then has 26 lines of 64 characters each, no more.",
        "-----BEGIN CERTIFICATE-----\n" + LINES + "\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\n" + LINES + "\n-----END PUBLIC KEY-----",
        "eyJ is how a token begins. So is eyJhbGciOi... in many an introduction",
        "https://example.com/a/very/long/path/with/AbC123dEf456gHi789jKl012mNo345?q=1",
        "Das Äußerste—und dann… 他说：再见。🙂",
    ],
)
def test_what_only_resembles_a_key_is_left_alone(text: str) -> None:
    assert NONE.find(text) is None


@given(st.binary(max_size=3000))
def test_base64_of_anything_such_as_an_image_is_no_key(data: bytes) -> None:
    assert NONE.find("data:image/png;base64," + base64.b64encode(data).decode()) is None


@given(st.text())
def test_text_that_holds_no_literal_of_a_shape_is_what_it_was(text: str) -> None:
    if not any(shape.literal in text for shape in SHAPES):
        assert NONE.scrub(text) == text


@given(hostile_text(), st.sampled_from(ONE_LINE), hostile_text())
def test_a_key_is_gone_wherever_it_stood(before: str, key: str, after: str) -> None:
    scrubbed = NONE.scrub(f"{before} {key} {after}")
    assert key not in scrubbed
    assert NONE.find(scrubbed) is None
    assert NONE.scrub(scrubbed) == scrubbed


@given(
    st.lists(st.one_of(st.sampled_from([key for _, key in ALL]), st.sampled_from([MARK, "…", "...", " ", "Bearer "])))
)
def test_scrubbing_what_was_scrubbed_changes_nothing(parts: list[str]) -> None:
    scrubbed = NONE.scrub("".join(parts))
    assert NONE.scrub(scrubbed) == scrubbed


HARD = {
    "prose": "The leaves are plucked in late April. ",
    "sk-": "sk-",
    "eyJ": "eyJ",
    "segments": "eyJaaaaaaaaa.",
    "headers": "-----BEGIN PRIVATE KEY-----\nAb: c\n",
    "bearers": "Bearer ",
    "google": "AIza",
    "cuts": "sk-a1aaaaaa...",
    "one word": "A",
    "lines": "\n",
}


@pytest.mark.parametrize("repeated", HARD.values(), ids=HARD.keys())
def test_a_text_ten_times_as_long_takes_no_more_than_about_ten_times_as_long(repeated: str) -> None:
    def seconds(characters: int) -> float:
        text = "-----BEGIN PRIVATE KEY-----" + repeated * (characters // len(repeated))
        began = time.process_time()
        NONE.scrub(text)
        return time.process_time() - began

    seconds(1000)
    once = min(seconds(50_000) for _ in range(3))
    assert seconds(500_000) < 40 * once + 0.05  # of quadratic time it would be 100 times as much


def test_no_dialogue_of_the_corpus_holds_a_secret() -> None:
    corpus = CORPUS
    if not corpus.is_dir():
        pytest.skip("the corpus of real dialogues is not here")
    texts = [
        message["text"]
        for file in sorted(corpus.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for message in json.loads(line)["messages"]
    ]
    assert len(texts) > 10_000
    assert [text for text in texts if NONE.find(text) or NONE.scrub(text) != text] == []
