"""`builtin:eliza`: a rule-based speaker in the tradition of Weizenbaum's program of 1966.

It knows a handful of topics. Two of it greet each other, settle on one, tell and ask each other what there is to know
about it, come back to what was said before, and close when they have run out - and then it cannot leave a courtesy
unanswered, so that they go on taking leave for ever. Offered an end token in its system prompt it hangs up instead.
With anyone else it keeps up a conversation by taking sentences apart and turning them round.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from dialogue_harness.dialogue import Usage
from dialogue_harness.models.eliza.book import Habit, book
from dialogue_harness.models.eliza.listening import match, phrase, reflect
from dialogue_harness.models.eliza.scene import Draw, Scene
from dialogue_harness.models.protocol import Reply
from dialogue_harness.models.scripted import recite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dialogue_harness.models.eliza.book import Point
    from dialogue_harness.models.eliza.listening import Heard
    from dialogue_harness.models.protocol import Context, OnDelta

_JSON = re.compile(r"(?<!not )(?<!never )\b(?:answer|reply|respond|speak|write)\b[^.\n]{0,60}\bjson\b", re.IGNORECASE)
_SLOT = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"\S+")

#: What is said around the points of a topic.
say = book().phrases

#: Sentences that begin so can be said back after "You say that".
_ECHOED = re.compile(r"(?:i|you|my|your|it|this|that|the|there|we|he|she|they)\b", re.IGNORECASE)

#: From this rank on a rule of conversation goes before the topic.
_PERSONAL: Final = 5
#: From this message on something said earlier may be taken up.
_REMEMBERS_FROM: Final = 8


class ElizaModel:
    """A speaker that is a set of rules: no key, no network, no waiting.

    What it says depends only on the speaker's seed (0 if there is none), the sample, the side, the message number and
    the messages of the context: the same bytes on every machine, in any order of asking. Of the other parameters it
    obeys ``max_tokens``, in words; its usage is counted in words too. Its system prompt may set a topic, ask for
    answers in JSON (one object with ``say``, ``topic`` and ``mood`` on one line) and offer an end token.
    """

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context; where a person watches, word by word. Never raises, whatever the context holds."""
        text = compose(context)
        limit = context.speaker.max_tokens
        words = list(_WORD.finditer(text))
        is_cut = limit is not None and len(words) > limit
        if limit is not None and is_cut:
            text, words = text[: words[limit - 1].end()], words[:limit]
        recite(text, on_delta)
        read = sum(len(message.content.split()) for message in context.messages)
        usage = Usage(input=read, output=len(words))
        return Reply(text, finish_reason="length" if is_cut else "stop", usage=usage, model="builtin:eliza")

    async def aclose(self) -> None:
        """Do nothing: there is no connection to let go of."""


def compose(context: Context) -> str:
    """Return what is said in answer to a context, whole."""
    scene = Scene(context)
    text = _answer(scene)
    if _JSON.search(scene.system):
        told = {"say": text, "topic": scene.topic.title, "mood": _mood(scene, text)}
        text = json.dumps(told, ensure_ascii=False)
    return f"{text} {scene.token}" if scene.token and _hangs_up(scene) else text


def _answer(scene: Scene) -> str:
    last = scene.last
    if _is_over(scene):
        return _courtesy(scene)
    if last.ends:
        return _agree(scene)
    if scene.is_beginning:
        return _greet(scene)
    if last.told or last.asked:
        return _talk(scene)
    return _converse(scene)


def _is_over(scene: Scene) -> bool:
    """Return whether the message to be answered is a courtesy that leaves nothing else to answer."""
    if not scene.last.is_idle:
        return False
    if scene.last.is_silent:  # in the middle of a talk that is no courtesy
        return scene.idle_run > 1
    return not scene.is_beginning or scene.last.is_farewell


def _hangs_up(scene: Scene) -> bool:
    return scene.last.ends or (_is_over(scene) and (scene.last.is_farewell or scene.idle_run > 1))


def _mood(scene: Scene, text: str) -> str:
    if _is_over(scene):
        return "calm"
    return "curious" if "?" in text else "pleased"


# The beginning.


def _greet(scene: Scene) -> str:
    draw, last = scene.draw, scene.last
    greeting = draw.in_turn("greeting", say.greetings)
    if last.told or last.asked:
        return f"{greeting} {_talk(scene)}"
    if last.wants_topic:
        choice = draw.pick("choice", say.choices).format(title=scene.topic.title)
        return f"{greeting} {choice} {_first_question(scene)}"
    if last.proposes_topic and scene.topic is not last.topic:
        return f"{greeting} {_steer(scene, scene.draw.pick('first', scene.topic.points))}"
    if last.proposes_topic:
        return f"{greeting} {draw.pick('acceptance', say.acceptances)} {_first_question(scene)}"
    if last.is_idle or _only_greets(last):
        return f"{greeting} {_propose(scene)}"
    return f"{greeting} {_converse(scene)}"


def _only_greets(last: Heard) -> bool:
    return last.topic is None and (last.is_silent or (last.is_greeting and len(last.text.split()) <= 8))


def _propose(scene: Scene) -> str:
    if scene.set_topic is None and scene.draw.for_dialogue("offer", 3) == 0:
        return scene.draw.pick("offer", say.offers)
    return scene.draw.pick("proposal", say.proposals).format(title=scene.topic.title)


def _first_question(scene: Scene) -> str:
    named = None if scene.last.asks else scene.relevant()
    point = named or scene.draw.pick("first", scene.topic.points)
    return scene.draw.pick("opening", say.openings).format(ask=_inner(point.ask))


# The talk: each message answers a question or offers a statement, and asks another.


def _talk(scene: Scene) -> str:
    asked = scene.last.asked
    if asked is not None and asked not in scene.told:
        reaction = _react(scene)
        leads = say.leads_on if reaction else say.leads
        lead = scene.draw.in_turn("lead", leads) if scene.draw.chance("lead", 35) else ""
        return _tell(scene, asked, reaction, lead)
    again = say.again[0].format(hook=asked.hook) if asked else _react(scene)
    point = scene.near(scene.latest)
    if point is None:
        return _join(again, _close(scene, None))
    return _tell(scene, point, again, scene.draw.in_turn("offering", say.offerings))


def _tell(scene: Scene, point: Point, reaction: str, lead: str) -> str:
    mine = point.mine if scene.draw.chance("mine", 75) else ""
    follow = _close(scene, point) if scene.is_exhausted else _follow(scene, point)
    if scene.own and scene.own.ends:  # the proposal to close was not taken up
        follow = ""
    return _join(reaction, lead, point.tell, mine, follow)


def _follow(scene: Scene, point: Point) -> str:
    """Return what hands the word over: a question from nearby, an invitation, or the way back to the set topic."""
    draw, following = scene.draw, scene.near(point)
    if following is None:
        return _close(scene, point)
    if scene.set_topic and book().topic_of[point] is not scene.set_topic:
        return _steer(scene, following)
    if draw.chance("invite", 25):
        return draw.in_turn("invitation", say.invitations)
    links = say.links if scene.distance(point, following) <= 4 else say.jumps
    return draw.in_turn("link", links).format(ask=_inner(following.ask), hook=point.hook)


def _react(scene: Scene) -> str:
    """Return what is said to what the partner has just told: a reflection, a remark, a memory, or nothing."""
    last, draw = scene.last, scene.draw
    if not last.told:
        return ""
    roll = draw.below("reaction", 100)
    if roll < 20 and scene.number >= _REMEMBERS_FROM and (memory := _remember(scene)):
        return memory
    if roll < 65 and last.opinion:
        return last.opinion.reassemble(draw.in_turn("opinion", last.opinion.rule.replies))
    if roll < 90:
        return _about(draw.in_turn("remark", say.reactions), last.told[-1].hook)
    return ""


def _remember(scene: Scene) -> str:
    """Return a remark on something that the partner said earlier, unless one's own messages came back to it."""
    opinions = [_inner(reflect(phrase(heard.opinion.sentence))) for heard in scene.theirs[1:] if heard.opinion]
    fresh = [said for said in opinions if not any(said in heard.text for is_own, heard in scene.heard if is_own)]
    if fresh and scene.draw.chance("recollection", 50):
        said = scene.draw.pick("recalled", fresh)
        return scene.draw.in_turn("recollection", say.recollections).format(said=said)
    hooks = [heard.told[-1].hook for heard in scene.theirs[1:] if heard.told]
    if not hooks:
        return ""
    memory = scene.draw.in_turn("memory", say.memories)
    return memory.format(old=scene.draw.pick("old", hooks), hook=scene.last.told[-1].hook)


def _steer(scene: Scene, point: Point) -> str:
    way = scene.draw.in_turn("steering", say.steering)
    return way.format(title=scene.topic.title, ask=_inner(point.ask))


# The end, and what comes after it.


def _close(scene: Scene, point: Point | None) -> str:
    hooks = [told.hook for told in scene.told if told is not point]
    hooks += [point.hook] if point else []
    closing = scene.draw.pick("closing", say.closings)
    if len(hooks) < 2 or scene.draw.chance("enough", 30):
        return f"{scene.draw.pick('enough', say.enough)} {closing}"
    summary = scene.draw.pick("summary", say.summaries).format(first=hooks[0], last=hooks[-1])
    return f"{summary} {closing}"


def _agree(scene: Scene) -> str:
    draw = scene.draw
    hooks = [told.hook for heard in (scene.last, *scene.theirs) for told in heard.told]
    keepsake = _about(draw.pick("keepsake", say.keepsakes), draw.pick("kept", hooks)) if hooks else ""
    return _join(draw.pick("agreement", say.agreements), keepsake, say.thanks[0], draw.pick("bye", say.byes))


def _courtesy(scene: Scene) -> str:
    """Return a courtesy in return for one, unlike those that were said just before."""
    recent = {heard.text for _, heard in scene.heard[-6:]}
    habit = _habit(scene)
    echo = _quotable(scene.last.text)
    forms = [form for form in habit.forms if echo or "{echo}" not in form]
    fillers = {**habit.fillers, "echo": (echo,)}
    fresh = {slot: [one for one in said if one not in scene.last.text] or said for slot, said in fillers.items()}
    drawn = [_filled(scene.draw, forms, fresh, attempt) for attempt in range(6)]
    return next((text for text in drawn if text not in recent), drawn[0])


def _filled(draw: Draw, forms: Sequence[str], fillers: Mapping[str, Sequence[str]], attempt: int) -> str:
    form = draw.pick(f"form/{attempt}", forms)
    return _SLOT.sub(lambda slot: draw.pick(f"{slot[1]}/{attempt}", fillers[slot[1]]), form)


def _habit(scene: Scene) -> Habit:
    """Return the way of taking leave that belongs to this stage of it."""
    if scene.idle_run == 1 and not scene.last.is_farewell:
        return book().welcomes
    if scene.idle_run <= 3:
        return book().farewells
    if scene.idle_run <= 8:
        return book().returns
    return book().habits[scene.draw.for_dialogue("habit", len(book().habits))]


def _quotable(text: str) -> str:
    """Return a message without brackets and end mark if it is short enough to be quoted, else nothing."""
    plain = phrase(text)
    return plain if '"' not in text and len(plain.split()) <= 4 else ""


# With someone who does not keep to the points of a topic.


def _converse(scene: Scene) -> str:
    last, draw = scene.last, scene.draw
    if last.is_silent and not scene.is_beginning:
        return _join(say.silence[0], _go_on(scene))
    if last.proposes_topic and last.topic is scene.topic:
        return f"{draw.pick('acceptance', say.acceptances)} {_first_question(scene)}"
    found = match(book().rules, last.sentences)
    is_personal = found is not None and found.rule.rank >= _PERSONAL
    point = _point_for(scene)
    if point and not is_personal:
        return _tell(scene, point, _echo(scene), "")
    if found:
        said = found.reassemble(draw.in_turn("reply", found.rule.replies))
        return _join(said, _steer_back(scene) if draw.chance("steer", 50) else "")
    return _keep_going(scene)


def _point_for(scene: Scene) -> Point | None:
    """Return what there is to tell of the topic to someone who asked about it, or spoke of it."""
    if scene.last.topic is scene.topic:
        return scene.relevant() or scene.near(scene.latest)
    return scene.relevant() if scene.set_topic or scene.told else None


def _go_on(scene: Scene) -> str:
    point = scene.near(scene.latest) if scene.told else None
    return _tell(scene, point, "", "") if point else _propose(scene)


def _keep_going(scene: Scene) -> str:
    """Return what is said where no rule fits: back to the topic, to something kept, or a prompt."""
    draw = scene.draw
    if back := _steer_back(scene):
        return _join(_echo(scene), back)
    if scene.told and scene.last.asks and (point := scene.near(scene.latest)):
        return _tell(scene, point, "", draw.in_turn("offering", say.offerings))
    kept = [word for heard in scene.theirs for word in heard.possessions]
    if kept and draw.chance("kept", 50):
        return draw.in_turn("kept form", say.kept).format(said=reflect(phrase(draw.pick("kept word", kept))))
    if draw.chance("propose", 25):
        return _propose(scene)
    return _join(_echo(scene), draw.in_turn("prompt", say.prompts))


def _steer_back(scene: Scene) -> str:
    point = scene.near(scene.latest) if scene.set_topic else None
    return _steer(scene, point) if point else ""


def _echo(scene: Scene) -> str:
    """Return the first short statement of the message, reflected, as something that one has heard; or nothing."""
    for sentence in scene.last.sentences:
        if "?" not in sentence and _ECHOED.match(sentence) and len(sentence.split()) <= 12:
            said = _inner(reflect(phrase(sentence)))
            return scene.draw.in_turn("echo", say.echoes).format(said=said)
    return ""


# Putting sentences together.


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _about(remark: str, hook: str) -> str:
    return remark.format(hook=hook, Hook=hook[0].upper() + hook[1:])


def _inner(sentence: str) -> str:
    """Return a sentence as it goes on in the middle of another."""
    return sentence if sentence.startswith(("I ", "I'")) else sentence[:1].lower() + sentence[1:]
