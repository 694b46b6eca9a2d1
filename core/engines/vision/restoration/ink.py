"""Line art on white: the paper white, the ink black, and what shines through or has been spilt gone."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.restoration.paper import on_paper, paper_closely

FAINT = 0.6
SMALL_SPECK = 0.013
ALONE = 0.035
# brown stains and yellowed paper hardly show in red light, black ink does
RED_LIGHT: Plane = np.array([[0.08, 0.22, 0.70]], np.float32)
WHITE_LIGHT: Plane = np.array([[0.114, 0.587, 0.299]], np.float32)


def cleaned_ink(picture: Pixels, surface: Plane) -> Pixels:
    """Return line art in pure greys on white (BGR); `surface` is the paper's smooth colour."""
    shares = on_paper(picture, paper_closely(picture, surface))
    value = levelled(cv2.transform(shares, _light(shares)))
    value[_no_ink(value)] = 1
    value = np.clip(value, 0, 1) ** 1.12
    return cv2.cvtColor((value * 255 + 0.5).astype(np.uint8), cv2.COLOR_GRAY2BGR)


def levelled(value: Plane) -> Plane:
    """Stretch shares of the paper so that ink is 0 and paper, grain and faint bleed-through included, is 1."""
    seen = value[::3, ::3]
    paper = seen[seen > 0.8]
    if paper.size == 0:
        return np.clip(value, 0, 1)
    middle = float(np.median(paper))
    spread = 1.48 * float(np.median(np.abs(paper - middle)))
    white = float(np.clip(middle - max(0.04, 2.4 * spread), 0.8, 0.97))
    black = min(0.6, float(np.percentile(seen, 0.8)))
    return np.clip((value - black) / (white - black), 0, 1).astype(np.float32)


def _light(shares: Plane) -> Plane:
    """Return the light to look at the ink in: red, unless the ink is red itself."""
    seen = shares[::4, ::4].reshape(-1, 3)
    grey = seen.mean(axis=1)
    ink = seen[grey <= np.percentile(grey, 3)].mean(axis=0)
    is_reddish = ink[2] > 0.5 and ink[2] - ink[:2].mean() > 0.2
    return WHITE_LIGHT if is_reddish else RED_LIGHT


def _no_ink(value: Plane) -> Pixels:
    """Tell what is no ink: patches nowhere really dark, dark specks far from every stroke, and all away from ink."""
    marks = (value < 0.93).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    darkest = np.full(count, 2.0, np.float32)
    places = marks > 0
    np.minimum.at(darkest, np.asarray(labels[places], np.intp), value[places])
    area = stats[:, cv2.CC_STAT_AREA]
    gone = (darkest > FAINT) | ((area < 5) & (darkest > 0.35)) | _is_lonely(value, labels, stats, darkest)
    gone[0] = True
    near = cv2.dilate((~gone)[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    faint: Pixels = (near == 0) | (gone[labels] & (labels > 0))
    return faint


def _is_lonely(value: Plane, labels: Pixels, stats: Pixels, darkest: Plane) -> Pixels:
    """Tell specks with no stroke near; dots of stippling stand close to others and stay."""
    side = max(value.shape)
    small = np.maximum(stats[:, 2], stats[:, 3]) <= max(2, SMALL_SPECK * side)
    strokes = ~small & (darkest <= FAINT)
    strokes[0] = False
    if not strokes.any():
        return np.zeros(len(stats), bool)
    reach = max(3, round(ALONE * side)) | 1
    shrunk = cv2.resize(strokes[labels].astype(np.uint8), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    shrunk = np.maximum(shrunk, cv2.resize(strokes[labels].astype(np.uint8), shrunk.shape[1::-1]))
    near = cv2.dilate(shrunk, np.ones((max(3, reach // 2) | 1,) * 2, np.uint8))
    rows = np.clip((stats[:, 1] + stats[:, 3] // 2) // 4, 0, near.shape[0] - 1)
    columns = np.clip((stats[:, 0] + stats[:, 2] // 2) // 4, 0, near.shape[1] - 1)
    result: Plane = small & (near[rows, columns] == 0)
    return result
