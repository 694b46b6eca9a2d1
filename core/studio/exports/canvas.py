"""A picture being drawn, measured in design units that scale to its pixels.

Shapes are drawn four times too large and scaled down, each in its own small box: edges are smooth, memory stays small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from core.studio.exports import text
from core.studio.exports.placing import Box
from core.studio.exports.style import LIGHT
from core.studio.exports.text import Face
from core.studio.layout import Point

MAX_PIXELS = 60_000_000
MAX_SIDE = 20_000
_FINE = 4


@dataclass(frozen=True)
class Pen:
    """Draws white on the fine plane of one shape; takes points and lengths in units."""

    draw: ImageDraw.ImageDraw
    left: float
    top: float
    scale: float

    def at(self, point: Point) -> Point:
        """Return a point's place on the fine plane."""
        return (point[0] * self.scale - self.left, point[1] * self.scale - self.top)

    def length(self, units: float) -> float:
        """Return a length on the fine plane."""
        return units * self.scale

    def rounded(self, box: Box, radius: float, fill: int = 255) -> None:
        """Fill a box with round corners."""
        corners = [*self.at(box[:2]), *self.at(box[2:])]
        self.draw.rounded_rectangle(corners, self.length(radius), fill)

    def disc(self, centre: Point, radius: float, fill: int = 255) -> None:
        """Fill a circle."""
        self.draw.circle(self.at(centre), self.length(radius), fill)

    def polygon(self, points: Sequence[Point], fill: int = 255) -> None:
        """Fill a polygon."""
        self.draw.polygon([self.at(point) for point in points], fill)

    def line(self, points: Sequence[Point], width: float) -> None:
        """Draw a line with round joints."""
        self.draw.line([self.at(point) for point in points], 255, max(1, round(self.length(width))), joint="curve")

    def stripes(self, box: Box, pitch: float, width: float) -> None:
        """Rub slanting stripes out of a box."""
        (left, top), (right, bottom) = self.at(box[:2]), self.at(box[2:])
        high, step = bottom - top, max(2.0, self.length(pitch))
        thick = max(1, round(self.length(width)))
        for index in range(math.ceil((right - left + high) / step) + 1):
            x = left + index * step
            self.draw.line([(x, top), (x - high, bottom)], 0, thick)


@dataclass(frozen=True)
class Canvas:
    """A picture being drawn, how many of its pixels make one unit, and the pixel where the units begin."""

    image: Image.Image
    scale: float
    origin: Point = (0.0, 0.0)

    def paint(self, box: Box, colour: str, shape: Callable[[Pen], None]) -> None:
        """Fill with a colour what `shape` draws inside a box; what reaches beyond the box is cut off."""
        (west, north), (east, south) = self._pixel(box[:2]), self._pixel(box[2:])
        left, top = math.floor(west), math.floor(north)
        wide, high = math.ceil(east) - left, math.ceil(south) - top
        if wide < 1 or high < 1:
            return
        plane = Image.new("L", (wide * _FINE, high * _FINE))
        corner = ((left - self._pixel((0, 0))[0]) * _FINE, (top - self._pixel((0, 0))[1]) * _FINE)
        shape(Pen(ImageDraw.Draw(plane), *corner, self.scale * _FINE))
        self.image.paste(colour, (left, top), plane.reduce(_FINE))

    def picture(self, picture: Image.Image, box: Box, radius: float) -> None:
        """Lay a picture into a box, scaled to fill it, its corners round, its clear parts on white."""
        (west, north), (east, south) = self._pixel(box[:2]), self._pixel(box[2:])
        left, top = round(west), round(north)
        size = (max(1, round(east) - left), max(1, round(south) - top))
        small = picture.resize(size, Image.Resampling.LANCZOS)
        flat = Image.new("RGB", size, "white")
        flat.paste(small, mask=small.getchannel("A"))
        mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE))
        edge = (0, 0, mask.width - 1, mask.height - 1)
        ImageDraw.Draw(mask).rounded_rectangle(edge, radius * self.scale * _FINE, 255)
        self.image.paste(flat, (left, top), mask.reduce(_FINE))

    def face(self, size: float, colour: str, weight: int = 400) -> Face:
        """Return a typeface whose size is given in units."""
        return Face(max(1, round(size * self.scale)), colour, weight)

    def write(self, words: str, at: Point, face: Face) -> None:
        """Write one line from a point on its base line."""
        text.write(self.image, words, *self._pixel(at), face)

    def write_centred(self, words: str, at: Point, face: Face) -> None:
        """Write one line around a point on its base line."""
        text.write_centred(self.image, words, *self._pixel(at), face)

    def width_of(self, words: str, face: Face) -> float:
        """Return the width of one line in units."""
        return text.width_of(words, face) / self.scale

    def wrapped(self, words: str, face: Face, room: float, lines: int) -> list[str]:
        """Return the words as at most so many lines that fit into `room` units."""
        return text.wrapped(words, face, room * self.scale, lines)

    def zoomed(self, by: float) -> Canvas:
        """Return the same picture with larger units."""
        return Canvas(self.image, self.scale * by, self.origin)

    def shifted(self, right: float, down: float) -> Canvas:
        """Return the same picture with its origin moved, in units."""
        return Canvas(self.image, self.scale, (self.origin[0] + right * self.scale, self.origin[1] + down * self.scale))

    def _pixel(self, point: Point) -> Point:
        return (self.origin[0] + point[0] * self.scale, self.origin[1] + point[1] * self.scale)


def scale_for(width: float, height: float, density: float) -> float:
    """Return how many pixels a unit gets: `density`, less where a picture would pass 60 megapixels or 20 000 a side."""
    return min(density, math.sqrt(MAX_PIXELS / (width * height)), MAX_SIDE / width, MAX_SIDE / height)


def new_canvas(width: float, height: float, density: float) -> Canvas:
    """Return blank paper of a size in units."""
    scale = scale_for(width, height, density)
    size = (max(1, math.floor(width * scale)), max(1, math.floor(height * scale)))
    return Canvas(Image.new("RGB", size, LIGHT.paper), scale)
