"""What the page around a crop says of it: the text that shows its curl, and a frame that the crop cut too close."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.order import Edges
from core.engines.vision.restoration.curl import Straightening, straightening
from core.engines.vision.restoration.frame import Frame, find_frame
from core.engines.vision.restoration.neighbours import Print, Window, print_of
from core.engines.vision.restoration.paper import paper_colour, paper_surface
from core.engines.vision.restoration.warp import Warp

WORK_SIDE = 2600
REACH = 0.12
LEAST_REACH = 40
SAME_FRAME = 0.7
SETTLED = 16

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Page:
    """A page (BGR, at work size, `scale` of its own pixels), what makes its text straight, if anything does, and that
    text on the straight page.
    """

    picture: Pixels
    scale: float
    text: Straightening | None
    printed: Print | None


def seen_page(picture: Pixels) -> Page:
    """Return what a page (BGR, any size) says of the pictures cut from it."""
    small = shrink(picture, WORK_SIDE)
    text = straightening(small)
    printed = print_of(text.warp.apply(small, paper_colour(small))) if text else None
    return Page(small, small.shape[1] / picture.shape[1], text, printed)


@dataclass(frozen=True, eq=False)
class Wide:
    """A crop of `width` x `height` pixels at (`left`, `top`) of a picture that shows more of its page."""

    picture: Pixels
    left: int
    top: int
    width: int
    height: int

    def frame(self) -> Frame | None:
        """Return the frame of the crop's picture, in the wide picture's pixels; None when none is proved."""
        found = find_frame(self.picture)
        place = (self.left, self.top, self.left + self.width, self.top + self.height)
        return found if found is not None and _shared(found.corners, place) >= SAME_FRAME else None

    def on_crop(self, frame: Frame) -> Frame:
        """Return the same frame in the crop's own pixels."""
        return frame.moved(-self.left, -self.top)

    def from_crop(self, warp: Warp) -> Warp:
        """Return a warp of the crop as one of the wide picture."""
        left, top = self.left, self.top
        return warp.after(Warp(self.picture.shape[1], self.picture.shape[0], lambda x, y: (x + left, y + top)))

    def to_crop(self, warp: Warp) -> Warp:
        """Return a warp of the wide picture as one of the crop."""
        left, top = self.left, self.top
        return warp.after(Warp(self.width, self.height, lambda x, y: (x - left, y - top)))

    def around(self, plane: Plane) -> Plane:
        """Return a smooth plane of the crop, spread over the wide picture."""
        height, width = self.picture.shape[:2]
        rest = (max(0, height - self.top - self.height), max(0, width - self.left - self.width))
        spread = cv2.copyMakeBorder(plane, self.top, rest[0], self.left, rest[1], cv2.BORDER_REPLICATE)
        return spread[:height, :width]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The page that a crop was cut from, and where: (left, top, right, bottom) in the page's own pixels."""

    page: Page
    place: Rectangle

    def widened(self, work: Pixels) -> Wide:
        """Return a crop at work size with more of its page around it, in the crop's pixels."""
        left, top, right, bottom = self._on_page
        reach = max(LEAST_REACH, REACH * max(right - left, bottom - top))
        height, width = self.page.picture.shape[:2]
        x, y = max(0, round(left - reach)), max(0, round(top - reach))
        part = self.page.picture[y : min(height, round(bottom + reach)), x : min(width, round(right + reach))]
        enlarged = self._enlarged(work)
        size = (max(1, round(part.shape[1] * enlarged)), max(1, round(part.shape[0] * enlarged)))
        picture = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC if enlarged > 1 else cv2.INTER_AREA)
        across, down = round((left - x) * enlarged), round((top - y) * enlarged)
        room = picture[down : down + work.shape[0], across : across + work.shape[1]]
        room[:] = work[: room.shape[0], : room.shape[1]]
        return Wide(picture, across, down, work.shape[1], work.shape[0])

    def text(self, work: Pixels) -> Straightening | None:
        """Return what makes a crop straight by the text of its page; None when nothing proves that it is not."""
        if self.page.text is None:
            return None
        whole, enlarged = self.page.text.warp, self._enlarged(work)
        left, top, _, _ = self._on_page
        start, above, end, below = self._on_straight

        def locate(x: Plane, y: Plane) -> tuple[Plane, Plane]:
            column, row = whole.locate(start + x / enlarged, above + y / enlarged)
            return (column - left) * enlarged, (row - top) * enlarged

        size = (round((end - start) * enlarged), round((below - above) * enlarged))
        warp = Warp(max(1, size[0]), max(1, size[1]), locate)
        return Straightening(warp, self.page.text.skew, self.page.text.bend * enlarged)

    def alone(self, straight: Pixels, work: Pixels) -> Pixels:
        """Return a crop, made straight by the text of its page, without the lines of text that go on beyond it.

        `work` is the crop as it was. A crop of a tilted page reaches into the lines above and below its picture.
        """
        if self.page.text is None or self.page.printed is None:
            return straight
        start, above, _, _ = self._on_straight
        window = Window(start, above, self._enlarged(work), self.page.text.warp.locate, self._on_page)
        gone = window.neighbours(self.page.printed, straight.shape[1], straight.shape[0])
        if not gone.any():
            return straight
        paper = np.clip(paper_surface(straight), 0, 255).astype(np.uint8)
        result: Pixels = np.where(gone[..., None], paper, straight)
        return result

    @property
    def _on_page(self) -> Edges:
        """The crop's rectangle on the page at work size."""
        left, top, right, bottom = (at * self.page.scale for at in self.place)
        return left, top, right, bottom

    @cached_property
    def _on_straight(self) -> Edges:
        """The bounds of the crop on the straight page; there must be text that makes it straight."""
        if self.page.text is None:
            return self._on_page
        across, down = _on_straight(self.page.text.warp, *_outline(*self._on_page))
        return float(across.min()), float(down.min()), float(across.max()), float(down.max())

    def _enlarged(self, work: Pixels) -> float:
        """Pixels of the crop at work size to one of the page at work size."""
        return float(work.shape[1] / max(1e-6, (self.place[2] - self.place[0]) * self.page.scale))


def _outline(left: float, top: float, right: float, bottom: float) -> tuple[Plane, Plane]:
    along = np.linspace(0, 1, 24)
    x, y = left + (right - left) * along, top + (bottom - top) * along
    same = np.ones_like(along)
    return np.concatenate([x, x, left * same, right * same]), np.concatenate([top * same, bottom * same, y, y])


def _on_straight(warp: Warp, x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Return where places of the crooked picture lie on the straight one: a page bends little, so steps settle."""
    across, down = x.copy(), y.copy()
    for _ in range(SETTLED):
        column, row = warp.locate(across, down)
        across, down = across + x - column, down + y - row
    return across, down


def _shared(corners: Plane, place: tuple[float, ...]) -> float:
    """Return which part of the union of a frame's bounds and a crop both cover."""
    low, high = np.maximum(corners.min(axis=0), place[:2]), np.minimum(corners.max(axis=0), place[2:])
    both = float(np.prod(np.clip(high - low, 0, None)))
    frame = float(np.prod(np.ptp(corners, axis=0)))
    return both / max(1e-6, frame + (place[2] - place[0]) * (place[3] - place[1]) - both)
