"""A run that records dialogues and is killed at random moments, in a process of its own; for tests and benchmarks."""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue_harness import Scenario, Speaker
from dialogue_harness.engine.obtain import Recorder
from dialogue_harness.engine.runner import Runner
from dialogue_harness.errors import HarnessError
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.testing.server import ProtocolServer

#: Sample n is asked for with seed n, so that no two samples ever send the same request.
_SPEAKER = Speaker("loopback", system="Stay on topic.", seed=1)

#: What differs between two runs of the same dialogues: times, and the digest over them.
_TIMES = re.compile(rb'"(?:ms":[\d.]+|recorded_at":"[^"]*"|digest":"[^"]*")')


def scenario(turns: int) -> Scenario:
    return Scenario("killed", a=_SPEAKER, b=_SPEAKER, turns=turns)


def recordings(folder: Path) -> dict[str, bytes]:
    """Return what lies below a folder, but for times, by path."""
    found = (path for path in folder.rglob("*") if path.is_file() and ".harness" not in path.parts)
    return {str(path.relative_to(folder)): _TIMES.sub(b"", path.read_bytes()) for path in found}


def calls(server: ProtocolServer) -> Counter[tuple[int, bytes]]:
    """Return how often each message was asked for, by sample and request."""
    return Counter((request.json["seed"], request.body) for request in server.requests)


def record(url: str, folder: Path, samples: int, turns: int) -> list[HarnessError]:
    """Record so many dialogues, or go on with them, and return what went wrong."""
    runner = Runner(Recorder(Library(folder), "missing", lambda _: OpenAIModel("loopback", base_url=url)))
    failed: list[HarnessError] = []
    try:
        runner.prepare((scenario(turns), sample) for sample in range(1, samples + 1))
        for sample in range(1, samples + 1):
            try:
                runner.get(scenario(turns), sample)
            except HarnessError as error:
                failed.append(error)
    finally:
        runner.close()
    return failed


def start(url: str, folder: Path, samples: int, turns: int, *, file_size: int | None = None) -> subprocess.Popen[str]:
    """Start a process that does what `record` does, and prints what went wrong."""
    options = [url, str(folder), str(samples), str(turns), *([str(file_size)] if file_size else [])]
    return subprocess.Popen([sys.executable, __file__, *options], stdout=subprocess.PIPE, text=True)


def kill_and_go_on(server: ProtocolServer, folder: Path, samples: int, turns: int, *, kills: int, seed: int) -> None:
    """Record, being killed so many times after a random number of calls, and then to the end."""
    draw = random.Random(seed)
    left = samples * 2 * turns
    for _ in range(kills):
        spent = draw.randint(1, max(1, 2 * left // (kills + 1)))
        left -= spent
        with start(server.url, folder, samples, turns) as process:
            with contextlib.suppress(TimeoutError):
                server.wait_for_calls(server.calls + spent)
            process.send_signal(signal.SIGKILL)
    with start(server.url, folder, samples, turns) as process:
        assert process.wait() == 0, process.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Record dialogues of a pair at a protocol server.")
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("samples", type=int)
    parser.add_argument("turns", type=int)
    parser.add_argument("file_size", type=int, nargs="?", help="bytes that a file can have, as if the disk were full")
    options = parser.parse_args(arguments)
    if options.file_size:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.file_size, options.file_size))
    failed = record(options.url, options.folder, options.samples, options.turns)
    for error in failed:
        sys.stdout.write(f"{error}\n\n")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
