"""What a run would take is told from recordings and limits, and nothing is sent or written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dialogue_harness import Ending, History, Message, Scenario, Speaker, Usage, checks
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.engine.obtain import Recorder, RecordMode
from dialogue_harness.engine.plan import Forecast, duration, forecast
from dialogue_harness.engine.prices import Prices
from dialogue_harness.report.amounts import duration_in_words, money
from dialogue_harness.report.plan import plan
from dialogue_harness.scenario import StopRule
from dialogue_harness.storage.journal import Journal, write_recording
from dialogue_harness.storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dialogue_harness.models.registry import Model

MODEL = Speaker("some/model")
SCENARIO = Scenario("talk", a=MODEL, b=MODEL, turns=3, opener="Hello.")


def said(scenario: Scenario, count: int | None = None, *, scale: int = 1) -> Dialogue:
    """Return a dialogue whose message n took 10 n tokens sent and 5 received (times a scale), and 1,000 n ms."""
    numbers = range(1, (scenario.length if count is None else count) + 1)
    messages = tuple(
        Message(
            n,
            scenario.side_at(n),
            scenario.given_at(n) or "x" * 20,
            usage=None if scenario.given_at(n) else Usage(10 * n * scale, 5 * scale),
            ms=None if scenario.given_at(n) else 1000.0 * n,
            attempts=0 if scenario.given_at(n) else 1,
        )
        for n in numbers
    )
    return Dialogue(scenario, messages, Ending("turns"))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "fixtures")


@pytest.fixture
def put(library: Library) -> Callable[..., None]:
    def put(dialogue: Dialogue, sample: int = 1) -> None:
        path = library.path(dialogue.scenario, sample)
        write_recording(path, replace(dialogue, sample=sample), origin="run")

    return put


@pytest.fixture
def foretold(library: Library) -> Callable[..., Forecast]:
    def foretold(scenario: Scenario, mode: RecordMode = "missing", sample: int = 1) -> Forecast:
        return forecast(Recorder(library, mode, never), [(scenario, sample)])[0]

    return foretold


def never(speaker: Speaker) -> Model:
    pytest.fail(f"{speaker.model} was opened")


def total(one: Forecast) -> Usage:
    assert one.usage is not None
    return one.usage["A"] + one.usage["B"]


# --- what would be done


def test_what_is_recorded_would_be_replayed(put: Callable[..., None], foretold: Callable[..., Forecast]) -> None:
    put(said(SCENARIO))
    one = foretold(SCENARIO)

    assert (one.intent, one.is_run, one.calls) == ("replay", False, 0)


def test_what_the_mode_does_not_allow_would_be_an_error(foretold: Callable[..., Forecast]) -> None:
    one = foretold(SCENARIO, "none")

    assert (one.intent, one.is_run) == ("error", False)


def test_a_stop_rule_that_there_is_not_would_be_an_error(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))

    assert foretold(replace(SCENARIO, stop_when=StopRule("silence"))).intent == "error"


def test_only_the_messages_that_are_missing_would_be_asked_for(
    library: Library, foretold: Callable[..., Forecast]
) -> None:
    with Journal.create(library.path(SCENARIO, 1), SCENARIO, 1) as journal:
        for message in said(SCENARIO, 4):
            journal.append(message)
    one = foretold(SCENARIO)

    assert (one.intent, one.calls) == ("continue", 3)


def test_only_the_turns_that_are_missing_would_be_asked_for(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))
    one = foretold(replace(SCENARIO, turns=5), "extend")

    assert (one.intent, one.calls) == ("extend", 4)


def test_what_is_to_be_recorded_anew_would_be_asked_for_whole(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))
    one = foretold(SCENARIO, "all")

    assert (one.intent, one.calls) == ("replace", 6)


def test_a_model_in_the_box_takes_no_calls(foretold: Callable[..., Forecast]) -> None:
    assert foretold(replace(SCENARIO, b=Speaker("builtin:eliza"))).calls == 3


def test_given_messages_are_no_calls(foretold: Callable[..., Forecast]) -> None:
    assert foretold(replace(SCENARIO, prefix=["Tea?"], given={5: "No."})).calls == 4


def test_nothing_is_written(foretold: Callable[..., Forecast], tmp_path: Path) -> None:
    foretold(SCENARIO)

    assert list(tmp_path.iterdir()) == []


# --- what that would take


def test_a_recording_of_another_sample_tells_tokens_and_time(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))
    one = foretold(SCENARIO, sample=2)

    assert one.basis == "recordings"
    assert one.usage == {"A": Usage(10 * (3 + 5 + 7), 15), "B": Usage(10 * (2 + 4 + 6), 15)}
    assert one.seconds == 2 + 3 + 4 + 5 + 6 + 7


def test_a_recording_that_broke_off_before_anybody_answered_tells_nothing(
    library: Library, foretold: Callable[..., Forecast]
) -> None:
    with Journal.create(library.path(SCENARIO, 1), SCENARIO, 1) as journal:
        for message in said(SCENARIO, 1):
            journal.append(message)
    limited = replace(SCENARIO, a=replace(SCENARIO.a, max_tokens=50), b=replace(SCENARIO.b, max_tokens=50))

    assert foretold(limited, sample=2).basis == "limits"
    assert foretold(SCENARIO, sample=2).basis is None


def test_of_several_recordings_the_mean_counts(put: Callable[..., None], foretold: Callable[..., Forecast]) -> None:
    put(said(SCENARIO), 1)
    put(said(SCENARIO, scale=3), 2)

    assert total(foretold(SCENARIO, sample=3)) == Usage(2 * 270, 2 * 30)


def test_a_recording_of_a_changed_scenario_still_tells_something(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))
    one = foretold(replace(SCENARIO, a=replace(MODEL, system="Be brief.")), "changed")

    assert (one.intent, one.basis, total(one)) == ("replace", "recordings", Usage(270, 30))


def test_a_dialogue_that_hung_up_is_expected_to_do_so_again(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    polite = replace(SCENARIO, end_token="[END]")
    put(replace(said(polite, 3), ending=Ending("hang_up", by="A")))

    assert foretold(polite, sample=2).calls == 2


def test_a_stop_rule_is_expected_to_end_what_it_would_have_ended(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    longer = replace(SCENARIO, turns=12)
    put(said(longer))
    one = foretold(replace(longer, stop_when=checks.termination_loop(past=3)), sample=2)

    assert 6 <= one.calls < 24  # it repeats itself from its second message on


def test_messages_beyond_the_recording_take_what_its_own_take_and_the_longer_history(
    put: Callable[..., None], foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))
    one = foretold(replace(SCENARIO, turns=4), "extend")

    # Message 8 is sent the opener (6 characters) and six messages of 5 tokens; message 9 one more, but no opener.
    assert total(one) == Usage(32 + 35, 10)
    assert one.seconds == pytest.approx((2 + 4 + 6) / 3 + (3 + 5 + 7) / 3)


def test_without_a_recording_the_limits_of_the_speakers_tell_the_most_it_can_be(
    foretold: Callable[..., Forecast],
) -> None:
    limited = replace(MODEL, max_tokens=100)
    one = foretold(Scenario("talk", a=limited, b=limited, turns=1, opener="x" * 40))

    assert (one.basis, one.seconds) == ("limits", None)
    assert one.usage == {"B": Usage(10, 100), "A": Usage(100, 100)}


@pytest.mark.parametrize(("history", "sent"), [(History(last=1), 100), (History(tokens=30), 30)])
def test_a_limited_history_is_sent_again_only_in_part(
    history: History, sent: int, foretold: Callable[..., Forecast]
) -> None:
    limited = replace(MODEL, max_tokens=100)
    one = foretold(Scenario("talk", a=limited, b=limited, turns=1, opener="x" * 400, history=history))

    assert one.usage == {"B": Usage(sent, 100), "A": Usage(sent, 100)}


def test_where_there_is_neither_nobody_can_tell(foretold: Callable[..., Forecast]) -> None:
    one = foretold(SCENARIO)

    assert (one.calls, one.usage, one.seconds, one.basis) == (6, None, None, None)


def test_a_model_in_the_box_takes_neither_tokens_nor_time(foretold: Callable[..., Forecast]) -> None:
    built_in = Speaker("builtin:eliza", max_tokens=50)
    one = foretold(Scenario("talk", a=built_in, b=built_in, turns=3))

    assert (total(one), one.seconds) == (Usage(), 0.0)


def test_a_recording_that_cannot_be_read_tells_nothing(
    put: Callable[..., None], library: Library, foretold: Callable[..., Forecast]
) -> None:
    put(said(SCENARIO))
    library.path(SCENARIO, 1).write_bytes(b"{}\n")

    assert foretold(SCENARIO, sample=2).basis is None


# --- all together


def test_a_run_takes_as_long_as_its_longest_dialogue_or_as_all_together_in_their_places() -> None:
    each = [Forecast(SCENARIO, n, "record", seconds=seconds) for n, seconds in enumerate((60.0, 10.0, 20.0), 1)]

    assert duration(each, at_once=100) == 60
    assert duration(each, at_once=1) == 90
    assert duration([*each, Forecast(SCENARIO, 4, "record")], at_once=1) is None
    assert duration([*each, Forecast(SCENARIO, 4, "replay")], at_once=1) == 90


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.2, "1 s"), (45.4, "45 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_a_time_is_told_in_words(seconds: float, text: str) -> None:
    assert duration_in_words(seconds) == text


@pytest.mark.parametrize(
    ("cost", "text"), [(0, "0.00"), (1234.5, "1,234.50"), (0.5, "0.5"), (0.012345, "0.0123"), (1.23e-7, "0.000000123")]
)
def test_an_amount_has_as_many_digits_as_it_needs(cost: float, text: str) -> None:
    assert money(cost) == text


def test_the_table_has_a_line_for_each_scenario_pair_and_thing_to_do() -> None:
    usage = {"A": Usage(1000, 100), "B": Usage(2000, 400)}
    other = replace(SCENARIO, name="other", b=Speaker("unpriced"))
    forecasts = [
        Forecast(SCENARIO, 1, "replay"),
        Forecast(SCENARIO, 2, "record", 6, usage, 90.0, "recordings"),  # type: ignore[arg-type]  # of sides
        Forecast(SCENARIO, 3, "record", 6, usage, 30.0, "recordings"),  # type: ignore[arg-type]  # as above
        Forecast(other, 1, "error"),
    ]
    lines = plan(forecasts, Prices(["some/* = 1000 10000"]), at_once=1, mode="missing")

    totals = (
        "2 dialogues to run, 12 calls, ≈ 7,000 tokens, cost ≈ 16.00, at least 2 min 0 s with 1 at once; "
        "1 dialogue to replay"
    )
    assert [" ".join(line.split()) for line in lines] == [
        "scenario pair to do dialogues calls tokens cost time based on",
        " ".join(lines[1].split()),
        "talk some/model × 2 replay 1 – – – –",
        "talk some/model × 2 record 2 12 ≈ 7,000 ≈ 16.00 1 min 30 s recordings",
        "other some/model / unpriced error 1 – – – –",
        "1 dialogue without a valid recording: an error with --harness-record=missing",
        totals,
    ]


def test_what_is_a_limit_or_known_in_part_is_told_as_such() -> None:
    usage = {"A": Usage(10, 100), "B": Usage(10, 100)}
    limit = Forecast(SCENARIO, 1, "record", 6, usage, None, "limits")  # type: ignore[arg-type]  # of sides
    unknown = Forecast(SCENARIO, 2, "record", 6)

    assert plan([limit], Prices(), at_once=100, mode="all")[-1] == (
        "1 dialogue to run, 6 calls, ≤ 220 tokens, time unknown; 0 dialogues to replay"
    )
    assert plan([limit, unknown], Prices(), at_once=100, mode="all")[-1].startswith(
        "2 dialogues to run, 12 calls, ≤ 220 + ? tokens, "
    )
    assert plan([unknown], Prices(["x = 1 1"]), at_once=100, mode="all")[-1].startswith(
        "1 dialogue to run, 6 calls, tokens unknown, cost unknown, time unknown"
    )


def test_names_that_models_or_people_gave_are_neutralised() -> None:
    hostile = replace(SCENARIO, name="a\x1b[2Jb", a=Speaker("m\u202ex"))

    assert all(
        "\x1b" not in line and "\u202e" not in line
        for line in plan([Forecast(hostile, 1, "replay")], Prices(), at_once=1, mode="none")
    )
