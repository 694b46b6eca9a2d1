"""The print around a picture: lines of text that a crop of a tilted page takes in, though they go on where it ends."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.dewarp import WORK_SIDE
from core.engines.vision.ink import find_ink, find_marks
from core.engines.vision.lines import find_text
from core.engines.vision.order import Edges, joined_rows
from core.engines.vision.paper import even_out
from core.engines.vision.restoration.warp import Locate

OWN = 0.85
"""A row of text of which at least this share lies in the crop is the picture's own: an inscription, not a neighbour."""
OVERSHOOT = 0.3
"""How far heads and feet of letters leave their row, in heights of the row."""
SAMPLES = 48


@dataclass(frozen=True, eq=False)
class Print:
    """The rows of text on a straight page (left, top, right, bottom) and its ink that is no text (bool).

    Both in pixels of the page as it was looked at, which are `scale` of the straight page's.
    """

    rows: tuple[Edges, ...]
    drawn: Pixels
    scale: float


def print_of(straight: Pixels) -> Print:
    """Return the print on a straight page (BGR)."""
    small = shrink(straight, WORK_SIDE)
    ink = find_ink(even_out(small))
    marks = find_marks(ink)
    text = find_text(marks, ink)
    drawn = ink & ~text.is_text[marks.labels]
    return Print(tuple(joined_rows(text.lines)), drawn, small.shape[1] / straight.shape[1])


@dataclass(frozen=True, eq=False)
class Window:
    """Where a straightened crop lies on its straight page.

    Pixels of the crop are `enlarged` those of the page, and its upper left corner is at (`left`, `top`). `locate` leads
    from the straight page to the crooked one, of which the crop shows the rectangle `place`.
    """

    left: float
    top: float
    enlarged: float
    locate: Locate
    place: Edges

    def neighbours(self, printed: Print, width: int, height: int) -> Pixels:
        """Return where a crop of that size shows text that goes on beyond it (bool)."""
        found = np.zeros((height, width), np.uint8)
        for row in printed.rows:
            edges = [value / printed.scale for value in row]
            if 0 < self._share(edges) < OWN:
                beyond = OVERSHOOT * (edges[3] - edges[1])
                first = self._on_crop(edges[0] - beyond, edges[1] - beyond)
                last = self._on_crop(edges[2] + beyond, edges[3] + beyond)
                cv2.rectangle(found, first, last, 1, -1)
        return (found > 0) & ~self._drawn(printed, width, height) if found.any() else found > 0

    def _share(self, edges: list[float]) -> float:
        """Return which share of a row of the straight page the crop shows."""
        across = np.linspace(edges[0], edges[2], SAMPLES)
        x, y = self.locate(across, np.full(SAMPLES, (edges[1] + edges[3]) / 2))
        left, top, right, bottom = self.place
        return float(((x >= left) & (x < right) & (y >= top) & (y < bottom)).mean())

    def _on_crop(self, x: float, y: float) -> tuple[int, int]:
        return round((x - self.left) * self.enlarged), round((y - self.top) * self.enlarged)

    def _drawn(self, printed: Print, width: int, height: int) -> Pixels:
        """Return where the crop shows ink that is no text, a little wider than it is."""
        scale = self.enlarged / printed.scale
        place: Plane = np.array(
            [[scale, 0, -self.left * self.enlarged], [0, scale, -self.top * self.enlarged]], np.float64
        )
        near = cv2.dilate(printed.drawn.astype(np.uint8), np.ones((5, 5), np.uint8))
        result: Pixels = cv2.warpAffine(near, place, (width, height), flags=cv2.INTER_NEAREST) > 0
        return result
