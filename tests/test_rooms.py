"""Which way each room of the package may look; docs/design.md draws the same."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import dialogue_harness

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(dialogue_harness.__file__).parent

#: From the ground up: a room looks only at rooms before it.
ROOMS = (
    "errors",
    "_public",
    # data
    "_text",
    "secrets",
    "scenario",
    "dialogue",
    "measures",
    "storage",
    "formats",
    # work
    "models",
    "checks",
    "mutation",
    "engine",
    "gate",
    # doors
    "settings",
    "report",
    "testing",
    "plugin",
    "cli",
)

#: What a room must not know although it stands before it.
SECRETS = {
    "checks": {"secrets", "storage", "formats", "models"},
    "mutation": {"secrets", "storage", "formats", "models"},
    "models": {"measures", "storage", "formats"},
    "gate": {"storage", "formats", "models", "mutation", "engine"},
    "cli": {"plugin"},
}

#: The only rooms that may import these packages.
OUTSIDERS = {
    "pytest": {"plugin"},
    "_pytest": {"plugin"},
    "openai": {"models"},
    "rich": {"report", "plugin", "cli"},
    "tabulate": {"report"},
    "filelock": {"storage"},
    "iniconfig": {"settings"},
}

#: The one file that looks up: `Dialogue.load` and `.save` are found where users look for them, and the formats, which
#: stand on `Dialogue`, are imported only when these are called.
LOOKS_UP = PACKAGE / "dialogue.py"

MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py")


def room_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports, at any place in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def rooms_seen(path: Path) -> set[str]:
    seen = {name.split(".")[1] for name in imported(path) if name.startswith("dialogue_harness.")}
    return (seen & set(ROOMS)) - {room_of(path)}


def test_every_file_is_in_a_room() -> None:
    assert {room_of(path) for path in MODULES} == {"__init__", *ROOMS}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_looks_only_at_the_rooms_below_it(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    below = set(ROOMS[: ROOMS.index(room)]) - SECRETS.get(room, set())
    if path == LOOKS_UP:
        below |= {"formats"}
    assert rooms_seen(path) <= below


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_comes_from_outside_comes_in_through_its_own_room(path: Path) -> None:
    packages = {name.split(".")[0] for name in imported(path)}
    assert [name for name in sorted(packages & OUTSIDERS.keys()) if room_of(path) not in OUTSIDERS[name]] == []


#: Files by the name of their module.
FILES = {".".join(("dialogue_harness", *path.relative_to(PACKAGE).with_suffix("").parts)): path for path in MODULES}
FILES = {name.removesuffix(".__init__"): path for name, path in FILES.items() if path != PACKAGE / "__init__.py"}


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree, without what only a type checker reads."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from executed(child)


def files_imported(path: Path) -> set[str]:
    """Return the modules of the package that a file imports when it runs, at its top or later."""
    froms = [node for node in executed(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    if path == LOOKS_UP:
        froms = [node for node in froms if node.module != "dialogue_harness.formats"]
    pairs = [(f"{node.module}.{alias.name}", str(node.module)) for node in froms for alias in node.names]
    return {name if name in FILES else module for name, module in pairs} & FILES.keys()


def test_no_two_files_import_each_other_in_a_circle() -> None:
    graph = {name: files_imported(path) - {name} for name, path in FILES.items()}
    list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle
