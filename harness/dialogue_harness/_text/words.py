"""The words and sentences of a text in any script, for everything that counts or compares them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

#: A run of letters and digits, apostrophes inside it included; scripts that are written without spaces between
#: words (Chinese characters, kana, Thai, Lao, Khmer, Burmese) give one character each.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")

#: Where a sentence ends: its mark with the quotes and brackets that close after it, or an empty line.
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s)|[。！？][」』”）]*|\n\s*\n")

#: Words that carry grammar rather than content, in the languages that models most often speak or slide into.
FUNCTION_WORDS: Final = frozenset(
    """
    a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each either
    else ever every few for from further had hadn't has hasn't have haven't having he he's her here here's hers herself
    him himself his how however i i'd i'll i'm i've if in into is isn't it it's its itself just let let's may me might
    more most much must my myself neither no nor not now of off on once only or other our ours ourselves out over own
    quite rather really same shall she she's should shouldn't since so some such than that that's the their theirs them
    themselves then there there's these they they'd they'll they're they've this those through thus to too under until
    up upon us very was wasn't we we'd we'll we're we've well were weren't what what's when where whether which while
    who whom whose why will with within without won't would wouldn't yes yet you you'd you'll you're you've your yours
    yourself yourselves al como con de del el ella ellos en entre era es esa ese eso esta este esto ha hay la las le
    les lo los mi mis más muy nos o para pero por que qué se ser si sin sobre son su sus te tu un una uno y ya yo au
    aux avec c'est ce ces cette d'un d'une dans des donc du elle elles est et il ils j'ai je l'on leur leurs lui ma
    mais me mes moi mon ne ni notre nous ont ou où par pas plus pour qu'il que qui sa sans ses sont sur ta toi ton tous
    tout très une vos votre vous à été être aber als am auch auf aus bei bin bis bist da das dass dein dem den der des
    dich die dir doch du durch ein eine einem einen einer er es für haben hat ich ihr im ist ja kann kein mein mich mir
    mit nach nicht noch nur oder schon sein sich sie sind so um und uns unser unter vom von vor war was wenn wer wie
    wir wird zu zum zur über ao aos até com da dos e ele ela eles em essa esse eu foi isso isto já mas me meu minha na
    nas nem no não nós nosso o os ou pela pelo quando sem seu sua são também tem um uma você vocês é а без был была
    были бы в вам вас весь во вот все всё вы где да для его ее её если есть еще ещё же за и из или им их к как ко когда
    кто ли мне мы на нам нас не него нет ни но о об он она они от по при с со так также там то тоже только ты у уже чем
    что чтобы это этот эта эти я 的 了 是 在 我 你 您 他 她 它 们 們 这 這 那 和 与 與
    也 都 就 不 有 很 吗 嗎 呢 吧 啊 着 著 之 而 及 或 把 被 の に は を た が
    で て と し れ さ い る も な か ら り す ま う ん こ そ あ お よ ね
    """.split()  # noqa: SIM905 -- eight hundred quoted words would be no easier to read
)


def words(text: str) -> list[str]:
    """Return the words of ``text`` in order, case folded, apostrophes straight. Takes linear time."""
    return _WORD.findall(text.casefold().replace("’", "'"))


def content_words(text: str) -> list[str]:
    """Return the words of ``text`` that carry content: :func:`words` without :data:`FUNCTION_WORDS`."""
    return [word for word in words(text) if word not in FUNCTION_WORDS]


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``, stripped, none empty. Takes linear time."""
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    pieces = (text[start:end].strip() for start, end in pairwise(ends))
    return [piece for piece in pieces if piece]


def plural(count: float, noun: str, nouns: str | None = None) -> str:
    """Return a count with its noun: ``1 turn``, ``3 turns``, ``1,200 replies``.

    Args:
        count: how many; from a thousand on, commas separate the groups of digits.
        noun: the singular.
        nouns: the plural, where it is not the singular and an ``s``.

    """
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
