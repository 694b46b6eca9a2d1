"""From drawn strokes and tones to pictures: grouping what belongs together, and refusing what is no picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.graphics import Graphics
from core.engines.vision.ink import Marks, Sums
from core.engines.vision.lines import ROW, Line

DENSE = 0.055
"""Share of inked pixels, smoothed over a few letters, from which strokes belong to a picture."""
SPARSE = 0.02
"""Share of a picture's rectangle that is drawn at least."""
SMALLEST = 0.006
"""Smallest share of the page that a picture covers; a third of it when the search is exhaustive."""


@dataclass(frozen=True)
class Picture:
    """A found picture: its rectangle in pixels, and how much of its ink is drawn and not text, 0 to 1."""

    left: int
    top: int
    right: int
    bottom: int
    purity: float

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        return float(self.left), float(self.top), float(self.right), float(self.bottom)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, eq=False)
class Layout:
    """All that the search for pictures looks at; `paper` and `tones` are masks, `letter` the usual size of a letter."""

    paper: Pixels
    marks: Marks
    lines: tuple[Line, ...]
    graphics: Graphics
    tones: Pixels
    letter: float


def find_pictures(layout: Layout, is_exhaustive: bool = False) -> list[Picture]:
    """Return the pictures of a page, in no order."""
    drawn = layout.graphics.strokes | layout.tones
    boxes = _merged(_groups(layout, drawn), layout.letter)
    sums, letters = Sums(drawn), Sums(layout.graphics.letters)
    smallest = SMALLEST * (1 / 3 if is_exhaustive else 1)
    pictures = []
    for box in boxes:
        trimmed = _trimmed(box, drawn, layout.graphics.letters)
        if trimmed and _is_picture(trimmed, layout, sums, letters, smallest):
            ink, text = float(sums.of(*trimmed)), float(letters.of(*trimmed))
            pictures.append(Picture(*trimmed, purity=ink / max(1.0, ink + text)))
    return pictures


Rectangle = tuple[int, int, int, int]


def _groups(layout: Layout, drawn: Pixels) -> list[Rectangle]:
    letter = layout.letter
    dense = cv2.GaussianBlur(drawn.astype(np.float32), (0, 0), 1.6 * letter) > DENSE
    near = cv2.dilate(drawn.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    seeds = ((dense & near) | layout.graphics.large | layout.tones).astype(np.uint8)
    side = int(1.6 * letter) | 1
    joined = cv2.morphologyEx(seeds, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (side, side)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    least = 3.2 * letter
    return [
        (int(x), int(y), int(x + width), int(y + height))
        for x, y, width, height, _ in stats[1:]
        if width >= least and height >= least
    ]


def _merged(boxes: list[Rectangle], letter: float) -> list[Rectangle]:
    """Join rectangles that overlap, or stand side by side with hardly a gap, until none do."""
    waiting, done = list(boxes), []
    while waiting:
        one = waiting.pop()
        partner = next((other for other in waiting if _belong(one, other, 0.6 * letter)), None)
        if partner is None:
            done.append(one)
            continue
        waiting.remove(partner)
        joined = (min(one[0], partner[0]), min(one[1], partner[1]), max(one[2], partner[2]), max(one[3], partner[3]))
        waiting += [joined, *done]
        done = []
    return done


def _belong(one: Rectangle, other: Rectangle, gap: float) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= -gap or down <= -gap:
        return False
    overlap = max(0, across) * max(0, down)
    smaller = min(_area(one), _area(other))
    beside = max(across / min(one[2] - one[0], other[2] - other[0]), down / min(one[3] - one[1], other[3] - other[1]))
    return overlap > 0.08 * smaller or beside > 0.5


def _area(box: Rectangle) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def _trimmed(box: Rectangle, drawn: Pixels, letters: Pixels) -> Rectangle | None:
    """Cut off rows and columns at the sides that hold text or nothing; None when nothing is left."""
    left, top, right, bottom = box
    for axis in (1, 0):
        part = np.s_[top:bottom, left:right]
        ink, text = drawn[part].sum(axis).astype(float), letters[part].sum(axis).astype(float)
        if not len(ink) or ink.max() <= 0:
            return None
        first, last = _kept(ink, text)
        if axis == 1:
            top, bottom = top + first, top + last
        else:
            left, right = left + first, left + last
    return (left, top, right, bottom) if right - left > 1 and bottom - top > 1 else None


def _kept(ink: Plane, text: Plane) -> tuple[int, int]:
    length = len(ink)
    span = max(3, length // 60) | 1
    ink, text = (np.convolve(values, np.ones(span) / span, "same") for values in (ink, text))
    bad = (ink <= 0.01 * np.percentile(ink, 80)) | (text > 0.9 * ink)
    return _first_good(bad, ink, text), length - _first_good(bad[::-1], ink[::-1], text[::-1])


def _first_good(bad: Plane, ink: Plane, text: Plane) -> int:
    edge = int(len(bad) * 0.3)
    good = np.flatnonzero(~bad[:edge]) if edge else np.array([0])
    first = int(good[0]) if len(good) else edge
    if first == 0 and edge:  # lines of text just inside a thin fringe
        rows = np.flatnonzero(text[:edge] > 1.5 * ink[:edge])
        if len(rows) > 0.08 * len(bad):
            first = int(rows.max()) + 1
    return first


def _is_picture(box: Rectangle, layout: Layout, drawn: Sums, letters: Sums, smallest: float) -> bool:
    if not _has_size(box, layout.paper.shape, smallest) or _is_in_line(box, layout.lines, layout.letter):
        return False
    ink, text, area = float(drawn.of(*box)), float(letters.of(*box)), _area(box)
    if text > ink or ink < SPARSE * area:
        return False
    if area < 5 * smallest * layout.paper.size and _hangs_on_ground(box, layout.paper):
        return False
    if layout.tones[box[1] : box[3], box[0] : box[2]].mean() > 0.15:
        return True
    side = max(box[2] - box[0], box[3] - box[1])
    longest, narrowest = _largest_mark(box, layout)
    has_form = longest > 0.45 * side and narrowest > 2.2 * layout.letter
    return has_form or (area > 0.05 * layout.paper.size and ink > 0.05 * area)


def _has_size(box: Rectangle, page: tuple[int, ...], smallest: float) -> bool:
    """Return whether a rectangle is large and broad enough; at the rim of the page it must be broader."""
    left, top, right, bottom = box
    long, narrow = max(right - left, bottom - top), min(right - left, bottom - top)
    at_rim = left <= 3 or top <= 3 or right >= page[1] - 3 or bottom >= page[0] - 3
    return (
        _area(box) >= smallest * page[0] * page[1]
        and narrow >= (0.06 if at_rim else 0.035) * min(page)
        and long <= 9 * narrow
    )


def _is_in_line(box: Rectangle, lines: tuple[Line, ...], letter: float) -> bool:
    """Return whether a low rectangle continues a line of text: an initial, or letters that run together."""
    height = box[3] - box[1]
    if height > 4.5 * letter:
        return False
    for line in lines:
        common = min(box[3], line.bottom) - max(box[1], line.top)
        gap = max(line.left - box[2], box[0] - line.right)
        if line.axis == ROW and common > 0.6 * max(height, line.bottom - line.top) and gap < height:
            return True
    return False


def _hangs_on_ground(box: Rectangle, paper: Pixels) -> bool:
    """Return whether a rectangle reaches to where the paper ends: a finger or the edge of the book."""
    left, top, right, bottom = box
    around = paper[max(0, top - 4) : bottom + 4, max(0, left - 4) : right + 4]
    return bool((~around).mean() > 0.03)


def _largest_mark(box: Rectangle, layout: Layout) -> tuple[int, int]:
    marks = layout.marks
    inside = layout.graphics.is_drawn & (marks.left < box[2]) & (marks.right > box[0])
    inside &= (marks.top < box[3]) & (marks.bottom > box[1])
    if not inside.any():
        return 0, 0
    width, height = marks.width[inside], marks.height[inside]
    return int(np.maximum(width, height).max()), int(np.minimum(width, height).max())
