"""Ink on paper: which pixels are inked, and the connected marks they make."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.paper import Sheet

CONTRAST = 0.22
"""How strongly Sauvola's threshold follows the contrast around a pixel."""
SPREAD = 0.35
"""Standard deviation of light at which a neighbourhood counts as fully contrasty."""
MOST_MARKS = 60_000
"""Marks beyond which a page is noise; the smallest are left out."""


@dataclass(frozen=True, eq=False)
class Marks:
    """The connected marks of a page: `labels` an image of their numbers (0 is no ink), the rest one value a mark.

    Number 0 of every list is the ground; its width, height and area are 0.
    """

    labels: Pixels
    left: Plane
    top: Plane
    width: Plane
    height: Plane
    area: Plane

    @property
    def right(self) -> Plane:
        """One past the last column."""
        return self.left + self.width

    @property
    def bottom(self) -> Plane:
        """One past the last row."""
        return self.top + self.height

    @property
    def count(self) -> int:
        """How many numbers there are, the ground's 0 included."""
        return len(self.area)


def find_ink(sheet: Sheet) -> Pixels:
    """Return the inked pixels (bool): darker than their neighbourhood by Sauvola's measure, or dark in any case."""
    light = sheet.light
    window = int(max(15, max(light.shape) // 45)) | 1
    mean = cv2.boxFilter(light, -1, (window, window))
    variance = cv2.boxFilter(light * light, -1, (window, window)) - mean * mean
    threshold = mean * (1 + CONTRAST * (np.sqrt(np.maximum(0, variance)) / SPREAD - 1))
    ink: Pixels = ((light < np.minimum(threshold, 0.92)) | (light < 0.4)) & sheet.paper
    return ink


def find_marks(ink: Pixels) -> Marks:
    """Return the connected marks of an ink mask."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    if len(stats) > MOST_MARKS:
        labels, stats = _largest(labels, stats)
    left, top, width, height, area = (column.astype(int) for column in stats.T)
    width[0] = height[0] = area[0] = 0
    return Marks(labels, left, top, width, height, area)


def _largest(labels: Pixels, stats: Plane) -> tuple[Pixels, Plane]:
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable")[:MOST_MARKS] + 1
    renamed = np.zeros(len(stats), np.int32)
    renamed[order] = np.arange(1, len(order) + 1)
    return renamed[labels], np.concatenate([stats[:1], stats[order]])


Side = Plane | int


class Sums:
    """Sums over rectangles of a mask or plane, each in constant time."""

    def __init__(self, plane: Plane) -> None:
        source = plane.astype(np.uint8) if plane.dtype == bool else plane
        self._table = cv2.integral(source, sdepth=cv2.CV_64F)

    def of(self, left: Side, top: Side, right: Side, bottom: Side) -> Plane:
        """Return the sums over rectangles given as arrays or numbers; what lies outside the plane counts 0."""
        height, width = self._table.shape[0] - 1, self._table.shape[1] - 1
        x0, x1 = np.clip(left, 0, width), np.clip(right, 0, width)
        y0, y1 = np.clip(top, 0, height), np.clip(bottom, 0, height)
        total: Plane = self._table[y1, x1] - self._table[y0, x1] - self._table[y1, x0] + self._table[y0, x0]
        return total
