from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cli_running import ENDLESS, TEA, dialogue, on_terminal, shown_on_terminal, transcript
from dialogue_harness import find_termination_loop
from dialogue_harness.cli import main
from places import SEEDS

if TYPE_CHECKING:
    Captured = pytest.CaptureFixture[str]

#: What is found in the pair that cannot stop, which is the checks' own business.
LOOP = find_termination_loop(dialogue(*ENDLESS)) or pytest.fail("the checks find no loop in a plain one")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def records(capsys: Captured, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["check", *arguments, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def told(capsys: Captured, *arguments: str) -> tuple[int, str]:
    code = main(["check", *arguments])
    captured = capsys.readouterr()
    assert captured.err == ""
    return code, captured.out


def complaint(capsys: Captured, *arguments: str) -> str:
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_dialogue_that_is_well_passes_each_check(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    code, out = told(capsys, "tea.txt")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "tea.txt: 7 messages, acme/talker with itself"
    assert [line.split(":")[0] for line in lines[1:]] == [
        "✓ no_termination_loop passed",
        "✓ stays_on_topic passed",
        "✓ no_empty_messages passed",
        "✓ stays_in_role passed",
    ]


def test_a_pair_that_cannot_stop_is_told_with_its_messages_and_why(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    said = dialogue(*ENDLESS)[LOOP.onset]
    code, out = told(capsys, "end.txt")
    assert code == 1
    lines = out.splitlines()
    assert lines[:3] == [
        "end.txt: 23 messages, acme/talker with itself",
        f"✗ no_termination_loop failed: {LOOP}",
        f"  [{LOOP.onset}] {said.speaker}: {said.text}",
    ]
    assert lines[3] == f"      {LOOP.evidence[0].why}"
    assert f"  where it begins: harness show end.txt --messages {LOOP.onset - 2}-{LOOP.onset + 5}" in lines


def test_the_command_that_shows_the_loop_can_be_pasted(capsys: Captured) -> None:
    transcript(Path("my end.txt"), *ENDLESS)
    assert "harness show 'my end.txt' --messages" in told(capsys, "my end.txt")[1]


def test_as_many_idle_turns_as_are_allowed_pass(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    assert told(capsys, "end.txt", "--past", str(LOOP.turns))[0] == 0
    assert told(capsys, "end.txt", "--past", str(LOOP.turns - 1))[0] == 1


#: So much that a topic which is never mentioned in it is not its topic.
ABOUT_TEA = (
    "Which leaf gives the best green tea, the first of the spring harvest?",
    "The first harvest: the bush has stored sugar all winter, and the leaf is tender.",
    "And the second harvest of the bush, in summer, is it for cheap green tea?",
    "The summer leaf is coarser, so that the tea is bitter; growers shade the bush against that.",
    "How long is a bush shaded before the harvest?",
    "Three weeks for the finest green tea. In the shade the leaf makes less of what is bitter.",
    "Then the leaf is steamed at once, so that the tea stays green?",
    "Steamed on the day of the harvest, yes, or it would brown as black tea does.",
    "Does a bush give leaf for many years?",
    "For thirty years or more, if each harvest leaves the bush enough leaf to live on.",
    "And a machine harvest, does the tea suffer?",
    "A machine cuts stalks along with the leaf; for the best green tea they are sorted out again.",
)


def test_a_topic_that_is_named_is_what_is_asked_for(capsys: Captured) -> None:
    transcript(Path("tea.txt"), *ABOUT_TEA)
    assert told(capsys, "tea.txt", "--topic", "the harvest of green tea leaf")[0] == 0
    code, out = told(capsys, "tea.txt", "--topic", "the offside rule in football")
    assert (code, "✗ stays_on_topic failed" in out) == (1, True)


def test_empty_messages_and_lost_roles_fail(capsys: Captured) -> None:
    transcript(Path("odd.txt"), *TEA[:4], "", "Assistant: I am fine.")
    _, (record,) = records(capsys, "odd.txt")
    failed = [verdict["check"] for verdict in record["verdicts"] if not verdict["passed"]]
    assert failed == ["no_empty_messages", "stays_in_role"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--max-words", "30"], 0),
        (["--max-words", "5"], 1),
        (["--pattern", "."], 0),
        (["--pattern", r"\?$"], 1),
        (["--pattern", r"\?$", "--by", "B"], 0),
        (["--schema", "object.json"], 1),
        (["--schema", "anything.json", "--by", "A"], 1),
    ],
)
def test_the_form_is_checked_where_it_is_asked_for(options: list[str], code: int, capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    Path("object.json").write_text('{"type": "object"}', encoding="utf-8")
    Path("anything.json").write_text("true", encoding="utf-8")
    found, out = told(capsys, "tea.txt", *options)
    assert (found, "conforms" in out) == (code, True)


def test_the_options_are_json_values_in_json(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    Path("any.json").write_text('{"type": ["string", "object"]}', encoding="utf-8")
    _, (record,) = records(capsys, "tea.txt", "--past", "4", "--max-words", "30", "--schema", "any.json")
    assert [verdict["options"] for verdict in record["verdicts"]] == [
        {"past": 4},
        {"topic": None},
        {},
        {},
        {"by": None, "max_words": 30, "schema": {"type": ["string", "object"]}},
    ]


def test_a_check_that_judged_nothing_is_not_told_as_passed(capsys: Captured) -> None:
    transcript(Path("short.txt"), *TEA[:2])
    code, out = told(capsys, "short.txt")
    assert code == 0
    assert out.splitlines()[1:] == [
        "✓ no_termination_loop passed: no idle turns at the end, 3 allowed",
        "– stays_on_topic judged nothing: too little was said to judge the topic",
        "✓ no_empty_messages passed: no message is empty",
        "✓ stays_in_role passed: both speakers stay in role",
    ]


def test_of_a_dialogue_without_messages_nothing_is_judged(capsys: Captured) -> None:
    Path("none.txt").write_text("# LLM Dialogue Transcript\n\n## Conversation\n", encoding="utf-8")
    assert [line[0] for line in told(capsys, "none.txt")[1].splitlines()[1:]] == ["–"] * 4


def test_of_several_files_the_line_of_one_names_what_judged_nothing(capsys: Captured) -> None:
    transcript(Path("short.txt"), *TEA[:2])
    Path("none.txt").write_text("# LLM Dialogue Transcript\n\n## Conversation\n", encoding="utf-8")
    none = "no_termination_loop, stays_on_topic, no_empty_messages, stays_in_role"
    assert told(capsys, "short.txt", "none.txt")[1].splitlines() == [
        "✓ short.txt: 2 messages, acme/talker with itself; judged nothing: stays_on_topic",
        f"– none.txt: 0 messages, unknown with itself; judged nothing: {none}",
        "2 files: 2 passed",
    ]


def test_json_has_the_verdict_of_a_check_that_judged_nothing(capsys: Captured) -> None:
    transcript(Path("short.txt"), *TEA[:2])
    _, (record,) = records(capsys, "short.txt")
    topic = record["verdicts"][1]
    assert (topic["check"], topic["passed"], topic["score"]) == ("stays_on_topic", True, None)
    assert "unjudged" not in record


def test_what_judged_nothing_is_dim_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("short.txt"), *TEA[:2])
    assert "\x1b[2m–" in shown_on_terminal(monkeypatch, "check", "short.txt")


def test_an_output_that_knows_ascii_only_gets_marks_of_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("short.txt"), *TEA[:2], "")
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
    assert main(["check", "short.txt"]) == 1
    marks = [line[:1] for line in written.getvalue().decode("ascii").splitlines()[1:] if not line.startswith(" ")]
    assert marks == ["+", "-", "x", "+"]


def test_json_is_one_object_a_line_one_line_a_file(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    transcript(Path("tea.txt"))
    code, (endless, well) = records(capsys, "end.txt", "tea.txt")
    assert code == 1
    assert (endless["file"], endless["passed"], endless["messages"], endless["turns"]) == ("end.txt", False, 23, 11)
    assert (endless["a"], endless["b"], endless["scenario"], endless["sample"]) == (
        "acme/talker",
        "acme/talker",
        "unknown",
        1,
    )
    assert (well["file"], well["passed"], well["loop"]) == ("tea.txt", True, None)
    assert [verdict["check"] for verdict in well["verdicts"]] == [
        "no_termination_loop",
        "stays_on_topic",
        "no_empty_messages",
        "stays_in_role",
    ]


def test_json_tells_all_of_the_loop(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    _, (record,) = records(capsys, "end.txt")
    loop = record["loop"]
    told_of_it = ("kind", "onset", "earliest", "latest", "known_at", "messages", "wasted", "turns")
    assert {name: loop[name] for name in told_of_it} == {name: getattr(LOOP, name) for name in told_of_it}
    assert loop["recovered"] == []
    assert loop["evidence"][0] == {"message": LOOP.onset, "why": LOOP.evidence[0].why}
    assert loop["sentence"] == str(LOOP)


def test_json_holds_lone_surrogates_and_control_characters_as_escapes(capsys: Captured) -> None:
    transcript(Path("odd.txt"), "Hello.", "Assistant: \ud800 \x1b[31m red", "", "Well.")
    assert main(["check", "odd.txt", "--json"]) == 1
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out)["passed"] is False


def test_several_files_are_summed_up(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    transcript(Path("tea.txt"))
    code, out = told(capsys, "end.txt", "tea.txt", "tea.txt")
    assert (code, out.splitlines()[-1]) == (1, "3 files: 2 passed, 1 failed (no_termination_loop in 1)")


def test_of_several_files_only_what_failed_takes_more_than_a_line(capsys: Captured) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    transcript(Path("tea.txt"))
    lines = told(capsys, "tea.txt", "end.txt", "tea.txt")[1].splitlines()
    assert lines[0] == lines[-2] == "✓ tea.txt: 7 messages, acme/talker with itself"
    assert lines[1] == "✗ end.txt: 23 messages, acme/talker with itself"
    assert lines[2].startswith("  ✗ no_termination_loop failed: ")
    assert lines[-4].startswith("    where it begins: ")
    assert "passed:" not in "".join(lines[:-1])


def test_a_broken_file_keeps_no_other_from_being_checked(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    Path("broken.txt").write_text("no transcript", encoding="utf-8")
    assert main(["check", "broken.txt", "absent.txt", "tea.txt"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("✓ tea.txt: 7 messages")
    assert captured.out.splitlines()[-1] == "3 files: 1 passed, 2 could not be read"
    assert [line for line in captured.err.splitlines() if line.startswith("harness: ")] == [
        "harness: broken.txt, line 1: this is not a transcript",
        "harness: absent.txt does not exist",
    ]


def test_json_has_a_line_for_a_broken_file_too(capsys: Captured) -> None:
    transcript(Path("tea.txt"))
    Path("broken.txt").touch()
    code, lines = records(capsys, "broken.txt", "tea.txt")
    assert code == 2
    assert lines[0] == {"file": "broken.txt", "error": "broken.txt, line 1: this is not a transcript"}
    assert lines[1]["passed"] is True


@pytest.mark.parametrize(
    ("options", "headline"),
    [
        (["--past", "-1"], "no_termination_loop: past must be a whole number, 0 or more"),
        (["--pattern", "("], "conforms: pattern does not compile"),
        (["--max-words", "-3"], "conforms: max_words must be a whole number, 0 or more"),
        (["--schema", "bad.json"], "conforms: schema at /type must be one of"),
        (["--schema", "no.json"], "--schema no.json is not JSON"),
        (["--schema", "absent.json"], "absent.json: No such file or directory"),
        (["--schema", "."], ".: Is a directory"),
        (["--topic", "..."], "topic_curve: topic must hold a word"),
        (["--by", "A"], "--by chooses whose form is checked, but no form is asked for"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_make_no_sense_are_told_before_a_file_is_read(
    options: list[str], headline: str, capsys: Captured
) -> None:
    Path("bad.json").write_text('{"type": "objet"}', encoding="utf-8")
    Path("no.json").write_text("{", encoding="utf-8")
    assert complaint(capsys, "absent.txt", *options).startswith(f"harness: {headline}")


def test_a_dialogue_without_messages_is_told_to_have_none(capsys: Captured) -> None:
    Path("none.txt").write_text("# LLM Dialogue Transcript\n\n## Conversation\n", encoding="utf-8")
    code, out = told(capsys, "none.txt")
    assert (code, out.splitlines()[0]) == (0, "none.txt: 0 messages, unknown with itself")


HOSTILE = "[bold red]big[/] :smiley: \x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\ \u202egnp.exe \x9b2J"


def test_nothing_that_a_model_said_acts_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("odd.txt"), "Hello.", f"Assistant: {HOSTILE}", "Well.", model="\x1b[2Jgemma")
    shown = shown_on_terminal(monkeypatch, "check", "odd.txt")
    assert not set("\x07\x9b\u202e") & set(shown)
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert "[bold red]" in shown
    assert ":smiley:" in shown


def test_verdicts_are_coloured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    shown = shown_on_terminal(monkeypatch, "check", "end.txt")
    assert "\x1b[31m✗" in shown
    assert "\x1b[32m✓" in shown


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_colours_are_left_out_where_they_are_not_wanted(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript(Path("end.txt"), *ENDLESS)
    assert "\x1b" not in shown_on_terminal(monkeypatch, "check", "end.txt", **environment)


def test_colours_can_be_had_in_a_pipe(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("tea.txt"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    assert "\x1b[32m✓" in told(capsys, "tea.txt")[1]


def test_json_is_the_same_on_a_terminal(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    transcript(Path("tea.txt"))
    with on_terminal(monkeypatch) as terminal:
        main(["check", "tea.txt", "--json"])
    main(["check", "tea.txt", "--json"])
    assert terminal.shown == capsys.readouterr().out


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed transcripts lie beside the project, which is elsewhere here")
def test_both_seeds_fail_where_they_could_not_stop(capsys: Captured) -> None:
    code, found = records(capsys, *sorted(str(path) for path in SEEDS.glob("*.txt")))
    assert code == 1
    first, second = found
    assert 18 <= first["loop"]["onset"] <= 24
    assert 14 <= second["loop"]["onset"] <= 17
    for record in found:
        assert record["verdicts"][0]["check"] == "no_termination_loop"
        assert record["verdicts"][0]["passed"] is False
