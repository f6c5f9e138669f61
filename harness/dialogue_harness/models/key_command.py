"""Keys that a command prints, such as one that asks a password manager."""

from __future__ import annotations

import shlex
import subprocess
from functools import cache
from typing import Final

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.errors import KeyRejected
from dialogue_harness.secrets import scrub

#: Seconds that the command may take: somebody may have to unlock something.
_PATIENCE: Final = 60.0


@cache
def key_from(command: str) -> str:
    """Return the first line that a command prints, stripped. Each command is run once, without shell or input.

    Its output, standard error included, is never shown.

    Args:
        command: the command and its arguments, quoted as for a shell.

    Raises:
        KeyRejected: it cannot be run, fails, takes more than a minute, or prints nothing.

    """
    try:
        done = subprocess.run(  # noqa: S603 -- the user's own command, from the pytest configuration
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise _failed(command, f"it did not end within {_PATIENCE:g} s") from None
    except (OSError, ValueError) as error:
        raise _failed(command, getattr(error, "strerror", None) or "it cannot be run") from None
    if done.returncode:
        raise _failed(command, f"exit code {done.returncode}")
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    key = lines[0].strip() if lines else ""
    if not key:
        raise _failed(command, "its first line is empty" if lines else "it printed nothing")
    return key


def shown(command: str) -> str:
    """Return a command as errors show it."""
    return f"`{shorten(scrub(command), 100)}`"


def _failed(command: str, why: str) -> KeyRejected:
    return KeyRejected(
        "the command that prints the key failed",
        facts=[("command", shown(command)), ("why", neutralise(why))],
        fix="run it in a terminal: it must print the key and nothing before it",
    )
