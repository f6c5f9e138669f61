"""Checks: functions from a dialogue to a verdict, one file per family; and the rules that end a dialogue early."""

from __future__ import annotations

from harness.checks._loop_tracker import IdleRun
from harness.checks.budget import within_budget
from harness.checks.echo import no_echo
from harness.checks.ending import hangs_up
from harness.checks.form import conforms, not_truncated
from harness.checks.identity import keeps_roles
from harness.checks.labels import no_speaker_labels
from harness.checks.language import keeps_language
from harness.checks.length import keeps_length
from harness.checks.loops import LoopWatch, TerminationLoop, find_termination_loop, no_termination_loop
from harness.checks.praise import no_flattery
from harness.checks.presence import no_empty_messages, no_empty_run
from harness.checks.questions import answers_questions
from harness.checks.reasoning import no_leaked_reasoning
from harness.checks.refusal import no_refusals
from harness.checks.repetition import no_self_repetition
from harness.checks.roles import stays_in_role
from harness.checks.stage import no_stage_directions
from harness.checks.stopping import termination_loop
from harness.checks.topic import Similarity, TopicCurve, TopicPoint, stays_on_topic, topic_curve

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
