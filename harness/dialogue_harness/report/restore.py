"""How an edited or broken recording is restored: both doors say it, and errors themselves know no commands."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from dialogue_harness.errors import RecordingCorrupt, RecordingEdited

if TYPE_CHECKING:
    from dialogue_harness.errors import HarnessError


def restoring(error: HarnessError) -> str | None:
    """Return the fix of an error, with the command that restores its file where git tracks that."""
    path = dict(error.facts).get("file")
    if path is None or not isinstance(error, RecordingCorrupt | RecordingEdited):
        return error.fix
    try:
        listing = ["git", "ls-files", "--error-unmatch", "--", path]
        is_tracked = subprocess.run(listing, capture_output=True, timeout=5, check=False).returncode == 0  # noqa: S603
    except (OSError, ValueError, subprocess.SubprocessError):  # no git, or no path that it takes
        is_tracked = False
    return f"{error.fix} with `git checkout -- {shlex.quote(path)}`" if is_tracked else error.fix
