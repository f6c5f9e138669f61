"""Which regular expressions a backtracking engine may take for ever on, and at what cost it runs the others.

An automaton has exponentially many paths over some text if and only if a state can be left and reached again over
one word in two ways (Weber and Seidl, On the degree of ambiguity of finite automata, Theoretical Computer Science
88(2), 1991). A backtracking engine walks all of them where the text almost matches.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from dialogue_harness.checks.form.automaton import MANY, Builder, Graph, TooBig
from dialogue_harness.checks.form.syntax import Alt, At, Chars, Node, Opaque, Repeat, Seq

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Characters of all sorts that sets tell apart, besides the ones that an expression names.
_SAMPLE: Final = "".join(map(chr, range(128))) + "\x85\xa0\u2028éßſİıКж中あ٣ａ…’🙂\ud800"
#: So many pairs of states are looked at before an expression is let through unexamined, to be run as an automaton.
_MAX_PAIRS: Final = 100_000

_Follow = dict[int, dict[int, int]]


def culprit(tree: Node) -> Repeat | None:
    """Return the repetition that may take exponential time on some text, or ``None`` if there is none.

    Raises:
        TooBig: the expression is too large to be examined.

    """
    if (idle := _idle(tree)) is not None or _power(tree) == 0:
        return idle
    builder = Builder(examine=True)
    builder.add(tree, builder.graph.node())
    found = _ambiguous_loop(builder.graph)
    for body in builder.inner:
        found = found or culprit(body)
    return found


def _idle(node: Node) -> Repeat | None:
    """Return a repetition of what reads no character, of which no automaton can tell how the engine goes about it."""
    if isinstance(node, Repeat) and node.high != 1 and not _reads(node.body):
        return node
    return next((found for part in _parts(node) if (found := _idle(part)) is not None), None)


def _reads(node: Node) -> bool:
    if isinstance(node, Opaque) and node.kind != "atomic":
        return node.kind == "back"
    return isinstance(node, Chars) or any(map(_reads, _parts(node)))


def exponent(tree: Node) -> int:
    """Return the power of a text's length that bounds the steps of one attempt to match, if there is no culprit."""
    power = _power(tree)
    return power + _backs(tree) if power else 0  # a text to refer back to is long only where something repeats


def _power(node: Node) -> int:
    if isinstance(node, Repeat):
        inside = _power(node.body)
        return max(1, inside) if node.high is None or node.high >= MANY else inside * node.high
    if isinstance(node, Alt | Opaque):
        return max(map(_power, _parts(node)), default=0)
    power = 0
    for item in reversed(_parts(node)):
        settled = isinstance(item, Opaque) or (isinstance(item, Repeat) and not item.gives_back)
        power = max(power, _power(item)) if settled else power + _power(item)
    return power


def _backs(node: Node) -> int:
    return (isinstance(node, Opaque) and node.kind == "back") + sum(map(_backs, _parts(node)))


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Seq):
        return node.items
    if isinstance(node, Alt):
        return node.options
    if isinstance(node, Opaque):
        return node.bodies
    return (node.body,) if isinstance(node, Repeat) else ()


def choices(node: Node) -> float:
    """Return the binary logarithm of the number of ways that the parts without loops may be tried in."""
    if isinstance(node, Repeat):
        inside = choices(node.body)
        if node.high is None:
            return inside * node.low
        return math.log2(node.high - node.low + 1) + inside * node.high
    if isinstance(node, Alt):
        first = [option.source[:1] for option in node.options]
        apart = len(set(first)) == len(first) and all(char.isalnum() for char in first)
        each = max(map(choices, node.options), default=0.0)
        return each if apart else each + math.log2(max(1, len(first)))
    return sum(map(choices, _parts(node)))


def is_anchored(tree: Seq) -> bool:
    """Whether a match can begin at the beginning of the text alone."""
    return bool(tree.items) and isinstance(tree.items[0], At) and tree.items[0].where == "start"


def _ambiguous_loop(graph: Graph) -> Repeat | None:
    if not graph.back:
        return None
    looped = [node for node in graph.chars if graph.loops[node]]
    follow = {node: _follow(graph, node) for node in looped}
    accepts = _accepted(graph.chars)
    for members in _components(follow):
        inside = {node: {to: ways for to, ways in follow[node].items() if to in members} for node in members}
        if _two_ways_round(inside, accepts):
            return _smallest(graph, members)
    return None


def _follow(graph: Graph, node: int) -> dict[int, int]:
    """Return the characters' nodes that can come next, and in how many ways, 2 standing for more.

    Free edges lead to higher numbers, but for those back to the beginning of a loop. A way takes at most one of
    them: the engine does not go round a loop twice without reading anything.
    """
    ahead, looping = _ways(graph, {node + 1: 1})
    entries: dict[int, int] = defaultdict(int)
    for last, ways in looping.items():
        entries[graph.back[last]] += ways
    again, _ = _ways(graph, entries)
    return {to: min(2, ahead.get(to, 0) + again.get(to, 0)) for to in ahead.keys() | again.keys()}


def _ways(graph: Graph, starts: Mapping[int, int]) -> tuple[dict[int, int], dict[int, int]]:
    ways = defaultdict(int, starts)
    waiting = list(ways)
    heapq.heapify(waiting)
    read: dict[int, int] = {}
    looping: dict[int, int] = {}
    while waiting:
        node = heapq.heappop(waiting)
        count = min(2, ways[node])
        if node in graph.chars:
            read[node] = count
        if node in graph.back:
            looping[node] = count
        for to in graph.free[node]:
            if to not in ways:
                heapq.heappush(waiting, to)
            ways[to] += count
    return read, looping


def _accepted(chars: Mapping[int, Chars]) -> dict[int, frozenset[str]]:
    spelt = "".join(node.spelt for node in chars.values())
    sample = set(_SAMPLE + spelt + spelt.swapcase())
    sample |= {chr(ord(char) + step) for char in spelt for step in (-1, 1) if 0 <= ord(char) + step <= 0x10FFFF}
    known: dict[Chars, frozenset[str]] = {}
    for node in chars.values():
        if node not in known:
            known[node] = frozenset(char for char in sample if node.matcher.match(char))
    return {number: known[node] for number, node in chars.items()}


def _components(follow: _Follow) -> Iterable[frozenset[int]]:
    """Yield the strongly connected components that hold an edge (Kosaraju's algorithm, without recursion)."""
    order = _finished(follow, list(follow))
    backwards: dict[int, list[int]] = defaultdict(list)
    for node, after in follow.items():
        for to in after:
            backwards[to].append(node)
    seen: set[int] = set()
    for root in reversed(order):
        members: set[int] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                members.add(node)
                waiting += backwards[node]
        if len(members) > 1 or any(node in follow[node] for node in members):
            yield frozenset(members)


def _finished(follow: _Follow, roots: Iterable[int]) -> list[int]:
    order: list[int] = []
    seen: set[int] = set()
    for root in roots:
        waiting = [(root, False)]
        while waiting:
            node, done = waiting.pop()
            if done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting += [(to, False) for to in follow[node] if to in follow]
    return order


def _two_ways_round(inside: _Follow, accepts: Mapping[int, frozenset[str]]) -> bool:
    """Whether two different ways through a component read the same word from one state back to one state."""
    if any(ways > 1 for after in inside.values() for ways in after.values()):
        return True
    waiting = [(node, node) for node in inside]
    seen: set[tuple[int, int]] = set()
    looked = 0
    while waiting:
        left, right = waiting.pop()
        for one in inside[left]:
            for other in inside[right]:
                looked += 1
                if looked > _MAX_PAIRS:
                    raise TooBig
                if one == other and left != right:
                    return True
                pair = (min(one, other), max(one, other))
                if one != other and pair not in seen and accepts[one] & accepts[other]:
                    seen.add(pair)
                    waiting.append(pair)
    return False


def _smallest(graph: Graph, members: Iterable[int]) -> Repeat:
    """Return the innermost repetition around all of the members that is ambiguous by itself."""
    stacks = [graph.loops[node] for node in members]
    shared: list[Repeat] = [level[0] for level in zip(*stacks, strict=False) if all(loop is level[0] for loop in level)]
    return next((loop for loop in reversed(shared[1:]) if _is_ambiguous(loop)), shared[0])


def _is_ambiguous(loop: Repeat) -> bool:
    builder = Builder(examine=True)
    builder.add(loop, builder.graph.node())
    return _ambiguous_loop(builder.graph) is not None
