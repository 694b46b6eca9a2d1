"""Straightening a page by its lines of text: tilt, slant and the curl towards the gutter.

All baselines are fitted at once as one family: each has a height of its own, and a common bend (a polynomial across the
page) that changes evenly from top to bottom. The page is then moved column by column until they are level.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Plane
from core.engines.vision.lines import Baseline

WORK_SIDE = 1280
"""Longest side, in pixels, at which the lines are looked for."""
DEGREE = 4
FEWEST_LINES = 7
FLAT_ENOUGH = 1.6
"""Baselines that leave the level by no more than this, in pixels, are left as they are."""
FARTHEST = 0.12
"""A page is never moved by more than this share of its height."""


@dataclass(frozen=True, eq=False)
class Bend:
    """How far the lines of a page leave the level. Shares of the page's height, at places -1..1 across and down."""

    common: Plane
    change: Plane
    left: float
    right: float

    def shift(self, width: int, height: int) -> Plane:
        """Return for every pixel of the straight page how much lower it lies on the bent one, in pixels (float32)."""
        across = np.clip(np.linspace(-1, 1, width, dtype=np.float32), self.left, self.right)
        down = np.linspace(-1, 1, height, dtype=np.float32)
        powers = np.stack([across ** (i + 1) for i in range(len(self.common))])
        shift = (self.common @ powers)[None] + down[:, None] * (self.change @ powers)[None]
        moved: Plane = (np.clip(shift, -FARTHEST, FARTHEST) * height).astype(np.float32)
        return moved


@dataclass(frozen=True, eq=False)
class Mapping:
    """Where each pixel of the straight page came from: columns `x` and rows `y` of the page as it was (float32)."""

    x: Plane
    y: Plane

    def moved(self, plane: Plane, outside: float) -> Plane:
        """Return a plane of the page as it was, moved onto the straight page; `outside` is what lay beyond it."""
        return cv2.remap(
            plane, self.x, self.y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(outside,)
        )

    def original_box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Return the rectangle, on the page as it was, of a rectangle of the straight page; both in pixels."""
        height, width = self.y.shape
        steps = np.linspace(0, 1, 20)
        columns = np.clip(left + (right - left) * steps, 0, width - 1).astype(int)
        above = self.y[int(np.clip(top, 0, height - 1)), columns] + (top - int(np.clip(top, 0, height - 1)))
        below = self.y[int(np.clip(bottom, 0, height - 1)), columns] + (bottom - int(np.clip(bottom, 0, height - 1)))
        # corners of a picture are seldom inked: midway between the farthest point of an edge and its middle
        first = (float(above.min()) + float(np.median(above))) / 2
        last = (float(below.max()) + float(np.median(below))) / 2
        return left, max(0.0, first), right, min(float(height), last)


def mapping_of(bend: Bend, width: int, height: int) -> Mapping:
    """Return where the pixels of a straight page of `width` x `height` come from."""
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return Mapping(columns, rows + bend.shift(width, height))


def bend_of(baselines: list[Baseline], letter: float, width: int, height: int) -> Bend | None:
    """Return the common bend of baselines on a page of `width` x `height` pixels.

    None for a page with few lines, level ones, or lines without order.
    """
    if len(baselines) < FEWEST_LINES or unevenness(baselines) < FLAT_ENOUGH:
        return None
    common, change, rest = _fitted(baselines, width, height)
    if rest > 0.22 * letter:
        return None
    ends = np.array([(line.x[0], line.x[-1]) for line in baselines])
    left, right = ends[:, 0].min() / width * 2 - 1, ends[:, 1].max() / width * 2 - 1
    return Bend(common / height, change / height, left - 0.05, right + 0.05)


def unevenness(baselines: list[Baseline]) -> float:
    """Return by how much baselines leave their own mean height, in pixels (root mean square, worst tenth aside)."""
    if not baselines:
        return 0.0
    return _typical(np.concatenate([line.y - line.y.mean() for line in baselines]))


def _typical(rest: Plane) -> float:
    squares = np.sort(rest**2)[: max(1, int(0.9 * len(rest)))]
    return float(np.sqrt(squares.mean()))


def _fitted(baselines: list[Baseline], width: int, height: int) -> tuple[Plane, Plane, float]:
    """Fit heights and bend by least squares that soon disregard descenders; also return what is left, in pixels."""
    count = len(baselines)
    owner = np.repeat(np.arange(count), [len(line.x) for line in baselines])
    x = np.concatenate([line.x for line in baselines]) / width * 2 - 1
    y = np.concatenate([line.y for line in baselines])
    levels = np.array([np.median(line.y) for line in baselines])
    powers = np.stack([x ** (i + 1) for i in range(DEGREE)], -1)
    ridge = np.concatenate([np.full(count, 1e-9), np.full(DEGREE, 2e-5 * len(x)), np.full(DEGREE, 2e-4 * len(x))])
    weights, solution, rest = np.ones(len(x)), np.zeros(count + 2 * DEGREE), y
    for _ in range(6):
        terms = np.zeros((len(x), count + 2 * DEGREE))
        terms[np.arange(len(x)), owner] = 1
        terms[:, count : count + DEGREE] = powers
        terms[:, count + DEGREE :] = powers * (levels[owner] / height * 2 - 1)[:, None]
        weighted = terms * weights[:, None]
        solution = np.linalg.solve(weighted.T @ terms + np.diag(ridge), weighted.T @ y)
        rest = y - terms @ solution
        spread = 1.48 * float(np.median(np.abs(rest))) + 0.3
        weights = 1 / (1 + (rest / (2 * spread)) ** 2)
        levels = solution[:count]
    return solution[count : count + DEGREE], solution[count + DEGREE :], _typical(rest)
