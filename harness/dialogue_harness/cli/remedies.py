"""Which command mends an error: errors say what is wrong, and the command line says what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialogue_harness.errors import HarnessError


def advise(error: HarnessError) -> None:
    """Add the command that mends an error to its fix, if there is one."""
    from dialogue_harness.report.restore import restoring  # noqa: PLC0415 -- only errors need it

    error.fix = restoring(error)
