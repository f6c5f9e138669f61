"""The examples run as they stand, and again from what they recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.models import own
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(autouse=True)
def _registers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "_registered", {})


def test_a_model_of_your_own_is_recorded_and_replayed_without_being_called(
    pytester: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    source = (ROOT / "examples" / "own_model.py").read_text(encoding="utf-8")
    path = pytester.path / "test_own_model.py"
    path.write_text(source, encoding="utf-8")
    run("--harness-record=missing").assert_outcomes(passed=2)
    path.write_text(source.replace("said = sum(", "raise RuntimeError\n    said = sum("), encoding="utf-8")
    run().assert_outcomes(passed=2)
    (recording,) = pytester.path.glob("fixtures/own-model/*/1.jsonl")
    assert "order 4711" in recording.read_text(encoding="utf-8")
