"""What stands along a way: roads, bridges, boats, and camps."""

from __future__ import annotations

import numpy as np

from core.engines.drawing.brush import Points, Stage, box, ellipse, spline
from core.engines.drawing.palette import Colour, colour, mix
from core.engines.drawing.water import winding

LAMPLIGHT = colour("#FFC96B")
FORK = 0.5
"""Where a path forks, as a fraction of the ground's depth."""
NEAR_BANK = 0.5
"""Where the land before a bridge begins, as a fraction of the ground's depth."""


def paint_road(stage: Stage, wide: float = 0.5, tone: Colour | None = None, straight: bool = False) -> None:
    """Let a path wind from the viewer to the horizon."""
    body = stage.palette.lit(colour("#D8BE93") if tone is None else tone)
    course = winding(
        stage,
        0.5 if straight else float(stage.rng.uniform(0.42, 0.62)),
        0.5 if straight else 0.5 - 0.16 * stage.side,
        wide,
    )
    if straight:
        half = 0.5 * wide * stage.unit
        middle = stage.width / 2
        course = np.array(
            [
                [middle - 0.02 * stage.unit, stage.horizon],
                [middle + 0.02 * stage.unit, stage.horizon],
                [middle + half, stage.height * 1.02],
                [middle - half, stage.height * 1.02],
            ]
        )
    stage.shape([course], mix(body, stage.palette.sky_low, 0.4), mix(body, stage.palette.ink, 0.15))
    stage.stipple([course], mix(body, stage.palette.ink, 0.4), 0.12)


def fork_courses(stage: Stage) -> tuple[Points, Points]:
    """Return the middle lines of a forked path's arms: to the heights on one side, to the low country on the other.

    Both begin where the path forks, in the middle, and leave the frame at its edges.
    """
    way = -stage.side
    x, y, depth = stage.width * 0.5, stage.horizon, stage.ground_depth

    def arm(side: int, stations: tuple[tuple[float, float], ...]) -> Points:
        return spline([(x + side * off * stage.width, y + near * depth) for off, near in stations], closed=False)

    high = arm(way, ((0, FORK), (0.05, 0.33), (0.16, 0.24), (0.31, 0.22), (0.43, 0.14), (0.54, 0.12)))
    low = arm(-way, ((0, FORK), (0.05, 0.40), (0.15, 0.39), (0.30, 0.47), (0.42, 0.47), (0.54, 0.52)))
    return high, low


def paint_fork(stage: Stage) -> None:
    """Lead a path from the viewer to a fork, and its two arms out of the frame."""
    body = stage.palette.lit(colour("#D8BE93"))
    fork = stage.horizon + FORK * stage.ground_depth
    stem = spline(
        [
            (0.36 * stage.width, 1.3 * stage.height),
            (0.46 * stage.width, 0.5 * (fork + stage.height)),
            (0.5 * stage.width, fork),
            (0.5 * stage.width, fork - 0.07 * stage.ground_depth),
        ],
        closed=False,
    )
    bands = [_band(stage, course) for course in (stem, *fork_courses(stage))]
    stage.shape(bands, mix(body, stage.palette.sky_low, 0.3), mix(body, stage.palette.ink, 0.15))
    stage.stipple(bands, mix(body, stage.palette.ink, 0.4), 0.12)


def _band(stage: Stage, course: Points) -> Points:
    """Return a path round its middle line, wider the nearer it comes."""
    near = np.clip((course[:, 1] - stage.horizon) / stage.ground_depth, 0.02, None)
    along = np.gradient(course, axis=0)
    across = np.stack([-along[:, 1], along[:, 0] * 0.5], 1) / np.hypot(along[:, 0], along[:, 1])[:, None]
    half = (stage.unit * (0.02 + 0.24 * near**1.5))[:, None]
    return np.vstack([course + across * half, (course - across * half)[::-1]])


def paint_bridge(stage: Stage) -> None:
    """Span the frame with an old stone bridge."""
    stone = stage.palette.lit(colour("#A3968A"))
    deck, foot = stage.horizon + 0.02 * stage.ground_depth, stage.horizon + 0.46 * stage.ground_depth
    stream = box(-4, stage.horizon, stage.width + 4, foot + 0.04 * stage.ground_depth)
    stage.shape(
        [stream], mix(stage.palette.water, stage.palette.sky_low, 0.5), mix(stage.palette.water, stage.palette.ink, 0.2)
    )
    x = np.linspace(-4, stage.width + 4, 60)
    hump = deck - 0.05 * stage.unit * np.sin(np.pi * np.clip(x / stage.width, 0, 1))
    spans = max(2, round(stage.width / (0.55 * stage.unit)))
    under: list[list[float]] = []
    for i in range(spans):
        middle, half = (i + 0.5) * stage.width / spans, stage.width / spans * 0.38
        turn = np.linspace(np.pi, 2 * np.pi, 20)
        rise = min(half, foot - deck - 0.03 * stage.unit) * 0.9
        under += [[middle + half * np.cos(a), foot + rise * np.sin(a)] for a in turn]
    outline = np.vstack([np.stack([x, hump], 1), [[stage.width + 4, foot]], np.array(under)[::-1], [[-4, foot]]])
    stage.shape([outline], mix(stone, stage.palette.light, 0.15), mix(stone, stage.palette.ink, 0.4))
    stage.stipple([outline], mix(stone, stage.palette.ink, 0.5), 0.2)
    rail = np.vstack([np.stack([x, hump - 0.028 * stage.unit], 1), np.stack([x, hump], 1)[::-1]])
    stage.shape([rail], mix(stone, stage.palette.light, 0.3), stone)


def paint_jetty(stage: Stage) -> None:
    """Lay a plank jetty from the viewer into the water."""
    wood = stage.palette.lit(colour("#8A6A4E"))
    far, near, middle = stage.horizon + 0.22 * stage.ground_depth, stage.height + 6, stage.width * 0.5
    lean = stage.side * -0.1 * stage.unit
    left = np.array([[middle + lean - 0.13 * stage.unit, far], [middle - 0.62 * stage.unit, near]])
    right = np.array([[middle + lean + 0.13 * stage.unit, far], [middle + 0.62 * stage.unit, near]])
    t = (np.linspace(0, 1, 15) ** 1.7)[:, None]
    edge_left, edge_right = left[0] + (left[1] - left[0]) * t, right[0] + (right[1] - right[0]) * t
    for share in (0.0, 0.5, 1.0):
        post = edge_left[int(share * 12)], edge_right[int(share * 12)]
        for x, y in post:
            stage.shape(
                [
                    box(
                        x - 0.012 * stage.unit,
                        y - 0.06 * stage.unit * (0.5 + share),
                        x + 0.012 * stage.unit,
                        y + 0.1 * stage.unit,
                    )
                ],
                mix(wood, stage.palette.ink, 0.5),
            )
    for i in range(14):
        plank = np.array([edge_left[i], edge_right[i], edge_right[i + 1], edge_left[i + 1]])
        tone = mix(wood, stage.palette.ink, float(stage.rng.uniform(0, 0.22)))
        stage.shape([plank], mix(tone, stage.palette.light, 0.12), tone)
        stage.line(plank[2:4], mix(wood, stage.palette.ink, 0.6), max(1.0, 0.003 * stage.unit))


def paint_stairs(stage: Stage) -> None:
    """Lead stone steps upwards to the horizon."""
    stone = stage.palette.lit(colour("#A79F97"))
    for i in range(11):
        t, after = (i / 11) ** 1.4, ((i + 1) / 11) ** 1.4
        y0, y1 = stage.horizon + stage.ground_depth * t, stage.horizon + stage.ground_depth * after
        half = stage.unit * (0.10 + 0.34 * after)
        stage.shape(
            [box(stage.width / 2 - half, y0, stage.width / 2 + half, y1)],
            mix(stone, stage.palette.light, 0.3),
            mix(stone, stage.palette.ink, 0.45),
        )


def paint_fence(stage: Stage, top: float) -> None:
    """Run a low fence along the field."""
    wood = stage.palette.lit(colour("#8C6F55"))
    y = top + 0.1 * stage.ground_depth
    for lift in (0.022, 0.046):
        stage.line(
            np.array([[-4, y - lift * stage.unit], [stage.width + 4, y - (lift + 0.01) * stage.unit]]),
            mix(wood, stage.palette.ink, 0.2),
            max(1.0, 0.006 * stage.unit),
        )
    for x in np.arange(0.03 * stage.unit, stage.width, 0.12 * stage.unit):
        stage.shape(
            [box(x, y - 0.066 * stage.unit, x + 0.012 * stage.unit, y + 0.01 * stage.unit)],
            mix(wood, stage.palette.light, 0.15),
            mix(wood, stage.palette.ink, 0.4),
        )


def paint_boat(stage: Stage, x: float, foot: float, size: float, has_sail: bool) -> None:
    """Float a boat, with a sail when it carries nobody."""
    hull = stage.palette.lit(colour("#7B4A34"))
    if has_sail:
        stage.line(
            np.array([[x, foot - size * 0.1], [x, foot - size * 1.15]]), stage.palette.ink, max(1.0, size * 0.02)
        )
        stage.shape(
            [
                spline(
                    [
                        (x + size * 0.03, foot - size * 1.12),
                        (x + size * 0.42, foot - size * 0.5),
                        (x + size * 0.5, foot - size * 0.2),
                        (x + size * 0.03, foot - size * 0.2),
                    ],
                    steps=6,
                )
            ],
            stage.palette.lit(colour("#F3E7CF"), 0.7),
            stage.palette.lit(colour("#D9B98C"), 0.8),
        )
        stage.shape(
            [
                np.array(
                    [
                        [x - size * 0.03, foot - size * 0.98],
                        [x - size * 0.34, foot - size * 0.22],
                        [x - size * 0.03, foot - size * 0.22],
                    ]
                )
            ],
            stage.palette.lit(colour("#C4553A"), 0.8),
        )
    body = spline(
        [
            (x - size * 0.62, foot - size * 0.17),
            (x - size * 0.2, foot - size * 0.11),
            (x + size * 0.2, foot - size * 0.11),
            (x + size * 0.66, foot - size * 0.2),
            (x + size * 0.46, foot + size * 0.05),
            (x, foot + size * 0.09),
            (x - size * 0.44, foot + size * 0.05),
        ]
    )
    stage.shape([body], mix(hull, stage.palette.light, 0.15), mix(hull, stage.palette.ink, 0.45))
    rim = spline(
        [
            (x - size * 0.62, foot - size * 0.17),
            (x - size * 0.2, foot - size * 0.11),
            (x + size * 0.2, foot - size * 0.11),
            (x + size * 0.66, foot - size * 0.2),
        ],
        closed=False,
    )
    stage.line(rim, mix(hull, stage.palette.light, 0.5), max(1.0, size * 0.02))
    for i in range(3):
        stage.shape(
            [ellipse(x, foot + size * (0.1 + 0.035 * i), size * (0.62 - 0.12 * i), max(0.6, size * 0.008))],
            mix(stage.palette.water, stage.palette.light, 0.6),
            opacity=0.5,
        )


def paint_tent(stage: Stage, x: float, foot: float) -> None:
    """Pitch a small tent."""
    size, cloth = stage.unit * 0.17, stage.palette.lit(colour("#D58B3F"))
    stage.shape(
        [np.array([[x - size, foot], [x - size * 0.1, foot - size * 0.95], [x + size * 0.75, foot - size * 0.08]])],
        mix(cloth, stage.palette.light, 0.2),
        cloth,
    )
    stage.shape(
        [
            np.array(
                [
                    [x - size * 0.1, foot - size * 0.95],
                    [x + size * 0.75, foot - size * 0.08],
                    [x + size * 1.1, foot - size * 0.25],
                ]
            )
        ],
        mix(cloth, stage.palette.ink, 0.4),
    )
    stage.shape(
        [
            np.array(
                [
                    [x - size * 0.38, foot - size * 0.02],
                    [x - size * 0.1, foot - size * 0.8],
                    [x + size * 0.1, foot - size * 0.02],
                ]
            )
        ],
        LAMPLIGHT if stage.palette.is_dark else mix(cloth, stage.palette.ink, 0.6),
    )


def paint_fire(stage: Stage, x: float, foot: float) -> None:
    """Light a fire."""
    size = stage.unit * 0.06
    stage.glow(x, foot - size * 0.5, stage.unit * 0.55, colour("#FF9A3D"), 0.5 if stage.palette.is_dark else 0.25)
    for turn in (-0.35, 0.3):
        stage.line(
            np.array([[x - size, foot - turn * size * 0.5], [x + size, foot + turn * size * 0.5]]),
            stage.palette.lit(colour("#5B3A28")),
            max(2.0, size * 0.18),
        )
    for code, share in (("#E5562A", 1.0), ("#F79A33", 0.72), ("#FFE08A", 0.4)):
        flame = spline(
            [
                (x - size * 0.55 * share, foot - size * 0.1),
                (x - size * 0.5 * share, foot - size * 0.6 * share),
                (x, foot - size * 1.9 * share),
                (x + size * 0.45 * share, foot - size * 0.7 * share),
                (x + size * 0.55 * share, foot - size * 0.1),
                (x, foot),
            ]
        )
        stage.shape([flame], colour(code), opacity=0.95)


def paint_axes(stage: Stage, x: float, foot: float, size: float) -> None:
    """Plant two ice axes in the ground, `size` pixels high."""
    for lean in (-0.25, 0.2):
        top = np.array([x + lean * size * 1.3, foot - size])
        stage.line(
            np.array([[x + lean * 0.2 * size, foot], top]), stage.palette.lit(colour("#8A5A36")), max(2.0, size * 0.05)
        )
        head = spline(
            [
                (top[0] - size * 0.28, top[1] + size * 0.1),
                (top[0], top[1] - size * 0.03),
                (top[0] + size * 0.2, top[1] + size * 0.02),
            ],
            closed=False,
        )
        stage.line(head, stage.palette.lit(colour("#C9D1D6"), 0.7), max(2.0, size * 0.05))
