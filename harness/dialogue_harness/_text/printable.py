"""What a model said, made safe and short enough to print.

Model output is hostile: it may hold ANSI escapes, bidirectional overrides, NULs or megabytes. Whatever shows it
on a terminal or in an error passes it through here first.
"""

from __future__ import annotations

import functools
import unicodedata

#: Unicode categories that are not shown as they are: control, format, surrogate, private use, unassigned,
#: and the line and paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Format characters that text in many scripts and emoji sequences cannot be read without.
_HARMLESS = frozenset("\u200c\u200d")

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def neutralise(text: str, *, keep: str = "") -> str:
    r"""Return ``text`` with every character that could act on a terminal spelt out, such as ``\x1b``.

    Args:
        text: any string, lone surrogates included.
        keep: unsafe characters to leave as they are, such as ``"\n"`` where lines are printed as lines.

    """
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_table(keep))


def shorten(text: str, width: int = 100) -> str:
    """Return ``text`` on one line of at most ``width`` characters, safe to print.

    White space is folded; what is cut from the end is marked with ``…``. ``width`` is at least 2.
    """
    head = text[: 16 * width]  # enough to fill the width after folding; a megabyte is not walked
    line = neutralise(" ".join(head.split()))
    if len(line) <= width and len(head) == len(text):
        return line
    return line[: width - 1].rstrip() + "…"


def described(value: object) -> str:
    """Return ``repr(value)``, or its type where it has none, such as a number of more digits than Python writes."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 -- whatever a value's own code raises
        return f"<{type(value).__name__}>"


class _Spelt(dict[int, str]):
    """How each character is shown, worked out when it is first met: a text of megabytes holds few different ones."""

    def __missing__(self, code: int) -> str:
        self[code] = shown = _shown(chr(code))
        return shown


@functools.cache
def _table(keep: str) -> _Spelt:
    return _Spelt({ord(char): char for char in keep})


def _shown(char: str) -> str:
    if char in _HARMLESS or unicodedata.category(char) not in _UNSAFE:
        return char
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
