"""The lineage graph as the JSON that `page/drawing.js` draws, built by pyvis; the exported page and the live one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pyvis.network import Network

from core.studio.exports.captions import words
from core.studio.exports.placing import FRAME, placed
from core.studio.layout import Curve
from core.studio.lineage import Graph

DRAWING = Path(__file__).with_name("page") / "drawing.js"
_OPTIONS = {
    "autoResize": False,  # the library would change the zoom with the window
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "dragNodes": False, "multiselect": False, "selectConnectedEdges": False},
    "nodes": {"shape": "custom", "chosen": False},
    "edges": {"hidden": True, "smooth": {"enabled": False}, "chosen": False},
}


def network_of(
    graph: Graph, sizes: Mapping[str, tuple[int, int]], describe: Callable[[str], dict[str, Any]]
) -> dict[str, Any]:
    """Return nodes, edges, places and options as JSON values.

    `sizes` holds the pictures' sizes in pixels; `describe` returns what is said of a node, its `label` among it.
    """
    placing = placed(graph, sizes)
    network = Network(directed=True)
    # the library keeps nodes in plain objects: ids of our own, so that no asset can be called __proto__
    ids = {node: f"n{index}" for index, node in enumerate(graph)}
    for node, (left, top, right, bottom) in ((node, placing.boxes[node]) for node in graph):
        place = {"x": (left + right) / 2, "y": (top + bottom) / 2, "width": right - left, "height": bottom - top}
        network.add_node(ids[node], **describe(node), **{name: round(value, 1) for name, value in place.items()})
    curves: dict[Curve, int] = {}  # threads of one source share their trunk: each of its curves is told once
    for source, target, data in graph.edges(data=True):
        way = [curves.setdefault(curve, len(curves)) for curve in placing.threads.get((source, target), ())]
        network.add_edge(ids[source], ids[target], role=words(data["role"]), order=data["order"], curves=way)
    return {
        "nodes": network.nodes,
        "edges": network.edges,
        "curves": [[[round(x, 1), round(y, 1)] for x, y in curve] for curve in curves],
        "options": _OPTIONS,
        "width": placing.width,
        "height": placing.height,
        "frame": FRAME,
    }
