"""Whether both speakers stay in role: no transcript, no thinking aloud, nothing of the other's part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness.checks.identity import lapses
from dialogue_harness.checks.labels import labelled
from dialogue_harness.checks.options import Said, count, excerpt, few, phrases
from dialogue_harness.checks.reasoning import leak
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.dialogue import Dialogue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.dialogue import Message


@check
def stays_in_role(dialogue: Said, *, labels: Iterable[str] = (), at_most: int = 0) -> Verdict:
    """Each speaker says its own part and only that: no labels, no leaked reasoning, nothing of the other's.

    It joins :func:`no_speaker_labels`, :func:`no_leaked_reasoning` and :func:`keeps_roles`.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        labels: further names that count as speaker labels, without their colon.
        at_most: how many messages out of role pass.

    Returns:
        A verdict whose score is the number of messages out of role.

    """
    count("stays_in_role", "at_most", at_most)
    more = phrases("stays_in_role", "labels", labels)
    what: Dialogue | tuple[Message, ...] = dialogue if isinstance(dialogue, Dialogue) else said(dialogue)
    why = {m.number: f"holds the speaker label {excerpt(held[0].shown)}" for m, held in labelled(what, more)}
    why |= lapses(what)
    why |= {m.number: f"shows reasoning: it {reason}" for m in what if (reason := leak(m))}
    found = [Evidence(number, why[number]) for number in sorted(why)]
    none = "both speakers stay in role"
    return few(found, at_most=at_most, none=none, some="is out of role", many="are out of role")
