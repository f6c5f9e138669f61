"""The pytest configuration is found and read as pytest finds and reads it, which pytest itself is asked."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness.errors import ConfigurationError
from dialogue_harness.settings.files import ProjectFile, find_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Configured = Callable[..., pytest.Config]

#: Each file that can configure pytest, and how it says the same in it.
INI = "harness_max_tokens = 300\nharness_prices =\n    # ours\n    lab:* = 1 2\n\n    big = 3 4 0.5\n"
TYPED = 'harness_max_tokens = "300"\nharness_prices = ["lab:* = 1 2", "big = 3 4 0.5"]\n'
SAME = {
    "pytest.toml": f"[pytest]\n{TYPED}",
    ".pytest.toml": f"[pytest]\n{TYPED}",
    "pytest.ini": f"[pytest]\n{INI}",
    ".pytest.ini": f"[pytest]\n{INI}",
    "pyproject.toml": '[tool.pytest.ini_options]\nharness_max_tokens = 300\nharness_prices = """\nlab:* = 1 2\n'
    'big = 3 4 0.5"""\n',
    "tox.ini": f"[tox]\n[pytest]\n{INI}",
    "setup.cfg": f"[metadata]\nname = x\n[tool:pytest]\n{INI}",
}
OTHER = {
    "pytest.toml": '[pytest]\nharness_max_tokens = "1"\n',
    ".pytest.toml": "",
    "pytest.ini": "",
    ".pytest.ini": "[pytest]\nharness_max_tokens = 1\n",
    "pyproject.toml": '[project]\nname = "x"\n',
    "tox.ini": "[tox]\n",
    "setup.cfg": "[metadata]\nname = x\n",
}
#: What only pytest 9 and later know.
NEWER = pytest.version_tuple >= (9,)
FILES = [name for name in SAME if NEWER or not name.endswith("pytest.toml")]


def asked(config: pytest.Config) -> tuple[Any, ...]:
    """Return what pytest says."""
    keys = ("harness_max_tokens", "harness_max_cost", "harness_prices", "harness_endpoints")
    return (config.inipath, *map(config.getini, keys))


def found(folder: Path) -> tuple[Any, ...]:
    """Return what we say of the same."""
    project = find_settings(folder)
    told = project.ini("harness_max_tokens"), project.ini("harness_max_cost")
    return (project.path, *told, project.lines("harness_prices"), project.lines("harness_endpoints"))


@pytest.mark.parametrize("name", FILES)
def test_every_file_that_configures_pytest_is_read_as_pytest_reads_it(name: str, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath(name).write_text(SAME[name], encoding="utf-8")
    assert found(pytester.path) == asked(pytester.parseconfig())
    assert found(pytester.path)[1:4] == ("300", None, ["lab:* = 1 2", "big = 3 4 0.5"])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("other", FILES)
def test_of_two_files_in_a_folder_the_one_that_pytest_takes_counts(
    name: str, other: str, pytester: pytest.Pytester
) -> None:
    pytester.path.joinpath(other).write_text(OTHER[other], encoding="utf-8")
    pytester.path.joinpath(name).write_text(SAME[name], encoding="utf-8")
    assert found(pytester.path) == asked(pytester.parseconfig())


@pytest.mark.skipif(not NEWER, reason="pytest 9 introduced it")
def test_the_newer_table_of_pyproject_counts_too(pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml(f"[tool.pytest]\n{TYPED}")
    assert found(pytester.path) == asked(pytester.parseconfig())


def test_the_file_of_a_folder_above_counts_and_a_nearer_one_hides_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = pytester.mkdir("specs")
    pytester.path.joinpath("pytest.ini").write_text(SAME["pytest.ini"], encoding="utf-8")
    inner.joinpath("pyproject.toml").write_text(OTHER["pyproject.toml"], encoding="utf-8")
    monkeypatch.chdir(inner)
    assert found(inner) == asked(pytester.parseconfig())
    assert found(inner)[0] == pytester.path / "pytest.ini"

    inner.joinpath("tox.ini").write_text("[pytest]\n", encoding="utf-8")
    assert found(inner) == asked(pytester.parseconfig())
    assert found(inner)[1:] == (None, None, [], [])


@pytest.mark.parametrize(
    ("addopts", "told"),
    [
        ("", None),
        ("-q", None),
        ("-q --harness-max-cost=5", "5"),
        ("--harness-max-cost 5 -q", "5"),
        ("--harness-max-cost=5 --harness-max-cost 6", "6"),
        ("--harness-max-cost 6 '--harness-max-cost=5'", "5"),
        ("--harness-max-cost-of-all=5", None),
    ],
)
def test_a_flag_can_stand_in_addopts_the_last_one_counts(addopts: str, told: str | None) -> None:
    assert ProjectFile(None, {"addopts": addopts}).flag("--harness-max-cost") == told
    assert ProjectFile(None, {"addopts": addopts.replace("'", "").split()}).flag("--harness-max-cost") == told


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("pyproject.toml", "[tool.pytest\n", "Expected ']' at the end of a table declaration (at line 1, column 13)"),
        ("pytest.ini", "[pytest]\nno value\n", "line 2: unexpected line: 'no value'"),
        (
            "pytest.ini",
            b"[pytest]\n# \xff\n",
            "'utf-8' codec can't decode byte 0xff in position 11: invalid start byte",
        ),
        (
            "pyproject.toml",
            "[tool.pytest]\nx = 'y'\n[tool.pytest.ini_options]\nx = 'y'\n",
            "[tool.pytest] and [tool.pytest.ini_options] exclude each other",
        ),
    ],
    ids=["toml", "ini", "encoding", "both"],
)
def test_a_file_that_cannot_be_read_is_told_with_what_is_wrong(
    name: str, content: str | bytes, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ConfigurationError) as caught:
        find_settings(tmp_path)
    assert str(caught.value) == (
        "the pytest configuration, which says what models may cost, cannot be read\n"
        f"  file: {name}\n"
        f"  problem: {problem}\n"
        "how to fix: correct that file"
    )


def test_an_open_quotation_mark_in_addopts_is_told() -> None:
    with pytest.raises(ConfigurationError) as caught:
        ProjectFile(None, {"addopts": "-k 'a"}).flag("--harness-max-cost")
    assert ("problem", "addopts: No closing quotation") in caught.value.facts


@pytest.mark.parametrize("content", ["tool = 5", "[tool]\npytest = 5", "[tool.pytest]\nini_options = 5"])
def test_tables_that_are_none_configure_nothing(content: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(content, encoding="utf-8")
    assert find_settings(tmp_path).lines("harness_prices") == []


def test_neither_pytest_nor_a_parser_that_is_not_needed_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from dialogue_harness.settings.files import find_settings\n"
        "find_settings(Path.cwd()); print(*sorted({'pytest', '_pytest', 'iniconfig', 'tomllib'} & sys.modules.keys()))"
    )
    loaded = []
    for name in (None, "pyproject.toml", "tox.ini"):
        if name is not None:
            (tmp_path / name).write_text("", encoding="utf-8")
        command = [sys.executable, "-c", script]
        loaded.append(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.split())
    assert loaded == [[], ["tomllib"], ["iniconfig", "tomllib"]]
