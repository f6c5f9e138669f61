"""`Dialogue.load` and `.save`, and formats that users add."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

import dialogue_harness
from dialogue_harness.cli import main
from dialogue_harness.dialogue import Dialogue, Ending
from dialogue_harness.errors import RecordingInterrupted, SecretFound, TranscriptError, UsageError
from dialogue_harness.formats.registry import FORMATS
from dialogue_harness.formats.transcript import write_transcript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEA: Final = replace(Dialogue.from_texts(["Tea?", "Yes.", "Milk?"]), date="2026-03-01 09:30")


class ChatLog:
    """Lines such as `a> Hello.`; an empty line stands between two dialogues."""

    @staticmethod
    def sniff(head: str) -> bool:
        return head.startswith("a> ")

    @staticmethod
    def read(text: str, source: str) -> list[Dialogue]:
        if "!" in text:
            msg = f"{source} shouts"
            raise ValueError(msg)
        return [Dialogue.from_texts([line[3:] for line in one.split("\n")]) for one in text.strip().split("\n\n")]

    @staticmethod
    def write(dialogue: Dialogue) -> str:
        return "".join(f"{message.speaker.lower()}> {message.text}\n" for message in dialogue)


@pytest.fixture
def chatlog() -> Iterator[None]:
    dialogue_harness.transcript_format("chatlog", suffix=".log")(ChatLog)
    yield
    del FORMATS["chatlog"]


@pytest.mark.parametrize("name", ["talk.txt", "talk.json", "talk.jsonl", "made/here/talk.JSON"])
def test_what_is_saved_is_loaded_again(tmp_path: Path, name: str) -> None:
    path = TEA.save(tmp_path / name)
    assert path == tmp_path / name
    loaded = Dialogue.load(path)
    assert (loaded.texts, loaded.date, loaded.scenario) == (TEA.texts, TEA.date, TEA.scenario)
    assert Dialogue.load_all(str(path)) == (loaded,)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_recording_keeps_how_the_dialogue_ended_and_which_sample_it_is(tmp_path: Path) -> None:
    dialogue = replace(TEA, ending=Ending("turns"), sample=7)
    assert Dialogue.load(dialogue.save(tmp_path / "7.jsonl")) == dialogue


@pytest.mark.parametrize("form", ["txt", "json", "jsonl"])
def test_a_file_is_recognized_by_its_content_whatever_its_name(tmp_path: Path, form: str) -> None:
    assert Dialogue.load(TEA.save(tmp_path / "talk.dat", format=form)).texts == TEA.texts


def test_markdown_is_written_and_not_read(tmp_path: Path) -> None:
    path = TEA.save(tmp_path / "talk.md")
    assert path.read_text("utf-8").startswith("# unknown\n")
    with pytest.raises(TranscriptError, match="this is not a transcript"):
        Dialogue.load(path)


@pytest.mark.parametrize("name", ["talk.txt", "talk.jsonl"])
def test_a_file_that_is_there_is_replaced_only_if_asked(tmp_path: Path, name: str) -> None:
    path = TEA.save(tmp_path / name)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists already\nhow to fix: pass overwrite=True, or choose another path"):
        TEA[1:2].save(path)
    assert path.read_bytes() == before
    assert len(Dialogue.load(TEA[1:2].save(path, overwrite=True))) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_an_unknown_format_or_suffix_names_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        TEA.save("talk.txt", format="jsno")
    assert str(caught.value) == "there is no format 'jsno'\n  formats: json, jsonl, md, txt\n  nearest: json"
    with pytest.raises(UsageError) as caught:
        TEA.save("talk.text")
    assert str(caught.value) == (
        "the suffix of talk.text stands for no format\n"
        "  formats: json, jsonl, md, txt\n"
        "  nearest: txt\n"
        "how to fix: pass format=, or choose another suffix"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").mkdir()
    with pytest.raises(TranscriptError, match=r"talk\.txt cannot be written\n  problem: "):
        TEA.save(tmp_path / "talk.txt", overwrite=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["talk.txt"]


def test_an_interrupted_recording_is_not_loaded(tmp_path: Path) -> None:
    path = TEA.save(tmp_path / "1.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(RecordingInterrupted):
        Dialogue.load(path)


def test_no_secret_is_saved(tmp_path: Path) -> None:
    secret = "sk-" + "abcd1234" * 6
    dialogue = Dialogue.from_texts(["Hello.", f"The key is {secret}."])
    assert secret not in dialogue.save(tmp_path / "talk.txt").read_text("utf-8")
    with pytest.raises(SecretFound):
        dialogue.save(tmp_path / "talk.jsonl")


@pytest.mark.usefixtures("chatlog")
def test_a_format_of_the_users_own_is_read_and_written_like_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = TEA.save(tmp_path / "talk.log")
    assert path.read_text("utf-8") == "a> Tea?\nb> Yes.\na> Milk?\n"
    assert Dialogue.load(path).texts == TEA.texts
    assert main(["show", str(path)]) == 0
    assert "Milk?" in capsys.readouterr().out
    text = TEA.save(tmp_path / "talk.txt")
    assert main(["export", str(text), "--format", "chatlog"]) == 0
    assert capsys.readouterr().out == path.read_text("utf-8")
    assert main(["export", str(path), "--output", str(tmp_path / "other.txt")]) == 0
    assert (tmp_path / "other.txt").read_text("utf-8") == write_transcript(Dialogue.from_texts(TEA.texts))


@pytest.mark.usefixtures("chatlog")
def test_a_file_may_hold_several_dialogues(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.txt"
    path.write_text("a> One.\nb> Two.\n\na> Three.\n", "utf-8")
    assert [dialogue.texts for dialogue in Dialogue.load_all(path)] == [("One.", "Two."), ("Three.",)]
    with pytest.raises(TranscriptError, match=r"two\.txt holds 2 dialogues\nhow to fix: Dialogue\.load_all\("):
        Dialogue.load(path)
    assert main(["show", str(path)]) == 2
    assert "two.txt holds 2 dialogues" in capsys.readouterr().err
    assert main(["import", str(path), "--to", str(tmp_path / "fixtures"), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    files = [(line["recording"][-8:], line["messages"]) for line in lines]
    assert files == [("/1.jsonl", 2), ("/2.jsonl", 1)]


@pytest.mark.usefixtures("chatlog")
def test_what_a_format_raises_becomes_an_error_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loud.log").write_text("a> Hello!\n", "utf-8")
    with pytest.raises(TranscriptError) as caught:
        Dialogue.load("loud.log")
    assert str(caught.value) == "loud.log cannot be read as chatlog\n  what: ValueError: loud.log shouts"


@pytest.mark.parametrize(
    ("name", "suffix", "message"),
    [
        ("jsonl", ".log", "cannot be named 'jsonl'"),
        ("mine", ".jsonl", "with the suffix '.jsonl'"),
        ("mine", "log", "the suffix of transcript format 'mine' must begin with a dot"),
    ],
)
def test_a_name_or_suffix_that_would_be_ambiguous_is_refused(name: str, suffix: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        dialogue_harness.transcript_format(name, suffix=suffix)


def test_a_format_that_is_neither_read_nor_written_is_refused() -> None:
    with pytest.raises(UsageError, match="transcript format 'mine' needs sniff"):
        dialogue_harness.transcript_format("mine", suffix=".mine")(type("Mine", (), {"read": str}))
    assert "mine" not in FORMATS
