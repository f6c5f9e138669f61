"""What a run would take, told from recordings and limits before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.context import CHARACTERS_PER_TOKEN, system_prompt
from dialogue_harness.engine.loop import find_stop
from dialogue_harness.errors import HarnessError, RecordingError
from dialogue_harness.models.registry import is_offline
from dialogue_harness.scenario import SIDES, Side
from dialogue_harness.storage.reader import Recording, load_partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dialogue_harness.dialogue import Message
    from dialogue_harness.engine.obtain import Intent, Recorder
    from dialogue_harness.scenario import Scenario

#: Where the figures of a forecast come from: recordings of the same scenario and pair, or what its speakers may say at
#: most; ``None`` where there is neither, or nothing to tell.
Basis = Literal["recordings", "limits"]

#: Recordings of one scenario and pair that are looked at; more would not tell more.
_LOOKED_AT: Final = 20


@dataclass(frozen=True)
class Forecast:
    """What would become of one dialogue, and what that would take.

    Attributes:
        scenario: what is to happen.
        sample: which independent run of it, from 1.
        intent: what would be done.
        calls: messages that models behind servers would be asked for.
        usage: tokens by speaker, of models behind servers; ``None`` where nobody can tell.
        seconds: how long it would take, ``None`` likewise.
        basis: where that comes from.

    """

    scenario: Scenario
    sample: int
    intent: Intent
    calls: int = 0
    usage: dict[Side, Usage] | None = None
    seconds: float | None = None
    basis: Basis | None = None

    @property
    def is_run(self) -> bool:
        """Whether a pair would talk."""
        return self.intent not in {"replay", "error"}


def forecast(recorder: Recorder, wanted: Iterable[tuple[Scenario, int]]) -> list[Forecast]:
    """Return what would become of dialogues, in their order. Nothing is sent and nothing is written."""
    known: dict[Path, list[Recording]] = {}
    found = []
    for scenario, sample in wanted:
        try:
            intent, said = recorder.intent(scenario, sample)
        except HarnessError:  # such as a stop rule that there is not
            intent, said = "error", 0
        one = Forecast(scenario, sample, intent)
        if one.is_run:
            folder = recorder.library.path(scenario, sample).parent
            if folder not in known:
                known[folder] = _recordings(recorder, scenario)
            one = _estimated(one, said, known[folder])
        found.append(one)
    return found


def duration(forecasts: Iterable[Forecast], *, at_once: int) -> float | None:
    """Return the seconds that a run would take at least, ``None`` where nobody can tell.

    Args:
        forecasts: all of its dialogues.
        at_once: how many dialogues are held at the same time, at least 1.

    """
    seconds = [one.seconds for one in forecasts if one.is_run]
    told = [each for each in seconds if each is not None]
    if len(told) < len(seconds):
        return None
    return max([*told, sum(told) / at_once])


@dataclass(frozen=True)
class _Habit:
    """What one message of a speaker takes: the mean of those that are known, else the most that it may be.

    Attributes:
        output: tokens, ``None`` where nobody can tell.
        ms: milliseconds, likewise.

    """

    output: float | None
    ms: float | None


@dataclass(frozen=True)
class _Took:
    """What a dialogue would take; ``None`` where nobody can tell."""

    calls: int
    usage: dict[Side, Usage] | None
    seconds: float | None


def _recordings(recorder: Recorder, scenario: Scenario) -> list[Recording]:
    found = []
    for sample in recorder.library.samples(scenario)[:_LOOKED_AT]:
        try:
            one = load_partial(recorder.library.path(scenario, sample))
        except RecordingError:
            continue  # whoever asks for it gets the error
        if any(scenario.given_at(message.number) is None for message in one.dialogue.messages):
            found.append(one)  # else it broke off before anybody answered, and tells nothing
    return found


def _estimated(of: Forecast, said: int, recordings: Sequence[Recording]) -> Forecast:
    """Return a forecast with the mean of what recordings took, or else with what the speakers' limits allow."""
    took = [_took(of.scenario, said, r.dialogue.messages, _end(of.scenario, r)) for r in recordings]
    took = took or [_took(of.scenario, said, (), of.scenario.length)]
    usages = [one.usage for one in took if one.usage is not None]
    seconds = [one.seconds for one in took if one.seconds is not None]
    return replace(
        of,
        calls=round(sum(one.calls for one in took) / len(took)),
        usage=_mean(usages) if usages else None,
        seconds=sum(seconds) / len(seconds) if seconds else None,
        basis=("recordings" if recordings else "limits") if usages else None,
    )


def _mean(usages: Sequence[dict[Side, Usage]]) -> dict[Side, Usage]:
    sums = {side: sum((usage[side] for usage in usages), Usage()) for side in SIDES}
    names = Usage.__struct_fields__
    return {side: Usage(*(round(getattr(total, name) / len(usages)) for name in names)) for side, total in sums.items()}


def _end(scenario: Scenario, recording: Recording) -> int:
    """Return the number of the last message that a dialogue like the recorded one has under the scenario."""
    dialogue = recording.dialogue
    stop = find_stop(scenario, dialogue.messages)
    by_itself = dialogue.ending is not None and dialogue.ending.reason in {"hang_up", "empty"}
    return min([scenario.length, *([stop[0]] if stop else []), *([len(dialogue)] if by_itself else [])])


def _took(scenario: Scenario, said: int, known: Sequence[Message], end: int) -> _Took:
    """Return what the messages after ``said`` would take, up to ``end``, if they were like the known ones."""
    habits = {side: _habit(scenario, side, known) for side in SIDES}
    usage: dict[Side, Usage | None] = dict.fromkeys(SIDES, Usage())
    heard: list[float | None] = []
    milliseconds: list[float | None] = []
    calls = 0
    for number in range(1, end + 1):
        side, given = scenario.side_at(number), scenario.given_at(number)
        message = known[number - 1] if number <= len(known) else None
        if number > said and given is None:
            usage[side] = _added(usage[side], _usage(scenario, side, message, heard, habits[side]))
            calls += not is_offline(scenario.speaker(side))
            milliseconds.append(message.ms if message and message.ms is not None else habits[side].ms)
        text = message.text if given is None and message else given
        heard.append(habits[side].output if text is None else len(text) / CHARACTERS_PER_TOKEN)
    told = {side: each for side, each in usage.items() if each is not None}
    timed = [each for each in milliseconds if each is not None]
    return _Took(
        calls,
        told if len(told) == len(usage) else None,
        sum(timed) / 1000 if len(timed) == len(milliseconds) else None,
    )


def _habit(scenario: Scenario, side: Side, known: Iterable[Message]) -> _Habit:
    speaker = scenario.speaker(side)
    own = [m for m in known if m.speaker == side and scenario.given_at(m.number) is None]
    outputs = [m.usage.output if m.usage else len(m.text) / CHARACTERS_PER_TOKEN for m in own]
    times = [m.ms for m in own if m.ms is not None]
    no_time = 0.0 if is_offline(speaker) else None
    return _Habit(
        sum(outputs) / len(outputs) if outputs else speaker.max_tokens,
        sum(times) / len(times) if times else no_time,
    )


def _usage(
    scenario: Scenario, side: Side, message: Message | None, heard: Sequence[float | None], habit: _Habit
) -> Usage | None:
    """Return what one message takes of a model behind a server, ``None`` where nobody can tell."""
    if is_offline(scenario.speaker(side)):
        return Usage()
    if message is not None and message.usage is not None:
        return message.usage
    sent = _sent(scenario, side, heard)
    output = habit.output if message is None else len(message.text) / CHARACTERS_PER_TOKEN
    return None if sent is None or output is None else Usage(round(sent), round(output))


def _sent(scenario: Scenario, side: Side, heard: Sequence[float | None]) -> float | None:
    """Return about how many tokens a speaker is sent after what was heard."""
    system = len(system_prompt(scenario, side) or "") / CHARACTERS_PER_TOKEN
    own_opener = side == "A" and scenario.opener is not None and not scenario.keep_opener
    seen = heard[int(own_opener) :]
    last = seen if scenario.history.last is None else seen[-scenario.history.last :]
    told = [each for each in last if each is not None]
    if len(told) < len(last):
        return None
    limit = scenario.history.tokens
    return system + (sum(told) if limit is None else min(sum(told), limit))


def _added(one: Usage | None, other: Usage | None) -> Usage | None:
    return None if one is None or other is None else one + other
