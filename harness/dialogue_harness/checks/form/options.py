"""What the parts of `conforms` share: notes on a message, and how an option that makes no sense is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from dialogue_harness._text.printable import described, shorten
from dialogue_harness._text.validation import whole_number
from dialogue_harness.errors import CheckError


class Note(NamedTuple):
    """What a rule has to say about a message.

    Attributes:
        why: one clause, safe to print.
        breaks: whether the message breaks the rule; a remark otherwise.

    """

    why: str
    breaks: bool = True


#: One rule of a form: takes a message's text, yields what there is to say against it, nothing if it keeps the rule.
Rule = Callable[[str], Iterable[Note]]


def refusal(got: object, option: str, must: str, *, nearest: str | None = None, fix: str | None = None) -> CheckError:
    """Return the error of an option that makes no sense.

    Args:
        got: its value.
        option: its name, with its place where it is nested, as in ``any_of[1].max_words``.
        must: what it must be, or what is wrong with it.
        nearest: the nearest value that would be right, as a person would type it.
        fix: what to do instead.

    """
    facts = [("got", shorten(described(got), 100))]
    if nearest is not None:
        facts.append(("nearest", nearest))
    msg = f"conforms: {option} {must}"
    return CheckError(msg, facts=facts, fix=fix)


def whole(option: str, value: object, *, low: int = 0) -> int:
    """Return ``value`` if it is a whole number of at least ``low``.

    Raises:
        CheckError: it is not.

    """
    return whole_number(CheckError, f"conforms: {option}", value, low=low)


def several(option: str, value: object, what: str) -> tuple[str, ...]:
    """Return one string or several as a tuple; none of them may be blank.

    Args:
        option: name of the option.
        value: what was given.
        what: what each string is, in words, such as ``"a phrase"``.

    Raises:
        CheckError: it holds something else, a blank string, or nothing.

    """
    if isinstance(value, bytes | Mapping) or not isinstance(value, Iterable):
        raise refusal(value, option, f"must be {what} or a list of them")
    unordered = isinstance(value, AbstractSet)
    texts = (value,) if isinstance(value, str) else tuple(sorted(value, key=described) if unordered else value)
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise refusal(text, option, f"must be {what} or a list of them, none blank")
    if not texts:
        raise refusal(value, option, "must not be empty: it would ask for nothing")
    return texts
