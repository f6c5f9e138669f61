"""Typed decoding of chat completions, whole or streamed, to a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from dialogue_harness.dialogue import Usage
from dialogue_harness.models.openai import errors as failures
from dialogue_harness.models.openai.rates import hold
from dialogue_harness.models.protocol import Delta, Reply

if TYPE_CHECKING:
    from dialogue_harness.errors import ReplyUnusable
    from dialogue_harness.models.openai.errors import ServedModel


class _Said(msgspec.Struct):
    """A message or a piece of one; servers differ in the types of nearly all fields."""

    content: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    refusal: Any = None
    provider_specific_fields: Any = None  # where LiteLLM puts the refusal
    tool_calls: Any = None
    function_call: Any = None

    @property
    def text(self) -> str | None:
        """The content: a string, or the text parts of a list joined; ``None`` where there is neither."""
        if isinstance(self.content, list):
            return "".join(part["text"] for part in self.content if _is_text(part))
        return self.content if isinstance(self.content, str) else None

    @property
    def refused(self) -> str | None:
        """The refusal, also where LiteLLM passes it on."""
        passed_on = self.provider_specific_fields
        return _string(self.refusal) or _string(passed_on.get("refusal") if isinstance(passed_on, Mapping) else None)

    @property
    def thought(self) -> str:
        """The reasoning, once even if a server sends it under both of its names."""
        return _string(self.reasoning_content) or _string(self.reasoning) or ""


class _Choice(msgspec.Struct):
    message: _Said | None = None
    delta: _Said | None = None
    finish_reason: Any = None
    index: Any = None


class Completion(msgspec.Struct):
    """The fields that are used of a chat completion, or of one chunk of its stream."""

    choices: list[_Choice] | None = None
    usage: Any = None
    model: Any = None
    error: Any = None


_DECODER: Final = msgspec.json.Decoder(Completion)


def whole(server: ServedModel, body: bytes, headers: Mapping[str, str]) -> Reply:
    """Return the reply in the body of a completion, or raise a ``ModelError`` if there is none."""
    try:
        completion = _decode(body)
    except (ValueError, RecursionError) as error:
        raise broken(server, body.decode("utf-8", "replace"), error, headers) from None
    if completion.error and not completion.choices:
        raise failures.reported(server, completion.error, headers)
    said = completion.choices[0].message if completion.choices else None
    if not completion.choices or said is None:
        facts = [("got", server.quote(body.decode("utf-8", "replace")))]
        raise failures.unusable(server, "the reply has no choices", facts=facts, transient=True)
    return _reply(server, said, _string(completion.choices[0].finish_reason), completion, headers)


class Collector:
    """Assembles a reply from the chunks of its stream.

    Attributes:
        characters: how many characters of text and reasoning have arrived.
        is_whole: whether the reply is complete; what may still come is its usage.

    """

    def __init__(self, server: ServedModel) -> None:
        self.characters = 0
        self.is_whole = False
        self._server = server
        self._texts: list[str] = []
        self._thoughts: list[str] = []
        self._refusals: list[str] = []
        self._last = _Said()
        self._has_choices: bool | None = None  # unknown until a chunk arrives
        self._finish: str | None = None
        self._about = Completion()

    def add(self, chunk: object, headers: Mapping[str, str]) -> list[Delta]:
        """Take a decoded chunk and return its pieces, or raise a ``ModelError`` if it is not a chunk."""
        try:
            piece = msgspec.convert(chunk, Completion)
        except (ValueError, RecursionError) as error:
            raise broken(self._server, repr(chunk), error, headers) from None
        self._has_choices = bool(piece.choices or self._has_choices)
        self._about.model = piece.model or self._about.model
        self._about.usage = piece.usage or self._about.usage
        return [delta for choice in piece.choices or () if choice.index in (None, 0) for delta in self._heard(choice)]

    def reply(self, headers: Mapping[str, str]) -> Reply:
        """Return the whole reply, or raise a ``ModelError`` if the stream held none or broke off."""
        if self._has_choices is None and "event-stream" not in headers.get("content-type", ""):
            raise broken(self._server, "", "it is not an event stream", headers)
        if self._has_choices is False:
            raise failures.unusable(self._server, "the reply has no choices", transient=True)
        if not self.is_whole:
            raise failures.broke_off(self._server, self.characters)
        said = _Said(
            content="".join(self._texts) if self._texts else None,
            reasoning="".join(self._thoughts),
            refusal="".join(self._refusals),
            tool_calls=self._last.tool_calls,
            function_call=self._last.function_call,
        )
        return _reply(self._server, said, self._finish, self._about, headers)

    def _heard(self, choice: _Choice) -> list[Delta]:
        if choice.finish_reason:
            self._finish = _string(choice.finish_reason)
            self.is_whole = True
        said = choice.delta or choice.message or _Said()
        self._last.tool_calls = said.tool_calls or self._last.tool_calls
        self._last.function_call = said.function_call or self._last.function_call
        text, thought, refusal = said.text, said.thought, _string(said.refusal) or ""
        if text is not None:
            self._texts.append(text)
        self._thoughts.append(thought)
        self._refusals.append(refusal)
        self.characters += len(text or "") + len(thought) + len(refusal)
        deltas = [Delta(thought, is_reasoning=True), Delta((text or "") + refusal)]
        return [delta for delta in deltas if delta.text]


def broken(server: ServedModel, got: str, why: object, headers: Mapping[str, str]) -> ReplyUnusable:
    """Return the error of a reply that is not JSON, or JSON of another shape."""
    kind = headers.get("content-type", "")
    facts = [("content type", server.quote(kind, 80))] if kind and not kind.startswith("application/json") else []
    facts += [("why", server.quote(why)), ("got", server.quote(got) or "nothing")]
    return failures.unusable(server, "the reply is not a chat completion", facts=facts, transient=True)


def _decode(body: bytes) -> Completion:
    try:
        return _DECODER.decode(body)
    except ValueError:  # lone surrogates and NaN are no strict JSON, but servers send them
        return msgspec.convert(json.loads(body), Completion)


def _reply(
    server: ServedModel, said: _Said, finish: str | None, about: Completion, headers: Mapping[str, str]
) -> Reply:
    text, thought, refusal = said.text, said.thought or None, said.refused
    if refusal and not text:
        text, finish = refusal, "refusal"
    if text is None:
        text = _without_text(server, said, finish)
    return Reply(text, thought, finish, _usage(about.usage), _string(about.model), hold=hold(headers))


def _without_text(server: ServedModel, said: _Said, finish: str | None) -> str:
    """Return the empty text of a reply that is only reasoning; raise an error if there is not even that."""
    facts = [("finish reason", server.quote(finish, 40))] if finish else []
    if said.tool_calls or said.function_call:
        fix = "leave tools out of Speaker(extra=…): nobody in a dialogue runs them"
        raise failures.unusable(server, "the reply calls a tool and says nothing", facts=facts, fix=fix)
    if finish == "content_filter":
        fix = "change the system prompt or the opener; what the server filters is its operator's choice"
        raise failures.unusable(server, "the server's content filter withheld the reply", facts=facts, fix=fix)
    if not said.thought:
        raise failures.unusable(server, "the reply holds no text: content is null", facts=facts)
    return ""


def _usage(counted: object) -> Usage | None:
    if not isinstance(counted, Mapping):
        return None
    usage = Usage(
        input=_count(counted, "prompt_tokens"),
        output=_count(counted, "completion_tokens"),
        reasoning=_count(counted.get("completion_tokens_details"), "reasoning_tokens"),
        cached=_count(counted.get("prompt_tokens_details"), "cached_tokens"),
    )
    return None if usage == Usage() else usage


def _count(counted: object, name: str) -> int:
    value = counted.get(name) if isinstance(counted, Mapping) else None
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**53 else 0


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _is_text(part: object) -> bool:
    return isinstance(part, Mapping) and part.get("type") == "text" and isinstance(part.get("text"), str)
