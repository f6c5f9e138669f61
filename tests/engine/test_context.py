from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import Dialogue, History, Scenario, Speaker
from dialogue_harness.engine.context import context, shortened, system_prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.models.registry import Context

BARE = Speaker("some/model")
TALK = Scenario("talk", a=BARE, b=BARE, opener="Hello.", turns=50)


def seen(scenario: Scenario, texts: Sequence[str]) -> list[tuple[str, str]]:
    return roles(context(scenario, Dialogue.from_texts(texts, scenario=scenario).messages))


def roles(of: Context) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in of.messages]


def test_b_sees_the_opener_as_the_users_message() -> None:
    assert seen(TALK, ["Hello."]) == [("user", "Hello.")]


def test_a_does_not_see_its_own_opener() -> None:
    assert seen(TALK, ["Hello.", "Hi there."]) == [("user", "Hi there.")]


def test_a_sees_its_own_opener_where_the_scenario_keeps_it() -> None:
    kept = Scenario("talk", a=BARE, b=BARE, opener="Hello.", keep_opener=True)

    assert seen(kept, ["Hello.", "Hi there."]) == [("assistant", "Hello."), ("user", "Hi there.")]


def test_each_speaker_sees_its_own_messages_as_the_assistants_and_the_others_as_the_users() -> None:
    texts = ["Hello.", "b1", "a1", "b2"]

    assert seen(TALK, texts) == [("user", "b1"), ("assistant", "a1"), ("user", "b2")]
    assert seen(TALK, texts[:3]) == [("user", "Hello."), ("assistant", "b1"), ("user", "a1")]


def test_each_speaker_sees_its_own_system_prompt_first() -> None:
    scenario = Scenario("talk", a=Speaker("m", system="You are A."), b=Speaker("m", system="You are B."))

    assert seen(scenario, ["Hello."])[0] == ("system", "You are B.")
    assert seen(scenario, ["Hello.", "Hi."])[0] == ("system", "You are A.")


def test_a_speaker_who_begins_without_an_opener_is_sent_an_empty_users_message() -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, opener=None)

    assert context(scenario, ()).side == "B"
    assert seen(scenario, []) == [("user", "")]


def test_an_empty_message_is_sent_as_it_is_unless_the_scenario_says_otherwise() -> None:
    assert seen(TALK, ["Hello.", " \n"]) == [("user", " \n")]


def test_an_empty_message_is_replaced_by_the_placeholder_where_the_scenario_has_one() -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, on_empty="placeholder", placeholder="(nothing)")

    assert seen(scenario, ["Hello.", " \n", "Well?"]) == [
        ("user", "Hello."),
        ("assistant", "(nothing)"),
        ("user", "Well?"),
    ]


def test_an_end_token_is_offered_in_the_system_prompt() -> None:
    scenario = Scenario("talk", a=BARE, b=Speaker("m", system="Be brief."), end_token="[END]")
    offer = "When you have nothing left to add, end the conversation with a message that ends with [END]."

    assert system_prompt(scenario, "A") == offer
    assert system_prompt(scenario, "B") == f"Be brief.\n\n{offer}"


def test_an_end_token_that_the_system_prompt_mentions_is_not_offered_again() -> None:
    own = "Say [END] when you are done."
    scenario = Scenario("talk", a=Speaker("m", system=own), b=BARE, end_token="[END]")

    assert system_prompt(scenario, "A") == own


def test_a_history_of_the_last_messages_begins_with_a_users_message() -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, history=History(last=2))

    assert seen(scenario, ["Hello.", "b1", "a1", "b2"]) == [("user", "b2")]
    assert seen(scenario, ["Hello.", "b1", "a1", "b2", "a2"]) == [("user", "a2")]


def test_a_history_of_an_odd_number_of_messages_has_that_many() -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, history=History(last=3))

    assert seen(scenario, ["Hello.", "b1", "a1", "b2", "a2", "b3"]) == [
        ("user", "b2"),
        ("assistant", "a2"),
        ("user", "b3"),
    ]


def test_a_history_of_tokens_keeps_the_latest_that_fit() -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, history=History(tokens=30))
    texts = ["Hello.", "b" * 400, "a" * 36, "b" * 36, "a" * 36]

    assert seen(scenario, texts) == [("user", "a" * 36), ("assistant", "b" * 36), ("user", "a" * 36)]


def test_the_message_to_be_answered_is_sent_however_few_tokens_are_allowed() -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, history=History(tokens=1))

    assert seen(scenario, ["x" * 1000]) == [("user", "x" * 1000)]


@given(
    count=st.integers(1, 40),
    history=st.just(History())
    | st.builds(History, last=st.integers(1, 50))
    | st.builds(History, tokens=st.integers(1, 200)),
    system=st.none() | st.just("Be kind."),
)
def test_every_view_begins_with_the_user_alternates_strictly_and_ends_with_what_is_to_be_answered(
    count: int, history: History, system: str | None
) -> None:
    speaker = Speaker("m", system=system)
    scenario = Scenario("talk", a=speaker, b=speaker, turns=50, history=history)
    told = seen(scenario, [f"message {n}" for n in range(1, count + 1)])
    chat = [role for role, _ in told if role != "system"]

    assert chat == [("user", "assistant")[index % 2] for index in range(len(chat))]
    assert told[-1] == ("user", f"message {count}")


@given(st.lists(st.text(max_size=5), min_size=2, max_size=12))
def test_a_longer_dialogue_only_adds_to_the_view_of_a_full_history(texts: list[str]) -> None:
    before = seen(TALK, texts)
    after = seen(TALK, [*texts, "one", "two"])

    assert after[: len(before)] == before


def test_a_shortened_view_has_the_later_half_and_the_system_prompt() -> None:
    scenario = Scenario("talk", a=BARE, b=Speaker("m", system="s"), turns=50)
    whole = context(scenario, Dialogue.from_texts("abcdefghi", scenario=scenario).messages)
    half = shortened(whole)

    assert half is not None
    assert roles(half) == [("system", "s"), ("user", "g"), ("assistant", "h"), ("user", "i")]
    assert half.number == whole.number


def test_the_message_to_be_answered_alone_cannot_be_shortened() -> None:
    assert shortened(context(TALK, Dialogue.from_texts(["Hello."], scenario=TALK).messages)) is None


@given(st.integers(1, 60))
def test_a_view_is_shortened_down_to_the_message_to_be_answered(count: int) -> None:
    said = Dialogue.from_texts([f"message {n}" for n in range(1, count + 1)], scenario=TALK).messages
    contexts = [context(TALK, said)]
    while (shorter := shortened(contexts[-1])) is not None:
        contexts.append(shorter)

    assert [roles(one)[0][0] for one in contexts] == ["user"] * len(contexts)
    assert all(2 * len(after.messages) <= len(before.messages) for before, after in pairwise(contexts))
    assert roles(contexts[-1]) == [("user", f"message {count}")]


@given(st.integers(1, 20))
def test_where_b_begins_its_view_starts_with_the_same_empty_message_for_ever(count: int) -> None:
    scenario = Scenario("talk", a=BARE, b=BARE, opener=None, turns=50)
    told = seen(scenario, [f"message {n}" for n in range(1, 2 * count + 1)])

    assert told[:2] == [("user", ""), ("assistant", "message 1")]
    assert [role for role, _ in told] == [("user", "assistant")[index % 2] for index in range(len(told))]
