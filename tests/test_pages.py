"""Pages that are sessions print what the commands print."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from page_session import replayed
from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["tutorial.md", "change-a-prompt.md", "small-fixtures.md", "own-model.md"])
def test_a_page_shows_what_its_commands_print(name: str, tmp_path: Path) -> None:
    path = ROOT / "docs" / name
    page = path.read_text(encoding="utf-8")
    now = replayed(page, tmp_path)
    if os.environ.get("WRITE_DOCS"):
        path.write_text(now, encoding="utf-8")
    assert now == page
