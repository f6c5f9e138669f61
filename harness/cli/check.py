"""`harness check`: loops, topic and form of any recording or transcript."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness import checks
from harness.cli import BROKEN, FAILED, OK, complain
from harness.cli.files import STANDARD, add_files, read_dialogue
from harness.cli.scrubbed import without_secrets
from harness.cli.terminal import BAD, GOOD, HEAD, QUIET, console, heard
from harness.errors import CheckError, HarnessError
from harness.recording_format import shown
from harness.report.failure import explain, pair
from harness.report.run import verdict_record

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from harness.checks import TerminationLoop
    from harness.checks.verdict import Verdict
    from harness.dialogue import Dialogue

_DESCRIPTION: Final = """\
Check recordings or transcripts: does the pair know when it is done, does it stay on topic, is no message empty, does
each stay in its role? And where you say what form the messages are to have: do they have it?

Of several files, one that passes has a line; of the others it is told what failed, and which messages prove it.
"""

_EPILOG: Final = """\
examples:
  harness check dialogue.txt                                  # loops, topic, empty messages, roles
  harness check fixtures/*/*/*.jsonl --past 5                 # allow five idle turns
  harness check dialogue.txt --topic "tea and its harvest"    # against a topic that you name
  harness check review.txt --by B --schema review.json        # B answers in JSON of that shape
  harness check dialogue.txt --json | jq .loop.onset          # one JSON object a line, one line a file

exit codes: 0 every check passed, 1 one failed, 2 misuse or broken input (the other files are checked all the same)
"""

#: How many messages before a loop are worth reading to see that it is one.
_LEAD_IN: Final = 2


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    add_files(parser, several=True)
    parser.add_argument("--past", type=int, default=3, metavar="N", help="idle turns that are allowed (default: 3)")
    parser.add_argument("--topic", metavar="TEXT", help="default: the topic that the pair settles on itself")
    form = parser.add_argument_group("form", "what each message has to look like")
    form.add_argument("--schema", type=Path, metavar="FILE", help="a JSON Schema that it conforms to")
    form.add_argument("--pattern", metavar="REGEX", help="a regular expression that is found in it")
    form.add_argument("--max-words", type=int, metavar="N", help="the most words it has")
    form.add_argument("--by", choices=("A", "B"), help="only the messages of one speaker")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, one line a file")


def run(options: argparse.Namespace) -> int:
    """Check the files that the command line names; one that cannot be read keeps no other from being checked."""
    asked = _asked(options)
    for checked in asked:
        checked(())  # options that make no sense are told before anything is read
    screen = None if options.json else console(sys.stdout)
    several = len(options.files) > 1
    outcomes: list[int] = []
    failed: Counter[str] = Counter()
    for path in options.files:
        outcome, names = _check(path, asked, screen, several=several)
        outcomes.append(outcome)
        failed.update(names)
    if screen is not None and several:
        with heard():
            _sum_up(screen, outcomes, failed)
    return max(outcomes)


def _asked(options: argparse.Namespace) -> list[Callable[..., Verdict]]:
    """Return the checks that are asked for, their options in place."""
    asked: list[Callable[..., Verdict]] = [
        lambda what: checks.no_termination_loop(what, past=options.past),
        lambda what: checks.stays_on_topic(what, options.topic),
        checks.no_empty_messages,
        checks.stays_in_role,
    ]
    form = {"pattern": options.pattern, "max_words": options.max_words, "schema": _schema(options.schema)}
    form = {name: value for name, value in form.items() if value is not None}
    if form:
        asked.append(lambda what: checks.conforms(what, by=options.by, **form))
    elif options.by:
        msg = "--by chooses whose form is checked, but no form is asked for"
        raise CheckError(msg, fix="add --schema FILE, --pattern REGEX or --max-words N")
    return asked


def _schema(path: Path | None) -> Any:  # noqa: ANN401 -- any JSON value
    if path is None:
        return None
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        msg = f"--schema {shown(path)} is not JSON"
        raise CheckError(msg, facts=[("why", str(error))]) from None


def _check(
    path: Path, asked: Sequence[Callable[..., Verdict]], screen: Console | None, *, several: bool
) -> tuple[int, list[str]]:
    """Check one file and tell of it; return its exit code, and the names of the checks that failed."""
    try:
        dialogue = without_secrets(read_dialogue(path))
    except HarnessError as error:
        if screen is None:
            _print_json({"file": str(path), "error": error.headline})
        return complain(error), []
    verdicts = [checked(dialogue) for checked in asked]
    if screen is None:
        _print_json(_record(path, dialogue, verdicts))
    else:
        with heard():
            _tell(screen, path, dialogue, verdicts, several=several)
    failed = [verdict.check for verdict in verdicts if not verdict]
    return FAILED if failed else OK, failed


def _print_json(record: dict[str, Any]) -> None:
    with heard():
        sys.stdout.write(json.dumps(record) + "\n")


def _tell(screen: Console, path: Path, dialogue: Dialogue, verdicts: Sequence[Verdict], *, several: bool) -> None:
    """Tell of one file; of one among several only what a person has to do something about."""
    count = "1 message" if len(dialogue) == 1 else f"{len(dialogue)} messages"
    name = "standard input" if path == STANDARD else shown(path)
    head = f"{name}: {count}, {pair(dialogue.scenario)}"
    if not several:
        screen.print(head, style=HEAD)
    elif all(verdicts):
        _mark(screen, head, passed=True)
        return
    else:
        _mark(screen, head, passed=False, style=HEAD)
    for verdict in verdicts:
        if not (several and verdict):
            _tell_verdict(screen, verdict, dialogue, path)
    if several:
        screen.print()


def _tell_verdict(screen: Console, verdict: Verdict, dialogue: Dialogue, path: Path) -> None:
    first, *evidence = explain(verdict, dialogue)
    _mark(screen, first, passed=bool(verdict))
    for line in () if verdict else evidence:
        screen.print(line, style=None if line.startswith("  [") else QUIET)
    loop = checks.find_termination_loop(dialogue)
    if loop is not None and not verdict and verdict.check == "no_termination_loop" and path.is_file():
        first_shown, last_shown = max(1, loop.onset - _LEAD_IN), min(loop.onset + 5, len(dialogue))
        command = f"harness show {shlex.quote(str(path))} --messages {first_shown}-{last_shown}"
        screen.print(f"  where it begins: {command}")


def _mark(screen: Console, text: str, *, passed: bool, style: str | None = None) -> None:
    screen.print("✓" if passed else "✗", style=GOOD if passed else BAD, end=" ")
    screen.print(text, style=style)


def _sum_up(screen: Console, outcomes: Sequence[int], failed: Counter[str]) -> None:
    named = {OK: "passed", FAILED: "failed", BROKEN: "could not be read"}
    told = [f"{outcomes.count(outcome)} {name}" for outcome, name in named.items() if outcome in outcomes]
    which = ", ".join(f"{name} in {count}" for name, count in failed.most_common())
    screen.print(f"{len(outcomes)} files: {', '.join(told)}{f' ({which})' if which else ''}", style=HEAD)


def _record(path: Path, dialogue: Dialogue, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    scenario = dialogue.scenario
    return {
        "file": str(path),
        "scenario": scenario.name,
        "a": scenario.a.model,
        "b": scenario.b.model,
        "sample": dialogue.sample,
        "turns": dialogue.turns,
        "messages": len(dialogue),
        "passed": all(verdicts),
        "loop": _loop_record(checks.find_termination_loop(dialogue)),
        "verdicts": [verdict_record(verdict) for verdict in verdicts],
    }


def _loop_record(loop: TerminationLoop | None) -> dict[str, Any] | None:
    if loop is None:
        return None
    fields: dict[str, Any] = msgspec.to_builtins(loop)
    return {**fields, "turns": loop.turns, "sentence": str(loop)}
