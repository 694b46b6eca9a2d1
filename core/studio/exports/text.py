"""Words on a Pillow picture, in any script that OpenCV's built-in fonts hold, wrapped and shortened to their room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.engines.drawing import lettering

_LEAST_SIZE = 5
_LONGEST = 400


@dataclass(frozen=True)
class Face:
    """How words look: size in pixels, colour as #RRGGBB, weight (400 regular, 600 bold)."""

    size: int
    colour: str
    weight: int = lettering.REGULAR


def width_of(text: str, face: Face) -> int:
    """Return the width of one line in pixels."""
    return lettering.measure(text, face.size, face.weight)[0]


def write(image: Image.Image, text: str, left: float, base: float, face: Face) -> None:
    """Write one line; `base` is its base line. Letters under five pixels are left out: nobody can read them."""
    if face.size < _LEAST_SIZE or not text:
        return
    margin = face.size
    plane = np.zeros((2 * face.size + margin, width_of(text, face) + 2 * margin), np.uint8)
    lettering.write(plane, text, margin, 2 * face.size, face.size, (255, 255, 255), face.weight)
    mask = Image.fromarray(plane)
    image.paste(face.colour, (round(left) - margin, round(base) - 2 * face.size), mask)


def write_centred(image: Image.Image, text: str, middle: float, base: float, face: Face) -> None:
    """Write one line around a middle."""
    write(image, text, middle - width_of(text, face) / 2, base, face)


def wrapped(text: str, face: Face, room: float, lines: int) -> list[str]:
    """Return the text as at most so many lines of `room` pixels, the last one ending in an ellipsis where it is cut."""
    rest = " ".join(text.split())[:_LONGEST]
    found: list[str] = []
    while rest and len(found) < lines:
        if len(found) == lines - 1:
            found.append(shortened(rest, face, room))
            break
        length = _fitting(rest, face, room)
        space = rest.rfind(" ", 0, length + 1) if length < len(rest) else -1
        cut = space if space > 0 else length
        found.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return found


def shortened(text: str, face: Face, room: float) -> str:
    """Return one line that fits into `room` pixels, cut with an ellipsis where it must be."""
    if width_of(text, face) <= room:
        return text
    return text[: _fitting(text, face, room - width_of("…", face))].rstrip() + "…"


def _fitting(text: str, face: Face, room: float) -> int:
    """Return how many letters fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(text[:middle], face) <= room else (low, middle - 1)
    return low
