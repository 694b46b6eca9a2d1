"""Engraving: tones become lines that swell where it is dark, follow a form, and are crossed in the deepest shadows.

A block is a plate of wood in its own units; it is cut at twice the size it is printed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np

from core.engines.drawing.brush import Points, noise, spline
from core.engines.drawing.picture import Plane

Knots = Sequence[tuple[float, float]]
Tone = Callable[[Plane, Plane], Any]
_FINE = 2
_CROSSED = 0.62
_SHIFT = 4


class Block:
    """A block being cut. `units` is its width in the units that figures are given in; `ink` is 0 paper .. 1 black."""

    def __init__(self, width: int, height: int, units: float, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.scale = width * _FINE / units
        self.width, self.height = width, height
        rows, columns = height * _FINE, width * _FINE
        self.ink: Plane = np.zeros((rows, columns), np.float32)
        self.wobble = self.field(9, octaves=3) * 1.6

    def field(self, cells: float, octaves: int) -> Plane:
        """Return smooth noise over the block, about -1..1; it is made small, as none of it is finer than a line."""
        rows, columns = self.ink.shape
        small = noise(self.rng, rows // 4, columns // 4, cells, octaves)
        return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)

    def form(self, knots: Knots | Points, is_smooth: bool = True) -> Points:
        """Return a closed outline through the points."""
        return spline(list(map(tuple, knots))) if is_smooth else np.asarray(knots, np.float64)

    def tone(
        self,
        outline: Points | None,
        tone: Tone | float,
        angle: float = 0.0,
        gap: float = 7.0,
        bend: Tone | None = None,
        is_clear: bool = True,
    ) -> None:
        """Fill a form with lines: `tone` 0..1 over (x, y), lines at `angle` degrees, `bend` moves them in units."""
        box = self._box(outline)
        cover = self._mask(outline, box)
        y, x = (plane.astype(np.float32) / np.float32(self.scale) for plane in np.ogrid[box])
        dark = np.clip(np.broadcast_to(tone(x, y) if callable(tone) else tone, cover.shape).astype(np.float32), 0, 1)
        turn = np.float32(np.deg2rad(angle))
        across = -x * np.sin(turn) + y * np.cos(turn) + self.wobble[box]
        if bend is not None:
            across = across + bend(x, y)
        lines = self._lines(across, dark, gap)
        deep = np.clip((dark - _CROSSED) / (1 - _CROSSED), 0, 1)
        if deep.max(initial=0) > 0.02:
            along = x * np.sin(turn + 0.9) - y * np.cos(turn + 0.9) + self.wobble[box]
            lines = np.maximum(lines, self._lines(along, deep * 0.8, gap * 1.1))
        there = self.ink[box]
        kept = there * (1 - cover) if is_clear else there
        self.ink[box] = np.maximum(kept, lines * cover)

    def line(self, knots: Knots | Points, width: float = 2.4, is_smooth: bool = True, is_closed: bool = False) -> None:
        """Cut a line that swells and thins; width in units."""
        points = spline(list(map(tuple, knots)), closed=is_closed) if is_smooth else np.asarray(knots, np.float64)
        if is_closed and not is_smooth:
            points = np.vstack([points, points[:1]])
        swell = width * self.scale * (0.75 + 0.3 * np.sin(np.linspace(0.5, 9.5, max(2, len(points)))))
        fixed = np.round(points * self.scale * 2**_SHIFT).astype(np.int32)
        for start, end, thick in zip(fixed[:-1], fixed[1:], swell, strict=False):
            ends = (tuple(map(int, start)), tuple(map(int, end)))
            cv2.line(self.ink, *ends, 1.0, max(1, round(float(thick))), cv2.LINE_AA, _SHIFT)

    def edge(self, outline: Points, width: float = 2.4) -> None:
        """Cut a form's outline."""
        self.line(np.vstack([outline, outline[:1]]), width, is_smooth=False)

    def solid(self, outline: Points, ink: float = 1.0) -> None:
        """Fill a form: 1 with ink, 0 with paper."""
        box = self._box(outline)
        cover = self._mask(outline, box)
        self.ink[box] = self.ink[box] * (1 - cover) + ink * cover

    def frame(self) -> None:
        """Cut a double rule around the block."""
        rows, columns = self.ink.shape
        for inset, thick in ((3, 5), (14, 2)):
            cv2.rectangle(self.ink, (inset, inset), (columns - 1 - inset, rows - 1 - inset), 1.0, thick, cv2.LINE_AA)

    def vignette(self, softness: float = 0.16) -> None:
        """Let the lines thin out towards the block's rim, as a picture without a frame does."""
        rows, columns = self.ink.shape
        down = np.abs(np.linspace(-1, 1, rows, dtype=np.float32))[:, None]
        across = np.abs(np.linspace(-1, 1, columns, dtype=np.float32))[None]
        rim = (down**4 + across**4) ** 0.25 + 0.05 * self.wobble
        self.ink *= np.clip((0.98 - rim) / softness, 0, 1)

    def printed(self) -> Plane:
        """Return the print at its size, 0 paper .. 1 ink."""
        ink = cv2.resize(self.ink, (self.width, self.height), interpolation=cv2.INTER_AREA)
        return np.clip(ink, 0, 1).astype(np.float32)

    def _lines(self, across: Plane, dark: Plane, gap: float) -> Plane:
        gap = max(gap, 5.6 / self.scale)  # under three printed dots lines would run together
        wave = np.asarray(across, np.float32) * np.float32(1 / gap)
        wave -= np.floor(wave)
        wave = np.abs(wave * 2 - 1)
        width = dark * (np.float32(1.15) - np.float32(0.15) * dark)
        sharp = np.float32(gap * self.scale * 0.5)
        lines: Plane = np.clip((width - wave) * sharp + 0.5, 0, 1) * np.clip(dark * 30 - 0.6, 0, 1)
        return lines

    def _mask(self, outline: Points | None, box: tuple[slice, slice]) -> Plane:
        rows, columns = box
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        if outline is None:
            return np.ones(shape, np.float32)
        plane = np.zeros(shape, np.uint8)
        corners = (outline * self.scale - (columns.start, rows.start)) * 2**_SHIFT
        cv2.fillPoly(plane, [np.round(corners).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
        return plane.astype(np.float32) / 255

    def _box(self, outline: Points | None) -> tuple[slice, slice]:
        rows, columns = self.ink.shape
        if outline is None:
            return slice(0, rows), slice(0, columns)
        low, high = outline.min(axis=0) * self.scale - 2, outline.max(axis=0) * self.scale + 3
        top, left = max(0, min(rows - 1, int(low[1]))), max(0, min(columns - 1, int(low[0])))
        return slice(top, max(top + 1, min(rows, int(high[1])))), slice(left, max(left + 1, min(columns, int(high[0]))))
