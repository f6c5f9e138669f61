"""What `builtin:eliza` understands of a message: points, questions, opinions, greetings, courtesies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from dialogue_harness._text.words import content_words, sentences, words
from dialogue_harness.models.eliza.indoors import BREAD, CHESS, CONTEXT_WINDOWS
from dialogue_harness.models.eliza.outdoors import GARDENING, NIGHT_SKY, TIDES
from dialogue_harness.models.eliza.phrases import COURTESIES
from dialogue_harness.models.eliza.rules import OPINIONS, RULES, Match, match

if TYPE_CHECKING:
    from dialogue_harness.models.eliza.topic import Point, Topic

#: All that can be talked about.
TOPICS: Final = (GARDENING, TIDES, NIGHT_SKY, BREAD, CHESS, CONTEXT_WINDOWS)

#: Of a longer message only the beginning and the end are listened to, in characters.
_HEAD: Final = 3000
_TAIL: Final = 1500
#: Of these, so many of the last sentences are taken apart, and so much of each.
_SENTENCES: Final = 12
_SENTENCE: Final = 300
#: In content words.
_LONGEST_COURTESY: Final = 40
#: From this rank on a rule of conversation takes a message for more than a courtesy.
_SUBSTANTIAL: Final = 4
#: As much of a statement as tells it from all others, in characters.
_MARK: Final = 32

_GREETING = re.compile(
    r"\W*(?:hello|hi|hey|greetings|good (?:morning|day|afternoon|evening)|good to meet you)\b", re.IGNORECASE
)
_FAREWELL = re.compile(
    r"\b(?:good ?bye|bye|farewell|until (?:next time|we meet|then)|take care|good night|see you|so long"
    r"|have an? (?:good|great|nice|lovely|wonderful) (?:day|evening|night|weekend|time))\b",
    re.IGNORECASE,
)
_THANKS = re.compile(r"\bthank(?:s|ful)?\b", re.IGNORECASE)
_STAGED = re.compile(r"\s*(?:\([^()]*\)|\*[^*]*\*|\[[^\][]*\])\s*")
_ENDING = re.compile(
    r"\b(?:shall we|should we|let us|let's|would this|i'd like to|ready to|time to)\b[^.?!]{0,60}"
    r"\b(?:stop|conclude|close|end|finish|wrap up|call it a day|leave it (?:there|at that|here))\b",
    re.IGNORECASE,
)
_PROPOSAL = re.compile(
    r"\b(?:talk|discuss|speak|chat|our time|begin there|subject|topic|tell me|explain|(?:know|what|how) about)\b",
    re.IGNORECASE,
)
_ANY_TOPIC = re.compile(r"\bwhat\b[^.?!]{0,40}\b(?:talk about|discuss|topic|subject)\b|\btalk about\?", re.IGNORECASE)
_ANSWER = re.compile(r"\W*(?:yes|no|not|nothing|why|me|i)\b", re.IGNORECASE)
_MINE = re.compile(r"\bmy ([^\W\d_]+)", re.IGNORECASE)

_TELLS: Final = tuple((point.tell[:_MARK], point) for topic in TOPICS for point in topic.points)
_ASKS: Final = tuple((point.ask[1:], point) for topic in TOPICS for point in topic.points)
TOPIC_OF: Final = {point: topic for topic in TOPICS for point in topic.points}
_KEYWORDS: Final = {word: topic for topic in TOPICS for word in topic.keywords.split()}


class _Spoken(msgspec.Struct):
    say: str


@dataclass(frozen=True)
class Heard:
    """One message, as far as it was understood.

    Attributes:
        text: what was said, of a long message the beginning and the end.
        told: the points that were stated in it.
        asked: the point that its last known question asks for.
        opinion: the rule that its last opinion fits.
        topic: the topic that its words belong to, apart from any points.
        asks: whether it holds a question mark.
        is_silent: whether it holds no letter or digit, or nothing but a stage direction.
        is_idle: whether it asks nothing and consists of courtesies.
        is_farewell: whether it is idle and takes leave.
        is_greeting: whether it begins with a greeting.
        ends: whether it proposes to end the conversation.

    """

    text: str
    told: tuple[Point, ...] = ()
    asked: Point | None = None
    opinion: Match | None = None
    topic: Topic | None = None
    asks: bool = False
    is_silent: bool = False
    is_idle: bool = False
    is_farewell: bool = False
    is_greeting: bool = False
    ends: bool = False

    @property
    def proposes_topic(self) -> bool:
        """Whether it names a topic in order to talk about it."""
        return self.topic is not None and _PROPOSAL.search(self.text) is not None

    @property
    def wants_topic(self) -> bool:
        """Whether it asks what to talk about."""
        return self.topic is None and _ANY_TOPIC.search(self.text) is not None

    @property
    def sentences(self) -> list[str]:
        """Its last sentences, each of limited length."""
        return [sentence[:_SENTENCE] for sentence in sentences(self.text)[-_SENTENCES:]]

    @property
    def possessions(self) -> list[str]:
        """What it calls "my"."""
        return [word for word in _MINE.findall(self.text) if word.lower() not in {"name", "god"}]


def hear(text: str) -> Heard:
    """Return what is understood of a message. Takes time in proportion to its length."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]}\n\n{text[-_TAIL:]}"
    return _hear(text)


def recognise(text: str) -> Topic | None:
    """Return the topic that most of the words of a text point to, of equals the one named first, or ``None``."""
    found: dict[str, Topic] = {word: _KEYWORDS[word] for word in words(text) if word in _KEYWORDS}
    votes = list(found.values())
    return max(votes, key=votes.count, default=None)


@cache
def vocabulary(point: Point) -> frozenset[str]:
    """Return the content words of a point by which it is found, those of the whole topic left out."""
    common = TOPIC_OF[point].keywords.split()
    return frozenset(content_words(f"{point.hook} {point.ask} {point.tell}")).difference(common[:8])


@lru_cache(maxsize=4096)  # every message is in the context of every later one
def _hear(text: str) -> Heard:
    text = _spoken(text)
    told = tuple(point for mark, point in _TELLS if mark in text)
    asks = "?" in text
    asked = _asked(text) if asks else None
    ends = asks and _ENDING.search(text[-_SENTENCE:]) is not None
    if told or asked:
        return Heard(text, told, asked, match(OPINIONS, sentences(text)), asks=asks, ends=ends)
    is_idle = not asks and _is_idle(text)
    return Heard(
        text,
        topic=recognise(text),
        asks=asks,
        is_silent=_STAGED.fullmatch(text) is not None or not any(map(str.isalnum, text)),
        is_idle=is_idle,
        is_farewell=is_idle and _FAREWELL.search(text) is not None,
        is_greeting=_GREETING.match(text) is not None,
        ends=ends,
    )


def _spoken(text: str) -> str:
    if not text.startswith("{"):
        return text
    end = text.rfind("}") + 1
    try:
        return msgspec.json.decode(text[:end].encode(), type=_Spoken).say
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text


def _asked(text: str) -> Point | None:
    found = [(text.rfind(mark), point) for mark, point in _ASKS if mark in text]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _is_idle(text: str) -> bool:
    said = content_words(text)
    if not said:  # "(…)" and "You too." are courtesies, "Why me" and "No" are not
        return not _ANSWER.match(text)
    if _STAGED.fullmatch(text):
        return True
    if len(said) > _LONGEST_COURTESY or _FAREWELL.search(text):
        return len(said) <= _LONGEST_COURTESY
    is_courteous = 2 * sum(word in COURTESIES for word in said) >= len(said)
    return is_courteous and (_THANKS.search(text) is not None or not _tells_something(text))


def _tells_something(text: str) -> bool:
    found = match(RULES, sentences(text))
    return recognise(text) is not None or (found is not None and found.rule.rank >= _SUBSTANTIAL)
