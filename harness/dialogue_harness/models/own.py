"""Models of the user's own: registered under a prefix, brought by an entry point, or given as an object or function."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, TypeVar

from dialogue_harness._text.printable import described, neutralise, shorten
from dialogue_harness._text.validation import refuse
from dialogue_harness.dialogue import Usage
from dialogue_harness.errors import ConfigurationError, HarnessError, ModelFailed
from dialogue_harness.models.endpoints import PREFIX, RESERVED
from dialogue_harness.models.protocol import Context, Delta, OnDelta, Reply
from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

M = TypeVar("M", bound=Callable[..., Any])

#: Entry points of this group name a prefix, and load a class, an object or a function.
GROUP: Final = "dialogue_harness.models"

_TRACEBACK_LINES: Final = 6

#: What the fields of a reply may hold, so that it can be recorded.
_FIELDS: Final[dict[str, Any]] = {
    "text": str,
    "reasoning": str | None,
    "finish_reason": str | None,
    "usage": Usage | None,
    "model": str | None,
    "attempts": int,
    "ms": float | int | None,
    "hold": float | int | None,
}

_registered: dict[str, Callable[..., Any]] = {}


def model(prefix: str) -> Callable[[M], M]:
    """Register a class or a function as the models of a prefix: ``@model("mine")`` for ``Speaker("mine:large")``.

    A class has the method of :class:`dialogue_harness.Model`, and is constructed with the name after the colon, or
    without arguments if it takes none. A function, sync or async, is passed the messages as a list of
    ``{"role": …, "content": …}`` and returns a string or a :class:`dialogue_harness.Reply`; a sync function is called
    in a thread of its own.

    Args:
        prefix: a lower-case letter, followed by lower-case letters, digits, ``_`` and ``-``.

    Raises:
        ConfigurationError: the prefix is invalid, reserved or taken, or the class has no ``reply``.

    """
    if not isinstance(prefix, str) or not PREFIX.fullmatch(prefix):
        refuse(ConfigurationError, "the prefix of a model must be a lower-case word", prefix, "mine")
    if prefix in RESERVED:
        refuse(ConfigurationError, f"the prefix '{prefix}:' is reserved", prefix, f"my-{prefix}")

    def register(made: M) -> M:
        if isinstance(made, type) and not callable(getattr(made, "reply", None)):
            refuse(ConfigurationError, "the class of a model needs a method `async def reply(self, context)`", made)
        known = _registered.get(prefix)
        if known is not None and _name(known) != _name(made):  # a module that is imported again may replace its own
            facts = [("taken by", _name(known)), ("also used by", _name(made))]
            headline = f"the prefix '{prefix}:' of a model is taken"
            raise ConfigurationError(headline, facts=facts)
        _registered[prefix] = made
        return made

    return register


def prefixes() -> set[str]:
    """Return the prefixes of all registered models and entry points."""
    return {*_registered, *(point.name for point in entry_points(group=GROUP))}


def find(prefix: str, name: str, endpoints: Iterable[str] = ()) -> OwnModel | None:
    """Return the registered model of a prefix for the name after the colon, or ``None`` if there is none.

    Raises:
        ConfigurationError: the prefix is that of an endpoint, too.
        ModelFailed: importing its entry point, or constructing it, raised an error.

    """
    shown = f"{prefix}:{name}"
    made: Any = _registered.get(prefix)
    if prefix in endpoints:
        if made is None:
            return None
        headline = f"the prefix '{prefix}:' names both an endpoint and a registered model"
        raise ConfigurationError(headline, facts=[("registered by", _name(made))], fix="rename one of them")
    try:
        if made is None:
            points = list(entry_points(group=GROUP, name=prefix))
            if prefix in RESERVED or not points:
                return None
            made = points[0].load()
        if isinstance(made, type):
            made = made(name) if _accepts(made, name) else made()
    except HarnessError:
        raise
    except Exception as error:
        raise _failed(shown, "could not be opened", error) from error
    return OwnModel(made, shown)


class OwnModel:
    """The user's object or function as a model: its replies are validated, and what it raises is a ``ModelFailed``.

    Args:
        own: an object with ``reply``, or a function of the messages.
        name: what errors call it.

    """

    def __init__(self, own: Any, name: str) -> None:  # noqa: ANN401 -- checked when it is asked
        self.own = own
        self._name = name
        self._streams = hasattr(own, "reply") and _accepts(own.reply, None, on_delta=None)

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context; see :class:`dialogue_harness.models.protocol.Model`.

        Raises:
            ModelFailed: the user's code raised an error, or returned something other than a reply. An error of
                :mod:`dialogue_harness.errors` that it raises, such as ``ServerBusy``, is passed on.

        """
        place = f"for message {context.number} of speaker {context.side}"
        try:
            answer = await self._asked(context, on_delta)
        except HarnessError:
            raise
        except Exception as error:
            raise _failed(self._name, f"raised an error {place}", error) from error
        reply = Reply(str(answer)) if isinstance(answer, str) else answer
        if not isinstance(reply, Reply):
            raise _no_reply(self._name, place, "got", answer, fix="return a string or a dialogue_harness.Reply")
        for name, kind in _FIELDS.items():
            if not isinstance(value := getattr(reply, name), kind):
                fix = f"give the field `{name}` of the Reply a value of the type that its docstring names"
                raise _no_reply(self._name, place, f"Reply.{name}", value, fix=fix)
        if on_delta is not None and not self._streams and reply.text:
            on_delta(Delta(reply.text))
        return reply

    async def aclose(self) -> None:
        """Close the user's object, if it can be closed."""
        if callable(close := getattr(self.own, "aclose", None)):
            await close()

    async def _asked(self, context: Context, on_delta: OnDelta | None) -> object:
        if hasattr(self.own, "reply"):
            answer = self.own.reply(context, **({"on_delta": on_delta} if self._streams else {}))
        else:
            messages = [{"role": message.role, "content": message.content} for message in context.messages]
            if inspect.iscoroutinefunction(self.own):
                answer = self.own(messages)
            else:
                answer, error = await asyncio.to_thread(_called, self.own, messages)
                if error is not None:
                    raise error
        return await answer if inspect.isawaitable(answer) else answer


def _called(function: Callable[..., object], messages: list[dict[str, str]]) -> tuple[object, Exception | None]:
    """Return the error, too: a thread that raises StopIteration is never known to have ended."""
    try:
        return function(messages), None
    except StopIteration as error:
        return None, RuntimeError(f"StopIteration: {error}").with_traceback(error.__traceback__)
    except Exception as error:  # noqa: BLE001 -- raised again by the caller
        return None, error


def _no_reply(name: str, place: str, label: str, got: object, *, fix: str) -> ModelFailed:
    headline = f"the model {shorten(name, 80)} returned no valid reply {place}"
    return ModelFailed(
        headline, facts=[(label, f"{type(got).__name__}: {shorten(scrub(described(got)), 80)}")], fix=fix
    )


def _failed(name: str, what: str, error: Exception) -> ModelFailed:
    raised = f"{type(error).__name__}: {shorten(scrub(str(error)), 200)}"
    lines = traceback.format_list(traceback.extract_tb(_users(error.__traceback__)))
    last = [neutralise(scrub(line)) for line in "".join(lines).splitlines() if line.strip(" ^~")][-_TRACEBACK_LINES:]
    facts = [("raised", raised), *([("traceback", "\n" + "\n".join(last))] if last else [])]
    return ModelFailed(f"the model {shorten(name, 80)} {what}", facts=facts, fix="correct the model's own code")


def _users(trace: TracebackType | None) -> TracebackType | None:
    """Return a traceback from where it leaves this file."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _accepts(function: Callable[..., object], *args: object, **kwargs: object) -> bool:
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return False
    return True


def _name(made: Callable[..., Any]) -> str:
    return f"{made.__module__}:{getattr(made, '__qualname__', type(made).__qualname__)}"
