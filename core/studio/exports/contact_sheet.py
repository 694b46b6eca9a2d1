"""All pictures of a project on one sheet, numbered, in their order."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from core.models.asset import Asset
from core.studio.exports.canvas import Canvas, new_canvas, scale_for
from core.studio.exports.captions import counted, kind_and_state, name_of, states_of
from core.studio.exports.drawing import (
    EMPTY_SIZE,
    HEAD_HEIGHT,
    MARGIN,
    draw_head,
    draw_mark,
    draw_nothing_yet,
    draw_picture,
)
from core.studio.exports.files import write_png
from core.studio.exports.placing import FRAME, fitted
from core.studio.exports.style import LIGHT
from core.studio.exports.thumbnails import Thumbnails, read_picture
from core.studio.layout import Point
from core.studio.states import state_of

_ROOM = (256.0, 176.0)
_ACROSS = 292.0
_BELOW = 82.0
"""From the foot of a row's pictures to the next row: frame, caption, air."""
_DENSITY = 1.5
_LANDSCAPE = 1.4
_LEAST_COLUMNS = 3
_NO_PICTURE = (256, 144)


def write_contact_sheet(assets: Iterable[Asset], thumbnails: Thumbnails, out: Path, title: str) -> None:
    """Draw the pictures in a grid into a PNG, smaller where it would pass 60 megapixels.

    `thumbnails` returns the encoded small picture of an asset; one that cannot be read becomes a tile that says so.

    Raises:
        WorkspaceError: `out` cannot be written.
    """
    shown = list(assets)
    columns = _columns(len(shown))
    rows = [shown[start : start + columns] for start in range(0, len(shown), columns)]
    highs = [max(map(_high, row)) for row in rows]
    width = 2 * MARGIN + columns * _ACROSS - (_ACROSS - _ROOM[0])
    height = HEAD_HEIGHT + sum(highs) + len(rows) * _BELOW + 8
    if not shown:
        width, height = EMPTY_SIZE
    zoom = max(1.0, 1 / scale_for(width, height, _DENSITY))
    canvas = new_canvas(width, height + HEAD_HEIGHT * (zoom - 1), _DENSITY)
    draw_head(canvas.zoomed(zoom), title, counted(len(shown), "image") if shown else "", states_of(shown), width / zoom)
    for index, asset in enumerate(shown):
        row, column = divmod(index, columns)
        foot = HEAD_HEIGHT * zoom + sum(highs[: row + 1]) + row * _BELOW
        _draw_tile(canvas, asset, index + 1, (MARGIN + column * _ACROSS, foot), highs[row], thumbnails)
    if not shown:
        draw_nothing_yet(canvas)
    write_png(out, canvas.image)


def _columns(count: int) -> int:
    """Return how many columns look like a page and leave the fewest places of the last row empty."""
    wished = max(_LEAST_COLUMNS, math.ceil(math.sqrt(count * _LANDSCAPE)))
    near = range(max(_LEAST_COLUMNS, wished - 1), wished + 2)
    return min(near, key=lambda columns: (-count % columns, abs(columns - wished)))


def _high(asset: Asset) -> float:
    """Return how high a picture stands, as far as its size is known."""
    result = asset.result
    return fitted((result.width, result.height), _ROOM)[1] if result.width and result.height else _ROOM[1]


def _draw_tile(canvas: Canvas, asset: Asset, number: int, foot: Point, high: float, thumbnails: Thumbnails) -> None:
    """Draw one picture on its foot, its name below, its number, kind and state below that."""
    picture = read_picture(thumbnails, asset.id)
    wide, tall = fitted(picture.size if picture else _NO_PICTURE, (_ROOM[0], high))
    draw_picture(canvas, picture, (foot[0], foot[1] - tall, foot[0] + wide, foot[1]), state_of(asset), asset.id)
    _draw_caption(canvas, asset, number, (foot[0], foot[1] + FRAME + 20))


def _draw_caption(canvas: Canvas, asset: Asset, number: int, at: Point) -> None:
    quiet = canvas.face(12, LIGHT.quiet)
    numeral = f"{number} "
    indent = canvas.width_of(numeral, quiet) + 8
    face = canvas.face(14, LIGHT.ink, 500)
    canvas.write(numeral, at, quiet)
    for line in canvas.wrapped(name_of(asset, asset.id), face, _ROOM[0] - indent, 1):
        canvas.write(line, (at[0] + indent, at[1]), face)
    below = (at[0] + indent, at[1] + 19)
    state = state_of(asset)
    draw_mark(canvas, state, (below[0] + 4, below[1] - 4.3), 4)
    canvas.write(kind_and_state(asset), (below[0] + 15, below[1]), quiet)
