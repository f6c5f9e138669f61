"""The flags, the ini keys and the marker's options, validated: flag beats marker beats ini key beats default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest

from dialogue_harness._text.validation import choice, number
from dialogue_harness.errors import ConfigurationError, HarnessError
from dialogue_harness.run.obtain import RECORD_MODES, RecordMode
from dialogue_harness.settings import Settings, count, first, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from dialogue_harness.mutation import Mutation


@dataclass(frozen=True)
class Options(Settings):
    """The settings of a run: those of any run of models, and those that only pytest has.

    Attributes:
        record: what to do if there is no valid recording.
        live: whether the models are run and the recordings left alone.
        fixtures: folder of the recordings.
        reports: folder for the reports of the run.
        model_a: the model for speaker A instead of each scenario's own, or ``None``.
        model_b: likewise for B.
        mutation: the mutation of the dialogues that the tests get, or ``None``.

    """

    record: RecordMode
    live: bool
    fixtures: Path
    reports: Path
    model_a: str | None
    model_b: str | None
    mutation: Mutation | None


class PytestSettings:
    """Where pytest has the settings; see :class:`dialogue_harness.settings.Source`.

    Args:
        config: pytest's.

    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def given(self, stem: str) -> tuple[Any, str] | None:
        """Return the value and the name of a flag."""
        value = self._config.getoption(f"--harness-{stem}")
        return None if value is None else (value, f"--harness-{stem}")

    def ini(self, stem: str) -> Any:  # noqa: ANN401 -- whatever a person wrote
        """Return the value of an ini key."""
        return self._config.getini(f"harness_{stem.replace('-', '_')}")

    def lines(self, stem: str) -> list[str]:
        """Return the lines of an ini key."""
        return list(self.ini(stem))

    def flags(self, stem: str) -> str:
        """Return the stem of the flags of a budget."""
        return f"--harness-{stem}"

    def value(self, stem: str, default: Any = None) -> Any:  # noqa: ANN401 -- the option's own type
        """Return what is set by flag or ini key, and else the default."""
        value, _ = first(self, stem, default)
        return default if value == "" else value


def read_options(config: pytest.Config) -> Options:
    """Return the settings of a run.

    Raises:
        ConfigurationError: a flag or an ini key has an invalid value, or two exclude each other.

    """
    settings = PytestSettings(config)
    flag = config.getoption("--harness-record")
    name = "--harness-record (harness_record)"
    record = cast("RecordMode", choice(ConfigurationError, name, settings.value("record", "none"), RECORD_MODES))
    live = bool(config.getoption("--harness-live")) or (flag is None and bool(config.getini("harness_live")))
    if live and flag not in (None, "none"):
        msg = "--harness-live and --harness-record exclude each other: a live run leaves the recordings alone"
        raise ConfigurationError(msg, fix="give one of the two")
    return Options(
        record="none" if live else record,
        live=live,
        fixtures=config.rootpath / settings.value("fixtures", "fixtures"),
        reports=config.rootpath / settings.value("reports", "reports"),
        model_a=settings.value("model-a"),
        model_b=settings.value("model-b"),
        mutation=_mutation(settings.value("mutation"), record, live=live),
        **vars(read_settings(settings)),
    )


def check_options(config: pytest.Config, *, is_plan: bool) -> None:
    """Refuse invalid settings, once for all processes of the run.

    Raises:
        UsageError: pytest's own, with the message that says what is wrong.

    """
    try:
        if is_plan and getattr(config.option, "dist", "no") != "no" and getattr(config.option, "tx", None):
            msg = "--harness-plan runs no test, and pytest-xdist would start workers to run them"
            raise ConfigurationError(msg, fix="add -n 0")
        read_options(config)
        samples(config, None)
        pass_rate(config, None)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None


def samples(config: pytest.Config, marked: Any) -> int:  # noqa: ANN401 -- whatever the marker holds
    """Return the number of samples, at least 1; ``marked`` is the marker's, or ``None``."""
    return count(*first(PytestSettings(config), "samples", 1, marked=marked))


def pass_rate(config: pytest.Config, marked: Any) -> float:  # noqa: ANN401 -- whatever the marker holds
    """Return the share of samples that has to pass, from 0 to 1; ``marked`` is the marker's, or ``None``."""
    value, where = first(PytestSettings(config), "pass-rate", 1.0, marked=marked)
    return number(ConfigurationError, where, value, high=1, parse=True)


def _mutation(name: str | None, record: RecordMode, *, live: bool) -> Mutation | None:
    if name is None:
        return None
    if live or record != "none":
        other = "--harness-live" if live else f"--harness-record={record}"
        msg = f"--harness-mutation and {other} exclude each other: what is mutated is a copy of what is recorded"
        raise ConfigurationError(msg, fix="give one of the two")
    from dialogue_harness.mutation import mutation_named  # noqa: PLC0415 -- few runs mutate anything

    return mutation_named(name, where="--harness-mutation (harness_mutation)")
