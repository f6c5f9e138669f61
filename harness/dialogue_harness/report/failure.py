"""The text of a failure: the verdict, the messages that prove it, and where to see the dialogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness._text.words import plural

if TYPE_CHECKING:
    from dialogue_harness.checks.verdict import Evidence, Verdict
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.scenario import Scenario

#: Pieces of evidence shown from the beginning and from the end.
FIRST: Final = 4
LAST: Final = 2

_WIDTH: Final = 96


def explain(verdict: Verdict, dialogue: Dialogue | None) -> list[str]:
    """Return the lines that explain a verdict: its sentence, then the messages that prove it.

    Args:
        verdict: the verdict.
        dialogue: the dialogue that it is about; ``None`` shows the reasons only.

    """
    evidence, left_out = verdict.evidence, len(verdict.evidence) - FIRST - LAST
    lines = [f"{verdict.check} {'passed' if verdict else 'failed'}: {neutralise(verdict.sentence)}"]
    for index, piece in enumerate(evidence):
        if index < FIRST or index >= FIRST + left_out:
            lines.extend(_shown(piece, dialogue))
        elif index == FIRST:
            lines.append(f"  … {plural(left_out, 'more reason')} …")
    return lines


def whereabouts(dialogue: Dialogue, *, samples: int, path: str | None, note: str | None) -> list[str]:
    """Return the lines that say which dialogue it was, one of ``samples``, and where it is recorded."""
    sample = f"sample {dialogue.sample} of {samples}" if samples > 1 else f"sample {dialogue.sample}"
    lines = [f"dialogue: {shorten(dialogue.scenario.name, 60)}, {sample}, {pair(dialogue.scenario)}"]
    lines += [f"note: {note}"] if note else []
    return [*lines, f"recording: {path}", f"read it: harness show {quoted(path)}"] if path else lines


def pair(scenario: Scenario) -> str:
    """Return the models of a scenario in a few words, safe to print."""
    a, b = shorten(scenario.a.model, 60), shorten(scenario.b.model, 60)
    return f"{a} with itself" if a == b else f"{a} with {b}"


def quoted(argument: str) -> str:
    """Return an argument quoted for a shell."""
    import shlex  # noqa: PLC0415 -- only failures need it

    return shlex.quote(argument)


def _shown(evidence: Evidence, dialogue: Dialogue | None) -> list[str]:
    why = shorten(evidence.why, _WIDTH)
    if evidence.message is None:
        return [f"  {why}"]
    try:
        message = dialogue[evidence.message] if dialogue is not None else None
    except IndexError:
        message = None
    if message is None:
        return [f"  [{evidence.message}] {why}"]
    text = "(empty)" if message.is_empty else shorten(message.text, _WIDTH)
    return [f"  [{message.number}] {message.speaker}: {text}", f"      {why}"]
