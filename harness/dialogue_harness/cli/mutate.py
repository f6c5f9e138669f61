"""`harness mutate`: rerun specs on mutated copies of their dialogues, and tell which of them notice."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NoReturn

from dialogue_harness.cli import FAILED, OK
from dialogue_harness.errors import UsageError
from dialogue_harness.mutation import MUTATIONS, mutation_named
from dialogue_harness.report.mutation import Sensitivity, Trial, count_dialogues, judged, to_json, to_text, trial
from dialogue_harness.report.run import RunRecord, read_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from dialogue_harness.mutation import Mutation

#: How many runs of pytest go on at once.
_AT_ONCE: Final = 2

#: How much of what pytest said is shown where it could not do its work.
_LAST_LINES: Final = 12

#: What pytest exits with if all tests passed, and if some failed.
_GREEN, _RED, _NO_TESTS = 0, 1, 5

_DESCRIPTION: Final = """\
Mutation recorded dialogues in known ways, rerun the specs on the mutated copies, and tell which notice which mutation.

A spec that passes whatever is said tests nothing. The specs are run once as they are, where they have to pass, and
once for each mutation. A test notices a mutation if it fails on the mutated copy (or passes, where it is expected to
fail).
The copies exist in memory only; nothing is recorded, and no model is called.
"""

_EPILOG: Final = """\
examples:
  harness mutate specs/                               # all mutations, all specs
  harness mutate specs/ --only blank-message          # one of them
  harness mutate specs/ --json -- -k json             # what follows -- is for pytest
  pytest specs/ --harness-mutation=blank-message        # look at one mutation closely, in pytest's own words

exit codes: 0 each mutation that applies to a dialogue is noticed by a test, 1 one is not, 2 misuse, or specs that do
not
pass as they are
"""


def fill(parser: argparse.ArgumentParser) -> None:
    """Say what the verb takes."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.usage = "harness mutate PATH [PATH …] [--only KIND[,KIND …]] [--json] [--list] [-- ARGUMENTS OF PYTEST]"
    parser.add_argument("paths", nargs="*", metavar="PATH", help="specs, as pytest takes them")
    parser.add_argument("--only", metavar="KIND[,KIND …]", help="do only these mutations")
    parser.add_argument("--list", action="store_true", help="say which mutations there are, and do none")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    _pass_on(parser)


def run(options: argparse.Namespace) -> int:
    """Find out what the specs that the command line names notice."""
    if options.list:
        sys.stdout.write("".join(f"{mutation.name:18} {mutation.meaning}\n" for mutation in MUTATIONS.values()))
        return OK
    if not options.paths:
        msg = "harness mutate needs specs to run"
        raise UsageError(msg, fix="harness mutate specs/")
    mutations = _mutations(options.only)
    with TemporaryDirectory(prefix="harness-mutate-") as folder:
        found = _found([*options.paths, *options.passed_on], mutations, Path(folder))
    sys.stdout.write((json.dumps(to_json(found)) if options.json else to_text(found)) + "\n")
    return FAILED if found.missed else OK


def _pass_on(parser: argparse.ArgumentParser) -> None:
    """Have what follows ``--`` kept apart, which argparse would take for more paths, or refuse after an option."""
    parse = parser.parse_known_args

    def parse_own(args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:  # noqa: ANN401 -- as argparse has it
        arguments = list(args or ())
        end = arguments.index("--") if "--" in arguments else len(arguments)
        parsed, unknown = parse(arguments[:end], namespace)
        parsed.passed_on = arguments[end + 1 :]
        return parsed, unknown

    parser.parse_known_args = parse_own  # type: ignore[method-assign]  # see the docstring


def _mutations(only: str | None) -> list[Mutation]:
    if only is None:
        return list(MUTATIONS.values())
    names = dict.fromkeys(name.strip() for name in only.split(","))
    return [mutation_named(name, where="--only") for name in names]


def _found(arguments: Sequence[str], mutations: Sequence[Mutation], folder: Path) -> Sensitivity:
    unmutated = _unmutated(arguments, folder / "unmutated")
    tests = judged(unmutated)
    _progress(f"{_count(len(tests), 'test')} over {_count(count_dialogues(unmutated), 'dialogue')}: green unmutated")

    def tried(mutation: Mutation) -> Trial:
        return trial(mutation, unmutated, _mutated(arguments, mutation, folder / mutation.name))

    return Sensitivity(tests, _all(tried, mutations, len(tests)))


def _all(tried: Callable[[Mutation], Trial], mutations: Sequence[Mutation], tests: int) -> tuple[Trial, ...]:
    """Try all mutations, a few at once, saying of each what came of it; return the trials in the mutations' order."""
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        running = [pool.submit(tried, mutation) for mutation in mutations]
        for done, future in enumerate(as_completed(running), 1):
            one = future.result()
            noticed = (
                f"noticed by {len(one.noticed)} of {_count(tests, 'test')}" if one.applied else "nothing to mutation"
            )
            _progress(f"{done} of {len(mutations)}: {one.mutation.name}: {noticed}")
        return tuple(future.result() for future in running)
    finally:
        pool.shutdown(cancel_futures=True)


def _unmutated(arguments: Sequence[str], reports: Path) -> RunRecord:
    code, output = _pytest(arguments, reports, mutation="")
    if code == _NO_TESTS:
        _refuse("pytest finds no test to run", arguments, output)
    if code != _GREEN:
        _refuse("the specs have to pass unmutated, and do not", arguments, output)
    record = reports / "run.json"
    if not record.exists():
        _refuse("none of the tests uses a dialogue", arguments, output)
    return read_run(record)


def _mutated(arguments: Sequence[str], mutation: Mutation, reports: Path) -> RunRecord:
    code, output = _pytest(arguments, reports, mutation=mutation.name)
    record = reports / "run.json"
    if code not in {_GREEN, _RED} or not record.exists():
        _refuse(f"pytest broke down under {mutation.name}", [*arguments, _flag(mutation.name)], output)
    return read_run(record)


def _pytest(arguments: Sequence[str], reports: Path, *, mutation: str) -> tuple[int, str]:
    """Run pytest in a process of its own and return its exit code and what it printed.

    Whatever the project's configuration says, every test is run, on recordings only, and nothing is left behind.
    """
    command = [sys.executable, "-m", "pytest", *arguments, "--maxfail=0", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += ["-q", "--tb=no", "-rfE", "--color=no", "--harness-record=none", f"--harness-reports={reports}"]
    command += [_flag(mutation)] if mutation else ["--override-ini=harness_mutation="]
    # Hypothesis keeps the examples that failed, and would try them again in the project's next run.
    environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(reports / "hypothesis")}
    done = subprocess.run(  # noqa: S603 -- the person's own specs, as with pytest itself
        command,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    return done.returncode, done.stdout


def _flag(mutation: str) -> str:
    return f"--harness-mutation={mutation}"


def _refuse(headline: str, arguments: Sequence[str], output: str) -> NoReturn:
    lines = [line for line in output.splitlines() if line.strip()]
    facts = [("pytest said", "\n".join(["", *lines[-_LAST_LINES:]]))] if lines else []
    raise UsageError(headline, facts=facts, fix=shlex.join(["pytest", *arguments]))


def _progress(told: str) -> None:
    sys.stderr.write(f"harness: {told}\n")
    sys.stderr.flush()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
