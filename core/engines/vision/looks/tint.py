"""Colour for a plate, honestly named: a tint chosen by words and lightness. It knows nothing of what is shown."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.looks.ground import density_of, figure_of, grey_of, to_pixels
from core.engines.vision.looks.wishes import Tint, inks_asked, tint_asked

SEPIA, NAVY = (38, 66, 104), (92, 58, 30)
BUFF = np.array([0.80, 0.90, 0.965], np.float32)
# pale washes as a colourist lays them: warm lights, earth, leaf, sky in the shade (BGR)
WASHES = np.array(
    [[0.86, 0.94, 0.99], [0.62, 0.83, 0.95], [0.55, 0.76, 0.78], [0.70, 0.72, 0.62], [0.66, 0.56, 0.52]], np.float32
)


def tinted(picture: Pixels, text: str) -> Pixels:
    """Return the picture tinted as a prompt's words ask; its lines and lights stay where they are."""
    wish, inks = tint_asked(text), inks_asked(text)
    if wish is Tint.PLATE:
        return _plate(picture, inks[0] if inks else SEPIA)
    if wish is Tint.DUOTONE:
        return _duotone(picture, *((*inks, NAVY, (40, 110, 205))[:2] if len(inks) != 1 else (inks[0], (70, 165, 225))))
    return _hand(picture, inks)


def _plate(picture: Pixels, ink: tuple[float, float, float]) -> Pixels:
    """Print in one ink on a buff tint, as lithographers did: the tint ends with the picture."""
    grey = grey_of(picture)[..., None]
    figure = figure_of(picture)[..., None]
    paper = 1 - (1 - BUFF) * figure
    return to_pixels(paper * grey + _unit(ink) * (1 - grey))


def _duotone(picture: Pixels, dark: tuple[float, float, float], light: tuple[float, float, float]) -> Pixels:
    """Print in two inks: the first carries the drawing, the second its middle tones."""
    grey = grey_of(picture)
    body = density_of(grey, 0.006) * figure_of(picture)
    second = np.clip(0.38 * figure_of(picture) + 1.0 * body, 0, 0.92)[..., None]
    ground = 1 - (1 - _unit(light)) * second
    return to_pixels(ground * grey[..., None] + _unit(dark) * 0.75 * (1 - grey[..., None]))


def _hand(picture: Pixels, inks: tuple[tuple[float, float, float], ...]) -> Pixels:
    """Lay transparent washes over the drawing, one lightness after another; named colours come first.

    A picture that has colour keeps it, and gains strength.
    """
    grey = grey_of(picture)
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    if float((np.hypot(lab[..., 1], lab[..., 2])[::4, ::4] > 14).mean()) > 0.05:
        return _strengthened(lab)
    figure = figure_of(picture)
    washes = WASHES.copy()
    for place, ink in zip((1, 2, 3, 4), inks, strict=False):
        washes[place] = 1 - (1 - _unit(ink)) * 0.62
    wash = _washes(grey, figure, washes)
    dark = np.array([0.17, 0.14, 0.16], np.float32)
    laid = 1 - (1 - wash) * figure[..., None]
    return to_pixels(laid * (grey[..., None] * (1 - dark) + dark) + dark * (grey[..., None] - 1) * 0.2)


def _washes(grey: Plane, figure: Plane, washes: Plane) -> Plane:
    """Return the colour laid over each place: by how dark it looks from afar, cooler towards the top."""
    body = density_of(grey, 0.014)
    seen = body[(figure > 0.5)][::7]
    low, high = np.percentile(seen, (8, 92)) if seen.size > 20 else (0.0, 1.0)
    level = np.clip((body - low) / max(0.05, float(high - low)), 0, 1)
    down = np.linspace(0, 1, grey.shape[0], dtype=np.float32)[:, None]
    place = np.clip(level * 0.86 + 0.10 + 0.16 * (0.5 - down), 0, 1) * (len(washes) - 1)
    below = np.clip(place.astype(int), 0, len(washes) - 2)
    share = (place - below)[..., None]
    share = share * share * (3 - 2 * share)
    result: Plane = (washes[below] * (1 - share) + washes[below + 1] * share).astype(np.float32)
    return result


def _strengthened(lab: Plane) -> Pixels:
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    gain = 1 + 0.45 * np.clip(chroma / 12, 0, 1) * np.clip(1 - chroma / 90, 0, 1)
    lab[..., 1:] *= gain[..., None]
    return to_pixels(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR))


def _unit(ink: tuple[float, float, float]) -> Plane:
    return np.array(ink, np.float32) / 255
