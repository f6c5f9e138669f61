"""Stage directions instead of speech."""

from __future__ import annotations

import re
from typing import Final

from dialogue_harness.checks.options import Said, count, excerpt, few
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.dialogue import Dialogue

#: What stands in brackets or between asterisks, in one line and without brackets of its own.
_BRACKETED: Final = re.compile(r"\(([^()\n]*)\)|\[([^\[\]\n]*)\]|（([^（）\n]*)）|【([^【】\n]*)】")
_STARRED: Final = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?!\*)|(?<![_\w])_([^_\n]+)_(?!_)")

_BEGINNINGS: Final = ("(", "[", "（", "【", "*", "_", ".", "…", "—", "-")

#: How a direction between asterisks begins, where its first letter is a capital: emphasised speech looks the same.
_ACTS: Final = re.compile(
    r"(?:[A-Z][a-z]+ing\b|(?:A|The) (?:\w+ )?(?:pause|silence|nod|smile|beat|moment|bow)\b|Silence|Pause|"
    r"(?:[Ss]mile|[Nn]od|[Ll]augh|[Cc]huckle|[Pp]ause|[Ss]igh|[Bb]ow|[Ww]ave|Remain|Sit|Stand|Look|Listen|Wait|Lean|[Gg]rin|[Ww]ink|Fade|Raise|Close|"
    r"Step|Turn|Walk|Exhale|Breathe|Rest|Tilt|Gaze|Hold|End)s\b)"
)

#: Whoever says "I" or "you" in brackets speaks, if in an aside.
_ASIDE: Final = re.compile(r"\b(?:I|[Yy]ou|[Ww]e)\b")

#: Signs of code, data and links: what holds one is no direction.
_DATA: Final = re.compile(r"[\"{}=<>|\\]|https?:|\]\(")


@check
def no_stage_directions(dialogue: Said, *, at_most: int = 1) -> Verdict:
    """No message consists of stage directions instead of speech, such as ``(Silence.)`` or ``*nods slowly*``.

    A direction beside speech passes. So do an end token in brackets, emphasised speech, lists, links and data.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: how many messages without speech pass.

    Returns:
        A verdict whose score is the number of messages that are nothing but stage directions.

    """
    count("no_stage_directions", "at_most", at_most)
    token = dialogue.scenario.end_token if isinstance(dialogue, Dialogue) else None
    found = [
        Evidence(m.number, f"nothing but a stage direction: {excerpt(m.text)}")
        for m in said(dialogue)
        if is_direction(m.text) and not (token and m.text.strip() == token.strip())
    ]
    return few(
        found,
        at_most=at_most,
        none="no message is a mere stage direction",
        some="is a stage direction and no speech",
        many="are stage directions and no speech",
    )


def is_direction(text: str) -> bool:
    """Return whether ``text`` holds stage directions and nothing else that could be said."""
    stripped = text.strip()
    if not stripped.startswith(_BEGINNINGS) or _DATA.search(stripped):
        return False
    bracketed = _BRACKETED.findall(stripped)
    rest = _BRACKETED.sub(" ", stripped)
    starred = _STARRED.findall(rest)
    if any(map(str.isalnum, _STARRED.sub(" ", rest))):
        return False
    acts = [_acts("".join(groups)) for groups in starred]
    return all(acts) and bool(acts or any(_is_prose("".join(groups)) for groups in bracketed))


def _is_prose(inside: str) -> bool:
    """Return whether brackets hold words that nobody says, and not a number, a code, an abbreviation or an aside."""
    letters = sum(map(str.isalpha, inside))
    long_enough = len(inside.split()) > 1 or len(inside) > 5 or not inside.isascii()
    return 2 * letters > len(inside) and long_enough and not inside.isupper() and not _ASIDE.search(inside)


def _acts(starred: str) -> bool:
    """Return whether what stands between asterisks is a direction, and not emphasised speech."""
    inside = starred.strip()
    return (inside[:1].islower() and " " in inside and not _ASIDE.search(inside)) or bool(_ACTS.match(inside))
