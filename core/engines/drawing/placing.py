"""The subject in its scene: where it stands, how it lies, its shadow, its light, and what it holds on to."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing import indoors, thread, wayside
from core.engines.drawing.brush import Stage
from core.engines.drawing.cutout import Subject
from core.engines.drawing.palette import mix
from core.engines.drawing.picture import Pixels, Plane
from core.engines.drawing.turning import View, turned
from core.engines.drawing.words import SceneWords

NECK = 0.52
"""How much of a sleeper, from the ears on, looks out of the blanket."""
FLATTENED = 0.72
"""How much of the height of who lies on the ground is seen from where the viewer stands."""


@dataclass(frozen=True, eq=False)
class Cast:
    """What a scene is drawn from: a subject (`is_back`: it shows its back already), and pictures (BGR) to follow."""

    subject: Subject | None = None
    is_back: bool = False
    previous: Pixels | None = None
    style: Pixels | None = None
    plate: Pixels | None = None


@dataclass(frozen=True, eq=False)
class Standing:
    """A subject at its size in the frame: its left edge and its feet (pixels)."""

    figure: Subject
    left: int
    foot: float


def place(stage: Stage, words: SceneWords, cast: Cast) -> None:
    """Stand the subject where the prompt says, on its shadow, in the scene's light."""
    figure = _posed(words, cast)
    if figure is None:
        return
    hold = thread.hold_of(figure) if words.has("thread") else None
    one = _bedded(stage, figure) if _is_in_bed(words) else _stood(stage, words, figure)
    small, left, foot = one.figure, one.left, one.foot
    if _is_on_ground(words):
        _cast_shadow_around(stage, small, left, foot)
    elif not words.is_afloat and not _is_in_bed(words):
        _cast_shadow(stage, small, left, foot)
    if words.has("axes"):
        is_left = left + small.width / 2 < stage.width / 2
        wayside.paint_axes(stage, left + small.width * (1.3 if is_left else -0.3), foot, small.height * 0.5)
    has_glow = words.has("lantern") and (stage.palette.is_dark or words.hour in ("sunset", "overcast", "storm"))
    if has_glow:
        middle = left + small.width * 0.5, foot - small.height * 0.35
        stage.glow(*middle, max(0.5 * stage.unit, small.height * 1.25), wayside.LAMPLIGHT, 0.42)
    _lay_plane(stage, small.alpha, _graded(stage, small, has_glow), left, round(foot) - small.height)
    _cover(stage, words, one)
    if hold is not None and not words.is_lying:
        thread.paint_thread(stage, words, hold, (left, foot - small.height, small.width, small.height))


def _is_in_bed(words: SceneWords) -> bool:
    return words.is_lying and words.land == "room" and words.has("bed")


def _is_under_blanket(words: SceneWords) -> bool:
    """Tell whether who lies there is covered: in a bed, a hammock or a tent; on open ground nobody brings a blanket."""
    return words.is_lying and (words.has("bed") or words.has("tent"))


def _is_on_ground(words: SceneWords) -> bool:
    return words.is_lying and not _is_under_blanket(words) and not words.is_afloat


def _bedded(stage: Stage, figure: Subject) -> Standing:
    scale = indoors.BED_LENGTH * 0.58 * stage.unit / figure.width
    small = figure.scaled(max(2, round(figure.width * scale)), max(2, round(figure.height * scale)))
    across = 0.5 - indoors.BED_LENGTH * 0.18 * stage.unit / stage.width
    foot = indoors.bed_top(stage) + 0.02 * stage.unit
    return Standing(_tucked_in(small), _inside(stage, across, small.width), foot)


def _stood(stage: Stage, words: SceneWords, figure: Subject) -> Standing:
    size = words.size if words.size is not None else float(stage.rng.uniform(0.40, 0.52))
    across = words.across if words.across is not None else (0.36 if stage.side > 0 else 0.64)
    if words.has("jetty") and words.land == "sea":
        across = 0.5 + 0.3 * (across - 0.5)
    across += float(stage.rng.uniform(-0.025, 0.025))
    scale = min(size * stage.height / max(figure.height, 0.7 * figure.width), 0.94 * stage.width / figure.width)
    seen = scale * FLATTENED if _is_on_ground(words) else scale
    small = figure.scaled(max(2, round(figure.width * scale)), max(2, round(figure.height * seen)))
    foot = _foot(stage, words, size) + (0.1 * small.height if words.is_afloat else 0.0)
    if _is_on_ground(words):
        foot = min(max(foot, stage.horizon + 0.94 * small.height), 0.95 * stage.height)
    return Standing(_tucked_in(small) if _is_under_blanket(words) else small, _inside(stage, across, small.width), foot)


def _tucked_in(figure: Subject) -> Subject:
    """Return a sleeper without what the blanket hides, however bulky; the head lies lowest."""
    alpha = figure.alpha.copy()
    alpha[:, round(NECK * figure.width) :] = 0
    seen = np.flatnonzero(alpha.max(axis=1) > 0.5)
    rows = int(seen[-1]) + 1 if seen.size else figure.height
    return Subject(figure.colour[:rows], alpha[:rows])


def _inside(stage: Stage, across: float, width: int) -> int:
    """Return the left edge of something `across` the frame (0..1), kept inside it."""
    least = 0.02 * stage.width
    return round(float(np.clip(across * stage.width - width / 2, least, max(least, 0.98 * stage.width - width))))


def _cover(stage: Stage, words: SceneWords, one: Standing) -> None:
    """Paint what lies over the subject: a blanket, or the boat it sits in."""
    small, left, foot = one.figure, one.left, one.foot
    start, top = left + 0.92 * NECK * small.width, foot - 0.82 * small.height
    if _is_in_bed(words):
        indoors.paint_bedspread(stage, start, top)
    elif _is_under_blanket(words):
        indoors.paint_blanket(stage, (start, left + 1.04 * small.width), (top, foot + 0.02 * small.height))
    if words.is_afloat:
        size = max(small.width * 1.5, small.height * 0.95)
        wayside.paint_boat(stage, left + small.width / 2, foot, size, has_sail=False)


def _posed(words: SceneWords, cast: Cast) -> Subject | None:
    subject = cast.subject
    if subject is None:
        return None
    if words.shows_back:
        subject = subject if cast.is_back else turned(subject, View.BACK)
    elif words.is_three_quarter:
        subject = turned(subject, View.THREE_QUARTER)
    return subject.rotated(86) if words.is_lying else subject


def _foot(stage: Stage, words: SceneWords, size: float) -> float:
    """Return where the feet stand: nearer is lower; a close-up is cut by the frame's edge."""
    if size > 0.9:
        return stage.height * (0.28 + 0.86 * size)
    near = 0.20 + 0.95 * size
    if words.is_low:
        near = max(near, 0.8)
    if words.has("bridge"):
        near = max(near, wayside.NEAR_BANK + 0.18)
    if words.land == "sea" and not words.is_afloat:
        near = max(near, 0.66)
    return stage.horizon + stage.ground_depth * min(0.92, near)


def _cast_shadow(stage: Stage, figure: Subject, left: int, foot: float) -> None:
    """Lay a soft contact shadow and a longer one that falls away from the light."""
    base = round(min(foot, stage.height + figure.height))
    reach = max(2, round(figure.height * 0.16))
    flat = cv2.resize(figure.alpha, (figure.width, reach), interpolation=cv2.INTER_AREA)[::-1]
    lean = -stage.side * 0.9 * reach
    pad = int(abs(lean)) + reach
    shear = np.array([[1, lean / reach, pad], [0, 1, pad]], np.float32)
    shadow = cv2.warpAffine(flat, shear, (figure.width + 2 * pad, reach + 2 * pad))
    softness, strength = (0.003, 0.5) if stage.palette.is_clear else (0.012, 0.34)
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.8, figure.height * softness)) * strength
    touched = np.flatnonzero(figure.alpha[-max(1, round(figure.height * 0.04)) :].max(axis=0) > 0.4)
    if touched.size:
        contact = np.zeros_like(shadow)
        middle, half = int(touched[0] + touched[-1]) // 2 + pad, max(2, int(touched[-1] - touched[0]) * 6 // 10)
        cv2.ellipse(contact, (middle, pad), (half, max(1, round(figure.height * 0.016))), 0, 0, 360, 1.0, -1)
        shadow = np.maximum(shadow, cv2.GaussianBlur(contact, (0, 0), max(1.0, figure.height * 0.009)) * 0.62)
    _lay_plane(
        stage,
        shadow,
        mix(stage.palette.ink, stage.palette.sky_top, 0.12),
        left - pad,
        base - pad - max(1, figure.height // 90),
    )


def _cast_shadow_around(stage: Stage, figure: Subject, left: int, foot: float) -> None:
    """Lay the shadow of what lies flat: close below it all along, and a softer one away from the light."""
    pad = max(4, round(figure.height * 0.3))
    flat = cv2.copyMakeBorder(figure.alpha, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    tone = mix(stage.palette.ink, stage.palette.sky_top, 0.12)
    for down, aside, softness, strength in ((0.035, 0.02, 0.02, 0.55), (0.08, 0.09, 0.06, 0.34)):
        shadow = cv2.GaussianBlur(flat, (0, 0), max(0.8, figure.height * softness)) * np.float32(strength)
        x = left - pad - round(stage.side * aside * figure.height)
        _lay_plane(stage, shadow, tone, x, round(foot + down * figure.height) - figure.height - pad)


def _graded(stage: Stage, figure: Subject, has_glow: bool) -> Plane:
    """Put the subject into the scene's light: its tint, a lit side, a rim of light, its lantern, the air before it."""
    tint = mix(np.ones(3, np.float32), stage.palette.ambient, 0.72)
    body = figure.colour.astype(np.float32) / 255
    across = np.linspace(-1, 1, figure.width, dtype=np.float32)[None, :, None] * stage.side
    down = np.linspace(0, 1, figure.height, dtype=np.float32)[:, None, None]
    light = tint * (1 + 0.11 * across - 0.15 * np.clip(down - 0.55, 0, 1))
    if has_glow:
        light = light + 0.42 * wayside.LAMPLIGHT * np.clip(1 - np.abs(down - 0.62) * 1.5, 0, 1)
    body *= light
    shift = max(1.0, figure.height * 0.010)
    move = np.array([[1, 0, -stage.side * shift], [0, 1, shift * 0.7]], np.float32)
    inner = cv2.warpAffine(figure.alpha, move, (figure.width, figure.height))
    rim = cv2.GaussianBlur(np.clip(figure.alpha - inner, 0, 1), (0, 0), shift * 0.35)[..., None]
    body += (stage.palette.light - body) * rim * (0.42 if stage.palette.is_dark else 0.55)
    air_between = stage.palette.haze * 0.22 * max(0.0, 1 - figure.height / (0.42 * stage.height))
    body += (stage.palette.sky_low - body) * np.float32(air_between)
    return body.astype(np.float32)


def _lay_plane(stage: Stage, mask: Plane, tone: Plane, left: int, top: int) -> None:
    """Lay a mask with a colour (one, or one a pixel) into the frame, cut by its edges."""
    rows, columns = mask.shape
    y0, y1, x0, x1 = max(0, top), min(stage.height, top + rows), max(0, left), min(stage.width, left + columns)
    if y1 <= y0 or x1 <= x0:
        return
    part = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    stage.lay((y0, y1, x0, x1), mask[part], tone[part] if tone.ndim == 3 else tone)
