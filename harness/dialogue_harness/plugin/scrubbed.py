"""Reports of tests without secrets: what a failure prints, what was captured, and what goes into other tools' files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from dialogue_harness.secrets import Secrets


def scrub_report(report: pytest.TestReport, known: Secrets) -> None:
    """Take secrets out of a report, wherever a terminal, JUnit XML or another plugin may find them."""
    report.sections = [(name, known.scrub(text)) for name, text in report.sections]
    report.longrepr = _scrubbed(report.longrepr, known)


def scrubbed_values(values: Any, known: Secrets) -> Any:  # noqa: ANN401 -- any JSON value
    """Return JSON values without secrets; they are looked through as one text first, since most hold none."""
    text = str(values)
    return values if known.scrub(text) == text else known.scrub_values(values)


def _scrubbed(value: Any, known: Secrets) -> Any:  # noqa: ANN401 -- whatever pytest's descriptions are made of
    if isinstance(value, str):
        return known.scrub(value)
    if isinstance(value, list | tuple):
        return type(value)(_scrubbed(item, known) for item in value)
    if type(value).__module__.startswith("_pytest."):
        for name, part in list(vars(value).items()):
            setattr(value, name, _scrubbed(part, known))
    return value
