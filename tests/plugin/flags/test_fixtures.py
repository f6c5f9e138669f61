from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TEST = """
@pytest.mark.scenario(TEA)
def test_it(dialogue):
    assert mentions(dialogue, "cocoa")
"""
PLACE = "tea/builtin=scripted_vs_builtin=scripted/1.jsonl"


def test_recordings_are_kept_in_fixtures_below_the_root(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\n")
    spec(TEST)
    run("--harness-record=missing")

    assert (pytester.path / "fixtures" / PLACE).is_file()


def test_the_flag_names_another_folder(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(TEST)
    run("--harness-record=missing", "--harness-fixtures=my recordings")

    assert (pytester.path / "my recordings" / PLACE).is_file()
    assert not (pytester.path / "fixtures").exists()


def test_the_ini_key_names_another_folder_and_the_flag_has_the_last_word(
    spec: Spec, run: Run, pytester: pytest.Pytester
) -> None:
    spec(TEST)
    pytester.makeini("[pytest]\nharness_fixtures = kept\n")
    run("--harness-record=missing")
    run("--harness-record=missing", "--harness-fixtures=elsewhere")

    assert (pytester.path / "kept" / PLACE).is_file()
    assert (pytester.path / "elsewhere" / PLACE).is_file()


def test_the_command_to_reproduce_names_it(spec: Spec, run: Run) -> None:
    spec(TEST)
    run("--harness-record=missing", "--harness-fixtures=my recordings").stdout.fnmatch_lines([
        f"E * recording: my recordings/{PLACE}",
        f"E * read it: harness show 'my recordings/{PLACE}'",
        "E * reproduce: pytest test_tea.py::test_it '--harness-fixtures=my recordings'",
    ])  # fmt: skip
