"""How well termination loops are found: ``python benchmarks/loops.py``, one minute.

Material: ``../shared/corpus`` and ``../shared/seeds`` (see ``corpus.py``), and ``tests/helpers/loop_cases.py``, whose
dialogues
were written for it and take no part in the training.

The row "ours, held out" is leave-one-family-out: the dialogues of one vendor's models are judged with weights trained
on all the others (``train_loops.py``). What all folds share, the constants of the cumulative sum, the signs and the
lists of words, was chosen with the whole of the corpus in view. "ours, as shipped" has the weights of the package.

- F1, precision, recall: of loop or no loop at the end of the dialogue, on the model pairs.
- strict: the same F1, but an alarm more than two messages before the readers' onset is a false one.
- onset: hits whose onset is within two messages of the readers'; error: the median distance in messages.
- alarm: hits that an observer of the running dialogue would have known of within 8 messages of the readers' onset.
- cost: processor time to feed one message of 100 words to a ``LoopWatch``, the median of the messages; of seven such
  medians, the median again.
- false: healthy dialogues of people and tasks called a loop. One of the 340 does end in a loop: two bots say "What?"
  to each other ten times.

The known rules are minimal re-implementations. They fire at a message or not; what they find is taken to begin with the
first of the messages at the end where they fire with gaps of at most 8.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import time
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tabulate import tabulate

import train_loops
from corpus import Labelled, available, load_pairs, load_people, load_seeds
from dialogue_harness._text.words import words
from dialogue_harness.checks.loops.detector import LoopWatch
from dialogue_harness.checks.loops.tracker import Tracker
from dialogue_harness.checks.loops.weights import FIGURES, Figures
from dialogue_harness.dialogue import Dialogue, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WITHIN: Final = 2
PROMPT: Final = 8
NEVER: Final = 10**6

#: How often the cost is measured.
ROUNDS: Final = 7


@dataclass(frozen=True)
class Found:
    """A loop that was found: its onset, and the message at which it was known."""

    onset: int
    known_at: int


def ours(figures: Figures) -> Callable[[Dialogue], Found | None]:
    """Return our detector with these weights."""

    def find(dialogue: Dialogue) -> Found | None:
        tracker, run = Tracker(figures=figures), None
        for message in dialogue:
            run = tracker.feed(message)
        return None if run is None else Found(run.onset, run.known_at or run.end)

    return find


# --- known rules: of each message, whether the rule fires there -------------------------------------------------------


def exact_repeats(texts: Sequence[str]) -> list[bool]:
    """Three equal messages within ten."""
    return [Counter(texts[max(0, at - 9) : at + 1])[text] >= 3 for at, text in enumerate(texts)]


def alternation(texts: Sequence[str]) -> list[bool]:
    """Four equal messages of one speaker in a row, or six messages that alternate between two."""
    fires = []
    for at in range(len(texts)):
        own = [texts[k] for k in range(at, max(-1, at - 8), -2)]
        six = texts[max(0, at - 5) : at + 1]
        fires.append(
            (len(own) == 4 and len(set(own)) == 1) or (len(six) == 6 and len(set(six[::2])) == len(set(six[1::2])) == 1)
        )
    return fires


def similar(texts: Sequence[str]) -> list[bool]:
    """Jaccard similarity of consecutive messages of at least .6, three times in a row."""
    sets = [set(words(text)) for text in texts]
    close = [False] + [len(a & b) >= 0.6 * len(a | b) for a, b in pairwise(sets)]
    return [at >= 3 and all(close[at - 2 : at + 1]) for at in range(len(texts))]


_CLOSING: Final = re.compile(
    r"\b(?:good ?bye|bye|farewell|take care|see you|thank you|good night|until next time)\b", re.IGNORECASE
)


def closing_phrase(texts: Sequence[str]) -> list[bool]:
    """A phrase of farewell or thanks, once."""
    return [bool(_CLOSING.search(text)) for text in texts]


def rep_4(texts: Sequence[str]) -> list[bool]:
    """Half of the four-grams of the last six messages, or more, are repeats."""
    fires = []
    for at in range(len(texts)):
        said = words(" ".join(texts[max(0, at - 5) : at + 1]))
        grams = list(zip(said, said[1:], said[2:], said[3:], strict=False))
        fires.append(at >= 5 and bool(grams) and 1 - len(set(grams)) / len(grams) >= 0.5)
    return fires


def compressible(texts: Sequence[str]) -> list[bool]:
    """The last eight messages compress to a quarter or less."""
    fires = []
    for at in range(len(texts)):
        said = " ".join(texts[max(0, at - 7) : at + 1]).encode("utf-8", "surrogatepass")
        fires.append(at >= 7 and len(said) > 0 and len(zlib.compress(said)) <= 0.25 * len(said))
    return fires


RULES: Final = {
    "three exact repeats within ten": exact_repeats,
    "equal pairs and alternation": alternation,
    "Jaccard of neighbours >= .6, three times": similar,
    "a closing phrase, once": closing_phrase,
    "rep-4 >= .5 in six": rep_4,
    "zlib ratio <= .25 in eight": compressible,
}


def rule(fires_of: Callable[[Sequence[str]], list[bool]]) -> Callable[[Dialogue], Found | None]:
    """Return a detector that fires where the rule does."""

    def find(dialogue: Dialogue) -> Found | None:
        fired = [number for number, fires in enumerate(fires_of(dialogue.texts), 1) if fires]
        if not fired:
            return None
        onset = len(dialogue) + 1
        for number in reversed(fired):
            if onset - number > PROMPT:
                break
            onset = number
        return Found(min(onset, fired[-1]), fired[0])

    return find


# --- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """The figures of one detector."""

    precision: float
    recall: float
    onset: float
    error: float
    alarm: float
    false: float
    strict: float = 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(found: Sequence[tuple[Labelled, Found | None]], false: float) -> Score:
    """Return the figures of what was found on the model pairs."""
    hits = [(labelled, it) for labelled, it in found if it is not None and labelled.is_loop]
    called = sum(it is not None for _, it in found)
    loops = sum(labelled.is_loop for labelled, _ in found)
    errors = [abs(it.onset - (labelled.onset or 0)) for labelled, it in hits]
    delays = [it.known_at - (labelled.onset or 0) for labelled, it in hits]
    in_time = sum(delay >= -WITHIN for delay in delays)
    return Score(
        precision=_share(len(hits), called),
        recall=_share(len(hits), loops),
        onset=_share(sum(error <= WITHIN for error in errors), len(hits)),
        error=median(errors or [NEVER]),
        alarm=_share(sum(delay <= PROMPT for delay in delays), len(hits)),
        false=false,
        strict=_share(2 * in_time, called + loops),
    )


def held_out(pairs: Sequence[Labelled], people: Sequence[Labelled]) -> list[tuple[Labelled, Found | None]]:
    """Judge the dialogues of each family with weights trained on the others."""
    sets = {each.name: train_loops.examples(each) for each in (*pairs, *people)}
    found = []
    for family in sorted({each.source for each in pairs}):
        others = [sets[each.name] for each in (*pairs, *people) if each.source != family]
        find = ours(train_loops.train(others, begin=FIGURES))
        found += [(each, find(each.dialogue)) for each in pairs if each.source == family]
    return found


def microseconds() -> float:
    """Return the cost of a message of 100 words in microseconds of processor time: the median of several medians."""
    dialogues = [[_of_100_words(message) for message in each.dialogue] for each in load_pairs()[::4]]
    return median(_median_cost(dialogues) for _ in range(ROUNDS))


def _of_100_words(message: Message) -> Message:
    return Message(message.number, message.speaker, " ".join((message.text.split() * 100)[:100]))


def _median_cost(dialogues: Sequence[Sequence[Message]]) -> float:
    taken = []
    for messages in dialogues:
        watch = LoopWatch()
        for message in messages:
            begin = time.process_time_ns()
            watch.feed(message)
            taken.append(time.process_time_ns() - begin)
    return median(taken) / 1e3


def growth() -> float:
    """Return how many times longer eight times as many messages take: 8 is linear."""
    texts = [message.text[:400] for labelled in load_pairs()[:20] for message in labelled.dialogue]
    return _seconds(texts * 8) / _seconds(texts)


def _seconds(texts: Sequence[str]) -> float:
    best = float(NEVER)
    messages = [Message(n, "A" if n % 2 else "B", text) for n, text in enumerate(texts, 1)]
    for _ in range(3):
        watch, begin = LoopWatch(), time.process_time()
        for message in messages:
            watch.feed(message)
        best = min(best, time.process_time() - begin)
    return best


def written() -> tuple[int, int, int, int]:
    """Return, of the dialogues written for this: loops found, loops, false alarms, healthy ones."""
    cases = _loop_cases()
    find = ours(FIGURES)
    loops = [(case.onset, find(Dialogue.from_texts(case.texts))) for case in cases.LOOPS]
    hits = sum(found is not None and first <= found.onset <= last for (first, last), found in loops)
    false = sum(find(Dialogue.from_texts(case.texts)) is not None for case in cases.HEALTHY)
    return hits, len(cases.LOOPS), false, len(cases.HEALTHY)


def _loop_cases() -> Any:  # noqa: ANN401 -- a module that lies outside of any package
    path = Path(__file__).resolve().parent.parent / "tests" / "helpers" / "loop_cases.py"
    spec = importlib.util.spec_from_file_location("loop_cases", path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 -- the file is there
    module = importlib.util.module_from_spec(spec)
    sys.modules["loop_cases"] = module
    spec.loader.exec_module(module)
    return module


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _false(find: Callable[[Dialogue], Found | None], people: Sequence[Labelled]) -> float:
    return _share(sum(find(each.dialogue) is not None for each in people), len(people))


def _row(name: str, it: Score) -> list[str]:
    onset = [f"{it.onset:.0%}", f"{it.error:g}", f"{it.alarm:.0%}"] if it.recall else ["-"] * 3
    return [
        name,
        f"{it.f1:.3f}",
        f"{it.strict:.3f}",
        f"{it.precision:.2f}",
        f"{it.recall:.2f}",
        *onset,
        f"{it.false:.1%}",
    ]


def bars(main: Score, cost: float, times: float) -> list[list[str]]:
    """Return each bar, what was reached, and a tick or the shortfall."""
    find = ours(FIGURES)
    seeds = [(each, find(each.dialogue)) for each in load_seeds()]
    inside = sum(f is not None and (s.onset or 0) <= f.onset <= (s.latest or 0) for s, f in seeds)
    hits, loops, false, healthy = written()
    return [
        ["F1, held out", ">= 0.95", f"{main.f1:.3f}", _mark(main.f1 - 0.95)],
        ["onset within 2 messages", ">= 80%", f"{main.onset:.1%}", _mark(main.onset - 0.8)],
        ["median error of the onset", "<= 1", f"{main.error:g}", _mark(1 - main.error)],
        ["false alarms, people and tasks", "<= 0.5%", f"{main.false:.2%}", _mark(0.005 - main.false)],
        ["seeds inside their intervals", "2", str(inside), _mark(inside - 2)],
        ["alarm within 8 messages", ">= 80%", f"{main.alarm:.1%}", _mark(main.alarm - 0.8)],
        ["processor time of 100 words, median", "<= 150 us", f"{cost:.0f} us", _mark(150 - cost)],
        ["8 times the messages take", "<= 10 times", f"{times:.1f} times", _mark(10 - times)],
        ["written loops found in place", "all", f"{hits} of {loops}", _mark(hits - loops)],
        ["written healthy ones called a loop", "none", f"{false} of {healthy}", _mark(-false)],
    ]


def _mark(margin: float) -> str:
    return "✓" if margin >= 0 else f"short by {-margin:.3g}"


def main() -> int:
    """Print the table and the bars."""
    if not available():
        print("skipped: ../shared/corpus is not here")
        return 0
    pairs, people = load_pairs(), load_people()
    false = _false(ours(FIGURES), people)
    fair = score(held_out(pairs, people), false)
    shipped = score([(each, ours(FIGURES)(each.dialogue)) for each in pairs], false)
    rows = [_row("ours, held out", fair), _row("ours, as shipped", shipped)]
    for name, fires in RULES.items():
        find = rule(fires)
        found = [(each, find(each.dialogue)) for each in pairs]
        rows.append(_row(name, score(found, _false(find, people))))
    columns = ["", "F1", "strict", "precision", "recall", "onset ±2", "error", "alarm ≤ 8", "false"]
    print(tabulate(rows, headers=columns, disable_numparse=True))
    print()
    print(
        tabulate(bars(fair, microseconds(), growth()), headers=["bar", "asked", "reached", ""], disable_numparse=True)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
