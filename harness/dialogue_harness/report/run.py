"""The record of a run: everything that a report or a gate needs, as plain data."""

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
    from dialogue_harness.run.obtain import Obtained
    from dialogue_harness.run.prices import Prices

FORMAT: Final = "dialogue-harness-run"
VERSION: Final = 1

Outcome = Literal["passed", "failed", "errored", "skipped", "xfailed", "xpassed"]


class DialogueRecord(msgspec.Struct, frozen=True):
    """One dialogue of a run.

    Attributes:
        scenario: name of the scenario.
        a: model of speaker A.
        b: model of speaker B.
        sample: 1-based number of the sample.
        fingerprint: of the scenario.
        turns: turns that were begun.
        messages: number of messages.
        ending: why it ended; ``None`` if that is not known.
        source: where it came from, see :data:`dialogue_harness.run.obtain.Source`.
        path: its recording, relative to pytest's root if it is below it.
        note: what a reader should know about it.
        new: messages that models were called for in this run.
        saved: messages that the scenario's stop rule saved in this run.
        usage: tokens by speaker, ``"A"`` and ``"B"``, as servers counted them.
        cost: their price by speaker, if the model has a price and is not built-in.
        mutation: the mutation of the copy that the tests got; ``None`` if they got the original.
        caught_by: call of the check meant for the mutation, if it passes the original and fails the copy.

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
        outcome: whether the body passed.
        dialogues: indexes into the dialogues of the run, or, until the run ends, of the test.
        verdicts: verdicts of the checks that the body called, in order.
        message: the first line of the failure, or ``None``.

    """

    outcome: Outcome
    dialogues: list[int] = []
    verdicts: list[dict[str, Any]] = []
    message: str | None = None


class TestRecord(msgspec.Struct, frozen=True):
    """One test of a run.

    Attributes:
        test: its node id.
        outcome: its one outcome over all samples.
        samples: what it found in each.
        dialogues: the dialogues that it saw, in the order that ``samples`` refers to.
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
    """A dialogue that was started and is not complete; it can be continued.

    Attributes:
        scenario: name of the scenario.
        sample: 1-based number of the sample.
        path: its recording, relative to pytest's root if it is below it.
        messages: messages in it.
        length: messages of a complete one.
        cause: why it stopped, in one line; ``None`` if only the run ended.

    """

    scenario: str
    sample: int
    path: str
    messages: int
    length: int
    cause: str | None = None


class RunRecord(msgspec.Struct, frozen=True):
    """A whole run.

    Attributes:
        format: ``dialogue-harness-run``.
        version: of this format.
        harness_version: version of this package.
        started_at: UTC, ISO 8601.
        seconds: how long it took.
        record_mode: ``none``, ``missing``, ``changed``, ``extend`` or ``all``.
        live: whether the models were run and the fixtures left alone.
        mutation: the mutation of the dialogues that the tests got, where it applied, or ``None``.
        dialogues: each dialogue once.
        tests: each test that used one; their ``dialogues`` are empty, their samples refer to the run's.
        interrupted: dialogues that could not continue, or were still running when the run ended.
        spent: what models behind servers used in this run, by speaker and model, interrupted dialogues included.
        replay_saved: what they would have used for the dialogues that were replayed.

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
        """Whether each verdict passed, by index of its dialogue.

        A plain assertion counts as one verdict if it failed, or if its body called no check.
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
    """Return the record of a dialogue or of a mutated copy, with paths relative to ``root``."""
    dialogue = obtained.dialogue
    scenario = dialogue.scenario
    usage: dict[str, Usage] = {side: used for side in SIDES if (used := dialogue.by(side).usage) != Usage()}
    priced = [(side, scenario.speaker(side)) for side in SIDES if prices and side in usage]
    price = {side: prices.of(speaker) for side, speaker in priced if prices and not is_offline(speaker)}
    return DialogueRecord(
        scenario=scenario.name,
        a=scenario.a.model,
        b=scenario.b.model,
        sample=dialogue.sample,
        fingerprint=scenario.fingerprint,
        turns=dialogue.turns,
        messages=len(dialogue),
        ending=dialogue.ending.reason if dialogue.ending else None,
        source=obtained.source,
        path=shown_path(obtained.path, root) if obtained.path else None,
        note=obtained.note,
        new=obtained.new,
        saved=obtained.saved,
        usage=usage,
        cost={side: each.of(usage[side]) for side, each in price.items() if each},
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
) -> RunRecord:
    """Return the record of a run, each dialogue listed once.

    Args:
        tests: what each test found.
        made: dialogues that were run, whichever test they were for.
        about: the run's other fields.

    """
    dialogues: list[DialogueRecord] = []
    places: dict[tuple[str, str, str, int, str, int], int] = {}

    def place(dialogue: DialogueRecord) -> int:
        index = places.setdefault(dialogue.key, len(dialogues))
        if index == len(dialogues):
            dialogues.append(dialogue)
        elif dialogue.new > dialogues[index].new:  # the process that ran it knows more than one that replayed it
            dialogues[index] = dialogue
        return index

    placed: list[TestRecord] = []
    for test in tests:
        index = [place(dialogue) for dialogue in test.dialogues]
        samples = [msgspec.structs.replace(s, dialogues=[index[i] for i in s.dialogues]) for s in test.samples]
        placed.append(msgspec.structs.replace(test, samples=samples, dialogues=[]))
    for dialogue in made:
        place(dialogue)
    return RunRecord(dialogues=dialogues, tests=placed, replay_saved=replayed(dialogues), **about)


def write_run(run: RunRecord, path: Path) -> None:
    """Write the record as JSON without secrets, whole or not at all.

    Raises:
        OSError: it cannot be written.

    """
    data = msgspec.json.encode(_without_surrogates(msgspec.to_builtins(run)))
    known, text = known_secrets(), data.decode()
    if known.scrub(text) != text:
        data = msgspec.json.encode(known.scrub_values(msgspec.json.decode(data)))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(msgspec.json.format(data, indent=2) + b"\n")
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def read_run(path: Path) -> RunRecord:
    """Return the record that :func:`write_run` wrote.

    Raises:
        OSError: it cannot be read.
        msgspec.ValidationError: it is not such a record.

    """
    return msgspec.json.decode(path.read_bytes(), type=RunRecord)


def shown_path(path: Path, root: Path) -> str:
    """Return a path as a person would type it: relative to ``root`` if it is below it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _without_surrogates(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    """Replace lone surrogates, which model output may contain and UTF-8 cannot, by question marks."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if not value.isascii() else value
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
