"""Known damages: what a model, a prompt or a server that got worse does to a dialogue, done to it on purpose.

A damage is a pure function from a dialogue to a damaged copy of it, the same copy every time. Each breaks one property
and leaves the others alone as far as it can: numbers, scenario and the order of the speakers stay valid; a message that
is a JSON object stays one, unless it is the JSON that is damaged; what the scenario gives (opener, prefix, given
messages) is not touched; a speaker who ended the dialogue still ends it, unless it is the ending that is damaged.

Room for errors, scenarios, dialogues and words only: a damage knows no checks, files or tests.
"""

from __future__ import annotations

import difflib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from harness.damage.kinds import KINDS, Damage
from harness.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DAMAGES", "Damage", "damage_named"]

#: All damages, by name.
DAMAGES: Final[Mapping[str, Damage]] = MappingProxyType({damage.name: damage for damage in KINDS})


def damage_named(name: str, *, where: str) -> Damage:
    """Return the damage of that name.

    Args:
        name: as a person typed it.
        where: the flag that it was typed after, for the error.

    Raises:
        ConfigurationError: there is none; it lists all and names the nearest.

    """
    if name in DAMAGES:
        return DAMAGES[name]
    near = difflib.get_close_matches(name, DAMAGES, n=1, cutoff=0.4)
    facts = [("got", ascii(name)), *([("nearest", near[0])] if near else [])]
    msg = f"{where} must be one of {', '.join(DAMAGES)}"
    raise ConfigurationError(msg, facts=facts)
