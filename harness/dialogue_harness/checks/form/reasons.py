"""Why a JSON document does not conform to a schema, in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from jsonschema.exceptions import ValidationError, best_match

from dialogue_harness._text.printable import shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jsonschema.exceptions import SchemaError

_KEYS_SHOWN: Final = 5
_ARTICLES: Final = {
    "array": "an array", "boolean": "true or false", "integer": "an integer", "null": "null", "number": "a number",
    "object": "an object", "string": "a string",
}  # fmt: skip

#: What a keyword expects: a function of its value and of what was found.
_EXPECTED: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "type": lambda wanted, _: " or ".join(
        _ARTICLES.get(str(name), str(name)) for name in (wanted if isinstance(wanted, list) else [wanted])
    ),
    "const": lambda wanted, _: _shown(wanted),
    "enum": lambda wanted, _: f"one of {', '.join(map(_shown, wanted[:8]))}{', …' if wanted[8:] else ''}",
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
    "anyOf": lambda wanted, _: f"one of {len(wanted)} alternatives",
    "oneOf": lambda wanted, _: f"exactly one of {len(wanted)} alternatives",
}


def reason(error: ValidationError | SchemaError) -> str:
    """Return where an error is, what was expected there, and what was found, safe to print and short.

    Of alternatives, the one that the document comes nearest to is explained; see :func:`best_match`.
    """
    best = best_match([error]) if isinstance(error, ValidationError) and error.context else error
    branches = {inner.schema_path[0] for inner in error.context or () if inner.schema_path}
    among = f" (in the nearest of {len(branches)} alternatives)" if best is not error and branches else ""
    where = pointer(best.absolute_path)
    return f"{f'at {shorten(where, 80)}' if where else 'at the top'}: {_clause(best)}{among}"


def _clause(error: ValidationError | SchemaError) -> str:
    keyword, wanted, value = str(error.validator), error.validator_value, error.instance
    if keyword == "None":
        return f"expected nothing, found {found(value)}"
    if keyword == "required" and isinstance(wanted, list):
        missing = [name for name in wanted if error.message.startswith(repr(name))]
        return f"expected the property {named(missing)}, found {found(value)}"
    if keyword in _EXPECTED:
        return f"expected {_EXPECTED[keyword](wanted, value)}, found {found(value)}"
    return shorten(error.message, 160)


def pointer(path: Iterable[str | int]) -> str:
    """Return a path as a JSON Pointer (RFC 6901); empty for the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


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
