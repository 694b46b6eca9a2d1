"""Engravings of natural history: a fish, a beetle and a shell, each by itself on the paper."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from core.engines.drawing.brush import ellipse
from core.engines.drawing.picture import Plane
from core.studio.sample.pages.engraver import Block


def fish(width: int, height: int) -> Block:
    """Return a perch seen from its side; made for a block twice as wide as high."""
    block = Block(width, height, 1000, 31)
    _fins(block)
    body = block.form([(70, 262), (130, 206), (230, 152), (370, 122), (510, 128), (640, 164), (760, 214), (830, 232),
                       (830, 284), (760, 300), (640, 346), (500, 384), (360, 388), (230, 358), (130, 312)])  # fmt: skip
    middle = 255.0

    def round_tone(x: Plane, y: Plane) -> Any:
        half = 20 + 118 * np.sin(np.clip((x - 60) / 800, 0, 1) * np.pi) ** 0.75
        at = (y - middle) / half
        stripe = np.clip(np.sin((x - 250) / 36 + at * 0.8), 0, 1) ** 2 * (at < 0.35) * (x > 250) * (x < 780)
        return (
            0.1
            + 0.34 * np.clip(-at - 0.05, 0, 1)
            + 0.3 * np.clip(at - 0.5, 0, 1)
            + 0.36 * stripe * np.clip(0.8 - at, 0, 1)
        )

    block.tone(body, round_tone, 0, 7, lambda x, y: (y - middle) * 0.12 * np.sin(x / 300))
    _scales(block)
    block.edge(body, 3)
    head = block.form([(70, 262), (130, 206), (212, 164), (248, 210), (256, 270), (236, 330), (200, 346), (130, 312)])
    block.tone(
        head, lambda x, y: 0.16 + 0.4 * np.clip((240 - y) / 90, 0, 1) + 0.3 * np.clip((y - 300) / 50, 0, 1), 70, 7
    )
    block.edge(head, 2.4)
    block.line([(214, 196), (196, 250), (206, 320)], 2.2)
    block.line([(72, 264), (106, 276), (134, 270)], 2.6)
    for size, ink in ((25, 0.0), (14, 1.0)):
        block.solid(block.form(ellipse(146, 232, size, size), False), ink)
    block.edge(ellipse(146, 232, 25, 25), 2.6)
    block.solid(ellipse(140, 226, 5, 5), 0)
    block.line([(262, 232), (420, 226), (600, 240), (822, 258)], 1.8)
    pectoral = block.form([(252, 292), (330, 290), (384, 326), (352, 352), (290, 336)])
    block.tone(pectoral, 0.2, 18, 6)
    block.edge(pectoral, 2)
    return block


def _fins(block: Block) -> None:
    tail = block.form([(812, 236), (880, 190), (960, 150), (936, 220), (924, 258), (938, 300), (960, 366), (880, 322),
                       (812, 280)])  # fmt: skip
    front = block.form([(268, 150), (300, 84), (346, 50), (400, 52), (452, 74), (500, 112), (512, 136), (400, 130)])
    rear = block.form([(528, 136), (560, 84), (620, 88), (680, 128), (718, 196), (640, 176)])
    anal = block.form([(560, 360), (600, 420), (640, 418), (690, 372), (712, 318), (640, 340)])
    belly = block.form([(330, 382), (360, 446), (400, 456), (424, 424), (430, 384)])
    for fin, root in (
        (tail, (780, 258)),
        (front, (400, 260)),
        (rear, (600, 260)),
        (anal, (600, 260)),
        (belly, (360, 330)),
    ):
        block.tone(fin, 0.14, 0, 9, lambda x, y, at=root: 90 * np.arctan2(y - at[1], x - at[0]) - y)  # type: ignore[misc]
        block.edge(fin, 2.2)
        for point in fin[:: max(1, len(fin) // 15)]:
            middle = np.asarray(root) + (point - np.asarray(root)) * 0.4
            block.line(np.array([middle, point]), 1.4, is_smooth=False)


def _scales(block: Block) -> None:
    for column in range(20):
        x = 276 + column * 26
        half = 112 * np.sin(np.clip((x - 60) / 800, 0, 1) * np.pi) ** 0.75
        for row in range(-6, 7):
            y = 258 + row * 20 + (column % 2) * 10
            if abs(y - 256) < half - 10:
                block.line([(x + 9, y - 9), (x - 3, y), (x + 9, y + 9)], 1.3)


def beetle(width: int, height: int) -> Block:
    """Return a stag beetle from above; made for a block about as high as wide."""
    block = Block(width, height, 1000, 41)
    _legs(block)
    for way in (-1, 1):
        wing = block.form([(500, 424), (500 + way * 110, 418), (500 + way * 186, 470), (500 + way * 206, 600),
                           (500 + way * 176, 760), (500 + way * 96, 866), (500, 900)])  # fmt: skip
        block.tone(
            wing,
            lambda x, y, side=way: 0.3 + 0.62 * np.abs((x - 500) * side / 205 - 0.4) ** 1.3 + 0.16 * (y > 800),  # type: ignore[misc]
            90, 9, lambda x, y: 20 * np.sin((y - 420) / 480 * np.pi) * (x - 500) / 200,
        )  # fmt: skip
        block.edge(wing, 4)
        for at in (0.28, 0.5, 0.72):
            block.line([(500 + way * 160 * at, 436), (500 + way * 196 * at, 620), (500 + way * 110 * at, 850)], 1.8)
    block.line([(500, 424), (500, 898)], 4.4, is_smooth=False)
    scutellum = block.form([(470, 424), (530, 424), (500, 470)], False)
    block.tone(scutellum, 0.7, 0, 7)
    block.edge(scutellum, 2.6)
    chest = block.form([(332, 420), (322, 340), (352, 298), (430, 282), (500, 288), (570, 282), (648, 298), (678, 340),
                        (668, 420), (580, 432), (420, 432)])  # fmt: skip
    block.tone(chest, lambda x, y: 0.34 + 0.5 * np.abs((x - 500) / 180 + 0.25) ** 1.6, 0, 8.4,
               lambda x, y: -((x - 500) ** 2) / 1500)  # fmt: skip
    block.edge(chest, 4)
    head = block.form([(386, 286), (372, 240), (400, 206), (460, 196), (540, 196), (600, 206), (628, 240), (614, 286)])
    block.tone(
        head, lambda x, y: 0.45 + 0.4 * np.abs((x - 500) / 130 + 0.2) ** 1.5, 0, 8, lambda x, y: (x - 500) ** 2 / 900
    )
    block.edge(head, 4)
    for way in (-1, 1):
        _jaw(block, way)
        block.solid(block.form(ellipse(500 + way * 122, 240, 15, 20), False))
    return block


def _jaw(block: Block, way: int) -> None:
    at = [(44, 202), (96, 200), (150, 160), (178, 110), (172, 60), (140, 18), (122, 26), (140, 70), (130, 104),
          (104, 92), (108, 122), (92, 150), (56, 172)]  # fmt: skip
    jaw = block.form([(500 + way * x, y) for x, y in at])
    block.tone(jaw, lambda x, y: 0.5 + 0.3 * (np.abs(x - 500) > 130), 58 * way, 7.4)
    block.edge(jaw, 3.6)
    feeler = [(500 + way * x, y) for x, y in ((124, 216), (196, 214), (240, 178), (268, 140))]
    block.line(feeler, 5)
    for step in (0, 1, 2):
        tip = (500 + way * (258 + step * 10), 156 - step * 18)
        block.line([tip, (tip[0] + way * 34, tip[1] - 12)], 5, is_smooth=False)


def _legs(block: Block) -> None:
    pairs = (
        ((150, 360), (262, 306), (330, 222), (352, 140)),
        ((180, 500), (300, 520), (392, 470), (440, 420)),
        ((170, 660), (286, 720), (356, 820), (372, 930)),
    )
    for way in (-1, 1):
        for root, knee, foot, toe in pairs:
            points = [(500 + way * x, y) for x, y in (root, knee, foot, toe)]
            for (start, end), thick in zip(pairwise(points), (24, 17, 9), strict=True):
                block.line([start, end], thick, is_smooth=False)
            for part in np.linspace(0.25, 0.9, 5):
                x, y = (np.asarray(points[1]) + (np.asarray(points[2]) - np.asarray(points[1])) * part).tolist()
                block.line([(x, y), (x + way * 20, y - 4)], 4, is_smooth=False)
            end = points[3]
            for spread in (-14, 14):
                block.line([end, (end[0] + spread, end[1] + (-26 if end[1] < 400 else 26))], 4, is_smooth=False)


def shell(width: int, height: int) -> Block:
    """Return a nautilus cut in half; made for a block a little wider than high."""
    block = Block(width, height, 1000, 53)
    middle, grow = np.array([540.0, 430.0]), 0.176
    turns = np.linspace(0, 5.2 * np.pi, 400)
    radius = 26 * np.exp(grow * turns)
    spiral = middle + np.stack([radius * np.cos(turns + 0.5), radius * np.sin(turns + 0.5)], axis=1)
    scale = 405 / np.abs(spiral - middle).max()
    spiral = middle + (spiral - middle) * scale
    last = turns > 3.2 * np.pi
    outline = np.vstack([spiral[last], spiral[turns > 3.2 * np.pi][:1]])

    def tone(x: Plane, y: Plane) -> Any:
        far = np.hypot(x - middle[0], y - middle[1])
        turn = np.arctan2(y - middle[1], x - middle[0]) - 0.5
        wrapped = np.log(np.maximum(far, 1) / (26 * scale)) / grow
        part = ((wrapped - turn) / (2 * np.pi)) % 1.0
        return 0.08 + 0.7 * np.clip(part - 0.3, 0, 1) ** 1.2 + 0.3 * np.clip(0.12 - part, 0, 1) / 0.12

    block.tone(outline, tone, 0, 8, lambda x, y: 95 * np.arctan2(y - middle[1], x - middle[0]) * 1.2 - y)
    for number in range(30):
        at = 4.55 * np.pi - number * 0.36
        if at < 2 * np.pi:
            break
        outer, inner = (middle + (np.array([np.cos(t + 0.5), np.sin(t + 0.5)]) * 26 * scale * np.exp(grow * t))
                        for t in (at, at - 2 * np.pi))  # fmt: skip
        bow = (outer + inner) / 2 + np.array([np.cos(at + 2.1), np.sin(at + 2.1)]) * np.linalg.norm(
            outer - inner
        ) * 0.22
        block.line([tuple(outer), tuple(bow), tuple(inner)], 3.4)
    block.line(spiral, 4.6, is_smooth=False)
    mouth = middle + (np.array([[np.cos(5.2 * np.pi + 0.5), np.sin(5.2 * np.pi + 0.5)]]) * radius[-1] * scale)
    inner = spiral[np.argmin(np.abs(turns - 3.2 * np.pi))]
    block.line([tuple(mouth[0]), tuple((mouth[0] + inner) / 2 + np.array([26, -40])), tuple(inner)], 4.4)
    return block
