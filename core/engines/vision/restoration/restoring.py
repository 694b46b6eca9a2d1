"""Restoration of one plate, in its order: type, geometry, paper and ink, crop, size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.restoration.canvas import cropped_to_ink, placed
from core.engines.vision.restoration.curl import straightening
from core.engines.vision.restoration.frame import Frame, find_frame
from core.engines.vision.restoration.ink import cleaned_ink
from core.engines.vision.restoration.paper import paper_colour, paper_from_rim, paper_surface
from core.engines.vision.restoration.plate import PlateType, recognised_type
from core.engines.vision.restoration.tone import (
    cleaned_colour,
    cleaned_photograph,
    cleaned_tone,
)
from core.engines.vision.restoration.warp import Warp

WORK_SIDE = 2600
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

    def sized(self, width: int, height: int) -> Pixels:
        """Return it at an exact size in pixels, never distorted."""
        return placed(self.picture, width, height, self.is_full_bleed)


def restore(picture: Pixels, plate_type: PlateType | None = None) -> Restoration:
    """Restore a plate (BGR); `plate_type` None tells it from the pixels."""
    work = shrink(picture, WORK_SIDE)
    height, width = work.shape[:2]
    if min(height, width) < LEAST_SIDE or int(work.max()) - int(work.min()) < 12:
        return Restoration(work, plate_type or PlateType.LINE_ART)
    frame = find_frame(work)
    paper = paper_from_rim(work)
    found = plate_type or recognised_type(work, paper, frame.mask(width, height) if frame else None)
    if found is PlateType.PHOTOGRAPH:
        return _photograph(work, frame, paper)
    warp, skew, bend = _geometry(work, frame)
    if warp is not None:
        work = warp.apply(work, paper_colour(work))
        paper = warp.apply(np.ascontiguousarray(paper), paper_colour(work)) if paper is not None else None
    lightest = PALEST_LINE if found is PlateType.LINE_ART else PALEST_TONE
    return Restoration(cropped_to_ink(_cleaned(found, work, paper), lightest), found, skew, bend, warp)


def _cleaned(found: PlateType, straight: Pixels, paper: Plane | None) -> Pixels:
    """Return a straightened plate on white; a toned one that fills its crop has no paper to be white."""
    if found is PlateType.LINE_ART:
        return cleaned_ink(straight, paper_surface(straight))
    if paper is None:
        return cleaned_photograph(straight, None)
    return (cleaned_tone if found is PlateType.TONE else cleaned_colour)(straight, paper)


def _geometry(work: Pixels, frame: Frame | None) -> tuple[Warp | None, float, float]:
    """Return what makes a plate straight, by its frame or else its text, the tilt in degrees and the bend in pixels."""
    if frame is not None:
        return frame.whole(work.shape[1], work.shape[0]), frame.skew, 0.0
    text = straightening(work)
    return (text.warp, text.skew, text.bend) if text else (None, 0.0, 0.0)


def _photograph(work: Pixels, frame: Frame | None, paper: Plane | None) -> Restoration:
    """Cut a photograph out along its edge, which is left out: its line or its blur belong to the page."""
    if frame is None:
        return Restoration(cleaned_photograph(work, paper), PlateType.PHOTOGRAPH)
    cut = -max(2.0, FRAME_EDGE * max(frame.size))
    warp = frame.warp(cut, cut, cut, cut)
    balanced = warp.apply(paper) if paper is not None else None
    return Restoration(cleaned_photograph(warp.apply(work), balanced), PlateType.PHOTOGRAPH, frame.skew, 0.0, warp)
