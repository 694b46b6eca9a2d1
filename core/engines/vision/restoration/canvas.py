"""What a restored plate ends as: cropped to its ink, on an even white margin or full bleed, at an exact size."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels
from core.models.plates import Framing

MARGIN = 0.045
MOST_CUT = 0.08
ASKED_CUT = 0.25
"""What full bleed may cut off where a person asks for it: enough for the ratios there are, never half a picture."""
_RIM = 0.015
WHITE = (255, 255, 255)


def cropped_to_ink(picture: Pixels, lightest: int) -> Pixels:
    """Return a plate on white cut to what is printed, `lightest` (0 to 255) or darker.

    Slivers of neighbours at the edge of the crop are left out.
    """
    ink = (cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) <= lightest).astype(np.uint8)
    kept = _without_slivers(ink)
    rows, columns = np.flatnonzero(kept.any(axis=1)), np.flatnonzero(kept.any(axis=0))
    if rows.size == 0:
        return picture
    clean = np.where(((ink > 0) & (kept == 0))[..., None], 255, picture).astype(np.uint8)
    top, bottom = max(0, rows[0] - 1), min(len(picture), rows[-1] + 2)
    left, right = max(0, columns[0] - 1), min(picture.shape[1], columns[-1] + 2)
    return np.ascontiguousarray(clean[top:bottom, left:right])


def placed(picture: Pixels, width: int, height: int, is_full_bleed: bool, most_cut: float = MOST_CUT) -> Pixels:
    """Return the picture at an exact size, never distorted.

    Full bleed fills the size if that cuts off little, `most_cut` of it; otherwise, and for illustrations, the whole
    picture stands on white, its margin even: a small one where the shapes agree.
    """
    rows, columns = picture.shape[:2]
    fill, whole = max(width / columns, height / rows), min(width / columns, height / rows)
    if is_full_bleed and 1 - whole / fill <= most_cut:
        return _middle(scaled(picture, fill, width, height), width, height)
    margin = 0 if is_full_bleed else round(MARGIN * min(width, height))
    inner = min((width - 2 * margin) / columns, (height - 2 * margin) / rows)
    return _on_white(scaled(picture, inner, 1, 1), width, height)


def has_white_rim(picture: Pixels) -> bool:
    """Tell whether a picture stands on white already: all along its edges there is hardly anything else."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    wide = max(2, round(_RIM * min(grey.shape)))
    sides = (grey[:wide], grey[-wide:], grey[:, :wide], grey[:, -wide:])
    return all(float((side > 244).mean()) > 0.97 for side in sides)


def without_margin(picture: Pixels) -> Pixels:
    """Return a picture without the white around it; one that fills its canvas stays as it is."""
    return cropped_to_ink(picture, 240) if has_white_rim(picture) else picture


def framed(picture: Pixels, width: int, height: int, framing: Framing) -> Pixels:
    """Return a picture that stands at an exact size as asked; where nothing is asked for, it fills it if it can.

    For full bleed the picture comes without its margin: see `without_margin`.
    """
    if framing is Framing.FULL_BLEED:
        return placed(picture, width, height, True, ASKED_CUT)
    return placed(picture, width, height, framing is not Framing.MARGIN)


def scaled(picture: Pixels, scale: float, least_width: int = 1, least_height: int = 1) -> Pixels:
    """Scale by a factor: Lanczos when it grows, area means when it shrinks."""
    size = (
        max(least_width, round(picture.shape[1] * scale)),
        max(least_height, round(picture.shape[0] * scale)),
    )
    return cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4 if scale > 1 else cv2.INTER_AREA)


def _middle(picture: Pixels, width: int, height: int) -> Pixels:
    top, left = (picture.shape[0] - height) // 2, (picture.shape[1] - width) // 2
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def _on_white(picture: Pixels, width: int, height: int) -> Pixels:
    page = np.full((height, width, 3), WHITE, np.uint8)
    shown = picture[:height, :width]
    top, left = (height - shown.shape[0]) // 2, (width - shown.shape[1]) // 2
    page[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
    return page


def _without_slivers(ink: Any) -> Any:
    """Return the ink without thin pieces that the edge of the crop cuts, and without what is too small to matter."""
    height, width = ink.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, wide, high, area = stats.T
    at_side = (left <= 1) | (left + wide >= width - 1)
    at_end = (top <= 1) | (top + high >= height - 1)
    sliver = (at_side & (wide < 0.045 * width)) | (at_end & (high < 0.045 * height))
    whole = area > 0.2 * max(1, int(area[1:].max(initial=0)))
    gone = (sliver & ~whole) | (area < max(3, 6e-6 * ink.size))
    gone[0] = True
    return (~gone)[labels].astype(np.uint8) if count > 1 else ink
