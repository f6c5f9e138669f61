from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.checks.form.markdown import KINDS, outline
from dialogue_harness.dialogue import Message
from dialogue_harness.errors import CheckError

REPORT = """\
# Tides

Some **bold** words, a `span` and a [link](https://example.org).

| hour | height |
|------|-------:|
| 12   | 4.1    |

## What to do

- row
- sail
  - far

> Not now.

```python
print("# no heading")
```
"""


def why(text: str, markdown: Any) -> str | None:
    verdict = conforms(Message(1, "A", text), markdown=markdown)
    return None if verdict else verdict.evidence[0].why


def kinds(text: str) -> set[str]:
    return {kind for kind, lines in outline(text).lines.items() if lines}


def test_the_outline_of_a_report() -> None:
    found = outline(REPORT)
    assert found.lines == {
        "headings": [1, 9], "lists": [11], "tables": [5], "code": [17], "quotes": [15], "emphasis": [3], "links": [3],
        "code_spans": [3],
    }  # fmt: skip
    assert found.levels == [1, 2]
    assert [(fence.line, fence.language, fence.content, fence.closed) for fence in found.fences] == [
        (17, "python", 'print("# no heading")', True)
    ]


def test_a_report_has_the_structure_that_is_asked_for() -> None:
    wanted = {"headings": (1, 3), "levels": (1, 2), "lists": 1, "tables": True, "languages": ["python", "json"]}
    assert why(REPORT, wanted) is None
    assert why(REPORT, {"headings": (2, None), "code": True, "quotes": True, "links": 1, "code_spans": (0, 1)}) is None


def test_each_thing_that_is_not_as_wanted_is_told_with_its_line() -> None:
    wanted = {"headings": 1, "levels": 1, "lists": False, "tables": (2, None), "languages": "json"}
    assert why(REPORT, wanted) == (
        "has 2 headings (line 1, …), 1 wanted; has 1 list (line 11), none wanted; has 1 table (line 5), 2 or more "
        "wanted; line 9 is a heading of level 2, not 1; and 1 more"
    )


def test_a_kind_that_is_missing_is_told() -> None:
    assert why("Plain.", {"tables": True, "languages": "py"}) == (
        "has no table, 1 or more wanted; has no code block in python"
    )


def test_code_in_another_language_or_in_none_is_told() -> None:
    assert why("```js\n1\n```", {"languages": "python"}) == "the code block at line 1 is in 'javascript', not python"
    assert why("```\n1\n```", {"languages": ["py", "json"]}) == (
        "the code block at line 1 is in no named language, not json or python"
    )


@pytest.mark.parametrize(
    ("written", "wanted"), [("py", "python"), ("Python", "py"), ("sh", "bash"), ("{.yml}", "yaml")]
)
def test_other_names_of_a_language_are_known(written: str, wanted: str) -> None:
    assert why(f"```{written}\n1\n```", {"languages": wanted}) is None


def test_a_code_block_that_is_never_closed_is_told() -> None:
    told = "the code block that opens at line 3 is never closed"
    assert why("So:\n\n```python\nprint(1)\n", {"code": True}) == told
    assert why("So:\n\n~~~~\n```\n~~~\n", {"code": 1}) == told
    assert why("So:\n\n```python\nprint(1)\n", {"tables": False}) is None


def test_no_markdown_at_all() -> None:
    assert why("Plain words, and nothing else.", markdown=False) is None
    assert why(REPORT, markdown=False) == (
        "has Markdown where none is wanted: heading at line 1, list at line 11, table at line 5, code block at line "
        "17, block quotation at line 15, emphasised text at line 3, link at line 3, code span at line 3"
    )


def test_some_markdown() -> None:
    assert why(REPORT, markdown=True) is None
    assert why("Plain words.", markdown=True) == "has no Markdown"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A", {"headings"}), ("### A ###", {"headings"}), ("   # A", {"headings"}), ("A\n===", {"headings"}),
        ("A\n---\nB", {"headings"}), ("#", {"headings"}),
        ("- a", {"lists"}), ("* a", {"lists"}), ("+ a", {"lists"}), ("1. a", {"lists"}),
        ("Well:\n1) a\n2) b", {"lists"}),
        ("x\n\n7. a", {"lists"}),
        ("|a|b|\n|-|-|", {"tables"}), ("a | b\n--- | :---:", {"tables"}),
        ("```\na\n```", {"code"}), ("~~~\na\n~~~", {"code"}), ("````md\n```\n````", {"code"}),
        ("> a", {"quotes"}), ("*nods*", {"emphasis"}), ("**a** b", {"emphasis"}), ("_a b_", {"emphasis"}),
        ("***a***", {"emphasis"}), ("**a_b**", {"emphasis"}), ("see [a](b)", {"links"}),
        ('[a](b "c")', {"links"}), ("`a`", {"code_spans"}), ("``a``", {"code_spans"}),
    ],
)  # fmt: skip
def test_markdown_is_recognised(text: str, found: set[str]) -> None:
    assert kinds(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "#hashtag", "####### seven", "C# is fine", "\\# no", "-5 degrees", "a - b", "1.5 litres",
        "I was born in\n1984. It was",
        "2 * 3 * 4", "snake_case_name", "__", "****", "* * *", "***", "---", "a_b_c", "5 < 6 > 4", "a|b",
        "a | b\n\n--- | ---",
        "|a|b|\n|-|", "[a] (b)", "[a](b c)", "[1]", "`", "`` a", "it's `open", "no_ _no", "\\*a\\*",
        "a\n\n---\n\nb", "What? ---", "e.g. this", "@a_b: c_d", "~~", "``` not ``` a fence?"[:3],
    ],
)  # fmt: skip
def test_what_nearly_is_markdown_is_not(text: str) -> None:
    assert kinds(text) - {"code"} == set()
    assert kinds(text) == ({"code"} if text == "```" else set())


def test_a_list_goes_on_over_blank_and_indented_lines_and_ends_with_a_paragraph() -> None:
    assert outline("- a\n\n- b\n  more\n\n  and more\n- c\n\nPlain.\n\n- d").lines["lists"] == [1, 11]


def test_two_quotations_with_a_line_between_are_two() -> None:
    assert outline("> a\n> b\n\n> c").lines["quotes"] == [1, 4]


def test_what_stands_in_code_is_no_markdown() -> None:
    assert kinds("```\n# a\n- b\n**c**\n> d\n|a|b|\n|-|-|\n```") == {"code"}
    assert kinds("`**a**`") == {"code_spans"}


def test_windows_line_ends_make_no_difference() -> None:
    assert outline(REPORT.replace("\n", "\r\n")).lines == outline(REPORT).lines


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (
            {"heading": True},
            ("conforms: markdown has no 'heading'; it takes headings, lists, tables, code, quotes, emphasis, links, "
            'code_spans, levels, languages\n  got: \'heading\'\n  nearest: "headings"'),
        ),
        ("none", ('conforms: markdown must be True, False or a dict of kinds of Markdown\n'
                 '  got: \'none\'\n  nearest: {"headings": True, "code": False}')),
        ({}, ('conforms: markdown must be True, False or a dict of kinds of Markdown\n'
             '  got: {}\n  nearest: {"headings": True, "code": False}')),
        ({"lists": -1}, "conforms: markdown['lists'] must be a whole number, 0 or more\n  got: -1\n  nearest: 0"),
        ({"lists": (3, 1)},
         "conforms: markdown['lists'] has a most that is below its least\n  got: (3, 1)\n  nearest: (1, 3)"),
        ({"lists": "two"}, ("conforms: markdown['lists'] must be True, False, a number, or the least and the most\n"
                           "  got: 'two'\n  nearest: (1, 3)")),
        ({"levels": (0, 3)}, ("conforms: markdown['levels'] must be levels of headings: one from 1 to 6, or the first "
                             "and the last\n  got: (0, 3)\n  nearest: (1, 3)")),
        ({"levels": True}, ("conforms: markdown['levels'] must be levels of headings: one from 1 to 6, or the first "
                           "and the last\n  got: True\n  nearest: (1, 3)")),
        ({"languages": []}, "conforms: markdown['languages'] must not be empty: it would ask for nothing\n  got: []"),
    ],
)  # fmt: skip
def test_a_structure_that_makes_no_sense_is_refused(wanted: Any, text: str) -> None:
    with pytest.raises(CheckError) as caught:
        why("Plain.", wanted)
    assert str(caught.value) == text


LINES = st.sampled_from(
    ["# a", "- a", "1. a", "", "a", "a | b", "--- | ---", "```", "```py", "> a", "**a**", "===", "    a", "\ta", "~~~"]
)


@given(st.lists(LINES, max_size=12), st.text(max_size=5))
def test_every_line_number_is_one_of_the_text(lines: list[str], more: str) -> None:
    text = "\n".join([*lines, more])
    found = outline(text)
    assert set(found.lines) == set(KINDS)
    assert all(1 <= line <= text.count("\n") + 1 for numbers in found.lines.values() for line in numbers)
    assert len(found.levels) == len(found.lines["headings"])


@pytest.mark.parametrize(
    "unit", ["*", "* ", "*a", "_", "`", "[", "[a](", "|", "| ", "-", "- ", "#", "> ", "1. a\n", "```\n", "a|b\n-|-\n"]
)
def test_a_long_message_is_outlined_in_linear_time(unit: str) -> None:
    assert len(outline(unit * (200_000 // len(unit))).lines) == len(KINDS)
