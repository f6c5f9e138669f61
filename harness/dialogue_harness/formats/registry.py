"""The formats of transcripts: one file a format, and a decorator by which users add their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from dialogue_harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dialogue_harness.dialogue import Dialogue

C = TypeVar("C", bound=type)


@dataclass(frozen=True)
class TranscriptFormat:
    """One registered format; see :func:`transcript_format` for what its functions do."""

    name: str
    suffix: str
    sniff: Callable[[str], bool] | None
    read: Callable[[str, str], Dialogue | Iterable[Dialogue]] | None
    write: Callable[[Dialogue], str] | None


#: The registered formats by name, in the order of their registration.
FORMATS: Final[dict[str, TranscriptFormat]] = {}


def transcript_format(name: str, *, suffix: str) -> Callable[[C], C]:
    """Register a class as a format of transcripts, for ``Dialogue.load`` and ``.save`` and the command line.

    The class is never instantiated. It has some of these static methods; a format that can be read needs the first
    two, one that can be written needs the third::

        @dialogue_harness.transcript_format("chatlog", suffix=".log")
        class ChatLog:
            @staticmethod
            def sniff(head: str) -> bool: ...  # is it this format? Sees the first 4,096 characters, no byte order mark

            @staticmethod
            def read(text: str, source: str) -> Dialogue: ...  # or several, as a list; errors call the file `source`

            @staticmethod
            def write(dialogue: Dialogue) -> str: ...

    Args:
        name: what ``format=`` and ``--format`` call it. A name that is registered already gets the new format.
        suffix: how its files' names end, such as ``.log``.

    Raises:
        UsageError: the name is ``jsonl``, that of recordings; the suffix is not one; or the class has neither
            ``sniff`` and ``read``, nor ``write``.

    """
    if name == "jsonl" or suffix == ".jsonl" or not name.strip():
        msg = f"a transcript format cannot be named {name!r} with the suffix {suffix!r}"
        raise UsageError(msg, fix="choose another name and suffix; jsonl is the format of recordings")
    if not suffix.startswith(".") or suffix != suffix.strip() or len(suffix) == 1:
        msg = f"the suffix of transcript format {name!r} must begin with a dot"
        raise UsageError(msg, facts=[("got", repr(suffix))])

    def register(cls: C) -> C:
        sniff, read, write = (getattr(cls, method, None) for method in ("sniff", "read", "write"))
        if (sniff is None) != (read is None) or (read is None and write is None):
            msg = f"transcript format {name!r} needs sniff(head) and read(text, source), or write(dialogue), or all"
            raise UsageError(msg)
        FORMATS.pop(name, None)
        FORMATS[name] = TranscriptFormat(name, suffix.lower(), sniff, read, write)
        return cls

    return register
