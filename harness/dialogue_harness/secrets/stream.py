"""Scrubbing what is shown while it is still being said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dialogue_harness.secrets import WORD, known_secrets

if TYPE_CHECKING:
    from dialogue_harness.secrets import Secrets

#: Characters that are held back at most; a private key is shorter.
_HELD: Final = 8192

_BEGIN, _END, _RULE = "-----BEGIN", "-----END", "-----"


class Stream:
    """Scrubs a text that arrives piece by piece, where a secret may be cut at any place.

    What could be the beginning of a secret is held back until it is known to be none: the word that is being said,
    mostly.

    Args:
        secrets: by default, what is secret when the stream begins.

    """

    def __init__(self, secrets: Secrets | None = None) -> None:
        self._secrets = secrets or known_secrets()
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take a piece and return, scrubbed, what of the text so far can be shown and was not yet."""
        text = self._held + piece
        at = self._doubtful_from(text)
        if len(text) - at > _HELD:
            at = len(text)
        self._held = text[at:]
        return self._secrets.scrub(text[:at])

    def flush(self) -> str:
        """Return, scrubbed, what was held back: the text has ended."""
        text, self._held = self._held, ""
        return self._secrets.scrub(text)

    def _doubtful_from(self, text: str) -> int:
        """Return where the part begins that more text could make a secret of."""
        at = len(text.rstrip(WORD))
        before = text[:at].rstrip(" \t")
        if before.endswith(("earer", "EARER")):
            at = len(before.rstrip(WORD))
        begun = text.rfind(_BEGIN)
        if begun >= 0 and at < _block_end(text, begun):
            at = min(at, begun)
        return min([at, *(len(text) - _begun(text, value) for value in self._secrets.spaced)])


def _block_end(text: str, begun: int) -> int:
    """Return where the block that begins there ends; beyond the text where its last line is still missing."""
    last = text.find(_END, begun)
    rule = text.find(_RULE, last + len(_END)) if last >= 0 else -1
    return rule + len(_RULE) if rule >= 0 else len(text) + 1


def _begun(text: str, value: str) -> int:
    """Return how much of a known value the end of the text is the beginning of."""
    return next((size for size in range(len(value) - 1, 0, -1) if text.endswith(value[:size])), 0)
