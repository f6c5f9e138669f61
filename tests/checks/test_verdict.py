from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from dialogue_harness.checks.verdict import Evidence, Verdict, check, hearing, said
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import CheckError

TALK = Dialogue.from_texts(["Hello.", "Hi there.", "Goodbye."])


@check
def is_polite(dialogue: Dialogue, *, word: str = "please", times: int = 1) -> Verdict | bool:
    """Somebody says please.

    More is not asked of them.
    """
    return sum(word in m.text.lower() for m in dialogue) >= times


@check
def is_short(dialogue: Dialogue) -> Verdict:
    """At most five messages."""
    evidence = (Evidence(1, "is short"),)
    return Verdict(
        "another name",
        passed=True,
        sentence="it is short",
        score=float(len(dialogue)),
        threshold=5.0,
        evidence=evidence,
    )


def test_a_verdict_is_as_true_as_the_property_holds() -> None:
    assert Verdict("c", passed=True, sentence="fine")
    assert not Verdict("c", passed=False, sentence="not fine")


def test_a_verdict_prints_as_its_sentence_and_describes_itself_in_one_safe_line() -> None:
    verdict = Verdict("c", passed=False, sentence="message 1 says \x1b[2J\nand more")
    assert str(verdict) == "message 1 says \x1b[2J\nand more"
    assert repr(verdict) == "<c failed: message 1 says \\x1b[2J and more>"


def test_a_check_that_returns_a_bool_gets_its_docstrings_first_line_as_its_sentence() -> None:
    assert is_polite(Dialogue.from_texts(["Please."])).sentence == "Somebody says please"
    assert is_polite(TALK).sentence == "does not hold: Somebody says please"


def test_a_check_without_a_docstring_is_called_by_its_name() -> None:
    @check
    def ends_well(_: Dialogue) -> bool:
        return False

    assert ends_well(TALK).sentence == "does not hold: ends well"


def test_the_decorator_gives_a_verdict_the_checks_own_name_and_keeps_the_rest() -> None:
    verdict = is_short(TALK)
    assert verdict.check == "is_short"
    assert (verdict.sentence, verdict.score, verdict.threshold) == ("it is short", 3.0, 5.0)
    assert verdict.evidence == (Evidence(1, "is short"),)


@pytest.mark.parametrize(("found", "kept"), [(0, 0), (99, 99), (100, 100), (101, 101), (5000, 101)])
def test_a_verdict_keeps_the_first_hundred_pieces_of_evidence_and_how_many_more_there_were(
    found: int, kept: int
) -> None:
    @check
    def is_silent(_: Dialogue) -> Verdict:
        evidence = tuple(Evidence(number, "speaks") for number in range(1, found + 1))
        return Verdict("", passed=not found, sentence="somebody speaks", score=found, evidence=evidence)

    verdict = is_silent(TALK)
    assert verdict.score == found
    assert len(verdict.evidence) == kept
    assert [piece.message for piece in verdict.evidence[:100]] == list(range(1, min(found, 100) + 1))
    counted = {101: ("and 1 more reason",), 5000: ("and 4,900 more reasons",)}
    assert verdict.evidence[100:] == tuple(Evidence(None, why) for why in counted.get(found, ()))


def test_options_are_kept_as_they_were_given_in_the_order_of_the_signature() -> None:
    assert is_polite(TALK, times=2, word="hi").options == (("word", "'hi'"), ("times", "2"))
    assert is_polite(TALK).options == ()


def test_a_long_option_is_shortened() -> None:
    (option,) = is_polite(TALK, word="x" * 1000).options
    assert len(option[1]) == 60


def test_a_check_keeps_its_name_docstring_and_signature() -> None:
    assert is_polite.__name__ == "is_polite"
    assert (is_polite.__doc__ or "").startswith("Somebody says please.")


@pytest.mark.parametrize("result", [None, 1, "yes", 0.5])
def test_a_check_that_returns_anything_else_is_an_error(result: object) -> None:
    @check
    def odd(_: Dialogue) -> bool:
        return result  # type: ignore[return-value]  # the misuse is the point

    with pytest.raises(CheckError) as refused:
        odd(TALK)
    assert str(refused.value) == (
        f"check odd returned {type(result).__name__}, not a Verdict or a bool\n"
        "how to fix: return True, False or dialogue_harness.Verdict(…) on every path"
    )


def test_an_error_inside_a_check_is_not_hidden_in_a_verdict() -> None:
    @check
    def broken(dialogue: Dialogue) -> bool:
        return dialogue[99].is_empty

    with pytest.raises(IndexError):
        broken(TALK)


def test_verdicts_are_heard_in_the_order_in_which_they_were_reached() -> None:
    with hearing() as heard:
        is_short(TALK)
        is_polite(TALK)
    is_short(TALK)
    assert [verdict.check for verdict in heard] == ["is_short", "is_polite"]


def test_the_innermost_hearing_hears_alone_and_the_outer_goes_on_after_it() -> None:
    with hearing() as outer:
        with hearing() as inner:
            is_short(TALK)
        is_polite(TALK)
    assert [verdict.check for verdict in inner] == ["is_short"]
    assert [verdict.check for verdict in outer] == ["is_polite"]


def test_a_hearing_ends_with_its_block_even_if_that_fails() -> None:
    with hearing() as outer:
        with pytest.raises(ZeroDivisionError), hearing():
            _ = 1 / 0
        is_short(TALK)
    assert [verdict.check for verdict in outer] == ["is_short"]


def test_a_hearing_does_not_hear_other_threads() -> None:
    with hearing() as heard, ThreadPoolExecutor(1) as pool:
        pool.submit(partial(is_short, TALK)).result()
    assert heard == []


def test_a_verdict_survives_pickling() -> None:
    verdict = is_polite(TALK, times=2)
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 -- our own bytes


def test_whatever_holds_messages_can_be_checked() -> None:
    assert said(TALK) == TALK.messages
    assert said(TALK.by("B")) == (TALK[2],)
    assert said(TALK[2]) == (TALK[2],)
    assert said(iter(TALK)) == TALK.messages
    assert said([]) == ()


@pytest.mark.parametrize("what", ["Hello.", 3, None, ["Hello."], {1: "Hello."}])
def test_anything_else_is_refused_with_the_right_ways_to_call_a_check(what: object) -> None:
    with pytest.raises(CheckError) as refused:
        said(what)  # type: ignore[arg-type]  # the misuse is the point
    assert str(refused.value) == (
        f"a check takes a dialogue or messages, not {type(what).__name__}\n"
        'how to fix: call it as check(dialogue), check(dialogue.by("B")) or check(dialogue[4])'
    )


def test_a_message_is_judged_by_itself() -> None:
    message = Message(7, "B", "Please.")
    assert said(message) == (message,)


def test_a_misspelt_option_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(CheckError) as caught:
        is_polite(TALK, wrod="hi")  # type: ignore[call-arg]  # that is what is tried
    assert str(caught.value) == "is_polite has no option 'wrod'\n  options: word, times\n  nearest: word"


def test_an_option_that_resembles_none_is_an_error_that_lists_them() -> None:
    with pytest.raises(CheckError) as caught:
        is_short(TALK, colour="red")  # type: ignore[call-arg]  # that is what is tried
    assert str(caught.value) == "is_short has no option 'colour'\n  options: none"


def test_a_check_that_takes_any_option_is_given_any() -> None:
    @check
    def takes_anything(dialogue: Dialogue, **options: int) -> bool:
        """Whatever is asked."""
        return len(dialogue) == options["length"]

    assert takes_anything(TALK, length=3)


def test_a_dialogue_may_be_given_by_its_name() -> None:
    assert is_short(dialogue=TALK)
