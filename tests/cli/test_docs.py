"""What `docs/cli.md` shows is what the commands print.

Where a command prints something else by intent, ``WRITE_DOCS=1 pytest tests/cli/test_docs.py`` writes it there.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from dialogue_harness.cli import main
from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DOCS = ROOT / "docs" / "cli.md"

_BLOCK = re.compile(r"(?<=\n```console\n)(.*?)(?=```\n)", re.DOTALL)
_HEAD = re.compile(r" \| head -n (\d+)$")


def session(block: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return a block of the page as it would be if its commands were typed now."""
    lines: list[str] = []
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        head = _HEAD.search(command)
        main(shlex.split(_HEAD.sub("", command))[1:])
        captured = capsys.readouterr()
        printed = (captured.err + captured.out).splitlines()
        lines += [f"$ {command}", *(printed[: int(head[1])] if head else printed)]
    return "\n".join(lines) + "\n"


def test_the_page_shows_what_the_commands_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = DOCS.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    now = _BLOCK.sub(lambda block: session(block[0], capsys), page)
    if os.environ.get("WRITE_DOCS"):
        DOCS.write_text(now, encoding="utf-8")
    assert len(_BLOCK.findall(page)) >= 6
    assert page.splitlines() == now.splitlines()


def test_every_verb_of_dialogues_has_a_section() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [
        verb for verb in ("talk", "show", "check", "import", "export") if f"\n## `harness {verb}`" not in page
    ] == []
