"""What mutations put into a dialogue, read from ``texts.toml``, which says how to add to it."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Final

Paragraphs = tuple[tuple[str, str], ...]

_TEXTS: Final = tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))

COURTESIES: Final[tuple[str, ...]] = tuple(_TEXTS["courtesies"])
PLAN: Final[str] = _TEXTS["plan"]
ASSENT: Final[str] = _TEXTS["assent"]


def _paragraphs(kind: str) -> tuple[Paragraphs, ...]:
    return tuple(tuple((first, second) for first, second in each["paragraphs"]) for each in _TEXTS[kind])


TOPICS: Final = _paragraphs("topics")
LANGUAGES: Final = _paragraphs("languages")


def filled(paragraphs: Paragraphs, count: int) -> list[str]:
    """Return ``count`` texts of two sentences each, of which no two are the same within the first 64."""
    size = len(paragraphs)
    rounds = (divmod(index, size) for index in range(count))
    return [f"{paragraphs[place][0]} {paragraphs[(place + shift) % size][1]}" for shift, place in rounds]
