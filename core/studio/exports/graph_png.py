"""The lineage graph as one picture for print and for sending, drawn from the same layout as the page."""

from __future__ import annotations

from pathlib import Path

from core.models.asset import Asset
from core.studio.exports.canvas import Canvas, new_canvas, scale_for
from core.studio.exports.captions import kind_of, name_of, states_of, summary_of
from core.studio.exports.drawing import (
    EMPTY_SIZE,
    HEAD_HEIGHT,
    MARGIN,
    draw_arrow,
    draw_curve,
    draw_head,
    draw_mark,
    draw_nothing_yet,
    draw_picture,
)
from core.studio.exports.files import write_png
from core.studio.exports.placing import FRAME, PICTURE_ROOM, Box, Placing, placed
from core.studio.exports.style import LIGHT
from core.studio.exports.thumbnails import Thumbnails, read_picture, read_sizes
from core.studio.lineage import Graph, asset_of, present
from core.studio.states import state_of

_DENSITY = 2.0
_LEAST_WIDTH = 640.0
_THREAD = 1.8


def write_graph_png(graph: Graph, thumbnails: Thumbnails, out: Path, title: str) -> None:
    """Draw the graph into a PNG at two pixels a unit, smaller where it would pass 60 megapixels.

    `thumbnails` returns the encoded small picture of an asset; one that cannot be read becomes a tile that says so.

    Raises:
        WorkspaceError: `out` cannot be written.
    """
    placing = placed(graph, read_sizes(thumbnails, present(graph)))
    width = max(placing.width + 2 * MARGIN, _LEAST_WIDTH) if graph else EMPTY_SIZE[0]
    height = placing.height + HEAD_HEIGHT + MARGIN if graph else EMPTY_SIZE[1]
    # a huge graph is drawn small, but its title stays readable: the head keeps one pixel a unit
    zoom = max(1.0, 1 / scale_for(width, height, _DENSITY))
    canvas = new_canvas(width, height + HEAD_HEIGHT * (zoom - 1), _DENSITY)
    assets = [asset_of(graph, node) for node in graph]
    draw_head(canvas.zoomed(zoom), title, summary_of(graph), states_of(assets), width / zoom)
    if graph:
        _draw_graph(canvas.shifted((width - placing.width) / 2, HEAD_HEIGHT * zoom), graph, placing, thumbnails)
    else:
        draw_nothing_yet(canvas)
    write_png(out, canvas.image)


def _draw_graph(canvas: Canvas, graph: Graph, placing: Placing, thumbnails: Thumbnails) -> None:
    for node, box in placing.boxes.items():
        asset = asset_of(graph, node)
        picture = read_picture(thumbnails, node) if asset else None
        draw_picture(canvas, picture, box, state_of(asset), node)
        _draw_label(canvas, asset, node, box)
    for way in placing.threads.values():
        draw_arrow(canvas, way[-1][-1], LIGHT.thread)
    # threads of one source share their trunk: it is drawn once
    for curve in dict.fromkeys(curve for way in placing.threads.values() for curve in way):
        draw_curve(canvas, curve, LIGHT.thread, _THREAD)


def _draw_label(canvas: Canvas, asset: Asset | None, node: str, box: Box) -> None:
    middle, base = (box[0] + box[2]) / 2, box[3] + FRAME + 17
    face, quiet = canvas.face(12.5, LIGHT.ink, 500), canvas.face(11, LIGHT.quiet)
    for line in canvas.wrapped(name_of(asset, node), face, PICTURE_ROOM[0] + 2 * FRAME, 2):
        canvas.write_centred(line, (middle, base), face)
        base += 16
    kind = kind_of(asset)
    canvas.write_centred(kind, (middle + 7, base), quiet)
    draw_mark(canvas, state_of(asset), (middle - canvas.width_of(kind, quiet) / 2 - 3, base - 4), 3.8)
