"""Setting a page: letters, rules and engravings in one ink, and a record of where each engraving stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.engines.drawing.picture import Plane
from core.studio.sample.pages.engraver import Block

# the PDF library brings the old book faces along; no system font is asked for
_FACES = {"roman": "_er_____.pfb", "italic": "_ei_____.pfb", "bold": "_eb_____.pfb"}


@dataclass(frozen=True)
class Placed:
    """One picture on a page: its label and caption, and its rectangle in pixels (left, top, right, bottom)."""

    label: str
    caption: str
    area: tuple[int, int, int, int]


class Sheet:
    """A page being set; `ink` is 0 paper .. 1 black."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.placed: list[Placed] = []
        self._letters = Image.new("L", (width, height))
        self._pen = ImageDraw.Draw(self._letters)
        self._pictures: Plane = np.zeros((height, width), np.float32)

    @property
    def ink(self) -> Plane:
        """Everything printed so far."""
        letters = np.asarray(self._letters, np.float32) / 255
        return np.maximum(letters, self._pictures)

    def line(self, text: str, left: float, base: float, size: int, face: str = "roman", spread: float = 0) -> None:
        """Set one line from the left; `spread` is added between letters."""
        if not spread:
            self._pen.text((left, base), text, fill=255, font=_font(face, size), anchor="ls")
            return
        for letter in text:
            self._pen.text((left, base), letter, fill=255, font=_font(face, size), anchor="ls")
            left += _font(face, size).getlength(letter) + spread

    def centred(self, text: str, middle: float, base: float, size: int, face: str = "roman", spread: float = 0) -> None:
        """Set one line around a middle."""
        wide = _font(face, size).getlength(text) + spread * (len(text) - 1)
        self.line(text, middle - wide / 2, base, size, face, spread)

    def rule(self, left: float, top: float, right: float, thick: int = 2) -> None:
        """Print a rule."""
        self._pen.line([(left, top), (right, top)], fill=235, width=thick)

    def paragraph(self, text: str, left: int, top: int, width: int, size: int, is_first: bool = False) -> int:
        """Set a justified paragraph and return where the next one begins; the first has a large initial."""
        leading = round(size * 1.3)
        font = _font("roman", size)
        drop = _font("roman", round(leading * 2.62)) if is_first else None
        inset = round(drop.getlength(text[0]) + size * 0.25) if drop else 0
        words, base, number = (text[1:] if drop else text).split(), top + size, 0
        if drop:
            self._pen.text((left, top + size + leading), text[0], fill=255, font=drop, anchor="ls")
        while words:
            start = left + (inset if number < 2 else 0) + (size if not is_first and number == 0 else 0)
            room = left + width - start
            count = _fitting(words, font, room)
            self._justified(words[:count], start, base, room if count < len(words) else None, font)
            words, base, number = words[count:], base + leading, number + 1
        return base - size + round(leading * 0.12)

    def place(self, block: Block, left: int, top: int, label: str, caption: str, size: int = 25, room: int = 12) -> int:
        """Print an engraving with its caption under it, and return where the caption ends."""
        print_ = block.printed()
        rows, columns = print_.shape
        there = self._pictures[top : top + rows, left : left + columns]
        np.maximum(there, print_, out=there)
        seen = print_ > 0.25
        down, across = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        area = (left + int(across[0]), top + int(down[0]), left + int(across[-1]) + 1, top + int(down[-1]) + 1)
        self.placed.append(Placed(label, caption, area))
        base = top + rows + room + size
        for line in caption.split("\n"):
            self.centred(line, left + columns / 2, base, size, "italic")
            base += round(size * 1.28)
        return int(base - size)

    def _justified(
        self, words: list[str], left: float, base: float, room: float | None, font: ImageFont.FreeTypeFont
    ) -> None:
        space = font.getlength(" ")
        if room is not None and len(words) > 1:
            space = (room - sum(map(font.getlength, words))) / (len(words) - 1)
        for word in words:
            self._pen.text((left, base), word, fill=255, font=font, anchor="ls")
            left += font.getlength(word) + space


def _fitting(words: list[str], font: ImageFont.FreeTypeFont, room: float) -> int:
    wide, space = 0.0, font.getlength(" ")
    for number, word in enumerate(words):
        wide += font.getlength(word) + (space if number else 0)
        if wide > room:
            return max(1, number)
    return len(words)


@cache
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("reportlab") / "fonts" / _FACES[face]) as path:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
