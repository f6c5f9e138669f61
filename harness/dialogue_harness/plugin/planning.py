"""A run that only says what it would do: no test is run and no model is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.errors import ConfigurationError

if TYPE_CHECKING:
    from dialogue_harness.plugin.session import Session


class Planning:
    """Takes the place of the tests.

    Args:
        key: where the session of ours is stashed, if a selected test uses a dialogue.

    """

    def __init__(self, key: pytest.StashKey[Session]) -> None:
        self._key = key

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Print the plan and run nothing, unless collecting failed."""
        if session.testsfailed:
            return None
        ours = session.config.stash.get(self._key, None)
        lines = ["no selected test needs a dialogue"] if ours is None else ours.plan()
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None:
            print(*lines, sep="\n")  # noqa: T201 -- it is what was asked for
            return True
        reporter.ensure_newline()
        reporter.write_sep("=", "plan")
        for line in lines:
            reporter.write_line(line)
        return True


def refuse_workers(config: pytest.Config) -> None:
    """Refuse to plan a run of several processes, each of which would only see its own part.

    Raises:
        UsageError: pytest-xdist is to start workers.

    """
    if getattr(config.option, "dist", "no") != "no" and getattr(config.option, "tx", None):
        msg = "--harness-plan runs no test, and pytest-xdist would start workers for that"
        raise pytest.UsageError(str(ConfigurationError(msg, fix="add -n 0")))
