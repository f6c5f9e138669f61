"""The LiteLLM proxy as a process of its own, for tests against a server that is not ours.

It lives in a virtual environment of its own, ``.venv-servers``, since it demands older versions of packages that the
harness uses. ``make test-servers`` makes that environment and names its executable in ``HARNESS_TEST_LITELLM``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from typing import TYPE_CHECKING, Any, Final, Self

from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

_NAMED: Final = "HARNESS_TEST_LITELLM"
_INSTALLED: Final = ROOT / ".venv-servers" / "bin" / "litellm"

#: Seconds until it must answer, several times what it takes on a machine that does nothing else.
_PATIENCE: Final = 180.0

#: An address where nobody listens: what would leave this machine fails at once.
_NOWHERE: Final = "http://127.0.0.1:9"


def reason_to_skip() -> str | None:
    """Return why the proxy cannot be started here, ``None`` where it can."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return "the LiteLLM proxy is started once, not once a worker; `make test-servers` runs these tests"
    if _NAMED not in os.environ and not _INSTALLED.exists():
        return "the LiteLLM proxy is not installed; `make test-servers` installs it and runs these tests"
    return None


class LiteLLM:
    """The proxy, from ``with`` to the end of the block.

    Args:
        folder: where its configuration and its log are kept.
        models: the parameters of each model that it serves, by name.

    Attributes:
        url: the base URL, as a client is given it.
        key: the key that it demands.

    """

    def __init__(self, folder: Path, models: Mapping[str, dict[str, Any]]) -> None:
        self.key = f"sk-{secrets.token_hex(16)}"
        self._folder = folder
        self._log = folder / "proxy.log"
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}/v1"
        self._process: subprocess.Popen[bytes]
        config = {
            "model_list": [{"model_name": name, "litellm_params": params} for name, params in models.items()],
            "general_settings": {"master_key": self.key},
            "litellm_settings": {"num_retries": 0},
            # Each failure is to reach the client, and none to keep the next request from the model.
            "router_settings": {
                "num_retries": 0,
                "disable_cooldowns": True,
                "optional_pre_call_checks": ["enforce_model_rate_limits"],
            },
        }
        (folder / "config.yaml").write_text(_yaml(config), encoding="utf-8")

    def __enter__(self) -> Self:
        """Start, and wait until it answers."""
        command = [os.environ.get(_NAMED) or str(_INSTALLED), "--config", "config.yaml"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self._port)],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that it can be ended together with what it starts
            )
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it and whatever it has started."""
        self._end()

    @property
    def log(self) -> str:
        """What it has written so far, the key left out."""
        return self._log.read_text(encoding="utf-8", errors="replace").replace(self.key, "[key]")

    def _environment(self) -> dict[str, str]:
        """Return an environment that holds nothing of ours, and in which nothing is fetched from elsewhere."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "PYTHONUTF8": "1",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
            "HTTP_PROXY": _NOWHERE,
            "HTTPS_PROXY": _NOWHERE,
            "NO_PROXY": "127.0.0.1",
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._is_ready():
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(timeout=0.1)
                msg = f"the LiteLLM proxy ended with exit code {code}:\n{self.log[-4000:]}"
                raise RuntimeError(msg)
            if time.monotonic() > deadline:
                msg = f"the LiteLLM proxy did not answer within {_PATIENCE:g} s:\n{self.log[-4000:]}"
                raise RuntimeError(msg)

    def _is_ready(self) -> bool:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"http://127.0.0.1:{self._port}/health/readiness", timeout=5) as response:
                return bool(json.load(response)["status"] == "healthy")
        except OSError:
            return False

    def _end(self) -> None:
        for how in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)


class Relay:
    """Stands between a client and a server, and cuts what the server sends into pieces of a few bytes.

    Args:
        url: the server's base URL.
        piece: bytes that are passed on at once, wherever characters and lines end.

    Attributes:
        url: the base URL, as the client is given it.
        passed: what the server has sent so far.

    """

    def __init__(self, url: str, piece: int) -> None:
        address, _, path = url.removeprefix("http://").partition("/")
        self._host, _, port = address.partition(":")
        self._port = int(port)
        self._path = path
        self._piece = piece
        self.passed = bytearray()
        self.url: str

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(self._host, self._port)
        try:
            await asyncio.gather(_copy(reader, to_server), self._cut(from_server, writer))
        except ConnectionError:
            pass  # one of the two has gone
        finally:
            writer.close()
            to_server.close()

    async def _cut(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while got := await reader.read(65536):
            self.passed += got
            for start in range(0, len(got), self._piece):
                writer.write(got[start : start + self._piece])
                await writer.drain()
                await asyncio.sleep(0)  # the client, in another thread, may read this piece before the next
        writer.close()

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{self._path}"
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        ready.set()
        await self._stopped.wait()
        server.close()


@contextlib.contextmanager
def relay(url: str, *, piece: int) -> Iterator[Relay]:
    """Run a :class:`Relay` in a thread of its own."""
    between, ready = Relay(url, piece), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(between._serve(ready)), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield between
    finally:
        between._loop.call_soon_threadsafe(between._stopped.set)
        thread.join()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while got := await reader.read(65536):
        writer.write(got)
        await writer.drain()
    writer.close()


def _yaml(value: object) -> str:
    """Return JSON that is YAML too, which wants a pair of surrogates as a character and a line separator escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
