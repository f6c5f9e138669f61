"""How fast pairs talk at a real server, next to the plain client, and what becomes of it when the server fails.

Run it from the project's folder::

    python benchmarks/live.py            # about five minutes on two quiet cores
    python benchmarks/live.py --quick    # about two minutes: fewer dialogues and rounds, the same bars

The server is that of the tests, as a process of its own on the loopback interface; what it costs is not counted. Each
row is measured in a process of its own. CPU is that of the client's process, both in Python and in the kernel; where
two things are compared, it is by medians of alternating rounds. The plain client is ``AsyncOpenAI`` with
``chat.completions.create`` under ``asyncio.gather``; it is measured with fewer dialogues, since it is that slow, and
its CPU a call does not depend on how many there are.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "helpers"))

import killing
import soaking
from dialogue_harness.dialogue import Ending
from dialogue_harness.testing.server import ProtocolServer, protocol_server_process
from live_measures import MANY, MEASURES, medians
from replay import many_recordings, one_recording

if TYPE_CHECKING:
    from live_measures import Figures

LATENCY: Final = 0.05
DIALOGUES: Final = 32
TURNS: Final = 50
#: Dialogues of the plain client.
FEW: Final = 2


class Row(NamedTuple):
    """A line of the table: what was measured, how it came out, and whether that is within the bar, if there is one."""

    what: str
    measured: str
    bar: str = ""
    is_met: bool = True


def measured(what: str, latency: float, first: int, second: int) -> Figures:
    """Measure in a process of its own, against a server of its own."""
    with protocol_server_process("--latency", str(latency)) as url:
        command = [sys.executable, __file__, "--measure", what, url, str(first), str(second)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 -- this very file
    figures: Figures = json.loads(told.stdout)
    return figures


def speed(*, quick: bool) -> list[Row]:
    """Compare 32 dialogues of 50 turns with the ideal and with the plain client."""
    ours, other = [], []
    for _ in range(1 if quick else 3):
        ours.append(measured("ours", LATENCY, DIALOGUES, TURNS))
        other.append(measured("plain", LATENCY, FEW, TURNS))
    mine, its = medians(ours), medians(other)
    calls = 2 * TURNS
    took, ideal = mine["wall"], calls * LATENCY
    my_cpu, its_cpu = 1e3 * mine["cpu"] / DIALOGUES / calls, 1e3 * its["cpu"] / FEW / calls
    scaled = its_cpu * DIALOGUES * calls / 1e3
    return [
        Row(
            f"{DIALOGUES} dialogues of {TURNS} turns at {1e3 * LATENCY:.0f} ms, recorded",
            f"{took:.2f} s, {took / ideal:.2f} x the ideal {ideal:.1f} s",
            "<= 1.25 x",
            took <= 1.25 * ideal,
        ),
        Row(
            "CPU of them",
            f"{my_cpu:.2f} ms a call, {mine['cpu']:.1f} s: 1/{its_cpu / my_cpu:.1f} of the plain client's",
            "<= 1/12",
            12 * my_cpu <= its_cpu,
        ),
        Row(
            "CPU of the plain client",
            f"{its_cpu:.1f} ms a call, {scaled:.0f} s for {DIALOGUES} (measured with {FEW})",
        ),
    ]


def transport() -> Row:
    """Compare our transport with the package's; neither records, and the server takes no time."""
    dialogues, turns = 8, 25
    found = measured("transport", 0, dialogues, turns)
    ours, its = (1e3 * found[whose] / dialogues / turns / 2 for whose in ("ours", "package"))
    told = f"{ours:.2f} ms in place of {its:.2f} ms: 1/{its / ours:.1f}"
    return Row("CPU a call over the package's own transport", told)


def growth() -> Row:
    """Compare a short history with a long one."""
    found = measured("growth", 0, 10, 400)
    ratio = found["long"] / found["short"]
    told = f"{found['short']:.2f} ms and {found['long']:.2f} ms: {ratio:.2f} x"
    return Row("CPU a call at 10 and at 400 messages", told, "< 2 x", ratio < 2)


def many(*, quick: bool) -> list[Row]:
    """Hold a thousand dialogues all at once, and the same a hundred at once.

    A thousand in flight ask ten times as often as a hundred, so that the server takes ten times as long to answer: both
    ask for 2,000 calls a second, more than the client can do. What it does is then all that it can, and a fall of it
    with the number in flight has nowhere to hide. Both hold the same dialogues, so that as many are started and ended.
    """
    turns = 3 if quick else 5
    calls = MANY * 2 * turns
    thousands, hundreds = [], []
    for _ in range(1 if quick else 3):
        thousands.append(measured("many", 10 * LATENCY, MANY, turns))
        hundreds.append(measured("many", LATENCY, MANY // 10, turns))
    thousand, hundred = medians(thousands), medians(hundreds)
    ratio = hundred["wall"] / thousand["wall"]
    told = f"{calls / thousand['wall']:.0f} and {calls / hundred['wall']:.0f} calls a second: {ratio:.2f} x"
    cpu = f"{1e3 * thousand['cpu'] / calls:.2f} ms and {1e3 * hundred['cpu'] / calls:.2f} ms a call"
    return [
        Row("memory of 1,000 dialogues in flight", f"{thousand['mb']:.0f} MB", "<= 300 MB", thousand["mb"] <= 300),
        Row("throughput at 1,000 and at 100 in flight", told, ">= 0.9 x", ratio >= 0.9),
        Row("CPU of them", cpu),
    ]


def recording(*, quick: bool) -> list[Row]:
    """Compare the throughput of dialogues that are recorded with that of the same that stay in memory.

    As with a thousand in flight, more calls are asked for than the client can do, so that all that recording takes is
    taken from the throughput, the start and the end of each dialogue included.
    """
    dialogues, turns = 64, (15 if quick else TURNS)
    found = measured("recording", LATENCY, dialogues, turns)
    calls, cost, cpu_cost = dialogues * 2 * turns, found["wall cost"], found["cpu cost"]
    told = f"{100 * cost:.1f} % of {calls / found['bare wall']:.0f} calls a second"
    cpu = 1e3 * found["bare cpu"] / calls
    return [
        Row(f"throughput that recording costs, {dialogues} in flight", told, "<= 5 %", cost <= 0.05),
        Row("CPU of it", f"{cpu / (1 - cpu_cost) - cpu:.3f} ms a call, {100 * cpu_cost:.1f} % of all"),
    ]


def replayed(*, quick: bool) -> list[Row]:
    """Measure what `benchmarks/replay.py` does, of which two rows have a bar here."""
    count = 1000 if quick else 10_000
    with tempfile.TemporaryDirectory() as folder:
        ms = next(float(str(row[3])) for row in one_recording(Path(folder)) if row[0] == "80 turns") / 1e3
        seconds = float(str(many_recordings(Path(folder), [count])[0][2]))
    most = 15 * count / 10_000
    return [
        Row("a recording of 80 turns, opened and verified", f"{ms:.2f} ms", "<= 1 ms", ms <= 1),
        Row(f"{count:,} recordings, served", f"{seconds:.1f} s", f"<= {most:g} s", seconds <= most),
    ]


def soak(*, quick: bool) -> Row:
    """Hold dialogues at a server that fails in every way."""
    dialogues, turns = (60 if quick else 200), 20
    with soaking.faulty_server() as server, tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        found = soaking.soak(server.url, Path(folder), dialogues, turns)
        took = time.perf_counter() - began
    attempts = sum(message.attempts for dialogue in found for message in dialogue)
    is_whole = all(len(d) == 2 * turns + 1 and d.ending == Ending("turns") for d in found)
    in_order = soaking.received_views(server) == soaking.expected_views(found)
    told = f"{len(found)} complete, {server.calls} calls for {dialogues * 2 * turns} messages, {took:.0f} s"
    name = f"{dialogues} dialogues of {turns} turns at a faulty server"
    return Row(name, told, "calls = attempts", is_whole and in_order and server.calls == attempts)


def kills(*, quick: bool) -> Row:
    """Kill a recording run, over and over, and compare what comes of it with an undisturbed one."""
    samples, turns, times = 20, 10, (3 if quick else 10)
    messages = samples * 2 * turns
    with tempfile.TemporaryDirectory() as folder:
        killed, undisturbed = Path(folder, "killed"), Path(folder, "undisturbed")
        with ProtocolServer(latency=0.02) as server:
            killing.kill_and_go_on(server, killed, samples, turns, kills=times, seed=times)
            asked = killing.calls(server)
        with ProtocolServer() as server:
            killing.record(server.url, undisturbed, samples, turns)
        same = killing.recordings(killed) == killing.recordings(undisturbed)
    twice = [sum(count - 1 for (seed, _), count in asked.items() if seed == n) for n in range(1, samples + 1)]
    told = f"recordings {'the same' if same else 'DIFFER'}, {sum(twice)} of {messages} calls once more"
    name = f"{times} kills of a run of {samples} dialogues"
    return Row(name, told, f"<= {times} a dialogue", same and len(asked) == messages and max(twice) <= times)


def rows(*, quick: bool) -> list[Row]:
    """Measure everything."""
    return [
        *speed(quick=quick),
        transport(),
        growth(),
        *many(quick=quick),
        *recording(quick=quick),
        *replayed(quick=quick),
        soak(quick=quick),
        kills(quick=quick),
    ]


def main() -> int:
    """Print the table, and return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer dialogues and rounds")
    parser.add_argument("--measure", nargs=4, metavar=("WHAT", "URL", "N", "M"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        what, url, first, second = options.measure
        print(json.dumps(MEASURES[what](url, int(first), int(second))))
        return 0
    began = time.perf_counter()
    found = rows(quick=options.quick)
    ticks = ["" if not row.bar else "✓" if row.is_met else "MISSED" for row in found]
    table = [(*row[:3], tick) for row, tick in zip(found, ticks, strict=True)]
    print(tabulate(table, ["what", "measured", "bar", ""]))
    missed = ticks.count("MISSED")
    print(f"\n{missed or 'no'} bar{'s' * (missed > 1)} missed; measured in {time.perf_counter() - began:.0f} s")
    return int(missed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
