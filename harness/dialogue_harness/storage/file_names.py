"""File names for any text: safe on every operating system, and back again."""

from __future__ import annotations

import hashlib
import re
from typing import Final
from urllib.parse import unquote_to_bytes

_LONGEST: Final = 120
_KEPT_OF_LONG: Final = 100
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_SWAPPED: Final = {"/": "+", ":": "="}
_SWAPPED_BACK: Final = str.maketrans({new: old for old, new in _SWAPPED.items()})

#: Stands between two names in a pair's folder, so no name may contain it, or end with what begins it.
_BETWEEN: Final = "_vs_"
_LIKE_BETWEEN: Final = re.compile(r"_(?=vs(?:_|$))")

#: Names that Windows takes for devices, whatever follows the first dot.
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


def file_name(text: str) -> str:
    """Return a file name for ``text`` that is safe on every operating system; :func:`name_from_file` reverses it.

    ASCII letters, digits, ``-``, ``_`` and ``.`` stay; ``/`` becomes ``+`` and ``:`` becomes ``=``, so that the names
    of models can still be read; all else is percent-encoded UTF-8, and so are a dot at either end, the first letter
    of a Windows device's name, and the first character of ``_vs_``. What would be longer than 120 characters is cut
    after 100 and ends with ``~`` and 12 hexadecimal digits of the text's SHA-256.

    Args:
        text: any string, lone surrogates and the empty string included.

    """
    name = "".join(_encoded(char) for char in text) or "%"
    if name.startswith("."):
        name = "%2E" + name[1:]
    if name.endswith("."):
        name = name[:-1] + "%2E"
    if _DEVICE.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    name = _LIKE_BETWEEN.sub("%5F", name)
    if len(name) > _LONGEST:
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{name[:_KEPT_OF_LONG]}~{digest[:12]}"
    return name


def name_from_file(name: str) -> str | None:
    """Return the text that :func:`file_name` made ``name`` of.

    Returns:
        The text, or ``None`` where the name does not hold all of it, or is none that ``file_name`` returns.

    """
    if name == "%":
        return ""
    try:
        text = unquote_to_bytes(name.translate(_SWAPPED_BACK)).decode("utf-8", "surrogatepass")
    except UnicodeError:
        return None
    return text if file_name(text) == name else None


def pair_name(a: str, b: str) -> str:
    """Return the file name for a pair of texts, such as the names of two models: ``a_vs_b``."""
    return f"{file_name(a)}{_BETWEEN}{file_name(b)}"


def pair_from_file(name: str) -> tuple[str | None, str | None] | None:
    """Return the two texts that :func:`pair_name` made ``name`` of, or ``None`` if it names no pair."""
    a, between, b = name.partition(_BETWEEN)
    return (name_from_file(a), name_from_file(b)) if between else None


def _encoded(char: str) -> str:
    if char in _PLAIN:
        return char
    swapped = _SWAPPED.get(char)
    return swapped or "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
