"""How often the rules of `conforms` are wrong about what people write, what they cost, and what the guard is worth.

Run it with ``python benchmarks/form.py`` from the repository's root. The first table needs ``../shared``; the second
asks `re` itself, within a second of patience for each expression, what the guard against catastrophic ones saves.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from tabulate import tabulate

from corpus import available, load_pairs, load_people
from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Highest share of messages that people wrote in plain English of which a rule may say that they are not that.
BAR: Final = 0.001
#: Highest cost of a rule on messages of people, in microseconds of processor time a message at the median.
COST: Final = 150.0

#: Rules that all plain English chat keeps.
PLAIN: Final[dict[str, dict[str, Any]]] = {
    "language='en'": {"language": "en"},
    "markdown=False": {"markdown": False},
    "language=['de', 'fr', 'zh', 'en']": {"language": ["de", "fr", "zh", "en"]},
}
#: Rules that are measured for their cost alone.
COSTLY: Final[dict[str, dict[str, Any]]] = {
    "max_words=10000": {"max_words": 10_000},
    "max_sentences=10000": {"max_sentences": 10_000},
    "forbids=…": {"forbids": ["as an AI language model", "[END]"]},
    "pattern=…": {"pattern": r"[A-Za-z]+@[a-z]+\.com|^"},
    "schema=…, lenient": {"schema": True, "lenient": True},
}

#: Expressions known from reports of services that they brought down, and texts that almost match them.
EVIL: Final = {
    r"(a+)+$": "a" * 40 + "!",
    r"(a|a)*b": "a" * 40,
    r"(a|aa)+$": "a" * 60 + "!",
    r"(.*)*x": "a" * 40,
    r"(\w+\s?)*$": "a" * 40 + "!",
    r"^(([a-z])+.)+[A-Z]([a-z])+$": "a" * 60,
    r"(?:\s*\w+)*:": "a" * 40,
    r"[a-z]+@[a-z]+\.com": "a" * 100_000,
    r"\s+$": " " * 100_000 + "x",
    r".*.*.*=.*": "x" * 3_000,
}


def cost(texts: Sequence[str], options: dict[str, Any]) -> tuple[int, float]:
    """Return how many messages break a rule, and the median of its cost in microseconds of processor time."""
    took = []
    broken = 0
    for text in texts:
        message = Message(1, "A", text)
        start = time.process_time()
        broken += not conforms(message, **options)
        took.append(time.process_time() - start)
    return broken, 1e6 * sorted(took)[len(took) // 2]


def _search(pattern: str, text: str) -> None:
    re.search(pattern, text)


def patience(pattern: str, text: str) -> str:
    """Return how long `re` takes, or that it was not waited for."""
    process = multiprocessing.Process(target=_search, args=(pattern, text))
    start = time.perf_counter()
    process.start()
    process.join(1.0)
    seconds = time.perf_counter() - start
    if process.is_alive():
        process.kill()
        process.join()
        return "over 1 s"
    return f"{1e3 * seconds:.0f} ms"


def guarded(pattern: str, text: str) -> str:
    """Return how long `conforms` takes, or that it refuses the pattern."""
    start = time.perf_counter()
    try:
        conforms(Message(1, "A", text), pattern=pattern)
    except CheckError:
        return "refused"
    return f"{1e3 * (time.perf_counter() - start):.0f} ms"


def main() -> int:
    """Print the tables and the bars; return 1 if a rule falls short of one."""
    rows = [
        [f"`{pattern}`", len(text), patience(pattern, text), guarded(pattern, text)] for pattern, text in EVIL.items()
    ]
    print(tabulate(rows, ["pattern", "characters", "re.search", "conforms"], disable_numparse=True), end="\n\n")
    if not available():
        print("the rest is skipped: ../shared is not there")
        return 0
    people = [message.text for row in load_people() for message in row.dialogue]
    pairs = [message.text for row in load_pairs() for message in row.dialogue]
    table, short = [], []
    for name, options in (PLAIN | COSTLY).items():
        broken, micros = cost(people, options)
        _, long = cost(pairs, options)
        false = f"{broken}/{len(people)}" if name in PLAIN else ""
        table.append([name, false, f"{micros:.0f}", f"{long:.0f}"])
        short += [name] if (name in PLAIN and broken / len(people) > BAR) or micros > COST else []
    print(tabulate(table, ["rule", "false alarms", "µs/message, people", "µs/message, models"], disable_numparse=True))
    print(f"\nat most {BAR:.1%} false alarms and {COST:.0f} µs: {'✗ ' + ', '.join(short) if short else '✓'}")
    return int(bool(short))


if __name__ == "__main__":
    sys.exit(main())
