"""Land from far to near: mountains, hills, dunes, and the ground the subject stands on."""

from __future__ import annotations

import numpy as np

from core.engines.drawing.brush import Points, Stage, below, ellipse, ridge, spline
from core.engines.drawing.palette import Colour, colour, mix


def paint_mountains(stage: Stage, is_snowy: bool, tall: float = 1.0) -> None:
    """Raise three ranges, the far ones in the air's colour, their shaded sides stippled."""
    for depth, rise, peaks in ((0.05, 0.46, 4), (0.25, 0.36, 5), (0.5, 0.2, 6)):
        heights = _range(stage, peaks, rise * tall)
        body = stage.palette.land(depth)
        if is_snowy:
            body = mix(body, stage.palette.snow_shade, 0.65)
        land = below(heights, stage.width, stage.horizon + stage.unit * 0.05)
        stage.shape([land], body, mix(body, stage.palette.sky_low, 0.55))
        shade = mix(body, stage.palette.ink, 0.30 - 0.15 * (1 - depth))
        facets = _facets(stage, heights)
        if facets:
            stage.shape(facets, shade, mix(body, stage.palette.sky_low, 0.5), opacity=0.75)
            stage.stipple(facets, mix(shade, stage.palette.ink, 0.25), 0.18)
        if is_snowy or depth < 0.3:
            _paint_caps(stage, heights, facets, rise * tall, 1.0 if is_snowy else 0.5)
        stage.veil(
            stage.horizon - stage.unit * 0.14,
            stage.horizon + stage.unit * 0.06,
            stage.palette.sky_low,
            0.7 * stage.palette.haze * (1 - depth),
        )


def _range(stage: Stage, peaks: int, rise: float) -> Points:
    """Return a skyline of sharp peaks in pixels."""
    count = 360
    x = np.linspace(0, 1, count)
    total = np.zeros(count)
    places = (np.arange(peaks) + stage.rng.uniform(0.1, 0.9, peaks)) / peaks
    for place in places:
        high, wide = float(stage.rng.uniform(0.55, 1.0)), float(stage.rng.uniform(0.9, 1.7)) / peaks
        lean = np.where(x < place, 1.0, float(stage.rng.uniform(0.7, 1.4)))
        total = np.maximum(total, high * np.clip(1 - np.abs(x - place) * lean / wide, 0, 1) ** 1.1)
    rough = ridge(stage.rng, count, peaks * 5, 0.55, 4) * 0.045
    top = np.maximum(total, 0.12) + rough * (0.4 + total)
    heights: Points = stage.horizon + stage.unit * 0.02 - top * rise * stage.horizon * 1.25
    return heights


def _peaks(heights: Points) -> list[int]:
    """Return the indexes of skyline tops that stand out."""
    tops = [i for i in range(6, len(heights) - 6) if heights[i] == heights[i - 6 : i + 7].min()]
    return [i for i in tops if heights[max(0, i - 26) : i + 27].max() - heights[i] > 0.02 * np.ptp(heights)]


def _facets(stage: Stage, heights: Points) -> list[Points]:
    """Return, for every peak, the side that is turned from the light."""
    x = np.linspace(-4, stage.width + 4, len(heights))
    floor = stage.horizon + stage.unit * 0.04
    facets = []
    for top in _peaks(heights):
        away = -stage.side
        end = top
        while (
            0 < end + away < len(heights) - 1
            and heights[end + away] >= heights[end] - 0.004 * stage.unit
            and abs(end - top) < 70
        ):
            end += away
        if abs(end - top) < 6:
            continue
        along = np.arange(top, end, away)
        down = np.linspace(0, 1, 9)
        jag = stage.rng.normal(0, 0.012, 9) * stage.unit
        jag[0] = 0
        drop = min(floor, heights[end] + 0.22 * stage.unit) - heights[top]
        spine_x = x[top] + away * down * 0.16 * (abs(x[end] - x[top])) + jag
        spine = np.stack([spine_x, heights[top] + down * drop], axis=1)
        foot = np.array([[x[end], min(floor, heights[end] + 0.2 * stage.unit)]])
        facets.append(np.vstack([np.stack([x[along], heights[along]], axis=1), foot, spine[::-1]]))
    return facets


def _paint_caps(stage: Stage, heights: Points, facets: list[Points], rise: float, share: float) -> None:
    """Lay snow on the peaks, blue on their shaded sides."""
    x = np.linspace(-4, stage.width + 4, len(heights))
    lit = mix(stage.palette.snow, stage.palette.light, 0.2)
    lowest = heights.min() + share * 0.42 * rise * stage.horizon
    caps = []
    for top in _peaks(heights):
        reach = [i for i in range(max(0, top - 60), min(len(heights), top + 61)) if heights[i] < lowest]
        run = [i for i in reach if abs(i - top) <= 45]
        if len(run) < 5:
            continue
        if lowest - heights[top] < 0.035 * stage.unit:
            continue
        zigzag = np.array(
            [
                (
                    x[i],
                    max(
                        heights[i] + 1,
                        min(lowest, heights[i] + 0.05 * stage.unit)
                        + (0.02 if k % 2 else -0.022) * stage.unit * float(stage.rng.uniform(0.5, 1.4)),
                    ),
                )
                for k, i in enumerate(run[::-4])
            ]
        )
        caps.append(np.vstack([[(x[i], heights[i] - 0.5) for i in run], zigzag]))
    if not caps:
        return
    stage.shape(caps, lit, lit, opacity=0.92)
    if facets:
        stage.shape(_clipped(caps, stage), mix(lit, stage.palette.snow_shade, 0.8), opacity=0.8)


def _clipped(caps: list[Points], stage: Stage) -> list[Points]:
    """Return the half of every cap that is turned from the light."""
    halves = []
    for cap in caps:
        top = cap[cap[:, 1].argmin()]
        shaded = cap[(cap[:, 0] - top[0]) * stage.side <= 0]
        if len(shaded) > 2:
            turn = int((np.diff(shaded[:, 0]) < 0).argmax()) + 1 if stage.side > 0 else len(shaded)
            foot = [[top[0], shaded[:, 1].max() - 0.01 * stage.unit]]
            halves.append(np.vstack([shaded[:turn], foot, shaded[turn:]]))
    return halves


def paint_hills(stage: Stage, low: float = 0.02, tops: tuple[float, ...] = (0.12, 0.07, 0.03)) -> None:
    """Roll hills towards the viewer, a lit rim on each."""
    for i, rise in enumerate(tops):
        depth = 0.3 + 0.5 * i / max(1, len(tops) - 1)
        heights = (
            stage.horizon + (low - rise) * stage.unit - ridge(stage.rng, 200, 2.2 + i, 0.35, 3) * 0.05 * stage.unit
        )
        body = mix(stage.palette.land(depth), stage.palette.ground, 0.85 if stage.palette.is_snowy else 0.35)
        land = [below(heights, stage.width, stage.horizon + 0.16 * stage.unit)]
        stage.shape(land, mix(body, stage.palette.light, 0.10), mix(body, stage.palette.sky_low, 0.25))
        _shade_slope(stage, land, body)
        stage.veil(
            stage.horizon - 0.05 * stage.unit,
            stage.horizon + 0.12 * stage.unit,
            stage.palette.sky_low,
            0.28 * (1 - depth),
        )


def _shade_slope(stage: Stage, land: list[Points], body: Colour, share: float = 1.0) -> None:
    top, bottom, left, right = stage.region(np.vstack(land))
    if bottom <= top or right <= left:
        return
    rows = np.linspace(0.0, 0.34 * share, bottom - top, dtype=np.float32)[:, None]
    across = np.linspace(1.3, 0.5, right - left, dtype=np.float32)[None]
    stage.stipple(land, mix(body, stage.palette.ink, 0.34), rows * (across if stage.side < 0 else across[:, ::-1]))


def paint_dunes(stage: Stage) -> None:
    """Sweep dunes with knife-sharp crests."""
    for i, rise in enumerate((0.16, 0.09, 0.0, -0.12)):
        body = stage.palette.lit(mix(colour("#E7B978"), colour("#C67C45"), i / 4), 0.8)
        body = mix(body, stage.palette.sky_low, 0.45 * (1 - i / 3))
        heights = stage.horizon - rise * stage.unit - ridge(stage.rng, 160, 1.6 + 0.5 * i, 0.25, 2) * 0.07 * stage.unit
        stage.shape([below(heights, stage.width, stage.height)], mix(body, stage.palette.light, 0.2), body)
        x = np.linspace(-4, stage.width + 4, len(heights))
        shaded = [
            np.vstack(
                [
                    np.stack([x[top : top + 46], heights[top : top + 46]], 1),
                    spline(
                        [
                            (x[min(len(x) - 1, top + 46)], heights[min(len(x) - 1, top + 46)]),
                            (x[top] + 0.08 * stage.unit, heights[top] + 0.10 * stage.unit),
                            (x[top], heights[top]),
                        ],
                        closed=False,
                        steps=6,
                    ),
                ]
            )
            for top in _peaks(heights)
        ]
        if shaded:
            stage.shape(shaded, mix(body, stage.palette.ink, 0.34), mix(body, stage.palette.ink, 0.1), opacity=0.7)


def paint_ground(stage: Stage, top: float, lift: float = 0.0) -> None:
    """Spread the near ground from a gently rising edge at `top` (pixels) down to the frame's foot."""
    heights = top - ridge(stage.rng, 160, 2.0, 0.35, 4) * stage.unit * (0.018 + lift)
    body = stage.palette.ground
    land = [below(heights, stage.width, stage.height)]
    if stage.palette.is_snowy:
        _paint_snowfield(stage, land)
        return
    stage.shape(land, mix(body, stage.palette.sky_low, 0.22), mix(body, stage.palette.ink, 0.38))
    _shade_slope(stage, land, body)


def _paint_snowfield(stage: Stage, land: list[Points]) -> None:
    """Lay snow over the ground, in long drifts with blue hollows."""
    snow, shade = stage.palette.snow, stage.palette.snow_shade
    stage.shape(land, mix(snow, shade, 0.12), mix(snow, shade, 0.35))
    top = float(land[0][:, 1].min())
    for i, near in enumerate((0.12, 0.3, 0.55)):
        crest = top + near * (stage.height - top) - ridge(stage.rng, 160, 1.4 + 0.4 * i, 0.3, 2) * 0.035 * stage.unit
        deep = (0.05 + 0.12 * near) * stage.unit
        x = np.linspace(-4, stage.width + 4, len(crest))
        swell = np.clip(np.sin(np.linspace(0, 2.6 * np.pi, len(crest)) + float(stage.rng.uniform(0, 6))), 0, 1)
        for run in np.split(np.arange(len(x)), np.flatnonzero(np.diff(swell > 0)) + 1):
            if swell[run[0]] > 0 and len(run) > 8:
                rim, base = np.stack([x, crest], 1)[run], np.stack([x, crest + deep * swell], 1)[run]
                stage.shape([np.vstack([rim, base[::-1]])], shade, mix(snow, shade, 0.3), opacity=0.6)
    stage.stipple(land, shade, 0.06)


def paint_tufts(stage: Stage, top: float, count: int, tone: Colour) -> None:
    """Dot the ground with tufts of grass, larger the nearer."""
    for _ in range(count):
        near = float(stage.rng.random()) ** 0.8
        x, y = float(stage.rng.uniform(0, stage.width)), top + (stage.height - top) * (0.06 + 0.9 * near)
        size = stage.unit * (0.006 + 0.026 * near)
        blades = [
            np.array(
                [
                    [x + dx * size - size * 0.10, y],
                    [x + dx * size * 2.0, y - size * float(stage.rng.uniform(0.7, 1.5))],
                    [x + dx * size + size * 0.10, y],
                ]
            )
            for dx in (-0.5, -0.2, 0.1, 0.4)
        ]
        if stage.is_wet(x, y):
            continue
        stage.shape(blades, mix(tone, stage.palette.light, 0.16), mix(tone, stage.palette.ink, 0.25), opacity=0.85)


def paint_flowers(stage: Stage, top: float) -> None:
    """Scatter flowers, larger the nearer."""
    codes = ("#E4573D", "#F3C33C", "#F4E9DA", "#B783C4", "#E98AA0")
    for _ in range(110):
        near = float(stage.rng.random()) ** 0.7
        x, y = float(stage.rng.uniform(0, stage.width)), top + (stage.height - top) * (0.05 + 0.93 * near)
        tone = stage.palette.lit(colour(codes[int(stage.rng.integers(5))]), 0.75)
        size = stage.unit * (0.002 + 0.009 * near)
        if stage.is_wet(x, y):
            continue
        stage.line(np.array([[x, y], [x, y + size * 3]]), stage.palette.land(1.0), max(1.0, size * 0.3), opacity=0.7)
        stage.shape(
            [ellipse(x, y, size, size * 0.72, 12)],
            mix(tone, stage.palette.light, 0.2),
            mix(tone, stage.palette.ink, 0.2),
        )


def paint_rocks(stage: Stage, top: float, count: int = 7) -> None:
    """Lay boulders, a lit and a shaded side each."""
    for _ in range(count):
        near = float(stage.rng.random())
        x, y = float(stage.rng.uniform(0, stage.width)), top + (stage.height - top) * (0.1 + 0.7 * near)
        size = stage.unit * (0.014 + 0.05 * near) * float(stage.rng.uniform(0.6, 1.3))
        knots = np.array([(-1, 0), (-0.85, -0.5), (-0.3, -0.85), (0.35, -0.8), (0.9, -0.4), (1.05, 0)]) * (
            1 + stage.rng.normal(0, 0.08, (6, 2))
        )
        body = stage.palette.lit(colour("#8C8A86"), 0.9)
        rock = knots * size * (1.0, 0.75) + (x, y)
        stage.shape([rock], mix(body, stage.palette.light, 0.25), mix(body, stage.palette.ink, 0.3))
        dark = rock[[3, 4, 5, 0]] if stage.side < 0 else rock[[2, 1, 0, 5]]
        stage.shape([dark], mix(body, stage.palette.ink, 0.5), opacity=0.5)


def paint_foreground(stage: Stage, tone: Colour) -> None:
    """Frame the lower corners with dark, near grass."""
    for start, way in ((0.0, 1), (1.0, -1)):
        blades = []
        for _ in range(26):
            x = (start + way * float(stage.rng.random()) ** 2 * 0.2) * stage.width
            tall = stage.unit * float(stage.rng.uniform(0.05, 0.2)) * (1 - abs(x / stage.width - start) * 3)
            bend = float(stage.rng.normal(0.25 * way, 0.25)) * tall
            blades.append(
                np.array(
                    [
                        [x - 0.006 * stage.unit, stage.height + 4],
                        [x + bend * 0.4, stage.height - tall * 0.6],
                        [x + bend, stage.height - tall],
                        [x + bend * 0.55, stage.height - tall * 0.55],
                        [x + 0.006 * stage.unit, stage.height + 4],
                    ]
                )
            )
        stage.shape(blades, tone, tone, opacity=0.94)
