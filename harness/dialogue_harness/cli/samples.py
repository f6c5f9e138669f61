"""Several samples of `harness talk` at once, by the engine that records for specs, and what became of each."""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from dialogue_harness.checks.loops.detector import find_termination_loop
from dialogue_harness.cli import warn
from dialogue_harness.cli.files import read_dialogue
from dialogue_harness.cli.folder import Folder
from dialogue_harness.cli.remedies import advise
from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.runner import Runner
from dialogue_harness.engine.setup import recorder
from dialogue_harness.engine.tally import Tally
from dialogue_harness.errors import HarnessError
from dialogue_harness.models.registry import is_offline
from dialogue_harness.report.display import in_flight, on_stderr
from dialogue_harness.report.progress import Board
from dialogue_harness.report.spending import spent, tallied
from dialogue_harness.report.talked import Talked, table, totals
from dialogue_harness.storage.format import shown

if TYPE_CHECKING:
    from pathlib import Path

    from dialogue_harness.checks import TerminationLoop
    from dialogue_harness.cli.output import Output
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.engine.prices import Prices
    from dialogue_harness.engine.settings import Settings
    from dialogue_harness.report.spending import Spending
    from dialogue_harness.scenario import Scenario


@dataclass
class Sample:
    """One of the dialogues.

    Attributes:
        number: which, from 1.
        dialogue: what was said, whole or as far as it went; ``None`` if nothing was.
        path: where that is kept.
        error: why it could not go on; ``None`` also where somebody stopped it.
        is_complete: whether it has ended, and is not broken off.
        was_there: whether an earlier call had completed it.

    """

    number: int
    dialogue: Dialogue | None = None
    path: Path | None = None
    error: HarnessError | None = None
    is_complete: bool = False
    was_there: bool = False

    @cached_property
    def loop(self) -> TerminationLoop | None:
        """The termination loop that it ends in; of a dialogue that broke off, nobody knows."""
        return find_termination_loop(self.dialogue) if self.is_complete and self.dialogue else None

    @property
    def usage(self) -> Usage | None:
        """Tokens of the models that have a server; ``None`` where nobody counted any."""
        if self.dialogue is None:
            return None
        scenario = self.dialogue.scenario
        asked = [m.usage for m in self.dialogue if m.usage is not None and not is_offline(scenario.speaker(m.speaker))]
        return sum(asked, Usage()) if asked else None

    def cost(self, prices: Prices) -> float | None:
        """Return what they cost; ``None`` where nobody counted any, or one of the models has no price."""
        if self.dialogue is None:
            return None
        tally = Tally(prices)
        for message in self.dialogue:
            tally.message_done(self.dialogue.scenario, self.number, message)
        costs = list(tally.cost.values())
        return sum(each for each in costs if each is not None) if costs and None not in costs else None

    def talked(self) -> Talked:
        """Return what its line in the table tells."""
        messages, ending = (len(self.dialogue), self.dialogue.ending) if self.dialogue is not None else (0, None)
        place = None if self.path is None else shown(self.path)
        return Talked(self.number, self.is_complete, self.was_there, ending, messages, self.usage, self.loop, place)

    def record(self, prices: Prices) -> dict[str, Any]:
        """Return all of it as JSON."""
        dialogue, loop = self.dialogue, self.loop
        return {
            "sample": self.number,
            "complete": self.is_complete,
            "ending": msgspec.to_builtins(dialogue.ending) if dialogue and dialogue.ending else None,
            "messages": len(dialogue) if dialogue else 0,
            "turns": dialogue.turns if dialogue else 0,
            "usage": msgspec.to_builtins(self.usage),
            "cost": self.cost(prices),
            "loop": None if loop is None else {**msgspec.to_builtins(loop), "turns": loop.turns, "sentence": str(loop)},
            "file": None if self.path is None else str(self.path),
            "error": None if self.error is None else self.error.headline,
        }


@dataclass(frozen=True)
class Samples:
    """What became of them all.

    Attributes:
        samples: in order.
        is_stopped: whether somebody interrupted them from the keyboard.
        spent: what models behind servers took in this call.
        prices: what tokens cost.

    """

    samples: list[Sample]
    is_stopped: bool
    spent: list[Spending]
    prices: Prices


def lines(done: Samples) -> list[str]:
    """Return what became of the samples, for a person: a table, their sum, and what to do next."""
    rows = [one.talked() for one in done.samples]
    told = [*table(rows).split("\n"), "; ".join([totals(rows), *spent(done.spent)])]
    if any(not one.is_complete for one in done.samples):
        told.append("to continue what is unfinished: the same command")
    looped = next((one for one in done.samples if one.loop is not None), None)
    if looped is not None:
        told.append(f"read one: harness show {shlex.quote(str(looped.path))}")
    return told


def json_lines(done: Samples) -> list[str]:
    """Return a JSON object for each sample."""
    return [json.dumps(one.record(done.prices)) for one in done.samples]


def run(
    scenario: Scenario, samples: int, output: Output, settings: Settings, base_url: str | None, *, is_verbose: bool
) -> Samples:
    """Run samples of a scenario at the same time, continuing those that an earlier call left unfinished.

    Args:
        scenario: what is to happen.
        samples: how many, at least 1.
        output: the folder for them.
        settings: how models are reached, and what they may cost.
        base_url: the server of models without an endpoint, or ``None`` for the environment's.
        is_verbose: whether the display shows the last line of each dialogue.

    Raises:
        ConfigurationError: the folder holds something else.
        OSError: a file cannot be written; what was said is in the recordings there.

    """
    folder = Folder(output)
    board = Board(settings.prices)
    found = [Sample(number) for number in range(1, samples + 1)]
    with folder.held(scenario):
        wanted = set(folder.missing(scenario, samples))
        engine = recorder(settings, folder, "extend", base_url=base_url, observer=board)
        display = on_stderr(board, is_verbose=is_verbose)
        runner = Runner(engine, concurrency=settings.max_concurrency, wait=display.wait)
        is_stopped = _run(runner, folder, scenario, [one for one in found if one.number in wanted])
        for sample in found:
            _settle(sample, folder, scenario, was_there=sample.number not in wanted)
    return Samples(found, is_stopped, tallied(board), settings.prices)


def _run(runner: Runner, folder: Folder, scenario: Scenario, samples: list[Sample]) -> bool:
    """Run the samples, note what is in the way of any, and return whether somebody stopped them."""
    try:
        runner.prepare((scenario, sample.number) for sample in samples)
        for sample in samples:
            _obtain(sample, runner, folder, scenario)
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt):  # from the keyboard once more: stop now
            runner.finish(_say_what_is_waited_for)
        return True
    finally:
        runner.close()
    return False


def _obtain(sample: Sample, runner: Runner, folder: Folder, scenario: Scenario) -> None:
    try:
        dialogue = runner.get(scenario, sample.number).dialogue
    except HarnessError as error:
        advise(error)
        sample.error = error
    else:
        sample.path = folder.complete(dialogue)
        sample.dialogue, sample.is_complete = dialogue, True


def _settle(sample: Sample, folder: Folder, scenario: Scenario, *, was_there: bool) -> None:
    """Find out what there is of a sample that nobody has waited for to its end."""
    if sample.is_complete:
        return
    if was_there:
        sample.path = folder.file(sample.number)
        sample.dialogue = read_dialogue(sample.path)
        sample.is_complete = sample.was_there = True
        return
    recording = folder.unfinished(scenario, sample.number)
    if recording is not None:
        sample.dialogue, sample.path, sample.is_complete = recording.dialogue, recording.path, recording.is_complete
        if recording.is_complete:  # it ended while the others were being stopped
            sample.path = folder.complete(recording.dialogue)


def _say_what_is_waited_for(count: int) -> None:
    warn(in_flight(count))
