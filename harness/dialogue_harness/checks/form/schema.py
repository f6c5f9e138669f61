"""JSON Schema as a rule for messages: checked in every part before it is used, and nothing is ever fetched.

This module loads jsonschema, and so is imported only where a schema is used. Extended are ``multipleOf``, which
counts in decimals, and patterns, which are those of ECMA-262 and have a time limit. Two more keywords bound the cost
of hostile documents: ``uniqueItems`` takes linear time, and a reference checks each value once, since alternatives
that refer to themselves would take time that doubles with each level.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from fractions import Fraction
from typing import Any, Final

from jsonschema import FormatChecker, validators
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it comes with jsonschema, untyped
from referencing.exceptions import Unresolvable
from referencing.jsonschema import specification_with

from dialogue_harness._text.validation import nearest
from dialogue_harness.checks.form.json import Document, NotJson, inside, whole
from dialogue_harness.checks.form.options import Note, Rule, refusal
from dialogue_harness.checks.form.pattern import ecma, found_in
from dialogue_harness.checks.form.reasons import found, named, pointer, reason
from dialogue_harness.errors import CheckError

# What jsonschema and referencing make as they are loaded has no type that could be named here.
Json = Any
Validator = Any
Errors = Iterator[ValidationError]

_NEWEST: Final = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
#: Errors that are reported for one message, and that are looked at; a hostile document could hold a million.
_REPORTED: Final = 3
_MOST_ERRORS: Final = 16
#: `unevaluatedProperties` compares each property with each: documents are checked against it up to this length.
_MAX_UNEVALUATED: Final = 50_000
#: No text of a format is longer, but for regular expressions.
_LONGEST_FORMATTED: Final = 2_000
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
#: One value of every type. A schema that refers to itself without end does so on one of them.
_PROBES: Final[tuple[Json, ...]] = (None, True, 0, "", [], {})
#: Words that no draft knows and no vocabulary of others either, though they look like keywords.
_OTHER_WORDS: Final = ("example", "nullable", "discriminator")

#: Errors of one document by the identities of a value and of the reference that it was checked against.
_SEEN: Final[ContextVar[dict[tuple[int, int], list[ValidationError]] | None]] = ContextVar("seen", default=None)


def schema_rule(option: str, schema: object, *, lenient: bool) -> Rule:
    """Return the rule that a message is JSON of that schema.

    Args:
        option: name of the option, for errors.
        schema: a JSON Schema, 2020-12 unless its ``$schema`` names another draft: a dict, ``True`` or ``False``.
        lenient: whether the document may stand in a code fence or in prose.

    Raises:
        CheckError: it is no schema, refers to what is not in it, or holds a pattern that does not compile.

    """
    if not isinstance(schema, Mapping | bool):
        raise refusal(schema, option, "must be a JSON Schema: a dict, True or False", nearest='{"type": "object"}')
    try:
        canonical = json.dumps(schema, sort_keys=True, allow_nan=False, default=_plain)
    except RecursionError:
        raise refusal(type(schema).__name__, option, "is nested too deeply, or holds itself") from None
    except (TypeError, ValueError) as error:
        raise refusal(schema, option, f"must hold JSON values only: {error}") from None
    validator, limit = _compiled(option, canonical)

    def rule(text: str) -> Iterable[Note]:
        size = len(text.strip())
        if limit is not None and size > limit:
            return [Note(f"has {size} characters, more than the {limit} up to which `unevaluated…` is checked")]
        try:
            documents = inside(text) if lenient else [whole(text)]
        except NotJson as broken:
            return [Note(broken.why + ("" if lenient else _hint(text)))]
        notes: dict[int, list[Note]] = {}
        for document in documents:
            if not (faults := list(_faults(validator, document))):
                return []
            notes.setdefault(document.end - document.start, faults)
        return notes[max(notes)]  # of the longest document

    return rule


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    msg = f"a {type(value).__name__} is none"
    raise TypeError(msg)


def _hint(text: str) -> str:
    """Say where the strict reading fails but the lenient one would not."""
    try:
        inside(text)
    except NotJson:
        return ""
    return " (there is JSON inside it: lenient=True accepts that)"


def _faults(validator: Validator, document: Document) -> Iterator[Note]:
    if document.oddity is not None:
        yield Note(f"is not JSON to rely on: it {document.oddity}")
        return
    token = _SEEN.set({})
    try:
        errors = list(itertools.islice(validator.iter_errors(document.value), _MOST_ERRORS))
    except (RecursionError, OverflowError):
        yield Note("cannot be checked against the schema: it goes too deep, or a number is out of range")
        return
    finally:
        _SEEN.reset(token)
    reasons = list(dict.fromkeys(map(reason, errors)))
    yield from map(Note, reasons[:_REPORTED])
    if len(reasons) > _REPORTED:
        more = f"{len(reasons) - _REPORTED} more" if len(errors) < _MOST_ERRORS else "more"
        yield Note(f"{more} against the schema")


# From a schema to a validator.


@functools.lru_cache(maxsize=128)
def _compiled(option: str, canonical: str) -> tuple[Validator, int | None]:
    schema = json.loads(canonical)
    draft = _draft(option, schema)
    try:
        draft.check_schema(schema, format_checker=FormatChecker(()))
    except SchemaError as error:
        where = f"{option} at {pointer(error.absolute_path)}" if error.absolute_path else option
        if "type" in list(error.absolute_path)[-2:] and isinstance(error.instance, str):
            near = nearest(error.instance, _TYPES)
            must = f"must be one of {', '.join(_TYPES)}"
            raise refusal(error.instance, where, must, nearest=near and f'"{near}"') from None
        raise refusal(error.instance, where, f"is no JSON Schema: {reason(error).partition(': ')[2]}") from None
    except RecursionError:
        raise refusal(type(schema).__name__, option, "is nested too deeply") from None
    places = list(_places(option, schema, draft))
    keywords = {name: rule for name, rule in _KEYWORDS.items() if name in draft.VALIDATORS}
    if sum(draft.ID_OF(place) is not None for _, place in places) <= 1:  # else a reference means what leads to it
        keywords |= {name: _once(draft.VALIDATORS[name]) for name in _REFERENCES if name in draft.VALIDATORS}
    extended: Any = validators.extend(draft, keywords)  # type: ignore[no-untyped-call]  # so it is in its stubs
    validator = extended(_without_dialect(schema), registry=REGISTRY, format_checker=_formats(draft))
    for probe in _PROBES:
        try:
            next(iter(validator.iter_errors(probe)), None)
        except RecursionError:
            raise refusal(schema, option, "refers to itself without end") from None
    slow = any(name.startswith("unevaluated") for _, place in places for name in place)
    return validator, _MAX_UNEVALUATED if slow else None


def _draft(option: str, schema: Json) -> Validator:
    name = schema.get("$schema", _NEWEST) if isinstance(schema, dict) else _NEWEST
    fallback: Any = None
    draft = validators.validator_for({"$schema": name}, default=fallback) if isinstance(name, str) else None
    if draft is None:
        raise refusal(name, f'{option}["$schema"]', "must name a draft of JSON Schema", nearest=f'"{_NEWEST}"')
    return draft


def _without_dialect(schema: Json) -> Json:
    """Leave out the ``$schema`` of the whole, by which jsonschema would use its own keywords again."""
    return {name: value for name, value in schema.items() if name != "$schema"} if isinstance(schema, dict) else schema


def _places(option: str, schema: Json, draft: Validator) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield every schema within a schema with where it stands, those that only a reference reaches included.

    Raises:
        CheckError: a reference leads out of the schema or to what is none, a pattern does not compile, or a word is
            so like a keyword or a format that it is a slip.

    """
    specification = specification_with(draft.META_SCHEMA.get("$schema", _NEWEST))
    resolver: Any = REGISTRY.resolver_with_root(specification.create_resource(schema))
    waiting = [("", schema, resolver)]
    seen: set[int] = set()
    while waiting:
        at, here, resolver = waiting.pop()
        if not isinstance(here, dict) or id(here) in seen:
            continue
        seen.add(id(here))
        if here is not schema:
            resolver = resolver.in_subresource(specification.create_resource(here))
        yield at, here
        where = f"{option} at {at}"
        _refuse_slips(where, here, draft)
        waiting += [(at + pointer(path), child, resolver) for path, child in _children(here)]
        for keyword in _REFERENCES:
            if isinstance(target := here.get(keyword), str):
                contents, beyond = _resolved(f"{where}/{keyword}", target, resolver)
                if target.startswith("#"):
                    waiting.append((target[1:], contents, beyond))


def _children(schema: Mapping[str, Json]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Yield the schemas directly inside of a schema, with the way there."""
    for keyword, value in schema.items():
        if keyword in _OF_MAPS and isinstance(value, dict):
            yield from (((keyword, name), item) for name, item in value.items())
        elif keyword in _OF_SCHEMAS:
            yield from (
                (((keyword, at), item) for at, item in enumerate(value))
                if isinstance(value, list)
                else ([((keyword,), value)])
            )


_OF_MAPS: Final = frozenset(
    {"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)
_OF_SCHEMAS: Final = frozenset(
    {
        "additionalItems", "additionalProperties", "allOf", "anyOf", "contains", "contentSchema", "disallow", "else",
        "extends", "if", "items", "not", "oneOf", "prefixItems", "propertyNames", "then", "type", "unevaluatedItems",
        "unevaluatedProperties",
    }
)  # fmt: skip


def _resolved(where: str, target: str, resolver: Any) -> tuple[Json, Any]:  # noqa: ANN401 -- see Json above
    try:
        resolved = resolver.lookup(target)
    except (Unresolvable, LookupError, TypeError, ValueError, AttributeError):
        if target.startswith("#"):
            raise refusal(target, where, "refers to what is not there", nearest='"#/$defs/…"') from None
        fix = 'put what it refers to under "$defs" and refer to it as "#/$defs/…": nothing is fetched from elsewhere'
        raise refusal(target, where, "refers to what is not in the schema", fix=fix) from None
    if not isinstance(resolved.contents, dict | bool):
        raise refusal(target, where, "refers to what is no schema")
    return resolved.contents, resolved.resolver


def _refuse_slips(where: str, schema: Mapping[str, Json], draft: Validator) -> None:
    """Refuse what JSON Schema allows although it checks nothing, and patterns that do not compile."""
    keywords = {*draft.VALIDATORS, *draft.META_SCHEMA.get("properties", ()), *_OF_MAPS, *_OF_SCHEMAS}
    for word in schema:
        if word in keywords or word in _OTHER_WORDS or word.startswith(("x-", "$")):
            continue
        same = [name for name in sorted(keywords) if name.casefold() == word.replace("_", "").casefold()]
        if near := (same or [nearest(word, keywords - schema.keys(), cutoff=0.85)])[0]:
            why = "is no keyword of JSON Schema and would check nothing"
            raise refusal(word, f"{where}/{word}", why, nearest=f'"{near}"')
    known = _formats(draft).checkers
    name = schema.get("format")
    if isinstance(name, str) and name not in known and (near := nearest(name, known)):
        raise refusal(
            name, f"{where}/format", "is no format of JSON Schema and would check nothing", nearest=f'"{near}"'
        )
    if isinstance(schema.get("pattern"), str):
        ecma(f"{where}/pattern", schema["pattern"])
    for pattern in schema.get("patternProperties", ()):
        ecma(f"{where}/patternProperties", pattern)


@functools.cache
def _formats(draft: Validator) -> FormatChecker:
    """Return the formats of a draft, each for texts that are not too long; regular expressions are ECMA-262's."""
    checker = FormatChecker(formats=())
    for name, (holds, raises) in draft.FORMAT_CHECKER.checkers.items():
        checker.checkers[name] = (functools.partial(_has_format, holds), raises)
    for name, of_ascii in (("iri", "uri"), ("iri-reference", "uri-reference")):
        if of_ascii in checker.checkers:  # in an IRI, what is not ASCII may stand where letters may
            holds, raises = draft.FORMAT_CHECKER.checkers[of_ascii]
            checker.checkers[name] = (functools.partial(_has_format, _in_ascii(holds)), raises)
    checker.checkers["regex"] = (lambda value: not isinstance(value, str) or bool(ecma("format", value)), CheckError)
    return checker


def _in_ascii(holds: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: holds(_NOT_ASCII.sub("a", str(value)))


def _has_format(holds: Callable[[object], bool], value: object) -> bool:
    return not isinstance(value, str) or (len(value) <= _LONGEST_FORMATTED and holds(value))


# The keywords that are ours.


def _once(original: Callable[..., Errors | None]) -> Callable[..., Errors]:
    """Return a reference keyword that checks each value of a document once."""

    def referring(validator: Validator, target: Json, instance: Json, schema: Json) -> Errors:
        seen = _SEEN.get()
        key = (id(instance), id(schema))
        errors = None if seen is None else seen.get(key)
        if errors is None:
            errors = list(itertools.islice(original(validator, target, instance, schema) or (), _MOST_ERRORS))
            if seen is not None:
                seen[key] = errors
        yield from map(ValidationError.create_from, errors)  # whoever takes an error completes its path

    return referring


def _pattern(validator: Validator, wanted: str, instance: Json, _: Json) -> Errors:
    if validator.is_type(instance, "string") and not found_in(ecma("pattern", wanted), instance, "pattern"):
        yield ValidationError("does not match")


def _matching(pattern: str, names: Iterable[str]) -> list[str]:
    expression = ecma("patternProperties", pattern)
    return [name for name in names if found_in(expression, name, "patternProperties")]


def _pattern_properties(validator: Validator, wanted: Json, instance: Json, _: Json) -> Errors:
    if validator.is_type(instance, "object"):
        for pattern, schema in wanted.items():
            for name in _matching(pattern, instance):
                yield from validator.descend(instance[name], schema, path=name, schema_path=pattern)


def _additional_properties(validator: Validator, wanted: Json, instance: Json, schema: Json) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    known = schema.get("properties", {})
    matched = {name for pattern in schema.get("patternProperties", ()) for name in _matching(pattern, instance)}
    more = [name for name in instance if name not in known and name not in matched]
    if isinstance(wanted, Mapping):
        for name in more:
            yield from validator.descend(instance[name], wanted, path=name)
    elif not wanted and more:
        expected = f"no properties but {named(list(known))}" if known else "no properties"
        yield ValidationError(f"expected {expected}, found {named(more)}")


def _multiple_of(validator: Validator, wanted: float, instance: Json, _: Json) -> Errors:
    if validator.is_type(instance, "number") and Fraction(repr(instance)) % Fraction(repr(wanted)):
        yield ValidationError("is no multiple")


def _unique_items(validator: Validator, wanted: Json, instance: Json, _: Json) -> Errors:
    if wanted and validator.is_type(instance, "array"):
        seen: set[str] = set()
        for place, item in enumerate(instance):
            key = json.dumps(_comparable(item), sort_keys=True)
            if key in seen:
                yield ValidationError(f"expected no item twice, found item {place} again: {found(item)}")
                return
            seen.add(key)


def _comparable(value: Json) -> Json:
    """Return a value that is written like all that JSON Schema holds equal to it: 1.0 is 1, and neither is true."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return {name: _comparable(item) for name, item in value.items()} if isinstance(value, dict) else value


_KEYWORDS: Final[Mapping[str, Callable[..., Errors]]] = {
    "additionalProperties": _additional_properties,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "uniqueItems": _unique_items,
}
