from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.checks.form import pattern as patterns
from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError


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
    assert (
        refused("a[b") == "conforms: pattern does not compile: unterminated character set at character 4\n  got: 'a[b'"
    )
    assert refused("(").startswith("conforms: pattern does not compile: ")


@pytest.mark.parametrize(("pattern", "nearest"), [(b"x+", "\n  nearest: 'x+'"), (7, ""), (re.compile(b"x"), "")])
def test_a_pattern_that_is_none_is_refused(pattern: Any, nearest: str) -> None:
    text = refused(pattern)
    assert text.startswith("conforms: pattern must be a regular expression: a string or a compiled one\n  got: ")
    assert text.endswith(nearest)


def test_a_pattern_that_runs_out_of_time_is_an_error_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "TIME_LIMIT", 0.05)
    with pytest.raises(CheckError) as caught:
        found("a" * 5_000 + "!", r"(a|aa)+(b|c)+$")
    assert str(caught.value) == (
        "conforms: pattern ran out of time: no answer within 0.05 seconds\n"
        "  pattern: (a|aa)+(b|c)+$\n"
        "  text: 5,001 characters\n"
        "how to fix: leave one way to match each character, such as a+ for (a+)+, or [ab]* for (a|b|ab)*"
    )


@given(
    st.sampled_from([r"\w+@\w+", "(?i)TIDE", r"^- .+(\n- .+)*$", r"(\w)\1", r"a++b", r"(?<!x)y"]),
    st.text("aby x@-\n1", max_size=30),
)
def test_a_pattern_is_found_where_python_finds_it(pattern: str, text: str) -> None:
    assert found(text, pattern) == (re.search(pattern, text.strip()) is not None)


@pytest.mark.parametrize("flag", [re.ASCII, re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE])
def test_each_flag_of_a_compiled_pattern_counts(flag: re.RegexFlag) -> None:
    pattern = re.compile(r"^ \w . $ | é | TIDE", flag)
    for text in ("tide", "x\né", "é", " a b ", "aé", "a \n"):
        assert found(text, pattern) == (pattern.search(text.strip()) is not None)


def test_a_pattern_nested_too_deeply_is_refused() -> None:
    assert refused("(" * 5000 + "a" + ")" * 5000).startswith(
        "conforms: pattern is nested too deeply, or repeats too often\n  got: '((((("
    )
