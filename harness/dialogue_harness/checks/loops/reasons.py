"""Why a message counts as idle, in words, and which kind of idle it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from dialogue_harness._text.printable import shorten
from dialogue_harness.checks.loops import courtesy
from dialogue_harness.checks.loops.phrases import CLOSING, PRAISE, STANDBY

if TYPE_CHECKING:
    from dialogue_harness.checks.loops.judge import Signs
    from dialogue_harness.checks.loops.reader import Reading

#: What an idle message, or most of a run, is made of; see
#: :class:`dialogue_harness.checks.loops.detector.TerminationLoop`.
Kind = Literal["closing", "standby", "repetition", "stasis", "empty"]

#: Likeness from which a message is a copy of another, and from which it is close to it (Jaccard similarity).
SAME: Final = 0.9
CLOSE: Final = 0.5

_WORDING: Final = (("closing", CLOSING), ("standby", STANDBY), ("praise", PRAISE))


def kind_of(reading: Reading) -> Kind:
    """Return what an idle message is made of."""
    signs = reading.signs
    if not reading.terms.text:
        return "empty"
    if signs.wordless:
        return "closing"
    return _kind_by_wording(reading) if reading.formal else _kind_by_signs(signs)


def _kind_by_signs(signs: Signs) -> Kind:
    if signs.closing + signs.praise >= max(signs.standby, 0.04) and signs.echo < SAME:
        return "closing"
    if signs.standby >= 0.08:
        return "standby"
    if signs.echo >= CLOSE:
        return "repetition"
    return "closing" if signs.closing else "stasis"


def _kind_by_wording(reading: Reading) -> Kind:
    formulae, left, *_ = reading.wording
    if reading.signs.echo >= CLOSE and len(left) >= len(formulae):
        return "repetition"
    standby = len(formulae & courtesy.STANDBY)
    return "standby" if standby > len(formulae & courtesy.CLOSING) else "closing"


def reason(reading: Reading, *, closed: int | None) -> str:
    """Return one line that says why the message is idle.

    Args:
        reading: the message.
        closed: number of the message by which both speakers had closed, or ``None`` if they have not.

    """
    if not reading.terms.text:
        return "is empty"
    clauses = [_said(reading)] if reading.signs.wordless else [_added(reading), *_worded(reading)]
    clauses += _echoed(reading)
    if closed is not None and closed < reading.message.number:
        clauses.append(f"both sides closed by {closed}")
    return "; ".join(clauses)


def _said(reading: Reading) -> str:
    return f"nothing but {shorten(reading.terms.text, 20)!r}"


def _added(reading: Reading) -> str:
    news = courtesy.named(reading.terms, reading.wording.new) if reading.formal else reading.news
    if reading.formal and not reading.wording.left:
        return "nothing but courtesy"
    if not (reading.wording.new if reading.formal else reading.new):
        return "adds no new content word"
    if news:
        return "adds only " + ", ".join(repr(shorten(word, 24)) for word in news)
    words = "word" if reading.new == 1 else "words"
    return f"adds {reading.new} new content {words}, where messages here added {reading.norm:.0f}"


def _worded(reading: Reading) -> list[str]:
    clauses = ["a stage direction"] if reading.signs.staged else []
    found = _courtesy(reading)
    if found:
        word, again = found
        clauses.append(f"{shorten(word, 24)!r} again" if again else f"says {shorten(word, 24)!r}")
    return clauses


def _courtesy(reading: Reading) -> tuple[str, bool] | None:
    """Return the word of courtesy that tells most, and whether it was said shortly before."""
    if reading.formal:
        formulae = courtesy.named(reading.terms, reading.wording.formulae)
        return (formulae[0], False) if formulae else None
    for _, wording in _WORDING:
        if not wording.isdisjoint(reading.terms.courtesies):
            pairs = zip(reading.terms.words, reading.terms.stems, strict=True)
            found = [(word, stem in reading.again) for word, stem in pairs if stem in wording]
            return next((pair for pair in found if pair[1]), found[0])
    return None


def _echoed(reading: Reading) -> list[str]:
    if reading.echo_of is None or reading.signs.echo < CLOSE:
        return []
    return [f"{'the words of' if reading.signs.echo >= SAME else 'much like'} {reading.echo_of}"]
