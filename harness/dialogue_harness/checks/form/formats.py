"""The formats of JSON Schema that are checked, each a function of a string that takes linear time."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME: Final = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
_DURATION: Final = re.compile(
    r"P(?:\d+W|(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)", re.ASCII
)
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_LOCAL: Final = re.compile(rf'{_ATOM}+(?:\.{_ATOM}+)*|"(?:[^"\\\x00-\x1f\x7f-\U0010ffff]|\\[ -~])*"')
_LOCAL_IDN: Final = re.compile(r"[^\s@.\"(),:;<>\[\\\]]+(?:\.[^\s@.\"(),:;<>\[\\\]]+)*")
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_LABEL_IDN: Final = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_RELATIVE_POINTER: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)")
_NAME: Final = r"(?:\w|%[0-9A-Fa-f]{2})(?:[\w.]|%[0-9A-Fa-f]{2})*(?:\*|:[1-9][0-9]{0,3})?"
_TEMPLATE: Final = re.compile(
    rf"(?:[^\x00-\x20\"'%<>\\^`{{|}}\x7f]|%[0-9A-Fa-f]{{2}}|\{{[+#./;?&=,!@|]?{_NAME}(?:,{_NAME})*\}})*", re.ASCII
)
_PORT: Final = re.compile(r":[0-9]*")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_FUTURE_IP: Final = re.compile(r"[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+")
_MAX_REGEX: Final = 10_000


def _allowed(characters: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[A-Za-z0-9._~!$&'()*+,;={characters}-]|%[0-9A-Fa-f]{{2}})*")


_BEYOND_ASCII: Final = r"\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000efffd"
#: What the parts of a URI may consist of (RFC 3986, section 3): path, query and fragment, user, host.
_URI: Final = tuple(_allowed(extra) for extra in (":@/", ":@/?", ":", ""))
#: The same of an IRI (RFC 3987, section 2.2).
_IRI: Final = tuple(_allowed(extra + _BEYOND_ASCII) for extra in (":@/", ":@/?", ":", ""))


def _date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    try:
        return match is not None and bool(dt.date(*map(int, match.groups())))
    except ValueError:
        return False


def _time(text: str) -> bool:
    """Whether it is a full-time of RFC 3339: with an offset, and a leap second only where UTC can have one."""
    match = _TIME.fullmatch(text)
    if match is None:
        return False
    hour, minute, second = (int(match[n]) for n in (1, 2, 3))
    ahead, behind = int(match[5] or 0), int(match[6] or 0)
    if hour > 23 or minute > 59 or ahead > 23 or behind > 59:
        return False
    offset = (60 * ahead + behind) * (-1 if match[4] == "-" else 1)
    return second < 60 or (second == 60 and (60 * hour + minute - offset) % 1440 == 1439)


def _date_time(text: str) -> bool:
    return len(text) > 11 and text[10] in "Tt" and _date(text[:10]) and _time(text[11:])


def _hostname(text: str, label: re.Pattern[str] = _LABEL) -> bool:
    parts = text.split(".")
    return len(text) <= 253 and all(len(part) <= 63 and label.fullmatch(part) for part in parts)


def _email(text: str, local: re.Pattern[str] = _LOCAL, label: re.Pattern[str] = _LABEL) -> bool:
    user, at, host = text.rpartition("@")
    if not at or len(user) > 64 or not local.fullmatch(user):
        return False
    if host.startswith("[") and host.endswith("]"):
        literal = host[1:-1]
        return _ipv6(literal[5:]) if literal[:5].casefold() == "ipv6:" else _ipv4(literal)
    return _hostname(host, label)


def _ipv4(text: str) -> bool:
    try:
        return len(text) <= 15 and text.isascii() and bool(ipaddress.IPv4Address(text).packed)
    except ValueError:
        return False


def _ipv6(text: str) -> bool:
    try:
        return len(text) <= 45 and "%" not in text and bool(ipaddress.IPv6Address(text).packed)
    except ValueError:
        return False


def _uri(text: str, parts: tuple[re.Pattern[str], ...] = _URI) -> bool:
    scheme = _SCHEME.match(text)
    return scheme is not None and _hierarchy(text[scheme.end() :], parts)


def _reference(text: str, parts: tuple[re.Pattern[str], ...] = _URI) -> bool:
    if _uri(text, parts):
        return True
    return ":" not in re.split(r"[/?#]", text, maxsplit=1)[0] and _hierarchy(text, parts)


def _hierarchy(text: str, parts: tuple[re.Pattern[str], ...]) -> bool:
    path_characters, query_characters, _, _ = parts
    rest, _, fragment = text.partition("#")
    path, _, query = rest.partition("?")
    if path.startswith("//"):
        authority, slash, below = path[2:].partition("/")
        if not _authority(authority, parts):
            return False
        path = slash + below
    wanted = ((path_characters, path), (query_characters, query), (query_characters, fragment))
    return all(pattern.fullmatch(part) for pattern, part in wanted)


def _authority(text: str, parts: tuple[re.Pattern[str], ...]) -> bool:
    user, _, place = text.rpartition("@")
    if not parts[2].fullmatch(user):
        return False
    if place.startswith("["):
        literal, closed, port = place[1:].partition("]")
        inside = _ipv6(literal) or _FUTURE_IP.fullmatch(literal)
    else:
        host, colon, port = place.partition(":")
        closed, port = "]", colon + port
        inside = parts[3].fullmatch(host)
    return bool(closed and inside and (not port or _PORT.fullmatch(port)))


def _regex(text: str) -> bool:
    if len(text) > _MAX_REGEX:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python may read otherwise some day is not the model's fault
            re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


#: Every format that is checked, by its name in JSON Schema 2020-12.
FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "date": _date,
    "date-time": _date_time,
    "time": _time,
    "duration": lambda text: len(text) > 2 and _DURATION.fullmatch(text) is not None,
    "email": _email,
    "idn-email": lambda text: _email(text, _LOCAL_IDN, _LABEL_IDN),
    "hostname": _hostname,
    "idn-hostname": lambda text: _hostname(text, _LABEL_IDN),
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "uri": _uri,
    "uri-reference": _reference,
    "iri": lambda text: _uri(text, _IRI),
    "iri-reference": lambda text: _reference(text, _IRI),
    "uri-template": lambda text: _TEMPLATE.fullmatch(text) is not None,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "json-pointer": lambda text: _POINTER.fullmatch(text) is not None,
    "relative-json-pointer": lambda text: _RELATIVE_POINTER.fullmatch(text) is not None,
    "regex": _regex,
}
