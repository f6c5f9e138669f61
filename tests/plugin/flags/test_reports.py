from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run = Callable[..., pytest.RunResult]
    Spec = Callable[[str], None]

TEST = """
def test_it(converse):
    assert converse(TEA)
"""


def test_the_record_of_a_run_is_left_in_reports_below_the_root(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\n")
    spec(TEST)
    run()

    assert (pytester.path / "reports" / "run.json").is_file()


def test_the_flag_names_another_folder(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(TEST)
    run("--harness-reports=out/today").stdout.fnmatch_lines(["*; written to out/today/run.json"])

    assert (pytester.path / "out" / "today" / "run.json").is_file()
    assert not (pytester.path / "reports").exists()


def test_the_ini_key_names_another_folder(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(TEST)
    pytester.makeini("[pytest]\nharness_reports = out\n")
    run()

    assert (pytester.path / "out" / "run.json").is_file()


def test_each_run_replaces_the_record_of_the_one_before(spec: Spec, run: Run, pytester: pytest.Pytester) -> None:
    spec(TEST)
    run()
    spec(TEST.replace("test_it", "test_that"))
    run()

    assert "test_tea.py::test_that" in (pytester.path / "reports" / "run.json").read_text()
    assert [path.name for path in (pytester.path / "reports").iterdir()] == ["run.json"]
