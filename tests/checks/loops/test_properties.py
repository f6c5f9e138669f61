from __future__ import annotations

import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness.checks.loops.detector import LoopWatch, find_termination_loop, no_termination_loop
from dialogue_harness.checks.loops.terms import _found, _words
from dialogue_harness.dialogue import Dialogue
from loop_cases import CASES, LOOPS, TELESCOPE, Case
from strategies import hostile_text

IDLE = st.sampled_from(
    [
        "Goodbye!",
        "Bye, take care!",
        "Thank you!",
        "(Silence.)",
        "Standing by.",
        "",
        "...",
        "👋",
        "You too!",
        "谢谢，再见！",
        "감사합니다.",
        "안녕히 가세요!",
        "धन्यवाद",
        "अलविदा",
        "شكرا جزيلا",
        "Merci, au revoir !",
        "Спасибо, до свидания!",
        "[no reply]",
        "(The line is quiet.)",
        "*nods*",
        "---",
    ]
)
TALK = st.lists(st.sampled_from([text for case in CASES for text in case.texts]) | IDLE | hostile_text(3), max_size=40)


@given(case=st.sampled_from(LOOPS), more=st.lists(IDLE, max_size=40))
@settings(max_examples=60, deadline=None)
def test_more_idle_messages_never_move_the_onset_of_a_loop_already_found(case: Case, more: list[str]) -> None:
    found = find_termination_loop(Dialogue.from_texts(case.texts))
    longer = find_termination_loop(Dialogue.from_texts([*case.texts, *more]))
    assert found is not None
    assert longer is not None
    assert (longer.onset, longer.earliest, longer.latest) == (found.onset, found.earliest, found.latest)
    assert longer.known_at == found.known_at
    assert longer.messages == found.messages + len(more)


@given(texts=TALK)
@settings(max_examples=40, deadline=None)
def test_what_the_watch_says_at_a_message_is_what_is_said_of_the_messages_so_far(texts: list[str]) -> None:
    dialogue = Dialogue.from_texts(texts)
    watch = LoopWatch()
    for message in dialogue:
        assert watch.feed(message) == find_termination_loop(dialogue[: message.number + 1])


@given(texts=TALK, pad=st.sampled_from([" ", "\n", "\t\n ", "\u3000"]))
@settings(max_examples=40, deadline=None)
def test_white_space_at_the_ends_changes_no_verdict(texts: list[str], pad: str) -> None:
    plain = no_termination_loop(Dialogue.from_texts(texts))
    padded = no_termination_loop(Dialogue.from_texts(pad + text + pad for text in texts))
    assert padded == plain


@given(texts=TALK, at_least=st.integers(1, 12), past=st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_no_text_raises_and_what_is_found_is_coherent(texts: list[str], at_least: int, past: int) -> None:
    dialogue = Dialogue.from_texts(texts)
    loop = find_termination_loop(dialogue, at_least=at_least)
    verdict = no_termination_loop(dialogue, past=past)
    assert pickle.loads(pickle.dumps((loop, verdict))) == (loop, verdict)  # noqa: S301 -- pickled a moment ago
    assert verdict.passed == (verdict.score is not None and verdict.score <= past)
    if loop is not None:
        assert 1 <= loop.earliest <= loop.onset <= loop.latest <= len(texts)
        assert loop.messages == len(texts) - loop.onset + 1 >= at_least
        assert loop.onset + at_least - 1 <= loop.known_at <= len(texts)
        assert 0 < loop.wasted <= 1


@given(
    text=st.text(st.sampled_from("ab1'’ \n_*—é½²ІЖ谢ー・\x85\xa0\x1c🙏\u0301\ud800ªʼ") | st.characters(), max_size=25)
)
@settings(max_examples=200, deadline=None)
def test_the_quick_way_to_find_words_finds_what_the_thorough_way_does(text: str) -> None:
    folded = text.casefold()
    assert _words(folded) == _found(folded.replace("’", "'"))


def seconds(texts: list[str]) -> float:
    dialogue = Dialogue.from_texts(texts)
    begin = time.process_time()
    find_termination_loop(dialogue)
    return time.process_time() - begin


@pytest.mark.parametrize(
    "tail", [("Goodbye!", "Bye!"), ("", ""), ("a new thought", "bye"), ("ok", "so", "hm", "well then")], ids=str
)
def test_twenty_times_the_messages_take_linear_time(tail: tuple[str, ...]) -> None:
    few = [*TELESCOPE, *(tail * 1_000)[:1_000]]
    many = [*TELESCOPE, *(tail * 20_000)[:20_000]]
    assert seconds(many) < 60 * max(seconds(few), 0.02)


def test_a_hundred_thousand_messages_are_read_in_one_pass() -> None:
    loop = find_termination_loop(Dialogue.from_texts([*TELESCOPE, *["", "Bye!"] * 50_000]))
    assert loop is not None
    assert loop.messages > 99_990


@pytest.mark.parametrize(
    "piece", ["word other ", "x", "*", "(", "[", "\0", "\ud800", "\u05d0\u05d1 ", "👩‍👧 ", "谢", "?", "`_<"]
)
def test_a_message_of_ten_megabytes_takes_linear_time(piece: str) -> None:
    size = 10_000_000 if piece == "word other " else 1_000_000
    assert seconds([*TELESCOPE, (piece * size)[:size], "Goodbye!"]) < 20
