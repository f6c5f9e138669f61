"""Which pytest command mends an error: errors say what is wrong, and only the plugin knows the test at hand."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Final

from dialogue_harness.errors import (
    BudgetSpent,
    HarnessError,
    ModelError,
    RecordingChanged,
    RecordingCorrupt,
    RecordingEdited,
    RecordingError,
    RecordingInterrupted,
    RecordingMissing,
    RecordingTooNew,
    RecordingTooShort,
    SecretFound,
)
from dialogue_harness.report.failure import quoted
from dialogue_harness.report.restore import restoring
from dialogue_harness.report.run import shown_path

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from dialogue_harness.plugin.options import Options

#: What mends an error of each class; ``{}`` is the command that runs the test at hand. The first that fits counts.
REMEDIES: Final[tuple[tuple[type[HarnessError], str], ...]] = (
    (RecordingInterrupted, "{} --harness-record=missing (continues it)"),
    (RecordingMissing, "{} --harness-record=missing"),
    (RecordingTooShort, "{} --harness-record=extend"),
    (RecordingChanged, "{} --harness-record=changed"),
    (RecordingCorrupt, "{} --harness-record=all (re-records it)"),
    (RecordingEdited, "{} --harness-record=all (re-records it)"),
    (RecordingTooNew, "{}"),
    (SecretFound, "{} --harness-record=missing"),
    (RecordingError, "{} --harness-record=missing"),
    (BudgetSpent, "continue with `{} --harness-record=missing`"),
    (ModelError, "continue with `{} --harness-record=missing`"),
)

#: Either the recording is restored or it is made again.
_ALTERNATIVES: Final = (RecordingCorrupt, RecordingEdited)


def advised(error: HarnessError, command: str) -> HarnessError:
    """Return a copy of an error whose fix names the command that mends it; several tests may share the error itself.

    Args:
        error: what the machinery raised.
        command: runs the test at hand, see :func:`command`.

    """
    found = copy.copy(error)
    found.fix = restoring(found)
    remedy = next((text.format(command) for kind, text in REMEDIES if isinstance(error, kind)), None)
    is_recording = any(label == "while" for label, _ in error.facts)
    if remedy is None or (isinstance(error, BudgetSpent | ModelError) and not is_recording):
        return found
    if type(error) is RecordingError and error.fix is None:
        return found  # nobody knows what mends it
    first, *others = (found.fix or "").split("\n")  # the command belongs to the first way to mend it
    joint = ", or " if isinstance(error, _ALTERNATIVES) else "; then "
    found.fix = "\n".join([f"{first}{joint}{remedy}" if first else remedy, *others])
    return found


def command(item: pytest.Function, fixtures: Path, options: Options, root: Path) -> str:
    """Return the command that runs a test again on the recordings in ``fixtures``, quoted for a shell."""
    flags = [] if fixtures == root / "fixtures" else [f"--harness-fixtures={shown_path(fixtures, root)}"]
    for side, model in (("a", options.model_a), ("b", options.model_b)):
        flags += [f"--harness-model-{side}={model}"] if model is not None else []
    for stem in ("samples", "pass-rate", "mutation"):
        value = item.config.getoption(f"--harness-{stem}")
        flags += [f"--harness-{stem}={value}"] if value is not None else []
    return " ".join(["pytest", *map(quoted, [item.nodeid, *flags])])
