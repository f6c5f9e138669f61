"""The one dialogue of `harness talk` that somebody may watch: in a journal from its first message, whatever ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dialogue_harness._text.words import plural
from dialogue_harness.cli import warn
from dialogue_harness.cli.remedies import advise
from dialogue_harness.dialogue import Dialogue, Ending, Message
from dialogue_harness.engine.setup import OneFile, recorder
from dialogue_harness.engine.tally import Tally
from dialogue_harness.errors import HarnessError
from dialogue_harness.formats.scrubbed import holds_secret, scrubbed_message
from dialogue_harness.models.registry import is_offline
from dialogue_harness.report.spending import spent, tallied
from dialogue_harness.storage.format import shown
from dialogue_harness.storage.journal import Journal
from dialogue_harness.storage.library import Library
from dialogue_harness.storage.reader import load_partial

if TYPE_CHECKING:
    from dialogue_harness.cli.live_text import Watcher
    from dialogue_harness.cli.output import Output
    from dialogue_harness.engine.prices import Prices
    from dialogue_harness.engine.settings import Settings
    from dialogue_harness.errors import ModelError
    from dialogue_harness.scenario import Scenario


class Talk:
    """One dialogue, which may be continued and prolonged.

    Args:
        scenario: what is to happen.
        output: where its transcript goes.
        settings: how models are reached, and what they may cost.
        base_url: the server of models without an endpoint, or ``None`` for the environment's.
        watching: who is shown it.

    Attributes:
        messages: what was said so far.
        ending: how it ended, ``None`` before that.
        error: why it broke off, if it did.

    """

    def __init__(
        self, scenario: Scenario, output: Output, settings: Settings, base_url: str | None, watching: Watcher
    ) -> None:
        self.scenario = scenario
        self.ending: Ending | None = None
        self.error: HarnessError | None = None
        self._output = output
        self._watching = watching
        self._journal = output.journal()
        if self._journal != output.place(1) and holds_secret(scenario):
            self._journal = None  # a transcript is written without the secret, a recording would be refused
        begun = None if self._journal is None else output.begun(scenario)
        self.messages: list[Message] = [] if begun is None else list(begun.messages[: scenario.length])
        if begun is not None and len(begun) > scenario.length:
            left_out = plural(len(begun) - scenario.length, "message")
            warn(f"{left_out} of {shown(self._journal or '')} left out, to end after {plural(scenario.turns, 'turn')}")
        self._asked = scenario.turns
        offline = is_offline(scenario.a) and is_offline(scenario.b)  # such a pair says the same at any time
        self._date = None if offline else begun.date if begun else datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        self._tally = _Watched(settings.prices, watching)
        self._library = Library(Path.cwd()) if self._journal is None else OneFile(self._journal)
        self._engine = recorder(settings, self._library, "extend", base_url=base_url, observer=self._tally)
        if self._journal != output.place(1):
            self._engine.redact = scrubbed_message

    @property
    def dialogue(self) -> Dialogue:
        """What was said so far."""
        return Dialogue(self.scenario, tuple(self.messages), self.ending, date=self._date)

    async def run(self, more: int = 0) -> None:
        """Let the pair talk until the turns are said, ``more`` turns among them; an error is kept, not raised."""
        self.scenario = replace(self.scenario, turns=self.scenario.turns + more)
        self.ending = None
        on_message = self.messages.append
        on_piece = self._watching.piece if self._watching.wants_pieces else None
        engine, said = self._engine, tuple(self.messages)
        try:
            if self._journal is None:
                got = await engine.compute(
                    self.scenario, 1, said=said, observer=self._tally, on_message=on_message, on_piece=on_piece
                )
            else:
                got = await engine.obtain(self.scenario, 1, on_message=on_message, on_piece=on_piece)
            self.ending = got.dialogue.ending
        except HarnessError as error:
            self.error = error
        finally:
            await engine.aclose()
        self._watching.end(self.dialogue, spent(tallied(self._tally)))

    def keep(self) -> None:
        """Write the transcript of what was said, and say where; an opening message that nobody answered is nothing."""
        answered = any(self.scenario.given_at(message.number) is None for message in self.messages)
        path, journal, is_worth_it = self._output.place(1), self._journal, bool(self.ending) or answered
        if is_worth_it and path is not None and path == journal:
            self._finish(path)
        elif is_worth_it and (path is not None or not self._watching.wants_pieces):
            self._output.write(self.dialogue)  # on a terminal it was shown already, and that is standard output
        if journal is not None and (not is_worth_it or (self.ending and path != journal)):
            journal.unlink(missing_ok=True)
        if is_worth_it and path is not None:
            self._watching.note(f"{plural(len(self.messages), 'message')} in {shown(path)}")
        if self.error is not None:
            if not is_worth_it:
                self.error.facts = tuple(fact for fact in self.error.facts if fact[0] != "kept")
            more = f" with --turns {self.scenario.turns}" if self.scenario.turns > self._asked else ""
            advise(self.error, begun=is_worth_it, resumable=journal is not None, more=more)

    def _finish(self, path: Path) -> None:
        """Complete a recording that had all the turns asked for when it was interrupted, leaving out what follows."""
        if self.ending is not None and not load_partial(path).is_complete:
            with self._library.lock(self.scenario, 1):
                journal, _ = Journal.resume(path, self.scenario)
                journal.finish(self.ending)


class _Watched(Tally):
    """Counts what the models took, and shows what happens."""

    def __init__(self, prices: Prices, watching: Watcher) -> None:
        super().__init__(prices)
        self._watching = watching

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:
        super().message_done(scenario, sample, message)
        self._watching.message(message)

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:  # noqa: ARG002 -- an observer's
        self._watching.setback(error)
