"""Terminals of their own for runs of pytest, and what they show in the end."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys

import pytest

_PIECE = re.compile(r"\x1b\[(\??[0-9;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)")


def screen(raw: str) -> list[str]:
    """Return the lines that a terminal would show in the end, knowing the few control sequences that are used."""
    rows: list[list[str]] = [[]]
    row = column = 0
    for count, command, back, down, text in _PIECE.findall(raw):
        times = int(count) if count.isdecimal() else 1
        if back:
            column = 0
        elif down:
            row, column = row + 1, 0
        elif command == "A":
            row -= times
        elif command == "C":
            column += times
        elif command == "K":
            rows[row] = [] if count == "2" else rows[row][:column]
        elif text:
            line = rows[row]
            line += " " * (column - len(line))
            line[column : column + len(text)] = text
            column += len(text)
        rows += [[] for _ in range(row + 1 - len(rows))]
    return ["".join(line).rstrip() for line in rows]


def on_terminal(pytester: pytest.Pytester, *arguments: str, **environment: str) -> str:
    """Run pytest on a terminal of its own and return all that was written to it."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    ours, theirs = pty.openpty()
    own = {key: value for key, value in os.environ.items() if key not in {"CI", "NO_COLOR", "PYTEST_ADDOPTS"}}
    env = {**own, "TERM": "xterm", "COLUMNS": "120", "LINES": "40", "COLORTERM": "", **environment}
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=pytester.path, env=env) as process:
        os.close(theirs)
        raw = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # how Linux says that nobody has the other end any more
                break
            if not piece:
                break
            raw += piece
        process.wait(60)
    os.close(ours)
    return raw.decode()
