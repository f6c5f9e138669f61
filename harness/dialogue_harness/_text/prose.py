"""A message without what is quoted in it: code, quotations; and its typographic signs made plain."""

from __future__ import annotations

import re
from typing import Final

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")
_INLINE: Final = re.compile(r"`[^`\n]*`")
_PLAIN: Final = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})


def without_code(text: str) -> str:
    """Return ``text`` without fenced blocks, inline code and block quotations. Takes linear time.

    White space at its ends is left out with them, so that it does not decide what its first line is.
    """
    text = text.strip()
    if "`" not in text and "~~~" not in text and ">" not in text:
        return text
    return _INLINE.sub("", "\n".join(_outside(text.split("\n"))))


def straight(text: str) -> str:
    """Return ``text`` with typographic quotes and no-break spaces made plain."""
    return text.translate(_PLAIN)


def _outside(lines: list[str]) -> list[str]:
    """Return the lines that stand in no fenced block and begin no quotation; an unclosed fence runs to the end."""
    kept, fence = [], ""
    for line in lines:
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" \t\r`~"):
                fence = ""
        elif mark:
            fence = mark[1]
        elif not line.startswith(("> ", ">>")):
            kept.append(line)
    return kept
