"""The ``openai`` package's clients, which are what holds the connections to a server."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from types import ModuleType

    from openai import AsyncOpenAI

#: How many calls one model has in flight at most, each on a connection of its own; further ones wait.
CONNECTIONS: Final = 1000

#: How many of them one client serves. On each request its pool looks at all of its connections: with a thousand in one
#: pool that is five times the CPU of the rest of the call, with this many next to nothing.
_SHARE: Final = 16


class Clients:
    """The clients that serve one model in one event loop: as many as its calls in flight need.

    Args:
        key: what authenticates the requests.
        base_url: where the server is.
        timeout: seconds until a whole reply must be there.
        connect_timeout: seconds until a connection must be there.

    """

    def __init__(self, key: str, base_url: str, *, timeout: float, connect_timeout: float) -> None:
        import openai  # noqa: PLC0415 -- half a second that only live runs may pay

        self._key = key
        self._base_url = base_url
        self._timeout = openai.Timeout(timeout, connect=connect_timeout)
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._clients: list[AsyncOpenAI] = []
        self._in_flight: Counter[AsyncOpenAI] = Counter()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncOpenAI]:
        """Give a client for one call, as soon as there may be another."""
        async with self._free:
            client = next((c for c in self._clients if self._in_flight[c] < _SHARE), None) or self._open()
            self._in_flight[client] += 1
            try:
                yield client
            finally:
                self._in_flight[client] -= 1

    async def aclose(self) -> None:
        """Close all connections."""
        for client in self._clients:
            await client.close()

    def _open(self) -> AsyncOpenAI:
        import openai  # noqa: PLC0415 -- half a second that only live runs may pay

        client = openai.AsyncOpenAI(
            api_key=self._key,
            base_url=self._base_url,
            timeout=self._timeout,
            max_retries=0,  # the turn loop asks again, and counts
            http_client=openai.DefaultAsyncHttpxClient(timeout=self._timeout, verify=_tls()),
        )
        self._clients.append(client)
        return client


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return what all connections are secured by: reading the certificates takes longer than all else in a client."""
    context: ssl.SSLContext = http_library().create_ssl_context()
    return context


def http_library() -> ModuleType:
    """Return the HTTP library under the package: ``httpx``, and since version 3 of the package ``httpx2``."""
    import openai  # noqa: PLC0415 -- half a second that only live runs may pay

    return sys.modules[type(openai.DEFAULT_CONNECTION_LIMITS).__module__.partition(".")[0]]


def request_failures(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return the exceptions by which the package, and the HTTP library under it, say that a request failed."""
    import openai  # noqa: PLC0415 -- half a second that only live runs may pay

    return openai.APIError, http_library().RequestError, *more
