"""The whole layout: each connected part from its layers, order and heights, then all parts on one sheet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.studio.layout.heights import heights_of
from core.studio.layout.layers import Edge, Slots, natural, slots_of
from core.studio.layout.order import put_in_order

if TYPE_CHECKING:
    import networkx as nx

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]

_LANDSCAPE = 1.7
_SWING = 90.0


@dataclass(frozen=True)
class Cell:
    """The room of one node, in pixels: its width, what it needs above and below its centre, and the gaps around."""

    width: float = 168
    above: float = 58
    below: float = 116
    column_gap: float = 56
    row_gap: float = 24
    thread_gap: float = 16
    part_gap: float = 72


@dataclass(frozen=True)
class Layout:
    """Centres of the nodes and ways of the threads, in pixels from the top left corner of the whole.

    A way is a row of cubic Bézier curves (start, two control points, end) from the right edge of its source's cell to
    the left edge of its target's, level at both ends. No way crosses a cell, but for one that closes a circle and those
    of a graph that would need tens of thousands of bends.
    """

    positions: Mapping[str, Point]
    routes: Mapping[Edge, tuple[Curve, ...]]
    width: float
    height: float


_DEFAULT_CELL = Cell()


def layered(graph: nx.DiGraph[str], cell: Cell = _DEFAULT_CELL) -> Layout:
    """Lay out a graph from left to right; parts that nothing joins stand side by side, the largest first."""
    return _on_one_sheet([_lay_out(nodes, edges, cell) for nodes, edges in _parts(graph)], cell)


def _parts(graph: nx.DiGraph[str]) -> list[tuple[list[str], list[Edge]]]:
    """Split a graph into its connected parts, the largest first, nodes and edges in natural order."""
    targets = {node: sorted(set(graph.successors(node)) - {node}, key=natural) for node in sorted(graph, key=natural)}
    parts: list[tuple[list[str], list[Edge]]] = []
    reached: set[str] = set()
    for root in targets:
        if root in reached:
            continue
        part, found = {root}, [root]
        for node in found:
            near = [other for other in (*targets[node], *graph.predecessors(node)) if other not in part]
            part.update(near)
            found.extend(dict.fromkeys(near))
        reached |= part
        nodes = sorted(part, key=natural)
        parts.append((nodes, [(node, target) for node in nodes for target in targets[node]]))
    return sorted(parts, key=lambda part: -len(part[0]))


def _lay_out(nodes: Sequence[str], edges: Sequence[Edge], cell: Cell) -> Layout:
    """Lay out one connected part."""
    slots = slots_of(nodes, edges)
    put_in_order(slots)
    centres = _centres(slots, cell)
    positions = {name: centres[slot] for slot, name in enumerate(slots.names) if name is not None}
    bends = [y for (_, y), name in zip(centres, slots.names, strict=True) if name is None]
    top = min([y - cell.above for _, y in positions.values()] + bends)
    bottom = max([y + cell.below for _, y in positions.values()] + bends)
    routes = {}
    for edge in edges:
        routes[edge] = _way(positions, edge, [centres[bend] for bend in slots.bends.get(edge, ())], cell)
    width = len(slots.layers) * (cell.width + cell.column_gap) - cell.column_gap
    return _moved(Layout(positions, routes, width, bottom - top), 0, -top)


def _centres(slots: Slots, cell: Cell) -> list[Point]:
    above = [cell.thread_gap / 2 if name is None else cell.above + cell.row_gap / 2 for name in slots.names]
    below = [cell.thread_gap / 2 if name is None else cell.below + cell.row_gap / 2 for name in slots.names]
    height = heights_of(slots, above, below)
    across = [0.0] * len(slots.names)
    for index, layer in enumerate(slots.layers):
        for slot in layer:
            across[slot] = cell.width / 2 + index * (cell.width + cell.column_gap)
    return list(zip(across, height, strict=True))


def _way(positions: Mapping[str, Point], edge: Edge, bends: Sequence[Point], cell: Cell) -> tuple[Curve, ...]:
    """Return the curves of one thread: level through each layer it passes, bent in the gaps between."""
    (from_x, from_y), (to_x, to_y) = positions[edge[0]], positions[edge[1]]
    half = cell.width / 2
    start, end = (from_x + half, from_y), (to_x - half, to_y)
    if end[0] < start[0]:
        return _way_back(start, end, max(from_y, to_y) + cell.below)
    points = [start, *((x + side, y) for x, y in bends for side in (-half, half)), end]
    return tuple(_curve(one, two) for one, two in itertools.pairwise(points))


def _curve(start: Point, end: Point) -> Curve:
    middle = (start[0] + end[0]) / 2
    return (start, (middle, start[1]), (middle, end[1]), end)


def _way_back(start: Point, end: Point, low: float) -> tuple[Curve, ...]:
    """Return the curves of a thread that closes a circle: out to the right, back below, in from the left."""
    middle = ((start[0] + end[0]) / 2, low)
    out, back = (start[0] + _SWING, start[1]), (end[0] - _SWING, end[1])
    return ((start, out, (start[0] + _SWING, low), middle), (middle, (end[0] - _SWING, low), back, end))


def _on_one_sheet(parts: Sequence[Layout], cell: Cell) -> Layout:
    """Put the parts in rows, as wide as the widest part or as a landscape sheet of their whole area."""
    gap = cell.part_gap
    area = sum((part.width + gap) * (part.height + gap) for part in parts)
    room = max([math.sqrt(area * _LANDSCAPE), *(part.width for part in parts)])
    placed: list[Layout] = []
    x = y = row_height = width = 0.0
    for part in parts:
        if x and x + part.width > room:
            x, y, row_height = 0.0, y + row_height + gap, 0.0
        placed.append(_moved(part, x, y))
        width, row_height = max(width, x + part.width), max(row_height, part.height)
        x += part.width + gap
    return Layout(
        positions={name: point for part in placed for name, point in part.positions.items()},
        routes={edge: way for part in placed for edge, way in part.routes.items()},
        width=width,
        height=y + row_height,
    )


def _moved(part: Layout, right: float, down: float) -> Layout:
    return Layout(
        positions={name: (x + right, y + down) for name, (x, y) in part.positions.items()},
        routes={edge: tuple(_moved_curve(curve, right, down) for curve in way) for edge, way in part.routes.items()},
        width=part.width,
        height=part.height,
    )


def _moved_curve(curve: Curve, right: float, down: float) -> Curve:
    start, leave, arrive, end = ((x + right, y + down) for x, y in curve)
    return (start, leave, arrive, end)
