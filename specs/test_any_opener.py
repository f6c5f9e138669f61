"""However a dialogue is opened, the pair finds something to say: scenarios searched by Hypothesis.

The built-in pair needs no server and says the same every time, so these dialogues are held in memory, as many as
Hypothesis asks for.
"""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue_harness import Dialogue, Scenario, Speaker, checks

BAKER = Speaker("builtin:eliza", system="Discuss bread baking.")

openers = st.text(max_size=60) | st.sampled_from(["Hello.", "¡Hola!", "你好", "Goodbye.", "Model B: hi", "[END]", "{}"])


@settings(max_examples=40, deadline=None)
@given(opener=openers, turns=st.integers(1, 6))
def test_every_opener_gets_a_conversation(converse: Callable[..., Dialogue], opener: str, turns: int) -> None:
    dialogue = converse(Scenario("any opener", a=BAKER, b=BAKER, opener=opener, turns=turns))

    assert len(dialogue) == 2 * turns + 1
    assert checks.no_empty_messages(dialogue[2:])
    assert checks.stays_in_role(dialogue[2:])
