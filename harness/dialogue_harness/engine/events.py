"""What happens while dialogues run, for those who show or count it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dialogue_harness.dialogue import Message
    from dialogue_harness.engine.obtain import Obtained
    from dialogue_harness.errors import HarnessError, ModelError
    from dialogue_harness.scenario import Scenario


class Observer:
    """Is told what happens while pairs talk; as it stands, it does nothing. Subclass it and override what matters.

    Every method but ``dialogue_queued`` is called from the thread that runs the event loop, in the order in which
    things happen, and must return at once: all dialogues wait for it. Of one dialogue come, in this order,
    ``dialogue_queued``, from the thread that asks for the dialogue, then
    ``dialogue_started``, any number of ``message_done`` and ``retrying``, and last either ``dialogue_done`` or
    ``dialogue_failed``. A dialogue whose recording another process made meanwhile is done without having started; one
    that is cut short because the run ends gets no further call.
    """

    def dialogue_queued(self, scenario: Scenario, sample: int) -> None:
        """A dialogue has to be run and waits for its place among those that are held at once."""

    def dialogue_started(self, scenario: Scenario, sample: int, said: int) -> None:
        """A pair begins to talk, going on after ``said`` messages that are recorded already, 0 for a new dialogue."""

    def message_done(self, scenario: Scenario, sample: int, message: Message) -> None:
        """A message is complete and on disk; of one that a model said, ``message.usage`` holds its tokens."""

    def retrying(self, scenario: Scenario, sample: int, error: ModelError, wait: float) -> None:
        """A message is asked for again after ``wait`` seconds; ``error.attempts`` requests have failed so far."""

    def dialogue_done(self, obtained: Obtained) -> None:
        """A dialogue is complete and recorded."""

    def dialogue_failed(self, scenario: Scenario, sample: int, error: HarnessError) -> None:
        """A dialogue cannot go on; what was said is kept. ``error`` is what its tests will be told."""

    def server_met(self, endpoint: str, window: int, rpm: float | None, tpm: float | None) -> None:
        """The first request to a server: at most ``window`` at once, ``rpm`` requests and ``tpm`` tokens a minute."""

    def server_held(self, endpoint: str, seconds: float) -> None:
        """The server named ``endpoint`` wants a pause, and gets no further request for ``seconds``."""

    def limit_changed(self, endpoint: str, window: int) -> None:
        """Of the server named ``endpoint`` at most ``window`` replies are now asked for at the same time."""
