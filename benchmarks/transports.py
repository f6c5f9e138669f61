"""Is there a kept library that makes our own HTTP transport unnecessary? Compare the transports under ``openai``.

Run it from the project's folder, on a quiet machine, with the other libraries installed::

    pip install pyreqwest "openai[aiohttp]"
    python benchmarks/transports.py            # about three minutes
    python benchmarks/transports.py --quick    # one round: good for CPU time only

Each transport runs the same dialogues, recorded, against the loopback server in a process of its own, in alternating
rounds; figures are medians. CPU is that of the client's process, all threads and the kernel included, per call, and is
compared with the everyday ``chat.completions.create``. The ideal is the server's latency times the number of calls in
one dialogue. A library that stays within 1.25 of the ideal, and within a tenth of the everyday CPU, can replace
`models/openai/transport.py`, unless something else speaks against it.

Found on a busy machine with two cores, openai 3.57, one round: ours 1/16 of the everyday CPU and 1.11 of the ideal,
pyreqwest 0.15 1/13 and 1.17, ``openai[aiohttp]`` 1/12 and 1.44, the default 1/8 and 1.63. Against pyreqwest speaks that
it registers a pytest plugin: as a dependency, it would load an HTTP client, some 280 modules, at the start of every
pytest run of every project that has us installed, replays included.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tabulate import tabulate

from dialogue_harness.engine.loop import converse
from dialogue_harness.models.openai import clients
from dialogue_harness.models.openai.library import http_library
from dialogue_harness.testing import protocol_server_process
from live_measures import SPEAKER, Figures, medians, opening, plain, record, scenario, spent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

LATENCY: Final = 0.05

MOST_WALL: Final = 1.25
MOST_CPU: Final = 1 / 10


def use_pyreqwest() -> None:  # noqa: C901 -- two classes whose bases are only known at run time
    """Send requests with ``pyreqwest``, a Rust client, by an adapter to the transport that ``openai`` takes."""
    exceptions: Any = importlib.import_module("pyreqwest.exceptions")
    builder: Any = importlib.import_module("pyreqwest.client").ClientBuilder
    http = http_library()
    base_stream: Any = http.AsyncByteStream
    base_transport: Any = http.AsyncBaseTransport
    failures = {
        exceptions.ConnectTimeoutError: http.ConnectTimeout,
        exceptions.ConnectError: http.ConnectError,
        exceptions.RequestTimeoutError: http.ReadTimeout,
        exceptions.PyreqwestError: http.ReadError,
    }

    def failure(error: Exception) -> Exception:
        kind = next(ours for its, ours in failures.items() if isinstance(error, its))
        raised: Exception = kind(str(error))
        return raised

    class Stream(base_stream):  # type: ignore[misc]  # the library is only known at run time
        def __init__(self, context: Any, response: Any) -> None:  # noqa: ANN401 -- of the library
            self.context, self.response = context, response

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                while (piece := await self.response.body_reader.read()) is not None:
                    yield bytes(piece)
            except exceptions.PyreqwestError as error:
                raise failure(error) from error

        async def aclose(self) -> None:
            await self.context.__aexit__(None, None, None)

    class Transport(base_transport):  # type: ignore[misc]  # as above
        def __init__(self) -> None:
            self.client = builder().max_connections(clients.CONNECTIONS).http1_only().build()

        async def handle_async_request(self, request: Any) -> Any:  # noqa: ANN401 -- of the library
            asked = self.client.request(request.method, str(request.url)).headers(request.headers.multi_items())
            asked = asked.body_bytes(request.content)
            if read := request.extensions.get("timeout", {}).get("read"):
                asked = asked.timeout(timedelta(seconds=read))
            try:
                if b'"stream":true' not in request.content:
                    response = await asked.build().send()
                    content = bytes(await response.bytes())
                    return http.Response(response.status, headers=list(response.headers.items()), content=content)
                context = asked.build_streamed()
                response = await context.__aenter__()
            except exceptions.PyreqwestError as error:
                raise failure(error) from error
            stream = Stream(context, response)
            return http.Response(response.status, headers=list(response.headers.items()), stream=stream)

        async def aclose(self) -> None:
            await self.client.close()

    clients._transport = lambda: {"transport": Transport()}  # noqa: SLF001 -- the seam that is measured


def use_aiohttp() -> None:
    """Send requests with ``openai[aiohttp]``."""
    importlib.import_module("aiohttp")  # an ImportError says that the extra is not installed
    package: Any = importlib.import_module("openai")
    package.DefaultAsyncHttpxClient = package.DefaultAioHttpClient
    use_default()


def use_default() -> None:
    """Send requests as the ``openai`` package does by default."""
    limits = http_library().Limits(max_connections=clients.CONNECTIONS)
    clients._transport = lambda: {"limits": limits}  # noqa: SLF001 -- the seam that is measured


TRANSPORTS: Final[dict[str, Callable[[], None]]] = {
    "ours": lambda: None,
    "pyreqwest": use_pyreqwest,
    "openai[aiohttp]": use_aiohttp,
    "openai's default": use_default,
}


async def streamed(url: str, dialogues: int, turns: int) -> None:
    """Run dialogues whose replies are streamed, without recording them."""
    model = opening(url)(SPEAKER)
    models = [
        converse(scenario(turns), {"A": model, "B": model}, sample=n + 1, on_piece=lambda *_: None)
        for n in range(dialogues)
    ]
    await asyncio.gather(*models)
    await model.aclose()


def measure(name: str, url: str, dialogues: int, turns: int) -> Figures:
    """Return milliseconds of CPU per call, whole and streamed, and the wall time, of one transport or ``everyday``."""
    calls = dialogues * turns * 2
    if name == "everyday":
        asyncio.run(plain(url, 1, 1))
        return {"cpu": 1e3 * spent(lambda: asyncio.run(plain(url, dialogues, turns)))["cpu"] / calls}
    TRANSPORTS[name]()
    record(url, 1, 1)
    asyncio.run(streamed(url, 1, 1))
    whole = spent(lambda: record(url, dialogues, turns))
    pieces = spent(lambda: asyncio.run(streamed(url, dialogues, max(turns // 5, 1))))
    streamed_calls = dialogues * max(turns // 5, 1) * 2
    return {
        "cpu": 1e3 * whole["cpu"] / calls,
        "streamed": 1e3 * pieces["cpu"] / streamed_calls,
        "wall": whole["wall"] / (turns * 2 * LATENCY),
    }


def measured(name: str, dialogues: int, turns: int) -> Figures | None:
    """Measure in a process of its own, against a server of its own; ``None`` if the library is not installed."""
    with protocol_server_process("--latency", str(LATENCY)) as url:
        command = [sys.executable, __file__, "--measure", name, url, str(dialogues), str(turns)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 -- this very file
    figures: Figures | None = json.loads(done.stdout)
    return figures


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one round")
    parser.add_argument("--measure", nargs=4, metavar=("NAME", "URL", "N", "M"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        name, url, dialogues, turns = options.measure
        try:
            print(json.dumps(measure(name, url, int(dialogues), int(turns))))
        except ImportError:
            print("null")
        return
    dialogues, turns, rounds = (32, 50, 1) if options.quick else (32, 50, 3)
    found: dict[str, list[Figures]] = {name: [] for name in ("everyday", *TRANSPORTS)}
    for _ in range(rounds):
        for name, figures in found.items():
            one = measured(name, 2 if name == "everyday" else dialogues, turns)
            if one is not None:
                figures.append(one)
    everyday = medians(found.pop("everyday"))["cpu"]
    table: list[tuple[str, ...]] = []
    for name, figures in found.items():
        if not figures:
            table.append((name, "not installed"))
            continue
        one = medians(figures)
        meets = one["cpu"] <= MOST_CPU * everyday and one["wall"] <= MOST_WALL
        share = f"1/{everyday / one['cpu']:.1f}"
        row = (f"{one['cpu']:.2f} ms", share, f"{one['streamed']:.2f} ms", f"{one['wall']:.2f} x")
        table.append((name, *row, "yes" if meets else "no"))
    print(
        f"{dialogues} dialogues of {turns} turns at {1e3 * LATENCY:.0f} ms; the everyday call: {everyday:.1f} ms of CPU"
    )
    print(tabulate(table, ["transport", "CPU per call", "of everyday", "CPU streamed", "wall to ideal", "within both"]))


if __name__ == "__main__":
    main()
