from __future__ import annotations

import json
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import TranscriptError, UsageError
from dialogue_harness.formats.files import read_transcript
from dialogue_harness.formats.json_form import parse_transcript_json, write_transcript_json
from dialogue_harness.formats.source import TranscriptWarning, encode
from dialogue_harness.formats.transcript import parse_transcript, write_transcript
from dialogue_harness.scenario import NamedScript, Scenario, Speaker
from strategies import dialogues, hostile_text

if TYPE_CHECKING:
    from pathlib import Path

FORM: dict[str, Any] = {
    "timestamp": "2026-03-01T09:30:00.000001",
    "model_a": "acme/large",
    "model_b": "acme/small",
    "system_prompt": "Talk about bridges.",
    "opener": "Hello.",
    "turns": 1,
    "conversation": [
        {"speaker": "A", "model": "acme/large", "content": "Hello.", "turn": 1},
        {"speaker": "B", "model": "acme/small", "content": "Arch or beam?", "turn": 1, "reasoning": "Ask."},
        {"speaker": "A", "model": "acme/large", "content": "Arch.", "turn": 1},
    ],
}


def parse(**changes: Any) -> Dialogue:
    return parse_transcript_json(json.dumps({**FORM, **changes}), source="talk.json")


def without(key: str) -> Dialogue:
    return parse_transcript_json(json.dumps({k: v for k, v in FORM.items() if k != key}), source="talk.json")


def said(*items: dict[str, Any]) -> Dialogue:
    return parse(conversation=list(items))


def refusal(text: str) -> list[str]:
    with pytest.raises(TranscriptError) as error:
        parse_transcript_json(text, source="talk.json")
    return str(error.value).split("\n")


def refusal_of(**changes: Any) -> list[str]:
    return refusal(json.dumps({**FORM, **changes}))


def told(dialogue: Dialogue) -> tuple[object, ...]:
    plan = dialogue.scenario
    messages = [(m.number, m.speaker, m.text, m.reasoning) for m in dialogue]
    speakers = [(speaker.model, speaker.system) for speaker in (plan.a, plan.b)]
    return messages, speakers, plan.opener, plan.turns, dialogue.date


# --- reading


def test_the_json_form_is_read_as_the_dialogue_that_it_tells() -> None:
    a, b = (Speaker(f"acme/{size}", system="Talk about bridges.") for size in ("large", "small"))
    scenario = Scenario("unknown", a=a, b=b, opener="Hello.", turns=1)
    messages = Message(1, "A", "Hello."), Message(2, "B", "Arch or beam?", "Ask."), Message(3, "A", "Arch.")
    assert parse() == Dialogue(scenario, messages, date="2026-03-01T09:30:00.000001")


def test_both_forms_of_one_dialogue_are_read_as_equals() -> None:
    dialogue = parse()
    assert parse_transcript(write_transcript(dialogue)) == dialogue


def test_a_message_of_another_model_than_its_speaker_s_keeps_its_name() -> None:
    dialogue = said({"speaker": "A", "model": "acme/large-0301", "content": "Hello."})
    assert dialogue[1].model == "acme/large-0301"


@pytest.mark.parametrize("key", ["timestamp", "model_a", "system_prompt", "opener", "turns"])
def test_what_is_absent_is_read_like_null(key: str) -> None:
    assert without(key) == parse(**{key: None})


def test_what_is_not_told_is_unknown_or_counted() -> None:
    dialogue = parse_transcript_json(json.dumps({"conversation": FORM["conversation"]}))
    unknown = Speaker("unknown")
    assert dialogue.scenario == Scenario("unknown", a=unknown, b=unknown, opener="Hello.", turns=1)
    assert dialogue[2].model == "acme/small"


def test_an_empty_opener_is_none_where_b_begins() -> None:
    dialogue = parse(opener="", conversation=[{"speaker": "B", "content": "Arch?"}])
    assert dialogue.scenario.opener is None
    assert (dialogue[1].speaker, dialogue[1].text) == ("B", "Arch?")


def test_an_opener_is_left_aside_with_a_warning_where_b_begins() -> None:
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = said({"speaker": "B", "content": "Arch?"})
    assert [str(w.message) for w in caught] == ["talk.json: the opener is left aside, since B says the first message"]
    assert dialogue.scenario.opener is None


def test_an_opener_that_differs_from_message_1_is_warned_of() -> None:
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = parse(opener="Hi.")
    expected = "talk.json: the opener differs from message 1; each is kept as it is"
    assert [str(w.message) for w in caught] == [expected]
    assert (dialogue.scenario.opener, dialogue[1].text) == ("Hi.", "Hello.")


def test_a_scripted_speaker_is_read_although_its_script_is_not_told() -> None:
    script = parse(model_b="builtin:scripted").scenario.b.script
    assert script == NamedScript("unknown")


def test_a_prompt_of_one_speaker_s_own_goes_before_that_of_both() -> None:
    scenario = parse(system_prompt_b=None).scenario
    assert (scenario.a.system, scenario.b.system) == ("Talk about bridges.", None)


def test_a_json_file_is_known_by_its_name_or_by_how_it_begins(tmp_path: Path) -> None:
    for name in ("talk.JSON", "talk.txt"):
        path = tmp_path / name
        path.write_text(" \n" + json.dumps(FORM))
        assert read_transcript(path) == parse()


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_bytes(b"\xef\xbb\xbf" + encode(json.dumps(FORM)))
    assert read_transcript(path) == parse()


# --- errors


@pytest.mark.parametrize("key", ["timestamp", "model_a", "model_b", "system_prompt", "system_prompt_b", "opener"])
def test_a_value_that_is_no_text_is_named_by_its_key(key: str) -> None:
    assert refusal_of(**{key: ["x"]}) == [f"talk.json: {key} must be a string or null", '  got: ["x"]']


@pytest.mark.parametrize(("turns", "shown"), [(-1, "-1"), (1.5, "1.5"), ("1", '"1"'), (True, "true")])
def test_turns_that_are_no_number_are_refused(turns: object, shown: str) -> None:
    assert refusal_of(turns=turns) == ["talk.json: turns must be a whole number, 0 or more", f"  got: {shown}"]


@pytest.mark.parametrize(("value", "shown"), [(None, "null"), ({}, "{}"), ("A: Hello.", '"A: Hello."')])
def test_a_conversation_that_is_no_list_is_refused(value: object, shown: str) -> None:
    assert refusal_of(conversation=value) == [
        "talk.json: conversation must be a list of messages",
        f"  got: {shown}",
    ]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("Hello.", "conversation[3] must be an object"),
        ({"content": "x"}, 'conversation[3].speaker must be "A" or "B"'),
        ({"speaker": "Model B", "content": "x"}, 'conversation[3].speaker must be "A" or "B"'),
        ({"speaker": ["B"], "content": "x"}, 'conversation[3].speaker must be "A" or "B"'),
        (
            {"speaker": "A", "content": "x"},
            "conversation[3].speaker must not be that of the message before: the speakers alternate",
        ),
        ({"speaker": "B"}, "conversation[3].content must be a string"),
        ({"speaker": "B", "content": None}, "conversation[3].content must be a string"),
        ({"speaker": "B", "content": "x", "model": 4}, "conversation[3].model must be a string or null"),
        ({"speaker": "B", "content": "x", "reasoning": {}}, "conversation[3].reasoning must be a string or null"),
    ],
)
def test_what_is_wrong_with_a_message_is_named_by_its_path(item: object, message: str) -> None:
    assert refusal_of(conversation=[*FORM["conversation"], item])[0] == f"talk.json: {message}"


def test_a_value_is_shown_shortened_and_without_control_characters() -> None:
    value = ["\x1b[31m\u202e" + "x" * 200]
    shown = refusal_of(opener=value)[1]
    assert shown.startswith('  got: ["\\u001b[31m\\u202ex')
    assert len(shown) < 120


def test_broken_json_is_an_error_with_its_line() -> None:
    text = json.dumps(FORM, indent=2).replace('"turns": 1,', '"turns": 1')
    assert refusal(text) == [
        "talk.json, line 8: this is not JSON",
        "  what: Expecting ',' delimiter (column 3)",
    ]


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "null"])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    assert refusal(text) == ["talk.json: a transcript must be an object", f"  got: {text}"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"turns": ' + "9" * 5000 + "}"])
def test_json_that_no_parser_takes_is_an_error_of_ours(text: str) -> None:
    assert refusal(text)[0] == "talk.json cannot be read as JSON"


def test_a_recording_is_told_apart() -> None:
    text = json.dumps({"format": "dialogue-recording", "version": 1}) + '\n{"n": 1}\n'
    assert refusal(text) == [
        "talk.json, line 1: this is a recording, not a transcript",
        "how to fix: read it with Dialogue.load",
    ]


# --- writing


def test_the_json_form_is_written_as_it_was_read() -> None:
    text = json.dumps(FORM, indent=2)
    assert write_transcript_json(parse_transcript_json(text)) == text


def test_turns_are_numbered_from_the_opener() -> None:
    dialogue = Dialogue.from_texts("abcdef")
    items = json.loads(write_transcript_json(dialogue))["conversation"]
    assert [(item["speaker"], item["turn"]) for item in items] == [
        ("A", 1),
        ("B", 1),
        ("A", 1),
        ("B", 2),
        ("A", 2),
        ("B", 3),
    ]


def test_turns_are_numbered_from_the_first_message_where_b_begins() -> None:
    plan = Scenario("x", a=Speaker("m"), b=Speaker("m"), opener=None)
    items = json.loads(write_transcript_json(Dialogue.from_texts("abcd", scenario=plan)))["conversation"]
    assert [(item["speaker"], item["turn"]) for item in items] == [("B", 1), ("A", 1), ("B", 2), ("A", 2)]


def test_what_is_not_known_is_null() -> None:
    values = json.loads(write_transcript_json(Dialogue.from_texts([])))
    assert (values["timestamp"], values["system_prompt"], values["opener"]) == (None, None, None)


def test_system_prompts_that_differ_have_a_key_each() -> None:
    plan = Scenario("x", a=Speaker("m", system=""), b=Speaker("m"), opener="Hello.")
    values = json.loads(write_transcript_json(Dialogue.from_texts(["Hello."], scenario=plan)))
    assert values["system_prompt"] is None
    assert (values["system_prompt_a"], values["system_prompt_b"]) == ("", None)


def test_the_model_that_answered_is_told_where_it_is_known() -> None:
    dialogue = parse()
    answered = replace(dialogue, messages=(replace_model(dialogue[1], "acme/large-0301"),))
    assert json.loads(write_transcript_json(answered))["conversation"][0]["model"] == "acme/large-0301"


def replace_model(message: Message, model: str) -> Message:
    return Message(message.number, message.speaker, message.text, model=model)


def test_only_ascii_is_written_so_that_every_console_takes_it() -> None:
    dialogue = Dialogue.from_texts(["Ponte „arco“ \ud800 👋"])
    assert write_transcript_json(dialogue).isascii()
    assert parse_transcript_json(write_transcript_json(dialogue)).texts == dialogue.texts


def test_one_speaker_s_messages_cannot_be_written() -> None:
    with pytest.raises(UsageError, match="messages 1 and 3 are both by A"):
        write_transcript_json(parse().by("A"))


# --- for any dialogue, and for any text


@given(dialogues())
def test_any_dialogue_reads_back_as_it_was_written(dialogue: Dialogue) -> None:
    text = write_transcript_json(dialogue)
    back = parse_transcript_json(text)
    assert told(back) == told(dialogue)
    assert write_transcript_json(back) == text


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | hostile_text(2) | st.sampled_from(["A", "B"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FORM, "speaker", "content"]), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*FORM, "format", "system_prompt_a"]), ANY_JSON) | ANY_JSON)
def test_any_json_is_read_or_refused_with_an_error_of_ours(values: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TranscriptWarning)
        try:
            dialogue = parse_transcript_json(json.dumps(values))
        except TranscriptError:
            return
        assert told(parse_transcript_json(write_transcript_json(dialogue))) == told(dialogue)
