"""Parts on a circuit board: what differs in colour from the board it is soldered to."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.order import Edges

WORK_SIDE = 1280
SMALLEST, TINY = 0.0012, 0.00015
"""Smallest share of the picture that a part covers, and that of an exhaustive search."""
LIKENESS = 22.0
"""Distance from the board's colour, in Lab units, up to which a pixel is board; Otsu's threshold may raise it."""


def find_parts(picture: Pixels, is_exhaustive: bool = False) -> list[Edges]:
    """Return the rectangles of the parts on a BGR picture of a board, in its pixels, in no order."""
    small = shrink(picture, WORK_SIDE)
    scale = picture.shape[1] / small.shape[1]
    lab = cv2.cvtColor(cv2.bilateralFilter(small, 7, 40, 7), cv2.COLOR_BGR2LAB).astype(np.float32)
    left, top, board = _board(lab)
    boxes = _different(board, (TINY if is_exhaustive else SMALLEST) * board.shape[0] * board.shape[1], is_exhaustive)
    return [
        (scale * (x0 + left), scale * (y0 + top), scale * (x1 + left), scale * (y1 + top)) for x0, y0, x1, y1 in boxes
    ]


def _board(lab: Plane) -> tuple[int, int, Plane]:
    """Return where the board starts and its part of the picture: all of it, unless it lies on a ground of its own."""
    height, width = lab.shape[:2]
    board = _on_ground(lab)
    if board is None or _area(board) > 0.97 * height * width:
        return 0, 0, lab
    left, top, right, bottom = (int(value) for value in board)
    edge = max(1, (right - left) // 100)
    return left + edge, top + edge, lab[top + edge : bottom - edge, left + edge : right - edge]


def _on_ground(lab: Plane) -> Edges | None:
    """Return the rectangle of the board on its ground; either may be the most usual colour. None without a ground."""
    height, width = lab.shape[:2]
    if min(height, width) < 8:
        return None
    differs = _away(lab) > LIKENESS
    rim = np.concatenate([differs[0], differs[-1], differs[:, 0], differs[:, -1]])
    if rim.mean() > 0.8:
        _, _, stats, _ = cv2.connectedComponentsWithStats((~differs).astype(np.uint8), connectivity=4)
        x, y, wide, high = (int(value) for value in max(stats[1:], key=lambda row: row[4])[:4])
        return float(x), float(y), float(x + wide), float(y + high)
    if rim.mean() < 0.2:
        return max(_different(lab, 0.3 * height * width, is_exhaustive=False), key=_area, default=None)
    return None


def _away(lab: Plane) -> Plane:
    """Return how far each colour is from the most usual one; brightness counts less, for a board shines."""
    away: Plane = np.sqrt((((lab - _usual(lab)) * np.array([0.7, 1.0, 1.0], np.float32)) ** 2).sum(-1))
    return away


def _area(box: Edges) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _different(lab: Plane, smallest: float, is_exhaustive: bool) -> list[Edges]:
    """Return the rectangles of the areas that differ from the most usual colour, each at least so many pixels large."""
    if min(lab.shape[:2]) < 8:
        return []
    away = _away(lab)
    if away.max() < LIKENESS:
        return []
    level = np.clip(away * 255 / away.max(), 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(level, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # Otsu parts the brightest from the rest where few parts shine; it may only raise the threshold a little
    threshold = min(max(LIKENESS, otsu * away.max() / 255 * 0.6), 1.6 * LIKENESS)
    size = max(3, max(lab.shape[:2]) // (400 if is_exhaustive else 220)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    mask = cv2.morphologyEx((away > threshold).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel)  # tracks are thinner than parts
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours:
        x, y, width, height = cv2.boundingRect(contour)
        if width * height >= smallest and max(width, height) < 15 * min(width, height):
            boxes.append((float(x), float(y), float(x + width), float(y + height)))
    return boxes


def _usual(lab: Plane) -> Plane:
    """Return the most usual colour: the middle of the fullest cell of a coarse histogram."""
    cells = (lab // 16).astype(np.int64)
    numbers = (cells[..., 0] * 16 + cells[..., 1]) * 16 + cells[..., 2]
    fullest = np.bincount(numbers.ravel()).argmax()
    usual: Plane = np.median(lab[numbers == fullest], axis=0).astype(np.float32)
    return usual
