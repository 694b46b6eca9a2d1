"""What every draft ends with: grain, a vignette, and the small "draft" mark in the corner."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.lettering import measure, write
from core.engines.drawing.picture import Pixels, Plane

MARK = "draft"


def grained(picture: Pixels, seed: int, strength: float = 5.0) -> Pixels:
    """Add a fine grey grain, as print on paper has."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed)
    tile = rng.integers(0, 256, (min(height, 1024), min(width, 1024)), dtype=np.uint8)
    flat = cv2.repeat(tile, -(-height // tile.shape[0]), -(-width // tile.shape[1]))[:height, :width]
    grey = cv2.merge([cv2.convertScaleAbs(flat, alpha=2 * strength / 255)] * 3)
    return cv2.subtract(cv2.add(picture, grey), np.full_like(picture, round(strength)))


def vignetted(canvas: Plane, strength: float = 0.16) -> Plane:
    """Darken a 0..1 canvas gently towards its corners."""
    height, width = canvas.shape[:2]
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None] ** 2
    fall = np.clip((rows + columns - 0.5) / 1.5, 0, 1)
    canvas *= (1 - strength * fall * fall)[..., None]
    return canvas


def marked(picture: Pixels) -> Pixels:
    """Write the mark in the lower right corner, dark on light or light on dark, the same on every draft."""
    height, width = picture.shape[:2]
    size = max(9, round(min(height, width) * 0.021))
    wide, _ = measure(MARK, size)
    gap = round(size * 1.1)
    left, base = width - wide - gap, height - gap
    corner = picture[max(0, base - size) : height, max(0, left) :]
    ink = (40, 36, 34) if corner.mean() > 118 else (240, 244, 246)
    layer = picture.copy()
    write(layer, MARK, left, base, size, ink)
    cv2.line(
        layer,
        (left - round(size * 1.5), base - size // 3),
        (left - round(size * 0.4), base - size // 3),
        (49, 84, 204),
        max(1, round(size / 9)),
        cv2.LINE_AA,
    )
    return cv2.addWeighted(layer, 0.72, picture, 0.28, 0)
