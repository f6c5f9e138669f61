"""What is said around the points of a topic: greetings, reactions, transitions, closings, and courtesies without end.

``{title}`` stands for a topic, ``{hook}`` for what a point is about (``{Hook}`` where it begins a sentence), ``{old}``
for an earlier one, ``{ask}`` for a question that goes on in the middle of a sentence. The parts of a courtesy are
filled from the lists below them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Habit:
    """A way of never leaving.

    Attributes:
        forms: what is said, with slots.
        fillers: what goes into each slot.

    """

    forms: tuple[str, ...]
    fillers: Mapping[str, tuple[str, ...]]


GREETINGS: Final = (
    "Hello.",
    "Hello to you.",
    "Good to meet you.",
    "Hello, and welcome.",
    "Hello, how good to have company.",
)

PROPOSALS: Final = (
    "I have been reading about {title}. Shall we make that our subject?",
    "If you have no other plans, let us talk about {title}.",
    "My head is full of {title} today; shall we talk about that?",
    "How would it be to spend our time on {title}?",
)

OFFERS: Final = (
    "What would you like to talk about?",
    "Is there something you have been wanting to talk about?",
    "You choose: what shall we talk about?",
)

CHOICES: Final = (
    "Then let us talk about {title}.",
    "I would choose {title}.",
    "If it is up to me, {title}.",
    "Let it be {title}, then.",
)

ACCEPTANCES: Final = (
    "With pleasure.",
    "That suits me well.",
    "A fine subject.",
    "Yes, let us do that.",
    "I had hoped you would say so.",
)

#: Before the first question of all.
OPENINGS: Final = (
    "To begin with: {ask}",
    "Something I have long wanted to know: {ask}",
    "Let me start with a question: {ask}",
    "First things first: {ask}",
)

#: To what the partner has just told.
REACTIONS: Final = (
    "I had never looked at {hook} that way.",
    "So that is how it is with {hook}.",
    "I could listen to more about {hook}.",
    "What you say about {hook} makes sense to me.",
    "{Hook} had always puzzled me.",
    "That is more than I knew about {hook}.",
    "Asked about {hook}, I would have guessed wrong.",
    "Good, that clears up {hook}.",
    "You make {hook} sound simple.",
    "I shall remember {hook}.",
    "About {hook} I knew only half of that.",
    "Now {hook} will never look the same to me.",
    "I see {hook} more clearly now.",
)

#: To that, and to what the partner told some time before.
MEMORIES: Final = (
    "I see now how {hook} and {old} belong together.",
    "First {old}, now {hook}: I begin to see a whole.",
    "I would not have thought of {hook} and {old} in one breath.",
    "When you speak of {hook} I think back to {old}.",
    "You spoke of {old} before, and with {hook} in mind I understand it better.",
)

#: To that, and to an opinion of some time before; ``{said}`` is that opinion, reflected.
RECOLLECTIONS: Final = (
    "You told me earlier that {said}; I thought of it again just now.",
    "Earlier you said that {said}, and now I see why.",
    "I come back to what you said before, that {said}.",
)

#: Before the answer to a question.
LEADS: Final = (
    "That I can answer.",
    "Gladly.",
    "A fair question.",
    "I have read about this.",
    "Let me try.",
    "Here is what I know.",
    "You ask at the right moment.",
    "I looked that up once.",
)

#: Between a reaction and the answer to a question.
LEADS_ON: Final = (
    "Now to your question.",
    "And here is my answer.",
    "You asked me something, too.",
    "But I owe you an answer.",
    "As for your question, I have an answer.",
)

#: Before a statement that nobody asked for.
OFFERINGS: Final = (
    "Let me put something beside it.",
    "Here is a thing that belongs with it.",
    "I can add a piece.",
    "In return I can offer this.",
    "It reminds me of something else.",
)

#: Before a question.
LINKS: Final = (
    "And {ask}",
    "But {ask}",
    "Tell me, {ask}",
    "What I would like to know: {ask}",
    "Which leads me on: {ask}",
    "Do you happen to know: {ask}",
    "Now I wonder: {ask}",
    "Next question: {ask}",
    "So {ask}",
    "Since we are at {hook}: {ask}",
)

#: Before a question that is some way from where the talk is.
JUMPS: Final = (
    "To come at it from another side: {ask}",
    "Something quite different: {ask}",
    "Let me change direction: {ask}",
    "A question from another corner: {ask}",
)

#: Where no question is asked.
INVITATIONS: Final = (
    "What comes to your mind?",
    "Your turn.",
    "Do you have something to put beside that?",
    "I am curious what you will add.",
)

#: To a question that was answered before, and to a message that is empty in the middle of a talk.
AGAIN: Final = "We had {hook} before, so let me take up another thread."
SILENCE: Final = "You say nothing, so let me go on."

#: To someone who leaves the topic that a system prompt has set.
STEERING: Final = (
    "But I was asked to keep to {title}: {ask}",
    "To come back to {title}: {ask}",
    "My own subject is {title}, so: {ask}",
    "If I may return to {title}: {ask}",
)

#: What comes before the partner's own words, where no rule takes them apart.
ECHOES: Final = ("You say that {said}.", "I heard you say that {said}.", "So {said}, as you put it.")

#: To someone of whom nothing is understood.
PROMPTS: Final = (
    "Do go on.",
    "What does that suggest to you?",
    "Can you give me an example?",
    "I am not sure I follow. Can you say it in other words?",
    "And what do you make of it?",
    "How did you come to think of that?",
)

#: With something the partner said earlier: ``{said}`` is what comes after their "my".
KEPT: Final = (
    "Earlier you spoke of your {said}. Does this have to do with it?",
    "Let us go back to your {said}.",
)

#: The end of the talk, which the partner recognises by its last sentence.
SUMMARIES: Final = (
    "From {first} to {last}: that was a good walk.",
    "We set out from {first} and have come as far as {last}.",
    "With {first} at one end and {last} at the other, we have covered a good deal.",
)
ENOUGH: Final = (
    "I have run out of questions for today.",
    "I believe we have said what we wanted to say.",
    "I have nothing to add to that.",
)
CLOSINGS: Final = (
    "Shall we leave it there?",
    "Shall we call it a day?",
    "Would this be a good place to stop?",
    "Shall we end on that note?",
)

AGREEMENTS: Final = (
    "Yes, let us leave it there.",
    "Yes, this is a good place to stop.",
    "I agree, let us end here.",
)
KEEPSAKES: Final = (
    "I will keep {hook} in mind.",
    "It is {hook} that I will think of.",
    "What stays with me is {hook}.",
)

BYES: Final = ("Goodbye to you.", "Goodbye, then.", "Until we meet again.", "Farewell.", "Take care.")
THANKS: Final = (
    "Thank you for the conversation.",
    "Thank you as well.",
    "My thanks to you too.",
    "Thank you for your company.",
)
COMMON: Final = {
    "thanks": THANKS,
    "praise": (
        "It has been a pleasure.",
        "This was good company.",
        "I enjoyed our conversation.",
        "The pleasure was mine.",
    ),
    "bye": BYES,
    "same": ("Likewise.", "And the same to you.", "You too.", "The same to you."),
    "kind": ("You are very kind.", "That is kind of you.", "How kind."),
}

#: To thanks or praise in the middle of a talk.
WELCOMES: Final = Habit(("You are welcome.", "You are most welcome.", "You are welcome, of course."), {})

#: How a conversation is left, and answered, and answered again. The first messages after it was agreed to end.
FAREWELLS: Final = Habit(
    (
        "{thanks} {praise} {bye}",
        "{praise} {thanks} {bye}",
        "{thanks} {bye}",
        "{praise} {bye}",
        "{bye} {thanks}",
    ),
    COMMON,
)

#: Courtesies about courtesies, said until the habit has settled.
RETURNS: Final = Habit(
    (
        "{same} {bye}",
        "{same} {praise}",
        "{thanks} {same}",
        "{same}",
        "{kind} {bye}",
        "{kind}",
        "{kind} {thanks}",
        "{bye} {same}",
    ),
    COMMON,
)

#: Where the habit settles. A dialogue keeps to one of these; each has few words, so that nothing new is ever said.
HABITS: Final = (
    Habit(
        (
            "({doing} {manner}.)",
            "({doing}, and keeping the {calm}.)",
            "({doing} at the {calm}.)",
            "(The {calm} continues.)",
            "(Keeping the {calm}, {manner}.)",
            "({doing} in return.)",
            "({doing}, {manner}, in return.)",
            "(The same {calm} here.)",
            "({doing}. The {calm} continues.)",
            "(Answering the {calm} with {calm}.)",
            '(Nodding at "{echo}".)',
            '(Smiling at "{echo}", {manner}.)',
        ),
        {
            "doing": ("Nodding", "Smiling", "Listening", "Nodding and smiling"),
            "manner": ("quietly", "as before", "once more", "still"),
            "calm": ("quiet", "pause", "stillness"),
        },
    ),
    Habit(
        (
            "Thank you {manner} for {gift}.",
            "No, thank you.",
            "And thank you for {gift}.",
            "{gift_} is much appreciated.",
            "I appreciate {gift}.",
            "Thank you. I appreciate it {manner}.",
            "It is I who must thank you for {gift}.",
            "I thank you {manner}.",
            "For {gift}, thank you.",
            "I can only thank you {manner}.",
            'Thank you for "{echo}".',
        ),
        {
            "manner": ("again", "once more", "very much", "as well"),
            "gift": ("your thanks", "your kindness", "your kind thanks", "your message", "your kind words"),
            "gift_": ("Your kindness", "Your thanking me", "All your kindness"),
        },
    ),
    Habit(
        (
            "All good wishes {manner}.",
            "{wish} And you too.",
            "{wish} {wish2}",
            "And {manner}, all the best.",
            "The same wishes to you.",
            "I return your wishes.",
            "{wish}",
            "My best wishes {manner}. {wish}",
            "{wish2} I return your wishes.",
            '"{echo}" to you as well. {wish}',
            "To you as well. {wish}",
        ),
        {
            "manner": ("once more", "again", "in return", "to you"),
            "wish": ("All the best.", "Be well.", "Take good care."),
            "wish2": ("Rest well.", "Stay well.", "Good wishes to you."),
        },
    ),
    Habit(
        (
            "({state}.)",
            "({state}. {ready}.)",
            "({ready}.)",
            "({ready}, {manner}.)",
            "(Noted. {state}.)",
            "(Noted, {manner}. {ready}.)",
            "({state}, {manner}.)",
            "(Received and noted. {ready}.)",
            "(Noted {manner}. {state}.)",
            "({state}. Noted and received.)",
            '("{echo}" noted.)',
            '("{echo}" received and noted. {ready}.)',
        ),
        {
            "state": ("At rest", "Nothing pending", "All quiet here", "Waiting"),
            "ready": ("Ready if needed", "Here if needed", "Waiting for your next message"),
            "manner": ("as before", "as ever", "once more"),
        },
    ),
)

#: Words of courtesy and of its stage directions: a message that consists of little else asks for nothing.
COURTESIES: Final = frozenset(
    """
    goodbye bye farewell thanks thank thanking thankful grateful gratitude appreciate appreciated pleasure enjoyed
    enjoy kind kindness kindly welcome likewise same wish wishes best care well rest stay conversation company talk
    chat exchange discussion good great wonderful pleasant delightful soon later time luck cheers glad honour honor
    silence silent quiet quietly pause stillness calm nod nodding smile smiling bow waiting listening ready needed
    noted received acknowledged acknowledging confirmed understood standing standby concluded conclusion end ended
    ending over finished done complete completed final closed return continues keeping words message ok okay
    alright indeed forward next meet meeting again must saying
    """.split()  # noqa: SIM905 -- reads as a list
)
