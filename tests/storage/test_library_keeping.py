from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import RecordingError
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.journal import Journal, write_recording
from dialogue_harness.storage.library import Library, Served, same_draw
from dialogue_harness.storage.reader import load

ELIZA = Speaker("builtin:eliza")
TALK = Scenario("small-talk", a=ELIZA, b=ELIZA, opener="Hello.", turns=1)
SAID = Dialogue.from_texts(["Hello.", "Hello you.", "Well."], scenario=TALK)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "fixtures")


def test_samples_are_listed_in_order_and_nothing_else_is(library: Library) -> None:
    assert library.samples(TALK) == []
    for sample in (10, 9, 1):
        Journal.create(library.path(TALK, sample), TALK, sample).close()
    for name in ("x.jsonl", "01.jsonl", "2.json", "3.jsonl.partial", "².jsonl"):
        (library.path(TALK, 1).parent / name).touch()
    assert library.samples(TALK) == [1, 9, 10]


def test_every_recording_is_listed_by_folder_then_by_sample(library: Library) -> None:
    assert list(library.recordings()) == []
    other = replace(TALK, name="argument")
    paths = [library.path(other, 2), library.path(TALK, 2), library.path(TALK, 10), library.path(TALK, 11)]
    for path in reversed(paths):
        write_recording(path, SAID)
    (library.root / ".harness").mkdir()
    (library.root / ".harness" / "9.jsonl").touch()
    (library.root / "notes.txt").touch()
    assert list(library.recordings()) == paths


def test_a_dialogue_is_added_as_the_sample_after_the_highest(library: Library) -> None:
    assert library.add(SAID) == library.path(TALK, 1)
    Journal.create(library.path(TALK, 7), TALK, 7).close()
    path = library.add(SAID)
    assert path == library.path(TALK, 8)
    recording = load(path)
    assert (recording.dialogue, recording.origin) == (replace(SAID, sample=8), "import")


def test_a_dialogue_can_be_added_under_another_name(library: Library) -> None:
    path = library.add(replace(SAID, date="2025-01-02 03:04", heading="x"), name="chat / 1")
    assert path == library.root / "chat%20+%201" / "builtin=eliza_vs_builtin=eliza" / "1.jsonl"
    dialogue = load(path).dialogue
    assert dialogue.scenario.name == "chat / 1"
    assert (dialogue.date, dialogue.heading) == ("2025-01-02 03:04", "x")


def test_dialogues_added_at_the_same_time_get_a_sample_each(library: Library) -> None:
    threads = [threading.Thread(target=lambda: [library.add(SAID) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert library.samples(TALK) == list(range(1, 41))
    assert [load(path).dialogue.sample for path in library.recordings()] == list(range(1, 41))


def test_a_library_that_cannot_be_written_is_an_error(library: Library) -> None:
    library.root.write_text("a file")
    with pytest.raises(RecordingError, match="recording cannot be written"):
        library.add(SAID)


def test_a_lock_keeps_others_out_until_it_is_left(library: Library) -> None:
    with library.lock(TALK, 1):
        with pytest.raises(TimeoutError), Library(library.root).lock(TALK, 1, timeout=0):
            pass
        with library.lock(TALK, 2, timeout=0), library.lock(replace(TALK, name="other"), 1, timeout=0):
            pass
    with library.lock(TALK, 1, timeout=0):
        pass


def test_a_lock_is_let_go_when_its_block_raises(library: Library) -> None:
    with contextlib.suppress(KeyError), library.lock(TALK, 1):
        raise KeyError
    with library.lock(TALK, 1, timeout=0):
        pass


def test_a_lock_keeps_other_processes_out(library: Library) -> None:
    code = f"""
from dialogue_harness import Scenario, Speaker
from dialogue_harness.storage.library import Library
eliza = Speaker("builtin:eliza")
try:
    with Library({str(library.root)!r}).lock(Scenario("small-talk", a=eliza, b=eliza), 1, timeout=0):
        print("free")
except TimeoutError:
    print("held")
"""

    def other_process() -> str:
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return run.stdout.strip()

    with library.lock(TALK, 1):
        assert other_process() == "held"
    assert other_process() == "free"


def test_a_lock_waits_until_it_is_free(library: Library) -> None:
    order = []

    def waiting() -> None:
        with library.lock(TALK, 1):
            order.append("second")

    thread = threading.Thread(target=waiting)
    with library.lock(TALK, 1):
        thread.start()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_lock_may_be_left_in_another_thread(library: Library) -> None:
    lock = library.lock(TALK, 1)
    lock.__enter__()
    thread = threading.Thread(target=lock.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    with library.lock(TALK, 1, timeout=0):
        pass


def test_what_processes_tell_each_other_is_no_recording(library: Library) -> None:
    folder = library.shared("a-run")
    folder.mkdir(parents=True)
    (folder / "1.jsonl").touch()

    assert folder == library.root / ".harness" / "runs" / "a-run"
    assert list(library.recordings()) == []


def test_locks_are_kept_out_of_version_control_and_out_of_the_recordings(library: Library) -> None:
    library.add(SAID)
    with library.lock(TALK, 1):
        assert list(library.recordings()) == [library.path(TALK, 1)]
    assert sorted(os.listdir(library.root)) == [".harness", "small-talk"]  # noqa: PTH208 -- the names alone
    assert (library.root / ".harness" / ".gitignore").read_bytes() == b"*\n"


def test_a_gitignore_that_is_there_stays(library: Library) -> None:
    (library.root / ".harness").mkdir(parents=True)
    (library.root / ".harness" / ".gitignore").write_text("mine\n")
    with library.lock(TALK, 1):
        pass
    assert (library.root / ".harness" / ".gitignore").read_text() == "mine\n"


def test_a_lock_that_cannot_be_made_is_an_error(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.root.parent)
    library.root.write_text("a file")
    with pytest.raises(RecordingError) as raised, library.lock(TALK, 1):
        pass
    place = Path("fixtures", ".harness", "locks", "small-talk", "builtin=eliza_vs_builtin=eliza", "1.lock")
    assert str(raised.value) == (
        "recording cannot be locked\n"
        f"  file: {place}\n"
        "  problem: Not a directory\n"
        "how to fix: make that folder writable"
    )  # fmt: skip


def timed(*ms: float | None) -> Dialogue:
    first, *rest = SAID.messages
    said = [Message(m.number, m.speaker, m.text, ms=t) for m, t in zip(rest, ms, strict=True)]
    return replace(SAID, messages=(first, *said))


def recorded(library: Library, *dialogues: Dialogue) -> list[Served]:
    served = []
    for sample, dialogue in enumerate(dialogues, 1):
        write_recording(library.path(TALK, sample), replace(dialogue, sample=sample), origin="run")
        served.append(library.serve(TALK, sample))
    return served


def test_samples_that_agree_in_every_measured_time_are_one_draw(library: Library) -> None:
    assert same_draw(recorded(library, timed(812.5, 90.25), timed(640.0, 3.5), timed(812.5, 90.25))) == (1, 3)


def test_the_same_texts_in_other_times_are_two_draws(library: Library) -> None:
    assert same_draw(recorded(library, timed(812.5, 90.25), timed(812.5, 90.5))) is None


@pytest.mark.parametrize("ms", [None, 0.0, 0.5])
def test_a_model_that_repeats_itself_too_fast_to_be_timed_has_two_draws(library: Library, ms: float | None) -> None:
    assert same_draw(recorded(library, timed(ms, ms), timed(ms, ms))) is None


def test_a_file_copied_to_another_sample_is_one_draw(library: Library) -> None:
    recorded(library, timed(None, None))
    library.path(TALK, 2).write_bytes(library.path(TALK, 1).read_bytes())
    assert same_draw([library.serve(TALK, 1), library.serve(TALK, 2)]) == (1, 2)


def test_a_dialogue_of_nothing_but_given_messages_needs_no_draw(library: Library) -> None:
    silent = replace(TALK, turns=0)
    for sample in (1, 2):
        said = replace(SAID, scenario=silent, messages=SAID.messages[:1], sample=1)
        write_recording(library.path(silent, sample), said, recorded_at="2026-11-23T18:05:00Z")
    assert same_draw([library.serve(silent, 1), library.serve(silent, 2)]) is None


def test_no_samples_and_one_sample_are_no_copies(library: Library) -> None:
    assert same_draw([]) is None
    assert same_draw(recorded(library, timed(812.5, 90.25))) is None
