"""Why a JSON document does not conform to a schema, in plain words."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.form.walk import pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jsonschema.exceptions import SchemaError, ValidationError

_KEYS_SHOWN: Final = 5
_ARTICLES: Final = {
    "array": "an array", "boolean": "true or false", "integer": "an integer", "null": "null", "number": "a number",
    "object": "an object", "string": "a string",
}  # fmt: skip

#: What a keyword expects: a function of its value and of what was found.
_EXPECTED: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "type": lambda wanted, _: " or ".join(_ARTICLES.get(str(name), str(name)) for name in _listed(wanted)),
    "const": lambda wanted, _: _shown(wanted),
    "enum": lambda wanted, _: (
        "one of " + ", ".join(_shown(value) for value in wanted[:8]) + (", …" if wanted[8:] else "")
    ),
    "minimum": lambda wanted, _: f"at least {wanted}",
    "maximum": lambda wanted, _: f"at most {wanted}",
    "exclusiveMinimum": lambda wanted, _: f"more than {wanted}",
    "exclusiveMaximum": lambda wanted, _: f"less than {wanted}",
    "multipleOf": lambda wanted, _: f"a multiple of {wanted}",
    "divisibleBy": lambda wanted, _: f"a multiple of {wanted}",
    "minLength": lambda wanted, value: f"at least {_many(wanted, 'character')}, not {len(value)}",
    "maxLength": lambda wanted, value: f"at most {_many(wanted, 'character')}, not {len(value)}",
    "pattern": lambda wanted, _: f"a match of '{shorten(wanted, 40)}'",
    "format": lambda wanted, _: f"the format {shorten(wanted, 40)}",
    "minItems": lambda wanted, value: f"at least {_many(wanted, 'item')}, not {len(value)}",
    "maxItems": lambda wanted, value: f"at most {_many(wanted, 'item')}, not {len(value)}",
    "minProperties": lambda wanted, _: f"at least {_many(wanted, 'property', 'properties')}",
    "maxProperties": lambda wanted, _: f"at most {_many(wanted, 'property', 'properties')}",
    "contains": lambda _, __: "an item that the schema's `contains` describes",
    "not": lambda _, __: "nothing that the schema's `not` describes",
}


def reason(error: ValidationError | SchemaError) -> str:
    """Return where an error is, what was expected there, and what was found, safe to print and short.

    Of alternatives, the one that the document comes nearest to is explained.
    """
    path, among = tuple(error.relative_path), 0
    while error.validator in {"anyOf", "oneOf"} and error.context:
        error, branches = _nearest(error.context)
        path, among = (*path, *error.relative_path), among or branches
    where = pointer(path)
    place = f"at {shorten(where, 80)}" if where else "at the top"
    return f"{place}: {_clause(error)}" + (f" (in the nearest of {among} alternatives)" if among else "")


def _clause(error: ValidationError | SchemaError) -> str:
    keyword, wanted, value = str(error.validator), error.validator_value, error.instance
    if keyword == "None":
        return f"expected nothing, found {found(value)}"
    if keyword in _EXPECTED:
        return f"expected {_EXPECTED[keyword](wanted, value)}, found {found(value)}"
    return shorten(error.message, 160)


def _nearest(errors: Sequence[ValidationError]) -> tuple[ValidationError, int]:
    """Return the error to explain of those from all branches, and how many branches there are."""
    branches: dict[object, list[ValidationError]] = defaultdict(list)
    for error in errors:
        branches[error.schema_path[0] if error.schema_path else None].append(error)
    best = min(branches.values(), key=_distance)
    return max(best, key=_weight), len(branches)


def _distance(errors: Sequence[ValidationError]) -> tuple[int, int]:
    """Return how far a document is from a branch: another type first, then another tag, then the number of errors."""
    return max(map(_weight, errors)), len(errors)


def _weight(error: ValidationError) -> int:
    depth = len(error.relative_path)
    if error.validator == "type" and depth == 0:
        return 3
    if error.validator in {"const", "enum"} and depth <= 1:
        return 2
    return 1 if error.validator in {"required", "additionalProperties"} and depth == 0 else 0


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _many(count: int, one: str, several: str | None = None) -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def found(value: object) -> str:
    """Return what a JSON value is, in few words, safe to print."""
    if isinstance(value, str):
        return f'the string "{shorten(value, 40)}"'
    if isinstance(value, dict):
        return f"an object with {named(list(value))}" if value else "an empty object"
    if isinstance(value, list):
        return f"an array of {_many(len(value), 'item')}" if value else "an empty array"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return f"the number {shorten(str(value), 40)}"


def _shown(value: object) -> str:
    return found(value) if isinstance(value, dict | list) else shorten(json.dumps(value, ensure_ascii=False), 40)


def named(names: Sequence[str]) -> str:
    """Return the first few of some names, quoted, safe to print."""
    shown = ", ".join(f'"{shorten(name, 30)}"' for name in names[:_KEYS_SHOWN])
    return shown + (f" and {len(names) - _KEYS_SHOWN} more" if len(names) > _KEYS_SHOWN else "")
