"""What becomes of a run if pytest or pytest-xdist keep elsewhere what they do not promise to keep."""

from __future__ import annotations

import io
import queue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness.plugin import _private

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TEST = """
@pytest.mark.scenario(TEA, samples=2)
def test_it(dialogue):
    assert mentions(dialogue, "tea")

def test_other(converse):
    assert converse(TEA)

def test_none():
    pass
"""


def test_without_the_definitions_of_fixtures_their_names_count(
    recorded: Spec, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(TEST)
    monkeypatch.setattr("dialogue_harness.plugin.fixture_definitions", lambda _: {})
    monkeypatch.setattr("dialogue_harness.plugin.marker.fixture_definitions", lambda _: {})

    run().assert_outcomes(passed=3)


def test_a_test_without_any_record_of_its_fixtures_has_no_definitions(request: pytest.FixtureRequest) -> None:
    assert "monkeypatch" in _private.fixture_definitions(request.node)
    bare: Any = SimpleNamespace(fixturenames=["dialogue"])
    assert _private.fixture_definitions(bare) == {}


def test_the_line_that_pytest_is_in_is_known_or_else_empty(pytester: pytest.Pytester) -> None:
    writer = pytester.parseconfigure("-p", "no:unraisableexception").get_terminal_writer()
    writer._file = io.StringIO()
    writer.write("test_tea.py .")

    assert _private.unfinished_line(writer) == "test_tea.py ."
    assert _private.unfinished_line(object()) == ""


@pytest.mark.parametrize(
    ("controller", "wrapped"), [(None, []), (SimpleNamespace(), []), (SimpleNamespace(queue=1), [1])]
)
def test_the_queue_of_the_controller_is_wrapped_if_it_is_there(controller: Any, wrapped: list[int]) -> None:
    config: Any = SimpleNamespace(pluginmanager=SimpleNamespace(get_plugin=lambda _: controller))
    seen: list[int] = []
    _private.wrap_queue(config, seen.append)

    assert seen == wrapped


def test_xdist_still_has_a_queue_to_wrap(pytester: pytest.Pytester, spec: Spec) -> None:
    spec("def test_it():\n    pass\n")
    seen: list[object] = []

    def keep(found: object) -> object:
        seen.append(found)
        return found

    class Looking:
        def pytest_testnodedown(self, node: Any) -> None:
            _private.wrap_queue(node.config, keep)

    pytester.runpytest_inprocess("-n", "1", "-p", "no:randomly", plugins=[Looking()]).assert_outcomes(passed=1)
    assert [type(found) for found in seen] == [queue.Queue]
