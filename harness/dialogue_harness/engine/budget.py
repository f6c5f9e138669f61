"""Budgets: what a run and each of its dialogues may take, in tokens and in money, looked at before each request.

What was spent is what servers counted; where one does not count, four characters are taken for a token. Requests under
way count with what they will likely take, so that many at once do not pass the limit together.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dialogue_harness.dialogue import Usage
from dialogue_harness.engine.context import CHARACTERS_PER_TOKEN, estimated_tokens
from dialogue_harness.engine.prices import Prices
from dialogue_harness.errors import BudgetSpent
from dialogue_harness.models.registry import is_offline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dialogue_harness.dialogue import Message
    from dialogue_harness.models.protocol import Context, Model, OnDelta, Reply
    from dialogue_harness.scenario import Scenario, Speaker

#: Name of the folder, below that of the run, in which each process keeps what it has spent. No scenario's folder
#: begins with a dot.
_SPENT: Final = ".spent"


@dataclass(frozen=True)
class Allowance:
    """What may be spent, ``None`` for any amount.

    Attributes:
        tokens: sent and received, 1 or more.
        cost: in the currency of the prices, more than 0.
        what: whose it is, as messages call it.
        flags: stem of the flags that set it, ``None`` where only ini keys do.
        keys: stem of those ini keys.

    """

    tokens: float | None = None
    cost: float | None = None
    what: str = "the run"
    flags: str | None = "--harness-max"
    keys: str = "harness_max"

    def __bool__(self) -> bool:
        """Return whether there is a limit."""
        return self.tokens is not None or self.cost is not None

    def check(self, spent: Spent) -> None:
        """Make sure that something is left.

        Raises:
            BudgetSpent: nothing is.

        """
        if self.tokens is not None and spent.tokens >= self.tokens:
            self._refuse("tokens", f"{spent.tokens:,.0f} of {self.tokens:,.0f} tokens")
        if self.cost is not None and spent.cost >= self.cost:
            self._refuse("cost", f"{spent.cost:,.6g} of {self.cost:,.6g}")

    def _refuse(self, sort: str, amount: str) -> None:
        key = f"{self.keys}_{sort}"
        msg = f"the budget of {self.what} is spent: {amount}"
        raise BudgetSpent(msg, fix=f"raise {key}" if self.flags is None else f"raise {self.flags}-{sort} ({key})")


@dataclass
class Spent:
    """What was spent so far, requests under way included at what they will likely take."""

    tokens: float = 0
    cost: float = 0.0

    def add(self, tokens: float, cost: float) -> None:
        """Add to it, or with negative numbers take back."""
        self.tokens += tokens
        self.cost += cost


class Shared(Spent):
    """What all processes of a run have spent so far.

    Each adds lines to a file of its own and reads those of the others on from where it was, so nobody waits for
    anybody.

    Args:
        folder: where the processes of the run find each other; it need not exist.

    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder / _SPENT
        self._own = f"{os.getpid()}.txt"
        self._read: dict[str, int] = {}

    def add(self, tokens: float, cost: float) -> None:
        """Add to it, and tell the others."""
        super().add(tokens, cost)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / self._own).open("a", encoding="ascii", newline="\n") as file:
            file.write(f"{tokens!r} {cost!r}\n")

    def refresh(self) -> None:
        """Take in what the others have added since."""
        if not self._folder.is_dir():
            return
        for entry in os.scandir(self._folder):
            if entry.name != self._own:
                self._take(entry.path, entry.name)

    def _take(self, path: str, name: str) -> None:
        with open(path, "rb") as file:  # noqa: PTH123 -- a directory entry has its path as a string
            file.seek(self._read.get(name, 0))
            whole = file.read().rpartition(b"\n")[0]  # a line that is still being written is read the next time
        for line in whole.splitlines():
            tokens, cost = map(float, line.split())
            super().add(tokens, cost)
        self._read[name] = self._read.get(name, 0) + len(whole) + bool(whole)


class Budget:
    """What a run, and each of its dialogues, may spend.

    Args:
        run: what the run may spend.
        dialogue: what each dialogue may spend, what was recorded of it before this run included.
        prices: what tokens cost.
        folder: where processes of one run find each other; ``None`` where there is only this one.

    """

    def __init__(
        self,
        run: Allowance | None = None,
        dialogue: Allowance | None = None,
        *,
        prices: Prices | None = None,
        folder: Path | None = None,
    ) -> None:
        self.prices = prices or Prices()
        self._run = run or Allowance()
        self._dialogue = dialogue or Allowance()
        self._spent = Spent() if folder is None else Shared(folder)
        self._replies = 0
        self._output = 0

    def check(self, scenario: Scenario) -> None:
        """Make sure, before a dialogue begins or goes on, that it may: that there are prices, and something left.

        Raises:
            ConfigurationError: the cost is limited, and a speaker's model has no price.
            BudgetSpent: the run has nothing left.

        """
        if self._run.cost is not None or self._dialogue.cost is not None:
            for speaker in (scenario.a, scenario.b):
                self.prices.needed(speaker)
        if not (is_offline(scenario.a) and is_offline(scenario.b)):
            self._check_run()

    def purse(self, scenario: Scenario, said: Iterable[Message]) -> Purse | None:
        """Return what a dialogue has to spend after what was said; ``None`` where nothing is limited."""
        if not self._run and not self._dialogue:
            return None
        purse = Purse(self, self._dialogue)
        for message in said:
            speaker = scenario.speaker(message.speaker)
            if message.usage is not None and not is_offline(speaker):
                purse.spent.add(*self.amount(speaker, message.usage))
        return purse

    def amount(self, speaker: Speaker, usage: Usage) -> tuple[float, float]:
        """Return tokens and cost of a usage; the cost is 0 where there is no price, and so no limit."""
        price = self.prices.of(speaker)
        return usage.input + usage.output, 0.0 if price is None else price.of(usage)

    @contextmanager
    def request(self, context: Context) -> Iterator[list[Usage]]:
        """Set aside what a request will likely take while it is under way, and then what it took.

        Yields:
            A list that is to be given the usage, or left empty where the request failed.

        Raises:
            BudgetSpent: the run has nothing left.

        """
        self._check_run()
        likely = Usage(input=estimated_tokens(context), output=self._output // max(1, self._replies))
        aside = self.amount(context.speaker, likely)
        self._spent.add(*aside)
        took: list[Usage] = []
        try:
            yield took
        finally:
            tokens, cost = self.amount(context.speaker, took[0]) if took else (0, 0.0)
            self._spent.add(tokens - aside[0], cost - aside[1])
        self._replies += 1
        self._output += sum(usage.output for usage in took)

    def _check_run(self) -> None:
        if isinstance(self._spent, Shared):
            self._spent.refresh()
        self._run.check(self._spent)


class Purse:
    """What one dialogue has to spend.

    Args:
        budget: that of the run.
        allowance: that of the dialogue.

    """

    def __init__(self, budget: Budget, allowance: Allowance) -> None:
        self.spent = Spent()
        self._budget = budget
        self._allowance = allowance

    def paying(self, model: Model, speaker: Speaker) -> Model:
        """Return a speaker's model, asked only as long as something is left; a built-in one costs nothing."""
        return model if is_offline(speaker) else Paying(model, self)

    async def ask(self, model: Model, context: Context, on_delta: OnDelta | None) -> Reply:
        """Ask a model and count what that took.

        Raises:
            BudgetSpent: the budget is spent.

        """
        self._allowance.check(self.spent)
        with self._budget.request(context) as took:
            reply = await model.reply(context, on_delta=on_delta)
            took.append(reply.usage or _estimated(context, reply))
        self.spent.add(*self._budget.amount(context.speaker, took[0]))
        return reply


class Paying:
    """A model whose replies are paid from a purse.

    Args:
        model: who answers.
        purse: of the one dialogue that this is for.

    """

    def __init__(self, model: Model, purse: Purse) -> None:
        self._model = model
        self._purse = purse

    async def reply(self, context: Context, *, on_delta: OnDelta | None = None) -> Reply:
        """Answer a context; see :class:`dialogue_harness.models.protocol.Model`."""
        return await self._purse.ask(self._model, context, on_delta)

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self._model.aclose()


def _estimated(context: Context, reply: Reply) -> Usage:
    said = len(reply.text) + len(reply.reasoning or "")
    return Usage(input=estimated_tokens(context), output=said // CHARACTERS_PER_TOKEN)
