"""The real dialogues that checks are measured on: ``../shared/corpus`` and ``../shared/seeds``.

They are for measuring only, and most have no licence that would let them be kept here: a benchmark keeps figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from dialogue_harness.dialogue import Dialogue

SHARED: Final = Path(__file__).resolve().parents[2] / "shared"

#: Vendors, by how the names of their models begin: models of one vendor are one family.
_FAMILIES: Final = {"chatgpt": "openai", "gpt": "openai", "gemma": "google", "gemini": "google"}
_NAME: Final = re.compile(r"^G-([a-z]+).*-\d+$")


class _Said(msgspec.Struct, frozen=True):
    speaker: str
    text: str


class _Row(msgspec.Struct, frozen=True):
    id: str
    messages: tuple[_Said, ...]
    kind: str
    onset: int | None = None
    recovered: tuple[tuple[int, int], ...] = ()
    confidence: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Labelled:
    """A real dialogue and what its readers said of it.

    Attributes:
        name: its identifier; for reports only, never for a decision.
        source: where it comes from, such as ``sgd`` or ``topicalchat``; of model pairs, the family.
        dialogue: the messages; A says the first.
        kind: ``closing``, ``repetition``, ``stasis``, or ``none`` where it has new content to the end.
        onset: number of the first message of the final idle run, or ``None``.
        latest: last number that readers would defend as the onset; equal to ``onset`` but for the seeds.
        recovered: first and last messages of idle runs that content followed.
        confidence: of the readers: ``high``, ``medium`` or ``low``; ``None`` where nobody had to decide.

    """

    name: str
    source: str
    dialogue: Dialogue
    kind: str
    onset: int | None = None
    latest: int | None = None
    recovered: tuple[tuple[int, int], ...] = ()
    confidence: str | None = None

    @property
    def is_loop(self) -> bool:
        """Whether the dialogue ends in a termination loop."""
        return self.kind != "none"


def available() -> bool:
    """Return whether the dialogues are there at all."""
    return (SHARED / "corpus").is_dir() and (SHARED / "seeds").is_dir()


def load_pairs() -> list[Labelled]:
    """Return the 80 dialogues of models with themselves, in the file's order."""
    return [_labelled(row, family(row.id)) for row in _rows("model-pairs.jsonl")]


def load_people() -> list[Labelled]:
    """Return the 340 healthy dialogues of people, bots and tasks, in the file's order."""
    return [_labelled(row, row.source or row.id.partition("/")[0]) for row in _rows("people-and-tasks.jsonl")]


def load_seeds() -> list[Labelled]:
    """Return the two seeds; their onsets are intervals, from ``onset`` to ``latest``."""
    first, second = (_transcript(path) for path in sorted((SHARED / "seeds").glob("*.txt")))
    return [
        Labelled("seed-0", "seeds", first, "closing", 18, 24, (), "high"),
        Labelled("seed-1", "seeds", second, "standby", 14, 17, (), "high"),
    ]


def family(name: str) -> str:
    """Return the vendor's word for the model that a model pair's identifier names."""
    match = _NAME.match(name)
    word = match[1] if match else name
    return _FAMILIES.get(word, word)


def _rows(name: str) -> list[_Row]:
    lines = (SHARED / "corpus" / name).read_bytes().splitlines()
    return [msgspec.json.decode(line, type=_Row) for line in lines if line.strip()]


def _labelled(row: _Row, source: str) -> Labelled:
    onset = row.onset if row.kind != "none" else None
    dialogue = Dialogue.from_texts(said.text for said in row.messages)
    return Labelled(row.id, source, dialogue, row.kind, onset, onset, row.recovered, row.confidence)


def _transcript(path: Path) -> Dialogue:
    body = path.read_text(encoding="utf-8").partition("## Conversation\n\n")[2]
    texts = re.split(r"(?:^|\n\n)Model [AB]: ", body)[1:]
    return Dialogue.from_texts(texts)
