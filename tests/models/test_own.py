from __future__ import annotations

import asyncio
import copy
import functools
import json
import pickle
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from dialogue_harness import ChatMessage, Context, Delta, Reply, Speaker, Usage, model
from dialogue_harness.errors import ConfigurationError, ModelFailed, ScenarioError, ServerBusy, UnknownModel
from dialogue_harness.models import own
from dialogue_harness.models.registry import is_offline, open_model, parse_endpoints
from dialogue_harness.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _registers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "_registered", {})


def ask(speaker: Speaker, pieces: list[Delta] | None = None) -> Reply:
    async def asked() -> Reply:
        opened = open_model(speaker)
        context = Context(speaker, "B", (ChatMessage("system", "Be brief."), ChatMessage("user", "Hello.")), 2)
        reply = await opened.reply(context, on_delta=None if pieces is None else pieces.append)
        await opened.aclose()
        return reply

    return asyncio.run(asked())


def failed(speaker: Speaker) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        ask(speaker)
    assert not caught.value.transient
    return caught.value


def echo(messages: list[dict[str, str]]) -> str:
    return f"You said: {messages[-1]['content']}"


async def async_echo(messages: list[dict[str, str]]) -> Reply:
    return Reply(echo(messages), usage=Usage(input=1, output=3))


class Echo:
    """A model with all that one may have."""

    def __init__(self, name: str = "none") -> None:
        self.name = name
        self.is_closed = False

    async def reply(self, context: Context, *, on_delta: Any = None) -> Reply:
        text = f"{self.name}: {context.messages[-1].content}"
        if on_delta is not None:
            for word in text.split():
                on_delta(Delta(word))
        return Reply(text)

    async def aclose(self) -> None:
        self.is_closed = True


class Plain:
    """A model with as little as one may have."""

    async def reply(self, context: Context) -> str:
        return f"heard {context.number - 1}"


# Given as an object or a function.


@pytest.mark.parametrize("function", [echo, async_echo, functools.partial(echo), functools.partial(async_echo)])
def test_a_function_is_passed_the_messages_as_the_openai_api_has_them(function: Any) -> None:
    assert ask(Speaker(model=function)).text == "You said: Hello."


def test_a_function_gets_the_system_prompt_first() -> None:
    heard = json.loads(ask(Speaker(model=json.dumps)).text)
    assert heard == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}]


def test_a_sync_function_may_block_since_it_has_a_thread_of_its_own() -> None:
    assert ask(Speaker(lambda _: threading.current_thread().name)).text != threading.main_thread().name


def test_an_object_is_asked_and_closed() -> None:
    given = Echo("mine")
    assert ask(Speaker(given)).text == "mine: Hello."
    assert given.is_closed


def test_a_model_that_streams_passes_its_pieces_on_and_another_has_one() -> None:
    streamed: list[Delta] = []
    ask(Speaker(Echo("mine")), streamed)
    assert streamed == [Delta("mine:"), Delta("Hello.")]
    for given in (Plain(), echo):
        whole: list[Delta] = []
        assert [Delta(ask(Speaker(given), whole).text)] == whole


def test_a_given_model_is_its_name_wherever_data_is_kept() -> None:
    speaker = Speaker(echo, temperature=0.5)
    name = f"python:{__name__}:echo"
    assert (speaker.model, speaker.endpoint, speaker.model_id) == (name, "python", f"{__name__}:echo")
    assert type(speaker.to_dict()["model"]) is str
    assert Speaker.from_dict(speaker.to_dict()) == speaker == Speaker(name, temperature=0.5)
    assert hash(speaker) == hash(Speaker(name, temperature=0.5))
    by_object, by_name = (Scenario("s", a=one, b=one) for one in (speaker, Speaker(name, temperature=0.5)))
    assert by_object.fingerprint == by_name.fingerprint
    assert not is_offline(speaker)


def test_an_object_survives_replace_copies_and_pickling() -> None:
    speaker = replace(Speaker(echo), temperature=0.5)
    for same in (speaker, copy.copy(speaker), copy.deepcopy(speaker), pickle.loads(pickle.dumps(speaker))):  # noqa: S301
        assert same == speaker
        assert same.given_model is echo


def test_two_objects_of_one_class_are_two_models() -> None:
    first, second = Speaker(Echo("first")), Speaker(Echo("second"))
    assert first != second
    opened = {speaker.model: ask(speaker).text for speaker in (first, second)}
    assert list(opened.values()) == ["first: Hello.", "second: Hello."]


def test_of_a_name_alone_nothing_can_be_asked() -> None:
    with pytest.raises(UnknownModel) as caught:
        open_model(Speaker("python:my_module:echo"))
    assert str(caught.value).splitlines() == [
        "only the name of the model 'python:my_module:echo' is known",
        "how to fix: give the object or function itself in the scenario: Speaker(model=…)",
    ]


def test_a_class_in_place_of_an_object_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"must be an object, not its class\n  got: .*\n  nearest: Echo\(\)"):
        Speaker(Echo)


# Registered under a prefix.


def test_a_registered_class_is_constructed_with_the_name_after_the_colon() -> None:
    model("mine")(Echo)
    assert ask(Speaker("mine:large:v2")).text == "large:v2: Hello."


def test_a_class_that_takes_no_argument_is_constructed_without() -> None:
    assert model("mine")(Plain) is Plain
    assert ask(Speaker("mine:whatever")).text == "heard 1"


def test_a_function_can_be_registered() -> None:
    model("mine")(echo)
    assert ask(Speaker("mine:whatever")).text == "You said: Hello."


@pytest.mark.parametrize(
    ("prefix", "made", "headline"),
    [
        ("builtin", Plain, "the prefix 'builtin:' is reserved"),
        ("openai", Plain, "the prefix 'openai:' is reserved"),
        ("python", Plain, "the prefix 'python:' is reserved"),
        ("My Own", Plain, "the prefix of a model must be a lower-case word"),
        ("taken", Plain, "the prefix 'taken:' of a model is taken"),
        ("mine", int, "the class of a model needs a method `async def reply(self, context)`"),
    ],
)
def test_what_cannot_be_registered_is_an_error(prefix: str, made: Any, headline: str) -> None:
    model("taken")(Echo)
    with pytest.raises(ConfigurationError) as caught:
        model(prefix)(made)
    assert caught.value.headline == headline


def test_a_module_that_is_imported_again_registers_again() -> None:
    model("mine")(Plain)
    model("mine")(type("Plain", (Plain,), {"__module__": __name__, "__qualname__": "Plain"}))


def test_a_prefix_that_is_an_endpoint_too_is_an_error() -> None:
    model("mine")(Plain)
    with pytest.raises(ConfigurationError, match="the prefix 'mine:' names both an endpoint and a registered model"):
        open_model(Speaker("mine:x"), parse_endpoints(["mine = http://127.0.0.1:1/v1"]))


def test_an_unknown_prefix_names_the_registered_ones() -> None:
    model("mine")(Plain)
    with pytest.raises(UnknownModel) as caught:
        open_model(Speaker("mne:x"))
    assert caught.value.facts == (("known prefixes", "builtin, mine, openai"), ("nearest", "mine"))


def test_an_entry_point_brings_a_model_of_an_installed_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "theirs-1.dist-info").mkdir()
    (tmp_path / "theirs-1.dist-info" / "entry_points.txt").write_text(
        "[dialogue_harness.models]\ntheirs = their_models:echo\nbroken = no_such_module:X\n", encoding="utf-8"
    )
    (tmp_path / "their_models.py").write_text("def echo(messages):\n    return 'From theirs.'\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert ask(Speaker("theirs:big")).text == "From theirs."
    error = failed(Speaker("broken:big"))
    assert error.headline == "the model broken:big could not be opened"
    assert error.facts[0] == ("raised", "ModuleNotFoundError: No module named 'no_such_module'")


# What the user's code may do wrong.


def test_an_error_of_the_users_code_shows_where_it_was_raised() -> None:
    def broken(messages: list[dict[str, str]]) -> str:
        return messages[7]["content"]

    error = failed(Speaker(broken))
    assert error.headline.endswith("raised an error for message 2 of speaker B")
    facts = dict(error.facts)
    assert facts["raised"] == "IndexError: list index out of range"
    assert facts["traceback"].splitlines()[-1].strip() == 'return messages[7]["content"]'
    assert "own.py" not in facts["traceback"].replace("test_own.py", "")
    assert error.fix == "correct the model's own code"


def test_an_exhausted_iterator_is_an_error_and_no_endless_wait() -> None:
    assert dict(failed(Speaker(lambda _: next(iter([])))).facts)["raised"].startswith("RuntimeError: StopIteration")


def test_an_error_of_ours_is_passed_on() -> None:
    headline = "the agent is busy"

    async def busy(_: object) -> str:
        raise ServerBusy(headline)

    with pytest.raises(ServerBusy, match=headline):
        ask(Speaker(busy))


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (None, ("got", "NoneType: None")),
        (b"Hello.", ("got", "bytes: b'Hello.'")),
        (Reply(7), ("Reply.text", "int: 7")),  # type: ignore[arg-type]
        (Reply("x", usage={"input": 1}), ("Reply.usage", "dict: {'input': 1}")),  # type: ignore[arg-type]
    ],
)
def test_a_reply_of_the_wrong_type_is_an_error_that_says_what_to_return(answer: Any, fact: tuple[str, str]) -> None:
    error = failed(Speaker(lambda _: answer))
    assert error.headline.endswith("returned no valid reply for message 2 of speaker B")
    assert error.facts == (fact,)
    assert "Reply" in str(error.fix)


def test_what_user_code_says_is_printed_without_control_characters_and_keys() -> None:
    def rude(_: object) -> str:
        raise ValueError("\x1b[2J sk-proj-" + "a1B2" * 12)

    shown = str(failed(Speaker(rude)))
    assert "\x1b" not in shown
    assert "a1B2a1B2" not in shown
