"""Speaker labels: a message that begins, or goes on, as lines of a transcript."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.prose import without_code
from dialogue_harness.checks.options import Said, count, excerpt, few, phrases
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.dialogue import UNKNOWN, Dialogue
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from dialogue_harness.dialogue import Message
    from dialogue_harness.scenario import Side, Speaker

#: Words that label a turn in chat logs, and much else elsewhere: they count only where they act as a turn's label.
GENERIC: Final = frozenset({"user", "assistant", "human", "ai", "bot", "chatbot", "ai assistant", "model"})

#: Labels that name a side, and are nothing else: they count at the start of any line.
_SIDED: Final = re.compile(r"(?:model|speaker|agent|assistant|bot|ai|participant|llm) (?P<side>[ab12])")

#: A line that begins with a name of up to four words and a colon: `Model B: …`, `**Model B:** …`, `[Model B]: …`.
_LABEL: Final = re.compile(
    r"(?P<mark>[ \t]{0,8}(?:\[|[*_]{1,3})?)(?P<name>[^\W_][\w.'/-]{0,40}(?: [\w.'/-]{1,30}){0,3})(?:\]|[*_]{1,3})?:"
    r"(?:[*_]{1,3})?(?=\s|$)"
)

#: A message that begins with its speaker's letter: `A: …`.
_LETTER: Final = re.compile(r"(?P<letter>[AB]):(?=\s|$)")

#: "You are Ann, …" in a system prompt.
_YOU_ARE: Final = re.compile(
    r"\b(?:[Yy]ou are|[Yy]ou're|[Yy]our name is) (?P<name>[A-Z][\w'-]{1,30}(?: [A-Z][\w'-]{0,30})?)"
    r"(?=[,.;:!\n]| who\b| and\b| from\b|$)"
)


@dataclass(frozen=True)
class Label:
    """A speaker label in a message: its name, case folded; as it is written; whom it stands for, if that is known."""

    name: str
    shown: str
    side: Side | None


@check
def no_speaker_labels(dialogue: Said, *, labels: Iterable[str] = (), at_most: int = 0) -> Verdict:
    """No message carries the labels of a transcript, such as ``Model B:`` or ``User:``.

    ``Model B:`` and the speakers' own names count at the start of any line; a word such as ``User:`` at the start of
    the message, or below it where the message goes on as a transcript does. Lists of fields (``User: root`` above
    ``Port: 22``), scripts announced as such, code and quotations are left out.

    Args:
        dialogue: a dialogue, an excerpt, or messages. Of a dialogue the models' names, and the names that the system
            prompts give ("You are Ann, …"), are labels too.
        labels: further names to look for, without their colon.
        at_most: how many messages with labels pass.

    Returns:
        A verdict whose score is the number of messages with labels.

    """
    count("no_speaker_labels", "at_most", at_most)
    more = phrases("no_speaker_labels", "labels", labels)
    found = [
        Evidence(m.number, f"holds the speaker label {excerpt(held[0].shown)}") for m, held in labelled(dialogue, more)
    ]
    return few(
        found,
        at_most=at_most,
        none="no message holds a speaker label",
        some="holds a speaker label",
        many="hold speaker labels",
    )


def labelled(dialogue: Said, more: Iterable[str] = ()) -> Iterator[tuple[Message, list[Label]]]:
    """Yield each message that holds speaker labels, and those labels."""
    messages = said(dialogue)
    names: dict[str, Side | None] = {name.strip().casefold(): None for name in more}
    if isinstance(dialogue, Dialogue):
        names |= names_in(dialogue)
    lettered = _lettered(messages)
    for message in messages:
        if held := list(_labels(message, names, lettered)):
            yield message, held


def names_in(dialogue: Dialogue) -> dict[str, Side | None]:
    """Return the names that the speakers go by, case folded; with the side of those that only one of them bears."""
    a, b = (names_of(dialogue.scenario.speaker(side)) for side in SIDES)
    return {name: None if name in a & b else "A" if name in a else "B" for name in sorted(a | b)}


def names_of(speaker: Speaker) -> set[str]:
    """Return, case folded, the names a speaker goes by: its model's, and the one that its system prompt gives it."""
    model = speaker.model_id
    names = {model, model.rpartition("/")[2], model.rpartition(":")[2]} - {UNKNOWN}
    names |= {match["name"] for match in _YOU_ARE.finditer((speaker.system or "")[:10_000])}
    return {name.casefold() for name in names}


def _labels(message: Message, names: dict[str, Side | None], lettered: Collection[Side]) -> Iterator[Label]:
    if ":" not in message.text:
        return
    lines = [line for line in without_code(message.text.strip()).split("\n") if line.strip()]
    found = [_LABEL.match(line) for line in lines]
    first_generic = next((i for i, match in enumerate(found) if match and match["name"].casefold() in GENERIC), None)
    transcript = first_generic is not None and _acts_as_turn(lines, found, first_generic)
    for index, match in enumerate(found):
        if match is None:
            continue
        name = match["name"].casefold()
        sided = _SIDED.fullmatch(name)
        own_letter = index == 0 and message.speaker in lettered and name == message.speaker.casefold()
        if name in names or sided or own_letter or (transcript and name in GENERIC):
            yield Label(name, match["name"] + ":", _side(sided["side"]) if sided else names.get(name))


def _side(letter: str) -> Side:
    return "A" if letter in "a1" else "B"


def _acts_as_turn(lines: Sequence[str], found: Sequence[re.Match[str] | None], index: int) -> bool:
    """Return whether a message's first ``User:`` or the like labels a turn, and not a field or a line of a script."""
    beside = {match["name"].casefold() for match in found[max(index - 1, 0) : index + 2] if match}
    if beside - GENERIC:
        return False  # a list of fields
    if index == 0:
        return True
    match = found[index]
    announced = lines[index - 1].rstrip().endswith((":", "**", "：")) or lines[index - 1].startswith("#")
    return match is not None and not match["mark"] and not announced and _goes_on(found, index)


def _goes_on(found: Sequence[re.Match[str] | None], index: int) -> bool:
    """Return whether nothing but turns follows: the message ends as a transcript."""
    last = found[-1]
    return index == len(found) - 1 or (last is not None and last["name"].casefold() in GENERIC)


def _lettered(messages: Iterable[Message]) -> set[Side]:
    """Return the speakers who begin two messages or more with their own letter and a colon."""
    begun = Counter(
        m.speaker for m in messages if (begin := _LETTER.match(m.text.strip())) and begin["letter"] == m.speaker
    )
    return {side for side, times in begun.items() if times > 1}
