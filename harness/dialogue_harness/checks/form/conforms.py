"""Whether messages have the form that they should: JSON, a pattern, a length, Markdown, a language, phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.form.options import refusal
from dialogue_harness.checks.form.rules import notes, rules
from dialogue_harness.checks.form.select import Selection
from dialogue_harness.checks.options import count, few, listed
from dialogue_harness.checks.verdict import Evidence, Verdict, check, said

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping, Sequence

    from dialogue_harness.checks.form.options import Rule
    from dialogue_harness.dialogue import Dialogue, Message
    from dialogue_harness.scenario import Side

#: How many of the rules that one message breaks are reported.
_TOLD: Final = 4
#: How servers say that a reply was cut off by a limit on its tokens.
_CUT_OFF: Final = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})


@check
def conforms(  # noqa: PLR0913 -- one keyword for each thing that a form can ask for
    what: Dialogue | Message | Iterable[Message],
    *,
    schema: Mapping[str, Any] | bool | None = None,
    lenient: bool = False,
    any_of: Sequence[Mapping[str, Any]] | None = None,
    pattern: str | re.Pattern[str] | None = None,
    max_words: int | None = None,
    min_words: int | None = None,
    max_characters: int | None = None,
    min_characters: int | None = None,
    max_sentences: int | None = None,
    min_sentences: int | None = None,
    markdown: Mapping[str, Any] | bool | None = None,
    language: str | Iterable[str] | None = None,
    requires: str | Iterable[str] | None = None,
    forbids: str | Iterable[str] | None = None,
    by: Side | None = None,
    turns: int | tuple[int, int] | None = None,
    from_turn: int | None = None,
    every: int | None = None,
    last: int | None = None,
    share: float = 1.0,
) -> Verdict:
    """Each message has the form that it should.

    A message conforms if it keeps every rule given. White space at its ends belongs to none of them but ``pattern``.
    Takes linear time in the text.

    Args:
        what: a dialogue, an excerpt, one message or several.
        schema: a JSON Schema (2020-12, or the draft that its ``$schema`` names) that the message conforms to as one
            JSON document: up to 1,000,000 characters, 50 levels, no key twice, no NaN. Formats are checked. A
            reference that leads out of the schema is an error; nothing is fetched.
        lenient: take JSON also in a code fence, or within prose: the message conforms if one document in it does.
        any_of: several shapes, each a dict of these rules, of which the message has at least one.
        pattern: a regular expression that is found in the message, as by :func:`re.search`; ``^`` and ``$`` bind it
            to the ends of the text. A search that takes longer than two seconds is an error.
        max_words: the most words; a Chinese character, a kana and the like count as one each.
        min_words: the fewest words.
        max_characters: the most characters.
        min_characters: the fewest characters.
        max_sentences: the most sentences.
        min_sentences: the fewest sentences.
        markdown: ``False`` for no Markdown, ``True`` for some, or a dict with any of ``headings``, ``lists``,
            ``tables``, ``code``, ``quotes``, ``emphasis``, ``links``, ``code_spans``: each ``True``, ``False``, a
            number, or the least and the most (``None`` for no limit); ``levels``: the first and the last level of
            headings; ``languages``: what the code fences, of which there is at least one, are in.
        language: ISO 639-1 code of the language, or several of which it is one: ar, de, el, en, es, fa, fr, he, hi,
            it, ja, ko, nl, pl, pt, ru, sv, th, tr, uk, zh. A text too short to tell passes, and the verdict says so.
        requires: a phrase, or several, all of which are said, as whole words and in any case.
        forbids: a phrase, or several, none of which is said.
        by: only what this speaker says.
        turns: only this turn, or the turns from the first to the last of two numbers. The opener is in no turn.
        from_turn: only from this turn on.
        every: of those, only every n-th: 3 for the third, the sixth and so on.
        last: of those, only the last n: 1 for the last message.
        share: the least share of the messages that must conform, above 0, at most 1.

    Returns:
        A verdict whose score is the share of the messages that conform. Of no message at all it is falsy, and its
        score 0.

    Raises:
        CheckError: no rule is given, or an option makes no sense: a schema that is none, a pattern that does not
            compile, a limit below zero. The error names it and, where there is one, the nearest right value.

    """
    selection = Selection(by=by, turns=turns, from_turn=from_turn, every=every, last=last)
    made = rules(
        {
            "schema": schema,
            "lenient": lenient,
            "any_of": any_of,
            "pattern": pattern,
            "max_words": max_words,
            "min_words": min_words,
            "max_characters": max_characters,
            "min_characters": min_characters,
            "max_sentences": max_sentences,
            "min_sentences": min_sentences,
            "markdown": markdown,
            "language": language,
            "requires": requires,
            "forbids": forbids,
        }
    )
    _check_share(share)
    return _judge(selection, selection.of(what), made, share)


@check
def not_truncated(what: Dialogue | Message | Iterable[Message], *, at_most: int = 0) -> Verdict:
    """No message was cut off by a limit on its tokens, as far as the servers said why they stopped.

    Args:
        what: a dialogue, an excerpt, one message or several.
        at_most: how many truncated messages pass.

    Returns:
        A verdict whose score is the number of messages cut off. Of no message at all it is falsy and has no score; of
        messages of which none says why it ended it is truthy, and says so.

    Raises:
        CheckError: ``at_most`` is no whole number, or below zero.

    """
    most = count("not_truncated", "at_most", at_most)
    messages = said(what)
    if not messages:
        none = "there is no message to check"
        return Verdict("", passed=False, sentence=none, threshold=float(most), better="lower")
    found = [Evidence(m.number, f"stopped for '{m.finish_reason}'") for m in messages if is_truncated(m)]
    none = "no message was cut off"
    if all(message.finish_reason is None for message in messages):
        none += ", as far as is known: none says why it ended"
    return few(
        found, at_most=most, none=none, some="was cut off by the token limit", many="were cut off by the token limit"
    )


def is_truncated(message: Message) -> bool:
    """Whether the server said that it cut the message off at a limit on its tokens."""
    return (message.finish_reason or "").casefold() in _CUT_OFF


def _judge(selection: Selection, messages: Sequence[Message], made: Sequence[Rule], share: float) -> Verdict:
    if not messages:
        asked = f" ({selection})" if str(selection) else ""
        return Verdict("", passed=False, sentence=f"there is no message to check{asked}", score=0.0, threshold=share)
    found: list[Evidence] = []
    remarks: dict[str, list[int]] = {}
    for message in messages:
        broken: list[str] = []
        for note in notes(made, _trimmed(message.text)):
            if note.breaks:
                broken.append(note.why)
            else:
                remarks.setdefault(note.why, []).append(message.number)
        if broken:
            found.append(Evidence(message.number, _why(message, broken)))
    score = (len(messages) - len(found)) / len(messages)
    sentence = _sentence(len(messages), found)
    for remark, numbers in remarks.items():
        sentence += f" ({remark} of {listed(numbers)})"
    return Verdict("", score >= share, sentence, score, share, evidence=tuple(found))


def _trimmed(text: str) -> str:
    """Return a text without white space at its ends, but with as many lines before it as it had."""
    stripped = text.strip()
    return "\n" * text.count("\n", 0, len(text) - len(text.lstrip())) + stripped


def _sentence(total: int, found: Sequence[Evidence]) -> str:
    if not found:
        return "the message keeps the form" if total == 1 else f"all {total} messages keep the form"
    first = f"message {found[0].message}"
    why = shorten(found[0].why, 200)
    if total == 1:
        return f"{first} breaks the form: {why}"
    return f"{len(found)} of {total} messages {'breaks' if len(found) == 1 else 'break'} the form; {first}: {why}"


def _why(message: Message, broken: Sequence[str]) -> str:
    told = "; ".join(broken[:_TOLD])
    if len(broken) > _TOLD:
        told += f"; and {len(broken) - _TOLD} more"
    return f"cut off by the token limit; {told}" if is_truncated(message) else told


def _check_share(share: object) -> None:
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise refusal(share, "share", "must be a number above 0, at most 1", nearest="1.0")
