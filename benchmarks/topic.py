"""How well the topic check finds a change of topic: ``python benchmarks/topic.py``.

Material: ``../shared/corpus`` (see ``corpus.py``), the idle runs at the end cut off where its readers saw them begin.

Splices. For each source two of its dialogues are drawn, and a message to cut at: the first one's messages up to it are
followed by the second one's from the same number on, so that the speakers go on alternating. At least six messages
stand before a cut, and eight follow it before either idle run. Nothing keeps the two from being about the same: in
Topical-Chat every third splice or so joins football to football. Rows of the kind "another subject" are the splices
whose main subjects in the eight messages before and after the cut, by a list of a few words each, differ. In rows of
the kind "declared" the check is given the first six messages as examples of the topic; not for model pairs, which
spend these on greetings.

- area: the probability that a message among the first eight after a cut has a lower value than a message of an
  unspliced dialogue, over all pairs of such messages (the area under the curve).
- matched: the same, but against the messages of the same numbers in the first dialogue left whole. It takes away what
  dialogues, and early and late messages, differ by. It is the harder reading: the messages that a pair settles on its
  topic with, which no check calls off topic, are not among those compared.
- stretch: the area of the mean value of the eight messages after a cut against the means of all stretches of eight in
  unspliced dialogues: is this stretch, not this message, off topic?
- recall: of the splices, those whose lowest value among the first eight messages after the cut lies under a threshold
  at which unspliced dialogues raise one alarm in a hundred stretches of eight messages (after one alarm a dialogue
  raises no other); strict recall: at which one unspliced dialogue in a hundred raises one.
- found: of the splices, with the default threshold, those whose onset is given within eight messages of the cut.
- onset: how far those onsets are from the cut, in messages, at the median.
- off topic: of the unspliced dialogues, those that the check fails as it is by default.

The bars on areas are of "stretch": what is judged is the eight messages after a cut, for single short messages cannot
be told apart by words. The same bars on each message by itself stand below them; short messages miss those. No figure
is fitted to a source: the check's few constants are the same for all three. A draw of 120 splices of Topical-Chat or
DSTC8 gives areas that lie .016 apart (standard deviation over twelve seeds), so theirs are of 400; model pairs, whose
dialogues are long, are cut 120 times.

All draws come from one seed: the figures are the same to the digit.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from dataclasses import dataclass
from statistics import fmean, median
from typing import Final

from corpus import Labelled, available, load_pairs, load_people
from dialogue_harness._text.words import words
from dialogue_harness.checks.topic.stays_on_topic import THRESHOLD, TopicCurve, stays_on_topic, topic_curve
from dialogue_harness.dialogue import Dialogue

SEED: Final = 20
SPLICES: Final = 120
SHORT_SPLICES: Final = 400
BEFORE: Final = 6
AFTER: Final = 8

#: A few words of each subject that splices are sorted by; no check sees them.
SUBJECTS: Final = {
    "sport": "football nfl quarterback qb team baseball basketball nba player players coach game soccer golf stadium",
    "screen": "movie movies film films actor actress marvel dc superhero superheroes comic comics tv netflix disney",
    "music": "music song songs band album concert singer guitar jazz rap hip dance ballet piano beatles",
    "books": "book books novel fiction author read library poem poetry shakespeare writer",
    "politics": "president election vote voting government congress trump senate democrat republican political",
    "science": "science scientist planet planets earth moon sun jupiter space nasa physics universe mars saturn",
    "web": "internet google facebook twitter website wifi computer software app online amazon",
    "animals": "dog dogs cat cats bird birds fish animal animals pet horse shark",
    "clothes": "fashion dress clothes shirt shoes pants hawaii suit",
    "food": "restaurant food eat dinner lunch table cuisine reservation coffee pizza",
    "stay": "hotel hotels house room rooms apartment rent bedroom baths property laundry",
    "ride": "bus train flight flights airline car cars rental ride taxi cab ticket departing airport",
    "event": "event events concert show theater theatre venue tickets",
    "care": "doctor dentist salon appointment stylist therapist dermatologist gynecologist",
    "bank": "bank account transfer balance savings checking payment",
    "weather": "weather rain temperature wind humidity forecast",
}
_SUBJECT_OF: Final = {word: subject for subject, listed in SUBJECTS.items() for word in listed.split()}


@dataclass(frozen=True)
class Splice:
    """Two dialogues joined: what was said, the number of the second's first message, and which dialogue was cut."""

    texts: tuple[str, ...]
    cut: int
    of: int


@dataclass(frozen=True)
class Row:
    """The figures of one source; see the head of this file."""

    name: str
    splices: int
    area: float
    matched: float
    stretch: float
    recall: float
    strict: float
    found: float
    onset: float
    off_topic: float


def contentful(row: Labelled) -> tuple[str, ...]:
    """Return the texts of a dialogue up to its final idle run."""
    return row.dialogue.texts if row.onset is None else row.dialogue.texts[: row.onset - 1]


def splices(rows: list[tuple[str, tuple[str, ...]]], number: int, *, same: bool = False) -> list[Splice]:
    """Draw splices of dialogues, each with its speakers' name: of two names' or, if ``same``, of one's."""
    rng = random.Random(SEED)
    drawn: list[Splice] = []
    while len(drawn) < number:
        of, then = rng.sample(range(len(rows)), 2)
        (name, first), (other, second) = rows[of], rows[then]
        last = min(len(first), len(second) - AFTER)
        if last >= BEFORE and (name == other or not same):
            kept = rng.randint(BEFORE, last)
            drawn.append(Splice(first[:kept] + second[kept:], kept + 1, of))
    return drawn


def curve(texts: tuple[str, ...], *, declared: bool = False) -> TopicCurve:
    """Return the topic curve of some texts; if ``declared``, of the topic of their first messages."""
    return topic_curve(Dialogue.from_texts(texts), texts[:BEFORE] if declared else None)


def subject(texts: tuple[str, ...]) -> str | None:
    """Return the subject that most listed words in ``texts`` are of, if there are any."""
    counts = Counter(_SUBJECT_OF[word] for text in texts for word in words(text) if word in _SUBJECT_OF)
    return max(sorted(counts), key=counts.__getitem__, default=None)


def is_another_subject(splice: Splice) -> bool:
    """Whether the messages before and after the cut have a main subject each, and not the same."""
    at = splice.cut - 1
    before, after = subject(splice.texts[max(0, at - AFTER) : at]), subject(splice.texts[at : at + AFTER])
    return None not in {before, after} and before != after


def area(low: list[float], high: list[float]) -> float:
    """Return the probability that one of ``low`` is below one of ``high``; a tie counts half."""
    counts = Counter(high)
    order = sorted({*low, *high})
    at_most: dict[float, float] = {}
    below = 0
    for value in order:
        at_most[value] = below + counts[value] / 2
        below += counts[value]
    return 1 - sum(at_most[value] for value in low) / (len(low) * len(high))


def values_after(curve: TopicCurve, cut: int) -> list[float]:
    """Return the values of the first eight messages from ``cut`` on."""
    return [point.value for point in curve.points if cut <= point.number < cut + AFTER]


def means(values: list[float]) -> list[float]:
    """Return the means of all stretches of eight that do not overlap, or the mean of all if there are fewer."""
    starts = range(0, max(1, len(values) - AFTER + 1), AFTER)
    return [fmean(values[at : at + AFTER]) for at in starts if values]


def measure(name: str, drawn: list[tuple[Splice, TopicCurve]], whole: list[TopicCurve]) -> Row:
    """Return the figures of one source."""
    after = [values_after(c, s.cut) for s, c in drawn]
    matched = [value for s, _ in drawn for value in values_after(whole[s.of], s.cut)]
    unspliced = [[p.value for p in c.points] for c in whole]
    lowest = sorted(min(values, default=1.0) for values in unspliced)
    stretches = sum(-(-len(values) // AFTER) for values in unspliced)
    reached = [min(values, default=1.0) for values in after]
    onsets = [abs(c.onset - s.cut) for s, c in drawn if c.onset is not None]
    near = [distance for distance in onsets if distance <= AFTER]
    return Row(
        name,
        len(drawn),
        area([v for values in after for v in values], [v for values in unspliced for v in values]),
        area([v for values in after for v in values], matched),
        area([fmean(values) for values in after if values], [v for values in unspliced for v in means(values)]),
        sum(low < lowest[min(stretches // 100, len(lowest) - 1)] for low in reached) / len(drawn),
        sum(low < lowest[len(lowest) // 100] for low in reached) / len(drawn),
        len(near) / len(drawn),
        median(near) if near else float("nan"),
        sum(c.onset is not None for c in whole) / len(whole),
    )


def rows_of(
    name: str,
    dialogues: list[tuple[str, tuple[str, ...]]],
    number: int = SPLICES,
    *,
    same: bool = False,
    declared: bool = False,
) -> list[Row]:
    """Return the figures of one source: of all its splices, of those into another subject, and with declared topics."""
    whole = [curve(texts) for _, texts in dialogues]
    drawn = [(splice, curve(splice.texts)) for splice in splices(dialogues, number, same=same)]
    rows = [measure(name, drawn, whole)]
    other = [pair for pair in drawn if is_another_subject(pair[0])]
    if len(other) >= number / 3:
        rows.append(measure(f"{name}, another subject", other, whole))
    if declared:
        by_example = [(splice, curve(splice.texts, declared=True)) for splice, _ in drawn]
        wholes = [curve(texts, declared=True) for _, texts in dialogues]
        rows.append(measure(f"{name}, declared", by_example, wholes))
    return rows


def speakers(row: Labelled) -> str:
    """Return the model that a model pair's name tells."""
    return re.sub(r"-\d+$", "", row.name)


def tick(*, met: bool) -> str:
    """Return the mark of a bar."""
    return "✓" if met else "✗"


def bars(table: dict[str, Row], failed: int, dialogues: int) -> list[tuple[str, float, str, bool]]:
    """Return each bar: what it is of, what was measured, what was asked, and whether it is met."""
    pairs, chat, tasks = table["model pairs"], table["Topical-Chat"], table["DSTC8"]
    share = failed / dialogues
    return [
        ("area, model pairs", pairs.stretch, ">= 0.95", pairs.stretch >= 0.95),
        ("area, Topical-Chat", chat.stretch, ">= 0.90", chat.stretch >= 0.90),
        ("area, DSTC8", tasks.stretch, ">= 0.90", tasks.stretch >= 0.90),
        ("recall at 1 % false alarms, model pairs", pairs.recall, ">= 0.7", pairs.recall >= 0.7),
        ("onset, median distance, model pairs", pairs.onset, "<= 3", pairs.onset <= 3),
        ("people and tasks called off topic", share, "<= 0.02", share <= 0.02),
        ("each message by itself: area, model pairs", pairs.area, ">= 0.95", pairs.area >= 0.95),
        ("each message by itself: area, Topical-Chat", chat.area, ">= 0.90", chat.area >= 0.90),
        ("each message by itself: area, DSTC8", tasks.area, ">= 0.90", tasks.area >= 0.90),
    ]


def main() -> int:
    """Print the table and the bars; return 0, or 2 where there is nothing to measure on."""
    if not available():
        print("benchmarks/topic.py: ../shared is not there: nothing to measure on")
        return 2
    pairs = [(speakers(row), contentful(row)) for row in load_pairs()]
    people = load_people()
    chat = [(row.source, row.dialogue.texts) for row in people if row.name.startswith("topicalchat")]
    tasks = [(row.source, row.dialogue.texts) for row in people if row.name.startswith("sgd")]
    rows = [
        *rows_of("model pairs", pairs),
        *rows_of("model pairs, one model", pairs, same=True),
        *rows_of("Topical-Chat", chat, SHORT_SPLICES, declared=True),
        *rows_of("DSTC8", tasks, SHORT_SPLICES, declared=True),
    ]
    print(
        f"{'splices':<40} {'n':>4} {'area':>6} {'matched':>8} {'stretch':>8} {'recall':>7} {'strict':>7} {'found':>6}"
        f" {'onset':>6} {'off topic':>10}"
    )
    for row in rows:
        areas = f"{row.area:6.3f} {row.matched:8.3f} {row.stretch:8.3f}"
        recall = f"{row.recall:7.2f} {row.strict:7.2f} {row.found:6.2f}"
        print(f"{row.name:<40} {row.splices:4} {areas} {recall} {row.onset:6.1f} {row.off_topic:10.3f}")
    failed = sum(not stays_on_topic(row.dialogue) for row in people)
    print(f"\nthreshold {THRESHOLD}; of {len(people)} dialogues of people and tasks, {failed} are called off topic\n")
    for what, got, asked, met in bars({row.name: row for row in rows}, failed, len(people)):
        print(f"{tick(met=met)} {what:<45} {got:6.3f}  {asked}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
