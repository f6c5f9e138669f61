"""From a JSON Schema to a validator: checked in every part of it first, and nothing fetched.

This module loads jsonschema, and so is imported only where a schema is used.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jsonschema import FormatChecker, validators
from jsonschema.exceptions import SchemaError
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it comes with jsonschema, untyped
from referencing.exceptions import Unresolvable
from referencing.jsonschema import specification_with

from dialogue_harness.checks.form.formats import FORMATS
from dialogue_harness.checks.form.keywords import KEYWORDS, REFERENCES, remembering
from dialogue_harness.checks.form.options import nearest_of, refusal
from dialogue_harness.checks.form.pattern import safe_pattern
from dialogue_harness.checks.form.reasons import reason
from dialogue_harness.checks.form.walk import children, misspelt, pointer

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

#: `unevaluatedProperties` compares each property with each, so that texts are checked against it up to this length.
_MAX_UNEVALUATED: Final = 50_000
_TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")
_NEWEST: Final = "https://json-schema.org/draft/2020-12/schema"
#: One of every type. A schema that goes round in a circle does so on one of them, or on what is nested.
_PROBES: Final[tuple[Any, ...]] = (None, True, 0, "", [], {})

# What jsonschema and referencing make as they are loaded has no type that could be named here.
Draft = Any
Specification = Any
Resolver = Any
Resolved = Any


class Compiled(NamedTuple):
    """A schema that is ready for use.

    Attributes:
        validator: says how a document breaks it.
        limit: the length of text, in characters, up to which that takes acceptable time; ``None`` for any length.

    """

    validator: Validator
    limit: int | None


class _Place(NamedTuple):
    """A schema within a schema: where, what it says, and what resolves references from there."""

    at: str
    schema: Mapping[str, Any]
    resolver: Resolver


def compiled_schema(option: str, schema: object) -> Compiled:
    """Return a schema, ready for use; the same schema is compiled once.

    Args:
        option: name of the option, for errors.
        schema: a JSON Schema, 2020-12 unless its ``$schema`` names another draft: a dict, ``True`` or ``False``.

    Raises:
        CheckError: it is no schema, refers to what is not in it, checks nothing where it seems to, or holds a pattern
            that could take for ever.

    """
    return _compiled(option, _canonical(option, schema))


def _canonical(option: str, schema: object) -> str:
    if not isinstance(schema, Mapping | bool):
        raise refusal(schema, option, "must be a JSON Schema: a dict, True or False", nearest='{"type": "object"}')
    try:
        return json.dumps(schema, sort_keys=True, allow_nan=False, default=_plain)
    except RecursionError:
        raise refusal(type(schema).__name__, option, "is nested too deeply, or holds itself") from None
    except (TypeError, ValueError) as error:
        raise refusal(schema, option, f"must hold JSON values only: {error}") from None


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    msg = f"a {type(value).__name__} is none"
    raise TypeError(msg)


@functools.lru_cache(maxsize=128)
def _compiled(option: str, canonical: str) -> Compiled:

    schema = json.loads(canonical)
    draft = _draft(option, schema)
    _check_against_draft(option, schema, draft)
    specification = _without_dialect(option, schema, draft)
    places = _survey(option, schema, specification)
    for place in places:
        _check_place(option, place)
    rules: dict[str, Any] = {name: rule for name, rule in KEYWORDS.items() if name in draft.VALIDATORS}
    scopes = sum(specification.create_resource(place.schema).id() is not None for place in places)
    if scopes <= 1:  # else what a reference means depends on the way to it
        rules |= {name: remembering(draft.VALIDATORS[name]) for name in REFERENCES if name in draft.VALIDATORS}
    if draft is validators.Draft3Validator:
        del rules["additionalProperties"]
    extended: Any = validators.extend(draft, rules)  # type: ignore[no-untyped-call]  # so it is in its stubs
    validator = extended(schema, registry=REGISTRY, format_checker=_formats())
    _check_that_it_ends(option, validator)
    slow = any(name.startswith("unevaluated") for place in places for name in place.schema)
    return Compiled(validator, _MAX_UNEVALUATED if slow else None)


def _draft(option: str, schema: object) -> Draft:
    named = schema.get("$schema", _NEWEST) if isinstance(schema, dict) else _NEWEST
    fallback: Any = None
    draft = validators.validator_for({"$schema": named}, default=fallback) if isinstance(named, str) else None
    if draft is None:
        raise refusal(named, f'{option}["$schema"]', "must name a draft of JSON Schema", nearest=f'"{_NEWEST}"')
    return draft


def _check_against_draft(option: str, schema: object, draft: Draft) -> None:
    try:
        draft.check_schema(schema)
    except SchemaError as error:
        where = f"{option} at {pointer(error.absolute_path)}" if error.absolute_path else option
        if "type" in list(error.absolute_path)[-2:] and isinstance(error.instance, str):
            near = nearest_of(error.instance, _TYPES)
            raise refusal(
                error.instance, where, "must be one of " + ", ".join(_TYPES), nearest=near and f'"{near}"'
            ) from None
        raise refusal(error.instance, where, f"is no JSON Schema: {reason(error).partition(': ')[2]}") from None
    except RecursionError:
        raise refusal(type(schema).__name__, option, "is nested too deeply") from None


def _without_dialect(option: str, schema: object, draft: Draft) -> Specification:
    """Take ``$schema`` out, by which jsonschema would take its own keywords again; return what it stood for."""
    name = draft.META_SCHEMA.get("$schema", _NEWEST)
    waiting = [schema] if isinstance(schema, dict) else []
    while waiting:
        here = waiting.pop()
        other = here.pop("$schema", name)
        if str(other).rstrip("#") != name.rstrip("#"):
            raise refusal(
                other, f'{option}["$schema"]', "must be the same wherever it stands in a schema", nearest=f'"{name}"'
            )
        waiting += [child for _, child in children(here) if isinstance(child, dict)]
    return specification_with(name)


def _survey(option: str, schema: object, specification: Specification) -> list[_Place]:
    """Return every schema within a schema, those that only a reference reaches included.

    Raises:
        CheckError: a reference leads out of the schema, or to what is none. Nothing is ever fetched.

    """
    if not isinstance(schema, Mapping):
        return []
    root = REGISTRY.resolver_with_root(specification.create_resource(schema))
    places: list[_Place] = []
    waiting = [_Place("", schema, root)]
    seen: set[int] = set()
    while waiting:
        place = waiting.pop()
        if id(place.schema) in seen:
            continue
        seen.add(id(place.schema))
        places.append(place)
        resource = specification.create_resource(place.schema)
        resolver = place.resolver if place.schema is schema else place.resolver.in_subresource(resource)
        here = place._replace(resolver=resolver)
        waiting += [_Place(place.at + pointer(path), child, resolver) for path, child in children(place.schema)]
        waiting += _targets(option, here)
    return places


def _targets(option: str, place: _Place) -> Iterator[_Place]:

    for keyword in REFERENCES:
        target = place.schema.get(keyword)
        if not isinstance(target, str):
            continue
        where = f"{option} at {place.at}/{keyword}"
        found = _resolved(where, target, place.resolver)
        if isinstance(found.contents, Mapping):
            if target.startswith("#"):
                yield _Place(target[1:] if target[1:2] == "/" else target, found.contents, found.resolver)
        elif not isinstance(found.contents, bool):
            raise refusal(target, where, "refers to what is no schema")


def _resolved(where: str, target: str, resolver: Resolver) -> Resolved:

    try:
        return resolver.lookup(target)
    except (Unresolvable, LookupError, TypeError, ValueError, AttributeError):
        pass
    if target.startswith("#"):
        raise refusal(target, where, "refers to what is not there", nearest='"#/$defs/…"')
    fix = 'put what it refers to under "$defs" and refer to it as "#/$defs/…": nothing is fetched from elsewhere'
    raise refusal(target, where, "refers to what is not in the schema", fix=fix)


def _check_place(option: str, place: _Place) -> None:
    """Refuse what JSON Schema allows although it checks nothing, or takes for ever."""
    where = f"{option} at {place.at}/"
    for word, keyword in misspelt(place.schema):
        raise refusal(
            word, where + word, "is no keyword of JSON Schema and would check nothing", nearest=f'"{keyword}"'
        )
    name = place.schema.get("format")
    if isinstance(name, str) and name not in FORMATS and (near := nearest_of(name, FORMATS)):
        raise refusal(
            name, where + "format", "is no format of JSON Schema and would check nothing", nearest=f'"{near}"'
        )
    if isinstance(place.schema.get("pattern"), str):
        safe_pattern(where + "pattern", place.schema["pattern"])
    for pattern in place.schema.get("patternProperties", ()):
        safe_pattern(where + "patternProperties", pattern)


def _check_that_it_ends(option: str, validator: Validator) -> None:
    for probe in _PROBES:
        try:
            next(iter(validator.iter_errors(probe)), None)
        except RecursionError:
            raise refusal(validator.schema, option, "refers to itself without end") from None


@functools.cache
def _formats() -> FormatChecker:
    checker = FormatChecker(formats=())
    for name, holds in FORMATS.items():
        checker.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
    return checker
