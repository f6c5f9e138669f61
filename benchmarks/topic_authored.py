"""How well the topic check judges authored dialogues: ``python benchmarks/topic_authored.py``.

Material: ``benchmarks/authored/topics_*.jsonl``, one file an author: dialogues that leave their topic for good at a
known message and others that stay with it, through digressions, comparisons and subtopics. Each is judged without a
declared topic, with one declared in a few words, and with one declared in a paragraph. It needs nothing but this
repository. The check's constants were set with the dialogues of author b in view; those of author c were first judged
when all was set.

- off topic: of the dialogues that stay, how many the check fails.
- found: of those that drift, how many it fails; near: those with an onset within three messages of the drift.
- area: the probability that a dialogue that drifts has a lower lowest value than one that stays; by message: that one
  of the eight messages from the drift on has a lower value than a message that is on topic.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from dialogue_harness.checks.topic.stays_on_topic import TopicCurve, topic_curve
from dialogue_harness.dialogue import Dialogue
from topic import AFTER, area

AUTHORED: Final = Path(__file__).parent / "authored"
NEAR: Final = 3


def judge(row: dict[str, Any], declared: str | None) -> TopicCurve:
    """Return the topic curve of one dialogue, of the topic in the field ``declared`` if it is named."""
    texts = [message["text"] for message in row["messages"]]
    return topic_curve(Dialogue.from_texts(texts), row[declared] if declared else None)


def line(name: str, judged: list[tuple[int | None, TopicCurve]]) -> str:
    """Return one line of the table, of dialogues with the message that they drift at and their curves."""
    stay = [curve for drift, curve in judged if drift is None]
    left = [(drift, curve) for drift, curve in judged if drift is not None]
    found = [(drift, curve.onset) for drift, curve in left if curve.onset is not None]
    near = sum(abs(onset - drift) <= NEAR for drift, onset in found)
    lowest = [[c.lowest for c in curves if c.lowest is not None] for curves in ([c for _, c in left], stay)]
    off = [p.value for drift, c in left for p in c.points if drift <= p.number < drift + AFTER]
    on = [p.value for drift, c in left for p in c.points if p.number < drift - 1]
    on += [p.value for c in stay for p in c.points]
    alarms = sum(c.onset is not None for c in stay)
    areas = f"{area(*lowest):6.3f} {area(off, on):11.3f}"
    return f"{name:<14} {alarms:3} of {len(stay):<3} {len(found):5} of {len(left):<3} {near:5} {areas}"


def main() -> int:
    """Print a table for each author; return 0."""
    for path in sorted(AUTHORED.glob("topics_*.jsonl")):
        rows = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
        head = f"author {path.stem.removeprefix('topics_')}"
        print(f"{head:<14} {'off topic':>10} {'found':>12} {'near':>5} {'area':>6} {'by message':>11}")
        for name, field in (("nothing", None), ("words", "topic_words"), ("a paragraph", "topic_paragraph")):
            print(line(name, [(row["drift"], judge(row, field)) for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
