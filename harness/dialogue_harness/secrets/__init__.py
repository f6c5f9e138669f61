"""Secrets, kept out of whatever is written: found by their shape, or as the values of secret-looking variables.

Errors, failures, reports and transcripts are scrubbed: :data:`MARK` stands where a secret stood. Recordings are not,
since what is replayed must be what was said: one that would hold a secret is refused. Both ask :func:`known_secrets`.
"""

from __future__ import annotations

import os
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.secrets.environment import SHORTEST, forms, looks_secret, secret_values
from dialogue_harness.secrets.shapes import CUTS, shapes_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["MARK", "Secrets", "allow", "known_secrets", "remember", "scrub", "scrub_values"]

#: Stands where a secret stood.
MARK: Final = "[secret]"

#: What the words are made of that most secrets are.
WORD: Final = "".join(map(chr, range(0x21, 0x7F)))

#: Environment variable that holds a regular expression for what is no secret, whatever it looks like.
ALLOWED: Final = "HARNESS_NOT_SECRET"


class Secrets:
    """What is to be kept out of a text.

    Args:
        named: names and values of what is secret by itself, such as variables.
        allowed: what matches one of these as a whole is no secret, whatever it looks like.

    """

    def __init__(self, named: Iterable[tuple[str, str]] = (), allowed: Sequence[re.Pattern[str]] = ()) -> None:
        self._allowed = tuple(allowed)
        self._names = {
            text: name
            for name, value in named
            if len(value) >= SHORTEST and not self._is_allowed(value)
            for text in forms(value)
            if text not in MARK * (2 + len(text) // len(MARK))  # else scrubbing would never end
        }
        self._needles = tuple(self._names)

    @cached_property
    def spaced(self) -> tuple[str, ...]:
        """The known values that are not one word of ASCII letters, digits and punctuation."""
        return tuple(needle for needle in self._needles if needle.strip(WORD))

    def find(self, text: str) -> str | None:
        """Return the kind of a secret in ``text``, such as ``an OpenAI key``; ``None`` if there is none.

        Takes time linear in the text: of a message of a thousand characters about ten microseconds.
        """
        for needle in self._needles:
            if needle in text:
                return f"the value of {self._names[needle]}"
        return next((shape.kind for shape in shapes_in(text) if any(self._unallowed(shape.spans(text), text))), None)

    def scrub(self, text: str) -> str:
        """Return ``text`` with :data:`MARK` in place of every secret, also of one whose end was cut away.

        Scrubbing what was scrubbed changes nothing.
        """
        while spans := sorted(self._spans(text)):
            scrubbed = _masked(text, spans)
            if scrubbed == text:
                break
            text = scrubbed
        return text

    def scrub_values(self, value: Any) -> Any:  # noqa: ANN401 -- any JSON value
        """Return a JSON value with every string in it scrubbed, keys included."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, dict):
            return {self.scrub_values(key): self.scrub_values(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.scrub_values(item) for item in value]
        return value

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        for needle in self._needles:
            yield from ((at, at + len(needle)) for at in _occurrences(text, needle))
        shapes = shapes_in(text)
        for shape in shapes:
            yield from self._unallowed(shape.spans(text), text)
        if any(cut in text for cut in CUTS):
            for needle in self._needles:
                yield from _cut_spans(text, needle)
            for shape in shapes:
                yield from self._unallowed(shape.cut_spans(text), text)

    def _unallowed(self, spans: Iterable[tuple[int, int]], text: str) -> Iterator[tuple[int, int]]:
        return ((start, end) for start, end in spans if not self._is_allowed(text[start:end]))

    def _is_allowed(self, secret: str) -> bool:
        return any(pattern.fullmatch(secret) for pattern in self._allowed)


def known_secrets() -> Secrets:
    """Return what is secret now: the environment is looked through, which takes some microseconds a variable.

    Raises:
        ConfigurationError: :data:`ALLOWED` is no regular expression.

    """
    named = {*secret_values(os.environ), *_remembered}
    told = os.environ.get(ALLOWED)
    return _made(frozenset(named), (*_allowed, *([_pattern(told, ALLOWED)] if told else [])))


def scrub(text: str) -> str:
    """Return ``text`` without what is secret now; see :meth:`Secrets.scrub`."""
    return known_secrets().scrub(text)


def scrub_values(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Return a JSON value without what is secret now; see :meth:`Secrets.scrub_values`."""
    return known_secrets().scrub_values(value)


def remember(name: str, value: str) -> None:
    """Take a value for secret from now on, if it could be one: a key that no telling variable holds.

    Args:
        name: where it comes from, as it is to be told.
        value: the key.

    """
    if looks_secret(value):
        _remembered.add((name, value))


def allow(patterns: Iterable[str], *, where: str = "harness_not_secret") -> None:
    """Say what is no secret, in place of what was said before.

    Args:
        patterns: regular expressions; what one of them matches as a whole is allowed.
        where: where they stand, for an error.

    Raises:
        ConfigurationError: one of them is no regular expression.

    """
    _allowed[:] = [_pattern(pattern, where) for pattern in patterns if pattern.strip()]


_remembered: Final[set[tuple[str, str]]] = set()
_allowed: Final[list[re.Pattern[str]]] = []


@lru_cache(maxsize=16)
def _made(named: frozenset[tuple[str, str]], allowed: tuple[re.Pattern[str], ...]) -> Secrets:
    return Secrets(sorted(named, reverse=True), allowed)


def _pattern(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern.strip())
    except re.error as error:
        msg = f"{where} must be a regular expression"
        raise ConfigurationError(msg, facts=[("got", shorten(pattern)), ("why", str(error))]) from None


def _occurrences(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + len(part))


def _cut_spans(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Yield where the beginning of a secret stands before, or its end after, what was cut away."""
    first, last = secret[:SHORTEST], secret[-SHORTEST:]
    for start in _occurrences(text, first):
        end = start + _alike(text[start : start + len(secret)], secret)
        if text.startswith(CUTS, end):
            yield start, end
    for at in _occurrences(text, last):
        end = at + len(last)
        start = end - _alike(text[max(0, end - len(secret)) : end][::-1], secret[::-1])
        if text.endswith(CUTS, 0, start):
            yield start, end


def _alike(one: str, other: str) -> int:
    """Return how many characters at their beginnings are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (mine, yours) in pairs if mine != yours), min(len(one), len(other)))


def _masked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return ``text`` with one mark in place of each of the spans, which are sorted, or of several that overlap."""
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += [text[done:start], MARK]
        done = max(done, end)
    return "".join([*parts, text[done:]])
