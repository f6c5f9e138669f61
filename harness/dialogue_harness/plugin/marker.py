"""The ``scenario`` marker: what it asks for, and the errors of those who get it wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

from dialogue_harness._text.printable import described, shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.errors import MarkerError, UsageError
from dialogue_harness.plugin import options
from dialogue_harness.plugin._private import fixture_definitions
from dialogue_harness.scenario import Scenario

_RIGHT: Final = "@pytest.mark.scenario(SCENARIO, samples=5, pass_rate=0.8)"
_KEYWORDS: Final = ("samples", "pass_rate")


@dataclass(frozen=True)
class MarkedScenario:
    """A scenario of a marker, the number of its samples, and the share of them that has to pass."""

    scenario: Scenario
    samples: int
    pass_rate: float


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give the test's ``dialogue`` fixture one parameter for each scenario of its marker.

    Raises:
        Collector.CollectError: the marker is missing, misspelt or misused; the message shows a correct one.

    """
    try:
        marked = _marked(metafunc)
    except UsageError as error:
        msg = f"{metafunc.definition.nodeid}: {error}"
        raise pytest.Collector.CollectError(msg) from None
    ids = [pytest.HIDDEN_PARAM] if len(marked) == 1 else [one.scenario.name for one in marked]
    metafunc.parametrize("dialogue", marked, indirect=True, ids=ids, scope="session")


def _marked(metafunc: pytest.Metafunc) -> list[MarkedScenario]:
    marker = metafunc.definition.get_closest_marker("scenario")
    if marker is None:
        raise _no_marker(metafunc.definition)
    for keyword in marker.kwargs:
        if keyword not in _KEYWORDS:
            msg = f"the scenario marker has no option {keyword!r}, only {' and '.join(_KEYWORDS)}"
            raise MarkerError(msg, facts=_near(nearest(keyword, _KEYWORDS, cutoff=0.4)), fix=_RIGHT)
    samples = options.samples(metafunc.config, marker.kwargs.get("samples"))
    pass_rate = options.pass_rate(metafunc.config, marker.kwargs.get("pass_rate"))
    if samples > 1:
        _refuse_derived(metafunc)
    return [MarkedScenario(scenario, samples, pass_rate) for scenario in _scenarios(marker)]


def _scenarios(marker: pytest.Mark) -> list[Scenario]:
    if not marker.args:
        msg = "the scenario marker names no scenario"
        raise MarkerError(msg, fix=_RIGHT)
    for value in marker.args:
        if not isinstance(value, Scenario):
            hint = "give several scenarios as several arguments" if isinstance(value, list | tuple) else None
            msg = "the scenario marker takes dialogue_harness.Scenario objects"
            raise MarkerError(msg, facts=[("got", shorten(described(value), 80)), *_near(hint)], fix=_RIGHT)
    return list(marker.args)


def _no_marker(item: pytest.Item) -> MarkerError:
    near = nearest("scenario", {mark.name for mark in item.iter_markers()})
    facts = _near(f"@pytest.mark.{near}, which is another marker" if near else None)
    msg = "the fixture `dialogue` needs a scenario marker on the test, its class or its module"
    return MarkerError(msg, facts=facts, fix=f"{_RIGHT}, or pytestmark = … for a whole module")


def _refuse_derived(metafunc: pytest.Metafunc) -> None:
    """Refuse fixtures made from one sample's dialogue, which would be the same for all samples."""
    for name, definitions in fixture_definitions(metafunc).items():
        if any("dialogue" in definition.argnames for definition in definitions):
            msg = f"the fixture {name!r} uses `dialogue`, but a test with several samples has several dialogues"
            raise MarkerError(msg, fix="use `dialogue` in the test itself, and make what it needs there")


def _near(value: str | None) -> list[tuple[str, str]]:
    return [("nearest", value)] if value else []
