"""Where a plate is picture and where bare paper; colour belongs to the picture."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink


def grey_of(picture: Pixels) -> Plane:
    """Return lightness, 0 to 1 (float32)."""
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255


def figure_of(picture: Pixels) -> Plane:
    """Return how much each place belongs to the picture, 0 (paper around it) to 1, with a soft edge.

    All that is enclosed by ink belongs to it, gaps between strokes bridged. A picture that fills its size is all 1.
    """
    small = shrink(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 500)
    ink = (small < 232).astype(np.uint8)
    side = max(small.shape)
    reach = max(3, round(0.022 * side)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    room = 2 * reach
    joined = cv2.morphologyEx(cv2.copyMakeBorder(ink, *(room,) * 4, cv2.BORDER_CONSTANT), cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(joined)
    large = [each for each in contours if cv2.contourArea(each) > 0.0008 * ink.size]
    cv2.drawContours(filled, large, -1, 1, -1)
    inside = filled[room:-room, room:-room].astype(np.float32)
    if inside.mean() > 0.97:
        return np.ones(picture.shape[:2], np.float32)
    soft = cv2.GaussianBlur(inside, (0, 0), max(0.8, 0.003 * side))
    return cv2.resize(soft, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def density_of(grey: Plane, spread: float) -> Plane:
    """Return how dark hatching looks from afar, 0 (white) to 1; `spread` is a share of the longer side."""
    small = shrink(grey, 500)
    soft = 1 - cv2.GaussianBlur(small, (0, 0), max(0.8, spread * max(small.shape)))
    result: Plane = cv2.resize(soft, grey.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return result


def to_pixels(canvas: Plane) -> Pixels:
    """Return a 0..1 canvas as 8-bit pixels."""
    return (np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8)
