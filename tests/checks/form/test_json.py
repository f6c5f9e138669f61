from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message

ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
OBJECT = {"type": "object", "required": ["tide"]}


def why(text: str, schema: Any = True, *, lenient: bool = False) -> str | None:  # noqa: FBT002 -- a schema
    verdict = conforms(Message(1, "A", text), schema=schema, lenient=lenient)
    return None if verdict else verdict.evidence[0].why


def of_type(value: Any) -> Any:
    """Return a schema that a value conforms to, as narrow as its types."""
    if isinstance(value, bool):
        return {"type": "boolean", "const": value}
    if isinstance(value, dict):
        properties = {name: of_type(item) for name, item in value.items()}
        return {
            "type": "object", "properties": properties, "required": list(value), "additionalProperties": False
        }  # fmt: skip
    if isinstance(value, list):
        fixed = {"prefixItems": [of_type(item) for item in value]} if value else {}
        return {"type": "array", "minItems": len(value), "items": False, **fixed}
    if value is None:
        return {"type": "null"}
    return {"type": "string" if isinstance(value, str) else "number", "enum": [value]}


@given(ANY)
def test_any_value_conforms_to_the_schema_of_its_type(value: Any) -> None:
    assert why(json.dumps(value), of_type(value)) is None


@given(ANY.filter(lambda value: isinstance(value, dict | list)), st.sampled_from(["json", "", "JSON"]))
def test_a_document_in_a_fence_or_in_prose_conforms_leniently(value: Any, language: str) -> None:
    text = json.dumps(value, indent=1)
    assert why(f"Here it is:\n\n```{language}\n{text}\n```\nAnything else?", of_type(value), lenient=True) is None
    assert why(f"Here it is: {text}. Anything else?", of_type(value), lenient=True) is None


@given(ANY, ANY)
def test_a_value_conforms_to_the_schema_of_another_only_if_they_are_equal(value: Any, other: Any) -> None:
    same = json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True) or value == other
    if not same:
        assert why(json.dumps(value), of_type(other)) is not None


@pytest.mark.parametrize("text", ['\n {"tide": 1}\t', '{"tide": 1}', '\u3000{"tide": 1}\u2028'])
def test_white_space_around_a_document_is_no_part_of_it(text: str) -> None:
    assert why(text, OBJECT) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty where JSON is expected"),
        ("I cannot do that.", "is not JSON: a value is missing at line 1, column 1"),
        ('{"tide": 1,}', "is not JSON: a key in double quotes is missing at line 1, column 12"),
        ("[1, 2,\n]", "is not JSON: a value is missing at line 2, column 1"),
        ('{\n  "tide" 1\n}', "is not JSON: a colon is missing at line 2, column 10"),
        ('{"tide": "hi', "is not JSON: a string without an end at line 1, column 10"),
        ('{"tide":\n', "is not JSON: it breaks off at line 1, column 9: a value is missing"),
        ('{"tide": 1', "is not JSON: it breaks off at line 1, column 11: a comma or the end is missing"),
        ("{'tide': 1}", "is not JSON: a key in double quotes is missing at line 1, column 2"),
        ('"a\tb"', "is not JSON: what a string cannot hold at line 1, column 3"),
        ('"a\\x"', "is not JSON: what a string cannot hold at line 1, column 3"),
        ('{"tide": 1} {"tide": 2}', 'goes on after its JSON at line 1, column 12: {"tide": 2}'),
        ('{"tide": NaN}', "is not JSON to rely on: it holds NaN, which JSON does not know"),
        ('{"tide": -Infinity}', "is not JSON to rely on: it holds -Infinity, which JSON does not know"),
        ('{"tide": 1, "tide": 2}', 'is not JSON to rely on: it gives the key "tide" twice'),
        ('{"tide": 1e999}', "is not JSON to rely on: it holds the number 1e999, which is out of range"),
        ("1" * 5000, "is not JSON to rely on: it holds a number of 5000 digits"),
        ("[" * 51 + "1" + "]" * 51, "is not JSON to rely on: it is nested more than 50 deep"),
        ("[" * 100_000, "is not JSON: what is nested more than 50 deep at line 1, column 1"),
        ('{"' + "k" * 1001 + '": 1}', "is not JSON to rely on: it has a key of more than 1000 characters"),
        ("1" + " 1" * 500_000, "has 1000001 characters, more than the 1000000 that are read as JSON"),
    ],
)
def test_a_text_that_is_not_strictly_json_is_explained(text: str, reason: str) -> None:
    told = why(text)
    assert told is not None
    assert told.removesuffix(" (there is JSON inside it: lenient=True accepts that)") == reason


def test_a_document_may_be_nested_fifty_deep() -> None:
    assert why("[" * 50 + "1" + "]" * 50) is None


@pytest.mark.parametrize(
    "text",
    [
        'Sure!\n\n```json\n{"tide": 1}\n```\n\nHope that helps.',
        '~~~~\n{"tide": 1}\n~~~~',
        'The answer is {"tide": 1}, as you see.',
        'See [1] and {"wind": 2}: {"tide": 1}',
        '```python\nprint({})\n```\n{"tide": 1}',
        'A {brace} or [bracket] in the prose before {"tide": 1}',
        'Cut off [1, 2 and then {"tide": 1}',
        '```json\n{"tide": 1}',
    ],
)
def test_json_in_other_text_is_taken_leniently_and_hinted_at_strictly(text: str) -> None:
    assert why(text, OBJECT, lenient=True) is None
    strictly = why(text, OBJECT)
    assert strictly is not None
    assert strictly.endswith(" (there is JSON inside it: lenient=True accepts that)")


@pytest.mark.parametrize(
    "text",
    [
        'The tide is {"tide": 1',
        '{"list": [{"tide": 1}, {"tide": 2}',
        '{"code": "if (x) { return {\\"tide\\": 1} }',
        "tide: 1",
        "```json\ntide\n```",
        "42",
    ],
)
def test_a_piece_of_a_broken_document_is_not_taken_for_one(text: str) -> None:
    assert why(text, OBJECT, lenient=True) is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("No.", "holds no JSON document: a value is missing at line 1, column 1"),
        ("", "is empty where JSON is expected"),
        (
            'See [x].\nThe tide is {"tide": 1',
            (
                "holds no JSON document: of what begins at line 2, column 13, it breaks off at line 2, column 23: "
                "a comma or the end is missing"
            ),
        ),
        (
            "x" * 5000 + '\n{"tide": 1 "wind": 2} [1 2]',
            (
                "holds no JSON document: of what begins at line 2, column 1, a comma or the end is missing at "
                "line 2, column 12"
            ),
        ),
    ],
)
def test_where_nothing_is_found_leniently_the_longest_attempt_is_explained(text: str, reason: str) -> None:
    assert why(text, OBJECT, lenient=True) == reason


def test_of_several_documents_the_longest_is_explained_if_none_conforms() -> None:
    text = 'First {"a": 1}, then {"tides": "at noon and at midnight"}, then [].'
    assert why(text, OBJECT, lenient=True) == ('at the top: expected the property "tide", found an object with "tides"')


def test_a_bare_number_in_a_fence_is_a_document_but_not_one_in_prose() -> None:
    assert why("```json\n42\n```", {"type": "integer"}, lenient=True) is None
    assert why("It is 42.", {"type": "integer"}, lenient=True) is not None


@pytest.mark.parametrize(
    "piece", ["[", "{", '{"', '{"a', '{"a":', "[1,", '["', "{x", "[] ", '[{"a":1},', '"', "```json\n{"]
)
def test_a_long_row_of_beginnings_is_read_in_linear_time(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    assert why(text, OBJECT, lenient=True) is not None  # a quadratic reader would not come back


def test_an_object_of_fifty_thousand_keys_is_checked_in_linear_time() -> None:
    many = "{" + ",".join(f'"k{n}": {n}' for n in range(50_000)) + "}"
    assert why(many, {"type": "object", "additionalProperties": {"type": "integer"}}) is None
