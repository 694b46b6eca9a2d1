"""The marks everything is painted with: noise, ridges, splines, and shapes laid on a stage.

Colours are BGR, 0..1, float32. Positions are pixels; `Stage.unit` turns a fraction of the frame into pixels, so that
the same scene looks alike at every size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.engines.drawing.palette import Colour, Palette, mix
from core.engines.drawing.picture import Pixels, Plane

Points = NDArray[Any]
"""float64: x and y of every corner (count, 2), in pixels."""


def spline(points: Sequence[tuple[float, float]], closed: bool = True, steps: int = 12) -> Points:
    """Return a smooth curve through the points (Catmull-Rom), `steps` positions a span."""
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        knots = np.vstack([knots[-1], knots, knots[:2]])
    else:
        knots = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    before, start, end, after = knots[:-3], knots[1:-2], knots[2:-1], knots[3:]
    spans = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(before, start, end, after, strict=True)
    ]
    curve: Points = np.vstack([*spans, knots[-2][None]])
    return curve


def noise(rng: np.random.Generator, height: int, width: int, cells: float, octaves: int = 3) -> Plane:
    """Return smooth noise around 0, about -1..1; `cells` is how many blotches the longer side holds."""
    total, weight = np.zeros((height, width), np.float32), 1.0
    longest = max(height, width)
    for _ in range(octaves):
        small = (max(2, round(cells * height / longest)) + 2, max(2, round(cells * width / longest)) + 2)
        field = rng.standard_normal(small).astype(np.float32)
        total += weight * cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
        weight, cells = weight * 0.5, cells * 2.3
    return total * 0.55


def ridge(rng: np.random.Generator, count: int, bumps: float, roughness: float = 0.5, octaves: int = 5) -> Points:
    """Return a skyline of `count` heights, about -1..1: `bumps` big waves with rougher ones on top."""
    x, total, weight = np.linspace(0, 1, count), np.zeros(count), 1.0
    for _ in range(octaves):
        knots = max(4, int(bumps) + 4)
        phase = float(rng.random())
        total += weight * np.interp(x * (knots - 2) + phase, np.arange(knots + 1), rng.uniform(-1, 1, knots + 1))
        weight, bumps = weight * roughness, bumps * 2.1
    return total


class Stage:
    """A frame being painted, far things first.

    `horizon` is given as a fraction of the height; `side` is where light comes from, -1 left and 1 right; `wet` holds
    the outlines of rivers.
    """

    def __init__(self, width: int, height: int, rng: np.random.Generator, palette: Palette, horizon: float) -> None:
        self.width, self.height, self.rng, self.palette = width, height, rng, palette
        self.canvas: Plane = np.empty((height, width, 3), np.float32)
        self.unit = float(min(height, width * 0.8))
        self.horizon = horizon * height
        self.side = 1
        self.wet: list[Points] = []
        self.grain: Plane = rng.random((height, width), dtype=np.float32)
        self.wash: Plane = noise(rng, height, width, 5, octaves=3)

    def is_wet(self, x: float, y: float) -> bool:
        """Tell whether a river runs there, in which nothing grows."""
        return any(cv2.pointPolygonTest(course.astype(np.float32), (x, y), False) >= 0 for course in self.wet)

    @property
    def ground_depth(self) -> float:
        """Pixels between the horizon and the frame's lower edge."""
        return self.height - self.horizon

    def region(self, points: Points, pad: float = 1) -> tuple[int, int, int, int]:
        """Return the part of the frame the points cover: top, bottom, left, right."""
        low, high = points.min(axis=0) - pad, points.max(axis=0) + pad
        left, top = max(0, int(low[0])), max(0, int(low[1]))
        return top, min(self.height, int(high[1]) + 1), left, min(self.width, int(high[0]) + 1)

    def mask(self, polygons: Sequence[Points], box: tuple[int, int, int, int]) -> Plane:
        """Return how much of every pixel of a region the polygons cover."""
        top, bottom, left, right = box
        plane = np.zeros((bottom - top, right - left), np.uint8)
        shifted = [np.round((np.clip(p, -4e4, 4e4) - (left, top)) * 16).astype(np.int32) for p in polygons]
        for polygon in shifted:  # one call for all would leave holes where two overlap
            cv2.fillPoly(plane, [polygon], 255, cv2.LINE_AA, shift=4)
        return plane.astype(np.float32) * (1 / 255)

    def shape(self, polygons: Sequence[Points], upper: Colour, lower: Colour | None = None, opacity: float = 1) -> None:
        """Paint polygons with a wash from `upper` to `lower`, a little uneven as gouache is."""
        box = self.region(np.vstack(polygons))
        top, bottom, left, right = box
        if bottom <= top or right <= left:
            return
        mask = self.mask(polygons, box)
        self.lay(box, mask * opacity if opacity < 1 else mask, gradient(upper, lower, bottom - top), texture=0.05)

    def lay(self, box: tuple[int, int, int, int], mask: Plane, colour: Plane, texture: float = 0.0) -> None:
        """Mix a colour (one, a column of rows, or a whole region) into a region."""
        top, bottom, left, right = box
        uneven = 1 + texture * self.wash[top:bottom, left:right] if texture else None
        for channel in range(3):  # one plane at a time: three times as fast as all three with a mask spread over them
            there, tone = self.canvas[top:bottom, left:right, channel], colour[..., channel]
            there += ((tone if uneven is None else tone * uneven) - there) * mask

    def stipple(self, polygons: Sequence[Points], colour: Colour, strength: Plane | float) -> None:
        """Shade polygons with grains: `strength` 0..1 (one, or a row a line of the region) is how dense they are."""
        box = self.region(np.vstack(polygons))
        top, bottom, left, right = box
        if bottom <= top or right <= left:
            return
        grains = np.clip((strength - self.grain[top:bottom, left:right]) * 2.2 + 0.35 * strength, 0, 1)
        self.lay(box, self.mask(polygons, box) * grains.astype(np.float32), colour)

    def line(self, points: Points, colour: Colour, width: float, opacity: float = 1) -> None:
        """Draw an open line; under a pixel wide it fades instead."""
        box = self.region(points, pad=width + 2)
        top, bottom, left, right = box
        if bottom <= top or right <= left or len(points) < 2:
            return
        plane = np.zeros((bottom - top, right - left), np.uint8)
        shifted = np.round((np.clip(points, -4e4, 4e4) - (left, top)) * 16).astype(np.int32)
        cv2.polylines(plane, [shifted], False, 255, max(1, round(width)), cv2.LINE_AA, shift=4)
        self.lay(box, plane.astype(np.float32) * (min(1.0, width) * opacity / 255), colour)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Let light spread from a point."""
        box = self.region(np.array([[x - radius, y - radius], [x + radius, y + radius]]))
        top, bottom, left, right = box
        if bottom <= top or right <= left:
            return
        rows = (np.arange(top, bottom, dtype=np.float32) - y)[:, None] / radius
        columns = (np.arange(left, right, dtype=np.float32) - x)[None] / radius
        fall = np.clip(1 - np.sqrt(rows * rows + columns * columns), 0, 1)
        light = strength * fall * fall
        for channel in range(3):
            there = self.canvas[top:bottom, left:right, channel]
            there += light * colour[channel] * (1.05 - there)

    def beam(
        self, x: float, y: float, target: tuple[float, float], spread: float, colour: Colour, strength: float
    ) -> None:
        """Throw a beam from a point to another, fading on its way; `spread` is its half width at the end, in pixels."""
        along = np.array([target[0] - x, target[1] - y], np.float32)
        length = float(np.hypot(*along))
        along /= length
        rows = np.arange(self.height, dtype=np.float32)[:, None] - y
        columns = np.arange(self.width, dtype=np.float32)[None] - x
        far = (columns * along[0] + rows * along[1]) / length
        off = np.abs(rows * along[0] - columns * along[1]) / np.maximum(spread * np.clip(far, 0.02, None), 1)
        light = np.where(far > 0, np.clip(1 - off, 0, 1) * np.clip(1 - far, 0, 1), 0) * strength
        self.canvas += light[..., None].astype(np.float32) * colour * (1.05 - self.canvas)

    def disc(self, x: float, y: float, radius: float, colour: Colour, opacity: float = 1) -> None:
        """Paint a round."""
        self.shape([ellipse(x, y, radius, radius)], colour, opacity=opacity)

    def veil(self, top: float, bottom: float, colour: Colour, strength: float) -> None:
        """Lay mist between two heights, thickest in the middle, torn by the wash."""
        first, last = max(0, int(top)), min(self.height, int(bottom))
        if last - first < 2:
            return
        rows = np.maximum(np.sin(np.linspace(0, np.pi, last - first, dtype=np.float32)), 0)[:, None] ** 1.3
        mask = np.clip(strength * rows * (1 + 0.5 * self.wash[first:last]), 0, 1)
        self.lay((first, last, 0, self.width), mask, colour)


def gradient(upper: Colour, lower: Colour | None, rows: int) -> Plane:
    """Return `rows` colours from one to another, as a column that spreads over any width."""
    if lower is None:
        return upper[None, None]
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    return upper + (lower - upper) * t


def ellipse(x: float, y: float, across: float, down: float, count: int = 40) -> Points:
    """Return an ellipse's outline; `across` and `down` are half axes."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([x + across * np.cos(turn), y + down * np.sin(turn)], axis=1)


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """Return a rectangle's corners."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)


def below(heights: Points, width: int, bottom: float) -> Points:
    """Return the land under a skyline that spans the frame."""
    x = np.linspace(-4, width + 4, len(heights))
    return np.vstack([np.stack([x, heights], axis=1), [[width + 4, bottom], [-4, bottom]]])


def to_pixels(canvas: Plane) -> Pixels:
    """Return a 0..1 canvas as 8-bit pixels."""
    return cv2.convertScaleAbs(np.clip(canvas, 0, 1), alpha=255)


__all__ = [
    "Points",
    "Stage",
    "below",
    "box",
    "ellipse",
    "gradient",
    "mix",
    "noise",
    "ridge",
    "spline",
    "to_pixels",
]
