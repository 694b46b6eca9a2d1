"""How a page lies: tilted on a table, curling into its binding. What is moved is moved with the boxes on it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.engines.drawing.picture import Plane
from core.studio.sample.pages.typeset import Placed

_COARSE = 2


def tilted(
    sheet: Plane, placed: Sequence[Placed], ground: Plane, corners: Sequence[tuple[float, float]]
) -> tuple[Plane, list[Placed]]:
    """Return a sheet laid on a ground with its corners (from top left, clockwise) at the places given."""
    rows, columns = sheet.shape[:2]
    source = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    turn = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    size = ground.shape[1], ground.shape[0]
    laid = cv2.warpPerspective(sheet, turn, size, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.ones((rows, columns), np.float32), turn, size, flags=cv2.INTER_LINEAR)
    fallen = np.array([[1, 0, 16], [0, 1, 22]], np.float32)
    shadow = cv2.GaussianBlur(cv2.warpAffine(cover, fallen, size), (0, 0), 14)
    dimmed = np.asarray(cv2.merge([(1 - 0.62 * shadow) * (1 - cover)] * 3), np.float32)
    result: Plane = ground * dimmed + laid * np.asarray(cv2.merge([cover] * 3), np.float32)
    return result, [_moved(item, cv2.perspectiveTransform(_rim(item)[None], turn)[0]) for item in placed]


def curled(sheet: Plane, placed: Sequence[Placed], rise: float, gutter: float = 0.34) -> tuple[Plane, list[Placed]]:
    """Return a sheet that bends down into a binding at its left, by `rise` pixels, and the boxes as they come to lie.

    Letters near the binding are narrower, and lines run upwards from it and level out.
    """
    rows, columns = sheet.shape[:2]
    x = np.arange(columns, dtype=np.float32) / columns
    slope = np.clip(1 - x / gutter, 0, 1)
    source_x = (x - 0.055 * slope**2 * (1 - slope) * 2.2 - 0.02 * slope**3) * columns
    lift = rise * slope**2 + 0.16 * rise * np.sin(np.clip((x - gutter * 0.7) / (1 - gutter * 0.7), 0, 1) * np.pi)
    y = np.arange(rows, dtype=np.float32)[:, None]
    map_y = (y - lift[None] * (0.4 + 0.9 * (1 - y / rows)) + rise * 0.2).astype(np.float32)
    map_x = np.broadcast_to(source_x.astype(np.float32), (rows, columns)).copy()
    bent = cv2.remap(sheet, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    coarse = map_x[::_COARSE, ::_COARSE], map_y[::_COARSE, ::_COARSE]
    return bent, [_seen(item, *coarse) for item in placed]


def binding_light(columns: int, gutter: float = 0.34) -> Plane:
    """Return the light across a curled sheet, from the dark of the binding to the sheet's flat part."""
    x = np.arange(columns, dtype=np.float32) / columns
    dark = np.clip(1 - x / (gutter * 0.42), 0, 1) ** 2.2
    glow = np.exp(-(((x - gutter * 0.62) / (gutter * 0.3)) ** 2))
    return np.asarray(0.985 - 0.74 * dark + 0.045 * glow - 0.07 * np.clip((x - 0.86) / 0.14, 0, 1) ** 2, np.float32)


def _seen(item: Placed, map_x: Plane, map_y: Plane) -> Placed:
    left, top, right, bottom = item.area
    inside = (map_x >= left) & (map_x < right) & (map_y >= top) & (map_y < bottom)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    corners = np.array([(columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)]) * _COARSE
    return _moved(item, corners)


def _rim(item: Placed) -> Plane:
    left, top, right, bottom = item.area
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def _moved(item: Placed, points: Plane) -> Placed:
    low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    return Placed(item.label, item.caption, (int(low[0]), int(low[1]), int(high[0]), int(high[1])))
