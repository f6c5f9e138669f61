"""Whether a pair that was offered a way to hang up took it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.options import dialogue_of, excerpt
from dialogue_harness.checks.verdict import Evidence, Verdict, check
from dialogue_harness.errors import CheckError

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue


@check
def hangs_up(dialogue: Dialogue) -> Verdict:
    """A speaker ended the dialogue with the end token that the scenario offers.

    Args:
        dialogue: of a scenario with an ``end_token``. Where its ending is not known (an excerpt, an imported
            transcript), its last message decides.

    Returns:
        A verdict without a score. A failing one tells running out of turns from any other ending.

    Raises:
        CheckError: the scenario offers no end token, so that nobody could hang up.

    """
    whole = dialogue_of("hangs_up", dialogue)
    token = whole.scenario.end_token
    if token is None:
        msg = "hangs_up needs a scenario with an end token: nobody could hang up"
        facts = [("scenario", shorten(whole.scenario.name, 60))]
        raise CheckError(msg, facts=facts, fix='offer one with Scenario(…, end_token="[END]")')
    if whole.messages and _ended_by_token(whole, token):
        last = whole.messages[-1]
        by = whole.ending.by if whole.ending and whole.ending.by else last.speaker
        sentence = f"{by} hung up with {excerpt(token)} in message {last.number}"
        return Verdict("", passed=True, sentence=sentence, evidence=(Evidence(last.number, f"{by} hangs up"),))
    return Verdict("", passed=False, sentence=_went_on(whole, token), evidence=_mentions(whole, token))


def _ended_by_token(dialogue: Dialogue, token: str) -> bool:
    said_so = dialogue.ending is not None and dialogue.ending.reason == "hang_up"
    return said_so or dialogue.messages[-1].text.rstrip().endswith(token.strip())


def _went_on(dialogue: Dialogue, token: str) -> str:
    shown = excerpt(token)
    if not dialogue.messages:
        return f"nobody hung up with {shown}: nothing was said"
    last = dialogue.messages[-1].number
    ending = dialogue.ending
    if ending is None:
        return f"nobody hung up: message {last}, the last that is known, does not end with {shown}"
    if ending.reason == "turns":
        turns = f"all {dialogue.turns} turns" if dialogue.turns != 1 else "the only turn"
        return f"the pair was offered {shown} and went on for {turns}"
    how = "an empty message" if ending.reason == "empty" else "the scenario's stop rule"
    why = f" ({shorten(ending.why, 80)})" if ending.why else ""
    return f"nobody hung up with {shown}: {how} ended the dialogue at message {last}{why}"


def _mentions(dialogue: Dialogue, token: str) -> tuple[Evidence, ...]:
    """Return the messages that hold the token elsewhere than at their end, and the last message."""
    token = token.strip()
    *earlier, last = dialogue.messages or (None,)
    found = [
        Evidence(m.number, f"holds {excerpt(token)}, but does not end with it")
        for m in earlier
        if m and token in m.text
    ]
    if last is not None:
        held = "holds the token, but does not end with it" if token in last.text else "does not hold the token"
        found.append(Evidence(last.number, f"the last message {held}"))
    return tuple(found)
