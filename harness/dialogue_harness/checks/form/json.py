"""JSON documents in what a model said: the whole text as one, or the ones that stand in a fence or in prose."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.form.markdown import fences

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Longer texts are not read as JSON. No reply of a model comes near it, and it keeps the cost of any text in bounds.
MAX_CHARACTERS: Final = 1_000_000
#: Deeper documents are refused, whatever Python's own limit is where they are read. A schema of five alternatives in
#: each other takes twelve calls a level, so that the limit of a thousand leaves room for whoever asks.
MAX_DEPTH: Final = 50
#: Keys of an object may be so long; schemas match patterns against them.
MAX_KEY: Final = 1_000
#: How many documents of one text are looked at.
_MAX_DOCUMENTS: Final = 100
#: Python's JSON errors count lines from the beginning of the text, so it is cut after this many characters of progress.
_STEP: Final = 2_048

#: What can begin an object or an array.
_OPENING: Final = re.compile(r"\{\s*[\"}]|\[\s*[\[{\"\]\d\-tfnNI]")
_UNCLOSED: Final = "a string without an end"
#: What is missing, by how Python's reader begins to say so.
_MISSING: Final = {
    "Expecting value": "a value",
    "Expecting property name": "a key in double quotes",
    "Expecting ':'": "a colon",
    "Expecting ','": "a comma or the end",
    "Unterminated string": _UNCLOSED,
}
_JSON_FENCES: Final = frozenset({"", "json", "jsonc", "json5", "application/json"})


@dataclass(frozen=True)
class Document:
    """One JSON document.

    Attributes:
        value: what it says.
        start: where it begins, as an index into the text.
        end: the index after its last character.
        oddity: why it is refused although Python reads it, such as a key that is given twice; ``None`` if it is not.

    """

    value: Any
    start: int
    end: int
    oddity: str | None = None


class NotJson(Exception):
    """A text is no JSON document: why, and at which index."""

    def __init__(self, why: str, at: int, *, swallows_rest: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.at = at
        self.swallows_rest = swallows_rest


def whole(text: str) -> Document:
    """Read ``text``, white space around it aside, as one JSON document.

    Raises:
        NotJson: it is none; ``why`` is a clause that a person can act on.

    """
    _check_size(text)
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if start >= end:
        why = "is empty where JSON is expected"
        raise NotJson(why, 0)
    try:
        document = _Reader().read(text, start)
    except NotJson as broken:
        why = f"is not JSON: {_told(text, broken)}"
        raise NotJson(why, broken.at) from None
    if document.end < end:
        rest = shorten(text[document.end : end].lstrip(), 40)
        why = f"goes on after its JSON at {_place(text, document.end)}: {rest}"
        raise NotJson(why, document.end)
    return document


def inside(text: str) -> list[Document]:
    """Return the documents in ``text``: the whole of it, else those in code fences, else those that stand in prose.

    Those in prose are objects and arrays. Where something begins like one and breaks off, what stands inside it is not
    taken for a document of its own. Takes linear time.

    Raises:
        NotJson: there is none.

    """
    _check_size(text)
    try:
        return [whole(text)]
    except NotJson as broken:
        if not text.strip():
            raise
        found = list(_fenced(text)) or _in_prose(text)
        if not found:
            why = f"holds no JSON document: {broken.why.removeprefix('is not JSON: ')}"
            raise NotJson(why, broken.at) from None
        return found


def _check_size(text: str) -> None:
    size = len(text.strip())
    if size > MAX_CHARACTERS:
        why = f"has {size} characters, more than the {MAX_CHARACTERS} that are read as JSON"
        raise NotJson(why, 0)


class _Reader:
    """Reads documents, one after the other."""

    def __init__(self) -> None:
        self._odd: list[str] = []
        odd = self._odd
        self._decoder = json.JSONDecoder(
            object_pairs_hook=lambda pairs: _object(pairs, odd),
            parse_constant=lambda name: odd.append(f"holds {name}, which JSON does not know"),
            parse_float=lambda digits: _float(digits, odd),
            parse_int=lambda digits: _int(digits, odd),
        )

    def read(self, text: str, start: int) -> Document:
        """Return the document that begins at ``start``.

        Raises:
            NotJson: there is none.

        """
        self._odd.clear()
        try:
            value, end = self._decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            raise _not_json(text, error) from None
        except RecursionError:
            why = f"what is nested more than {MAX_DEPTH} deep"
            raise NotJson(why, start, swallows_rest=True) from None
        if text.count("[", start, end) + text.count("{", start, end) > MAX_DEPTH and _is_deep(value):
            self._odd.append(f"is nested more than {MAX_DEPTH} deep")
        return Document(value, start, end, self._odd[0] if self._odd else None)


def _not_json(text: str, error: json.JSONDecodeError) -> NotJson:
    """Put an error of Python's reader in words and at a place that are the same in all its versions."""
    at = error.pos
    if error.msg.startswith("Illegal trailing comma"):
        at += len(text[at + 1 :]) - len(text[at + 1 :].lstrip()) + 1
        return NotJson(_MISSING["Expecting property name" if text[at] == "}" else "Expecting value"], at)
    why = next((why for begins, why in _MISSING.items() if error.msg.startswith(begins)), "what a string cannot hold")
    return NotJson(why, at, swallows_rest=why == _UNCLOSED)


def _told(text: str, broken: NotJson) -> str:
    place = _place(text, broken.at)
    if broken.why not in _MISSING.values() or broken.why == _UNCLOSED:
        return f"{broken.why} at {place}"
    if not text[broken.at :].strip():
        return f"it breaks off at {place}: {broken.why} is missing"
    return f"{broken.why} is missing at {place}"


def _object(pairs: list[tuple[str, Any]], odd: list[str]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add returns None
        odd.append(f'gives the key "{shorten(twice, 40)}" twice')
    if any(len(key) > MAX_KEY for key in made):
        odd.append(f"has a key of more than {MAX_KEY} characters")
    return made


def _float(digits: str, odd: list[str]) -> float:
    value = float(digits)
    if math.isinf(value):
        odd.append(f"holds the number {shorten(digits, 30)}, which is out of range")
    return value


def _int(digits: str, odd: list[str]) -> int:
    if len(digits) > 300:  # the largest that a float, and so most readers of JSON, can hold has 309
        odd.append(f"holds a number of {len(digits)} digits")
        return 0
    return int(digits)


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
            elif isinstance(item, list):
                below += item
        if not below:
            return False
        level = below
    return True


def _fenced(text: str) -> Iterator[Document]:
    for fence in fences(text):
        if fence.language in _JSON_FENCES:
            try:
                yield whole(fence.content)
            except NotJson:
                continue


def _in_prose(text: str) -> list[Document]:
    """Return the documents that stand in a text.

    Raises:
        NotJson: there is none, but something that begins like one; told of the longest such.

    """
    found: list[Document] = []
    furthest: tuple[int, int, NotJson] | None = None
    rest, base, at = text, 0, 0
    reader = _Reader()
    while len(found) < _MAX_DOCUMENTS and (opening := _OPENING.search(rest, at)):
        at = opening.start()
        if at > _STEP:
            rest, base, at = rest[at:], base + at, 0
        try:
            document = reader.read(rest, at)
        except NotJson as broken:
            if furthest is None or broken.at - at > furthest[0]:
                furthest = (broken.at - at, base + at, NotJson(broken.why, base + broken.at))
            if broken.swallows_rest:
                break
            at = max(broken.at, at + 1)
        else:
            found.append(document)
            at = document.end
    if not found and furthest is not None:
        _, start, attempt = furthest
        why = f"holds no JSON document: of what begins at {_place(text, start)}, {_told(text, attempt)}"
        raise NotJson(why, start)
    return found


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return f"line {line}, column {column}"
