from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dialogue_harness import Dialogue, Scenario, Speaker, transcript_format
from dialogue_harness.errors import RecordingInterrupted, TranscriptError, UsageError
from dialogue_harness.formats import registry
from places import SEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAID = ["Hello.", "Hello to you.", "Shall we talk about tea?"]


def tea() -> Dialogue:
    speaker = Speaker("builtin:eliza", system="Discuss tea.")
    return Dialogue.from_texts(SAID, scenario=Scenario("tea", a=speaker, b=speaker, opener="Hello.", turns=1))


@pytest.fixture
def _own() -> Iterator[None]:
    @transcript_format("lines", suffix=".lines")
    class Lines:
        @staticmethod
        def sniff(head: str) -> bool:
            return head.startswith("#lines")

        @staticmethod
        def read(text: str, source: str) -> list[Dialogue]:  # noqa: ARG004 -- the signature of a format
            return [Dialogue.from_texts(part.splitlines()[1:]) for part in text.split("#lines") if part]

        @staticmethod
        def write(dialogue: Dialogue) -> str:
            return "\n".join(["#lines", *dialogue.texts, ""])

    yield
    del registry._FORMATS["lines"]


@pytest.mark.parametrize("suffix", [".txt", ".json", ".jsonl"])
def test_a_dialogue_that_is_saved_is_loaded_again(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / f"tea{suffix}"
    tea().save(path)
    assert Dialogue.load(path).texts == tuple(SAID)


def test_a_format_is_found_by_content_and_not_by_name(tmp_path: Path) -> None:
    tea().save(tmp_path / "tea.dat", format="recording")
    tea().save(tmp_path / "tea.log", format="txt")
    assert Dialogue.load(tmp_path / "tea.dat").scenario.name == "tea"
    assert Dialogue.load(tmp_path / "tea.log").texts == tuple(SAID)


def test_markdown_is_written_for_reading(tmp_path: Path) -> None:
    tea().save(tmp_path / "tea.md")
    assert "Shall we talk about tea?" in (tmp_path / "tea.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", [".txt", ".jsonl"])
def test_a_file_that_exists_is_replaced_only_on_request(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"tea{suffix}"
    tea().save(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists"):
        tea().save(path)
    assert path.read_bytes() == before
    Dialogue.from_texts(["Bye."]).save(path, overwrite=True)
    assert Dialogue.load(path).texts == ("Bye.",)


def test_an_unknown_format_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        tea().save(tmp_path / "tea.text", format="recordin")
    assert str(caught.value) == (
        "the format must be one of 'recording', 'json', 'txt', 'md'\n  got: 'recordin'\n  nearest: 'recording'"
    )


def test_an_interrupted_recording_is_no_dialogue(tmp_path: Path) -> None:
    tea().save(tmp_path / "tea.jsonl")
    whole = (tmp_path / "tea.jsonl").read_bytes()
    (tmp_path / "tea.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    with pytest.raises(RecordingInterrupted):
        Dialogue.load(tmp_path / "tea.jsonl")


def test_a_file_that_is_not_there_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"none\.txt cannot be read"):
        Dialogue.load(tmp_path / "none.txt")


@pytest.mark.usefixtures("_own")
def test_a_format_of_ones_own_is_read_and_written(tmp_path: Path) -> None:
    tea().save(tmp_path / "tea.lines")
    assert (tmp_path / "tea.lines").read_text(encoding="utf-8").startswith("#lines\nHello.")
    assert Dialogue.load(tmp_path / "tea.lines").texts == tuple(SAID)


@pytest.mark.usefixtures("_own")
def test_several_dialogues_in_a_file_are_not_one(tmp_path: Path) -> None:
    (tmp_path / "two.lines").write_text("#lines\nHello.\n#lines\nBye.\n", encoding="utf-8")
    with pytest.raises(TranscriptError, match="holds 2 dialogues, not one"):
        Dialogue.load(tmp_path / "two.lines")
    assert [dialogue.texts for dialogue in registry.load_all(tmp_path / "two.lines")] == [("Hello.",), ("Bye.",)]


@pytest.mark.usefixtures("_own")
@pytest.mark.parametrize("name", ["lines", "txt", "recording"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    registry.formats()
    with pytest.raises(UsageError, match=f"there is a transcript format '{name}' already"):
        transcript_format(name, suffix=".x")(type("Other", (), {"write": staticmethod(str)}))


def test_a_format_that_can_do_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"needs read\(text, source\) with sniff\(head\), or write\(dialogue\)"):
        transcript_format("nothing", suffix=".x")(type("Nothing", (), {}))


@pytest.mark.skipif(not SEEDS.exists(), reason="needs the seeds in ../shared, which are for measuring only")
def test_the_seeds_are_saved_to_the_bytes_they_were_loaded_from(tmp_path: Path) -> None:
    for seed in SEEDS.glob("*.txt"):
        Dialogue.load(seed).save(tmp_path / seed.name)
        assert (tmp_path / seed.name).read_bytes() == seed.read_bytes()
