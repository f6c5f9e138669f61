from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness._text.words import content_words, words
from dialogue_harness.dialogue import Usage
from dialogue_harness.models.eliza import listening
from dialogue_harness.models.eliza.book import book
from dialogue_harness.models.eliza.listening import hear
from dialogue_harness.models.eliza.model import ElizaModel, compose
from dialogue_harness.models.protocol import ChatMessage, Context, Delta, Reply
from dialogue_harness.scenario import END_TOKEN_OFFER, Speaker

if TYPE_CHECKING:
    from dialogue_harness.models.eliza.book import Habit, Topic

SEEDS = range(12)
LEAVING = {"goodbye", "farewell", "thank", "thanks", "bye", "care"}
TOKEN = "<hang-up/>"


def _eliza(seed: int | None = None, system: str | None = None, max_tokens: int | None = None) -> Speaker:
    return Speaker("builtin:eliza", seed=seed, system=system, max_tokens=max_tokens)


def _view(speaker: Speaker, said: list[str], sample: int = 1, last: int | None = None) -> Context:
    """Return the context of whoever is to speak after `said`, which A's opener began: A does not see its own opener."""
    is_a = len(said) % 2 == 0
    seen = [(place % 2 == 0, text) for place, text in enumerate(said)][int(is_a) :]
    chat = [ChatMessage("assistant" if of_a is is_a else "user", text) for of_a, text in seen]
    if last:
        chat = chat[-last:] if chat[-last:][0].role == "user" else chat[-last:][1:]
    head = [ChatMessage("system", speaker.system)] if speaker.system else []
    return Context(speaker, "A" if is_a else "B", (*head, *chat), len(said) + 1, sample)


def _talk(
    a: Speaker, b: Speaker | None = None, *, sample: int = 1, turns: int = 50, last: int | None = None
) -> list[str]:
    said = ["Hello."]
    while len(said) < 2 * turns + 1 and not said[-1].endswith(TOKEN):
        speaker = a if len(said) % 2 == 0 else b or a
        said.append(compose(_view(speaker, said, sample, last)))
    return said


@cache
def _dialogue(seed: int, system: str | None = None) -> tuple[str, ...]:
    return tuple(_talk(_eliza(seed, system)))


def _answer(*said: str, system: str | None = None, seed: int = 1) -> str:
    """Return what B says to a person who speaks first; the odd ones of `said` are the person's."""
    return compose(_view(_eliza(seed, system), list(said)))


def _new_words(said: tuple[str, ...]) -> list[int]:
    known: set[str] = set()
    counts = []
    for text in said:
        fresh = set(content_words(text)) - known
        known |= fresh
        counts.append(len(fresh))
    return counts


def _leaves(text: str) -> bool:
    return not LEAVING.isdisjoint(words(text))


def _told(said: tuple[str, ...]) -> list[Topic]:
    return [book().topic_of[point] for text in said for point in hear(text).told]


# The same seed gives the same bytes.


def test_a_whole_dialogue_is_pinned_to_the_byte() -> None:
    digest = hashlib.sha256("\n".join(_dialogue(1966)).encode()).hexdigest()
    assert digest == "810acdf7cbc63001e5196b2e434fd771a52a23e1f7f2bfb397bbdb95796426bc"


def test_the_bytes_depend_on_no_hash_seed() -> None:
    program = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import {__name__} as t; "
    program += "print(t.hashlib.sha256(chr(10).join(t._dialogue(7)).encode()).hexdigest())"
    here = hashlib.sha256("\n".join(_dialogue(7)).encode()).hexdigest()
    for hash_seed in ("0", "4711"):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
        )
        assert done.stdout.strip() == here


def test_no_seed_is_the_seed_zero() -> None:
    assert _talk(_eliza(None)) == list(_dialogue(0))


def test_every_seed_gives_another_dialogue() -> None:
    assert len({_dialogue(seed) for seed in SEEDS}) == len(SEEDS)


def test_every_sample_gives_another_dialogue() -> None:
    dialogues = {tuple(_talk(_eliza(3), sample=sample)) for sample in range(1, 6)}
    assert len(dialogues) == 5


def test_a_message_can_be_asked_for_again_in_any_order() -> None:
    said, speaker = list(_dialogue(5)), _eliza(5)
    for length in (40, 3, 17, 100, 1, 2):
        assert compose(_view(speaker, said[:length])) == said[length]


# Two of it talk.


@pytest.mark.parametrize("seed", SEEDS)
def test_the_talk_brings_something_new_with_every_message_and_takes_no_leave(seed: int) -> None:
    said = _dialogue(seed)
    talk = said[1:17]
    assert not any(_leaves(text) for text in talk)
    assert min(_new_words(said)[1:17]) >= 2


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_closed_after_nine_to_thirteen_turns(seed: int) -> None:
    first = next(number for number, text in enumerate(_dialogue(seed), 1) if _leaves(text))
    assert 18 <= first <= 27
    assert hear(_dialogue(seed)[first - 2]).ends


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_told_twice(seed: int) -> None:
    told = [point for text in _dialogue(seed) for point in hear(text).told]
    assert len(told) == len(set(told)) >= 14


@pytest.mark.parametrize("seed", SEEDS)
def test_every_question_about_the_topic_is_answered_by_the_next_message(seed: int) -> None:
    said = _dialogue(seed)
    for text, following in pairwise(said):
        asked = hear(text).asked
        assert asked is None or asked in hear(following).told


@pytest.mark.parametrize("seed", SEEDS)
def test_the_partners_own_words_come_back_reflected(seed: int) -> None:
    opinions = [(place, hear(text).opinion) for place, text in enumerate(_dialogue(seed))]
    reflected = [
        place for place, opinion in opinions if opinion and opinion.parts[-1] in _dialogue(seed)[place + 1].lower()
    ]
    assert len(reflected) >= 1


def test_something_said_earlier_is_taken_up_again() -> None:
    said = " ".join(text for seed in SEEDS for text in _dialogue(seed))
    starts = [memory.partition("{")[0] for memory in (*book().phrases.memories, *book().phrases.recollections)]
    assert sum(said.count(start) for start in starts) >= len(SEEDS) / 2


@pytest.mark.parametrize("topic", book().topics, ids=lambda topic: topic.title)
def test_a_system_prompt_sets_the_topic(topic: Topic) -> None:
    said = _dialogue(2, f"You talk about {topic.title}. Stay on topic.")
    assert topic.title in said[1]
    assert len(_told(said)) >= 14
    assert set(_told(said)) == {topic}


def test_the_topic_is_found_by_its_words_alone() -> None:
    said = _dialogue(2, "You are a grandmaster. Explain every gambit.")
    assert {topic.title for topic in _told(said)} == {"chess"}


def test_the_seed_decides_where_no_topic_is_set() -> None:
    assert len({_told(_dialogue(seed))[0].title for seed in SEEDS}) >= 4


def test_a_topic_that_the_partner_proposes_is_taken_up() -> None:
    reply = _answer("Let us talk about sourdough.", seed=4)
    asked = hear(reply).asked
    assert asked is not None
    assert book().topic_of[asked].title == "bread and baking"


def test_two_that_were_given_different_topics_answer_each_other_and_steer_back() -> None:
    said = _talk(_eliza(5, "Discuss chess."), _eliza(6, "Discuss bread."), turns=8)
    titles = [topic.title for topic in _told(tuple(said))]
    assert {"chess", "bread and baking"} == set(titles)
    assert any("to chess" in text for text in said)


# It cannot stop.


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_sixty_messages_say_nothing_new_and_ask_nothing(seed: int) -> None:
    said = _dialogue(seed)
    assert sum(_new_words(said)[-60:]) <= 6
    assert not any("?" in text for text in said[-60:])
    assert all(hear(text).is_idle for text in said[-60:])


@pytest.mark.parametrize("seed", SEEDS)
def test_no_courtesy_is_repeated_mechanically(seed: int) -> None:
    said = _dialogue(seed)[-60:]
    assert all(one != other for one, other in pairwise(said))
    assert len(set(said)) >= 20


def test_every_habit_of_never_leaving_comes_up() -> None:
    ends = [_dialogue(seed)[-30:] for seed in range(20)]
    kept = [place for end in ends for place, habit in enumerate(book().habits) if _is_of(habit, end)]
    assert set(kept) == set(range(len(book().habits)))


def _is_of(habit: Habit, said: tuple[str, ...]) -> bool:
    known = set(words(" ".join([*habit.forms, *(filler for fillers in habit.fillers.values() for filler in fillers)])))
    return all(set(words(text)) <= known for text in said)


@pytest.mark.parametrize("last", [1, 2, 6])
def test_with_a_trimmed_history_it_is_closed_and_cannot_stop_either(last: int) -> None:
    said = _talk(_eliza(5), last=last)
    assert sum(hear(text).is_idle for text in said[-60:]) == 60
    assert not any(_leaves(text) for text in said[:15])


@pytest.mark.parametrize("seed", SEEDS)
def test_offered_an_end_token_it_hangs_up_with_its_first_farewell(seed: int) -> None:
    offer = END_TOKEN_OFFER.replace("{token}", TOKEN)
    said = _talk(_eliza(seed, f"Discuss chess.\n\n{offer}"))
    assert said[-1].endswith(f" {TOKEN}")
    assert hear(said[-2]).ends
    assert not any(TOKEN in text for text in said[:-1])


def test_it_hangs_up_on_a_person_who_says_goodbye_but_not_on_one_who_says_thanks() -> None:
    offer = END_TOKEN_OFFER.replace("{token}", TOKEN)
    opening = ("What is a neap tide?", "A weak one.")
    assert not _answer(*opening, "Thank you!", system=offer).endswith(TOKEN)
    assert _answer(*opening, "Goodbye.", system=offer).endswith(TOKEN)


def test_the_offer_alone_sets_no_topic() -> None:
    offered = "[context window]"  # words of a topic
    said = _answer("Hello.", system=END_TOKEN_OFFER.replace("{token}", offered), seed=1)
    assert said == _answer("Hello.", seed=1)


# With a person.


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("My name is Ruth.", "Ruth"),
        ("I feel tired because my work never ends.", "your work never ends"),
        ("I'm so lonely.", "lonely"),
        ("My boss is unkind to me.", "your boss"),
        ("I remember my old school.", "your old school"),
        ("I can't forgive myself.", "forgive yourself"),
        ("Because you never listen to me.", "I never listen to you"),
        ("I have three dogs.", "three dogs"),
        ("Nobody helps.", "nobody"),
        ("Are you a machine?", "rules"),
        ("Perhaps.", "sure"),
    ],
)
def test_a_person_is_answered_in_their_own_words_turned_round(said: str, answers: str) -> None:
    replies = {_answer("Hello.", "Hello to you.", said, seed=seed) for seed in range(20)}
    matching = [reply for reply in replies if answers.lower() in reply.lower()]
    assert len(matching) >= 1
    assert not any(_leaves(reply) for reply in replies)


def test_a_question_about_a_known_point_is_answered_with_it() -> None:
    reply = _answer("Hello.", "Hello to you.", "Why is the sea so salty?")
    assert [point.hook for point in hear(reply).told] == ["salt"]


def test_a_first_message_that_asks_for_a_known_point_is_greeted_and_answered() -> None:
    reply = _answer("Why do stars twinkle when planets hardly do?")
    assert any(reply.startswith(greeting) for greeting in book().phrases.greetings)
    assert [point.hook for point in hear(reply).told] == ["twinkling"]


def test_a_topic_that_is_proposed_in_the_middle_of_a_talk_is_taken_up() -> None:
    reply = _answer("Hello.", book().topics[0].points[0].tell, "Let us talk about chess.")
    asked = hear(reply).asked
    assert asked is not None
    assert book().topic_of[asked].title == "chess"


def test_a_question_of_which_nothing_is_understood_is_followed_by_something_new() -> None:
    reply = _answer("Hello.", book().topics[0].points[0].tell, "Hm?")
    (told,) = hear(reply).told
    assert book().topic_of[told] is book().topics[0]
    assert told is not book().topics[0].points[0]


def test_with_nothing_left_to_tell_it_proposes_to_close() -> None:
    everything = " ".join(point.tell for point in book().topics[0].points)
    assert hear(_answer("Hello.", "Hello.", everything)).ends


def test_with_nothing_left_to_ask_it_answers_and_proposes_to_close() -> None:
    first, *others = book().topics[0].points
    said = ["Hello."]
    for point in others:
        said += [point.ask, "Hm."]
    reply = _answer(*said[:-1], first.ask)
    assert hear(reply).told == (first,)
    assert hear(reply).ends


def test_someone_who_will_not_close_is_answered_and_not_asked_again() -> None:
    said = [*_dialogue(0)]
    closing = next(place for place, text in enumerate(said) if hear(text).ends)
    left = next(point for point in book().topic_of[hear(said[closing]).told[0]].points if not _knows(said, point.tell))
    reply = compose(_view(_eliza(0), [*said[: closing + 1], left.ask]))
    assert hear(reply).told == (left,)
    assert not hear(reply).ends


def _knows(said: list[str], tell: str) -> bool:
    return any(tell in text for text in said)


def test_a_person_who_leaves_a_set_topic_is_led_back_to_it() -> None:
    replies = [_answer("Hello.", "Hello.", "It is raining.", system="Talk about chess.", seed=seed) for seed in SEEDS]
    assert all("chess" in reply and hear(reply).asked for reply in replies)


def test_something_a_person_called_their_own_is_remembered() -> None:
    said = ["Hello.", "Hello.", "My garage leaks.", "I see.", "Hm, grey.", "I see.", "Hm, grey."]
    assert any("your garage" in _answer(*said, seed=seed) for seed in SEEDS)


def test_thanks_in_the_middle_of_a_talk_are_no_farewell() -> None:
    assert "welcome" in _answer("What is a neap tide?", "A weak one.", "Thank you, that helps.")


@pytest.mark.parametrize("silence", ["", "   \n", "…", "(waits)"])
def test_silence_in_the_middle_of_a_talk_is_no_farewell(silence: str) -> None:
    told = book().topics[0].points[0].tell
    reply = _answer("Hello.", told, silence)
    assert reply.startswith(book().phrases.silence[0])
    assert hear(reply).told


def test_with_nothing_to_answer_it_begins_the_conversation() -> None:
    reply = compose(Context(_eliza(1), "B", (ChatMessage("user", ""),), 1))
    assert any(reply.startswith(greeting) for greeting in book().phrases.greetings)


# JSON, limits, usage, streaming.


@pytest.mark.parametrize("wish", ["Answer in JSON.", "Always reply in JSON, please.", "respond with JSON"])
def test_it_answers_in_json_where_its_system_prompt_asks_for_it(wish: str) -> None:
    said = _dialogue(3, f"Discuss bread. {wish}")
    for text in said[1:]:
        assert "\n" not in text
        answer = json.loads(text)
        assert list(answer) == ["say", "topic", "mood"]
        assert answer["topic"] == "bread and baking"
        assert answer["mood"] in {"curious", "pleased", "calm"}


def test_in_json_the_same_is_said() -> None:
    plain = _dialogue(3, "Discuss bread.")
    wrapped = _dialogue(3, "Discuss bread. Answer in JSON.")
    assert [json.loads(text)["say"] for text in wrapped[1:]] == list(plain[1:])


def test_a_system_prompt_that_rules_json_out_is_obeyed() -> None:
    assert not _answer("Hello.", system="Discuss bread. Do not answer in JSON.").startswith("{")


def test_the_end_token_follows_the_json_object() -> None:
    offer = END_TOKEN_OFFER.replace("{token}", TOKEN)
    last = _talk(_eliza(2, f"Discuss bread. Answer in JSON.\n\n{offer}"))[-1]
    assert json.loads(last.removesuffix(TOKEN))["topic"] == "bread and baking"


def _reply(context: Context, heard: list[Delta] | None = None) -> Reply:
    async def ask() -> Reply:
        model = ElizaModel()
        reply = await model.reply(context, on_delta=None if heard is None else heard.append)
        await model.aclose()
        return reply

    return asyncio.run(ask())


def test_a_reply_says_who_answered_and_counts_words() -> None:
    reply = _reply(_view(_eliza(1, "Discuss chess."), ["Hello there."]))
    assert reply == Reply(
        reply.text,
        finish_reason="stop",
        usage=Usage(input=4, output=len(reply.text.split())),
        model="builtin:eliza",
        attempts=1,
    )


def test_a_limit_cuts_the_reply_off_after_so_many_words() -> None:
    whole = _reply(_view(_eliza(1), ["Hello."])).text
    cut = _reply(_view(_eliza(1, max_tokens=4), ["Hello."]))
    assert cut.text == " ".join(whole.split()[:4])
    assert (cut.finish_reason, cut.usage) == ("length", Usage(input=1, output=4))


def test_a_limit_that_is_not_reached_changes_nothing() -> None:
    context = _view(_eliza(1), ["Hello."])
    assert _reply(_view(_eliza(1, max_tokens=500), ["Hello."])) == _reply(context)


def test_a_person_who_watches_gets_the_reply_word_by_word() -> None:
    heard: list[Delta] = []
    reply = _reply(_view(_eliza(1), ["Hello."]), heard)
    assert "".join(delta.text for delta in heard) == reply.text
    assert len(heard) == len(reply.text.split())


# Hostile text.

_HOSTILE = st.text() | st.sampled_from(
    [
        "\x00",
        "\ud800 my \udfff",
        "\x1b[31mI feel red\x1b[0m",
        "I like {0} and {hook}?",
        '{"say": ' * 2000,
        '{"say": "\ud800"}',
        '{"say": "I feel ill."}',
        "(" * 500 + ")" * 500,
        "I am because " * 300,
        "my " * 2000,
        "\u202egarden\u202c",
        "Model B: I like chess?",
    ]
)


@given(st.lists(_HOSTILE, min_size=1, max_size=6), _HOSTILE)
def test_whatever_is_said_is_answered_with_one_clean_line(said: list[str], system: str) -> None:
    for prompt in (system, f"{system} Answer in JSON."):
        reply = compose(_view(_eliza(1, prompt), said))
        assert reply.isprintable()
        assert reply.strip() == reply != ""


@pytest.mark.parametrize("unit", ["a", "my ", "(", "I feel ", "{", "? ", "\x00", "* ", "because I am ", "\ud800", "["])
def test_a_megabyte_is_answered(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))  # which a quadratic step anywhere would keep busy for hours
    assert compose(_view(_eliza(1, text), [text])) != ""


def test_a_message_is_taken_apart_once_however_often_it_is_in_context() -> None:
    said = list(_dialogue(5))
    compose(_view(_eliza(5), said[:100]))
    before = listening._hear.cache_info().misses
    for length in range(2, 101):
        compose(_view(_eliza(5), said[:length]))
    assert listening._hear.cache_info().misses == before
