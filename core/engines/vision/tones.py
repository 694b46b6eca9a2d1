"""Tones: areas darker or more coloured than the paper, wider than any stroke, that end in an edge.

A photograph or a coloured plate is such an area. So is a shadow or a stain, but they fade out: what tells them apart is
how abruptly the tone ends, and for pale tones also whether the area fills an upright or slanted rectangle.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.paper import Sheet

LEVELS = (0.93, 0.86, 0.76, 0.64)
"""Shares of the paper's light below which an area is looked at, from pale to dark."""
PALE = 0.7
COLOURED = 13.0
"""Distance from the paper's colour, in Lab units, from which an area counts as coloured."""


def find_tones(sheet: Sheet, letter: float) -> Pixels:
    """Return where tones are (bool); `letter` is the usual size of a letter in pixels, strokes are thinner."""
    scale = min(1.0, 5.0 / letter)
    size = (max(1, round(sheet.width * scale)), max(1, round(sheet.height * scale)))
    light = cv2.resize(sheet.light, size, interpolation=cv2.INTER_AREA)
    chroma = cv2.resize(sheet.chroma, size, interpolation=cv2.INTER_AREA)
    paper = cv2.resize(sheet.paper.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    small = _accepted(light, chroma, paper, letter * scale)
    found: Pixels = cv2.resize(small, (sheet.width, sheet.height), interpolation=cv2.INTER_NEAREST) > 0
    return found


def _accepted(light: Plane, chroma: Plane, paper: Pixels, letter: float) -> Pixels:
    stroke = max(3, int(letter)) | 1
    closed = cv2.morphologyEx(light, cv2.MORPH_CLOSE, _disc(stroke))
    found = np.zeros(light.shape, np.uint8)
    for level in LEVELS:
        found |= _parts((closed < level) & (paper > 0), light, paper, letter, is_pale=level > PALE)
    coloured = cv2.morphologyEx(chroma, cv2.MORPH_OPEN, _disc(stroke)) > COLOURED
    return found | _parts(coloured & (paper > 0), light, paper, letter, is_pale=False)


def _disc(size: int) -> Pixels:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def _parts(area: Pixels, light: Plane, paper: Pixels, letter: float, is_pale: bool) -> Pixels:
    opened = cv2.morphologyEx(area.astype(np.uint8), cv2.MORPH_OPEN, _disc(int(2 * letter) | 1))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    found = np.zeros(area.shape, np.uint8)
    for number in range(1, count):
        left, top, width, height, _ = (int(value) for value in stats[number])
        sides = (left <= 1) + (top <= 1) + (left + width >= area.shape[1] - 1) + (top + height >= area.shape[0] - 1)
        if min(width, height) < 2.5 * letter or sides >= 3:  # what reaches around the page is the ground it lies on
            continue
        margin = int(letter) + 2
        part = np.s_[max(0, top - margin) : top + height + margin, max(0, left - margin) : left + width + margin]
        shape = (labels[part] == number).astype(np.uint8)
        crisp = _crispness(shape, light[part], paper[part])
        is_rectangle = _fills_rectangle(shape)
        if crisp > 0.55 and (is_rectangle or (not is_pale and _is_printed(shape, light[part], letter))):
            found[part] |= shape
    return found


def _crispness(shape: Pixels, light: Plane, paper: Pixels) -> float:
    """Return the share of a shape's border at which the light steps within two pixels; the paper's rim is no step."""
    smooth = cv2.GaussianBlur(light, (0, 0), 0.8)
    kernel = np.ones((3, 3), np.uint8)
    border = cv2.dilate(shape, kernel) - cv2.erode(shape, kernel, borderValue=1)
    wide = _range(smooth, 9)
    steep = _range(smooth, 3)
    on_paper = (border > 0) & (cv2.erode(paper, np.ones((5, 5), np.uint8), borderValue=0) > 0)
    if on_paper.sum() < 0.3 * max(1, int((border > 0).sum())):
        return 0.0
    sharp = cv2.dilate((steep > np.maximum(0.045, 0.4 * wide)).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return float(sharp[on_paper].mean())


def _is_printed(shape: Pixels, light: Plane, letter: float) -> bool:
    """Return whether the light within a shape changes as in all that is drawn, down to dark ink; a stain is even."""
    inside = cv2.erode(shape, _disc(max(3, int(letter)) | 1), borderValue=0) > 0
    if not inside.any():
        return False
    return bool((_range(light, 5)[inside] > 0.12).mean() > 0.2 and (light[inside] < 0.5).mean() > 0.02)


def _range(light: Plane, size: int) -> Plane:
    kernel = np.ones((size, size), np.uint8)
    return cv2.dilate(light, kernel) - cv2.erode(light, kernel)


def _fills_rectangle(shape: Pixels) -> bool:
    contours, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    _, (width, height), _ = cv2.minAreaRect(largest)
    return bool(cv2.contourArea(largest) > 0.84 * max(1.0, width * height))
