"""Known mutations: what a worse model, prompt or server does to a dialogue, done to it on purpose.

A mutation is a pure function from a dialogue to a mutated copy, the same copy every time. Each breaks one property and
leaves the others alone as far as it can: numbers, scenario and the order of the speakers stay valid; a message that is
a JSON object stays one, unless the JSON is what is mutated; what the scenario gives (opening message, prefix, given
messages) is not touched; a speaker who ended the dialogue still ends it, unless the ending is what is mutated.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from dialogue_harness._text.validation import choice
from dialogue_harness.errors import ConfigurationError
from dialogue_harness.mutation.operators import KINDS, Mutation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MUTATIONS", "Mutation", "mutation_named"]

#: All mutations, by name.
MUTATIONS: Final[Mapping[str, Mutation]] = MappingProxyType({mutation.name: mutation for mutation in KINDS})


def mutation_named(name: str, *, where: str) -> Mutation:
    """Return the mutation of that name.

    Args:
        name: as a person typed it.
        where: the flag that it was typed after, for the error.

    Raises:
        ConfigurationError: there is none; it lists all and names the nearest.

    """
    return MUTATIONS[choice(ConfigurationError, where, name, MUTATIONS)]
