"""What a topic is: points, each with the question that asks for it and the statement that answers it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """One thing that can be said about a topic.

    Attributes:
        hook: what it is about, as a noun phrase that stands in the middle of a sentence.
        ask: a question that it answers and that stands alone.
        tell: the answer, in one sentence that stands alone.
        mine: a sentence in the first person that can follow the answer, or ``""``. It has one of the forms that
            :data:`dialogue_harness.models.eliza.rules.OPINIONS` takes apart, so that the partner can reflect it.

    """

    hook: str
    ask: str
    tell: str
    mine: str = ""


@dataclass(frozen=True)
class Topic:
    """A topic that can be talked about.

    Attributes:
        title: as it is named in a sentence, such as ``bread and how it is baked``.
        keywords: words, lower case and parted by spaces, by which it is recognised.
        points: its points, neighbours being related.

    """

    title: str
    keywords: str
    points: tuple[Point, ...]
