"""A server whose every reply takes 100 tokens, and a talk with it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dialogue_harness.testing.server import ProtocolServer, say

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What one reply takes: 0.14 by the prices below.
USAGE = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}

#: A line for the pytest configuration.
PRICES = "harness_prices =\n    some/* = 1000 5000\n"


@contextmanager
def counting_server() -> Iterator[ProtocolServer]:
    """Return a server that counts."""
    with ProtocolServer(answer=lambda request, _: {"content": say(request), "usage": USAGE}) as running:
        yield running


def talk_with(server: ProtocolServer, *more: str, turns: int = 3) -> list[str]:
    """Return a command line that asks for 6 replies, or so many turns twice."""
    return ["talk", "--model", "some/model", "--base-url", server.url, "--turns", str(turns), *more]


def samples_with(server: ProtocolServer, *more: str, samples: int = 2) -> list[str]:
    """Return a command line that holds samples one after the other in the folder ``runs``."""
    kept = ["--samples", str(samples), "--seed", "1", "--output", "runs", "--max-concurrency", "1"]
    return talk_with(server, *kept, *more)
