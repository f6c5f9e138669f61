"""Many dialogues at a server that fails in every way at once; for tests and benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dialogue_harness import Dialogue, Message, Scenario, Speaker
from dialogue_harness.engine.context import context
from dialogue_harness.engine.obtain import Recorder
from dialogue_harness.engine.retry import Retry
from dialogue_harness.engine.runner import Runner
from dialogue_harness.models.openai.model import OpenAIModel
from dialogue_harness.storage.library import Library
from dialogue_harness.testing.server import ProtocolServer, RandomFaults

if TYPE_CHECKING:
    from pathlib import Path

FAULTS: dict[int | str, float] = {429: 0.10, 500: 0.05, "reset": 0.03, "broken_json": 0.02, "stall": 0.01}

_SPEAKER = Speaker("loopback", system="Stay on topic.", seed=1)


def faulty_server(**options: Any) -> ProtocolServer:
    return ProtocolServer(strict=True, faults=RandomFaults(FAULTS), **options)


def soak(url: str, folder: Path, dialogues: int, turns: int) -> list[Dialogue]:
    """Record so many dialogues and return them."""
    scenario = Scenario("soak", a=_SPEAKER, b=_SPEAKER, turns=turns)
    patient = Retry(attempts=20, first=0.02, longest=0.5)
    recorder = Recorder(
        Library(folder), "missing", lambda _: OpenAIModel("loopback", base_url=url, timeout=1.5), retry=patient
    )
    runner = Runner(recorder, concurrency=dialogues)
    try:
        samples = range(1, dialogues + 1)
        runner.prepare((scenario, sample) for sample in samples)
        return [runner.get(scenario, sample).dialogue for sample in samples]
    finally:
        runner.close()


def expected_views(dialogues: list[Dialogue]) -> set[tuple[int, tuple[tuple[str, str], ...]]]:
    """Return every context that these dialogues should have been asked with, by the seed that it goes with."""
    return {
        (dialogue.sample, tuple((m.role, m.content) for m in _before(dialogue, message)))
        for dialogue in dialogues
        for message in dialogue.messages[1:]
    }


def received_views(server: ProtocolServer) -> set[tuple[int, tuple[tuple[str, str], ...]]]:
    """Return every context that the server was asked with, likewise."""
    bodies = [request.json for request in server.requests]
    return {(body["seed"], tuple((m["role"], m["content"]) for m in body["messages"])) for body in bodies}


def _before(dialogue: Dialogue, message: Message) -> Any:
    return context(dialogue.scenario, dialogue.messages[: message.number - 1]).messages
