"""What becomes of a scenario: its recording is served, or the pair talks and is recorded, as the mode allows."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, get_args

from dialogue_harness.dialogue import Dialogue
from dialogue_harness.engine.budget import Budget
from dialogue_harness.engine.events import Observer
from dialogue_harness.engine.failures import as_harness_error, cause, locate, located
from dialogue_harness.engine.limits import Limiters
from dialogue_harness.engine.loop import converse, find_stop
from dialogue_harness.engine.retry import Retry
from dialogue_harness.errors import (
    BudgetSpent,
    HarnessError,
    ModelError,
    RecordingChanged,
    RecordingCorrupt,
    RecordingEdited,
    RecordingError,
    RecordingInterrupted,
    RecordingMissing,
    RecordingTooNew,
    RecordingTooShort,
)
from dialogue_harness.models.registry import is_offline
from dialogue_harness.storage.journal import Journal, partial_of
from dialogue_harness.storage.reader import load_partial

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from dialogue_harness.dialogue import Ending, Message
    from dialogue_harness.engine.loop import OnMessage, OnPiece
    from dialogue_harness.models.protocol import Model
    from dialogue_harness.scenario import Scenario, Side, Speaker
    from dialogue_harness.storage.library import Library, Served

RecordMode = Literal["none", "missing", "changed", "extend", "all"]
RECORD_MODES: Final[tuple[RecordMode, ...]] = get_args(RecordMode)

#: Where a dialogue came from: its recording; a run that was recorded, or only continued or extended one; a live run
#: that leaves the fixtures alone; a built-in pair that talked in memory.
Provenance = Literal["replayed", "recorded", "continued", "extended", "live", "computed"]

_Action = Literal["record", "continue", "extend", "replace"]

#: What would be done to obtain a dialogue; ``error`` where the mode does not allow to do anything.
Intent = Literal["replay", "record", "continue", "extend", "replace", "error"]

#: What is done about a recording that cannot be served, by mode. What is not listed is raised.
_ACTIONS: Final[dict[type[RecordingError], dict[str, _Action]]] = {
    RecordingMissing: {"missing": "record", "changed": "record", "extend": "record", "all": "record"},
    RecordingInterrupted: {"missing": "continue", "changed": "continue", "extend": "continue", "all": "replace"},
    RecordingTooShort: {"changed": "extend", "extend": "extend", "all": "replace"},
    RecordingChanged: {"changed": "replace", "all": "replace"},
    RecordingCorrupt: {"all": "replace"},
    RecordingEdited: {"all": "replace"},
    RecordingTooNew: {"all": "replace"},
}

_SOURCES: Final[dict[_Action, Provenance]] = {
    "record": "recorded",
    "continue": "continued",
    "extend": "extended",
    "replace": "recorded",
}

#: How the processes of a run that re-records everything mark what one of them has begun, and has done.
_BEGUN: Final = ".begun"
_DONE: Final = ".done"

#: Seconds between two looks at a recording that another process is writing: at first, and at most.
_LOCK_POLL: Final = 0.02
_LONGEST_LOCK_POLL: Final = 0.5


@dataclass(frozen=True)
class Obtained:
    """A dialogue and where it came from.

    Attributes:
        dialogue: what was said.
        source: see :data:`Provenance`.
        path: its recording, or ``None`` if it has none.
        note: what a reader should know of it, such as that more turns are recorded than were asked for.
        new: how many messages models were asked for to obtain it; those of a computed dialogue are not counted.
        saved: how many more they would have been asked for if the scenario's stop rule had not ended it, counted
            likewise.

    """

    dialogue: Dialogue
    source: Provenance
    path: Path | None = None
    note: str | None = None
    new: int = 0
    saved: int = 0


@dataclass(frozen=True)
class Interrupted:
    """A dialogue that was begun in this run and is not complete: what is there can be continued.

    Attributes:
        scenario: what was to happen.
        sample: which independent run of it, from 1.
        path: the recording that holds what was said so far.
        messages: how many messages that are.
        cause: why it could not go on, in one line; ``None`` where only the run ended.

    """

    scenario: Scenario
    sample: int
    path: Path
    messages: int
    cause: str | None


class Recorder:
    """Obtains dialogues: from recordings where they are valid, else from the models, as far as the mode allows.

    Args:
        library: where recordings are found and made.
        mode: what happens where no valid recording exists; ``none`` raises and never calls a model.
        open_model: makes the model of a speaker; each model name is opened once.
        retry: how persistently a model is asked.
        live: whether what is recorded is to be called a live run.
        run_id: names the run, so that several processes of one run do not replace each other's recordings.
        limiters: how fast servers are asked.
        observer: is called with what happens while pairs talk.
        budget: what the run and each dialogue may spend.

    Attributes:
        redact: what a message becomes before it is written; ``None`` refuses messages that hold a secret.
        interrupted: the dialogues that were begun and could not go on.

    """

    def __init__(
        self,
        library: Library,
        mode: RecordMode,
        open_model: Callable[[Speaker], Model],
        *,
        retry: Retry | None = None,
        live: bool = False,
        run_id: str = "",
        limiters: Limiters | None = None,
        observer: Observer | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.library = library
        self.mode = mode
        self.live = live
        self.limiters = limiters or Limiters()
        self.observer = observer or Observer()
        self.limiters.observer = self.observer
        self.interrupted: list[Interrupted] = []
        self.redact: Callable[[Message], Message] | None = None
        self._open_model = open_model
        self._retry = retry or Retry()
        self._budget = budget or Budget()
        self._run_id = run_id
        self._models: dict[str, Model] = {}

    def check(self, scenario: Scenario) -> None:
        """Make sure, sending nothing, that a pair can be run: its models, its stop rule, prices, and what is left.

        Raises:
            HarnessError: it cannot.

        """
        self._budget.check(scenario)
        self._pair(scenario)

    def serve(self, scenario: Scenario, sample: int) -> Obtained:
        """Return the recorded dialogue without calling any model.

        Raises:
            RecordingError: there is no valid recording; :meth:`may_run` says whether :meth:`obtain` would make one.

        """
        if self.mode == "all" and not self._is_marked(scenario, sample, _DONE):
            msg = "to be re-recorded"
            raise RecordingMissing(msg)
        served = self._recorded(scenario, sample)
        if self.mode not in {"none", "all"} and _goes_on(served.path, scenario):
            msg = "a new recording, which is to replace this one, is interrupted"
            raise RecordingInterrupted(msg)
        return self._served(served)

    def may_run(self, error: RecordingError) -> bool:
        """Return whether the mode allows to run the pair where this error stands in the way of its recording."""
        return self._action(error) is not None

    def intent(self, scenario: Scenario, sample: int) -> tuple[Intent, int]:
        """Return what :meth:`obtain` would do, and how many messages it would find, doing none of it."""
        try:
            self.serve(scenario, sample)
        except RecordingError:
            pass
        else:
            return "replay", scenario.length
        try:
            action = self._action_on_disk(scenario, sample)
        except RecordingError:
            return "error", 0
        path = self.library.path(scenario, sample)
        replacing = action == "replace"
        if not self._resumes(scenario, sample, action):
            return action, 0
        try:
            kept = len(load_partial(partial_of(path) if replacing else path).dialogue)
        except RecordingError:  # not even its header is whole
            kept = 0
        return action, min(kept, scenario.length)

    async def obtain(
        self,
        scenario: Scenario,
        sample: int,
        *,
        on_message: OnMessage | None = None,
        on_piece: OnPiece | None = None,
    ) -> Obtained:
        """Return the dialogue: recorded, or run and recorded now.

        Raises:
            RecordingError: there is no valid recording and the mode does not allow to make one.
            ModelError: a model could not answer; what was said until then is kept and can be continued.
            BudgetSpent: the run, or the dialogue, may take no more; likewise.
            ConfigurationError: its cost is limited, and a model has no price.

        """
        try:
            obtained = await self._obtain(scenario, sample, on_message, on_piece)
        except HarnessError as error:
            self.observer.dialogue_failed(scenario, sample, error)
            raise
        except OSError as error:
            failure = as_harness_error(error)
            self.observer.dialogue_failed(scenario, sample, failure)
            raise failure from error
        self.observer.dialogue_done(obtained)
        return obtained

    async def _obtain(
        self, scenario: Scenario, sample: int, on_message: OnMessage | None, on_piece: OnPiece | None
    ) -> Obtained:
        try:
            return self.serve(scenario, sample)
        except RecordingError as error:
            if not self.may_run(error):
                raise
        async with self._locked(scenario, sample):
            try:
                return self.serve(scenario, sample)  # another process may have recorded it meanwhile
            except RecordingError as error:
                if not self.may_run(error):
                    raise
                action = self._action_on_disk(scenario, sample)
            return await self._run(scenario, sample, action, on_message, on_piece)

    async def compute(
        self,
        scenario: Scenario,
        sample: int,
        *,
        said: Iterable[Message] = (),
        observer: Observer | None = None,
        on_message: OnMessage | None = None,
        on_piece: OnPiece | None = None,
    ) -> Obtained:
        """Run the pair in memory, recording nothing.

        Args:
            scenario: what is to happen.
            sample: which independent run of it, from 1.
            said: messages to continue from, numbered from 1.
            observer: is called with each new message and each retry, in place of the recorder's own.
            on_message: called with each new message.
            on_piece: called with each piece of a reply.

        Raises:
            HarnessError: as :meth:`obtain` does; ``on_message`` has had every message before that.

        """
        self._budget.check(scenario)
        messages = list(said)
        heard = [messages.append, *([on_message] if on_message else [])]
        pair, observer = self._pair(scenario), observer or Observer()
        try:
            _, ending = await self._talk(scenario, sample, tuple(messages), pair, observer, heard, on_piece)
        except (ModelError, BudgetSpent) as error:
            locate(error, scenario, sample, len(messages) + 1)
            raise
        date = None
        if not (is_offline(scenario.a) and is_offline(scenario.b)):
            date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
        dialogue = Dialogue(scenario, tuple(messages), ending, sample, date)
        return Obtained(dialogue, "computed", note=_note(dialogue, None))

    async def aclose(self) -> None:
        """Let go of the models' connections."""
        models, self._models = list(self._models.values()), {}
        await asyncio.gather(*(model.aclose() for model in models))

    def _action(self, error: RecordingError) -> _Action | None:
        for kind, by_mode in _ACTIONS.items():
            if isinstance(error, kind):
                return by_mode.get(self.mode)
        return None

    def _action_on_disk(self, scenario: Scenario, sample: int) -> _Action:
        """Return what to do about what lies on disk, which ``all`` looks at too."""
        try:
            self._recorded(scenario, sample)
        except RecordingError as error:
            if isinstance(error, RecordingInterrupted) and self._is_marked(scenario, sample, _BEGUN):
                return "continue"
            action = self._action(error)
            if action is None:
                raise
            return action
        return "replace"

    def _resumes(self, scenario: Scenario, sample: int, action: _Action) -> bool:
        """Return whether there is something to go on from, in the recording or in what is to replace it."""
        if action != "replace":
            return action != "record"
        begun = self.mode != "all" or self._is_marked(scenario, sample, _BEGUN)
        return begun and _goes_on(self.library.path(scenario, sample), scenario)

    async def _run(
        self,
        scenario: Scenario,
        sample: int,
        action: _Action,
        on_message: OnMessage | None,
        on_piece: OnPiece | None,
    ) -> Obtained:
        self._budget.check(scenario)
        pair = self._pair(scenario)  # whatever is wrong with it is raised before anything is written
        journal, said = self._journal(scenario, sample, action)
        self.observer.dialogue_started(scenario, sample, len(said))

        def keep(message: Message) -> None:
            journal.append(message if self.redact is None else self.redact(message))

        with self._noting(scenario, sample, journal):
            heard = [keep, *([on_message] if on_message else [])]
            messages, ending = await self._talk(scenario, sample, said, pair, self.observer, heard, on_piece)
            await _to_the_end(journal.finish, ending)  # it waits for the disk, and the other dialogues need not
        self._mark(scenario, sample, _DONE)
        served = self._recorded(scenario, sample)
        source: Provenance = "live" if self.live else _SOURCES[action]
        new, note = _asked(messages[len(said) :]), _note(served.dialogue, served.note)
        return Obtained(served.dialogue, source, served.path, note, new, _saved(served.dialogue))

    async def _talk(
        self,
        scenario: Scenario,
        sample: int,
        said: tuple[Message, ...],
        pair: dict[Side, Model],
        observer: Observer,
        heard: Sequence[OnMessage],
        on_piece: OnPiece | None,
    ) -> tuple[tuple[Message, ...], Ending]:
        """Let a pair talk within its budget; each new message goes to ``heard``, the observer after the first."""

        def hear(message: Message) -> None:
            heard[0](message)
            observer.message_done(scenario, sample, message)
            for each in heard[1:]:
                each(message)

        def retrying(error: ModelError, wait: float) -> None:
            self.limiters.refuse_if_closed()
            observer.retrying(scenario, sample, error, wait)

        return await converse(
            scenario,
            self._paying(scenario, said, pair),
            said=said,
            sample=sample,
            retry=self._retry,
            on_message=hear,
            on_piece=on_piece,
            on_retry=retrying,
        )

    @contextmanager
    def _noting(self, scenario: Scenario, sample: int, journal: Journal) -> Iterator[None]:
        """Close the journal at the end, and note what became of a dialogue that is not complete by then."""
        why: str | None = None
        is_complete = False
        try:
            yield
            is_complete = True
        except (HarnessError, OSError) as error:
            failure = as_harness_error(error)
            why = cause(failure)
            raise located(failure, scenario, sample, journal) from error
        finally:
            if not is_complete:
                self.interrupted.append(Interrupted(scenario, sample, journal.working, journal.count, why))
            journal.close()

    def _journal(self, scenario: Scenario, sample: int, action: _Action) -> tuple[Journal, tuple[Message, ...]]:
        path = self.library.path(scenario, sample)
        replacing = action == "replace"
        resumes = self._resumes(scenario, sample, action)
        self._mark(scenario, sample, _BEGUN)
        if not resumes:
            return Journal.create(path, scenario, sample, replacing=replacing), ()
        journal, dialogue = Journal.resume(path, scenario, replacing=replacing)
        return journal, dialogue.messages

    def _pair(self, scenario: Scenario) -> dict[Side, Model]:
        """Return the models of both speakers, having made sure that the stop rule is one."""
        find_stop(scenario, ())
        return {"A": self._model(scenario.a), "B": self._model(scenario.b)}

    def _paying(self, scenario: Scenario, said: Iterable[Message], pair: dict[Side, Model]) -> dict[Side, Model]:
        purse = self._budget.purse(scenario, said)
        if purse is None:
            return pair
        return {side: purse.paying(model, scenario.speaker(side)) for side, model in pair.items()}

    def _model(self, speaker: Speaker) -> Model:
        if speaker.model not in self._models:
            self._models[speaker.model] = self.limiters.limited(speaker, self._open_model(speaker))
        return self._models[speaker.model]

    def _recorded(self, scenario: Scenario, sample: int) -> Served:
        if self.mode != "none" and not self.library.path(scenario, sample).exists():
            msg = "not recorded yet"  # which is dealt with, so that nobody needs to be told what there is instead
            raise RecordingMissing(msg)
        return self.library.serve(scenario, sample, find_stop=find_stop)

    def _served(self, served: Served) -> Obtained:
        source: Provenance = "live" if self.live else "replayed"
        return Obtained(served.dialogue, source, served.path, _note(served.dialogue, served.note))

    @asynccontextmanager
    async def _locked(self, scenario: Scenario, sample: int) -> AsyncIterator[None]:
        with ExitStack() as held:
            pause = _LOCK_POLL
            while True:
                try:
                    held.enter_context(self.library.lock(scenario, sample, timeout=0))
                    break
                except TimeoutError:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_LOCK_POLL)
            yield

    def _mark_path(self, scenario: Scenario, sample: int, what: str) -> Path:
        path = self.library.path(scenario, sample)
        return self.library.shared(self._run_id) / path.relative_to(self.library.root).with_suffix(what)

    def _is_marked(self, scenario: Scenario, sample: int, what: str) -> bool:
        return bool(self._run_id) and self._mark_path(scenario, sample, what).exists()

    def _mark(self, scenario: Scenario, sample: int, what: str) -> None:
        """Tell the other processes of a run that re-records everything what is not to be done once more."""
        if self._run_id and self.mode == "all":
            path = self._mark_path(scenario, sample, what)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


def _asked(messages: Iterable[Message]) -> int:
    return sum(message.attempts > 0 for message in messages)


def _note(dialogue: Dialogue, note: str | None) -> str | None:
    """Return a note with what else a reader has to know: that a dialogue was stopped, for one."""
    if dialogue.ending is None or dialogue.ending.reason != "stopped":
        return note
    stopped = f"stopped early, after message {len(dialogue)} of {dialogue.scenario.length}: {dialogue.ending.why}"
    return f"{note}; {stopped}" if note else stopped


def _saved(dialogue: Dialogue) -> int:
    """Return how many messages a stop rule spared the models."""
    if dialogue.ending is None or dialogue.ending.reason != "stopped":
        return 0
    left = range(len(dialogue) + 1, dialogue.scenario.length + 1)
    return sum(dialogue.scenario.given_at(number) is None for number in left)


def _goes_on(path: Path, scenario: Scenario) -> bool:
    """Return whether an earlier attempt to replace a recording was cut short and can be continued."""
    try:
        load_partial(partial_of(path)).verify(scenario)
    except RecordingError:
        return False
    return True


async def _to_the_end(function: Callable[..., None], *args: object) -> None:
    """Call a function in a thread and wait until it has returned; where this task is cancelled meanwhile, it goes on.

    What the function ends is done then, and whoever calls it says so to others, who would do it once more.
    """
    call = asyncio.get_running_loop().run_in_executor(None, function, *args)  # no task, which could be cancelled too
    try:
        await asyncio.shield(call)
    except asyncio.CancelledError:
        await call
