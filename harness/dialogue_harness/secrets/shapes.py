r"""What keys look like: the shapes by which providers' keys, tokens and private keys are recognised.

A shape begins with a literal that is looked for first, since that costs next to nothing; only where it is found a
pattern is compiled and tried. Every pattern takes time linear in the text.

Keys are also recognised in text that was escaped, as in ``"a\nsk-…"`` in JSON or in a representation: an escape
before the literal counts as an edge, although it ends in a letter or digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How a text that was shortened shows that something is missing.
CUTS: Final = ("…", "...")

#: What people and models write where a key would stand. Random keys hold none of these.
_PLACEHOLDER: Final = re.compile(
    r"x{6}|example|placeholder|your[-_]|12345678|abcdefgh|abc123|"
    r"MTIzNDU2Nzg5|xMjM0NTY3OD",  # 123456789 in Base64, as in the web token that every introduction shows
    re.IGNORECASE,
)
#: A run as only random text has it; words joined by hyphens have none.
_RUN: Final = re.compile(r"[A-Za-z0-9]{12,}")
_LETTER: Final = re.compile(r"[A-Za-z]")

_WORD: Final = "[A-Za-z0-9_-]"
#: White space, also where it was escaped, once or twice.
_SPACE: Final = r"(?:\s|\\{1,4}[nrt])"


@dataclass(frozen=True)
class Shape:
    """What one kind of key looks like.

    Attributes:
        kind: what it is called, such as ``an OpenAI key``.
        literal: what every such key holds.
        body: regular expression for the rest; its group, where it has one, is what is secret.
        before: regular expression for what precedes the literal.
        strict: whether a run of letters and digits is needed, since the literal alone says little.
        edge: whether no letter or digit may precede the literal.

    """

    kind: str
    literal: str
    body: str
    before: str = ""
    strict: bool = False
    edge: bool = True

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in ``text`` such keys begin and end, in order."""
        for match in _compiled(self).finditer(text):
            start, end = match.span(match.lastindex or 0)
            if self._is_random(text[start:end]):
                yield start, end

    def cut_spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where such keys begin of which the end was cut away."""
        for match in _compiled_cut(self).finditer(text):
            yield match.span()

    def _is_random(self, key: str) -> bool:
        if _PLACEHOLDER.search(key):
            return False
        if self.strict:
            return any(_has_digit(run) and _LETTER.search(run) for run in _RUN.findall(key))
        rest = key.replace(self.literal, "", 1)
        return _has_digit(rest) or not (rest.islower() or rest.isupper())


def _sign(shape: Shape) -> str:
    return next((sign for sign in "_-" if sign in shape.literal), shape.literal)


SHAPES: Final = (
    Shape("an Anthropic key", "sk-ant-", _WORD + "{16,}", strict=True),
    Shape("an OpenAI key", "sk-", _WORD + "{20,}", strict=True),
    Shape("an AWS access key", "AKIA", "[A-Z0-9]{16}(?![A-Za-z0-9+/])"),
    Shape("an AWS access key", "ASIA", "[A-Z0-9]{16}(?![A-Za-z0-9+/])"),
    Shape("a GitHub token", "ghp_", "[A-Za-z0-9]{20,}"),
    Shape("a GitHub token", "gho_", "[A-Za-z0-9]{20,}"),
    Shape("a GitHub token", "ghu_", "[A-Za-z0-9]{20,}"),
    Shape("a GitHub token", "ghs_", "[A-Za-z0-9]{20,}"),
    Shape("a GitHub token", "ghr_", "[A-Za-z0-9]{20,}"),
    Shape("a GitHub token", "github_pat_", "[A-Za-z0-9_]{20,}"),
    Shape("a GitLab token", "glpat-", _WORD + "{20,}"),
    Shape("a Slack token", "xox", "[abeoprs]-[A-Za-z0-9-]{10,}", strict=True),
    Shape("a Google API key", "AIza", _WORD + "{30,45}(?![A-Za-z0-9_+/-])"),
    Shape("a Hugging Face token", "hf_", "[A-Za-z0-9]{20,}"),
    Shape("a Stripe key", "sk_live_", "[A-Za-z0-9]{16,}"),
    Shape("a Stripe key", "rk_live_", "[A-Za-z0-9]{16,}"),
    Shape("a Groq key", "gsk_", "[A-Za-z0-9]{20,}"),
    Shape("an xAI key", "xai-", "[A-Za-z0-9]{20,}"),
    Shape("an NVIDIA key", "nvapi-", _WORD + "{20,}", strict=True),
    Shape("a Perplexity key", "pplx-", "[A-Za-z0-9]{20,}"),
    Shape("a JSON Web Token", "eyJ", rf"(?<![_-]eyJ){_WORD}{{8,}}+\.{_WORD}{{8,}}+\.{_WORD}{{8,}}+"),
    Shape(
        "a private key",
        "PRIVATE KEY",
        # The first line of the key, after headers such as `Version: …`; then all lines up to the end, if there is one.
        rf"(?: BLOCK)?-----(?:{_SPACE}{{0,4}}[A-Za-z-]{{2,20}}: ?[^\n\\]{{0,100}}){{0,6}}+{_SPACE}{{0,8}}"
        rf"[A-Za-z0-9+/]{{32,}}+(?:{_SPACE}{{1,8}}[A-Za-z0-9+/=]{{16,}}+)*+=*"
        rf"(?:{_SPACE}{{0,8}}[A-Za-z0-9+/=]{{0,76}}{_SPACE}{{0,8}}-----END [A-Z ]{{0,40}}-----)?",
        before="-----BEGIN [A-Z0-9 ]{0,32}",
        edge=False,
    ),
    Shape("a bearer token", "earer ", r"[ \t]{0,8}([A-Za-z0-9._~+/=-]{16,}+)", before="[Bb]", strict=True),
    Shape("a bearer token", "EARER ", r"[ \t]{0,8}([A-Za-z0-9._~+/=-]{16,}+)", before="B", strict=True),
)  # fmt: skip

#: The shapes by a character, or a word, without which a text holds none of them: most texts are done with quickly.
_BY_SIGN: Final = {
    sign: tuple(shape for shape in SHAPES if _sign(shape) == sign) for sign in {_sign(shape): None for shape in SHAPES}
}


def shapes_in(text: str) -> list[Shape]:
    """Return the shapes whose literal is in ``text``, in the order of :data:`SHAPES`, roughly."""
    return [s for sign, shapes in _BY_SIGN.items() if sign in text for s in shapes if s.literal in text]


@cache
def _compiled(shape: Shape) -> re.Pattern[str]:
    return re.compile(shape.before + re.escape(shape.literal) + _edge(shape) + shape.body)


@cache
def _compiled_cut(shape: Shape) -> re.Pattern[str]:
    literal = re.escape(shape.literal)
    edge = f"(?<!{_WORD}{literal})" if shape.edge and not shape.before else ""
    between = f"-----{_SPACE}{{0,8}}" if shape.literal == "PRIVATE KEY" else ""
    return re.compile(f"{shape.before}{literal}{edge}{between}{_WORD}{{6,}}+(?={'|'.join(map(re.escape, CUTS))})")


def _edge(shape: Shape) -> str:
    """Return an expression that holds, behind the literal, where no word goes on into it."""
    if not shape.edge or shape.before:
        return ""
    literal = re.escape(shape.literal)
    escapes = "|".join(rf"(?<=\\{escape}{literal})" for escape in ("[nrtbfv0]", "x[0-9a-f]{2}", "u[0-9a-f]{4}"))
    return f"(?:(?<![A-Za-z0-9]{literal})|{escapes})"


def _has_digit(text: str) -> bool:
    return any(digit in text for digit in "0123456789")
