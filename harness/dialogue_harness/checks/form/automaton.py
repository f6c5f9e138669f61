"""Regular expressions as finite automata: searched for in linear time, and examined for what takes exponential time.

The automaton is Thompson's (Regular expression search algorithm, CACM 11(6), 1968), made deterministic state by
state while it reads, so that each character of a text costs one look-up in a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from dialogue_harness.checks.form.syntax import Alt, At, Chars, Node, Opaque, Repeat, Seq

#: Automata with more nodes are not built.
MAX_NODES: Final = 10_000
#: So many transitions are remembered before the table is begun anew.
_MAX_TRANSITIONS: Final = 50_000
#: For an examination, a repetition of so many times or more stands for one without end: no text is short enough.
MANY: Final = 10

#: What is read after the last character, and in place of a line break that is the last character.
_END: Final = ""
_LAST_BREAK: Final = "\n$"
#: Whether `\\B` is found in an empty text, which Python answers in one way before 3.14 and in the other since.
_EMPTY_HAS_NO_BOUNDARY: Final = re.search(r"\B", "") is not None

#: What is before a place, and what is after it. ``None`` is the beginning of the text.
_AFTER: Final[dict[str, frozenset[str | None]]] = {"start": frozenset({None}), "line start": frozenset({None, "\n"})}
_BEFORE: Final[dict[str, frozenset[str]]] = {
    "text end": frozenset({_END}),
    "end": frozenset({_END, _LAST_BREAK}),
    "line end": frozenset({_END, _LAST_BREAK, "\n"}),
}


class TooBig(Exception):
    """An expression needs more nodes than are built, or something that automata cannot do."""


@dataclass
class Graph:
    """Nodes by number. A node is left freely, or at a place (`at`), or by a character (`chars`).

    Except for ``back``, every free edge leads to a higher number.
    """

    free: list[list[int]] = field(default_factory=list)
    chars: dict[int, Chars] = field(default_factory=dict)
    at: dict[int, At] = field(default_factory=dict)
    back: dict[int, int] = field(default_factory=dict)
    loops: dict[int, tuple[Repeat, ...]] = field(default_factory=dict)

    def node(self) -> int:
        """Add a node and return its number."""
        if len(self.free) >= MAX_NODES:
            raise TooBig
        self.free.append([])
        return len(self.free) - 1


class Builder:
    """Builds the graph of an expression.

    Args:
        examine: build what is to be examined, not run: long repetitions as ones without end, and a stand-in for
            what automata cannot do.

    """

    def __init__(self, *, examine: bool = False) -> None:
        self.graph = Graph()
        self.examine = examine
        self.inner: list[Node] = []  # bodies of what looks around, to be examined on their own
        self._within: tuple[Repeat, ...] = ()
        self._is_settled = False  # within what gives nothing back, and so is tried in one way

    def add(self, node: Node, start: int) -> int:
        """Add a part that begins at node ``start``; return the node at which it ends."""
        if isinstance(node, Seq):
            for item in node.items:
                start = self.add(item, start)
            return start
        if isinstance(node, Chars | At):
            return self._single(node, start)
        if isinstance(node, Alt):
            ends = [self.add(option, self._after(start)) for option in node.options]
            return self._join(ends)
        if isinstance(node, Repeat):
            return self._repeat(node, start)
        if isinstance(node, Opaque):
            return self._opaque(node, start)
        raise TypeError(node)

    def _single(self, node: Chars | At, start: int) -> int:
        here = self._after(start)
        if isinstance(node, Chars):
            self.graph.chars[here] = node
            self.graph.loops[here] = self._within
        else:
            self.graph.at[here] = node
        end = self.graph.node()
        if isinstance(node, At):
            self.graph.free[here].append(end)
        return end

    def _repeat(self, node: Repeat, start: int) -> int:
        low, high = node.low, node.high
        if not node.gives_back or self._is_settled:
            return self._possessive(node, start)
        if self.examine and (high is None or high >= MANY):
            low, high = min(low, 2), None
        for _ in range(low - (high is None and low > 0)):
            start = self.add(node.body, start)
        if high is None:
            return self._loop(node, start, skippable=low == 0)
        ends = [start]
        for _ in range(high - low):
            start = self.add(node.body, self._after(start))
            ends.append(start)
        return self._join(ends) if len(ends) > 1 else start

    def _loop(self, node: Repeat, start: int, *, skippable: bool) -> int:
        entry = self._after(start)
        outside, self._within = self._within, (*self._within, node)
        first = self._after(entry)
        last = self._join([self.add(node.body, first)])
        self._within = outside
        self.graph.back[last] = first
        return self._join([last, entry] if skippable else [last])

    def _possessive(self, node: Repeat, start: int) -> int:
        end = self._settled(node.body, start)
        return self._join([end] if node.low else [start, end])

    def _settled(self, body: Node, start: int) -> int:
        """Add a part that is matched in one way, and examined by itself for how long that takes."""
        if not self.examine:
            raise TooBig
        outside, self._is_settled = self._is_settled, True
        end = self.add(body, self._after(start))
        self._is_settled = outside
        if not outside:
            self.inner.append(body)
        return self._join([end])

    def _opaque(self, node: Opaque, start: int) -> int:
        if node.kind == "atomic":
            return self._settled(node.bodies[0], start)
        if not self.examine:
            raise TooBig
        if node.kind == "look":
            self.inner += node.bodies
            return start
        return self._join([self.add(body, self._after(start)) for body in node.bodies] or [start])

    def _after(self, start: int) -> int:
        here = self.graph.node()
        self.graph.free[start].append(here)
        return here

    def _join(self, ends: list[int]) -> int:
        joint = self.graph.node()
        for end in ends:
            self.graph.free[end].append(joint)
        return joint


class _State(dict[str, "_State"]):
    """Where the automaton may be between two characters: a table of next states that fills as it is asked."""

    __slots__ = ("before", "machine", "nodes")

    def __init__(self, machine: Automaton, nodes: frozenset[int], before: str | None) -> None:
        super().__init__()
        self.machine = machine
        self.nodes = nodes
        self.before = before  # a character that stands for all that places tell apart; None at the beginning

    def __missing__(self, char: str) -> _State:
        return self.machine.step(self, char)


class Automaton:
    """Says whether an expression is found in a text, in time linear in the text.

    Raises:
        TooBig: when made of an expression that it cannot do; use `re` for it.

    """

    def __init__(self, tree: Seq) -> None:
        builder = Builder()
        self._first = builder.graph.node()
        self._last = builder.add(tree, self._first)
        self._graph = builder.graph
        self._words = {at.word.pattern + str(at.word.flags): at.word for at in builder.graph.at.values()}
        self._states: dict[tuple[frozenset[int], object], _State] = {}
        self._transitions = 0
        self._found = _State(self, frozenset(), None)
        self._lost = _State(self, frozenset(), None)

    def found_in(self, text: str) -> bool:
        """Whether the expression matches anywhere in ``text``, as ``re.search`` does."""
        state = self._state(frozenset({self._first}), None)
        body, last = (text[:-1], _LAST_BREAK) if text.endswith("\n") else (text, _END)
        for char in body:
            state = state[char]
            if state is self._found:
                return True
        state = state[last]
        return (state if last == _END else state[_END]) is self._found

    def step(self, state: _State, char: str) -> _State:
        """Return the state after ``char`` and remember it."""
        if state is self._found or state is self._lost:
            return state
        reached = self._closure(state, char)
        if self._last in reached:
            after = self._found
        elif char == _END:
            after = self._lost
        else:
            read = char[0]
            chars = self._graph.chars
            # a node with a character has no free edge, and the next number is where it leads
            moved = {node + 1 for node in reached if node in chars and chars[node].matcher.match(read)}
            after = self._state(frozenset({*moved, self._first}), read)
        self._transitions += 1
        if self._transitions > _MAX_TRANSITIONS:
            self._forget()
        state[char] = after
        return after

    def _forget(self) -> None:
        for old in self._states.values():
            old.clear()
        self._states.clear()
        self._transitions = 0

    def _state(self, nodes: frozenset[int], before: str | None) -> _State:
        kind = (
            None if before is None else (before == "\n", *(bool(word.match(before)) for word in self._words.values()))
        )
        key = (nodes, kind)
        if key not in self._states:
            self._states[key] = _State(self, nodes, before)
        return self._states[key]

    def _closure(self, state: _State, char: str) -> set[int]:
        reached: set[int] = set()
        waiting = list(state.nodes)
        while waiting:
            node = waiting.pop()
            if node in reached or (node in self._graph.at and not _holds(self._graph.at[node], state.before, char)):
                continue
            reached.add(node)
            waiting += self._graph.free[node]
            if node in self._graph.back:
                waiting.append(self._graph.back[node])
        return reached


def _holds(at: At, before: str | None, char: str) -> bool:
    """Whether a place is between ``before``, ``None`` at the beginning, and ``char``."""
    if at.where in _AFTER:
        return before in _AFTER[at.where]
    if at.where in _BEFORE:
        return char in _BEFORE[at.where]
    if before is None and char == _END:
        return at.where == "no boundary" and _EMPTY_HAS_NO_BOUNDARY
    is_boundary = bool(before and at.word.match(before)) != bool(char and at.word.match(char[0]))
    return is_boundary == (at.where == "boundary")
