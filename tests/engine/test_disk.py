"""What a full disk, a read-only one and a folder that is taken away do to a run: as little as possible, and told."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness import read_recording
from dialogue_harness.report.run import RunRecord, write_run
from dialogue_harness.storage.reader import load_partial
from dialogue_harness.testing.server import ProtocolServer, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., pytest.RunResult]
    Mount = Callable[..., Path]

SPEC = """
import pytest
from dialogue_harness import Scenario, Speaker

SPEAKER = Speaker("some/model")
SMALL = Scenario("small", a=SPEAKER, b=SPEAKER, turns=2)
LARGE = Scenario("large", a=SPEAKER, b=SPEAKER, turns=60)

@pytest.mark.scenario(SMALL)
def test_small(dialogue):
    assert dialogue

@pytest.mark.scenario(LARGE)
def test_large(dialogue):
    assert dialogue
"""

LARGE = "fixtures/large/some+model_vs_some+model/1.jsonl"


@pytest.fixture
def server(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProtocolServer]:
    pytester.makepyfile(test_talk=SPEC)
    with ProtocolServer() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.delenv("OPENAI_API_KEY", raising=False)
        yield server


@pytest.fixture
def mount(pytester: pytest.Pytester) -> Iterator[Mount]:
    """Return a function that puts a file system of its own, with these options, at a folder."""
    mounted: list[Path] = []

    def mount(name: str, options: str) -> Path:
        folder = pytester.path / name
        folder.mkdir(exist_ok=True)
        if folder in mounted:
            options = f"remount,{options}"
        program = shutil.which("mount")
        command = [program or "", "-t", "tmpfs", "-o", options, "none", str(folder)]
        if program is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root may mount a file system")
        mounted.append(folder)
        return folder

    yield mount
    for folder in set(mounted):
        subprocess.run([shutil.which("umount") or "", str(folder)], check=True)


def test_on_a_full_disk_what_was_said_is_kept_and_the_next_run_goes_on(
    server: ProtocolServer, run: Run, mount: Mount, pytester: pytest.Pytester
) -> None:
    mount("fixtures", "size=20k")
    result = run("--harness-record=missing")
    kept = len(load_partial(pytester.path / LARGE).dialogue)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([
        "recording cannot be written",
        f"  file: {LARGE}",
        f"  not written: message {kept + 1}",
        "  problem: No space left on device",
        f"  kept: {kept} messages in {LARGE}",
        "how to fix: solve the problem above; then pytest test_talk.py::test_large --harness-record=missing",
        "incomplete, and can be continued:",
        f"  {LARGE} ({kept} of 121 messages): recording cannot be written: No space left on device",
    ])  # fmt: skip
    assert (pytester.path / LARGE).read_bytes().endswith(b"\n")
    assert server.calls == 4 + kept  # the opener was not asked for, and one message is lost

    mount("fixtures", "size=1m")
    run("--harness-record=missing").assert_outcomes(passed=2)
    assert server.calls == 4 + 120 + 1
    run("--harness-record=missing", "--harness-fixtures=elsewhere").assert_outcomes(passed=2)
    undisturbed = read_recording(pytester.path / LARGE.replace("fixtures", "elsewhere"))
    assert read_recording(pytester.path / LARGE).texts == undisturbed.texts


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_asked_for(
    server: ProtocolServer, run: Run, mount: Mount
) -> None:
    mount("fixtures", "ro")
    result = run("--harness-record=missing", "-k", "small")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_small*",
            "recording cannot be locked",
            "  file: fixtures/.harness/locks/small/some+model_vs_some+model/1.lock",
            "  problem: Read-only file system",
            "how to fix: make that folder writable; then pytest *",
        ],
        consecutive=True,
    )
    assert server.calls == 0


def test_a_folder_that_is_taken_away_is_told_at_the_next_message(
    server: ProtocolServer, run: Run, pytester: pytest.Pytester
) -> None:
    def answer(request: Any, call: int) -> str:
        if call == 7:
            shutil.rmtree(pytester.path / "fixtures")
        return say(request)

    server.answer = answer
    result = run("--harness-record=missing", "-k", "large")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "recording was removed while it was made",
            f"  file: {LARGE}",
            "  not written: message 9",
            "how to fix: keep the file where it is; then pytest test_talk.py::test_large --harness-record=missing",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*can be continued:")
    assert server.calls == 8


def test_notes_between_processes_that_cannot_be_written_are_an_error_of_the_recording(
    server: ProtocolServer, run: Run, pytester: pytest.Pytester
) -> None:
    own = pytester.path / "fixtures" / ".harness"
    own.mkdir(parents=True)
    (own / "runs").write_text("in the way")
    result = run("--harness-record=all", "-k", "small")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["notes of this run cannot be written", "  problem: *", "how to fix: solve the problem above; then pytest *"]
    )
    assert server.calls == 0


@pytest.mark.parametrize("options", [(), ("-q",)])
def test_a_report_that_cannot_be_written_is_told_and_the_tests_are_judged(
    options: tuple[str, ...], server: ProtocolServer, run: Run, pytester: pytest.Pytester
) -> None:
    (pytester.path / "reports").write_text("in the way")
    result = run("--harness-record=missing", "-k", "small", *options)

    assert server.calls == 4
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["1 dialogue: 1 recorded; * tokens", "harness: reports/run.json cannot be written: *"])


def test_a_failed_live_dialogue_that_cannot_be_kept_is_explained_all_the_same(
    server: ProtocolServer, run: Run, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_talk=SPEC.replace("assert dialogue", "assert not dialogue, 'it is there'"))
    (pytester.path / "reports").mkdir()
    (pytester.path / "reports" / "failures").write_text("in the way")
    result = run("--harness-live", "-k", "small")

    assert server.calls == 4
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E * it is there*", "E * note: it could not be kept in reports/failures: *"])
    result.stdout.no_fnmatch_line("*reproduce:*")


def test_a_record_that_cannot_be_put_in_place_leaves_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "run.json"
    place.mkdir()
    (place / "in the way").touch()
    record = RunRecord("0.1.0", "2026-11-23T18:05:00Z", 1.0, "none", live=False, dialogues=[], tests=[])
    with pytest.raises(OSError, match=str(place)):
        write_run(record, place)

    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_record_replaces_the_one_before(tmp_path: Path) -> None:
    place = tmp_path / "run.json"
    place.write_text("old")
    write_run(RunRecord("0.1.0", "2026-11-23T18:05:00Z", 1.0, "none", live=False, dialogues=[], tests=[]), place)

    assert json.loads(place.read_text())["harness_version"] == "0.1.0"
