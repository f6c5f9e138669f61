"""What `builtin:eliza` makes of a context: who told and asked what, which topic it is, how far the talk has come."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, TypeVar

from dialogue_harness._text.words import content_words
from dialogue_harness.models.eliza.book import book
from dialogue_harness.models.eliza.listening import Heard, hear, recognise, vocabulary
from dialogue_harness.scenario import END_TOKEN_OFFER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.models.eliza.book import Point, Topic
    from dialogue_harness.models.protocol import Context

T = TypeVar("T")

#: How many points a talk covers before it is closed, at least, and how many more it may be.
_SHORTEST_TALK: Final = 14
_LONGER_BY: Final = 7

_OFFER, _, _OFFER_END = END_TOKEN_OFFER.partition("{token}")


class Draw:
    """Choices that look random and depend on nothing but a seed, a sample, a side and a message number.

    They come from a hash, not from a generator with a state: one choice more or less leaves the others as they are,
    and every version of Python makes the same.
    """

    def __init__(self, context: Context) -> None:
        self._dialogue = f"{context.speaker.seed or 0}/{context.sample}"
        self._message = f"{self._dialogue}/{context.side}/{context.number}"
        self._number = context.number

    def for_dialogue(self, what: str, below: int) -> int:
        """Return a number from 0 that is the same at every message of a dialogue."""
        return _hashed(f"{self._dialogue}/{what}") % below

    def below(self, what: str, limit: int) -> int:
        """Return a number from 0 for this message."""
        return _hashed(f"{self._message}/{what}") % limit

    def chance(self, what: str, percent: int) -> bool:
        """Return whether something happens that does in ``percent`` of 100 messages."""
        return self.below(what, 100) < percent

    def pick(self, what: str, options: Sequence[T]) -> T:
        """Return one of the options for this message."""
        return options[self.below(what, len(options))]

    def in_turn(self, what: str, options: Sequence[T]) -> T:
        """Return one of the options, another one at each message of a dialogue and at each message of one side."""
        start = self.for_dialogue(what, len(options))
        return options[(start + self._number + self._number // len(options)) % len(options)]


class Scene:
    """A context, understood. Everything in it is derived from the context alone.

    Attributes:
        draw: the choices for the message that is to be said.
        number: its number.
        system: the system prompt, without the offer of an end token.
        token: the end token that it offers, or ``None``.
        heard: what was said, in order, each with whether it was one's own.
        last: the message to be answered.
        told: the points that were told, in order.
        used: the points that were told or asked for.

    """

    def __init__(self, context: Context) -> None:
        self.draw = Draw(context)
        self.number = context.number
        system = "\n".join(message.content for message in context.messages if message.role == "system")
        self.system, self.token = _without_offer(system)
        self.heard = [(m.role == "assistant", hear(m.content)) for m in context.messages if m.role != "system"]
        self.last = self.heard[-1][1] if self.heard and not self.heard[-1][0] else hear("")
        self.told = list(dict.fromkeys(point for _, heard in self.heard for point in heard.told))
        self.used = {*self.told, *(heard.asked for _, heard in self.heard if heard.asked)}

    @property
    def latest(self) -> Point | None:
        """The point that was told last."""
        return self.told[-1] if self.told else None

    @cached_property
    def own(self) -> Heard | None:
        """One's own previous message."""
        return next((heard for is_own, heard in reversed(self.heard) if is_own), None)

    @cached_property
    def theirs(self) -> list[Heard]:
        """What the partner said before the message to be answered, the latest first."""
        return [heard for is_own, heard in reversed(self.heard[:-1]) if not is_own]

    @cached_property
    def hidden(self) -> int:
        """How many messages the context leaves out, the opener not counted."""
        return max(0, self.number - 2 - len(self.heard))

    @property
    def is_beginning(self) -> bool:
        """Whether one has not spoken yet."""
        return self.own is None and self.hidden == 0

    @cached_property
    def idle_run(self) -> int:
        """How many messages, up to the last one, were nothing but courtesies."""
        for place, (_, heard) in enumerate(reversed(self.heard)):
            if not heard.is_idle:
                return place
        return len(self.heard) + self.hidden

    @cached_property
    def set_topic(self) -> Topic | None:
        """The topic that the system prompt sets."""
        return recognise(self.system)

    @cached_property
    def topic(self) -> Topic:
        """The topic of the talk: as the system prompt sets it, as it is, or as it might be."""
        if self.set_topic:
            return self.set_topic
        if self.last.proposes_topic and self.last.topic:
            return self.last.topic
        points = [point for _, heard in reversed(self.heard) for point in (*heard.told[-1:], heard.asked) if point]
        if points:
            return book().topic_of[points[0]]
        named = next((heard.topic for _, heard in reversed(self.heard) if heard.topic), None)
        return named or book().topics[self.draw.for_dialogue("topic", len(book().topics))]

    @cached_property
    def is_exhausted(self) -> bool:
        """Whether enough was said: as many points as seed and sample decide, or all there are."""
        enough = min(_SHORTEST_TALK + self.draw.for_dialogue("length", _LONGER_BY), len(self.topic.points) - 1)
        told_by_self = sum(len(heard.told) for is_own, heard in self.heard if is_own)
        return max(len(self.told), 2 * told_by_self) + self.hidden >= enough

    def unused(self) -> list[Point]:
        """Return the points of the topic that were neither told nor asked for."""
        return [point for point in self.topic.points if point not in self.used]

    def near(self, point: Point | None) -> Point | None:
        """Return a point that is left, one close to the given one, with a little chance; ``None`` if none is left."""
        points = self.topic.points
        anchor = points.index(point) if point in points else 0
        left = [other for other in self.unused() if other is not point]
        return min(left, key=lambda other: self._distance(anchor, points.index(other)), default=None)

    def relevant(self) -> Point | None:
        """Return the point left that shares most words with the message to be answered; ``None`` if none shares any."""
        said = frozenset(content_words(self.last.text))
        scored = [(len(vocabulary(point) & said), point) for point in self.unused()]
        best = max((score for score, _ in scored), default=0)
        return next((point for score, point in scored if score == best), None) if best else None

    def distance(self, one: Point, other: Point) -> int:
        """Return how far apart two points of the topic are; of a point of another topic, far."""
        points = self.topic.points
        return abs(points.index(one) - points.index(other)) if one in points and other in points else len(points)

    def _distance(self, anchor: int, place: int) -> tuple[int, int]:
        return abs(anchor - place) + self.draw.below(f"near/{place}", 4), place


def _without_offer(system: str) -> tuple[str, str | None]:
    before, found, after = system.rpartition(_OFFER)
    if not found:
        return system, None
    token = after.partition("\n")[0].rstrip().removesuffix(_OFFER_END)
    return before, token or None


def _hashed(key: str) -> int:
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big")
