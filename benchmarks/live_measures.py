"""What `benchmarks/live.py` measures, each in a process of its own: dialogues at a server, and what they took."""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness.dialogue import Message
from dialogue_harness.engine.limits import Limiters
from dialogue_harness.engine.loop import converse
from dialogue_harness.engine.obtain import Recorder
from dialogue_harness.engine.runner import Runner
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dialogue_harness.models.protocol import Model

#: Sixty words, as many as a message of the dialogues that the figures of the plain client are from.
MESSAGE: Final = "window context token model memory " * 12
#: Dialogues of the measure of many.
MANY: Final = 1000

SPEAKER: Final = Speaker("loopback", system="Discuss context windows. Stay on topic.", temperature=0.7, seed=1)

Figures = dict[str, float]


def scenario(turns: int) -> Scenario:
    """Return what every measure is about, with so many turns."""
    return Scenario("bench", a=SPEAKER, b=SPEAKER, turns=turns)


def spent(work: Callable[[], object]) -> Figures:
    """Return the seconds that something took, on the clock and of the CPU."""
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    return {"wall": time.perf_counter() - clock, "cpu": time.process_time() - cpu}


def medians(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def warmed(url: str) -> None:
    """Load what a first call loads."""
    asyncio.run(talk(url, 1, 1))


def opening(url: str) -> Callable[[Speaker], Model]:
    """Return what opens a model at the server."""
    return lambda _: OpenAIModel("loopback", base_url=url)


async def talk(url: str, dialogues: int, turns: int, said: Sequence[Message] = ()) -> None:
    """Hold dialogues without recording them, each from what was said before."""
    model = Limiters(most=dialogues).limited(SPEAKER, opening(url)(SPEAKER))
    asked = scenario(turns + len(said) // 2)
    one = [converse(asked, {"A": model, "B": model}, said=said, sample=n + 1) for n in range(dialogues)]
    await asyncio.gather(*one)
    await model.aclose()


def record(url: str, dialogues: int, turns: int, at_once: int | None = None) -> None:
    """Hold dialogues and record them, as a run of pytest does."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Library(folder), "missing", opening(url))
        runner = Runner(recorder, concurrency=at_once or dialogues)
        asked = scenario(turns)
        runner.prepare((asked, sample) for sample in range(1, dialogues + 1))
        for sample in range(1, dialogues + 1):
            runner.get(asked, sample)
        runner.close()


async def hold(url: str, folder: str, dialogues: int, turns: int, *, recorded: bool) -> None:
    """Hold dialogues by one recorder, which records them or leaves them in memory; all else is the same."""
    recorder = Recorder(Library(folder), "missing", opening(url))
    one, asked = (recorder.obtain if recorded else recorder.compute), scenario(turns)
    await asyncio.gather(*(one(asked, sample) for sample in range(1, dialogues + 1)))
    await recorder.aclose()


async def plain(url: str, dialogues: int, turns: int) -> None:
    """Hold dialogues with the everyday call of the `openai` package."""
    import openai  # noqa: PLC0415 -- only the process that measures it pays for it

    async def dialogue(client: openai.AsyncOpenAI) -> None:
        system = {"role": "system", "content": SPEAKER.system}
        contexts: list[list[Any]] = [[system, {"role": "user", "content": "Hello."}], [system]]
        for number in range(2 * turns):
            mine, other = contexts[number % 2], contexts[1 - number % 2]
            reply = await client.chat.completions.create(model="loopback", messages=mine, temperature=0.7, seed=1)
            text = reply.choices[0].message.content
            mine.append({"role": "assistant", "content": text})
            other.append({"role": "user", "content": text})

    async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
        await asyncio.gather(*(dialogue(client) for _ in range(dialogues)))


@contextmanager
def package_transport() -> Iterator[None]:
    """Ask over the package's own transport, as behind a proxy, here of all other hosts."""
    proxies = {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    before = {name: os.environ.get(name) for name in proxies}
    os.environ.update(proxies)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def measure_ours(url: str, dialogues: int, turns: int) -> Figures:
    """Measure dialogues that are recorded."""
    warmed(url)
    return spent(lambda: record(url, dialogues, turns))


def measure_plain(url: str, dialogues: int, turns: int) -> Figures:
    """Measure the everyday call."""
    asyncio.run(plain(url, 1, 1))
    return spent(lambda: asyncio.run(plain(url, dialogues, turns)))


def measure_transport(url: str, dialogues: int, turns: int) -> Figures:
    """Return the CPU of dialogues over our transport and over the package's, medians of alternating rounds."""
    warmed(url)
    rounds = []
    for _ in range(5):
        ours = spent(lambda: asyncio.run(talk(url, dialogues, turns)))
        with package_transport():
            its = spent(lambda: asyncio.run(talk(url, dialogues, turns)))
        rounds.append({"ours": ours["cpu"], "package": its["cpu"]})
    return medians(rounds)


def measure_growth(url: str, short: int, long: int) -> Figures:
    """Return the milliseconds of CPU a call with so many messages in the history, medians of alternating rounds."""
    warmed(url)
    dialogues, turns = 8, 4
    told = {
        name: [Message(number, scenario(length).side_at(number), MESSAGE) for number in range(1, length + 2)]
        for name, length in (("short", short), ("long", long))
    }

    def taken(said: list[Message]) -> float:
        cpu = spent(lambda: asyncio.run(talk(url, dialogues, turns, said)))["cpu"]
        return 1e3 * cpu / (dialogues * turns * 2)

    return medians([{name: taken(said) for name, said in told.items()} for _ in range(9)])


def measure_many(url: str, at_once: int, turns: int) -> Figures:
    """Measure a thousand recorded dialogues, so many at once, and the most memory that the process ever had."""
    warmed(url)
    figures = spent(lambda: record(url, MANY, turns, at_once))
    return {**figures, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def measure_recording(url: str, dialogues: int, turns: int) -> Figures:
    """Return what recording takes, as a share of both seconds, by medians over pairs that alternate in their order."""
    warmed(url)

    def taken(*, recorded: bool) -> Figures:
        with tempfile.TemporaryDirectory() as folder:
            return spent(lambda: asyncio.run(hold(url, folder, dialogues, turns, recorded=recorded)))

    rounds = []
    for number in range(5):
        both = {recorded: taken(recorded=recorded) for recorded in ((False, True) if number % 2 else (True, False))}
        bare, more = both[False], both[True]
        shares = {f"{what} cost": 1 - bare[what] / more[what] for what in bare}
        rounds.append({**shares, **{f"bare {what}": seconds for what, seconds in bare.items()}})
    return medians(rounds)


MEASURES: Final[dict[str, Callable[[str, int, int], Figures]]] = {
    "ours": measure_ours,
    "plain": measure_plain,
    "transport": measure_transport,
    "growth": measure_growth,
    "many": measure_many,
    "recording": measure_recording,
}
