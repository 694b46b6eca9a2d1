"""The four pages of the magazine that never was: flat, tilted, curled, and two at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.studio.sample.pages import bends, paper, words
from core.studio.sample.pages.creatures import beetle, fish, shell
from core.studio.sample.pages.landscapes import balloon, windmill
from core.studio.sample.pages.seascapes import lighthouse, ship
from core.studio.sample.pages.typeset import Placed, Sheet

WIDTH, HEIGHT = 1480, 2080
_LEFT, _RIGHT = 150, WIDTH - 150
_COLUMN, _GAP = 568, 44
_SIZE = 27


def engravings() -> tuple[Pixels, list[Placed]]:
    """Return an old page with three engravings."""
    sheet = _headed(WIDTH, "NATURE AND TRADE", 214)
    sheet.centred("THE KEEPER OF THE LIGHT", WIDTH / 2, 286, 50, "roman", 5)
    sheet.centred("with some neighbours of his", WIDTH / 2, 334, 30, "italic")
    right = _LEFT + _COLUMN + _GAP
    bottom = _column(sheet, words.LIGHTS, _LEFT, 384, is_first=True)
    under = sheet.place(lighthouse(_COLUMN, 640), right, 392, "lighthouse", words.LIGHTHOUSE)
    below = max(bottom, under) + 26
    sheet.rule(WIDTH / 2 - 90, below, WIDTH / 2 + 90)
    end = sheet.place(fish(700, 330), _LEFT - 6, below + 40, "fish", words.FISH)
    _column(sheet, words.FISHES[:1], _LEFT, end + 26)
    after = sheet.place(beetle(400, 400), right + 96, below + 40, "beetle", words.BEETLE)
    _column(sheet, words.FISHES[1:], right, after + 26)
    return paper.pixels(paper.printed(sheet.ink, 101, _text_page(words.AIR + words.SHIPS, 213))), sheet.placed


def tilted() -> tuple[Pixels, list[Placed]]:
    """Return a page with two engravings, photographed askew on a table."""
    sheet = _headed(WIDTH, "WONDERS OF THE AIR", 88)
    sheet.centred("A MORNING ALOFT", WIDTH / 2, 286, 50, "roman", 5)
    right = _LEFT + _COLUMN + _GAP
    bottom = _column(sheet, words.AIR[:2], _LEFT, 340, is_first=True)
    beside = sheet.place(windmill(540, 540), _LEFT + 14, bottom + 40, "windmill", words.WINDMILL)
    _column(sheet, words.MILLS, _LEFT, beside + 28)
    under = sheet.place(balloon(_COLUMN, 760), right, 352, "balloon", words.BALLOON)
    _column(sheet, (*words.AIR[2:], *words.SHELLS), right, under + 28)
    flat = paper.printed(sheet.ink, 102, _text_page(words.LIGHTS + words.MILLS, 89))
    ground = paper.desk(2000, 1560, 7)
    corners = [(232, 92), (1424, 196), (1330, 1902), (92, 1790)]
    seen, placed = bends.tilted(flat, sheet.placed, ground, corners)
    down, across = np.linspace(0, 1, 2000, dtype=np.float32)[:, None], np.linspace(0, 1, 1560, dtype=np.float32)[None]
    return paper.pixels(paper.shade(seen, 1.06 - 0.2 * down - 0.14 * across)), placed


def curled() -> tuple[Pixels, list[Placed]]:
    """Return a page that bends into its binding, with one engraving."""
    sheet = _headed(WIDTH, "SHIPS AND THEIR MASTERS", 137)
    sheet.centred("THE PATIENT MARGARET", WIDTH / 2, 300, 50, "roman", 5)
    bottom = _text(sheet, words.SHIPS[:1], _LEFT, 360, _RIGHT - _LEFT, 34, is_first=True)
    under = sheet.place(ship(1100, 850), _LEFT + 40, bottom + 30, "ship", words.SHIP, 28)
    _text(sheet, words.SHIPS[1:], _LEFT, under + 34, _RIGHT - _LEFT, 34)
    flat = paper.printed(sheet.ink, 103, _text_page(words.SHELLS + words.FISHES + words.AIR, 138))
    bent, placed = bends.curled(flat, sheet.placed, 132)
    light = np.broadcast_to(bends.binding_light(WIDTH)[None], (HEIGHT, WIDTH))
    fall = 1.02 - 0.1 * np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None]
    return paper.pixels(paper.shade(bent, light * fall)), placed


def spread() -> tuple[Pixels, list[Placed]]:
    """Return a book lying open: a page with two engravings at the left, one with another at the right."""
    left, right = _headed(1180, "HILL AND SHORE", 52), _headed(1180, "HILL AND SHORE", 53)
    sides = (left, right)
    bottom = _text(left, words.MILLS, 120, 250, 940, 30, is_first=True)
    left.place(windmill(760, 680), 210, bottom + 30, "windmill", words.WINDMILL, 27)
    top = right.place(shell(560, 480), 310, 222, "shell", words.SHELL, 27)
    bottom = _text(right, words.SHELLS, 120, top + 24, 940, 30, is_first=True)
    right.place(fish(780, 362), 200, bottom + 12, "fish", "The banded perch.", 27)
    pages: list[Plane] = []
    placed: list[Placed] = []
    for number, side in enumerate(sides):
        flat = paper.printed(side.ink, 104 + number, _text_page(words.AIR + words.LIGHTS, 50, 1180))
        mirrored = [_mirrored(item, 1180) for item in side.placed] if number == 0 else side.placed
        bent, moved = bends.curled(flat[:, ::-1] if number == 0 else flat, mirrored, 64, 0.32)
        bent = paper.shade(bent, np.broadcast_to(bends.binding_light(1180, 0.32)[None], bent.shape[:2]))
        pages.append(bent[:, ::-1] if number == 0 else bent)
        placed += [_mirrored(item, 1180) if number == 0 else _shifted(item, 1180) for item in moved]
    book = np.hstack(pages)
    ground = paper.desk(book.shape[0] + 120, book.shape[1] + 120, 9)
    ground[52:-68, 54:-66] *= 0.35
    ground[60:-60, 60:-60] = book
    return paper.pixels(ground), [_shifted(item, 60, 60) for item in placed]


def _headed(width: int, chapter: str, number: int) -> Sheet:
    """Return a sheet with its running head: the magazine on left-hand pages, the chapter on right-hand ones."""
    sheet = Sheet(width, HEIGHT if width == WIDTH else 1560)
    left = _LEFT if width == WIDTH else 120
    is_left = number % 2 == 0
    sheet.centred(words.TITLE if is_left else chapter, width / 2, 168, 27, "roman", 4)
    if is_left:
        sheet.line(str(number), left, 168, 29)
    else:
        sheet.line(str(number), width - left - 14 * len(str(number)), 168, 29)
    sheet.rule(left, 190, width - left)
    sheet.rule(left, 196, width - left, 1)
    return sheet


def _column(sheet: Sheet, texts: Sequence[str], left: int, top: int, is_first: bool = False) -> int:
    return _text(sheet, texts, left, top, _COLUMN, _SIZE, is_first)


def _text(
    sheet: Sheet, texts: Sequence[str], left: int, top: int, width: int, size: int, is_first: bool = False
) -> int:
    for number, text in enumerate(texts):
        top = sheet.paragraph(text, left, top, width, size, is_first and number == 0)
    return top


def _text_page(texts: Sequence[str], number: int, width: int = WIDTH) -> Plane:
    """Return the other side of a sheet: words alone."""
    sheet = _headed(width, "MATTERS OF NOTE", number)
    inner = width - 300 if width == WIDTH else 940
    _text(sheet, [*texts, *texts], 150 if width == WIDTH else 120, 250, inner, 30)
    return sheet.ink


def _mirrored(item: Placed, width: int) -> Placed:
    left, top, right, bottom = item.area
    return Placed(item.label, item.caption, (width - right, top, width - left, bottom))


def _shifted(item: Placed, x: int, y: int = 0) -> Placed:
    left, top, right, bottom = item.area
    return Placed(item.label, item.caption, (left + x, top + y, right + x, bottom + y))
