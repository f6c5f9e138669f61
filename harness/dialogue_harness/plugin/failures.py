"""What a failed test prints, without secrets; and the dialogues of failed live runs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.words import plural
from dialogue_harness.report.failure import explain, whereabouts
from dialogue_harness.storage.format import reason, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from _pytest.outcomes import Failed  # pytest.fail.Exception, which cannot be used as a type

    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.gate.proportion import Decision
    from dialogue_harness.run.obtain import Obtained
    from dialogue_harness.secrets import Secrets
    from dialogue_harness.storage.library import Library

    #: How a test's body says that a property does not hold.
    Failure = AssertionError | Failed

#: Failed samples of one test that are explained; the rest is counted.
EXPLAINED: Final = 3


def lines(
    error: BaseException, heard: Sequence[Verdict], obtained: Obtained | None, *, path: str | None, samples: int
) -> list[str]:
    """Return the text of one failed sample: its verdict with evidence, or the error's own message, and the dialogue.

    Args:
        error: what the body raised.
        heard: the verdicts of the checks that it called.
        obtained: the dialogue that it was about, if any.
        path: that dialogue's recording, as it is to be shown.
        samples: how many samples the test has.

    """
    dialogue = obtained.dialogue if obtained else None
    verdict = _asserted(error, heard)
    text = (str(error) or "an assertion failed").split("\n") if verdict is None else explain(verdict, dialogue)
    if obtained is None or dialogue is None:
        return text
    return [*text, *whereabouts(dialogue, samples=samples, path=path, note=obtained.note)]


def whole(decision: Decision, explained: Sequence[list[str]]) -> str:
    """Return the text of a failed test: that of its sample, or the decision and the first failed samples."""
    if decision.total == 1:
        return "\n".join(explained[0])
    parts = [str(decision)]
    for text in explained[:EXPLAINED]:
        parts += ["", *text]
    left_out = len(explained) - EXPLAINED
    return "\n".join([*parts, *(["", f"… and {plural(left_out, 'more failed sample')}"] if left_out > 0 else [])])


def with_text(error: Failure, text: str) -> Failure:
    """Return the error with another text; its traceback still points at the line that failed."""
    if isinstance(error, AssertionError):
        error.args = (text,)
    else:
        error.msg = text
    return error


def keep(obtained: Obtained, library: Library) -> tuple[Obtained, bool]:
    """Copy the recording of a failed live dialogue into a library.

    Returns:
        The dialogue with the copy's path, or with a note why there is none, and whether there is one.

    """
    if obtained.path is None:
        return obtained, True
    path = library.path(obtained.dialogue.scenario, obtained.dialogue.sample)
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(obtained.path, part)
        part.replace(path)
    except OSError as error:
        note = f"it could not be kept in {shown(library.root)}: {reason(error)}"
        return replace(obtained, path=None, note=f"{obtained.note}; {note}" if obtained.note else note), False
    return replace(obtained, path=path), True


def scrub_report(report: pytest.TestReport, known: Secrets) -> None:
    """Remove secrets from a report, wherever a terminal, JUnit XML or another plugin may find them."""
    report.sections = [(name, known.scrub(text)) for name, text in report.sections]
    report.longrepr = _scrubbed(report.longrepr, known)


def scrubbed_values(values: Any, known: Secrets) -> Any:  # noqa: ANN401 -- any JSON value
    """Return JSON values without secrets; most have none, which a look at all of them as one text shows sooner."""
    text = str(values)
    return values if known.scrub(text) == text else known.scrub_values(values)


def _scrubbed(value: Any, known: Secrets) -> Any:  # noqa: ANN401 -- whatever pytest's representations are made of
    if isinstance(value, str):
        return known.scrub(value)
    if isinstance(value, list | tuple):
        return type(value)(_scrubbed(item, known) for item in value)
    if type(value).__module__.startswith("_pytest."):
        for name, part in list(vars(value).items()):
            setattr(value, name, _scrubbed(part, known))
    return value


def _asserted(error: BaseException, heard: Sequence[Verdict]) -> Verdict | None:
    """Return the verdict that the failed assertion was about, or ``None`` if it was about something else."""
    text = str(error)
    for verdict in reversed(heard):
        if not verdict and (not text or repr(verdict) in text or shorten(repr(verdict), 40).rstrip("…") in text):
            return verdict
    return None
