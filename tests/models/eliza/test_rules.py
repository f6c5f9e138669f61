from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.models.eliza.book import Book, Point, book
from dialogue_harness.models.eliza.listening import LONGEST_REFLECTION, hear, match, phrase, recognise, reflect

# Taking sentences apart.


@pytest.mark.parametrize(
    ("said", "reflected"),
    [
        ("my bread", "your bread"),
        ("your bread", "my bread"),
        ("I am tired", "you are tired"),
        ("I was there", "you were there"),
        ("am I late", "are you late"),
        ("you are late", "I am late"),
        ("are you late", "am I late"),
        ("were you there", "was I there"),
        ("I'm sure I've lost mine", "you're sure you've lost yours"),
        ("you're sure you'd keep yours", "I'm sure I'd keep mine"),
        ("you never listen to me", "I never listen to you"),
        ("I listen to you", "you listen to me"),
        ("what you said about myself", "what I said about yourself"),
        ("that you think of yourself", "that I think of myself"),
        ("could you help me with my boat", "could I help you with your boat"),
        ("the island", "the island"),
        ("MY dog and I", "your dog and you"),
    ],
)
def test_pronouns_are_reflected(said: str, reflected: str) -> None:
    assert reflect(said) == reflected


@given(st.text())
def test_reflection_replaces_words_and_moves_none(text: str) -> None:
    assert len(reflect(text).split()) == len(text.split())
    assert reflect(text)[:1].isspace() == text[:1].isspace()


@given(st.text())
def test_what_is_said_back_is_short_and_clean(text: str) -> None:
    said = phrase(text)
    assert said == "" or said.isprintable()
    assert len(said.split()) <= LONGEST_REFLECTION


def test_of_two_rules_the_one_of_the_higher_rank_is_used() -> None:
    found = match(book().rules, ["I have two ideas.", "My name is Ada.", "Perhaps."])
    assert found is not None
    assert found.parts == ("Ada",)


def test_of_two_sentences_of_one_rank_the_later_is_used() -> None:
    found = match(book().rules, ["I remember snow.", "I remember rain."])
    assert found is not None
    assert found.parts == ("rain",)


def test_the_rules_stand_in_the_order_of_their_ranks() -> None:
    assert [rule.rank for rule in book().rules] == sorted((rule.rank for rule in book().rules), reverse=True)


# What it can talk about.

_POINTS = [point for topic in book().topics for point in topic.points]


def test_every_point_is_recognised_by_its_statement_and_by_its_question() -> None:
    for point in _POINTS:
        assert hear(point.tell).told == (point,)
        assert hear(f"And {point.ask[0].lower()}{point.ask[1:]}").asked == point


def test_every_opinion_can_be_taken_apart() -> None:
    for point in _POINTS:
        heard = hear(f"{point.tell} {point.mine}")
        assert (heard.opinion is not None) == bool(point.mine)
        assert not heard.opinion or match(book().opinions, [point.mine]) == heard.opinion


def test_every_topic_is_recognised_by_its_title_and_has_enough_to_say() -> None:
    for topic in book().topics:
        assert recognise(f"Talk about {topic.title}.") is topic
        assert len(topic.points) >= 18


def test_every_courtesy_is_one() -> None:
    for habit in (book().farewells, book().returns, *book().habits):
        for form in habit.forms:
            for place in range(5):
                fillers = {slot: options[place % len(options)] for slot, options in habit.fillers.items()}
                said = form.format(**fillers, echo="The pause continues")
                assert hear(said).is_idle, said


def test_every_proposal_to_close_is_recognised_and_no_other_phrase_is() -> None:
    assert all(hear(closing).ends for closing in book().phrases.closings)
    others = (
        *book().phrases.proposals,
        *book().phrases.offers,
        *book().phrases.invitations,
        *book().phrases.prompts,
        *book().phrases.kept,
    )
    assert not any(hear(other).ends for other in others)
    assert not any(hear(point.ask).ends for point in _POINTS)


@pytest.mark.parametrize(
    "said",
    [
        "It is a nice day.",
        "Because they make me happy.",
        "No.",
        "Why me",
        "I like good company.",
        "Thanks? For what?",
        "Let us talk about chess.",
    ],
)
def test_what_says_something_is_no_courtesy(said: str) -> None:
    assert not hear(said).is_idle


# What a person adds to the data.

_ADDED = """
[phrases]
greetings = ["Hello."]
[courtesies]
words = "thanks"
welcomes = ["You are welcome."]
farewells = []
returns = []
[courtesies.common]
[[habits]]
forms = ["..."]
fillers = {}
[reflections]
single = {i = "you"}
pairs = {}
before_subject = ""
verbs = ""
[[opinions]]
pattern = "^I like (.+)"
replies = ["You like {0}."]
[[rules]]
rank = 2
pattern = "tea"
replies = ["Why tea?"]
[[topics]]
title = "tea"
keywords = "tea leaf"
[[topics.points]]
hook = "green tea"
ask = "What is green tea?"
tell = "Green tea is not fermented."
"""


def test_a_topic_is_added_by_writing_it_down() -> None:
    (topic,) = Book(_ADDED).topics
    assert topic.title == "tea"
    assert topic.points == (Point("green tea", "What is green tea?", "Green tea is not fermented."),)


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ('pattern = "tea"', 'pattern = "(tea"', "rules, entry 1: missing \\), unterminated subpattern"),
        ('title = "tea"', 'name = "tea"', "topics, entry 1: 'title'"),
        ('hook = "green tea"', 'hok = "green tea"', "points, entry 1: .*unexpected keyword argument 'hok'"),
    ],
)
def test_a_bad_entry_is_an_error_that_names_it(right: str, wrong: str, problem: str) -> None:
    with pytest.raises(ValueError, match=rf"eliza\.toml: .*{problem}"):
        Book(_ADDED.replace(right, wrong))
