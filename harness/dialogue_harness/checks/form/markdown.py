"""The Markdown in a message: what there is of headings, lists, tables and code, and rules about it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.checks.form.options import Note, Rule, refusal, several, whole

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: Longer texts are not read as Markdown, which keeps the cost of any text in bounds.
MAX_CHARACTERS: Final = 1_000_000

#: Names of one language that a fence may give.
_ALIASES: Final = {
    "py": "python", "python3": "python", "js": "javascript", "ts": "typescript", "sh": "bash", "shell": "bash",
    "yml": "yaml", "rb": "ruby", "rs": "rust", "md": "markdown", "c++": "cpp", "golang": "go",
}  # fmt: skip

#: Kinds of Markdown, as the option names them, with the word for one and for several of them.
KINDS: Final = {
    "headings": ("heading", "headings"),
    "lists": ("list", "lists"),
    "tables": ("table", "tables"),
    "code": ("code block", "code blocks"),
    "quotes": ("block quotation", "block quotations"),
    "emphasis": ("emphasised text", "emphasised texts"),
    "links": ("link", "links"),
    "code_spans": ("code span", "code spans"),
}
_KEYS: Final = (*KINDS, "levels", "languages")


@dataclass(frozen=True)
class Fence:
    """A fenced code block.

    Attributes:
        line: the line of the message at which it opens, from 1.
        language: the first word after the fence, in lower case and under its full name; empty if there is none.
        content: the lines between the fences.
        closed: whether it has an end.

    """

    line: int
    language: str
    content: str
    closed: bool


@dataclass
class Outline:
    """What Markdown there is: for each kind the lines at which it stands, from 1, and details of some."""

    lines: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    levels: list[int] = field(default_factory=list)
    fences: list[Fence] = field(default_factory=list)


#: Which kind a token of the parser opens. Lists and quotations within one of their kind do not count.
_OPENS: Final = {
    "heading_open": "headings", "bullet_list_open": "lists", "ordered_list_open": "lists", "table_open": "tables",
    "fence": "code", "blockquote_open": "quotes", "em_open": "emphasis", "strong_open": "emphasis",
    "link_open": "links", "code_inline": "code_spans",
}  # fmt: skip
_NESTED: Final = ("lists", "quotes")


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 -- only where Markdown is asked for

    return MarkdownIt("commonmark").enable("table")


def fences(text: str) -> list[Fence]:
    """Return the fenced code blocks of a text, in order; one that is not closed goes on to the end."""
    return outline(text).fences if "```" in text or "~~~" in text else []


def outline(text: str) -> Outline:
    """Return what Markdown there is in a text of at most :data:`MAX_CHARACTERS`, after CommonMark with tables."""
    found = Outline()
    depth = dict.fromkeys(_NESTED, 0)
    lines = text.split("\n")
    for token in _parser().parse(text.encode("utf-8", "replace").decode()):
        kind = _OPENS.get(token.type.replace("_close", "_open"))
        number = token.map[0] + 1 if token.map else 0
        if kind in depth:
            depth[kind] += token.nesting
            if token.nesting > 0 and depth[kind] == 1:
                found.lines[kind].append(number)
        elif kind and token.nesting >= 0:
            found.lines[kind].append(number)
        if token.type == "heading_open":
            found.levels.append(int(token.tag[1]))
        elif token.type == "fence":
            found.fences.append(_fence(token, number, lines))
        line = number
        for inner in token.children or ():
            line += inner.type in {"softbreak", "hardbreak"}
            if inner.nesting >= 0 and inner.type in _OPENS:
                found.lines[_OPENS[inner.type]].append(line)
    return found


def _fence(token: Token, number: int, lines: list[str]) -> Fence:
    end = token.map[1] if token.map else number
    last = lines[end - 1].strip(" \t\r>") if number < end <= len(lines) else ""
    closed = last.startswith(token.markup) and not last.strip(token.markup[0])
    info = token.info.split(None, 1)
    return Fence(number, _language(info[0]) if info else "", token.content.removesuffix("\n"), closed)


def _language(name: str) -> str:
    plain = name.strip().strip("{}.,:").casefold()
    return _ALIASES.get(plain, plain)


def markdown_rule(option: str, wanted: object) -> Rule:
    """Return the rule about the Markdown of a message.

    Args:
        option: name of the option, for errors.
        wanted: ``False`` for none at all, ``True`` for some, or a dict: for a kind of :data:`KINDS` whether there is
            any, how many, or the least and the most; ``levels``, the highest and the lowest level of headings;
            ``languages``, those that code blocks are in.

    Raises:
        CheckError: it is none of these.

    """
    if isinstance(wanted, bool):
        return _bounded(_some if wanted else _none)
    if not isinstance(wanted, Mapping) or not wanted:
        example = '{"headings": True, "code": False}'
        raise refusal(wanted, option, "must be True, False or a dict of kinds of Markdown", nearest=example)
    for key in wanted:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            takes = f"has no {key!r}; it takes " + ", ".join(_KEYS)
            raise refusal(key, option, takes, nearest=f'"{near}"' if near else None)
    counts = {kind: _span(f"{option}[{kind!r}]", wanted[kind]) for kind in KINDS if kind in wanted}
    levels = _levels(f"{option}['levels']", wanted["levels"]) if "levels" in wanted else None
    languages: tuple[str, ...] = ()
    if "languages" in wanted:
        languages = several(f"{option}['languages']", wanted["languages"], "a language")
    known = frozenset(_language(language) for language in languages)
    return _bounded(lambda found: _structure(found, counts, levels, known))


def _bounded(judge: Callable[[Outline], Iterator[Note]]) -> Rule:
    def rule(text: str) -> Iterator[Note]:
        if len(text) > MAX_CHARACTERS:
            yield Note(f"has {len(text)} characters, more than the {MAX_CHARACTERS} that are read as Markdown")
        else:
            yield from judge(outline(text))

    return rule


def _structure(
    found: Outline,
    counts: Mapping[str, tuple[int, int | None]],
    levels: tuple[int, int] | None,
    languages: frozenset[str],
) -> Iterator[Note]:
    for kind, (low, high) in counts.items():
        lines = found.lines[kind]
        if len(lines) < low or (high is not None and len(lines) > high):
            yield Note(f"has {_counted(kind, lines)}, {_range(low, high) if high != 0 else 'none'} wanted")
    for line, level in zip(found.lines["headings"], found.levels, strict=True):
        if levels is not None and not levels[0] <= level <= levels[1]:
            yield Note(f"line {line} is a heading of level {level}, not {_range(*levels)}")
            break
    checks_code = bool(languages) or counts.get("code", (0, 0))[1] != 0
    for fence in found.fences if checks_code else ():
        if not fence.closed:
            yield Note(f"the code block that opens at line {fence.line} is never closed")
        elif languages and fence.language not in languages:
            named = f"in '{shorten(fence.language, 20)}'" if fence.language else "in no named language"
            yield Note(f"the code block at line {fence.line} is {named}, not {' or '.join(sorted(languages))}")
    if languages and not found.fences:
        yield Note(f"has no code block in {' or '.join(sorted(languages))}")


def _none(found: Outline) -> Iterator[Note]:
    told = [f"{KINDS[kind][0]} at line {lines[0]}" for kind, lines in found.lines.items() if lines]
    if told:
        yield Note("has Markdown where none is wanted: " + ", ".join(told))


def _some(found: Outline) -> Iterator[Note]:
    if not any(found.lines.values()):
        yield Note("has no Markdown")


def _counted(kind: str, lines: list[int]) -> str:
    one, many = KINDS[kind]
    if not lines:
        return f"no {one}"
    return f"{len(lines)} {one if len(lines) == 1 else many} (line {lines[0]}{', …' if len(lines) > 1 else ''})"


def _range(low: int, high: int | None) -> str:
    if high is None:
        return f"{low} or more"
    return str(low) if low == high else f"{low} to {high}"


def _span(option: str, wanted: object) -> tuple[int, int | None]:
    if isinstance(wanted, bool):
        return (1, None) if wanted else (0, 0)
    if isinstance(wanted, int):
        return whole(option, wanted), wanted
    if not isinstance(wanted, tuple | list) or len(wanted) != 2:
        raise refusal(wanted, option, "must be True, False, a number, or the least and the most", nearest="(1, 3)")
    low = whole(option, wanted[0])
    high = None if wanted[1] is None else whole(option, wanted[1])
    if high is not None and high < low:
        raise refusal(wanted, option, "has a most that is below its least", nearest=f"({high}, {low})")
    return low, high


def _levels(option: str, wanted: object) -> tuple[int, int]:
    low, high = _span(option, wanted)
    if isinstance(wanted, bool) or high is None or not 1 <= low <= high <= 6:
        raise refusal(
            wanted, option, "must be levels of headings: one from 1 to 6, or the first and the last", nearest="(1, 3)"
        )
    return low, high
