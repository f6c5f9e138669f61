"""Serve chat completions on the loopback interface until killed."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading

from dialogue_harness.testing.server import ProtocolServer

_EXAMPLE = """example:
  $ python -m dialogue_harness.testing --port 8000 --latency 0.05
  http://127.0.0.1:8000/v1
  $ export OPENAI_BASE_URL=http://127.0.0.1:8000/v1 OPENAI_API_KEY=none   # in another terminal
  $ harness talk --model any-name --turns 3

Every model name is served. What it says depends on the messages alone: the same dialogue in every run.
"""


def main(arguments: list[str] | None = None) -> None:
    """Print the server's URL, and serve."""
    parser = argparse.ArgumentParser(
        prog="python -m dialogue_harness.testing",
        description=f"{__doc__} It speaks the OpenAI protocol, streaming included, and prints its URL.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="the port to serve on (default: 0, any free one)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds from a request to its reply (default: 0)")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="answer 400 unless user and assistant alternate, as Gemma's and Mistral's chat templates demand",
    )
    options = parser.parse_args(arguments)
    with ProtocolServer(port=options.port, latency=options.latency, strict=options.strict) as server:
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
