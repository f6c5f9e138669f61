"""Checks: functions from a dialogue to a verdict; and the rules that end a dialogue early.

Thresholds follow one grammar, for users' own checks too. ``at_most`` is the limit on a verdict's score, in the
score's unit: a count of messages, a share from 0 to 1, or a factor from 1 up. A score equal to the threshold passes.
``past`` is the number of idle turns that a loop may last, and ``within_budget`` names its limits after what they
limit. Other options say what is counted, never how much of it passes: ``fewest`` is how much a check needs before it
judges (messages of a dialogue, words of a message), ``likeness`` how similar two messages must be to count as copies
(0 to 1).
"""

from __future__ import annotations

from dialogue_harness._public import public
from dialogue_harness.checks.budget import within_budget
from dialogue_harness.checks.echo import no_echo
from dialogue_harness.checks.ending import hangs_up
from dialogue_harness.checks.form.conforms import conforms, not_truncated
from dialogue_harness.checks.identity import keeps_roles
from dialogue_harness.checks.labels import no_speaker_labels
from dialogue_harness.checks.language import keeps_language
from dialogue_harness.checks.length import keeps_length
from dialogue_harness.checks.loops.detector import (
    LoopWatch,
    TerminationLoop,
    find_termination_loop,
    no_termination_loop,
)
from dialogue_harness.checks.loops.stopping import termination_loop
from dialogue_harness.checks.loops.tracker import IdleRun
from dialogue_harness.checks.praise import no_flattery
from dialogue_harness.checks.presence import no_empty_messages, no_empty_run
from dialogue_harness.checks.questions import answers_questions
from dialogue_harness.checks.reasoning import no_leaked_reasoning
from dialogue_harness.checks.refusal import no_refusals
from dialogue_harness.checks.repetition import no_self_repetition
from dialogue_harness.checks.roles import stays_in_role
from dialogue_harness.checks.stage import no_stage_directions
from dialogue_harness.checks.topic.stays_on_topic import Similarity, TopicCurve, TopicPoint, stays_on_topic, topic_curve

__all__ = [
    "IdleRun",
    "LoopWatch",
    "Similarity",
    "TerminationLoop",
    "TopicCurve",
    "TopicPoint",
    "answers_questions",
    "conforms",
    "find_termination_loop",
    "hangs_up",
    "keeps_language",
    "keeps_length",
    "keeps_roles",
    "no_echo",
    "no_empty_messages",
    "no_empty_run",
    "no_flattery",
    "no_leaked_reasoning",
    "no_refusals",
    "no_self_repetition",
    "no_speaker_labels",
    "no_stage_directions",
    "no_termination_loop",
    "not_truncated",
    "stays_in_role",
    "stays_on_topic",
    "termination_loop",
    "topic_curve",
    "within_budget",
]

for _name in __all__:
    if isinstance(_value := globals()[_name], type):
        public(_value, __name__)
    else:
        _value.__module__ = __name__
