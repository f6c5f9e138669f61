from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.checks.form.conforms import conforms
from dialogue_harness.dialogue import Message

if TYPE_CHECKING:
    import uuid

#: For each format, texts that have it and texts that nearly do.
CASES = {
    "date": (
        ["2024-02-29", "1999-12-31", "0001-01-01"],
        ["2023-02-29", "2024-2-29", "2024-13-01", "20240229", "2024-02-29T00:00:00Z", "२०२४-०२-२९", "2024-02-29\n", ""],
    ),
    "time": (
        ["12:00:00Z", "00:00:00.123456789+05:30", "12:00:00z"],
        ["12:00:00", "24:00:00Z", "12:60:00Z", "12:00:61Z", "12:00Z", "12:00:00+24:00", "12:00:00,5Z"],
    ),
    "date-time": (
        ["2024-02-29T12:00:00Z", "2024-02-29t12:00:00.5+01:00"],
        ["2024-02-29 12:00:00Z", "2024-02-29T12:00:00", "2023-02-29T12:00:00Z", "2024-02-29", "T12:00:00Z", ""],
    ),
    "duration": (
        ["P1Y2M3DT4H5M6S", "PT1M", "P3W", "P1D", "PT36H"],
        ["P", "PT", "P1YT", "P1W2D", "1D", "P1H", "PT1D", "P1S"],
    ),
    "email": (["ann@example.org", "a.b+c@sub.example.org", "ann@localhost"], ["ann", ""]),
    "idn-email": (["änn@exämple.org", "실례@실례.테스트"], ["änn"]),
    "hostname": (
        ["example.org", "localhost", "a-b.c3", "3com.example", "x" * 63],
        ["-a.org", "a-.org", "a..org", "a_b.org", "x" * 64, "", "exämple.org", ".".join(["abcdefg"] * 33)],
    ),
    "idn-hostname": (["exämple.org", "실례.테스트"], ["-ä.org", "ä..org", "ä b.org"]),
    "ipv4": (["127.0.0.1", "255.255.255.255"], ["256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ",
                                                "１.2.3.4", ""]),
    "ipv6": (["::1", "2001:db8::ff00:42:8329", "::ffff:192.0.2.1"],
             ["1::2::3", "12345::", "::1%eth0", "127.0.0.1", "fe80"]),
    "uri": (
        ["https://example.org/a?b=c#d", "mailto:ann@example.org", "urn:isbn:0451450523", "http://[::1]:80/", "file:///etc",
         "https://a:b@example.org:8080/%20", "tel:+1-816-555-1212", "http://[v1.fe80::a]/", "x:"],
        ["example.org", "/a/b", "//example.org", "http://exa mple.org", "http://example.org/<a>", "http://a%2", "1x:a",
         "http://[::1/", "http://[::1]x/", "http://a:port/", "http://exämple.org", "a#b#c", ":a", "http://a\\b", "http://a]"],
    ),
    "uri-reference": (
        ["/a/b", "//example.org/a", "a?b#c", "#d", "", "https://example.org", "./a:b"],
        ["\\a", "a b", "1a:b", "#a#b", "%zz", "//a:b:c"],
    ),
    "iri": (["https://exämple.org/ä?ö", "https://example.org"], ["ä", "https://ä b", "//exämple.org"]),
    "iri-reference": (["/ä/ö", "#ä"], ["/ä ö", "\\ä"]),
    "uri-template": (
        ["http://example.org/{a}/{+b,c}{?d*,e:3}", "no-braces", "{a.b}"],
        ["{", "}", "{}", "{a", "a}", "{a:0}", "{ä}"],
    ),
    "uuid": (
        ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
        ["2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
         "xeb8aa08-aa98-11ea-b4aa-73b441d16380",
         "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}"],
    ),
    "json-pointer": (["", "/a/0", "/a~1b/~0", "/", "//"], ["a", "/~2", "/~", "#/a"]),
    "relative-json-pointer": (["0", "1/a", "2#", "0/~1"], ["", "/a", "01", "-1", "1a", "0##"]),
    "regex": (["^a+$", "[a-z]", "", "(?P<x>a)(?P=x)", "(a+)+"], ["[", "(", "a**", "(?P<x", "*", "\\"]),
}  # fmt: skip
HAVE = [(name, text) for name, (have, _) in CASES.items() for text in have]
LACK = [(name, text) for name, (_, lack) in CASES.items() for text in lack]


def has(name: str, value: object) -> bool:
    return bool(conforms(Message(1, "A", json.dumps(value)), schema={"format": name}))


@pytest.mark.parametrize(("name", "text"), HAVE)
def test_a_text_of_a_format_conforms(name: str, text: str) -> None:
    assert has(name, text)


@pytest.mark.parametrize(("name", "text"), LACK)
def test_a_text_that_nearly_has_a_format_does_not_conform(name: str, text: str) -> None:
    assert not has(name, text)


@pytest.mark.parametrize("name", CASES)
def test_a_format_says_nothing_of_what_is_no_string(name: str) -> None:
    values: tuple[object, ...] = (1, None, [], {}, True)
    for value in values:
        assert has(name, value)


@given(st.datetimes(timezones=st.timezones() | st.just(dt.UTC)))
def test_every_moment_as_python_writes_it_is_a_date_time(moment: dt.datetime) -> None:
    offset = moment.utcoffset()
    if offset is not None and offset.total_seconds() % 60 == 0:
        assert has("date-time", moment.isoformat())
        assert has("date", moment.date().isoformat())
        assert has("time", moment.timetz().isoformat()) or moment.timetz().utcoffset() is None


@given(st.uuids(), st.ip_addresses(v=4), st.ip_addresses(v=6))
def test_what_python_makes_of_identifiers_and_addresses_has_their_formats(
    identifier: uuid.UUID, four: object, six: object
) -> None:
    assert has("uuid", str(identifier))
    assert has("ipv4", str(four))
    assert has("ipv6", str(six))


@given(st.sampled_from(list(CASES)), st.text(max_size=30))
def test_any_text_can_be_asked_for_any_format(name: str, text: str) -> None:
    assert has(name, text) in {True, False}


@pytest.mark.parametrize("name", CASES)
def test_a_long_text_is_asked_for_a_format_in_linear_time(name: str) -> None:
    for unit in ("a", "0", "a.", "/", "%20", "{a}", "a@", "::", "[", "(", "P1", "-"):
        assert has(name, unit * 20_000 + " \x00") is (name == "regex" and unit not in {"[", "("})
