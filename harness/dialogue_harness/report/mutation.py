"""Do the specs notice anything: the records of runs over mutated dialogues beside that of the unmutated one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.mutation import Mutation
    from dialogue_harness.report.run import DialogueRecord, Outcome, RunRecord

#: What a test may come to that was held to its dialogue, and so can have noticed something.
JUDGED: Final[frozenset[Outcome]] = frozenset({"passed", "failed", "xfailed", "xpassed"})

#: How many tests a cell of the table names, and how many lines name those that notice nothing.
_NAMED: Final = 3
_LISTED: Final = 20


@dataclass(frozen=True)
class Trial:
    """What came of one mutation.

    Attributes:
        mutation: what was done.
        applied: how many dialogues it could be done to.
        dialogues: how many there are. Those of one name, pair and sample are one, however many Hypothesis has had held.
        noticed: node ids of the tests that came to something else than they come to unmutated.
        errored: node ids of those that could not judge the mutated dialogue, which is no notice.
        advice: call of a check that would notice, on a dialogue that no test has called it on; ``None`` if the one that
            is meant for the mutation would not.
        is_called: whether a test calls the check that is meant for the mutation on a dialogue that was mutated.

    """

    mutation: Mutation
    applied: int
    dialogues: int
    noticed: tuple[str, ...]
    errored: tuple[str, ...]
    advice: str | None = None
    is_called: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether the mutation was done to a dialogue and no test noticed."""
        return self.applied > 0 and not self.noticed


@dataclass(frozen=True)
class Sensitivity:
    """What the specs notice.

    Attributes:
        tests: node ids of the tests that were held to their dialogues unmutated.
        trials: one for each mutation.

    """

    tests: tuple[str, ...]
    trials: tuple[Trial, ...]

    @property
    def missed(self) -> list[Trial]:
        """The mutations that no test noticed, although they were done to a dialogue."""
        return [trial for trial in self.trials if trial.is_missed]

    @property
    def inapplicable(self) -> list[Trial]:
        """The mutations that could be done to no dialogue."""
        return [trial for trial in self.trials if not trial.applied]

    @property
    def blind(self) -> list[str]:
        """The tests that noticed none of the mutations."""
        seeing = {test for trial in self.trials for test in trial.noticed}
        return [test for test in self.tests if test not in seeing]


def judged(run: RunRecord) -> tuple[str, ...]:
    """Return the node ids of the tests that were held to a dialogue: not skipped, not errored."""
    return tuple(test.test for test in run.tests if test.outcome in JUDGED)


def count_dialogues(run: RunRecord) -> int:
    """Return how many dialogues a run has, counted as :class:`Trial` does."""
    return len(_distinct(run.dialogues))


def trial(mutation: Mutation, unmutated: RunRecord, mutated: RunRecord) -> Trial:
    """Compare a run over mutated dialogues with the unmutated one, test by test."""
    before = {test.test: test.outcome for test in unmutated.tests if test.outcome in JUDGED}
    after = [(test.test, test.outcome) for test in mutated.tests if test.test in before]
    called = _called_on(mutation.check, mutated)
    copies = [(index, d.caught_by) for index, d in enumerate(mutated.dialogues) if d.mutation is not None]
    return Trial(
        mutation,
        applied=len(_distinct(d for d in mutated.dialogues if d.mutation is not None)),
        dialogues=count_dialogues(mutated),
        noticed=tuple(test for test, outcome in after if outcome in JUDGED and outcome != before[test]),
        errored=tuple(test for test, outcome in after if outcome == "errored"),
        advice=next((caught for index, caught in copies if caught is not None and index not in called), None),
        is_called=any(index in called for index, _ in copies),
    )


def to_json(found: Sensitivity) -> dict[str, Any]:
    """Return everything that was found as JSON values."""
    return {
        "tests": list(found.tests),
        "mutations": [
            {
                "mutation": one.mutation.name,
                "meaning": one.mutation.meaning,
                "check": f"checks.{one.mutation.check}",
                "advice": f"checks.{one.advice}" if one.is_missed and one.advice else None,
                "dialogues": one.dialogues,
                "applied": one.applied,
                "noticed_by": list(one.noticed),
                "errored": list(one.errored),
            }
            for one in found.trials
        ],
        "missed": [one.mutation.name for one in found.missed],
        "inapplicable": [one.mutation.name for one in found.inapplicable],
        "blind": found.blind,
    }


def to_text(found: Sensitivity) -> str:
    """Return the table for a person, and below it what nobody noticed and who noticed nothing."""
    from tabulate import tabulate  # noqa: PLC0415 -- only this table needs it

    headers = ("mutation", "dialogues", "tests", "noticed by")
    rows = [_row(one, len(found.tests)) for one in found.trials]
    table = tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=_ALIGNED)
    lines = [line.rstrip() for line in table.split("\n")]
    lines += _section("Noticed by nobody:", [_hint(one) for one in found.missed])
    lines += _section("Tests that notice none of these mutations:", [shorten(test, 110) for test in found.blind])
    return "\n".join([*lines, "", conclusion(found)])


def conclusion(found: Sensitivity) -> str:
    """Return one sentence: how many of the mutations were noticed."""
    applied = len(found.trials) - len(found.inapplicable)
    told = f"{applied - len(found.missed)} of {applied} mutations noticed"
    if found.inapplicable:
        names = ", ".join(one.mutation.name for one in found.inapplicable)
        told += f"; nothing to mutation: {names}"
    return told


def _called_on(check: str, run: RunRecord) -> set[int]:
    """Return the indices of the dialogues that a test has called the check on, whatever options it gave."""
    samples = (sample for test in run.tests for sample in test.samples)
    return {
        index for sample in samples if any(v["check"] == check for v in sample.verdicts) for index in sample.dialogues
    }


def _distinct(dialogues: Iterable[DialogueRecord]) -> set[tuple[str, str, str, int]]:
    return {(d.scenario, d.a, d.b, d.sample) for d in dialogues}


_ALIGNED: Final = ("left", "right", "right", "left")


def _row(one: Trial, tests: int) -> tuple[str, ...]:
    dialogues = f"{one.applied} of {one.dialogues}"
    return one.mutation.name, dialogues, f"{len(one.noticed)} of {tests}", "\n".join(_noticing(one))


def _noticing(one: Trial) -> list[str]:
    """Return the tests that noticed, by name; where several parameters of one test did, they are counted."""
    named = _names(one.noticed)
    left_out = len(named) - _NAMED
    lines = [*named[:_NAMED], f"… and {left_out} more"] if left_out > 1 else named
    lines += [f"({name} errored)" for name in _names(one.errored)]
    return lines or ["nobody" if one.applied else "–"]


def _names(tests: Iterable[str]) -> list[str]:
    by_function: dict[str, list[str]] = {}
    for test in tests:
        by_function.setdefault(test.partition("[")[0], []).append(test)
    return [
        shorten(same[0][function.rfind(":") + 1 :], 70) if len(same) == 1 else f"{_last(function)} × {len(same)}"
        for function, same in by_function.items()
    ]


def _last(function: str) -> str:
    return shorten(function.rpartition("::")[2], 66)


def _hint(one: Trial) -> str:
    return f"{one.mutation.name} ({one.mutation.meaning}): {_advice(one)}"


def _advice(one: Trial) -> str:
    if one.advice is not None:
        return f"checks.{one.advice} would"
    meant = f"checks.{one.mutation.check}, which is meant for it"
    return f"{meant}, is called and does not either" if one.is_called else f"{meant}, would not either"


def _section(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    left_out = [f"  … and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return ["", title, *(f"  {line}" for line in lines[:_LISTED]), *left_out]
