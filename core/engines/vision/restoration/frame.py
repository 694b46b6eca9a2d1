"""A picture's four sides, and what makes them a rectangle: perspective, tilt and the bow of each side at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.restoration.paper import least, on_paper, paper_from_rim, paper_surface
from core.engines.vision.restoration.warp import Warp

LONGEST = 900
LEAST_AREA = 0.3
MOST_TURN = 12.0
MOST_BOW = 0.07
MOST_BOW_LENGTHWISE = 0.045
MOST_RAGGED = 0.005


@dataclass(frozen=True, eq=False)
class Frame:
    """Four corners (clockwise from the upper left, in pixels) and how far each side bows between them.

    `sides` are cubic polynomials of 0..1 along the side (top, right, bottom, left); their values are shares of the
    rectangle's height (top, bottom) or width, positive downwards or to the right.
    """

    corners: Plane
    sides: tuple[Plane, Plane, Plane, Plane]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the rectangle it is a picture of, in pixels."""
        above, right, below, left = np.linalg.norm(np.roll(self.corners, -1, axis=0) - self.corners, axis=1)
        return max(2, round((above + below) / 2)), max(2, round((left + right) / 2))

    @property
    def skew(self) -> float:
        """Tilt of its level sides in degrees, downwards to the right."""
        above, below = self.corners[1] - self.corners[0], self.corners[2] - self.corners[3]
        places = np.linspace(0, 1, 33)
        lean = np.mean([np.polyfit(places, np.polyval(side, places), 1)[0] for side in (self.sides[0], self.sides[2])])
        width, height = self.size
        return float(np.degrees(np.arctan2(*(above + below)[::-1]) + np.arctan(lean * height / width)))

    def warp(self, left: float, top: float, right: float, bottom: float) -> Warp:
        """Return the warp to its rectangle, widened on each side by pixels (negative cuts in)."""
        width, height = self.size
        square = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        back = cv2.getPerspectiveTransform(square, self.corners.astype(np.float32)).astype(np.float64)

        def locate(x: Plane, y: Plane) -> tuple[Plane, Plane]:
            across, down = self._bowed((x - left) / width, (y - top) / height)
            across, down = across * width, down * height
            depth = back[2, 0] * across + back[2, 1] * down + back[2, 2]
            return (
                (back[0, 0] * across + back[0, 1] * down + back[0, 2]) / depth,
                (back[1, 0] * across + back[1, 1] * down + back[1, 2]) / depth,
            )

        return Warp(max(1, round(width + left + right)), max(1, round(height + top + bottom)), locate)

    def whole(self, width: int, height: int) -> Warp:
        """Return the warp to its rectangle that keeps all around it of a picture of `width` x `height`."""
        least, most = self.corners.min(axis=0), self.corners.max(axis=0)
        return self.warp(float(least[0]), float(least[1]), float(width - most[0]), float(height - most[1]))

    def moved(self, across: float, down: float) -> Frame:
        """Return the same frame in a picture in which everything lies so many pixels further right and down."""
        return replace(self, corners=self.corners + np.array([across, down]))

    def mask(self, width: int, height: int) -> Pixels:
        """Return 255 inside its corners, 0 outside."""
        inside = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(inside, np.round(self.corners).astype(np.int32), 255)
        return inside

    def _bowed(self, across: Plane, down: Plane) -> tuple[Plane, Plane]:
        """Add the bow of the sides to a place in the rectangle, each side's share the nearer the larger."""
        u, v = np.clip(across, 0, 1), np.clip(down, 0, 1)
        above, right, below, left = self.sides
        return (
            across + (1 - u) * np.polyval(left, v) + u * np.polyval(right, v),
            down + (1 - v) * np.polyval(above, u) + v * np.polyval(below, u),
        )


def find_frame(picture: Pixels) -> Frame | None:
    """Return the frame of the picture that takes up most of a crop: a drawn rectangle or the edge of a toned one.

    None when the outline is no nearly rectangular shape, or when the crop cuts it off: then nothing proves a tilt.
    """
    small = shrink(picture, LONGEST)
    scale = np.array([picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]])
    for dark in _grounds(small):
        outline = _outline(dark)
        corners = None if outline is None else _corners(outline)
        if outline is None or corners is None or not _is_rectangle(corners, outline, small.shape):
            continue
        sides = _sides(outline, corners)
        if sides is not None:
            return Frame((corners + 0.5) * scale - 0.5, sides)
    return None


def _grounds(small: Pixels) -> Iterator[Pixels]:
    """Yield where a picture may be: darker than the paper, or of another colour than the rim of the crop.

    The second takes light from the rim alone; a pale backdrop would pass for paper otherwise.
    """
    grey = cv2.GaussianBlur(least(on_paper(small, paper_surface(small))), (0, 0), 0.8)
    yield (grey < 0.8).astype(np.uint8)
    rim = paper_from_rim(small)
    if rim is not None:
        even = cv2.GaussianBlur(np.clip(on_paper(small, rim), 0, 1), (0, 0), 1.6)
        lab = cv2.cvtColor(even, cv2.COLOR_BGR2LAB)
        yield (np.sqrt((100 - lab[..., 0]) ** 2 + lab[..., 1] ** 2 + lab[..., 2] ** 2) > 5.5).astype(np.uint8)


def _outline(dark: Pixels) -> Plane | None:
    """Return the outer contour (points x, y) of the largest thing there, whiskers cut off."""
    reach = max(3, round(0.012 * max(dark.shape))) | 1
    room = reach * 2
    padded = cv2.copyMakeBorder(dark, room, room, room, room, cv2.BORDER_CONSTANT)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(joined)
    if not contours:
        return None
    cv2.drawContours(filled, [max(contours, key=cv2.contourArea)], -1, 1, -1)
    filled = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((reach * 2 + 1, reach * 2 + 1), np.uint8))
    contours, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    largest = max(contours, key=cv2.contourArea)
    if cv2.contourArea(largest) < LEAST_AREA * dark.size:
        return None
    result: Plane = largest.reshape(-1, 2).astype(np.float64) - room
    return result


def _corners(outline: Plane) -> Plane | None:
    """Return the outline's four corners, clockwise from the upper left; None if it is no quadrangle."""
    hull = cv2.convexHull(np.round(outline).astype(np.int32))
    length = cv2.arcLength(hull, True)
    for share in np.linspace(0.01, 0.09, 17):
        found = cv2.approxPolyDP(hull, share * length, True)
        if len(found) == 4:
            four = found.reshape(4, 2).astype(np.float64)
            around = four - four.mean(axis=0)
            ordered = four[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
            return np.roll(ordered, -int(np.argmin(ordered.sum(axis=1))), axis=0)
    return None


def _is_rectangle(corners: Plane, outline: Plane, shape: tuple[int, ...]) -> bool:
    """Tell whether corners may be a rectangle's seen at a slant, fill their outline, and lie within the crop."""
    contour = np.round(outline).astype(np.int32)
    area, own = cv2.contourArea(corners.astype(np.float32)), cv2.contourArea(contour)
    if own < 0.9 * cv2.contourArea(cv2.convexHull(contour)) or not 0.88 < own / max(1.0, area) < 1.12:
        return False
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 24 or min(lengths[0], lengths[2]) < 0.8 * max(lengths[0], lengths[2]):
        return False
    if min(lengths[1], lengths[3]) < 0.8 * max(lengths[1], lengths[3]):
        return False
    turns = (np.degrees(np.arctan2(sides[:, 1], sides[:, 0])) - np.array([0, 90, 180, 270]) + 180) % 360 - 180
    return bool(np.abs(turns).max() < MOST_TURN + 4 and abs(turns.mean()) < MOST_TURN and _is_seen(outline, shape))


def _is_seen(outline: Plane, shape: tuple[int, ...]) -> bool:
    """Tell whether the outline is the picture's own, not the crop's edge."""
    height, width = shape[:2]
    x, y = outline.T
    cut = [x <= 1, y <= 1, x >= width - 2, y >= height - 2]
    return all(edge.sum() < 0.35 * length for edge, length in zip(cut, (height, width, height, width), strict=True))


def _sides(outline: Plane, corners: Plane) -> tuple[Plane, Plane, Plane, Plane] | None:
    """Fit the bow of each side in the rectified square; None when one bows more than a page can."""
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    # a page curls along its lines: what a wide picture's sides bow is a larger share of its height
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    level = max(MOST_BOW, MOST_BOW_LENGTHWISE * float(lengths[::2].mean() / max(1.0, lengths[1::2].mean())))
    flat = cv2.perspectiveTransform(
        outline[None].astype(np.float32), cv2.getPerspectiveTransform(corners.astype(np.float32), square)
    )[0].astype(np.float64)
    x, y = flat.T
    nearest = np.argmin(np.stack([np.abs(y), np.abs(1 - x), np.abs(1 - y), np.abs(x)]), axis=0)
    along_off = ((x, y), (y, x - 1), (x, y - 1), (y, x))
    fits = []
    for side, (along, off) in enumerate(along_off):
        mine = (nearest == side) & (along > 0.03) & (along < 0.97)
        if mine.sum() < 12:
            return None
        fit = _cubic(along[mine], off[mine])
        ragged = np.percentile(np.abs(off[mine] - np.polyval(fit, along[mine])), 75)
        most = MOST_BOW if side % 2 else level
        if ragged > MOST_RAGGED or np.abs(np.polyval(fit, np.linspace(0, 1, 33))).max() > most:
            return None
        fits.append(fit)
    return fits[0], fits[1], fits[2], fits[3]


def _cubic(along: Plane, off: Plane) -> Plane:
    """Fit a cubic that ragged spots of the edge do not pull away."""
    weights = np.ones_like(along)
    fit = np.zeros(4)
    for _ in range(6):
        fit = np.polyfit(along, off, 3, w=weights)
        miss = np.abs(off - np.polyval(fit, along))
        weights = 1 / (1 + (miss / (2 * max(5e-4, float(np.median(miss))))) ** 2)
    return fit
