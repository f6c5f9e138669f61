"""What tokens cost, as the user says: a list of prices by model, in whatever currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import shorten
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.models.registry import is_offline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dialogue_harness.dialogue import Usage
    from dialogue_harness.scenario import Speaker

#: Prices are per this many tokens.
_TOKENS: Final = 1_000_000

_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")
_EXAMPLE: Final = "some-model = 0.50 2.00 0.05"


@dataclass(frozen=True)
class Price:
    """What a million tokens of one model cost.

    Attributes:
        input: of what it is sent and had not cached.
        output: of what it answers, reasoning included.
        cached: of what it is sent and had cached.

    """

    input: float
    output: float
    cached: float

    def of(self, usage: Usage) -> float:
        """Return the cost of a usage."""
        fresh = usage.input - usage.cached
        return (fresh * self.input + usage.cached * self.cached + usage.output * self.output) / _TOKENS


_FREE: Final = Price(0.0, 0.0, 0.0)


class Prices:
    """The prices that the user set.

    Args:
        lines: ``MODEL = INPUT OUTPUT [CACHED]``, the prices of a million tokens; without a third, cached tokens cost
            what the others do. The model is a name, with or without its endpoint's prefix, and may hold ``*``, ``?``
            and ``[…]`` as file names do. The first line that fits counts. Blank lines are passed over.

    Raises:
        ConfigurationError: a line is not of that form.

    """

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._prices = tuple(_price(line) for line in lines if line.strip())

    def __bool__(self) -> bool:
        """Return whether any price is set."""
        return bool(self._prices)

    def of(self, speaker: Speaker) -> Price | None:
        """Return the price of a speaker's model, ``None`` if it is not set; a built-in model costs nothing."""
        if is_offline(speaker):
            return _FREE
        names = (speaker.model, speaker.model_id)
        return next((price for model, price in self._prices if any(fnmatchcase(name, model) for name in names)), None)

    def needed(self, speaker: Speaker) -> Price:
        """Return the price of a speaker's model.

        Raises:
            ConfigurationError: it is not set; the message has the line that sets it.

        """
        price = self.of(speaker)
        if price is None:
            name = shorten(speaker.model, 80)
            msg = f"the model '{name}' has no price, so that nobody can tell what it may cost"
            fix = f"add its line to the pytest configuration:\n  harness_prices =\n      {name} = INPUT OUTPUT [CACHED]"
            facts = [("prices", "of a million tokens each, in the currency of the limit")]
            raise ConfigurationError(msg, facts=facts, fix=fix)
        return price


def _price(line: str) -> tuple[str, Price]:
    model, equals, rest = (part.strip() for part in line.rpartition("="))
    words = rest.split()
    if not equals or not model:
        raise _wrong(line, "it is not of the form MODEL = INPUT OUTPUT [CACHED]")
    if len(words) not in (2, 3) or not all(_NUMBER.fullmatch(word) for word in words):
        raise _wrong(line, "after the model two or three prices follow, such as 0.50")
    prices = [float(word) for word in words]
    return model, Price(prices[0], prices[1], prices[-1] if len(prices) > 2 else prices[0])


def _wrong(line: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        "a line of harness_prices cannot be read",
        facts=[("line", shorten(line, 120)), ("why", why), ("example", _EXAMPLE)],
        fix="correct the line in the pytest configuration",
    )
