"""Which command mends an error: errors say what is wrong, and each verb's way to go on is listed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness.errors import BudgetSpent, HarnessError, ModelError, RecordingError, SecretFound

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTINUE: Final = "the same command{} continues from there"

#: What mends an error of `harness talk` once something was said, by class: the first that fits counts.
REMEDIES: Final[Mapping[type[HarnessError], str]] = {
    BudgetSpent: _CONTINUE,
    ModelError: _CONTINUE,
    SecretFound: _CONTINUE,
    RecordingError: _CONTINUE,
}

#: What would have made an error of a dialogue mendable that was only printed.
_PRINTED: Final[Mapping[type[HarnessError], str]] = {
    BudgetSpent: "add --output FILE, so that the same command can continue the dialogue",
}


def advise(error: HarnessError, *, begun: bool = True, resumable: bool = True, more: str = "") -> None:
    """Add to an error the command that mends it.

    Args:
        error: what broke a dialogue off.
        begun: whether something was said that can be continued.
        resumable: whether it is on disk as a recording.
        more: what the command needs besides.

    """
    remedies = REMEDIES if resumable else _PRINTED
    text = next((text for kind, text in remedies.items() if isinstance(error, kind)), None)
    if text is not None and begun:
        error.advise(text.format(more))
