"""The JSON form of a transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialogue_harness.formats.registry import transcript_format
from dialogue_harness.formats.transcript import parse_transcript_json, write_transcript_json

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue


@transcript_format("json", suffix=".json")
class JsonForm:
    """One JSON object with the header's fields and ``conversation``."""

    @staticmethod
    def sniff(head: str) -> bool:
        """Whether a text begins like an object."""
        return head.startswith("{")

    @staticmethod
    def read(text: str, source: str) -> list[Dialogue]:
        """Return the one dialogue that is in it."""
        return [parse_transcript_json(text, source=source)]

    write = staticmethod(write_transcript_json)
