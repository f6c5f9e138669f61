from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.errors import RecordingChanged, RecordingError, RecordingInterrupted, RecordingMissing
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.journal import Journal, write_recording
from dialogue_harness.storage.reader import load, load_partial, read_recording
from strategies import dialogues

PAIR = Speaker("vendor/model", system="Be brief.")
SCENARIO = Scenario("small-talk", a=PAIR, b=PAIR, opener="Hello.", turns=2)
AT = "2026-11-23T18:05:00Z"
SAID = Dialogue.from_texts(["Hello.", "Hello you.", "How are things?", "Well.", "Goodbye."], scenario=SCENARIO)
posix_only = pytest.mark.skipif(os.name != "posix", reason="limits and signals of POSIX")


def journalled(path: Path, dialogue: Dialogue, count: int | None = None) -> None:
    """Write so many messages as a run does; all of them and an end line where no number is given."""
    journal = Journal.create(path, dialogue.scenario, dialogue.sample, recorded_at=AT)
    for message in dialogue.messages[:count]:
        journal.append(message)
    if count is None:
        journal.finish(dialogue.ending)
    journal.close()


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues())
def test_journalled_message_by_message_it_is_the_same_file(dialogue: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "1.jsonl"), Path(folder, "2.jsonl")
        journalled(one, dialogue)
        write_recording(other, dialogue, origin="run", recorded_at=AT)
        assert one.read_bytes() == other.read_bytes()


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues(), st.data())
def test_interrupted_anywhere_and_continued_it_is_as_if_nothing_had_happened(
    dialogue: Dialogue, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        journalled(path, dialogue)
        whole = path.read_bytes()
        path.write_bytes(whole[: data.draw(st.integers(whole.index(b"\n") + 1, len(whole) - 1))])
        journal, so_far = Journal.resume(path, dialogue.scenario)
        assert so_far.messages == dialogue.messages[: len(so_far)]
        assert journal.count == len(so_far)
        for message in dialogue.messages[len(so_far) :]:
            journal.append(message)
        journal.finish(dialogue.ending)
        assert path.read_bytes() == whole


def test_each_message_is_on_disk_before_the_next(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "sub" / "1.jsonl", SCENARIO, 1) as journal:
        for message in SAID:
            journal.append(message)
            assert load_partial(journal.path).dialogue[-1] == message


@posix_only
def test_a_file_that_is_taken_away_is_told_at_the_next_message(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "1.jsonl", SCENARIO, 1) as journal:
        journal.append(SAID[1])
        journal.path.unlink()
        with pytest.raises(RecordingError) as caught:
            journal.append(SAID[2])

    assert str(caught.value) == (
        f"recording was removed while it was made\n  file: {shown(tmp_path / '1.jsonl')}\n  not written: message 2\n"
        "how to fix: keep the file where it is"
    )
    assert not journal.path.exists()


@posix_only
def test_a_process_killed_right_after_a_message_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    code = f"""
import os, signal
from dialogue_harness import Scenario, Speaker
from dialogue_harness.dialogue import Message
from dialogue_harness.storage.journal import Journal
pair = Speaker("vendor/model", system="Be brief.")
scenario = Scenario("small-talk", a=pair, b=pair, opener="Hello.", turns=50)
journal = Journal.create({str(path)!r}, scenario, 1)
for number in range(1, 38):
    journal.append(Message(number, scenario.side_at(number), f"Message {{number}}."))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert path.read_bytes().count(b"\n") == 38
    with pytest.raises(RecordingInterrupted) as raised:
        load(path)
    assert ("messages", "37 of 101") in raised.value.facts


@posix_only
def test_a_full_disk_is_told_and_leaves_the_whole_lines(tmp_path: Path) -> None:
    code = """
import resource, signal
from dialogue_harness import Dialogue, Scenario, Speaker
from dialogue_harness.errors import RecordingError
from dialogue_harness.storage.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
pair = Speaker("vendor/model")
scenario = Scenario("small-talk", a=pair, b=pair, opener="Hello.", turns=9)
journal = Journal.create("1.jsonl", scenario, 1)
try:
    for message in Dialogue.from_texts(["Hello." * 20] * 19):
        journal.append(message)
except RecordingError as error:
    print(error)
journal.close()
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    content = (tmp_path / "1.jsonl").read_bytes()
    kept = content.count(b"\n") - 1
    assert run.stdout == (
        "recording cannot be written\n"
        "  file: 1.jsonl\n"
        f"  not written: message {kept + 1}\n"
        "  problem: File too large\n"
        "how to fix: solve the problem above\n"
    )
    assert kept > 0
    assert content.endswith(b"\n")
    with pytest.raises(RecordingInterrupted):
        load(tmp_path / "1.jsonl")


@posix_only
def test_a_disk_too_full_for_a_header_leaves_no_file(tmp_path: Path) -> None:
    code = """
import resource, signal
from dialogue_harness import Scenario, Speaker
from dialogue_harness.errors import RecordingError
from dialogue_harness.storage.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
pair = Speaker("vendor/model")
try:
    Journal.create("1.jsonl", Scenario("small-talk", a=pair, b=pair), 1)
except RecordingError as error:
    print(dict(error.facts)["not written"])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout == "the header\n"
    assert list(tmp_path.iterdir()) == []


def test_a_recording_that_is_there_is_not_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "1.jsonl"
    journalled(path, SAID, count=2)
    before = path.read_bytes()
    with pytest.raises(RecordingError, match=r"recording 1\.jsonl exists already"):
        Journal.create(path, SCENARIO, 1)
    assert path.read_bytes() == before


def test_a_message_out_of_order_is_refused_and_not_written(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "1.jsonl", SCENARIO, 1) as journal:
        journal.append(SAID[1])
        with pytest.raises(RecordingError, match="message 3 cannot follow message 1 in a recording"):
            journal.append(SAID[3])
    assert load_partial(tmp_path / "1.jsonl").dialogue.messages == SAID.messages[:1]


def test_closing_twice_and_after_the_end_does_nothing(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "1.jsonl", SCENARIO, 1)
    journal.finish(None)
    journal.close()
    journal.close()
    assert load(journal.path).is_complete


def test_replacing_keeps_the_old_recording_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    journalled(path, SAID)
    old = path.read_bytes()
    journal = Journal.create(path, SCENARIO, 1, replacing=True)
    journal.append(Message(1, "A", "Hello."))
    assert path.read_bytes() == old
    journal.finish(Ending("hang_up", by="A"))
    assert read_recording(path).texts == ("Hello.",)
    assert [p.name for p in tmp_path.iterdir()] == ["1.jsonl"]


def test_a_replacement_that_was_given_up_stays_beside_and_is_begun_afresh(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    journalled(path, SAID)
    old = path.read_bytes()
    with Journal.create(path, SCENARIO, 1, replacing=True) as journal:
        for message in SAID:
            journal.append(message)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.jsonl", "1.jsonl.partial"]
    assert path.read_bytes() == old
    with Journal.create(path, SCENARIO, 1, replacing=True) as journal:
        assert load_partial(tmp_path / "1.jsonl.partial").dialogue.messages == ()
        journal.finish(None)
    assert read_recording(path).messages == ()


def test_replacing_where_nothing_is_there_makes_a_new_one(tmp_path: Path) -> None:
    Journal.create(tmp_path / "1.jsonl", SCENARIO, 1, replacing=True).finish(None)
    assert load(tmp_path / "1.jsonl").dialogue.scenario == SCENARIO


def test_an_interrupted_recording_is_continued_in_place(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    journalled(path, SAID, count=3)
    inode = path.stat().st_ino
    journal, so_far = Journal.resume(path, SCENARIO)
    journal.close()
    assert so_far == replace(SAID, messages=SAID.messages[:3], ending=None, date="2026-11-23 18:05")
    assert path.stat().st_ino == inode


def test_a_complete_recording_is_extended_by_more_turns(tmp_path: Path) -> None:
    path = tmp_path / "7.jsonl"
    journalled(path, replace(SAID, ending=Ending("turns"), sample=7))
    longer = replace(SCENARIO, turns=3)
    journal, so_far = Journal.resume(path, longer)
    assert so_far == Dialogue(longer, SAID.messages, None, sample=7, date="2026-11-23 18:05")
    more = (Message(6, "B", "Still here?"), Message(7, "A", "Yes."))
    for message in more:
        journal.append(message)
    journal.finish(Ending("turns"))
    recording = load(path)
    assert recording.dialogue.messages == SAID.messages + more
    assert recording.dialogue.scenario == longer
    assert recording.recorded_at == AT
    assert [p.name for p in tmp_path.iterdir()] == ["7.jsonl"]


def test_an_extended_import_stays_one_but_for_the_heading_that_is_no_longer_true(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    write_recording(path, replace(SAID, date="2025-01-02 03:04", heading="Turns: 2\n"))
    journal, so_far = Journal.resume(path, replace(SCENARIO, turns=3))
    journal.finish(None)
    assert (so_far.date, so_far.heading) == ("2025-01-02 03:04", None)
    recording = load(path)
    assert (recording.origin, recording.dialogue.date, recording.dialogue.heading) == ("import", so_far.date, None)


def test_a_shorter_scenario_keeps_only_the_messages_that_fit(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    journalled(path, SAID)
    journal, so_far = Journal.resume(path, replace(SCENARIO, turns=1))
    journal.finish(Ending("turns"))
    assert so_far.messages == SAID.messages[:3]
    assert load(path).dialogue.messages == SAID.messages[:3]


def test_a_crash_before_the_new_header_is_in_place_leaves_the_old_recording(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    journalled(path, SAID)
    (tmp_path / ".1.jsonl.0badf00d.tmp").write_bytes(b"what a crash left")
    assert load(path).dialogue.messages == SAID.messages
    Journal.resume(path, replace(SCENARIO, turns=3))[0].close()
    assert load_partial(path).dialogue.messages == SAID.messages


def test_messages_of_another_scenario_are_never_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "1.jsonl"
    journalled(path, SAID, count=2)
    before = path.read_bytes()
    with pytest.raises(RecordingChanged) as raised:
        Journal.resume(path, replace(SCENARIO, opener="Good evening."))
    assert str(raised.value) == (
        "scenario 'small-talk' has changed since it was recorded\n"
        "  file: 1.jsonl\n"
        "  opener:\n"
        "    - Hello.\n"
        "    + Good evening."
    )
    assert path.read_bytes() == before


def test_where_not_even_the_header_is_whole_it_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "12.jsonl"
    journalled(path, SAID, count=0)
    path.write_bytes(path.read_bytes()[:50])
    journal, so_far = Journal.resume(path, SCENARIO)
    journal.finish(None)
    assert so_far == Dialogue(SCENARIO, (), sample=12)
    assert load(path).dialogue.sample == 12


def test_what_is_not_there_cannot_be_continued(tmp_path: Path) -> None:
    with pytest.raises(RecordingMissing):
        Journal.resume(tmp_path / "1.jsonl", SCENARIO)
