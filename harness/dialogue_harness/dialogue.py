"""What was said: messages and dialogues, immutable."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, overload

import msgspec

from dialogue_harness._public import public
from dialogue_harness._text.printable import shorten
from dialogue_harness._text.words import plural
from dialogue_harness.scenario import SIDES, Scenario, Side, Speaker

if TYPE_CHECKING:
    import os
    from pathlib import Path
    from typing import Self

#: Why a dialogue ended: its turns were said, a speaker hung up, a message was empty where the scenario stops at
#: one, or the scenario's own stop rule ended it early.
EndReason = Literal["turns", "hang_up", "empty", "stopped"]

#: How many messages ``str(dialogue)`` shows, the first and the last ones.
_SHOWN: Final = 40

#: The name of a scenario, and of a model, where only the messages are known.
UNKNOWN: Final = "unknown"


@public
class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens of one reply as the server counted them, or words for a built-in model.

    Attributes:
        input: tokens of the context that was sent.
        output: tokens of the reply, reasoning included.
        reasoning: how many of the output were reasoning.
        cached: how many of the input the server had cached.

    """

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cached: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Return the sum, field by field."""
        return Usage(*(getattr(self, f) + getattr(other, f) for f in self.__struct_fields__))


@public
class Message(msgspec.Struct, frozen=True, omit_defaults=True):
    """One utterance.

    Attributes:
        number: its place in the dialogue, from 1.
        speaker: ``"A"`` or ``"B"``.
        text: what was said, byte for byte; may be empty, and must not be trusted.
        reasoning: what the model thought before it, which the partner never saw; ``None`` if there was none.
        finish_reason: why the model stopped, as the server put it, such as ``stop`` or ``length``.
        model: the model that answered, as its server named it.
        usage: tokens, if the server counted them.
        ms: milliseconds from the first request to the complete reply, retries and the pauses between them included;
            ``None`` for a built-in model.
        attempts: how many requests were made for it; 0 if it was given, not generated.
        reply_ms: milliseconds of the request that was answered alone, where others had failed before it.

    """

    number: int
    speaker: Side
    text: str
    reasoning: str | None = None
    finish_reason: str | None = None
    model: str | None = None
    usage: Usage | None = None
    ms: float | None = None
    attempts: int = 0
    reply_ms: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the text holds nothing but white space."""
        return not self.text.strip()


@public
class Ending(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a dialogue ended.

    Attributes:
        reason: see :data:`EndReason`.
        by: the speaker who ended it, if one did.
        why: one more sentence, if there is more to say.

    """

    reason: EndReason
    by: Side | None = None
    why: str | None = None

    def __str__(self) -> str:
        """Return the ending in a few words."""
        return "stopped early" if self.reason == "stopped" else f"ended by {self.reason}"


@public
@dataclass(frozen=True, repr=False)
class Dialogue(Sequence[Message]):
    """What was said in one sample of a scenario, or an excerpt of it.

    ``dialogue[18]`` is message 18, counted from 1; ``dialogue[1:18]`` are messages 1 to 17, as an excerpt that
    keeps their numbers; ``dialogue[-1]`` is the last one. Iteration yields messages.

    Attributes:
        scenario: what was to happen.
        messages: ordered by number.
        ending: how it ended; ``None`` if unknown, as in excerpts and imported transcripts.
        sample: which independent run of the scenario it is, from 1.
        date: when it was run, as its transcript says, by default ``YYYY-MM-DD HH:MM`` in UTC.
        heading: the header of the transcript that it was read from, verbatim, so that writing it gives the same
            bytes; ``None`` if it was not read from one.

    """

    scenario: Scenario
    messages: tuple[Message, ...]
    ending: Ending | None = None
    sample: int = 1
    date: str | None = None
    heading: str | None = field(default=None, compare=False)

    @classmethod
    def from_texts(cls, texts: Iterable[str], *, scenario: Scenario | None = None) -> Self:
        """Return a dialogue of plain strings. A speaks first (B, if the scenario has no opening message).

        Args:
            texts: any number of strings.
            scenario: the scenario they belong to; by default one between two unknown models.

        """
        said = [text if isinstance(text, str) else _not_text(index, text) for index, text in enumerate(texts)]
        if scenario is None:
            unknown = Speaker(UNKNOWN)
            opener = said[0] if said else None
            scenario = Scenario(UNKNOWN, a=unknown, b=unknown, opener=opener, turns=len(said) // 2)
        return cls(scenario, tuple(Message(n, scenario.side_at(n), text) for n, text in enumerate(said, 1)))

    # The formats stand on this class; only these three functions look up at them, and only when they are called.

    @staticmethod
    def load(path: str | os.PathLike[str]) -> Dialogue:
        """Read the one dialogue in a file: a recording or a transcript, recognized by how it begins.

        Args:
            path: a recording (``.jsonl``), a transcript (``.txt``, ``.json``), or a file in a format that was
                registered with :func:`dialogue_harness.transcript_format`.

        Raises:
            RecordingError: it is a recording that is incomplete, edited or broken.
            TranscriptError: it cannot be read, is in no known format, or holds several dialogues.

        """
        from dialogue_harness.formats import files  # noqa: PLC0415 -- see above

        return files.load(path)

    @staticmethod
    def load_all(path: str | os.PathLike[str]) -> tuple[Dialogue, ...]:
        """Read all dialogues in a file, as :meth:`load` does; recordings and built-in transcripts hold one.

        Raises:
            RecordingError: it is a recording that is incomplete, edited or broken.
            TranscriptError: it cannot be read or is in no known format.

        """
        from dialogue_harness.formats import files  # noqa: PLC0415 -- see above

        return files.load_all(path)

    def save(self, path: str | os.PathLike[str], *, format: str | None = None, overwrite: bool = False) -> Path:  # noqa: A002 -- what users call it
        """Write the dialogue to a file, completely or not at all, and return its path.

        Args:
            path: the file; folders that are missing are made.
            format: ``"jsonl"`` (a recording, marked as imported), ``"txt"``, ``"json"``, ``"md"`` (Markdown) or a
                registered format; by default what the file's suffix says.
            overwrite: whether a file that is there is replaced.

        Raises:
            UsageError: the file exists, there is no such format, or the format needs speakers who alternate.
            SecretFound: a recording would hold a secret. In a transcript, a mark stands in its place.
            RecordingError: a recording cannot be written, or exists.
            TranscriptError: a transcript cannot be written.

        """
        from dialogue_harness.formats import files  # noqa: PLC0415 -- see above

        return files.save(self, path, name=format, overwrite=overwrite)

    def __len__(self) -> int:
        """Return the number of messages."""
        return len(self.messages)

    def __iter__(self) -> Iterator[Message]:
        """Yield the messages in order."""
        return iter(self.messages)

    def __reversed__(self) -> Iterator[Message]:
        """Yield the messages from the last to the first."""
        return reversed(self.messages)

    def index(self, value: object, start: int = 1, stop: int | None = None) -> int:
        """Return the number of the first message that equals ``value``, from ``start`` up to, not including, ``stop``.

        Raises:
            ValueError: there is none.

        """
        for message in self[start:stop]:
            if message == value:
                return message.number
        msg = "the dialogue holds no such message"
        raise ValueError(msg)

    @overload
    def __getitem__(self, number: int) -> Message: ...
    @overload
    def __getitem__(self, number: slice) -> Self: ...
    def __getitem__(self, number: int | slice) -> Message | Self:
        """Return the message with that number, or the excerpt from ``start`` up to, not including, ``stop``.

        A negative number counts from the end, as in a list.

        Raises:
            IndexError: no message has that number.

        """
        if isinstance(number, slice):
            return self._excerpt(number)
        if number < 0 and -number <= len(self.messages):
            return self.messages[number]
        for message in self.messages[max(number - 1, 0) : number] if self._is_whole else self.messages:
            if message.number == number:
                return message
        raise IndexError(self._no_such(number))

    def by(self, side: Side) -> Self:
        """Return the messages of one speaker, ``"A"`` or ``"B"``."""
        if side not in SIDES:
            msg = f'a dialogue has the speakers "A" and "B", not {side!r}'
            raise ValueError(msg)
        return self._of(m for m in self.messages if m.speaker == side)

    def turn(self, number: int) -> Self:
        """Return one turn, counted from 1: B's message and A's answer (the last turn may lack it).

        Raises:
            IndexError: there is no such turn.

        """
        first = 2 * number if self.scenario.opener is not None else 2 * number - 1
        found = self._of(m for m in self.messages if first <= m.number <= first + 1)
        if number < 1 or not found:
            msg = f"no turn {number}: turns are numbered from 1 to {self.turns}{self._stopped_early}"
            raise IndexError(msg)
        return found

    @property
    def turns(self) -> int:
        """How many turns were begun: the messages after the opening message, halved and rounded up."""
        last = self.messages[-1].number if self.messages else 0
        return max(0, last + 1 - (self.scenario.opener is not None)) // 2

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the messages, in order."""
        return tuple(m.text for m in self.messages)

    @property
    def usage(self) -> Usage:
        """The sum of all tokens that servers counted."""
        return sum((m.usage for m in self.messages if m.usage), Usage())

    def cut(self, turns: int) -> Self:
        """Return the dialogue as it was after ``turns`` turns, as if its scenario had asked for no more.

        A dialogue that is no longer than that keeps its ending; otherwise the ending becomes ``turns``.
        """
        limit = 2 * turns + (self.scenario.opener is not None)
        given = {number: text for number, text in self.scenario.given.items() if number <= limit}
        heading = self.heading if turns == self.scenario.turns else None
        shorter = replace(self, scenario=replace(self.scenario, turns=turns, given=given), heading=heading)
        last = self.messages[-1].number if self.messages else 0
        if last < limit or (last == limit and self.ending is not None and self.ending.reason != "turns"):
            return shorter
        return replace(shorter, messages=tuple(m for m in self if m.number <= limit), ending=Ending("turns"))

    def __repr__(self) -> str:
        """Describe the dialogue in one short line."""
        name = f"'{shorten(self.scenario.name, 40)}'"
        if not self.messages:
            return f"<Dialogue {name}: no messages>"
        first, last = self.messages[0].number, self.messages[-1].number
        span = plural(len(self), "message") if self._is_whole else f"{len(self)} of messages {first} to {last}"
        ended = f", {self.ending}" if self.ending else ""
        return f"<Dialogue {name} sample {self.sample}: {span}{ended}>"

    def __str__(self) -> str:
        """Return the dialogue as a short transcript, safe to print: each message shortened to a line."""
        lines = [f"{m.number:>4} {m.speaker}  {shorten(m.text, 160)}" for m in self.messages]
        if len(lines) > _SHOWN:
            left_out = len(lines) - _SHOWN
            lines[_SHOWN // 2 : -_SHOWN // 2] = [f"   … {plural(left_out, 'message')} left out"]
        return "\n".join([repr(self)[1:-1], *lines])

    @property
    def _is_whole(self) -> bool:
        return not self.messages or self.messages[-1].number == len(self.messages)

    def _excerpt(self, numbers: slice) -> Self:
        if numbers.step not in (None, 1):
            msg = "messages are sliced without a step; use .by(side) or .turn(number)"
            raise ValueError(msg)
        last = self.messages[-1].number if self.messages else 0
        start = _bound(numbers.start, last, default=1)
        stop = _bound(numbers.stop, last, default=last + 1)
        return self._of(m for m in self.messages if start <= m.number < stop)

    def _of(self, messages: Iterable[Message]) -> Self:
        kept = tuple(messages)
        complete = len(kept) == len(self.messages)
        return self if complete else replace(self, messages=kept, ending=None, heading=None)

    def _no_such(self, number: int) -> str:
        if not self.messages:
            return f"no message {number}: the dialogue is empty"
        if number == 0:
            return "no message 0: messages are numbered from 1"
        first, last = self.messages[0].number, self.messages[-1].number
        return f"no message {number}: there are {len(self)}, numbered from {first} to {last}{self._stopped_early}"

    @property
    def _stopped_early(self) -> str:
        """What an error adds if a stop rule is the reason why there are no more messages."""
        if self.ending is None or self.ending.reason != "stopped":
            return ""
        why = f": {shorten(self.ending.why)}" if self.ending.why else ""
        return f"; the dialogue was to have {self.scenario.turns} turns and was stopped early{why}"


def _bound(value: int | None, last: int, *, default: int) -> int:
    if value is None:
        return default
    return value if value >= 0 else last + 1 + value


def _not_text(index: int, text: object) -> str:
    msg = f"text {index + 1} must be a string, not {type(text).__name__}"
    raise TypeError(msg)


def _formats() -> Any:  # noqa: ANN401 -- the module of the registry
    """Return the registry of formats: the one look upward, on behalf of whoever calls load or save."""
    return importlib.import_module("dialogue_harness.formats.registry")
