from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness._text.printable import neutralise
from dialogue_harness.dialogue import Dialogue, Ending, Message, Usage
from dialogue_harness.scenario import Scenario, Speaker
from strategies import dialogues, names

M = Speaker("acme/large")
TALK = Dialogue.from_texts(["Hello.", "Arch or beam?", "Arch.", "Why?", "It stands by itself.", "Thanks.", "Goodbye."])
BEGUN_BY_B = Dialogue.from_texts("abcd", scenario=Scenario("x", a=M, b=M, opener=None, turns=2))


def numbers(dialogue: Dialogue) -> list[int]:
    return [message.number for message in dialogue]


# --- from bare texts


def test_bare_texts_are_said_in_turn_and_a_begins() -> None:
    dialogue = Dialogue.from_texts(iter(["Hello.", "Arch or beam?", "Arch."]))
    expected = Message(1, "A", "Hello."), Message(2, "B", "Arch or beam?"), Message(3, "A", "Arch.")
    assert dialogue.messages == expected
    assert (dialogue.ending, dialogue.sample, dialogue.date, dialogue.heading) == (None, 1, None, None)


@pytest.mark.parametrize(
    ("count", "opener", "turns"), [(0, None, 0), (1, "a", 0), (2, "a", 1), (3, "a", 1), (4, "a", 2)]
)
def test_the_scenario_of_bare_texts_is_one_of_two_unknown_models(count: int, opener: str | None, turns: int) -> None:
    unknown = Speaker("unknown")
    expected = Scenario("unknown", a=unknown, b=unknown, opener=opener, turns=turns)
    assert Dialogue.from_texts("abcd"[:count]).scenario == expected


def test_in_a_scenario_without_an_opener_b_says_the_first_text() -> None:
    assert [(m.number, m.speaker) for m in BEGUN_BY_B] == [(1, "B"), (2, "A"), (3, "B"), (4, "A")]


def test_a_text_that_is_none_is_refused_by_its_place() -> None:
    with pytest.raises(TypeError, match="text 2 must be a string, not NoneType"):
        Dialogue.from_texts(["Hello.", None])  # type: ignore[list-item]  # that it is refused is the point


# --- by number


def test_a_message_is_found_by_its_number_as_people_cite_it() -> None:
    assert TALK[1].text == "Hello."
    assert TALK[7].text == "Goodbye."


def test_a_negative_number_counts_from_the_end() -> None:
    assert (TALK[-1], TALK[-7]) == (TALK[7], TALK[1])
    assert TALK[3:6][-1] == TALK[5]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (0, "no message 0: messages are numbered from 1"),
        (8, "no message 8: there are 7, numbered from 1 to 7"),
        (-8, "no message -8: there are 7, numbered from 1 to 7"),
    ],
)
def test_a_number_that_no_message_has_is_an_index_error_that_tells_which_there_are(number: int, message: str) -> None:
    with pytest.raises(IndexError) as error:
        TALK[number]
    assert str(error.value) == message


@pytest.mark.parametrize("number", [1, -1, 0])
def test_an_empty_dialogue_has_no_message(number: int) -> None:
    with pytest.raises(IndexError, match=f"no message {number}: the dialogue is empty"):
        Dialogue.from_texts([])[number]


def test_an_excerpt_keeps_its_numbers() -> None:
    excerpt = TALK[3:6]
    assert numbers(excerpt) == [3, 4, 5]
    assert excerpt[4] == TALK[4]
    with pytest.raises(IndexError, match="no message 2: there are 3, numbered from 3 to 5"):
        excerpt[2]


@pytest.mark.parametrize(
    ("excerpt", "expected"),
    [
        (TALK[:3], [1, 2]),
        (TALK[6:], [6, 7]),
        (TALK[-2:], [6, 7]),
        (TALK[:-2], [1, 2, 3, 4, 5]),
        (TALK[0:2], [1]),
        (TALK[5:99], [5, 6, 7]),
        (TALK[5:2], []),
        (TALK[3:6][4:], [4, 5]),
        (TALK.by("B")[2:5], [2, 4]),
    ],
)
def test_slices_go_by_message_number(excerpt: Dialogue, expected: list[int]) -> None:
    assert numbers(excerpt) == expected


def test_a_slice_takes_no_step() -> None:
    with pytest.raises(ValueError, match=r"messages are sliced without a step; use \.by\(side\) or \.turn\(number\)"):
        TALK[::2]


def test_a_slice_of_everything_is_the_dialogue_itself() -> None:
    ended = replace(TALK, ending=Ending("turns"), heading="…")
    assert ended[:] is ended


def test_an_excerpt_has_neither_ending_nor_heading() -> None:
    excerpt = replace(TALK, ending=Ending("turns"), heading="…")[2:]
    assert (excerpt.ending, excerpt.heading) == (None, None)


def test_messages_are_yielded_in_order_and_backwards() -> None:
    assert numbers(TALK) == [1, 2, 3, 4, 5, 6, 7]
    assert [m.number for m in reversed(TALK)] == [7, 6, 5, 4, 3, 2, 1]
    assert len(TALK) == 7


def test_the_index_of_a_message_is_its_number() -> None:
    assert TALK.index(TALK[4]) == 4
    assert TALK[3:].index(TALK[4]) == 4
    assert TALK[4] in TALK
    with pytest.raises(ValueError, match="the dialogue holds no such message"):
        TALK.index(TALK[4], 5)


# --- by speaker and by turn


def test_the_messages_of_one_speaker_keep_their_numbers() -> None:
    assert numbers(TALK.by("A")) == [1, 3, 5, 7]
    assert numbers(TALK.by("B")) == [2, 4, 6]
    assert TALK.by("B")[4] == TALK[4]


def test_another_speaker_than_a_and_b_is_refused() -> None:
    with pytest.raises(ValueError, match='a dialogue has the speakers "A" and "B", not \'C\''):
        TALK.by("C")  # type: ignore[arg-type]  # that it is refused is the point


def test_a_turn_is_b_s_message_and_a_s_answer() -> None:
    assert [numbers(TALK.turn(n)) for n in (1, 2, 3)] == [[2, 3], [4, 5], [6, 7]]


def test_a_turn_without_an_opener_begins_with_message_1() -> None:
    assert [numbers(BEGUN_BY_B.turn(n)) for n in (1, 2)] == [[1, 2], [3, 4]]


def test_the_last_turn_may_lack_its_answer() -> None:
    unanswered = TALK[:5]
    assert unanswered.turns == 2
    assert numbers(unanswered.turn(2)) == [4]


@pytest.mark.parametrize("number", [0, -1, 4])
def test_a_turn_that_is_not_there_is_an_index_error_that_tells_which_are(number: int) -> None:
    with pytest.raises(IndexError, match=f"no turn {number}: turns are numbered from 1 to 3"):
        TALK.turn(number)


@pytest.mark.parametrize(("count", "turns"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (101, 50)])
def test_turns_are_counted_from_the_opener(count: int, turns: int) -> None:
    assert Dialogue.from_texts(["x"] * count).turns == turns


def test_turns_are_counted_from_message_1_where_b_begins() -> None:
    assert [BEGUN_BY_B[:n].turns for n in (1, 2, 3, 4, 5)] == [0, 1, 1, 2, 2]


# --- cut


def test_a_cut_dialogue_is_as_if_its_scenario_had_asked_for_no_more() -> None:
    asked_for_one = replace(TALK.scenario, turns=1)
    assert TALK.cut(1) == Dialogue(asked_for_one, TALK.messages[:3], Ending("turns"))
    assert numbers(TALK.cut(0)) == [1]


def test_a_cut_without_an_opener_counts_from_message_1() -> None:
    assert numbers(BEGUN_BY_B.cut(1)) == [1, 2]


def test_a_dialogue_that_ended_before_the_cut_keeps_its_ending() -> None:
    hung_up = replace(TALK, ending=Ending("hang_up", by="A"))
    assert hung_up.cut(3).ending == Ending("hang_up", by="A")
    assert hung_up.cut(5).ending == Ending("hang_up", by="A")
    assert hung_up.cut(2).ending == Ending("turns")


def test_a_dialogue_that_broke_off_before_the_cut_has_no_ending() -> None:
    assert TALK[:4].cut(3).ending is None


def test_an_excerpt_is_cut_by_number() -> None:
    assert numbers(TALK[3:].cut(2)) == [3, 4, 5]


def test_given_messages_after_the_cut_are_left_out_of_its_scenario() -> None:
    scenario = replace(TALK.scenario, given={3: "Arch.", 6: "Thanks."})
    assert replace(TALK, scenario=scenario).cut(1).scenario.given == {3: "Arch."}


def test_a_cut_dialogue_does_not_keep_a_heading_that_tells_more_turns() -> None:
    headed = replace(TALK, heading="Turns: 3")
    assert headed.cut(2).heading is None
    assert headed.cut(3).heading == "Turns: 3"


# --- what it holds


def test_the_texts_are_those_of_the_messages() -> None:
    assert TALK[5:].texts == ("It stands by itself.", "Thanks.", "Goodbye.")


def test_usage_is_summed_over_the_messages_that_have_any() -> None:
    counted = (
        Message(1, "A", "x", usage=Usage(10, 5, 2, 1)),
        Message(2, "B", "y"),
        Message(3, "A", "z", usage=Usage(1, 1)),
    )
    assert Dialogue(TALK.scenario, counted).usage == Usage(11, 6, 2, 1)
    assert TALK.usage == Usage()


@pytest.mark.parametrize(
    ("text", "empty"), [("", True), (" \n\t", True), ("\u3000", True), (".", False), ("\0", False)]
)
def test_a_message_is_empty_where_it_holds_white_space_only(text: str, empty: bool) -> None:  # noqa: FBT001 -- a table
    assert Message(1, "A", text).is_empty is empty


def test_the_heading_does_not_make_two_dialogues_differ() -> None:
    assert replace(TALK, heading="…") == TALK
    assert hash(replace(TALK, heading="…")) == hash(TALK)


def test_a_dialogue_and_its_messages_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TALK.sample = 2  # type: ignore[misc]  # that it is refused is the point
    with pytest.raises(AttributeError):
        TALK[1].text = "x"  # type: ignore[misc]  # likewise


# --- in one line


@pytest.mark.parametrize(
    ("dialogue", "shown"),
    [
        (TALK, "<Dialogue 'unknown' sample 1: 7 messages>"),
        (TALK[:2], "<Dialogue 'unknown' sample 1: 1 message>"),
        (TALK[3:6], "<Dialogue 'unknown' sample 1: 3 of messages 3 to 5>"),
        (TALK.by("B"), "<Dialogue 'unknown' sample 1: 3 of messages 2 to 6>"),
        (
            replace(TALK, ending=Ending("hang_up"), sample=4),
            "<Dialogue 'unknown' sample 4: 7 messages, ended by hang_up>",
        ),
        (Dialogue.from_texts([]), "<Dialogue 'unknown': no messages>"),
    ],
)
def test_a_dialogue_is_shown_by_name_sample_and_extent(dialogue: Dialogue, shown: str) -> None:
    assert repr(dialogue) == shown


def test_a_hostile_name_is_shown_shortened_and_neutralised() -> None:
    scenario = replace(TALK.scenario, name="\x1b[31m\n\u202e" + "👋" * 300)
    shown = repr(replace(TALK, scenario=scenario))
    assert shown.startswith("<Dialogue '\\x1b[31m \\u202e👋")
    assert shown.endswith("…' sample 1: 7 messages>")


# --- for any dialogue


@given(dialogues())
def test_any_dialogue_is_pickled_and_hashed_by_content(dialogue: Dialogue) -> None:
    twin = pickle.loads(pickle.dumps(dialogue))  # noqa: S301 -- our own bytes
    assert twin == dialogue
    assert hash(twin) == hash(dialogue)


@given(dialogues(), st.integers(-12, 12))
def test_any_dialogue_is_found_message_by_message(dialogue: Dialogue, number: int) -> None:
    assert [dialogue[n] for n in range(1, len(dialogue) + 1)] == list(dialogue)
    assert list(reversed(dialogue)) == list(dialogue)[::-1]
    before, after = dialogue[:number], dialogue[number:]
    if number >= 1 or number < -len(dialogue):
        assert before.messages + after.messages == dialogue.messages


@given(dialogues())
def test_the_turns_of_any_dialogue_are_all_that_follows_its_opener(dialogue: Dialogue) -> None:
    after_opener = dialogue.messages[dialogue.scenario.opener is not None :]
    in_turns = [m for number in range(1, dialogue.turns + 1) for m in dialogue.turn(number)]
    assert tuple(in_turns) == after_opener


@given(dialogues(), st.integers(0, 5))
def test_cutting_twice_is_cutting_once(dialogue: Dialogue, turns: int) -> None:
    cut = dialogue.cut(turns)
    assert cut.cut(turns) == cut
    assert cut.messages == dialogue.messages[: cut.scenario.length]


@given(names())
def test_a_dialogue_of_any_name_is_shown_in_one_line_that_is_safe_to_print(name: str) -> None:
    shown = repr(replace(TALK, scenario=replace(TALK.scenario, name=name)))
    assert neutralise(shown) == shown
    assert len(shown.splitlines()) == 1
    assert len(shown) < 120


def test_a_message_is_told_in_json_by_what_is_set() -> None:
    assert msgspec.json.encode(Message(2, "B", "Hi.")) == b'{"number":2,"speaker":"B","text":"Hi."}'
