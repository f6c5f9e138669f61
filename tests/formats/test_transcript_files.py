from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import TranscriptError
from dialogue_harness.formats.files import read_transcript
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import parse_transcript, write_transcript

if TYPE_CHECKING:
    from pathlib import Path

HEADER = """\
# LLM Dialogue Transcript

Date: 2026-03-01 09:30
Model A: acme/large
Model B: acme/small
Turns: 1
System prompt: Talk about bridges.
Opener: Hello.

## Conversation

"""
PLAIN = HEADER + "Model A: Hello.\n\nModel B: Arch or beam?\n\nModel A: Arch.\n"


# --- files


def test_a_transcript_is_read_from_a_file_and_named_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(encode(PLAIN))
    assert read_transcript(path) == parse_transcript(PLAIN)
    assert read_transcript(str(path)) == parse_transcript(PLAIN)


def test_a_file_with_carriage_returns_is_read_like_one_without(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(encode(PLAIN).replace(b"\n", b"\r\n"))
    assert read_transcript(path) == parse_transcript(PLAIN)
    assert write_transcript(read_transcript(path)) == PLAIN


def test_a_byte_order_mark_is_accepted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(b"\xef\xbb\xbf" + encode(PLAIN))
    assert read_transcript(path) == parse_transcript(PLAIN)
    assert encode(write_transcript(read_transcript(path))) == path.read_bytes()


def test_lone_surrogates_survive_a_file(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    dialogue = Dialogue.from_texts(["half \ud83d of an emoji, \ude00 and the other"])
    path.write_bytes(encode(write_transcript(dialogue)))
    assert read_transcript(path) == dialogue


def test_bytes_that_are_not_utf_8_are_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_bytes(encode(PLAIN).replace(b"beam", b"b\xe9am"))
    with pytest.raises(TranscriptError) as error:
        read_transcript(path)
    assert str(error.value).split("\n") == [
        f"{path}, line 14: this is not UTF-8",
        f"  got: byte 0xe9 at offset {PLAIN.index('beam') + 1}",
        "how to fix: save the file as UTF-8",
    ]


@pytest.mark.parametrize(("name", "why"), [("none.txt", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_an_error_that_says_why(tmp_path: Path, name: str, why: str) -> None:
    path = tmp_path / name
    with pytest.raises(TranscriptError) as error:
        read_transcript(path)
    assert str(error.value) == f"{path} cannot be read\n  what: {why}"


def test_a_path_that_no_file_can_have_is_an_error_of_ours() -> None:
    with pytest.raises(TranscriptError, match=r"a\\x00b cannot be read\n  what: embedded null byte"):
        read_transcript("a\0b")


# --- what is no transcript


def refusal(transcript: str) -> list[str]:
    with pytest.raises(TranscriptError) as error:
        parse_transcript(transcript, source="talk.txt")
    return str(error.value).split("\n")


def test_another_first_line_is_shown_beside_the_one_that_was_expected() -> None:
    assert refusal("# Minutes\x1b[31m\n\n…") == [
        "talk.txt, line 1: this is not a transcript",
        "  got: # Minutes\\x1b[31m",
        "  expected: # LLM Dialogue Transcript",
    ]


def test_an_empty_file_is_not_a_transcript() -> None:
    assert refusal("")[:2] == ["talk.txt, line 1: this is not a transcript", "  got: nothing"]


@pytest.mark.parametrize("rest", ["", '{"n": 2}\n', '{"n": 2'])
def test_a_recording_is_told_apart_and_the_way_to_read_it_named(tmp_path: Path, rest: str) -> None:
    path = tmp_path / "1 copy.jsonl"
    path.write_text('{"format": "dialogue-recording", "version": 1}\n' + rest)
    with pytest.raises(TranscriptError) as error:
        read_transcript(path)
    assert str(error.value).split("\n") == [
        f"{path}, line 1: this is a recording, not a transcript",
        "how to fix: read it with Dialogue.load",
    ]
    assert refusal(path.read_text())[0] == "talk.txt, line 1: this is a recording, not a transcript"


def test_a_transcript_without_its_conversation_line_says_which_line_is_missing() -> None:
    assert refusal(PLAIN.replace("## Conversation\n", "")) == [
        "talk.txt has no line `## Conversation`",
        "how to fix: add that line, with an empty line before and after it, above the first message",
    ]


def test_a_line_before_the_header_is_refused_with_its_number() -> None:
    assert refusal(PLAIN.replace("\nDate:", "\nLocation: a bridge\nDate:")) == [
        "talk.txt, line 3: this is no header line",
        "  got: Location: a bridge",
        "  expected: a line such as `Model A: name` or `Turns: 50`",
    ]


@pytest.mark.parametrize("turns", ["many", "-1", "1.5", "٣", "9" * 5000, ""])
def test_turns_that_are_no_number_are_refused_with_their_line(turns: str) -> None:
    shown = turns[:99] + "…" if len(turns) > 100 else turns or "nothing"
    assert refusal(PLAIN.replace("Turns: 1", f"Turns: {turns}")) == [
        "talk.txt, line 6: Turns must be a whole number, 0 or more",
        f"  got: {shown}",
    ]


@pytest.mark.parametrize("first", ["Narrator: Night.", "model a: Hello.", "\\Model A: Hello.", " Model A: Hello."])
def test_a_conversation_that_begins_with_something_else_is_refused_with_its_line(first: str) -> None:
    assert refusal(HEADER + f"\n{first}\n\nModel B: Hi.\n") == [
        "talk.txt, line 13: the conversation must begin with a message",
        f"  got: {first.strip()}",
        "  expected: `Model A: ` or `Model B: `, and what was said",
    ]
