"""Keywords of JSON Schema as they are checked here: in linear time, in a fixed order, and with errors few and plain.

What `jsonschema` does for them compares each item with each other, lists every error there is, forgets what it has
found out already, or asks `re` without a guard. Everything else of it is used as it is.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final

from jsonschema.exceptions import ValidationError

from dialogue_harness.checks.form.pattern import safe_pattern
from dialogue_harness.checks.form.reasons import found, named

#: So many errors of a document, and of each branch of alternatives, are looked at. A hostile one could hold a million.
MOST_ERRORS: Final = 16

REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")

#: What is known of one document: errors, by the identities of a value and of the reference it was checked against.
#: Without it, alternatives that refer to themselves take time that doubles with each level of the document.
KNOWN: Final[ContextVar[dict[tuple[int, int], list[ValidationError]] | None]] = ContextVar("known", default=None)

Json = Any  # whatever a document or a schema holds
Checker = Any  # a validator of a class that jsonschema makes
Errors = Iterator[ValidationError]
#: Validator, value of the keyword, value in the document, schema that the keyword stands in.
Keyword = Callable[[Checker, Json, Json, Json], "Errors | None"]


def remembering(original: Keyword) -> Keyword:
    """Return a reference keyword that checks each value of a document once."""

    def referring(validator: Checker, target: Json, instance: Json, schema: Json) -> Errors:
        known = KNOWN.get()
        key = (id(instance), id(schema))
        errors = None if known is None else known.get(key)
        if errors is None:
            errors = list(itertools.islice(original(validator, target, instance, schema) or (), MOST_ERRORS))
            if known is not None:
                known[key] = errors
        # whoever takes an error completes its path, so each gets a copy
        yield from map(ValidationError.create_from, errors)

    return referring


def _pattern(validator: Checker, wanted: str, instance: Json, _schema: Json) -> Errors:
    if validator.is_type(instance, "string") and not safe_pattern("pattern", wanted).found_in(instance):
        yield ValidationError("does not match")


def _required(validator: Checker, wanted: Json, instance: Json, _schema: Json) -> Errors:
    if validator.is_type(instance, "object"):
        for name in wanted:
            if name not in instance:
                yield ValidationError(f"expected the property {named([name])}, found {found(instance)}")


def _pattern_properties(validator: Checker, wanted: Json, instance: Json, _schema: Json) -> Errors:
    if validator.is_type(instance, "object"):
        for expression, schema in wanted.items():
            pattern = safe_pattern("patternProperties", expression)
            for name, value in instance.items():
                if pattern.found_in(name):
                    yield from validator.descend(value, schema, path=name, schema_path=expression)


def _additional_properties(validator: Checker, wanted: Json, instance: Json, schema: Json) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    patterns = [safe_pattern("patternProperties", expression) for expression in schema.get("patternProperties", ())]
    known = schema.get("properties", {})
    more = [name for name in instance if name not in known and not any(p.found_in(name) for p in patterns)]
    if isinstance(wanted, Mapping):
        for name in more:
            yield from validator.descend(instance[name], wanted, path=name)
    elif not wanted and more:
        expected = f"no properties but {named(list(known))}" if known else "no properties"
        yield ValidationError(f"expected {expected}, found {named(more)}")


def _unique_items(validator: Checker, wanted: Json, instance: Json, _schema: Json) -> Errors:
    if wanted and validator.is_type(instance, "array"):
        seen: set[str] = set()
        for place, item in enumerate(instance):
            key = json.dumps(_comparable(item), sort_keys=True)
            if key in seen:
                yield ValidationError(f"expected no item twice, found item {place} again: {found(item)}")
                return
            seen.add(key)


def _comparable(value: Json) -> Json:
    """Return a value of which JSON Schema holds equal what is written alike: 1.0 is 1, and neither is true."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    return value


def _any_of(validator: Checker, wanted: Json, instance: Json, _schema: Json) -> Errors:
    errors = _failures(validator, wanted, instance)
    if len(errors) == len(wanted):
        yield ValidationError("fits no alternative", context=list(itertools.chain.from_iterable(errors)))


def _one_of(validator: Checker, wanted: Json, instance: Json, _schema: Json) -> Errors:
    errors = _failures(validator, wanted, instance)
    if len(errors) == len(wanted):
        yield ValidationError("fits no alternative", context=list(itertools.chain.from_iterable(errors)))
        return
    rest = wanted[len(errors) + 1 :]
    more = sum(validator.evolve(schema=schema).is_valid(instance) for schema in rest)
    if more:
        yield ValidationError(f"expected exactly one of {len(wanted)} alternatives to fit, found {more + 1} that do")


def _failures(validator: Checker, schemas: Json, instance: Json) -> list[list[ValidationError]]:
    """Return the errors of each alternative before the first one that fits."""
    failures: list[list[ValidationError]] = []
    for place, schema in enumerate(schemas):
        errors = list(itertools.islice(validator.descend(instance, schema, schema_path=place), MOST_ERRORS))
        if not errors:
            break
        failures.append(errors)
    return failures


KEYWORDS: Final[Mapping[str, Keyword]] = {
    "additionalProperties": _additional_properties,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "required": _required,
    "uniqueItems": _unique_items,
}
