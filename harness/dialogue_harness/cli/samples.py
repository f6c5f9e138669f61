"""Several samples of `harness talk` at once, by the engine that records for specs, and what became of each."""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec

from dialogue_harness.checks.loops.detector import find_termination_loop
from dialogue_harness.cli import warn
from dialogue_harness.cli.files import read_dialogue
from dialogue_harness.cli.folder import Folder
from dialogue_harness.dialogue import Usage
from dialogue_harness.errors import HarnessError
from dialogue_harness.models.registry import is_offline
from dialogue_harness.report.display import in_flight, on_stderr
from dialogue_harness.report.progress import Board
from dialogue_harness.report.spending import spent, tallied
from dialogue_harness.report.talked import Talked, table, totals
from dialogue_harness.run.obtain import Recorder
from dialogue_harness.run.runner import Runner
from dialogue_harness.run.tally import Tally
from dialogue_harness.storage.format import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dialogue_harness.checks import TerminationLoop
    from dialogue_harness.cli.output import Output
    from dialogue_harness.cli.talking import Means
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.models.protocol import Model
    from dialogue_harness.report.spending import Spending
    from dialogue_harness.run.prices import Prices
    from dialogue_harness.scenario import Scenario, Speaker

#: How the engine tells users of pytest to go on, which is not how it is done here.
_OF_PYTEST: Final = "continue with `pytest"


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
class Asked:
    """How dialogues are to be held.

    Attributes:
        models: who speaks, by name.
        means: how fast and how persistently they are asked, and what they may take.
        is_verbose: whether the display shows the last line of each dialogue.

    """

    models: Mapping[str, Model]
    means: Means
    is_verbose: bool = False


@dataclass(frozen=True)
class Held:
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


def lines(held: Held) -> list[str]:
    """Return what became of the samples, for a person: a table, their sum, and what to do next."""
    rows = [one.talked() for one in held.samples]
    told = [*table(rows).split("\n"), "; ".join([totals(rows), *spent(held.spent)])]
    if any(not one.is_complete for one in held.samples):
        told.append("to go on with what is unfinished: the same command")
    looped = next((one for one in held.samples if one.loop is not None), None)
    if looped is not None:
        told.append(f"read one: harness show {shlex.quote(str(looped.path))}")
    return told


def json_lines(held: Held) -> list[str]:
    """Return a JSON object for each sample."""
    return [json.dumps(one.record(held.prices)) for one in held.samples]


def hold(scenario: Scenario, samples: int, output: Output, asked: Asked) -> Held:
    """Hold samples of a scenario at once, going on with those that an earlier call left unfinished.

    Args:
        scenario: what is to happen.
        samples: how many, at least 1.
        output: the folder for them.
        asked: how they are held.

    Raises:
        ConfigurationError: the folder holds something else.
        OSError: a file cannot be written; what was said is in the recordings there.

    """
    folder = Folder(output)
    prices = asked.means.settings.prices
    board = Board(prices)
    found = [Sample(number) for number in range(1, samples + 1)]
    with folder.held(scenario):
        wanted = set(folder.missing(scenario, samples))
        is_stopped = _run(folder, scenario, [one for one in found if one.number in wanted], asked, board)
        for sample in found:
            _settle(sample, folder, scenario, was_there=sample.number not in wanted)
    return Held(found, is_stopped, tallied(board), prices)


def _run(folder: Folder, scenario: Scenario, samples: list[Sample], asked: Asked, board: Board) -> bool:
    """Hold the samples, note what is in the way of any, and return whether somebody stopped them."""

    def opened(speaker: Speaker) -> Model:
        return asked.models[speaker.model]

    means = asked.means
    recorder = Recorder(
        folder,
        "extend",
        opened,
        retry=means.retry,
        limiters=means.limiters(),
        observer=board,
        budget=means.budget,
    )
    display = on_stderr(board, is_verbose=asked.is_verbose)
    runner = Runner(recorder, concurrency=means.settings.max_concurrency, wait=display.wait)
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
        _advise(error)
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


def _advise(error: HarnessError) -> None:
    """Say how to go on as it is done here."""
    if error.fix and _OF_PYTEST in error.fix:
        before = error.fix.partition(_OF_PYTEST)[0].removesuffix("; then ")
        go_on = "the same command goes on from there"
        error.fix = f"{before}; then {go_on}" if before else go_on


def _say_what_is_waited_for(count: int) -> None:
    warn(in_flight(count))
