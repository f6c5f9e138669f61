from __future__ import annotations

import pickle
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.checks.form.conforms import conforms, not_truncated
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import CheckError

REVIEW = Dialogue.from_texts(
    [
        "Please review the patch.",
        '{"severity": "low"}',
        "And the next one?",
        "Looks fine to me!",
        "As JSON, please.",
        '{"severity": "high"}',
    ]
)
SEVERITY = {"type": "object", "required": ["severity"], "properties": {"severity": {"enum": ["low", "high"]}}}


def evidence(verdict: Any) -> list[tuple[int | None, str]]:
    return [(item.message, item.why) for item in verdict.evidence]


def test_messages_that_all_keep_the_form_pass() -> None:
    verdict = conforms(REVIEW.by("A"), max_words=5)
    assert verdict
    assert verdict.sentence == "all 3 messages keep the form"
    assert (verdict.score, verdict.threshold, verdict.better) == (1.0, 1.0, "higher")
    assert verdict.evidence == ()


def test_a_message_that_breaks_the_form_is_named_with_its_reason() -> None:
    verdict = conforms(REVIEW.by("B"), schema=SEVERITY)
    assert not verdict
    assert verdict.sentence == (
        "1 of 3 messages breaks the form; message 4: is not JSON: a value is missing at line 1, column 1"
    )
    assert verdict.score == pytest.approx(2 / 3)
    assert evidence(verdict) == [(4, "is not JSON: a value is missing at line 1, column 1")]


def test_one_message_can_be_checked_alone() -> None:
    assert conforms(REVIEW[2], schema=SEVERITY).sentence == "the message keeps the form"
    verdict = conforms(REVIEW[4], max_words=3)
    assert verdict.sentence == "message 4 breaks the form: has 4 words, more than 3"


def test_every_rule_that_a_message_breaks_is_told_and_the_rest_is_counted() -> None:
    verdict = conforms(
        REVIEW[4], max_words=3, max_characters=10, min_sentences=2, requires=["low", "high"], forbids="fine"
    )
    assert evidence(verdict) == [
        (
            4,
            (
                "has 4 words, more than 3; has 17 characters, more than 10; has 1 sentence, fewer than 2; "
                "lacks 'low'; and 2 more"
            ),
        )
    ]


def test_the_order_of_the_messages_changes_nothing() -> None:
    forwards = conforms(REVIEW.messages, max_words=3, every=2)
    assert conforms(reversed(REVIEW.messages), max_words=3, every=2) == forwards


def test_a_share_of_the_messages_can_be_enough() -> None:
    assert conforms(REVIEW.by("B"), schema=SEVERITY, share=0.66)
    verdict = conforms(REVIEW.by("B"), schema=SEVERITY, share=0.67)
    assert not verdict
    assert verdict.threshold == 0.67


def test_no_message_at_all_is_a_failure_that_says_which_were_asked_for() -> None:
    verdict = conforms(REVIEW, max_words=5, by="B", from_turn=9, every=3)
    assert not verdict
    assert verdict.sentence == "there is no message to check (every 3rd by B from turn 9)"
    assert verdict.score == 0.0
    assert conforms([], max_words=5).sentence == "there is no message to check"


def test_a_verdict_keeps_its_options_and_can_be_pickled() -> None:
    verdict = conforms(REVIEW, max_words=2, by="A")
    assert (verdict.check, verdict.options) == ("conforms", (("max_words", "2"), ("by", "'A'")))
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 -- our own bytes


def test_one_of_several_shapes_is_enough() -> None:
    shapes: list[dict[str, Any]] = [{"schema": SEVERITY}, {"pattern": "^Looks", "max_words": 4}]
    assert conforms(REVIEW.by("B"), any_of=shapes)


def test_of_several_shapes_the_nearest_is_explained() -> None:
    shapes: list[dict[str, Any]] = [{"schema": SEVERITY, "max_words": 1}, {"pattern": "^Looks", "max_words": 3}]
    verdict = conforms(REVIEW[4], any_of=shapes)
    assert evidence(verdict) == [
        (4, "fits none of 2 shapes; the nearest is shape 2: has 4 words, more than 3"),
    ]


def test_shapes_can_hold_shapes() -> None:
    nested: list[dict[str, Any]] = [{"any_of": [{"max_words": 1}, {"forbids": "patch"}]}]
    assert not conforms(REVIEW[1], any_of=nested)
    assert conforms(REVIEW[3], any_of=nested)


def test_a_truncated_reply_that_breaks_the_form_says_that_it_was_cut_off() -> None:
    cut = Message(4, "B", '{"severity":', finish_reason="length")
    assert evidence(conforms(cut, schema=SEVERITY)) == [
        (4, "cut off by the token limit; is not JSON: it breaks off at line 1, column 13: a value is missing")
    ]


def test_a_truncated_reply_that_keeps_the_form_conforms() -> None:
    assert conforms(Message(4, "B", '{"severity": "low"}', finish_reason="length"), schema=SEVERITY)


def test_a_truncated_reply_is_a_verdict_of_its_own() -> None:
    said = [Message(1, "A", "Hi."), Message(2, "B", "One, two, th", finish_reason="length")]
    verdict = not_truncated(said)
    assert not verdict
    assert verdict.sentence == "message 2 was cut off by the token limit"
    assert evidence(verdict) == [(2, "stopped for 'length'")]
    assert (verdict.score, verdict.threshold, verdict.better) == (1.0, 0.0, "lower")
    assert not_truncated(said, at_most=1)


@pytest.mark.parametrize("reason", ["stop", "content_filter", "end_turn", "tool_calls", "lengthy", ""])
def test_a_reply_that_ended_for_another_reason_is_not_truncated(reason: str) -> None:
    verdict = not_truncated([Message(1, "A", "One, two, th", finish_reason=reason)])
    assert verdict
    assert verdict.sentence == "no message was cut off"


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length"])
def test_the_words_of_other_servers_for_a_truncated_reply_are_known(reason: str) -> None:
    assert not not_truncated([Message(1, "A", "One, two, th", finish_reason=reason)])


def test_where_no_message_says_why_it_ended_that_is_said() -> None:
    verdict = not_truncated(REVIEW)
    assert verdict
    assert verdict.sentence == "no message was cut off, as far as is known: none says why it ended"


def test_nothing_said_is_not_called_untruncated() -> None:
    verdict = not_truncated([], at_most=2)
    assert not verdict
    assert verdict.sentence == "there is no message to check"
    assert (verdict.score, verdict.threshold, verdict.better) == (None, 2.0, "lower")


def test_the_evidence_of_many_messages_that_break_the_form_is_cut_and_their_number_is_not() -> None:
    verdict = conforms(Dialogue.from_texts(["One two three."] * 3000), max_words=2)
    assert verdict.sentence == "3000 of 3000 messages break the form; message 1: has 3 words, more than 2"
    assert verdict.score == 0
    assert len(verdict.evidence) == 101
    assert evidence(verdict)[-1] == (None, "and 2,900 more reasons")


def refused(**options: Any) -> str:
    with pytest.raises(CheckError) as caught:
        conforms(REVIEW, **options)
    return str(caught.value)


def test_a_form_without_a_rule_is_refused_with_an_example() -> None:
    assert refused() == (
        "conforms is given no rule\n"
        'how to fix: give one, as in conforms(dialogue.by("B"), schema={"type": "object"}, max_words=200)'
    )
    assert refused(by="B", last=1).startswith("conforms is given no rule")


def test_a_misspelt_rule_in_a_shape_is_refused_with_the_nearest() -> None:
    text = refused(any_of=[{"max_words": 3}, {"max_word": 3}])
    assert text.splitlines()[0].startswith(
        "conforms: any_of[1].max_word is no rule; there are schema, lenient, any_of,"
    )
    assert text.splitlines()[1:] == ["  got: 'max_word'", "  nearest: max_words"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"any_of": {"max_words": 3}},
            ("conforms: any_of must be a list of shapes, each a dict of rules\n"
            "  got: {'max_words': 3}\n"
            '  nearest: [{"schema": {"type": "object"}}, {"pattern": "^NONE$"}]'),
        ),
        (
            {"any_of": ["json"]},
            ("conforms: any_of[0] must be a dict of rules\n"
            "  got: 'json'\n"
            '  nearest: {"schema": {"type": "object"}}'),
        ),
        (
            {"any_of": [{}]},
            ("conforms: any_of[0] holds no rule\n"
            'how to fix: give one, as in conforms(dialogue.by("B"), schema={"type": "object"}, max_words=200)'),
        ),
        (
            {"lenient": True, "max_words": 3},
            "conforms: lenient says how a schema is met, and there is no schema\n  got: True",
        ),
        ({"schema": True, "lenient": "yes"}, "conforms: lenient must be True or False\n  got: 'yes'\n  nearest: True"),
        (
            {"max_words": 3, "share": 95},
            "conforms: share must be a number above 0, at most 1\n  got: 95\n  nearest: 1.0",
        ),
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any], text: str) -> None:
    assert refused(**options) == text


@pytest.mark.parametrize("share", [0, -1, 1.01, True, "1", None, float("nan")])
def test_a_share_that_is_none_is_refused(share: Any) -> None:
    assert refused(max_words=3, share=share).startswith("conforms: share must be a number above 0, at most 1")


def test_options_are_checked_even_where_there_is_no_message() -> None:
    with pytest.raises(CheckError, match="max_words must be a whole number"):
        conforms([], max_words=-1)


@given(st.sampled_from(["max_words", "min_words", "max_characters", "max_sentences"]), st.integers(0, 9))
def test_white_space_at_the_ends_changes_no_verdict(option: str, limit: int) -> None:
    padded = [Message(m.number, m.speaker, f"\n \t{m.text}\n\n  ") for m in REVIEW]
    options: dict[str, Any] = {option: limit, "pattern": r"^[A-Z].*\W$", "markdown": False}
    assert conforms(padded, **options) == conforms(REVIEW.messages, **options)


def test_jsonschema_is_loaded_only_where_a_schema_is_used() -> None:
    import subprocess  # noqa: PLC0415 -- of use to this test alone

    script = (
        "import sys\n"
        "from dialogue_harness.checks.form.conforms import conforms\n"
        "from dialogue_harness.dialogue import Dialogue\n"
        "conforms(Dialogue.from_texts(['Hi.']), max_words=3, pattern='H', markdown=False, language='en')\n"
        "print(sorted({'jsonschema', 'referencing'} & set(sys.modules)))\n"
        "conforms(Dialogue.from_texts(['1']), schema={'type': 'integer'})\n"
        "print('jsonschema' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]
