"""Which model a speaker's model name means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness._text.validation import nearest
from dialogue_harness.errors import UnknownModel
from dialogue_harness.models.endpoints import Endpoint, parse_endpoints
from dialogue_harness.models.protocol import ChatMessage, Context, Delta, Model, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dialogue_harness.scenario import Speaker

__all__ = [
    "ChatMessage",
    "Context",
    "Delta",
    "Endpoint",
    "Model",
    "Reply",
    "is_offline",
    "open_model",
    "parse_endpoints",
]

_BUILTIN: Final = ("builtin:eliza", "builtin:scripted")


def open_model(speaker: Speaker, endpoints: Mapping[str, Endpoint] | None = None) -> Model:
    """Return the model that a speaker's ``model`` names. Nothing is sent, and no connection is made yet.

    Args:
        speaker: the one who is to speak.
        endpoints: the configured servers by name, as :func:`parse_endpoints` returns them.

    Raises:
        UnknownModel: no built-in model, registered model or endpoint has that name, or the model was given as an
            object and only its name is known.
        ConfigurationError: an endpoint and a registered model have the same prefix.
        ModelFailed: a model of the user's own could not be constructed.
        KeyRejected: the environment variable of the server's key is not set, or the command that prints it fails.

    """
    known = endpoints or {}
    prefix = speaker.endpoint
    if prefix == "builtin":
        return _builtin(speaker.model)
    if prefix is not None and prefix != "openai":
        from dialogue_harness.models import own  # noqa: PLC0415 -- asyncio is not loaded where nothing is sent

        if speaker.given_model is not None:
            return own.OwnModel(speaker.given_model, speaker.model)
        registered = own.find(prefix, speaker.model_id, known)
        if registered is not None:
            return registered
        if prefix == "python":
            raise _name_only(speaker)
        if prefix not in known:
            raise _unknown_prefix(speaker, {*known, *own.prefixes()})

    from dialogue_harness.models.openai.model import OpenAIModel  # noqa: PLC0415 -- not loaded where nothing is sent

    if prefix is None or prefix == "openai":
        return OpenAIModel(speaker.model_id)
    endpoint = known[prefix]
    return OpenAIModel(
        speaker.model_id,
        base_url=endpoint.base_url,
        key_env=endpoint.key_env,
        key_command=endpoint.key_command,
    )


def is_offline(speaker: Speaker) -> bool:
    """Return whether the speaker's model is built in: it needs no server, key or network."""
    return speaker.endpoint == "builtin"


def _builtin(name: str) -> Model:
    if name == "builtin:eliza":
        from dialogue_harness.models.eliza.model import ElizaModel  # noqa: PLC0415 -- its topics are loaded on demand

        return ElizaModel()
    if name == "builtin:scripted":
        from dialogue_harness.models.scripted import ScriptedModel  # noqa: PLC0415 -- as above

        return ScriptedModel()
    msg = f"unknown built-in model {_quoted(name)}"
    raise UnknownModel(
        msg,
        facts=[("built-in models", ", ".join(_BUILTIN)), *_nearest(name, _BUILTIN)],
        fix="write one of the names above; the model of a server has another prefix, or none",
    )


def _name_only(speaker: Speaker) -> UnknownModel:
    return UnknownModel(
        f"only the name of the model {_quoted(speaker.model)} is known",
        fix="give the object or function itself in the scenario: Speaker(model=…)",
    )


def _unknown_prefix(speaker: Speaker, prefixes: Iterable[str]) -> UnknownModel:
    prefix = speaker.endpoint or ""
    known = sorted({"builtin", "openai", *prefixes})
    name = shorten(speaker.model, 80)
    fix = (
        f"if {name!r} is the model's own name, write 'openai:{name}';\n"
        "else add the endpoint to the pytest configuration, such as\n"
        f"  [pytest]\n  harness_endpoints =\n      {shorten(prefix, 40)} = http://127.0.0.1:8000/v1"
    )
    return UnknownModel(
        f"unknown model prefix {_quoted(prefix + ':', 40)} in {_quoted(speaker.model)}",
        facts=[("known prefixes", ", ".join(known)), *_nearest(prefix, known)],
        fix=fix,
    )


def _nearest(word: str, known: Iterable[str]) -> list[tuple[str, str]]:
    near = nearest(word, known)
    return [("nearest", near)] if near else []


def _quoted(text: str, width: int = 80) -> str:
    return f"'{shorten(text, width)}'"
