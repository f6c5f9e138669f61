"""Holding the one dialogue of `harness talk` that somebody may watch: what was said is kept, whatever ends it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from harness.dialogue import Dialogue, Ending, Message
from harness.engine.loop import converse
from harness.errors import ModelError
from harness.models import is_offline, open_model
from harness.scenario import SIDES

if TYPE_CHECKING:
    from harness.cli.live_text import Watcher
    from harness.engine.retry import Retry
    from harness.models.protocol import Model, OnDelta, Reply, View
    from harness.scenario import Scenario, Side, Speaker

#: Endpoints whose server `--base-url` names; any other name has to be configured, which is pytest's.
_OF_BASE_URL: Final = (None, "openai")


@dataclass
class Talk:
    """One dialogue that is being held, and may be prolonged.

    Attributes:
        scenario: what is to happen.
        messages: what was said so far.
        ending: how it ended, ``None`` before that.
        error: why a model could not answer, if that is what it broke off at.
        is_kept: whether it has been written.

    """

    scenario: Scenario
    messages: list[Message] = field(default_factory=list)
    ending: Ending | None = None
    error: ModelError | None = None
    is_kept: bool = False
    date: str | None = field(init=False)

    def __post_init__(self) -> None:
        """Note when it is held; a built-in pair says the same at any time, so its transcript has no date."""
        offline = is_offline(self.scenario.a) and is_offline(self.scenario.b)
        self.date = None if offline else datetime.now(UTC).strftime("%Y-%m-%d %H:%M")

    @property
    def dialogue(self) -> Dialogue:
        """What was said so far."""
        return Dialogue(self.scenario, tuple(self.messages), self.ending, date=self.date)

    @property
    def has_answers(self) -> bool:
        """Whether a model has said anything yet."""
        return any(self.scenario.given_at(message.number) is None for message in self.messages)

    def prolong(self, turns: int) -> None:
        """Have it go on for so many more turns."""
        self.scenario = replace(self.scenario, turns=self.scenario.turns + turns)
        self.ending = None

    async def hold(self, models: dict[Side, Model], watching: Watcher, retry: Retry) -> None:
        """Let the pair talk until the turns are said; an error is kept, and so is what was said before it."""

        def keep(message: Message) -> None:
            self.messages.append(message)
            watching.message(message)

        try:
            _, self.ending = await converse(
                self.scenario,
                models,
                said=tuple(self.messages),
                retry=retry,
                on_message=keep,
                on_piece=watching.piece if watching.wants_pieces else None,
            )
        except ModelError as error:
            self.error = error
            number = len(self.messages) + 1
            which = f"speaker {self.scenario.side_at(number)} was to say message {number}"
            error.facts = (*error.facts, ("while", which), ("attempts", str(error.attempts)))


async def hold(talk: Talk, watching: Watcher, *, base_url: str | None, retry: Retry) -> None:
    """Hold a dialogue; it gets its messages, and its ending or its error.

    Args:
        talk: the dialogue.
        watching: who is shown it.
        base_url: the server of models without an endpoint of their own, or ``None`` for the environment's.
        retry: how persistently a model is asked.

    Raises:
        HarnessError: a model cannot be opened.

    """
    models = opened(talk.scenario, base_url)
    reporting = {name: _Reporting(model, watching) for name, model in models.items()}
    sides: dict[Side, Model] = {side: reporting[talk.scenario.speaker(side).model] for side in SIDES}
    try:
        await talk.hold(sides, watching, retry)
    finally:
        for model in models.values():
            await model.aclose()
    watching.end(talk.dialogue)


def opened(scenario: Scenario, base_url: str | None) -> dict[str, Model]:
    """Return the models of both speakers by name; no connection is made yet.

    Args:
        scenario: who speaks.
        base_url: the server of models without an endpoint of their own, or ``None`` for the environment's.

    Raises:
        HarnessError: a model cannot be opened.

    """
    return {speaker.model: _opened(speaker, base_url) for speaker in (scenario.a, scenario.b)}


class _Reporting:
    """A model whose failures are told to who watches, also those after which it is asked again."""

    def __init__(self, model: Model, watching: Watcher) -> None:
        self._model = model
        self._watching = watching

    async def reply(self, view: View, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a view; see :class:`harness.models.protocol.Model`."""
        try:
            return await self._model.reply(view, on_delta=on_delta)
        except ModelError as error:
            if error.transient:
                self._watching.setback(error)
            raise

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._model.aclose()


def _opened(speaker: Speaker, base_url: str | None) -> Model:
    if base_url is None or is_offline(speaker) or speaker.endpoint not in _OF_BASE_URL:
        return open_model(speaker)

    from harness.models.openai import OpenAIModel  # noqa: PLC0415 -- not loaded where nothing is sent

    return OpenAIModel(speaker.model_id, base_url=base_url)
