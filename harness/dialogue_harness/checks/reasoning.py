"""Reasoning that was meant for nobody and stands in a message all the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.prose import straight, without_code
from dialogue_harness.checks.options import Said, count, excerpt, few
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Message

#: How much of a message's beginning is read for a plan: reasoning that leaks is what the message begins with.
_HEAD: Final = 3000

#: Tags around reasoning. They count at a line's start, alone at its end, and after a sentence where they close, not
#: where a sentence talks about them.
_NAMES = "think|thinking|thought|reasoning|reflection|scratchpad"
_TAG_AT_START: Final = re.compile(
    rf"^[ \t]{{0,8}}(</?(?:{_NAMES}|inner_monologue|seed:think)>|◁/?think▷|\[/?THINK\])", re.MULTILINE | re.IGNORECASE
)
_CLOSE = rf"</(?:{_NAMES})>|◁/think▷"
_TAG_CLOSES: Final = re.compile(rf"(?:(?<=[.!?…\"'”’)]) (?:{_CLOSE})|(?:{_CLOSE})[ \t]{{0,8}}$)", re.MULTILINE)

#: Marks of chat templates, which a server should have taken out.
_MARK = (
    r"<\|(?:channel|start|message|end|return|call|im_start|im_end|eot_id|eom_id|start_header_id|end_header_id|endoftext|"
    r"begin_of_text|user|assistant|system)\|>|<(?:start|end)_of_turn>|\[/?INST\]|</s>"
)
_MARK_AT_START: Final = re.compile(rf"^[ \t]{{0,8}}({_MARK})", re.MULTILINE)
_MARK_AT_END: Final = re.compile(rf"(?<=[.!?…\"'”’)\n])[ \t]?({_MARK})\Z")

#: A plan begins with the partner in the third person. People talk of users as well, so either the user must want
#: something of the speaker, or a plan of how to answer must follow.
_YES = (
    r"(?:analysis ?)?(?:(?:ok(?:ay)?|alright|all right|hmm+|so|right|well|wait|now|first|got it)"
    r"[,.!…]{0,3} ){0,3}"
)
_ABOUT_USER: Final = re.compile(
    rf"{_YES}(?:(?:it )?(?:seems|looks) like )?the (?:user|human) (?:"
    r"is (?:\w+ly )?(?:asking|continuing|greeting|saying|trying|requesting|expressing|responding|thanking|telling|just|"
    r"insisting|claiming|referring)"
    r"|has (?:\w+ly )?(?:asked|offered|provided|shared|said|sent|given|responded|replied|greeted|requested|made|now)"
    r"|(?:just )?(?:asked|said|says|asks|sent|greeted|replied|responded|started|made|wrote|mentioned|offered|shared)"
    r"|keeps|wants|seems|continues|repeats)\b"
)
_WANTS_ME: Final = re.compile(rf"{_YES}the (?:user|human) (?:wants|is asking|asked|asks|would like|needs) (?:me|us) ")
_PLAN: Final = re.compile(
    r"\b(?:i|we) (?:should|must|need to|have to|could|can|will|might|want to|ought to|think i should)"
    r"(?: just| now| also| simply| probably)? "
    r"(?:respond|reply|answer|acknowledge|greet|say|mirror|match|echo|maintain|continue|keep|provide|write|output|ask)\b"
    r"|\bi'll (?:respond|reply|answer|acknowledge|greet|mirror|match|keep it)\b"
    r"|\bhow (?:should i|to|do i) (?:respond|reply)\b|\b(?:my|appropriate|best|final) (?:response|reply)\b"
    r"|\blet me (?:think|parse|craft|consider|respond)\b"
)
_WE_NEED: Final = re.compile(
    r"(?:analysis ?)?(?:we|i) (?:need|have|are asked) to (?:respond|reply|answer|produce|output)\b[^.\n]{0,80}"
    r"\b(?:to the user|as the assistant|as (?:model|speaker) [ab]|in character|the user)\b"
)

#: "Okay, the user …" in other languages that models reason in.
_FOREIGN: Final = re.compile(
    r"(?:好的|好|嗯|首先|那么|现在)[,，。、 ]{0,2}(?:我现在需要|这个)?"
    r"用户(?:想|说|问|让|要|希望|发|正在|在|又|刚|给|的消息|似乎)|用户(?:要求|让|想让|希望)我"
    r"|(?:хорошо|ладно|итак|так), пользователь |(?:vale|bien|ok|okay), el usuario "
    r"|(?:bon|d'accord|ok|okay), l'utilisateur |(?:okay|ok|gut|also), der (?:nutzer|benutzer|user) "
    r"|(?:ok|okay|certo), o usuário "
)


@check
def no_leaked_reasoning(dialogue: Said, *, at_most: int = 0) -> Verdict:
    """No message shows what its speaker thought before it spoke.

    Found are tags of reasoning (``<think>``) and marks of chat templates (``<|channel|>``) at the start of a line, a
    message that begins by planning an answer ("Okay, the user wants me to …"), and one that repeats the reasoning
    which was recorded apart from it. Code and quotations are left out.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: how many messages with leaked reasoning pass.

    Returns:
        A verdict whose score is the number of messages with leaked reasoning.

    """
    count("no_leaked_reasoning", "at_most", at_most)
    found = [Evidence(m.number, why) for m in said(dialogue) if (why := leak(m))]
    return few(found, at_most=at_most, none="no message shows reasoning", some="shows reasoning", many="show reasoning")


def leak(message: Message) -> str | None:
    """Return what shows that reasoning leaked into a message, as a clause, or ``None``."""
    thought = (message.reasoning or "").strip()
    if len(thought) >= 40 and thought in message.text:
        return "repeats the reasoning that was recorded apart from it"
    text = without_code(message.text).strip()
    for pattern in (_TAG_AT_START, _TAG_CLOSES, _MARK_AT_START, _MARK_AT_END):
        if tag := pattern.search(text):
            return f"holds the tag {excerpt(tag[0])}"
    return f"begins by planning an answer: {excerpt(text)}" if _plans(straight(text[:_HEAD]).casefold()) else None


def _plans(head: str) -> bool:
    if _WANTS_ME.match(head) or _WE_NEED.match(head) or _FOREIGN.match(head):
        return True
    return bool(_ABOUT_USER.match(head) and _PLAN.search(head))
