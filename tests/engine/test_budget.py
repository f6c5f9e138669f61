"""What a run and its dialogues may spend, and what tokens cost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness import Scenario, Speaker, Usage
from dialogue_harness.engine.budget import Allowance, Budget
from dialogue_harness.engine.context import context
from dialogue_harness.engine.obtain import Obtained, Recorder
from dialogue_harness.engine.prices import Price, Prices
from dialogue_harness.engine.tally import Tally
from dialogue_harness.errors import BudgetSpent, ConfigurationError, ServerBusy
from dialogue_harness.models.protocol import Context, OnDelta, Reply
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODEL = Speaker("lab:some/model")
SCENARIO = Scenario("talk", a=MODEL, b=MODEL, turns=5)
BUILT_IN = Speaker("builtin:eliza")
PRICES = Prices(["some/model = 1000 5000"])

#: Of each reply: 100 tokens, which cost 0.14 by the prices above.
USAGE = Usage(input=90, output=10)


class Counting:
    """A model that says what each message takes, as often as it is asked."""

    def __init__(self, usage: Usage | None = USAGE) -> None:
        self.usage = usage
        self.calls = 0

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        del context, on_delta
        self.calls += 1
        await asyncio.sleep(0)
        return Reply("x" * 40, usage=self.usage)

    async def aclose(self) -> None:
        pass


class Failing(Counting):
    """A model that cannot answer."""

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        await super().reply(context, on_delta=on_delta)
        message = "the server is busy"
        raise ServerBusy(message)


@pytest.fixture
def obtain(tmp_path: Path) -> Callable[..., Obtained]:
    def obtain(model: Counting, budget: Budget, scenario: Scenario = SCENARIO, sample: int = 1) -> Obtained:
        recorder = Recorder(Library(tmp_path / "fixtures"), "missing", lambda _: model, budget=budget)
        return asyncio.run(recorder.obtain(scenario, sample))

    return obtain


# --- prices


def test_a_price_is_that_of_a_million_tokens() -> None:
    price = Price(input=0.5, output=2.0, cached=0.05)
    assert price.of(Usage(input=1_000_000, output=500_000, cached=400_000)) == pytest.approx(0.3 + 0.02 + 1.0)


def test_cached_tokens_cost_what_the_others_do_unless_they_have_a_price() -> None:
    prices = Prices(["dear = 2 8", "cheap = 2 8 0.5"])
    assert prices.of(Speaker("dear")) == Price(2, 8, 2)
    assert prices.of(Speaker("cheap")) == Price(2, 8, 0.5)


def test_a_line_fits_a_model_with_or_without_its_endpoint_and_the_first_that_fits_counts() -> None:
    prices = Prices(["lab:some/model = 1 1", "some/* = 2 2", "", "model-[ab] = 3 3", "* = 4 4"])
    named = ["lab:some/model", "other:some/model", "some/thing", "model-a", "model-c"]
    assert [price.input for name in named if (price := prices.of(Speaker(name)))] == [1, 2, 2, 3, 4]


def test_a_model_in_the_box_costs_nothing() -> None:
    assert Prices(["* = 1 1"]).of(BUILT_IN) == Price(0, 0, 0)


def test_a_model_without_a_price_is_told_with_the_line_to_add() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Prices(["other = 1 1"]).needed(MODEL)
    assert str(caught.value) == (
        "the model 'lab:some/model' has no price, so that nobody can tell what it may cost\n"
        "  prices: of a million tokens each, in the currency of the limit\n"
        "how to fix: add its line to the pytest configuration:\n"
        "  harness_prices =\n"
        "      lab:some/model = INPUT OUTPUT [CACHED]"
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("some-model 1 2", "it is not of the form MODEL = INPUT OUTPUT [CACHED]"),
        ("= 1 2", "it is not of the form MODEL = INPUT OUTPUT [CACHED]"),
        ("some-model = 1", "after the model two or three prices follow, such as 0.50"),
        ("some-model = 1 2 3 4", "after the model two or three prices follow, such as 0.50"),
        ("some-model = 1 -2", "after the model two or three prices follow, such as 0.50"),
        ("some-model = 1 nan", "after the model two or three prices follow, such as 0.50"),
        ("some-model = $1 $2", "after the model two or three prices follow, such as 0.50"),
    ],
)
def test_a_line_that_is_no_price_is_refused(line: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Prices([line])
    assert str(caught.value) == (
        "a line of harness_prices cannot be read\n"
        f"  line: {line}\n"
        f"  why: {why}\n"
        "  example: some-model = 0.50 2.00 0.05\n"
        "how to fix: correct the line in the pytest configuration"
    )


@given(st.text(max_size=60))
def test_any_line_is_a_price_or_an_error_that_can_be_printed(line: str) -> None:
    text = ""
    try:
        Prices([line])
    except ConfigurationError as error:
        text = str(error)
    assert all(char == "\n" or char.isprintable() or char in "\u200c\u200d" for char in text)


# --- the run's budget


def test_without_a_limit_nothing_is_refused(obtain: Callable[..., Obtained]) -> None:
    assert len(obtain(Counting(), Budget()).dialogue) == 11


def test_no_request_is_sent_once_the_tokens_are_spent(obtain: Callable[..., Obtained], tmp_path: Path) -> None:
    model = Counting()
    with pytest.raises(BudgetSpent) as caught:
        obtain(model, Budget(Allowance(tokens=300)))

    path = Library(tmp_path / "fixtures").path(SCENARIO, 1)
    assert model.calls == 3
    assert str(caught.value) == (
        "the budget of the run is spent: 300 of 300 tokens\n"
        "  while: speaker A was to say message 5 of scenario 'talk', sample 1\n"
        "  " + f"kept: 4 messages in {shown(path)}\n"
        "how to fix: raise --harness-max-tokens (harness_max_tokens)"
    )
    assert len(load_partial(path).dialogue) == 4


def test_a_dialogue_goes_on_with_a_larger_budget(obtain: Callable[..., Obtained]) -> None:
    with pytest.raises(BudgetSpent):
        obtain(Counting(), Budget(Allowance(tokens=300)))
    continued = obtain(Counting(), Budget(Allowance(tokens=701)))

    assert (continued.source, continued.new) == ("continued", 7)


def test_no_request_is_sent_once_the_money_is_spent(obtain: Callable[..., Obtained]) -> None:
    model = Counting()
    with pytest.raises(BudgetSpent, match=r"the budget of the run is spent: 0\.56 of 0\.5"):
        obtain(model, Budget(Allowance(cost=0.5), prices=PRICES))

    assert model.calls == 4  # 0.14 each


def test_what_one_dialogue_spends_another_one_lacks(obtain: Callable[..., Obtained]) -> None:
    model, budget = Counting(), Budget(Allowance(tokens=1200))
    obtain(model, budget)
    with pytest.raises(BudgetSpent):
        obtain(model, budget, sample=2)

    assert model.calls == 12


def test_a_dialogue_that_nothing_is_left_for_is_not_begun(obtain: Callable[..., Obtained], tmp_path: Path) -> None:
    model, budget = Counting(), Budget(Allowance(tokens=1000))
    obtain(model, budget)
    with pytest.raises(BudgetSpent) as caught:
        obtain(model, budget, sample=2)

    assert str(caught.value) == (
        "the budget of the run is spent: 1,000 of 1,000 tokens\n"
        "how to fix: raise --harness-max-tokens (harness_max_tokens)"
    )
    assert not Library(tmp_path / "fixtures").path(SCENARIO, 2).exists()


def test_many_at_once_do_not_pass_the_limit_together(tmp_path: Path) -> None:
    """Requests under way count with what they will likely take: here exactly that, from the second message on."""
    model, budget = Counting(), Budget(Allowance(tokens=2000))
    scenario = replace(SCENARIO, opener="x" * 360)
    recorder = Recorder(Library(tmp_path / "fixtures"), "missing", lambda _: model, budget=budget)

    async def hold() -> list[object]:
        each = (recorder.obtain(scenario, sample) for sample in range(1, 31))
        return await asyncio.gather(*each, return_exceptions=True)

    outcomes = asyncio.run(hold())

    assert {type(outcome) for outcome in outcomes} == {BudgetSpent}
    assert model.calls <= 23  # of 300; without that, all 30 would have asked before the first was answered


def test_a_request_that_fails_gives_back_what_was_set_aside(obtain: Callable[..., Obtained]) -> None:
    budget = Budget(Allowance(tokens=300))
    seen = context(replace(SCENARIO, opener="x" * 4000), [])

    async def ask() -> None:
        purse = budget.purse(SCENARIO, ())
        assert purse is not None
        for _ in range(5):
            with pytest.raises(ServerBusy):
                await purse.ask(Failing(), seen, None)

    asyncio.run(ask())
    model = Counting()
    with pytest.raises(BudgetSpent):
        obtain(model, budget)
    assert model.calls == 3


def test_where_a_server_does_not_count_four_characters_are_a_token(obtain: Callable[..., Obtained]) -> None:
    model = Counting(usage=None)
    with pytest.raises(BudgetSpent, match="62 of 40 tokens"):
        obtain(model, Budget(Allowance(tokens=40)))

    assert model.calls == 3  # sent and received: 1 and 10, 10 and 10 (A is not sent its opener), 21 and 10


def test_models_in_the_box_are_neither_counted_nor_refused(tmp_path: Path) -> None:
    scenario = Scenario("talk", a=BUILT_IN, b=BUILT_IN, turns=3)
    budget = Budget(Allowance(tokens=1, cost=0.1), Allowance(tokens=1, cost=0.1))
    recorder = Recorder(Library(tmp_path), "missing", lambda _: Counting(), budget=budget)

    assert len(asyncio.run(recorder.obtain(scenario, 1)).dialogue) == 7


def test_a_limited_cost_needs_the_price_of_every_model_before_anything_is_sent(
    obtain: Callable[..., Obtained], tmp_path: Path
) -> None:
    model = Counting()
    for budget in (Budget(Allowance(cost=1), prices=PRICES), Budget(dialogue=Allowance(cost=1), prices=PRICES)):
        with pytest.raises(ConfigurationError, match="the model 'unpriced' has no price"):
            obtain(model, budget, replace(SCENARIO, b=Speaker("unpriced")))

    assert model.calls == 0
    assert not (tmp_path / "fixtures" / "talk").exists()


# --- the dialogue's


def test_a_dialogue_has_a_budget_of_its_own(obtain: Callable[..., Obtained]) -> None:
    model = Counting()
    own = Allowance(400, what="the dialogue", flags="--harness-max-dialogue", keys="harness_max_dialogue")
    for sample in (1, 2):
        with pytest.raises(BudgetSpent) as caught:
            obtain(model, Budget(dialogue=own), sample=sample)
        assert caught.value.headline == "the budget of the dialogue is spent: 400 of 400 tokens"
        assert (caught.value.fix or "").startswith("raise --harness-max-dialogue-tokens (harness_max_dialogue_tokens)")

    assert model.calls == 8


def test_what_was_recorded_of_a_dialogue_before_counts_for_its_own_budget(obtain: Callable[..., Obtained]) -> None:
    with pytest.raises(BudgetSpent):
        obtain(Counting(), Budget(dialogue=Allowance(tokens=400)))
    model = Counting()
    with pytest.raises(BudgetSpent, match="the budget of the run is spent: 600 of 600"):
        obtain(model, Budget(dialogue=Allowance(tokens=600, what="the run")))

    assert model.calls == 2


# --- several processes


def test_processes_of_one_run_share_its_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = iter((11, 22))
    monkeypatch.setattr("dialogue_harness.engine.budget.os.getpid", lambda: next(pids))
    one, other = (Budget(Allowance(tokens=500), folder=tmp_path / "run") for _ in range(2))
    seen = context(SCENARIO, [])
    one_purse, other_purse = one.purse(SCENARIO, ()), other.purse(SCENARIO, ())
    assert one_purse is not None
    assert other_purse is not None

    async def ask() -> None:
        for _ in range(4):
            await one_purse.ask(Counting(), seen, None)
        await other_purse.ask(Counting(), seen, None)
        for purse in (one_purse, other_purse):
            with pytest.raises(BudgetSpent, match="500 of 500 tokens"):
                await purse.ask(Counting(), seen, None)

    asyncio.run(ask())


def test_a_line_that_another_process_is_still_writing_is_read_the_next_time(tmp_path: Path) -> None:
    budget = Budget(Allowance(tokens=100), folder=tmp_path)
    file = tmp_path / ".spent" / "1.txt"
    file.parent.mkdir()
    file.write_bytes(b"60 0.0\n40 0")
    budget.check(SCENARIO)
    file.write_bytes(b"60 0.0\n40 0.0\n")
    with pytest.raises(BudgetSpent, match="100 of 100"):
        budget.check(SCENARIO)


# --- what was spent


def test_the_tally_counts_by_speaker_and_model_and_leaves_out_models_in_the_box(tmp_path: Path) -> None:
    scenario = replace(SCENARIO, a=BUILT_IN, turns=2)
    tally = Tally(PRICES)
    recorder = Recorder(Library(tmp_path), "missing", lambda _: Counting(), observer=tally)
    asyncio.run(recorder.obtain(scenario, 1))

    assert tally.calls == {("B", "lab:some/model"): 2}
    assert tally.usage == {("B", "lab:some/model"): Usage(input=180, output=20)}
    assert tally.cost == {("B", "lab:some/model"): pytest.approx(0.28)}


def test_a_model_without_a_price_has_no_cost(tmp_path: Path) -> None:
    tally = Tally(Prices())
    recorder = Recorder(Library(tmp_path), "missing", lambda _: Counting(), observer=tally)
    asyncio.run(recorder.obtain(SCENARIO, 1))

    assert tally.cost == {("A", "lab:some/model"): None, ("B", "lab:some/model"): None}
