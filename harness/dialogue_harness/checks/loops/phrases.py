"""The wording of idle messages, read from ``wording.toml``, which says how to add to it."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many letters of a word count: enough to tell words apart, few enough to see through endings.
STEM: Final = 6


def _read() -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 -- only the checks need it

    return tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.casefold()[:STEM] for word in text.split())


_LISTS: Final = _read()
_SIGNS: Final = _LISTS["signs"]

#: By language, then by what the words are for; of scripts without spaces between words, phrases.
WORDING: Final[Mapping[str, Mapping[str, str]]] = _LISTS["words"]
PHRASES: Final[Mapping[str, Mapping[str, str]]] = _LISTS["phrases"]

CLOSING: Final = _stems(_SIGNS["closing"])
STANDBY: Final = _stems(_SIGNS["standby"])
PRAISE: Final = _stems(_SIGNS["praise"])
COURTESY: Final = CLOSING | STANDBY | PRAISE
PARTING: Final = _stems(_SIGNS["parting"])
PARTING_PAIRS: Final = frozenset(
    tuple(word.casefold()[:STEM] for word in pair.split()) for pair in _SIGNS["parting_pairs"].split(",")
)
