from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.errors import (
    RecordingChanged,
    RecordingCorrupt,
    RecordingError,
    RecordingInterrupted,
    RecordingMissing,
    RecordingTooShort,
    RecordingTruncated,
)
from dialogue_harness.scenario import History, Scenario, Speaker
from dialogue_harness.storage.journal import Journal, write_recording
from dialogue_harness.storage.library import Library
from strategies import dialogues

ANALYST = Speaker("vendor/model:free", system="Be brief.", temperature=0.5)
ELIZA = Speaker("builtin:eliza")
TALK = Scenario("small-talk", a=ANALYST, b=ELIZA, opener="Hello.", turns=4)
TEXTS = ["Hello.", "One.", "Two.", "Three.", "Four.", "Five.", "Six.", "Seven.", "Eight."]
SAID = replace(Dialogue.from_texts(TEXTS, scenario=TALK), ending=Ending("turns"))
PLACE = Path("fixtures", "small-talk", "vendor+model=free_vs_builtin=eliza", "1.jsonl")


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.chdir(tmp_path)
    return Library(Path("fixtures"))


def put(library: Library, dialogue: Dialogue = SAID, *, origin: Any = "run") -> Path:
    path = library.path(dialogue.scenario, dialogue.sample)
    write_recording(path, dialogue, origin=origin, recorded_at="2026-11-23T18:05:00Z")
    return path


def put_interrupted(library: Library, count: int, torn: bytes = b"") -> None:
    with Journal.create(library.path(TALK, 1), TALK, 1) as journal:
        for message in SAID.messages[:count]:
            journal.append(message)
    if torn:
        with journal.path.open("ab") as file:
            file.write(torn)


def error_of(library: Library, scenario: Scenario, sample: int = 1) -> RecordingError:
    with pytest.raises(RecordingError) as raised:
        library.serve(scenario, sample)
    return raised.value


def test_a_recording_has_its_place_by_scenario_pair_and_sample(library: Library) -> None:
    assert library.path(TALK, 1) == PLACE
    assert library.path(replace(TALK, name="../up"), 12) == Path("fixtures", "%2E.+up", PLACE.parts[2], "12.jsonl")


def test_the_endpoint_of_a_model_is_no_part_of_the_place(library: Library) -> None:
    elsewhere = replace(TALK, a=replace(ANALYST, model="local:vendor/model:free"))
    assert library.path(elsewhere, 1) == PLACE


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues())
def test_what_was_recorded_is_served_as_it_was_said(dialogue: Dialogue) -> None:
    complete = replace(dialogue, ending=dialogue.ending or Ending("empty"), date=None)
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        put(library, complete)
        served = library.serve(complete.scenario, complete.sample)
    assert served.dialogue == replace(complete, date="2026-11-23 18:05")
    assert served.note is None


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues(), st.data())
def test_a_longer_recording_serves_a_shorter_scenario(dialogue: Dialogue, data: st.DataObject) -> None:
    complete = replace(dialogue, ending=dialogue.ending or Ending("empty"))
    turns = data.draw(st.integers(0, complete.scenario.turns))
    asked = complete.cut(turns).scenario
    with tempfile.TemporaryDirectory() as folder:
        library = Library(folder)
        put(library, complete)
        served = library.serve(asked, complete.sample).dialogue
    assert served.messages == complete.messages[: asked.length]
    assert served.scenario == asked
    assert served.ending == complete.cut(turns).ending


def test_a_longer_recording_says_how_much_of_it_was_used(library: Library) -> None:
    path = put(library)
    served = library.serve(replace(TALK, turns=1), 1)
    assert served.path == path
    assert served.note == "recorded with 4 turns, the first 1 used"
    assert served.dialogue.texts == ("Hello.", "One.", "Two.")
    assert served.dialogue.ending == Ending("turns")


def test_a_heading_is_not_kept_for_a_part_of_its_transcript(library: Library) -> None:
    put(library, replace(SAID, heading="Turns: 4\n"), origin="import")
    assert library.serve(TALK, 1).dialogue.heading == "Turns: 4\n"
    assert library.serve(replace(TALK, turns=1), 1).dialogue.heading is None


def test_the_dialogue_is_of_the_scenario_that_was_asked(library: Library) -> None:
    put(library)
    elsewhere = replace(TALK, a=replace(ANALYST, model="local:vendor/model:free"))
    assert library.serve(elsewhere, 1).dialogue.scenario is elsewhere


@pytest.mark.parametrize("reason", ["hang_up", "empty"])
def test_a_dialogue_that_ended_by_itself_serves_any_more_turns(library: Library, reason: Any) -> None:
    put(library, replace(SAID, messages=SAID.messages[:5], ending=Ending(reason)))
    for turns in (2, 4, 50):
        served = library.serve(replace(TALK, turns=turns), 1)
        assert served.dialogue.texts == tuple(TEXTS[:5])
        assert served.dialogue.ending == Ending(reason)
        assert served.note is None
    assert library.serve(replace(TALK, turns=1), 1).dialogue.ending == Ending("turns")


def test_a_shorter_recording_is_too_short(library: Library) -> None:
    put(library)
    error = error_of(library, replace(TALK, turns=50))
    assert type(error) is RecordingTooShort
    assert str(error) == (
        "recording of scenario 'small-talk' is too short\n"
        f"  file: {PLACE}\n"
        "  recorded: 4 turns (9 messages)\n"
        "  asked: 50 turns (101 messages)"
    )


def test_half_a_turn_too_few_is_too_short(library: Library) -> None:
    put(library, replace(SAID, messages=SAID.messages[:8], ending=None))
    assert ("recorded", "4 turns (8 messages)") in error_of(library, TALK).facts


def test_a_changed_system_prompt_is_shown_old_and_new(library: Library) -> None:
    put(library)
    error = error_of(library, replace(TALK, a=replace(ANALYST, system="Be brief and kind.")))
    assert type(error) is RecordingChanged
    assert str(error) == (
        "scenario 'small-talk' has changed since it was recorded\n"
        f"  file: {PLACE}\n"
        "  system prompt of A:\n"
        "    - Be brief.\n"
        "    + Be brief and kind."
    )


def test_what_changed_alike_for_both_speakers_is_told_once(library: Library) -> None:
    both = replace(TALK, b=ANALYST)
    put(library, replace(SAID, scenario=both))
    hotter = replace(ANALYST, temperature=1.5)
    assert error_of(library, replace(both, a=hotter, b=hotter)).facts[1:] == (
        ("temperature of A and B", "\n- 0.5\n+ 1.5"),
    )


@pytest.mark.parametrize(
    ("changes", "label", "old", "new"),
    [
        ({"opener": "Hello. "}, "opener", '"Hello."', '"Hello. "'),
        ({"opener": "\x1b[31mHi"}, "opener", "Hello.", "\\x1b[31mHi"),
        ({"end_token": "[END]"}, "end_token", "(not set)", "[END]"),
        ({"history": History(last=6)}, "history", "(not set)", '{"last": 6}'),
        ({"prefix": ("é",)}, "prefix", "(not set)", '["é"]'),
        ({"given": {4: "Well?"}}, "given", "(not set)", '{"4": "Well?"}'),
        ({"b": replace(ELIZA, seed=7)}, "seed of B", "(not set)", "7"),
    ],
)
def test_each_field_that_reaches_a_model_is_named(
    library: Library, changes: dict[str, Any], label: str, old: str, new: str
) -> None:
    put(library)
    assert error_of(library, replace(TALK, **changes)).facts[1:] == ((label, f"\n- {old}\n+ {new}"),)


def test_a_long_text_is_shown_around_its_first_difference(library: Library) -> None:
    old = "word " * 100 + "old tail " + "x" * 500
    put(library, replace(SAID, scenario=replace(TALK, a=replace(ANALYST, system=old))))
    error = error_of(library, replace(TALK, a=replace(ANALYST, system=old.replace("old", "new"))))
    lead = ("word " * 100)[-30:]
    cut = "x" * (100 - 30 - len("old tail "))
    assert error.facts[1] == ("system prompt of A", f"\n- …{lead}old tail {cut}…\n+ …{lead}new tail {cut}…")


@pytest.mark.parametrize("changes", [{"name": "small-talk"}, {"turns": 2}])
def test_what_does_not_reach_a_model_may_change(library: Library, changes: dict[str, Any]) -> None:
    put(library)
    assert library.serve(replace(TALK, **changes), 1).dialogue[1].text == "Hello."


def test_given_messages_beyond_what_is_asked_do_not_matter(library: Library) -> None:
    put(library, replace(SAID, scenario=replace(TALK, given={8: "Seven."})))
    assert library.serve(replace(TALK, turns=2), 1).dialogue.texts == tuple(TEXTS[:5])
    assert type(error_of(library, TALK)) is RecordingChanged


def test_a_recording_that_given_messages_would_extend_is_too_short_not_changed(library: Library) -> None:
    put(library)
    assert type(error_of(library, replace(TALK, turns=9, given={15: "And?"}))) is RecordingTooShort


def test_an_import_is_compared_only_by_what_a_transcript_tells(library: Library) -> None:
    plain = replace(TALK, a=Speaker("vendor/model:free", system="Be brief."))
    put(library, replace(SAID, scenario=plain, ending=None), origin="import")
    served = library.serve(replace(TALK, end_token="[END]"), 1)
    assert served.note == "imported: sampling parameters unknown"
    assert served.dialogue.messages == SAID.messages
    assert served.dialogue.scenario.a.temperature == 0.5
    shorter = library.serve(replace(TALK, turns=2), 1)
    assert shorter.note == "imported: sampling parameters unknown; recorded with 4 turns, the first 2 used"


def test_an_import_with_another_system_prompt_has_changed(library: Library) -> None:
    put(library, replace(SAID, scenario=replace(TALK, a=Speaker("vendor/model:free"))), origin="import")
    assert error_of(library, TALK).facts[1:] == (("system prompt of A", "\n- (not set)\n+ Be brief."),)


def test_an_interrupted_recording_serves_what_it_has(library: Library) -> None:
    put_interrupted(library, 6)
    served = library.serve(replace(TALK, turns=2), 1)
    assert served.note == "interrupted after message 6, the first 5 used"
    assert served.dialogue.texts == tuple(TEXTS[:5])
    assert served.dialogue.ending == Ending("turns")


def test_an_interrupted_recording_of_all_messages_does_not_claim_to_know_its_end(library: Library) -> None:
    put_interrupted(library, 9)
    served = library.serve(TALK, 1)
    assert served.note == "interrupted after message 9, all that is asked for"
    assert served.dialogue.ending is None


def test_an_interrupted_recording_that_has_too_little_can_be_continued(library: Library) -> None:
    put_interrupted(library, 6)
    error = error_of(library, TALK)
    assert type(error) is RecordingInterrupted
    assert error.facts == (("file", str(PLACE)), ("messages", "6 of 9"))


def test_a_truncated_recording_that_has_too_little_can_be_continued(library: Library) -> None:
    put_interrupted(library, 6, torn=b'{"number":7')
    assert type(error_of(library, TALK)) is RecordingTruncated
    assert len(library.serve(replace(TALK, turns=2), 1).dialogue) == 5


def test_an_interrupted_recording_of_another_scenario_has_changed(library: Library) -> None:
    put_interrupted(library, 6)
    assert type(error_of(library, replace(TALK, opener="Good evening."))) is RecordingChanged


def test_a_corrupt_recording_is_not_passed_over(library: Library) -> None:
    library.path(TALK, 1).parent.mkdir(parents=True)
    library.path(TALK, 1).write_bytes(b"{}\n")
    assert type(error_of(library, TALK)) is RecordingCorrupt


def test_without_any_recordings_the_missing_folder_is_named(library: Library) -> None:
    error = error_of(library, TALK, 3)
    assert type(error) is RecordingMissing
    assert str(error) == (
        "no recording of scenario 'small-talk', sample 3\n"
        f"  looked for: {PLACE.with_name('3.jsonl')}\n"
        "  nearest: the folder fixtures does not exist"
    )


def test_other_samples_of_the_pair_are_named(library: Library) -> None:
    put(library)
    assert error_of(library, TALK, 3).facts[1] == ("nearest", "of this scenario and pair there is sample 1")
    put(library, replace(SAID, sample=2))
    assert error_of(library, TALK, 3).facts[1] == ("nearest", "of this scenario and pair there are samples 1, 2")


def test_other_pairs_of_the_scenario_are_named(library: Library) -> None:
    put(library)
    error = error_of(library, TALK.with_models(a="gpt"))
    assert error.facts[1] == ("nearest", "of this scenario there is pair vendor+model=free_vs_builtin=eliza")


def test_a_scenario_of_a_like_name_is_named(library: Library) -> None:
    put(library)
    assert error_of(library, replace(TALK, name="smalltalk")).facts[1] == (
        "nearest",
        "by a like name there is scenario small-talk",
    )


def test_where_nothing_is_like_it_that_is_said(library: Library) -> None:
    put(library)
    assert error_of(library, replace(TALK, name="zzz")).facts[1] == (
        "nearest",
        "fixtures holds no scenario of a like name",
    )


def test_a_hostile_name_is_neutralised_in_the_error(library: Library) -> None:
    error = error_of(library, replace(TALK, name="\x1b[2J" + "x" * 300))
    assert error.headline == "no recording of scenario '\\x1b[2J" + "x" * 52 + "…', sample 1"


def test_serving_writes_nothing(library: Library) -> None:
    error_of(library, TALK)
    assert not library.root.exists()
    put_interrupted(library, 6)
    before = sorted((str(p), p.stat().st_mtime_ns) for p in library.root.rglob("*"))
    library.serve(replace(TALK, turns=1), 1)
    error_of(library, TALK)
    assert sorted((str(p), p.stat().st_mtime_ns) for p in library.root.rglob("*")) == before


def test_a_message_of_surrogates_is_served(library: Library) -> None:
    said = (SAID.messages[0], Message(2, "B", "\udc80"), *SAID.messages[2:])
    put(library, replace(SAID, messages=said))
    assert library.serve(TALK, 1).dialogue[2].text == "\udc80"
