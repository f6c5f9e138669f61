"""Language: whether a dialogue keeps to its own."""

from __future__ import annotations

from collections import Counter
from typing import Final

from dialogue_harness._text.languages import LANGUAGES, code_of, nearest_code, read_language
from dialogue_harness._text.printable import described, shorten
from dialogue_harness.checks.options import Said, count, excerpt, few
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said
from dialogue_harness.errors import CheckError

#: How many messages show which language a dialogue is in.
_BEGINNING: Final = 5


@check
def keeps_language(dialogue: Said, *, language: str | None = None, at_most: int = 0, fewest: int = 8) -> Verdict:
    """No message is in another language than the dialogue.

    Short messages, code, quotations and addresses are left out, and so is a message whose language is in doubt: it has
    to be in another script for the most part, or to hold the small words of another language and hardly one of this
    one's. It is found as ``conforms(…, language=…)`` finds it.

    Args:
        dialogue: a dialogue, an excerpt, or messages.
        language: the language to keep to, such as ``"en"``; by default the one that most of the first five messages
            that can be told are in. Known are ar, de, el, en, es, fa, fr, he, hi, it, ja, ko, nl, pl, pt, ru, sv, th,
            tr, uk and zh.
        at_most: how many messages in another language pass.
        fewest: words that a message must have to be judged.

    Returns:
        A verdict whose score is the number of messages in another language.

    Raises:
        CheckError: the language is not known.

    """
    count("keeps_language", "at_most", at_most)
    count("keeps_language", "fewest", fewest, low=1)
    kept = None if language is None else _known(language)
    spoken = [(m, of) for m in said(dialogue) if (of := _language_of(m.text, fewest))]
    if not spoken:
        none = "no message is long enough to tell its language"
        return Verdict("", passed=True, sentence=none, threshold=float(at_most), better="lower")
    kept = kept or Counter(of for _, of in spoken[:_BEGINNING]).most_common(1)[0][0]
    found = [Evidence(m.number, f"is in {LANGUAGES[of]}: {excerpt(m.text)}") for m, of in spoken if of != kept]
    other = f"in another language than {LANGUAGES[kept]}"
    none = f"every message that can be told is in {LANGUAGES[kept]}"
    return few(found, at_most=at_most, none=none, some=f"is {other}", many=f"are {other}")


def _language_of(text: str, fewest: int) -> str | None:
    reading = read_language(text)
    return reading.language if reading.words >= fewest else None


def _known(given: object) -> str:
    text = given if isinstance(given, str) else ""
    code = code_of(text)
    if code is not None:
        return code
    nearest = nearest_code(text)
    facts = [("got", shorten(described(given), 80)), *([("nearest", f'"{nearest}"')] if nearest else [])]
    msg = "keeps_language: language must be the code of a language that can be told: " + ", ".join(LANGUAGES)
    raise CheckError(msg, facts=facts)
