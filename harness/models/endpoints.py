"""Servers by name, as the pytest configuration lists them: where they are, and which variable holds their key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from harness.errors import ConfigurationError
from harness.printable import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Prefixes of model names that are taken, so that no endpoint can have them as its name.
RESERVED: Final = ("builtin", "openai")

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
#: What must not be printed of a line that is wrong: values of `key=`, a password in a URL, whatever resembles a key.
_SECRET = re.compile(r"(?<=key=)\S+|(?<=://)[^\s/@]*(?=@)|\bsk-\S+|(?<!\S)[\w-]{20,}(?!\S)", re.IGNORECASE)

_EXAMPLE = "lab = https://lab.example/v1 key=LAB_API_KEY"


@dataclass(frozen=True)
class Endpoint:
    """A server that speaks the OpenAI protocol.

    Attributes:
        name: the prefix of the models that it serves, as in ``lab:some-model``.
        base_url: where its API begins, such as ``http://127.0.0.1:8000/v1``.
        key_env: name of the environment variable that holds its key, which itself is never kept; ``None`` where it is
            sent none. A key meant for one server is never sent to another unasked.

    """

    name: str
    base_url: str
    key_env: str | None = None


def parse_endpoints(lines: Iterable[str]) -> dict[str, Endpoint]:
    """Read ``NAME = URL`` or ``NAME = URL key=VARIABLE``, one endpoint a line; blank lines are passed over.

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
    url, *options = rest.split()
    _check_name(line, name)
    _check_url(line, url)
    return Endpoint(name, url, *_key_variable(line, options))


def _check_name(line: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise _wrong(line, "a name begins with a lower-case letter and goes on with those, digits, '_' and '-'")
    if name in RESERVED:
        raise _wrong(line, f"{name!r} is not free: models of that prefix are known already")


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


def _key_variable(line: str, options: list[str]) -> list[str]:
    if not options:
        return []
    word, equals, variable = options[0].partition("=")
    if word != "key" or not equals or len(options) > 1:
        raise _wrong(line, "after the URL only key=VARIABLE can follow")
    if not _VARIABLE.fullmatch(variable):
        raise _wrong(line, "key= takes the NAME of an environment variable")
    return [variable]


def _wrong(line: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        "a line of harness_endpoints cannot be read",
        facts=[("line", shorten(_SECRET.sub("***", line), 120)), ("why", why), ("example", _EXAMPLE)],
        fix="correct the line in the pytest configuration",
    )
