"""What a failing test prints, and the dialogues of failed live runs."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.report.failure import explain, quoted, whereabouts
from dialogue_harness.report.run import shown_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest
    from _pytest.outcomes import Failed  # pytest.fail.Exception, which is no name that a type can be told by

    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.engine.obtain import Obtained
    from dialogue_harness.gate.proportion import Decision
    from dialogue_harness.plugin.options import Options
    from dialogue_harness.storage.library import Library

    #: How a body says that a property does not hold.
    Failure = AssertionError | Failed

#: Failing samples of one test that are explained one by one; the others are counted.
EXPLAINED: Final = 3


def lines(
    error: BaseException, heard: Sequence[Verdict], obtained: Obtained | None, *, path: str | None, samples: int
) -> list[str]:
    """Return what is to be said of one failed body: its verdict with evidence, or its own message, and where it was.

    Args:
        error: what the body raised.
        heard: the verdicts of the checks that it called.
        obtained: the dialogue that it was about, if any.
        path: that dialogue's recording, as it is to be shown.
        samples: how many samples the test has.

    """
    dialogue = obtained.dialogue if obtained else None
    verdict = _asserted(error, heard)
    told = (str(error) or "an assertion failed").split("\n") if verdict is None else explain(verdict, dialogue)
    if obtained is None or dialogue is None:
        return told
    return [*told, *whereabouts(dialogue, samples=samples, path=path, note=obtained.note)]


def whole(decision: Decision, explained: Sequence[list[str]]) -> str:
    """Return the text of a failed test: of a single sample its lines, of several the decision and the first of them."""
    if decision.total == 1:
        return "\n".join(explained[0])
    parts = [str(decision)]
    for told in explained[:EXPLAINED]:
        parts += ["", *told]
    left_out = len(explained) - EXPLAINED
    if left_out > 0:
        parts += ["", f"… and {left_out} more failed samples"]
    return "\n".join(parts)


def with_text(error: Failure, text: str) -> Failure:
    """Return the error with another text; its traceback still points at the line that asserted."""
    if isinstance(error, AssertionError):
        error.args = (text,)
    else:
        error.msg = text
    return error


def target(item: pytest.Function, fixtures: Path, options: Options, root: Path) -> str:
    """Return what pytest is to be given to run a test again on the dialogues in a folder, quoted for a shell."""
    flags = []
    if fixtures != root / "fixtures":
        flags.append(f"--harness-fixtures={shown_path(fixtures, root)}")
    for side, model in (("a", options.model_a), ("b", options.model_b)):
        if model is not None:
            flags.append(f"--harness-model-{side}={model}")
    for stem in ("samples", "pass-rate", "mutation"):
        value = item.config.getoption(f"--harness-{stem}")
        if value is not None:
            flags.append(f"--harness-{stem}={value}")
    return " ".join(map(quoted, [item.nodeid, *flags]))


def keep(obtained: Obtained, library: Library) -> Obtained:
    """Copy the recording of a failed live dialogue to where it can be replayed from, and return it with that path."""
    if obtained.path is None:
        return obtained
    path = library.path(obtained.dialogue.scenario, obtained.dialogue.sample)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    shutil.copyfile(obtained.path, part)
    part.replace(path)
    return replace(obtained, path=path)


def _asserted(error: BaseException, heard: Sequence[Verdict]) -> Verdict | None:
    """Return the verdict that the failed assertion was about: the last one, if it is falsy and is what was asserted."""
    text = str(error)
    for verdict in reversed(heard):
        if not verdict and (not text or repr(verdict) in text or shorten(repr(verdict), 40).rstrip("…") in text):
            return verdict
    return None
