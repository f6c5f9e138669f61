"""Every error that this package raises on purpose.

::

    HarnessError
    ├── UsageError                     the caller asked for something that cannot be
    │   ├── ScenarioError              a field of a scenario or speaker (also a ValueError)
    │   ├── CheckError                 a check was given options that make no sense (also a ValueError)
    │   ├── MarkerError                a `scenario` marker is misspelt or misused
    │   └── ConfigurationError         a flag, an ini key or an environment variable
    ├── TranscriptError                a text or JSON transcript cannot be read
    ├── RecordingError                 a recording cannot be served
    │   ├── RecordingMissing           there is none
    │   ├── RecordingChanged           it was made from a scenario that differs in what reaches a model
    │   ├── RecordingTooShort          it has fewer turns than the scenario asks for
    │   ├── RecordingInterrupted       it has no last line, and can be continued
    │   │   └── RecordingTruncated     it breaks off in the middle of a line
    │   ├── RecordingCorrupt           a line is not what the format says
    │   ├── RecordingEdited            its digest does not match its content
    │   ├── RecordingTooNew            a later version of this package wrote it
    │   └── SecretFound                what was to be recorded holds a secret
    ├── BudgetSpent                    the run, or the dialogue, may take no more tokens or money
    └── ModelError                     a speaker could not answer
        ├── UnknownModel               nothing is known by that name or prefix
        ├── KeyRejected                no key, or the server does not accept it
        ├── ServerUnreachable          no connection, or none that lasted
        ├── RequestRejected            the server refused the request as such (4xx)
        │   └── ContextTooLong         because the view is longer than the model's context
        ├── ServerBusy                 rate limited or overloaded (408, 409, 429, 5xx)
        ├── ReplyUnusable              an answer that holds no message
        └── ScriptExhausted            a scripted speaker has no line left

A property that does not hold is not an error: it is a falsy :class:`dialogue_harness.Verdict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class HarnessError(Exception):
    """Base of all errors raised here: a headline, facts one per line, and how to fix it.

    Args:
        headline: what happened and where, in one line without a final period.
        facts: pairs of a label and a value, printed one per line below the headline.
            A value of several lines is indented below its label.
        fix: what to do, preferably a command. ``{target}`` in it stands for what pytest is to
            run; it is ``specs`` until the plugin, which knows the test, puts its node id there.

    """

    target: str = "specs"

    def __init__(self, headline: str, *, facts: Iterable[tuple[str, str]] = (), fix: str | None = None) -> None:
        super().__init__(headline)
        self.headline = headline
        self.facts = tuple(facts)
        self.fix = fix

    def __str__(self) -> str:
        """Render the headline, the facts and the fix as the lines a person reads."""
        lines = [self.headline]
        for label, value in self.facts:
            first, *rest = value.split("\n") or [""]
            lines.append(f"  {label}: {first}".rstrip())
            lines.extend(f"    {line}".rstrip() for line in rest)
        if self.fix:
            lines.append("how to fix: " + self.fix.replace("{target}", self.target))
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by fields, since the constructor takes keyword arguments (needed across processes)."""
        return _rebuild, (type(self), self.__dict__)


def _rebuild(kind: type[HarnessError], fields: dict[str, object]) -> HarnessError:
    error = kind.__new__(kind)
    Exception.__init__(error, fields["headline"])
    error.__dict__.update(fields)
    return error


class UsageError(HarnessError):
    """The caller asked for something that cannot be."""


class ScenarioError(UsageError, ValueError):
    """A field of a scenario or a speaker has a value that it cannot have."""


class CheckError(UsageError, ValueError):
    """A check was given options that make no sense, such as a schema that is no schema."""


class MarkerError(UsageError):
    """A ``scenario`` marker is misspelt or misused."""


class ConfigurationError(UsageError):
    """A flag, an ini key or an environment variable has a value that it cannot have."""


class TranscriptError(HarnessError):
    """A text or JSON transcript cannot be read; the headline names the file and the line."""


class RecordingError(HarnessError):
    """A recording cannot be served."""


class RecordingMissing(RecordingError):
    """There is no recording where the scenario's has its place."""


class RecordingChanged(RecordingError):
    """The recording was made from a scenario that differs in something that reaches a model."""


class RecordingTooShort(RecordingError):
    """The recording has fewer turns than the scenario asks for; ``extend`` runs the missing ones."""


class RecordingInterrupted(RecordingError):
    """The recording has no last line: its run was cut off. It can be continued."""


class RecordingTruncated(RecordingInterrupted):
    """The recording breaks off in the middle of a line. The whole lines before it can be continued."""


class RecordingCorrupt(RecordingError):
    """A line of the recording is not what the format says; the facts name line and field."""


class RecordingEdited(RecordingError):
    """The recording's digest does not match its content: it was changed after it was made."""


class RecordingTooNew(RecordingError):
    """A later version of this package wrote the recording."""


class SecretFound(RecordingError):
    """What was to be recorded holds a secret, which is told by its kind and never shown. It was not written."""


class BudgetSpent(HarnessError):
    """What a run or a dialogue may spend is spent; what was said is kept and can be continued with a larger budget."""


class ModelError(HarnessError):
    """A speaker could not answer: the machinery's failure, never the dialogue's.

    Attributes:
        transient: whether the same request may succeed when it is sent again.
        retry_after: seconds that the server asked to wait before that, or ``None``.
        overloaded: whether the server said that it is asked too much (429, 503), by whomever.
        attempts: how many times the request was sent before this was raised, at least 1.

    """

    transient: bool = False
    retry_after: float | None = None
    overloaded: bool = False
    attempts: int = 1


class UnknownModel(ModelError):
    """No built-in model and no configured endpoint is known by that name."""


class KeyRejected(ModelError):
    """There is no key, or the server does not accept it (401, 403)."""


class ServerUnreachable(ModelError):
    """The server could not be reached, or the connection did not last until the answer was there."""

    transient = True


class RequestRejected(ModelError):
    """The server refused the request as such (400, 404, 413, 422, …): sending it again cannot help."""


class ContextTooLong(RequestRejected):
    """The view is longer than the model's context; a scenario that limits its history is sent less of it instead."""


class ServerBusy(ModelError):
    """The server is rate limited, overloaded or failing (408, 409, 429, 5xx)."""

    transient = True


class ReplyUnusable(ModelError):
    """The server answered, but not with a message: no choices, no content where one must be, broken JSON."""


class ScriptExhausted(ModelError):
    """A scripted speaker was asked for more lines than it has."""
