"""A dialogue as Markdown, for an issue or a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dialogue_harness._text.printable import neutralise, shorten
from dialogue_harness.formats.registry import transcript_format

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Dialogue, Message

_BACKTICKS = re.compile(r"`+")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~&])")


def to_markdown(dialogue: Dialogue) -> str:
    """Return the dialogue as Markdown.

    Messages are in code fences longer than any run of backticks in them, so that no HTML or Markdown in them takes
    effect. Control characters are escaped.
    """
    scenario = dialogue.scenario
    a, b = shorten(scenario.a.model, 60), shorten(scenario.b.model, 60)
    pair = f"{a} with itself" if a == b else f"{a} with {b}"
    facts = [("Pair", pair), ("Turns", str(scenario.turns)), ("Messages", str(len(dialogue)))]
    if dialogue.date:
        facts.insert(0, ("Date", shorten(dialogue.date, 40)))
    if dialogue.ending:
        facts.append(("Ended by", dialogue.ending.reason))
    lines = [
        f"# {_escaped(shorten(scenario.name, 100))}",
        "",
        *(f"- {name}: {_escaped(value)}" for name, value in facts),
    ]
    for side, system in (("A", scenario.a.system), ("B", scenario.b.system)):
        if system:
            lines += ["", f"System prompt of {side}:", "", *_fenced(system)]
    for message in dialogue:
        lines += ["", *_message(message)]
    return "\n".join(lines) + "\n"


def _message(message: Message) -> list[str]:
    lines = [f"**{message.number} · {message.speaker}**", ""]
    if message.reasoning:
        lines += ["<details><summary>reasoning</summary>", "", *_fenced(message.reasoning), "", "</details>", ""]
    return lines + (["*(empty)*"] if message.is_empty else _fenced(message.text))


def _fenced(text: str) -> list[str]:
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", neutralise(text.strip("\n"), keep="\n"), fence]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


@transcript_format("md", suffix=".md")
class Markdown:
    """Markdown, for reading; it is never read back."""

    write = staticmethod(to_markdown)
