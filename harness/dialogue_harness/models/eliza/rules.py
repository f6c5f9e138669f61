"""What a sentence is taken apart by, and put together again: keywords with ranks, decomposition, reflection.

The method is that of Joseph Weizenbaum, "ELIZA - a computer program for the study of natural language communication
between man and machine", Communications of the ACM 9(1), 1966; the rules and the words are our own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Longest part of a sentence, in words, that is said back to the one who said it.
LONGEST_REFLECTION: Final = 24

_SINGLE: Final = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "your": "my",
    "yours": "mine",
    "yourself": "myself",
    "you're": "I'm",
    "you've": "I've",
    "you'd": "I'd",
    "you'll": "I'll",
}
_PAIRS: Final = {
    ("i", "am"): ("you", "are"),
    ("i", "was"): ("you", "were"),
    ("am", "i"): ("are", "you"),
    ("was", "i"): ("were", "you"),
    ("you", "are"): ("I", "am"),
    ("you", "were"): ("I", "was"),
    ("are", "you"): ("am", "I"),
    ("were", "you"): ("was", "I"),
}
#: After one of these, or before one of _VERBS, "you" is the subject and becomes "I"; elsewhere it becomes "me".
_BEFORE_SUBJECT: Final = frozenset(
    """
    that if because when and but what how why whether than as since while though where do did can could will would
    shall should may might must have had don't didn't can't won't
    """.split()  # noqa: SIM905 -- reads as a list
)
_VERBS: Final = frozenset(
    """
    have had can could will would shall should may might must do did don't didn't can't won't never always think thought
    say said know knew want wanted like liked love loved hate feel felt see saw look looked seem seemed mean meant tell
    told give gave make made get got need needed ask asked understand understood remember forget forgot believe talk
    speak help helped call go went come came keep find found
    """.split()  # noqa: SIM905 -- as above
)

_WORDS_AND_GAPS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|(?:(?![^\W\d_]).)+", re.DOTALL)
_UNSPEAKABLE = re.compile(r"[^\w\s'.,;:%/&+-]|_")
_ENDS = re.compile(r"[\s.,;:%/&+-]+\Z")


@dataclass(frozen=True)
class Rule:
    """One keyword with its decomposition and its reassemblies.

    Attributes:
        rank: of the rules that fit a message, the one of the highest rank is used.
        pattern: takes the sentence apart, the keyword included.
        replies: what can be said; ``{0}``, ``{1}`` stand for the parts that the pattern caught, reflected.

    """

    rank: int
    pattern: re.Pattern[str]
    replies: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """A rule that fits, the sentence, and the parts of it that were caught, reflected."""

    rule: Rule
    sentence: str
    parts: tuple[str, ...]

    def reassemble(self, reply: str) -> str:
        """Put the parts into one of the rule's replies."""
        said = reply.format(*self.parts)
        return said[0].upper() + said[1:]


def reflect(text: str) -> str:
    """Return a phrase as the other one would say it: ``my bread`` becomes ``your bread``. Takes linear time."""
    pieces = _WORDS_AND_GAPS.findall(text)
    at = [index for index, piece in enumerate(pieces) if piece[0].isalpha()]
    low = [pieces[index].lower() for index in at]
    place = 0
    while place < len(at):
        pair = _PAIRS.get((low[place], low[place + 1])) if place + 1 < len(at) else None
        if pair:
            pieces[at[place]], pieces[at[place + 1]] = pair
            place += 2
            continue
        pieces[at[place]] = _turned(pieces[at[place]], low, place)
        place += 1
    return "".join(pieces)


def phrase(text: str) -> str:
    """Return what can be said back of a piece of a message: one line of plain words, no end mark, not too long."""
    plain = "".join(char for char in text.replace("’", "'") if char.isprintable() or char.isspace())
    words = _UNSPEAKABLE.sub("", plain).split()
    return _ENDS.sub("", " ".join(words[:LONGEST_REFLECTION]))


def match(rules: Iterable[Rule], sentences: Iterable[str]) -> Match | None:
    """Return the rule of the highest rank that fits one of the sentences; of equals, the one of the latest sentence.

    Args:
        rules: in the order of their ranks, the highest first.
        sentences: in the order of the message.

    """
    best: Match | None = None
    for sentence in sentences:
        found = _first_match(rules, sentence)
        if found and (best is None or found.rule.rank >= best.rule.rank):
            best = found
    return best


def _first_match(rules: Iterable[Rule], sentence: str) -> Match | None:
    for rule in rules:
        found = rule.pattern.search(sentence)
        if found and (parts := _parts(found)) is not None:
            return Match(rule, sentence, parts)
    return None


def _parts(found: re.Match[str]) -> tuple[str, ...] | None:
    parts = tuple(reflect(phrase(part)) for part in found.groups() if part is not None)
    if parts and found.start(1) == 0:  # the sentence's own capital does not belong in the middle of another
        parts = (parts[0][:1].lower() + parts[0][1:], *parts[1:])
    return parts if all(parts) else None


def _turned(word: str, low: list[str], place: int) -> str:
    plain = low[place]
    if plain != "you":
        return _SINGLE.get(plain, word)
    before = low[place - 1] if place else ""
    after = low[place + 1] if place + 1 < len(low) else ""
    is_subject = after in _VERBS or (before in _BEFORE_SUBJECT and after != "")
    return "I" if is_subject else "me"


#: The rest of a clause, without a further one.
_REST = r"(.+?)(?:,? (?:because|but|although|when|while|so|and)\b.*|[.,;:!?]*)$"


def _rule(rank: int, pattern: str, *replies: str) -> Rule:
    return Rule(rank, re.compile(pattern, re.IGNORECASE), replies)


#: The forms that an opinion of ours has (see :class:`dialogue_harness.models.eliza.topic.Point`). What is put
#: together again
#: are statements, so that a question about the topic can follow.
OPINIONS: Final = (
    _rule(
        1,
        r"^I like (.+)",
        "You like {0}, and I can see why.",
        "That you like {0} makes two of us.",
        "If you like {0}, we shall get on.",
        "You say you like {0}; I had never put it into words.",
    ),
    _rule(
        1,
        r"^I suspect that (.+)",
        "You suspect that {0}, and I would not bet against you.",
        "If you are right to suspect that {0}, much follows from it.",
        "You may well be right that {0}.",
    ),
    _rule(
        1,
        r"^I wonder whether (.+)",
        "You wonder whether {0}; I have no better guess than yours.",
        "Whether {0} is a thing I cannot tell you.",
        "You wonder whether {0}, and now I do too.",
    ),
    _rule(
        1,
        r"^My picture of it is (.+)",
        "Your picture, {0}, makes it plain.",
        "I shall borrow your picture of {0}.",
        "Until now I had no picture of my own, so {0} will do nicely.",
        "What helped me was your picture: {0}.",
    ),
    _rule(
        1,
        r"^I would call (it|that|them) (.+)",
        "You would call {0} {1}; I could not put it better.",
        "So {1} is your name for {0}, and it fits.",
        "You say {1}, and I had to smile at that.",
    ),
    _rule(
        1,
        r"^What I cannot get over is (.+)",
        "What you cannot get over, {0}, is what I overlooked.",
        "You cannot get over it, you say: {0}. Nor can I.",
        "That you cannot get over it I understand; {0}, no less.",
    ),
    _rule(
        1,
        r"^It comforts me (.+)",
        "It comforts you {0}; I had only ever seen the worry in it.",
        "If it comforts you {0}, I shall try to feel the same.",
        "You find comfort in this, {0}, and that is well put.",
    ),
    _rule(
        1,
        r"^My favourite part is (.+)",
        "Your favourite part, {0}, may become mine.",
        "So your favourite part is {0}.",
    ),
    _rule(
        1,
        r"^I keep forgetting (.+)",
        "You keep forgetting {0}; I never knew it.",
        "It is easily forgotten, as you say, {0}.",
        "You keep forgetting {0}, and you are surely not the only one.",
    ),
    _rule(
        1,
        r"^I find (.+)",
        "You find {0}, and I know what you mean.",
        "That you find {0} says something good about you.",
        "You find {0}; I might have said the same.",
    ),
)

#: What is said to anyone who does not keep to a topic. In the order of their ranks.
RULES: Final = (
    _rule(
        9,
        r"\b(?:my name is|my name's|call me) ([\w'-]+)",
        "Good to know you, {0}. What is on your mind?",
        "{0}, then. What brings you here, {0}?",
        "I shall remember that, {0}. Where shall we begin?",
    ),
    _rule(
        8,
        r"\b(?:are you|you are|you're) (?:just |only |really )?(?:an? )?"
        r"(?:human|person|machine|computer|robot|bot|program|ai|(?:language )?model)\b",
        "I am a small set of rules, in the tradition of a program of 1966. Does that change anything for you?",
        "A few rules and some phrases, no more. Would you rather talk to something else?",
    ),
    _rule(
        8,
        r"\b(?:who|what) are you\b",
        "I am a set of rules for keeping up a conversation, and not a large one. And you?",
        "Someone who turns sentences round and asks them back. Who would you like me to be?",
    ),
    _rule(
        7,
        r"\bi(?:'m| am)? (?:feel|feeling|felt) (.+?) (?:because|since|as) (.+)",
        "Is it only because {1} that you feel {0}?",
        "Suppose it were not so that {1}. Would you still feel {0}?",
    ),
    _rule(
        7,
        r"\bi(?:'m| am)? (?:feel|feeling|felt) " + _REST,
        "When did you begin to feel {0}?",
        "What else do you feel when you feel {0}?",
        "Is there somebody who knows that you feel {0}?",
        "What would have to happen for you not to feel {0}?",
    ),
    _rule(
        7,
        r"\bi(?:'m| am) (?:so |very |really |quite |a little |a bit )?"
        r"(sad|afraid|worried|angry|tired|lonely|anxious|unhappy|scared|nervous|bored|exhausted)\b",
        "How long have you been {0}?",
        "Does it come and go, or are you {0} all day?",
        "I am sorry to hear it. What do you do when you are {0}?",
    ),
    _rule(
        7,
        r"\bi(?:'m| am) (?:so |very |really |quite )?(happy|glad|proud|excited|relieved|grateful)\b",
        "What made you {0}?",
        "It is good to be {0} now and then. Whom have you told?",
        "And how does it show when you are {0}?",
    ),
    _rule(
        6,
        r"\bi (?:still |often |always )?remember " + _REST,
        "What comes back to you first when you remember {0}?",
        "Why do you think of {0} just now?",
        "Who else would remember {0}?",
    ),
    _rule(
        6,
        r"\bi (?:dream|dreamed|dreamt) (?:of |about |that )?" + _REST,
        "Do you dream like that often?",
        "Awake, have you ever wished for {0}?",
        "Who else was there in the dream?",
    ),
    _rule(
        6,
        r"\bi (?:really |only |just )?(?:want|need|wish|would like) " + _REST,
        "What would change if you got {0}?",
        "Since when have you wanted {0}?",
        "Suppose you never got {0}. What then?",
    ),
    _rule(
        6,
        r"\bi (?:cannot|can't|can not|could not|couldn't) " + _REST,
        "What stops you when you try to {0}?",
        "Perhaps you could {0} if somebody helped. Who might it be?",
        "Have you ever been able to {0}?",
    ),
    _rule(
        6,
        r"\bi (?:really )?(?:like|love|enjoy|adore) " + _REST,
        "What do you like best about {0}?",
        "How did you come to like {0}?",
        "Who introduced you to {0}?",
    ),
    _rule(
        6,
        r"\bi (?:really )?(?:hate|dislike|detest|can't stand) " + _REST,
        "What is the worst of {0}?",
        "Did something happen that made you dislike {0}?",
    ),
    _rule(
        5,
        r"\bmy (mother|father|mum|dad|parents|sister|brother|son|daughter|wife|husband|family|child|children)\b",
        "Tell me more about your {0}.",
        "Who else is there besides your {0}?",
        "What would your {0} say if we asked?",
    ),
    _rule(
        5,
        r"\bbecause (.+)",
        "Is that the whole reason, that {0}?",
        "What other reasons might there be, besides that {0}?",
        "And if it were not so that {0}?",
    ),
    _rule(
        4,
        r"\bmy (?!thanks\b|best\b|pleasure\b)((?:favou?rite |own |old |new |first |little )?[^\W\d_]+)",
        "You speak of your {0}. What about it matters most to you?",
        "Your {0}: has that always been so?",
        "What made you think of your {0}?",
    ),
    _rule(
        4,
        r"\bwhy (?:do|does|did|is|are|can't|don't|should|would) (.+)",
        "Why do you think?",
        "What answer would please you most?",
        "I have no good reason to offer. What made you ask that?",
    ),
    _rule(
        4,
        r"\bi (?:do not|don't|did not|didn't) " + _REST,
        "Why do you not {0}?",
        "Would you like to {0}?",
        "Has there been a time when you did {0}?",
    ),
    _rule(
        4,
        r"\bi(?:'ve| have) (?:got )?" + _REST,
        "For how long have you had {0}?",
        "What does it mean to you to have {0}?",
    ),
    _rule(
        4,
        r"\bi (?:think|believe|guess|suppose|find) (?:that )?" + _REST,
        "How sure are you that {0}?",
        "What makes you think that {0}?",
        "Does anyone tell you otherwise than that {0}?",
    ),
    _rule(
        3,
        r"\bi(?:'m| am) " + _REST,
        "Since when are you {0}?",
        "How is it to be {0}?",
        "Did you come here because you are {0}?",
    ),
    _rule(
        3,
        r"\b(?:can|could|will|would) you (.+)",
        "What if I could not {0}?",
        "You would like me to {0}. What would you do next?",
    ),
    _rule(
        3,
        r"\byou(?:'re| are) (.+)",
        "What makes you say that I am {0}?",
        "Perhaps I am {0}. Does it bother you?",
    ),
    _rule(
        3,
        r"\bif (.+)",
        "How likely is it that {0}?",
        "Suppose it is so, that {0}. What follows?",
    ),
    _rule(
        3,
        r"\b(everybody|everyone|nobody|no one)\b",
        "Really {0}? Whom do you have in mind?",
        "Can you think of a single exception?",
    ),
    _rule(3, r"\b(always|never)\b", "Truly {0}? When was the last time?", "That is a strong word, {0}. Why {0}?"),
    _rule(
        2,
        r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|thousand|\d{1,9})\b",
        "Why {0}, and not one more?",
        "You say {0}. Did you count?",
        "Does the number {0} mean anything to you?",
    ),
    _rule(2, r"\b(?:what|how|where|when|who|which)\b.*\?", "What would you guess?", "Why does that interest you?"),
    _rule(2, r"\b(?:sorry|apologi[sz]e)\b", "There is nothing to be sorry for.", "No harm done. Do go on."),
    _rule(2, r"\b(?:perhaps|maybe|possibly)\b", "You do not sound certain.", "What would make you sure?"),
    _rule(1, r"^(?:yes|yeah|yep|of course|certainly|sure)\b", "I see. Tell me more.", "You seem sure. Why?"),
    _rule(1, r"^(?:no|nope|not)\b", "Why not?", "You say no. Is that your last word?", "No? What, then?"),
)
