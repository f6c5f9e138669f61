from __future__ import annotations

import pickle

import pytest

from dialogue_harness import checks
from dialogue_harness.checks.loops.detector import (
    LoopWatch,
    TerminationLoop,
    find_termination_loop,
    no_termination_loop,
)
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import CheckError
from loop_cases import BREAD, LOOPS, TELESCOPE

GOODBYES = ("Goodbye!", "Bye, take care!", "Thank you, see you!", "Farewell!")


def closing(messages: int) -> tuple[str, ...]:
    return tuple(GOODBYES[at % len(GOODBYES)] for at in range(messages))


def dialogue(*texts: str) -> Dialogue:
    return Dialogue.from_texts(texts)


LOOPING = dialogue(*TELESCOPE, *closing(20))


def found(of: Dialogue) -> TerminationLoop:
    loop = find_termination_loop(of)
    assert loop is not None
    return loop


def test_a_loop_tells_where_it_begins_and_how_long_it_lasts() -> None:
    loop = found(LOOPING)
    assert loop.onset in {11, 12}
    assert loop.messages == 30 - loop.onset + 1
    assert loop.turns == loop.messages // 2
    assert loop.wasted == pytest.approx(loop.messages / 30)
    assert loop.kind == "closing"


def test_the_onset_lies_in_its_interval() -> None:
    loop = found(LOOPING)
    assert loop.earliest <= loop.onset <= loop.latest


def test_a_loop_is_known_once_it_has_six_messages_and_not_before() -> None:
    loop = found(LOOPING)
    assert loop.onset + 5 <= loop.known_at <= loop.onset + 8
    assert find_termination_loop(LOOPING[: loop.known_at]) is None
    assert found(LOOPING[: loop.known_at + 1]).onset == loop.onset


def test_a_loop_says_itself_in_one_sentence() -> None:
    loop = found(LOOPING)
    assert (
        str(loop) == f"the pair could not stop: {loop.turns} idle turns, from message {loop.onset} to the end (closing)"
    )


def test_the_evidence_names_messages_of_the_loop_and_why() -> None:
    loop = found(LOOPING)
    assert [reason.message for reason in loop.evidence][:3] == [loop.onset, loop.onset + 1, loop.onset + 2]
    assert loop.evidence[-1].message == 30
    assert loop.evidence[
        -1
    ].why == "adds no new content word; 'thank' again; much like 28; both sides closed by 12" or (
        "adds no new content word" in loop.evidence[-1].why and "both sides closed by" in loop.evidence[-1].why
    )


def test_the_evidence_of_a_long_loop_stays_short() -> None:
    assert len(found(dialogue(*TELESCOPE, *closing(200))).evidence) <= 12


def test_an_empty_message_is_told_as_empty() -> None:
    loop = found(dialogue(*BREAD, *[""] * 8))
    assert loop.kind == "empty"
    assert loop.evidence[-1].why == "is empty"


def test_one_new_word_is_told_in_the_singular() -> None:
    tail = ("So.", "Well.", "Hm.", "And so?", "Then again.", "Or not.", "Who knows.", "As it were.", "Either way.")
    more = ("More or less.", "Quite so.", "Such as it is.", "Not that it was.", "Or was it?", "It was, once.", "Both.")
    start = (" ".join(BREAD[:5]), " ".join(TELESCOPE[:5]), " ".join(BREAD[5:]), " ".join(TELESCOPE[5:]))
    told = [reason.why for reason in found(dialogue(*start, *tail, *more)).evidence]
    assert any(why.startswith("adds 1 new content word, where") for why in told)
    assert not any("1 new content words" in why for why in told)


def test_a_symbol_is_shown_in_the_evidence() -> None:
    assert found(dialogue(*BREAD, *["👋"] * 8)).evidence[-1].why.startswith("nothing but '👋'")


def test_hostile_text_is_neutralised_in_the_evidence() -> None:
    loop = found(dialogue(*BREAD, *["\x1b[31m…\x1b[0m \u202e"] * 8))
    assert all("\x1b" not in reason.why and "\u202e" not in reason.why for reason in loop.evidence)


def test_standing_by_is_its_own_kind() -> None:
    tail = ("Standing by.", "Acknowledged. Awaiting input.", "Confirmed. Ready.", "Status unchanged. Standing by.") * 4
    assert found(dialogue(*BREAD, *tail)).kind == "standby"


def test_words_that_were_all_said_before_are_stasis() -> None:
    (texts,) = (case.texts for case in LOOPS if case.name == "words said before, in other order")
    assert found(dialogue(*texts)).kind == "stasis"


def test_a_long_artefact_sent_again_is_repetition() -> None:
    assert found(dialogue(*BREAD, *["\n".join(BREAD)] * 10)).kind == "repetition"


def test_a_dialogue_without_messages_has_no_loop() -> None:
    assert find_termination_loop(dialogue()) is None


def test_messages_can_be_given_instead_of_a_dialogue() -> None:
    assert find_termination_loop(list(LOOPING)) == find_termination_loop(LOOPING)


def test_an_excerpt_keeps_its_numbers() -> None:
    loop = found(LOOPING[3:])
    assert loop.onset in {11, 12, 13}
    assert loop.messages == 30 - loop.onset + 1


def test_one_speaker_alone_can_be_judged() -> None:
    assert find_termination_loop(dialogue(*BREAD, *closing(20)).by("B")) is not None


def test_an_earlier_idle_run_is_told_as_recovered() -> None:
    loop = found(dialogue(*TELESCOPE, *closing(12), *BREAD, *closing(12)))
    assert [(run.onset in {11, 12, 13}, run.end, run.kind) for run in loop.recovered] == [(True, 22, "closing")]
    assert loop.recovered[0].turns == loop.recovered[0].messages // 2
    assert loop.onset in range(32, 36)


def test_an_earlier_idle_run_is_told_even_if_it_is_shorter_than_was_asked_for() -> None:
    loop = find_termination_loop(dialogue(*TELESCOPE, *closing(12), *BREAD, *closing(24)), at_least=15)
    assert loop is not None
    assert len(loop.recovered) == 1


def test_a_polite_closing_of_five_messages_is_no_loop() -> None:
    assert find_termination_loop(dialogue(*TELESCOPE, *closing(5))) is None


def test_a_shorter_run_can_be_asked_for() -> None:
    short = dialogue(*TELESCOPE, *closing(5))
    loop = find_termination_loop(short, at_least=3)
    assert loop is not None
    assert loop.onset in {11, 12}


def test_a_longer_run_can_be_asked_for_and_has_the_same_onset() -> None:
    loop = find_termination_loop(LOOPING, at_least=15)
    assert loop is not None
    assert loop.onset == found(LOOPING).onset
    assert find_termination_loop(LOOPING, at_least=25) is None


@pytest.mark.parametrize("at_least", [0, -1, 2.5, True, "6"])
def test_a_run_length_that_cannot_be_is_refused(at_least: object) -> None:
    with pytest.raises(CheckError, match="at_least"):
        find_termination_loop(LOOPING, at_least=at_least)  # type: ignore[arg-type]  # what is tested
    with pytest.raises(CheckError, match="at_least"):
        LoopWatch(at_least=at_least)  # type: ignore[arg-type]  # what is tested


def test_what_is_no_dialogue_is_refused() -> None:
    with pytest.raises(CheckError, match="takes a dialogue or messages"):
        find_termination_loop(7)  # type: ignore[arg-type]  # what is tested


def test_a_loop_survives_pickling() -> None:
    loop = found(LOOPING)
    assert pickle.loads(pickle.dumps(loop)) == loop  # noqa: S301 -- pickled a moment ago


def test_white_space_at_the_ends_of_messages_changes_nothing() -> None:
    padded = dialogue(*(f"\n\n {text}\t\n" for text in LOOPING.texts))
    assert find_termination_loop(padded) == found(LOOPING)


def test_the_watch_raises_its_alarm_where_the_loop_is_known() -> None:
    watch = LoopWatch()
    alarms = [message.number for message in LOOPING if watch.feed(message) is not None]
    assert alarms[0] == found(LOOPING).known_at
    assert alarms == list(range(alarms[0], 31))


def test_the_watch_falls_silent_when_content_resumes() -> None:
    watch = LoopWatch()
    said = [watch.feed(message) for message in dialogue(*TELESCOPE, *closing(12), *BREAD)]
    assert said[21] is not None
    assert said[-1] is None


def test_a_run_to_the_end_fails_the_check() -> None:
    verdict = no_termination_loop(LOOPING)
    loop = found(LOOPING)
    assert not verdict
    assert str(verdict) == str(loop)
    assert (verdict.score, verdict.threshold, verdict.better) == (loop.turns, 3, "lower")
    assert verdict.evidence == loop.evidence
    assert verdict.options == ()


def test_the_check_passes_a_dialogue_that_ends_with_its_content() -> None:
    verdict = no_termination_loop(dialogue(*TELESCOPE))
    assert verdict
    assert str(verdict) == "no idle turns at the end, 3 allowed"
    assert verdict.score == 0


@pytest.mark.parametrize("past", [0, 1, 2, 3, 5, 8])
def test_the_check_passes_at_exactly_so_many_idle_turns_and_fails_at_one_more(past: int) -> None:
    loop = find_termination_loop(LOOPING, at_least=2 * past + 2)
    assert loop is not None
    onset = loop.onset
    at_limit = LOOPING[: onset + 2 * past + 1]
    beyond = LOOPING[: onset + 2 * past + 2]
    assert no_termination_loop(at_limit, past=past)
    assert not no_termination_loop(beyond, past=past)
    assert no_termination_loop(beyond, past=past).score == past + 1


def test_an_idle_run_that_recovered_fails_the_check_too() -> None:
    verdict = no_termination_loop(dialogue(*TELESCOPE, *closing(12), *BREAD))
    assert not verdict
    assert str(verdict).startswith("the pair stood idle before it went on: ")
    assert str(verdict).endswith(" to 22 (closing)")
    assert verdict.evidence


@pytest.mark.parametrize("past", [-1, 1.5, True, None])
def test_a_number_of_turns_that_cannot_be_is_refused(past: object) -> None:
    with pytest.raises(CheckError, match="past"):
        no_termination_loop(LOOPING, past=past)  # type: ignore[arg-type]  # what is tested


def test_the_check_is_one_of_the_family() -> None:
    assert checks.no_termination_loop is no_termination_loop
    assert no_termination_loop(LOOPING, past=2).options == (("past", "2"),)


def test_what_one_side_tells_keeps_the_other_sides_courtesy_from_being_a_loop() -> None:
    told = [text for pair in zip(TELESCOPE + BREAD, closing(20), strict=True) for text in pair]
    assert find_termination_loop(dialogue(*told)) is None


def test_a_loop_of_a_thousand_paraphrases_keeps_its_onset() -> None:
    mixed = [GOODBYES[(at * at + at // 3) % 4] if at % 3 else "(Silence.)" for at in range(1000)]
    assert found(dialogue(*TELESCOPE, *mixed)).onset <= 14


def test_the_number_of_a_message_is_its_own_even_if_numbers_are_missing() -> None:
    gappy = [Message(3 * m.number, m.speaker, m.text) for m in LOOPING]
    loop = find_termination_loop(gappy)
    assert loop is not None
    assert loop.onset == 3 * found(LOOPING).onset
