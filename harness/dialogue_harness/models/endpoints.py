"""Servers by name, as the pytest configuration lists them: where they are, and where their key is."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Prefixes of model names that are taken, so that no endpoint can have them as its name.
RESERVED: Final = ("builtin", "openai", "python")

#: What a prefix is, an endpoint's or a registered model's.
PREFIX: Final = re.compile(r"[a-z][a-z0-9_-]*")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
#: What must not be printed of a line that is wrong: values of `key=`, a password in a URL, whatever resembles a key.
_SECRET = re.compile(r"(?<=key=)\S+|(?<=://)[^\s/@]*(?=@)|\bsk-\S+|(?<!\S)[\w-]{20,}(?!\S)", re.IGNORECASE)

#: The option that takes the rest of its line.
_COMMAND: Final = "key-command="

#: The options that limit the rate of requests.
_LIMITS: Final = ("rpm", "tpm", "max")

_EXAMPLE = "lab = https://lab.example/v1 key=LAB_API_KEY rpm=60"


@dataclass(frozen=True)
class Endpoint:
    """A server that speaks the OpenAI protocol.

    Attributes:
        name: the prefix of the models that it serves, as in ``lab:some-model``.
        base_url: where its API begins, such as ``http://127.0.0.1:8000/v1``.
        key_env: name of the environment variable that holds its key; ``None`` to send no key.
        key_command: a command that prints the key, in place of a variable, or ``None``.
        rpm: the most requests it is sent per minute, 1 or more; ``None`` for no limit.
        tpm: the most tokens per minute, contexts and replies together; likewise.
        max: the most requests in flight at once; likewise.

    """

    name: str
    base_url: str
    key_env: str | None = None
    key_command: str | None = None
    rpm: int | None = None
    tpm: int | None = None
    max: int | None = None


def parse_endpoints(lines: Iterable[str]) -> dict[str, Endpoint]:
    """Read ``NAME = URL``, one endpoint a line, and what can follow it.

    That is ``rpm=``, ``tpm=`` and ``max=`` with a number, and one of ``key=VARIABLE`` and ``key-command=COMMAND …``,
    which takes all of the rest of its line.
    Blank lines are ignored.

    Args:
        lines: the lines of the ini key, in any order.

    Returns:
        The endpoints by name, in the order of their lines.

    Raises:
        ConfigurationError: a line is not of that form, or names an endpoint twice. What could be a key is not shown.

    """
    endpoints: dict[str, Endpoint] = {}
    for line in lines:
        if not line.strip():
            continue
        endpoint = _endpoint(line)
        if endpoint.name in endpoints:
            raise _wrong(line, f"the name {endpoint.name!r} is taken by a line above")
        endpoints[endpoint.name] = endpoint
    return endpoints


def _endpoint(line: str) -> Endpoint:
    name, equals, rest = (part.strip() for part in line.partition("="))
    if not equals or not rest or "://" in name:
        raise _wrong(line, "it is not of the form NAME = URL")
    url, *options = rest.split(maxsplit=1)
    _check_name(line, name)
    _check_url(line, url)
    return Endpoint(name, url, **_options(line, options[0] if options else ""))


def _check_name(line: str, name: str) -> None:
    if not PREFIX.fullmatch(name):
        raise _wrong(line, "a name begins with a lower-case letter and goes on with those, digits, '_' and '-'")
    if name in RESERVED:
        raise _wrong(line, f"{name!r} is reserved")


def _check_url(line: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        is_http = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_http = False
    if not is_http:
        raise _wrong(line, "the URL must begin with http:// or https:// and name a host")
    if "@" in parts.netloc:
        raise _wrong(line, "the URL holds a user name or password; put the key into an environment variable")


def _options(line: str, rest: str) -> dict[str, Any]:
    found: dict[str, str | int] = {}
    value: str | int
    while rest:
        if rest.startswith(_COMMAND):
            name, value, rest = "key_command", _key_command(line, rest.removeprefix(_COMMAND)), ""
        else:
            option, *more = rest.split(maxsplit=1)
            rest = more[0] if more else ""
            name, value = _option(line, option)
        if name in found or (name == "key_command" and "key_env" in found):
            raise _wrong(line, "the key is given twice" if name.startswith("key") else f"{name}= is given twice")
        found[name] = value
    return found


def _option(line: str, option: str) -> tuple[str, str | int]:
    word, equals, value = option.partition("=")
    if equals and word in _LIMITS:
        if not (value.isascii() and value.isdecimal() and len(value) <= 15 and int(value)):
            raise _wrong(line, f"{word}= takes a whole number, 1 or more")
        return word, int(value)
    if not equals or word != "key":
        raise _wrong(line, "after the URL only rpm=, tpm=, max=, and key=VARIABLE or key-command=COMMAND can follow")
    if not _VARIABLE.fullmatch(value):
        raise _wrong(line, "key= takes the NAME of an environment variable")
    return "key_env", value


def _key_command(line: str, command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError:
        raise _wrong(line, "in the command of key-command= a quotation mark is not closed") from None
    if not words or not words[0]:
        raise _wrong(line, "key-command= takes a command that prints the key")
    return command.strip()


def _wrong(line: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        "a line of harness_endpoints cannot be read",
        facts=[("line", shorten(_SECRET.sub("***", scrub(line)), 120)), ("why", why), ("example", _EXAMPLE)],
        fix="correct the line in the pytest configuration",
    )
