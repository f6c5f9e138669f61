"""`harness talk`: let a pair talk here and now, and keep the transcript."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dialogue_harness.cli import BROKEN, OK, STOPPED, complain, warn
from dialogue_harness.cli.live_text import watcher
from dialogue_harness.cli.output import Output
from dialogue_harness.cli.settings import ATTEMPTS, settings
from dialogue_harness.cli.talking import Talk
from dialogue_harness.cli.terminal import heard
from dialogue_harness.dialogue import Ending
from dialogue_harness.engine.runner import DEFAULT_CONCURRENCY
from dialogue_harness.engine.setup import recorder
from dialogue_harness.errors import BudgetSpent, ConfigurationError
from dialogue_harness.models.registry import is_offline
from dialogue_harness.scenario import Scenario, Speaker
from dialogue_harness.storage.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dialogue_harness.dialogue import Dialogue, Message
    from dialogue_harness.engine.settings import Settings
    from dialogue_harness.errors import HarnessError

_DESCRIPTION: Final = """\
Let two models talk, watch them, and keep the transcript. pytest makes the recordings of specs.

A terminal shows each reply as it arrives, the reasoning dimmed, and asks for more turns at the end. Elsewhere the
transcript goes to standard output, or to --output. Ctrl-C ends a dialogue. With --output every message is on disk
before the next one is asked for, and the same command continues an interrupted dialogue, for as many turns as it asks.

Several samples run at the same time, with a progress display and a line for each at the end. Ctrl-C waits for the
messages in flight (a second one does not); the same command continues whatever is unfinished.

Endpoints, prices and budgets come from the project's pytest configuration: pytest.ini, pyproject.toml, tox.ini or
setup.cfg, in this folder or the nearest one above. When a budget is spent, no further request is sent, and what was
said is kept.
"""

_EPILOG: Final = """\
examples:
  harness talk --model builtin:eliza --turns 20                              # no key, no network
  harness talk --turns 3 --samples 32 --seed 7 --output runs/                # runs/1.txt to runs/32.txt
  harness talk --model gemma-3-27b-it --base-url http://127.0.0.1:8000/v1 --turns 50 --output run.txt
  harness talk --a gpt-4o-mini --b builtin:eliza --system "Stay on topic." | harness check -
  harness talk --model gpt-4o-mini --samples 32 --output runs/ --harness-max-cost 5   # by harness_prices

settings: harness_endpoints, harness_prices, harness_max_cost, harness_max_tokens, harness_max_dialogue_cost,
  harness_max_dialogue_tokens, harness_attempts, harness_max_concurrency, harness_not_secret; an option beats them

environment: OPENAI_API_KEY is the key of the server, OPENAI_BASE_URL its address where --base-url is not given

exit codes: 0 complete, 2 misuse, a model could not answer, or the budget is spent, 130 stopped from the keyboard
"""

_RAISE: Final = "raise --max-tokens, or the server's own limit"


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    speakers = parser.add_argument_group("speakers")
    speakers.add_argument("--model", metavar="MODEL", help="the model of both speakers (default: builtin:eliza)")
    speakers.add_argument("--a", metavar="MODEL", help="the model of speaker A, if it is another")
    speakers.add_argument("--b", metavar="MODEL", help="the model of speaker B, if it is another")
    speakers.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server (default: OPENAI_BASE_URL)")
    speakers.add_argument("--system", metavar="TEXT", help="the system prompt of both speakers")
    speakers.add_argument("--system-a", metavar="TEXT", help="the system prompt of speaker A, if it is another")
    speakers.add_argument("--system-b", metavar="TEXT", help="the system prompt of speaker B, if it is another")
    speakers.add_argument("--temperature", type=float, metavar="T", help="0 to 2 (default: the server's)")
    speakers.add_argument("--max-tokens", type=_count(1), metavar="N", help="upper limit of one reply, in tokens")
    speakers.add_argument(
        "--seed", type=int, metavar="N", help="seed of the models' choices; sample n takes seed + n - 1"
    )
    course = parser.add_argument_group("dialogue")
    course.add_argument("--opener", default="Hello.", metavar="TEXT", help="message 1, said by A (default: Hello.)")
    course.add_argument(
        "--turns", type=_count(0), default=10, metavar="N", help="how often B speaks and A answers (default: 10)"
    )
    course.add_argument(
        "--end-token", metavar="TEXT", help="a text with which a speaker can hang up; its system prompt says so"
    )
    course.add_argument("--samples", type=_count(1), default=1, metavar="N", help="independent dialogues, run at once")
    course.add_argument(
        "--max-concurrency",
        type=_count(1),
        metavar="N",
        help="how many dialogues run, and requests are in flight, at the same time "
        f"(default: harness_max_concurrency, else {DEFAULT_CONCURRENCY})",
    )
    course.add_argument(
        "--attempts",
        type=_count(1),
        metavar="N",
        help=f"how often a message is asked for (default: harness_attempts, else {ATTEMPTS})",
    )
    spent = parser.add_argument_group("what it may cost")
    spent.add_argument(
        "--harness-max-cost",
        type=_amount,
        metavar="AMOUNT",
        help="spend at most this on models in this call, by harness_prices (default: harness_max_cost, else any)",
    )
    spent.add_argument(
        "--harness-max-tokens",
        type=_count(1),
        metavar="N",
        help="stop after this many tokens in this call, sent and received "
        "(default: harness_max_tokens, else any number); --max-tokens limits a single reply",
    )
    kept = parser.add_argument_group("what is kept and shown")
    kept.add_argument(
        "--output",
        metavar="PATH",
        help="a file (.txt, .json, or .jsonl for a recording), or a folder for several samples (1.txt, 2.txt, …); "
        "nothing is overwritten; - is standard output",
    )
    kept.add_argument("--format", choices=("txt", "json", "jsonl"), help="of the files in a folder (default: txt)")
    kept.add_argument("-v", "--verbose", action="store_true", help="of several samples, show what each said last")
    kept.add_argument("--json", action="store_true", help="print one JSON object a line, one line a sample in a folder")


def run(options: argparse.Namespace) -> int:
    """Run the dialogues that the command line asks for; what was said is kept, whatever ends them."""
    found = settings(options)
    scenario = _scenario(options)
    recorder(found, Library(Path.cwd()), "none", base_url=options.base_url).check(scenario)
    output = Output.of(options.output, options.samples, options.format)
    if options.json and not output.is_folder:
        msg = "--json describes the dialogues in a folder, and none is named"
        raise ConfigurationError(msg, fix="add --output FOLDER/")
    if options.samples > 1 or options.json:
        return _run_samples(scenario, output, options, found)
    return _run_one(scenario, output, options, found)


def _run_one(scenario: Scenario, output: Output, options: argparse.Namespace, found: Settings) -> int:
    watching = watcher()
    talk = Talk(scenario, output, found, options.base_url, watching)
    try:
        watching.begin(scenario, len(talk.messages))
        with asyncio.Runner() as runner:
            runner.run(talk.run())
            while talk.ending == Ending("turns") and (more := watching.ask_for_more()):
                runner.run(talk.run(more))
    finally:
        watching.close()
        talk.keep()
    return _remarks([talk.dialogue], {1: talk.error})


def _run_samples(scenario: Scenario, output: Output, options: argparse.Namespace, found: Settings) -> int:
    from dialogue_harness.cli import samples  # noqa: PLC0415 -- one dialogue does without what many need

    done = samples.run(scenario, options.samples, output, found, options.base_url, is_verbose=options.verbose)
    with heard():
        for line in samples.json_lines(done) if options.json else samples.lines(done):
            sys.stdout.write(f"{line}\n")
    new = [one.dialogue for one in done.samples if one.dialogue is not None and not one.was_there]
    code = _remarks(new, {one.number: one.error for one in done.samples}, samples=options.samples)
    return STOPPED if done.is_stopped else code


def _remarks(dialogues: Sequence[Dialogue], errors: Mapping[int, HarnessError | None], *, samples: int = 1) -> int:
    """Say on standard error what a person should know of the dialogues, and return the exit code."""
    from dialogue_harness.checks.form.conforms import is_truncated  # noqa: PLC0415 -- once, at the end of a dialogue

    several = samples > 1
    _remark(dialogues, is_truncated, "cut off by the limit on tokens", _RAISE, several=several)
    _remark(dialogues, _is_refusal, "refused by the model or withheld by a filter", None, several=several)
    failed: dict[str, list[int]] = defaultdict(list)
    for sample, error in errors.items():
        if error is not None:
            failed[_cause(error)].append(sample)
    for same in failed.values():
        told = max((errors[sample] for sample in same), key=_facts)  # that of one that had begun says what is kept
        complain(f"{_samples(same) + ': ' if several else ''}{told}")
    return BROKEN if failed else OK


def _cause(error: HarnessError) -> str:
    """Return what is the same for all samples that broke off for one cause: each may have spent another amount."""
    return error.headline.partition(":")[0] if isinstance(error, BudgetSpent) else error.headline


def _facts(error: HarnessError | None) -> int:
    return 0 if error is None else len(error.facts)


def _remark(
    dialogues: Sequence[Dialogue], concerns: Callable[[Message], bool], what: str, fix: str | None, *, several: bool
) -> None:
    for dialogue in dialogues:
        numbers = [message.number for message in dialogue if concerns(message)]
        if numbers:
            where = f" of sample {dialogue.sample}" if several else ""
            told = f"message {numbers[0]}{where} was" if len(numbers) == 1 else f"messages {_few(numbers)}{where} were"
            warn(f"{told} {what}" + (f"\nhow to fix: {fix}" if fix else ""))


def _is_refusal(message: Message) -> bool:
    return message.finish_reason in {"refusal", "content_filter"}


def _samples(numbers: Sequence[int]) -> str:
    return f"sample {numbers[0]}" if len(numbers) == 1 else f"samples {_few(numbers)}"


def _few(numbers: Sequence[int]) -> str:
    listed = ", ".join(map(str, numbers[:8]))
    return listed if len(numbers) <= 8 else f"{listed} and {len(numbers) - 8} more"


def _scenario(options: argparse.Namespace) -> Scenario:
    scenario = Scenario(
        "talk",
        a=_speaker(options, options.a, options.system_a),
        b=_speaker(options, options.b, options.system_b),
        opener=options.opener,
        turns=options.turns,
        end_token=options.end_token,
    )
    if options.base_url and is_offline(scenario.a) and is_offline(scenario.b):
        msg = "--base-url names a server, but both models are built in and need none"
        raise ConfigurationError(
            msg, fix="add --model NAME with a model that the server knows, or leave --base-url out"
        )
    return scenario


def _speaker(options: argparse.Namespace, model: str | None, system: str | None) -> Speaker:
    named: str = next((name for name in (model, options.model) if name is not None), "builtin:eliza")
    if named == "builtin:scripted":
        msg = "builtin:scripted says lines that a spec gives it; there are none here"
        raise ConfigurationError(msg, fix="--model builtin:eliza needs none")
    return Speaker(
        named,
        system=options.system if system is None else system,
        temperature=options.temperature,
        max_tokens=options.max_tokens,
        seed=options.seed,
    )


def _count(low: int) -> Callable[[str], int]:
    def count(argument: str) -> int:
        if argument.isascii() and argument.isdecimal() and len(argument) < 10 and int(argument) >= low:
            return int(argument)
        msg = f"must be a whole number, {low} or more, not {argument!r}"
        raise argparse.ArgumentTypeError(msg)

    return count


def _amount(argument: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < float(argument) < math.inf:
            return float(argument)
    msg = f"must be a number, more than 0, not {argument!r}"
    raise argparse.ArgumentTypeError(msg)
