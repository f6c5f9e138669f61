"""A recording that would hold a secret is refused, and what was said before it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue_harness.cli import main
from dialogue_harness.dialogue import Dialogue, Message
from dialogue_harness.errors import SecretFound
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import write_transcript
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.secrets import Secrets
from dialogue_harness.storage.format import refuse_secrets
from dialogue_harness.storage.journal import Journal, write_recording
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load, load_partial
from strategies import hostile_text

KEY = "sk-" + "A1b2" * 8
VALUE = "q7Wv" * 5
SPEAKER = Speaker("acme/talker", system="Be brief.")
TALK = Scenario("talk", a=SPEAKER, b=SPEAKER, turns=2)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB_KEY", VALUE)


def refused(path: Path, scenario: Scenario, *messages: Message) -> SecretFound:
    with pytest.raises(SecretFound) as caught:
        _record(path, scenario, messages)
    return caught.value


def _record(path: Path, scenario: Scenario, messages: tuple[Message, ...]) -> None:
    with Journal.create(path, scenario, 1) as journal:
        for message in messages:
            journal.append(message)


def test_the_refusal_tells_file_message_and_kind_and_how_to_go_on(tmp_path: Path) -> None:
    said = [Message(1, "A", "Hello."), Message(2, "B", f"My key is {KEY}.")]
    assert str(refused(tmp_path / "1.jsonl", TALK, *said)) == (
        "recording refused: message 2 holds a secret\n"
        "  file: 1.jsonl\n"
        "  message: 2, by B\n"
        "  field: /text\n"
        "  kind: an OpenAI key\n"
        "how to fix: keep it out of what is sent to the models, and replace the key by a new one\n"
        "if it is no secret, let a line of harness_not_secret in the pytest configuration match it, "
        "or the variable HARNESS_NOT_SECRET"
    )


def test_what_was_said_before_is_kept_and_can_be_continued(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    refused(path, TALK, Message(1, "A", "Hello."), Message(2, "B", VALUE))
    assert load_partial(path).dialogue.texts == ("Hello.",)

    journal, _ = Journal.resume(path, TALK)
    with journal:
        journal.append(Message(2, "B", "Hi."))
        journal.finish(None)
    assert load(path).dialogue.texts == ("Hello.", "Hi.")


@pytest.mark.parametrize("secret", [KEY, VALUE])
@pytest.mark.parametrize("field", ["text", "reasoning", "model", "finish_reason"])
def test_no_field_of_a_message_may_hold_a_secret(field: str, secret: str, tmp_path: Path) -> None:
    values: dict[str, Any] = {"text": "", field: f"x\n{secret}"}
    error = refused(tmp_path / "1.jsonl", TALK, Message(1, "A", **values))
    assert ("field", f"/{field}") in error.facts
    assert secret not in str(error) + (tmp_path / "1.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("scenario", "field"),
    [
        (Scenario("talk", a=SPEAKER, b=SPEAKER, turns=1, opener=VALUE), "/scenario/opener"),
        (Scenario("talk", a=Speaker("m", system=f"Use {VALUE}."), b=SPEAKER, turns=1), "/scenario/a/system"),
        (Scenario("talk", a=SPEAKER, b=Speaker("m", extra={"h": {"x": [VALUE]}}), turns=1), "/scenario/b/extra/h/x/0"),
        (Scenario("talk", a=SPEAKER, b=Speaker("m", extra={VALUE: 1}), turns=1), "/scenario/b/extra"),
        (Scenario("talk", a=SPEAKER, b=Speaker("m", stop=[VALUE]), turns=1), "/scenario/b/stop/0"),
    ],
    ids=["opener", "system", "extra", "name in extra", "stop"],
)
def test_no_field_of_the_scenario_may_hold_a_secret_and_nothing_is_written(
    scenario: Scenario, field: str, tmp_path: Path
) -> None:
    error = refused(tmp_path / "new" / "1.jsonl", scenario)
    assert str(error).startswith(
        "recording refused: the scenario holds a secret\n"
        f"  file: new/1.jsonl\n  field: {field}\n  kind: the value of LAB_KEY\n"
    )
    assert not (tmp_path / "new").exists()


def test_a_path_that_holds_the_secret_is_not_told_either(tmp_path: Path) -> None:
    error = refused(tmp_path / VALUE / "1.jsonl", Scenario(VALUE, a=SPEAKER, b=SPEAKER))
    assert ("file", "[secret]/1.jsonl") in error.facts


def test_a_recording_that_is_continued_with_a_secret_in_its_scenario_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "1.jsonl"
    with Journal.create(path, TALK, 1) as journal:
        journal.append(Message(1, "A", "Hello."))
    before = path.read_bytes()
    with pytest.raises(SecretFound):
        Journal.resume(path, _renamed(TALK))
    assert path.read_bytes() == before


def _renamed(scenario: Scenario) -> Scenario:
    return Scenario(VALUE, a=scenario.a, b=scenario.b, turns=scenario.turns)


def test_a_whole_recording_is_refused_likewise(tmp_path: Path) -> None:
    dialogue = Dialogue.from_texts(["Hello.", "Hi.", KEY], scenario=TALK)
    with pytest.raises(SecretFound, match="message 3 holds a secret"):
        write_recording(tmp_path / "new" / "1.jsonl", dialogue)
    assert list(tmp_path.iterdir()) == []


def test_so_is_a_transcript_that_is_imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dialogue = Dialogue.from_texts(["Hello.", f"Take {VALUE}."], scenario=TALK)
    (tmp_path / "talk.txt").write_bytes(encode(write_transcript(dialogue)))
    assert main(["import", "talk.txt"]) == 2
    told = capsys.readouterr().err
    assert "harness: recording refused: message 2 holds a secret\n" in told
    assert VALUE not in told
    assert list(Library("fixtures").recordings()) == []


def test_what_is_allowed_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_NOT_SECRET", "sk-A1b2.*|q7Wv.*")
    write_recording(tmp_path / "1.jsonl", Dialogue.from_texts([KEY, VALUE], scenario=TALK))
    assert load(tmp_path / "1.jsonl").dialogue.texts == (KEY, VALUE)


@given(hostile_text(), st.sampled_from([KEY, VALUE]), hostile_text())
def test_a_message_that_holds_a_secret_in_any_company_is_refused(before: str, secret: str, after: str) -> None:
    message = Message(1, "A", f"{before} {secret} {after}")
    with pytest.raises(SecretFound):
        refuse_secrets(Secrets([("LAB_KEY", VALUE)]), Path("1.jsonl"), message)


@pytest.mark.parametrize("field", ["text", "reasoning", "model", "finish_reason"])
def test_a_secret_is_found_in_every_field_of_a_message(field: str) -> None:
    message = msgspec.structs.replace(Message(1, "A", "Hello."), **{field: KEY})
    with pytest.raises(SecretFound) as caught:
        refuse_secrets(Secrets(), Path("1.jsonl"), message)
    assert ("field", f"/{field}") in caught.value.facts


def test_two_fields_that_would_be_a_secret_only_together_hold_none() -> None:
    message = Message(1, "A", KEY[:12], reasoning=KEY[12:], model=VALUE[:6], finish_reason=VALUE[6:])
    refuse_secrets(Secrets([("LAB_KEY", VALUE)]), Path("1.jsonl"), message)
