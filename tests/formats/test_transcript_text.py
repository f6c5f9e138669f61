from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.errors import TranscriptError, UsageError
from dialogue_harness.formats.files import read_transcript
from dialogue_harness.formats.source import TranscriptWarning, encode
from dialogue_harness.formats.transcript import parse_transcript, write_transcript
from dialogue_harness.scenario import NamedScript, Scenario, Speaker
from places import SEEDS
from strategies import dialogues, hostile_text

HEADER = """\
# LLM Dialogue Transcript

Date: 2026-03-01 09:30
Model A: acme/large
Model B: acme/small
Turns: 1
System prompt: Talk about bridges.
Opener: Hello.

## Conversation

"""
PLAIN = HEADER + "Model A: Hello.\n\nModel B: Arch or beam?\n\nModel A: Arch.\n"


def texts(*bodies: str, begins: str = "A") -> str:
    """Make a bare transcript of the bodies of its messages."""
    sides = "AB" if begins == "A" else "BA"
    said = "\n".join(f"Model {sides[i % 2]}: {body}\n" for i, body in enumerate(bodies))
    return "# LLM Dialogue Transcript\n\nTurns: 9\n\n## Conversation\n\n" + said


def spoken(dialogue: Dialogue) -> list[tuple[int, str, str, str | None]]:
    return [(m.number, m.speaker, m.text, m.reasoning) for m in dialogue]


def told(dialogue: Dialogue) -> tuple[object, ...]:
    """Return everything of a dialogue that a transcript tells."""
    plan = dialogue.scenario
    speakers = [(speaker.model, speaker.system) for speaker in (plan.a, plan.b)]
    return spoken(dialogue), speakers, plan.opener, plan.turns, dialogue.date


def written(dialogue: Dialogue) -> Dialogue:
    """Write a dialogue and read it back, whatever is ambiguous in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TranscriptWarning)
        return parse_transcript(write_transcript(dialogue))


def says(text: str) -> Dialogue:
    return Dialogue.from_texts(["Hello.", text, "Goodbye."])


# --- what a transcript tells


def test_a_transcript_is_read_as_the_dialogue_that_it_tells() -> None:
    a, b = (Speaker(f"acme/{size}", system="Talk about bridges.") for size in ("large", "small"))
    scenario = Scenario("unknown", a=a, b=b, opener="Hello.", turns=1)
    messages = Message(1, "A", "Hello."), Message(2, "B", "Arch or beam?"), Message(3, "A", "Arch.")
    assert parse_transcript(PLAIN) == Dialogue(scenario, messages, date="2026-03-01 09:30")


def test_a_transcript_is_written_as_it_was_read() -> None:
    assert write_transcript(parse_transcript(PLAIN)) == PLAIN


def test_a_dialogue_that_was_never_read_is_written_in_the_same_format() -> None:
    dialogue = replace(parse_transcript(PLAIN), heading=None)
    assert write_transcript(dialogue) == PLAIN


def test_the_date_line_is_left_out_where_no_date_is_known() -> None:
    assert "Date" not in write_transcript(says("x"))


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed transcripts are not beside this checkout")
def test_both_seeds_are_read_whole_and_written_to_the_byte() -> None:
    seeds = sorted(SEEDS.glob("*.txt"))
    assert len(seeds) == 2
    for seed in seeds:
        dialogue = read_transcript(seed)
        assert encode(write_transcript(dialogue)) == seed.read_bytes()
        assert encode(write_transcript(replace(dialogue, heading=None))) == seed.read_bytes()
        assert (len(dialogue), dialogue.scenario.turns, dialogue.turns) == (101, 50, 50)
        assert [m.speaker for m in dialogue] == ["A", "B"] * 50 + ["A"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n",
        "\nGoodbye.",
        "Goodbye.\n",
        "\n\n\n\nGoodbye.\n\n\n\n",
        "a\n\n\n\nb",
        " ",
        "  a  ",
        "‘Arch’ – “beam”…",
        "\r",
        "a\r\nb",
    ],
)
def test_a_body_is_read_to_the_byte(body: str) -> None:
    transcript = texts("Hello.", body, "Arch.", body)
    dialogue = parse_transcript(transcript)
    assert dialogue.texts == ("Hello.", body, "Arch.", body)
    assert write_transcript(dialogue) == transcript


def test_a_conversation_without_messages_is_a_dialogue_without_messages() -> None:
    heading = HEADER.removesuffix("\n")
    dialogue = parse_transcript(heading)
    assert (len(dialogue), dialogue.scenario.opener) == (0, "Hello.")
    assert write_transcript(dialogue) == heading
    assert write_transcript(replace(dialogue, heading=None)) == heading


def test_a_file_whose_last_newline_is_missing_is_read() -> None:
    assert parse_transcript(PLAIN.removesuffix("\n")) == parse_transcript(PLAIN)


def test_labels_that_lost_their_trailing_space_are_read_as_empty_messages() -> None:
    transcript = texts("Hello.", "", "", "Still there?", "").replace(": \n", ":\n")
    assert parse_transcript(transcript).texts == ("Hello.", "", "", "Still there?", "")


def test_a_label_without_its_space_may_be_followed_by_lines() -> None:
    transcript = texts("Hello.", "\nArch.", "Beam.").replace("B: \n", "B:\n")
    assert parse_transcript(transcript).texts == ("Hello.", "\nArch.", "Beam.")


# --- the header


def test_the_first_message_is_the_opener_where_a_says_it_and_no_opener_is_told() -> None:
    assert parse_transcript(PLAIN.replace("Opener: Hello.\n", "")).scenario.opener == "Hello."


def test_b_begins_where_there_is_no_opener_and_messages_count_from_1() -> None:
    transcript = texts("Arch?", "Beam.", begins="B")
    dialogue = parse_transcript(transcript)
    assert [(m.number, m.speaker) for m in dialogue] == [(1, "B"), (2, "A")]
    assert dialogue.scenario.opener is None
    assert dialogue.scenario.side_at(1) == "B"
    assert write_transcript(dialogue) == transcript


def test_an_opener_is_left_aside_with_a_warning_where_b_begins() -> None:
    transcript = HEADER + "Model B: Arch or beam?\n"
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = parse_transcript(transcript, source="talk.txt")
    assert [str(w.message) for w in caught] == [
        "talk.txt, line 8: the opener is left aside, since B says the first message"
    ]
    assert dialogue.scenario.opener is None


def test_an_opener_that_differs_from_message_1_is_warned_of() -> None:
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = parse_transcript(PLAIN.replace("Model A: Hello.", "Model A: Hi."), source="talk.txt")
    expected = "talk.txt, line 8: the opener differs from message 1; each is kept as it is"
    assert [str(w.message) for w in caught] == [expected]
    assert (dialogue.scenario.opener, dialogue[1].text) == ("Hello.", "Hi.")


def test_models_that_are_not_told_are_unknown() -> None:
    scenario = parse_transcript(texts("Hello.")).scenario
    assert (scenario.a.model, scenario.b.model) == ("unknown", "unknown")


def test_a_blank_model_is_unknown() -> None:
    assert parse_transcript(PLAIN.replace("acme/small", " ")).scenario.b.model == "unknown"


def test_a_scripted_speaker_is_read_although_its_script_is_not_told() -> None:
    speaker = parse_transcript(PLAIN.replace("acme/small", "builtin:scripted")).scenario.b
    assert speaker == Speaker("builtin:scripted", system="Talk about bridges.", script=NamedScript("unknown"))


@pytest.mark.parametrize(("count", "turns"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_turns_that_are_not_told_are_counted(count: int, turns: int) -> None:
    transcript = texts(*"abcdef"[:count]).replace("Turns: 9", "Date: today")
    assert parse_transcript(transcript).scenario.turns == turns


@pytest.mark.parametrize(("count", "turns"), [(1, 1), (2, 1), (3, 2)])
def test_turns_are_counted_from_the_first_message_where_b_begins(count: int, turns: int) -> None:
    transcript = texts(*"abc"[:count], begins="B").replace("Turns: 9", "Date: today")
    assert parse_transcript(transcript).scenario.turns == turns


def test_a_header_in_another_order_is_read_alike() -> None:
    lines = HEADER.split("\n")
    shuffled = "\n".join([*lines[:2], *reversed(lines[2:8]), *lines[8:]]) + PLAIN.removeprefix(HEADER)
    assert parse_transcript(shuffled) == parse_transcript(PLAIN)


def test_a_system_prompt_of_several_lines_is_read_whole() -> None:
    prompt = "Talk about bridges.\n\n- Be brief.\n- Be kind.\n"
    transcript = PLAIN.replace("Talk about bridges.", prompt)
    dialogue = parse_transcript(transcript)
    assert (dialogue.scenario.a.system, dialogue.scenario.b.system) == (prompt, prompt)
    assert write_transcript(replace(dialogue, heading=None)) == transcript


def test_an_opener_of_several_lines_is_read_whole() -> None:
    opener = "Hello.\n\nArch or beam?\n"
    transcript = PLAIN.replace("Hello.", opener)
    dialogue = parse_transcript(transcript)
    assert (dialogue.scenario.opener, dialogue[1].text) == (opener, opener)
    assert write_transcript(replace(dialogue, heading=None)) == transcript


def test_an_empty_system_prompt_is_told_from_none() -> None:
    scenario = Scenario("x", a=Speaker("m", system=""), b=Speaker("m", system=""), opener="")
    back = written(Dialogue(scenario, ())).scenario
    assert (back.a.system, back.opener) == ("", "")
    without = Scenario("x", a=Speaker("m"), b=Speaker("m"), opener=None)
    back = written(Dialogue(without, ())).scenario
    assert (back.a.system, back.opener) == (None, None)


@pytest.mark.parametrize(
    ("a", "b", "lines"),
    [
        ("Build.", "Doubt.", ["System prompt A: Build.", "System prompt B: Doubt."]),
        ("Build.", None, ["System prompt A: Build."]),
        (None, "Doubt.", ["System prompt B: Doubt."]),
        ("", None, ["System prompt A: "]),
    ],
)
def test_system_prompts_that_differ_have_a_line_each(a: str | None, b: str | None, lines: list[str]) -> None:
    scenario = Scenario("x", a=Speaker("m", system=a), b=Speaker("m", system=b))
    dialogue = Dialogue(scenario, ())
    assert [line for line in write_transcript(dialogue).split("\n") if line.startswith("System")] == lines
    back = written(dialogue).scenario
    assert (back.a.system, back.b.system) == (a, b)


@pytest.mark.parametrize(
    "line",
    ["Opener: x", "## Conversation", "Model A: x", "Turns:", "System prompt B: x", "\\Date: x", "\\\\## Conversation"],
)
def test_a_further_line_that_looks_like_the_header_is_marked_by_a_backslash(line: str) -> None:
    prompt = f"Be brief.\n{line}\nBe kind.\n{line}"
    scenario = Scenario("x", a=Speaker("m", system=prompt), b=Speaker("m", system=prompt), opener="Hi.")
    transcript = write_transcript(Dialogue(scenario, ()))
    assert transcript.count(f"\n\\{line}\n") == 2
    assert parse_transcript(transcript).scenario.a.system == prompt


def test_a_line_that_only_resembles_the_header_is_left_alone() -> None:
    prompt = "Be brief.\nOpeners: x\n## Conversations\n Turns: 5\n\\x"
    scenario = Scenario("x", a=Speaker("m", system=prompt), b=Speaker("m", system=prompt))
    assert prompt in write_transcript(Dialogue(scenario, ()))


def test_a_header_line_that_comes_twice_is_text_and_warned_of() -> None:
    transcript = PLAIN.replace("about bridges.", "about bridges.\nModel B: is your partner.")
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = parse_transcript(transcript, source="talk.txt")
    expected = "talk.txt, line 8: a second `Model B:` is read as text of the header line before it"
    assert [str(w.message) for w in caught] == [expected]
    assert dialogue.scenario.a.system == "Talk about bridges.\nModel B: is your partner."
    assert write_transcript(dialogue) == transcript


# --- reasoning


def test_a_think_block_before_a_text_is_its_reasoning() -> None:
    transcript = texts("Hello.", "<think>A greeting.\nI greet back.</think> \nHello to you.")
    dialogue = parse_transcript(transcript)
    assert spoken(dialogue)[1] == (2, "B", "\nHello to you.", "A greeting.\nI greet back.")
    assert write_transcript(dialogue) == transcript


@pytest.mark.parametrize(
    "leak", ["<think>a</think>b", "<think>a</think>\nb", "<think>a", " <think>a</think> b", "<think>"]
)
def test_a_think_block_that_no_space_closes_stays_text(leak: str) -> None:
    transcript = texts("Hello.", leak)
    message = parse_transcript(transcript)[2]
    assert (message.text, message.reasoning) == (leak, None)
    assert write_transcript(parse_transcript(transcript)) == transcript


def test_empty_reasoning_is_told_from_none() -> None:
    dialogue = parse_transcript(texts("Hello.", "<think></think> Hi."))
    assert (dialogue[1].reasoning, dialogue[2].reasoning, dialogue[2].text) == (None, "", "Hi.")


@pytest.mark.parametrize("slashes", ["", "\\", "\\\\"])
def test_a_text_that_begins_like_reasoning_is_marked_by_one_more_backslash(slashes: str) -> None:
    text = slashes + "<think>a</think> b"
    transcript = write_transcript(says(text))
    assert f"Model B: \\{text}\n" in transcript
    assert parse_transcript(transcript) == says(text)


@pytest.mark.parametrize("slashes", ["", "\\", "\\\\"])
def test_the_end_of_reasoning_within_reasoning_is_marked_by_one_more_backslash(slashes: str) -> None:
    reasoning = f"I close with <{slashes}/think> and go on"
    dialogue = Dialogue(says("").scenario, (Message(1, "A", "Hello.", reasoning), Message(2, "B", "Hi.", "</think>")))
    transcript = write_transcript(dialogue)
    assert f"<{slashes}\\/think> and go on</think> Hello.\n" in transcript
    assert "<think></think></think> Hi.\n" in transcript
    assert spoken(parse_transcript(transcript)) == spoken(dialogue)


# --- labels within messages


@pytest.mark.parametrize("slashes", ["", "\\", "\\\\"])
@pytest.mark.parametrize("rest", [" I agree.", "", " "])
def test_the_others_label_after_an_empty_line_is_marked_by_one_more_backslash(slashes: str, rest: str) -> None:
    text = f"Yes.\n\n{slashes}Model A:{rest}"
    transcript = write_transcript(says(text))
    assert f"Yes.\n\n\\{slashes}Model A:{rest}\n\n" in transcript
    assert parse_transcript(transcript) == says(text)


def test_a_label_in_reasoning_is_marked_as_in_text() -> None:
    dialogue = Dialogue(says("").scenario, (Message(1, "A", "Hello.", "Hm.\n\nModel B: Hi."),))
    assert "<think>Hm.\n\n\\Model B: Hi.</think> Hello." in write_transcript(dialogue)
    assert spoken(written(dialogue)) == spoken(dialogue)


@pytest.mark.parametrize(
    "text", ["Yes.\nModel A: no", "Yes.\n\nModel B: no", "\nModel A: no", "Yes.\n\n\nModel A : no", "Model A: no"]
)
def test_a_label_that_no_reader_takes_for_one_is_written_as_it_is(text: str) -> None:
    assert f"Model B: {text}\n" in write_transcript(says(text))


@pytest.mark.parametrize(
    "text", ["Yes.\n\nModel C: no", "Yes.\n\nModel Ada: no", "Yes.\n\nModel A:no", "Yes.\n\n Model A: no"]
)
def test_a_line_that_only_resembles_a_label_is_text_without_a_warning(text: str) -> None:
    assert parse_transcript(write_transcript(says(text))) == says(text)


def test_the_speaker_s_own_label_is_text_and_warned_of_with_its_line() -> None:
    transcript = texts("Hello.", "One.\n\nModel B: Two.", "Three.")
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = parse_transcript(transcript, source="talk.txt")
    expected = "talk.txt, line 11: `Model B:` is read as text of B's message 2; the speakers alternate"
    assert [str(w.message) for w in caught] == [expected]
    assert dialogue.texts == ("Hello.", "One.\n\nModel B: Two.", "Three.")
    assert write_transcript(dialogue) == transcript


def test_a_label_without_an_empty_line_before_it_is_text_and_warned_of_with_its_line() -> None:
    transcript = texts("Hello.", "One.\nModel A: Two.", "Three.")
    with pytest.warns(TranscriptWarning) as caught:
        dialogue = parse_transcript(transcript)
    expected = "<string>, line 10: `Model A:` is read as text of B's message 2; no empty line before it"
    assert [str(w.message) for w in caught] == [expected]
    assert dialogue.texts == ("Hello.", "One.\nModel A: Two.", "Three.")


def test_a_speaker_who_spoke_for_the_other_is_read_so_that_speakers_alternate() -> None:
    # As a tool that marks nothing writes B saying two paragraphs, the second in A's name, before A speaks.
    with pytest.warns(TranscriptWarning, match="line 13: `Model A:` is read as text of A's message 3"):
        dialogue = parse_transcript(texts("Hello.", "One.\n\nModel A: Two.", "Three.", "Four."))
    assert spoken(dialogue)[1:] == [
        (2, "B", "One.", None),
        (3, "A", "Two.\n\nModel A: Three.", None),
        (4, "B", "Four.", None),
    ]


def test_ten_ambiguous_lines_are_warned_of_one_by_one_and_the_rest_together() -> None:
    with pytest.warns(TranscriptWarning) as caught:
        parse_transcript(texts("Hello." + "\nModel B: x" * 25), source="talk.txt")
    assert len(caught) == 11
    assert str(caught[-1].message) == "talk.txt: 15 more lines can be read in two ways"


def test_a_warning_points_at_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(encode(texts("Hello.\nModel B: x")))
    with pytest.warns(TranscriptWarning) as of_file:
        read_transcript(path)
    with pytest.warns(TranscriptWarning) as of_text:
        parse_transcript(texts("Hello.\nModel B: x"))
    assert [Path(w.filename).name for w in [*of_file, *of_text]] == [Path(__file__).name] * 2


# --- writing


def test_an_excerpt_is_written_without_the_opener_that_it_lacks() -> None:
    excerpt = parse_transcript(PLAIN)[2:]
    back = parse_transcript(write_transcript(excerpt))
    assert [(m.number, m.speaker, m.text) for m in back] == [(1, "B", "Arch or beam?"), (2, "A", "Arch.")]
    assert back.scenario.opener is None


def test_one_speaker_s_messages_cannot_be_written() -> None:
    with pytest.raises(UsageError) as error:
        write_transcript(Dialogue.from_texts(["a", "b", "c", "d"]).by("B"))
    assert str(error.value).split("\n") == [
        "a transcript needs speakers who alternate; messages 2 and 4 are both by B",
        "how to fix: write the whole dialogue, or messages in a row such as dialogue[1:18]",
    ]


def test_a_dialogue_that_was_cut_tells_its_new_number_of_turns() -> None:
    assert "\nTurns: 0\n" in write_transcript(parse_transcript(PLAIN).cut(0))


def test_how_a_dialogue_ended_is_not_told() -> None:
    dialogue = replace(says("Hi."), ending=Ending("turns"), sample=3)
    assert written(dialogue) == says("Hi.")


def test_a_date_and_a_model_of_several_lines_read_back_as_they_were() -> None:
    scenario = Scenario("x", a=Speaker("m\n\nDate: n\n"), b=Speaker(" m "), opener=None)
    dialogue = Dialogue(scenario, (), date="today\nOpener: x")
    assert told(written(dialogue)) == told(dialogue)


# --- for any dialogue, and for any text


@given(dialogues())
@example(says("\n\n\n\n"))
@example(says("\\\n\n\\"))
def test_any_dialogue_reads_back_as_it_was_written(dialogue: Dialogue) -> None:
    back = written(dialogue)
    assert told(back) == told(dialogue)
    assert write_transcript(back) == write_transcript(dialogue)


@given(st.lists(hostile_text(), max_size=5))
def test_a_dialogue_of_bare_texts_equals_what_is_read_back(said: list[str]) -> None:
    dialogue = Dialogue.from_texts(said)
    assert written(dialogue) == dialogue


@given(st.lists(st.one_of(hostile_text(2), st.sampled_from(["\n\n", "\\", "Model A: ", "Model B: "])), max_size=12))
def test_any_text_between_labels_is_written_to_the_byte(pieces: list[str]) -> None:
    transcript = texts("Hello.", "".join(pieces), "Goodbye.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TranscriptWarning)
        dialogue = parse_transcript(transcript)
    # A label alone on its line is read, and gets its space back.
    whole = transcript.replace("Model A:\n", "Model A: \n").replace("Model B:\n", "Model B: \n")
    assert write_transcript(dialogue).replace("Model A:\n", "Model A: \n").replace("Model B:\n", "Model B: \n") == whole


@given(hostile_text())
def test_any_text_survives_the_encoding_of_its_file(text: str) -> None:
    assert encode(text).decode("utf-8", "surrogatepass") == text


@given(hostile_text(), st.sampled_from(["", "# LLM Dialogue Transcript\n", HEADER.removesuffix("\n")]))
def test_any_text_is_read_or_refused_with_an_error_of_ours(text: str, before: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TranscriptWarning)
        try:
            dialogue = parse_transcript(before + text)
        except TranscriptError:
            return
    assert told(written(dialogue)) == told(dialogue)


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        "\\",
        "\nModel A: ",
        "\n\n\\Model B: ",
        "<think>",
        "<\\/think> ",
        "<",
        "\n\\\\Opener: ",
        "\n\nModel B: x\n\nModel A: y",
    ],
)
@pytest.mark.filterwarnings("ignore::dialogue_harness.formats.source.TranscriptWarning")
def test_a_million_traps_are_read_in_one_pass(piece: str) -> None:
    # Quadratic work would take hours here.
    body = piece * (1_000_000 // len(piece))
    transcript = texts(body)
    assert write_transcript(parse_transcript(transcript)) == transcript
