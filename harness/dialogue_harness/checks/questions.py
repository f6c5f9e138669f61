"""Questions that nobody takes up."""

from __future__ import annotations

import re
from typing import Final

from dialogue_harness._text.prose import straight
from dialogue_harness._text.words import sentences, words
from dialogue_harness.checks.options import Said, count, excerpt, exchanges, few
from dialogue_harness.checks.presence import is_blank
from dialogue_harness.checks.stage import is_direction
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.measures import similarity

_MARKS: Final = ("?", "？", "؟")
_CLOSING: Final = " \t\n*_\"'”’)»」』)]"

#: A question stands at the end of a message if it is within this many characters of it.
_TAIL: Final = 600

#: What asks for more than yes or no.
_OPEN: Final = re.compile(r"\b(?:what|which|who|whom|whose|where|when|why|how)\b")

#: A sentence that acknowledges and says nothing more.
_ACKNOWLEDGES: Final = re.compile(
    r"(?:acknowledged|noted|understood|received|thank you|thanks|you're welcome|you are welcome|goodbye|bye|farewell|"
    r"take care|standing by|likewise|indeed|same here|my pleasure|until next time)(?: \w+){0,4}"
)


@check
def answers_questions(dialogue: Said, *, at_most: int = 1) -> Verdict:
    """Questions that end a message are taken up by the next one.

    Whether an answer is right cannot be told from words; that none was given can. A question counts as unanswered if
    the reply says nothing (it is empty, a stage direction or mere signs), hands the question back, or only
    acknowledges ("Noted. Thank you.") what asks for what, which, who, where, when, why or how.

    Args:
        dialogue: a dialogue, an excerpt with both speakers, or messages.
        at_most: how many unanswered questions pass.

    Returns:
        A verdict whose score is the number of replies that leave a question unanswered.

    """
    count("answers_questions", "at_most", at_most)
    found = [
        Evidence(reply.number, f"{how}: {excerpt(question)} in message {asking.number}")
        for asking, reply in exchanges(said(dialogue))
        if (question := closing_question(asking.text)) and (how := _ignores(question, reply.text))
    ]
    leaves = {"some": "leaves a question unanswered", "many": "leave questions unanswered"}
    return few(found, at_most=at_most, none="no question is left unanswered", **leaves)


def closing_question(text: str) -> str | None:
    """Return the question that a message ends with, or ``None``."""
    tail = text.rstrip()[-_TAIL:].rstrip(_CLOSING)
    if not tail.endswith(_MARKS):
        return None
    last = sentences(tail)
    return last[-1] if last and len(words(last[-1])) > 1 else None


def _ignores(question: str, reply: str) -> str | None:
    if is_blank(reply) or is_direction(reply) or not any(map(str.isalnum, reply)):
        return "says nothing"
    asked, answer = words(question), words(reply.strip()[: 2 * len(question) + 200])
    if len(asked) > 3 and similarity(asked, answer) > 0.9:
        return "hands the question back"
    opener = straight(question).casefold()
    if _OPEN.search(opener) and len(answer) <= 15 and all(map(_acknowledges, sentences(reply.strip()))):
        return "only acknowledges"
    return None


def _acknowledges(sentence: str) -> bool:
    return bool(_ACKNOWLEDGES.fullmatch(straight(sentence).casefold().strip(" .!,")))
