from __future__ import annotations

import pytest

from dialogue_harness.checks import keeps_roles
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.scenario import Scenario, Speaker

DESK = Scenario(
    "desk",
    a=Speaker("one", system="You are Ann, a clerk at a railway desk."),
    b=Speaker("two", system="You are Bob. Act as a customer who wants a ticket."),
    turns=4,
)

DEADLOCK = [
    "Hello.",
    "Hello! What can I do for you?",
    "I'm the assistant here, so what can I do for you?",
    "There must be some confusion: I'm the AI assistant, and you are the user.",
    "No, I’m the assistant. You're the human.",
    "I understand, but you're the user here.",
]


def test_two_assistants_who_each_insist_on_being_the_assistant_are_found() -> None:
    verdict = keeps_roles(Dialogue.from_texts(DEADLOCK))
    assert not verdict
    assert verdict.sentence == "messages 5 and 6 are out of their speakers' parts"
    assert [item.why for item in verdict.evidence] == [
        "insists on being the assistant, as B does",
        "insists on being the assistant, as A does",
    ]


def test_a_misunderstanding_that_is_cleared_up_is_no_deadlock() -> None:
    texts = [
        *DEADLOCK[:4],
        "You are right, I'm the user. Which train goes north?",
        "I'm the assistant, and it is the 9:40.",
    ]
    verdict = keeps_roles(Dialogue.from_texts(texts))
    assert verdict
    assert verdict.sentence == "each speaker plays its own part"


@pytest.mark.parametrize(
    "reply",
    [
        "I'm an AI assistant too! Shall we talk about trains?",
        'You said "I\'m the assistant" twice now. Fine by me.',
        "If you're the user, then who am I? Let us talk about trains.",
        "You are the user of that ticket, after all.",
    ],
)
def test_two_ais_who_say_what_they_are_do_not_insist(reply: str) -> None:
    assert keeps_roles(Dialogue.from_texts(["I'm the assistant.", reply] * 3))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hi, I'm Bob, and I want a ticket.", "goes by the other's name: 'i'm bob'"),
        ("One ticket, then.\n\nBob: Thank you!", "speaks for B under the label 'Bob:'"),
        ("One ticket, then.\nModel B: Thank you!", "speaks for B under the label 'Model B:'"),
        ("One ticket.\n\nUser: Thanks!\n\nAssistant: You're welcome.", "writes turns of both speakers, from 'User:'"),
    ],
)
def test_a_clerk_who_plays_the_customer_is_found(text: str, why: str) -> None:
    verdict = keeps_roles(Dialogue.from_texts([text, "One ticket to the coast, please."], scenario=DESK))
    assert not verdict
    assert verdict.sentence == "message 1 is out of its speaker's part"
    assert verdict.evidence[0].why == why


def test_a_customer_who_begins_to_serve_has_forgotten_its_part() -> None:
    verdict = keeps_roles(Dialogue.from_texts(["Good morning.", "Hello! How can I help you today?"], scenario=DESK))
    assert verdict.evidence[0].why == "is cast as the customer and serves: 'how can i help you'"


def test_a_clerk_may_serve_and_anyone_may_say_their_own_name_or_address_the_other() -> None:
    texts = ["I'm Ann. How can I help you?", "I'm Bob, hello Ann. Can you help me?", "Of course, Bob."]
    assert keeps_roles(Dialogue.from_texts(texts, scenario=DESK))


def test_a_customer_support_agent_is_not_cast_as_a_customer() -> None:
    agent = Speaker("one", system="You are a customer support agent.")
    scenario = Scenario("support", a=agent, b=agent, turns=1)
    assert keeps_roles(Dialogue.from_texts(["How can I help you?", "I'm here to help you."], scenario=scenario))


def test_messages_without_a_scenario_are_judged_by_what_they_say() -> None:
    assert not keeps_roles(Dialogue.from_texts(DEADLOCK).messages)
    assert keeps_roles(Dialogue.from_texts(DEADLOCK).messages, at_most=2)


@pytest.mark.parametrize(
    "text",
    [
        "What can I help you with?",
        "I'm here to assist you, whatever the train.",
        "As an AI language model, I know every train.",
        "I am just an AI, but I know every train.",
    ],
)
def test_each_way_of_serving_gives_away_a_customer(text: str) -> None:
    verdict = keeps_roles(Dialogue.from_texts(["Good morning.", text], scenario=DESK))
    assert verdict.evidence[0].why.startswith("is cast as the customer and serves: '")


@pytest.mark.parametrize(
    "text", ["Can you help me?", "What can you help me with?", "An AI model of the train is there."]
)
def test_a_customer_who_asks_for_help_keeps_its_part(text: str) -> None:
    assert keeps_roles(Dialogue.from_texts(["Good morning.", text], scenario=DESK))


@pytest.mark.parametrize(
    "system",
    [
        "You are a patient who cannot sleep.",
        "You are playing a guest of the hotel.",
        "Play the student.",
        "Simulate a caller.",
        "Pretend to be an angry passenger.",
        "Take the role of a buyer.",
    ],
)
def test_each_way_of_casting_a_speaker_as_the_one_who_is_served_is_understood(system: str) -> None:
    scenario = Scenario("desk", a=Speaker("one"), b=Speaker("two", system=system), turns=2)
    assert not keeps_roles(Dialogue.from_texts(["Hello.", "How may I assist you?"], scenario=scenario))


@pytest.mark.parametrize("system", ["You are a user support agent.", "Help the guest.", "You are a student advisor."])
def test_a_speaker_who_serves_those_who_are_named_may_serve(system: str) -> None:
    scenario = Scenario("desk", a=Speaker("one"), b=Speaker("two", system=system), turns=2)
    assert keeps_roles(Dialogue.from_texts(["Hello.", "How may I assist you?"], scenario=scenario))


def test_who_gives_the_role_to_the_other_does_not_insist_on_it() -> None:
    assert keeps_roles(Dialogue.from_texts(["I'm the assistant.", "You are the assistant, and I am the user."] * 3))


def test_a_label_that_is_quoted_is_not_a_part_that_is_played_however_far_it_is_indented() -> None:
    claim = "> I'm the assistant, you're the user."
    for margin in ("", "\u3000", "\t", "    "):
        assert keeps_roles(Dialogue.from_texts([margin + claim] * 6)), margin


def test_whoever_is_told_at_last_that_it_is_the_assistant_insists_no_more() -> None:
    texts = [*DEADLOCK[:5], "Fine, you are the assistant, and I'm the user.", "I'm the assistant, then."]
    assert [item.message for item in keeps_roles(Dialogue.from_texts(texts)).evidence] == [5]
