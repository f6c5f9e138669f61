"""What `builtin:eliza` understands of a message: points, questions, opinions, greetings, courtesies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from dialogue_harness._text.words import content_words, sentences, words
from dialogue_harness.models.eliza.book import book

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.models.eliza.book import Point, Rule, Topic

#: Of a longer message only the beginning and the end are listened to, in characters.
_HEAD: Final = 3000
_TAIL: Final = 1500
#: How many of the last sentences are taken apart, and how many characters of each.
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

#: Longest part of a sentence, in words, that is said back to the one who said it.
LONGEST_REFLECTION: Final = 24
_WORDS_AND_GAPS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|(?:(?![^\W\d_]).)+", re.DOTALL)
_UNSPEAKABLE = re.compile(r"[^\w\s'.,;:%/&+-]|_")
_ENDS = re.compile(r"[\s.,;:%/&+-]+\Z")


class _Spoken(msgspec.Struct):
    say: str


@dataclass(frozen=True)
class Match:
    """A rule that fits, the sentence, and the parts of it that were caught, reflected."""

    rule: Rule
    sentence: str
    parts: tuple[str, ...]

    def reassemble(self, reply: str) -> str:
        """Put the parts into one of the rule's replies."""
        said = reply.format(*self.parts)
        return said[0].upper() + said[1:]


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
    keywords = _index().keywords
    votes = list({word: keywords[word] for word in words(text) if word in keywords}.values())
    return max(votes, key=votes.count, default=None)


@cache
def vocabulary(point: Point) -> frozenset[str]:
    """Return the content words of a point by which it is found, those of the whole topic left out."""
    common = book().topic_of[point].keywords
    return frozenset(content_words(f"{point.hook} {point.ask} {point.tell}")).difference(common[:8])


def phrase(text: str) -> str:
    """Return what can be said back of a piece of a message: one line of plain words, no end mark, not too long."""
    plain = "".join(char for char in text.replace("’", "'") if char.isprintable() or char.isspace())
    return _ENDS.sub("", " ".join(_UNSPEAKABLE.sub("", plain).split()[:LONGEST_REFLECTION]))


def reflect(text: str) -> str:
    """Return a phrase as the other one would say it: ``my bread`` becomes ``your bread``. Takes linear time."""
    pieces = _WORDS_AND_GAPS.findall(text)
    at = [index for index, piece in enumerate(pieces) if piece[0].isalpha()]
    low = [pieces[index].lower() for index in at]
    place = 0
    while place < len(at):
        pair = book().pairs.get(tuple(low[place : place + 2]))
        if pair:
            pieces[at[place]], pieces[at[place + 1]] = pair
        else:
            pieces[at[place]] = _turned(pieces[at[place]], low, place)
        place += 2 if pair else 1
    return "".join(pieces)


def match(rules: Iterable[Rule], sentences: Iterable[str]) -> Match | None:
    """Return the rule of the highest rank that fits one of the sentences; of equals, the one of the latest sentence.

    Args:
        rules: in the order of their ranks, the highest first.
        sentences: in the order of the message.

    """
    best: Match | None = None
    for sentence in sentences:
        matches = (_fit(rule, sentence) for rule in rules)
        found = next((fit for fit in matches if fit), None)
        if found and (best is None or found.rule.rank >= best.rule.rank):
            best = found
    return best


def _fit(rule: Rule, sentence: str) -> Match | None:
    found = rule.pattern.search(sentence)
    if found is None:
        return None
    parts = tuple(reflect(phrase(part)) for part in found.groups() if part is not None)
    if parts and found.start(1) == 0:  # the sentence's own capital does not belong in the middle of another
        parts = (parts[0][:1].lower() + parts[0][1:], *parts[1:])
    return Match(rule, sentence, parts) if all(parts) else None


def _turned(word: str, low: list[str], place: int) -> str:
    if low[place] != "you":
        return book().single.get(low[place], word)
    before, after = low[place - 1] if place else "", low[place + 1] if place + 1 < len(low) else ""
    return "I" if after in book().verbs or (before in book().before_subject and after) else "me"


class _Index:
    """What of the book is looked for in every message."""

    def __init__(self) -> None:
        points = tuple(book().topic_of)
        self.tells = tuple((point.tell[:_MARK], point) for point in points)
        self.asks = tuple((point.ask[1:], point) for point in points)
        self.keywords = {word: topic for topic in book().topics for word in topic.keywords}


_index = cache(_Index)


@lru_cache(maxsize=4096)  # every message is in the context of every later one
def _hear(text: str) -> Heard:
    text = _spoken(text)
    told = tuple(point for mark, point in _index().tells if mark in text)
    asks = "?" in text
    marks = [(text.rfind(mark), point) for mark, point in _index().asks if mark in text] if asks else []
    asked = max(marks, key=lambda pair: pair[0])[1] if marks else None
    ends = asks and _ENDING.search(text[-_SENTENCE:]) is not None
    if told or asked:
        return Heard(text, told, asked, match(book().opinions, sentences(text)), asks=asks, ends=ends)
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
    """Return what a JSON object with ``say`` says, and any other text as it is."""
    if not text.startswith("{"):
        return text
    try:
        return msgspec.json.decode(text[: text.rfind("}") + 1].encode(), type=_Spoken).say
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return text


def _is_idle(text: str) -> bool:
    said = content_words(text)
    if not said:  # "(…)" and "You too." are courtesies, "Why me" and "No" are not
        return not _ANSWER.match(text)
    if _STAGED.fullmatch(text):
        return True
    if len(said) > _LONGEST_COURTESY or _FAREWELL.search(text):
        return len(said) <= _LONGEST_COURTESY
    if 2 * sum(word in book().courtesies for word in said) < len(said):
        return False
    found = match(book().rules, sentences(text))
    tells_something = recognise(text) is not None or (found is not None and found.rule.rank >= _SUBSTANTIAL)
    return _THANKS.search(text) is not None or not tells_something
