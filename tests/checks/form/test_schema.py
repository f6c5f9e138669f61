from __future__ import annotations

import json
import socket
from types import MappingProxyType
from typing import Any

import pytest

from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError

REVIEW = {
    "type": "object",
    "required": ["severity", "findings"],
    "additionalProperties": False,
    "properties": {
        "severity": {"enum": ["low", "high"]},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["line"],
                "properties": {"line": {"type": "integer", "minimum": 1}, "at": {"format": "date-time"}},
            },
        },
    },
}


def why(value: Any, schema: Any) -> str | None:
    verdict = conforms(Message(1, "A", json.dumps(value)), schema=schema)
    return None if verdict else verdict.evidence[0].why


def refused(schema: Any) -> str:
    with pytest.raises(CheckError) as caught:
        conforms([], schema=schema)
    return str(caught.value)


def test_a_document_of_the_schema_conforms() -> None:
    assert why({"severity": "low", "findings": [{"line": 3, "at": "2024-02-29T12:00:00Z"}]}, REVIEW) is None


def test_the_evidence_tells_the_pointer_what_was_expected_and_what_was_found() -> None:
    assert why({"severity": "urgent", "findings": [{"line": 3}, {"line": "7"}]}, REVIEW) == (
        'at /findings/1/line: expected an integer, found the string "7"; '
        'at /severity: expected one of "low", "high", found the string "urgent"'
    )


def test_at_most_a_few_errors_of_a_message_are_told() -> None:
    told = why({"severity": "low", "findings": [{"line": -n} for n in range(6)]}, REVIEW)
    assert told is not None
    assert told.split("; ") == [
        "at /findings/0/line: expected at least 1, found the number 0",
        "at /findings/1/line: expected at least 1, found the number -1",
        "at /findings/2/line: expected at least 1, found the number -2",
        "3 more against the schema",
    ]
    many = why({"severity": "low", "findings": [{"line": -n} for n in range(99)]}, REVIEW)
    assert many is not None
    assert many.endswith("; more against the schema")


def test_a_pointer_is_escaped_and_neutralised() -> None:
    assert why({"a/b~c": {"\x1b[2J": 1}}, {"additionalProperties": {"additionalProperties": {"type": "string"}}}) == (
        "at /a~1b~0c/\\x1b[2J: expected a string, found the number 1"
    )


@pytest.mark.parametrize(
    ("value", "schema", "reason"),
    [
        (1, {"type": "string"}, "expected a string, found the number 1"),
        (1.5, {"type": ["integer", "null"]}, "expected an integer or null, found the number 1.5"),
        (True, {"type": "integer"}, "expected an integer, found true"),
        (None, {"type": "object"}, "expected an object, found null"),
        ([], {"type": "object"}, "expected an object, found an empty array"),
        ({}, {"type": "array"}, "expected an array, found an empty object"),
        ([1], {"const": 1}, "expected 1, found an array of 1 item"),
        ("b", {"const": {"a": 1}}, 'expected an object with "a", found the string "b"'),
        ("b", {"enum": list("xyzuvwrst")},
         'expected one of "x", "y", "z", "u", "v", "w", "r", "s", …, found the string "b"'),
        (3, {"maximum": 2}, "expected at most 2, found the number 3"),
        (3, {"exclusiveMinimum": 3}, "expected more than 3, found the number 3"),
        (3, {"exclusiveMaximum": 3}, "expected less than 3, found the number 3"),
        (3, {"multipleOf": 2}, "expected a multiple of 2, found the number 3"),
        ("ab", {"minLength": 3}, 'expected at least 3 characters, not 2, found the string "ab"'),
        ("ab", {"maxLength": 1}, 'expected at most 1 character, not 2, found the string "ab"'),
        ("ab", {"pattern": "^b"}, "expected a match of '^b', found the string \"ab\""),
        ("noon", {"format": "time"}, 'expected the format time, found the string "noon"'),
        ([1], {"minItems": 2}, "expected at least 2 items, not 1, found an array of 1 item"),
        ([1, 2], {"maxItems": 1}, "expected at most 1 item, not 2, found an array of 2 items"),
        ([1, {"a": 2}, {"a": 2.0}], {"uniqueItems": True},
         'expected no item twice, found item 2 again: an object with "a"'),
        ([1], {"contains": {"type": "null"}},
         "expected an item that the schema's `contains` describes, found an array of 1 item"),
        ({"a": 1}, {"required": ["b"]}, 'expected the property "b", found an object with "a"'),
        ({}, {"required": ["b"]}, 'expected the property "b", found an empty object'),
        ({"a": 1, "c": 2}, {"properties": {"a": {}}, "additionalProperties": False},
         'expected no properties but "a", found "c"'),
        ({"a": 1}, {"additionalProperties": False}, 'expected no properties, found "a"'),
        ({"a": 1}, {"minProperties": 2}, 'expected at least 2 properties, found an object with "a"'),
        ({"a": 1}, {"maxProperties": 0}, 'expected at most 0 properties, found an object with "a"'),
        ({"a": 1}, {"dependentRequired": {"a": ["b"]}}, "'b' is a dependency of 'a'"),
        (1, {"not": {"type": "integer"}}, "expected nothing that the schema's `not` describes, found the number 1"),
        (1, False, "expected nothing, found the number 1"),
        (3, {"oneOf": [{"type": "integer"}, {"minimum": 2}]},
         "expected exactly one of 2 alternatives, found the number 3"),
        ({"a": 1}, {"properties": {"b": {}}, "unevaluatedProperties": False},
         "Unevaluated properties are not allowed ('a' was unexpected)"),
    ],
)  # fmt: skip
def test_each_keyword_has_its_reason(value: Any, schema: Any, reason: str) -> None:
    assert why(value, schema) == f"at the top: {reason}"


def test_long_values_are_shortened_and_neutralised() -> None:
    told = why("\x1b[31m" + "very " * 100, {"type": "integer"})
    assert told is not None
    assert told.startswith('at the top: expected an integer, found the string "\\x1b[31mvery very')
    assert len(told) < 120


def test_of_alternatives_the_nearest_is_explained() -> None:
    shapes = {
        "oneOf": [
            {"type": "string"},
            {"type": "object", "properties": {"kind": {"const": "tide"}, "hour": {"type": "integer"}}},
            {"type": "object", "properties": {"kind": {"const": "wind"}, "speed": {"type": "integer"}}},
        ]
    }
    assert why({"kind": "wind", "speed": "strong"}, shapes) == (
        'at /kind: expected "tide", found the string "wind" (in the nearest of 3 alternatives)'
    )
    assert why([{"kind": "rain"}], {"items": shapes}) == (
        'at /0: expected exactly one of 3 alternatives, found an object with "kind"'
    )


def test_alternatives_within_alternatives_are_explained_as_far_as_one_is_nearest() -> None:
    nested = {
        "anyOf": [{"type": "null"}, {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}]
    }
    assert why([1, "x"], nested) == (
        'at /1: expected one of 2 alternatives, found the string "x" (in the nearest of 2 alternatives)'
    )


EXPRESSION = {
    "$ref": "#/$defs/expression",
    "$defs": {
        "expression": {
            "anyOf": [
                {"type": "integer"},
                *(
                    {
                        "type": "object",
                        "required": ["op", "left", "right"],
                        "properties": {
                            "left": {"$ref": "#/$defs/expression"},
                            "op": {"const": op},
                            "right": {"$ref": "#/$defs/expression"},
                        },
                    }
                    for op in ("add", "sub", "mul")
                ),
            ]
        }
    },
}


def test_alternatives_that_refer_to_themselves_are_checked_once_a_value() -> None:
    value: Any = 1
    for _ in range(49):  # without a memory, this takes three to the power of forty-nine steps
        value = {"op": "mul", "left": value, "right": 2}
    assert why(value, EXPRESSION) is None
    assert why(json.loads(json.dumps(value).replace("1", '"one"')), EXPRESSION) is not None


def test_a_document_as_deep_as_is_read_is_checked_wherever_the_check_is_called() -> None:
    nested = {"$defs": {"e": {"allOf": [{"anyOf": [{"type": "null"}, {"oneOf": [
        {"type": "integer"}, {"required": ["in"], "properties": {"in": {"$ref": "#/$defs/e"}}}
    ]}]}]}}, "$ref": "#/$defs/e"}  # fmt: skip
    value: Any = {"in": None}
    for _ in range(48):
        value = {"in": value}

    def deep_down(calls: int) -> str | None:
        return deep_down(calls - 1) if calls else why(value, nested)

    assert deep_down(100) is None


def test_the_same_error_in_two_places_keeps_both_places() -> None:
    tree = {"$ref": "#/$defs/t", "$defs": {"t": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/t"}]}}}}
    assert why([[[1]], 1], {**tree, "$defs": tree["$defs"]}) == (
        "at /0/0/0: expected an array, found the number 1 (in the nearest of 1 alternatives); "
        "at /1: expected an array, found the number 1 (in the nearest of 1 alternatives)"
    )


def test_unique_items_tells_apart_what_json_tells_apart() -> None:
    assert why([1, True, "1", [1], {"a": 1}, {"a": True}, None, 0, False], {"uniqueItems": True}) is None
    assert why([1, 1.0], {"uniqueItems": True}) is not None
    assert why([{"a": 1, "b": 2}, {"b": 2, "a": 1}], {"uniqueItems": True}) is not None


def test_pattern_properties_are_known_to_additional_properties() -> None:
    schema = {"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": {"type": "string"}}
    assert why({"x1": 1, "y": "a"}, schema) is None
    assert why({"x1": "a", "y": 1}, schema) == (
        'at /y: expected a string, found the number 1; at /x1: expected an integer, found the string "a"'
    )


@pytest.mark.parametrize("draft", ["draft-03", "draft-04", "draft-06", "draft-07"])
def test_older_drafts_are_honoured(draft: str) -> None:
    schema = {
        "$schema": f"http://json-schema.org/{draft}/schema#",
        "type": "array",
        "items": [{"type": "integer"}],
        "additionalItems": False,
    }
    assert why([1], schema) is None
    assert why(["x"], schema) == 'at /0: expected an integer, found the string "x"'
    assert why([1, 2], schema) is not None


def test_a_schema_that_names_its_draft_is_checked_as_one_that_does_not() -> None:
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "anyOf": [{"$ref": "#/$defs/n"}],
             "$defs": {"n": {"required": ["a"]}}}  # fmt: skip
    assert why({}, named) == (
        'at the top: expected the property "a", found an empty object (in the nearest of 1 alternatives)'
    )


def test_references_by_identifier_and_anchor_stay_within_the_schema() -> None:
    schema = {
        "$id": "https://example.test/review",
        "$ref": "item#line",
        "$defs": {"item": {"$id": "item", "$defs": {"l": {"$anchor": "line", "type": "integer"}}}},
    }
    assert why(1, schema) is None
    assert why("x", schema) == 'at the top: expected an integer, found the string "x"'


def test_a_schema_may_refer_to_json_schema_itself() -> None:
    schema = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    assert why({"type": "string"}, schema) is None
    assert why({"type": "strin"}, schema) is not None


def test_a_mapping_that_is_no_dict_is_a_schema_too() -> None:
    schema = MappingProxyType({"properties": MappingProxyType({"a": {"type": "integer"}})})
    assert why({"a": "x"}, schema) is not None


def test_changing_a_schema_afterwards_does_not_change_what_was_compiled() -> None:
    schema: dict[str, Any] = {"type": "integer"}
    assert why("x", schema) is not None
    schema["type"] = "string"
    assert why("x", schema) is None


def test_nothing_is_ever_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        pytest.fail("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert refused({"properties": {"a": {"$ref": "https://example.test/schema.json#/a"}}}) == (
        "conforms: schema at /properties/a/$ref refers to what is not in the schema\n"
        "  got: 'https://example.test/schema.json#/a'\n"
        'how to fix: put what it refers to under "$defs" and refer to it as "#/$defs/…": '
        "nothing is fetched from elsewhere"
    )


@pytest.mark.parametrize("target", ["other.json", "file:///etc/hosts", "http://[", "urn:example:x", "x#y"])
def test_a_reference_that_leads_out_of_the_schema_is_refused(target: str) -> None:
    assert refused({"$ref": target}).startswith("conforms: schema at /$ref refers to what is not in the schema")


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (
            "review",
            ("conforms: schema must be a JSON Schema: a dict, True or False\n"
            '  got: \'review\'\n  nearest: {"type": "object"}'),
        ),
        (
            {"type": "strin"},
            ("conforms: schema at /type must be one of array, boolean, integer, null, number, object, string\n"
            '  got: \'strin\'\n  nearest: "string"'),
        ),
        (
            {"properties": {"a": {"minLength": -1}}},
            ("conforms: schema at /properties/a/minLength is no JSON Schema: expected at least 0, "
            "found the number -1\n  got: -1"),
        ),
        (
            {"required": "a"},
            'conforms: schema at /required is no JSON Schema: expected an array, found the string "a"\n  got: \'a\'',
        ),
        (
            {"properties": {"a": {"requird": ["b"]}}},
            ("conforms: schema at /properties/a/requird is no keyword of JSON Schema and would check nothing\n"
            '  got: \'requird\'\n  nearest: "required"'),
        ),
        (
            {"min_items": 3},
            ("conforms: schema at /min_items is no keyword of JSON Schema and would check nothing\n"
            '  got: \'min_items\'\n  nearest: "minItems"'),
        ),
        (
            {"items": {"format": "datetime"}},
            ("conforms: schema at /items/format is no format of JSON Schema and would check nothing\n"
            '  got: \'datetime\'\n  nearest: "date-time"'),
        ),
        ({"$ref": "#/$defs/x"}, ("conforms: schema at /$ref refers to what is not there\n"
                                '  got: \'#/$defs/x\'\n  nearest: "#/$defs/…"')),
        ({"$ref": "#/title", "title": "x"}, "conforms: schema at /$ref refers to what is no schema\n  got: '#/title'"),
        ({"$ref": "#"}, "conforms: schema refers to itself without end\n  got: {'$ref': '#'}"),
        (
            {"$schema": "https://example.test/schema"},
            ('conforms: schema["$schema"] must name a draft of JSON Schema\n'
            '  got: \'https://example.test/schema\'\n  nearest: "https://json-schema.org/draft/2020-12/schema"'),
        ),
        ({"const": float("nan")}, ("conforms: schema must hold JSON values only: "
                                  "Out of range float values are not JSON compliant\n  got: {'const': nan}")),
        ({"enum": {1}}, "conforms: schema must hold JSON values only: a set is none\n  got: {'enum': {1}}"),
    ],
)  # fmt: skip
def test_a_schema_that_is_none_is_refused(schema: Any, text: str) -> None:
    if isinstance(schema, dict) and schema.get("const") != schema.get("const"):
        assert refused(schema).startswith(text.partition(": Out")[0])  # Python's words for it differ by version
    else:
        assert refused(schema) == text


@pytest.mark.parametrize(
    "schema",
    [
        {"x-note": 1, "example": {}, "nullable": True, "discriminator": {}},
        {"properties": {"requird": {"type": "string"}, "patern": {}}},
        {"enum": [{"requird": 1}], "default": {"typo": 1}, "const": {"type": "strin"}},
        {"format": "int32"},
        {"title": "a", "description": "b", "$comment": "c", "deprecated": True},
    ],
)
def test_what_only_looks_like_a_mistake_is_accepted(schema: Any) -> None:
    assert conforms(Message(1, "A", "1"), schema=schema) is not None


def test_a_schema_that_holds_itself_is_refused() -> None:
    schema: dict[str, Any] = {}
    schema["not"] = schema
    assert refused(schema).startswith("conforms: schema")


def test_a_schema_that_is_nested_too_deeply_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(100_000):
        schema = {"not": schema}
    assert refused(schema) == "conforms: schema is nested too deeply, or holds itself\n  got: 'dict'"


@pytest.mark.parametrize(
    ("pattern", "matches", "differs"),
    [
        (r"^\p{L}+$", "tidé", "t1de"),
        (r"^\d$", "7", "٧"),
        (r"^\w$", "_", "é"),
        (r"^[\d-]+$", "1-2", "٧"),
        ("^a$", "a", "a\n"),
        (r"^\u{1F600}$", "😀", "u"),
        (r"^\cJ$", "\n", "J"),
        ("^.$", "é", "\u2028"),
        ("^[^]$", "\n", "ab"),
        (r"^(?<a>x)\k<a>$", "xx", "xy"),
    ],
)
def test_a_pattern_in_a_schema_means_what_ecma_262_says(pattern: str, matches: str, differs: str) -> None:
    assert why(matches, {"pattern": pattern}) is None
    assert why(differs, {"pattern": pattern}) is not None
    assert why({matches: 1, differs: "x"}, {"patternProperties": {pattern: {"type": "integer"}}}) is None


def test_a_pattern_that_does_not_compile_is_refused_with_its_place() -> None:
    assert refused({"properties": {"a": {"pattern": "(x"}}}) == (
        "conforms: schema at /properties/a/pattern does not compile: missing ) at character 3\n  got: '(x'"
    )
    assert refused({"patternProperties": {"(x": {}}}).startswith(
        "conforms: schema at /patternProperties does not compile"
    )


def test_a_pattern_that_only_a_reference_reaches_is_compiled_too() -> None:
    schema = {"$ref": "#/components/name", "components": {"name": {"pattern": "(x"}}}
    assert refused(schema).startswith("conforms: schema at /components/name/pattern does not compile")


@pytest.mark.parametrize(("value", "unit"), [(19.99, 0.01), (0.3, 0.1), (1e308, 0.5), (4.02, 0.01)])
def test_a_multiple_is_one_in_decimals(value: float, unit: float) -> None:
    assert why(value, {"multipleOf": unit}) is None


def test_what_is_no_multiple_in_decimals_is_none() -> None:
    assert why(19.995, {"multipleOf": 0.01}) == "at the top: expected a multiple of 0.01, found the number 19.995"


def test_many_errors_in_all_alternatives_are_not_collected() -> None:
    assert why([1] * 100_000, {"anyOf": [{"items": {"type": "string"}}, {"items": {"type": "null"}}]}) == (
        "at the top: expected one of 2 alternatives, found an array of 100000 items"
    )


def test_many_unique_objects_are_compared_in_linear_time() -> None:
    assert why([{"n": n} for n in range(20_000)], {"uniqueItems": True}) is None


def test_a_long_text_is_not_checked_for_unevaluated_properties() -> None:
    assert why({"k": "x" * 50_000}, {"unevaluatedProperties": False}) == (
        "has 50009 characters, more than the 50000 up to which `unevaluated…` is checked"
    )
