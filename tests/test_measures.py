from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import measures
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from collections.abc import Callable

TALK = st.lists(st.text(alphabet=st.sampled_from("ab cd\n.é今\ud800"), max_size=30), max_size=12).map(
    Dialogue.from_texts
)
EMPTY = Dialogue.from_texts([])


def talk(*texts: str) -> Dialogue:
    return Dialogue.from_texts(texts)


def test_novelty_is_the_share_of_content_words_that_nobody_said_before() -> None:
    said = talk("Red tiles last.", "Red slates last longer.", "Red tiles.", "And so it is.")
    assert measures.novelty(said) == (1.0, 0.5, 0.0, 0.0)


def test_distinct_n_counts_each_n_gram_once() -> None:
    said = talk("a b a b", "a b")
    assert measures.distinct_n(said, 1) == 2 / 6
    assert measures.distinct_n(said) == 2 / 4
    assert measures.distinct_n(said, 3) == 1.0


def test_rep_n_is_the_share_of_n_grams_that_were_there_before() -> None:
    assert measures.rep_n(talk("w x y z", "w x y z", "z y x w")) == pytest.approx(1 / 3)


def test_n_grams_do_not_cross_messages() -> None:
    assert measures.distinct_n(talk("a", "b", "a", "b"), 2) == 1.0


def test_the_compression_ratio_falls_with_repetition() -> None:
    once = talk("The boats leave the harbour before lunch, because the tide turns at noon.")
    again = talk(*once.texts * 20)
    assert measures.compression_ratio(again) < 0.2 < measures.compression_ratio(once)


def test_entropy_is_in_bits_a_word() -> None:
    assert measures.entropy(talk("one two", "three four")) == 2.0
    assert measures.entropy(talk("same same", "same")) == 0.0


def test_divergence_is_zero_for_equal_use_of_words_and_one_for_none_in_common() -> None:
    assert measures.divergence(talk("red blue"), talk("blue", "red")) == 0.0
    assert measures.divergence(talk("red blue"), talk("green")) == 1.0


def test_divergence_of_a_worked_example() -> None:
    expected = (math.log2(1 / 0.75) + 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)) / 2
    assert measures.divergence(talk("red"), talk("red blue")) == pytest.approx(expected)


def test_overlap_is_the_share_of_content_words_that_both_speakers_said() -> None:
    assert measures.overlap(talk("The red boat", "the red tile")) == pytest.approx(1 / 3)
    assert measures.overlap(talk("boat", "tile", "tile", "boat")) == 1.0


def test_the_length_trend_is_in_words_a_message_and_robust_against_one_outlier() -> None:
    said = [" ".join(["word"] * n) for n in (2, 4, 6, 8, 10, 12)]
    assert measures.length_trend(talk(*said)) == 2.0
    said[3] = "word " * 5000
    assert measures.length_trend(talk(*said)) == pytest.approx(2.0, abs=0.5)
    assert measures.length_trend(talk(*reversed(said[:3]))) == -2.0


def test_the_length_trend_of_many_messages_is_found_without_comparing_all_pairs() -> None:
    said = [" ".join(["word"] * (3 + n // 10)) for n in range(1000)]
    assert measures.length_trend(talk(*said)) == pytest.approx(0.1)


def test_similarity_sees_words_and_their_order() -> None:
    assert measures.similarity(["red", "boat"], ["red", "boat"]) == 1.0
    assert measures.similarity(["red", "boat"], ["boat", "red"]) == 0.0
    assert measures.similarity(["a", "red", "boat"], ["the", "red", "boat"]) == 0.5
    assert measures.similarity([], []) == 1.0
    assert measures.similarity([], ["red"]) == 0.0


def test_each_measure_of_nothing_is_what_it_says_it_is() -> None:
    assert measures.novelty(EMPTY) == ()
    assert measures.distinct_n(EMPTY) == 1.0
    assert measures.rep_n(EMPTY) == 0.0
    assert measures.compression_ratio(EMPTY) == 1.0
    assert measures.entropy(EMPTY) == 0.0
    assert measures.divergence(EMPTY, EMPTY) == 0.0
    assert measures.divergence(EMPTY, talk("word")) == 1.0
    assert measures.overlap(EMPTY) == 0.0
    assert measures.length_trend(EMPTY) == 0.0


@pytest.mark.parametrize("n", [0, -1, 1.5, True, "2"])
def test_an_n_that_is_no_whole_number_of_words_is_refused(n: object) -> None:
    with pytest.raises(CheckError) as refused:
        measures.distinct_n(EMPTY, n)  # type: ignore[arg-type]  # the misuse is the point
    assert str(refused.value) == f"n must be a whole number, 1 or more\n  got: {n!r}"


@given(TALK, TALK)
def test_every_measure_stays_in_its_range(left: Dialogue, right: Dialogue) -> None:
    assert all(0 <= share <= 1 for share in measures.novelty(left))
    assert len(measures.novelty(left)) == len(left)
    assert 0 < measures.distinct_n(left) <= 1
    assert 0 <= measures.rep_n(left, 1) < 1
    assert measures.compression_ratio(left) > 0
    assert measures.entropy(left) >= 0
    assert 0 <= measures.divergence(left, right) <= 1
    assert 0 <= measures.overlap(left) <= 1


@given(TALK, TALK)
def test_divergence_and_overlap_do_not_care_which_side_comes_first(left: Dialogue, right: Dialogue) -> None:
    assert measures.divergence(left, right) == pytest.approx(measures.divergence(right, left))
    swapped = Dialogue.from_texts(["", *left.texts])
    assert measures.overlap(swapped) == measures.overlap(left)


@given(TALK)
def test_a_stretch_does_not_diverge_from_itself(said: Dialogue) -> None:
    assert measures.divergence(said, said) == pytest.approx(0.0)


@given(TALK)
def test_said_twice_everything_is_less_distinct_and_nothing_is_new(said: Dialogue) -> None:
    twice = Dialogue.from_texts(said.texts * 2)
    assert measures.distinct_n(twice) <= measures.distinct_n(said)
    assert measures.novelty(twice)[len(said) :] == (0.0,) * len(said)
    assert measures.entropy(twice) == pytest.approx(measures.entropy(said))


def test_one_speaker_can_be_measured_alone() -> None:
    said = talk("red", "blue", "red", "green")
    assert measures.entropy(said.by("A")) == 0.0
    assert measures.entropy(said.by("B")) == 1.0


def test_the_measures_are_listed_in_order() -> None:
    assert measures.__all__ == sorted(measures.__all__)


def test_n_grams_longer_than_any_message_take_no_time_and_no_room() -> None:
    said = talk("word " * 30_000)
    begin = time.process_time()
    assert measures.distinct_n(said, 10**9) == 1.0
    assert measures.distinct_n(said, 30_001) == 1.0
    assert time.process_time() - begin < 1  # a slice for each word would be four gigabytes


#: Each measure as a function of one dialogue.
OF_ONE: dict[str, Callable[[Dialogue], Any]] = {
    **{name: getattr(measures, name) for name in measures.__all__ if name not in {"divergence", "similarity"}},
    "divergence": lambda said: measures.divergence(said.by("A"), said.by("B")),
    "similarity": lambda said: measures.similarity(said.by("A").texts, said.by("B").texts),
}


def seconds(measure: Callable[[Dialogue], Any], said: Dialogue) -> float:
    begin = time.process_time()
    measure(said)
    return time.process_time() - begin


@pytest.mark.parametrize("name", measures.__all__)
@pytest.mark.parametrize("shape", ["one message", "many messages"])
def test_sixteen_times_the_words_do_not_take_a_hundred_times_as_long(name: str, shape: str) -> None:
    def of(count: int) -> Dialogue:
        new = [f"word{n} tide{n} boat{n}" for n in range(count)]
        return talk("Which tide?", " ".join(new)) if shape == "one message" else talk(*new)

    few, many = of(1_500), of(24_000)
    assert seconds(OF_ONE[name], many) < 100 * max(seconds(OF_ONE[name], few), 0.005)


@pytest.mark.parametrize("name", measures.__all__)
def test_a_measure_takes_whatever_models_say(name: str) -> None:
    for text in ("", "\0", "\ud800", "\u202eאב", "👩\u200d👧", "e\u0301" * 99, " \n" * 99, "[" * 99, "9" * 9_999):
        OF_ONE[name](talk(text))
        OF_ONE[name](talk("Which tide?", text, text))
