"""Many dialogues at once: an event loop in a thread of its own, so that tests run while dialogues still run."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

from dialogue_harness.errors import HarnessError, RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from concurrent.futures import Future

    from dialogue_harness.engine.obtain import Obtained, Recorder
    from dialogue_harness.scenario import Scenario

T = TypeVar("T")

#: Dialogues that run at the same time unless the caller says otherwise.
DEFAULT_CONCURRENCY = 100

#: Replayed dialogues that are kept in memory; tests that share one seldom lie further apart.
_KEPT = 256


class Runner:
    """Obtains dialogues for code that is not asynchronous, each once, however often it is asked for.

    Recordings are read where they are asked for, in the caller's thread. Only where the mode allows to run a pair,
    and a pair has to be run, a thread with an event loop is started.

    Args:
        recorder: obtains one dialogue.
        concurrency: how many dialogues run at the same time, at least 1.
        wait: waits for a dialogue that still runs and returns it; may show meanwhile how far all are.

    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        concurrency: int = DEFAULT_CONCURRENCY,
        wait: Callable[[Future[Obtained]], Obtained] | None = None,
    ) -> None:
        self.recorder = recorder
        self._wait = wait or _wait
        self._concurrency = concurrency
        self._kept: dict[tuple[Scenario, int], Obtained] = {}
        self._running: dict[tuple[Scenario, int], Future[Obtained]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._free: asyncio.Semaphore | None = None

    def prepare(self, wanted: Iterable[tuple[Scenario, int]]) -> None:
        """Start, in this order and all together, those dialogues that have to be run; wait for none."""
        if self.recorder.mode == "none":
            return
        for scenario, sample in wanted:
            try:
                self._keep(scenario, sample, self.recorder.serve(scenario, sample))
            except RecordingError as error:
                if self.recorder.may_run(error):
                    self._start(scenario, sample)
            except HarnessError:
                continue  # the test that asks for it gets the error

    def get(self, scenario: Scenario, sample: int) -> Obtained:
        """Return a dialogue, waiting for it if it has to be run.

        Raises:
            RecordingError: there is no valid recording and the mode does not allow to make one.
            ModelError: a model could not answer.

        """
        key = (scenario, sample)
        if key in self._running:
            return self._wait(self._running[key])
        if key in self._kept:
            return self._kept[key]
        try:
            return self._keep(scenario, sample, self.recorder.serve(scenario, sample))
        except RecordingError as error:
            if not self.recorder.may_run(error):
                raise
        return self._wait(self._start(scenario, sample))

    def compute(self, scenario: Scenario, sample: int) -> Obtained:
        """Let a pair that needs no server talk in memory and return the dialogue."""
        return self._submit(self.recorder.compute(scenario, sample)).result()

    def made(self) -> list[Obtained]:
        """Return the dialogues that were run here and are complete."""
        done = (future for future in self._running.values() if future.done() and not future.cancelled())
        return [future.result() for future in done if future.exception() is None and future.result().new]

    def stop(self) -> None:
        """Ask for nothing more; what is in flight is still answered, and :meth:`finish` waits for it."""
        self.recorder.limiters.close()

    def finish(self, tell: Callable[[int], None]) -> None:
        """Let every dialogue that still runs end after the message that it is waiting for, and wait for that.

        Args:
            tell: called first, unless nothing is in flight, with the number of messages that are.

        """
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._finish(tell), self._loop).result()

    def close(self) -> None:
        """End what is still running, each dialogue with the messages that it has, and let go of everything."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._cancel_all(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def _keep(self, scenario: Scenario, sample: int, obtained: Obtained) -> Obtained:
        if len(self._kept) >= _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[scenario, sample] = obtained
        return obtained

    def _start(self, scenario: Scenario, sample: int) -> Future[Obtained]:
        self.recorder.observer.dialogue_queued(scenario, sample)
        future = self._submit(self._in_turn(scenario, sample))
        self._running[scenario, sample] = future
        return future

    async def _in_turn(self, scenario: Scenario, sample: int) -> Obtained:
        if self._free is None:
            self._free = asyncio.Semaphore(self._concurrency)
        async with self._free:
            return await self.recorder.obtain(scenario, sample)

    def _submit(self, coroutine: Coroutine[object, object, T]) -> Future[T]:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="harness-dialogues", daemon=True)
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _finish(self, tell: Callable[[int], None]) -> None:
        self.stop()
        in_flight = self.recorder.limiters.asking
        idle = asyncio.all_tasks() - in_flight - {asyncio.current_task()}
        for task in idle:
            task.cancel()
        if in_flight:
            tell(len(in_flight))
        await asyncio.gather(*in_flight, *idle, return_exceptions=True)

    async def _cancel_all(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.recorder.aclose()


def _wait(future: Future[Obtained]) -> Obtained:
    return future.result()
