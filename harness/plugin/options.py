"""What the flags, the ini keys and a marker say, checked: flag beats marker beats ini beats default."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from harness.engine.budget import Allowance
from harness.engine.prices import Prices
from harness.engine.recorder import RECORD_MODES, RecordMode
from harness.engine.retry import Retry
from harness.engine.runner import DEFAULT_CONCURRENCY
from harness.errors import ConfigurationError, HarnessError

if TYPE_CHECKING:
    from pathlib import Path

    from harness.damage import Damage


@dataclass(frozen=True)
class Options:
    """The settings of a run.

    Attributes:
        record: what happens where no valid recording exists.
        live: whether the models are run and the recordings left alone.
        fixtures: folder of the recordings.
        reports: folder for what the run leaves.
        model_a: the model that speaks for A instead of each scenario's own, or ``None``.
        model_b: likewise for B.
        endpoints: lines that name servers.
        attempts: how often a model is asked for one message, at least 1.
        max_concurrency: how many dialogues are held at once, at least 1.
        max_run: what the run may spend.
        max_dialogue: what each dialogue may spend.
        prices: what tokens cost.
        damage: what is done to the dialogues before the tests get them, or ``None``.

    """

    record: RecordMode
    live: bool
    fixtures: Path
    reports: Path
    model_a: str | None
    model_b: str | None
    endpoints: tuple[str, ...]
    attempts: int
    max_concurrency: int
    max_run: Allowance
    max_dialogue: Allowance
    prices: Prices
    damage: Damage | None


def read_options(config: pytest.Config) -> Options:
    """Return the settings of a run.

    Raises:
        ConfigurationError: a flag or an ini key has a value that it cannot have, or two exclude each other.

    """
    record = _record(config)
    live = bool(config.getoption("--harness-live")) or (
        config.getoption("--harness-record") is None and bool(config.getini("harness_live"))
    )
    if live and config.getoption("--harness-record") not in (None, "none"):
        msg = "--harness-live and --harness-record exclude each other: a live run leaves the recordings alone"
        raise ConfigurationError(msg, fix="give one of the two")
    return Options(
        record="none" if live else record,
        live=live,
        fixtures=config.rootpath / _value(config, "fixtures", "fixtures"),
        reports=config.rootpath / _value(config, "reports", "reports"),
        model_a=_value(config, "model-a", None),
        model_b=_value(config, "model-b", None),
        endpoints=tuple(config.getini("harness_endpoints")),
        attempts=_count(*_first(config, "attempts", None, Retry().attempts)),
        max_concurrency=_count(*_first(config, "max-concurrency", None, DEFAULT_CONCURRENCY)),
        max_run=Allowance(*_limits(config, "max")),
        max_dialogue=Allowance(*_limits(config, "max-dialogue"), "the dialogue", "--harness-max-dialogue"),
        prices=Prices(config.getini("harness_prices")),
        damage=_damage(config, record, live=live),
    )


def check_options(config: pytest.Config) -> None:
    """Refuse what cannot be before anything is collected, and once for all processes of the run.

    Raises:
        UsageError: pytest's own, with the message of what is wrong.

    """
    try:
        read_options(config)
        samples(config, None)
        pass_rate(config, None)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None


def samples(config: pytest.Config, marked: Any) -> int:  # noqa: ANN401 -- whatever the marker holds
    """Return how many samples a test judges, at least 1; ``marked`` is what its marker says, or ``None``."""
    return _count(*_first(config, "samples", marked, 1))


def pass_rate(config: pytest.Config, marked: Any) -> float:  # noqa: ANN401 -- whatever the marker holds
    """Return the share of a test's samples that has to pass; ``marked`` is what its marker says, or ``None``."""
    value, where = _first(config, "pass-rate", marked, 1.0)
    try:
        rate = float(value)
    except (TypeError, ValueError):
        _refuse(where, "a number from 0 to 1", value)
    if not 0 <= rate <= 1 or isinstance(value, bool):
        _refuse(where, "a number from 0 to 1", value)
    return rate


def _record(config: pytest.Config) -> RecordMode:
    value = _value(config, "record", "none")
    for mode in RECORD_MODES:
        if mode == value:
            return mode
    near = difflib.get_close_matches(str(value), RECORD_MODES, n=1, cutoff=0.4)
    facts = [("got", repr(value)), *([("nearest", near[0])] if near else [])]
    msg = "--harness-record (harness_record) must be one of " + ", ".join(RECORD_MODES)
    raise ConfigurationError(msg, facts=facts)


def _damage(config: pytest.Config, record: RecordMode, *, live: bool) -> Damage | None:
    name = _value(config, "damage", None)
    if name is None:
        return None
    if live or record != "none":
        other = "--harness-live" if live else f"--harness-record={record}"
        msg = f"--harness-damage and {other} exclude each other: what is damaged is a copy of what is recorded"
        raise ConfigurationError(msg, fix="give one of the two")
    from harness.damage import damage_named  # noqa: PLC0415 -- few runs damage anything

    return damage_named(name, where="--harness-damage (harness_damage)")


def _limits(config: pytest.Config, stem: str) -> tuple[int | None, float | None]:
    """Return the limits on tokens and on cost, ``None`` where there is none."""
    tokens, where = _first(config, f"{stem}-tokens", None, None)
    cost, whose = _first(config, f"{stem}-cost", None, None)
    return None if tokens is None else _count(tokens, where), None if cost is None else _amount(cost, whose)


def _amount(value: Any, where: str) -> float:  # noqa: ANN401 -- whatever a person wrote
    try:
        amount = float(value)
    except (TypeError, ValueError):
        _refuse(where, "a number, more than 0", value)
    if not 0 < amount < math.inf or isinstance(value, bool):
        _refuse(where, "a number, more than 0", value)
    return amount


def _value(config: pytest.Config, stem: str, default: Any) -> Any:  # noqa: ANN401 -- the option's own type
    for value in (config.getoption(f"--harness-{stem}"), config.getini(f"harness_{stem.replace('-', '_')}")):
        if value not in (None, ""):
            return value
    return default


def _first(config: pytest.Config, stem: str, marked: Any, default: Any) -> tuple[Any, str]:  # noqa: ANN401 -- as above
    flag = config.getoption(f"--harness-{stem}")
    if flag is not None:
        return flag, f"--harness-{stem}"
    key = stem.replace("-", "_")
    if marked is not None:
        return marked, f"the scenario marker's {key}"
    ini = config.getini(f"harness_{key}")
    return (ini, f"harness_{key}") if ini not in (None, "") else (default, key)


def _count(value: Any, where: str) -> int:  # noqa: ANN401 -- whatever a person wrote
    try:
        number = int(value)
    except (TypeError, ValueError):
        _refuse(where, "a whole number, 1 or more", value)
    if number < 1 or isinstance(value, bool | float):
        _refuse(where, "a whole number, 1 or more", value)
    return number


def _refuse(where: str, must: str, value: object) -> NoReturn:
    msg = f"{where} must be {must}"
    raise ConfigurationError(msg, facts=[("got", repr(value))])
