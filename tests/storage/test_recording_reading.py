from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness import __version__, read_recording
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import (
    RecordingCorrupt,
    RecordingEdited,
    RecordingError,
    RecordingInterrupted,
    RecordingMissing,
    RecordingTooNew,
    RecordingTruncated,
)
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.journal import write_recording
from dialogue_harness.storage.reader import load, load_partial
from strategies import dialogues

PAIR = Speaker("vendor/model")
SCENARIO = Scenario("small-talk", a=PAIR, b=PAIR, opener="Hello.", turns=2)
SAID = Dialogue.from_texts(["Hello.", "Hello you.", "How are things?", "Well.", "Goodbye."], scenario=SCENARIO)
RESTORE = "how to fix: restore the file"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_recording(tmp_path / "1.jsonl", SAID, origin="run", recorded_at="2026-11-23T18:05:00Z")
    return tmp_path / "1.jsonl"


def sealed(lines: list[bytes], ending: str = "null", count: int | None = None) -> bytes:
    """Return lines with an end line that is true of them, as someone would who repairs the digest."""
    content = b"".join(line + b"\n" for line in lines)
    count = len(lines) - 1 if count is None else count
    digest = hashlib.sha256(content).hexdigest()
    return content + f'{{"ending":{ending},"messages":{count},"digest":"sha256:{digest}"}}\n'.encode()


def reseal(path: Path, line: int, **changes: Any) -> None:
    """Change fields of one line, ``...`` to leave one out, and make the digest right again."""
    lines = path.read_bytes().splitlines()[:-1]
    values = json.loads(lines[line - 1]) | changes
    lines[line - 1] = json.dumps({name: value for name, value in values.items() if value is not ...}).encode()
    path.write_bytes(sealed(lines))


def planned(**changes: Any) -> dict[str, Any]:
    return {"name": "x", "a": {"model": "m"}, "b": {"model": "m"}, **changes}


def error_of(path: Path) -> RecordingError:
    with pytest.raises(RecordingError) as raised:
        load(path)
    return raised.value


def test_a_complete_recording_is_read_with_all_that_is_known_of_it(path: Path) -> None:
    recording = load(str(path))
    assert recording.path == path
    assert recording.dialogue.messages == SAID.messages
    assert recording.dialogue.scenario == SCENARIO
    assert (recording.origin, recording.recorded_at) == ("run", "2026-11-23T18:05:00Z")
    assert recording.is_complete
    assert load_partial(path) == recording


def test_a_recording_that_is_not_there_is_missing(path: Path) -> None:
    error = error_of(path.with_name("2.jsonl"))
    assert type(error) is RecordingMissing
    assert str(error) == (
        "there is no such recording\n"
        "  looked for: 2.jsonl"
    )  # fmt: skip


def test_a_folder_in_its_place_cannot_be_read(path: Path) -> None:
    (path.parent / "3.jsonl").mkdir()
    assert str(error_of(path.parent / "3.jsonl")) == (
        "recording cannot be read\n"
        "  file: 3.jsonl\n"
        "  problem: Is a directory"
    )  # fmt: skip


def test_a_path_elsewhere_is_shown_whole_and_safe_to_print(
    path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "\x1b[31m.jsonl"
    assert ("looked for", f"{elsewhere.parent}{os.sep}\\x1b[31m.jsonl") in error_of(elsewhere).facts
    assert path.exists()


def test_an_interrupted_recording_says_how_far_it_got(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    error = error_of(path)
    assert type(error) is RecordingInterrupted
    assert str(error) == ("recording is interrupted: it has no end line\n  file: 1.jsonl\n  messages: 2 of 5")


def test_a_torn_last_line_is_told_apart_from_a_corrupt_one(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + b'{"number":3,"spea')
    error = error_of(path)
    assert type(error) is RecordingTruncated
    assert str(error) == (
        "recording is truncated: line 4 breaks off\n"
        "  file: 1.jsonl\n"
        "  line: 4\n"
        "  messages: 2 of 5 are whole\n"
        '  got: {"number":3,"spea'
    )


def test_an_end_line_without_its_newline_is_torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    assert type(error_of(path)) is RecordingTruncated
    assert load_partial(path).dialogue.messages == SAID.messages


def test_a_tail_of_nuls_as_a_power_cut_leaves_it_is_torn(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + bytes(512))
    assert type(error_of(path)) is RecordingTruncated
    assert len(load_partial(path).dialogue) == 2


def test_a_torn_header_is_truncated_and_holds_nothing(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])
    error = error_of(path)
    assert type(error) is RecordingTruncated
    assert str(error) == (
        "recording is truncated: line 1 breaks off\n"
        "  file: 1.jsonl\n"
        "  line: 1\n"
        "  messages: none: it breaks off within its header"
    )
    with pytest.raises(RecordingTruncated):
        load_partial(path)


@settings(max_examples=40, deadline=None)  # each example writes files
@given(st.data(), dialogues())
def test_cut_anywhere_it_is_interrupted_and_its_whole_messages_are_there(data: st.DataObject, said: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        write_recording(path, said)
        content = path.read_bytes()
        header = content.index(b"\n") + 1
        cut = data.draw(st.integers(header, len(content) - 1))
        path.write_bytes(content[:cut])
        with pytest.raises(RecordingInterrupted) as raised:
            load(path)
        partial = load_partial(path)
    whole = min(content[:cut].count(b"\n") - 1, len(said))
    assert partial.dialogue.messages == said.messages[:whole]
    assert not partial.is_complete
    assert isinstance(raised.value, RecordingTruncated) == (content[cut - 1 : cut] != b"\n")


@settings(deadline=None)  # each example writes a file
@given(st.data())
def test_one_changed_byte_is_never_served(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        write_recording(path, SAID, recorded_at="2026-11-23T18:05:00Z")
        content = bytearray(path.read_bytes())
        before_digest = len(content) - 70
        at = data.draw(st.integers(0, before_digest))
        content[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        with pytest.raises(RecordingError) as raised:
            load(path)
    assert isinstance(raised.value, RecordingCorrupt | RecordingEdited | RecordingTooNew)


@settings(deadline=None)  # each example writes a file
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_an_error_of_ours(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        path.write_bytes(content)
        with pytest.raises((RecordingCorrupt, RecordingTruncated)) as raised:
            load(path)
    assert (
        type(raised.value) is RecordingCorrupt
        or b'{"fingerprint":'.startswith(content)
        or b'{"date":'.startswith(content)
    )


def test_a_changed_text_is_an_edit(path: Path) -> None:
    content = path.read_bytes().replace(b"Well.", b"Poorly.")
    path.write_bytes(content)
    before, digest = content[: content.rindex(b'{"ending"')], content.rstrip()[-66:-2].decode()
    error = error_of(path)
    assert type(error) is RecordingEdited
    assert str(error) == (
        "recording was edited: its digest is not that of its content\n"
        "  file: 1.jsonl\n"
        f"  digest: sha256:{digest}\n"
        f"  now: sha256:{hashlib.sha256(before).hexdigest()}\n"
        f"{RESTORE}"
    )


def test_a_line_that_was_taken_out_is_an_edit(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert type(error_of(path)) is RecordingEdited


def test_windows_line_ends_are_told_from_other_edits(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    error = error_of(path)
    assert type(error) is RecordingEdited
    assert error.facts[-1] == ("edited", "only its line ends, from LF to CRLF, as git does where it may")
    assert error.fix == "put the line `*.jsonl -text` into .gitattributes, then restore the file"


def test_a_scenario_edited_with_its_digest_is_found_by_its_fingerprint(path: Path) -> None:
    edited = SCENARIO.to_dict() | {"opener": "Good evening."}
    reseal(path, 1, scenario=edited)
    error = error_of(path)
    assert type(error) is RecordingEdited
    assert str(error) == (
        "recording was edited: its fingerprint is not that of its scenario\n"
        "  file: 1.jsonl\n"
        "  line: 1\n"
        "  field: /fingerprint\n"
        f"  got: {SCENARIO.fingerprint}\n"
        f"  of its scenario: {Scenario.from_dict(edited).fingerprint}\n"
        f"{RESTORE}"
    )


def test_a_later_version_is_not_read_whatever_else_it_holds(path: Path) -> None:
    path.write_bytes(b'{"format":"dialogue-recording","version":2,"harness_version":"3.1.0","new":[]}\nnew things\n')
    error = error_of(path)
    assert type(error) is RecordingTooNew
    assert str(error) == (
        "recording was written by a later version of the harness\n"
        "  file: 1.jsonl\n"
        "  version: 2, where this harness reads up to 1\n"
        f"  written by: dialogue-harness 3.1.0, where this is {__version__}\n"
        "how to fix: pip install --upgrade dialogue-harness"
    )


def test_an_empty_file_is_one_that_was_only_just_begun(path: Path) -> None:
    path.write_bytes(b"")
    error = error_of(path)
    assert type(error) is RecordingTruncated
    assert str(error) == (
        "recording is truncated: line 1 breaks off\n  file: 1.jsonl\n  line: 1\n  messages: none: the file is empty"
    )


def test_a_field_of_the_wrong_type_is_named_with_its_line(path: Path) -> None:
    reseal(path, 4, text=["How are things?"])
    error = error_of(path)
    assert type(error) is RecordingCorrupt
    assert str(error) == (
        "recording is corrupt: line 4 is not a message\n"
        "  file: 1.jsonl\n"
        "  line: 4\n"
        "  field: /text\n"
        "  expected: a string\n"
        '  got: ["How are things?"]\n'
        f"{RESTORE}"
    )


def test_a_line_that_is_no_json_is_shown_with_the_reason(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b'{"number":2,"speaker":B}\n', *lines[3:]]))
    assert str(error_of(path)) == (
        "recording is corrupt: line 3 is not a message\n"
        "  file: 1.jsonl\n"
        "  line: 3\n"
        "  expected: a JSON object (Expecting value, column 23)\n"
        '  got: {"number":2,"speaker":B}\n'
        f"{RESTORE}"
    )


@pytest.mark.parametrize(
    ("line", "changes", "field", "expected", "got"),
    [
        (1, {"format": "diary"}, "/format", '"dialogue-recording"', '"diary"'),
        (1, {"version": 0}, "/version", "1", "0"),
        (1, {"version": ...}, "/version", "1", "nothing"),
        (1, {"sample": 0}, "/sample", "a whole number from 1", "0"),
        (1, {"origin": "dream"}, "/origin", '"run" or "import"', '"dream"'),
        (1, {"recorded_at": "now"}, "/recorded_at", 'a UTC time such as "2026-11-23T18:05:00Z"', '"now"'),
        (1, {"scenario": 5}, "/scenario", "an object with the fields of a scenario", "5"),
        (1, {"scenario": {"name": "x", "a": {}}}, "/scenario/b", "an object with the fields of a speaker", "nothing"),
        (1, {"scenario": planned(b={"model": 7})}, "/scenario/b/model", "a string that is not blank", "7"),
        (1, {"scenario": planned(a={"model": "m", "stop": 5})}, "/scenario/a/stop", "a list of strings", "5"),
        (1, {"scenario": planned(turn=7)}, "/scenario/turn", "no such field", "7"),
        (1, {"scenario": planned(turns=-1)}, "/scenario/turns", "a whole number, 0 or more", "-1"),
        (1, {"scenario": planned(name=" ")}, None, "a header", "Scenario.name must not be blank"),
        (3, {"number": ...}, "/number", "a whole number: the message's place, from 1", "nothing"),
        (3, {"number": 2.5}, "/number", "a whole number: the message's place, from 1", "2.5"),
        (3, {"number": 3}, "/number", "2", "3"),
        (3, {"speaker": "C"}, "/speaker", '"A" or "B"', '"C"'),
        (3, {"speaker": "A"}, "/speaker", '"B"', '"A"'),
        (3, {"usage": {"input": "many"}}, "/usage/input", "a whole number of tokens", '"many"'),
        (3, {"ms": "12"}, "/ms", "a number of milliseconds, or null", '"12"'),
        (3, {"text": "\ud800", "attempts": "2"}, "/attempts", "a whole number of requests", '"2"'),
    ],
)  # fmt: skip
def test_what_breaks_the_schema_is_named_field_by_field(
    path: Path, line: int, changes: dict[str, Any], field: str | None, expected: str, got: str
) -> None:
    reseal(path, line, **changes)
    error = error_of(path)
    assert type(error) is RecordingCorrupt
    named = [("field", field)] if field else []
    assert error.facts == (("file", "1.jsonl"), ("line", str(line)), *named, ("expected", expected), ("got", got))


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"\xef\xbb\xbf", "a JSON object (Unexpected UTF-8 BOM (decode using utf-8-sig), column 1)"),
        (b"\xff", "UTF-8, which it is not from byte 1 of the line"),
        (b"\0", "a JSON object (Expecting value, column 1)"),
        (b"[" * 100_000, "a JSON object (maximum recursion depth exceeded"),
        (b"9" * 5_000, "a JSON object (Exceeds the limit"),
    ],
)
def test_a_header_with_something_before_it_is_corrupt(path: Path, first: bytes, expected: str) -> None:
    path.write_bytes(first + path.read_bytes())
    error = error_of(path)
    assert type(error) is RecordingCorrupt
    assert ("line", "1") in error.facts
    assert dict(error.facts)["expected"].startswith(expected)


@pytest.mark.parametrize(
    "content", [b"Dear diary,", b"\xff\xfe{\0", b"\n", b"[]\n", b"null\n", b'"x"\n{}\n', b'{"name": "x"}']
)
def test_a_file_of_something_else_is_corrupt(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    error = error_of(path)
    assert type(error) is RecordingCorrupt
    assert ("line", "1") in error.facts


def test_a_message_nested_beyond_all_measure_is_corrupt(path: Path) -> None:
    lines = path.read_bytes().splitlines()[:-1]
    lines[2] = b'{"number":2,"speaker":"B","text":"","deep":' + b"[" * 100_000
    path.write_bytes(sealed(lines))
    assert ("line", "3") in error_of(path).facts


def test_lines_after_the_end_line_are_corrupt(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b'{"number":6,"speaker":"B","text":"One more."}\n')
    assert error_of(path).facts == (
        ("file", "1.jsonl"),
        ("line", "7"),
        ("expected", "a message, since lines follow"),
        ("got", "an end line"),
    )


def test_an_empty_line_is_corrupt(path: Path) -> None:
    path.write_bytes(sealed([*path.read_bytes().splitlines()[:-1], b""], count=5))
    assert ("line", "7") in error_of(path).facts


def test_a_count_that_is_not_that_of_the_messages_is_corrupt(path: Path) -> None:
    path.write_bytes(sealed(path.read_bytes().splitlines()[:-1], count=7))
    error = error_of(path)
    assert type(error) is RecordingCorrupt
    assert error.facts[2:] == (("field", "/messages"), ("expected", "5, as there are"), ("got", "7"))


def test_an_end_line_that_ends_in_no_known_way_is_corrupt(path: Path) -> None:
    path.write_bytes(sealed(path.read_bytes().splitlines()[:-1], ending='{"reason":"boredom"}'))
    assert error_of(path).facts[2:] == (
        ("field", "/ending/reason"),
        ("expected", '"turns", "hang_up", "empty" or "stopped"'),
        ("got", '"boredom"'),
    )


def test_hostile_text_is_neutralised_in_the_error(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\x1b[2J\xe2\x80\xae" + b"x" * 10_000 + b"\n", *lines[3:]]))
    text = str(error_of(path))
    assert "  got: \\x1b[2J\\u202exxx" in text
    assert len(text) < 600


def test_fields_that_are_not_known_are_ignored(path: Path) -> None:
    reseal(path, 3, mood="cheerful")
    assert load(path).dialogue.messages == SAID.messages


def test_a_message_line_of_surrogates_that_are_a_pair_is_the_character(path: Path) -> None:
    reseal(path, 3, text="\ud83d\ude00 \udfff")  # json.dumps escapes both kinds
    assert load(path).dialogue[2] == Message(2, "B", "😀 \udfff")


def test_b_begins_where_there_is_no_opener(tmp_path: Path) -> None:
    scenario = Scenario("no-opener", a=PAIR, b=PAIR, opener=None, turns=1)
    said = Dialogue(scenario, (Message(1, "B", "Anyone?"), Message(2, "A", "Here.")))
    write_recording(tmp_path / "1.jsonl", said)
    assert read_recording(tmp_path / "1.jsonl") == said


def test_reading_leaves_the_folder_as_it_was(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])
    before = [(p.name, p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()]
    load_partial(path)
    error_of(path)
    assert [(p.name, p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()] == before


def test_reading_a_valid_recording_loads_nothing_that_only_errors_need(path: Path) -> None:
    code = (
        "import sys; from dialogue_harness import __version__, read_recording; "
        "from dialogue_harness.storage.library import Library; "
        f"read_recording({str(path)!r}); "
        "print(sorted({'jsonschema', 'filelock', 'asyncio', 'openai', 'rich', 'scipy', 'pytest'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
