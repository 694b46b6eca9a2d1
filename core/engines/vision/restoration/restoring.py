"""Restoration of one plate, in its order: type, geometry, paper and ink, crop, size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.restoration.canvas import cropped_to_ink, framed, placed
from core.engines.vision.restoration.curl import straightening
from core.engines.vision.restoration.frame import Frame, find_frame
from core.engines.vision.restoration.ink import cleaned_ink
from core.engines.vision.restoration.paper import paper_colour, paper_from_rim, paper_surface
from core.engines.vision.restoration.plate import PlateType, recognised_type
from core.engines.vision.restoration.surroundings import WORK_SIDE, Surroundings, Wide
from core.engines.vision.restoration.tone import (
    cleaned_colour,
    cleaned_photograph,
    cleaned_tone,
)
from core.engines.vision.restoration.warp import Warp
from core.models.plates import Framing

LEAST_SIDE = 16
FRAME_EDGE = 0.006
PALEST_LINE, PALEST_TONE = 204, 246


@dataclass(frozen=True, eq=False)
class Restoration:
    """A restored plate at the scale of its source, cut to its ink.

    `skew` is the tilt that was taken out (degrees), `bend` the depth of the page's curl (pixels); `warp` leads from
    the straightened picture, before it was cropped, to the source (both at work size).
    """

    picture: Pixels
    plate_type: PlateType
    skew: float = 0.0
    bend: float = 0.0
    warp: Warp | None = None

    @property
    def is_full_bleed(self) -> bool:
        """Whether it fills its canvas: a photograph does, an illustration has a white margin."""
        return self.plate_type is PlateType.PHOTOGRAPH

    def sized(self, width: int, height: int, framing: Framing = Framing.BY_TYPE) -> Pixels:
        """Return it at an exact size in pixels, never distorted."""
        if framing is Framing.BY_TYPE:
            return placed(self.picture, width, height, self.is_full_bleed)
        return framed(self.picture, width, height, framing)


def restore(
    picture: Pixels, plate_type: PlateType | None = None, page: Callable[[], Surroundings | None] | None = None
) -> Restoration:
    """Restore a plate (BGR); `plate_type` None tells it from the pixels.

    `page` returns the page it was cut from: it is asked only when the plate's own frame does not tell how it lies.
    """
    work = shrink(picture, WORK_SIDE)
    if min(work.shape[:2]) < LEAST_SIDE or int(work.max()) - int(work.min()) < 12:
        return Restoration(work, plate_type or PlateType.LINE_ART)
    frame = find_frame(work)
    around = page() if frame is None and page is not None else None
    if around is None:
        return _restored(work, plate_type, frame)
    return _restored_by_page(work, plate_type, around)


def _restored_by_page(work: Pixels, plate_type: PlateType | None, around: Surroundings) -> Restoration:
    """Restore a plate whose crop shows no frame by one seen with more of its page, or else by the page's text."""
    wide = around.widened(work)
    frame = wide.frame()
    if frame is not None:
        return _restored(work, plate_type, wide.on_crop(frame), wide=wide)
    text = around.text(work)
    if text is None:
        return _restored(work, plate_type, None)
    straight = around.alone(text.warp.apply(work, paper_colour(work)), work)
    frame = find_frame(straight)
    found = plate_type or _type_of(straight, paper_from_rim(straight), frame)
    if found is PlateType.PHOTOGRAPH:
        # it goes on where the crop ends
        straight = wide.from_crop(text.warp).apply(wide.picture, paper_colour(work))
        frame = find_frame(straight)
    made = _restored(straight, found, frame, is_level=True)
    warp = made.warp.after(text.warp) if made.warp else text.warp
    return replace(made, skew=made.skew + text.skew, bend=text.bend, warp=warp)


def _restored(
    work: Pixels, plate_type: PlateType | None, frame: Frame | None, is_level: bool = False, wide: Wide | None = None
) -> Restoration:
    """Restore a plate by its own frame or, unless it `is_level` already, by its own text.

    A photograph that goes on where its crop ends is taken from the `wide` picture.
    """
    paper = paper_from_rim(work)
    found = plate_type or _type_of(work, paper, frame)
    if found is PlateType.PHOTOGRAPH:
        return _wide_photograph(wide, frame, paper) if wide and frame else _photograph(work, frame, paper)
    warp, skew, bend = _geometry(work, frame, is_level)
    if warp is not None:
        work = warp.apply(work, paper_colour(work))
        paper = warp.apply(np.ascontiguousarray(paper), paper_colour(work)) if paper is not None else None
    lightest = PALEST_LINE if found is PlateType.LINE_ART else PALEST_TONE
    return Restoration(cropped_to_ink(_cleaned(found, work, paper), lightest), found, skew, bend, warp)


def _type_of(work: Pixels, paper: Plane | None, frame: Frame | None) -> PlateType:
    return recognised_type(work, paper, frame.mask(work.shape[1], work.shape[0]) if frame else None)


def _cleaned(found: PlateType, straight: Pixels, paper: Plane | None) -> Pixels:
    """Return a straightened plate on white; a toned one that fills its crop has no paper to be white."""
    if found is PlateType.LINE_ART:
        return cleaned_ink(straight, paper_surface(straight))
    if paper is None:
        return cleaned_photograph(straight, None)
    return (cleaned_tone if found is PlateType.TONE else cleaned_colour)(straight, paper)


def _geometry(work: Pixels, frame: Frame | None, is_level: bool) -> tuple[Warp | None, float, float]:
    """Return what makes a plate straight, by its frame or else its text, the tilt in degrees and the bend in pixels."""
    if frame is not None:
        return frame.whole(work.shape[1], work.shape[0]), frame.skew, 0.0
    text = None if is_level else straightening(work)
    return (text.warp, text.skew, text.bend) if text else (None, 0.0, 0.0)


def _photograph(work: Pixels, frame: Frame | None, paper: Plane | None) -> Restoration:
    """Cut a photograph out along its edge, which is left out: its line or its blur belong to the page."""
    if frame is None:
        return Restoration(cleaned_photograph(work, paper), PlateType.PHOTOGRAPH)
    cut = -max(2.0, FRAME_EDGE * max(frame.size))
    warp = frame.warp(cut, cut, cut, cut)
    balanced = warp.apply(paper) if paper is not None else None
    return Restoration(cleaned_photograph(warp.apply(work), balanced), PlateType.PHOTOGRAPH, frame.skew, 0.0, warp)


def _wide_photograph(wide: Wide, frame: Frame, paper: Plane | None) -> Restoration:
    made = _photograph(
        wide.picture, frame.moved(wide.left, wide.top), wide.around(paper) if paper is not None else None
    )
    return replace(made, warp=wide.to_crop(made.warp) if made.warp else None)
