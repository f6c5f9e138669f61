"""The settings of models: servers by name, prices, budgets, limits; read alike for pytest and for `harness`.

The two differ in where a value comes from, which is a :class:`Source`, and in nothing else.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from dialogue_harness.engine.budget import Allowance
from dialogue_harness.engine.prices import Prices
from dialogue_harness.engine.retry import Retry
from dialogue_harness.engine.runner import DEFAULT_CONCURRENCY
from dialogue_harness.engine.settings import Settings
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.models.endpoints import parse_endpoints

if TYPE_CHECKING:
    from collections.abc import Sequence


class Source(Protocol):
    """Where values are looked up, by the stem of their flag: ``max-cost`` is that of ``--harness-max-cost``."""

    def given(self, stem: str) -> tuple[Any, str] | None:
        """Return the value of a flag and what the flag is called; ``None`` where it was not given."""
        ...

    def ini(self, stem: str) -> Any:  # noqa: ANN401 -- text, but for what a person wrote that is none
        """Return the value of the ini key; ``None`` or an empty text where it has none."""
        ...

    def lines(self, stem: str) -> Sequence[str]:
        """Return the lines of an ini key that has no flag."""
        ...

    def flags(self, stem: str) -> str | None:
        """Return the stem of the flags of a budget as a person types them; ``None`` where it has only ini keys."""
        ...


def read_settings(source: Source, *, attempts: int = Retry().attempts) -> Settings:
    """Return what a source says, checked.

    Args:
        source: where to look.
        attempts: how often a model is asked where nobody says.

    Raises:
        ConfigurationError: a value is none that it can have.

    """
    return Settings(
        endpoints=parse_endpoints(source.lines("endpoints")),
        attempts=count(*first(source, "attempts", attempts)),
        max_concurrency=count(*first(source, "max-concurrency", DEFAULT_CONCURRENCY)),
        max_run=_allowance(source, "max", "the run"),
        max_dialogue=_allowance(source, "max-dialogue", "the dialogue"),
        prices=Prices(source.lines("prices")),
        not_secret=tuple(source.lines("not-secret")),
    )


def first(source: Source, stem: str, default: Any, *, marked: Any = None) -> tuple[Any, str]:  # noqa: ANN401 -- the option's own type
    """Return the value that counts, and where it stands: flag beats marker beats ini file beats default.

    Args:
        source: where to look.
        stem: of the flag.
        default: what counts where nobody says.
        marked: what a marker says, or ``None``.

    """
    given = source.given(stem)
    if given is not None:
        return given
    key = stem.replace("-", "_")
    if marked is not None:
        return marked, f"the scenario marker's {key}"
    ini = source.ini(stem)
    return (ini, f"harness_{key}") if ini not in (None, "") else (default, key)


def count(value: Any, where: str) -> int:  # noqa: ANN401 -- whatever a person wrote
    """Return a whole number, 1 or more.

    Raises:
        ConfigurationError: it is none.

    """
    try:
        number = int(value)
    except (TypeError, ValueError):
        refuse(where, "a whole number, 1 or more", value)
    if number < 1 or isinstance(value, bool | float):
        refuse(where, "a whole number, 1 or more", value)
    return number


def refuse(where: str, must: str, value: object) -> NoReturn:
    """Say that a value is none that can be.

    Raises:
        ConfigurationError: always.

    """
    msg = f"{where} must be {must}"
    raise ConfigurationError(msg, facts=[("got", repr(value))])


def _allowance(source: Source, stem: str, what: str) -> Allowance:
    """Return a budget: its limits on tokens and on cost, ``None`` where there is none."""
    tokens, where = first(source, f"{stem}-tokens", None)
    cost, whose = first(source, f"{stem}-cost", None)
    return Allowance(
        None if tokens is None else count(tokens, where),
        None if cost is None else _amount(cost, whose),
        what=what,
        flags=source.flags(stem),
        keys=f"harness_{stem.replace('-', '_')}",
    )


def _amount(value: Any, where: str) -> float:  # noqa: ANN401 -- whatever a person wrote
    try:
        amount = float(value)
    except (TypeError, ValueError):
        refuse(where, "a number, more than 0", value)
    if not 0 < amount < math.inf or isinstance(value, bool):
        refuse(where, "a number, more than 0", value)
    return amount
