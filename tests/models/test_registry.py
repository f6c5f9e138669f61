from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.errors import ConfigurationError, UnknownModel
from dialogue_harness.models import registry
from dialogue_harness.models.eliza.model import ElizaModel
from dialogue_harness.models.registry import ChatMessage, Context, Endpoint, is_offline, open_model, parse_endpoints
from dialogue_harness.models.scripted import ScriptedModel
from dialogue_harness.scenario import Speaker
from dialogue_harness.testing.server import ProtocolServer

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = parse_endpoints(["local = http://127.0.0.1:8000/v1", "lab = https://lab.example/v1 key=LAB_API_KEY"])


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    with ProtocolServer() as running:
        yield running


def _ask(model: registry.Model, speaker: Speaker) -> str:
    async def ask() -> str:
        reply = await model.reply(Context(speaker, "B", (ChatMessage("user", "Hello."),), 2))
        await model.aclose()
        return reply.text

    return asyncio.run(ask())


def _unknown(name: str, endpoints: dict[str, Endpoint] | None = None) -> UnknownModel:
    with pytest.raises(UnknownModel) as caught:
        open_model(Speaker(name), endpoints)
    return caught.value


# Which model a name means.


def test_the_built_in_names_open_the_built_in_models() -> None:
    scripted = Speaker("builtin:scripted", script=["Hello."])
    assert isinstance(open_model(Speaker("builtin:eliza")), ElizaModel)
    assert isinstance(open_model(scripted), ScriptedModel)


@pytest.mark.parametrize("name", ["vendor/small-27b-it", "openai:vendor/small-27b-it"])
def test_a_bare_name_and_the_openai_prefix_mean_the_server_of_the_environment(
    name: str, server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    speaker = Speaker(name)
    _ask(open_model(speaker), speaker)
    (request,) = server.requests
    assert request.json["model"] == "vendor/small-27b-it"
    assert request.headers["authorization"] == "Bearer from-the-environment"


def test_an_endpoint_is_never_sent_a_key_that_its_line_does_not_name(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "meant-for-another-server")
    monkeypatch.setenv("LAB_KEY", "meant-for-this-one")
    for key in ("", " key=LAB_KEY"):
        speaker = Speaker("lab:some-model")
        _ask(open_model(speaker, parse_endpoints([f"lab = {server.url}{key}"])), speaker)
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer none", "Bearer meant-for-this-one"]


def test_the_openai_prefix_leaves_a_colon_in_the_models_own_name(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    speaker = Speaker("openai:gemma3:27b")
    _ask(open_model(speaker), speaker)
    assert server.requests[0].json["model"] == "gemma3:27b"


def test_a_configured_prefix_means_its_endpoint_with_its_own_key(
    server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/unused")
    monkeypatch.setenv("LAB_API_KEY", "key-of-the-lab")
    speaker = Speaker("lab:small:free")
    _ask(open_model(speaker, parse_endpoints([f"lab = {server.url} key=LAB_API_KEY"])), speaker)
    (request,) = server.requests
    assert request.json["model"] == "small:free"
    assert request.headers["authorization"] == "Bearer key-of-the-lab"


@pytest.mark.parametrize(
    ("name", "offline"),
    [("builtin:eliza", True), ("openai:x", False), ("vendor/x", False), ("local:x", False)],
)
def test_only_the_models_in_the_box_need_no_server(name: str, offline: bool) -> None:  # noqa: FBT001 -- a table's column
    assert is_offline(Speaker(name)) is offline


def test_opening_a_built_in_model_loads_no_network_code() -> None:
    program = (
        "import sys; from dialogue_harness.models.registry import open_model;"
        "from dialogue_harness.scenario import Speaker;"
        "open_model(Speaker('builtin:eliza'));"
        "open_model(Speaker('builtin:scripted', script=['x']));"
        "print(sorted({'openai', 'httpx', 'asyncio', 'rich', 'scipy', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_public_names_are_sorted_and_there() -> None:
    assert registry.__all__ == sorted(registry.__all__, key=lambda name: (name.islower(), name))
    assert all(hasattr(registry, name) for name in registry.__all__)


# Names that mean nothing.


def test_an_unknown_prefix_is_told_with_what_is_known_and_both_ways_out() -> None:
    assert str(_unknown("gemma3:27b", LOCAL)) == (
        "unknown model prefix 'gemma3:' in 'gemma3:27b'\n"
        "  known prefixes: builtin, lab, local, openai\n"
        "how to fix: if 'gemma3:27b' is the model's own name, write 'openai:gemma3:27b';\n"
        "else add the endpoint to the pytest configuration, such as\n"
        "  [pytest]\n"
        "  harness_endpoints =\n"
        "      gemma3 = http://127.0.0.1:8000/v1"
    )


def test_a_misspelt_prefix_is_told_the_nearest() -> None:
    assert ("nearest", "local") in _unknown("locl:small", LOCAL).facts


def test_an_unknown_prefix_without_configuration_knows_the_two_of_the_package() -> None:
    assert _unknown("gemma3:27b").facts == (("known prefixes", "builtin, openai"),)


def test_an_unknown_built_in_model_is_told_the_nearest() -> None:
    assert str(_unknown("builtin:elisa")) == (
        "unknown built-in model 'builtin:elisa'\n"
        "  built-in models: builtin:eliza, builtin:scripted\n"
        "  nearest: builtin:eliza\n"
        "how to fix: write one of the names above; the model of a server has another prefix, or none"
    )


@given(st.text(min_size=1))
def test_no_model_name_reaches_a_terminal_unescaped(name: str) -> None:
    error = _unknown(f"nowhere:\x1b[31m{name}")
    assert "\x1b" not in str(error)


# Endpoints.


def test_endpoints_are_read_in_the_order_of_their_lines() -> None:
    assert list(LOCAL.values()) == [
        Endpoint("local", "http://127.0.0.1:8000/v1"),
        Endpoint("lab", "https://lab.example/v1", "LAB_API_KEY"),
    ]


def test_blank_lines_and_spaces_do_not_matter() -> None:
    assert parse_endpoints(["", "  ", "  a=http://h/v1   key=K "]) == {"a": Endpoint("a", "http://h/v1", "K")}


def test_a_line_may_say_how_fast_its_server_is_asked() -> None:
    line = "lab = http://h/v1 rpm=60 tpm=90000 key=K max=8"

    assert parse_endpoints([line]) == {"lab": Endpoint("lab", "http://h/v1", "K", rpm=60, tpm=90_000, max=8)}


def test_a_key_command_takes_the_rest_of_the_line() -> None:
    line = "lab = http://h/v1 rpm=60 key-command=pass show max=lab"
    endpoint = Endpoint("lab", "http://h/v1", key_command="pass show max=lab", rpm=60)

    assert parse_endpoints([line]) == {"lab": endpoint}


AFTER_THE_URL = "after the URL only rpm=, tpm=, max=, and key=VARIABLE or key-command=COMMAND can follow"


def _refused(*lines: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse_endpoints(lines)
    return str(caught.value)


def test_a_line_that_cannot_be_read_is_shown_with_the_reason_and_an_example() -> None:
    assert _refused("local http://127.0.0.1:8000/v1") == (
        "a line of harness_endpoints cannot be read\n"
        "  line: local http://127.0.0.1:8000/v1\n"
        "  why: it is not of the form NAME = URL\n"
        "  example: lab = https://lab.example/v1 key=LAB_API_KEY rpm=60\n"
        "how to fix: correct the line in the pytest configuration"
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("local =", "it is not of the form NAME = URL"),
        ("http://h/v1?a=b", "it is not of the form NAME = URL"),
        ("Local = http://h/v1", "a name begins with a lower-case letter and goes on with those, digits, '_' and '-'"),
        ("9 = http://h/v1", "a name begins with a lower-case letter and goes on with those, digits, '_' and '-'"),
        ("builtin = http://h/v1", "'builtin' is reserved"),
        ("openai = http://h/v1", "'openai' is reserved"),
        ("local = ftp://h/v1", "the URL must begin with http:// or https:// and name a host"),
        ("local = 127.0.0.1:8000", "the URL must begin with http:// or https:// and name a host"),
        ("local = http:///v1", "the URL must begin with http:// or https:// and name a host"),
        ("local = http://h:port/v1", "the URL must begin with http:// or https:// and name a host"),
        ("local = http://[::1/v1", "the URL must begin with http:// or https:// and name a host"),
        ("local = http://h/v1 timeout=3", AFTER_THE_URL),
        ("local = http://h/v1 key=A key=B", "the key is given twice"),
        ("local = http://h/v1 rpm=5 rpm=6", "rpm= is given twice"),
        ("local = http://h/v1 key=A key-command=pass show lab", "the key is given twice"),
        ("local = http://h/v1 max=0", "max= takes a whole number, 1 or more"),
        ("local = http://h/v1 tpm=many", "tpm= takes a whole number, 1 or more"),
        ("local = http://h/v1 key=", "key= takes the NAME of an environment variable"),
    ],
)
def test_each_mistake_of_a_line_has_its_own_reason(line: str, why: str) -> None:
    assert f"  why: {why}\n" in _refused(line)


def test_a_name_that_is_given_twice_is_refused() -> None:
    assert "the name 'lab' is taken by a line above" in _refused("lab = http://a/v1", "lab = http://b/v1")


@pytest.mark.parametrize(
    "line",
    [
        "lab = https://h/v1 key=sk-proj-S3CRET",
        "lab = https://h/v1 key=S3CRETs3cret",
        "lab = https://h/v1 sk-S3CRET",
        "lab = https://h/v1 abcS3CRETabcdefghijklmnop",
        "lab = https://user:S3CRET@h/v1",
        "lab https://h/v1 KEY=S3CRET-x",
    ],
)
def test_a_key_in_the_configuration_is_refused_and_not_shown(line: str) -> None:
    said = _refused(line)
    assert "S3CRET" not in said
    assert "***" in said


def test_a_key_in_place_of_a_variable_is_told_what_belongs_there() -> None:
    said = _refused("lab = https://h/v1 key=sk-abc123")
    assert "  line: lab = https://h/v1 key=***\n  why: key= takes the NAME of an environment variable\n" in said


@given(st.lists(st.text()))
def test_any_lines_give_endpoints_or_an_error_that_is_safe_to_print(lines: list[str]) -> None:
    said = ""
    try:
        endpoints = parse_endpoints(lines)
        assert all(name == endpoint.name for name, endpoint in endpoints.items())
    except ConfigurationError as error:
        said = str(error)
    assert said.replace("\n", "").isprintable()


_NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True).filter(lambda name: name not in {"builtin", "openai"})
_VARIABLES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,8}", fullmatch=True)


@given(st.dictionaries(_NAMES, _VARIABLES))
def test_what_is_written_as_lines_is_read_back(variables: dict[str, str]) -> None:
    endpoints = {name: Endpoint(name, f"https://{name[0]}.example/v1", key) for name, key in variables.items()}
    lines = [f"{e.name} = {e.base_url} key={e.key_env}" for e in endpoints.values()]
    assert parse_endpoints(lines) == endpoints
