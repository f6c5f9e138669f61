"""The `harness` command: what is not a test. One file per verb."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from dialogue_harness._text.printable import neutralise
from dialogue_harness._text.validation import nearest
from dialogue_harness.errors import HarnessError, UsageError
from dialogue_harness.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Exit codes that scripts can trust.
OK, FAILED, BROKEN, STOPPED = 0, 1, 2, 130

#: Each verb, the module that it lives in (`import` is a keyword of Python), and what it does. A module is imported
#: only where its verb is used, so that the others cost nothing.
VERBS: Final = {
    "talk": ("talk", "run a dialogue here and now"),
    "show": ("show", "read a dialogue, with its termination loop marked in the margin"),
    "check": ("check", "check loops, topic and form of recordings or transcripts"),
    "mutate": ("mutate", "damage recorded dialogues in known ways: do your specs notice?"),
    "import": ("import_", "make recordings from transcripts"),
    "export": ("export", "write a recording as a transcript, JSON or Markdown"),
}

_DESCRIPTION: Final = """\
Run, read and check dialogues between two language models.

Specs, the tests that record and replay dialogues, are run by pytest: see `pytest --help`, section "harness".
"""

_EPILOG: Final = """\
examples:
  harness talk --model builtin:eliza --turns 20 --output new.txt         # run a dialogue here and now
  harness show dialogue.txt                                              # read it
  harness check dialogue.txt                                             # is anything wrong with it?
  harness import dialogue.txt --to fixtures --scenario demo              # make a recording from it, for specs

`harness VERB --help` describes one of them.

exit codes: 0 all is well, 1 a check failed, 2 misuse or broken input, 130 stopped from the keyboard
"""


#: What argparse says of a value that is none of those there are: the value, and those.
_CHOICE: Final = re.compile(r"invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1, 2 or 130.

    Args:
        arguments: what follows the command's name; by default those of the process.

    """
    _prepare_streams()
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
        _flush()
    except HarnessError as error:
        return complain(error)
    except BrokenPipeError:  # of a verb that has nothing more to tell than what nobody reads
        _hang_up()
        return OK
    except OSError as error:
        code = complain(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or error)
        try:
            sys.stdout.flush()
        except OSError:  # such as a full disk: Python would fail once more at exit, with a code of its own
            _hang_up()
        return code
    except KeyboardInterrupt:
        return STOPPED
    return code


def complain(what: object) -> int:
    """Report what is wrong, safe to print, and return the exit code of misuse and broken input."""
    if isinstance(what, HarnessError):
        from dialogue_harness.report.restore import restoring  # noqa: PLC0415 -- only errors need it

        what.fix = restoring(what)
    warn(what)
    return BROKEN


def warn(what: object) -> None:
    """Tell the person something on standard error, safe to print and without secrets."""
    sys.stderr.write(f"harness: {neutralise(scrub(str(what)), keep=chr(10))}\n")


def _run(arguments: list[str]) -> int:
    # Ahead of the verb stand only options that take no value.
    verb = next((argument for argument in arguments if not argument.startswith("-")), None)
    try:
        options = _parser(verb).parse_args(arguments)
    except SystemExit as stop:  # argparse has printed the help, or said what is wrong
        return stop.code if isinstance(stop.code, int) else OK
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong as everything else here does: what, the nearest right thing, and where to read more."""

    #: That of the verb, which knows the options that there are; the command's own complains of those there are not.
    of_verb: argparse.ArgumentParser | None = None

    def error(self, message: str) -> NoReturn:
        """Raise an error in place of argparse's own, which is the usage of everything."""
        told, _, rest = message.partition(": ")
        if told == "unrecognized arguments" and self.of_verb is not None:
            self.of_verb.error(message)
        word, known = rest.split(" ")[0], list(self._option_string_actions)
        if choice := _CHOICE.search(message):
            word, known = choice[1], [one.strip("' ") for one in choice[2].split(",")]
        near = nearest(word.partition("=")[0], known)
        facts = [("nearest", near)] if near else []
        raise UsageError(message, facts=facts, fix=f"see `{self.prog} --help`")


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """Return the parser of the command, and in it that of the chosen verb; of the others only what they are for."""
    from dialogue_harness import __version__  # noqa: PLC0415 -- the package, which knows its own version

    parser = _Parser(
        prog=name if (name := Path(sys.argv[0]).stem) in {"harness", "dialogue-harness"} else "harness",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"dialogue-harness {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb, (module, summary) in VERBS.items():
        of_verb = verbs.add_parser(
            verb, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
        )
        if verb == chosen:
            home = importlib.import_module(f"dialogue_harness.cli.{module}")
            home.fill(of_verb)
            of_verb.set_defaults(run=home.run)
            parser.of_verb = of_verb
    return parser


def _prepare_streams() -> None:
    """Have characters that an output's encoding lacks spelt out, and something in place of streams that are closed."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 -- open till the end
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # no file of text, or a closed one
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # what has no such method is suppressed


def _flush() -> None:
    """Print what is not yet printed; if its reader has gone, as `head` does, the exit code is what it is."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _hang_up()


def _hang_up() -> None:
    from dialogue_harness.cli.terminal import hang_up  # noqa: PLC0415 -- which few calls come to

    hang_up()
