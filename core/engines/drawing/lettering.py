"""Words on a picture in any script, with the fonts OpenCV carries inside: no system font is needed.

Latin is set in its "sans"; every other script in "uni". What neither holds (emoji, some Indic scripts) is left out, so
that no question mark or box ever stands for a letter. Right-to-left words are turned; Arabic letters stay unjoined.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels

REGULAR, BOLD = 400, 600


def measure(text: str, size: int, weight: int = REGULAR) -> tuple[int, int]:
    """Return width and height in pixels of one line of text."""
    shown = printable(text)
    left, _, wide, high = cv2.getTextSize((0, 0), shown, (0, 0), _face(shown), size, weight)
    return int(left + wide), int(high)


def write(
    picture: Pixels, text: str, left: int, base: int, size: int, ink: tuple[int, int, int], weight: int = REGULAR
) -> None:
    """Write one line of text into a BGR picture; `base` is its base line, `size` its height in pixels."""
    shown = printable(text)
    if shown:
        cv2.putText(picture, shown, (left, base), ink, _face(shown), size, weight)


def write_centred(
    picture: Pixels,
    text: str,
    middle: int,
    base: int,
    size: int,
    room: int,
    ink: tuple[int, int, int],
    weight: int = REGULAR,
) -> None:
    """Write one line around a middle, made smaller and then shortened until it fits into `room` pixels."""
    shown, size = fitted(text, size, room, weight)
    wide, _ = measure(shown, size, weight)
    write(picture, shown, middle - wide // 2, base, size, ink, weight)


def fitted(text: str, size: int, room: int, weight: int = REGULAR) -> tuple[str, int]:
    """Return the text and size that fit: down to two thirds of the size, then with an ellipsis."""
    shown = " ".join(text.split())[:400]
    least = max(7, round(size * 0.66))
    while size > least and measure(shown, size, weight)[0] > room:
        size -= 1
    if measure(shown, size, weight)[0] <= room:
        return shown, size
    low, high = 0, len(shown)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(shown[:middle] + "…", size, weight)[0] <= room else (low, middle - 1)
    return (shown[:low].rstrip() + "…" if low else ""), size


def printable(text: str) -> str:
    """Return the text without what the fonts cannot draw, right-to-left words turned for drawing."""
    kept = "".join(letter if not letter.isspace() and _is_drawn(letter) else " " * letter.isspace() for letter in text)
    return _turned(" ".join(kept.split()))


def _face(text: str) -> cv2.FontFace:
    # The "sans" has Latin only; one character beyond it sends the whole line to "uni", so that a line keeps one look.
    return cv2.FontFace("sans" if all(ord(letter) < 0x250 or letter in "–—‘’“”…" for letter in text) else "uni")


@cache
def _is_drawn(letter: str) -> bool:
    if unicodedata.category(letter)[0] in "CZ":
        return False
    return letter in "?？" or not np.array_equal(_glyph(letter), _glyph("?"))


@cache
def _glyph(letter: str) -> Pixels:
    plane = np.zeros((40, 48), np.uint8)
    cv2.putText(plane, letter, (4, 30), 255, cv2.FontFace("uni"), 24, REGULAR)
    return plane


def _turned(text: str) -> str:
    """Reverse the right-to-left runs of a line, and the order of its words when the line begins with one."""
    words = text.split(" ")
    if not any(map(_is_right_to_left, text)):
        return text
    turned = [word[::-1] if any(map(_is_right_to_left, word)) else word for word in words]
    return (
        " ".join(reversed(turned))
        if _is_right_to_left(next((c for c in text if c.isalpha()), "a"))
        else " ".join(turned)
    )


def _is_right_to_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")
