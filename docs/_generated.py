"""Pages that are made of the software itself when the documentation is built: the command line and pytest's flags."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

from dialogue_harness import cli
from dialogue_harness.plugin import OPTIONS, pytest_addoption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    files.append(File.generated(config, "reference/commands.md", content="".join(commands())))
    files.append(File.generated(config, "reference/flags.md", content="".join(flags())))
    return files


def commands() -> Iterator[str]:
    """Yield the help of the command and of every verb."""
    os.environ["COLUMNS"] = "100"
    yield "# Command line\n\nWhat `--help` prints, verb by verb. `dialogue-harness` is the same command.\n\n"
    yield f"```text\n{_printed('--help')}```\n"
    for verb, (_, summary) in cli.VERBS.items():
        yield f"\n## harness {verb}\n\n{summary[0].upper()}{summary[1:]}.\n\n```text\n{_printed(verb, '--help')}```\n"


def _printed(*arguments: str) -> str:
    out = io.StringIO()
    with redirect_stdout(out):
        cli.main(arguments)
    return out.getvalue()


class _Keys:
    """Takes what the plugin declares, as pytest's parser does, and keeps the ini keys."""

    def __init__(self) -> None:
        self.flags: list[tuple[str, str]] = []
        self.keys: list[tuple[str, str]] = []

    def getgroup(self, *_: str) -> _Keys:
        return self

    def addoption(self, flag: str, *, help: str, metavar: str | None = None, **_: object) -> None:  # noqa: A002 -- as pytest names it
        self.flags.append((flag + (f"={metavar}" if metavar else ""), help))

    def addini(self, key: str, help: str, **_: object) -> None:  # noqa: A002 -- as above
        self.keys.append((key, help))


def flags() -> Iterator[str]:
    """Yield the flags that the plugin adds to pytest, and the ini keys."""
    parser = _Keys()
    pytest_addoption(parser)  # type: ignore[arg-type]  # it is used as a parser
    assert len(parser.flags) >= len(OPTIONS)  # noqa: S101 -- nothing is missing
    yield "# pytest flags\n\nWhat the plugin adds to `pytest --help`, and its ini keys.\n\n"
    yield "| flag | meaning |\n|---|---|\n"
    yield from (f"| `{_cell(flag)}` | {_cell(text)} |\n" for flag, text in parser.flags)
    yield "\n| ini key | meaning |\n|---|---|\n"
    yield from (f"| `{key}` | {_cell(text)} |\n" for key, text in parser.keys)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
