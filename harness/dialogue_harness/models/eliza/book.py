"""What `builtin:eliza` knows, read from ``eliza.toml``: topics, rules, phrases; the file says how to add to it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What ``{rest}`` stands for in the pattern of a rule: the rest of a clause, without a further one.
_REST: Final = r"(.+?)(?:,? (?:because|but|although|when|while|so|and)\b.*|[.,;:!?]*)$"


@dataclass(frozen=True)
class Point:
    """One thing that can be said about a topic: what it is about, a question for it, the answer, an opinion of it."""

    hook: str
    ask: str
    tell: str
    mine: str = ""


@dataclass(frozen=True)
class Topic:
    """A topic: its title, the words by which it is recognised, and its points, neighbours being related."""

    title: str
    keywords: tuple[str, ...]
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Rule:
    """A pattern that takes a sentence apart, and what can be said with the parts; the highest rank wins."""

    rank: int
    pattern: re.Pattern[str]
    replies: tuple[str, ...]


@dataclass(frozen=True)
class Habit:
    """A way of never leaving: what is said, with slots, and what goes into each slot."""

    forms: tuple[str, ...]
    fillers: Mapping[str, tuple[str, ...]]


class Phrases:
    """What is said around the points of a topic: an attribute for each list of phrases.

    Args:
        lists: the phrases by the name of their list.

    """

    def __init__(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        self._lists = lists

    def __getattr__(self, name: str) -> tuple[str, ...]:
        """Return a list by its name."""
        return self._lists[name]


class Book:
    """Everything in one data file.

    Args:
        text: the TOML.

    Raises:
        ValueError: an entry is not what the file's first lines ask for; it names the entry.

    """

    def __init__(self, text: str) -> None:
        told = _frozen(tomllib.loads(text))
        self.phrases = Phrases(told["phrases"])
        self.topics: tuple[Topic, ...] = tuple(
            _entry("topics", number, _topic, topic) for number, topic in enumerate(told["topics"], 1)
        )
        self.rules, self.opinions = (
            tuple(_entry(name, number, _rule, rule) for number, rule in enumerate(told[name], 1))
            for name in ("rules", "opinions")
        )
        self.topic_of = {point: topic for topic in self.topics for point in topic.points}
        courtesies, reflections = told["courtesies"], told["reflections"]
        self.courtesies = frozenset(courtesies["words"].split())
        self.welcomes = Habit(courtesies["welcomes"], {})
        self.farewells = Habit(courtesies["farewells"], courtesies["common"])
        self.returns = Habit(courtesies["returns"], courtesies["common"])
        self.habits: tuple[Habit, ...] = tuple(
            _entry("habits", n, lambda of: Habit(**of), of) for n, of in enumerate(told["habits"], 1)
        )
        self.single: Mapping[str, str] = reflections["single"]
        self.pairs = {tuple(two.split()): tuple(turned.split()) for two, turned in reflections["pairs"].items()}
        self.before_subject = frozenset(reflections["before_subject"].split())
        self.verbs = frozenset(reflections["verbs"].split())


@cache
def book() -> Book:
    """Return what the package's own file says."""
    return Book(resources.files(__package__).joinpath("eliza.toml").read_text(encoding="utf-8"))


def _topic(of: Mapping[str, Any]) -> Topic:
    points = (
        _entry("points", number, lambda point: Point(**point), point) for number, point in enumerate(of["points"], 1)
    )
    return Topic(of["title"], tuple(of["keywords"].split()), tuple(points))


def _rule(of: Mapping[str, Any]) -> Rule:
    pattern = re.compile(of["pattern"].replace("{rest}", _REST), re.IGNORECASE)
    return Rule(of.get("rank", 1), pattern, of["replies"])


def _entry(kind: str, number: int, make: Any, of: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- makes any kind of entry
    try:
        return make(of)
    except (TypeError, KeyError, AttributeError, ValueError, re.error) as error:
        msg = f"eliza.toml: {kind}, entry {number}: {error}"
        raise ValueError(msg) from error


def _frozen(value: Any) -> Any:  # noqa: ANN401 -- any TOML value
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return {key: _frozen(item) for key, item in value.items()} if isinstance(value, dict) else value
