from __future__ import annotations

import contextlib
import json
import tempfile
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dialogue_harness.dialogue import Dialogue, Ending, Message, Usage
from dialogue_harness.errors import RecordingCorrupt
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.format import End, Header
from dialogue_harness.storage.journal import write_recording
from dialogue_harness.storage.reader import load_partial
from strategies import dialogues

SCHEMA: Final[dict[str, Any]] = json.loads(
    resources.files("dialogue_harness.storage").joinpath("recording.schema.json").read_text(encoding="utf-8")
)
VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "A", "stop", 1.5, 2.0, [], {}, ["x"]])


def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})


def properties(kind: str, *path: str) -> set[str]:
    found = SCHEMA["$defs"][kind]
    for step in path:
        found = found["properties"][step]
    return set(found["properties"])


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@settings(max_examples=40, deadline=None)  # each example writes files
@given(dialogues())
def test_every_line_that_is_written_is_valid(dialogue: Dialogue) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        write_recording(path, dialogue)
        header, *messages, end = [json.loads(line) for line in path.read_bytes().splitlines()]
    validator("header").validate(header)
    for message in messages:
        validator("message").validate(message)
    validator("end").validate(end)


@settings(deadline=None)  # each example writes a file
@given(st.data())
def test_the_reader_refuses_every_message_that_the_schema_refuses(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(properties("message"))))
    message = {"number": 1, "speaker": "A", "text": "Hello."} | {name: data.draw(VALUES)}
    pair = Speaker("vendor/model")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "1.jsonl")
        write_recording(path, Dialogue(Scenario("x", a=pair, b=pair), ()))
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + json.dumps(message).encode() + b"\n")
        with contextlib.suppress(RecordingCorrupt):
            load_partial(path)
            validator("message").validate(message)


def test_the_schema_knows_every_field_that_the_code_knows() -> None:
    assert properties("header") == set(Header.__struct_fields__)
    assert properties("scenario") == {field.name for field in fields(Scenario)}
    assert properties("speaker") == {field.name for field in fields(Speaker)}
    assert properties("message") == set(Message.__struct_fields__)
    assert properties("message", "usage") == set(Usage.__struct_fields__)
    assert properties("end") == set(End.__struct_fields__)
    assert properties("end", "ending") == set(Ending.__struct_fields__)


def test_every_field_says_in_words_what_is_expected_of_it() -> None:
    described = [
        (kind, name, "description" in field)
        for kind in SCHEMA["$defs"]
        for name, field in SCHEMA["$defs"][kind]["properties"].items()
    ]
    assert [(kind, name) for kind, name, has_one in described if not has_one] == []
