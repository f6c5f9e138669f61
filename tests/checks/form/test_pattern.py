from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dialogue_harness.checks.form.ambiguity import culprit
from dialogue_harness.checks.form.automaton import Automaton, TooBig
from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.checks.form.syntax import parse
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError

#: Expressions that take a backtracking engine exponential time, and the part of each that does.
EVIL = {
    r"(a+)+$": "(a+)+",
    r"(a*)*b": "(a*)*",
    r"(.*)*x": "(.*)*",
    r"(a|aa)+$": "(a(?:|a))+",
    r"(a|a)*b": "(a(?:|))*",
    r"(\w+\s?)*$": r"(\w+\s?)*",
    r"^(([a-z])+.)+[A-Z]([a-z])+$": "(([a-z])+.)+",
    r"(a|b|ab)*c": "(a|b|ab)*",
    r"(?:\s*\w+)*$": r"(?:\s*\w+)*",
    r"(a*b?)*$": "(a*b?)*",
    r"(x+x+)+y": "(x+x+)+",
    r"(?=(a+)+b)a": "(a+)+",
    r"^(\d+|\w+)*$": r"(\d+|\w+)*",
    r"(\d{1,3}){1,20}x": r"(\d{1,3}){1,20}",
    r"(a{1,30}){12}": "(a{1,30}){12}",
    r"(?i)(A|[b-z]a|aa)*$": "(A|[b-z]a|aa)*",
    r"(.+,)*?\d|x": "(.+,)*?",
    r"z|((ab?)+)+z": "((ab?)+)+",
    r"(?:\b|^){2,}x": r"(?:\b|^){2,}",
    r"(?>(a+)+c)b": "(a+)+",
    r"(?:(a+)+c)*+b": "(a+)+",
    r"^(#{1,6}\s.+\n?)+$": r"(#{1,6}\s.+\u000a?)+",
    r"((a+,)*(b|c)+)*d": "((a+,)*([bc])+)*",
    r"((a+,)*b)*(d*)*": "(d*)*",
}
#: Expressions that look like those and are harmless.
GOOD = [
    r"(\d+,)*\d+", r"[a-z]+@[a-z]+\.com", r"(foo|bar)+", r"^\s*\{.*\}\s*$", r"\b(yes|no)\b", r"^(?!.*foo).*$",
    r"^(?:\d{1,3}\.){3}\d{1,3}$", r"(\w+,)*", r"(ab|ac)*d", r"(a?)*b", r"https?://\S+", r"^- .+(\n- .+)*$",
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}", r'"(?:[^"\\]|\\.)*"', r"(?:a++b?)*c", r"(\w)\1",
    r"[A-Z]\w*( [A-Z]\w*)+", r"^\s+|\s+$", r".*.*.*=.*", r"^(\w+\s)+\w+$", r"(?!)", "", r"(?i:(A|a)*)b", r"(a+b)+$",
    r"(?>a+)+b", r"^(?=.*\d)(?=.*[a-z]).{8,}$", r"(x)?(?(1)y+|z+)", r"[^\W\d_]+", r"(?s).*END\Z", r"(?m)^#+ .*$",
]  # fmt: skip


def found(text: str, pattern: Any) -> bool:
    return bool(conforms(Message(1, "A", text), pattern=pattern))


def refused(pattern: Any) -> str:
    with pytest.raises(CheckError) as caught:
        conforms([], pattern=pattern)
    return str(caught.value)


def test_a_pattern_is_found_anywhere_in_a_message() -> None:
    assert found("The tide turns at 12:30.", r"\d\d:\d\d")
    assert not found("The tide turns at noon.", r"\d\d:\d\d")


def test_a_pattern_can_be_bound_to_the_whole_message() -> None:
    assert found(" 12:30\n", r"^\d\d:\d\d$")
    assert not found("At 12:30", r"^\d\d:\d\d$")


def test_a_compiled_pattern_keeps_its_flags() -> None:
    assert found("TIDE", re.compile("tide", re.IGNORECASE))
    assert not found("TIDE", "tide")


def test_the_evidence_names_the_pattern_safe_to_print() -> None:
    verdict = conforms(Message(3, "A", "Hm."), pattern="\x1b[0-9]+m" + "x" * 100)
    assert verdict.evidence[0].why == "does not match '\\x1b[0-9]+m" + "x" * 48 + "…'"


def test_a_pattern_that_does_not_compile_is_refused_with_the_place() -> None:
    assert refused("a[b") == "conforms: pattern does not compile: unterminated character set at character 2\n  got: a[b"
    assert refused("(").startswith("conforms: pattern does not compile: ")


@pytest.mark.parametrize(("pattern", "nearest"), [(b"x+", "\n  nearest: 'x+'"), (7, ""), (re.compile(b"x"), "")])
def test_a_pattern_that_is_none_is_refused(pattern: Any, nearest: str) -> None:
    text = refused(pattern)
    assert text.startswith("conforms: pattern must be a regular expression: a string or a compiled one\n  got: ")
    assert text.endswith(nearest)


def test_a_pattern_that_may_take_for_ever_is_refused_with_its_part_and_the_way_out() -> None:
    assert refused(r"^(\w+\s?)*$") == (
        "conforms: pattern may take for ever: (\\w+\\s?)* can match one text in exponentially many ways\n"
        "  got: ^(\\w+\\s?)*$\n"
        "how to fix: leave one way to match each character: a+ for (a+)+, [ab]* for (a|b|ab)*, and between "
        "repetitions something that cannot be part of them, as the comma in (\\w+,)*"
    )


@pytest.mark.parametrize(("pattern", "part"), EVIL.items())
def test_an_expression_that_takes_exponential_time_is_caught_at_its_part(pattern: str, part: str) -> None:
    repeat = culprit(parse(pattern))
    assert repeat is not None
    assert repeat.source == part


@pytest.mark.parametrize("pattern", GOOD)
def test_an_expression_that_only_looks_dangerous_is_let_through(pattern: str) -> None:
    assert culprit(parse(pattern)) is None
    conforms(Message(1, "A", "a"), pattern=pattern)


@pytest.mark.parametrize("pattern", GOOD)
def test_any_text_is_searched_in_linear_time(pattern: str) -> None:
    for unit in ("a", "a ", "1,", "x=", "A b ", '"', "# a\n", "foo", "ab", "a-", "ä", "\n", "a.a.a."):
        text = unit * (40_000 // len(unit)) + "!"  # as `re` would do it, some of these take hours
        assert found(text, pattern) in {True, False}
        short = unit * 30 + "!"
        assert found(short, pattern) == (re.search(pattern, short.strip()) is not None)


def test_what_only_backtracking_can_do_is_not_tried_on_texts_that_are_too_long() -> None:
    verdict = conforms(Message(1, "A", "a" * 20_000), pattern=r"(?<!x)a+(?=b)a*")
    assert verdict.evidence[0].why == (
        "has 20000 characters, more than can be searched for '(?<!x)a+(?=b)a*' in good time"
    )
    assert found("a" * 20 + "b", r"(?<!x)a+(?=b)a*")


LEAVES = st.sampled_from(
    [
        "a",
        "b",
        ".",
        "[ab]",
        "[^a]",
        r"\w",
        r"\s",
        r"\d",
        r"\W",
        "\\n",
        "^",
        "$",
        r"\b",
        r"\B",
        r"\A",
        r"\Z",
        "é",
        "[a-c]",
    ]
)
QUANTIFIERS = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "*?", "+?", "??", "{2,}", "{0,2}?", "{12}"])


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.builds("{}{}".format, inner, inner)
        | st.builds("(?:{}|{})".format, inner, inner)
        | st.builds("({}){}".format, inner, QUANTIFIERS)
        | st.builds("(?{}:{})".format, st.sampled_from("ims"), inner)
    )


PATTERNS = st.recursive(LEAVES, _combined, max_leaves=8)
TEXTS = st.text(st.sampled_from("abcAÉé1_ \n"), max_size=9)


@given(PATTERNS, st.sampled_from([0, re.IGNORECASE, re.MULTILINE, re.DOTALL, re.ASCII]), st.lists(TEXTS, max_size=5))
def test_the_automaton_finds_what_python_finds(pattern: str, flags: int, texts: list[str]) -> None:
    automaton = Automaton(parse(pattern, flags))
    for text in ["", "\n", *texts]:
        assert automaton.found_in(text) == (re.search(pattern, text, flags) is not None)


@given(PATTERNS, TEXTS)
def test_the_source_of_a_tree_means_the_same_as_what_it_was_read_from(pattern: str, text: str) -> None:
    assume(not re.search(r"\(\?[ims]:", pattern))  # flags of a group are kept in its leaves, not in the source
    assert (re.search(parse(pattern).source, text) is None) == (re.search(pattern, text) is None)


@given(PATTERNS, st.sampled_from(["a", "ab", "b", "1", " ", "\n", "éb"]))
def test_an_expression_that_is_let_through_is_quick_on_what_almost_matches(pattern: str, unit: str) -> None:
    never = rf"(?:{pattern})\Z(?!)"  # every way there is gets tried
    if culprit(parse(never)) is None:
        assert not found(unit * 300, never)


def test_an_expression_too_large_to_be_examined_is_left_to_an_automaton() -> None:
    listed = "|".join(f"word{n}" for n in range(600))
    assert found("word5word17word599", f"^(?:{listed})+$")
    assert not found("word5" * 5_000 + "word", f"^(?:{listed})+$")


def test_an_expression_that_is_too_large_and_no_automaton_is_refused() -> None:
    listed = "|".join(f"word{n}" for n in range(600))
    assert refused(f"(?!x)^(?:{listed})+$").startswith(
        "conforms: pattern is too large to be examined for what takes for ever; take it apart"
    )


def test_an_automaton_forgets_what_it_cannot_keep() -> None:
    automaton = Automaton(parse("(?s)(a|b).{9}(a|b)c"))  # it has more states than are kept
    text = "".join("ab"[(n * n // 7) % 2] for n in range(30_000))
    for character in ("x" * 60_000, text, "".join(map(chr, range(0x100, 0x9000)))):
        assert not automaton.found_in(character)
    assert automaton.found_in(text + "c")


def test_an_expression_of_too_many_nodes_is_no_automaton() -> None:
    with pytest.raises(TooBig):
        Automaton(parse("(abc){5000}"))


def test_a_long_list_of_words_is_a_fine_pattern() -> None:
    listed = "|".join(f"word{n}" for n in range(600))
    assert found("so word599 it is", rf"\b({listed})\b")
    assert not found("so word it is", rf"\b({listed})\b")


def test_a_pattern_nested_too_deeply_is_refused() -> None:
    assert refused("(" * 5000 + "a" + ")" * 5000) == (
        "conforms: pattern is nested too deeply, or repeats too often\n  got: " + "(" * 99 + "…"
    )


def test_warnings_about_what_a_pattern_may_come_to_mean_are_not_errors() -> None:
    assert found("a[[", "[[a]")
