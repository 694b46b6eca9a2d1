"""Two engravings of the land and the air over it: a balloon, and a windmill."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.engines.drawing.brush import ellipse
from core.engines.drawing.picture import Plane
from core.studio.sample.pages.engraver import Block


def balloon(width: int, height: int) -> Block:
    """Return a balloon over hills, in a frame; made for a block a quarter higher than wide."""
    block = Block(width, height, 1000, 61)
    _clouds(block)
    _hills(block)
    _envelope(block)
    _basket(block)
    block.frame()
    return block


def windmill(width: int, height: int) -> Block:
    """Return a post mill in a field, without a frame; made for a block about as wide as high."""
    block = Block(width, height, 1000, 71)
    _clouds(block, 0.4)
    _field(block)
    _mill(block)
    block.vignette(0.18)
    return block


def _clouds(block: Block, depth: float = 0.5) -> None:
    clouds = block.field(4, octaves=4)
    tall = 1000.0 * block.height / block.width

    def tone(x: Plane, y: Plane) -> Any:
        part = clouds[: y.shape[0], : x.shape[1]]
        dark = depth * (1 - 0.75 * y / tall) - 0.42 * np.clip(part, 0, 1) + 0.14 * np.clip(-part - 0.3, 0, 1)
        return np.where(dark < 0.06, 0, dark)

    block.tone(None, tone, gap=8.4)


def _hills(block: Block) -> None:
    bottom = 1000.0 * block.height / block.width + 20
    for number, (base, rise, dark) in enumerate(((1010, 70, 0.22), (1068, 60, 0.36), (1130, 44, 0.5))):
        x = np.linspace(-20, 1020, 60)
        crest = (
            base - rise * np.sin(x / (170 + 30 * number) + 1.3 * number) * 0.6 - rise * 0.3 * np.sin(x / 61 + number)
        )
        outline = np.vstack([np.stack([x, crest], axis=1), [[1020, bottom], [-20, bottom]]])
        tilt = 14 - 16 * number
        block.tone(outline, lambda px, py, d=dark, b=base: d + 0.2 * np.sin(px / 90) - (b + 20 - py) / 900, tilt, 8)  # type: ignore[misc]
        block.line(outline[:-2], 2.4, is_smooth=False)
    for left, top, size in (
        (120, 1072, 26), (170, 1080, 20), (640, 1076, 24), (842, 1060, 30), (900, 1072, 22), (330, 1150, 34)
    ):  # fmt: skip
        _tree(block, left, top, size)
    for left, top in ((420, 1056), (470, 1062)):
        _cottage(block, left, top)


def _tree(block: Block, x: float, y: float, size: float) -> None:
    rim = ((-1, 0), (-0.9, -0.8), (-0.2, -1.4), (0.6, -1.2), (1, -0.4), (0.7, 0.3), (-0.5, 0.3))
    crown = block.form([(x + across * size, y + down * size) for across, down in rim])
    block.tone(crown, lambda px, _: 0.4 + (px - x) / 70, 40, 6)
    block.edge(crown, 1.8)
    block.line([(x, y + size * 0.3), (x, y + size * 0.8)], 3, is_smooth=False)


def _cottage(block: Block, x: float, y: float) -> None:
    wall = block.form([(x, y), (x + 34, y), (x + 34, y + 26), (x, y + 26)], False)
    roof = block.form([(x - 4, y), (x + 17, y - 22), (x + 38, y)], False)
    block.solid(wall, 0)
    block.edge(wall, 1.6)
    block.tone(roof, 0.7, 60, 6)
    block.edge(roof, 1.6)


def _envelope(block: Block) -> None:
    x, y, half = 500.0, 380.0, 292.0
    skin = block.form([(x, y - 296), (x + 168, y - 256), (x + 272, y - 130), (x + 288, y + 16), (x + 236, y + 170),
                       (x + 140, y + 290), (x + 62, y + 372), (x - 62, y + 372), (x - 140, y + 290), (x - 236, y + 170),
                       (x - 288, y + 16), (x - 272, y - 130), (x - 168, y - 256)])  # fmt: skip

    def width_at(py: Any) -> Any:
        at = np.clip((py - (y - 300)) / 676, 0.001, 1)
        return half * np.maximum(np.sin(np.pi * at**0.86), 0) ** 0.62 + 60 * at**3

    def tone(px: Plane, py: Plane) -> Any:
        across = np.clip((px - x) / np.maximum(width_at(py), 20), -1, 1)
        gore = np.floor((np.arcsin(across) / np.pi + 0.5) * 9)
        light = 0.1 + 0.62 * np.clip(across + 0.2, 0, 1) ** 1.4 + 0.2 * np.clip(-across - 0.72, 0, 1)
        return light + 0.24 * (gore % 2) + 0.12 * np.clip((py - y - 200) / 160, 0, 1)

    block.tone(skin, tone, 0, 7.6, lambda px, py: -((px - x) ** 2) / 1500 * np.sign(py - y + 40) * 0.8)
    heights = np.linspace(y - 292, y + 370, 40)
    for gore in range(1, 9):
        turn = np.sin((gore / 9 - 0.5) * np.pi)
        block.line(np.stack([x + turn * width_at(heights) * 0.985, heights], axis=1), 2, is_smooth=False)
    block.edge(skin, 3.4)
    for level in (y - 10, y + 62):
        sag = 46.0
        across = np.linspace(-1, 1, 30)
        block.line(np.stack([x + across * width_at(level) * 0.985, level + sag * (1 - across**2)], axis=1), 4.2, False)
    for number in range(9):
        across = np.linspace(-1, 1, 10)[number : number + 2]
        left, right = (x + across * width_at(y + 62) * 0.985).tolist()
        low = y + 62 + 46 * (1 - float((across**2).mean()))
        block.line([(left, low), ((left + right) / 2, low + 30), (right, low)], 2.4)


def _basket(block: Block) -> None:
    x, top = 500.0, 900.0
    for start in (-64, -40, -14, 14, 40, 64):
        block.line([(x + start, 750), (x + start * 0.72, top)], 1.6, is_smooth=False)
    car = block.form([(x - 54, top), (x + 54, top), (x + 42, top + 72), (x - 42, top + 72)], False)
    block.tone(car, lambda px, py: 0.4 + (px - x) / 130, 45, 7)
    block.tone(car, lambda px, py: 0.36 + (px - x) / 150, -45, 7, is_clear=False)
    block.edge(car, 3)
    block.line([(x - 58, top), (x + 58, top)], 5, is_smooth=False)
    for at, hat in ((-24, 16), (20, 20)):
        block.solid(block.form(ellipse(x + at, top - 30, 10, 12), False), 0)
        block.edge(ellipse(x + at, top - 30, 10, 12), 1.8)
        coat = block.form(
            [(x + at - 18, top - 2), (x + at - 12, top - 18), (x + at + 12, top - 18), (x + at + 18, top - 2)]
        )
        block.tone(coat, 0.75, 90, 6)
        block.edge(coat, 1.8)
        block.solid(block.form([(x + at - 9, top - 40), (x + at + 9, top - 40), (x + at + 8, top - 40 - hat),
                                (x + at - 8, top - 40 - hat)], False))  # fmt: skip
        block.line([(x + at - 15, top - 40), (x + at + 15, top - 40)], 2.6, is_smooth=False)
    block.line([(x + 38, top - 16), (x + 62, top - 44), (x + 60, top - 62)], 2.4)
    for at in (-52, 50):
        bag = block.form(ellipse(x + at, top + 44, 13, 20))
        block.tone(bag, lambda px, py, b=x + at: 0.35 + (px - b) / 40, 90, 6)  # type: ignore[misc]
        block.edge(bag, 2)


def _field(block: Block) -> None:
    ground = block.form(
        [(-10, 770), (200, 748), (420, 736), (640, 740), (860, 756), (1010, 772), (1010, 1010), (-10, 1010)]
    )
    block.tone(ground, lambda x, y: 0.3 + (y - 760) / 700 + 0.1 * np.sin(x / 60 + y / 20), 4, 9,
               lambda x, y: 8 * np.sin(x / 70) * (y - 740) / 200)  # fmt: skip
    for x in range(40, 990, 26):
        base = 800 + (x * 37) % 150
        for lean in (-10, -2, 8):
            block.line([(x, base), (x + lean, base - 26)], 1.8, is_smooth=False)
    path = block.form(
        [(470, 760), (540, 760), (600, 830), (560, 900), (640, 1000), (470, 1000), (480, 900), (520, 830)]
    )
    block.tone(path, 0.07, 0, 9)


def _mill(block: Block) -> None:
    x = 500.0
    legs = ((x - 110, 770), (x + 110, 770), (x - 40, 790), (x + 40, 790))
    for foot in legs:
        block.line([foot, (x, 640)], 9, is_smooth=False)
    body = block.form([(x - 100, 400), (x + 70, 400), (x + 84, 664), (x - 92, 664)], False)
    side = block.form([(x + 70, 400), (x + 124, 420), (x + 130, 644), (x + 84, 664)], False)
    roof = block.form([(x - 116, 404), (x - 60, 300), (x + 30, 300), (x + 86, 404)], False)
    gable = block.form([(x + 30, 300), (x + 86, 404), (x + 136, 424), (x + 84, 318)], False)
    block.tone(body, lambda px, py: 0.14 + 0.1 * np.sin(px / 16) + (px - x + 90) / 800, 90, 9)
    block.tone(side, 0.62, 90, 7)
    block.tone(roof, lambda px, py: 0.4 + (py - 340) / 400, 66, 7.4)
    block.tone(gable, 0.72, 20, 7)
    for outline in (body, side, roof, gable):
        block.edge(outline, 3)
    for step in range(-80, 70, 24):
        block.line([(x + step, 404), (x + step * 1.04, 662)], 1.3, is_smooth=False)
    for left, top in ((-20, 560), (-62, 470), (16, 470)):
        opening = block.form(
            [(x + left, top), (x + left + 30, top), (x + left + 30, top + 40), (x + left, top + 40)], False
        )
        block.solid(opening)
        block.edge(opening, 2)
    block.line([(x - 20, 664), (x - 110, 776)], 4, is_smooth=False)
    block.line([(x + 6, 664), (x - 78, 780)], 4, is_smooth=False)
    for step in np.linspace(0.1, 0.95, 9):
        block.line(
            [(x - 20 - 90 * step, 664 + 112 * step), (x + 6 - 84 * step, 664 + 116 * step)], 2.4, is_smooth=False
        )
    for turn in (20, 110, 200, 290):
        _sail(block, x - 16, 372, np.deg2rad(turn))
    hub = block.form(ellipse(x - 16, 372, 17, 17), False)
    block.solid(hub)


def _sail(block: Block, x: float, y: float, turn: float) -> None:
    along, aside = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    at = np.array([x, y])
    corners = [at + along * far + aside * wide for far, wide in ((70, 6), (330, 6), (330, 66), (70, 58))]
    cloth = block.form(np.array(corners), False)
    block.tone(cloth, 0.16, float(np.rad2deg(turn)), 9)
    block.edge(cloth, 2.2)
    block.line(np.array([at - along * 20, at + along * 344]), 6, is_smooth=False)
    for far in range(90, 330, 30):
        block.line(np.array([at + along * far, at + along * far + aside * 62]), 1.8, is_smooth=False)
    for wide in (26, 46):
        block.line(np.array([at + along * 72 + aside * wide, at + along * 330 + aside * wide]), 1.5, is_smooth=False)
