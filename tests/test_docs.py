"""The documentation agrees with the software, as far as a program can tell."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

import pytest

import dialogue_harness
from dialogue_harness import checks, cli
from dialogue_harness.engine.obtain import _ACTIONS, RECORD_MODES
from dialogue_harness.plugin import OPTIONS
from dialogue_harness.report.run import DialogueRecord, RunRecord, SampleRecord, TestRecord
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DOCS: Final = ROOT / "docs"
PAGES: Final = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FLAG = re.compile(r"--harness-[a-z-]*[a-z]")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    return _FENCE.sub("", read(page))


def examples(page: Path) -> list[str]:
    return [block for language, block in _FENCE.findall(read(page)) if language == "python"]


def anchors(page: Path) -> set[str]:
    """Return what a link to a heading of the page may say after its ``#``, by GitHub's rule."""
    headings = (heading.strip().lower() for heading in _HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor of every link of a page that stays within the project."""
    for link in _LINK.findall(prose(page)):
        if "://" not in link:
            target, _, anchor = link.partition("#")
            yield (page.parent / target).resolve() if target else page, anchor


def rows(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, its head row first."""
    below = read(page).partition(f"## {heading}\n")[2]
    lines = [line for line in below.partition("\n## ")[0].splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [cells[0], *cells[2:]]


@every_page
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken = [
        f"{target.name}#{anchor}"
        for target, anchor in links(page)
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert broken == []


@every_page
def test_every_python_example_compiles(page: Path) -> None:
    for example in examples(page):
        ast.parse(example, filename=str(page))


@every_page
def test_every_fence_says_what_it_holds_or_holds_no_code(page: Path) -> None:
    blocks = _FENCE.findall(read(page))
    assert read(page).count("\n```") == 2 * len(blocks)
    assert {language for language, _ in blocks} <= {"", "python", "console", "ini", "toml", "json", "text", "yaml"}


def test_the_examples_of_writing_specs_together_are_a_spec_that_passes(
    pytester: pytest.Pytester, run: Callable[..., pytest.RunResult]
) -> None:
    pytester.makepyfile(test_examples="\n\n".join(examples(DOCS / "writing-specs.md")))
    outcomes = run("--harness-record=missing").parseoutcomes()
    assert outcomes.pop("xfailed") == 1
    assert outcomes.keys() == {"passed"}
    run().assert_outcomes(passed=outcomes["passed"], xfailed=1)


@pytest.mark.parametrize("name", ["models.md", "transcripts.md"])
def test_the_examples_of_a_page_run(name: str) -> None:
    namespace: dict[str, object] = {}
    for example in examples(DOCS / name):
        exec(compile(example, name, "exec"), namespace)  # noqa: S102 -- our own documentation
    assert len(namespace) > 1


def test_every_flag_is_in_the_configuration_page_and_no_other(run: Callable[..., pytest.RunResult]) -> None:
    helped = set(_FLAG.findall(run("--help").stdout.str()))
    table = {
        flag for row in rows(DOCS / "configuration.md", "Flags and ini keys")[1:] for flag in _FLAG.findall(row[0])
    }
    assert table == helped


def test_every_ini_key_stands_beside_its_flag_with_its_default() -> None:
    told = {row[1]: (row[0], row[2]) for row in rows(DOCS / "configuration.md", "Flags and ini keys")[1:]}
    assert told.keys() == {f"`harness_{stem.replace('-', '_')}`" for stem, *_ in OPTIONS} | {
        "`harness_live`",
        "`harness_endpoints`",
        "`harness_not_secret`",
        "`harness_plan`",
        "`harness_prices`",
    }
    for stem, metavar, help_text in OPTIONS:
        flag, default = told[f"`harness_{stem.replace('-', '_')}`"]
        assert flag == f"`--harness-{stem}={'MODE' if stem == 'record' else metavar}`"
        for stated in re.findall(r"\(default: (\w+)\)", help_text):
            assert default == f"`{stated}`"


@every_page
def test_no_page_names_a_flag_that_there_is_not(page: Path) -> None:
    there = {f"--harness-{stem}" for stem, *_ in OPTIONS} | {"--harness-live", "--harness-plan"}
    assert set(_FLAG.findall(read(page))) <= there


def test_the_table_of_modes_is_what_the_recorder_does() -> None:
    head, *body = rows(DOCS / "recordings.md", "What happens where no valid recording exists")
    assert head[1:] == [f"`{mode}`" for mode in ("none", "missing", "extend", "changed", "all")]
    assert {cell.strip("`") for cell in head[1:]} == set(RECORD_MODES)
    done = {"record": "recorded", "continue": "continued", "extend": "extended", "replace": "re-recorded"}
    expected = {
        re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__.removeprefix("Recording")).lower(): [
            done[action[mode]] if (mode := cell.strip("`")) in action else "error" for cell in head[1:]
        ]
        for kind, action in _ACTIONS.items()
    }
    assert {row[0]: row[1:] for row in body if row[0] != "valid"} == expected


def test_every_field_of_a_run_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", read(DOCS / "configuration.md").partition("## What a run leaves")[2]))
    fields = {
        name for record in (RunRecord, TestRecord, SampleRecord, DialogueRecord) for name in record.__struct_fields__
    }
    assert fields - told == set()


def test_every_public_name_is_told_of() -> None:
    told = "".join(map(read, PAGES))
    assert [
        name for name in dialogue_harness.__all__ if name != "__version__" and not re.search(rf"\b{name}\b", told)
    ] == []


def test_every_public_name_of_the_checks_is_told_of() -> None:
    page = read(DOCS / "checks.md")
    assert [name for name in checks.__all__ if f"`{name}" not in page and f"{name}(" not in page] == []


@pytest.mark.skipif(not (DOCS / "cli.md").exists(), reason="the command line has no page yet")
def test_every_verb_of_the_command_line_is_told_of() -> None:
    page = read(DOCS / "cli.md")
    assert [verb for verb in cli.VERBS if f"harness {verb}" not in page] == []


def test_the_changelog_begins_with_the_version_that_there_is() -> None:
    (latest, *_) = re.findall(r"^## \[([^\]]+)\]", read(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert latest == dialogue_harness.__version__


def test_the_rooms_of_the_design_stand_in_the_order_that_the_tests_hold() -> None:
    tree = next(block for _, block in _FENCE.findall(read(DOCS / "design.md")) if block.startswith("harness/"))
    told = re.findall(r"^  (\w+)(?:\.py|/)", tree, re.MULTILINE)
    source = ast.parse((ROOT / "tests" / "test_rooms.py").read_text(encoding="utf-8"))
    (held,) = (
        ast.literal_eval(node.value)
        for node in source.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "ROOMS"
    )
    assert tuple(told) == ("__init__", *held)
