"""The pytest configuration of a project, for those who are not run by pytest: found and read as pytest does.

Nothing of pytest itself is used: what finds its files, ``_pytest.config.findpaths``, is private, differs from one
version to the next, and takes a tenth of a second to import. The two parsers that pytest has the files read with are
used here too, and only where there is such a file.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from dialogue_harness.errors import ConfigurationError
from dialogue_harness.storage.format import reason, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class ProjectFile:
    """What the pytest configuration of a project says.

    Attributes:
        path: the file, ``None`` where there is none.
        values: its keys, ours among them: text, or in TOML also lists and numbers.

    """

    path: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def ini(self, key: str) -> Any:  # noqa: ANN401 -- text, but for what a person wrote that is none
        """Return the value of a key; ``None`` where it has none."""
        value = self.values.get(key)
        return str(value) if isinstance(value, bool | int | float) else value

    def lines(self, key: str) -> list[str]:
        """Return the lines of a key; in TOML they may be a list."""
        value = self.values.get(key, "")
        lines = value if isinstance(value, list) else str(value).split("\n")
        return [line for each in lines if (line := str(each).strip())]

    def flag(self, flag: str) -> str | None:
        """Return the value that ``addopts`` gives a flag, the last if there are several; ``None`` where it does not.

        Raises:
            ConfigurationError: a quotation mark in it is not closed.

        """
        found: str | None = None
        words = self._words("addopts")
        for word, following in zip(words, [*words[1:], None], strict=False):  # there may be none
            name, equals, value = word.partition("=")
            if name == flag:
                found = value if equals else following
        return found

    def _words(self, key: str) -> list[str]:
        value = self.values.get(key, "")
        try:
            return [str(word) for word in value] if isinstance(value, list) else shlex.split(str(value))
        except ValueError as error:
            raise _unreadable(self.path, f"{key}: {error}") from None


def find_settings(folder: Path) -> ProjectFile:
    """Return what pytest would be configured with if it were run, without arguments, in a folder.

    It is looked for there and in the folders above; the first file that configures pytest is the only one that counts.

    Args:
        folder: absolute.

    Raises:
        ConfigurationError: a file cannot be read.

    """
    for path, read in _candidates(folder):
        try:
            values = read(path)
        except (OSError, UnicodeError) as error:
            raise _unreadable(path, reason(error) if isinstance(error, OSError) else str(error)) from None
        if values is not None:
            return ProjectFile(path, values)
    return ProjectFile()


def _candidates(folder: Path) -> Iterator[tuple[Path, Callable[[Path], Mapping[str, Any] | None]]]:
    for base in (folder, *folder.parents):
        for name, read in _READERS.items():
            if (base / name).is_file():
                yield base / name, read


def _own_toml(path: Path) -> Mapping[str, Any]:
    return _table(_toml(path), "pytest") or {}


def _own_ini(path: Path) -> Mapping[str, Any]:
    return _section(path, "pytest") or {}


def _tox_ini(path: Path) -> Mapping[str, Any] | None:
    return _section(path, "pytest")


def _setup_cfg(path: Path) -> Mapping[str, Any] | None:
    return _section(path, "tool:pytest")


def _pyproject(path: Path) -> Mapping[str, Any] | None:
    table = _table(_toml(path), "tool", "pytest") or {}
    typed = {key: value for key, value in table.items() if key != "ini_options"}
    options = _table(table, "ini_options")
    if typed and options:
        raise _unreadable(path, "[tool.pytest] and [tool.pytest.ini_options] exclude each other")
    return typed or options


#: The files that can configure pytest, in the order in which it looks for them in each folder, and what reads them.
_READERS: Final[Mapping[str, Callable[[Path], Mapping[str, Any] | None]]] = {
    "pytest.toml": _own_toml,
    ".pytest.toml": _own_toml,
    "pytest.ini": _own_ini,
    ".pytest.ini": _own_ini,
    "pyproject.toml": _pyproject,
    "tox.ini": _tox_ini,
    "setup.cfg": _setup_cfg,
}


def _toml(path: Path) -> Mapping[str, Any]:
    import tomllib  # noqa: PLC0415 -- only where there is such a file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(path, str(error)) from None


def _table(values: Mapping[str, Any], *names: str) -> Mapping[str, Any] | None:
    """Return a table within tables, ``None`` where there is none."""
    found: Any = values
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _section(path: Path, name: str) -> Mapping[str, Any] | None:
    import iniconfig  # noqa: PLC0415 -- only where there is such a file

    try:
        read = iniconfig.IniConfig(str(path))
    except iniconfig.ParseError as error:
        raise _unreadable(path, f"line {error.lineno + 1}: {error.msg}") from None
    return dict(read[name].items()) if name in read else None


def _unreadable(path: Path | None, problem: str) -> ConfigurationError:
    msg = "the pytest configuration, which says what models may cost, cannot be read"
    facts = [("file", shown(path or "")), ("problem", problem)]
    return ConfigurationError(msg, facts=facts, fix="correct that file")
