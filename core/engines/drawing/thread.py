"""The red thread: from the subject's paw down to the ground, along it, and out of the frame or to where it ends.

It never ends in the air: it leaves at an edge, or ends at a cottage's door or over a window's sill.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing import built, indoors, wayside
from core.engines.drawing.brush import Points, Stage, spline
from core.engines.drawing.cutout import Subject
from core.engines.drawing.palette import colour, mix
from core.engines.drawing.picture import Plane
from core.engines.drawing.words import SceneWords

RED = colour("#D3301F")

Spot = tuple[float, float]


def hold_of(figure: Subject) -> Spot:
    """Return where a figure holds the thread, as fractions of its width and height.

    A red thread that is drawn already is taken up at its lower end; else it is the paw: the outermost place at the
    height of hands, on the side of the reddest thing there.
    """
    loose = _loose_end(figure)
    if loose is not None:
        return loose
    rows = slice(round(0.58 * figure.height), max(round(0.58 * figure.height) + 1, round(0.80 * figure.height)))
    solid, red = figure.alpha[rows] > 0.5, _redness(figure)[rows]
    wide = max(1, figure.width // 5)
    is_left = red[:, :wide][solid[:, :wide]].sum() > red[:, -wide:][solid[:, -wide:]].sum()
    columns = np.flatnonzero(solid.any(axis=0))
    if not columns.size:
        return 0.5, 0.7
    x = int(columns[0] if is_left else columns[-1])
    held = np.flatnonzero(solid[:, x])
    inset = 0.03 if is_left else -0.03
    return x / figure.width + inset, (rows.start + float(held.mean())) / figure.height


def _loose_end(figure: Subject) -> Spot | None:
    """Return the lower end of a thin red line that hangs beside the figure, if one is drawn."""
    solid = (figure.alpha > 0.35).astype(np.uint8)
    reach = max(3, round(0.022 * figure.height)) | 1
    body = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8))
    thin = (solid > body) & (_redness(figure) > 55)
    thin[: figure.height // 2] = False
    count, labels, stats, _ = cv2.connectedComponentsWithStats(thin.astype(np.uint8), connectivity=8)
    tall = [i for i in range(1, count) if stats[i, cv2.CC_STAT_HEIGHT] > 0.06 * figure.height]
    if not tall:
        return None
    rows, columns = np.nonzero(labels == tall[0])
    low = int(rows.argmax())
    return float(columns[low]) / figure.width, float(rows[low]) / figure.height


def _redness(figure: Subject) -> Plane:
    tone = figure.colour.astype(np.float32)
    red: Plane = np.maximum(tone[..., 2] - np.maximum(tone[..., 0], tone[..., 1]), 0)
    return red


def paint_thread(stage: Stage, words: SceneWords, hold: Spot, frame: tuple[float, float, float, float]) -> None:
    """Lay the thread from the paw of a figure (`frame`: its left, top, width and height in pixels) to its ends."""
    left, top, width, height = frame
    paw = left + hold[0] * width, top + hold[1] * height
    foot = top + height
    thick = 0.0014 * stage.unit + 0.006 * height
    for end in _ends(stage, words, (paw[0], foot)):
        course = _course(stage, paw, foot, height, end)
        _draw(stage, course, foot, thick)


def _ends(stage: Stage, words: SceneWords, feet: Spot) -> list[Points]:
    """Return the last stations of every end of the thread, the nearest first."""
    if words.land == "room":
        return [_to_window(stage)]
    if words.has("fork") and words.has("road"):
        high, low = wayside.fork_courses(stage)
        return [high[8:], low[8:]] if words.has("two threads") else [high[8:]]
    if words.has("house") and words.land != "sea" and not words.has("sea"):
        return [np.array([built.house_place(stage, built.land_top(stage))])]
    way = 1 if feet[0] < stage.width / 2 else -1
    if words.has("two threads"):
        return [_to_edge(stage, words, feet, way), _to_edge(stage, words, feet, -way)]
    return [_to_edge(stage, words, feet, way)]


def _to_window(stage: Stage) -> Points:
    """Return the way along the skirting, up the wall and over the window's sill."""
    x, sill = indoors.window_sill(stage)
    floor = stage.horizon + 0.03 * stage.ground_depth
    return np.array([(x - 0.04 * stage.unit, floor), (x, floor - 0.03 * stage.unit), (x + 0.01 * stage.unit, sill)])


def _to_edge(stage: Stage, words: SceneWords, feet: Spot, way: int) -> Points:
    """Return the way over the ground to the frame's edge: its foot in a street or on a jetty, else its side."""
    if words.has("street") or words.has("jetty"):
        return np.array([(stage.width * (0.5 + 0.12 * way), stage.height * 1.03)])
    near = (feet[1] - stage.horizon) / stage.ground_depth
    least = 0.72 if words.land == "sea" else 0.5 if words.land == "forest" else 0.16
    near = max(least, near - (0.08 if words.land == "sea" else 0.16))
    edge = stage.width * (1.02 if way > 0 else -0.02)
    middle = (feet[0] + edge) / 2, stage.horizon + (near + 0.05) * stage.ground_depth
    return np.array([middle, (edge, stage.horizon + near * stage.ground_depth)])


def _course(stage: Stage, paw: Spot, foot: float, height: float, end: Points) -> Points:
    """Join paw and end: a slack fall to the ground beside the feet, then a wavering run over it."""
    way = 1.0 if end[-1][0] > paw[0] else -1.0
    ground = foot + 0.02 * height
    fall = [paw, (paw[0] + 0.02 * way * height, 0.4 * paw[1] + 0.6 * ground), (paw[0] + 0.09 * way * height, ground)]
    start = np.array(fall[-1])
    run = []
    for t in (0.35, 0.7):
        sway = float(stage.rng.uniform(-1, 1)) * 0.05
        x, y = start + (end[0] - start) * t
        along = float(end[0][0] - start[0])
        run.append((x, y + sway * min(abs(along), 0.5 * stage.unit)))
    return spline([*fall, *run, *map(tuple, end)], closed=False, steps=10)


def _draw(stage: Stage, course: Points, foot: float, thick: float) -> None:
    """Draw the thread with a faint shadow under it, thinner the further away."""
    red = mix(RED, stage.palette.ink, 0.15 if stage.palette.is_dark else 0.0)
    near = np.clip((course[:, 1] - stage.horizon) / max(1.0, foot - stage.horizon), 0.3, 1.6)
    half = (np.maximum(1.3, thick * near) / 2)[:, None]
    along = np.gradient(course, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)[:, None]
    band = np.vstack([course + across * half, (course - across * half)[::-1]])
    stage.shape([band + np.array([0.0, 0.4 * thick + 0.5])], stage.palette.ink, opacity=0.3)
    stage.shape([band], red, opacity=0.95)
