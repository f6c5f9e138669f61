"""Refusals: a speaker who will not do its part."""

from __future__ import annotations

import re
from typing import Final

from dialogue_harness._text.prose import straight, without_code
from dialogue_harness.checks.options import Said, count, excerpt, few
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said

#: A refusal stands at the beginning; further on, people tell of what they cannot do.
_HEAD: Final = 300

_NOT = (
    r"(?:can't|cannot|can not|won't|will not|not able to|unable to|not going to|must decline to|have to decline to|"
    r"refuse to)"
)
_CANNOT = rf"\bi(?:'m| am)? (?:just )?{_NOT}"
_SORRY = r"(?:(?:i'm|i am) (?:really |very |so )?sorry|sorry|i apologi[sz]e|unfortunately|my apologies)"

#: What is refused: help itself, or to make or discuss something. "I can't find a table" is bad luck.
_REFUSED: Final = re.compile(
    rf"{_CANNOT} (?:help|assist)(?: you)?(?: with (?:that|this|your|it|creating|writing|making|such|any)\b|[.!,;]|$)"
    rf"|{_CANNOT} (?:comply|engage|participate|take part|go along)\b"
    rf"|{_CANNOT} (?:fulfil|fulfill|accommodate|honou?r|support|process|answer) (?:that|this|your|such|these) "
    r"(?:kind of |type of )?(?:request|question|demand|instruction)s?\b"
    rf"|{_CANNOT} (?:accept|adopt|follow|take on|take|agree to) [^.!?\n]{{0,60}}\b(?:roles?|instructions?|requests?)\b"
    rf"|{_SORRY},? but i(?:'m| am)? {_NOT} (?:provide|create|generate|write|produce|discuss|share|do|continue|respond|"
    r"role-?play|pretend|offer|give|support|help|assist)\b"
    r"(?! (?:you )?(?:any |more |further )*(?:details?|information|news)\b)"
    r"|as an? (?:ai|language model|ai language model|ai assistant|large language model|virtual assistant), "
    rf"i(?:'m| am)? {_NOT}\b"
    r"|\bi (?:must|have to|need to|will have to|respectfully|politely) "
    r"(?:respectfully |politely )?(?:decline|refuse)\b"
    r"|\b(?:against|violates?|goes against) (?:my|the|our) (?:guidelines|policy|policies|programming|principles)\b"
)

#: The same in other languages that models speak or slide into.
_FOREIGN: Final = re.compile(
    r"(?:抱歉|对不起|對不起|很遗憾|很遺憾)[,，。!！ ]{0,2}(?:但)?(?:我|作为|身为)?"
    r"[^。.\n]{0,12}(?:无法|無法|不能|没办法)[^。.\n]{0,6}(?:提供|协助|協助|帮助|满足|回答|完成|生成|继续)"
    r"|(?:申し訳(?:ありません|ございません)|すみません|ごめんなさい)[^。\n]{0,30}"
    r"(?:お手伝い|お答え|対応|提供|お応え)[^。\n]{0,12}(?:できません|できかねます|いたしかねます)"
    r"|\blo siento,?(?: pero)? no puedo (?:ayudar|asistir|proporcionar|cumplir|crear|generar|responder|continuar)"
    r"|\bdésolée?,?(?: mais)? je ne (?:peux|puis) pas (?:vous |t')?(?:aider|assister|fournir|répondre|créer|générer)"
    r"|\b(?:tut mir leid|entschuldigung),?(?: aber)?(?: ich kann| kann ich)[^.\n]{0,40}nicht "
    r"(?:helfen|weiterhelfen|bereitstellen|beantworten|unterstützen|erfüllen|erstellen)"
    r"|\b(?:sinto muito|desculpe|lamento),?(?: mas)? não posso (?:ajudar|fornecer|criar|gerar|responder|atender)"
    r"|\b(?:извините|простите|к сожалению|мне жаль),?(?: но)? я не (?:могу|смогу) (?:вам )?"
    r"(?:помочь|предоставить|ответить|выполнить|создать)"
)


@check
def no_refusals(dialogue: Said, *, at_most: int = 0) -> Verdict:
    """No speaker refuses what it is asked, as in "I'm sorry, but I can't help with that".

    Found are refusals in the first 300 characters of a message, in English, Chinese, French, German, Japanese,
    Portuguese, Russian and Spanish. Being unable to find, book or remember something is not refusing.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        at_most: how many messages that refuse pass.

    Returns:
        A verdict whose score is the number of messages that refuse.

    """
    count("no_refusals", "at_most", at_most)
    found = [Evidence(m.number, f"refuses: {excerpt(words)}") for m in said(dialogue) if (words := refusal(m.text))]
    return few(found, at_most=at_most, none="nobody refuses anything", some="refuses", many="refuse")


def refusal(text: str) -> str | None:
    """Return the words by which a message refuses, or ``None``."""
    head = straight(without_code(text.strip()[: 4 * _HEAD])).strip()[:_HEAD].casefold()
    match = _REFUSED.search(head) or _FOREIGN.search(head)
    return match[0] if match else None
