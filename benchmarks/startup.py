"""What the plugin costs: pytest runs that do not use it, and replay runs that do.

Prints medians of whole processes, and the difference from the same run with the plugin switched off (the floor).
Run it as `python benchmarks/startup.py [--runs N]`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

#: Plugins of other packages that would blur the difference.
QUIET = ["-q", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:anyio", "-p", "no:hypothesispytest"]

UNRELATED = "def test_it():\n    assert True\n"
REPLAYED = """
import pytest
from dialogue_harness import Scenario, Speaker

A = Speaker("builtin:eliza")

@pytest.mark.scenario(Scenario("chat", a=A, b=A, turns=20))
def test_it(dialogue):
    assert len(dialogue) == 41
"""


def seconds(folder: Path, *arguments: str) -> float:
    """Return how long one pytest run takes, as a whole process."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest", *QUIET, *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603 -- our own command
    return time.perf_counter() - began


def medians(folder: Path, runs: int, *variants: tuple[str, ...]) -> list[float]:
    """Return the median of each variant, the variants taken in turn so that a drifting machine hits them alike."""
    times: list[list[float]] = [[] for _ in variants]
    for index in range(runs + 1):
        for variant, measured in zip(variants, times, strict=True):
            taken = seconds(folder, *variant)
            if index:  # the first round warms the caches
                measured.append(taken)
    return [statistics.median(measured) for measured in times]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="counted runs of each (default: 15)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "test_it.py").write_text(UNRELATED, encoding="utf-8")
        unused, off = medians(folder, runs, (), ("-p", "no:harness"))
        (folder / "test_it.py").write_text(REPLAYED, encoding="utf-8")
        seconds(folder, "--harness-record=missing")
        [replay] = medians(folder, runs, ())
    rows = [
        ["switched off (-p no:harness)", f"{1000 * off:.0f}", "", ""],
        ["installed, unused", f"{1000 * unused:.0f}", f"{1000 * (unused - off):+.0f}", _tick(unused - off, 0.020)],
        ["one dialogue replayed", f"{1000 * replay:.0f}", f"{1000 * (replay - off):+.0f}", ""],
    ]
    print(tabulate(rows, headers=["a pytest run of one test", "ms", "over the floor", "bar: 20 ms"]))


def _tick(value: float, bar: float) -> str:
    return "✓" if value <= bar else f"✗ {1000 * (value - bar):.0f} ms over"


if __name__ == "__main__":
    main()
