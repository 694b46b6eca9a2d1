"""Where each pixel of a straightened picture lies in the crooked one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane

STEP = 8

Locate = Callable[[Plane, Plane], tuple[Plane, Plane]]
"""Takes x and y in the straightened picture, gives x and y in the crooked one."""


@dataclass(frozen=True, eq=False)
class Warp:
    """A straightened picture of `width` x `height`, and the place of its pixels in the source."""

    width: int
    height: int
    locate: Locate

    def apply(self, picture: Pixels, paper: tuple[float, float, float] = (255, 255, 255)) -> Pixels:
        """Return the straightened picture, in one interpolation; what lies outside the source is `paper`."""
        across, down = self._dense()
        return cv2.remap(picture, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper)

    def after(self, first: Warp) -> Warp:
        """Return the warp that does `first`, then this one."""
        return Warp(self.width, self.height, lambda x, y: first.locate(*self.locate(x, y)))

    def _dense(self) -> tuple[Plane, Plane]:
        """Locate every eighth pixel, one node beyond each side, and fill in between: a page bends smoothly."""
        columns, rows = -(-self.width // STEP) + 2, -(-self.height // STEP) + 2
        xs = (np.arange(columns, dtype=np.float64) - 1) * STEP + (STEP - 1) / 2
        ys = (np.arange(rows, dtype=np.float64) - 1) * STEP + (STEP - 1) / 2
        x, y = self.locate(*np.meshgrid(xs, ys))
        return self._filled(x), self._filled(y)

    def _filled(self, nodes: Plane) -> Plane:
        size = (nodes.shape[1] * STEP, nodes.shape[0] * STEP)
        full = cv2.resize(nodes.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(full[STEP : STEP + self.height, STEP : STEP + self.width])


def rotation(width: int, height: int, degrees: float) -> Warp:
    """Return the warp that turns a picture counter-clockwise about its middle, on a canvas that holds all of it."""
    turn = np.radians(degrees)
    cosine, sine = float(np.cos(turn)), float(np.sin(turn))
    across = round(abs(width * cosine) + abs(height * sine))
    down = round(abs(width * sine) + abs(height * cosine))
    middle, centre = ((width - 1) / 2, (height - 1) / 2), ((across - 1) / 2, (down - 1) / 2)

    def locate(x: Plane, y: Plane) -> tuple[Plane, Plane]:
        right, below = x - centre[0], y - centre[1]
        return right * cosine - below * sine + middle[0], right * sine + below * cosine + middle[1]

    return Warp(across, down, locate)
