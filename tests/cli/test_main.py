from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cli_running import ENDLESS, transcript
from dialogue_harness import __version__
from dialogue_harness.cli import VERBS, main

if TYPE_CHECKING:
    from pathlib import Path

#: The verbs about one dialogue or some; others are tested with what they are about.
OF_DIALOGUES = ("talk", "show", "check", "import", "export")

#: What a subprocess may take to start on a busy machine, in seconds.
PATIENCE = 60


def harness(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "dialogue_harness", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def test_help_lists_every_verb_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    listed = re.findall(r"^    (\w+) ", capsys.readouterr().out, re.MULTILINE)
    assert listed == list(VERBS)


def test_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dialogue-harness {__version__}\n"


def test_no_verb_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "required: VERB" in capsys.readouterr().err


def test_an_unknown_verb_is_misuse_and_the_known_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "x"]) == 2
    told = capsys.readouterr().err
    assert [verb for verb in VERBS if f"'{verb}'" not in told] == []


def test_there_is_no_verb_to_record() -> None:
    assert "record" not in VERBS


@pytest.mark.parametrize("verb", VERBS)
def test_an_unknown_option_is_misuse(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "x.txt", "--colour"]) == 2
    assert "--colour" in capsys.readouterr().err


@pytest.mark.parametrize("verb", VERBS)
def test_options_are_not_guessed_from_their_beginnings(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "x.txt", "--he"]) == 2
    assert "--he" in capsys.readouterr().err


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    ran = harness("check", "absent.txt", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.decode() == (
        "harness: absent.txt does not exist\nhow to fix: name a recording (.jsonl) or a transcript (.txt, .json)\n"
    )


LOADED = """\
import sys
from dialogue_harness.cli import main
code = main(sys.argv[1:])
heavy = ("openai", "httpx", "httpx2", "rich", "scipy", "numpy", "jinja2", "jsonschema", "hypothesis", "pytest")
print(code, *(name for name in heavy if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["import", "tea.txt"],
        ["export", "tea.txt"],
        ["check", "tea.txt", "--json"],
        ["talk", "--turns", "1"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_nothing_heavy_is_loaded_where_nobody_needs_it(arguments: list[str], tmp_path: Path) -> None:
    transcript(tmp_path / "tea.txt")
    command = [sys.executable, "-c", LOADED, *arguments]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=False, text=True)
    assert ran.stderr == "0\n"


@pytest.mark.parametrize("arguments", [["show", "long.txt"], ["export", "long.txt"], ["--help"]], ids=lambda a: a[0])
def test_a_reader_who_goes_away_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    transcript(tmp_path / "long.txt", *["word " * 1000] * 60)
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        [sys.executable, "-m", "dialogue_harness", *arguments], cwd=tmp_path, stdout=write, stderr=subprocess.PIPE
    ) as process:
        os.close(write)
        _, complaint = process.communicate(timeout=PATIENCE)
    assert (process.returncode, complaint) == (0, b"")


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize(("name", "code"), [("tea.txt", 0), ("end.txt", 1), ("broken.txt", 2)])
def test_the_exit_code_of_check_is_the_same_where_the_reader_goes_away(
    name: str, code: int, form: list[str], tmp_path: Path
) -> None:
    transcript(tmp_path / "tea.txt")
    transcript(tmp_path / "end.txt", *ENDLESS)
    (tmp_path / "broken.txt").touch()
    command = " ".join([shlex.quote(sys.executable), "-m dialogue_harness check", *[name] * 40, *form])
    script = f"{{ {command} 2>errors; echo $? >code; }} | head -n 1"
    ran = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S607 -- any sh
    assert (tmp_path / "code").read_text(encoding="utf-8") == f"{code}\n"
    assert "Traceback" not in (tmp_path / "errors").read_text(encoding="utf-8")
    assert ran.stdout.count(b"\n") == 1


def test_all_is_imported_although_nobody_reads_of_it(tmp_path: Path) -> None:
    names = [f"run{number}.txt" for number in (1, 2, 3)]
    for name in names:
        transcript(tmp_path / name, "Hello.", f"This is {name}.")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        command = [sys.executable, "-m", "dialogue_harness", "import", "--scenario", "tea", *names]
        ran = subprocess.run(command, cwd=tmp_path, stdout=gone, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert len(list(tmp_path.glob("fixtures/tea/*/*.jsonl"))) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["talk", "--turn", "3"],
            "harness: unrecognized arguments: --turn 3\n  nearest: --turns\nhow to fix: see `harness talk --help`\n",
        ),
        (
            ["check", "--by", "C", "tea.txt"],
            (
                "harness: argument --by: invalid choice: 'C' (choose from 'A', 'B')\n"
                "how to fix: see `harness check --help`\n"
            ),
        ),
        (
            [],
            "harness: the following arguments are required: VERB\nhow to fix: see `harness --help`\n",
        ),
    ],
    ids=" ".join,
)
def test_misuse_is_told_with_the_nearest_right_thing_and_where_to_read_on(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == told


def test_a_verb_that_is_misspelt_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chek", "tea.txt"]) == 2
    assert "  nearest: check\n" in capsys.readouterr().err


def test_a_full_device_is_an_error_and_no_stack_trace(tmp_path: Path) -> None:
    transcript(tmp_path / "tea.txt")
    with open("/dev/full", "wb") as full:  # noqa: PTH123 -- a device, for a process
        ran = subprocess.run(
            [sys.executable, "-m", "dialogue_harness", "export", "tea.txt"],
            cwd=tmp_path,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0] == b"harness: No space left on device"
    assert b"Traceback" not in ran.stderr


def test_closed_streams_are_no_error(tmp_path: Path) -> None:
    transcript(tmp_path / "tea.txt")
    command = f"{shlex.quote(sys.executable)} -m dialogue_harness check tea.txt <&- >&- 2>&-"
    ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, timeout=PATIENCE, check=False)  # noqa: S607 -- any sh
    assert ran.returncode == 0


def test_characters_that_the_output_cannot_encode_are_spelt_out(tmp_path: Path) -> None:
    transcript(tmp_path / "tea.txt", "Hello.", "お茶 – gladly.")
    ran = harness("show", "tea.txt", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert rb"    2 B  \u304a\u8336 \u2013 gladly." in ran.stdout.splitlines()


def test_an_error_cannot_act_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "\x1b[2Jfile")]) == 2
    assert "\\x1b[2Jfile does not exist" in capsys.readouterr().err


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a folder with the files that the examples name, the current one."""
    monkeypatch.chdir(tmp_path)
    for name in ("dialogue", "run1", "run2"):
        transcript(tmp_path / f"{name}.txt", "Hello.", *[f"{name} counts to {n}." for n in range(2, 105)])
    transcript(tmp_path / "review.txt", "Review this.", '{"verdict": "good"}', "And this.", '{"verdict": "bad"}')
    (tmp_path / "review.json").write_text('{"required": ["verdict"]}', encoding="utf-8")
    main(["import", "dialogue.txt"])
    eliza = tmp_path / "fixtures" / "tea" / "eliza_vs_eliza"
    eliza.mkdir(parents=True)
    next(tmp_path.glob("fixtures/dialogue/*/1.jsonl")).rename(eliza / "1.jsonl")
    capsys.readouterr()
    return tmp_path


def examples(verb: str | None) -> list[str]:
    """Return the command lines that a help text gives as examples, as far as they can be run without a server."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        main([verb, "--help"] if verb else ["--help"])
    told = text.getvalue().partition("examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in told.splitlines() if "http://" not in line and "gpt" not in line]


@pytest.mark.parametrize(
    ("verb", "example"), [(verb, example) for verb in (None, *OF_DIALOGUES) for example in examples(verb)]
)
def test_the_examples_of_the_help_work(
    verb: str | None, example: str, kitchen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[str] = []
    for word in shlex.split(example.partition(" | ")[0], comments=True)[1:]:
        arguments += sorted(map(str, kitchen.glob(word))) if "*" in word else [word]
    assert verb is None or arguments[0] == verb
    assert main(arguments) in {0, 1}
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("verb", OF_DIALOGUES)
def test_the_help_of_each_verb_has_examples(verb: str) -> None:
    assert len(examples(verb)) >= 2
