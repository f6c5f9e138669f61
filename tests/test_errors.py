from __future__ import annotations

import copy
import inspect
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import errors
from dialogue_harness.errors import HarnessError, ModelError, RecordingMissing, ServerBusy
from strategies import hostile_text

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, HarnessError) and value.__module__ == errors.__name__
}


def drawn_parents() -> dict[str, str | None]:
    """Return, as the module's drawing shows it, the parent of each error."""
    branch = re.compile(r"^ {4}([│ ├└─]*)(\w+)(?:  +\S.*)?$", re.MULTILINE)
    drawing = (errors.__doc__ or "").split("::\n\n", 1)[1].split("\n\n", 1)[0]
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for indent, name in branch.findall(drawing):
        depth = len(indent) // 4
        path = [*path[:depth], name]
        parents[name] = path[-2] if depth else None
    return parents


def test_the_drawing_shows_every_error_below_its_base() -> None:
    own_bases = {
        name: next((b.__name__ for b in cls.__bases__ if b.__name__ in CLASSES), None) for name, cls in CLASSES.items()
    }
    assert drawn_parents() == own_bases


def test_what_is_wrong_with_a_value_is_also_a_value_error() -> None:
    value_errors = {name for name, cls in CLASSES.items() if issubclass(cls, ValueError)}
    assert value_errors == {"ScenarioError", "CheckError"}


def test_only_what_may_pass_is_worth_another_request() -> None:
    transient = {name for name, cls in CLASSES.items() if issubclass(cls, ModelError) and cls.transient}
    assert transient == {"ServerUnreachable", "ServerBusy"}


def test_an_error_is_shown_as_headline_facts_and_fix() -> None:
    error = RecordingMissing(
        "no recording of 'small-talk'",
        facts=[("looked for", "fixtures/small-talk/1.jsonl"), ("mode", "none")],
        fix="record it",
    )
    assert str(error).split("\n") == [
        "no recording of 'small-talk'",
        "  looked for: fixtures/small-talk/1.jsonl",
        "  mode: none",
        "how to fix: record it",
    ]


def test_a_headline_alone_is_one_line() -> None:
    assert str(HarnessError("no such turn")) == "no such turn"


def test_a_fact_of_several_lines_is_indented_below_its_label() -> None:
    error = HarnessError("changed", facts=[("old", "Be brief.\n\nBe kind."), ("new", "")])
    assert str(error).split("\n") == ["changed", "  old: Be brief.", "", "    Be kind.", "  new:"]


def test_other_braces_in_a_fix_are_left_alone() -> None:
    assert str(HarnessError("x", fix='set {"top_k": 40}')).endswith('how to fix: set {"top_k": 40}')


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_survives_pickling_with_all_it_tells(name: str) -> None:
    error = CLASSES[name]("no answer", facts=[("status", "503")], fix="try again")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 -- our bytes
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert twin.args == error.args == ("no answer",)


def test_what_was_learnt_of_an_attempt_survives_pickling() -> None:
    error = ServerBusy("rate limited")
    error.retry_after, error.attempts, error.transient = 2.5, 4, False
    error.add_note("in turn 3")
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert (twin.retry_after, twin.attempts, twin.transient) == (2.5, 4, False)
    assert twin.__notes__ == ["in turn 3"]


def test_an_attempt_counts_as_one_until_more_were_made() -> None:
    error = ModelError("no answer")
    assert (error.attempts, error.retry_after, error.transient) == (1, None, False)


@given(hostile_text(), st.lists(st.tuples(hostile_text(1), hostile_text())), st.none() | hostile_text())
def test_any_error_is_shown_and_pickled(headline: str, facts: list[tuple[str, str]], fix: str | None) -> None:
    error = HarnessError(headline, facts=facts, fix=fix)
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert str(twin) == str(error)
    assert str(error).startswith(headline)


def test_advice_is_added_to_what_the_error_says_itself() -> None:
    error = RecordingMissing("no recording")
    error.advise("pytest specs --harness-record=missing")
    assert str(error) == "no recording\nhow to fix: pytest specs --harness-record=missing"
    error.advise("commit the recording")
    assert error.fix == "pytest specs --harness-record=missing; then commit the recording"
