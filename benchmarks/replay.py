"""How long it takes to open and verify recordings, next to the least that it can take: reading and hashing the bytes.

Run it from the project's folder::

    python benchmarks/replay.py            # 80 turns; 1,000 and 10,000 recordings
    python benchmarks/replay.py --quick    # 80 turns; 1,000 recordings

Every figure of one run comes from the same files on the same machine. The target is 80 turns in 1 ms or less.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tabulate import tabulate

from dialogue_harness.dialogue import Dialogue, Ending, Message, Usage
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.journal import write_recording
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TARGET_US = 1000
REPEATS = 300
WORDS = """
    window context token model memory attention layer prompt answer question longer shorter cache budget history
    sentence paragraph summary detail evidence measure compare result because however therefore sometimes usually we
    you they it is are was can may should the a of to and in that for with on as by from at or not but if then
""".split()  # noqa: SIM905 -- a list of quoted words would be no easier to read


def a_dialogue(turns: int, sample: int = 1) -> Dialogue:
    """Return a dialogue of so many turns, each message about 90 words with what a server tells of it."""
    draw = random.Random(sample)
    pair = Speaker("vendor/model-27b-it", system="Discuss context windows. Stay on topic.", temperature=0.7)
    scenario = Scenario("replay", a=pair, b=pair, opener="Hello.", turns=turns)
    messages = [Message(1, "A", "Hello.")]
    for number in range(2, scenario.length + 1):
        text = " ".join(draw.choices(WORDS, k=draw.randint(60, 120)))
        usage = Usage(input=draw.randint(50, 9000), output=draw.randint(60, 200))
        side = scenario.side_at(number)
        ms = round(draw.uniform(300, 4000), 1)
        messages.append(Message(number, side, text, None, "stop", pair.model, usage, ms, 1))
    return Dialogue(scenario, tuple(messages), Ending("turns"), sample)


def median_us(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median time of one call, in microseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


def floor(path: Path) -> str:
    """Read a file and hash it: what no verified read can do without."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def one_recording(folder: Path) -> Sequence[Sequence[object]]:
    """Measure recordings of several lengths, one at a time."""
    rows = []
    for turns in (10, 50, 80, 500):
        path = folder / "one" / f"{turns}.jsonl"
        write_recording(path, a_dialogue(turns), origin="run")
        least = median_us(lambda path=path: floor(path))  # type: ignore[misc]  # a default binds the loop's path
        opened = median_us(lambda path=path: load(path))  # type: ignore[misc]  # likewise
        rows.append((f"{turns} turns", f"{path.stat().st_size / 1024:.0f} KiB", least, opened, opened / least))
    return rows


def many_recordings(folder: Path, counts: Sequence[int]) -> Sequence[Sequence[object]]:
    """Measure serving whole libraries of ten-turn recordings, found by position."""
    library = Library(folder / "many")
    scenario, rows, written = a_dialogue(10).scenario, [], 0
    for count in counts:
        for sample in range(written + 1, count + 1):
            write_recording(library.path(scenario, sample), a_dialogue(10, sample), origin="run")
        written = count
        start = time.perf_counter()
        for sample in range(1, count + 1):
            floor(library.path(scenario, sample))
        least = time.perf_counter() - start
        start = time.perf_counter()
        for sample in range(1, count + 1):
            library.serve(scenario, sample)
        served = time.perf_counter() - start
        rows.append((f"{count:,} × 10 turns", least, served, served / least, 1e6 * served / count))
    return rows


def main() -> int:
    """Print both tables, and return 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the 10,000 recordings")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        rows = one_recording(Path(folder))
        headers = ["recording", "size", "floor µs", "load µs", "ratio"]
        print(tabulate(rows, headers, floatfmt=".1f"), end="\n\n")
        many = many_recordings(Path(folder), [1000] if quick else [1000, 10_000])
        headers = ["library", "floor s", "serve s", "ratio", "µs each"]
        print(tabulate(many, headers, floatfmt=".2f"), end="\n\n")
    took = next(float(str(row[3])) for row in rows if row[0] == "80 turns")
    print(f"80 turns: {took:.0f} µs, target {TARGET_US} µs: {'met' if took <= TARGET_US else 'MISSED'}")
    return int(took > TARGET_US)


if __name__ == "__main__":
    raise SystemExit(main())
