from __future__ import annotations

from dataclasses import replace

import pytest

from dialogue_harness.checks import no_stage_directions
from dialogue_harness.checks.stage import is_direction
from dialogue_harness.dialogue import Dialogue


@pytest.mark.parametrize(
    "text",
    [
        "(A long silence.)",
        "(Silence)",
        "*nods slowly*",
        "*Smiles and looks out of the window.*",
        "[The lights go out]",
        "... (still waiting) ...",
        "*waves* 👋",
        "_bows deeply_",
        "（沉默）",
        "(The curtain falls.)\n\n(Nobody moves.)",
        "【沉默】",
        "*Nodding, she closes the door.*",
        "*A long pause.*",
        "*The silence grows.*",
        "*Silence.*",
        "*Pause.*",
    ],
)
def test_a_message_of_nothing_but_directions_is_one(text: str) -> None:
    assert is_direction(text)


@pytest.mark.parametrize(
    "text",
    [
        "(smiles) That is kind of you.",
        "*nods* Yes.",
        "*Always.*",
        "**Important**",
        "*A new day, a new town, and no rain.*",
        "(I thought as much.)",
        "(Do you mean the red one?)",
        "[END]",
        "[1, 2, 3]",
        '["red", "blue"]',
        "(n/a)",
        "[the report](https://example.org/report)",
        "...",
        "👋",
        "",
        "- a list\n- of things",
        "*yes*",
        "*we nod*",
        "2*3*4",
        "snake_case_name",
        "*** the end ***",
        "(NO REPLY)",
        "(We all did.)",
        "[see https://example.org/map]",
        "[the map](harbour)",
        "He said so (and left).",
    ],
)
def test_speech_signs_data_and_asides_are_no_directions(text: str) -> None:
    assert not is_direction(text)


def test_two_messages_without_speech_are_too_many() -> None:
    verdict = no_stage_directions(Dialogue.from_texts(["Goodbye.", "(Silence.)", "*bows*", "Well."]))
    assert not verdict
    assert verdict.sentence == "messages 2 and 3 are stage directions and no speech (1 allowed)"
    assert verdict.evidence[0].why == "nothing but a stage direction: '(Silence.)'"


def test_directions_beside_speech_pass() -> None:
    verdict = no_stage_directions(Dialogue.from_texts(["*waves* Hello!", "(smiling) Hello to you.", "*sits down* So?"]))
    assert verdict
    assert verdict.sentence == "no message is a mere stage direction"


def test_an_end_token_in_brackets_is_no_direction() -> None:
    dialogue = Dialogue.from_texts(["(end of the call)"] * 3)
    scenario = replace(dialogue.scenario, end_token="(end of the call)")
    assert not no_stage_directions(dialogue)
    assert no_stage_directions(replace(dialogue, scenario=scenario))


def test_speech_in_brackets_that_is_not_the_end_token_is_judged_as_ever() -> None:
    dialogue = Dialogue.from_texts(["(end of the call)"] * 3)
    scenario = replace(dialogue.scenario, end_token="(over and out)")
    assert not no_stage_directions(replace(dialogue, scenario=scenario))
