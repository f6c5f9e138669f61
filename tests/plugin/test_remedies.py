"""Which command mends an error, whatever the error itself says of it."""

from __future__ import annotations

import copy

import pytest

from dialogue_harness import errors
from dialogue_harness.errors import HarnessError
from dialogue_harness.plugin.remedies import REMEDIES, advised

WHILE = [("while", "speaker B was to say message 4 of scenario 'tea', sample 1")]


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (errors.RecordingMissing("x"), "pytest t --harness-record=missing"),
        (errors.RecordingChanged("x"), "pytest t --harness-record=changed"),
        (errors.RecordingTooShort("x"), "pytest t --harness-record=extend"),
        (errors.RecordingTruncated("x"), "pytest t --harness-record=missing (continues it)"),
        (errors.RecordingTooNew("x", fix="upgrade"), "upgrade; then pytest t"),
        (errors.RecordingEdited("x", fix="undo it"), "undo it, or pytest t --harness-record=all (re-records it)"),
        (errors.RecordingCorrupt("x"), "pytest t --harness-record=all (re-records it)"),
        (errors.RecordingError("x", fix="rm 2.jsonl"), "rm 2.jsonl; then pytest t --harness-record=missing"),
        (errors.RecordingError("x"), None),
        (errors.SecretFound("x", fix="revoke it"), "revoke it; then pytest t --harness-record=missing"),
        (
            errors.SecretFound("x", fix="revoke it\nor let it pass"),
            "revoke it; then pytest t --harness-record=missing\nor let it pass",
        ),
        (errors.ServerBusy("x", facts=WHILE), "continue with `pytest t --harness-record=missing`"),
        (errors.ServerBusy("x"), None),
        (
            errors.BudgetSpent("x", facts=WHILE, fix="raise it"),
            "raise it; then continue with `pytest t --harness-record=missing`",
        ),
        (errors.CheckError("x", fix="give a limit"), "give a limit"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, HarnessError) else "",
)
def test_an_error_is_mended_by_the_command_for_its_class(error: HarnessError, fix: str | None) -> None:
    assert advised(error, "pytest t").fix == fix


def test_an_error_that_two_tests_share_gets_the_command_of_each() -> None:
    error = errors.RecordingMissing("x", facts=[("looked for", "1.jsonl")])
    before = copy.deepcopy(vars(error))
    one, other = advised(error, "pytest one"), advised(error, "pytest other")

    assert str(one) == "x\n  looked for: 1.jsonl\nhow to fix: pytest one --harness-record=missing"
    assert str(other).endswith("how to fix: pytest other --harness-record=missing")
    assert vars(error) == before


def test_no_remedy_is_hidden_behind_that_of_a_wider_class() -> None:
    kinds = [kind for kind, _ in REMEDIES]
    assert not [kind for place, kind in enumerate(kinds) if issubclass(kind, tuple(kinds[:place]))]
