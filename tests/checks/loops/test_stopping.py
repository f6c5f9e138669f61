"""A scenario's stop rule ends the dialogue early, and nobody overlooks that it did."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness import Dialogue, Ending, Scenario, Speaker, checks, read_recording
from dialogue_harness.checks.loops.stopping import stop_watch
from dialogue_harness.engine.loop import find_stop
from dialogue_harness.engine.obtain import Obtained, Recorder, RecordMode
from dialogue_harness.errors import CheckError, RecordingTooShort, ScenarioError
from dialogue_harness.models.registry import open_model
from dialogue_harness.scenario import StopRule
from dialogue_harness.storage.journal import Journal, write_recording
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load
from loop_cases import BREAD, HEALTHY, LOOPS, Case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]

#: Content to message 11, goodbyes from then on; the loop's onset is message 12.
TEXTS = (
    *BREAD,
    "Keep the crust crisp in a paper bag; a plastic one softens it within hours.",
    *islice(cycle(["Goodbye!", "Bye, take care!", "See you!", "Goodbye and thanks!"]), 30),
)
PAIR = {
    "a": Speaker("builtin:scripted", script=TEXTS[2::2]),
    "b": Speaker("builtin:scripted", script=TEXTS[1::2]),
    "opener": TEXTS[0],
}
FULL = Scenario("bread", **PAIR, turns=20)  # type: ignore[arg-type]  # the values are of several types
STOPPED = replace(FULL, stop_when=checks.termination_loop(past=3))
LATER = replace(FULL, stop_when=checks.termination_loop(past=4))

WHY = "3 idle turns since message 12 (closing)"
NOTE = f"stopped early, after message 17 of 41: {WHY}"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "fixtures")


@pytest.fixture
def obtain(library: Library) -> Callable[..., Obtained]:
    def obtain(scenario: Scenario, mode: RecordMode = "none") -> Obtained:
        return asyncio.run(Recorder(library, mode, open_model).obtain(scenario, 1))

    return obtain


# --- the rule


def test_a_rule_is_plain_data_that_a_scenario_carries() -> None:
    assert checks.termination_loop(past=4) == StopRule("termination_loop", {"past": 4})
    assert str(checks.termination_loop(past=4)) == "termination_loop(past=4)"
    assert STOPPED.to_dict()["stop_when"] == {"name": "termination_loop", "options": {"past": 3}}
    assert Scenario.from_dict(json.loads(json.dumps(STOPPED.to_dict()))) == STOPPED


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(ScenarioError) as caught:
        replace(FULL, stop_when="termination_loop")  # type: ignore[arg-type]  # what is wrong is the point
    assert str(caught.value) == (
        "Scenario.stop_when must be a stop rule or None\n"
        "  got: 'termination_loop'\n"
        "  nearest: checks.termination_loop(past=3)"
    )


@pytest.mark.parametrize("past", [2, 0, -1, 3.5, "3", True])
def test_fewer_idle_turns_than_a_polite_closing_are_no_reason_to_stop(past: Any) -> None:
    with pytest.raises(CheckError, match="termination_loop: past must be a whole number, 3 or more"):
        checks.termination_loop(past=past)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            StopRule("termination_lop"),
            (
                "there is no stop rule 'termination_lop'\n  known: termination_loop\n  nearest: termination_loop\n"
                "how to fix: register one of your own with @dialogue_harness.stop_rule"
            ),
        ),
        (
            StopRule("termination_loop", {"after": 3}),
            "the stop rule termination_loop takes no such options\n  got: termination_loop(after=3)",
        ),
        (
            StopRule("termination_loop", {"past": 1}),
            "termination_loop: past must be a whole number, 3 or more\n  got: 1\n  nearest: 3",
        ),
    ],
)
def test_a_rule_that_there_is_not_is_told_with_the_nearest(rule: StopRule, message: str) -> None:
    with pytest.raises(CheckError) as caught:
        stop_watch(rule)
    assert str(caught.value) == message


@pytest.mark.parametrize("case", HEALTHY, ids=lambda case: case.name)
def test_a_pair_that_has_something_to_say_is_not_stopped(case: Case) -> None:
    assert find_stop(STOPPED, Dialogue.from_texts(case.texts).messages) is None


@pytest.mark.parametrize("case", LOOPS, ids=lambda case: case.name)
def test_a_pair_that_cannot_stop_is_stopped(case: Case) -> None:
    dialogue = Dialogue.from_texts(case.texts)
    found = find_stop(STOPPED, dialogue.messages)
    assert found is not None
    loop = checks.find_termination_loop(dialogue[: found[0] + 1])
    assert loop is not None
    assert found[1].why == f"{loop.turns} idle turns since message {loop.onset} ({loop.kind})"


# --- the run


def test_the_rule_ends_the_run_and_says_why(obtain: Callable[..., Obtained]) -> None:
    obtained = obtain(STOPPED, "missing")

    assert len(obtained.dialogue) == 17
    assert obtained.dialogue.ending == Ending("stopped", why=WHY)
    assert (obtained.new, obtained.saved, obtained.note) == (16, 24, NOTE)


def test_the_laxer_the_rule_the_later_the_end(obtain: Callable[..., Obtained]) -> None:
    dialogue = obtain(LATER, "missing").dialogue

    assert len(dialogue) == 19
    assert dialogue.ending == Ending("stopped", why="4 idle turns since message 12 (closing)")


def test_a_dialogue_whose_turns_end_with_the_message_that_would_stop_it_is_not_stopped(
    obtain: Callable[..., Obtained],
) -> None:
    obtained = obtain(replace(STOPPED, turns=8), "missing")

    assert obtained.dialogue.ending == Ending("turns")
    assert (obtained.note, obtained.saved) == (None, 0)


def test_given_messages_are_no_saved_calls(obtain: Callable[..., Obtained]) -> None:
    assert obtain(replace(STOPPED, given={30: "Goodbye!"}), "missing").saved == 23


def test_the_recording_says_so_in_its_header_and_its_end_line(
    obtain: Callable[..., Obtained], library: Library
) -> None:
    obtain(STOPPED, "missing")
    lines = library.path(STOPPED, 1).read_text(encoding="utf-8").splitlines()

    assert json.loads(lines[0])["scenario"]["stop_when"] == {"name": "termination_loop", "options": {"past": 3}}
    assert json.loads(lines[-1])["ending"] == {"reason": "stopped", "why": WHY}
    assert read_recording(library.path(STOPPED, 1)).scenario == STOPPED


def test_a_pair_that_talks_in_memory_is_stopped_as_well(library: Library) -> None:
    obtained = asyncio.run(Recorder(library, "none", open_model).compute(STOPPED, 1))

    assert (len(obtained.dialogue), obtained.note) == (17, NOTE)


def test_a_run_that_was_cut_short_goes_on_and_stops_at_the_same_message(
    obtain: Callable[..., Obtained], library: Library
) -> None:
    whole = obtain(STOPPED, "missing").dialogue
    path = library.path(STOPPED, 1)
    path.unlink()
    with Journal.create(path, STOPPED, 1) as journal:
        for message in whole.messages[:14]:
            journal.append(message)
    continued = obtain(STOPPED, "missing")

    assert (continued.source, continued.new) == ("continued", 3)
    assert (continued.dialogue.messages, continued.dialogue.ending) == (whole.messages, whole.ending)


# --- what a recording serves


def test_a_stopped_recording_serves_the_same_rule_again(obtain: Callable[..., Obtained]) -> None:
    made = obtain(STOPPED, "missing").dialogue
    served = obtain(STOPPED)

    assert (served.source, served.note, served.saved) == ("replayed", NOTE, 0)
    assert (served.dialogue.messages, served.dialogue.ending) == (made.messages, made.ending)


def test_a_stopped_recording_serves_any_more_turns_with_its_rule(obtain: Callable[..., Obtained]) -> None:
    obtain(STOPPED, "missing")

    assert obtain(replace(STOPPED, turns=50)).dialogue.ending == Ending("stopped", why=WHY)


def test_a_stopped_recording_is_too_short_for_a_scenario_without_its_rule(obtain: Callable[..., Obtained]) -> None:
    obtain(STOPPED, "missing")
    with pytest.raises(RecordingTooShort) as caught:
        obtain(FULL)

    assert dict(caught.value.facts)["recorded"] == f"8 turns (17 messages), stopped early: {WHY}"
    assert dict(caught.value.facts)["asked"] == "20 turns (41 messages)"
    assert caught.value.fix is None


def test_a_stopped_recording_is_too_short_for_a_laxer_rule_and_can_be_extended(
    obtain: Callable[..., Obtained],
) -> None:
    obtain(STOPPED, "missing")
    with pytest.raises(RecordingTooShort) as caught:
        obtain(LATER)
    extended = obtain(LATER, "extend")

    assert dict(caught.value.facts)["asked"] == "20 turns (41 messages), unless termination_loop(past=4) stops it"
    assert (extended.source, extended.new, len(extended.dialogue)) == ("extended", 2, 19)


def test_a_recording_under_a_laxer_rule_serves_a_stricter_one_up_to_its_stop(obtain: Callable[..., Obtained]) -> None:
    obtain(LATER, "missing")
    served = obtain(STOPPED)

    assert len(served.dialogue) == 17
    assert served.dialogue.ending == Ending("stopped", why=WHY)
    assert served.note == f"recorded with 9 turns, those until the stop used; {NOTE}"


def test_a_whole_recording_serves_a_rule_up_to_where_it_would_have_stopped(obtain: Callable[..., Obtained]) -> None:
    obtain(FULL, "missing")
    served = obtain(STOPPED)

    assert (len(served.dialogue), served.dialogue.ending) == (17, Ending("stopped", why=WHY))
    assert served.note == f"recorded with 20 turns, those until the stop used; {NOTE}"


def test_a_stopped_recording_serves_as_many_turns_as_it_has_without_a_word_of_the_stop(
    obtain: Callable[..., Obtained],
) -> None:
    obtain(STOPPED, "missing")

    for turns in (8, 4):
        served = obtain(replace(FULL, turns=turns))
        assert served.dialogue.ending == Ending("turns")
        assert "stopped" not in (served.note or "")


def test_what_the_rule_said_when_it_was_recorded_stands(obtain: Callable[..., Obtained], library: Library) -> None:
    """A later version of the rule may hear otherwise; a replay is the same nevertheless."""
    early = Dialogue.from_texts(TEXTS[:6], scenario=STOPPED)
    early = replace(early, ending=Ending("stopped", why="3 idle turns since message 1 (stasis)"))
    write_recording(library.path(STOPPED, 1), early, origin="run")

    assert obtain(STOPPED).dialogue.ending == early.ending


def test_an_interrupted_recording_that_goes_past_the_stop_serves_it(
    obtain: Callable[..., Obtained], library: Library
) -> None:
    with Journal.create(library.path(FULL, 1), FULL, 1) as journal:
        for message in Dialogue.from_texts(TEXTS[:20], scenario=FULL):
            journal.append(message)
    served = obtain(STOPPED)

    assert served.dialogue.ending == Ending("stopped", why=WHY)
    assert served.note == f"interrupted after message 20, the first 17 used; {NOTE}"


def test_a_speaker_who_hangs_up_with_the_message_that_would_stop_it_ended_it(library: Library) -> None:
    polite = replace(STOPPED, end_token="!", opener=TEXTS[0])
    plain = [text.replace("!", ".") for text in TEXTS[:16]]
    dialogue = Dialogue.from_texts([*plain, "Bye, take care!"], scenario=replace(polite, stop_when=None))
    write_recording(library.path(polite, 1), replace(dialogue, ending=Ending("hang_up", by="A")), origin="run")

    assert find_stop(polite, dialogue.messages) == (17, Ending("stopped", why=WHY))
    assert library.serve(polite, 1, find_stop=find_stop).dialogue.ending == Ending("hang_up", by="A")


@settings(max_examples=30, deadline=None)
@given(turns=st.integers(0, 20), past=st.integers(3, 8), asked=st.integers(3, 8))
def test_what_is_served_is_what_a_run_would_have_made(
    turns: int, past: int, asked: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    library = Library(tmp_path_factory.mktemp("fixtures"))
    made = replace(FULL, stop_when=checks.termination_loop(past=past))
    wanted = replace(FULL, turns=turns, stop_when=checks.termination_loop(past=asked))
    asyncio.run(Recorder(library, "missing", open_model).obtain(made, 1))
    expected = asyncio.run(Recorder(library, "none", open_model).compute(wanted, 1)).dialogue
    served = asyncio.run(Recorder(library, "extend", open_model).obtain(wanted, 1)).dialogue

    assert (served.texts, served.ending) == (expected.texts, expected.ending)


def test_an_import_has_no_rule_of_its_own_and_is_listened_to(library: Library, obtain: Callable[..., Obtained]) -> None:
    library.add(Dialogue.from_texts(TEXTS, scenario=FULL))

    assert obtain(STOPPED).dialogue.ending == Ending("stopped", why=WHY)
    assert load(library.path(FULL, 1)).dialogue.ending is None


# --- never silently


@pytest.fixture
def stopped(obtain: Callable[..., Obtained]) -> Dialogue:
    return obtain(STOPPED, "missing").dialogue


def test_a_message_after_the_stop_is_told_from_one_that_was_never_to_be(stopped: Dialogue) -> None:
    with pytest.raises(IndexError) as caught:
        _ = stopped[41]
    assert str(caught.value) == (
        f"no message 41: there are 17, numbered from 1 to 17; "
        f"the dialogue was to have 20 turns and was stopped early: {WHY}"
    )


def test_a_turn_after_the_stop_likewise(stopped: Dialogue) -> None:
    with pytest.raises(IndexError) as caught:
        stopped.turn(20)
    assert str(caught.value) == (
        f"no turn 20: turns are numbered from 1 to 8; the dialogue was to have 20 turns and was stopped early: {WHY}"
    )


def test_the_short_form_says_so(stopped: Dialogue) -> None:
    assert repr(stopped) == "<Dialogue 'bread' sample 1: 17 messages, stopped early>"


@pytest.mark.parametrize("past", [0, 2])
def test_a_stopped_dialogue_fails_for_the_loop_that_it_was_stopped_in(stopped: Dialogue, past: int) -> None:
    verdict = checks.no_termination_loop(stopped, past=past)

    assert not verdict
    assert str(verdict).startswith("the pair could not stop: ")
    assert "until it was stopped (closing)" in str(verdict)
    assert verdict.evidence


@pytest.mark.parametrize("past", [3, 10])
def test_it_fails_whatever_is_allowed_and_says_that_nobody_knows(stopped: Dialogue, past: int) -> None:
    verdict = checks.no_termination_loop(stopped, past=past)

    assert not verdict
    assert str(verdict) == (
        "the pair could not stop: 3 idle turns, from message 12 until it was stopped (closing); "
        f"whether it would have ended within the {past} allowed is not known"
    )
    assert (verdict.score, verdict.threshold) == (3, None)


def test_an_excerpt_of_it_is_judged_by_what_is_in_it(stopped: Dialogue) -> None:
    assert checks.no_termination_loop(stopped[:11])


_SPEC = f"""
from dialogue_harness import checks

TEXTS = {TEXTS!r}
BREAD = Scenario(
    "bread",
    a=Speaker("builtin:scripted", script=TEXTS[2::2]),
    b=Speaker("builtin:scripted", script=TEXTS[1::2]),
    opener=TEXTS[0],
    turns=20,
    stop_when=checks.termination_loop(past=3),
)
"""


def test_the_run_counts_the_saved_calls_and_notes_the_stop(
    spec: Callable[[str], None], run: Run, pytester: pytest.Pytester
) -> None:
    spec(_SPEC + "@pytest.mark.scenario(BREAD)\ndef test_it(dialogue):\n    assert len(dialogue) == 17\n")
    result = run("--harness-record=missing")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"note: bread sample 1: {NOTE.replace('(', '[(]')}"])
    result.stdout.fnmatch_lines(["1 dialogue: 1 recorded; 16 new messages; early stop saved 24 messages; *"])
    (dialogue,) = json.loads(pytester.path.joinpath("reports", "run.json").read_text())["dialogues"]
    assert (dialogue["saved"], dialogue["ending"], dialogue["new"]) == (24, "stopped", 16)
    replay = run()
    replay.stdout.fnmatch_lines([f"note: bread sample 1: {NOTE.replace('(', '[(]')}"])
    replay.stdout.no_fnmatch_line("*early stop saved*")


def test_a_failure_on_a_stopped_dialogue_says_that_it_was_stopped(spec: Callable[[str], None], run: Run) -> None:
    spec(_SPEC + "@pytest.mark.scenario(BREAD)\ndef test_it(dialogue):\n    assert len(dialogue) == 41\n")
    result = run("--harness-record=missing")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E *note: {NOTE.replace('(', '[(]')}"])


def test_two_scenarios_that_share_a_recording_are_both_served_however_each_stops(
    spec: Callable[[str], None], run: Run
) -> None:
    spec(
        _SPEC
        + """
from dataclasses import replace

@pytest.mark.scenario(BREAD)
def test_stopped(dialogue):
    assert len(dialogue) == 17

@pytest.mark.scenario(replace(BREAD, stop_when=None, turns=12))
def test_whole(dialogue):
    assert len(dialogue) == 25
"""
    )
    run("--harness-record=missing").assert_outcomes(passed=2)
    run().assert_outcomes(passed=2)


def test_a_rule_that_there_is_not_is_an_error_of_its_test_alone(spec: Callable[[str], None], run: Run) -> None:
    spec(
        """
from dataclasses import replace
from dialogue_harness.scenario import StopRule

@pytest.mark.scenario(replace(TEA, name="bogus", stop_when=StopRule("silence")))
def test_bogus(dialogue):
    pass

@pytest.mark.scenario(TEA)
def test_tea(dialogue):
    assert dialogue
"""
    )
    result = run("--harness-record=missing")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["there is no stop rule 'silence'"])


def test_a_stop_rule_of_ones_own_ends_a_dialogue(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
import dialogue_harness
import pytest
from dialogue_harness import Scenario, Speaker

@dialogue_harness.stop_rule
def says(*, word):
    return lambda message: f"{message.speaker} said {word}" if word in message.text else None

A = Speaker("builtin:scripted", script=["Tea?", "More tea?", "Enough."])
B = Speaker("builtin:scripted", script=["Please.", "Enough, thanks.", "Yes."])
TEA = Scenario("tea", a=A, b=B, opener="Hello.", turns=3, stop_when=says(word="Enough"))

@pytest.mark.scenario(TEA)
def test_it_ends(dialogue):
    assert dialogue.texts[-1] == "Enough, thanks."
    assert str(dialogue.ending.why) == "B said Enough"

def test_a_wrong_option_is_an_error_where_the_rule_is_written():
    with pytest.raises(dialogue_harness.errors.CheckError, match="the stop rule says takes no such options"):
        says(words="Enough")

def test_a_built_in_rule_is_not_replaced():
    def termination_loop():
        pass

    with pytest.raises(dialogue_harness.errors.CheckError, match="there is a built-in stop rule 'termination_loop'"):
        dialogue_harness.stop_rule(termination_loop)
"""
    )
    run("--harness-record=missing").assert_outcomes(passed=3)
    run().assert_outcomes(passed=3)
