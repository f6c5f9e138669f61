from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from dialogue_harness.checks import within_budget
from dialogue_harness.dialogue import Dialogue, Message, Usage
from dialogue_harness.errors import CheckError
from dialogue_harness.scenario import Scenario, Speaker

PAIR = Scenario("budget", a=Speaker("larch"), b=Speaker("hill:birch"), turns=2)
PRICES = {"larch": {"input": 1.0, "output": 10.0}, "birch": {"input": 2.0, "output": 20.0, "cached": 0.5}}

TALK = Dialogue(
    PAIR,
    (
        Message(1, "A", "Hello."),
        Message(2, "B", "Hi.", usage=Usage(input=1000, output=100, cached=400), ms=500, attempts=1),
        Message(3, "A", "So?", usage=Usage(input=2000, output=200), ms=1500, attempts=2),
    ),
)


def test_tokens_within_the_limit_pass() -> None:
    verdict = within_budget(TALK, tokens=3300)
    assert verdict
    assert verdict.sentence == "3,300 tokens, 3,300 allowed"
    assert (verdict.score, verdict.threshold, verdict.better) == (1.0, 1.0, "lower")


def test_tokens_beyond_the_limit_are_found_at_the_message_that_passed_it() -> None:
    verdict = within_budget(TALK, tokens=3000)
    assert not verdict
    assert verdict.sentence == "3,300 tokens, 3,000 allowed"
    assert [(item.message, item.why) for item in verdict.evidence] == [(3, "tokens pass 3,000 here")]


def test_seconds_are_the_sum_of_the_replies() -> None:
    assert within_budget(TALK, seconds=2)
    assert within_budget(TALK, seconds=1.5).sentence == "2 seconds, 1.5 allowed"
    assert not within_budget(TALK, seconds=1.5)


def test_cost_is_counted_by_model_with_cached_tokens_at_their_price() -> None:
    birch = (600 * 2.0 + 400 * 0.5 + 100 * 20.0) / 1e6
    larch = (2000 * 1.0 + 200 * 10.0) / 1e6
    verdict = within_budget(TALK, cost=0.01, prices=PRICES)
    assert verdict.score == pytest.approx((birch + larch) / 0.01)
    assert verdict.sentence == "0.0074 cost, 0.01 allowed"


def test_the_price_of_the_model_that_answered_goes_before_that_of_the_model_that_was_asked() -> None:
    dated = replace(TALK, messages=(Message(2, "B", "Hi.", model="birch-0401", usage=Usage(1_000_000, 0)),))
    prices = {**PRICES, "birch-0401": {"input": 5.0, "output": 5.0}}
    assert within_budget(dated, cost=5, prices=prices).score == 1.0


def test_the_tightest_of_several_limits_decides() -> None:
    verdict = within_budget(TALK, tokens=10_000, seconds=1)
    assert not verdict
    assert verdict.sentence == "3,300 tokens, 10,000 allowed; 2 seconds, 1 allowed"
    assert verdict.score == 2.0


def test_a_limit_of_nothing_is_kept_only_by_nothing() -> None:
    assert within_budget(TALK[1:2], tokens=0)
    assert within_budget(TALK, tokens=0).score == math.inf


def test_imported_dialogues_cost_nothing() -> None:
    assert within_budget(Dialogue.from_texts(["Hello.", "Hi."]), tokens=0, seconds=0)


def test_built_in_models_cost_nothing() -> None:
    eliza = Speaker("builtin:eliza")
    talk = Dialogue(Scenario("free", a=eliza, b=eliza), (Message(2, "B", "Hi.", attempts=1),))
    assert within_budget(talk, tokens=0)


def refusal(dialogue: Dialogue, **options: Any) -> str:
    with pytest.raises(CheckError) as refused:
        within_budget(dialogue, **options)
    return str(refused.value)


def test_a_reply_whose_tokens_nobody_counted_is_an_error_and_no_verdict() -> None:
    uncounted = replace(TALK, messages=(Message(2, "B", "Hi.", attempts=1),))
    assert refusal(uncounted, tokens=10) == (
        "within_budget cannot tell: nobody recorded how many tokens it took to say message 2\n"
        "how to fix: leave that limit out, or record the dialogue from a server that counts"
    )
    assert refusal(uncounted, seconds=10).startswith("within_budget cannot tell: nobody recorded how long it took")


def test_a_call_without_a_limit_is_refused() -> None:
    assert refusal(TALK) == (
        "within_budget needs a limit\nhow to fix: give tokens=…, seconds=…, or cost=… with prices=…"
    )


def test_a_cost_without_prices_is_refused() -> None:
    assert refusal(TALK, cost=1).startswith("within_budget needs prices to know a cost\n")


def test_a_model_without_a_price_is_named_with_the_nearest_that_has_one() -> None:
    assert refusal(TALK, cost=1, prices={"larch": PRICES["larch"], "birches": PRICES["birch"]}) == (
        "within_budget has no price for the model that said message 2\n"
        "  model: hill:birch\n"
        "  nearest: birches\n"
        'how to fix: add it to prices={"…": {"input": …, "output": …}}'
    )


def test_a_price_without_output_is_refused() -> None:
    assert refusal(TALK, cost=1, prices={"larch": {"input": 1.0}}) == (
        "within_budget: a price holds input and output, and may hold cached\n  model: larch\n  got: {'input': 1.0}"
    )


def test_a_negative_limit_is_refused() -> None:
    assert refusal(TALK, tokens=-5) == "within_budget: tokens must be a number, 0 or more\n  got: -5\n  nearest: 0"


def test_the_message_that_reached_a_limit_to_the_token_has_not_passed_it() -> None:
    assert within_budget(TALK, tokens=1100).evidence[0].message == 3
    assert within_budget(TALK, tokens=1099).evidence[0].message == 2
    assert within_budget(TALK, tokens=3300).evidence == ()


@pytest.mark.parametrize("prices", [{}, None, ["larch"], {"larch": 2.0}])
def test_prices_that_are_none_are_refused(prices: Any) -> None:
    with pytest.raises(CheckError):
        within_budget(TALK, cost=1, prices=prices)


def test_what_an_imported_dialogue_took_is_not_known() -> None:
    imported = replace(TALK, messages=(Message(1, "A", "Hello."), Message(2, "B", "Hi.")))
    verdict = within_budget(imported, tokens=5)
    assert verdict
    assert verdict.sentence == "nobody knows what it took: none of its 2 messages was asked of a server"
    assert verdict.score is None


def test_built_in_speakers_are_known_to_cost_nothing() -> None:
    eliza = Speaker("builtin:eliza")
    said = Dialogue(Scenario("free", a=eliza, b=eliza, turns=1), (Message(1, "A", "Hello."), Message(2, "B", "Hi.")))
    assert within_budget(said, tokens=5).score == 0
