"""`harness show`: read a dialogue on the terminal, the idle run marked in the margin."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.checks.loops.detector import find_termination_loop
from dialogue_harness.cli import OK
from dialogue_harness.cli.files import STANDARD, add_files, read_dialogue
from dialogue_harness.cli.scrubbed import without_secrets
from dialogue_harness.cli.terminal import HEAD, IDLE, QUIET, SIDE, console, paged
from dialogue_harness.dialogue import UNKNOWN
from dialogue_harness.errors import UsageError
from dialogue_harness.scenario import pair
from dialogue_harness.storage.format import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from dialogue_harness.checks import TerminationLoop
    from dialogue_harness.dialogue import Dialogue, Message

_DESCRIPTION: Final = """\
Read a recording or a transcript: paged and in colour on a terminal, plain text elsewhere.

Messages of a termination loop have a bar in the margin; below those that show it best stands why they are idle.
Control characters that a model wrote are spelt out.
"""

_EPILOG: Final = """\
examples:
  harness show fixtures/tea/eliza_vs_eliza/1.jsonl
  harness show dialogue.txt --messages 14-20,100-      # two excerpts
  harness show dialogue.txt --reasoning                # with what the models thought before they spoke
  harness show dialogue.txt --no-pager | grep -n tea

environment: PAGER names the pager (default: less, else more), NO_COLOR does without colours, FORCE_COLOR keeps them

exit codes: 0 shown, 2 misuse or broken input
"""

#: One excerpt: its first and last message, both included; no last message stands for the end.
_Span = tuple[int, int | None]

_SPAN: Final = re.compile(r"(\d{1,9})|(\d{0,9})-(\d{0,9})", re.ASCII)
_BAR: Final = "┃"

#: Columns before a message's text: the bar, its number, its speaker.
_MARGIN: Final = 9

#: Lines on a terminal are wrapped at its width, but no wider than one reads with ease; and wrapped in pieces of a
#: bounded size, so that megabytes on one line are shown as they are asked for.
_WIDEST: Final = 110
_PIECE: Final = 4000


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    add_files(parser, several=False)
    parser.add_argument(
        "--messages", type=_spans, metavar="N-M", default=[(1, None)], help="only these: 14, 14-20, 14-, -20, 1-3,14-"
    )
    parser.add_argument("--reasoning", action="store_true", help="show what the models thought before they spoke")
    parser.add_argument("--no-pager", action="store_true", help="write everything at once, also on a terminal")


def run(options: argparse.Namespace) -> int:
    """Show the file that the command line names."""
    dialogue = without_secrets(read_dialogue(options.file))
    chosen = _chosen(dialogue, options.messages)
    loop = find_termination_loop(dialogue)
    with paged(wanted=not options.no_pager) as stream:
        page = _Page(console(stream, shown_on=sys.stdout), loop, reasoning=options.reasoning)
        page.show(dialogue, chosen, title=_title(dialogue, options.file))
    return OK


class _Page:
    """A dialogue as it is read.

    Args:
        screen: where it is shown.
        loop: the termination loop that it ends in, if it does.
        reasoning: whether what the models thought is shown.

    """

    def __init__(self, screen: Console, loop: TerminationLoop | None, *, reasoning: bool) -> None:
        self._screen = screen
        self._loop = loop
        self._reasoning = reasoning
        self._why = {e.message: e.why for e in loop.evidence} if loop else {}
        # A terminal's lines are its own affair elsewhere: in a pipe, a line of a message is a line.
        self._width = min(screen.width, _WIDEST) - _MARGIN if sys.stdout.isatty() else None

    def show(self, dialogue: Dialogue, chosen: list[Message], *, title: str) -> None:
        """Show the chosen messages of a dialogue."""
        self._head(dialogue, title)
        before = 0
        for message in chosen:
            if before and message.number > before + 1:
                self._print(f"{'…':>5}\n", QUIET)
            before = message.number
            self._message(message)
        if dialogue.ending is not None:
            by = f" of {dialogue.ending.by}" if dialogue.ending.by else ""
            self._print(f"ended by {dialogue.ending.reason}{by}", QUIET)

    def _head(self, dialogue: Dialogue, title: str) -> None:
        scenario = dialogue.scenario
        count = "1 message" if len(dialogue) == 1 else f"{len(dialogue)} messages"
        self._print(f"{title}: {pair(scenario)}, {count}", HEAD)
        for side, system in (("A", scenario.a.system), ("B", scenario.b.system)):
            if system and not (side == "B" and system == scenario.a.system):
                who = "both" if scenario.a.system == scenario.b.system else side
                self._print(f"system prompt of {who}: {neutralise(system, keep=chr(10))}", QUIET)
        if self._loop is not None:
            self._print(f"{_BAR} {neutralise(str(self._loop))}", IDLE)
        self._print("")

    def _message(self, message: Message) -> None:
        bar = _BAR if self._loop is not None and message.number >= self._loop.onset else " "
        if self._reasoning and message.reasoning:
            self._body(bar, "think", message.reasoning, label_style=QUIET, style=QUIET)
        label = f"{message.number:>4} {message.speaker}"
        self._body(bar, label, message.text, label_style=SIDE[message.speaker], style=QUIET if message.is_empty else "")
        if why := self._why.get(message.number):
            self._body(bar, "", f"· {why}", label_style=QUIET, style=QUIET)
        self._print(bar.strip(), IDLE)

    def _body(self, bar: str, label: str, text: str, *, label_style: str, style: str) -> None:
        for line in self._lines(text):
            self._print(bar if line else bar.strip(), IDLE if bar.strip() else "", end="")
            self._print(f"{label:<6}  " if line else "", label_style, end="")
            self._print(line, style)
            label = ""

    def _lines(self, text: str) -> Iterator[str]:
        if not text.strip():
            yield "(empty)"
            return
        for line in text.strip("\n").split("\n"):
            yield from self._wrapped(line)

    def _wrapped(self, line: str) -> Iterator[str]:
        """Yield a line as the lines that fit the terminal, by the columns that its characters take."""
        if self._width is None or (line.isascii() and len(line) <= self._width):
            yield neutralise(line)
            return
        from rich.text import Text  # noqa: PLC0415 -- is loaded by now

        for start in range(0, len(line) or 1, _PIECE):
            piece = Text(neutralise(line[start : start + _PIECE]))
            yield from (part.plain.rstrip() for part in piece.wrap(self._screen, max(self._width, 20)))

    def _print(self, text: str, style: str = "", *, end: str = "\n") -> None:
        if self._screen.color_system is None:
            self._screen.file.write(text + end)  # a hundred times as fast, which megabytes in a pipe are worth
        else:
            self._screen.print(text, style=style or None, end=end)


def _title(dialogue: Dialogue, path: Path) -> str:
    """Return what the dialogue is called: its scenario and sample, or the file where it does not tell."""
    if dialogue.scenario.name == UNKNOWN:
        return "standard input" if path == STANDARD else shown(path)
    return f"{shorten(dialogue.scenario.name, 80)}, sample {dialogue.sample}"


def _chosen(dialogue: Dialogue, spans: list[_Span]) -> list[Message]:
    chosen = [m for m in dialogue if any(a <= m.number and (z is None or m.number <= z) for a, z in spans)]
    if not chosen and len(dialogue):
        msg = f"no such message: they are numbered from {dialogue.messages[0].number} to {dialogue.messages[-1].number}"
        raise UsageError(msg, fix=f"such as --messages {max(1, len(dialogue) - 5)}-")
    return chosen


def _spans(argument: str) -> list[_Span]:
    return [_span(part.strip(), argument) for part in argument.split(",")]


def _span(part: str, argument: str) -> _Span:
    match = _SPAN.fullmatch(part)
    if match and (match[1] or match[2] or match[3]):
        first = int(match[1] or match[2] or 1)
        last = first if match[1] else int(match[3]) if match[3] else None
        if first >= 1 and (last is None or last >= first):
            return first, last
    msg = f"{argument!r} is no range of messages; write 14, 14-20, 14-, -20, or several with commas between"
    raise argparse.ArgumentTypeError(msg)
