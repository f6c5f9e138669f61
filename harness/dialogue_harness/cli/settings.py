"""The settings of `harness talk`: its own options, else the pytest configuration of the project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness.errors import ConfigurationError
from dialogue_harness.secrets import allow
from dialogue_harness.settings import read_settings
from dialogue_harness.settings.files import ProjectFile, find_settings
from dialogue_harness.storage.format import shown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from dialogue_harness.engine.settings import Settings

#: How often a message is asked for where nobody says: a person who waits would rather know.
ATTEMPTS: Final = 3

#: Our options, by the stem of the flag of pytest that means the same.
_OPTIONS: Final[Mapping[str, str]] = {
    "attempts": "--attempts",
    "max-concurrency": "--max-concurrency",
    "max-cost": "--harness-max-cost",
    "max-tokens": "--harness-max-tokens",
}

#: The stems of our options of a budget, likewise.
_BUDGETS: Final[Mapping[str, str]] = {"max": "--harness-max"}


class CommandLine:
    """Where a command has its settings from; see :class:`dialogue_harness.settings.Source`.

    Args:
        options: its own.
        project: the pytest configuration.

    """

    def __init__(self, options: argparse.Namespace, project: ProjectFile) -> None:
        self._options = options
        self._project = project

    def given(self, stem: str) -> tuple[Any, str] | None:
        """Return the value of our option, else that of the flag in ``addopts``, and what it is called."""
        option = _OPTIONS.get(stem)
        value = None if option is None else getattr(self._options, option.strip("-").replace("-", "_"))
        if value is not None:
            return value, str(option)
        flag = f"--harness-{stem}"
        in_file = self._project.flag(flag)
        return None if in_file is None else (in_file, f"{flag} in addopts")

    def ini(self, stem: str) -> Any:  # noqa: ANN401 -- whatever a person wrote
        """Return the value of an ini key."""
        return self._project.ini(_key(stem))

    def lines(self, stem: str) -> list[str]:
        """Return the lines of an ini key."""
        return self._project.lines(_key(stem))

    def flags(self, stem: str) -> str | None:
        """Return the stem of our options of a budget."""
        return _BUDGETS.get(stem)


def settings(options: argparse.Namespace) -> Settings:
    """Return what counts, and let the project say what is no secret.

    Args:
        options: its own, which are checked.

    Raises:
        ConfigurationError: the configuration cannot be read, or a value in it is none that it can have.

    """
    project = find_settings(Path.cwd())
    try:
        found = read_settings(CommandLine(options, project), attempts=ATTEMPTS)
        allow(found.not_secret)
    except ConfigurationError as error:
        if project.path is not None and "file" not in dict(error.facts):
            error.facts = (*error.facts, ("file", shown(project.path)))
        raise
    return found


def _key(stem: str) -> str:
    return f"harness_{stem.replace('-', '_')}"
