"""Two engravings of the sea: a lighthouse on its rock, and a ship under sail."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from core.engines.drawing.picture import Plane
from core.studio.sample.pages.engraver import Block

HORIZON = 610.0


def lighthouse(width: int, height: int) -> Block:
    """Return a lighthouse at dusk, in a frame; made for a block about as wide as high."""
    block = Block(width, height, 1000, 11)
    _sky(block, lamp=(420, 205))
    _sea(block, HORIZON)
    _far_ship(block, 790, HORIZON)
    _rock(block)
    _tower(block)
    _gulls(block, ((640, 300), (720, 250), (690, 380), (200, 420)))
    block.frame()
    return block


def ship(width: int, height: int) -> Block:
    """Return a barque before the wind, without a frame; made for a block wider than high."""
    block = Block(width, height, 1000, 23)
    _sky(block, lamp=None, depth=0.42)
    _sea(block, 560, swell=16)
    _hull(block)
    _rigging(block)
    _gulls(block, ((170, 200), (240, 260), (860, 190)))
    block.vignette(0.2)
    return block


def _sky(block: Block, lamp: tuple[float, float] | None, depth: float = 0.62) -> None:
    rows = block.ink.shape[0]
    clouds = block.field(5, octaves=4)
    clouds -= 0.25 * np.roll(clouds, round(rows * 0.02), axis=0)

    def tone(x: Plane, y: Plane) -> Any:
        fall = depth * np.clip(1 - y / (HORIZON * 1.15), 0.06, 1)
        dark = fall - 0.34 * np.clip(clouds[: y.shape[0], : x.shape[1]] - 0.05, 0, 1.1)
        if lamp is not None:
            far = np.hypot(x - lamp[0], y - lamp[1])
            turn = np.abs(np.sin(np.arctan2(y - lamp[1], x - lamp[0]) - 0.12))
            beam = np.clip(1 - turn / (0.16 - far / 9000), 0, 1) * np.clip(1.1 - far / 900, 0, 1)
            dark = dark * (1 - 0.95 * np.clip(beam + 1.4 - far / 75, 0, 1))
        return np.where(dark < 0.05, 0, dark)

    block.tone(None, tone, gap=8.2)


def _sea(block: Block, horizon: float, swell: float = 9) -> None:
    bottom = 1000.0 * block.height / block.width
    waves = np.array([(-10, horizon), (1010, horizon), (1010, bottom + 10), (-10, bottom + 10)])
    chop = block.field(14, octaves=3)

    def bend(x: Plane, y: Plane) -> Any:
        near = np.clip((y - horizon) / (bottom - horizon), 0, 1)
        roll = np.sin(x / (34 + 80 * near) + 2.2 * np.sin(y / 46)) * swell * (0.12 + 0.75 * near)
        return roll + np.sin(x / 140 + y / 60) * 4 * near

    def tone(x: Plane, y: Plane) -> Any:
        near = np.clip((y - horizon) / (bottom - horizon), 0, 1)
        part = chop[-y.shape[0] :, : x.shape[1]]
        crest = np.sin(x / (34 + 80 * near) + 2.2 * np.sin(y / 46) + 1.2)
        return 0.46 + 0.12 * near - 0.2 * np.clip(crest, 0, 1) - 0.3 * np.clip(part - 0.25, 0, 1)

    block.tone(waves, tone, gap=8.6, bend=bend)
    block.line([(-10, horizon), (1010, horizon)], 1.6, is_smooth=False)


def _far_ship(block: Block, x: float, base: float) -> None:
    hull = block.form([(x - 34, base - 6), (x + 36, base - 6), (x + 26, base + 8), (x - 26, base + 8)], False)
    block.solid(hull)
    for left, top, right in ((-22, 62, 4), (4, 78, 32)):
        sail = block.form([(x + left, base - 10), (x + right, base - 10), (x + right - 4, base - top)], False)
        block.tone(sail, 0.2, 90, 6)
        block.edge(sail, 1.6)


def _rock(block: Block) -> None:
    crag = block.form(
        [
            (120, 700), (180, 640), (232, 622), (280, 575), (330, 560), (420, 548), (505, 556), (560, 580), (610, 586),
            (650, 628), (720, 648), (770, 700), (700, 728), (560, 742), (400, 752), (240, 738),
        ],
        False,
    )  # fmt: skip
    facets = block.field(20, octaves=2)

    def tone(x: Plane, y: Plane) -> Any:
        part = facets[: y.shape[0], : x.shape[1]]
        steps = np.floor(part * 3) / 3
        return 0.42 + 0.34 * steps + 0.3 * np.clip((x - 420) / 330, -0.6, 1) + 0.25 * np.clip((y - 640) / 110, 0, 1)

    block.tone(crag, tone, 62, 8)
    block.edge(crag, 3.2)
    for crack in (
        [(330, 562), (318, 610), (344, 650), (330, 700)], [(500, 560), (520, 610), (500, 650), (522, 720)],
        [(608, 588), (590, 640), (620, 690)], [(232, 624), (250, 670), (232, 720)],
        [(420, 600), (400, 660), (430, 730)],
    ):  # fmt: skip
        block.line(crack, 2.6)
    for x, y, wide in ((190, 742, 120), (420, 760, 190), (660, 742, 150)):
        foam = block.form([(x - wide, y), (x - wide / 2, y - 16), (x, y - 8), (x + wide / 2, y - 18), (x + wide, y),
                           (x + wide / 2, y + 12), (x, y + 16), (x - wide / 2, y + 12)])  # fmt: skip
        block.tone(foam, 0.08, 0, 9)
        block.line([(x - wide, y), (x - wide / 2, y - 16), (x, y - 8), (x + wide / 2, y - 18), (x + wide, y)], 1.8)


def _tower(block: Block) -> None:
    x, top, base = 420.0, 250.0, 562.0

    def round_tone(left: float, right: float, light: float) -> Any:
        def tone(px: Plane, _: Plane) -> Any:
            at = np.clip((px - left) / (right - left), 0, 1)
            return light + 0.78 * np.clip(at - 0.36, 0, 1) ** 1.1 + 0.25 * np.clip(0.16 - at, 0, 1)

        return tone

    body = block.form([(x - 40, top), (x + 40, top), (x + 62, base), (x - 62, base)], False)
    block.tone(body, round_tone(x - 60, x + 60, 0.05), 0, 7.4, lambda px, _: -((px - x) ** 2) / 420)
    for upper, lower in ((300, 352), (420, 474)):
        wide = [40 + 22 * (at - top) / (base - top) for at in (upper, lower)]
        band = block.form(
            [(x - wide[0], upper), (x, upper + 7), (x + wide[0], upper), (x + wide[1], lower), (x, lower + 8),
             (x - wide[1], lower)], False,
        )  # fmt: skip
        block.tone(band, round_tone(x - 60, x + 60, 0.5), 0, 7.4, lambda px, _: -((px - x) ** 2) / 420)
        block.edge(band, 1.4)
    block.edge(body, 3)
    for y in (386, 510):
        window = block.form([(x - 9, y), (x + 7, y), (x + 7, y + 24), (x - 9, y + 24)], False)
        block.solid(window)
        block.edge(window, 1.4)
    door = block.form([(x - 15, base), (x - 15, base - 34), (x, base - 46), (x + 15, base - 34), (x + 15, base)], False)
    block.solid(door)
    _lantern(block, x, top)
    house = block.form([(x + 70, 520), (x + 150, 520), (x + 150, 572), (x + 70, 568)], False)
    block.tone(house, 0.34, 0, 8)
    roof = block.form([(x + 60, 522), (x + 84, 486), (x + 140, 486), (x + 160, 522)], False)
    block.tone(roof, 0.66, 70, 7)
    for outline in (house, roof):
        block.edge(outline, 2.2)
    block.solid(block.form([(x + 92, 536), (x + 108, 536), (x + 108, 554), (x + 92, 554)], False))


def _lantern(block: Block, x: float, top: float) -> None:
    gallery = block.form([(x - 54, top - 4), (x + 54, top - 4), (x + 44, top + 10), (x - 44, top + 10)], False)
    block.tone(gallery, 0.6, 0, 6)
    block.edge(gallery, 2.2)
    block.line([(x - 54, top - 24), (x + 54, top - 24)], 1.8, is_smooth=False)
    for step in range(-54, 55, 12):
        block.line([(x + step, top - 24), (x + step, top - 4)], 1.3, is_smooth=False)
    room = block.form([(x - 28, top - 66), (x + 28, top - 66), (x + 28, top - 5), (x - 28, top - 5)], False)
    block.solid(room, 0)
    block.edge(room, 2.2)
    for step in (-10, 10):
        block.line([(x + step, top - 66), (x + step, top - 5)], 1.4, is_smooth=False)
    block.line([(x - 28, top - 36), (x + 28, top - 36)], 1.2, is_smooth=False)
    flame = block.form([(x - 6, top - 28), (x, top - 52), (x + 6, top - 28), (x, top - 20)])
    block.edge(flame, 1.6)
    dome = block.form([(x - 34, top - 66), (x - 26, top - 92), (x, top - 106), (x + 26, top - 92), (x + 34, top - 66)])
    block.tone(dome, lambda px, _: 0.4 + (px - x) / 70, 90, 6)
    block.edge(dome, 2.2)
    block.line([(x, top - 104), (x, top - 134)], 2.2, is_smooth=False)


def _gulls(block: Block, places: tuple[tuple[float, float], ...]) -> None:
    for number, (x, y) in enumerate(places):
        size = 16 + 5 * (number % 3)
        block.line(
            [(x - size, y - 4), (x - size * 0.5, y - 9), (x, y), (x + size * 0.5, y - 10), (x + size, y - 5)], 2.2
        )


def _hull(block: Block) -> None:
    side = block.form([(236, 520), (300, 540), (420, 552), (560, 552), (690, 540), (772, 508), (756, 560), (722, 606),
                       (640, 624), (420, 626), (300, 612), (256, 570)])  # fmt: skip
    block.tone(side, lambda x, y: 0.58 + (y - 560) / 190 + (x - 500) / 1400, 4, 7, lambda x, _: (x - 500) ** 2 / 5200)
    block.edge(side, 3.2)
    block.line([(246, 540), (420, 574), (600, 574), (764, 530)], 3.0)
    for x in range(330, 700, 44):
        port = block.form([(x, 578), (x + 14, 578), (x + 14, 592), (x, 592)], False)
        block.solid(port, 0)
        block.edge(port, 1.6)
    block.line([(764, 512), (850, 470), (900, 452)], 4.2)
    for x, y, wide in ((300, 628, 150), (560, 640, 220), (800, 622, 110)):
        foam = block.form([(x - wide, y), (x - wide / 2, y - 14), (x, y - 6), (x + wide / 2, y - 16), (x + wide, y + 2),
                           (x + wide / 2, y + 14), (x, y + 18), (x - wide / 2, y + 14)])  # fmt: skip
        block.tone(foam, 0.06, 0, 9)
        block.line([(x - wide, y), (x - wide / 2, y - 14), (x, y - 6), (x + wide / 2, y - 16), (x + wide, y + 2)], 1.8)


def _rigging(block: Block) -> None:
    masts = ((350, 120), (520, 70), (672, 128))
    for x, top in masts:
        block.line([(x, 548), (x + 4, top)], 5, is_smooth=False)
    for number, (x, top) in enumerate(masts):
        span, levels = 548 - top, (0.06, 0.32, 0.60, 0.9)
        for upper, lower in pairwise(levels):
            high, low = top + span * upper, top + span * lower - 8
            half = 42 + 62 * lower - 10 * (number == 2)
            _sail(block, x, high, low, half * 0.82, half)
        block.line([(x + 4, top), (x + 48, top + 8), (x + 70, top + 2)], 2.2)
    for start, end in (
        ((354, 120), (240, 520)),
        ((524, 70), (352, 330)),
        ((676, 128), (524, 300)),
        ((676, 130), (900, 452)),
    ):
        block.line([start, end], 1.3, is_smooth=False)
    for shift in (0, 46):
        jib = block.form(
            [(690 + shift, 300 - shift), (884 - shift * 0.4, 450 - shift * 0.2), (730 + shift, 470 - shift)]
        )
        block.tone(jib, lambda x, y: 0.1 + (y - 380) / 500, 62, 7)
        block.edge(jib, 2)


def _sail(block: Block, x: float, high: float, low: float, upper: float, lower: float) -> None:
    belly = (low - high) * 0.16
    outline = block.form(
        [(x - upper, high), (x, high + 3), (x + upper, high), (x + upper + 12, (high + low) / 2), (x + lower, low),
         (x + 10, low - belly), (x - lower, low), (x - upper - 2, (high + low) / 2)]
    )  # fmt: skip

    def tone(px: Plane, py: Plane) -> Any:
        at = (px - x) / lower
        return 0.08 + 0.4 * np.clip(at - 0.1, 0, 1) + 0.3 * np.clip((py - low + belly * 2) / (belly * 2), 0, 1)

    block.tone(outline, tone, 90, 7, lambda px, py: (py - (high + low) / 2) ** 2 / 900)
    block.edge(outline, 2.2)
    block.line([(x - upper - 8, high - 2), (x + upper + 8, high - 2)], 3, is_smooth=False)
