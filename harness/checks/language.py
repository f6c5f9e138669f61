"""Language: which one a message is in, and whether a dialogue keeps to its own."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from harness.checks.options import Said, count, excerpt, few
from harness.checks.prose import without_code
from harness.checks.verdict import Evidence, Verdict, check, said
from harness.errors import CheckError
from harness.words import words

#: How much of a message is read to tell its language, in characters.
_HEAD: Final = 4000

#: Share of the letters of a message that its script must make up.
_MOST: Final = 0.75

#: How many messages show which language a dialogue is in.
_BEGINNING: Final = 5

#: Scripts, and what they are taken for. Latin and Cyrillic letters are told apart further by their words.
_SCRIPTS: Final = {
    "latin": re.compile(r"[a-z\u00df-\u024f]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
    "kana": re.compile(r"[\u3041-\u30ff]"),
    "han": re.compile(r"[\u3400-\u9fff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "ar": re.compile(r"[\u0621-\u06ff]"),
    "he": re.compile(r"[\u05d0-\u05ea]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "th": re.compile(r"[\u0e01-\u0e5b]"),
}

#: How many Latin letters one character of a script is worth: a Chinese character is about half a word.
_WORTH: Final = {"han": 3, "kana": 2, "ko": 2}

#: Words by which a language is known: frequent in it, and of these languages in few others.
_KNOWN_BY: Final = {
    "en": "the and of to is that it you for with are this be have not i what my your we on as was but they or will an",
    "de": "der die das und ist nicht ich du sie es ein eine mit auf für von zu den dem wir auch wie was dass sich noch",
    "fr": "le la les des est et une un je tu vous nous pas que qui dans pour sur avec ce cette c'est au du mais plus",
    "es": "el la los las es y una un que de no en por para con se lo me te como pero más esta este está muy del al",
    "pt": "o a os as é e uma um que de não em por para com se eu você como mas mais esta este está muito do da dos no",
    "it": "il la i le gli è e una un che di non in per con si io tu come ma più questo questa sono della del nel anche",
    "nl": "de het een en is niet ik je jij dat van met op voor te zijn wij ook wat maar er aan naar hebben deze",
    "pl": "i w nie na się jest to że z do jak ale o co ja ty czy tak po za dla być tym są tego",
    "sv": "och är det att en ett jag du inte som på för med vi har den till av om men så kan",
    "tr": "ve bir bu ne için ile de da ben sen çok değil var gibi ama daha mi olarak",
    "ru": "и в не на что я ты он это как с по но мы вы к у за так же все был да его для от",
    "uk": "і в не на що я ти він це як з але ми ви до у за так й є та від для",
}
_LISTS: Final = {language: frozenset(listed.split()) for language, listed in _KNOWN_BY.items()}
_BY_WORDS: Final = {"latin": [name for name in _LISTS if name not in {"ru", "uk"}], "cyrillic": ["ru", "uk"]}

LANGUAGES: Final = tuple(sorted({*_LISTS, "ar", "el", "he", "hi", "ja", "ko", "th", "zh"}))


@check
def keeps_language(dialogue: Said, *, language: str | None = None, at_most: int = 0, fewest: int = 8) -> Verdict:
    """No message is in another language than the dialogue.

    Short messages, code and quotations are left out, and so is a message whose language is in doubt: it has to be in
    another script for the most part, or to hold the small words of another language and hardly one of this one's.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        language: the language to keep to, such as ``"en"``; by default the one that most of the first five messages
            that can be told are in. Known are ar, de, el, en, es, fr, he, hi, it, ja, ko, nl, pl, pt, ru, sv, th, tr,
            uk and zh.
        at_most: how many messages in another language pass.
        fewest: words that a message must have to be judged.

    Returns:
        A verdict whose score is the number of messages in another language.

    Raises:
        CheckError: the language is not known.

    """
    count("keeps_language", "at_most", at_most)
    count("keeps_language", "fewest", fewest, low=1)
    if language is not None and language not in LANGUAGES:
        msg = "keeps_language does not know that language"
        raise CheckError(msg, facts=[("got", ascii(language)[:80]), ("known", ", ".join(LANGUAGES))])
    spoken = [(m, of) for m in said(dialogue) if (of := language_of(m.text, fewest=fewest))]
    if not spoken:
        none = "no message is long enough to tell its language"
        return few([], at_most=at_most, none=none, some="")
    kept = language or Counter(of for _, of in spoken[:_BEGINNING]).most_common(1)[0][0]
    found = [Evidence(m.number, f"is in {of}: {excerpt(m.text)}") for m, of in spoken if of != kept]
    other = f"in another language than {kept}"
    none = f"every message that can be told is in {kept}"
    return few(found, at_most=at_most, none=none, some=f"is {other}", many=f"are {other}")


def language_of(text: str, *, fewest: int = 8) -> str | None:
    """Return the language of ``text`` as its two letters (ISO 639-1), or ``None`` if it is short or in doubt."""
    head = without_code(text.strip()[:_HEAD]).casefold()
    said_words = words(head)
    script = _script(head) if len(said_words) >= fewest else None
    return _by_words(said_words, _BY_WORDS[script]) if script in _BY_WORDS else script


def _script(text: str) -> str | None:
    """Return the script that three quarters of the letters are in; of Chinese and Japanese, the language."""
    letters = {script: len(sign.findall(text)) * _WORTH.get(script, 1) for script, sign in _SCRIPTS.items()}
    total = sum(letters.values())
    eastern = letters["han"] + letters["kana"]
    if total and eastern >= _MOST * total:
        return "ja" if letters["kana"] > 0.15 * total else "zh"
    script = max(letters, key=lambda name: letters[name])
    return script if total and letters[script] >= _MOST * total else None


def _by_words(said_words: list[str], languages: list[str]) -> str | None:
    """Return the language whose small words a text holds clearly more often than any other's."""
    counts = Counter(said_words)
    hits = sorted((sum(n for word, n in counts.items() if word in _LISTS[name]), name) for name in languages)
    (second, _), (best, language) = hits[-2:]
    clear = best >= 3 and best >= 0.12 * len(said_words) and best >= 1.6 * second
    return language if clear else None
