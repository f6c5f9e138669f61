"""From the options of `conforms` to rules: which there are, and what each is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from dialogue_harness._text.validation import nearest
from dialogue_harness.checks.form.lengths import UNITS, length_rule, phrase_rule
from dialogue_harness.checks.form.options import Note, Rule, refusal
from dialogue_harness.errors import CheckError

#: Every option that is a rule, or says how one is meant.
NAMES: Final = (
    "schema", "lenient", "any_of", "pattern", "max_words", "min_words", "max_characters", "min_characters",
    "max_sentences", "min_sentences", "markdown", "language", "requires", "forbids",
)  # fmt: skip

_EXAMPLE: Final = 'give one, as in conforms(dialogue.by("B"), schema={"type": "object"}, max_words=200)'


def rules(given: Mapping[str, Any], prefix: str = "") -> list[Rule]:
    """Return the rules of some options, those that cost least first.

    Args:
        given: the options by name; one that is ``None`` is not given.
        prefix: where they stand, for errors, such as ``any_of[1].``; empty at the top.

    Raises:
        CheckError: an option is unknown or makes no sense, or none is a rule.

    """
    options = {name: value for name, value in given.items() if value is not None}
    _check_names(options, prefix)
    made: list[Rule] = []
    for unit in UNITS:
        least, most = options.get(f"min_{unit}"), options.get(f"max_{unit}")
        if least is not None or most is not None:
            made.append(length_rule(prefix, unit, least, most))
    for name, wanted in (("requires", True), ("forbids", False)):
        if name in options:
            made.append(phrase_rule(prefix + name, options[name], wanted=wanted))
    made += [_rule(name, options, prefix) for name in ("pattern", "markdown", "language", "schema") if name in options]
    if "any_of" in options:
        made.append(_any_of(prefix + "any_of", options["any_of"]))
    if not made:
        msg = f"conforms: {prefix.rstrip('.')} holds no rule" if prefix else "conforms is given no rule"
        raise CheckError(msg, fix=_EXAMPLE)
    return made


def _rule(name: str, options: Mapping[str, Any], prefix: str) -> Rule:
    """Make a rule whose module is loaded only where it is asked for: together they take longer than other checks."""
    option, wanted = prefix + name, options[name]
    if name == "pattern":
        from dialogue_harness.checks.form.pattern import pattern_rule  # noqa: PLC0415 -- see above

        return pattern_rule(option, wanted)
    if name == "markdown":
        from dialogue_harness.checks.form.markdown import markdown_rule  # noqa: PLC0415 -- see above

        return markdown_rule(option, wanted)
    if name == "language":
        from dialogue_harness.checks.form.language import language_rule  # noqa: PLC0415 -- see above

        return language_rule(option, wanted)
    from dialogue_harness.checks.form.schema import schema_rule  # noqa: PLC0415 -- see above, and jsonschema with it

    return schema_rule(option, wanted, lenient=_lenient(options, prefix))


def notes(made: Iterable[Rule], text: str) -> Iterator[Note]:
    """Yield what rules have to say about a text."""
    for rule in made:
        yield from rule(text)


def _check_names(options: Mapping[str, Any], prefix: str) -> None:
    for name in options:
        if name not in NAMES:
            near = nearest(name, NAMES)
            raise refusal(name, f"{prefix}{name}", "is no rule; there are " + ", ".join(NAMES), nearest=near)
    if "schema" not in options and options.get("lenient"):
        raise refusal(options["lenient"], f"{prefix}lenient", "says how a schema is met, and there is no schema")


def _lenient(options: Mapping[str, Any], prefix: str) -> bool:
    lenient = options.get("lenient", False)
    if not isinstance(lenient, bool):
        raise refusal(lenient, f"{prefix}lenient", "must be True or False", nearest=str(bool(lenient)))
    return lenient


def _any_of(option: str, shapes: object) -> Rule:
    example = '[{"schema": {"type": "object"}}, {"pattern": "^NONE$"}]'
    if not isinstance(shapes, list | tuple) or not shapes:
        raise refusal(shapes, option, "must be a list of shapes, each a dict of rules", nearest=example)
    for place, shape in enumerate(shapes):
        if not isinstance(shape, Mapping):
            raise refusal(
                shape, f"{option}[{place}]", "must be a dict of rules", nearest=example[1:-1].partition("}, ")[0] + "}"
            )
    made = [rules(shape, f"{option}[{place}].") for place, shape in enumerate(shapes)]

    def rule(text: str) -> Iterator[Note]:
        told = []
        for shape in made:
            told.append(list(notes(shape, text)))
            if not any(note.breaks for note in told[-1]):
                yield from told[-1]
                return
        broken = [[note.why for note in of if note.breaks] for of in told]
        closest = min(range(len(broken)), key=lambda place: len(broken[place]))
        why = "; ".join(broken[closest])
        yield Note(f"fits none of {len(made)} shapes; the nearest is shape {closest + 1}: {why}")

    return rule
