"""The text of a failure: what was found, the messages that prove it, and how to see it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import neutralise, shorten

if TYPE_CHECKING:
    from dialogue_harness.checks.verdict import Evidence, Verdict
    from dialogue_harness.dialogue import Dialogue
    from dialogue_harness.scenario import Scenario

#: Pieces of evidence that are shown, from the first and from the last; a failure is to be read, not scrolled.
FIRST: Final = 4
LAST: Final = 2

_WIDTH: Final = 96


def explain(verdict: Verdict, dialogue: Dialogue | None) -> list[str]:
    """Return the lines that say what a verdict found: its sentence, then the messages that prove it.

    Args:
        verdict: what was found.
        dialogue: what it was found in; ``None`` where that is not known, and only the reasons are shown.

    """
    state = "passed" if verdict else "failed"
    lines = [f"{verdict.check} {state}: {neutralise(verdict.sentence)}"]
    evidence, left_out = verdict.evidence, len(verdict.evidence) - FIRST - LAST
    for index, piece in enumerate(evidence):
        if index < FIRST or index >= FIRST + left_out:
            lines.extend(_shown(piece, dialogue))
        elif index == FIRST:
            lines.append(f"  … {left_out} more reason{'s' if left_out > 1 else ''} …")
    return lines


def whereabouts(dialogue: Dialogue, *, samples: int, path: str | None, note: str | None) -> list[str]:
    """Return the lines that say which dialogue it was and where it is recorded."""
    of = f" of {samples}" if samples > 1 else ""
    lines = [
        f"dialogue: {shorten(dialogue.scenario.name, 60)}, sample {dialogue.sample}{of}, {pair(dialogue.scenario)}"
    ]
    if note:
        lines.append(f"note: {note}")
    if path:
        lines += [f"recording: {path}", f"read it: harness show {quoted(path)}"]
    return lines


def pair(scenario: Scenario) -> str:
    """Return who talks to whom, in a few words safe to print."""
    a, b = shorten(scenario.a.model, 60), shorten(scenario.b.model, 60)
    return f"{a} with itself" if a == b else f"{a} with {b}"


def quoted(argument: str) -> str:
    """Return an argument as it can be pasted into a shell."""
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
    text = shorten(message.text, _WIDTH) if not message.is_empty else "(empty)"
    return [f"  [{message.number}] {message.speaker}: {text}", f"      {why}"]
