"""A film look: full bleed, graded, sharp in the middle, dark and soft towards the edges, with grain."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.finish import grained, vignetted
from core.engines.drawing.picture import Pixels, Plane, cover
from core.engines.vision.looks.ground import to_pixels
from core.engines.vision.restoration.canvas import MOST_CUT, scaled

COOL, WARM = np.array([0.055, 0.018, -0.05], np.float32), np.array([-0.07, 0.01, 0.055], np.float32)


def cinematic(picture: Pixels, width: int, height: int, seed: int) -> Pixels:
    """Return the picture as a graded still that fills a size, never distorted."""
    frame = _filling(picture, width, height).astype(np.float32) / 255
    frame = _with_depth(_graded(_dimmed(frame)))
    return grained(to_pixels(vignetted(frame, 0.42)), seed, 5.0)


def _filling(picture: Pixels, width: int, height: int) -> Pixels:
    """Fill the size; where that would cut off much, the whole picture stands before its own blurred copy."""
    rows, columns = picture.shape[:2]
    fill, whole = max(width / columns, height / rows), min(width / columns, height / rows)
    if 1 - whole / fill <= 2 * MOST_CUT:
        return cover(picture, width, height)
    far = cv2.GaussianBlur(cover(picture, width, height), (0, 0), 0.03 * max(width, height))
    near = scaled(picture, whole)[:height, :width]
    layer = far.copy()
    top, left = (height - near.shape[0]) // 2, (width - near.shape[1]) // 2
    layer[top : top + near.shape[0], left : left + near.shape[1]] = near
    mask = _sides(height, width, near.shape, 0.05 * min(width, height))
    return to_pixels((layer * mask[..., None] + far * (1 - mask[..., None])) / np.float32(255))


def _sides(height: int, width: int, shape: tuple[int, ...], soft: float) -> Plane:
    """Return 1 where the near picture stands, fading only towards the sides it does not reach."""
    across = (width - np.abs(np.arange(width) * 2 - width + 1) - (width - shape[1])) / 2
    down = (height - np.abs(np.arange(height) * 2 - height + 1) - (height - shape[0])) / 2
    fade = np.ones((height, width), np.float32)
    if shape[1] < width:
        fade *= np.clip(across / soft, 0, 1)[None].astype(np.float32)
    if shape[0] < height:
        fade *= np.clip(down / soft, 0, 1)[:, None].astype(np.float32)
    return fade


def _dimmed(frame: Plane) -> Plane:
    """Take white paper down to the grey of a lit wall: film has no paper white."""
    light = frame.mean(axis=2, keepdims=True)
    share = float((light > 0.94).mean())
    result: Plane = frame * (1 - 0.34 * min(1.0, share * 1.6) * np.clip((light - 0.55) / 0.4, 0, 1))
    return result


def _graded(frame: Plane) -> Plane:
    """Cool the shadows, warm the lights, and bend the curve."""
    light = np.clip(frame.mean(axis=2, keepdims=True), 0, 1)
    graded = frame + COOL * (1 - light) + WARM * light
    result: Plane = graded + 0.055 * np.sin((np.clip(graded, 0, 1) - 0.5) * np.pi * 2)
    return result


def _with_depth(frame: Plane) -> Plane:
    """Soften what is far from the middle, as a wide-open lens does."""
    height, width = frame.shape[:2]
    blurred = cv2.GaussianBlur(frame, (0, 0), 0.007 * max(height, width))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    away = np.clip((np.hypot(x * 0.9, y * 0.8) - 0.62) / 0.5, 0, 1)[..., None].astype(np.float32)
    result: Plane = frame * (1 - away) + blurred * away
    return result
