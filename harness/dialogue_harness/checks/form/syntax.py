"""Regular expressions as small typed trees, read by Python's own parser, to be examined and run safely."""

from __future__ import annotations

import importlib
import re
import warnings
from dataclasses import dataclass, field
from typing import Any, Final, Literal

#: The parser that `re` itself uses. It has no public name; its trees have kept their shape from 3.11 to 3.14.
_parser: Final[Any] = importlib.import_module("re._parser")

Parsed = Any  # a tree of that parser, or a part of one
Where = Literal["start", "line start", "end", "line end", "text end", "boundary", "no boundary"]

_SPECIAL: Final = frozenset(".^$*+?{}[]\\|()")
_CATEGORIES: Final = {
    "CATEGORY_DIGIT": "\\d",
    "CATEGORY_NOT_DIGIT": "\\D",
    "CATEGORY_SPACE": "\\s",
    "CATEGORY_NOT_SPACE": "\\S",
    "CATEGORY_WORD": "\\w",
    "CATEGORY_NOT_WORD": "\\W",
}
_PLACES: Final[dict[str, tuple[str, Where]]] = {
    "AT_BEGINNING": ("^", "start"),
    "AT_BEGINNING_STRING": ("\\A", "start"),
    "AT_BOUNDARY": ("\\b", "boundary"),
    "AT_NON_BOUNDARY": ("\\B", "no boundary"),
    "AT_END": ("$", "end"),
    "AT_END_STRING": ("\\Z", "text end"),
}
_BY_LINE: Final[dict[Where, Where]] = {"start": "line start", "end": "line end"}
_LOOKS: Final = {("ASSERT", 1): "?=", ("ASSERT", -1): "?<=", ("ASSERT_NOT", 1): "?!", ("ASSERT_NOT", -1): "?<!"}
_LEAVES: Final = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN"})
#: Flags that decide which characters a leaf accepts. The others were dealt with by the parser.
_LEAF_FLAGS: Final = re.IGNORECASE | re.ASCII | re.DOTALL


@dataclass(frozen=True)
class Node:
    """A part of a regular expression, with its source text, as it could be written."""

    source: str


@dataclass(frozen=True)
class Chars(Node):
    """One character of a set; ``matcher`` accepts it. ``spelt`` holds the characters that the set names."""

    matcher: re.Pattern[str]
    spelt: str


@dataclass(frozen=True)
class At(Node):
    """A place between characters. ``word`` matches the characters that count as parts of words there."""

    where: Where
    word: re.Pattern[str]


@dataclass(frozen=True)
class Seq(Node):
    """Parts one after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Alt(Node):
    """One of several parts; of none, where the expression cannot match at all."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat(Node):
    """A part from ``low`` to ``high`` times, without end where ``high`` is ``None``."""

    body: Node
    low: int
    high: int | None
    gives_back: bool = True


@dataclass(frozen=True)
class Opaque(Node):
    """What a finite automaton cannot do: look around, refer back, refuse to give back."""

    kind: Literal["look", "atomic", "back", "conditional"]
    bodies: tuple[Node, ...] = field(default=())


def parse(pattern: str, flags: int = 0) -> Seq:
    """Return the tree of a pattern that compiles.

    Raises:
        RecursionError: it is nested too deeply.

    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whoever compiled it has been warned
        tree = _parser.parse(pattern, flags)
    return _sequence(tree, int(tree.state.flags))


def _sequence(items: Parsed, flags: int) -> Seq:
    nodes = tuple(_node(str(kind), value, flags) for kind, value in items)
    return Seq("".join(_beside(node, alone=len(nodes) == 1) for node in nodes), nodes)


def _beside(node: Node, *, alone: bool) -> str:
    return f"(?:{node.source})" if isinstance(node, Alt) and not alone else node.source


def _node(kind: str, value: Parsed, flags: int) -> Node:
    if kind in _LEAVES:
        source, spelt = _leaf(kind, value)
        return Chars(source, re.compile(source, flags & _LEAF_FLAGS), spelt)
    if kind == "AT":
        source, where = _PLACES[str(value)]
        where = _BY_LINE.get(where, where) if flags & re.MULTILINE and source in "^$" else where
        return At(source, where, re.compile(r"\w", flags & re.ASCII))
    if kind == "BRANCH":
        options = tuple(_sequence(option, flags) for option in value[1])
        return Alt("|".join(option.source for option in options), options)
    if kind == "SUBPATTERN":
        group, more, less, body = value
        inner = _sequence(body, (flags | more) & ~less)
        source = f"({inner.source})" if group is not None else _grouped(inner)
        return Seq(source, inner.items)
    if kind.endswith("REPEAT"):
        return _repeat(kind, value, flags)
    return _opaque(kind, value, flags)


def _repeat(kind: str, value: Parsed, flags: int) -> Repeat:
    low, high, body = value
    inner = _sequence(body, flags)
    end = None if high is _parser.MAXREPEAT else int(high)
    times = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((low, end))
    if times is None:
        times = f"{{{low}}}" if low == end else f"{{{low},{'' if end is None else end}}}"
    suffix = {"MIN_REPEAT": "?", "POSSESSIVE_REPEAT": "+"}.get(kind, "")
    return Repeat(_grouped(inner) + times + suffix, inner, int(low), end, gives_back=kind != "POSSESSIVE_REPEAT")


def _opaque(kind: str, value: Parsed, flags: int) -> Node:
    if kind in {"ASSERT", "ASSERT_NOT"}:
        inner = _sequence(value[1], flags)
        return Opaque(f"({_LOOKS[kind, value[0]]}{inner.source})", "look", (inner,))
    if kind == "ATOMIC_GROUP":
        inner = _sequence(value, flags)
        return Opaque(f"(?>{inner.source})", "atomic", (inner,))
    if kind == "GROUPREF":
        return Opaque(f"\\{value}", "back")
    if kind == "GROUPREF_EXISTS":
        group, *bodies = value
        options = tuple(_sequence(body if body is not None else (), flags) for body in bodies)
        return Opaque(f"(?({group}){'|'.join(o.source for o in options)})", "conditional", options)
    return Alt("(?!)", ())  # FAILURE: what the parser makes of an empty negative look-ahead


def _grouped(inner: Seq) -> str:
    if len(inner.items) == 1 and isinstance(inner.items[0], Chars | Seq):
        return inner.source
    return f"(?:{inner.source})"


def _leaf(kind: str, value: Parsed) -> tuple[str, str]:
    if kind == "ANY":
        return ".", ""
    if kind in {"LITERAL", "NOT_LITERAL"}:
        char = chr(value)
        return (_escaped(char) if kind == "LITERAL" else f"[^{_escaped(char, inside=True)}]"), char
    source, spelt = "", ""
    for part, item in value:
        if str(part) == "NEGATE":
            source += "^"
        elif str(part) == "CATEGORY":
            source += _CATEGORIES[str(item)]
        else:
            ends = [chr(code) for code in ((item,) if str(part) == "LITERAL" else item)]
            source += "-".join(_escaped(end, inside=True) for end in ends)
            spelt += "".join(ends)
    bare = len(value) == 1 and source in _CATEGORIES.values()
    return (source if bare else f"[{source}]"), spelt


def _escaped(char: str, *, inside: bool = False) -> str:
    if char in _SPECIAL or (inside and char in "-&~"):
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
