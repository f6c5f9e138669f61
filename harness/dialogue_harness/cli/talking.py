"""Holding the one dialogue of `harness talk` that somebody may watch: what was said is kept, whatever ends it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.engine.budget import Budget
from dialogue_harness.engine.limits import Limiters
from dialogue_harness.engine.loop import converse
from dialogue_harness.engine.retry import Retry
from dialogue_harness.engine.tally import Tally
from dialogue_harness.errors import BudgetSpent, ModelError
from dialogue_harness.models.registry import is_offline, open_model
from dialogue_harness.report.spending import spent, tallied
from dialogue_harness.scenario import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dialogue_harness.cli.live_text import Watcher
    from dialogue_harness.engine.settings import Settings
    from dialogue_harness.models.protocol import Context, Model, OnDelta, Reply
    from dialogue_harness.scenario import Scenario, Side, Speaker

#: Endpoints whose server `--base-url` names; any other name is that of a server in the configuration.
_OF_BASE_URL: Final = (None, "openai")


@dataclass
class Talk:
    """One dialogue that is being held, and may be prolonged.

    Attributes:
        scenario: what is to happen.
        messages: what was said so far.
        ending: how it ended, ``None`` before that.
        error: why it broke off, if it did: a model could not answer, or nothing is left to spend.

    """

    scenario: Scenario
    messages: list[Message] = field(default_factory=list)
    ending: Ending | None = None
    error: ModelError | BudgetSpent | None = None
    date: str | None = field(init=False)

    def __post_init__(self) -> None:
        """Note when it is held; a built-in pair says the same at any time, so its transcript has no date."""
        offline = is_offline(self.scenario.a) and is_offline(self.scenario.b)
        self.date = None if offline else datetime.now(UTC).strftime("%Y-%m-%d %H:%M")

    @classmethod
    def of(cls, scenario: Scenario, begun: Dialogue | None) -> Self:
        """Return a dialogue that is to be held, going on with what an earlier call has left of it, however long."""
        if begun is None:
            return cls(scenario)
        return cls(replace(scenario, turns=max(scenario.turns, begun.scenario.turns)), list(begun))

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

    async def hold(self, models: Mapping[Side, Model], watching: Watcher, retry: Retry, tally: Tally) -> None:
        """Let the pair talk until the turns are said; an error is kept, and so is what was said before it."""

        def keep(message: Message) -> None:
            self.messages.append(message)
            tally.message_done(self.scenario, 1, message)
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
        except (ModelError, BudgetSpent) as error:
            self.error = error
            number = len(self.messages) + 1
            which = f"speaker {self.scenario.side_at(number)} was to say message {number}"
            attempts = [("attempts", str(error.attempts))] if isinstance(error, ModelError) else []
            error.facts = (*error.facts, ("while", which), *attempts)


@dataclass
class Means:
    """With what dialogues are held: servers and their limits, and what may be spent.

    Attributes:
        settings: what is told of models.
        base_url: the server of models without an endpoint of their own, or ``None`` for the environment's.
        budget: what may be spent, and is.

    """

    settings: Settings
    base_url: str | None
    budget: Budget = field(init=False)

    def __post_init__(self) -> None:
        """Open the purse."""
        of = self.settings
        self.budget = Budget(of.max_run, of.max_dialogue, prices=of.prices)

    @property
    def retry(self) -> Retry:
        """How persistently a model is asked."""
        return Retry(attempts=self.settings.attempts)

    def limiters(self) -> Limiters:
        """Return what keeps to the limits of the servers."""
        return Limiters(self.settings.endpoints, most=self.settings.max_concurrency)

    def opened(self, scenario: Scenario) -> dict[str, Model]:
        """Return the models of both speakers by name; no connection is made yet.

        Raises:
            HarnessError: a model cannot be opened.

        """
        return {speaker.model: self._opened(speaker) for speaker in (scenario.a, scenario.b)}

    def _opened(self, speaker: Speaker) -> Model:
        if self.base_url is None or is_offline(speaker) or speaker.endpoint not in _OF_BASE_URL:
            return open_model(speaker, self.settings.endpoints)

        from dialogue_harness.models.openai.model import OpenAIModel  # noqa: PLC0415 -- not loaded where nothing is sent

        return OpenAIModel(speaker.model_id, base_url=self.base_url)


class Holder:
    """Holds one dialogue, which may be prolonged: limits and budgets go on where they were.

    Args:
        means: with what.
        watching: who is shown it.

    """

    def __init__(self, means: Means, watching: Watcher) -> None:
        self._means = means
        self._watching = watching
        self._limiters = means.limiters()
        self._tally = Tally(means.settings.prices)

    async def hold(self, talk: Talk) -> None:
        """Hold a dialogue; it gets its messages, and its ending or its error.

        Raises:
            HarnessError: a model cannot be opened.

        """
        models = self._means.opened(talk.scenario)
        try:
            await talk.hold(self._sides(talk, models), self._watching, self._means.retry, self._tally)
        finally:
            for model in models.values():
                await model.aclose()
        self._watching.end(talk.dialogue, spent(tallied(self._tally)))

    def _sides(self, talk: Talk, models: Mapping[str, Model]) -> dict[Side, Model]:
        """Return who speaks: as fast as the server may be asked, and as long as something is left to spend."""
        purse = self._means.budget.purse(talk.scenario, talk.messages)
        sides: dict[Side, Model] = {}
        for side in SIDES:
            speaker = talk.scenario.speaker(side)
            model = self._limiters.limited(speaker, _Reporting(models[speaker.model], self._watching))
            sides[side] = model if purse is None else purse.paying(model, speaker)
        return sides


class _Reporting:
    """A model whose failures are told to who watches, also those after which it is asked again."""

    def __init__(self, model: Model, watching: Watcher) -> None:
        self._model = model
        self._watching = watching

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context; see :class:`dialogue_harness.models.protocol.Model`."""
        try:
            return await self._model.reply(context, on_delta=on_delta)
        except ModelError as error:
            if error.transient:
                self._watching.setback(error)
            raise

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._model.aclose()
