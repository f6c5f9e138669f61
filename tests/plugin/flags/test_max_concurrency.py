from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.testing.server import ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model")

@pytest.mark.scenario(Scenario("chat", a=PERSON, b=PERSON, turns=2), samples=6)
def test_it(dialogue):
    assert dialogue
"""


@pytest.mark.parametrize(("flag", "ini"), [("1", None), (None, "1"), ("1", "6")])
def test_no_more_dialogues_are_held_at_once(
    flag: str | None, ini: str | None, spec: Spec, run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec(SPEC)
    if ini is not None:
        pytester.makeini(f"[pytest]\nharness_max_concurrency = {ini}\n")
    with ProtocolServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        run("--harness-live", *([f"--harness-max-concurrency={flag}"] if flag else [])).assert_outcomes(passed=1)

    # One at a time, each dialogue's four calls follow each other: views of one, one, three and three messages.
    assert [len(request.json["messages"]) for request in server.requests] == [1, 1, 3, 3] * 6


def test_what_is_no_number_of_dialogues_is_refused(spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run("--harness-max-concurrency=none")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-max-concurrency must be a whole number, 1 or more", "  got: 'none'"])
