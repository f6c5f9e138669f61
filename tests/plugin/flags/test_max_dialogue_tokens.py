from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.testing.server import ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

SPEC = """
PERSON = Speaker("some/model")
CHAT = Scenario("chat", a=PERSON, b=PERSON, turns=5)

@pytest.mark.scenario(CHAT, samples=2)
def test_it(dialogue):
    assert len(dialogue) == 11
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    """Return a server whose every reply takes 100 tokens."""
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    with ProtocolServer(answer=lambda *_: {"content": "Well.", "usage": usage}) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


@pytest.mark.parametrize(("flag", "ini"), [("400", None), (None, "400"), ("400", "9000")])
def test_each_dialogue_may_take_as_much(
    flag: str | None, ini: str | None, spec: Spec, run: Run, pytester: pytest.Pytester, server: ProtocolServer
) -> None:
    spec(SPEC)
    own = f"harness_max_dialogue_tokens = {ini}\n" if ini else ""
    pytester.makeini(f"[pytest]\nharness_prices =\n    some/* = 1000 5000\n{own}")
    arguments = [f"--harness-max-dialogue-tokens={flag}"] if flag else []
    result = run("--harness-record=missing", *arguments)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the budget of the dialogue is spent: 400 of 400 tokens"])
    assert server.calls == 8  # four of each sample


def test_what_is_no_such_limit_is_refused(spec: Spec, run: Run) -> None:
    spec(SPEC)
    result = run("--harness-max-dialogue-tokens=0")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --harness-max-dialogue-tokens must be a *", "  got: '0'"])
