"""Hypothesis strategies for everything a dialogue can hold; use `from strategies import dialogues, hostile_text`.

- `hostile_text()`: what a model might say to break whatever reads, prints or stores it.
- `speakers()`, `scenarios()`: any valid speaker and scenario, every field included.
- `messages(number, speaker)`: one message, with everything a server may have told of it.
- `dialogues(scenario=…)`: a dialogue that its scenario can have led to: complete, cut short or empty.
"""

from __future__ import annotations

import functools
from typing import Any

from hypothesis import strategies as st

from dialogue_harness.dialogue import Dialogue, Ending, Message, Usage
from dialogue_harness.scenario import History, Scenario, Side, Speaker, StopRule

#: Pieces that mean something to a parser, a terminal, a page, a path or a shell.
_TRAPS = [
    "\n", "\n\n", "\n\n\n", "\r\n", "\r", "\t", " ", "\\", "\\\\", '"', "'", "`", "$(id)", "../", "\0", "\x1b[31m",
    "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\x85", "\ud800", "\udfff", "👩\u200d👧", "é", "ﷺ", "漢",
    "Model A: ", "Model B: ", "Model A:", "Model B:", "\n\nModel A: ", "\n\nModel B: ", "\n\n\\Model B: ",
    "\n\nModel A:\n", "<think>", "</think> ", "</think>", "<\\/think> ", "\\<think>", "# LLM Dialogue Transcript",
    "\n## Conversation\n", "\nDate: ", "\nTurns: 7", "\nOpener: ", "\nSystem prompt: ", "\nSystem prompt B: ",
    "\n\\Opener: ", "{", "}", "[", "```json\n", "<script>alert(1)</script>", "&amp;", "| --- |", "{{ 7 * 7 }}", "%s",
    "goodbye", "(silence)", "Hello.",
]  # fmt: skip


@functools.cache  # made once: Hypothesis spends more on making strategies than on drawing from them
def hostile_text(max_pieces: int = 8) -> st.SearchStrategy[str]:
    """Return texts of up to so many pieces: traps, and any characters, lone surrogates included.

    A high surrogate is never directly followed by a low one: JSON cannot tell the two from the character that they
    stand for together.
    """
    pieces = st.sampled_from(_TRAPS) | st.text(st.characters(exclude_categories=()), max_size=8)
    return st.lists(pieces, max_size=max_pieces).map("".join).map(_with_pairs_joined)


@functools.cache
def names() -> st.SearchStrategy[str]:
    """Return strings that are not blank, plain ones among them: for models and scenarios."""
    plain = st.sampled_from(["small-talk", "vendor/model-27b-it", "vendor/model:free", "local:model", "builtin:eliza"])
    return plain | hostile_text(3).filter(str.strip)


@functools.cache
def speakers() -> st.SearchStrategy[Speaker]:
    """Return speakers with any of their fields set; a scripted one has its lines."""
    scripts = st.lists(hostile_text(2), max_size=3).map(tuple)
    scripted = st.builds(Speaker, st.just("builtin:scripted"), system=_optional_text(), script=scripts)
    models = names().filter(lambda name: name != "builtin:scripted")
    bare = st.builds(Speaker, models, system=_optional_text())
    full = st.builds(
        Speaker,
        models,
        system=_optional_text(),
        temperature=_optional(st.floats(0, 2)),
        top_p=_optional(st.floats(0.01, 1)),
        max_tokens=_optional(st.integers(1, 10_000)),
        seed=_optional(st.integers(-9, 2**40)),
        stop=st.lists(hostile_text(1), max_size=2).map(tuple),
        extra=st.dictionaries(st.sampled_from(["top_k", "logit_bias", "é"]), _json_values(), max_size=2),
    )
    return bare | scripted | full


@st.composite
def scenarios(draw: st.DrawFn, *, max_turns: int = 5) -> Scenario:
    """Return valid scenarios of up to so many turns, with any of their fields set."""
    a = draw(speakers())
    b = a if draw(st.booleans()) else draw(speakers())  # a model with itself, as often as with another
    opener = draw(_optional_text())
    turns = draw(st.integers(0, max_turns))
    if draw(st.booleans()):
        return Scenario(draw(names()), a=a, b=b, opener=opener, turns=turns)
    prefix = draw(st.lists(hostile_text(2), max_size=min(2, 2 * turns)).map(tuple))
    first_free = 1 + (opener is not None) + len(prefix)
    length = 2 * turns + (opener is not None)
    given = st.dictionaries(st.integers(first_free, max(first_free, length)), hostile_text(2), max_size=2)
    return Scenario(
        draw(names()),
        a=a,
        b=b,
        opener=opener,
        turns=turns,
        history=draw(_histories()),
        keep_opener=draw(st.booleans()),
        end_token=draw(st.sampled_from([None, "[END]", "ＥＮＤ", "</s>"])),
        on_empty=draw(st.sampled_from(["send", "placeholder", "stop"])),
        prefix=prefix,
        given=draw(given) if first_free <= length else {},
        stop_when=draw(st.none() | st.builds(StopRule, names(), st.dictionaries(names(), st.integers(), max_size=2))),
    )


def messages(number: int, speaker: Side, text: str | None = None) -> st.SearchStrategy[Message]:
    """Return messages of that number and speaker, and of that text where one is given."""
    return _said().map(lambda said: _message(number, speaker, text, said))


@st.composite
def dialogues(draw: st.DrawFn, *, scenario: st.SearchStrategy[Scenario] | None = None) -> Dialogue:
    """Return dialogues of the scenarios given, by default of any; the opener is their first message."""
    plan = draw(scenarios() if scenario is None else scenario)
    count = plan.length if draw(st.booleans()) else draw(st.integers(0, plan.length))
    said = tuple(_message(n, plan.side_at(n), plan.given_at(n), draw(_said())) for n in range(1, count + 1))
    early = Ending("hang_up", by="B", why="said [END]")
    ending = draw(st.sampled_from([None, Ending("turns") if count == plan.length else early]))
    return Dialogue(plan, said, ending, sample=draw(st.integers(1, 99)), date=draw(_dates()))


@functools.cache
def _histories() -> st.SearchStrategy[History]:
    limits = st.builds(History, last=st.integers(1, 9)) | st.builds(History, tokens=st.integers(1, 999))
    return st.just(History()) | limits


#: Text, reasoning, and what the server told.
_Said = tuple[str, str | None, tuple[Any, ...]]


def _message(number: int, speaker: Side, text: str | None, said: _Said) -> Message:
    own_text, reasoning, told = said
    return Message(number, speaker, own_text if text is None else text, reasoning, *told)


@functools.cache
def _said() -> st.SearchStrategy[_Said]:
    usage = st.builds(Usage, *[st.integers(0, 9999)] * 4)
    reasons = st.sampled_from([None, "stop", "length", "content_filter"])
    told = st.tuples(reasons, _optional(names()), _optional(usage), _optional(st.floats(0, 1e6)), st.integers(0, 5))
    bare = st.tuples(hostile_text(5), st.none(), st.just(()))  # mostly: more messages in the same time
    return bare | bare | st.tuples(hostile_text(), _optional_text(), told)


@functools.cache
def _optional_text() -> st.SearchStrategy[str | None]:
    return _optional(hostile_text())


@functools.cache
def _dates() -> st.SearchStrategy[str | None]:
    return st.none() | st.just("2026-02-13 13:21") | hostile_text(2)


def _optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def _json_values() -> st.SearchStrategy[Any]:
    leaves = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6) | hostile_text(2)
    return leaves | st.lists(leaves, max_size=2) | st.dictionaries(st.sampled_from(["x", "y"]), leaves, max_size=2)


def _with_pairs_joined(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
