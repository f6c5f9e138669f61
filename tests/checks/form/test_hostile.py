from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness._text.printable import neutralise
from dialogue_harness.checks.form.conforms import conforms, not_truncated
from dialogue_harness.dialogue import Dialogue, Message
from strategies import dialogues, hostile_text

SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"anyOf": [{"type": "integer"}, {"format": "date-time"}, {"pattern": "^[a-z]+$"}]}},
    "additionalProperties": False,
}
RULES: dict[str, dict[str, Any]] = {
    "schema": {"schema": SCHEMA},
    "lenient": {"schema": SCHEMA, "lenient": True},
    "pattern": {"pattern": r"^(\w+,)*\w+$"},
    "search": {"pattern": r"[a-z]+@[a-z]+\.com"},
    "lengths": {"max_words": 3, "min_characters": 2, "max_sentences": 1},
    "markdown": {"markdown": {"headings": 1, "levels": 1, "languages": "json"}},
    "plain": {"markdown": False},
    "language": {"language": ["en", "zh"]},
    "phrases": {"requires": ["a b", "é"], "forbids": ["[END]", "漢"]},
    "any_of": {"any_of": [{"schema": SCHEMA}, {"pattern": "^none$"}, {"max_words": 0}]},
}
#: What long messages are made of.
UNITS = (
    "a", "a ", "\n", "\x00", "\ud800", "\u202e", "👩\u200d👧", "漢", "# ", "*a ", "`", "[", "{", '{"a":', '"', "\\",
    "|-", "- a\n", "a@", "1,", "```\n", "> ", "a.", "'", "__", "é\u0301",
)  # fmt: skip
every_rule = pytest.mark.parametrize("rule", RULES)
MARGINS = st.sampled_from(["", " ", "\n\n", "\t \r\n", "\u3000\n"])


@settings(max_examples=60)
@given(dialogues(), st.sampled_from([0.5, 1.0]))
def test_no_dialogue_makes_a_rule_raise_and_every_verdict_can_be_printed(dialogue: Dialogue, share: float) -> None:
    for options in RULES.values():
        verdict = conforms(dialogue, **options, share=share)
        for text in (verdict.sentence, *(item.why for item in verdict.evidence)):
            assert neutralise(text) == text
            assert len(text) < 1500
        assert verdict.passed == (verdict.score is not None and verdict.score >= share)
        assert [item.message for item in verdict.evidence] == sorted(item.message or 0 for item in verdict.evidence)
    assert not_truncated(dialogue).check == "not_truncated"


@settings(max_examples=60)
@given(text=hostile_text(), before=MARGINS, after=MARGINS)
def test_white_space_at_the_ends_changes_nothing(text: str, before: str, after: str) -> None:
    for options in RULES.values():
        plain = conforms(Message(1, "A", text), **options)
        assert bool(conforms(Message(1, "A", before + text + after), **options)) == bool(plain)


@settings(max_examples=40)
@given(said=st.lists(hostile_text(), min_size=1, max_size=5), order=st.randoms())
def test_the_order_of_the_messages_changes_nothing(said: list[str], order: Any) -> None:
    messages = list(Dialogue.from_texts(said))
    for options in RULES.values():
        expected = conforms(messages, **options)
        order.shuffle(messages)
        assert conforms(messages, **options) == expected


@every_rule
def test_long_messages_take_linear_time(rule: str) -> None:
    for unit in UNITS:  # what takes quadratic time would be busy for an hour
        verdict = conforms(Message(1, "A", unit * (30_000 // len(unit))), **RULES[rule])
        assert verdict.score in {0.0, 1.0}


@every_rule
def test_a_message_of_ten_megabytes_is_checked(rule: str) -> None:
    message = Message(1, "A", "The tide turns, and with it the boats. " * 260_000)
    assert bool(conforms(message, **RULES[rule])) is (rule == "language")


@every_rule
def test_a_dialogue_of_many_messages_is_checked(rule: str) -> None:
    messages = [Message(n, "A", '{"a": 1}') for n in range(1, 5_001)]
    verdict = conforms(messages, **RULES[rule])
    assert verdict.score == (1.0 if rule in {"schema", "lenient", "any_of", "plain", "language", "lengths"} else 0.0)


@given(st.text(st.sampled_from('{}[]",:1 \\ntrue'), max_size=60))
def test_what_is_strictly_json_is_leniently_json(text: str) -> None:
    message = Message(1, "A", text)
    if conforms(message, schema=True):
        assert conforms(message, schema=True, lenient=True)
