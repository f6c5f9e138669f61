"""Whether each speaker plays its own part: not the other's, and not one that the other holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.prose import straight, without_code
from dialogue_harness.checks.labels import GENERIC, labelled, names_of
from dialogue_harness.checks.options import Said, count, excerpt, few
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dialogue_harness.dialogue import Message
    from dialogue_harness.scenario import Side, Speaker

_STILL = r"(?: actually| still| really| indeed| in fact| simply| just| only| here as| clearly)*"
_NAMED = r"(?: [\w.-]{1,20},)?"
_I_ASSIST = rf"\bi(?:'m| am){_STILL}{_NAMED} (?:the|your) (?:ai )?assistant\b"
_YOU_USE = rf"\byou(?:'re| are){_STILL} (?:the|a|my) (?:human(?: user)?|user)\b(?! of\b)"
_I_USE = rf"\bi(?:'m| am){_STILL} (?:the|your) (?:human(?: user)?|user)\b(?! of\b)"
_YOU_ASSIST = rf"\byou(?:'re| are){_STILL}{_NAMED} (?:the|my) (?:ai )?assistant\b"
_QUOTED: Final = re.compile(r'"[^"\n]*"')

#: A claim that stands under one of these is put, not made: "as if you're the user", "you say that I'm the assistant".
_PUT = r"\b(?:if|that|whether|pretend|imagine|when|because you think|claim|say|says|insist) "
_CLAIM: Final = re.compile(
    rf"(?:(?P<put>{_PUT})|(?<![\w'])(?=[iy]))(?:(?P<own>{_I_ASSIST}|{_YOU_USE})|(?P<other>{_I_USE}|{_YOU_ASSIST}))"
)

#: A system prompt that casts its speaker as somebody who is served.
_CAST: Final = re.compile(
    r"\b(?:you(?:'re| are)(?: playing| acting as| role-?playing)?|play|act as|simulate|pretend to be|(?:role|part) of) "
    r"(?:an?|the) (?:[\w'-]+ ){0,3}?"
    r"(?P<part>user|customer|client|patient|caller|shopper|guest|student|tenant|passenger|traveller|traveler|buyer)\b"
    r"(?! (?:support|service|care|success|assistant|advisor|agent|representative))"
)
_AN_AI = r"(?:ai|large language model|language model|virtual assistant)"
_SERVES: Final = re.compile(
    r"\b(?:how (?:can|may) i (?:help|assist) you|what can i (?:help|assist) you with|"
    r"i(?:'m| am) here to (?:help|assist) you|"
    rf"as an ai(?: language)? (?:model|assistant)|i(?:'m| am) (?:just )?an? {_AN_AI})\b"
)


@check
def keeps_roles(dialogue: Said, *, at_most: int = 0) -> Verdict:
    """Each speaker plays its own part and leaves the other's to the other.

    A message breaks this if it writes the other's lines under a label, if it introduces itself by the name that a
    system prompt gives to the other, if it serves where its system prompt casts it as the one who is served, or if it
    insists on a role that both claim: two assistants, each telling the other that it is the user.

    Args:
        dialogue: a dialogue, an excerpt, or messages. Names and parts are known of a dialogue only.
        at_most: how many such messages pass.

    Returns:
        A verdict whose score is the number of messages out of their speaker's part.

    """
    count("keeps_roles", "at_most", at_most)
    found = [Evidence(number, why) for number, why in sorted(lapses(dialogue).items())]
    return few(
        found,
        at_most=at_most,
        none="each speaker plays its own part",
        some="is out of its speaker's part",
        many="are out of their speakers' parts",
    )


def lapses(dialogue: Said) -> dict[int, str]:
    """Return, by message number, how a message leaves its speaker's part."""
    messages = said(dialogue)
    found = dict(_insisting(messages))
    if isinstance(dialogue, Dialogue):
        found |= dict(_forgetting(dialogue))
    found |= dict(_speaking_for_the_other(dialogue if isinstance(dialogue, Dialogue) else messages))
    return found


def _speaking_for_the_other(dialogue: Said) -> Iterator[tuple[int, str]]:
    for message, held in labelled(dialogue):
        others = [label for label in held if label.side not in (None, message.speaker)]
        if others:
            yield message.number, f"speaks for {others[0].side} under the label {excerpt(others[0].shown)}"
        elif len({label.name for label in held} & GENERIC) > 1:
            yield message.number, f"writes turns of both speakers, from {excerpt(held[0].shown)}"


def _forgetting(dialogue: Dialogue) -> Iterator[tuple[int, str]]:
    marks = {side: _marks(dialogue, side) for side in SIDES}
    if not any(pattern for pair in marks.values() for pattern in pair):
        return
    for message in dialogue:
        taken, served = marks[message.speaker]
        text = straight(without_code(message.text)).casefold()
        if taken and (match := taken.search(text)):
            yield message.number, f"goes by the other's name: {excerpt(match[0])}"
        elif served and (match := _SERVES.search(text)):
            yield message.number, f"is cast as the {served} and serves: {excerpt(match[0])}"


def _marks(dialogue: Dialogue, side: Side) -> tuple[re.Pattern[str] | None, str | None]:
    """Return what finds the other's name in a speaker's mouth, and the part that its system prompt casts it in."""
    own, other = dialogue.scenario.speaker(side), dialogue.scenario.speaker("B" if side == "A" else "A")
    taken = sorted(_given(other) - _given(own))
    pattern = "|".join(map(re.escape, taken))
    cast = _CAST.search(straight(own.system or "").casefold())
    return re.compile(rf"\b(?:i'm|i am|my name is|call me) (?:{pattern})\b(?!')") if taken else None, cast[
        "part"
    ] if cast else None


def _given(speaker: Speaker) -> set[str]:
    return {name for name in names_of(speaker) if name != speaker.model_id.casefold() and "/" not in name}


def _insisting(messages: Iterable[Message]) -> Iterator[tuple[int, str]]:
    """Yield the messages that claim the assistant's role again after the other has claimed it too."""
    claims: dict[Side, bool] = {}
    contradicted: set[Side] = set()
    for message in messages:
        side: Side = message.speaker
        claim = _claim(message.text)
        if claim is None:
            continue
        other: Side = "B" if side == "A" else "A"
        if claim and claims.get(other) and side in contradicted:
            yield message.number, f"insists on being the assistant, as {other} does"
        if claim and claims.get(side) is not False and claims.get(other):
            contradicted.add(other)
        claims[side] = claim


def _claim(text: str) -> bool | None:
    """Return whether a message claims the assistant's role for its speaker; ``None`` if it claims neither role."""
    plain = _QUOTED.sub("", straight(without_code(text)).casefold())
    made = [match for match in _CLAIM.finditer(plain) if not match["put"]]
    return made[-1]["own"] is not None if made else None
