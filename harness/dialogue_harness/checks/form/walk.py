"""The places of a JSON Schema where schemas stand, and words there that look like keywords but are none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

#: Keywords whose value is a schema, or in some drafts a list of them.
_SCHEMA: Final = frozenset(
    {
        "additionalItems", "additionalProperties", "contains", "contentSchema", "disallow", "else", "extends", "if",
        "items", "not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
#: Keywords whose value is a list of schemas.
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems", "type"})
#: Keywords whose value is an object with schemas as values.
_MAPS: Final = frozenset(
    {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)
_PLAIN: Final = frozenset(
    {
        "$anchor", "$comment", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$ref",
        "$schema", "$vocabulary", "const", "contentEncoding", "contentMediaType", "default", "dependentRequired",
        "deprecated", "description", "divisibleBy", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum",
        "format", "id", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems",
        "minLength", "minProperties", "minimum", "multipleOf", "pattern", "readOnly", "required", "title",
        "uniqueItems", "writeOnly",
    }
)  # fmt: skip
KEYWORDS: Final = _SCHEMA | _LISTS | _MAPS | _PLAIN

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]


def children(schema: Schema) -> Iterator[tuple[Path, Schema]]:
    """Yield the schemas directly inside of a schema, with the way there. ``True`` and ``False`` are left out."""
    for keyword, value in schema.items():
        if keyword in _SCHEMA and isinstance(value, Mapping):
            yield (keyword,), value
        elif keyword in _SCHEMA | _LISTS and isinstance(value, list):
            yield from (((keyword, at), item) for at, item in enumerate(value) if isinstance(item, Mapping))
        elif keyword in _MAPS and isinstance(value, Mapping):
            yield from (((keyword, name), item) for name, item in value.items() if isinstance(item, Mapping))


def misspelt(schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield words that would check nothing, and the keyword that each most likely stands for.

    Words of other vocabularies are let be, as JSON Schema has it; ``example`` is one of OpenAPI's.
    """
    for word in schema:
        if word not in KEYWORDS and word != "example" and not word.startswith(("x-", "$")):
            near = difflib.get_close_matches(word, KEYWORDS - schema.keys(), n=1, cutoff=0.85)
            same = [keyword for keyword in sorted(KEYWORDS) if keyword.casefold() == word.replace("_", "").casefold()]
            if same or near:
                yield word, (same or near)[0]


def pointer(path: Iterable[str | int]) -> str:
    """Return a path as a JSON Pointer (RFC 6901); empty for the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
