"""The record of one run: everything that a report or a gate needs to know of it, as plain data."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from dialogue_harness.dialogue import Usage
from dialogue_harness.models.registry import is_offline
from dialogue_harness.report.spending import Spending, replayed
from dialogue_harness.scenario import SIDES
from dialogue_harness.secrets import known_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.engine.obtain import Obtained
    from dialogue_harness.engine.prices import Prices

FORMAT: Final = "dialogue-harness-run"
VERSION: Final = 1

Outcome = Literal["passed", "failed", "errored", "skipped", "xfailed", "xpassed"]


class DialogueRecord(msgspec.Struct, frozen=True):
    """One dialogue of a run.

    Attributes:
        scenario: its name.
        a: model of speaker A.
        b: model of speaker B.
        sample: which independent run of the scenario, from 1.
        fingerprint: of the scenario.
        turns: how many turns were begun.
        messages: how many messages there are.
        ending: why it ended; ``None`` where that is not known.
        source: where it came from, see :data:`dialogue_harness.engine.obtain.Provenance`.
        path: its recording, relative to pytest's root where it lies below it.
        note: what a reader should know of it.
        new: messages that models were asked for in this run.
        saved: messages that they were spared in this run because the scenario's stop rule ended the dialogue.
        usage: tokens by speaker, ``"A"`` and ``"B"``, as servers counted them.
        cost: what they cost, by speaker, where the model has a price and is not built in.
        mutation: what was done to the copy that the tests got; ``None`` if they got what was said.
        caught_by: call of the check that is meant for the mutation, if it passes what was said and fails the copy.

    """

    scenario: str
    a: str
    b: str
    sample: int
    fingerprint: str
    turns: int
    messages: int
    ending: str | None
    source: str
    path: str | None = None
    note: str | None = None
    new: int = 0
    saved: int = 0
    usage: dict[str, Usage] = {}
    cost: dict[str, float] = {}
    mutation: str | None = None
    caught_by: str | None = None

    @property
    def key(self) -> tuple[str, str, str, int, str, int]:
        """What identifies the dialogue within a run."""
        return (self.scenario, self.a, self.b, self.sample, self.fingerprint, self.messages)


class SampleRecord(msgspec.Struct, frozen=True):
    """What a test found in one sample.

    Attributes:
        dialogue: index into the run's ``dialogues``; before the run's end, into the test's own.
        outcome: whether the body passed.
        verdicts: those of the checks that the body called, in order.
        message: the first line of what went wrong, or ``None``.

    """

    outcome: Outcome
    dialogues: list[int] = []
    verdicts: list[dict[str, Any]] = []
    message: str | None = None


class TestRecord(msgspec.Struct, frozen=True):
    """One test of a run.

    Attributes:
        test: its node id.
        outcome: its one verdict over all samples.
        samples: what was found in each.
        dialogues: the dialogues that it saw, in the order in which ``samples`` refers to them.
        required: share of samples that has to pass, from 0 to 1.
        message: why it failed or errored, or ``None``.

    """

    __test__ = False  # not a test class, whatever its name begins with

    test: str
    outcome: Outcome
    samples: list[SampleRecord] = []
    dialogues: list[DialogueRecord] = []
    required: float = 1.0
    message: str | None = None


class InterruptedRecord(msgspec.Struct, frozen=True):
    """A dialogue that was begun and is not complete; it can be continued.

    Attributes:
        scenario: its name.
        sample: which independent run of the scenario, from 1.
        path: what is kept of it, relative to pytest's root where it lies below it.
        messages: how many messages are kept.
        length: how many it was to have.
        cause: why it could not go on, in one line; ``None`` where only the run ended.

    """

    scenario: str
    sample: int
    path: str
    messages: int
    length: int
    cause: str | None = None


class Run(msgspec.Struct, frozen=True):
    """A whole run.

    Attributes:
        format: ``dialogue-harness-run``.
        version: of this format.
        harness_version: of the package that wrote it.
        started_at: UTC, ISO 8601.
        seconds: how long it took.
        record_mode: ``none``, ``missing``, ``changed``, ``extend`` or ``all``.
        live: whether the models were run and the fixtures left alone.
        mutation: what was done, where it applied, to the dialogues before the tests got them, or ``None``.
        dialogues: each dialogue once.
        tests: each test that used one; their ``dialogues`` are empty, their samples refer to the run's.
        interrupted: the dialogues that could not go on, or were still held when the run ended.
        spent: what models behind servers took in this run, by speaker and model, interrupted dialogues included.
        replay_saved: what they would have taken for the dialogues that were replayed.

    """

    harness_version: str
    started_at: str
    seconds: float
    record_mode: str
    live: bool
    dialogues: list[DialogueRecord]
    tests: list[TestRecord]
    mutation: str | None = None
    interrupted: list[InterruptedRecord] = []
    spent: list[Spending] = []
    replay_saved: list[Spending] = []
    format: str = FORMAT
    version: int = VERSION

    @property
    def verdicts(self) -> dict[int, list[bool]]:
        """Whether each verdict passed, by index of the dialogue that it was about.

        An assertion without a check counts as one verdict where it failed, or where its body called no check.
        """
        found: dict[int, list[bool]] = {index: [] for index in range(len(self.dialogues))}
        for sample in (sample for test in self.tests for sample in test.samples):
            outcomes = [bool(verdict["passed"]) for verdict in sample.verdicts]
            if not outcomes or (sample.outcome == "failed" and all(outcomes)):
                outcomes.append(sample.outcome == "passed")
            for index in sample.dialogues[-1:]:
                found[index].extend(outcomes)
        return found


def dialogue_record(
    obtained: Obtained,
    root: Path,
    *,
    mutation: str | None = None,
    caught_by: str | None = None,
    prices: Prices | None = None,
) -> DialogueRecord:
    """Return the record of a dialogue, or of a mutated copy; paths are told relative to ``root``."""
    dialogue = obtained.dialogue
    usage = {side: dialogue.by(side).usage for side in SIDES}
    speakers = {side: dialogue.scenario.speaker(side) for side in SIDES}
    price = {side: prices.of(speaker) for side, speaker in speakers.items() if prices and not is_offline(speaker)}
    return DialogueRecord(
        scenario=dialogue.scenario.name,
        a=dialogue.scenario.a.model,
        b=dialogue.scenario.b.model,
        sample=dialogue.sample,
        fingerprint=dialogue.scenario.fingerprint,
        turns=dialogue.turns,
        messages=len(dialogue),
        ending=dialogue.ending.reason if dialogue.ending else None,
        source=obtained.source,
        path=shown_path(obtained.path, root) if obtained.path else None,
        note=obtained.note,
        new=obtained.new,
        saved=obtained.saved,
        usage={side: used for side, used in usage.items() if used != Usage()},
        cost={side: each.of(usage[side]) for side, each in price.items() if each and usage[side] != Usage()},
        mutation=mutation,
        caught_by=caught_by,
    )


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as JSON values."""
    record: dict[str, Any] = msgspec.to_builtins(verdict)
    record["options"] = dict(verdict.options)
    return record


def assemble(
    tests: Iterable[TestRecord],
    made: Iterable[DialogueRecord] = (),
    **about: Any,  # noqa: ANN401 -- the run's other fields, by name
) -> Run:
    """Return the record of a run from those of its tests, each dialogue listed once.

    Args:
        tests: what each test found.
        made: dialogues that were run, whichever test they were for.
        about: the run's other fields.

    """
    listed = _Listed()
    placed: list[TestRecord] = []
    for test in tests:
        index = [listed.place(dialogue) for dialogue in test.dialogues]
        samples = [msgspec.structs.replace(s, dialogues=[index[i] for i in s.dialogues]) for s in test.samples]
        placed.append(msgspec.structs.replace(test, samples=samples, dialogues=[]))
    for dialogue in made:
        listed.place(dialogue)
    saved = replayed(listed.dialogues)
    return Run(dialogues=listed.dialogues, tests=placed, replay_saved=saved, **about)


class _Listed:
    """The dialogues of a run, each once."""

    def __init__(self) -> None:
        self.dialogues: list[DialogueRecord] = []
        self._places: dict[tuple[str, str, str, int, str, int], int] = {}

    def place(self, dialogue: DialogueRecord) -> int:
        """Return the place of a dialogue; what ran it says more than what replayed it afterwards."""
        place = self._places.setdefault(dialogue.key, len(self.dialogues))
        if place == len(self.dialogues):
            self.dialogues.append(dialogue)
        elif dialogue.new > self.dialogues[place].new:
            self.dialogues[place] = dialogue
        return place


def write_run(run: Run, path: Path) -> None:
    """Write the record as JSON without secrets, whole or not at all.

    Raises:
        OSError: it cannot be written.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(msgspec.json.format(_encoded(run), indent=2) + b"\n")
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def read_run(path: Path) -> Run:
    """Return the record that :func:`write_run` wrote.

    Raises:
        OSError: it cannot be read.
        msgspec.ValidationError: it is not such a record.

    """
    return msgspec.json.decode(path.read_bytes(), type=Run)


def shown_path(path: Path, root: Path) -> str:
    """Return a path as a person would type it: relative to ``root`` where it lies below it."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


def _encoded(run: Run) -> bytes:
    values = _without_surrogates(msgspec.to_builtins(run))
    data = msgspec.json.encode(values)
    known, text = known_secrets(), data.decode()
    return data if known.scrub(text) == text else msgspec.json.encode(known.scrub_values(values))


def _without_surrogates(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Replace lone surrogates, which model output may hold and UTF-8 cannot, by U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
