"""The ``scenario`` marker: what it says, and what is said to who gets it wrong."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from dialogue_harness.errors import MarkerError, UsageError
from dialogue_harness.plugin import options
from dialogue_harness.scenario import Scenario

if TYPE_CHECKING:
    from dialogue_harness.scenario import Scenario as ScenarioType

_RIGHT: Final = "@pytest.mark.scenario(SCENARIO, samples=5, pass_rate=0.8)"
_KEYWORDS: Final = ("samples", "pass_rate")


@dataclass(frozen=True)
class Asked:
    """What one test asks for: so many samples of one scenario, and the share of them that has to pass."""

    scenario: ScenarioType
    samples: int
    pass_rate: float


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give the test's ``dialogue`` fixture what its marker asks for, one parameter for each scenario.

    Raises:
        Collector.CollectError: the marker is missing, misspelt or misused; the message shows the right one.

    """
    try:
        asked = _asked(metafunc)
    except UsageError as error:
        where = f"{metafunc.definition.nodeid}: "
        raise pytest.Collector.CollectError(where + str(error)) from None
    ids = [pytest.HIDDEN_PARAM] if len(asked) == 1 else [one.scenario.name for one in asked]
    metafunc.parametrize("dialogue", asked, indirect=True, ids=ids, scope="session")


def _asked(metafunc: pytest.Metafunc) -> list[Asked]:
    item = metafunc.definition
    marker = item.get_closest_marker("scenario")
    if marker is None:
        raise _no_marker(item)
    for keyword in marker.kwargs:
        if keyword not in _KEYWORDS:
            near = difflib.get_close_matches(keyword, _KEYWORDS, n=1, cutoff=0.4)
            facts = [("nearest", near[0])] if near else []
            msg = f"the scenario marker takes no {keyword!r}, only {' and '.join(_KEYWORDS)}"
            raise MarkerError(msg, facts=facts, fix=_RIGHT)
    samples = options.samples(metafunc.config, marker.kwargs.get("samples"))
    pass_rate = options.pass_rate(metafunc.config, marker.kwargs.get("pass_rate"))
    if samples > 1:
        _refuse_derived(metafunc)
    return [Asked(scenario, samples, pass_rate) for scenario in _scenarios(marker)]


def _scenarios(marker: pytest.Mark) -> list[Scenario]:
    if not marker.args:
        msg = "the scenario marker names no scenario"
        raise MarkerError(msg, fix=_RIGHT)
    for value in marker.args:
        if not isinstance(value, Scenario):
            hint = "pass several scenarios one after the other" if isinstance(value, list | tuple) else None
            facts = [("got", _brief(value)), *([("nearest", hint)] if hint else [])]
            msg = "the scenario marker takes dialogue_harness.Scenario objects"
            raise MarkerError(msg, facts=facts, fix=_RIGHT)
    return list(marker.args)


def _no_marker(item: pytest.Item) -> MarkerError:
    names = {mark.name for mark in item.iter_markers()}
    near = difflib.get_close_matches("scenario", names, n=1, cutoff=0.6)
    facts = [("nearest", f"@pytest.mark.{near[0]}, which is another marker")] if near else []
    msg = "the fixture `dialogue` needs a scenario marker on the test, its class or its module"
    return MarkerError(msg, facts=facts, fix=f"{_RIGHT}, or pytestmark = … for a whole module")


def _refuse_derived(metafunc: pytest.Metafunc) -> None:
    """Refuse fixtures that are made from one sample's dialogue where the body is to run over several."""
    definitions = metafunc._arg2fixturedefs  # noqa: SLF001 -- pytest offers no public way from a test to its fixtures
    for name, defined in definitions.items():
        if any("dialogue" in definition.argnames for definition in defined):
            msg = f"the fixture {name!r} uses `dialogue`, of which a test with several samples has more than one"
            raise MarkerError(msg, fix="take `dialogue` in the test itself and make what it needs there")


def _brief(value: object) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 80 else shown[:79] + "…"
