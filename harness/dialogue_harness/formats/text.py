"""The text form of a transcript; :mod:`dialogue_harness.formats.transcript` describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness.formats.registry import transcript_format
from dialogue_harness.formats.transcript import parse_transcript, write_transcript

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue


@transcript_format("txt", suffix=".txt")
class Text:
    """A title, a header, and the messages with their labels."""

    @staticmethod
    def sniff(head: str) -> bool:
        """Whether a text begins with the title."""
        return head.startswith("# LLM Dialogue Transcript")

    @staticmethod
    def read(text: str, source: str) -> list[Dialogue]:
        """Return the one dialogue that is in it."""
        return [parse_transcript(text, source=source)]

    write = staticmethod(write_transcript)
