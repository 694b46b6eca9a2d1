"""Sky, lights in the sky, weather, and what flies."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.brush import Stage, ellipse, gradient, noise, spline
from core.engines.drawing.palette import colour, mix
from core.engines.drawing.words import SceneWords

WHITE = colour("#FFFFFF")


def paint_sky(stage: Stage) -> None:
    """Fill the frame with sky down to the horizon and the ground's colour below it."""
    palette, horizon = stage.palette, max(4, int(stage.horizon))
    middle = max(2, int(horizon * 0.58))
    upper = gradient(palette.sky_top, palette.sky_middle, middle)
    lower = gradient(palette.sky_middle, palette.sky_low, horizon - middle)
    rest = gradient(palette.sky_low, palette.sky_low, stage.height - horizon)
    stage.canvas[:] = np.concatenate([upper, lower, rest])[: stage.height]
    small = cv2.resize(stage.wash, (64, max(8, stage.height // 6)), interpolation=cv2.INTER_AREA)
    streaks = cv2.resize(cv2.blur(small, (7, 3)), (stage.width, stage.height), interpolation=cv2.INTER_CUBIC)
    stage.canvas[:horizon] *= (1 + 0.07 * streaks[:horizon])[..., None]


def light_place(stage: Stage, words: SceneWords, name: str) -> tuple[float, float]:
    """Return where the sun or moon hangs, and turn the stage's light to that side."""
    if name in words.left:
        stage.side = -1
    elif name in words.right:
        stage.side = 1
    low = words.hour in ("sunset", "golden", "dawn", "dusk") and name == "sun"
    high = words.hour == "noon" and name == "sun"
    x = stage.width * (0.5 + stage.side * float(stage.rng.uniform(0.16, 0.34)))
    y = stage.horizon * float(stage.rng.uniform(0.72, 0.86) if low else stage.rng.uniform(0.24, 0.42))
    if high:
        y *= 0.55
    return x, y


def paint_sun(stage: Stage, x: float, y: float) -> None:
    """Hang the sun in its glow."""
    radius = stage.unit * 0.052
    stage.glow(x, y, stage.unit * 0.95, stage.palette.light, 0.42)
    stage.glow(x, y, stage.unit * 0.26, stage.palette.light, 0.55)
    stage.disc(x, y, radius, mix(stage.palette.light, WHITE, 0.55))


def paint_moon(stage: Stage, x: float, y: float) -> None:
    """Hang the moon in its glow, with its seas."""
    radius = stage.unit * 0.062
    stage.glow(x, y, stage.unit * 0.6, stage.palette.light, 0.34)
    stage.disc(x, y, radius, colour("#F5EFD9"))
    for dx, dy, size in ((-0.3, -0.2, 0.26), (0.28, 0.12, 0.2), (-0.08, 0.42, 0.16)):
        stage.disc(x + dx * radius, y + dy * radius, size * radius, colour("#DCD6C2"), opacity=0.8)


def paint_stars(stage: Stage) -> None:
    """Scatter stars, denser high up, a few of them large."""
    count = int(190 * stage.width * stage.horizon / (stage.unit * stage.unit))
    for _ in range(min(900, count)):
        x, y = float(stage.rng.uniform(0, stage.width)), float(stage.rng.random() ** 1.5 * stage.horizon)
        size = float(stage.rng.choice([0.0008, 0.0012, 0.0018, 0.003], p=[0.5, 0.3, 0.16, 0.04])) * stage.unit
        glint = float(stage.rng.uniform(0.35, 1)) * min(1.0, 1.15 - y / stage.horizon)
        stage.disc(x, y, max(0.55, size), colour("#FFF8E4"), opacity=max(0.05, glint))


def paint_aurora(stage: Stage) -> None:
    """Hang curtains of northern light."""
    height, width = max(2, int(stage.horizon) // 3), max(2, stage.width // 3)
    full = stage.width, int(stage.horizon)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    for code, shift in (("#5BE0A3", 0.0), ("#8C7BE0", 0.5)):
        curve = noise(stage.rng, 1, width, 4, 3)[0] * 0.16 + 0.52 - 0.12 * shift
        folds = np.clip(0.55 + noise(stage.rng, 1, width, 40, 2)[0] * 0.5, 0.1, 1)
        above = np.clip((curve[None] - rows) / 0.42, 0, 1)
        band = (
            np.where(rows < curve[None], np.exp(-3.0 * above), np.exp(-(((rows - curve[None]) / 0.03) ** 2)))
            * folds[None]
        )
        light = cv2.resize((0.5 * band).astype(np.float32), full, interpolation=cv2.INTER_LINEAR)
        stage.lay((0, full[1], 0, full[0]), light, colour(code))


def paint_clouds(stage: Stage, count: int, is_heavy: bool = False) -> None:
    """Lay flat-bottomed banks of cloud, lit from the light's side."""
    palette = stage.palette
    for i in range(count):
        x, y = float(stage.rng.uniform(-0.1, 1.1)) * stage.width, stage.horizon * float(stage.rng.uniform(0.12, 0.78))
        wide = stage.unit * float(stage.rng.uniform(0.22, 0.6)) * (1.5 if is_heavy else 1)
        body = mix(palette.sky_low, WHITE, 0.10 if palette.is_dark else 0.9 if palette.is_clear else 0.45)
        body = mix(body, palette.sky_top, 0.45 if is_heavy else 0.12)
        bumps = [
            ellipse(
                x + wide * t,
                y - wide * 0.10 * np.sin(np.pi * (t + 0.5)) * float(stage.rng.uniform(0.5, 1.4)),
                wide * float(stage.rng.uniform(0.10, 0.2)),
                wide * float(stage.rng.uniform(0.05, 0.1)),
            )
            for t in np.linspace(-0.5, 0.5, 8)
        ]
        base = ellipse(x, y + wide * 0.005, wide * 0.64, wide * 0.06)
        lit = mix(body, palette.light, 0.35)
        stage.shape(
            [*bumps, base],
            lit,
            mix(body, palette.sky_middle, 0.4 if palette.is_clear else 0.75),
            opacity=0.62 if i % 2 else 0.8,
        )
        stage.stipple([*bumps, base], mix(body, palette.sky_top, 0.5), 0.07)


def paint_fog(stage: Stage, strength: float) -> None:
    """Let fog lie over land, thickest at the horizon."""
    tone = mix(stage.palette.sky_low, WHITE, 0.05 if stage.palette.is_dark else 0.3)
    for shift, share in ((-0.05, 0.8), (0.06, 0.7), (0.2, 0.5)):
        y = stage.horizon + shift * stage.height
        stage.veil(y - 0.13 * stage.height, y + 0.13 * stage.height, tone, strength * share)


def paint_rain(stage: Stage) -> None:
    """Let rain fall, slanting away from the light."""
    lean = -0.22 * stage.side
    for _ in range(240):
        x, y = float(stage.rng.uniform(-0.1, 1.1)) * stage.width, float(stage.rng.uniform(-0.1, 1)) * stage.height
        length = stage.unit * float(stage.rng.uniform(0.03, 0.085))
        line = np.array([[x, y], [x + lean * length, y + length]])
        stage.line(line, colour("#E9F1F4"), stage.unit * 0.0016, opacity=float(stage.rng.uniform(0.16, 0.5)))


def paint_snowfall(stage: Stage) -> None:
    """Let flakes fall, large ones near."""
    for _ in range(260):
        x, y = float(stage.rng.uniform(0, stage.width)), float(stage.rng.uniform(0, stage.height))
        size = stage.unit * float(stage.rng.choice([0.0018, 0.003, 0.005, 0.009], p=[0.45, 0.33, 0.17, 0.05]))
        stage.disc(
            x,
            y,
            max(0.7, size),
            WHITE,
            opacity=float(stage.rng.uniform(0.45, 0.95)) * (0.6 if size > 0.008 * stage.unit else 1),
        )


def paint_drifting(stage: Stage, codes: tuple[str, ...], count: int) -> None:
    """Let leaves or petals drift by."""
    for _ in range(count):
        x, y = float(stage.rng.uniform(0, stage.width)), float(stage.rng.uniform(0.1, 0.95)) * stage.height
        size, turn = stage.unit * float(stage.rng.uniform(0.005, 0.014)), float(stage.rng.uniform(0, np.pi))
        leaf = ellipse(0, 0, size, size * 0.45, 12)
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        tone = stage.palette.lit(colour(codes[int(stage.rng.integers(len(codes)))]), 0.6)
        stage.shape([leaf @ spin + (x, y)], tone, opacity=0.9)


def paint_fireflies(stage: Stage) -> None:
    """Let fireflies hang over the ground."""
    for _ in range(34):
        x, y = (
            float(stage.rng.uniform(0, stage.width)),
            stage.horizon + float(stage.rng.uniform(-0.12, 0.3)) * stage.height,
        )
        stage.glow(x, y, stage.unit * 0.03, colour("#FFE27A"), 0.55)
        stage.disc(x, y, max(0.8, stage.unit * 0.0026), colour("#FFF7C4"))


def paint_birds(stage: Stage) -> None:
    """Draw a loose flock of birds."""
    x, y = stage.width * float(stage.rng.uniform(0.25, 0.75)), stage.horizon * float(stage.rng.uniform(0.2, 0.5))
    tone = mix(stage.palette.ink, stage.palette.sky_middle, 0.25)
    for _ in range(9):
        dx, dy = stage.rng.normal(0, 0.10, 2) * stage.unit * np.array([1.6, 0.6])
        size = stage.unit * float(stage.rng.uniform(0.012, 0.022))
        wing = spline(
            [
                (-size, -size * 0.35),
                (-size * 0.4, -size * 0.45),
                (0, 0),
                (size * 0.4, -size * 0.5),
                (size, -size * 0.2),
            ],
            closed=False,
            steps=5,
        )
        stage.line(wing + np.array([x + dx, y + dy]), tone, max(1.0, stage.unit * 0.003))


def paint_lightning(stage: Stage) -> None:
    """Let lightning strike down to the horizon."""
    x = stage.width * (0.5 - 0.25 * stage.side)
    steps = np.cumsum(stage.rng.normal(0, 0.028, 14)) * stage.unit
    bolt = np.stack([x + steps, np.linspace(0, stage.horizon, 14)], axis=1)
    stage.glow(x, stage.horizon * 0.4, stage.unit * 0.8, colour("#DDE6FF"), 0.4)
    stage.line(bolt, colour("#F6F8FF"), max(1.4, stage.unit * 0.005))


def paint_balloon(stage: Stage) -> None:
    """Let a striped balloon drift."""
    x = stage.width * (0.5 - 0.24 * stage.side)
    y, radius = stage.horizon * 0.36, stage.unit * 0.085
    for i, share in enumerate((1.0, 0.66, 0.28)):
        tone = stage.palette.lit(colour("#C8472B" if i % 2 == 0 else "#F2DFB8"), 0.7)
        stage.shape([ellipse(x, y, radius * share, radius * 1.08)], tone, tone * np.float32(0.75))
    stage.line(
        np.array([[x - radius * 0.5, y + radius * 0.9], [x - radius * 0.16, y + radius * 1.6]]), stage.palette.ink, 1
    )
    stage.line(
        np.array([[x + radius * 0.5, y + radius * 0.9], [x + radius * 0.16, y + radius * 1.6]]), stage.palette.ink, 1
    )
    basket = np.array([[-0.18, 1.58], [0.18, 1.58], [0.14, 1.82], [-0.14, 1.82]]) * radius
    stage.shape([basket + np.array([x, y])], stage.palette.lit(colour("#7A5433")))


def paint_kite(stage: Stage) -> None:
    """Fly a kite on a thin line."""
    x, y, size = stage.width * (0.5 - 0.22 * stage.side), stage.horizon * 0.34, stage.unit * 0.055
    stage.shape(
        [np.array([[0, -1.3], [0.8, 0], [0, 1.4], [-0.8, 0]]) * size + (x, y)],
        stage.palette.lit(colour("#D9512C"), 0.6),
    )
    tail = spline(
        [
            (x, y + size * 1.4),
            (x + size, y + size * 3),
            (x - size * 0.3, y + size * 4.4),
            (stage.width * 0.5, stage.horizon * 1.1),
        ],
        closed=False,
    )
    stage.line(tail, mix(stage.palette.ink, stage.palette.sky_low, 0.3), 1, opacity=0.7)
