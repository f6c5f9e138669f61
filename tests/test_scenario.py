from __future__ import annotations

import copy
import hashlib
import json
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest
from hypothesis import given

from dialogue_harness.dialogue import Message
from dialogue_harness.errors import ScenarioError
from dialogue_harness.scenario import Frozen, History, NamedScript, Scenario, Speaker, StopRule
from strategies import scenarios, speakers

M = Speaker("acme/large")
PLAIN = Scenario("bridges", a=M, b=M)


def refusal(make: type, *args: Any, **values: Any) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        make(*args, **values)
    return str(error.value).split("\n")


# --- what a speaker cannot be


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (
            {"model": ""},
            ["Speaker.model must not be blank", "  got: ''", '  nearest: "gpt-4o-mini" or "builtin:eliza"'],
        ),
        (
            {"model": 4},
            [
                "Speaker.model must be a name, a function, or an object with reply()",
                "  got: 4",
                '  nearest: "gpt-4o-mini" or "builtin:eliza"',
            ],
        ),
        ({"system": 4}, ["Speaker.system must be a string or None", "  got: 4"]),
        ({"temperature": 3}, ["Speaker.temperature must be a number from 0 to 2", "  got: 3", "  nearest: 2"]),
        ({"temperature": "hot"}, ["Speaker.temperature must be a number from 0 to 2", "  got: 'hot'"]),
        ({"temperature": True}, ["Speaker.temperature must be a number from 0 to 2", "  got: True"]),
        ({"temperature": float("nan")}, ["Speaker.temperature must be a number from 0 to 2", "  got: nan"]),
        ({"top_p": -0.1}, ["Speaker.top_p must be a number from 0 to 1", "  got: -0.1", "  nearest: 0"]),
        ({"max_tokens": 0}, ["Speaker.max_tokens must be a whole number, 1 or more", "  got: 0", "  nearest: 1"]),
        ({"seed": 1.6}, ["Speaker.seed must be a whole number", "  got: 1.6", "  nearest: 2"]),
        ({"seed": float("inf")}, ["Speaker.seed must be a whole number", "  got: inf"]),
        ({"stop": 5}, ["Speaker.stop must be a list of strings", "  got: 5"]),
        ({"stop": None}, ["Speaker.stop must be a list of strings", "  got: None"]),
        ({"stop": ["a", 5]}, ["Speaker.stop[1] must be a string", "  got: 5"]),
        ({"extra": 5}, ["Speaker.extra must be a dict of request fields", "  got: 5", '  nearest: {"top_k": 40}']),
        (
            {"model": "builtin:scripted"},
            [
                "Speaker.script is needed for the model 'builtin:scripted'",
                "  got: 'builtin:scripted'",
                '  nearest: script=["Hello.", "Goodbye."]',
            ],
        ),
        (
            {"script": ["Hello."]},
            [
                "Speaker.script goes only with the model 'builtin:scripted'",
                "  got: 'acme/large'",
                '  nearest: script=["Hello.", "Goodbye."]',
            ],
        ),
        (
            {"model": "builtin:scripted", "script": "Hello."},
            ["Speaker.script must be a list of lines or a function", "  got: 'Hello.'", "  nearest: ['Hello.']"],
        ),
        ({"model": "builtin:scripted", "script": [1]}, ["Speaker.script[0] must be a string", "  got: 1"]),
    ],
)
def test_a_speaker_that_cannot_be_is_refused_by_the_field(values: dict[str, Any], lines: list[str]) -> None:
    assert refusal(Speaker, **{"model": "acme/large", **values}) == lines


def test_request_fields_that_json_cannot_hold_are_refused() -> None:
    assert refusal(Speaker, "m", extra={"x": {1, 2}})[0].startswith("Speaker.extra must hold JSON values only (")
    assert refusal(Speaker, "m", extra={"x": float("nan")})[0].startswith("Speaker.extra must hold JSON values only (")


def test_a_value_is_shown_shortened_and_in_ascii() -> None:
    shown = refusal(Speaker, "m", system=["\x1b[31m\u202e" + "x" * 200])[1]
    assert shown.startswith("  got: ['\\x1b[31m\\u202ex")
    assert len(shown) < 100


# --- what a scenario cannot be


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        ({"name": " "}, ["Scenario.name must not be blank", "  got: ' '", '  nearest: "small-talk"']),
        (
            {"a": "acme/large"},
            ["Scenario.a must be a Speaker", "  got: 'acme/large'", "  nearest: Speaker('acme/large')"],
        ),
        ({"b": None}, ["Scenario.b must be a Speaker", "  got: None"]),
        ({"opener": 5}, ["Scenario.opener must be a string or None", "  got: 5"]),
        ({"turns": -1}, ["Scenario.turns must be a whole number, 0 or more", "  got: -1", "  nearest: 0"]),
        ({"turns": 2.0}, ["Scenario.turns must be a whole number, 0 or more", "  got: 2.0", "  nearest: 2"]),
        ({"turns": True}, ["Scenario.turns must be a whole number, 0 or more", "  got: True"]),
        ({"turns": None}, ["Scenario.turns must be a whole number, 0 or more", "  got: None"]),
        ({"history": 6}, ["Scenario.history must be a History", "  got: 6", "  nearest: History(last=6)"]),
        ({"history": "all"}, ["Scenario.history must be a History", "  got: 'all'", "  nearest: History()"]),
        ({"keep_opener": "yes"}, ["Scenario.keep_opener must be True or False", "  got: 'yes'", "  nearest: True"]),
        ({"end_token": ""}, ["Scenario.end_token must not be blank", "  got: ''"]),
        (
            {"on_empty": "placehold"},
            [
                "Scenario.on_empty must be one of 'send', 'placeholder', 'stop'",
                "  got: 'placehold'",
                "  nearest: 'placeholder'",
            ],
        ),
        ({"on_empty": 5}, ["Scenario.on_empty must be one of 'send', 'placeholder', 'stop'", "  got: 5"]),
        ({"placeholder": ""}, ["Scenario.placeholder must not be blank", "  got: ''"]),
        (
            {"prefix": "Hi."},
            ["Scenario.prefix must be a list of strings, not one string", "  got: 'Hi.'", "  nearest: ['Hi.']"],
        ),
        (
            {"given": ["Hi."]},
            [
                "Scenario.given must be a dict of texts by message number",
                "  got: ['Hi.']",
                '  nearest: {4: "I disagree."}',
            ],
        ),
        (
            {"given": {1: "Hi."}},
            ["Scenario.given must be keyed by message numbers from 2 to 21", "  got: 1", "  nearest: 2"],
        ),
        (
            {"given": {"4": "Hi."}},
            ["Scenario.given must be keyed by message numbers from 2 to 21", "  got: '4'", "  nearest: 2"],
        ),
        (
            {"given": {22: "Hi."}, "prefix": ["x"]},
            ["Scenario.given must be keyed by message numbers from 3 to 21", "  got: 22", "  nearest: 3"],
        ),
        ({"given": {4: None}}, ["Scenario.given[4] must be a string", "  got: None"]),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_by_the_field(values: dict[str, Any], lines: list[str]) -> None:
    assert refusal(Scenario, **{"name": "bridges", "a": M, "b": M, **values}) == lines


def test_a_history_takes_one_limit() -> None:
    assert refusal(History, last=3, tokens=50) == [
        "History takes `last` or `tokens`, not both",
        "  last: 3",
        "  tokens: 50",
    ]
    assert refusal(History, last=0) == ["History.last must be a whole number, 1 or more", "  got: 0", "  nearest: 1"]


# --- frozen plain data


def test_lists_and_dicts_that_are_given_are_frozen() -> None:
    speaker = Speaker("builtin:scripted", script=["Hello.", Message(1, "A", "Goodbye.")], stop=["\n"], extra={"x": [1]})
    assert (speaker.script, speaker.stop, speaker.extra["x"]) == (("Hello.", "Goodbye."), ("\n",), (1,))
    scenario = replace(PLAIN, prefix=["a"], given={4: "b"})
    assert scenario.prefix == ("a",)
    assert isinstance(scenario.given, Frozen)


def test_one_stop_string_is_short_for_a_list_of_one() -> None:
    assert Speaker("m", stop="END").stop == ("END",)


def test_full_is_short_for_the_whole_history() -> None:
    assert replace(PLAIN, history="full") == PLAIN  # type: ignore[arg-type]  # the documented short form


def test_a_scenario_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        PLAIN.turns = 5  # type: ignore[misc]  # that it is refused is the point
    with pytest.raises(FrozenInstanceError):
        M.model = "x"  # type: ignore[misc]  # likewise


@pytest.mark.parametrize(
    "name", ["clear", "pop", "popitem", "setdefault", "update", "__setitem__", "__delitem__", "__ior__"]
)
def test_a_frozen_mapping_refuses_to_be_changed(name: str) -> None:
    frozen = Frozen({"a": {"b": 1}})
    with pytest.raises(TypeError, match="this mapping is frozen"):
        getattr(frozen, name)()
    with pytest.raises(TypeError, match="this mapping is frozen"):
        getattr(frozen["a"], name)()
    assert frozen == {"a": {"b": 1}}


def test_frozen_mappings_that_are_equal_hash_alike_whatever_their_order() -> None:
    one, other = Frozen({"a": [1], "b": 2}), Frozen({"b": 2, "a": (1,)})
    assert one == other
    assert hash(one) == hash(other)


@given(scenarios())
def test_any_scenario_is_hashed_compared_copied_and_pickled_by_content(scenario: Scenario) -> None:
    for twin in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario)):  # noqa: S301 -- our own bytes
        assert twin == scenario
        assert hash(twin) == hash(scenario)
        assert twin.fingerprint == scenario.fingerprint


# --- to JSON and back


@given(scenarios())
def test_any_scenario_survives_json(scenario: Scenario) -> None:
    back = Scenario.from_dict(json.loads(json.dumps(scenario.to_dict())))
    assert back == scenario
    assert back.fingerprint == scenario.fingerprint
    assert scenario.differences(back) == []


@given(speakers())
def test_any_speaker_survives_json(speaker: Speaker) -> None:
    assert Speaker.from_dict(json.loads(json.dumps(speaker.to_dict()))) == speaker


def test_fields_that_keep_their_default_are_left_out() -> None:
    speaker = {"model": "acme/large"}
    assert PLAIN.to_dict() == {"name": "bridges", "a": speaker, "b": speaker, "opener": "Hello.", "turns": 10}


def test_zero_is_a_setting_and_not_a_default() -> None:
    assert Speaker("m", temperature=0, seed=0).to_dict() == {"model": "m", "temperature": 0.0, "seed": 0}


def test_request_fields_are_kept_as_json_keeps_them() -> None:
    speaker = Speaker("m", extra={"logit_bias": {50256: -100}, "tags": ("a",)})
    assert speaker.to_dict()["extra"] == {"logit_bias": {"50256": -100}, "tags": ("a",)}
    assert Speaker.from_dict(json.loads(json.dumps(speaker.to_dict()))) == speaker


def shout(view: object) -> str:
    return str(view).upper()


def test_a_script_that_is_a_function_is_told_by_its_name() -> None:
    speaker = Speaker("builtin:scripted", script=shout)
    assert speaker.to_dict()["script"] == {"function": f"{__name__}:shout"}
    assert Speaker.from_dict(speaker.to_dict()).script == NamedScript(f"{__name__}:shout")


def test_a_function_and_its_name_reach_a_model_alike() -> None:
    speaker = Speaker("builtin:scripted", script=shout)
    assert Speaker.from_dict(speaker.to_dict()).reaches_model() == speaker.reaches_model()


@pytest.mark.parametrize(
    ("values", "headline"),
    [
        ({"turnes": 5}, "Scenario has no field 'turnes'"),
        ({"a": {"model": "m", "temprature": 1}}, "Speaker has no field 'temprature'"),
        ({"a": "m"}, "Scenario.a must be an object with the fields of a speaker"),
        ({"b": {}}, "a scenario is incomplete: Speaker.__init__() missing 1 required positional argument: 'model'"),
        ({"history": {"first": 3}}, "History has no field 'first'"),
        ({"given": {"four": "x"}}, "Scenario.given must be keyed by message numbers from 2 to 21"),
        ({"prefix": 5}, "Scenario.prefix must be a list of strings"),
    ],
)
def test_json_that_is_no_scenario_is_refused_by_the_field(values: dict[str, Any], headline: str) -> None:
    with pytest.raises(ScenarioError) as error:
        Scenario.from_dict({**PLAIN.to_dict(), **values})
    assert str(error.value).split("\n")[0] == headline


def test_a_misspelt_field_is_shown_the_right_one() -> None:
    with pytest.raises(ScenarioError) as error:
        Scenario.from_dict({**PLAIN.to_dict(), "turnes": 5})
    assert str(error.value).split("\n")[-1] == "  nearest: turns"


def test_json_without_a_name_is_incomplete() -> None:
    values = PLAIN.to_dict()
    del values["name"]
    with pytest.raises(ScenarioError, match=r"a scenario is incomplete: .* missing 1 required .* 'name'"):
        Scenario.from_dict(values)


# --- the fingerprint

CHANGED_SPEAKER: dict[str, Any] = {
    "model": "acme/small",
    "system": "Be brief.",
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 50,
    "seed": 7,
    "stop": ["END"],
    "extra": {"top_k": 40},
}
CHANGED_SCENARIO: dict[str, Any] = {
    "opener": "Good day.",
    "history": History(last=4),
    "keep_opener": True,
    "end_token": "[END]",
    "on_empty": "stop",
    "placeholder": "(silence)",
    "prefix": ["Arch or beam?"],
    "given": {4: "Beam."},
}


def test_the_tables_of_this_test_name_every_field() -> None:
    assert {f.name for f in fields(Speaker)} == CHANGED_SPEAKER.keys() | {"script"}
    assert {f.name for f in fields(Scenario)} == CHANGED_SCENARIO.keys() | {"name", "a", "b", "turns", "stop_when"}


@pytest.mark.parametrize("side", ["a", "b"])
@pytest.mark.parametrize("field", CHANGED_SPEAKER)
def test_every_field_of_a_speaker_reaches_a_model(side: str, field: str) -> None:
    speaker = replace(M, **{field: CHANGED_SPEAKER[field]})
    changed = replace(PLAIN, a=speaker) if side == "a" else replace(PLAIN, b=speaker)
    assert changed.fingerprint != PLAIN.fingerprint
    assert [name for name, _, _ in PLAIN.differences(changed)] == [f"{side}.{field}"]


@pytest.mark.parametrize("field", CHANGED_SCENARIO)
def test_what_a_scenario_says_of_views_and_given_messages_reaches_a_model(field: str) -> None:
    changed = replace(PLAIN, **{field: CHANGED_SCENARIO[field]})
    assert changed.fingerprint != PLAIN.fingerprint
    assert [name for name, _, _ in PLAIN.differences(changed)] == [field]


def test_the_lines_of_a_script_reach_the_dialogue() -> None:
    one, other = (Speaker("builtin:scripted", script=[line]) for line in ("Arch.", "Beam."))
    assert [name for name, _, _ in replace(PLAIN, b=one).differences(replace(PLAIN, b=other))] == ["b.script"]


@pytest.mark.parametrize(
    "changed",
    [
        replace(PLAIN, name="tunnels"),
        replace(PLAIN, turns=50),
        replace(PLAIN, stop_when=StopRule("termination_loop", {"past": 3})),
        replace(PLAIN, a=Speaker("local:acme/large")),
        replace(PLAIN, b=Speaker("openai:acme/large")),
    ],
    ids=["name", "turns", "stop rule", "endpoint", "another endpoint"],
)
def test_names_turns_stop_rules_and_endpoints_do_not_reach_a_model(changed: Scenario) -> None:
    assert changed.fingerprint == PLAIN.fingerprint
    assert PLAIN.differences(changed) == []


def test_one_and_one_point_nought_are_one_setting() -> None:
    assert Speaker("m", temperature=1) == Speaker("m", temperature=1.0)
    one, other = (replace(PLAIN, a=Speaker("m", temperature=t)) for t in (1, 1.0))
    assert one.fingerprint == other.fingerprint


def test_whatever_changes_the_fingerprint_is_named_as_a_difference() -> None:
    one, other = (replace(PLAIN, a=Speaker("m", extra={"logprobs": value})) for value in (True, 1))
    assert one.fingerprint != other.fingerprint
    assert [name for name, _, _ in one.differences(other)] == ["a.extra"]


def test_a_difference_shows_the_old_value_and_the_new_one() -> None:
    old, new = (replace(PLAIN, a=replace(M, system=system)) for system in (None, "Be brief."))
    assert old.differences(new) == [("a.system", None, "Be brief.")]


def test_the_fingerprint_is_the_hash_of_canonical_json() -> None:
    flat = '{"a.model":"acme/large","b.model":"acme/large","opener":"Hello."}'
    assert PLAIN.fingerprint == hashlib.sha256(flat.encode()).hexdigest()


# --- who speaks when


@pytest.mark.parametrize(
    ("model", "endpoint", "model_id"),
    [
        ("acme/large", None, "acme/large"),
        ("acme/large:free", None, "acme/large:free"),
        ("local:acme/large:free", "local", "acme/large:free"),
        ("openai:ft:gpt:acme", "openai", "ft:gpt:acme"),
        ("builtin:eliza", "builtin", "builtin:eliza"),
        ("Local:large", None, "Local:large"),
        (":large", None, ":large"),
    ],
)
def test_a_plain_word_before_a_colon_is_the_endpoint(model: str, endpoint: str | None, model_id: str) -> None:
    speaker = Speaker(model)
    assert (speaker.endpoint, speaker.model_id) == (endpoint, model_id)


@pytest.mark.parametrize(("opener", "length", "first"), [("Hello.", 21, "A"), ("", 21, "A"), (None, 20, "B")])
def test_a_opens_and_without_an_opener_b_begins(opener: str | None, length: int, first: str) -> None:
    scenario = replace(PLAIN, opener=opener)
    assert (scenario.length, scenario.side_at(1)) == (length, first)
    assert scenario.side_at(2) != scenario.side_at(1) == scenario.side_at(3)
    assert scenario.side_at(scenario.length) == "A"


def test_opener_prefix_and_given_messages_are_found_by_their_number() -> None:
    scenario = replace(PLAIN, prefix=["Arch?", "Beam."], given={5: "Why?"})
    assert [scenario.given_at(n) for n in range(1, 7)] == ["Hello.", "Arch?", "Beam.", None, "Why?", None]


def test_a_prefix_without_an_opener_begins_with_b() -> None:
    scenario = replace(PLAIN, opener=None, prefix=["Arch?", "Beam."])
    assert [scenario.given_at(n) for n in range(1, 4)] == ["Arch?", "Beam.", None]


def test_another_model_takes_a_speaker_s_place_with_all_its_settings() -> None:
    scenario = replace(PLAIN, a=Speaker("m", system="Be brief.", temperature=0.5))
    assert scenario.with_models(a="n").a == Speaker("n", system="Be brief.", temperature=0.5)
    assert scenario.with_models(b="n").a == scenario.a
    assert scenario.with_models() == scenario


def test_another_model_leaves_the_script_behind() -> None:
    scenario = replace(PLAIN, b=Speaker("builtin:scripted", script=["Hi."]))
    assert scenario.with_models(b="n").b == Speaker("n")


def test_the_speaker_of_a_side_is_found() -> None:
    other = Speaker("acme/small")
    scenario = replace(PLAIN, b=other)
    assert (scenario.speaker("A"), scenario.speaker("B")) == (M, other)
