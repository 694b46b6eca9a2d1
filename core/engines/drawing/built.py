"""What people live in and see by: towns, streets, cottages, lighthouses, lamps."""

from __future__ import annotations

import numpy as np

from core.engines.drawing.brush import Stage, box, ellipse, spline
from core.engines.drawing.palette import Colour, colour, mix
from core.engines.drawing.wayside import LAMPLIGHT, paint_road

HOUSE_SIZE = 0.26
"""The lone cottage's, in units of the stage."""


def _lit_windows(stage: Stage, left: float, top: float, right: float, bottom: float, size: float) -> None:
    glow = (
        mix(LAMPLIGHT, stage.palette.light, 0.2)
        if stage.palette.is_dark
        else mix(stage.palette.sky_top, stage.palette.ink, 0.35)
    )
    share = 0.42 if stage.palette.is_dark else 0.75
    panes = [
        box(x, y, x + size, y + size * 1.4)
        for y in np.arange(top + size * 1.4, bottom - size * 2, size * 3)
        for x in np.arange(left + size, right - size * 1.5, size * 2.3)
        if stage.rng.random() < share
    ]
    if panes:
        stage.shape(panes, glow, mix(glow, stage.palette.ink, 0.1), opacity=0.9 if stage.palette.is_dark else 0.5)


def paint_skyline(stage: Stage) -> None:
    """Build a town in three depths along the horizon, gables and chimneys, windows lit at dark."""
    for depth, rise in ((0.1, 0.34), (0.4, 0.25), (0.7, 0.17)):
        body = mix(stage.palette.land(depth), stage.palette.lit(colour("#A65F45")), 0.18)
        x = -0.05 * stage.unit
        while x < stage.width + 0.05 * stage.unit:
            wide = stage.unit * float(stage.rng.uniform(0.06, 0.13)) * (0.8 + depth * 0.5)
            tall = stage.unit * rise * float(stage.rng.uniform(0.45, 1.0))
            _paint_block(stage, x, stage.horizon + 0.03 * stage.unit, wide, tall, body, depth)
            x += wide * float(stage.rng.uniform(0.92, 1.05))
        stage.veil(
            stage.horizon - 0.16 * stage.unit,
            stage.horizon + 0.06 * stage.unit,
            stage.palette.sky_low,
            0.4 * (1 - depth),
        )


def _paint_block(stage: Stage, left: float, foot: float, wide: float, tall: float, body: Colour, depth: float) -> None:
    tone = mix(body, stage.palette.ink, float(stage.rng.uniform(0, 0.22)))
    gable = wide * float(stage.rng.choice([0.0, 0.35, 0.55]))
    walls = np.array(
        [
            [left, foot],
            [left, foot - tall],
            [left + wide / 2, foot - tall - gable],
            [left + wide, foot - tall],
            [left + wide, foot],
        ]
    )
    stage.shape([walls], tone, mix(tone, stage.palette.sky_low, 0.25))
    if gable:
        roof = np.array(
            [
                [left - wide * 0.05, foot - tall],
                [left + wide / 2, foot - tall - gable * 1.06],
                [left + wide * 1.05, foot - tall],
            ]
        )
        stage.shape([roof], mix(tone, stage.palette.ink, 0.35))
        chimney = left + wide * 0.7
        stage.shape(
            [box(chimney, foot - tall - gable * 0.85, chimney + wide * 0.1, foot - tall - gable * 0.2)],
            mix(tone, stage.palette.ink, 0.4),
        )
    _lit_windows(stage, left, foot - tall, left + wide, foot, max(1.6, stage.unit * (0.007 + 0.006 * depth)))


def paint_street(stage: Stage) -> None:
    """Lead a street between houses to the horizon."""
    for side in (-1, 1):
        edges = np.array([0.50, 0.40, 0.27, 0.13]) * stage.width * 1.0
        for i in range(3):
            near, far = (
                0.5 * stage.width + side * edges[2 - i + 0] * 1.05,
                0.5 * stage.width + side * edges[3 - i] * 1.05,
            )
            if i == 2:
                near = 0.5 * stage.width + side * 0.56 * stage.width
            tone = mix(
                stage.palette.land(0.4 + 0.28 * i),
                stage.palette.lit(colour("#B7694B" if (i + side) % 2 else "#7D7F8C")),
                0.35,
            )
            top_near, top_far = (
                stage.horizon - (0.16 + 0.24 * (i + 1)) * stage.unit,
                stage.horizon - (0.14 + 0.2 * i) * stage.unit,
            )
            foot_near = stage.horizon + (abs(near - 0.5 * stage.width) / stage.width) * stage.ground_depth * 1.15
            foot_far = stage.horizon + (abs(far - 0.5 * stage.width) / stage.width) * stage.ground_depth * 1.15
            wall = np.array([[near, foot_near], [near, top_near], [far, top_far], [far, foot_far]])
            stage.shape([wall], mix(tone, stage.palette.ink, 0.1), mix(tone, stage.palette.ink, 0.35))
            low, high = sorted((near, far))
            _lit_windows(
                stage, low, max(top_near, top_far), high, min(foot_near, foot_far), stage.unit * (0.014 + 0.007 * i)
            )
            roof = np.array(
                [
                    [near + side * 0.02 * stage.unit, top_near],
                    [far, top_far],
                    [far, top_far - 0.05 * stage.unit],
                    [near + side * 0.02 * stage.unit, top_near - 0.09 * stage.unit],
                ]
            )
            stage.shape([roof], mix(tone, stage.palette.ink, 0.5))
    paint_road(stage, 1.5, colour("#A39A91"), straight=True)


def land_top(stage: Stage) -> float:
    """Return where the near ground begins when no sea lies behind it, in pixels."""
    return stage.horizon + 0.05 * stage.unit


def house_place(stage: Stage, top: float) -> tuple[float, float]:
    """Return the middle of the lone cottage's foot on ground that begins at `top`; its door stands there."""
    return stage.width * (0.5 + 0.27 * stage.side), top + 0.16 * stage.ground_depth


def paint_house(stage: Stage, x: float, foot: float, size: float, wall: Colour) -> None:
    """Build a cottage with a lit window, a door, and smoke."""
    tone = stage.palette.lit(wall)
    half, tall = size * 0.55, size * 0.52
    stage.shape(
        [box(x - half, foot - tall, x + half, foot)],
        mix(tone, stage.palette.light, 0.1),
        mix(tone, stage.palette.ink, 0.3),
    )
    roof = np.array(
        [
            [x - half * 1.18, foot - tall],
            [x - half * 0.7, foot - tall * 1.75],
            [x + half * 0.7, foot - tall * 1.75],
            [x + half * 1.18, foot - tall],
        ]
    )
    red = stage.palette.lit(colour("#94442F"))
    stage.shape(
        [box(x + half * 0.3, foot - tall * 2.05, x + half * 0.5, foot - tall * 1.5)], mix(tone, stage.palette.ink, 0.4)
    )
    stage.shape([roof], mix(red, stage.palette.light, 0.12), mix(red, stage.palette.ink, 0.3))
    stage.shape([box(x - half * 0.12, foot - tall * 0.62, x + half * 0.2, foot)], stage.palette.lit(colour("#4C3B36")))
    for dx in (-0.62, 0.5):
        pane = box(x + dx * half - size * 0.07, foot - tall * 0.72, x + dx * half + size * 0.09, foot - tall * 0.36)
        stage.shape([pane], LAMPLIGHT if stage.palette.is_dark else mix(LAMPLIGHT, stage.palette.sky_top, 0.5))
        if stage.palette.is_dark:
            stage.glow(x + dx * half, foot - tall * 0.5, size * 0.7, LAMPLIGHT, 0.4)
    for i in range(5):
        stage.disc(
            x + half * 0.4 + i * size * 0.05 * stage.side,
            foot - tall * (2.15 + 0.22 * i),
            size * (0.035 + 0.016 * i),
            mix(stage.palette.sky_low, colour("#FFFFFF"), 0.3),
            opacity=0.34 - 0.05 * i,
        )


def paint_village(stage: Stage) -> None:
    """Gather cottages on a slope."""
    for i in range(6):
        x = stage.width * (0.5 + 0.3 * stage.side) + (i - 2.5) * 0.13 * stage.unit
        wall = colour(("#E8DCC4", "#D9C2A0", "#C9B6A4")[i % 3])
        paint_house(
            stage,
            x,
            stage.horizon + (0.03 + 0.035 * (i % 2)) * stage.unit,
            stage.unit * float(stage.rng.uniform(0.09, 0.13)),
            wall,
        )


def paint_lighthouse(stage: Stage, across: float) -> None:
    """Raise a striped lighthouse on its rock, its beam lit at dark."""
    x, foot, tall = across * stage.width, stage.horizon + 0.03 * stage.unit, stage.unit * 0.36
    rock = stage.palette.lit(colour("#5E5A5C"))
    stage.shape(
        [
            spline(
                [
                    (x - 0.17 * stage.unit, foot + 0.03 * stage.unit),
                    (x - 0.1 * stage.unit, foot - 0.02 * stage.unit),
                    (x, foot - 0.045 * stage.unit),
                    (x + 0.08 * stage.unit, foot - 0.03 * stage.unit),
                    (x + 0.2 * stage.unit, foot + 0.03 * stage.unit),
                ]
            )
        ],
        rock,
        mix(rock, stage.palette.ink, 0.5),
    )
    base = foot - 0.035 * stage.unit
    for i in range(5):
        low, high = i / 5, (i + 1) / 5
        halves = [stage.unit * (0.034 - 0.013 * t) for t in (low, high)]
        tone = stage.palette.lit(colour("#C2452F" if i % 2 else "#F2EADB"), 0.85)
        band = np.array(
            [
                [x - halves[0], base - tall * low],
                [x - halves[1], base - tall * high],
                [x + halves[1], base - tall * high],
                [x + halves[0], base - tall * low],
            ]
        )
        stage.shape([band], tone)
        if stage.side > 0:
            dark = np.array(
                [
                    [x - halves[0], base - tall * low],
                    [x - halves[1], base - tall * high],
                    [x - halves[1] * 0.1, base - tall * high],
                    [x - halves[0] * 0.1, base - tall * low],
                ]
            )
        else:
            dark = np.array(
                [
                    [x + halves[0], base - tall * low],
                    [x + halves[1], base - tall * high],
                    [x + halves[1] * 0.1, base - tall * high],
                    [x + halves[0] * 0.1, base - tall * low],
                ]
            )
        stage.shape([dark], stage.palette.ink, opacity=0.25)
    lamp = base - tall - 0.02 * stage.unit
    stage.shape(
        [box(x - 0.03 * stage.unit, lamp + 0.012 * stage.unit, x + 0.03 * stage.unit, lamp + 0.022 * stage.unit)],
        stage.palette.ink,
    )
    stage.shape(
        [box(x - 0.017 * stage.unit, lamp - 0.022 * stage.unit, x + 0.017 * stage.unit, lamp + 0.012 * stage.unit)],
        LAMPLIGHT,
    )
    stage.shape(
        [
            np.array(
                [
                    [x - 0.024 * stage.unit, lamp - 0.022 * stage.unit],
                    [x, lamp - 0.052 * stage.unit],
                    [x + 0.024 * stage.unit, lamp - 0.022 * stage.unit],
                ]
            )
        ],
        stage.palette.lit(colour("#7E2F22")),
    )
    way = -1 if across > 0.5 else 1
    strength = 0.55 if stage.palette.is_dark else 0.26
    stage.beam(x, lamp, (x + way * 1.6 * stage.unit, lamp - 0.12 * stage.unit), 0.16 * stage.unit, LAMPLIGHT, strength)
    stage.glow(x, lamp, stage.unit * 0.25, LAMPLIGHT, 0.7 if stage.palette.is_dark else 0.35)


def paint_lamps(stage: Stage) -> None:
    """Set street lamps along both sides, smaller the farther."""
    for side in (-1, 1):
        for t in (0.16, 0.4, 0.85):
            x = stage.width * 0.5 + side * stage.unit * (0.12 + 0.6 * t)
            foot = stage.horizon + stage.ground_depth * (0.1 + 0.62 * t)
            tall = stage.unit * (0.15 + 0.42 * t)
            stage.line(
                np.array([[x, foot], [x, foot - tall]]), stage.palette.ink, max(1.2, stage.unit * 0.009 * (0.4 + t))
            )
            stage.glow(x, foot - tall, tall * 0.8, LAMPLIGHT, 0.6 if stage.palette.is_dark else 0.2)
            stage.shape([ellipse(x, foot - tall, tall * 0.045, tall * 0.06)], mix(LAMPLIGHT, colour("#FFFFFF"), 0.4))
