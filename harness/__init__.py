"""The pytest-native evaluation harness for dialogues between two language models."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness import checks, errors
    from harness.checks._loop_tracker import IdleRun
    from harness.checks.loops import LoopWatch, TerminationLoop, find_termination_loop
    from harness.checks.verdict import Evidence, Verdict, check
    from harness.dialogue import Dialogue, Ending, Message, Usage
    from harness.recording import read_recording
    from harness.scenario import History, Scenario, Speaker
    from harness.transcript import read_transcript, write_transcript

__version__ = "0.1.0"

__all__ = [
    "Dialogue",
    "Ending",
    "Evidence",
    "History",
    "IdleRun",
    "LoopWatch",
    "Message",
    "Scenario",
    "Speaker",
    "TerminationLoop",
    "Usage",
    "Verdict",
    "__version__",
    "check",
    "checks",
    "errors",
    "find_termination_loop",
    "read_recording",
    "read_transcript",
    "write_transcript",
]

# Where each public name lives. They are imported when they are first asked for, so that the pytest plugin, which
# lives in this package, costs nothing in a run that does not use it.
_HOMES = {
    "Dialogue": "harness.dialogue",
    "Ending": "harness.dialogue",
    "Evidence": "harness.checks.verdict",
    "History": "harness.scenario",
    "IdleRun": "harness.checks._loop_tracker",
    "LoopWatch": "harness.checks.loops",
    "Message": "harness.dialogue",
    "Scenario": "harness.scenario",
    "Speaker": "harness.scenario",
    "TerminationLoop": "harness.checks.loops",
    "Usage": "harness.dialogue",
    "Verdict": "harness.checks.verdict",
    "check": "harness.checks.verdict",
    "find_termination_loop": "harness.checks.loops",
    "read_recording": "harness.recording",
    "read_transcript": "harness.transcript",
    "write_transcript": "harness.transcript",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- whatever the name stands for
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in {"checks", "errors"}:
        value = importlib.import_module(f"harness.{name}")
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
