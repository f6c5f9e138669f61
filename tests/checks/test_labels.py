from __future__ import annotations

import pytest

from dialogue_harness.checks import no_speaker_labels
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError
from dialogue_harness.scenario import Scenario, Speaker

ANN = Speaker("north/larch-7b", system="You are Ann, a gardener. Talk about trees.")
BOB = Speaker("south/birch-9b", system="You are Bob, a carpenter.")
TREES = Scenario("trees", a=ANN, b=BOB, turns=1)


def answered(text: str) -> Dialogue:
    return Dialogue.from_texts(["Which tree gives shade?", text])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Model B: A lime tree.", "Model B:"),
        ("**Model B:** A lime tree.", "Model B:"),
        ("[Speaker A]: A lime tree.", "Speaker A:"),
        ("A lime tree.\n\nModel A: And in autumn?", "Model A:"),
        ("Assistant: A lime tree.", "Assistant:"),
        ("user: And in autumn?", "user:"),
        ("A lime tree.\n\nUser: And in autumn?\n\nAssistant: It turns yellow.", "User:"),
        ("A lime tree.\n\nHuman: And in autumn?", "Human:"),
        *((f"{name}: A lime tree.", f"{name}:") for name in ("Agent 2", "Assistant A", "Bot 1", "AI B", "LLM A")),
        ("Participant 1: A lime tree.", "Participant 1:"),
        ("**Model B**: A lime tree.", "Model B:"),
        ("A lime tree.\nModel A:\nAnd in autumn?", "Model A:"),
    ],
)
def test_a_line_that_begins_as_a_transcript_does_holds_a_label(text: str, label: str) -> None:
    verdict = no_speaker_labels(answered(text))
    assert not verdict
    assert verdict.sentence == "message 2 holds a speaker label"
    assert verdict.evidence[0].why == f"holds the speaker label '{label}'"


@pytest.mark.parametrize(
    "text",
    [
        "User: root\nPort: 22\nHost: garden",
        "Note: it needs water.",
        "Two fields of a form.\n\nUser: who planted it\nSpecies: what it is",
        "For example:\n\nUser: Which tree?\nAssistant: A lime tree.",
        "### A script\nUser: Which tree?\nAssistant: A lime tree.\n\nThat is how it could go.",
        "```\nUser: Which tree?\n```",
        "> Model A: Which tree gives shade?\n\nA lime tree.",
        "I'd call the speaker Model B: it comes second.",
        "A: lime, B: oak, C: ash.",
        "The user: a forgotten being.",
        "Ann: a short name for a tall tree.",
        "A lime tree.\n\nAn example follows:\nUser: Which tree?",
        "A lime tree.\n\n# A script\nUser: Which tree?",
        "A lime tree.\n\n**User:** Which tree?",
        "A lime tree.\n\nUser: Which tree?\n\nThat is what they ask.",
        "A lime tree.\nUser:root is the name to log in with.",
        "Model C: a third one that is not here.",
    ],
)
def test_fields_scripts_code_and_quotations_hold_no_labels(text: str) -> None:
    verdict = no_speaker_labels(answered(text))
    assert verdict, verdict.evidence
    assert verdict.sentence == "no message holds a speaker label"


@pytest.mark.parametrize(
    "text", ["Bob: A lime tree.", "Ann: And in autumn?", "birch-9b: A lime tree.", "north/larch-7b: Ah."]
)
def test_the_names_of_the_speakers_and_of_their_models_are_labels(text: str) -> None:
    assert not no_speaker_labels(Dialogue.from_texts(["Which tree gives shade?", text], scenario=TREES))


def test_a_speaker_who_keeps_writing_its_own_letter_labels_itself() -> None:
    texts = ["Which tree?", "B: A lime tree.", "Why that one?", "B: It gives shade."]
    assert [item.message for item in no_speaker_labels(Dialogue.from_texts(texts)).evidence] == [2, 4]


def test_one_line_that_begins_with_a_letter_is_the_answer_to_a_quiz() -> None:
    assert no_speaker_labels(Dialogue.from_texts(["A or B?", "B: it is the taller one.", "Right.", "Next question?"]))


def test_further_labels_can_be_given() -> None:
    dialogue = answered("Gardener: A lime tree.")
    assert no_speaker_labels(dialogue)
    assert not no_speaker_labels(dialogue, labels=["gardener"])


def test_labels_that_are_one_string_are_refused() -> None:
    with pytest.raises(CheckError) as refused:
        no_speaker_labels(answered("Hm."), labels="Gardener")
    assert str(refused.value) == (
        "no_speaker_labels: labels must be a list of strings, not one string\n"
        "  got: 'Gardener'\n"
        "  nearest: ['Gardener']"
    )


def test_a_blank_label_is_refused() -> None:
    with pytest.raises(CheckError, match=r"labels\[0\] must not be blank"):
        no_speaker_labels(answered("Hm."), labels=[" "])


@pytest.mark.parametrize(
    "system", ["You're Zoe, a clerk.", "Your name is Zoe and you sell trees.", "You are Zoe who sells trees.",
               "You are Zoe from the north.", "You are Zoe"],
)  # fmt: skip
def test_the_name_that_a_system_prompt_gives_is_a_label(system: str) -> None:
    scenario = Scenario("trees", a=Speaker("one", system=system), b=Speaker("two"), turns=1)
    assert not no_speaker_labels(Dialogue.from_texts(["Zoe: Which tree?"], scenario=scenario))


def test_what_a_system_prompt_calls_its_speaker_besides_a_name_is_no_label() -> None:
    speaker = Speaker("one", system="You are Dutch by birth. You are Careful: you weigh words.")
    scenario = Scenario("trees", a=speaker, b=Speaker("two"), turns=1)
    assert no_speaker_labels(Dialogue.from_texts(["Dutch: a language of the north."], scenario=scenario))


def test_white_space_after_a_letter_and_its_colon_does_not_make_it_a_label() -> None:
    bare = ["A:", "Which tree?", "A:", "That one."]
    padded = [f"\n {text} " for text in bare]
    assert (
        no_speaker_labels(Dialogue.from_texts(bare)).score == no_speaker_labels(Dialogue.from_texts(padded)).score == 2
    )


def test_the_letter_of_the_other_speaker_and_a_time_of_day_are_no_labels_of_ones_own() -> None:
    assert no_speaker_labels(Dialogue.from_texts(["B: the taller one.", "Hm.", "B: again.", "Right."]))
    assert no_speaker_labels(Dialogue.from_texts(["A:1 is the cell.", "Hm.", "A:2 is below it.", "Right."]))
