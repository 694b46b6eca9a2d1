"""Under water: light from above, a sandy floor, coral, weed, fish and bubbles."""

from __future__ import annotations

import numpy as np

from core.engines.drawing.brush import Stage, below, ellipse, gradient, ridge, spline
from core.engines.drawing.palette import colour, mix
from core.engines.drawing.words import SceneWords

_CORALS = ("#E2705A", "#E79A5B", "#C9658F", "#D9B25F")
_FISH = ("#F0A23C", "#E9DDB0", "#D9603F", "#6FB7C4")


def paint_depths(stage: Stage, words: SceneWords) -> None:
    """Fill the frame with deep water over a floor, and with what grows and swims there."""
    palette = stage.palette
    upper = gradient(palette.sky_top, palette.sky_middle, stage.height // 2)
    lower = gradient(palette.sky_middle, palette.sky_low, stage.height - stage.height // 2)
    stage.canvas[:] = np.concatenate([upper, lower])
    _paint_shafts(stage)
    for lift, depth in ((0.09, 0.25), (0.03, 0.6)):
        _paint_rise(stage, lift, depth)
    floor = stage.horizon + ridge(stage.rng, 160, 2, 0.35, 3) * 0.012 * stage.unit
    sand = [below(floor, stage.width, stage.height)]
    stage.shape(sand, mix(palette.ground, palette.sky_low, 0.35), mix(palette.ground, palette.ink, 0.25))
    stage.stipple(sand, mix(palette.ground, palette.light, 0.5), 0.10)
    for x in stage.rng.uniform(0.03, 0.97, 11):
        _paint_weed(stage, float(x) * stage.width)
    for x in stage.rng.uniform(0.02, 0.98, 9):
        _paint_coral(stage, float(x) * stage.width)
    if words.has("fish"):
        _paint_fish(stage)
    _paint_bubbles(stage)


def _paint_shafts(stage: Stage) -> None:
    """Let light fall in from above, slanting away from its side."""
    for start in stage.rng.uniform(0.05, 0.95, 6):
        x = float(start) * stage.width
        target = (x - stage.side * float(stage.rng.uniform(0.1, 0.3)) * stage.width, 0.9 * stage.height)
        stage.beam(x, -0.1 * stage.height, target, 0.1 * stage.unit, stage.palette.light, 0.16)


def _paint_rise(stage: Stage, lift: float, depth: float) -> None:
    heights = stage.horizon - (lift + 0.05 * (1 + ridge(stage.rng, 120, 3, 0.5, 4))) * stage.unit
    tone = mix(stage.palette.sky_low, stage.palette.near, depth)
    stage.shape([below(heights, stage.width, stage.height)], tone, mix(tone, stage.palette.ink, 0.2))


def _paint_weed(stage: Stage, x: float) -> None:
    foot = stage.horizon + stage.ground_depth * float(stage.rng.uniform(0.02, 0.5))
    tall, sway = stage.unit * float(stage.rng.uniform(0.1, 0.3)), stage.unit * float(stage.rng.uniform(0.01, 0.03))
    tone = mix(stage.palette.near, stage.palette.lit(colour("#5E8F4E")), 0.5)
    t = np.linspace(0, 1, 24)
    for shift, share in ((-0.5, 0.8), (0.0, 1.0), (0.6, 0.65)):
        middle = x + shift * 0.05 * stage.unit + np.sin(t * 7 + shift * 3) * sway * (0.4 + t)
        half, y = 0.011 * stage.unit * (1 - t) + 1, foot - tall * share * t
        blade = np.vstack([np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)[::-1]])
        stage.shape([blade], mix(tone, stage.palette.light, 0.2), mix(tone, stage.palette.ink, 0.3), opacity=0.9)


def _paint_coral(stage: Stage, x: float) -> None:
    """Grow a small tree of coral."""
    foot = stage.horizon + stage.ground_depth * float(stage.rng.uniform(0.05, 0.55))
    size = stage.unit * float(stage.rng.uniform(0.05, 0.11))
    body = stage.palette.lit(colour(_CORALS[int(stage.rng.integers(len(_CORALS)))]), 0.8)
    for lean in (-0.75, -0.35, 0.0, 0.4, 0.8):
        top = (x + lean * size, foot - size * float(stage.rng.uniform(0.75, 1.25)))
        bend = (x + lean * size * 0.75, foot - size * 0.45)
        stage.line(spline([(x, foot), bend, top], closed=False, steps=8), body, max(2.0, size * 0.16))
        stage.disc(*top, max(1.5, size * 0.12), mix(body, stage.palette.light, 0.35))


def _paint_fish(stage: Stage) -> None:
    for _ in range(7):
        x, y = float(stage.rng.uniform(0.05, 0.95)) * stage.width, float(stage.rng.uniform(0.15, 0.6)) * stage.height
        size, way = stage.unit * float(stage.rng.uniform(0.012, 0.034)), float(stage.rng.choice([-1, 1]))
        body = stage.palette.lit(colour(_FISH[int(stage.rng.integers(len(_FISH)))]), 0.8)
        tail = np.array(
            [[x - way * size, y], [x - way * size * 1.9, y - size * 0.6], [x - way * size * 1.9, y + size * 0.6]]
        )
        stage.shape([ellipse(x, y, size * 1.25, size * 0.6, 24), tail], mix(body, stage.palette.light, 0.25), body)
        stage.disc(x + way * size * 0.75, y - size * 0.12, max(1.0, size * 0.1), stage.palette.ink)


def _paint_bubbles(stage: Stage) -> None:
    for _ in range(34):
        x, y = float(stage.rng.uniform(0, stage.width)), float(stage.rng.uniform(0.05, 0.95)) * stage.height
        size = stage.unit * float(stage.rng.uniform(0.002, 0.009))
        stage.disc(x, y, size, stage.palette.light, opacity=0.32)
        stage.disc(x - size * 0.3, y - size * 0.3, max(0.7, size * 0.3), stage.palette.light, opacity=0.6)
