"""Pages of the documentation as sessions: their files are written, their commands run, their output is compared.

``WRITE_DOCS=1 pytest tests/test_pages.py`` writes what the commands print now into the pages.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"`([\w./-]+\.(?:py|toml|yml))`:\s*$")
_SECONDS = re.compile(r" in \d+\.\d+s(?: =*)?")


def replayed(page: str, folder: Path) -> str:
    """Return a page as it would be if its files were written and its commands typed now, in an empty folder."""
    parts: list[str] = []
    end = 0
    for block in _BLOCK.finditer(page):
        before = page[end : block.start()]
        named = _NAMED.search(before.rstrip())
        language, text = block[1], block[2]
        if named:
            path = folder / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif language == "console":
            text = "".join(_typed(line, folder) for line in text.splitlines() if line.startswith("$ "))
        parts += [before, f"```{language}\n{text}```"]
        end = block.end()
    return "".join([*parts, page[end:]])


def _typed(line: str, folder: Path) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "HARNESS_"))},
        "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}",  # noqa: PTH120 -- no link is followed
        "PYTEST_ADDOPTS": "-p no:randomly -p no:cacheprovider -p no:xdist",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }
    done = subprocess.run(  # noqa: S602 -- our own pages, which use pipes
        line.removeprefix("$ "),
        shell=True,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    shown = _SECONDS.sub(" in 0.2s", done.stdout)
    lines = [one.rstrip() for one in shown.splitlines() if not re.fullmatch(r"[=_ ]*", one) or not one]
    return "\n".join([line, *lines]) + "\n"
