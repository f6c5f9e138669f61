"""Keys that a command prints: asked for once, used, and never shown."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from dialogue_harness import secrets as scrubbing
from dialogue_harness.errors import ConfigurationError, KeyRejected, RequestRejected
from dialogue_harness.models import key_command
from dialogue_harness.models.key_command import key_from
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.models.registry import Endpoint, open_model, parse_endpoints
from dialogue_harness.scenario import Speaker
from dialogue_harness.testing.server import Fault, ProtocolServer
from openai_asking import ask

if TYPE_CHECKING:
    from pathlib import Path

KEY = "lab-" + "A1b2" * 8


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_remembered", set())
    key_from.cache_clear()


def printing(code: str) -> str:
    """Return a command that runs some Python."""
    return shlex.join([sys.executable, "-c", code])


def refusal(command: str) -> str:
    with pytest.raises(KeyRejected) as caught:
        key_from(command)
    return str(caught.value)


def test_the_first_line_that_the_command_prints_is_the_key() -> None:
    with ProtocolServer() as server:
        ask(server, key_env=None, key_command=printing(f"print(' {KEY}'); print('login: me')"))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_command_is_run_once_for_all_models_of_its_server(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = printing(f"open({str(log)!r}, 'a').write('run '); print('{KEY}')")
    endpoints = parse_endpoints([f"lab = http://127.0.0.1:1/v1 key-command={command}"])
    for name in ("lab:one", "lab:two"):
        open_model(Speaker(name), endpoints)
    assert log.read_text(encoding="utf-8") == "run "


def test_no_shell_sees_the_command() -> None:
    assert key_from(shlex.join([sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME;`id`"])) == "$HOME;`id`"


def test_the_key_is_secret_from_then_on() -> None:
    OpenAIModel("gemma", base_url="http://127.0.0.1:1/v1", key_command=printing(f"print('{KEY}')"))
    assert scrubbing.scrub(f"It is {KEY}.") == "It is [secret]."


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (f"import sys; print('{KEY}'); sys.exit('{KEY}')", "exit code 1"),
        ("pass", "it printed nothing"),
        (f"print(); print('{KEY}')", "its first line is empty"),
    ],
)
def test_a_command_that_fails_is_told_without_what_it_printed(code: str, why: str, tmp_path: Path) -> None:
    script = tmp_path / "ask.py"
    script.write_text(code, encoding="utf-8")
    command = f"{sys.executable} {script}"
    told = refusal(command)
    assert f"\n  why: {why}\n" in told
    assert KEY not in told


def test_a_command_that_is_not_there_is_told() -> None:
    assert refusal("no-such-command-here show lab") == (
        "the command that prints the key failed\n"
        "  command: `no-such-command-here show lab`\n"
        "  why: No such file or directory\n"
        "how to fix: run it in a terminal: it must print the key and nothing before it"
    )


def test_a_command_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_command, "_PATIENCE", 0.05)
    assert "  why: it did not end within 0.05 s\n" in refusal(printing("import threading; threading.Event().wait()"))


def test_a_key_that_no_header_can_carry_is_told_by_its_command() -> None:
    command = printing("print('k\\x07ey')")
    with pytest.raises(KeyRejected) as caught:
        OpenAIModel("gemma", base_url="http://127.0.0.1:1/v1", key_command=command)
    assert caught.value.headline.startswith("gemma at http://127.0.0.1:1/v1: the key in the output of `")
    assert caught.value.fix is not None
    assert caught.value.fix.endswith("` print the key alone, without quotes or line breaks")


def test_a_key_that_the_server_does_not_accept_is_told_by_its_command(tmp_path: Path) -> None:
    script = tmp_path / "k.py"
    script.write_text(f"print('{KEY}')", encoding="utf-8")
    with ProtocolServer(faults=[Fault.http(401, f"Incorrect API key provided: {KEY}")]) as server:
        with pytest.raises(KeyRejected) as caught:
            ask(server, key_env=None, key_command=f"{sys.executable} {script}")
        assert " is not accepted\n" in str(caught.value)
        assert "  server says: Incorrect API key provided: [secret]\n" in str(caught.value)


def test_a_line_of_the_configuration_names_the_command_with_all_its_words() -> None:
    assert parse_endpoints(["lab = https://h/v1  key-command=pass show 'my lab' --clip=no "]) == {
        "lab": Endpoint("lab", "https://h/v1", key_command="pass show 'my lab' --clip=no")
    }


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("key-command=", "key-command= takes a command that prints the key"),
        ("key-command=''", "key-command= takes a command that prints the key"),
        ("key-command=pass 'show", "in the command of key-command= a quotation mark is not closed"),
    ],
)
def test_a_line_without_a_command_that_can_be_run_is_refused(option: str, why: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_endpoints([f"lab = https://h/v1 {option}"])
    assert ("why", why) in caught.value.facts


def test_what_a_server_says_is_scrubbed_where_the_error_is_made() -> None:
    other = "sk-" + "A1b2" * 8
    with ProtocolServer(faults=[Fault.http(400, f"No, {other}.")]) as server, pytest.raises(RequestRejected) as caught:
        ask(server)
    assert ("server says", "No, [secret].") in caught.value.facts
