"""`harness export`: write a recording as a transcript, JSON or Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness.cli import OK
from dialogue_harness.cli.files import STANDARD, add_files, read_dialogue
from dialogue_harness.cli.scrubbed import without_secrets
from dialogue_harness.cli.terminal import put
from dialogue_harness.formats.files import format_of, writable
from dialogue_harness.formats.source import encode

if TYPE_CHECKING:
    import argparse
_DESCRIPTION: Final = """\
Write a recording, or another transcript, as a text transcript, its JSON form, or Markdown.

A transcript that was imported is written to the byte as it was, except for secrets, which are replaced and reported.
Markdown is for reading: an issue, a pull request.
"""

_EPILOG: Final = """\
examples:
  harness export fixtures/tea/eliza_vs_eliza/1.jsonl
  harness export fixtures/tea/eliza_vs_eliza/1.jsonl --format json
  harness export dialogue.txt --output dialogue.md

exit codes: 0 written, 2 misuse or broken input
"""


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    add_files(parser, several=False)
    parser.add_argument("--format", choices=tuple(writable()), help="default: what --output ends with, else txt")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="replaced if it is there; default, and -: standard output"
    )


def run(options: argparse.Namespace) -> int:
    """Export the file that the command line names."""
    output: Path | None = options.output
    known = writable()
    name = options.format or (format_of(output, known.values()) if output else None) or "txt"
    data = encode(known[name].write(without_secrets(read_dialogue(options.file))))  # type: ignore[misc]  # it can be written
    if output is None or output == STANDARD:
        put(data)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(data)
    return OK
