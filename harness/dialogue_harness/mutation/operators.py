"""The mutations themselves: small functions from a dialogue to a mutated copy, or ``None`` where they do not apply."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from dialogue_harness._text.words import content_words, words
from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.mutation.texts import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialogue_harness.mutation.texts import Paragraphs
    from dialogue_harness.scenario import Side

#: How many messages a loop at the end has at least, and how many it is given at most.
_LOOP: Final = 12
_LONGEST_LOOP: Final = 100

#: How far messages that double grow: this many times their length plus this many characters.
_FACTOR: Final = 32
_CHARACTERS: Final = 20_000


@dataclass(frozen=True)
class Mutation:
    """One known mutation. Call it with a dialogue to get a mutated copy, or ``None`` where it does not apply.

    Attributes:
        name: as it is given on a command line.
        meaning: what it does, in a few words that follow "mutated:".
        check: the check that is meant to notice it, by its name in :mod:`dialogue_harness.checks`.
        apply: does it. Takes a whole dialogue, its messages numbered from 1; never raises.
        options: with which that check is meant to, in the order in which they are worth trying; as a rule with none.

    """

    name: str
    meaning: str
    check: str
    apply: Callable[[Dialogue], Dialogue | None]
    options: tuple[Mapping[str, Any], ...] = ({},)

    def __call__(self, dialogue: Dialogue) -> Dialogue | None:
        """Return a mutated copy; ``None`` if there is nothing in the dialogue that could be mutated this way."""
        return self.apply(dialogue)


#: In the order in which they are listed.
KINDS: Final[list[Mutation]] = []

_Apply = Callable[[Dialogue], Dialogue | None]


def _mutation(name: str, meaning: str, check: str, *options: Mapping[str, Any]) -> Callable[[_Apply], _Apply]:
    """Add the function to the mutations."""

    def add(apply: _Apply) -> _Apply:
        KINDS.append(Mutation(name, meaning, check, apply, options or ({},)))
        return apply

    return add


_THANKS = "thanks and farewells without end, in place of the goodbye or of the second half"


@_mutation("courtesy-loop", _THANKS, "no_termination_loop")
def _courtesy_loop(dialogue: Dialogue) -> Dialogue | None:
    kept = len(dialogue) - 1 if _was_ended(dialogue) else len(dialogue) // 2
    thanks = itertools.cycle(texts().courtesies)
    return _with_loop(dialogue, kept, lambda model: _reworded(model.text, lambda _: next(thanks)))


@_mutation("repeated-exchange", "the exchange in the middle is said again and again to the end", "no_termination_loop")
def _repeated_exchange(dialogue: Dialogue) -> Dialogue | None:
    return _with_loop(dialogue, len(dialogue) // 2 + 1, lambda model: model.text)


@_mutation("repeated-message", "one speaker says its message in the middle again and again", "no_self_repetition")
def _repeated_message(dialogue: Dialogue) -> Dialogue | None:
    if (message := _middle(_spoken(dialogue))) is None:
        return None
    again = [m.number for m in _own(dialogue) if m.speaker == message.speaker and m.number > message.number]
    return _changed(dialogue, dict.fromkeys(again, message.text)) if len(again) > 1 else None


@_mutation("other-topic", "from the middle on, the talk is of something else", "stays_on_topic")
def _other_topic(dialogue: Dialogue) -> Dialogue | None:
    return _spliced(dialogue, texts().topics)


@_mutation("other-language", "from the middle on, in another language", "keeps_language")
def _other_language(dialogue: Dialogue) -> Dialogue | None:
    return _spliced(dialogue, texts().languages)


@_mutation("doubled-length", "from the middle on, messages grow to 2, 4, 8 … 32 times their length", "keeps_length")
def _doubled_length(dialogue: Dialogue) -> Dialogue | None:
    return _changed(dialogue, {m.number: _times(m.text, 2**index) for index, m in enumerate(_later(dialogue), 1)})


_SCHEMAS: Final = ({"schema": True}, {"by": "A", "schema": True}, {"by": "B", "schema": True})


@_mutation("broken-json", "the JSON of one message lacks its last bracket", "conforms", *_SCHEMAS)
def _broken_json(dialogue: Dialogue) -> Dialogue | None:
    if (message := _middle([m for m in _own(dialogue) if _json_in(m.text) is not None])) is None:
        return None
    end = max(message.text.rfind("}"), message.text.rfind("]"))
    return _changed(dialogue, {message.number: message.text[:end] + message.text[end + 1 :]})


@_mutation("blank-message", "one message in the middle is empty", "no_empty_messages")
def _blank_message(dialogue: Dialogue) -> Dialogue | None:
    message = _middle(_spoken(dialogue))
    blank = _changed(dialogue, {message.number: ""}) if message else None
    if message is None or blank is None or dialogue.scenario.on_empty != "stop":
        return blank
    ending = dialogue.ending and Ending("empty", by=message.speaker)
    return replace(blank, messages=blank.messages[: message.number], ending=ending)


@_mutation("cut-message", "one message breaks off inside a word, at the limit of tokens", "not_truncated")
def _cut_message(dialogue: Dialogue) -> Dialogue | None:
    if (message := _middle([m for m in _own(dialogue) if _inside_a_word(m.text)])) is None:
        return None
    cut = _saying(message, message.text[: _inside_a_word(message.text)])
    cut = msgspec.structs.replace(cut, finish_reason="length")
    return replace(dialogue, messages=tuple(cut if m is message else m for m in dialogue.messages))


@_mutation("cut-dialogue", "the last quarter, and with it the goodbye, is missing", "hangs_up")
def _cut_dialogue(dialogue: Dialogue) -> Dialogue | None:
    kept = len(dialogue) - max(1, len(dialogue) // 4)
    if kept < 1:
        return None
    return replace(dialogue, messages=dialogue.messages[:kept], ending=dialogue.ending and Ending("turns"))


@_mutation("swapped-roles", "from the middle on, A says B's texts and B says A's", "keeps_roles")
def _swapped_roles(dialogue: Dialogue) -> Dialogue | None:
    later = {m.number: m.text for m in _later(dialogue)}
    turns = [n for n in later if n + 1 in later and dialogue.scenario.side_at(n) == "B"]
    return _changed(dialogue, {n: later[n + 1] for n in turns} | {n + 1: later[n] for n in turns})


@_mutation("spoken-for", "one message goes on to speak for the other, under a label", "no_speaker_labels")
def _spoken_for(dialogue: Dialogue) -> Dialogue | None:
    if (message := _middle_prose(dialogue)) is None:
        return None
    other = "B" if message.speaker == "A" else "A"
    return _changed(dialogue, {message.number: f"{message.text}\n\nModel {other}: {texts().assent}"})


@_mutation("leaked-reasoning", "one message shows what its speaker thought before it spoke", "no_leaked_reasoning")
def _leaked_reasoning(dialogue: Dialogue) -> Dialogue | None:
    message = _middle_prose(dialogue)
    return _changed(dialogue, {message.number: texts().plan + message.text}) if message else None


def _was_ended(dialogue: Dialogue) -> bool:
    """Return whether the last message ended the dialogue, rather than its number of turns."""
    return dialogue.ending is not None and dialogue.ending.reason != "turns"


def _own(dialogue: Dialogue) -> list[Message]:
    """Return the messages that models said of themselves, without the one that ended the dialogue."""
    last = len(dialogue) - _was_ended(dialogue)
    return [m for m in dialogue.messages[:last] if dialogue.scenario.given_at(m.number) is None]


def _spoken(dialogue: Dialogue) -> list[Message]:
    return [m for m in _own(dialogue) if not m.is_empty]


def _later(dialogue: Dialogue) -> list[Message]:
    return [m for m in _own(dialogue) if m.number > len(dialogue) // 2]


def _middle(messages: Sequence[Message]) -> Message | None:
    return messages[len(messages) // 2] if messages else None


def _middle_prose(dialogue: Dialogue) -> Message | None:
    """Return a message from the middle, one that is no JSON if there is any: its lines are to be read as lines."""
    spoken = _spoken(dialogue)
    return _middle([m for m in spoken if _json_in(m.text) is None]) or _middle(spoken)


def _changed(dialogue: Dialogue, new: Mapping[int, str]) -> Dialogue | None:
    """Return the dialogue with new texts, by message number; ``None`` if no text differs."""
    messages = tuple(_saying(m, new.get(m.number, m.text)) for m in dialogue)
    return None if messages == dialogue.messages else replace(dialogue, messages=messages)


def _saying(message: Message, text: str) -> Message:
    """Return the message with another text, which uses as many more output tokens as it is longer."""
    if text == message.text:
        return message
    usage, length = message.usage, len(message.text)
    if usage is not None:
        output = round(usage.output * len(text) / length) if length else len(words(text))
        usage = msgspec.structs.replace(usage, output=output)
    return msgspec.structs.replace(message, text=text, usage=usage)


def _with_loop(dialogue: Dialogue, kept: int, say: Callable[[Message], str]) -> Dialogue | None:
    """Return the first messages of a dialogue and a loop after them, to the end of the scenario or beyond it.

    A scenario that leaves no room for a loop asks for as many more turns in the copy; one that asks for hundreds asks
    for fewer.

    Args:
        dialogue: any.
        kept: how many messages are kept.
        say: returns the text of a message in the loop, from the last message that its speaker had said before.

    """
    models: dict[Side, Message] = {m.speaker: m for m in _own(dialogue) if m.number <= kept and not m.is_empty}
    if len(models) < 2:
        return None
    scenario = dialogue.scenario
    opener = scenario.opener is not None
    wanted = min(max(scenario.length, kept + _LOOP), kept + _LONGEST_LOOP)
    turns = (wanted - opener + 1) // 2
    if turns != scenario.turns:
        last = 2 * turns + opener
        given = {number: text for number, text in scenario.given.items() if number <= last}
        scenario = replace(scenario, turns=turns, given=given)
    loop = (_in_loop(dialogue, number, models, say) for number in range(kept + 1, scenario.length + 1))
    looped = (*dialogue.messages[:kept], *loop)
    if looped == dialogue.messages:
        return None
    heading = dialogue.heading if scenario == dialogue.scenario else None
    ending = dialogue.ending and Ending("turns")
    return replace(dialogue, scenario=scenario, messages=looped, ending=ending, heading=heading)


def _in_loop(dialogue: Dialogue, number: int, models: Mapping[Side, Message], say: Callable[[Message], str]) -> Message:
    side = dialogue.scenario.side_at(number)
    given = dialogue.scenario.given_at(number)
    if given is not None:
        return Message(number, side, given)
    model = models[side]
    reason = "stop" if model.finish_reason else None
    return msgspec.structs.replace(_saying(model, say(model)), number=number, reasoning=None, finish_reason=reason)


def _spliced(dialogue: Dialogue, choices: Sequence[Paragraphs]) -> Dialogue | None:
    """Return the dialogue with foreign paragraphs from its middle on: those that share the fewest words with it."""
    later = _later(dialogue)
    if len(later) < 2:
        return None
    said = {word for m in dialogue for word in content_words(m.text)}
    foreign = min(choices, key=lambda choice: len(said & {w for p in choice.pairs for w in content_words(" ".join(p))}))
    new = zip(later, foreign.fill(len(later)), strict=True)
    return _changed(dialogue, {m.number: _put(m.text, text) for m, text in new})


def _put(text: str, other: str) -> str:
    return _reworded(text, lambda _: other)


def _times(text: str, factor: int) -> str:
    def grown(words_: str) -> str:
        fitting = _CHARACTERS // (len(words_) + 1)
        return " ".join([words_] * max(1, min(factor, _FACTOR, fitting)))

    return _reworded(text, grown)


def _reworded(text: str, reword: Callable[[str], str]) -> str:
    """Return the text reworded; of a JSON object its longest string is, so that it keeps its form."""
    value = _json_in(text)
    strings = [key for key, item in value.items() if isinstance(item, str)] if isinstance(value, dict) else []
    if not strings or not isinstance(value, dict):
        return reword(text)
    longest = max(strings, key=lambda key: len(value[key]))
    return json.dumps({**value, longest: reword(value[longest])}, ensure_ascii=False)


def _json_in(text: str) -> dict[str, Any] | list[Any] | None:
    """Return the JSON object or array that a text is, alone or in a code fence."""
    body = text.strip()
    if body.startswith("```") and body.endswith("```"):
        body = body.removesuffix("```").partition("\n")[2]
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _inside_a_word(text: str) -> int:
    """Return a place inside a word, the first after three fifths of the text or else the last before; 0 if none."""
    middle = 3 * len(text) // 5
    places = itertools.chain(range(max(1, middle), len(text)), range(middle - 1, 0, -1))
    return next((at for at in places if text[at - 1 : at + 1].isalpha()), 0)
