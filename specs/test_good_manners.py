"""What nobody wants of any conversation, whatever it is about: one line each keeps it out.

`harness mutate specs/` says which of the known mutations these notice that other specs do not.
"""

from collections.abc import Callable

import pytest

from dialogue_harness import Dialogue, Scenario, Speaker, Verdict, checks

STARGAZER = Speaker("builtin:eliza", system="Discuss the night sky.")
STARGAZING = Scenario("stargazing", a=STARGAZER, b=STARGAZER, turns=20, end_token="[END]")

MANNERS: list[Callable[[Dialogue], Verdict]] = [
    checks.answers_questions,
    checks.keeps_language,
    checks.keeps_length,
    checks.no_echo,
    checks.no_flattery,
    checks.no_refusals,
    checks.no_self_repetition,
    checks.no_stage_directions,
    checks.no_termination_loop,
    checks.not_truncated,
]


@pytest.mark.scenario(STARGAZING)
@pytest.mark.parametrize("check", MANNERS, ids=lambda check: check.__name__)
def test_the_pair_minds_its_manners(dialogue: Dialogue, check: Callable[[Dialogue], Verdict]) -> None:
    assert check(dialogue)
