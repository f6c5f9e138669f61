"""What mutations put into a dialogue, read from ``texts.toml`` when the first of them needs it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec


class Paragraphs(msgspec.Struct, frozen=True):
    """Pairs of sentences on one topic, or in one language."""

    name: str
    pairs: tuple[tuple[str, str], ...]

    def fill(self, count: int) -> list[str]:
        """Return ``count`` texts of two sentences each, of which no two are the same within the first 64."""
        size = len(self.pairs)
        rounds = (divmod(index, size) for index in range(count))
        return [f"{self.pairs[place][0]} {self.pairs[(place + shift) % size][1]}" for shift, place in rounds]


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; its comments say what each entry is for."""

    plan: str
    assent: str
    courtesies: tuple[str, ...]
    topics: tuple[Paragraphs, ...]
    languages: tuple[Paragraphs, ...]


@cache
def texts() -> Texts:
    """Return what the file says."""
    return msgspec.convert(
        tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8")), Texts
    )
