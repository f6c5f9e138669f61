r"""The lines of a recording: how they are written, read strictly, and what is wrong with those that are not right.

A recording is UTF-8 text, one JSON object a line, each line ended by ``\n``: a header (format, version, the whole
scenario and its fingerprint, when and by which version it was made), a line for each message, and an end line (how
it ended, how many messages, a digest of all bytes before it). ``recording.schema.json`` describes them. Nothing here
writes a file.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NoReturn, TypeVar

import msgspec

from dialogue_harness import __version__
from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.dialogue import Ending, Message
from dialogue_harness.errors import (
    RecordingCorrupt,
    RecordingEdited,
    RecordingError,
    RecordingInterrupted,
    RecordingMissing,
    RecordingTooNew,
    RecordingTruncated,
    ScenarioError,
    SecretFound,
    UsageError,
)
from dialogue_harness.scenario import SIDES, Scenario

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence

    from jsonschema.protocols import Validator

    from dialogue_harness.secrets import Secrets

FORMAT: Final = "dialogue-recording"
VERSION: Final = 1

#: Whether models were run for a recording, or it was made of a transcript.
Origin = Literal["run", "import"]

_KEEP_OUT: Final = (
    "keep it out of what is sent to the models, and replace the key by a new one\n"
    "if it is no secret, let a line of harness_not_secret in the pytest configuration match it, "
    "or the variable HARNESS_NOT_SECRET"
)

_RESTORE: Final = "restore the file"

_Kind = Literal["header", "message", "end"]
_Line = TypeVar("_Line", bound=msgspec.Struct)

_TIME: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z"
#: How a header's line begins, its keys being sorted. A foreign file is not taken for the beginning of one.
_FIRST_KEYS: Final = (b'{"date":', b'{"fingerprint":')
_NAMED: Final[dict[_Kind, str]] = {"header": "a header", "message": "a message", "end": "an end line"}


class Header(msgspec.Struct, frozen=True):
    """The first line. See ``recording.schema.json`` for what its fields mean."""

    fingerprint: str
    format: Literal["dialogue-recording"]
    harness_version: str
    origin: Origin
    recorded_at: Annotated[str, msgspec.Meta(pattern=_TIME)]
    sample: Annotated[int, msgspec.Meta(ge=1)]
    scenario: dict[str, Any]
    version: Literal[1]
    date: str | None = None
    heading: str | None = None

    def to_line(self) -> bytes:
        """Return it as a line, its keys sorted, without those that are not set."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return _json_line({name: value for name, value in values.items() if value is not None}, sort_keys=True)


class End(msgspec.Struct, frozen=True):
    """The last line: how the dialogue ended, how many messages, ``sha256:`` and the digest of all lines before it."""

    ending: Ending | None
    messages: int
    digest: str

    def to_line(self) -> bytes:
        """Return it as a line."""
        return _json_line(msgspec.to_builtins(self))


_decode_message: Final = msgspec.json.Decoder(Message).decode
_encode_message: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Parsed:
    """A file, read and verified as far as it goes.

    Attributes:
        path: the file.
        header: its first line.
        scenario: what the header says was to happen.
        messages: one for each of the lines between the header and the end line.
        lines: all whole lines, the header's first, without their ends.
        end: the end line; ``None`` if the recording is interrupted.
        torn: what follows the last line end: the beginning of a line that was not written to its end.

    """

    path: Path
    header: Header
    scenario: Scenario
    messages: tuple[Message, ...]
    lines: Sequence[bytes]
    end: End | None
    torn: bytes

    def raise_interrupted(self) -> NoReturn:
        """Raise what a recording without an end line gets: interrupted, or truncated where a line is torn."""
        facts = [("file", shown(self.path))]
        progress = f"{len(self.messages)} of {self.scenario.length}"
        if not self.torn:
            facts.append(("messages", progress))
            msg = "recording is interrupted: it has no end line"
            raise RecordingInterrupted(msg, facts=facts)
        line = len(self.lines) + 1
        facts += [("line", str(line)), ("messages", f"{progress} are whole"), ("got", _brief(self.torn))]
        msg = f"recording is truncated: line {line} breaks off"
        raise RecordingTruncated(msg, facts=facts)


def new_header(
    scenario: Scenario,
    sample: int,
    recorded_at: str | None,
    *,
    origin: Origin = "run",
    date: str | None = None,
    heading: str | None = None,
) -> Header:
    """Return the header of a recording that begins at ``recorded_at``, by default now.

    Raises:
        UsageError: ``recorded_at`` is not a UTC time such as ``2026-11-23T18:05:00Z``.

    """
    when = recorded_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not re.search(_TIME, when):
        msg = "recorded_at must be a UTC time such as 2026-11-23T18:05:00Z"
        raise UsageError(msg, facts=[("got", shorten(when))])
    fields = scenario.to_dict()
    return Header(scenario.fingerprint, FORMAT, __version__, origin, when, sample, fields, VERSION, date, heading)


def message_line(message: Message) -> bytes:
    """Return a message as a line."""
    try:
        return _encode_message(message) + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, which JSON can only spell as an escape
        return _json_line(msgspec.to_builtins(message))


def refuse_secrets(secrets: Secrets, path: Path, values: Header | Message) -> None:
    """Make sure that no secret is about to be written.

    Args:
        secrets: what must not be.
        path: where it is about to be written.
        values: what is, before it is encoded.

    Raises:
        SecretFound: one is in it; the facts say where, and of what kind it is, but not what it is.

    """
    if secrets.find(_said(values)) is None:
        return  # nearly always: only where there is one is it worth while to look for the field that it is in
    for field, text in _texts(msgspec.to_builtins(values)):
        if kind := secrets.find(text):
            raise _secret(secrets, path, values, field, kind)


def parse(path: Path) -> Parsed:
    """Read a file and verify all that it holds; it need not be complete.

    Raises:
        RecordingError: as :func:`dialogue_harness.storage.reader.load_partial` does.

    """
    data = _bytes(path)
    *lines, torn = data.split(b"\n")
    if not lines:
        _refuse_headless(path, torn)
    header, scenario = _header(path, lines[0])
    end = _end(path, lines) if not torn and len(lines) > 1 else None
    messages = _messages(path, lines[1:-1] if end else lines[1:])
    if end:
        _verify_digest(path, data, lines[-1], end)
    _verify_fingerprint(path, header, scenario)
    _verify_order(path, scenario, messages)
    if end and end.messages != len(messages):
        raise _corrupt(path, len(lines), "end", f"{len(messages)}, as there are", str(end.messages), "/messages")
    return Parsed(path, header, scenario, messages, lines, end, torn)


def shown(path: str | os.PathLike[str]) -> str:
    """Return a path as it is printed: from the current folder where it is below it, and safe to print."""
    absolute = Path(path).absolute()
    try:
        return neutralise(str(absolute.relative_to(Path.cwd())))
    except (ValueError, OSError):  # it is elsewhere, or the current folder is gone
        return neutralise(str(absolute))


def reason(error: OSError) -> str:
    """Return what the operating system said, such as ``No space left on device``."""
    return neutralise(error.strerror or type(error).__name__)


def _texts(value: Any, steps: tuple[object, ...] = ()) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- any JSON value
    """Yield every text in a JSON value, and where it is; the name of a field is a text as well."""
    if isinstance(value, str):
        yield _pointer(steps), value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield _pointer(steps), name
            yield from _texts(item, (*steps, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts(item, (*steps, index))


def _said(values: Header | Message) -> str:
    """Return all texts of a line as one; its parts are separated by what no secret spans."""
    if isinstance(values, Message):
        told: Iterable[str] = (values.text, values.reasoning or "", values.model or "", values.finish_reason or "")
    else:
        told = (text for _, text in _texts(msgspec.to_builtins(values)))
    return "\0".join(told)


def _secret(secrets: Secrets, path: Path, values: Header | Message, field: str, kind: str) -> SecretFound:
    facts = [("file", shown(path))]
    what = "the scenario"
    if isinstance(values, Message):
        what = f"message {values.number}"
        facts.append(("message", f"{values.number}, by {values.speaker}"))
    facts += [("field", field), ("kind", kind)]
    msg = f"recording refused: {what} holds a secret"
    return SecretFound(msg, facts=[(label, secrets.scrub(value)) for label, value in facts], fix=_KEEP_OUT)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        facts = [("looked for", shown(path))]
        msg = "there is no such recording"
        raise RecordingMissing(msg, facts=facts) from None
    except OSError as error:
        facts = [("file", shown(path)), ("problem", reason(error))]
        msg = "recording cannot be read"
        raise RecordingError(msg, facts=facts) from error


def _refuse_headless(path: Path, torn: bytes) -> NoReturn:
    if not any(torn[: len(first)] == first[: len(torn)] for first in _FIRST_KEYS):
        raise _corrupt(path, 1, "header", "a JSON object", _brief(torn))
    # An empty file is what a run leaves that is killed right after it made the file, and what others see until then.
    where = "it breaks off within its header" if torn else "the file is empty"
    facts = [("file", shown(path)), ("line", "1"), ("messages", f"none: {where}")]
    msg = "recording is truncated: line 1 breaks off"
    raise RecordingTruncated(msg, facts=facts)


def _header(path: Path, line: bytes) -> tuple[Header, Scenario]:
    values = _json(path, 1, "header", line)
    if isinstance(values, dict) and values.get("format") == FORMAT:
        _refuse_newer(path, values)
    try:
        header = msgspec.convert(values, Header)
        return header, Scenario.from_dict(header.scenario)
    except (TypeError, ValueError, AttributeError) as error:  # what a scenario of wrong types comes to, too
        raise _invalid(path, 1, "header", values, error) from None


def _refuse_newer(path: Path, values: dict[str, Any]) -> None:
    version = values.get("version")
    if not isinstance(version, int) or version <= VERSION:
        return
    writer = shorten(str(values.get("harness_version")), 40)
    facts = [
        ("file", shown(path)),
        ("version", f"{version}, where this harness reads up to {VERSION}"),
        ("written by", f"dialogue-harness {writer}, where this is {__version__}"),
    ]
    fix = "pip install --upgrade dialogue-harness"
    msg = "recording was written by a later version of the harness"
    raise RecordingTooNew(msg, facts=facts, fix=fix)


def _end(path: Path, lines: Sequence[bytes]) -> End | None:
    values = _json(path, len(lines), "message", lines[-1])
    return _converted(path, len(lines), "end", values, End) if _is_end(values) else None


def _is_end(values: object) -> bool:
    return isinstance(values, dict) and "number" not in values and ("digest" in values or "ending" in values)


def _messages(path: Path, lines: Iterable[bytes]) -> tuple[Message, ...]:
    try:
        return tuple([_decode_message(line) for line in lines])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return tuple([_message(path, number, line) for number, line in enumerate(lines, 2)])


def _message(path: Path, number: int, line: bytes) -> Message:
    """Decode a line that may hold lone surrogates, which msgspec refuses, or say what is wrong with it."""
    values = _json(path, number, "message", line)
    if _is_end(values):
        raise _corrupt(path, number, "message", "a message, since lines follow", "an end line")
    return _converted(path, number, "message", values, Message)


def _json(path: Path, number: int, kind: _Kind, line: bytes) -> Any:  # noqa: ANN401 -- any JSON value
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError as error:
        expected = f"UTF-8, which it is not from byte {error.start + 1} of the line"
    except json.JSONDecodeError as error:
        expected = f"a JSON object ({error.msg}, column {error.colno})"
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or nesting as deep
        expected = f"a JSON object ({shorten(str(error))})"
    raise _corrupt(path, number, kind, expected, _brief(line))


def _converted(path: Path, number: int, kind: _Kind, values: object, to: type[_Line]) -> _Line:
    try:
        return msgspec.convert(values, to)
    except msgspec.ValidationError as error:
        raise _invalid(path, number, kind, values, error) from None


def _verify_digest(path: Path, data: bytes, last: bytes, end: End) -> None:
    before = memoryview(data)[: -(len(last) + 1)]
    found = "sha256:" + hashlib.sha256(before).hexdigest()
    if found == end.digest:
        return
    facts = [("file", shown(path)), ("digest", shorten(end.digest)), ("now", found)]
    fix = _RESTORE
    if "sha256:" + hashlib.sha256(bytes(before).replace(b"\r\n", b"\n")).hexdigest() == end.digest:
        facts.append(("edited", "only its line ends, from LF to CRLF, as git does where it may"))
        fix = f"put the line `*.jsonl -text` into .gitattributes, then {_RESTORE}"
    msg = "recording was edited: its digest is not that of its content"
    raise RecordingEdited(msg, facts=facts, fix=fix)


def _verify_fingerprint(path: Path, header: Header, scenario: Scenario) -> None:
    if header.fingerprint == scenario.fingerprint:
        return
    facts = [("file", shown(path)), ("line", "1"), ("field", "/fingerprint")]
    facts += [("got", shorten(header.fingerprint)), ("of its scenario", scenario.fingerprint)]
    headline = "recording was edited: its fingerprint is not that of its scenario"
    raise RecordingEdited(headline, facts=facts, fix=_RESTORE)


def _verify_order(path: Path, scenario: Scenario, messages: Sequence[Message]) -> None:
    count = len(messages)
    first = SIDES.index(scenario.side_at(1))
    sides = [SIDES[first], SIDES[1 - first]] * (count // 2 + 1)
    if [m.number for m in messages] == list(range(1, count + 1)) and [m.speaker for m in messages] == sides[:count]:
        return
    for number, (message, side) in enumerate(zip(messages, sides, strict=False), 1):
        if message.number != number:
            raise _corrupt(path, number + 1, "message", str(number), str(message.number), "/number")
        if message.speaker != side:
            raise _corrupt(path, number + 1, "message", f'"{side}"', f'"{message.speaker}"', "/speaker")


def _corrupt(path: Path, line: int, kind: _Kind, expected: str, got: str, field: str | None = None) -> RecordingCorrupt:
    facts = [("file", shown(path)), ("line", str(line))]
    facts += [("field", field)] if field else []
    facts += [("expected", expected), ("got", got)]
    headline = f"recording is corrupt: line {line} is not {_NAMED[kind]}"
    return RecordingCorrupt(headline, facts=facts, fix=_RESTORE)


def _invalid(path: Path, line: int, kind: _Kind, values: Any, error: Exception) -> RecordingCorrupt:  # noqa: ANN401 -- any JSON value
    """Say which field is wrong: by the schema, or else in the words of what refused it."""
    found: list[Any] = sorted(
        _validator(kind).iter_errors(values), key=lambda e: (len(e.absolute_path), str(e.absolute_path))
    )
    if not found:
        headline = error.headline if isinstance(error, ScenarioError) else str(error)
        return _corrupt(path, line, kind, _NAMED[kind], shorten(headline))
    wrong = found[0]
    steps, schema, got = [*wrong.absolute_path], wrong.schema, _brief(wrong.instance)
    if wrong.validator == "required":
        steps.append(next(name for name in wrong.validator_value if name not in wrong.instance))
        schema, got = schema["properties"][steps[-1]], "nothing"
    elif wrong.validator == "additionalProperties":
        steps.append(next(name for name in wrong.instance if name not in schema["properties"]))
        schema, got = {"description": "no such field"}, _brief(wrong.instance[steps[-1]])
    return _corrupt(path, line, kind, schema.get("description", shorten(wrong.message)), got, _pointer(steps))


@cache
def _validator(kind: _Kind) -> Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 -- only an invalid line is worth its import time

    text = resources.files("dialogue_harness.storage").joinpath("recording.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def _pointer(steps: Iterable[object]) -> str:
    return neutralise("".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps))


def _brief(value: object) -> str:
    return shorten(value.decode(errors="replace") if isinstance(value, bytes) else json.dumps(value))


def _json_line(values: object, *, sort_keys: bool = False) -> bytes:
    try:
        text = json.dumps(values, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, as above
        text = json.dumps(values, sort_keys=sort_keys, separators=(",", ":"))
        return text.encode() + b"\n"
