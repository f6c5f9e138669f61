"""Topic: whether the talk stays with what it is about, declared or settled on by the pair itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.loops.detector import find_termination_loop
from dialogue_harness.checks.options import number, phrases
from dialogue_harness.checks.topic.declared import Belonging, Declared
from dialogue_harness.checks.topic.similarity import Similarity, Words
from dialogue_harness.checks.topic.words import spellings, terms
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dialogue_harness.dialogue import Dialogue, Message

__all__ = ["Similarity", "TopicCurve", "TopicPoint", "stays_on_topic", "topic_curve"]

#: Below this the talk has left the topic.
THRESHOLD: Final = 0.39

#: How many messages before a point, and from it on, are compared at most.
WINDOW: Final = 12

#: For how many messages a break in the talk counts against what follows it.
REACH: Final = 8

#: How many messages a pair takes to settle on a topic, and how many must follow a break.
SETTLED: Final = 5
FOLLOWED: Final = 2

#: How many telling words a dialogue must hold to be judged at all.
_ENOUGH: Final = 12

#: How many words a curve, a sentence and a piece of evidence name.
_TOPIC_WORDS: Final = 12
_NAMED: Final = 4


@dataclass(frozen=True, slots=True)
class TopicPoint:
    """How much the talk around one message belongs to the topic.

    Attributes:
        number: of the message.
        value: from 0, nothing of the topic, to 1.

    """

    number: int
    value: float


@dataclass(frozen=True, slots=True)
class TopicCurve:
    """How much a dialogue belongs to its topic, message by message.

    Attributes:
        points: one for each message that is not idle, in order; none if too little was said to judge.
        onset: number of the first message off topic, or ``None``.
        returned: number of the message at which the talk came back to the topic, or ``None``.
        topic_words: the most telling words of the topic, as they were first written, the most telling first.
        came_in: the most telling words that came in at the onset.
        ceased: the most telling words of the topic that were said before the onset and not after it.
        idle: first and last numbers of the idle runs that are left out of the judgement: a loop is not drift.
        declared: whether the topic was declared, not settled on by the pair.
        mentioned: the declared words that the talk holds, as they were declared; none if nothing was.

    """

    points: tuple[TopicPoint, ...]
    onset: int | None = None
    returned: int | None = None
    topic_words: tuple[str, ...] = ()
    came_in: tuple[str, ...] = ()
    ceased: tuple[str, ...] = ()
    idle: tuple[tuple[int, int], ...] = ()
    declared: bool = False
    mentioned: tuple[str, ...] = ()

    @property
    def lowest(self) -> float | None:
        """The smallest value of all points, or ``None`` if there are none."""
        return min((point.value for point in self.points), default=None)


def topic_curve(
    dialogue: Dialogue | Iterable[Message],
    topic: str | Iterable[str] | None = None,
    *,
    threshold: float = THRESHOLD,
    similarity: Similarity | None = None,
) -> TopicCurve:
    """Return how much of the talk still belongs to its topic, message by message. Takes time linear in its text.

    Without a declared topic, every point between two messages is asked whether the talk before it and the talk after
    it are about the same (as TextTiling does; Hearst 1997, "TextTiling: segmenting text into multi-paragraph subtopic
    passages"); a break counts against the messages that follow. A talk that moves on step by step, or comes
    back after a short digression, has no such break.
    With one, what follows a point belongs to the topic as far as it takes up what was said before, and as far as it
    mentions the declared words as often as the talk did until then: where they hardly came, their absence says nothing.
    A talk is off topic from the start if other words lead it and the declared ones never come.

    Args:
        dialogue: a dialogue, an excerpt, or messages in order. Numbers in the answer are the messages' own.
        topic: words, a paragraph, or example texts; ``None`` for the topic that the pair settles on itself.
        threshold: from 0 to 1; the talk has left the topic where the value is below it.
        similarity: what compares texts in place of words, such as embeddings; see :class:`Similarity`.

    Raises:
        CheckError: an option is out of its range, or ``dialogue`` holds no messages.

    """
    threshold = number("topic_curve", "threshold", threshold, high=1.0)
    declared = _declaration(topic)
    messages = said(dialogue)
    idle = _idle(messages)
    left_out = {n for first, last in idle for n in range(first, last + 1)}
    kept = [m for m in messages if m.number not in left_out]
    talk = [m.text for m in kept]
    if not _enough(talk):
        return TopicCurve((), idle=idle, declared=bool(declared))
    if not declared:
        found = _settled(talk, threshold, similarity or Words())
    elif similarity is None:
        found = _declared(Declared(declared), talk, threshold)
    else:
        values = [similarity(declared, talk[i : i + FOLLOWED]) for i in range(len(talk))]
        found = _Found(values, _first_below(values, threshold))
    return _curve(kept, found, declared, idle)


@check
def stays_on_topic(
    dialogue: Dialogue | Iterable[Message],
    topic: str | Iterable[str] | None = None,
    *,
    threshold: float = THRESHOLD,
    similarity: Similarity | None = None,
) -> Verdict:
    """The talk stays with its topic.

    Fails if the lowest value of :func:`topic_curve` is below the threshold. Idle runs are left out: a loop is not
    drift. Where too little was said to judge, the check passes and says so.

    Args:
        dialogue: a dialogue, an excerpt, or messages in order.
        topic: words, a paragraph, or example texts; ``None`` for the topic that the pair settles on itself.
        threshold: the lowest value that passes, from 0 to 1.
        similarity: what compares texts in place of words, such as embeddings; see :class:`Similarity`.

    Raises:
        CheckError: an option is out of its range, or ``dialogue`` holds no messages.

    """
    curve = topic_curve(dialogue, topic, threshold=threshold, similarity=similarity)
    score = curve.lowest
    sentence = _sentence(curve, by_words=similarity is None)
    return Verdict("", curve.onset is None, sentence, score, threshold, "higher", _evidence(curve))


@dataclass(frozen=True, slots=True)
class _Found:
    """Values for each text of a talk, and the indices of the first text off topic and of the first one back on it.

    ``words`` are those of the topic, ``declared`` those among them that were declared and looked for in the talk.
    """

    values: list[float]
    start: int | None = None
    back: int | None = None
    words: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()


def _declaration(topic: str | Iterable[str] | None) -> tuple[str, ...]:
    if topic is None:
        return ()
    texts = phrases("topic_curve", "topic", (topic,) if isinstance(topic, str) else topic)
    if not any(found.telling or found.plain for found in map(terms, texts)):
        msg = "topic_curve: topic must hold a word that says what it is about"
        raise CheckError(msg, facts=[("got", shorten(", ".join(map(ascii, texts)), 80))])
    return texts


def _idle(messages: Sequence[Message]) -> tuple[tuple[int, int], ...]:
    loop = find_termination_loop(messages)
    if loop is None:
        return ()
    return (*((run.onset, run.end) for run in loop.recovered), (loop.onset, messages[-1].number))


def _enough(talk: Sequence[str]) -> bool:
    """Return whether there are messages enough for a topic and a break in it, and telling words in them."""
    if len(talk) < SETTLED + FOLLOWED:
        return False
    told = 0
    for text in talk:
        told += len(terms(text).telling)
        if told >= _ENOUGH:
            return True
    return False


def _settled(talk: Sequence[str], threshold: float, similarity: Similarity) -> _Found:
    """Judge a talk against the topic it settled on: what breaks with all that was said before leaves it."""
    breaks = range(SETTLED, len(talk) - FOLLOWED + 1)
    whole = {at: similarity(talk[max(0, at - WINDOW) : at], talk[at : at + WINDOW]) for at in breaks}
    values = [
        min((whole[at] for at in range(i - REACH + 1, i + 1) if at in whole), default=1.0) for i in range(len(talk))
    ]
    first = _first_below(values, threshold)
    if first is None:
        return _Found(values)
    run = _run_below(whole, first, threshold)
    start = min(run, key=whole.__getitem__)
    before = talk[max(0, start - WINDOW) : start]
    last = max(start, len(talk) - WINDOW)  # what is said at the end is judged with what led up to it
    again = [similarity(before, talk[min(i, last) :][:WINDOW]) for i in range(start, len(talk))]
    back = _return(whole, run[-1] + 1, threshold, dict(enumerate(again, start)))
    for i, value in enumerate(again, start):
        if back is None or i < back:
            values[i] = min(values[i], value)
        elif i < back + REACH:
            values[i] = max(values[i], value)  # the break with which the talk came back is no drift
    return _Found(values, start, back)


def _run_below(whole: Mapping[int, float], first: int, threshold: float) -> range:
    """Return the breaks below the threshold that follow one another, from the first on."""
    return range(first, next(at for at in count(first + 1) if whole.get(at, 1.0) >= threshold))


def _return(whole: Mapping[int, float], since: int, threshold: float, again: Mapping[int, float]) -> int | None:
    """Return where a talk came back: it breaks once more, and what follows is about what was said before the drift."""
    for at in (at for at in range(since, max(whole) + 1) if whole[at] < threshold):
        deepest = min(_run_below(whole, at, threshold), key=whole.__getitem__)
        if again[deepest] >= _clearly(threshold):
            return deepest
    return None


def _clearly(threshold: float) -> float:
    """Return the value from which talk is on its topic beyond doubt: half way from the threshold to 1."""
    return (1 + threshold) / 2


def _declared(topic: Declared, talk: Sequence[str], threshold: float) -> _Found:
    """Judge a talk against a topic that was declared."""
    belonging = Belonging(topic, talk)
    whole = belonging.breaks()
    start = _break(whole, threshold)
    upto, spoken = belonging.unspoken(len(talk) if start is None else start)
    if spoken < threshold:
        back = belonging.first_mention(upto)
        off = len(talk) if back is None else back
        values = [spoken] * off + [max(threshold, whole.get(i, 1.0)) for i in range(off, len(talk))]
        return _Found(values, 0, back, tuple(topic.words), tuple(topic.words))
    values = [
        min((whole[at] for at in range(i - REACH + 1, i + 1) if at in whole), default=1.0) for i in range(len(talk))
    ]
    words = tuple(dict.fromkeys((*topic.words, *_ranked(talk[:start][-2 * WINDOW :]))))
    if start is None:
        return _Found(values, words=words, declared=tuple(topic.words))
    again = belonging.since(start)
    back = belonging.back(start)
    for i, value in enumerate(again, start):
        if back is None or i < back:
            values[i] = min(values[i], value)
        elif i < back + REACH:
            values[i] = max(values[i], value)
    return _Found(values, start, back, words, tuple(topic.words))


def _break(whole: Mapping[int, float], threshold: float) -> int | None:
    """Return the deepest of the first breaks below the threshold that follow one another, if there is one."""
    first = next((at for at, value in whole.items() if value < threshold), None)
    return None if first is None else min(_run_below(whole, first, threshold), key=whole.__getitem__)


def _first_below(values: Sequence[float], threshold: float) -> int | None:
    return next((i for i, value in enumerate(values) if value < threshold), None)


def _curve(
    kept: Sequence[Message], found: _Found, declared: Sequence[str], idle: tuple[tuple[int, int], ...]
) -> TopicCurve:
    at, back = found.start, found.back
    end = len(kept) if at is None else at
    held = {term for m in kept for kind in terms(m.text)[:2] for term in kind} if found.declared else set()
    before = [m.text for m in kept[max(0, end - 2 * WINDOW) : end]]
    after = [m.text for m in kept[at : at + WINDOW]] if at is not None else []
    spelt = spellings([*declared, *before, *after])
    about, now = _ranked(before), _ranked(after)
    mentioned = [term for term in found.declared if term in held]
    topic = (found.words if mentioned else found.declared) or about
    return TopicCurve(
        points=tuple(TopicPoint(m.number, round(v, 4)) for m, v in zip(kept, found.values, strict=True)),
        onset=None if at is None else kept[at].number,
        returned=None if back is None else kept[back].number,
        topic_words=tuple(spelt.get(term, term) for term in topic[:_TOPIC_WORDS]),
        came_in=tuple(spelt[term] for term in now if term not in {*about, *topic})[:_NAMED] if after else (),
        ceased=tuple(spelt.get(term, term) for term in topic if term not in now)[:_NAMED] if after else (),
        idle=idle,
        declared=bool(declared),
        mentioned=tuple(spelt.get(term, term) for term in mentioned),
    )


def _ranked(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the telling terms of ``texts``: those that most texts hold first, then those that were said first."""
    counts = Counter(term for text in texts for term in sorted(terms(text).telling))
    return tuple(sorted(counts, key=lambda term: -counts[term]))


def _sentence(curve: TopicCurve, *, by_words: bool) -> str:
    if not curve.points:
        said_of_it = "too little was said to judge the topic"
    elif curve.onset is None:
        said_of_it = _stayed(curve, by_words=by_words)
    elif curve.declared and curve.onset == curve.points[0].number:
        said_of_it = f"off topic from the start: {_quoted(curve.came_in)}, not {_quoted(curve.topic_words)}"
        said_of_it += f"; on it from message {curve.returned}" if curve.returned is not None else ""
    else:
        said_of_it = f"drifts off topic at message {curve.onset}: {_quoted(curve.came_in)} come in"
        said_of_it += f", {_quoted(curve.ceased)} cease" if curve.ceased else ""
        said_of_it += f"; on it again from message {curve.returned}" if curve.returned is not None else ""
    if not curve.idle:
        return said_of_it
    runs = " and ".join(f"{first} to {last}" for first, last in curve.idle[:_NAMED])
    return f"{said_of_it} (idle messages {runs} are left out: a loop is not drift)"


def _stayed(curve: TopicCurve, *, by_words: bool) -> str:
    if by_words and curve.declared and not curve.mentioned:
        return f"never mentions {_quoted(curve.topic_words)}, but too little leads the talk to call it off topic"
    return f"on topic throughout: {_quoted(curve.mentioned or curve.topic_words)}"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"'{shorten(word, 24)}'" for word in words[:_NAMED]) or "other words"


def _evidence(curve: TopicCurve) -> tuple[Evidence, ...]:
    if curve.onset is None:
        return ()
    last = max((p.number for p in curve.points if p.number < curve.onset), default=None)
    ceased = [] if last is None else [Evidence(last, f"the last to speak of {_quoted(curve.topic_words)}")]
    lowest = min((p for p in curve.points if p.number >= curve.onset), key=lambda p: p.value)
    return (
        *ceased,
        Evidence(curve.onset, f"{_quoted(curve.came_in)} come in; {_quoted(curve.ceased)} cease"),
        Evidence(lowest.number, f"belongs to the topic by {lowest.value:.2f}, the least of all messages"),
    )
