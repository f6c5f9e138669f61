"""JSON Schema as a rule for messages, explained in plain words.

This module loads jsonschema, and so is imported only where a schema is used.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from dialogue_harness.checks.form.compile import compiled_schema
from dialogue_harness.checks.form.json import Document, NotJson, inside, whole
from dialogue_harness.checks.form.keywords import KNOWN, MOST_ERRORS
from dialogue_harness.checks.form.options import Note, Rule
from dialogue_harness.checks.form.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema.protocols import Validator

#: So many errors are told of one message.
_TOLD: Final = 3


def schema_rule(option: str, schema: object, *, lenient: bool) -> Rule:
    """Return the rule that a message is JSON of that schema.

    Args:
        option: name of the option, for errors.
        schema: a JSON Schema, 2020-12 unless its ``$schema`` names another draft: a dict, ``True`` or ``False``.
        lenient: whether the document may stand in a code fence or in prose.

    Raises:
        CheckError: it is no schema, refers to what is not in it, or holds a pattern that could take for ever.

    """
    validator, limit = compiled_schema(option, schema)

    def rule(text: str) -> Iterable[Note]:
        if limit is not None and len(text.strip()) > limit:
            return [
                Note(
                    f"has {len(text.strip())} characters, more than the {limit} that a schema with unevaluated… is for"
                )
            ]
        try:
            documents = inside(text) if lenient else [whole(text)]
        except NotJson as broken:
            return [Note(broken.why + ("" if lenient else _hint(text)))]
        return _judged(validator, documents)

    return rule


def _judged(validator: Validator, documents: list[Document]) -> list[Note]:
    """Return no note if a document conforms, else those on the longest one."""
    told: list[list[Note]] = []
    for document in documents:
        told.append(list(_faults(validator, document)))
        if not told[-1]:
            return []
    lengths = [document.end - document.start for document in documents]
    return told[lengths.index(max(lengths))]


def _faults(validator: Validator, document: Document) -> Iterator[Note]:

    if document.oddity is not None:
        yield Note(f"is not JSON to rely on: it {document.oddity}")
        return
    token = KNOWN.set({})
    try:
        errors = list(itertools.islice(validator.iter_errors(document.value), MOST_ERRORS))
    except (RecursionError, OverflowError):
        yield Note("cannot be checked against the schema: it goes too deep, or a number is out of range")
        return
    finally:
        KNOWN.reset(token)
    told = list(dict.fromkeys(map(reason, errors)))
    yield from map(Note, told[:_TOLD])
    if len(told) > _TOLD:
        more = f"{len(told) - _TOLD} more" if len(errors) < MOST_ERRORS else "more"
        yield Note(f"{more} against the schema")


def _hint(text: str) -> str:
    """Say where the strict reading fails but the lenient one would not."""
    try:
        inside(text)
    except NotJson:
        return ""
    return " (JSON stands inside it: lenient=True takes that)"
