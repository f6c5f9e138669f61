"""A pytest-native evaluation harness for dialogues between two language models."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dialogue_harness import checks, errors
    from dialogue_harness.checks.loops.detector import LoopWatch, TerminationLoop, find_termination_loop
    from dialogue_harness.checks.loops.stopping import stop_rule
    from dialogue_harness.checks.loops.tracker import IdleRun
    from dialogue_harness.checks.verdict import Evidence, Verdict, check
    from dialogue_harness.dialogue import Dialogue, Ending, Message, Usage
    from dialogue_harness.engine.run import arun, run
    from dialogue_harness.formats.files import read_transcript
    from dialogue_harness.formats.registry import transcript_format
    from dialogue_harness.formats.transcript import write_transcript
    from dialogue_harness.models.own import model
    from dialogue_harness.models.protocol import ChatMessage, Context, Delta, Model, Reply
    from dialogue_harness.scenario import History, Scenario, Speaker
    from dialogue_harness.storage.reader import read_recording

__version__ = "0.1.0"

__all__ = [
    "ChatMessage",
    "Context",
    "Delta",
    "Dialogue",
    "Ending",
    "Evidence",
    "History",
    "IdleRun",
    "LoopWatch",
    "Message",
    "Model",
    "Reply",
    "Scenario",
    "Speaker",
    "TerminationLoop",
    "Usage",
    "Verdict",
    "__version__",
    "arun",
    "check",
    "checks",
    "errors",
    "find_termination_loop",
    "model",
    "read_recording",
    "read_transcript",
    "run",
    "stop_rule",
    "transcript_format",
    "write_transcript",
]

# Where each public name is defined. Each is imported on first use, so that an installed but unused pytest plugin,
# which lives in this package, costs nothing.
_HOMES = {
    "ChatMessage": "dialogue_harness.models.protocol",
    "Context": "dialogue_harness.models.protocol",
    "Delta": "dialogue_harness.models.protocol",
    "Dialogue": "dialogue_harness.dialogue",
    "Ending": "dialogue_harness.dialogue",
    "Evidence": "dialogue_harness.checks.verdict",
    "History": "dialogue_harness.scenario",
    "IdleRun": "dialogue_harness.checks.loops.tracker",
    "LoopWatch": "dialogue_harness.checks.loops.detector",
    "Message": "dialogue_harness.dialogue",
    "Model": "dialogue_harness.models.protocol",
    "Reply": "dialogue_harness.models.protocol",
    "Scenario": "dialogue_harness.scenario",
    "Speaker": "dialogue_harness.scenario",
    "TerminationLoop": "dialogue_harness.checks.loops.detector",
    "Usage": "dialogue_harness.dialogue",
    "Verdict": "dialogue_harness.checks.verdict",
    "arun": "dialogue_harness.engine.run",
    "check": "dialogue_harness.checks.verdict",
    "find_termination_loop": "dialogue_harness.checks.loops.detector",
    "model": "dialogue_harness.models.own",
    "read_recording": "dialogue_harness.storage.reader",
    "read_transcript": "dialogue_harness.formats.files",
    "run": "dialogue_harness.engine.run",
    "stop_rule": "dialogue_harness.checks.loops.stopping",
    "transcript_format": "dialogue_harness.formats.registry",
    "write_transcript": "dialogue_harness.formats.transcript",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- whatever the name stands for
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        if not isinstance(value, type):  # classes have theirs from :mod:`dialogue_harness._public`
            value.__module__ = __name__
    elif name in {"checks", "errors"}:
        value = importlib.import_module(f"dialogue_harness.{name}")
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
