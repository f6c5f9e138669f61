"""What the flags, the ini keys and a marker say, checked: flag beats marker beats ini beats default."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness.engine.obtain import RECORD_MODES, RecordMode
from dialogue_harness.engine.settings import Settings
from dialogue_harness.errors import ConfigurationError, HarnessError
from dialogue_harness.settings import count, first, read_settings, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from dialogue_harness.mutation import Mutation


@dataclass(frozen=True)
class Options(Settings):
    """The settings of a run: what it is told of models, and what only pytest's are told.

    Attributes:
        record: what happens where no valid recording exists.
        live: whether the models are run and the recordings left alone.
        fixtures: folder of the recordings.
        reports: folder for what the run leaves.
        model_a: the model that speaks for A instead of each scenario's own, or ``None``.
        model_b: likewise for B.
        mutation: what is done to the dialogues before the tests get them, or ``None``.

    """

    record: RecordMode
    live: bool
    fixtures: Path
    reports: Path
    model_a: str | None
    model_b: str | None
    mutation: Mutation | None


class Configured:
    """Where pytest has the settings from; see :class:`dialogue_harness.settings.Source`.

    Args:
        config: pytest's.

    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def given(self, stem: str) -> tuple[Any, str] | None:
        """Return the value of a flag and what it is called."""
        value = self._config.getoption(f"--harness-{stem}")
        return None if value is None else (value, f"--harness-{stem}")

    def ini(self, stem: str) -> Any:  # noqa: ANN401 -- whatever a person wrote
        """Return the value of an ini key."""
        return self._config.getini(_key(stem))

    def lines(self, stem: str) -> list[str]:
        """Return the lines of an ini key."""
        return list(self._config.getini(_key(stem)))

    def flags(self, stem: str) -> str:
        """Return the stem of the flags of a budget."""
        return f"--harness-{stem}"


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
        mutation=_mutation(config, record, live=live),
        **vars(read_settings(Configured(config))),
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
    return count(*first(Configured(config), "samples", 1, marked=marked))


def pass_rate(config: pytest.Config, marked: Any) -> float:  # noqa: ANN401 -- whatever the marker holds
    """Return the share of a test's samples that has to pass; ``marked`` is what its marker says, or ``None``."""
    value, where = first(Configured(config), "pass-rate", 1.0, marked=marked)
    try:
        rate = float(value)
    except (TypeError, ValueError):
        refuse(where, "a number from 0 to 1", value)
    if not 0 <= rate <= 1 or isinstance(value, bool):
        refuse(where, "a number from 0 to 1", value)
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


def _mutation(config: pytest.Config, record: RecordMode, *, live: bool) -> Mutation | None:
    name = _value(config, "mutation", None)
    if name is None:
        return None
    if live or record != "none":
        other = "--harness-live" if live else f"--harness-record={record}"
        msg = f"--harness-mutation and {other} exclude each other: what is mutated is a copy of what is recorded"
        raise ConfigurationError(msg, fix="give one of the two")
    from dialogue_harness.mutation import mutation_named  # noqa: PLC0415 -- few runs mutation anything

    return mutation_named(name, where="--harness-mutation (harness_mutation)")


def _value(config: pytest.Config, stem: str, default: Any) -> Any:  # noqa: ANN401 -- the option's own type
    for value in (config.getoption(f"--harness-{stem}"), config.getini(_key(stem))):
        if value not in (None, ""):
            return value
    return default


def _key(stem: str) -> str:
    return f"harness_{stem.replace('-', '_')}"
