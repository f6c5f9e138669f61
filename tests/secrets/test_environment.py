"""Which variables hold secrets, and in how many forms their values are recognised."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dialogue_harness import secrets as scrubbing
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.secrets import MARK, Secrets, allow, known_secrets, remember, scrub, scrub_values
from dialogue_harness.secrets.environment import looks_secret, secret_values
from strategies import hostile_text

VALUE = "q7Wv" * 5


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_remembered", set())
    monkeypatch.setattr(scrubbing, "_allowed", [])
    monkeypatch.delenv("HARNESS_NOT_SECRET", raising=False)


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY", "LAB_KEY", "GITHUB_TOKEN", "CLIENT_SECRET", "DB_PASSWORD", "PGPASSWORD", "DB_PASS", "TOKEN",
        "MYAPIKEY", "APIKEY_OF_LAB", "API_KEY_2", "AZURE_CREDENTIAL", "GCP_CREDENTIALS_JSON", "AWS_SECRET_ACCESS_KEY",
        "key_passphrase", "SSH_PRIVATE_KEY_DATA", "lab_token",
    ],
)  # fmt: skip
def test_a_variable_whose_name_says_so_is_secret(name: str) -> None:
    assert list(secret_values({name: VALUE})) == [(name, VALUE)]


@pytest.mark.parametrize(
    "name", ["HOME", "MONKEY", "KEYBOARD", "PASSAGE", "SSH_AUTH_SOCK", "GPG_KEY", "SIGNING_PUBLIC_KEY", "TOKENIZER"]
)
def test_a_variable_of_another_name_is_not(name: str) -> None:
    assert list(secret_values({name: VALUE})) == []


@pytest.mark.parametrize(
    "value",
    [
        "", "none", "true", "0", "EMPTY", "short1!", "not-needed", "sk-no-key-required"[:8], "lm-studio", "Development",
        "local_dev", "password", "12345678", "aaaaaaaa1", "/run/secrets/api_key_2", "~/.config/gcloud/key1.json",
        "./keys/lab1.pem", "C:\\Users\\me\\key1.json", "/etc/ssl/certs/ca1.pem",
    ],
)  # fmt: skip
def test_a_value_that_is_a_word_or_a_path_or_too_short_is_no_secret(value: str) -> None:
    assert not looks_secret(value)


@pytest.mark.parametrize(
    "value",
    ["hunter22x", "A1b2" * 2, "pass word 1", "/" + "aB3dE" * 5 + "/" + "xY9z" * 4, "correct horse battery staple"],
)
def test_a_value_that_is_long_and_varied_enough_is_one(value: str) -> None:
    assert looks_secret(value)


def test_white_space_around_a_value_is_not_part_of_it() -> None:
    assert list(secret_values({"LAB_KEY": f" {VALUE}\n"})) == [("LAB_KEY", VALUE)]


@pytest.mark.parametrize("name", ["DATABASE_URL", "http_proxy", "SENTRY_DSN"])
def test_a_password_in_an_address_is_secret_and_the_address_is_not(name: str) -> None:
    found = dict.fromkeys(value for _, value in secret_values({name: "postgres://me:p%40ss-w0rd1@host:5/db"}))
    assert set(found) == {"p%40ss-w0rd1", "p@ss-w0rd1"}


def test_an_address_that_is_none_has_no_password() -> None:
    assert list(secret_values({"LAB_URL": "http://[::1/v1@"})) == []


@pytest.mark.parametrize("value", [VALUE, 'quo"te\\d1 and\ttab', "zwei\nZeilen 12", "schlüssel-9ß", "a+b/c==d?e&f1"])
def test_a_value_is_recognised_escaped_folded_quoted_and_encoded(value: str) -> None:
    known = Secrets([("LAB_KEY", value)])
    raw = value.encode()
    forms = [
        value, json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value), quote(value, safe=""),
        " ".join(value.split()),
        *(base64.b64encode(b"user:"[:cut] + raw + b"@host").decode() for cut in range(5)),
        *(base64.urlsafe_b64encode(b"user:"[:cut] + raw + b"@host").decode() for cut in range(5)),
    ]  # fmt: skip
    for form in forms:
        assert known.find(f"> {form} <") == "the value of LAB_KEY"
        assert form.strip("\"'") not in known.scrub(f"> {form} <")


@pytest.mark.parametrize("cut", ["…", "..."])
def test_both_ends_of_a_value_are_taken_out_where_its_middle_was_cut_away(cut: str) -> None:
    known = Secrets([("LAB_KEY", "abcDEF123ghiJKL456mnoPQR789")])
    assert known.scrub(f"'x abcDEF123gh{cut}noPQR789 y'") == f"'x {MARK}{cut}{MARK} y'"
    assert known.scrub("'abcDEF123gh and noPQR789'") == "'abcDEF123gh and noPQR789'"


def test_a_value_within_another_is_not_what_is_left_of_it() -> None:
    known = Secrets([("SHORT_KEY", VALUE), ("LONG_KEY", f"id-77:{VALUE}:end")])
    assert known.scrub(f"<id-77:{VALUE}:end> <{VALUE}>") == f"<{MARK}> <{MARK}>"


def test_the_environment_is_looked_at_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scrub(VALUE) == VALUE
    monkeypatch.setenv("LAB_KEY", VALUE)
    assert scrub(VALUE) == MARK
    monkeypatch.delenv("LAB_KEY")
    assert scrub(VALUE) == VALUE


def test_what_is_remembered_is_secret_without_a_variable() -> None:
    remember("the output of `pass show lab`", VALUE)
    assert known_secrets().find(VALUE) == "the value of the output of `pass show lab`"


def test_what_could_be_no_key_is_not_remembered() -> None:
    remember("LAB_KEY_PLACE", "not-needed")
    assert scrub("A key is not-needed here.") == "A key is not-needed here."


def test_values_are_scrubbed_at_any_depth_keys_included(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_KEY", VALUE)
    given_values = {"a": [VALUE, 1, None, {VALUE: (f"x {VALUE}", True)}]}
    assert scrub_values(given_values) == {"a": [MARK, 1, None, {MARK: [f"x {MARK}", True]}]}


def test_what_is_allowed_as_a_whole_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-" + "A1b2" * 8
    monkeypatch.setenv("LAB_KEY", VALUE)
    allow(["", " q7W.* ", "sk-A1b2"])
    assert known_secrets().find(VALUE) is None
    assert known_secrets().find(key) == "an OpenAI key"
    monkeypatch.setenv("HARNESS_NOT_SECRET", "sk-(A1b2)+")
    assert scrub(f"{VALUE} {key}") == f"{VALUE} {key}"


def test_an_allowance_that_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        allow(["sk-("])
    assert str(caught.value) == (
        "harness_not_secret must be a regular expression\n"
        "  got: sk-(\n"
        "  why: missing ), unterminated subpattern at position 3"
    )


def test_so_is_one_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_NOT_SECRET", "[")
    with pytest.raises(ConfigurationError, match="HARNESS_NOT_SECRET must be a regular expression"):
        known_secrets()


SECRETS = hostile_text().filter(looks_secret)


@given(hostile_text(), SECRETS, hostile_text())
def test_a_value_is_gone_wherever_it_stood(before: str, value: str, after: str) -> None:
    assume(value not in MARK * (2 + len(value)))
    known = Secrets([("LAB_KEY", value)])
    scrubbed = known.scrub(before + value + after)
    assert value not in scrubbed
    assert known.find(scrubbed) is None
    assert known.scrub(scrubbed) == scrubbed


@given(
    st.lists(st.text("secrt[]A1.", min_size=8).filter(looks_secret), max_size=4), st.text("secrt[]A1.…", max_size=200)
)
def test_scrubbing_ends_and_is_done_also_where_values_resemble_the_mark(values: list[str], text: str) -> None:
    known = Secrets([(f"KEY_{index}", value) for index, value in enumerate(values)])
    scrubbed = known.scrub(text)
    assert known.scrub(scrubbed) == scrubbed


@given(SECRETS, hostile_text(), hostile_text())
def test_a_value_is_found_in_the_json_and_the_representation_of_a_text_that_holds_it(
    value: str, before: str, after: str
) -> None:
    known = Secrets([("LAB_KEY", value)])
    assume(known.find(value))
    text = f"{before}{value}{after}"
    for told in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert known.find(told)
