"""Another technique for a plate, by filters: watercolour, painting, flat graphic, and what resembles a photograph."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.finish import grained
from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.looks.ground import density_of, figure_of, grey_of, to_pixels
from core.engines.vision.looks.tint import tinted
from core.engines.vision.looks.wishes import Technique

WORK_SIDE = 1300
GRAPHIC = np.array(
    [[0.16, 0.12, 0.10], [0.42, 0.30, 0.16], [0.36, 0.48, 0.90], [0.62, 0.80, 0.96], [0.93, 0.97, 0.99]], np.float32
)


def turned_into(picture: Pixels, technique: Technique, text: str, seed: int) -> Pixels:
    """Return the picture in another technique; `seed` moves paper and grain."""
    work = shrink(picture, WORK_SIDE)
    if technique is Technique.PAINTING:
        return _painting(work, text)
    if technique is Technique.GRAPHIC:
        return _graphic(work)
    if technique is Technique.PHOTOGRAPH:
        return _photograph(work, seed)
    return _watercolour(work, text, seed)


def _watercolour(work: Pixels, text: str, seed: int) -> Pixels:
    """Keep areas together, let pigment gather at their edges and sink into the paper; the drawing stays as pencil."""
    figure = figure_of(work)[..., None]
    flat = cv2.edgePreservingFilter(tinted(work, "hand " + text), None, cv2.RECURS_FILTER, 45, 0.42)
    colour = flat.astype(np.float32) / 255
    soft = cv2.GaussianBlur(colour, (0, 0), max(1.0, 0.004 * max(work.shape)))
    gathered = np.clip(soft - colour, 0, 0.2) * 0.6
    pigment = np.clip(0.24 + 0.80 * soft - gathered, 0, 1) * (1 + 0.10 * (_paper(work, seed, 5)[..., None] - 0.5))
    blot = 0.5 + 0.5 * _paper(work, seed + 1, 60)[..., None]
    wash = 1 - (1 - pigment) * (0.65 + 0.5 * blot) * figure
    pencil = 1 - 0.5 * (1 - grey_of(work)[..., None]) ** 1.3
    return to_pixels(wash * pencil)


def _painting(work: Pixels, text: str) -> Pixels:
    """Lay broad strokes along the forms, each of one colour, thick enough to catch the light; paint covers it all."""
    base = tinted(work, text).astype(np.float32) / 255
    inside = 0.7 * cv2.GaussianBlur(figure_of(work), (0, 0), max(1.0, 0.02 * max(work.shape)))[..., None]
    canvas = np.array([0.60, 0.72, 0.78]) * (0.9 + 0.2 * np.linspace(0, 1, work.shape[0])[:, None, None])
    full = base * (inside + (1 - inside) * canvas).astype(np.float32)
    strokes = _smeared(_gathered(to_pixels(full)), full)
    light = cv2.filter2D(cv2.cvtColor(strokes, cv2.COLOR_BGR2GRAY), cv2.CV_32F, np.array([[-1, 0], [0, 1]], np.float32))
    return to_pixels(strokes + np.clip(light * 0.9, -0.07, 0.07)[..., None])


def _gathered(picture: Pixels) -> Plane:
    """Return, for each place, the mean colour of its calmest quarter (Kuwahara): paint lies in patches."""
    plane = picture.astype(np.float32) / 255
    reach = max(3, round(0.006 * max(picture.shape)))
    size = (reach + 1, reach + 1)
    grey = cv2.cvtColor(plane, cv2.COLOR_BGR2GRAY)
    best, colour = np.full(grey.shape, np.inf, np.float32), plane.copy()
    for anchor in ((0, 0), (0, reach), (reach, 0), (reach, reach)):
        mean = cv2.blur(plane, size, anchor=anchor)
        unrest = cv2.blur(grey * grey, size, anchor=anchor) - cv2.blur(grey, size, anchor=anchor) ** 2
        calmer = unrest < best
        best = np.where(calmer, unrest, best)
        colour = np.where(calmer[..., None], mean, colour)
    return colour


def _smeared(paint: Plane, guide: Plane) -> Plane:
    """Draw paint out along the forms, as a brush follows them."""
    grey = cv2.GaussianBlur(cv2.cvtColor(guide.astype(np.float32), cv2.COLOR_BGR2GRAY), (0, 0), 4)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    smooth = [cv2.GaussianBlur(each, (0, 0), 5) for each in (across * across - down * down, 2 * across * down)]
    angle = 0.5 * np.arctan2(smooth[1], smooth[0]) + np.pi / 2
    x, y = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    rows, columns = np.mgrid[0 : paint.shape[0], 0 : paint.shape[1]].astype(np.float32)
    total = np.zeros_like(paint)
    steps = np.linspace(-1, 1, 7) * max(3.0, 0.006 * max(paint.shape))
    for step in steps.astype(np.float32):
        total += cv2.remap(paint, columns + x * step, rows + y * step, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    return total / np.float32(len(steps))


def _graphic(work: Pixels) -> Pixels:
    """Reduce it to flat areas of a small palette with clean edges, on a plain ground."""
    grey = grey_of(work)
    figure = figure_of(work)
    body = 1 - density_of(grey, 0.005)
    tone = cv2.medianBlur((np.clip(0.45 * grey + 0.55 * body, 0, 1) * 255).astype(np.uint8), 7)
    tone = cv2.GaussianBlur(tone, (0, 0), 1.4).astype(np.float32) / 255
    seen = tone[figure > 0.5][::5]
    cuts = np.percentile(seen, (16, 38, 60, 82)) if seen.size > 20 else np.array([0.2, 0.4, 0.6, 0.8])
    canvas = np.broadcast_to(GRAPHIC[0], work.shape).astype(np.float32)
    for cut, lower, upper in zip(cuts, GRAPHIC, GRAPHIC[1:], strict=False):
        share = np.clip((tone - cut) / 0.02 + 0.5, 0, 1)[..., None]
        canvas += (upper - lower) * share
    edge = np.clip((figure - 0.5) * 6 + 0.5, 0, 1)[..., None]
    return to_pixels(canvas * edge + (1 - edge))


def _photograph(work: Pixels, seed: int) -> Pixels:
    """Blend strokes into tones, light them and add grain: a grey print, full of tone, as from an old negative."""
    colour = work.astype(np.float32) / 255
    grey = grey_of(work)
    body = 1 - density_of(grey, 0.005)
    tone = 0.62 * body + 0.38 * cv2.bilateralFilter(grey, 7, 0.25, 3)
    low, high = np.percentile(tone[::4, ::4], (1, 99))
    tone = np.clip((tone - low) / max(0.1, float(high - low)), 0, 1)
    backdrop = 0.52 + 0.3 * (1 - np.linspace(0, 1, work.shape[0], dtype=np.float32)[:, None])
    inside = 0.5 * cv2.GaussianBlur(figure_of(work), (0, 0), max(1.0, 0.03 * max(work.shape)))
    tone = (0.06 + 0.90 * tone) * (inside + (1 - inside) * backdrop)
    chroma = colour - grey[..., None]
    warm = np.array([-0.018, 0.0, 0.018], np.float32) * (1 - np.abs(tone - 0.5) * 2)[..., None]
    print_ = np.clip(tone + 0.06 * np.sin((tone - 0.5) * np.pi * 2), 0, 1)[..., None] + 0.8 * chroma + warm
    return grained(to_pixels(print_), seed, 6.0)


def _paper(work: Pixels, seed: int, grain: int) -> Plane:
    """Return a smooth random plane, 0 to 1, of a grain in pixels: tooth and blots of the paper."""
    rows, columns = work.shape[0] // grain + 3, work.shape[1] // grain + 3
    noise = np.random.default_rng(seed).random((rows, columns), dtype=np.float32)
    return np.clip(cv2.resize(noise, work.shape[1::-1], interpolation=cv2.INTER_CUBIC), 0, 1)
