r"""Transcripts: a dialogue as text that people pass around, and the JSON form of the same.

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

import itertools
import json
import os
import re
import shlex
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from dialogue_harness._text.printable import shorten
from dialogue_harness.dialogue import UNKNOWN, Dialogue, Message
from dialogue_harness.errors import TranscriptError, UsageError
from dialogue_harness.scenario import SIDES, NamedScript, Scenario, Side, Speaker

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

#: How many ambiguous lines of one transcript are warned of one by one.
_WARNED_SINGLY: Final = 10


class TranscriptWarning(UserWarning):
    """A transcript can be read in two ways; the warning says where, and which reading was taken."""


def read_transcript(path: str | os.PathLike[str]) -> Dialogue:
    """Read a transcript from a file: the text, or its JSON form.

    It is read as JSON if it begins with ``{`` or if the file's name ends with ``.json``. Lone surrogates, which some
    models emit, are read as such.

    Args:
        path: a UTF-8 file, with or without a byte order mark.

    Returns:
        A dialogue whose scenario holds what the transcript tells; the scenario's name is ``unknown``.

    Raises:
        TranscriptError: it cannot be read, or it is no transcript; the error names file and line.

    Warns:
        TranscriptWarning: a line can be read in two ways.

    """
    name = os.fspath(path)
    text = _decoded(name)
    if name.lower().endswith(".json") or text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _from_json(_Source(text, name))
    return _from_text(_Source(text, name))


def parse_transcript(text: str, *, source: str = "<string>") -> Dialogue:
    """Read a text transcript; ``source`` is what errors and warnings call it. See :func:`read_transcript`."""
    return _from_text(_Source(text, source))


def parse_transcript_json(text: str, *, source: str = "<string>") -> Dialogue:
    """Read the JSON form of a transcript; errors name what is wrong by its path, such as ``conversation[3].speaker``.

    See :func:`read_transcript`.
    """
    return _from_json(_Source(text, source))


def write_transcript(dialogue: Dialogue) -> str:
    """Return a dialogue as a text transcript, which reads back as the same texts, reasoning and scenario.

    A dialogue that was read from a transcript keeps its header to the byte.

    Raises:
        UsageError: two messages in a row are by the same speaker, as in ``dialogue.by("B")``.

    """
    _check_alternation(dialogue)
    heading = _heading(dialogue) if dialogue.heading is None else dialogue.heading
    return heading + "\n".join(f"Model {message.speaker}: {_body(message)}\n" for message in dialogue)


def write_transcript_json(dialogue: Dialogue) -> str:
    """Return a dialogue as the JSON form of its transcript: ASCII, indented, without a newline at the end.

    Raises:
        UsageError: two messages in a row are by the same speaker, as in ``dialogue.by("B")``.

    """
    _check_alternation(dialogue)
    scenario = dialogue.scenario
    a, b = scenario.a, scenario.b
    values: dict[str, Any] = {"timestamp": dialogue.date, "model_a": a.model, "model_b": b.model}
    values["system_prompt"] = a.system if a.system == b.system else None
    if a.system != b.system:
        values |= {"system_prompt_a": a.system, "system_prompt_b": b.system}
    values |= {"opener": _told_opener(dialogue), "turns": scenario.turns}
    values["conversation"] = [_item(message, scenario) for message in dialogue]
    return json.dumps(values, indent=2)


def encode(text: str) -> bytes:
    """Return a transcript as the bytes of its file: UTF-8, in which lone surrogates are kept."""
    return text.encode("utf-8", "surrogatepass")


class _Source:
    """A transcript that is being read: its text, what it is called, and where it can be read in two ways."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, shorten(name, 200)
        self.doubts: list[str] = []
        self.more_doubts = 0

    def line(self, offset: int) -> str:
        """Name the line at that offset."""
        return f"{self.name}, line {self.text.count(chr(10), 0, offset) + 1}"

    def doubt(self, offset: int, reading: str) -> None:
        """Note that the line at that offset can be read in two ways, and how it was read."""
        if len(self.doubts) < _WARNED_SINGLY:
            self.doubts.append(f"{self.line(offset)}: {reading}")
        else:
            self.more_doubts += 1

    def warn(self) -> None:
        """Warn the caller of the public function of every doubt."""
        if self.more_doubts:
            self.doubts.append(f"{self.name}: {self.more_doubts} more lines can be read in two ways")
        for doubt in self.doubts:
            warnings.warn(doubt, TranscriptWarning, stacklevel=4)


def _fail(headline: str, *, fix: str | None = None, **facts: str) -> NoReturn:
    told = [(label, shorten(value) or "nothing") for label, value in facts.items()]
    raise TranscriptError(headline, facts=told, fix=fix) from None


def _decoded(name: str) -> str:
    try:
        data = Path(name).read_bytes()
    except (OSError, ValueError) as error:  # a path that holds a NUL is a ValueError
        _fail(f"{shorten(name, 200)} cannot be read", what=getattr(error, "strerror", None) or str(error))
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        _fail(f"{shorten(name, 200)}, line {line}: this is not UTF-8", got=got, fix="save the file as UTF-8")


# --- reading the text


def _from_text(source: _Source) -> Dialogue:
    # Decided by the title: in a file of plain newlines, a carriage return is something that a model said.
    if source.text.partition("\n")[0].endswith("\r"):
        source.text = source.text.replace("\r\n", "\n")
    end_of_header = _end_of_header(source)
    lines = _header(source, end_of_header.start())
    heading, messages = _messages(source, end_of_header.end())
    told = {key: line.value for key, line in lines.items()}
    opener, doubt = _opener(told.get("Opener"), messages)
    if doubt:
        source.doubt(lines["Opener"].at, f"the opener {doubt}")
    scenario = Scenario(
        UNKNOWN,
        a=_speaker(told.get("Model A"), told.get("System prompt A", told.get("System prompt"))),
        b=_speaker(told.get("Model B"), told.get("System prompt B", told.get("System prompt"))),
        opener=opener,
        turns=_turns(source, lines["Turns"]) if "Turns" in lines else _turns_of(messages, opener),
    )
    source.warn()
    return Dialogue(scenario, messages, date=told.get("Date"), heading=heading)


def _end_of_header(source: _Source) -> re.Match[str]:
    title = source.text.partition("\n")[0]
    if title.removeprefix("\ufeff").rstrip() != _TITLE:
        _refuse_recording(source)
        _fail(f"{source.line(0)}: this is not a transcript", got=title, expected=_TITLE)
    end = _CONVERSATION_LINE.search(source.text)
    if end is None:
        fix = "add that line, with an empty line before and after it, above the first message"
        _fail(f"{source.name} has no line `{_CONVERSATION}`", fix=fix)
    return end


class _HeaderLine(NamedTuple):
    value: str
    at: int


def _header(source: _Source, end: int) -> dict[str, _HeaderLine]:
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


def _refuse_stray_line(source: _Source, end: int) -> None:
    stray = source.text[source.text.index("\n") : end].lstrip("\n")
    if stray:
        what = f"{source.line(end - len(stray))}: this is no header line"
        _fail(what, got=stray.partition("\n")[0], expected="a line such as `Model A: name` or `Turns: 50`")


def _turns(source: _Source, line: _HeaderLine) -> int:
    value = line.value.strip()
    if not re.fullmatch("[0-9]{1,18}", value):
        _fail(f"{source.line(line.at)}: Turns must be a whole number, 0 or more", got=value)
    return int(value)


def _messages(source: _Source, start: int) -> tuple[str, tuple[Message, ...]]:
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


def _labels(source: _Source, start: int) -> Iterator[re.Match[str]]:
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


def _first_label(source: _Source, start: int) -> re.Match[str] | None:
    rest = source.text[start:].lstrip("\n")
    if not rest:
        return None
    at = len(source.text) - len(rest)
    label = _LABEL_LINE.match(source.text, at - 1)
    if label is None or label[1]:
        what = f"{source.line(at)}: the conversation must begin with a message"
        _fail(what, got=rest.partition("\n")[0], expected="`Model A: ` or `Model B: `, and what was said")
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


# --- reading the JSON form


def _from_json(source: _Source) -> Dialogue:
    values = _Values(source, _loaded(source))
    system = values.text("system_prompt")
    a = _speaker(values.text("model_a"), values.text("system_prompt_a", system))
    b = _speaker(values.text("model_b"), values.text("system_prompt_b", system))
    messages = tuple(_spoken(values, a, b))
    opener, doubt = _opener(values.text("opener"), messages)
    if doubt:
        source.doubts.append(f"{source.name}: the opener {doubt}")
    turns = values.get("turns")
    if turns is None:
        turns = _turns_of(messages, opener)
    elif not isinstance(turns, int) or isinstance(turns, bool) or turns < 0:
        values.fail("turns", "must be a whole number, 0 or more")
    source.warn()
    return Dialogue(Scenario(UNKNOWN, a=a, b=b, opener=opener, turns=turns), messages, date=values.text("timestamp"))


def _loaded(source: _Source) -> dict[str, Any]:
    try:
        values = json.loads(source.text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        _refuse_recording(source)
        _fail(f"{source.name}, line {error.lineno}: this is not JSON", what=f"{error.msg} (column {error.colno})")
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists nested a thousand deep
        _fail(f"{source.name} cannot be read as JSON", what=str(error))
    _refuse_recording(source)
    if not isinstance(values, dict):
        _fail(f"{source.name}: a transcript must be an object", got=json.dumps(values))
    return values


class _Values(dict[str, Any]):
    """An object of a JSON file, which says by its path what is wrong with it."""

    def __init__(self, source: _Source, values: dict[str, Any], path: str = "") -> None:
        super().__init__(values)
        self.source, self.path = source, path

    def fail(self, key: str, must: str) -> NoReturn:
        """Raise an error that names the value of that key."""
        _fail(f"{self.source.name}: {self.path}{key} {must}", got=json.dumps(self.get(key), ensure_ascii=False))

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
            _fail(f"{values.source.name}: {path} must be an object", got=json.dumps(item, ensure_ascii=False))
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


# --- what both forms tell


def _opener(told: str | None, messages: tuple[Message, ...]) -> tuple[str | None, str | None]:
    """Return the opener, and what is doubtful about it."""
    if not messages:
        return told, None
    first = messages[0]
    if first.speaker == "B":
        # Given an empty opener, the tool that the format comes from lets B begin.
        return None, "is left aside, since B says the first message" if told else None
    if told is None:
        return first.text, None
    return told, "differs from message 1; each is kept as it is" if told != first.text else None


def _speaker(model: str | None, system: str | None) -> Speaker:
    if model is None or not model.strip():
        model = UNKNOWN
    return Speaker(model, system=system, script=NamedScript(UNKNOWN) if model == "builtin:scripted" else None)


def _turns_of(messages: tuple[Message, ...], opener: str | None) -> int:
    return (len(messages) + (opener is None)) // 2


def _refuse_recording(source: _Source) -> None:
    first_line = source.text.lstrip("\ufeff \t\r\n").partition("\n")[0]
    try:
        values = json.loads(first_line) if first_line.startswith("{") else None
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict) and "format" in values:
        name = shlex.quote(source.name)
        fix = f"harness show {name}, or harness export {name} --format txt"
        _fail(f"{source.line(0)}: this is a recording, not a transcript", fix=fix)


# --- writing


def _check_alternation(dialogue: Dialogue) -> None:
    for before, after in itertools.pairwise(dialogue):
        if before.speaker == after.speaker:
            numbers = f"{before.number} and {after.number}"
            msg = f"a transcript needs speakers who alternate; messages {numbers} are both by {after.speaker}"
            raise UsageError(msg, fix="write the whole dialogue, or messages in a row such as dialogue[1:18]")


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
    yield "Opener", _told_opener(dialogue)


def _told_opener(dialogue: Dialogue) -> str | None:
    # An excerpt from the middle of a dialogue does not begin with the opener.
    is_opened = not dialogue.messages or dialogue.messages[0].number == 1
    return dialogue.scenario.opener if is_opened else None


def _body(message: Message) -> str:
    if message.reasoning is not None:
        body = f"<think>{_escaped(message.reasoning, _IN_REASONING)}{_THINK_END}{message.text}"
    else:
        think = _THINK.match(message.text)
        looks_reasoned = think is not None and message.text.find(_THINK_END, think.end()) >= 0
        body = "\\" + message.text if looks_reasoned else message.text
    return _escaped(body, _IN_MESSAGE[message.speaker])


def _item(message: Message, scenario: Scenario) -> dict[str, Any]:
    after_opener = message.number - (scenario.opener is not None)
    item = {
        "speaker": message.speaker,
        "model": message.model or scenario.speaker(message.speaker).model,
        "content": message.text,
        "turn": max(1, (after_opener + 1) // 2),
    }
    return item if message.reasoning is None else {**item, "reasoning": message.reasoning}


def _escaped(text: str, rule: tuple[re.Pattern[str], re.Pattern[str]]) -> str:
    return rule[0].sub(lambda mark: mark[0] + "\\", text)


def _unescaped(text: str, rule: tuple[re.Pattern[str], re.Pattern[str]]) -> str:
    return rule[1].sub(lambda mark: mark[0][:-1], text)
