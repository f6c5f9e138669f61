"""What the error of a dialogue that cannot continue says: which message it was about, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness._text.words import plural
from dialogue_harness.errors import BudgetSpent, HarnessError, ModelError, RecordingError
from dialogue_harness.storage.format import reason, shown

if TYPE_CHECKING:
    from dialogue_harness.scenario import Scenario
    from dialogue_harness.storage.journal import Journal


def as_harness_error(error: HarnessError | OSError) -> HarnessError:
    """Return the error, or one for a disk on which the processes of a run cannot leave their notes."""
    if isinstance(error, HarnessError):
        return error
    facts = [("file", shown(error.filename or "")), ("problem", reason(error))]
    return RecordingError("notes of this run cannot be written", facts=facts, fix="solve the problem above")


def cause(error: HarnessError) -> str:
    """Return in one line why a dialogue cannot go on, and what it needs before it can."""
    problems = [value for label, value in error.facts if label == "problem"]
    cause = ": ".join([error.headline, *problems])
    return f"{cause}; {error.fix}" if isinstance(error, BudgetSpent) else cause


def located(error: HarnessError, scenario: Scenario, sample: int, journal: Journal) -> HarnessError:
    """Add to an error which message it was about, and what is kept."""
    if isinstance(error, ModelError | BudgetSpent):
        locate(error, scenario, sample, journal.count + 1)
    if journal.working.exists():
        error.facts = (*error.facts, ("kept", f"{plural(journal.count, 'message')} in {shown(journal.working)}"))
    return error


def locate(error: ModelError | BudgetSpent, scenario: Scenario, sample: int, number: int) -> None:
    """Add to an error which message was to be said."""
    side = scenario.side_at(number)
    where = f"speaker {side} was to say message {number} of scenario {scenario.name!a}, sample {sample}"
    attempts = [("attempts", str(error.attempts))] if isinstance(error, ModelError) else []
    error.facts = (*error.facts, ("while", where), *attempts)
