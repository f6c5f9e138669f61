"""`harness check`: loops, topic and form of any recording or transcript."""

from __future__ import annotations

import json
import shlex
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from dialogue_harness import checks
from dialogue_harness._text.printable import neutralise
from dialogue_harness.cli import BROKEN, FAILED, OK, complain
from dialogue_harness.cli.files import STANDARD, add_files, read_dialogue
from dialogue_harness.cli.scrubbed import without_secrets
from dialogue_harness.cli.terminal import BAD, GOOD, HEAD, QUIET, console, heard
from dialogue_harness.errors import CheckError, HarnessError
from dialogue_harness.report.failure import explain
from dialogue_harness.report.run import verdict_record
from dialogue_harness.scenario import pair
from dialogue_harness.storage.format import shown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from dialogue_harness.checks import TerminationLoop
    from dialogue_harness.checks.verdict import Verdict
    from dialogue_harness.dialogue import Dialogue

_DESCRIPTION: Final = """\
Check recordings or transcripts: does the pair know when it is done, does it stay on topic, is no message empty, does
each stay in its role? Options add a check of the messages' form. With --all, every check that needs no option is run
with its defaults; which of them matter depends on what the dialogue is for.

A check that finds too little to judge passes, and is marked "judged nothing". With several files, a file that passes
takes one line; for the others, the failed checks are shown with the messages that prove them.
"""

_EPILOG: Final = """\
examples:
  harness check dialogue.txt                                  # loops, topic, empty messages, roles
  harness check dialogue.txt --all                            # and language, length, praise, refusals, echoes …
  harness check fixtures/*/*/*.jsonl --past 5                 # allow five idle turns
  harness check dialogue.txt --topic "tea and its harvest"    # against a topic that you name
  harness check review.txt --by B --schema review.json        # B answers in JSON of that shape
  harness check dialogue.txt --json | jq .loop.onset          # one JSON object a line, one line a file

exit codes: 0 every check passed, 1 one failed, 2 misuse or broken input (the other files are checked all the same)
"""

#: What --all adds: every check that needs no option and is not made anyway.
OTHERS: Final[tuple[Callable[..., Verdict], ...]] = (
    checks.answers_questions,
    checks.hangs_up,
    checks.keeps_language,
    checks.keeps_length,
    checks.keeps_roles,
    checks.no_echo,
    checks.no_empty_run,
    checks.no_flattery,
    checks.no_leaked_reasoning,
    checks.no_refusals,
    checks.no_self_repetition,
    checks.no_speaker_labels,
    checks.no_stage_directions,
    checks.not_truncated,
)

#: How many messages before a loop are worth reading to see that it is one.
_LEAD_IN: Final = 2


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    add_files(parser, several=True)
    parser.add_argument("--past", type=int, default=3, metavar="N", help="idle turns that are allowed (default: 3)")
    parser.add_argument("--topic", metavar="TEXT", help="default: the topic that the pair settles on itself")
    parser.add_argument("--all", action="store_true", help="run every check that needs no option")
    form = parser.add_argument_group("form", "what each message must look like")
    form.add_argument("--schema", type=Path, metavar="FILE", help="a JSON Schema that it conforms to")
    form.add_argument("--pattern", metavar="REGEX", help="a regular expression that is found in it")
    form.add_argument("--max-words", type=int, metavar="N", help="the most words it has")
    form.add_argument("--by", choices=("A", "B"), help="only the messages of one speaker")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line, one line a file")


def run(options: argparse.Namespace) -> int:
    """Check the files that the command line names; one that cannot be read keeps no other from being checked."""
    asked = _asked(options)
    for one in asked:
        one.check((), **one.options)  # invalid options are reported before anything is read
    asked += [_Asked(check, {}) for check in OTHERS] if options.all else []
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


@dataclass(frozen=True)
class _Asked:
    """A check that is asked for, and the options that it is called with: JSON values."""

    check: Callable[..., Verdict]
    options: dict[str, Any]


@dataclass(frozen=True)
class _Found:
    """What one check found in one dialogue.

    Attributes:
        asked: which check it was.
        verdict: its verdict; ``None`` if the dialogue is none that it could be called on.
        unjudged: why it judged nothing; ``None`` if it did judge.

    """

    asked: _Asked
    verdict: Verdict | None
    unjudged: str | None

    @property
    def name(self) -> str:
        """Name of the check."""
        return self.asked.check.__name__

    @property
    def is_failed(self) -> bool:
        """Whether the property does not hold."""
        return self.verdict is not None and not self.verdict


def _asked(options: argparse.Namespace) -> list[_Asked]:
    """Return the checks that are asked for, their options in place."""
    asked = [
        _Asked(checks.no_termination_loop, {"past": options.past}),
        _Asked(checks.stays_on_topic, {"topic": options.topic}),
        _Asked(checks.no_empty_messages, {}),
        _Asked(checks.stays_in_role, {}),
    ]
    form = {"pattern": options.pattern, "max_words": options.max_words, "schema": _schema(options.schema)}
    form = {name: value for name, value in form.items() if value is not None}
    if form:
        asked.append(_Asked(checks.conforms, {"by": options.by, **form}))
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


def _find(asked: _Asked, dialogue: Dialogue) -> _Found:
    try:
        verdict = asked.check(dialogue, **asked.options)
    except CheckError as error:
        if asked.check not in OTHERS:
            raise
        return _Found(asked, None, error.headline)
    # A check that has too little to judge passes without the score that it would have held to its threshold.
    scoreless = verdict.score is None and verdict.threshold is not None
    judged_nothing = bool(verdict) and (scoreless or not dialogue.messages)
    return _Found(asked, verdict, verdict.sentence if judged_nothing else None)


def _check(path: Path, asked: Sequence[_Asked], screen: Console | None, *, several: bool) -> tuple[int, list[str]]:
    """Check one file and tell of it; return its exit code, and the names of the checks that failed."""
    try:
        dialogue = without_secrets(read_dialogue(path))
    except HarnessError as error:
        if screen is None:
            _print_json({"file": str(path), "error": error.headline})
        return complain(error), []
    found = [_find(one, dialogue) for one in asked]
    if screen is None:
        _print_json(_record(path, dialogue, found))
    else:
        with heard():
            _tell(screen, path, dialogue, found, several=several)
    failed = [one.name for one in found if one.is_failed]
    return FAILED if failed else OK, failed


def _print_json(record: dict[str, Any]) -> None:
    with heard():
        sys.stdout.write(json.dumps(record) + "\n")


@dataclass(frozen=True)
class _Mark:
    """What stands before a line, on a screen that knows the sign and on one that knows ASCII only."""

    sign: str
    plain: str
    style: str


_PASSED: Final = _Mark("✓", "+", GOOD)
_FAILED: Final = _Mark("✗", "x", BAD)
_UNJUDGED: Final = _Mark("–", "-", QUIET)


def _tell(screen: Console, path: Path, dialogue: Dialogue, found: Sequence[_Found], *, several: bool) -> None:
    """Tell of one file; of one among several only what a person has to do something about, below its name."""
    count = "1 message" if len(dialogue) == 1 else f"{len(dialogue)} messages"
    name = "standard input" if path == STANDARD else shown(path)
    head = f"{name}: {count}, {pair(dialogue.scenario)}"
    if not several:
        screen.print(head, style=HEAD)
        for one in found:
            _tell_found(screen, one, dialogue, path, indent="")
        return
    failed = [one for one in found if one.is_failed]
    unjudged = ", ".join(one.name for one in found if one.unjudged)
    head += f"; judged nothing: {unjudged}" if unjudged else ""
    if not failed:
        _mark(screen, _UNJUDGED if all(one.unjudged for one in found) else _PASSED, head)
        return
    _mark(screen, _FAILED, head, style=HEAD)
    for one in failed:
        _tell_found(screen, one, dialogue, path, indent="  ")
    screen.print()


def _tell_found(screen: Console, found: _Found, dialogue: Dialogue, path: Path, *, indent: str) -> None:
    verdict = found.verdict
    if verdict is None or found.unjudged is not None:
        why = neutralise((found.unjudged or "").removeprefix(f"{found.name} "))
        _mark(screen, _UNJUDGED, f"{found.name} judged nothing: {why}", indent=indent)
        return
    first, *evidence = explain(verdict, dialogue)
    _mark(screen, _PASSED if verdict else _FAILED, first, indent=indent)
    for line in () if verdict else evidence:
        screen.print(f"{indent}{line}", style=None if line.startswith("  [") else QUIET)
    loop = checks.find_termination_loop(dialogue)
    if loop is not None and not verdict and verdict.check == "no_termination_loop" and path.is_file():
        first_shown, last_shown = max(1, loop.onset - _LEAD_IN), min(loop.onset + 5, len(dialogue))
        command = f"harness show {shlex.quote(str(path))} --messages {first_shown}-{last_shown}"
        screen.print(f"{indent}  where it begins: {command}")


def _mark(screen: Console, mark: _Mark, text: str, *, indent: str = "", style: str | None = None) -> None:
    try:
        mark.sign.encode(screen.encoding)
        sign = mark.sign
    except (UnicodeEncodeError, LookupError):
        sign = mark.plain
    screen.print(f"{indent}{sign}", style=mark.style, end=" ")
    screen.print(text, style=style)


def _sum_up(screen: Console, outcomes: Sequence[int], failed: Counter[str]) -> None:
    named = {OK: "passed", FAILED: "failed", BROKEN: "could not be read"}
    told = [f"{outcomes.count(outcome)} {name}" for outcome, name in named.items() if outcome in outcomes]
    which = ", ".join(f"{name} in {count}" for name, count in failed.most_common())
    screen.print(f"{len(outcomes)} files: {', '.join(told)}{f' ({which})' if which else ''}", style=HEAD)


def _record(path: Path, dialogue: Dialogue, found: Sequence[_Found]) -> dict[str, Any]:
    scenario = dialogue.scenario
    judged = [(one.verdict, one.asked.options) for one in found if one.verdict is not None]
    record = {
        "file": str(path),
        "scenario": scenario.name,
        "a": scenario.a.model,
        "b": scenario.b.model,
        "sample": dialogue.sample,
        "turns": dialogue.turns,
        "messages": len(dialogue),
        "passed": not any(one.is_failed for one in found),
        "loop": _loop_record(checks.find_termination_loop(dialogue)),
        "verdicts": [{**verdict_record(verdict), "options": options} for verdict, options in judged],
    }
    if any(one.asked.check in OTHERS for one in found):
        record["unjudged"] = {one.name: one.unjudged for one in found if one.unjudged}
    return record


def _loop_record(loop: TerminationLoop | None) -> dict[str, Any] | None:
    if loop is None:
        return None
    fields: dict[str, Any] = msgspec.to_builtins(loop)
    return {**fields, "turns": loop.turns, "sentence": str(loop)}
