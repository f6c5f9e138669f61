"""Verdicts, and the decorator that makes a function of a dialogue one of the checks."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, ParamSpec

from dialogue_harness._public import public
from dialogue_harness._text.printable import described, shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness._text.words import plural
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import CheckError

P = ParamSpec("P")

#: How many pieces of evidence a verdict keeps; of a thousand messages that fail, these say why.
KEPT: Final = 100

_HEARD: Final[ContextVar[list[Verdict] | None]] = ContextVar("heard", default=None)


@public
@dataclass(frozen=True)
class Evidence:
    """One reason for a verdict.

    Attributes:
        message: number of the message that shows it, or ``None`` if it concerns the whole dialogue.
        why: one clause, such as ``"adds no new word; 'silence' again"``.

    """

    message: int | None
    why: str


@public
@dataclass(frozen=True, repr=False)
class Verdict:
    """The result of a check: truthy if the property holds.

    Attributes:
        check: name of the check.
        passed: whether the property holds.
        sentence: what was found, in one sentence that a person can act on, without the check's name.
        score: the measurement that decided, or ``None`` if there is none.
        threshold: what ``score`` was compared with, or ``None``. A score equal to it passes.
        better: which way ``score`` is better.
        evidence: the reasons, in the order of the messages; at most a hundred, and then one without a
            number that says how many more there are.
        options: the options the check was called with, name and printed value, in the order of its signature.

    """

    check: str
    passed: bool
    sentence: str
    score: float | None = None
    threshold: float | None = None
    better: Literal["higher", "lower"] = "higher"
    evidence: tuple[Evidence, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        """Return whether the property holds."""
        return self.passed

    def __str__(self) -> str:
        """Return the sentence."""
        return self.sentence

    def __repr__(self) -> str:
        """Describe the verdict in one short line, safe to print."""
        return f"<{self.check} {'passed' if self.passed else 'failed'}: {shorten(self.sentence, 160)}>"


@contextmanager
def hearing() -> Iterator[list[Verdict]]:
    """Collect, in order, the verdicts of the checks that this thread or task calls inside the ``with`` block."""
    heard: list[Verdict] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)


def check(function: Callable[P, Verdict | bool]) -> Callable[P, Verdict]:
    """Turn a function of a dialogue into a check.

    Args:
        function: takes a dialogue (or messages) first and any options after it, and returns a :class:`Verdict` or a
            bool. For a bool, the verdict's sentence is the first line of the function's docstring.

    Returns:
        A function with the same signature that always returns a verdict with the check's name and options, and
        reports it to the running test. It keeps the first hundred pieces of evidence.

    Raises:
        CheckError: on a call, if the function has no such option or returns anything else.

    """
    signature = inspect.signature(function)
    name = getattr(function, "__name__", type(function).__name__)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> Verdict:
        _know(name, signature, kwargs)
        verdict = _as_verdict(name, function, function(*args, **kwargs))
        options, evidence = _options(signature, args, kwargs), _kept(verdict.evidence)
        verdict = replace(verdict, check=name, options=options, evidence=evidence)
        heard = _HEARD.get()
        if heard is not None:
            heard.append(verdict)
        return verdict

    return checked


def said(what: Dialogue | Message | Iterable[Message]) -> tuple[Message, ...]:
    """Return the messages of whatever a check was given: a dialogue, an excerpt, one message, or several."""
    if isinstance(what, Message):
        return (what,)
    is_list = isinstance(what, Iterable) and not isinstance(what, str | bytes | Mapping)
    messages = tuple(what) if is_list else ()
    if not is_list or not all(isinstance(m, Message) for m in messages):
        msg = f"a check takes a dialogue or messages, not {type(what).__name__}"
        raise CheckError(msg, fix='call it as check(dialogue), check(dialogue.by("B")) or check(dialogue[4])')
    return messages


def _as_verdict(name: str, function: Callable[..., Any], result: object) -> Verdict:
    if isinstance(result, Verdict):
        return result
    if not isinstance(result, bool):
        msg = f"check {name} returned {type(result).__name__}, not a Verdict or a bool"
        raise CheckError(msg, fix="return True, False or dialogue_harness.Verdict(…) on every path")
    meaning = (inspect.getdoc(function) or name.replace("_", " ")).partition("\n")[0].rstrip(".")
    return Verdict(name, result, meaning if result else f"does not hold: {meaning}")


def _know(name: str, signature: inspect.Signature, options: Iterable[str]) -> None:
    """Refuse an option that the check does not have: a gate on it would be a gate on nothing."""
    names = [option for option, one in signature.parameters.items() if one.kind is not one.VAR_KEYWORD]
    unknown = next((option for option in options if option not in names), None)
    if unknown is None or len(names) < len(signature.parameters):
        return
    facts = [("options", ", ".join(names[1:]) or "none")]
    if near := nearest(unknown, names[1:]):
        facts.append(("nearest", near))
    msg = f"{name} has no option {shorten(unknown, 40)!r}"
    raise CheckError(msg, facts=facts)


def _kept(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    more = len(evidence) - KEPT
    if more <= 0:
        return evidence
    return (*evidence[:KEPT], Evidence(None, f"and {plural(more, 'more reason')}"))


def _options(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[str, str], ...]:
    bound = signature.bind(*args, **kwargs).arguments
    return tuple((option, shorten(described(value), 60)) for option, value in list(bound.items())[1:])
