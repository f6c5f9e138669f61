from __future__ import annotations

from dialogue_harness.checks import no_self_repetition
from dialogue_harness.checks.repetition import names_in
from dialogue_harness.dialogue import Dialogue

PLAN = "We should mend the roof before the winter comes and the snow with it."
ANSWERS = ["With which money?", "And the walls?", "I see.", "Who would do it?", "Hm."]


def monologue(*own: str) -> Dialogue:
    return Dialogue.from_texts([text for pair in zip(own, ANSWERS, strict=False) for text in pair])


def test_a_speaker_who_says_the_same_again_and_again_repeats_itself() -> None:
    verdict = no_self_repetition(monologue(PLAN, PLAN, PLAN))
    assert not verdict
    assert verdict.sentence == "messages 3 and 5 repeat earlier ones of their speakers' (1 allowed)"
    assert [item.why for item in verdict.evidence] == ["A repeats its message 1 word for word"] * 2


def test_a_near_copy_among_the_speakers_latest_messages_counts() -> None:
    near = PLAN.replace("We should", "And so we should")
    verdict = no_self_repetition(monologue(PLAN, near), at_most=0, likeness=0.8)
    assert verdict.evidence[0].why == "A repeats its message 1 almost word for word"


def test_an_exact_copy_is_found_however_long_ago_it_was_said() -> None:
    between = [f"One more thing about the house, and this is thing number {n}." for n in range(30)]
    texts = [PLAN, "Why?"] + [text for thing in between for text in (thing, "Yes.")] + [PLAN]
    verdict = no_self_repetition(Dialogue.from_texts(texts), at_most=0)
    assert [item.message for item in verdict.evidence] == [len(texts)]


def test_saying_something_twice_is_allowed() -> None:
    verdict = no_self_repetition(monologue(PLAN, PLAN))
    assert verdict
    assert verdict.sentence == "message 3 repeats an earlier one of its speaker's (1 allowed)"


def test_batch_work_is_not_repetition() -> None:
    texts = [f"Invoice {n} was read, checked and sent to the office in due time." for n in range(40)]
    assert no_self_repetition(Dialogue.from_texts(texts), at_most=0)


def test_the_same_report_on_other_places_is_not_repetition() -> None:
    report = "I have looked at the station in {} and found everything there as it should be."
    texts = [report.format(town) for town in ("Aldorf", "Bergen", "Cham", "Dorum", "Essen")]
    assert no_self_repetition(monologue(*texts), at_most=0, likeness=0.7)


def test_short_replies_may_come_back() -> None:
    assert no_self_repetition(Dialogue.from_texts(["Yes, of course."] * 40), at_most=0)


def test_repeating_the_partner_is_not_repeating_oneself() -> None:
    assert no_self_repetition(Dialogue.from_texts([PLAN, PLAN]), at_most=0)


def test_what_batch_work_changes_are_names_inside_sentences_numbers_and_identifiers() -> None:
    assert names_in("Then Ann saw a_b, 12 birds. The end, Bob said.") == ["Ann", "a_b,", "12", "Bob"]


def test_a_near_copy_with_another_name_in_it_is_another_text() -> None:
    told = "So I have now told Ann that all of it is there and that we will be with her by then."
    near = told.replace("So I", "And I")
    assert not no_self_repetition(monologue(told, near), at_most=0)
    assert no_self_repetition(monologue(told, near.replace("Ann that all", "Them that all")), at_most=0, likeness=0.5)
