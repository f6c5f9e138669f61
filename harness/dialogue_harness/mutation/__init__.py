"""Known mutations: what a model, a prompt or a server that got worse does to a dialogue, done to it on purpose.

A mutation is a pure function from a dialogue to a mutated copy of it, the same copy every time. Each breaks one
property
and leaves the others alone as far as it can: numbers, scenario and the order of the speakers stay valid; a message that
is a JSON object stays one, unless it is the JSON that is mutated; what the scenario gives (opener, prefix, given
messages) is not touched; a speaker who ended the dialogue still ends it, unless it is the ending that is mutated.

Room for errors, scenarios, dialogues and words only: a mutation knows no checks, files or tests.
"""

from __future__ import annotations

import difflib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

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
    if name in MUTATIONS:
        return MUTATIONS[name]
    near = difflib.get_close_matches(name, MUTATIONS, n=1, cutoff=0.4)
    facts = [("got", ascii(name)), *([("nearest", near[0])] if near else [])]
    msg = f"{where} must be one of {', '.join(MUTATIONS)}"
    raise ConfigurationError(msg, facts=facts)
