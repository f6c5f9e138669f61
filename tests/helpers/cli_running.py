"""Running the command line in this process: plainly, and as if on a person's terminal; dialogues to run it on."""

from __future__ import annotations

import os
import pty
import sys
import termios
import threading
import tty
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING

from dialogue_harness.cli import main
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.formats.source import encode
from dialogue_harness.formats.transcript import write_transcript
from dialogue_harness.scenario import Scenario, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pytest

#: What a pair has to say of tea, each message with something new in it.
TEA = (
    "Hello.",
    "Hello. Shall we talk about how green tea is harvested in Japan?",
    "Gladly. The first leaves are plucked in late April, when the shoots are still tender and sweet.",
    "And why are some gardens covered with straw or black cloth for weeks before the harvest?",
    "Shade slows photosynthesis, so the leaf keeps its theanine and tastes of broth rather than of grass.",
    "Then the pickers steam it within hours, I suppose, so that the enzymes cannot brown the leaf?",
    "Yes, half a minute of steam is enough; pan firing, the Chinese way, gives a nuttier cup instead.",
)

#: A pair that cannot stop: eight turns of courtesies after the last word on tea.
_FAREWELL = ("Goodbye.", "Goodbye, and thank you.", "Thank you. Farewell.", "Farewell.")
ENDLESS = (*TEA, *(_FAREWELL * 4))


def dialogue(*texts: str, model: str = "acme/talker", system: str | None = None) -> Dialogue:
    """Return a dialogue of these texts between a model and itself."""
    speaker = Speaker(model, system=system)
    turns = len(texts) // 2
    return Dialogue.from_texts(
        texts, scenario=Scenario("unknown", a=speaker, b=speaker, opener=texts[0], turns=max(turns, 0))
    )


def transcript(path: Path, *texts: str, model: str = "acme/talker", system: str | None = None) -> str:
    """Write these texts as a transcript, and return its path as it is typed."""
    path.write_bytes(encode(write_transcript(dialogue(*(texts or TEA), model=model, system=system))))
    return str(path)


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Terminal:
    """A pseudo-terminal that takes the place of standard input and output; what is typed is not echoed.

    Attributes:
        shown: what was written to it, once it is closed.

    """

    def __init__(self, typed: str = "") -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        settings = termios.tcgetattr(self._slave)
        settings[3] |= termios.ICANON  # lines and the end of input work, and nothing else is changed
        termios.tcsetattr(self._slave, termios.TCSANOW, settings)
        os.write(self._master, typed.encode())
        self.output = os.fdopen(os.dup(self._slave), "w", encoding="utf-8", errors="backslashreplace")
        self.input = os.fdopen(os.dup(self._slave), encoding="utf-8")
        self._pieces: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.shown = ""

    def close(self) -> None:
        """Close it, and know what was shown."""
        for stream in (self.output, self.input):
            stream.close()
        os.close(self._slave)
        self._reader.join()
        os.close(self._master)
        self.shown = b"".join(self._pieces).decode()

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._master, 65536)
            except OSError:  # nobody holds the other end any more
                return
            if not piece:
                return
            self._pieces.append(piece)


@contextmanager
def on_terminal(
    monkeypatch: pytest.MonkeyPatch,
    typed: str = "",
    *,
    streams: tuple[str, ...] = ("stdin", "stdout", "stderr"),
    environment: Mapping[str, str] = _NOTHING,
) -> Iterator[Terminal]:
    """Put a terminal in the place of standard streams while the ``with`` block runs."""
    terminal = Terminal(typed)
    with monkeypatch.context() as patch:
        for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "PAGER", "LESS"):
            patch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm", "COLUMNS": "80", **environment}.items():
            patch.setenv(name, value)
        for name in streams:
            patch.setattr(sys, name, terminal.input if name == "stdin" else terminal.output)
        try:
            yield terminal
        finally:
            terminal.close()


def shown_on_terminal(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "", **environment: str) -> str:
    """Return what a command line shows on a terminal, and make sure that it is not misuse."""
    with on_terminal(monkeypatch, typed, environment=environment) as terminal:
        assert main(list(arguments)) in {0, 1}
    return terminal.shown
