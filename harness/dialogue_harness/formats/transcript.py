r"""Transcripts: dialogues as text that people pass around.

A text transcript is a title, a header, ``## Conversation``, and the messages, an empty line between any two::

    # LLM Dialogue Transcript

    Date: 2026-02-13 13:21
    Model A: vendor/model
    Model B: vendor/model
    Turns: 1
    System prompt: Stay on topic.
    Opener: Hello.

    ## Conversation

    Model A: Hello.

    Model B: <think>A greeting.</think> Hello to you.

    Model A: What shall we talk about?

``System prompt A`` and ``System prompt B`` stand in place of ``System prompt`` where the two differ. Without an
``Opener`` the first message is B's or, if A says it, the opener itself.

A message begins after an empty line with the label of the speaker who did not say the one before; whatever else looks
like a label is text. What a reader would take for something else is marked by a backslash, or by one more where there
are some already: in a message, the other's label after an empty line (``\Model B: …``); in the header, a further line
that looks like a header line (``\Opener: …``); a text without reasoning that begins like reasoning (``\<think>…``);
in reasoning, its own end (``<\/think> ``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

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
from dialogue_harness.scenario import Scenario, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TITLE: Final = "# LLM Dialogue Transcript"
_CONVERSATION: Final = "## Conversation"
_THINK_END: Final = "</think> "

_KEY = r"(?:Date|Model [AB]|Turns|System prompt(?: [AB])?|Opener)"
_KEY_LINE = re.compile(rf"\n(\\*)({_KEY}):")
_CONVERSATION_LINE = re.compile(rf"\n{_CONVERSATION}(?=\n|\Z)")
_LABEL_LINE = re.compile(r"\n(\\*)Model ([AB]):(?=[ \n]|\Z)")
_THINK = re.compile(r"(\\*)<think>")

#: What is escaped, matched up to where the backslash goes; and the same with one backslash in place.
_HEADER_LIKE = rf"(?=\\*(?:{_KEY}:|{_CONVERSATION}(?:\n|\Z)))"
_IN_HEADER = re.compile(rf"\n{_HEADER_LIKE}"), re.compile(rf"\n\\{_HEADER_LIKE}")
_IN_MESSAGE = {
    side: (re.compile(rf"\n\n{label}"), re.compile(rf"\n\n\\{label}"))
    for side, label in (("A", r"(?=\\*Model B:(?:[ \n]|\Z))"), ("B", r"(?=\\*Model A:(?:[ \n]|\Z))"))
}
_IN_REASONING = re.compile(rf"<(?=\\*{_THINK_END[1:]})"), re.compile(rf"<\\(?=\\*{_THINK_END[1:]})")


def parse_transcript(text: str, source: str = "<string>") -> Dialogue:
    """Read a text transcript; ``source`` is what errors and warnings call it.

    See :func:`dialogue_harness.read_transcript`.
    """
    origin = Source(text, source)
    # Decided by the title: in a file of plain newlines, a carriage return is something that a model said.
    if origin.text.partition("\n")[0].endswith("\r"):
        origin.text = origin.text.replace("\r\n", "\n")
    end_of_header = _end_of_header(origin)
    lines = _header(origin, end_of_header.start())
    heading, messages = _messages(origin, end_of_header.end())
    told = {key: line.value for key, line in lines.items()}
    opener, doubt = opener_of(told.get("Opener"), messages)
    if doubt:
        origin.doubt(lines["Opener"].at, f"the opener {doubt}")
    scenario = Scenario(
        UNKNOWN,
        a=speaker_of(told.get("Model A"), told.get("System prompt A", told.get("System prompt"))),
        b=speaker_of(told.get("Model B"), told.get("System prompt B", told.get("System prompt"))),
        opener=opener,
        turns=_turns(origin, lines["Turns"]) if "Turns" in lines else turns_of(messages, opener),
    )
    origin.warn()
    return Dialogue(scenario, messages, date=told.get("Date"), heading=heading)


def write_transcript(dialogue: Dialogue) -> str:
    """Return a dialogue as a text transcript, which reads back as the same texts, reasoning and scenario.

    A dialogue that was read from a transcript keeps its header to the byte.

    Raises:
        UsageError: two messages in a row are by the same speaker, as in ``dialogue.by("B")``.

    """
    check_alternation(dialogue)
    heading = _heading(dialogue) if dialogue.heading is None else dialogue.heading
    return heading + "\n".join(f"Model {message.speaker}: {_body(message)}\n" for message in dialogue)


# --- reading the text


def _end_of_header(source: Source) -> re.Match[str]:
    title = source.text.partition("\n")[0]
    if title.removeprefix("\ufeff").rstrip() != _TITLE:
        refuse_recording(source)
        fail(f"{source.line(0)}: this is not a transcript", got=title, expected=_TITLE)
    end = _CONVERSATION_LINE.search(source.text)
    if end is None:
        fix = "add that line, with an empty line before and after it, above the first message"
        fail(f"{source.name} has no line `{_CONVERSATION}`", fix=fix)
    return end


class _HeaderLine(NamedTuple):
    value: str
    at: int


def _header(source: Source, end: int) -> dict[str, _HeaderLine]:
    lines: dict[str, re.Match[str]] = {}
    for mark in _KEY_LINE.finditer(source.text, 0, end):
        if mark[1]:
            continue  # escaped: a further line of the value before it
        if mark[2] in lines:
            source.doubt(mark.start() + 1, f"a second `{mark[2]}:` is read as text of the header line before it")
        else:
            lines[mark[2]] = mark
    starts = [mark.start() for mark in lines.values()] + [end]
    _refuse_stray_line(source, starts[0])
    return {
        key: _HeaderLine(_header_value(source.text[mark.end() : stop], is_last=stop == end), mark.start() + 1)
        for (key, mark), stop in zip(lines.items(), starts[1:], strict=True)
    }


def _header_value(value: str, *, is_last: bool) -> str:
    if is_last:
        value = value.removesuffix("\n")  # the empty line above the conversation
    return _unescaped(value.removeprefix(" "), _IN_HEADER)


def _refuse_stray_line(source: Source, end: int) -> None:
    stray = source.text[source.text.index("\n") : end].lstrip("\n")
    if stray:
        what = f"{source.line(end - len(stray))}: this is no header line"
        fail(what, got=stray.partition("\n")[0], expected="a line such as `Model A: name` or `Turns: 50`")


def _turns(source: Source, line: _HeaderLine) -> int:
    value = line.value.strip()
    if not re.fullmatch("[0-9]{1,18}", value):
        fail(f"{source.line(line.at)}: Turns must be a whole number, 0 or more", got=value)
    return int(value)


def _messages(source: Source, start: int) -> tuple[str, tuple[Message, ...]]:
    """Return the header to the byte, and the messages that follow it."""
    text = source.text
    labels = list(_labels(source, start))
    if not labels:
        return text, ()
    ends = [label.start() - 1 for label in labels[1:]] + [len(text) - text.endswith("\n")]
    spoken = enumerate(zip(labels, ends, strict=True), 1)
    return text[: labels[0].start() + 1], tuple(
        _message(n, label, text[label.end() : end]) for n, (label, end) in spoken
    )


def _labels(source: Source, start: int) -> Iterator[re.Match[str]]:
    speaking = _first_label(source, start)
    if speaking is None:
        return
    yield speaking
    number = 1
    for label in _LABEL_LINE.finditer(source.text, speaking.end()):
        if label[1]:
            continue  # escaped: text
        is_others = label[2] != speaking[2]
        if is_others and source.text[label.start() - 1] == "\n":
            yield label
            speaking, number = label, number + 1
        else:
            why = "no empty line before it" if is_others else "the speakers alternate"
            reading = f"`Model {label[2]}:` is read as text of {speaking[2]}'s message {number}; {why}"
            source.doubt(label.start() + 1, reading)


def _first_label(source: Source, start: int) -> re.Match[str] | None:
    rest = source.text[start:].lstrip("\n")
    if not rest:
        return None
    at = len(source.text) - len(rest)
    label = _LABEL_LINE.match(source.text, at - 1)
    if label is None or label[1]:
        what = f"{source.line(at)}: the conversation must begin with a message"
        fail(what, got=rest.partition("\n")[0], expected="`Model A: ` or `Model B: `, and what was said")
    return label


def _message(number: int, label: re.Match[str], body: str) -> Message:
    side: Side = "A" if label[2] == "A" else "B"
    body = _unescaped(body.removeprefix(" "), _IN_MESSAGE[side])
    think = _THINK.match(body)
    end = body.find(_THINK_END, think.end()) if think else -1
    if think is None or end < 0:
        return Message(number, side, body)
    if think[1]:
        return Message(number, side, body[1:])
    reasoning = _unescaped(body[think.end() : end], _IN_REASONING)
    return Message(number, side, body[end + len(_THINK_END) :], reasoning)


# --- writing


def _heading(dialogue: Dialogue) -> str:
    lines = [f"{key}: {_escaped(value, _IN_HEADER)}" for key, value in _told(dialogue) if value is not None]
    heading = "\n".join([_TITLE, "", *lines, "", _CONVERSATION, ""])
    return heading + "\n" if dialogue.messages else heading


def _told(dialogue: Dialogue) -> Iterable[tuple[str, str | None]]:
    scenario = dialogue.scenario
    a, b = scenario.a, scenario.b
    yield "Date", dialogue.date
    yield "Model A", a.model
    yield "Model B", b.model
    yield "Turns", str(scenario.turns)
    if a.system == b.system:
        yield "System prompt", a.system
    else:
        yield "System prompt A", a.system
        yield "System prompt B", b.system
    yield "Opener", opener_written(dialogue)


def _body(message: Message) -> str:
    if message.reasoning is not None:
        body = f"<think>{_escaped(message.reasoning, _IN_REASONING)}{_THINK_END}{message.text}"
    else:
        think = _THINK.match(message.text)
        looks_reasoned = think is not None and message.text.find(_THINK_END, think.end()) >= 0
        body = "\\" + message.text if looks_reasoned else message.text
    return _escaped(body, _IN_MESSAGE[message.speaker])


def _escaped(text: str, rule: tuple[re.Pattern[str], re.Pattern[str]]) -> str:
    return rule[0].sub(lambda mark: mark[0] + "\\", text)


def _unescaped(text: str, rule: tuple[re.Pattern[str], re.Pattern[str]]) -> str:
    return rule[1].sub(lambda mark: mark[0][:-1], text)


@transcript_format("txt", suffix=".txt")
class TextTranscript:
    """The text transcript."""

    read = staticmethod(parse_transcript)
    write = staticmethod(write_transcript)

    @staticmethod
    def sniff(head: str) -> bool:
        """Return whether it begins with the title."""
        return head.partition("\n")[0].rstrip() == _TITLE
