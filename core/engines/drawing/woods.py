"""Trees: firs in rows and alone, woods in depth, one broad tree; snow on the boughs when it has snowed."""

from __future__ import annotations

import numpy as np

from core.engines.drawing.brush import Points, Stage, ellipse, spline
from core.engines.drawing.palette import Colour, colour, mix


def conifer(x: float, foot: float, tall: float, rng: np.random.Generator) -> Points:
    """Return the outline of a fir."""
    tiers = max(4, min(9, int(tall / 9)))
    half = tall * float(rng.uniform(0.17, 0.24))
    right = []
    for i in range(tiers):
        t = (i + 1) / tiers
        y = foot - tall * (1 - t) * 0.95 - tall * 0.05
        right += [(half * t * float(rng.uniform(0.85, 1.1)), y), (half * t * 0.55, y - tall * 0.012)]
    left = [(-dx * float(rng.uniform(0.85, 1.1)), y) for dx, y in reversed(right)]
    outline = [
        (0.0, foot - tall),
        *right,
        (tall * 0.03, foot - tall * 0.05),
        (tall * 0.03, foot),
        (-tall * 0.03, foot),
        (-tall * 0.03, foot - tall * 0.05),
        *left,
    ]
    return np.array([(x + dx, y) for dx, y in outline])


def paint_treeline(
    stage: Stage, depth: float, foot: float, tall: float, gap: tuple[float, float] | None = None
) -> None:
    """Plant a row of firs across the frame, with an opening between `gap` (fractions of the width) if wanted."""
    step = tall * 0.26
    trees = []
    for x in np.arange(-tall * 0.2, stage.width + tall * 0.2, step):
        place = x + float(stage.rng.normal(0, step * 0.35))
        if gap is not None and gap[0] * stage.width < place < gap[1] * stage.width:
            continue
        trees.append(
            conifer(
                place,
                foot + float(stage.rng.uniform(0, 0.06)) * tall,
                tall * float(stage.rng.uniform(0.62, 1.15)),
                stage.rng,
            )
        )
    if not trees:
        return
    body = stage.palette.land(depth)
    stage.shape(trees[::2], body, mix(body, stage.palette.sky_low, 0.30 * (1 - depth)))
    stage.shape(
        trees[1::2] or trees, mix(body, stage.palette.ink, 0.12), mix(body, stage.palette.sky_low, 0.30 * (1 - depth))
    )
    stage.stipple(trees[1::2] or trees, mix(body, stage.palette.ink, 0.5), 0.2)
    _lay_snow_on(stage, trees, mix(stage.palette.snow, stage.palette.sky_low, 0.5 * (1 - depth)))


def _lay_snow_on(stage: Stage, trees: list[Points], tone: Colour) -> None:
    """Lay snow on the boughs turned to the light, when it has snowed."""
    if not stage.palette.is_snowy:
        return
    caps = []
    for tree in trees:
        top, count = tree[0], (len(tree) - 5) // 4
        drop = 0.34 * float(np.ptp(tree[:, 1])) / count
        right = tree[1 : 1 + 2 * count : 2]
        for bough in right:
            reach = bough[0] - top[0]
            if stage.side < 0:
                reach = -reach
            caps.append(
                np.array(
                    [
                        (top[0] + 0.30 * reach, bough[1] - 1.5 * drop),
                        (top[0] + 0.96 * reach, bough[1]),
                        (top[0] + 0.55 * reach, bough[1] - 0.35 * drop),
                        (top[0] - 0.2 * reach, bough[1] - 0.7 * drop),
                    ]
                )
            )
    stage.shape(caps, tone, opacity=0.9)


def paint_forest(stage: Stage, is_clearing: bool) -> None:
    """Plant woods in three depths, opening towards the middle."""
    unit, horizon = stage.unit, stage.horizon
    paint_treeline(stage, 0.15, horizon + 0.01 * unit, 0.24 * unit)
    stage.veil(horizon - 0.16 * unit, horizon + 0.06 * unit, stage.palette.sky_low, 0.5)
    paint_treeline(stage, 0.5, horizon + 0.05 * unit, 0.38 * unit, (0.36, 0.64) if is_clearing else (0.44, 0.56))
    stage.veil(horizon - 0.12 * unit, horizon + 0.12 * unit, stage.palette.sky_low, 0.34)


def paint_near_firs(stage: Stage) -> None:
    """Frame the picture with tall firs at both sides."""
    for x, tall in ((-0.01, 1.12), (0.09, 0.86), (0.93, 0.92), (1.02, 1.2)):
        place = x * stage.width + float(stage.rng.normal(0, 0.015)) * stage.width
        tree = [conifer(place, stage.horizon + stage.ground_depth * 0.42, tall * stage.unit * 0.82, stage.rng)]
        body = (stage.palette.land(1.0) * np.float32(0.42)).astype(np.float32)
        stage.shape(tree, body, mix(body, stage.palette.ground, 0.18))
        stage.stipple(tree, (body * np.float32(0.6)).astype(np.float32), 0.14)
        _lay_snow_on(stage, tree, stage.palette.snow)


def paint_tree(stage: Stage, x: float, foot: float, tall: float, leaf: Colour) -> None:
    """Plant one broad tree: trunk, boughs, and leaves in clumps lit from one side."""
    trunk = stage.palette.lit(colour("#5A4334"))
    half = tall * 0.045
    stage.shape(
        [
            spline(
                [
                    (x - half * 1.8, foot),
                    (x - half, foot - tall * 0.25),
                    (x - half * 0.7, foot - tall * 0.62),
                    (x + half * 0.7, foot - tall * 0.62),
                    (x + half, foot - tall * 0.25),
                    (x + half * 1.9, foot),
                ],
                steps=6,
            )
        ],
        trunk,
        mix(trunk, stage.palette.ink, 0.3),
    )
    clumps = []
    for _ in range(46):
        turn, out = float(stage.rng.uniform(0, 2 * np.pi)), float(stage.rng.random()) ** 0.5
        size = tall * float(stage.rng.uniform(0.05, 0.10)) * (1.15 - 0.35 * out)
        clumps.append((np.cos(turn) * out * 0.34 * tall, -tall * 0.70 + np.sin(turn) * out * 0.25 * tall, size))
    dark = mix(leaf, stage.palette.ink, 0.42)
    stage.shape(
        [ellipse(x + dx, foot + dy, size * 1.25, size * 1.1, 16) for dx, dy, size in clumps],
        dark,
        mix(dark, stage.palette.ink, 0.2),
    )
    for limit, tone, share in (
        (-0.2, leaf, 0.9),
        (0.12, mix(leaf, stage.palette.light, 0.22), 0.72),
        (0.42, mix(leaf, stage.palette.light, 0.42), 0.5),
    ):
        lit = [c for c in clumps if (c[0] * stage.side - (c[1] + tall * 0.70)) / (0.34 * tall) > limit]
        if lit:
            stage.shape(
                [ellipse(x + dx, foot + dy, size * share, size * share * 0.86, 14) for dx, dy, size in lit],
                tone,
                mix(tone, dark, 0.25),
            )
            stage.stipple(
                [ellipse(x + dx, foot + dy, size * share, size * share * 0.86, 14) for dx, dy, size in lit], dark, 0.16
            )
