"""Small pages for tests, drawn exactly: rows of text and hatched pictures whose boxes are known to the pixel."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from core.engines.drawing.picture import encode
from tests.pages.lettering import WORDS

Pixels = NDArray[np.uint8]
INK = (40, 40, 40)


def paper(width: int = 700, height: int = 1000, colour: tuple[int, int, int] = (215, 232, 240)) -> Pixels:
    """Return an empty page."""
    return np.full((height, width, 3), colour, np.uint8)


def write(page: Pixels, left: int, top: int, right: int, rows: int, first: int = 0) -> int:
    """Write rows of words between two columns of pixels and return where they end."""
    for row in range(rows):
        x, word = left, first + 7 * row
        while True:
            text = WORDS[word % len(WORDS)]
            (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_COMPLEX, 0.5, 1)
            if x + width > right:
                break
            cv2.putText(page, text, (x, top + 14 + 24 * row), cv2.FONT_HERSHEY_COMPLEX, 0.5, INK, 1, cv2.LINE_AA)
            x, word = x + width + 9, word + 1
    return top + 24 * rows


def engrave(page: Pixels, left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    """Draw a framed, hatched picture that fills a rectangle, and return the rectangle."""
    cv2.rectangle(page, (left, top), (right - 1, bottom - 1), INK, 2)
    for shift in range(0, right - left + bottom - top, 9):
        start = (left + min(shift, right - left - 1), top + max(0, shift - (right - left) + 1))
        end = (left + max(0, shift - (bottom - top) + 1), top + min(shift, bottom - top - 1))
        cv2.line(page, start, end, INK, 1, cv2.LINE_AA)
    middle = ((left + right) // 2, (top + bottom) // 2)
    axes = ((right - left) // 3, (bottom - top) // 3)
    cv2.ellipse(page, middle, axes, 0, 0, 360, INK, -1, cv2.LINE_AA)
    cv2.ellipse(page, middle, (axes[0] // 2, axes[1] // 2), 20, 0, 360, (200, 215, 225), -1, cv2.LINE_AA)
    return left, top, right, bottom


def photograph(page: Pixels, left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int]:
    """Lay a photograph of soft tones into a rectangle, and return the rectangle."""
    down, across = np.mgrid[0 : bottom - top, 0 : right - left].astype(np.float32)
    tone = 110 + 45 * np.sin(across / 41) * np.cos(down / 53) + 25 * np.sin(down / 19)
    page[top:bottom, left:right] = np.clip(tone, 20, 200)[..., None].astype(np.uint8)
    return left, top, right, bottom


def illustrated(width: int = 700, height: int = 1000) -> tuple[Pixels, tuple[int, int, int, int]]:
    """Return a page of text with one picture and a caption, and the picture's rectangle."""
    page = paper(width, height)
    write(page, 70, 60, width - 70, 9)
    box = engrave(page, 150, 320, width - 150, 640)
    write(page, 250, 660, width - 250, 1, first=60)
    write(page, 70, 730, width - 70, 8, first=31)
    return page, box


def board() -> tuple[Pixels, list[tuple[int, int, int, int]], tuple[int, int, int, int]]:
    """Return a circuit board, the rectangles of its four large parts, and that of a tiny one."""
    page = np.full((600, 800, 3), (60, 110, 30), np.uint8)
    for y in range(40, 600, 60):
        cv2.line(page, (20, y), (780, y), (70, 130, 60), 2)
    boxes = [(80, 80, 260, 190), (400, 90, 480, 240), (560, 300, 720, 400), (120, 350, 220, 500)]
    colours = [(30, 30, 30), (200, 200, 205), (40, 40, 180), (180, 120, 40)]
    for (left, top, right, bottom), colour in zip(boxes, colours, strict=True):
        cv2.rectangle(page, (left, top), (right - 1, bottom - 1), colour, -1)
    tiny = (400, 500, 414, 512)
    cv2.rectangle(page, tiny[:2], (tiny[2] - 1, tiny[3] - 1), (210, 210, 210), -1)
    return page, boxes, tiny


def png(page: Pixels) -> bytes:
    """Return a page as the bytes of a PNG file."""
    return encode(page)


def box_2d(box: tuple[int, int, int, int], page: Pixels) -> tuple[float, ...]:
    """Return a rectangle of pixels as thousandths of a page, ymin first."""
    height, width = page.shape[:2]
    left, top, right, bottom = box
    return (top / height * 1000, left / width * 1000, bottom / height * 1000, right / width * 1000)
