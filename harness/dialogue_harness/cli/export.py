"""`harness export`: write a recording as a transcript, JSON or Markdown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness.cli import OK
from dialogue_harness.cli.files import STANDARD, add_files, read_dialogue
from dialogue_harness.cli.scrubbed import without_secrets
from dialogue_harness.cli.terminal import put
from dialogue_harness.formats.registry import formats
from dialogue_harness.formats.transcript import encode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from dialogue_harness.dialogue import Dialogue

_DESCRIPTION: Final = """\
Write a recording, or another transcript, as a text transcript, its JSON form, or Markdown.

A transcript that was imported is written to the byte as it was, but for secrets, which are replaced and told.
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
    parser.add_argument("--format", choices=tuple(_writers()), help="default: what --output ends with, else txt")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="replaced if it is there; default, and -: standard output"
    )


def _writers() -> dict[str, Callable[[Dialogue], str]]:
    return {name: each.write for name, each in formats().items() if each.write is not None}


def run(options: argparse.Namespace) -> int:
    """Export the file that the command line names."""
    output: Path | None = options.output
    ending = output.suffix.removeprefix(".") if output else ""
    writers = _writers()
    name = options.format or (ending if ending in writers else "txt")
    data = encode(writers[name](without_secrets(read_dialogue(options.file))))
    if output is None or output == STANDARD:
        put(data)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_bytes(data)
    return OK
