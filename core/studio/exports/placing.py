"""Where every picture and thread of the graph is drawn, for the page and the PNG alike. Lengths are in design units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import networkx as nx

from core.studio.layout import Curve, Layout, Point, layered
from core.studio.lineage import Graph

Box = tuple[float, float, float, float]
Edge = tuple[str, str]

PICTURE_ROOM = (156.0, 100.0)
FRAME = 5.0
_NO_PICTURE = (156, 88)
_AIR = 2.0


@dataclass(frozen=True)
class Placing:
    """Boxes of the pictures without their frames, curves of the threads from frame to frame, size of the whole."""

    boxes: Mapping[str, Box]
    threads: Mapping[Edge, tuple[Curve, ...]]
    width: float
    height: float


def placed(graph: Graph, sizes: Mapping[str, tuple[int, int]]) -> Placing:
    """Place the pictures of a graph; `sizes` holds their pixel sizes, those without one get an empty tile's."""
    layout = _laid_out(tuple(graph), tuple(graph.edges))
    boxes = {node: _box(centre, sizes.get(node, _NO_PICTURE)) for node, centre in layout.positions.items()}
    threads = {edge: _thread(layout, edge, boxes) for edge in layout.routes}
    return Placing(boxes, threads, layout.width, layout.height)


@lru_cache(maxsize=16)
def _laid_out(nodes: tuple[str, ...], edges: tuple[Edge, ...]) -> Layout:
    # the live page asks for the same graph with every click
    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(edges)
    return layered(graph)


def fitted(size: tuple[int, int], room: tuple[float, float]) -> tuple[float, float]:
    """Return the largest width and height of a picture's shape in a room; a sliver is drawn 12 units thick."""
    scale = min(room[0] / size[0], room[1] / size[1])
    return max(size[0] * scale, 12.0), max(size[1] * scale, 12.0)


def _box(centre: Point, size: tuple[int, int]) -> Box:
    wide, high = fitted(size, PICTURE_ROOM)
    return (centre[0] - wide / 2, centre[1] - high / 2, centre[0] + wide / 2, centre[1] + high / 2)


def _thread(layout: Layout, edge: Edge, boxes: Mapping[str, Box]) -> tuple[Curve, ...]:
    """Return a thread's curves, made longer at both ends from the cell's edge to the picture's frame."""
    way = layout.routes[edge]
    start, end = way[0][0], way[-1][-1]
    leave = (boxes[edge[0]][2] + FRAME + _AIR, start[1])
    arrive = (boxes[edge[1]][0] - FRAME - _AIR, end[1])
    return ((leave, leave, start, start), *way, (end, end, arrive, arrive))
