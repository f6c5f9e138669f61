"""What specs notice: the records of runs over mutated dialogues, compared with the record of the unmutated one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dialogue_harness.mutation import Mutation
    from dialogue_harness.report.run import DialogueRecord, Outcome, RunRecord

#: The outcomes of a test that judged its dialogue, and so can have noticed something.
JUDGED: Final[frozenset[Outcome]] = frozenset({"passed", "failed", "xfailed", "xpassed"})

#: How many tests a cell of the table names, and how many lines name those that notice nothing.
_NAMED: Final = 3
_LISTED: Final = 20


@dataclass(frozen=True)
class Trial:
    """The result of one mutation.

    Attributes:
        mutation: what was done.
        applied: how many dialogues it applies to.
        dialogues: how many there are; those of one name, pair and sample count once.
        noticed: node ids of the tests whose outcome differs from the unmutated run.
        errored: node ids of those that could not judge the mutated dialogue, which does not count as noticing.
        advice: a call of the check meant for the mutation that would notice and that no test makes; ``None`` if it
            would not notice.
        is_called: whether a test calls the check meant for the mutation on a mutated dialogue.

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
        """Whether the mutation applies to a dialogue and no test noticed."""
        return self.applied > 0 and not self.noticed


@dataclass(frozen=True)
class Sensitivity:
    """What the specs notice.

    Attributes:
        tests: node ids of the tests that judged their dialogues unmutated.
        trials: one for each mutation.

    """

    tests: tuple[str, ...]
    trials: tuple[Trial, ...]

    @property
    def missed(self) -> list[Trial]:
        """The mutations that apply and that no test noticed."""
        return [trial for trial in self.trials if trial.is_missed]

    @property
    def inapplicable(self) -> list[Trial]:
        """The mutations that apply to no dialogue."""
        return [trial for trial in self.trials if not trial.applied]

    @property
    def blind(self) -> list[str]:
        """The tests that noticed none of the mutations."""
        seeing = {test for trial in self.trials for test in trial.noticed}
        return [test for test in self.tests if test not in seeing]


def judged(run: RunRecord) -> tuple[str, ...]:
    """Return the node ids of the tests that judged a dialogue: not skipped, not errored."""
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
    """Return the table, the mutations that nobody noticed, and the tests that noticed nothing."""
    from tabulate import tabulate  # noqa: PLC0415 -- only this table needs it

    headers = ("mutation", "dialogues", "tests", "noticed by")
    rows = [
        (
            one.mutation.name,
            f"{one.applied} of {one.dialogues}",
            f"{len(one.noticed)} of {len(found.tests)}",
            "\n".join(_noticing(one)),
        )
        for one in found.trials
    ]
    aligned = ("left", "right", "right", "left")
    table = tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=aligned)
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
        told += f"; not applicable: {names}"
    return told


def _called_on(check: str, run: RunRecord) -> set[int]:
    """Return the indices of the dialogues that a test has called the check on, whatever options it gave."""
    samples = (sample for test in run.tests for sample in test.samples)
    return {
        index for sample in samples if any(v["check"] == check for v in sample.verdicts) for index in sample.dialogues
    }


def _distinct(dialogues: Iterable[DialogueRecord]) -> set[tuple[str, str, str, int]]:
    return {(d.scenario, d.a, d.b, d.sample) for d in dialogues}


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
        shorten(same[0][function.rfind(":") + 1 :], 70)
        if len(same) == 1
        else shorten(function.rpartition("::")[2], 66) + f" × {len(same)}"
        for function, same in by_function.items()
    ]


def _hint(one: Trial) -> str:
    meant = f"checks.{one.mutation.check}, which is meant for it, "
    advice = f"checks.{one.advice} would"
    if one.advice is None:
        advice = meant + ("is called and does not either" if one.is_called else "would not either")
    return f"{one.mutation.name} ({one.mutation.meaning}): {advice}"


def _section(title: str, lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    left_out = [f"  … and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return ["", title, *(f"  {line}" for line in lines[:_LISTED]), *left_out]
