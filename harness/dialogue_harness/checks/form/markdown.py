"""The Markdown in a message: what there is of headings, lists, tables and code, and rules about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.form.options import Note, Rule, nearest_of, refusal, several, whole

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_HEADING: Final = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_UNDERLINE: Final = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_BULLET: Final = re.compile(r"[ \t]*[-*+][ \t]+\S")
_NUMBERED: Final = re.compile(r"[ \t]*(\d{1,3})[.)][ \t]+\S")
_RULER: Final = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_CELL: Final = re.compile(r"[ \t]*:?-+:?[ \t]*")
_QUOTE: Final = re.compile(r" {0,3}>")
_CODE_SPAN: Final = re.compile(r"(?<!`)(`{1,3})(?!`)[^`\n]+\1(?!`)")
_EMPHASIS: Final = re.compile(
    r"(?<![*\w\\])(\*{1,3})(?=[^\s*])[^*\n]+(?<=[^\s*\\])\1(?![*\w])|(?<![_\w\\])(_{1,3})(?=[^\s_])[^_\n]+(?<=[^\s_\\])\2(?![_\w])"
)
_LINK: Final = re.compile(r"\[[^\[\]\n]+\]\([^()\s]+(?: \"[^\"\n]*\")?\)")

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


def fences(text: str) -> list[Fence]:
    """Return the fenced code blocks of a text, in order; one that is not closed goes on to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    return [block for block in _blocks(text.split("\n")) if isinstance(block, Fence)]


def outline(text: str) -> Outline:
    """Return what Markdown there is in a text, after CommonMark with tables. Takes linear time."""
    found = Outline()
    previous, in_list = "", False
    outside: list[tuple[int, str]] = []
    ahead = list(_blocks(text.split("\n")))
    for place, block in enumerate(ahead):
        if isinstance(block, Fence):
            found.fences.append(block)
            found.lines["code"].append(block.line)
            previous, in_list = "", False
            continue
        number, line = block
        in_list = _line(found, number, line, previous, in_list=in_list)
        below = ahead[place + 1] if place + 1 < len(ahead) else None
        if isinstance(below, tuple) and _opens_table(line, below[1]):
            found.lines["tables"].append(number)
        outside.append(block)
        previous = line
    _spans(found, outside)
    return found


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
        return _some if wanted else _none
    if not isinstance(wanted, Mapping) or not wanted:
        nearest = '{"headings": True, "code": False}'
        raise refusal(wanted, option, "must be True, False or a dict of kinds of Markdown", nearest=nearest)
    for key in wanted:
        if key not in _KEYS:
            near = nearest_of(key, _KEYS)
            raise refusal(
                key, option, f"has no {key!r}; it takes " + ", ".join(_KEYS), nearest=f'"{near}"' if near else None
            )
    counts = {kind: _span(f"{option}[{kind!r}]", wanted[kind]) for kind in KINDS if kind in wanted}
    levels = _levels(f"{option}['levels']", wanted["levels"]) if "levels" in wanted else None
    languages: tuple[str, ...] = ()
    if "languages" in wanted:
        languages = several(f"{option}['languages']", wanted["languages"], "a language")
    known = frozenset(_language(language) for language in languages)
    return lambda text: _structure(outline(text), counts, levels, known)


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


def _none(text: str) -> Iterator[Note]:
    found = [f"{KINDS[kind][0]} at line {lines[0]}" for kind, lines in outline(text).lines.items() if lines]
    if found:
        yield Note("has Markdown where none is wanted: " + ", ".join(found))


def _some(text: str) -> Iterator[Note]:
    if not any(outline(text).lines.values()):
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


def _blocks(lines: list[str]) -> Iterator[Fence | tuple[int, str]]:
    """Yield fenced blocks, and the lines outside of them with their numbers."""
    opening: re.Match[str] | None = None
    since = 0
    for number, raw in enumerate(lines, 1):
        line = raw.removesuffix("\r")
        mark = _FENCE.fullmatch(line)
        if opening is None:
            if mark and not (mark[1][0] == "`" and "`" in mark[2]):
                opening, since = mark, number
            else:
                yield number, line
        elif mark and mark[1].startswith(opening[1]) and not mark[2].strip():
            yield _fence(opening, since, lines[since : number - 1], closed=True)
            opening = None
    if opening is not None:
        yield _fence(opening, since, lines[since:], closed=False)


def _fence(opening: re.Match[str], line: int, content: list[str], *, closed: bool) -> Fence:
    info = opening[2].split(None, 1)
    return Fence(line, _language(info[0]) if info else "", "\n".join(content), closed)


def _language(name: str) -> str:
    plain = name.strip().strip("{}.,:").casefold()
    return _ALIASES.get(plain, plain)


def _line(found: Outline, number: int, line: str, previous: str, *, in_list: bool) -> bool:
    """Note what block a line begins; return whether a list goes on after it."""
    if not line.strip():
        return in_list
    heading = _HEADING.match(line)
    underline = _UNDERLINE.fullmatch(line) if _is_paragraph(previous) else None
    if heading or underline:
        found.lines["headings"].append(number if heading else number - 1)
        found.levels.append(len(heading[1]) if heading else 1 if "=" in line else 2)
        return False
    if _is_item(line, previous, in_list=in_list):
        if not in_list:
            found.lines["lists"].append(number)
        return True
    if _QUOTE.match(line):
        if not _QUOTE.match(previous):
            found.lines["quotes"].append(number)
        return False
    return in_list and (line[:1] in " \t" or bool(previous.strip()))


def _is_paragraph(line: str) -> bool:
    begins_block = _HEADING.match(line) or _BULLET.match(line) or _QUOTE.match(line) or "|" in line
    return bool(line.strip()) and not begins_block and not _UNDERLINE.fullmatch(line)


def _is_item(line: str, previous: str, *, in_list: bool) -> bool:
    if _RULER.fullmatch(line):
        return False
    numbered = _NUMBERED.match(line)
    if numbered is None:
        return _BULLET.match(line) is not None
    # a paragraph may hold a line that begins with a year; only a list that begins with 1 breaks into one
    return in_list or not previous.strip() or int(numbered[1]) == 1


def _opens_table(line: str, below: str) -> bool:
    if "|" not in line or "-" not in below:
        return False
    cells = below.strip().removeprefix("|").removesuffix("|").split("|")
    return all(_CELL.fullmatch(cell) for cell in cells) and len(cells) == len(
        line.strip().removeprefix("|").removesuffix("|").replace("\\|", "").split("|")
    )


def _spans(found: Outline, lines: Iterable[tuple[int, str]]) -> None:
    for number, raw in lines:
        line = raw
        if "`" in line:
            line, spans = _CODE_SPAN.subn(" ", line)
            found.lines["code_spans"] += [number] * spans
        if "*" in line or "_" in line:
            found.lines["emphasis"] += [number for _ in _EMPHASIS.finditer(line)]
        if "](" in line:
            found.lines["links"] += [number for _ in _LINK.finditer(line)]
