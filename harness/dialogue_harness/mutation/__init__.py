"""Mutations: known damage done to a copy of a dialogue, as a worse model, prompt or server would do it.

A mutation is a pure function from a dialogue to the same mutated copy every time. Each breaks one property and leaves
the others alone as far as it can: numbers, scenario and the order of the speakers stay valid; a message that is a JSON
object stays one, unless its JSON is mutated; what the scenario gives (opening message, prefix, given messages) is not
touched; a speaker who ended the dialogue still ends it, unless its ending is mutated.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.validation import nearest, refuse
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.mutation.operators import KINDS, Mutation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MUTATIONS", "Mutation", "mutation_named"]

#: All mutations, by name.
MUTATIONS: Final[Mapping[str, Mutation]] = MappingProxyType({mutation.name: mutation for mutation in KINDS})


def mutation_named(name: str, *, where: str) -> Mutation:
    """Return the mutation with this name.

    Args:
        name: as it was typed.
        where: the flag that it was given to, for the error.

    Raises:
        ConfigurationError: there is none; the error lists all and names the nearest.

    """
    if name not in MUTATIONS:
        near = nearest(name, MUTATIONS, cutoff=0.4)
        refuse(ConfigurationError, f"{where} must be one of {', '.join(MUTATIONS)}", name, near)
    return MUTATIONS[name]
