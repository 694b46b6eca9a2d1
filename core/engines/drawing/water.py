"""Water: sea and shore, lakes, rivers, waterfalls."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.brush import Points, Stage, below, box, ellipse, ridge, spline
from core.engines.drawing.palette import colour, mix

FOAM = colour("#F7FAF6")
RIVER = colour("#3E8FB0")


def paint_sea(stage: Stage, shore: float, glint_x: float | None) -> None:
    """Spread the sea from the horizon to the shore (pixels), with lines of swell and the light's path on it."""
    palette = stage.palette
    top, bottom = int(stage.horizon), min(stage.height, int(shore + 0.1 * stage.unit))
    stage.shape(
        [box(-4, top, stage.width + 4, bottom)],
        mix(palette.water, palette.sky_low, 0.55),
        mix(palette.water, palette.ink, 0.12),
    )
    _paint_swell(stage, top, bottom)
    if glint_x is not None:
        _paint_glint(stage, top, bottom, glint_x)


def _paint_swell(stage: Stage, top: int, bottom: int) -> None:
    deep, bright = mix(stage.palette.water, stage.palette.ink, 0.35), mix(stage.palette.water, stage.palette.light, 0.5)
    for _ in range(150):
        t = float(stage.rng.random()) ** 1.6
        y = top + (bottom - top) * (0.01 + 0.98 * t)
        wide, x = (
            stage.unit * (0.02 + 0.22 * t) * float(stage.rng.uniform(0.5, 1.4)),
            float(stage.rng.uniform(0, stage.width)),
        )
        thick = stage.unit * (0.0008 + 0.006 * t)
        wave = spline(
            [
                (x - wide, y),
                (x - wide * 0.3, y - thick * 1.4),
                (x + wide * 0.4, y - thick),
                (x + wide, y),
                (x, y + thick),
            ],
            steps=5,
        )
        stage.shape([wave], deep if stage.rng.random() < 0.55 else bright, opacity=0.22 + 0.3 * t)


def _paint_glint(stage: Stage, top: int, bottom: int, x: float) -> None:
    """Let the light glitter in a widening path."""
    dashes = []
    for _ in range(170):
        t = float(stage.rng.random())
        y = top + (bottom - top) * t
        spread = stage.unit * (0.02 + 0.16 * t)
        wide = stage.unit * (0.006 + 0.03 * t) * float(stage.rng.uniform(0.4, 1.3))
        dashes.append(
            ellipse(x + float(stage.rng.normal(0, 0.5)) * spread, y, wide, stage.unit * (0.0008 + 0.0022 * t), 10)
        )
    stage.shape(dashes, mix(stage.palette.light, FOAM, 0.3), opacity=0.75)


def paint_beach(stage: Stage, shore: float) -> None:
    """Lay the beach from the shore down, a line of foam at its edge."""
    line = (
        shore
        - ridge(stage.rng, 160, 1.5, 0.3, 3) * stage.unit * 0.04
        + np.linspace(-1, 1, 160) * stage.unit * 0.03 * stage.side
    )
    sand = stage.palette.ground
    for lift, tone, share in (
        (0.026, FOAM, 0.35),
        (0.015, FOAM, 0.85),
        (0.004, mix(sand, stage.palette.ink, 0.35), 0.9),
    ):
        stage.shape(
            [below(line - lift * stage.unit, stage.width, stage.height)],
            stage.palette.lit(tone, 0.6) if tone is FOAM else tone,
            opacity=share,
        )
    land = [below(line + 0.012 * stage.unit, stage.width, stage.height)]
    stage.shape(land, sand, mix(sand, stage.palette.ink, 0.3))
    stage.stipple(land, mix(sand, stage.palette.ink, 0.4), 0.13)


def paint_lake(stage: Stage, top: float, bottom: float) -> None:
    """Lay still water between two heights: it mirrors what stands above it."""
    first, last = int(top), min(stage.height, int(bottom))
    rows = last - first
    if rows < 3 or first - rows < 0:
        return
    mirror = cv2.GaussianBlur(
        stage.canvas[first - rows : first][::-1],
        (0, 0),
        sigmaX=max(1.0, 0.006 * stage.unit),
        sigmaY=max(1.0, 0.003 * stage.unit),
    )
    edge = ridge(stage.rng, 120, 2, 0.3, 3) * 0.012 * stage.unit
    outline = np.vstack(
        [
            np.stack([np.linspace(-4, stage.width + 4, 120), first + np.abs(edge)], 1),
            np.stack([np.linspace(stage.width + 4, -4, 120), last - np.abs(edge) * 2], 1),
        ]
    )
    mask = stage.mask([outline], (first, last, 0, stage.width))
    stage.lay((first, last, 0, stage.width), mask, mirror * 0.62 + stage.palette.water * 0.38)
    _paint_swell_lines(stage, first, last)


def _paint_swell_lines(stage: Stage, first: int, last: int) -> None:
    for _ in range(26):
        y, x = float(stage.rng.uniform(first, last)), float(stage.rng.uniform(0, stage.width))
        wide = stage.unit * float(stage.rng.uniform(0.03, 0.16))
        stage.shape(
            [ellipse(x, y, wide, max(0.6, stage.unit * 0.0014), 12)],
            mix(stage.palette.water, stage.palette.light, 0.6),
            opacity=0.45,
        )


def winding(stage: Stage, start: float, end: float, wide: float, foot: float = 1.02) -> Points:
    """Return a winding band from the horizon (at `start`, 0..1 across) to the frame's foot (at `end`), `wide` there."""
    t = np.linspace(0, 1, 40)
    y = stage.horizon + 0.012 * stage.height + (foot * stage.height - stage.horizon) * t**1.7
    bend = float(stage.rng.choice([-1, 1])) * 0.12
    x = stage.width * (start + (end - start) * t + bend * np.sin(t * 2 * np.pi) * (0.25 + t) * (1 - t))
    half = stage.unit * wide * (0.016 + 0.5 * t**2.1)
    return np.vstack([np.stack([x - half, y], 1), np.stack([x + half, y], 1)[::-1]])


def paint_river(stage: Stage) -> None:
    """Let a river wind to the viewer: blue in every light, between dark banks, with ripples that mirror the sky."""
    palette = stage.palette
    course = winding(stage, float(stage.rng.uniform(0.4, 0.6)), 0.5 + 0.3 * stage.side, 0.75)
    stage.wet.append(course)
    body = mix(palette.water, palette.lit(RIVER, 0.45), 0.6)
    stage.shape([course], mix(body, palette.sky_low, 0.3), mix(body, palette.ink, 0.22))
    for bank in (course[9:40], course[40:71]):
        stage.line(bank, mix(palette.ground, palette.ink, 0.5), max(1.0, 0.006 * stage.unit), opacity=0.7)
    _paint_ripples(stage, course)


def _paint_ripples(stage: Stage, course: Points) -> None:
    """Lay short level lines on a river, longer the nearer, light where they mirror the sky."""
    left, right = course[:40], course[40:][::-1]
    bright, deep = mix(stage.palette.light, FOAM, 0.4), mix(stage.palette.water, stage.palette.ink, 0.45)
    for _ in range(60):
        i = min(39, int(40 * float(stage.rng.random()) ** 0.7))
        room = float(right[i, 0] - left[i, 0])
        wide = room * float(stage.rng.uniform(0.08, 0.24))
        x = float(left[i, 0]) + wide + (room - 2 * wide) * float(stage.rng.random())
        thick = max(0.6, stage.unit * (0.0008 + 0.0026 * i / 39))
        tone = bright if stage.rng.random() < 0.6 else deep
        stage.shape([ellipse(x, float(left[i, 1]), wide, thick, 12)], tone, opacity=0.5)


def paint_waterfall(stage: Stage) -> None:
    """Drop a waterfall from the heights."""
    x, half, top = stage.width * (0.5 - 0.2 * stage.side), stage.unit * 0.035, stage.horizon - 0.32 * stage.unit
    fall = np.array(
        [
            [x - half * 0.7, top],
            [x + half * 0.7, top],
            [x + half * 1.3, stage.horizon + 0.05 * stage.unit],
            [x - half * 1.3, stage.horizon + 0.05 * stage.unit],
        ]
    )
    stage.shape([fall], mix(FOAM, stage.palette.sky_middle, 0.15), FOAM, opacity=0.92)
    stage.veil(stage.horizon - 0.05 * stage.unit, stage.horizon + 0.09 * stage.unit, FOAM, 0.5)
