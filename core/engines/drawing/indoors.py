"""Inside: a room with what is in it, and the mouth of a cave."""

from __future__ import annotations

import numpy as np

from core.engines.drawing.air import paint_moon, paint_stars
from core.engines.drawing.brush import Stage, box, ellipse, gradient, ridge, spline
from core.engines.drawing.palette import Colour, colour, mix
from core.engines.drawing.wayside import LAMPLIGHT, paint_fire
from core.engines.drawing.words import SceneWords

WOOD = "#8A5B3C"
BED_LENGTH = 1.04
"""In units of the stage."""


def paint_room(stage: Stage, words: SceneWords) -> None:
    """Paint a room: wall, window with the hour outside, boards, and the furniture the prompt names."""
    floor = stage.horizon
    wall = _wall_colour(stage)
    _paint_window(stage, words, wall)
    _paint_floor(stage, floor)
    place = 0.5 - 0.33 * stage.side
    if words.has("shelf") or not (words.has("bed") or words.has("table") or words.has("fire") or words.has("stairs")):
        _paint_shelf(stage, place, floor)
    if words.has("fire"):
        _paint_hearth(stage, place, floor)
    if words.has("bed"):
        _paint_bed(stage, floor)
    if words.has("table"):
        _paint_table(stage, place, floor)
    _paint_lamp(stage, 0.5 - 0.44 * stage.side, floor)


def window_sill(stage: Stage) -> tuple[float, float]:
    """Return the middle of the window's sill, in pixels."""
    return stage.width * (0.5 + 0.22 * stage.side), stage.horizon - 0.12 * stage.unit


def _wall_colour(stage: Stage) -> Colour:
    return stage.palette.lit(colour("#D8B48A" if not stage.palette.is_dark else "#B98A66"), 0.7)


def _paint_window(stage: Stage, words: SceneWords, wall: Colour) -> None:
    """Leave the sky that is already painted in the panes, and wall up the rest."""
    (middle, bottom), half = window_sill(stage), 0.2 * stage.unit
    top = bottom - 0.44 * stage.unit
    if not words.is_overcast and (words.has("stars") or words.hour == "night"):
        paint_stars(stage)
        paint_moon(stage, middle + half * 0.4, top + 0.12 * stage.unit)
    heights = bottom - 0.06 * stage.unit - np.abs(ridge(stage.rng, 120, 5, 0.4, 3)) * 0.07 * stage.unit
    x = np.linspace(middle - half, middle + half, 120)
    stage.shape(
        [np.vstack([np.stack([x, heights], 1), [[middle + half, bottom], [middle - half, bottom]]])],
        stage.palette.land(0.3),
        stage.palette.land(0.6),
    )
    hole = np.array([[middle - half, top], [middle + half, top], [middle + half, bottom], [middle - half, bottom]])
    full = (0, stage.height, 0, stage.width)
    mask = 1 - stage.mask([hole], full)
    rows = gradient(mix(wall, stage.palette.ink, 0.34), mix(wall, stage.palette.light, 0.12), stage.height)
    stage.lay(full, mask, rows, texture=0.04)
    _paint_stripes(stage, hole, wall)
    frame = stage.palette.lit(colour("#EFE3CF"), 0.7)
    thick = max(2.0, 0.016 * stage.unit)
    for line in (
        [hole[0], hole[1], hole[2], hole[3], hole[0]],
        [(middle, top), (middle, bottom)],
        [(middle - half, (top + bottom) / 2), (middle + half, (top + bottom) / 2)],
    ):
        stage.line(np.array(line), frame, thick)
    stage.shape(
        [box(middle - half * 1.15, bottom, middle + half * 1.15, bottom + 0.025 * stage.unit)],
        frame,
        mix(frame, stage.palette.ink, 0.3),
    )
    cloth = stage.palette.lit(colour("#A9452E"), 0.85)
    for way in (-1, 1):
        edge = middle + way * half * 1.25
        curtain = spline(
            [
                (edge, top - 0.05 * stage.unit),
                (middle + way * half * 0.62, top - 0.05 * stage.unit),
                (middle + way * half * 0.78, (top + bottom) / 2),
                (middle + way * half * 0.98, bottom + 0.05 * stage.unit),
                (edge, bottom + 0.07 * stage.unit),
            ]
        )
        stage.shape([curtain], mix(cloth, stage.palette.light, 0.1), mix(cloth, stage.palette.ink, 0.35))


def _paint_stripes(stage: Stage, hole: np.ndarray, wall: Colour) -> None:
    for x in np.arange(0.03 * stage.unit, stage.width, 0.09 * stage.unit):
        if hole[0, 0] - 0.06 * stage.unit < x < hole[1, 0] + 0.06 * stage.unit:
            continue
        stage.shape(
            [box(x, 0, x + 0.03 * stage.unit, stage.horizon)],
            mix(wall, stage.palette.light, 0.2),
            mix(wall, stage.palette.light, 0.25),
            opacity=0.22,
        )


def _paint_floor(stage: Stage, floor: float) -> None:
    wood = stage.palette.lit(colour(WOOD), 0.7)
    stage.shape(
        [box(-4, floor, stage.width + 4, stage.height + 4)],
        mix(wood, stage.palette.ink, 0.25),
        mix(wood, stage.palette.light, 0.08),
    )
    for t in np.linspace(-2.2, 2.2, 23):
        line = np.array([[stage.width * (0.5 + t * 0.34), floor], [stage.width * (0.5 + t * 1.2), stage.height]])
        stage.line(line, mix(wood, stage.palette.ink, 0.5), max(1.0, 0.003 * stage.unit), opacity=0.7)
    stage.shape(
        [box(-4, floor - 0.03 * stage.unit, stage.width + 4, floor)],
        stage.palette.lit(colour("#EADAC0"), 0.7),
        mix(wood, stage.palette.ink, 0.2),
    )
    rug = stage.palette.lit(colour("#A43E2C"), 0.8)
    y = floor + 0.55 * stage.ground_depth
    for share, tone in (
        (1.0, rug),
        (0.86, stage.palette.lit(colour("#E3C48B"), 0.8)),
        (0.8, mix(rug, stage.palette.ink, 0.15)),
    ):
        stage.shape(
            [ellipse(stage.width * 0.5, y, 0.62 * stage.unit * share, 0.33 * stage.ground_depth * share)],
            tone,
            mix(tone, stage.palette.ink, 0.2),
        )


def _paint_shelf(stage: Stage, across: float, floor: float) -> None:
    x, half, tall = across * stage.width, 0.19 * stage.unit, 0.5 * stage.unit
    wood = stage.palette.lit(colour("#6E4630"), 0.8)
    stage.shape(
        [box(x - half, floor - tall, x + half, floor + 0.02 * stage.unit)],
        mix(wood, stage.palette.ink, 0.35),
        mix(wood, stage.palette.ink, 0.5),
    )
    codes = ("#B4472A", "#2F6F73", "#D9A437", "#7C8B5A", "#E6D7B8", "#5C4A6B")
    for i in range(4):
        foot = floor - tall * (i + 0.06) / 4
        left = x - half * 0.92
        while left < x + half * 0.84:
            wide, high = (
                stage.unit * float(stage.rng.uniform(0.010, 0.026)),
                tall / 4 * float(stage.rng.uniform(0.5, 0.8)),
            )
            if stage.rng.random() < 0.86:
                tone = stage.palette.lit(colour(codes[int(stage.rng.integers(6))]), 0.85)
                stage.shape([box(left, foot - high, left + wide * 0.92, foot)], tone, mix(tone, stage.palette.ink, 0.3))
            left += wide
        stage.shape([box(x - half, foot, x + half, foot + 0.012 * stage.unit)], mix(wood, stage.palette.light, 0.15))


def _paint_hearth(stage: Stage, across: float, floor: float) -> None:
    x, half, tall = across * stage.width, 0.2 * stage.unit, 0.36 * stage.unit
    brick = stage.palette.lit(colour("#9A5C47"), 0.8)
    stage.shape(
        [box(x - half, floor - tall, x + half, floor)],
        mix(brick, stage.palette.light, 0.1),
        mix(brick, stage.palette.ink, 0.2),
    )
    stage.shape(
        [box(x - half * 1.15, floor - tall, x + half * 1.15, floor - tall + 0.03 * stage.unit)],
        stage.palette.lit(colour(WOOD)),
    )
    stage.shape(
        [
            spline(
                [
                    (x - half * 0.6, floor),
                    (x - half * 0.6, floor - tall * 0.5),
                    (x, floor - tall * 0.68),
                    (x + half * 0.6, floor - tall * 0.5),
                    (x + half * 0.6, floor),
                ]
            )
        ],
        colour("#241A18"),
    )
    paint_fire(stage, x, floor - 0.01 * stage.unit)


def _paint_bed(stage: Stage, floor: float) -> None:
    x, half, top = stage.width * 0.5, BED_LENGTH / 2 * stage.unit, bed_top(stage)
    wood, cloth = stage.palette.lit(colour("#6E4630"), 0.8), stage.palette.lit(colour("#E9E1D2"), 0.8)
    for way, high in ((-1, 0.30), (1, 0.18)):
        edge = x + way * half
        stage.shape(
            [
                box(
                    edge - 0.022 * stage.unit,
                    top - high * stage.unit,
                    edge + 0.022 * stage.unit,
                    top + 0.3 * stage.ground_depth,
                )
            ],
            wood,
            mix(wood, stage.palette.ink, 0.3),
        )
    stage.shape(
        [box(x - half, top, x + half, top + 0.24 * stage.ground_depth)], cloth, mix(cloth, stage.palette.ink, 0.25)
    )
    stage.shape(
        [ellipse(x - half * 0.74, top - 0.01 * stage.unit, 0.13 * stage.unit, 0.045 * stage.unit)],
        mix(cloth, stage.palette.light, 0.4),
        mix(cloth, stage.palette.ink, 0.15),
    )


def bed_top(stage: Stage) -> float:
    """Return the height of the mattress in the frame, in pixels."""
    return stage.horizon + 0.16 * stage.ground_depth


def paint_bedspread(stage: Stage, start: float, top: float) -> None:
    """Spread a blanket over the bed from a sleeper's neck (`start`, pixels) to the feet; `top` is its highest place."""
    end, foot = stage.width * 0.5 + 0.50 * stage.unit, bed_top(stage) + 0.26 * stage.ground_depth
    paint_blanket(stage, (start, end), (top, foot))


def paint_blanket(stage: Stage, across: tuple[float, float], down: tuple[float, float]) -> None:
    """Spread a blanket over a sleeper, from neck to feet and from its highest place to the ground, in pixels."""
    (start, end), (top, foot) = across, down
    cloth, trim = stage.palette.lit(colour("#35707A"), 0.8), stage.palette.lit(colour("#E9D9B6"), 0.8)
    fall, unit = foot - top, stage.unit
    edge = [(start, foot), (start - 0.01 * unit, top + 0.5 * fall), (start + 0.03 * unit, top + 0.16 * fall)]
    rise = [((start + end) / 2, top), (end - 0.10 * unit, top + 0.16 * fall), (end, top + 0.55 * fall), (end, foot)]
    outline = spline([*edge, *rise], closed=False)
    stage.shape([outline], mix(cloth, stage.palette.light, 0.12), mix(cloth, stage.palette.ink, 0.35))
    for share in (0.35, 0.68):
        fold = start + (end - start) * share
        line = spline(
            [(fold, top + 0.12 * fall), (fold + 0.02 * unit, top + 0.5 * fall), (fold - 0.01 * unit, foot)],
            closed=False,
        )
        stage.line(line, mix(cloth, stage.palette.ink, 0.5), max(1.0, 0.005 * unit), opacity=0.5)
    hem = spline(
        [
            *edge,
            (start + 0.08 * unit, top + 0.14 * fall),
            (start + 0.04 * unit, top + 0.5 * fall),
            (start + 0.05 * unit, foot),
        ]
    )
    stage.shape([hem], mix(trim, stage.palette.light, 0.2), mix(trim, stage.palette.ink, 0.2))
    stage.stipple([outline], mix(cloth, stage.palette.ink, 0.6), 0.08)


def _paint_table(stage: Stage, across: float, floor: float) -> None:
    x, half, top = across * stage.width, 0.24 * stage.unit, floor - 0.10 * stage.unit
    wood = stage.palette.lit(colour(WOOD), 0.8)
    for dx in (-0.86, 0.8):
        stage.shape(
            [box(x + dx * half, top, x + dx * half + 0.02 * stage.unit, floor + 0.2 * stage.ground_depth)],
            mix(wood, stage.palette.ink, 0.45),
        )
    stage.shape(
        [box(x - half, top - 0.02 * stage.unit, x + half, top + 0.02 * stage.unit)],
        mix(wood, stage.palette.light, 0.25),
        wood,
    )
    stage.shape(
        [box(x - 0.05 * stage.unit, top - 0.075 * stage.unit, x + 0.01 * stage.unit, top - 0.02 * stage.unit)],
        stage.palette.lit(colour("#E8E2D6")),
    )


def _paint_lamp(stage: Stage, across: float, floor: float) -> None:
    x, top = across * stage.width, floor - 0.34 * stage.unit
    stage.line(
        np.array([[x, floor + 0.08 * stage.ground_depth], [x, top]]), stage.palette.ink, max(1.5, 0.008 * stage.unit)
    )
    stage.glow(x, top, 0.6 * stage.unit, LAMPLIGHT, 0.55 if stage.palette.is_dark else 0.3)
    shade = np.array([[-0.035, -0.07], [0.035, -0.07], [0.07, 0.03], [-0.07, 0.03]]) * stage.unit + (x, top)
    stage.shape([shade], mix(LAMPLIGHT, colour("#FFFFFF"), 0.35), LAMPLIGHT)


def paint_cave(stage: Stage) -> None:
    """Close rock round the frame: what was painted before is seen through the mouth."""
    middle, rock = (
        stage.width * (0.5 + 0.1 * stage.side),
        mix(colour("#3A3340") * stage.palette.ambient, stage.palette.ink, 0.35),
    )
    for share, depth in ((1.0, 0.42), (1.28, 0.18), (1.62, 0.0)):
        turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        rough = 1 + 0.11 * ridge(stage.rng, 60, 6, 0.6, 3)
        rough[-4:] = np.linspace(rough[-4], rough[0], 4)
        mouth = np.stack(
            [
                middle + np.cos(turn) * rough * 0.4 * share * stage.unit * min(1.5, stage.width / stage.height),
                stage.horizon - 0.02 * stage.unit + np.sin(turn) * rough * (0.36 * share) * stage.unit,
            ],
            axis=1,
        )
        full = (0, stage.height, 0, stage.width)
        mask = 1 - stage.mask([mouth], full)
        tone = mix(rock, stage.palette.sky_low, depth * 0.5)
        stage.lay(
            full, mask.astype(np.float32), gradient(mix(tone, stage.palette.ink, 0.2), tone, stage.height), texture=0.10
        )
    stage.glow(middle, stage.horizon, 0.9 * stage.unit, stage.palette.light, 0.22)
