"""A dialogue on the terminal while it runs: word by word, or as a line of progress."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.cli.terminal import HEAD, QUIET, SIDE, console
from dialogue_harness.scenario import pair
from dialogue_harness.secrets.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from dialogue_harness.dialogue import Dialogue, Message
    from dialogue_harness.errors import ModelError
    from dialogue_harness.models.protocol import Delta
    from dialogue_harness.scenario import Scenario, Side

#: What stands before the lines of a message after its first, so that none can pass for another speaker's.
_INDENT = "   "


class Watcher(Protocol):
    """Somebody who is shown what goes on."""

    @property
    def wants_pieces(self) -> bool:
        """Whether replies are shown while they are being made."""
        ...

    def begin(self, scenario: Scenario, said: int) -> None:
        """A dialogue is about to start, or to continue after ``said`` messages."""
        ...

    def piece(self, side: Side, delta: Delta) -> None:
        """A piece of a reply has arrived."""
        ...

    def message(self, message: Message) -> None:
        """A message is complete."""
        ...

    def setback(self, error: ModelError) -> None:
        """A model was asked in vain, and may be asked again."""
        ...

    def end(self, dialogue: Dialogue, took: Sequence[str]) -> None:
        """A dialogue has ended, or broken off; ``took`` says in a few words each what models took."""
        ...

    def note(self, text: str) -> None:
        """There is something more to know."""
        ...

    def ask_for_more(self) -> int:
        """Return how many more turns are wanted."""
        ...

    def close(self) -> None:
        """Nothing more is shown."""
        ...


def watcher() -> Watcher:
    """Return who watches: the dialogue is shown on the terminal itself; else the progress, where errors are told."""
    if sys.stdout.isatty():
        return LiveText(console(sys.stdout))
    return Progress(console(sys.stderr) if sys.stderr.isatty() else None)


class LiveText:
    """Shows what is said, piece by piece, in two colours, reasoning dimmed.

    Args:
        screen: a person's terminal.

    """

    wants_pieces = True

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._speaking: tuple[Side, bool] | None = None
        self._stream = Stream()

    def begin(self, scenario: Scenario, said: int) -> None:
        """Say who talks."""
        going_on = f", continuing after message {said}" if said else ""
        self._screen.print(f"{pair(scenario)}, {_turns(scenario.turns)}{going_on}\n", style=HEAD)

    def piece(self, side: Side, delta: Delta) -> None:
        """Show a piece of a reply."""
        if self._speaking != (side, delta.is_reasoning):
            self._end_line()
            self._screen.print(f"{side}: ", style=SIDE[side], end="")
            self._speaking = (side, delta.is_reasoning)
        self._show(self._stream.feed(delta.text))

    def message(self, message: Message) -> None:
        """End a message; one that was not streamed, such as the opener, is shown whole."""
        if self._speaking is None or self._speaking[1]:  # nothing but reasoning was streamed
            from dialogue_harness.models.protocol import Delta  # noqa: PLC0415 -- is loaded by now

            self.piece(message.speaker, Delta("(empty)" if message.is_empty else message.text))
        self._end_line()
        self._screen.print()

    def setback(self, error: ModelError) -> None:
        """Say that what was streamed so far is void."""
        self._end_line()
        self.note(f"({shorten(error.headline, 200)})")

    def end(self, dialogue: Dialogue, took: Sequence[str]) -> None:
        """Say how the dialogue ended, and what it took."""
        ended = [] if dialogue.ending is None else [f"{_turns(dialogue.turns)}, ended by {dialogue.ending.reason}"]
        if ended or took:
            self._end_line()
            self.note("; ".join([*ended, *took]))

    def note(self, text: str) -> None:
        """Show one line."""
        self._screen.print(neutralise(text), style=QUIET)

    def ask_for_more(self) -> int:
        """Ask a person for more turns; 0 where there is none to ask, or none is wanted."""
        while sys.stdin.isatty():
            try:
                answer = input("more turns? [0] ").strip() or "0"
            except EOFError:
                break
            if answer.isascii() and answer.isdecimal() and len(answer) < 7:
                return int(answer)
            self.note("a number of turns, or nothing to stop")
        return 0

    def close(self) -> None:
        """End the line that was being written, if the dialogue broke off in it."""
        self._end_line()

    def _show(self, text: str) -> None:
        if self._speaking is not None and text:
            side, is_reasoning = self._speaking
            text = neutralise(text, keep="\n").replace("\n", f"\n{_INDENT}")
            self._screen.print(text, style=QUIET if is_reasoning else SIDE[side], end="")

    def _end_line(self) -> None:
        if self._speaking is not None:
            self._show(self._stream.flush())
            self._screen.print()
            self._speaking = None


class Progress:
    """Says how far the dialogue is, in one line that is rewritten; silent where nobody watches.

    Args:
        screen: a person's terminal, or ``None``.

    """

    wants_pieces = False

    def __init__(self, screen: Console | None) -> None:
        self._screen = screen
        self._said = self._of = 0
        self._is_open = False

    def begin(self, scenario: Scenario, said: int) -> None:
        """Say who talks, and how often."""
        self._said, self._of = said, scenario.length
        self.note(
            f"{pair(scenario)}, {_turns(scenario.turns)}" + (f", continuing after message {said}" if said else "")
        )

    def piece(self, side: Side, delta: Delta) -> None:
        """Show nothing: the transcript is for whoever reads the pipe."""

    def message(self, message: Message) -> None:  # noqa: ARG002 -- it is only counted
        """Count a message."""
        self._said += 1
        if self._screen is not None and not self._screen.is_dumb_terminal:
            self._screen.file.write(f"\r{self._said} of {self._of} messages")
            self._screen.file.flush()
            self._is_open = True

    def setback(self, error: ModelError) -> None:
        """Say what went wrong."""
        self.note(f"({shorten(error.headline, 200)})")

    def end(self, dialogue: Dialogue, took: Sequence[str]) -> None:
        """Say how the dialogue ended, and what it took."""
        reason = dialogue.ending.reason if dialogue.ending else "an error"
        self.note("; ".join([f"{len(dialogue)} messages, ended by {reason}", *took]))

    def note(self, text: str) -> None:
        """Show one line, in place of the progress."""
        self.close()
        if self._screen is not None:
            self._screen.print(neutralise(text), style=QUIET)

    def ask_for_more(self) -> int:
        """Ask nobody."""
        return 0

    def close(self) -> None:
        """Clear the line of progress."""
        if self._is_open and self._screen is not None:
            self._screen.file.write("\r\x1b[K")
            self._screen.file.flush()
            self._is_open = False


def _turns(turns: int) -> str:
    return "1 turn" if turns == 1 else f"{turns} turns"
