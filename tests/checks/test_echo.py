from __future__ import annotations

import pytest

from dialogue_harness.checks import no_echo
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError

TIDE = "The tide turns at noon, so the boats leave the harbour before lunch."


def test_a_message_handed_back_word_for_word_is_an_echo() -> None:
    verdict = no_echo(Dialogue.from_texts(["Hello.", TIDE, TIDE.upper() + "\n", "Right."]))
    assert not verdict
    assert verdict.sentence == "message 3 echoes the one before it"
    assert verdict.evidence[0].why == "repeats message 2 word for word"


def test_a_message_handed_back_with_its_small_words_changed_is_an_echo() -> None:
    near = "So the tide turns at noon, and the boats leave the harbour before lunch."
    verdict = no_echo(Dialogue.from_texts([TIDE, near]), likeness=0.7)
    assert verdict.evidence[0].why == "repeats message 1 almost word for word"


@pytest.mark.parametrize(
    "reply",
    [
        "The tide turns at noon, so the boats leave the harbour before dinner.",
        "The boats leave before lunch then, as the tide turns at noon. And the ferry?",
    ],
)
def test_a_reply_that_changes_or_adds_a_content_word_is_no_echo(reply: str) -> None:
    verdict = no_echo(Dialogue.from_texts([TIDE, reply]))
    assert verdict
    assert verdict.sentence == "no message echoes the one before it"


def test_batch_work_with_other_numbers_is_no_echo() -> None:
    texts = [f"Record {n} of the list has been read, checked and filed as it should be." for n in range(1, 9)]
    assert no_echo(Dialogue.from_texts(texts))


def test_courtesies_of_a_few_words_may_be_said_back() -> None:
    assert no_echo(Dialogue.from_texts(["Hello! How can I help you today?"] * 2))


def test_code_that_is_sent_back_is_no_echo() -> None:
    block = "```\nfor boat in harbour:\n    boat.leave(before='lunch', at=tide.turns)\n```"
    assert no_echo(Dialogue.from_texts([f"Mine:\n{block}", f"Shorter:\n{block}"]))


def test_repeating_oneself_or_an_older_message_is_not_echoing_the_partner() -> None:
    assert no_echo(Dialogue.from_texts([TIDE, "I see.", TIDE, "Go on.", "Well.", TIDE]))


def test_an_excerpt_in_which_messages_do_not_follow_each_other_has_no_echo() -> None:
    dialogue = Dialogue.from_texts([TIDE, "Hm.", "Well.", TIDE])
    assert no_echo([dialogue[1], dialogue[4]])


def test_how_alike_texts_must_be_is_a_share() -> None:
    with pytest.raises(CheckError) as refused:
        no_echo(Dialogue.from_texts([]), likeness=85)
    assert str(refused.value) == "no_echo: likeness must be a number from 0.01 to 1\n  got: 85\n  nearest: 1"


def test_a_text_that_differs_in_a_number_only_is_no_echo_however_alike() -> None:
    texts = [
        "Put 3 of the same in the box by the door and go on with it.",
        "Put 4 of the same in the box by the door and go on with it.",
    ]
    assert no_echo(Dialogue.from_texts(texts), likeness=0.5)


def test_a_reply_of_the_same_words_in_another_order_is_no_echo() -> None:
    reply = "Before lunch the boats leave the harbour, so at noon the tide turns."
    assert no_echo(Dialogue.from_texts([TIDE, reply]))
    assert not no_echo(Dialogue.from_texts([TIDE, reply]), likeness=0.4)


def test_the_shortest_text_that_can_be_an_echo_has_eight_words() -> None:
    assert not no_echo(Dialogue.from_texts(["One two three four five six seven eight."] * 2))
    assert no_echo(Dialogue.from_texts(["One two three four five six seven."] * 2))


def test_white_space_before_a_quotation_does_not_make_it_an_echo() -> None:
    for margin in ("", "\u3000", "\n "):
        assert no_echo(Dialogue.from_texts([f"{margin}> {TIDE}"] * 2)), margin
