"""Whatever we use of pytest and pytest-xdist that they do not promise to keep: one function each, and a way without.

It is imported in every run of pytest, so it imports nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def fixture_definitions(test: pytest.Metafunc | pytest.Function) -> Mapping[str, Sequence[pytest.FixtureDef[Any]]]:
    """Return the definitions of a test's fixtures, by name.

    They tell our fixtures from a user's of the same name. Without them, the mapping is empty, and names alone count.
    """
    definition = test.definition if isinstance(test, pytest.Metafunc) else test
    found: Mapping[str, Sequence[pytest.FixtureDef[Any]]] = getattr(
        getattr(definition, "_fixtureinfo", None), "name2fixturedefs", {}
    )
    return found


def unfinished_line(writer: Any) -> str:  # noqa: ANN401 -- pytest has no public type for it
    """Return what pytest has written to the line that its terminal writer is in.

    A line of ours goes in between, and pytest's is written again. Without it, pytest's line starts over.
    """
    return str(getattr(writer, "_current_line", ""))


def wrap_queue(config: pytest.Config, wrap: Callable[[Any], Any]) -> None:
    """Wrap the queue from which pytest-xdist's controller takes what workers report.

    While it is empty, and only then, the controller may print. Without it, the progress of workers is not shown.
    """
    controller: Any = config.pluginmanager.get_plugin("dsession")
    queue = getattr(controller, "queue", None)
    if queue is not None:
        controller.queue = wrap(queue)
