"""The JSON form of a transcript: the same facts and messages as the text, in one object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from dialogue_harness.dialogue import UNKNOWN, Dialogue, Message
from dialogue_harness.formats.registry import transcript_format
from dialogue_harness.formats.source import (
    Source,
    check_alternation,
    fail,
    opener_of,
    opener_written,
    refuse_recording,
    speaker_of,
    turns_of,
)
from dialogue_harness.scenario import SIDES, Scenario, Side, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator


def parse_transcript_json(text: str, source: str = "<string>") -> Dialogue:
    """Read the JSON form of a transcript; errors name what is wrong by its path, such as ``conversation[3].speaker``.

    ``source`` is what errors and warnings call it. See :func:`dialogue_harness.read_transcript`.
    """
    origin = Source(text, source)
    values = _Values(origin, _loaded(origin))
    system = values.text("system_prompt")
    a = speaker_of(values.text("model_a"), values.text("system_prompt_a", system))
    b = speaker_of(values.text("model_b"), values.text("system_prompt_b", system))
    messages = tuple(_spoken(values, a, b))
    opener, doubt = opener_of(values.text("opener"), messages)
    if doubt:
        origin.doubts.append(f"{origin.name}: the opener {doubt}")
    turns = values.get("turns")
    if turns is None:
        turns = turns_of(messages, opener)
    elif not isinstance(turns, int) or isinstance(turns, bool) or turns < 0:
        values.fail("turns", "must be a whole number, 0 or more")
    origin.warn()
    return Dialogue(Scenario(UNKNOWN, a=a, b=b, opener=opener, turns=turns), messages, date=values.text("timestamp"))


def write_transcript_json(dialogue: Dialogue) -> str:
    """Return a dialogue as the JSON form of its transcript: ASCII, indented, without a newline at the end.

    Raises:
        UsageError: two messages in a row are by the same speaker, as in ``dialogue.by("B")``.

    """
    check_alternation(dialogue)
    scenario = dialogue.scenario
    a, b = scenario.a, scenario.b
    values: dict[str, Any] = {"timestamp": dialogue.date, "model_a": a.model, "model_b": b.model}
    values["system_prompt"] = a.system if a.system == b.system else None
    if a.system != b.system:
        values |= {"system_prompt_a": a.system, "system_prompt_b": b.system}
    values |= {"opener": opener_written(dialogue), "turns": scenario.turns}
    values["conversation"] = [_item(message, scenario) for message in dialogue]
    return json.dumps(values, indent=2)


def _loaded(source: Source) -> dict[str, Any]:
    try:
        values = json.loads(source.text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        refuse_recording(source)
        fail(f"{source.name}, line {error.lineno}: this is not JSON", what=f"{error.msg} (column {error.colno})")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists nested a thousand deep
        fail(f"{source.name} cannot be read as JSON", what=str(error))
    refuse_recording(source)
    if not isinstance(values, dict):
        fail(f"{source.name}: a transcript must be an object", got=json.dumps(values))
    return values


class _Values(dict[str, Any]):
    """An object of a JSON file, which says by its path what is wrong with it."""

    def __init__(self, source: Source, values: dict[str, Any], path: str = "") -> None:
        super().__init__(values)
        self.source, self.path = source, path

    def fail(self, key: str, must: str) -> NoReturn:
        """Raise an error that names the value of that key."""
        fail(f"{self.source.name}: {self.path}{key} {must}", got=json.dumps(self.get(key), ensure_ascii=False))

    def text(self, key: str, default: str | None = None) -> str | None:
        """Return the value of that key, which must be a string, null or absent."""
        value = self.get(key, default)
        if value is not None and not isinstance(value, str):
            self.fail(key, "must be a string or null")
        return value


def _spoken(values: _Values, a: Speaker, b: Speaker) -> Iterator[Message]:
    if not isinstance(values.get("conversation"), list):
        values.fail("conversation", "must be a list of messages")
    before = None
    for index, item in enumerate(values["conversation"]):
        path = f"conversation[{index}]"
        if not isinstance(item, dict):
            fail(f"{values.source.name}: {path} must be an object", got=json.dumps(item, ensure_ascii=False))
        told = _Values(values.source, item, f"{path}.")
        side = _side(told, before)
        if not isinstance(told.get("content"), str):
            told.fail("content", "must be a string")
        model, expected = told.text("model"), (a if side == "A" else b).model
        model = None if model == expected else model
        yield Message(index + 1, side, told["content"], told.text("reasoning"), model=model)
        before = side


def _side(told: _Values, before: Side | None) -> Side:
    side = next((side for side in SIDES if side == told.get("speaker")), None)
    if side is None:
        told.fail("speaker", 'must be "A" or "B"')
    if side == before:
        told.fail("speaker", "must not be that of the message before: the speakers alternate")
    return side


def _item(message: Message, scenario: Scenario) -> dict[str, Any]:
    after_opener = message.number - (scenario.opener is not None)
    item = {
        "speaker": message.speaker,
        "model": message.model or scenario.speaker(message.speaker).model,
        "content": message.text,
        "turn": max(1, (after_opener + 1) // 2),
    }
    return item if message.reasoning is None else {**item, "reasoning": message.reasoning}


@transcript_format("json", suffix=".json")
class JsonForm:
    """The JSON form of a transcript."""

    read = staticmethod(parse_transcript_json)
    write = staticmethod(write_transcript_json)

    @staticmethod
    def sniff(head: str) -> bool:
        """Return whether it is an object."""
        return head.lstrip().startswith("{")
