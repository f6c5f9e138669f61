"""Speakers and scenarios: what is to happen, as frozen plain data, validated when created."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, get_args

from dialogue_harness._public import public
from dialogue_harness._text.printable import described, shorten
from dialogue_harness._text.validation import choice, nearest, number, refuse, texts, whole_number
from dialogue_harness.errors import ScenarioError

if TYPE_CHECKING:
    from typing import Self

Side = Literal["A", "B"]
OnEmpty = Literal["send", "placeholder", "stop"]

SIDES: Final[tuple[Side, Side]] = ("A", "B")

#: `endpoint:model`. A prefix is a plain lower-case word, so `vendor/model:tag` is a model's own name.
_PREFIXED = re.compile(r"([a-z][a-z0-9_-]*):(.+)", re.DOTALL)

#: Fields that a transcript states: all that can be compared for a recording that was imported from one.
TOLD_BY_TRANSCRIPT: Final = frozenset({"a.model", "b.model", "a.system", "b.system", "opener"})

#: Added to a system prompt that does not mention the scenario's end token.
END_TOKEN_OFFER: Final = (
    "When you have nothing left to add, end the conversation with a message that ends with {token}."  # noqa: S105 -- no password
)


class Frozen(dict[Any, Any]):
    """A mapping that can be hashed and not changed; its nested values are frozen likewise."""

    def __init__(self, values: Mapping[Any, Any] = {}) -> None:
        super().__init__({key: _freeze(values[key]) for key in sorted(values)})

    def __hash__(self) -> int:  # type: ignore[override]  # dict is unhashable because it can change; this cannot
        """Hash by content."""
        return hash(tuple(self.items()))

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        msg = "this mapping is frozen"
        raise TypeError(msg)

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    def __reduce__(self) -> tuple[type[Self], tuple[dict[Any, Any]]]:
        """Pickle through the constructor, since items cannot be set afterwards."""
        return type(self), (dict(self),)


def _freeze(value: Any) -> Any:  # noqa: ANN401 -- any JSON value
    if isinstance(value, Mapping):
        return Frozen(value)
    if isinstance(value, list | tuple):
        return tuple(_freeze(item) for item in value)
    return value


@dataclass(frozen=True)
class NamedScript:
    """The name of a script that was a function, as a recording's header keeps it."""

    name: str


class GivenModel(str):
    """The name of a model that was given as an object or a function, ``python:<module>:<qualname>``, with the model.

    It is text wherever a model's name is: in fingerprints, recordings and paths. Two that carry different objects
    differ, although both equal the plain name.
    """

    __slots__ = ("given",)
    given: object

    def __new__(cls, given: object) -> Self:
        """Name ``given`` after its function or class."""
        name = super().__new__(cls, f"python:{_qualified_name(given)}")
        name.given = given
        return name

    def __eq__(self, other: object) -> bool:
        """Compare with another name; two given models are equal only if they are the same object."""
        return str.__eq__(self, other) and (not isinstance(other, GivenModel) or other.given is self.given)

    __hash__ = str.__hash__

    def __getnewargs__(self) -> tuple[object]:  # type: ignore[override]  # str's own is for str's own constructor
        """Pickle and copy by the object."""
        return (self.given,)

    def __deepcopy__(self, _: object) -> Self:
        """Share the object, which may hold connections."""
        return self


#: Lines in order, or a function of the messages.
Script = Sequence[Any] | Callable[[Any], str] | NamedScript


@public
@dataclass(frozen=True)
class Speaker:
    """One side of a dialogue: a model, its system prompt and its sampling parameters.

    Args:
        model: ``builtin:eliza``, ``builtin:scripted``, ``<endpoint>:<name>`` for a configured endpoint, or a bare name
            for the OpenAI-compatible server named by the environment. Write ``openai:<name>`` if the model's name
            contains a colon. ``<prefix>:<name>`` where :func:`dialogue_harness.model` registered the prefix. Or the
            model itself: an object with the method of :class:`dialogue_harness.Model`, or a function, sync or async,
            that is passed a list of ``{"role": …, "content": …}`` and returns the reply.
        system: the system prompt, or ``None``.
        temperature: 0 to 2, or ``None`` for the server's default, as for all that follow.
        top_p: 0 to 1.
        max_tokens: limit on the length of each reply, in tokens, at least 1.
        seed: the sampling seed; built-in models seed their choices with it.
        stop: strings at which the server ends a reply.
        extra: further fields of the request body, sent unchanged, such as ``{"top_k": 40}``.
        script: for ``builtin:scripted`` only: its lines (strings or messages), or a function of the messages.

    Raises:
        ScenarioError: a field is invalid; the error names it.

    """

    model: str | Any  # a name once it is created, whatever it was given
    system: str | None = field(default=None, kw_only=True)
    temperature: float | None = field(default=None, kw_only=True)
    top_p: float | None = field(default=None, kw_only=True)
    max_tokens: int | None = field(default=None, kw_only=True)
    seed: int | None = field(default=None, kw_only=True)
    stop: Sequence[str] = field(default=(), kw_only=True)
    extra: Mapping[str, Any] = field(default_factory=Frozen, kw_only=True)
    script: Script | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Validate every field and freeze lists and dicts."""
        object.__setattr__(self, "model", _model(self.model))
        _text("Speaker.system", self.system, optional=True, blank=True)
        for name, high in (("temperature", 2), ("top_p", 1)):  # as floats: 1 and 1.0 must give the same fingerprint
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, number(ScenarioError, f"Speaker.{name}", value, high=high))
        _limit("Speaker.max_tokens", self.max_tokens)
        if self.seed is not None:
            whole_number(ScenarioError, "Speaker.seed", self.seed, low=None, high=None)
        stop = (self.stop,) if isinstance(self.stop, str) else self.stop
        object.__setattr__(self, "stop", texts(ScenarioError, "Speaker.stop", stop, blank=True))
        object.__setattr__(
            self, "extra", _json_object("Speaker.extra", self.extra, of="request fields", example='{"top_k": 40}')
        )
        object.__setattr__(self, "script", _script(self.model, self.script))

    @property
    def endpoint(self) -> str | None:
        """The prefix that says where the model is served, or ``None``."""
        match = _PREFIXED.fullmatch(self.model)
        return match[1] if match else None

    @property
    def given_model(self) -> object | None:
        """The object or function that was given as the model, or ``None`` if it was named."""
        return self.model.given if isinstance(self.model, GivenModel) else None

    @property
    def model_id(self) -> str:
        """The model's name without its endpoint; a built-in model keeps its prefix."""
        match = _PREFIXED.fullmatch(self.model)
        return match[2] if match and match[1] != "builtin" else self.model

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are set, as JSON values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values |= {"model": str(self.model), "script": _script_to_json(self.script)}
        return {name: value for name, value in values.items() if value not in (None, (), {})}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the speaker that :meth:`to_dict` described."""
        script = values.get("script")
        if isinstance(script, Mapping):
            script = NamedScript(str(script.get("function")))
        return cls(**{**_known(cls, values), "script": script})

    def reaches_model(self) -> dict[str, Any]:
        """Return the fields that reach a model, which leaves out the endpoint."""
        return {**self.to_dict(), "model": self.model_id}


@public
@dataclass(frozen=True)
class History:
    """How much of the dialogue each speaker is sent: all of it, unless one limit is given.

    Args:
        last: at most this number of messages, the latest ones; at least 1.
        tokens: the latest messages that fit into this number of tokens, at least 1. A token is estimated as four
            characters. The message to be answered is always sent.

    """

    last: int | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        """Validate that at most one limit is given and that it is positive."""
        _limit("History.last", self.last)
        _limit("History.tokens", self.tokens)
        if self.last is not None and self.tokens is not None:
            msg = "History takes `last` or `tokens`, not both"
            raise ScenarioError(msg, facts=[("last", str(self.last)), ("tokens", str(self.tokens))])

    def to_json(self) -> str | dict[str, int]:
        """Return ``"full"`` or the one limit that is set."""
        if self.last is not None:
            return {"last": self.last}
        return "full" if self.tokens is None else {"tokens": self.tokens}


@dataclass(frozen=True)
class StopRule:
    """When to end a dialogue before its last turn, as plain data; ``checks`` makes these.

    Args:
        name: the rule's name, such as ``termination_loop``.
        options: its options, JSON values by name.

    """

    name: str
    options: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        """Validate both fields and freeze the options."""
        _text("StopRule.name", self.name, example='"termination_loop"')
        object.__setattr__(
            self, "options", _json_object("StopRule.options", self.options, of="options", example='{"past": 3}')
        )

    def __str__(self) -> str:
        """Return the rule as it is written in Python."""
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.options.items())})"


@public
@dataclass(frozen=True)
class Scenario:
    """Who talks to whom, how the dialogue opens, how long it runs, and what each speaker sees.

    Args:
        name: names the folder of its recordings; any string that is not blank.
        a: the speaker who says the opening message.
        b: the other speaker.
        opener: the opening message, said by A. With ``None``, B begins and is sent an empty message.
        turns: how many times B speaks and A answers, 0 or more: ``2 * turns + 1`` messages with an opening message.
        history: how much each speaker is sent. ``"full"``, the default, is short for ``History()``.
        keep_opener: whether A's context includes its own opening message, before any user message.
        end_token: a message that ends with this text is the last one. It is explained in the system prompt of each
            speaker whose own prompt does not mention it.
        on_empty: what the partner is sent when a message has no text: the empty text (``send``), the
            ``placeholder``, or nothing because the dialogue ends (``stop``).
        placeholder: what ``on_empty="placeholder"`` sends.
        prefix: texts of the messages after the opening message that are given, not generated.
        given: more messages that are given, as texts by message number.
        stop_when: a rule that ends the dialogue early, such as ``checks.termination_loop(past=3)``.

    Raises:
        ScenarioError: a field is invalid; the error names it.

    """

    name: str
    a: Speaker = field(kw_only=True)
    b: Speaker = field(kw_only=True)
    opener: str | None = field(default="Hello.", kw_only=True)
    turns: int = field(default=10, kw_only=True)
    history: History = field(default_factory=History, kw_only=True)
    keep_opener: bool = field(default=False, kw_only=True)
    end_token: str | None = field(default=None, kw_only=True)
    on_empty: OnEmpty = field(default="send", kw_only=True)
    placeholder: str = field(default="(no reply)", kw_only=True)
    prefix: Sequence[str] = field(default=(), kw_only=True)
    given: Mapping[int, str] = field(default_factory=Frozen, kw_only=True)
    stop_when: StopRule | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Validate every field and freeze lists and dicts."""
        _text("Scenario.name", self.name, example='"small-talk"')
        _speaker("Scenario.a", self.a)
        _speaker("Scenario.b", self.b)
        _text("Scenario.opener", self.opener, optional=True, blank=True)
        whole_number(ScenarioError, "Scenario.turns", self.turns, high=None)
        object.__setattr__(self, "history", _history(self.history))
        if not isinstance(self.keep_opener, bool):
            near = bool(self.keep_opener)
            refuse(ScenarioError, "Scenario.keep_opener must be True or False", self.keep_opener, near=near)
        _text("Scenario.end_token", self.end_token, optional=True)
        choice(ScenarioError, "Scenario.on_empty", self.on_empty, get_args(OnEmpty))
        _text("Scenario.placeholder", self.placeholder)
        object.__setattr__(self, "prefix", texts(ScenarioError, "Scenario.prefix", self.prefix, blank=True))
        object.__setattr__(self, "given", _given(self))
        if self.stop_when is not None and not isinstance(self.stop_when, StopRule):
            refuse(
                ScenarioError,
                "Scenario.stop_when must be a stop rule or None",
                self.stop_when,
                "checks.termination_loop(past=3)",
            )

    @property
    def length(self) -> int:
        """How many messages the dialogue has when it runs its full number of turns."""
        return 2 * self.turns + (self.opener is not None)

    def speaker(self, side: Side) -> Speaker:
        """Return the speaker of that side."""
        return self.a if side == "A" else self.b

    def side_at(self, number: int) -> Side:
        """Return who says the message with that number (from 1)."""
        return SIDES[(number + (self.opener is None) - 1) % 2]

    def given_at(self, number: int) -> str | None:
        """Return that message's text if the scenario gives it, ``None`` if a model generates it."""
        after_opener = number - 1 - (self.opener is not None)
        if after_opener < 0:
            return self.opener
        if after_opener < len(self.prefix):
            return self.prefix[after_opener]
        return self.given.get(number)

    def to_dict(self) -> dict[str, Any]:
        """Return the scenario as JSON values, without most fields that have their default."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != _default(f)}
        if "history" in values:
            values["history"] = self.history.to_json()
        if "given" in values:
            values["given"] = {str(number): text for number, text in self.given.items()}
        if self.stop_when is not None:
            values["stop_when"] = {"name": self.stop_when.name, "options": dict(self.stop_when.options)}
        return {**values, "opener": self.opener, "turns": self.turns, "a": self.a.to_dict(), "b": self.b.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return the scenario that :meth:`to_dict` described.

        Raises:
            ScenarioError: a field is missing, unknown or invalid.

        """
        known = _known(cls, values)
        for side in ("a", "b"):
            if not isinstance(known.get(side), Mapping):
                msg = f"Scenario.{side} must be an object with the fields of a speaker"
                raise ScenarioError(msg, facts=[("got", repr(known.get(side)))])
        if isinstance(known.get("history"), Mapping):
            known["history"] = History(**_known(History, known["history"]))
        if isinstance(known.get("given"), Mapping):
            known["given"] = {_numeral(number): text for number, text in known["given"].items()}
        if isinstance(known.get("stop_when"), Mapping):
            known["stop_when"] = StopRule(**{"name": None, **_known(StopRule, known["stop_when"])})
        try:
            return cls(**{**known, "a": Speaker.from_dict(known["a"]), "b": Speaker.from_dict(known["b"])})
        except TypeError as error:
            msg = f"a scenario is incomplete: {error}"
            raise ScenarioError(msg) from None

    def reaches_model(self) -> dict[str, Any]:
        """Return, flat and as JSON values, what decides what a model is sent: not names, turns or stop rules."""
        flat: dict[str, Any] = {}
        for side in ("a", "b"):
            flat |= {f"{side}.{name}": value for name, value in getattr(self, side).reaches_model().items()}
        rest = self.to_dict()
        flat |= {name: value for name, value in rest.items() if name not in {"a", "b", "name", "turns", "stop_when"}}
        return flat

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of :meth:`reaches_model` as canonical JSON."""
        return hashlib.sha256(_canonical(self.reaches_model()).encode()).hexdigest()

    def differences(self, new: Scenario) -> list[tuple[str, Any, Any]]:
        """Return ``(field, old, new)`` for each difference to ``new`` that reaches a model."""
        old_flat, new_flat = self.reaches_model(), new.reaches_model()
        names = sorted(old_flat.keys() | new_flat.keys())
        pairs = [(name, old_flat.get(name), new_flat.get(name)) for name in names]
        return [(name, old, new) for name, old, new in pairs if _canonical(old) != _canonical(new)]

    def with_models(self, a: str | None = None, b: str | None = None) -> Self:
        """Return this scenario with another model for A, B or both; ``None`` keeps the current one."""
        return replace(self, a=_with_model(self.a, a), b=_with_model(self.b, b))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _default(of: Field[Any]) -> object:
    return of.default if of.default_factory is MISSING else of.default_factory()


def _numeral(text: str) -> int | str:
    return int(text) if str(text).isdecimal() else text


def _with_model(speaker: Speaker, model: str | None) -> Speaker:
    return speaker if model is None else replace(speaker, model=model, script=None)


def _text(name: str, value: object, *, optional: bool = False, blank: bool = False, example: str | None = None) -> None:
    if value is None and optional:
        return
    if not isinstance(value, str):
        refuse(ScenarioError, f"{name} must be a string" + (" or None" if optional else ""), value, near=example)
    if not blank and not value.strip():
        refuse(ScenarioError, f"{name} must not be blank", value, near=example)


def _limit(name: str, value: object) -> None:
    if value is not None:
        whole_number(ScenarioError, name, value, low=1, high=None)


def _shown(value: object) -> str:
    return shorten(described(value), 80)


def _speaker(name: str, value: object) -> None:
    if not isinstance(value, Speaker):
        nearest = f"Speaker({_shown(value)})" if isinstance(value, str) else None
        refuse(ScenarioError, f"{name} must be a Speaker", value, nearest)


def _history(value: object) -> History:
    if value == "full":
        return History()
    if isinstance(value, int) and not isinstance(value, bool):
        refuse(ScenarioError, "Scenario.history must be a History", value, f"History(last={value})")
    if not isinstance(value, History):
        refuse(ScenarioError, "Scenario.history must be a History", value, "History()")
    return value


def _json_object(name: str, value: object, *, of: str, example: str) -> Frozen:
    if not isinstance(value, Mapping):
        refuse(ScenarioError, f"{name} must be a dict of {of}", value, example)
    try:
        return Frozen(json.loads(json.dumps(dict(value), allow_nan=False)))  # as it will be read from a recording
    except (TypeError, ValueError) as error:
        refuse(ScenarioError, f"{name} must hold JSON values only ({error})", value)


def _script(model: str, script: object) -> Script | None:
    if (script is not None) != (model == "builtin:scripted"):
        needed = "is needed for" if script is None else "goes only with"
        refuse(
            ScenarioError,
            f"Speaker.script {needed} the model 'builtin:scripted'",
            model,
            'script=["Hello.", "Goodbye."]',
        )
    if script is None or isinstance(script, NamedScript) or callable(script):
        return script
    if isinstance(script, str) or not isinstance(script, Iterable):
        refuse(ScenarioError, "Speaker.script must be a list of lines or a function", script, f"[{_shown(script)}]")
    return texts(ScenarioError, "Speaker.script", [getattr(line, "text", line) for line in script], blank=True)


def _script_to_json(script: Script | None) -> list[str] | dict[str, str] | None:
    if script is None or isinstance(script, tuple):
        return None if script is None else list(script)
    if isinstance(script, NamedScript):
        return {"function": script.name}
    return {"function": _qualified_name(script)}


def _qualified_name(value: object) -> str:
    return f"{getattr(value, '__module__', '')}:{getattr(value, '__qualname__', type(value).__qualname__)}"


def _model(value: object) -> str:
    example = '"gpt-4o-mini" or "builtin:eliza"'
    if isinstance(value, type):
        refuse(ScenarioError, "Speaker.model must be an object, not its class", value, f"{value.__name__}()")
    if not isinstance(value, str) and (callable(value) or callable(getattr(value, "reply", None))):
        return GivenModel(value)
    if not isinstance(value, str):
        refuse(ScenarioError, "Speaker.model must be a name, a function, or an object with reply()", value, example)
    _text("Speaker.model", value, example=example)
    return value


def _given(scenario: Scenario) -> Frozen:
    if not isinstance(scenario.given, Mapping):
        refuse(
            ScenarioError,
            "Scenario.given must be a dict of texts by message number",
            scenario.given,
            '{4: "I disagree."}',
        )
    first_free = 1 + (scenario.opener is not None) + len(scenario.prefix)
    for at, text in scenario.given.items():
        if not isinstance(at, int) or isinstance(at, bool) or not first_free <= at <= scenario.length:
            rule = f"must be keyed by message numbers from {first_free} to {scenario.length}"
            refuse(ScenarioError, f"Scenario.given {rule}", at, near=min(first_free, scenario.length))
        _text(f"Scenario.given[{at}]", text, blank=True)
    return Frozen(scenario.given)


def _known(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    names = [f.name for f in fields(cls)]
    for name in values:
        if name not in names:
            refuse(ScenarioError, f"{cls.__name__} has no field {name!r}", name, near=nearest(name, names))
    return dict(values)


def pair(scenario: Scenario) -> str:
    """Return the models of a scenario in a few words, safe to print."""
    a, b = shorten(scenario.a.model, 60), shorten(scenario.b.model, 60)
    return f"{a} with itself" if a == b else f"{a} with {b}"
