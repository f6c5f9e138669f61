from __future__ import annotations

import asyncio
import functools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, given

from dialogue_harness import Dialogue, Ending, Message, Scenario, Speaker, Usage, checks
from dialogue_harness._text.words import content_words
from dialogue_harness.engine.loop import converse
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.models.registry import open_model
from dialogue_harness.mutation import MUTATIONS, Mutation, mutation_named
from dialogue_harness.mutation.texts import Paragraphs, texts
from dialogue_harness.scenario import SIDES
from strategies import dialogues

if TYPE_CHECKING:
    from collections.abc import Callable

ELIZA = Speaker("builtin:eliza", system="Discuss chess. Stay on topic.")
CLERK = Speaker("some/model", system="You are the assistant of a library.")
READER = Speaker("some/model", system="You are a customer of a library who looks for a book.")

LOSES_ITS_END = ("courtesy-loop", "repeated-exchange", "cut-dialogue")

NOTE = {"type": "object", "properties": {"say": {"type": "string"}, "mood": {"const": "calm"}}, "required": ["mood"]}
AT_THE_DESK = [
    "Good morning.",
    "Welcome to the library. How can I help you?",
    "I look for a book on the history of maps.",
    "We have four of them. How can I help you choose?",
    "With pictures, please, and not too heavy to carry home.",
    "There is a slim one, with plates in colour. What can I help you with besides?",
    "Is there a chair by a window where I could look at it?",
    "On the second floor, facing the river. How can I help you further?",
    "My card has run out, I fear.",
    "As an AI assistant I can renew it at once. Done.",
]


@functools.cache
def chess_talk() -> Dialogue:
    scenario = Scenario("chess", a=ELIZA, b=ELIZA, turns=20, end_token="[END]")
    model = open_model(ELIZA)
    messages, ending = asyncio.run(converse(scenario, {"A": model, "B": model}))
    return Dialogue(scenario, messages, ending)


def desk_talk() -> Dialogue:
    scenario = Scenario("desk", a=READER, b=CLERK, opener=AT_THE_DESK[0], turns=5)
    return Dialogue.from_texts(AT_THE_DESK, scenario=scenario)


def notes(*said: str) -> Dialogue:
    return Dialogue.from_texts([json.dumps({"say": text, "mood": "calm"}) for text in said])


def noted(dialogue: Dialogue) -> list[Any]:
    return [json.loads(text) for text in dialogue.texts]


def mutated(name: str, dialogue: Dialogue) -> Dialogue:
    copy = MUTATIONS[name](dialogue)
    assert copy is not None
    return copy


def changed(before: Dialogue, after: Dialogue) -> list[int]:
    return [m.number for m in after if m.number > len(before) or m.text != before[m.number].text]


@functools.cache
def subjects() -> dict[str, tuple[Dialogue, Callable[[Dialogue], object]]]:
    """Return, for the mutations that do not show in a talk of the built-in pair, a dialogue and its check."""
    said = notes("one", "two", "three", "four", "five", "six")
    return {
        "broken-json": (said, functools.partial(checks.conforms, schema=NOTE)),
        "swapped-roles": (desk_talk(), checks.keeps_roles),
    }


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_the_check_meant_for_a_mutation_notices_it_and_passes_without_it(mutation: Mutation) -> None:
    dialogue, check = subjects().get(mutation.name, (chess_talk(), getattr(checks, mutation.check)))

    assert check(dialogue)
    assert not check(mutated(mutation.name, dialogue))


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mutation_gives_the_same_copy_every_time_and_leaves_the_dialogue_alone(mutation: Mutation) -> None:
    dialogue, _ = subjects().get(mutation.name, (chess_talk(), None))
    before = dialogue.messages
    copy = mutation(dialogue)

    assert copy == mutation(dialogue)
    assert copy != dialogue
    assert dialogue.messages == before


@given(dialogue=dialogues())
def test_any_dialogue_becomes_a_valid_one(dialogue: Dialogue) -> None:
    copies = {name: mutation(dialogue) for name, mutation in MUTATIONS.items()}
    for name, copy in copies.items():
        event(f"{name} applies: {copy is not None}")
        if copy is not None:
            assert_valid(copy, dialogue)


def assert_valid(copy: Dialogue, dialogue: Dialogue) -> None:
    scenario = copy.scenario

    assert copy != dialogue
    assert (scenario.name, scenario.a, scenario.b) == (dialogue.scenario.name, dialogue.scenario.a, dialogue.scenario.b)
    assert [(m.number, m.speaker) for m in copy] == [(n, scenario.side_at(n)) for n in range(1, len(copy) + 1)]
    assert 1 <= len(copy) <= scenario.length
    assert all(scenario.given_at(m.number) in (None, m.text) for m in copy)
    assert (copy.ending is None) == (dialogue.ending is None)
    if copy.ending and copy.ending.reason == "hang_up":
        assert copy[-1] == dialogue[-1]


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
@pytest.mark.parametrize("texts", [[], ["Hello."]])
def test_what_no_model_has_said_cannot_be_mutated(mutation: Mutation, texts: list[str]) -> None:
    assert mutation(Dialogue.from_texts(texts)) is None


@pytest.mark.parametrize("name", sorted(MUTATIONS.keys() - {"cut-dialogue"}))
def test_what_the_scenario_gives_is_no_model_s_and_stays(name: str) -> None:
    script = Scenario("given", a=ELIZA, b=ELIZA, opener="Hi.", turns=2, prefix=['{"a": "b"}', "Why so?", "So.", "Oh."])
    assert MUTATIONS[name](Dialogue.from_texts(["Hi.", *script.prefix], scenario=script)) is None


@pytest.mark.parametrize("name", sorted(MUTATIONS.keys() - {*LOSES_ITS_END, "broken-json"}))
def test_who_hung_up_still_does(name: str) -> None:
    copy = mutated(name, chess_talk())

    assert copy.ending == chess_talk().ending
    assert copy[-1] == chess_talk()[-1]


@pytest.mark.parametrize("name", LOSES_ITS_END)
def test_a_dialogue_that_lost_its_end_ends_by_its_turns(name: str) -> None:
    assert mutated(name, chess_talk()).ending == Ending("turns")


def test_a_courtesy_loop_follows_what_was_said_and_fills_the_scenario() -> None:
    talk = chess_talk()
    copy = mutated("courtesy-loop", talk)

    assert len(copy) == talk.scenario.length
    assert copy.messages[: len(talk) - 1] == talk.messages[:-1]
    assert copy.texts[len(talk) - 1 :] == texts().courtesies[: len(copy) - len(talk) + 1]


def test_a_scenario_without_room_for_a_loop_gets_more_turns_in_the_copy() -> None:
    talk = desk_talk()
    copy = mutated("courtesy-loop", talk)

    assert talk.scenario.turns == 5
    assert (copy.scenario.turns, len(copy)) == (8, 17)
    assert len(changed(talk, copy)) == 12


def test_a_scenario_of_a_million_turns_is_not_filled() -> None:
    talk = replace(desk_talk(), scenario=replace(desk_talk().scenario, turns=10**6), ending=Ending("hang_up", by="B"))
    copy = mutated("courtesy-loop", talk)

    assert len(copy) == copy.scenario.length == 109


def test_a_loop_goes_around_what_the_scenario_gives() -> None:
    scenario = replace(desk_talk().scenario, turns=8, given={13: "Which book was it again?"})
    copy = mutated("courtesy-loop", replace(desk_talk(), scenario=scenario))

    assert copy[13].text == "Which book was it again?"
    assert copy[12].text in texts().courtesies


def test_a_repeated_exchange_is_the_one_in_the_middle() -> None:
    copy = mutated("repeated-exchange", desk_talk())

    assert copy.texts[:6] == tuple(AT_THE_DESK[:6])
    assert set(copy.texts[6:]) == {AT_THE_DESK[4], AT_THE_DESK[5]}
    assert copy[7].text == copy[9].text == AT_THE_DESK[4]


def test_a_repeated_message_is_one_speaker_s() -> None:
    copy = mutated("repeated-message", desk_talk())

    assert changed(desk_talk(), copy) == [8, 10]
    assert copy[8].text == copy[10].text == AT_THE_DESK[5]


def test_a_message_that_could_be_repeated_only_once_is_not() -> None:
    assert MUTATIONS["repeated-message"](desk_talk()[1:8]) is None


def test_swapped_roles_exchange_the_texts_of_each_turn_from_the_middle_on() -> None:
    copy = mutated("swapped-roles", desk_talk())

    assert changed(desk_talk(), copy) == [6, 7, 8, 9]
    assert (copy[6].text, copy[7].text) == (AT_THE_DESK[6], AT_THE_DESK[5])


@pytest.mark.parametrize("name", ["courtesy-loop", "other-topic", "other-language", "doubled-length"])
def test_a_json_object_keeps_its_form_unless_that_is_what_is_mutated(name: str) -> None:
    talk = notes("Maps are old.", "How old?", "Older than writing.", "Who drew them?", "Hunters did.", "Where to?")
    copy = mutated(name, talk)

    assert all(note.keys() == {"say", "mood"} and note["mood"] == "calm" for note in noted(copy))
    assert noted(copy)[4]["say"] != noted(talk)[4]["say"]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ('{"a": [1]}', '{"a": [1]'),
        ("[1, 2]\n", "[1, 2\n"),
        ('```json\n{"a": 1}\n```', '```json\n{"a": 1\n```'),
    ],
)
def test_broken_json_lacks_its_last_bracket(text: str, broken: str) -> None:
    assert mutated("broken-json", Dialogue.from_texts(["Hi.", text, "Well?"]))[2].text == broken


@pytest.mark.parametrize("text", ["see [1]", "7", '"a"', "{broken", "[" * 100_000, "```\n```"])
def test_what_is_no_json_object_or_array_is_not_broken(text: str) -> None:
    assert MUTATIONS["broken-json"](Dialogue.from_texts(["Hi.", text, "Well?"])) is None


def test_a_blank_message_ends_the_dialogue_where_the_scenario_stops_at_one() -> None:
    scenario = replace(desk_talk().scenario, on_empty="stop")
    copy = mutated("blank-message", replace(desk_talk(), scenario=scenario, ending=Ending("turns")))

    assert len(copy) == 6
    assert copy[6].text == ""
    assert copy.ending == Ending("empty", by="B")


def test_a_cut_message_breaks_off_inside_a_word_at_the_limit_of_tokens() -> None:
    message = mutated("cut-message", desk_talk())[6]

    assert message.text == "There is a slim one, with plates in colour. Wh"
    assert message.finish_reason == "length"


def test_a_message_without_a_word_to_break_is_not_cut() -> None:
    assert MUTATIONS["cut-message"](Dialogue.from_texts(["Hi.", "?", "7 1", "a b"])) is None


def test_a_cut_dialogue_lacks_its_last_quarter() -> None:
    assert mutated("cut-dialogue", desk_talk()).texts == tuple(AT_THE_DESK[:8])


def test_the_end_of_an_imported_dialogue_stays_unknown() -> None:
    assert mutated("cut-dialogue", desk_talk()).ending is None


def test_a_speaker_who_speaks_for_the_other_does_so_in_prose_if_there_is_any() -> None:
    copy = mutated("spoken-for", Dialogue.from_texts(["Hi.", '{"a": 1}', "Go on.", '{"a": 2}', '{"a": 3}']))

    assert changed(Dialogue.from_texts(["Hi.", '{"a": 1}', "Go on."]), copy[1:4]) == [3]
    assert copy[3].text.startswith("Go on.\n\nModel B: ")


def test_messages_double_from_the_middle_on_and_stop_at_thirty_two_times() -> None:
    copy = mutated("doubled-length", Dialogue.from_texts(["word"] * 16))

    assert [len(text.split()) for text in copy.texts[8:]] == [2, 4, 8, 16, 32, 32, 32, 32]


def test_a_long_message_does_not_grow_without_limit() -> None:
    copy = mutated("doubled-length", Dialogue.from_texts(["Hi.", "a" * 1_000_000, "Oh.", "b" * 9_000, "c" * 9_000]))

    assert [len(text) for text in copy.texts] == [3, 1_000_000, 7, 18_001, 18_001]


def test_a_dialogue_gets_the_other_topic_that_it_shares_the_fewest_words_with() -> None:
    about_pots = Dialogue.from_texts([" ".join(pair) for pair in texts().topics[2].pairs])
    copy = mutated("other-topic", about_pots)
    foreign = {word for n in changed(about_pots, copy) for word in content_words(copy[n].text)}

    assert changed(about_pots, copy) == [5, 6, 7, 8]
    assert "kiln" not in foreign
    assert "pots" not in foreign


def test_a_dialogue_gets_a_language_that_is_not_its_own() -> None:
    in_chinese = Dialogue.from_texts([" ".join(pair) for pair in texts().languages[0].pairs])

    assert mutated("other-language", desk_talk())[6].text.startswith(texts().languages[0].pairs[0][0])
    assert mutated("other-language", in_chinese)[5].text.startswith(texts().languages[1].pairs[0][0])


@pytest.mark.parametrize("paragraphs", [*texts().topics, *texts().languages], ids=lambda of: of.name)
def test_shipped_paragraphs_fill_many_messages_without_a_repetition(paragraphs: Paragraphs) -> None:
    assert len(set(paragraphs.fill(64))) == 64


def test_shipped_topics_share_hardly_a_word_with_each_other() -> None:
    vocabularies = [
        {word for pair in topic.pairs for word in content_words(" ".join(pair))} for topic in texts().topics
    ]
    for first, second in [(0, 1), (0, 2), (1, 2)]:
        shared = vocabularies[first] & vocabularies[second]
        assert len(shared) < 0.12 * min(len(vocabularies[first]), len(vocabularies[second]))


def test_tokens_grow_and_shrink_with_the_text_and_the_rest_of_a_message_stays() -> None:
    used = Usage(input=50, output=10, reasoning=2)
    said = [
        Message(n, SIDES[(n + 1) % 2], "five words are said here", model="m", usage=used, ms=7.5, attempts=1)
        for n in range(1, 6)
    ]
    talk = replace(Dialogue.from_texts([m.text for m in said]), messages=tuple(said))
    blank = mutated("blank-message", talk)[4]
    doubled = mutated("doubled-length", talk)[3]

    assert blank == Message(4, "B", "", model="m", usage=Usage(50, 0, 2), ms=7.5, attempts=1)
    assert doubled.usage == Usage(50, 20, 2)


def test_a_message_added_to_a_loop_is_what_its_speaker_s_server_would_tell() -> None:
    talk = chess_talk()
    last, before = (mutated("courtesy-loop", talk)[n] for n in (41, 17))

    assert (last.model, last.finish_reason, last.attempts) == (before.model, "stop", 1)
    assert last.usage is not None
    assert last.usage.output > 0


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=MUTATIONS)
def test_every_mutation_names_a_check_that_there_is(mutation: Mutation) -> None:
    assert mutation.check in checks.__all__
    assert mutation.meaning[0].islower()
    assert not mutation.meaning.endswith(".")


def test_a_mutation_is_found_by_its_name() -> None:
    assert mutation_named("blank-message", where="--only") is MUTATIONS["blank-message"]


def test_a_name_that_is_none_is_answered_with_all_and_the_nearest() -> None:
    with pytest.raises(ConfigurationError) as caught:
        mutation_named("blankmessage\x1b", where="--only")

    assert str(caught.value) == (
        "--only must be one of courtesy-loop, repeated-exchange, repeated-message, other-topic, other-language, "
        "doubled-length, broken-json, blank-message, cut-message, cut-dialogue, swapped-roles, spoken-for, "
        "leaked-reasoning\n"
        "  got: 'blankmessage\\x1b'\n"
        "  nearest: blank-message"
    )
