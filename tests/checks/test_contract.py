"""What holds for every check that the package exports, whichever file it lives in."""

from __future__ import annotations

import inspect
import math
import pickle
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue_harness import checks
from dialogue_harness._text.printable import neutralise
from dialogue_harness.checks.verdict import Verdict
from dialogue_harness.dialogue import Dialogue
from dialogue_harness.errors import CheckError
from dialogue_harness.scenario import Scenario, Speaker
from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

#: The options without which a check has nothing to check.
NEEDED: dict[str, dict[str, Any]] = {"conforms": {"max_words": 40}, "within_budget": {"tokens": 100}}

CHECKS: dict[str, Callable[..., Verdict]] = {
    name: getattr(checks, name) for name in checks.__all__ if hasattr(getattr(checks, name), "__wrapped__")
}

#: Checks of a whole dialogue, which need to know what was to happen.
OF_DIALOGUES = {"hangs_up", "within_budget"}

#: Checks that something must have been said for.
NEED_MESSAGES = {"conforms", "hangs_up", "not_truncated"}

SCENARIO = Scenario(
    "contract",
    a=Speaker("larch", system="You are Ann, a clerk."),
    b=Speaker("birch", system="You are Bob. Act as a customer."),
    turns=1000,
    end_token="[END]",
)

#: What is repeated to make a long text; each has been the worst case of some pattern somewhere.
UNITS = (
    "a", "a ", "\n", " \n", "\x00", "\ud800", "\u202eאב ", "👩\u200d👩 ", "的用户", "? ", "'", "a'", '"', "`", "```\n",
    "> a\n", "*a ", "_a ", "(", "(a ", "[a](", "a: ", "user: a\n", "i'm ", "i cannot ", "you are ", "your ", "so very ",
    "<think>", "<|", "the user said ", "thank you. ", "1,", "{", '{"a":', "|a|\n", "# a\n", "- a\n", "a\u0301", "\t",
    ".", "a.",
)  # fmt: skip

PIECES = st.sampled_from([
    "Hello.", "", "(Silence.)", "Goodbye!", "Thank you.", "Model B: Hi.", "<think>hm</think> Yes.", "[END]", "\ud800",
    "Which tide, and when does it turn?", "The tide turns at noon, so the boats leave before lunch.", "\x1b[2J", "👋",
    "I'm the assistant, and you are the user.", "I'm sorry, but I can't help with that.", "What a great question!",
    "Je crois que le temps est beau et que nous allons au lac.", '{"tide": "noon"}', "\u202ecod", "word " * 60,
    "```\n<think>x\n```", "> I'm the assistant, and you are the user.", "`<think>`", "~~~\nModel B: x\n~~~", "A:", "B:",
    "So:\r\n```\r\ncode\r\n```\r\nModel B: Hi.", "# Tides\n- noon\n- dusk", "Fine. [END]", "\u200b", "*nods slowly*",
])  # fmt: skip
TALKS = st.lists(PIECES | st.text(max_size=20), max_size=12)


def talk(texts: list[str] | tuple[str, ...]) -> Dialogue:
    return Dialogue.from_texts(texts, scenario=SCENARIO)


def run(name: str, what: Any) -> Verdict:
    return CHECKS[name](what, **NEEDED.get(name, {}))


every_check = pytest.mark.parametrize("name", sorted(CHECKS))
fewer_examples = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_public_names_are_sorted_and_there() -> None:
    assert checks.__all__ == sorted(checks.__all__)
    assert len(CHECKS) >= 17


@every_check
@fewer_examples
@given(texts=TALKS)
def test_a_check_gives_a_verdict_on_anything_that_models_say(name: str, texts: list[str]) -> None:
    dialogue = talk(texts)
    verdict = run(name, dialogue)
    assert verdict.check == name
    assert verdict.sentence
    assert neutralise(verdict.sentence) == verdict.sentence
    for item in verdict.evidence:
        assert item.message is None or dialogue[item.message]
        assert neutralise(item.why) == item.why


@every_check
@fewer_examples
@given(texts=TALKS.filter(bool))
def test_a_score_agrees_with_its_threshold(name: str, texts: list[str]) -> None:
    verdict = run(name, talk(texts))
    if verdict.score is not None and verdict.threshold is not None:
        assert not math.isnan(verdict.score)
        higher = verdict.better == "higher"
        assert verdict.passed == (verdict.score >= verdict.threshold if higher else verdict.score <= verdict.threshold)


@every_check
@fewer_examples
@given(
    texts=TALKS,
    before=st.sampled_from(["", " ", "\n\n", "\t", "    ", "\u3000", "\x85\n  "]),
    after=st.sampled_from(["", " \n", "\r\n", "\u3000", "\x1c", "\n\n    "]),
)
def test_white_space_at_the_ends_of_messages_does_not_change_a_verdict(
    name: str, texts: list[str], before: str, after: str
) -> None:
    padded = [before + text + after for text in texts]
    verdict, again = run(name, talk(texts)), run(name, talk(padded))
    assert (again.passed, again.score) == (verdict.passed, verdict.score)
    assert [item.message for item in again.evidence] == [item.message for item in verdict.evidence]


@fewer_examples
@given(texts=TALKS, order=st.permutations(sorted(CHECKS)))
def test_the_order_of_checks_does_not_change_a_verdict(texts: list[str], order: list[str]) -> None:
    dialogue = talk(texts)
    first = {name: run(name, dialogue) for name in sorted(CHECKS)}
    assert {name: run(name, dialogue) for name in order} == first


@every_check
def test_a_verdict_survives_pickling_and_is_the_same_on_a_pickled_dialogue(name: str) -> None:
    dialogue = talk(["Hello.", "Model B: Hi.", "", "", "(Silence.)", "(Silence.)", "Goodbye!"])
    verdict = run(name, dialogue)
    assert pickle.loads(pickle.dumps(verdict)) == verdict  # noqa: S301 -- our own bytes
    assert run(name, pickle.loads(pickle.dumps(dialogue))) == verdict  # noqa: S301 -- our own bytes


@every_check
def test_a_dialogue_in_which_nothing_was_said_gets_a_verdict(name: str) -> None:
    assert bool(run(name, talk([]))) == (name not in NEED_MESSAGES)


@every_check
def test_an_excerpt_is_judged_by_the_numbers_of_the_dialogue(name: str) -> None:
    dialogue = talk(["Hello."] * 8 + ["Model A: Hi.", "", "", "<think>"])
    verdict = run(name, dialogue[9:])
    assert all(item.message is None or item.message >= 9 for item in verdict.evidence)


@pytest.mark.parametrize("name", sorted(set(CHECKS) - OF_DIALOGUES))
def test_messages_are_taken_in_every_form(name: str) -> None:
    dialogue = replace(Dialogue.from_texts(["Hello.", "Model B: Hi.", "", "", "Goodbye!"]), ending=None)
    verdict = run(name, dialogue)
    assert run(name, dialogue.messages) == verdict
    assert run(name, iter(dialogue)) == verdict
    assert isinstance(run(name, dialogue[1]), Verdict)


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_what_is_no_dialogue_is_refused(name: str) -> None:
    with pytest.raises(CheckError):
        run(name, "Hello.")


@every_check
def test_options_are_given_by_name_and_documented(name: str) -> None:
    signature = inspect.signature(CHECKS[name])
    doc = inspect.getdoc(CHECKS[name]) or ""
    kinds = [parameter.kind for parameter in list(signature.parameters.values())[2:]]
    assert set(kinds) <= {inspect.Parameter.KEYWORD_ONLY}
    assert all(f"{option}:" in doc for option in list(signature.parameters)[1:])
    assert doc.partition("\n")[0].endswith(".")


@pytest.mark.parametrize(
    "name", sorted(name for name in CHECKS if "at_most" in inspect.signature(CHECKS[name]).parameters)
)
@pytest.mark.parametrize("value", [-1, math.nan, "2", None, True])
def test_a_threshold_that_cannot_be_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(CheckError, match=f"^{name}: at_most must be"):
        CHECKS[name](talk([]), **NEEDED.get(name, {}), at_most=value)


@every_check
def test_long_texts_of_every_sort_are_read_in_one_pass(name: str) -> None:
    for unit in UNITS:
        long = unit * (15_000 // len(unit))
        assert isinstance(run(name, talk(["Hello.", long, "x" + long + "x"])), Verdict), unit


@every_check
def test_one_message_of_a_megabyte_is_read_in_one_pass(name: str) -> None:
    text = " ".join(f"On day {n} the tide turned, and the boats came back to the harbour." for n in range(15_000))
    assert len(text) > 1_000_000
    assert isinstance(run(name, talk(["Hello.", text])), Verdict)


@every_check
def test_ten_thousand_messages_are_read_in_one_pass(name: str) -> None:
    texts = [f"Message {n} tells of the tide." if n % 100 else "Thank you, goodbye." for n in range(10_000)]
    assert isinstance(run(name, talk(texts)), Verdict)


def seconds(name: str, dialogue: Dialogue) -> float:
    begin = time.process_time()
    run(name, dialogue)
    return time.process_time() - begin


@every_check
@pytest.mark.parametrize(
    "texts",
    [
        ("The tide turns at noon, so the boats leave before lunch today.",),
        ("Which tide, and when does it turn?", "Noted.", "(Silence.)", "", "Model B: Hi.", "<think>hm</think> Yes."),
    ],
    ids=["the same", "faults"],
)
def test_fifteen_times_the_messages_do_not_take_a_hundred_times_as_long(name: str, texts: tuple[str, ...]) -> None:
    few, many = (talk([texts[at % len(texts)] for at in range(count)]) for count in (1_000, 15_000))
    assert seconds(name, many) < 100 * max(seconds(name, few), 0.005)


@every_check
def test_of_messages_that_all_fail_the_verdict_counts_each_and_shows_some(name: str) -> None:
    fault = "Model B: <think>I'm sorry, but I can't help with that.</think> " + "So be it, dear tide. " * 50
    verdict = run(name, talk(["What is the tide?", fault] * 1_000))
    assert len(verdict.evidence) <= 101
    assert all(len(item.why) < 1_000 for item in verdict.evidence)
    assert len(verdict.sentence) < 1_000
    if len(verdict.evidence) == 101:
        assert verdict.evidence[-1].message is None
        assert re.fullmatch(r"and \d+ more reasons?", verdict.evidence[-1].why)


GUIDE = ROOT / "docs" / "checks.md"

#: Checks that have sections of their own in the guide, in place of a row.
OF_SECTIONS = {"conforms", "no_termination_loop", "not_truncated", "stays_on_topic"}


@pytest.mark.parametrize("name", sorted(set(CHECKS) - OF_SECTIONS))
def test_every_check_of_the_family_has_a_row_in_the_guide_with_its_default(name: str) -> None:
    (row,) = (line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{name}` |"))
    parameters = inspect.signature(CHECKS[name]).parameters
    if "at_most" in parameters:
        assert f"`at_most={parameters['at_most'].default}`" in row


@pytest.mark.parametrize("number", range(4))
def test_every_example_of_the_guide_runs(number: int) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(examples) >= 4
    exec(compile(examples[number], str(GUIDE), "exec"), {})  # noqa: S102 -- our own documentation


class Silent:
    """A value that cannot be printed."""

    def __repr__(self) -> str:
        raise RuntimeError


VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 3, 10**400, 10**5000, -(10**5000), 0.5, math.nan, math.inf, -math.inf, "", "\0", "\ud800",
    "(a+)+b", b"a", [], [""], [1], ["a"], (2, 1), {}, {"a": 1}, {"larch": {"input": 10**5000, "output": math.nan}},
    object(), Silent(), re.compile("a"), re.compile(b"a"), float, [[]], [{}], range(3), 2j,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "option"),
    [(name, option) for name in sorted(CHECKS) for option in list(inspect.signature(CHECKS[name]).parameters)[1:]],
)
def test_an_option_of_any_value_is_used_or_refused(name: str, option: str) -> None:
    dialogue = talk(["Which tide?", "The tide turns at noon, so the boats leave before lunch.", "", "Model B: Hi."])
    for value in VALUES:
        try:
            verdict = CHECKS[name](dialogue, **{**NEEDED.get(name, {}), option: value})
        except CheckError as refused:
            assert neutralise(str(refused), keep="\n") == str(refused)  # noqa: PT017 -- whether it is raised depends
        else:
            assert isinstance(verdict, Verdict)


@every_check
@pytest.mark.parametrize("value", ["", b"", {}])
def test_an_empty_text_is_no_dialogue_without_messages(name: str, value: object) -> None:
    with pytest.raises(CheckError):
        run(name, value)
