"""Every error that this package raises on purpose, and their hierarchy.

::

    HarnessError
    ├── UsageError                     the request itself is wrong
    │   ├── ScenarioError              a field of a scenario or speaker is invalid (also a ValueError)
    │   ├── CheckError                 an option of a check is invalid (also a ValueError)
    │   ├── MarkerError                a `scenario` marker is misspelt or misused
    │   └── ConfigurationError         a flag, an ini key or an environment variable is invalid
    ├── TranscriptError                a text or JSON transcript cannot be read
    ├── RecordingError                 a recording cannot be replayed
    │   ├── RecordingMissing           there is none
    │   ├── RecordingChanged           something that reaches a model has changed since it was made
    │   ├── RecordingTooShort          it has fewer turns than the scenario asks for
    │   ├── RecordingInterrupted       its run was cut off; it can be continued
    │   │   └── RecordingTruncated     it ends in the middle of a line
    │   ├── RecordingCorrupt           a line does not follow the format
    │   ├── RecordingEdited            its digest does not match its content
    │   ├── RecordingTooNew            it was written by a later version of this package
    │   └── SecretFound                a secret was about to be recorded
    ├── BudgetSpent                    the budget of tokens or money is used up
    └── ModelError                     a speaker could not answer
        ├── UnknownModel               no model or endpoint has that name
        ├── KeyRejected                the API key is missing or not accepted
        ├── ServerUnreachable          no connection, or it was lost
        ├── RequestRejected            the server rejected the request itself (4xx)
        │   └── ContextTooLong         the messages do not fit the model's context window
        ├── ServerBusy                 rate limited or overloaded (408, 409, 429, 5xx)
        ├── ReplyUnusable              the response holds no message
        ├── ModelFailed                a model of the user's own raised an error, or returned no reply
        └── ScriptExhausted            a scripted speaker has no lines left

A check that fails is not an error: it returns a falsy :class:`dialogue_harness.Verdict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class HarnessError(Exception):
    """Base class of all our errors: a headline, facts one per line, and how to fix it.

    Args:
        headline: what happened and where, in one line without a final period.
        facts: pairs of a label and a value, printed one per line below the headline.
            A value of several lines is indented below its label.
        fix: what to do, if that is the same however the package is used. The plugin and the command
            line add their own commands with :meth:`advise`.

    """

    def __init__(self, headline: str, *, facts: Iterable[tuple[str, str]] = (), fix: str | None = None) -> None:
        super().__init__(headline)
        self.headline = headline
        self.facts = tuple(facts)
        self.fix = fix

    def advise(self, text: str) -> None:
        """Append ``text``, preferably a command, to what ``how to fix`` says."""
        self.fix = f"{self.fix}; then {text}" if self.fix else text

    def __str__(self) -> str:
        """Return the headline, the facts and the fix, each on lines of its own."""
        lines = [self.headline]
        for label, value in self.facts:
            first, *rest = value.split("\n") or [""]
            lines.append(f"  {label}: {first}".rstrip())
            lines.extend(f"    {line}".rstrip() for line in rest)
        if self.fix:
            lines.append("how to fix: " + self.fix)
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by fields: the constructor takes keyword arguments, and errors cross process boundaries."""
        return _rebuild, (type(self), self.__dict__)


def _rebuild(kind: type[HarnessError], fields: dict[str, object]) -> HarnessError:
    error = kind.__new__(kind)
    Exception.__init__(error, fields["headline"])
    error.__dict__.update(fields)
    return error


class UsageError(HarnessError):
    """The request itself is wrong; nothing was run."""


class ScenarioError(UsageError, ValueError):
    """A field of a scenario or a speaker is invalid."""


class CheckError(UsageError, ValueError):
    """An option of a check is invalid, such as a negative limit or a broken schema."""


class MarkerError(UsageError):
    """A ``scenario`` marker is misspelt or misused."""


class ConfigurationError(UsageError):
    """A flag, an ini key or an environment variable is invalid."""


class TranscriptError(HarnessError):
    """A text or JSON transcript cannot be read; the headline names the file and the line."""


class RecordingError(HarnessError):
    """A recording cannot be replayed."""


class RecordingMissing(RecordingError):
    """There is no recording at the scenario's place."""


class RecordingChanged(RecordingError):
    """Something that reaches a model has changed in the scenario since the recording was made."""


class RecordingTooShort(RecordingError):
    """The recording has fewer turns than the scenario asks for; ``extend`` runs the missing turns."""


class RecordingInterrupted(RecordingError):
    """The recording has no last line because its run was cut off. It can be continued."""


class RecordingTruncated(RecordingInterrupted):
    """The recording ends in the middle of a line. It can be continued after the last complete line."""


class RecordingCorrupt(RecordingError):
    """A line of the recording does not follow the format; the facts name the line and the field."""


class RecordingEdited(RecordingError):
    """The recording's digest does not match its content: it was edited after it was made."""


class RecordingTooNew(RecordingError):
    """The recording was written by a later version of this package."""


class SecretFound(RecordingError):
    """A secret was about to be recorded. It was not written; the error names its kind and never shows it."""


class BudgetSpent(HarnessError):
    """The budget of a run or a dialogue is used up. What was said is kept; a larger budget continues from there."""


class ModelError(HarnessError):
    """A speaker could not answer. This is a failure of the machinery, never of the dialogue.

    Attributes:
        transient: whether the same request may succeed if it is sent again.
        retry_after: how many seconds the server asked to wait before trying again, or ``None``.
        overloaded: whether the server said that it receives too many requests (429, 503).
        attempts: how many times the request was sent before this was raised, at least 1.
        began: when the request was sent, by the clock of the event loop in seconds, where that is known.

    """

    transient: bool = False
    retry_after: float | None = None
    overloaded: bool = False
    attempts: int = 1
    began: float | None = None


class UnknownModel(ModelError):
    """No built-in model and no configured endpoint has that name."""


class KeyRejected(ModelError):
    """The API key is missing, or the server does not accept it (401, 403)."""


class ServerUnreachable(ModelError):
    """The server could not be reached, or the connection was lost before the response was complete."""

    transient = True


class RequestRejected(ModelError):
    """The server rejected the request itself (400, 404, 413, 422, …); sending it again would not help."""


class ContextTooLong(RequestRejected):
    """The messages do not fit the model's context window. A scenario with a limited history sends fewer of them."""


class ServerBusy(ModelError):
    """The server is overloaded, failing or limiting the request rate (408, 409, 429, 5xx)."""

    transient = True


class ReplyUnusable(ModelError):
    """The server responded without a usable message: no choices, no content, or broken JSON."""


class ModelFailed(ModelError):
    """A model that is the user's own Python code raised an error, or returned something other than a reply."""


class ScriptExhausted(ModelError):
    """A scripted speaker was asked for more lines than it has."""
