"""The language that a message is written in: by its script, and for Latin letters by the little words of grammar."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from dialogue_harness._text.prose import without_code
from dialogue_harness._text.validation import nearest
from dialogue_harness._text.words import word_lists

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What can be told apart, by ISO 639-1 code.
LANGUAGES: Final[Mapping[str, str]] = {
    "ar": "Arabic", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "zh": "Chinese",
}  # fmt: skip

#: What people who speak them call some of them.
_OWN_NAMES: Final = {
    "deutsch": "de", "español": "es", "français": "fr", "italiano": "it", "nederlands": "nl", "polski": "pl",
    "português": "pt", "svenska": "sv", "türkçe": "tr",
}  # fmt: skip

#: How many characters of a message are read for it.
_READ: Final = 4_000
#: A reading needs this much evidence, in words that belong to one language alone (each counts twice at most), and
#: this much more than the next.
_ENOUGH: Final = 1.5
_MARGIN: Final = 1.3
#: At least this share of the words must be known ones: the same little words turn up in languages not listed here.
_DENSITY: Final = 0.12
#: Letters that one of these languages has, and hardly another.
_TELLING: Final = {
    "ß": "de", "ñ": "es", "¿": "es", "¡": "es", "ã": "pt", "õ": "pt", "œ": "fr",
    "ê": "fr", "î": "fr", "û": "fr", "ì": "it", "ò": "it", "ù": "it", "å": "sv", "ą": "pl", "ę": "pl", "ł": "pl",
    "ś": "pl", "ż": "pl", "ź": "pl", "ć": "pl", "ń": "pl", "ş": "tr", "ğ": "tr", "ı": "tr",
}  # fmt: skip

_LATIN: Final = re.compile(r"[^\W\d_]+")
_TELLING_LETTERS: Final = re.compile(f"[{''.join(_TELLING)}]")
_ADDRESS: Final = re.compile(r"https?://\S+")
#: Letters of each script, and as how many Latin letters each counts: a Chinese character says half a word.
_SCRIPTS: Final = {
    "Latin": (re.compile(r"[A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿ]"), 1),
    "Cyrillic": (re.compile(r"[\u0400-\u052f]"), 1),
    "Greek": (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), 1),
    "Hebrew": (re.compile(r"[\u05d0-\u05ea]"), 1),
    "Arabic": (re.compile(r"[\u0620-\u06ff\u0750-\u077f]"), 1),
    "Devanagari": (re.compile(r"[\u0900-\u097f]"), 1),
    "Thai": (re.compile(r"[\u0e00-\u0e7f]"), 1),
    "Hangul": (re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), 2),
    "Kana": (re.compile(r"[\u3040-\u30ff]"), 2),
    "Han": (re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 3),
}
_BY_SCRIPT: Final = {"Greek": "el", "Hebrew": "he", "Devanagari": "hi", "Thai": "th", "Hangul": "ko"}


class Reading(NamedTuple):
    """What language a text seems to be in.

    Attributes:
        language: its code, or ``None`` where that cannot be told.
        words: how many words were looked at; of scripts without spaces, a third of the letters.
        shares: for each language of Latin letters, the share of the words that are little words of it; empty where
            the script decides.

    """

    language: str | None
    words: int
    shares: Mapping[str, float]


def read_language(text: str) -> Reading:
    """Tell the language that most of a text is in. Code and addresses are left out; the first 4,000 characters count.

    Takes linear time. A few words are rarely enough.
    """
    prose = _ADDRESS.sub(" ", without_code(text.strip()[:_READ]))
    if prose.isascii():
        return _latin(prose)
    weights = {script: weight * len(letters.findall(prose)) for script, (letters, weight) in _SCRIPTS.items()}
    weights["Han"] += weights.pop("Kana")  # Japanese mixes the two
    script = max(weights, key=weights.__getitem__)
    total = sum(weights.values())
    if script == "Latin" or 2 * weights[script] < total or total == 0:
        return _latin(prose)
    return Reading(_by_script(script, prose), max(1, weights[script] // 3), {})


def code_of(given: str) -> str | None:
    """Return the code in :data:`LANGUAGES` that was given, in any case; a region (``pt-BR``) is not told apart."""
    code = _bare(given)
    return code if code in LANGUAGES else None


def nearest_code(given: str) -> str | None:
    """Return the code that was likely meant by a name such as ``english`` or ``Deutsch``, or ``None``."""
    by_name = {name.casefold(): known for known, name in LANGUAGES.items()} | _OWN_NAMES
    near = nearest(_bare(given).casefold(), [*LANGUAGES, *by_name])
    return None if near is None else by_name.get(near, near)


def _bare(given: str) -> str:
    return re.split(r"[-_]", given.strip().casefold(), maxsplit=1)[0]


@cache
def _weights() -> dict[str, dict[str, float]]:
    """Return for each little word how strongly it speaks for each language: less, the more languages have it."""
    lists = {language: set(words.split()) for language, words in word_lists()["little_words"].items()}
    shared = Counter(word for words in lists.values() for word in words)
    return {
        word: {language: 1 / count for language, words in lists.items() if word in words}
        for word, count in shared.items()
    }


def _latin(prose: str) -> Reading:
    weights, words = _weights(), _LATIN.findall(prose.casefold())
    scores: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for word, times in Counter(words).items():
        for language, weight in weights.get(word, {}).items():
            scores[language] += min(times, 2) * weight  # type: ignore[assignment]  # a Counter of floats counts as well
            known[language] += times
    for letter, times in Counter(_TELLING_LETTERS.findall(prose.casefold())).items():
        scores[_TELLING[letter]] += min(times, 4) * 0.5  # type: ignore[assignment]  # likewise
    shares = {language: known[language] / len(words) for language in word_lists()["little_words"]} if words else {}
    best, *others = [*scores.most_common(2), ("", 0)] if scores else [("", 0)]
    clear = best[1] >= _ENOUGH and all(best[1] >= _MARGIN * other[1] for other in others)
    return Reading(best[0] if clear and shares[best[0]] >= _DENSITY else None, len(words), shares)


def _by_script(script: str, prose: str) -> str | None:
    if script == "Han":
        kana, han = (len(_SCRIPTS[name][0].findall(prose)) for name in ("Kana", "Han"))
        return "ja" if 10 * kana > kana + han else "zh"
    if script == "Cyrillic":
        letters = prose.casefold()
        if re.search("[ђјљњћџѓќѕ]", letters):
            return None
        return "uk" if len(re.findall("[іїєґ]", letters)) > len(re.findall("[ыэёъ]", letters)) else "ru"
    if script == "Arabic":
        return None if re.search("[ٹڈڑےں]", prose) else "fa" if re.search("[پچژگ]", prose) else "ar"
    return _BY_SCRIPT.get(script)
