"""Scrubbing a text that is shown while it is still being said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.secrets import MARK, Secrets
from dialogue_harness.secrets.stream import Stream

KEY = "sk-" + "A1b2" * 8
BLOCK = "-----BEGIN PRIVATE KEY-----\n" + "\n".join(["Mii1" * 16] * 6) + "\n-----END PRIVATE KEY-----"
PHRASE = "correct horse 7 battery\nstaple 日本"
KNOWN = Secrets([("LAB_PASSPHRASE", PHRASE), ("LAB_KEY", "q7Wv" * 5)])


def shown(text: str, size: int) -> str:
    stream = Stream(KNOWN)
    parts = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join([*parts, stream.flush()])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
@pytest.mark.parametrize("secret", [KEY, BLOCK, PHRASE, "q7Wv" * 5])
def test_a_secret_in_pieces_is_never_shown(secret: str, size: int) -> None:
    assert shown(f"Well. Take {secret}, and go.\nNow 再见", size) == f"Well. Take {MARK}, and go.\nNow 再见"


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_bearer_token_in_pieces_is_never_shown(size: int) -> None:
    assert shown(f"say Bearer {'A1b2' * 8} now", size) == f"say Bearer {MARK} now"


def test_a_word_is_shown_as_soon_as_it_ends() -> None:
    stream = Stream(KNOWN)
    assert [stream.feed(piece) for piece in ["Hel", "lo, ", "old", " friend", "再见", "。"]] == [
        "", "Hello, ", "", "old ", "friend再见", "。",
    ]  # fmt: skip
    assert stream.flush() == ""


def test_what_was_held_back_is_shown_at_the_end_and_only_once() -> None:
    stream = Stream(KNOWN)
    assert stream.feed("Bye") == ""
    assert (stream.flush(), stream.flush()) == ("Bye", "")


def test_a_word_without_end_is_not_held_back_for_ever() -> None:
    stream = Stream(KNOWN)
    assert len("".join(stream.feed("a" * 1000) for _ in range(100))) > 90_000


@given(
    st.lists(st.sampled_from([KEY, BLOCK, PHRASE, "Hello, ", "你好", "\n", "-----BEGIN", "Bearer ", " ", "x"])),
    st.integers(1, 40),
)
def test_pieces_of_any_size_show_no_secret_and_lose_nothing_else(parts: list[str], size: int) -> None:
    text = " ".join(parts)
    told = shown(text, size)
    assert not any(secret in told for secret in (KEY, BLOCK, PHRASE))
    if not any(secret in parts for secret in (KEY, BLOCK, PHRASE)):
        assert told == text
