"""The ``openai`` package's clients, which are what holds the connections to a server."""

from __future__ import annotations

import asyncio
import functools
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.request import getproxies
from weakref import WeakKeyDictionary

from dialogue_harness.models.openai.library import http_library

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from openai import AsyncOpenAI

#: How many calls to one server are in flight at most, each on a connection of its own; further ones wait.
CONNECTIONS: Final = 1000


class Clients:
    """The client of one server in one event loop, which all models of that server share.

    Args:
        key: what authenticates the requests.
        base_url: where the server is.
        timeout: seconds until a whole reply must be there.
        connect_timeout: seconds until a connection must be there.

    """

    def __init__(self, key: str, base_url: str, timeout: float, connect_timeout: float) -> None:
        import openai  # noqa: PLC0415 -- half a second that only live runs may pay

        self.users = 0
        self._free = asyncio.Semaphore(CONNECTIONS)
        seconds = openai.Timeout(timeout, connect=connect_timeout)
        self._client = openai.AsyncOpenAI(
            api_key=key,
            base_url=base_url,
            timeout=seconds,
            max_retries=0,  # the turn loop asks again, and counts
            http_client=openai.DefaultAsyncHttpxClient(timeout=seconds, **_transport()),
        )

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncOpenAI]:
        """Give the client for one call, as soon as there may be another."""
        async with self._free:
            yield self._client

    async def aclose(self) -> None:
        """Close all connections, unless another model uses them."""
        self.users -= 1
        if not self.users:
            shared = _SHARED[asyncio.get_running_loop()]
            for known in [known for known, clients in shared.items() if clients is self]:
                del shared[known]
            await self._client.close()


_SHARED: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str, float, float], Clients]]
_SHARED = WeakKeyDictionary()


def shared(key: str, base_url: str, timeout: float, connect_timeout: float) -> Clients:
    """Return the clients of a server in the running event loop: a connection cannot be shared between loops.

    Each call is to be followed by one of :meth:`Clients.aclose`. The arguments are those of :class:`Clients`.
    """
    known = _SHARED.setdefault(asyncio.get_running_loop(), {})
    which = (key, base_url, timeout, connect_timeout)
    if which not in known:
        known[which] = Clients(*which)
    known[which].users += 1
    return known[which]


def _transport() -> dict[str, Any]:
    """Return what the HTTP client is to send requests by: behind a proxy, what it brings along."""
    if {"http", "https", "all"} & getproxies().keys():
        return {"verify": _tls(), "limits": http_library().Limits(max_connections=CONNECTIONS)}
    from dialogue_harness.models.openai.transport import Transport  # noqa: PLC0415 -- it loads the HTTP library

    return {"transport": Transport(_tls())}


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return what all connections are secured by: reading the certificates takes longer than all else in a client."""
    context: ssl.SSLContext = http_library().create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])  # some servers would otherwise not know
    return context
