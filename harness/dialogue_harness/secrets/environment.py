"""Which values of the environment are secret, and how they look after they were quoted, escaped or encoded."""

from __future__ import annotations

import base64
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: A value shorter than this is not taken for a secret: removing it everywhere would garble what is written.
SHORTEST: Final = 8

_NAME: Final = re.compile(
    r"(?:^|_)(?:KEY|TOKEN|SECRET|PASS|PASSPHRASE)$|PASSWORD$|PASSWD$|API_?KEY|CREDENTIAL|ACCESS_KEY|PRIVATE_KEY",
    re.IGNORECASE,
)
#: Keys that are there to be published.
_PUBLIC: Final = re.compile("PUBLIC|GPG_KEY", re.IGNORECASE)
#: Variables whose value may be a URL with a password in it.
_ADDRESS: Final = re.compile("UR[IL]|DSN|PROXY|CONNECTION", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:~|\.{0,2}|[A-Za-z]:)[/\\][^\s+=]*")
#: Words of letters, such as `not-needed` or `local dev`: said in place of a key where none is needed.
_WORDS: Final = re.compile(r"[A-Za-z]?+[a-z]*+(?:[-_. ][A-Za-z]?+[a-z]*+)*+|[A-Z]*+(?:[-_. ][A-Z]*+)*+")
#: From this length on, a value is taken for a secret even if it is made of words, or of digits, alone.
_LONG: Final = 20
#: With fewer different characters than this, a value is no secret that anybody could have meant.
_FEWEST_DIFFERENT: Final = 4


def secret_values(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name and value of the variables that look secret.

    Those are variables whose name says so, such as ``LAB_API_KEY``, and whose value could be one; and the passwords
    in the values of those that are named for a URL, such as ``DATABASE_URL``.
    """
    for name in environment:
        is_secret, is_address = _told(name)
        if is_secret or is_address:
            value = environment[name].strip()
            candidates = {value} if is_secret else set()
            candidates |= _passwords(value) if "://" in value else set()
            yield from ((name, candidate) for candidate in candidates if looks_secret(candidate))


@lru_cache(maxsize=1024)
def _told(name: str) -> tuple[bool, bool]:
    """Return whether a name says that the value is secret, and whether it says that it is an address."""
    return bool(_NAME.search(name)) and not _PUBLIC.search(name), bool(_ADDRESS.search(name))


def looks_secret(value: str) -> bool:
    """Return whether a value could be a secret: long and varied enough, and neither words nor a path.

    Values such as ``true``, ``none``, ``not-needed`` and ``/run/secrets/key`` are not.
    """
    if len(value) < SHORTEST or len(set(value)) < _FEWEST_DIFFERENT or _is_path(value):
        return False
    return len(value) >= _LONG or not (_WORDS.fullmatch(value) or value.isdigit())


def forms(value: str) -> set[str]:
    """Return a value as it is and as it looks escaped, folded to one line, in a URL, or in Base64."""
    escaped = {json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    told = {value, " ".join(value.split()), repr(value)[1:-1], quote(value, safe="", errors="replace"), *escaped}
    return told | set(_encoded(value.encode("utf-8", "replace")))


def _encoded(value: bytes) -> Iterator[str]:
    """Yield what is the same in the Base64 of every text that holds ``value``, for each place modulo 3."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + value).decode()
        whole = text[(8 * shift + 5) // 6 : 8 * (shift + len(value)) // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


def _passwords(value: str) -> set[str]:
    try:
        password = urlsplit(value).password or ""
    except ValueError:  # it only resembles a URL
        return set()
    return {password, unquote(password)}


def _is_path(value: str) -> bool:
    """Return whether a value is a path, and not a random key that begins with a slash."""
    return bool(_PATH.fullmatch(value)) and not any(map(_is_mixed, re.split(r"[/\\]", value)))


def _is_mixed(word: str) -> bool:
    return len(word) >= 16 and any(map(str.islower, word)) and any(map(str.isupper, word)) and not word.isalpha()
