"""The first step of the layout: which layer each node stands in, and where threads pass through layers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

Edge = tuple[str, str]

_LEAST_BOUND = 10
_MOST_BENDS = 20_000


@dataclass
class Slots:
    """What stands in the layers: nodes, and bends where the trunk of a node passes through a layer.

    A slot is a number; `names` holds its node, or None for a bend. `left` and `right` are the slots it is joined with
    in the layers beside it. `bends` holds the bends each edge runs through, from left to right.
    """

    names: list[str | None] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)
    left: list[list[int]] = field(default_factory=list)
    right: list[list[int]] = field(default_factory=list)
    bends: dict[Edge, tuple[int, ...]] = field(default_factory=dict)

    def add(self, name: str | None, layer: int) -> int:
        """Put a new slot at the end of a layer and return its number."""
        while len(self.layers) <= layer:
            self.layers.append([])
        slot = len(self.names)
        self.names.append(name)
        self.left.append([])
        self.right.append([])
        self.layers[layer].append(slot)
        return slot

    def join(self, left: int, right: int) -> None:
        """Join two slots of neighbouring layers."""
        self.right[left].append(right)
        self.left[right].append(left)


def natural(name: str) -> list[str | int]:
    """Return a sort key that puts scene-2 before scene-10."""
    return [int(part) if index % 2 else part for index, part in enumerate(re.split(r"([0-9]+)", name))]


def slots_of(nodes: Sequence[str], edges: Sequence[Edge]) -> Slots:
    """Put the nodes of one connected part into layers, so that edges run from left to right.

    Edges that close a circle, and the longest trunks of a graph that would need tens of thousands of bends, join
    nothing here; they are drawn straight.
    """
    forward = _forward(nodes, edges)
    layer = _layers(nodes, forward)
    slots = Slots()
    slot = {node: slots.add(node, layer[node]) for node in nodes}
    trunk_of = _trunks(nodes, forward, layer, slots, slot)
    for source, target in forward:
        trunk = trunk_of[source]
        between = layer[target] - layer[source] - 1
        if between <= len(trunk):
            slots.bends[source, target] = trunk[:between]
            slots.join(trunk[between - 1] if between else slot[source], slot[target])
    return slots


def _forward(nodes: Sequence[str], edges: Sequence[Edge]) -> list[Edge]:
    """Leave out the edges that close a circle: those that lead back to a node still being walked."""
    targets: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        targets[source].append(target)
    started: set[str] = set()
    walking: set[str] = set()
    forward: list[Edge] = []
    made = {target for _, target in edges}
    for root in sorted(nodes, key=lambda node: node in made):  # beginnings first: they are never inside a circle
        stack = [root] if root not in started else []
        while stack:
            node = stack[-1]
            if node not in started:
                started.add(node)
                walking.add(node)
            if not targets[node]:
                walking.discard(stack.pop())
                continue
            target = targets[node].pop()
            if target not in walking:
                forward.append((node, target))
                stack.extend([] if target in started else [target])
    return forward


def _layers(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """Return each node's layer: right of all its sources, in a layer that still has room."""
    sources: dict[str, list[str]] = {node: [] for node in nodes}
    targets: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in edges:
        sources[target].append(source)
        targets[source].append(target)
    bound = max(_LEAST_BOUND, math.ceil(1.2 * math.sqrt(len(nodes))))
    layer: dict[str, int] = {}
    taken: Counter[int] = Counter()
    for node in _by_depth(nodes, sources, targets):
        place = max((layer[source] + 1 for source in sources[node]), default=0)
        while taken[place] >= bound:
            place += 1
        layer[node] = place
        taken[place] += 1
    _pull_beginnings(nodes, sources, targets, layer, taken, bound)
    return layer


def _by_depth(nodes: Sequence[str], sources: dict[str, list[str]], targets: dict[str, list[str]]) -> list[str]:
    """Return the nodes generation by generation: a node stands one after its last source."""
    waiting = {node: len(sources[node]) for node in nodes}
    generation = [node for node in nodes if not waiting[node]]
    found: list[str] = []
    while generation:
        found.extend(generation)
        following = []
        for target in (target for node in generation for target in targets[node]):
            waiting[target] -= 1
            if not waiting[target]:
                following.append(target)
        generation = following
    return found


def _pull_beginnings(
    nodes: Sequence[str],
    sources: dict[str, list[str]],
    targets: dict[str, list[str]],
    layer: dict[str, int],
    taken: Counter[int],
    bound: int,
) -> None:
    """Move a node without sources to the layer just before its first use: its thread gets short."""
    for node in nodes:
        if sources[node] or not targets[node]:
            continue
        place = min(layer[target] for target in targets[node]) - 1
        while place > layer[node] and taken[place] >= bound:
            place -= 1
        taken.subtract([layer[node]])
        taken.update([place])
        layer[node] = place


def _trunks(
    nodes: Sequence[str], edges: Sequence[Edge], layer: dict[str, int], slots: Slots, slot: dict[str, int]
) -> dict[str, tuple[int, ...]]:
    """Give each node the bends its threads share, one in each layer up to its last result; shortest trunks first."""
    length = dict.fromkeys(nodes, 0)
    for source, target in edges:
        length[source] = max(length[source], layer[target] - layer[source] - 1)
    trunks: dict[str, tuple[int, ...]] = {}
    left = _MOST_BENDS
    for node in sorted(nodes, key=lambda node: length[node]):
        left -= length[node]
        trunk = [slots.add(None, layer[node] + step + 1) for step in range(length[node] if left >= 0 else 0)]
        for before, after in zip([slot[node], *trunk], trunk, strict=False):
            slots.join(before, after)
        trunks[node] = tuple(trunk)
    return trunks
