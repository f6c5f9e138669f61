"""What is to happen: speakers and scenarios, frozen plain data, checked when they are made."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, get_args

from dialogue_harness.errors import ScenarioError

if TYPE_CHECKING:
    from typing import Self

Side = Literal["A", "B"]
OnEmpty = Literal["send", "placeholder", "stop"]

SIDES: Final[tuple[Side, Side]] = ("A", "B")

#: `endpoint:model`. A prefix is a plain lower-case word, so `vendor/model:tag` is a model's own name.
_PREFIXED = re.compile(r"([a-z][a-z0-9_-]*):(.+)", re.DOTALL)

#: Fields that a transcript tells. Of a recording made by importing one, nothing else can be compared.
TOLD_BY_TRANSCRIPT: Final = frozenset({"a.model", "b.model", "a.system", "b.system", "opener"})

#: What a scenario's end token adds to the system prompt of a speaker whose own does not mention it.
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
    """Stands for a script that was a function, where only its name is known: in a recording's header."""

    name: str


#: Lines in the order in which they are said, or a function of the view that is about to be answered.
Script = Sequence[Any] | Callable[[Any], str] | NamedScript


@dataclass(frozen=True)
class Speaker:
    """One side of a dialogue: a model, its system prompt and its sampling parameters.

    Args:
        model: ``builtin:eliza``, ``builtin:scripted``, ``<endpoint>:<name>`` for a configured endpoint, or a bare name
            for the OpenAI-compatible server of the environment. ``openai:<name>`` is that server too, for names that
            hold a colon of their own.
        system: the system prompt, or ``None``.
        temperature: 0 to 2, or ``None`` for the server's default, as for all that follow.
        top_p: 0 to 1.
        max_tokens: upper limit of one reply, in tokens, at least 1.
        seed: seed of the sampling; for the built-in models the seed of their choices.
        stop: strings at which the server ends a reply.
        extra: further fields of the request body, sent as they are, such as ``{"top_k": 40}``.
        script: for ``builtin:scripted`` alone: its lines (strings or messages), or a function of the view.

    Raises:
        ScenarioError: a value that cannot be; it names the field.

    """

    model: str
    system: str | None = field(default=None, kw_only=True)
    temperature: float | None = field(default=None, kw_only=True)
    top_p: float | None = field(default=None, kw_only=True)
    max_tokens: int | None = field(default=None, kw_only=True)
    seed: int | None = field(default=None, kw_only=True)
    stop: Sequence[str] = field(default=(), kw_only=True)
    extra: Mapping[str, Any] = field(default_factory=Frozen, kw_only=True)
    script: Script | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Check every field and freeze what was given as a list or a dict."""
        _text("Speaker.model", self.model, example='"gpt-4o-mini" or "builtin:eliza"')
        _text("Speaker.system", self.system, optional=True, blank=True)
        _number("Speaker.temperature", self.temperature, low=0, high=2)
        _number("Speaker.top_p", self.top_p, low=0, high=1)
        _whole("Speaker.max_tokens", self.max_tokens, low=1)
        _whole("Speaker.seed", self.seed)
        stop = (self.stop,) if isinstance(self.stop, str) else self.stop
        object.__setattr__(self, "stop", _texts("Speaker.stop", stop))
        for name in ("temperature", "top_p"):  # 1 and 1.0 are one setting and must give one fingerprint
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, float(value))
        object.__setattr__(
            self, "extra", _json_object("Speaker.extra", self.extra, of="request fields", example='{"top_k": 40}')
        )
        object.__setattr__(self, "script", _script(self.model, self.script))

    @property
    def endpoint(self) -> str | None:
        """The word before the model's name that says where it is served, or ``None``."""
        match = _PREFIXED.fullmatch(self.model)
        return match[1] if match else None

    @property
    def model_id(self) -> str:
        """The model's own name, by which its server knows it; of a built-in model, the name with its prefix."""
        match = _PREFIXED.fullmatch(self.model)
        return match[2] if match and match[1] != "builtin" else self.model

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are set, as JSON values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        values["script"] = _script_to_json(self.script)
        return {name: value for name, value in values.items() if value not in (None, (), {})}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a speaker of what :meth:`to_dict` returned."""
        script = values.get("script")
        if isinstance(script, Mapping):
            script = NamedScript(str(script.get("function")))
        return cls(**{**_known(cls, values), "script": script})

    def reaches_model(self) -> dict[str, Any]:
        """Return what of this speaker reaches a model: its fields, the endpoint left out."""
        return {**self.to_dict(), "model": self.model_id}


@dataclass(frozen=True)
class History:
    """How much of what was said each speaker is sent. Everything, unless one limit is given.

    Args:
        last: the last so many messages, at least 1.
        tokens: the latest messages that fit so many tokens, at least 1, counted as a quarter of their characters
            (models differ in how they count; none is loaded for it). The message to be answered is always sent.

    """

    last: int | None = None
    tokens: int | None = None

    def __post_init__(self) -> None:
        """Check that at most one limit is given and that it is positive."""
        _whole("History.last", self.last, low=1)
        _whole("History.tokens", self.tokens, low=1)
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
    """When a dialogue is ended before all its turns are said, as plain data; ``checks`` makes these.

    Args:
        name: of the rule, such as ``termination_loop``.
        options: its options, JSON values by name.

    """

    name: str
    options: Mapping[str, Any] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        """Check both fields and freeze the options."""
        _text("StopRule.name", self.name, example='"termination_loop"')
        object.__setattr__(
            self, "options", _json_object("StopRule.options", self.options, of="options", example='{"past": 3}')
        )

    def __str__(self) -> str:
        """Return the rule as it is written."""
        return f"{self.name}({', '.join(f'{name}={value!r}' for name, value in self.options.items())})"


@dataclass(frozen=True)
class Scenario:
    """What is to happen: who talks to whom, how it opens, for how long, and what each of them sees.

    Args:
        name: by what the recordings are found; any string that is not blank.
        a: the speaker who says the opener.
        b: the other one.
        opener: message 1, said by A. ``None`` leaves the beginning to B, who is then sent an empty message.
        turns: how many times B speaks and A answers, 0 or more: ``2 * turns + 1`` messages with an opener.
        history: how much each speaker is sent. ``"full"``, the default, is short for ``History()``.
        keep_opener: whether A's own opener is in A's view, as an assistant's message before any user's.
        end_token: a text by which a speaker hangs up: a message that ends with it is the last. Each speaker whose
            system prompt does not mention it is told of it there.
        on_empty: what the partner is sent of a message without text: the empty text itself (``send``), the
            ``placeholder`` instead, or nothing, since the dialogue ends there (``stop``).
        placeholder: what ``on_empty="placeholder"`` sends.
        prefix: texts of the messages that follow the opener, given and not generated.
        given: further given messages, text by message number.
        stop_when: a rule that ends the dialogue early, such as ``checks.termination_loop(past=3)``.

    Raises:
        ScenarioError: a value that cannot be; it names the field.

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
        """Check every field and freeze what was given as a list or a dict."""
        _text("Scenario.name", self.name, example='"small-talk"')
        _speaker("Scenario.a", self.a)
        _speaker("Scenario.b", self.b)
        _text("Scenario.opener", self.opener, optional=True, blank=True)
        _whole("Scenario.turns", self.turns, low=0, required=True)
        object.__setattr__(self, "history", _history(self.history))
        _flag("Scenario.keep_opener", self.keep_opener)
        _text("Scenario.end_token", self.end_token, optional=True)
        _choice("Scenario.on_empty", self.on_empty, get_args(OnEmpty))
        _text("Scenario.placeholder", self.placeholder)
        object.__setattr__(self, "prefix", _texts("Scenario.prefix", self.prefix))
        object.__setattr__(self, "given", _given(self))
        if self.stop_when is not None and not isinstance(self.stop_when, StopRule):
            _fail(
                "Scenario.stop_when", "must be a stop rule or None", self.stop_when, "checks.termination_loop(past=3)"
            )

    @property
    def length(self) -> int:
        """How many messages the dialogue has when it runs its full number of turns."""
        return 2 * self.turns + (self.opener is not None)

    def speaker(self, side: Side) -> Speaker:
        """Return the speaker of that side."""
        return self.a if side == "A" else self.b

    def side_at(self, number: int) -> Side:
        """Return who says the message of that number (from 1)."""
        return SIDES[(number + (self.opener is None) - 1) % 2]

    def given_at(self, number: int) -> str | None:
        """Return the text of that message where the scenario gives it, ``None`` where a model is asked."""
        after_opener = number - 1 - (self.opener is not None)
        if after_opener < 0:
            return self.opener
        if after_opener < len(self.prefix):
            return self.prefix[after_opener]
        return self.given.get(number)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole scenario as JSON values; fields that keep their default are left out."""
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
        """Make a scenario of what :meth:`to_dict` returned.

        Raises:
            ScenarioError: a field is missing, unknown, or has a value that it cannot have.

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
        """Return, flat and as JSON values, all that decides what a model is sent; names, and when it ends, do not."""
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
        """Return ``(field, old, new)`` where ``new`` sends a model something other than this one does."""
        old_flat, new_flat = self.reaches_model(), new.reaches_model()
        names = sorted(old_flat.keys() | new_flat.keys())
        pairs = [(name, old_flat.get(name), new_flat.get(name)) for name in names]
        return [(name, old, new) for name, old, new in pairs if _canonical(old) != _canonical(new)]

    def with_models(self, a: str | None = None, b: str | None = None) -> Self:
        """Return this scenario with other models for A, B or both; ``None`` keeps the one there is."""
        return replace(self, a=_with_model(self.a, a), b=_with_model(self.b, b))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _default(of: Field[Any]) -> object:
    return of.default if of.default_factory is MISSING else of.default_factory()


def _numeral(text: str) -> int | str:
    return int(text) if str(text).isdecimal() else text


def _with_model(speaker: Speaker, model: str | None) -> Speaker:
    return speaker if model is None else replace(speaker, model=model, script=None)


def _fail(name: str, must: str, value: object, nearest: str | None = None) -> NoReturn:
    facts = [("got", _brief(value))]
    if nearest is not None:
        facts.append(("nearest", nearest))
    msg = f"{name} {must}"
    raise ScenarioError(msg, facts=facts)


def _brief(value: object) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _text(name: str, value: object, *, optional: bool = False, blank: bool = False, example: str | None = None) -> None:
    if value is None and optional:
        return
    if not isinstance(value, str):
        _fail(name, "must be a string" + (" or None" if optional else ""), value, example)
    if not blank and not value.strip():
        _fail(name, "must not be blank", value, example)


def _flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        _fail(name, "must be True or False", value, str(bool(value)))


def _texts(name: str, values: object) -> tuple[str, ...]:
    if isinstance(values, str):
        _fail(name, "must be a list of strings, not one string", values, f"[{_brief(values)}]")
    if not isinstance(values, Iterable):
        _fail(name, "must be a list of strings", values)
    texts = tuple(values)
    for index, text in enumerate(texts):
        _text(f"{name}[{index}]", text, blank=True)
    return texts


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(name: str, value: float | None, *, low: float, high: float) -> None:
    if value is None:
        return
    if not _is_number(value) or not low <= value <= high:
        nearest = str(min(max(value, low), high)) if _is_number(value) and value == value else None  # noqa: PLR0124 -- not NaN
        _fail(name, f"must be a number from {low} to {high}", value, nearest)


def _whole(name: str, value: int | None, *, low: int | None = None, required: bool = False) -> None:
    if value is None and not required:
        return
    rule = "must be a whole number" + ("" if low is None else f", {low} or more")
    if not isinstance(value, int) or isinstance(value, bool):
        _fail(name, rule, value, str(round(value)) if isinstance(value, float) and abs(value) < 1e9 else None)
    if low is not None and value < low:
        _fail(name, rule, value, str(low))


def _choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.4)
        _fail(name, "must be one of " + ", ".join(map(repr, choices)), value, repr(near[0]) if near else None)


def _speaker(name: str, value: object) -> None:
    if not isinstance(value, Speaker):
        nearest = f"Speaker({_brief(value)})" if isinstance(value, str) else None
        _fail(name, "must be a Speaker", value, nearest)


def _history(value: object) -> History:
    if value == "full":
        return History()
    if isinstance(value, int) and not isinstance(value, bool):
        _fail("Scenario.history", "must be a History", value, f"History(last={value})")
    if not isinstance(value, History):
        _fail("Scenario.history", "must be a History", value, "History()")
    return value


def _json_object(name: str, value: object, *, of: str, example: str) -> Frozen:
    if not isinstance(value, Mapping):
        _fail(name, f"must be a dict of {of}", value, example)
    try:
        return Frozen(json.loads(json.dumps(dict(value), allow_nan=False)))  # as it will be read from a recording
    except (TypeError, ValueError) as error:
        _fail(name, f"must hold JSON values only ({error})", value)


def _script(model: str, script: object) -> Script | None:
    if (script is not None) != (model == "builtin:scripted"):
        needed = "is needed for" if script is None else "goes only with"
        _fail("Speaker.script", f"{needed} the model 'builtin:scripted'", model, 'script=["Hello.", "Goodbye."]')
    if script is None or isinstance(script, NamedScript) or callable(script):
        return script
    if isinstance(script, str) or not isinstance(script, Iterable):
        _fail("Speaker.script", "must be a list of lines or a function", script, f"[{_brief(script)}]")
    return _texts("Speaker.script", [getattr(line, "text", line) for line in script])


def _script_to_json(script: Script | None) -> list[str] | dict[str, str] | None:
    if script is None or isinstance(script, tuple):
        return None if script is None else list(script)
    if isinstance(script, NamedScript):
        return {"function": script.name}
    name = getattr(script, "__qualname__", type(script).__qualname__)
    return {"function": f"{getattr(script, '__module__', '')}:{name}"}


def _given(scenario: Scenario) -> Frozen:
    if not isinstance(scenario.given, Mapping):
        _fail("Scenario.given", "must be a dict of texts by message number", scenario.given, '{4: "I disagree."}')
    first_free = 1 + (scenario.opener is not None) + len(scenario.prefix)
    for number, text in scenario.given.items():
        if not isinstance(number, int) or isinstance(number, bool) or not first_free <= number <= scenario.length:
            rule = f"must be keyed by message numbers from {first_free} to {scenario.length}"
            _fail("Scenario.given", rule, number, str(min(first_free, scenario.length)))
        _text(f"Scenario.given[{number}]", text, blank=True)
    return Frozen(scenario.given)


def _known(cls: type, values: Mapping[str, Any]) -> dict[str, Any]:
    names = [f.name for f in fields(cls)]
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            _fail(cls.__name__, f"has no field {name!r}", name, near[0] if near else None)
    return dict(values)
