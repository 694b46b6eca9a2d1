"""What every draft ends with: grain, a vignette, and the small "draft" mark in the corner."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.lettering import measure, write
from core.engines.drawing.picture import Pixels, Plane

MARK = "draft"
_STRENGTH = 0.72
_DARK, _LIGHT, _THREAD = (40, 36, 34), (240, 244, 246), (49, 84, 204)
_COVERED, _SURE = 0.6, 0.99  # of a pixel, and of all such pixels
_ROUNDED = 4.0  # how far rounding leads astray


def grained(picture: Pixels, seed: int, strength: float = 5.0) -> Pixels:
    """Add a fine grey grain, as print on paper has."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed)
    tile = rng.integers(0, 256, (min(height, 1024), min(width, 1024)), dtype=np.uint8)
    flat = cv2.repeat(tile, -(-height // tile.shape[0]), -(-width // tile.shape[1]))[:height, :width]
    grey = cv2.merge([cv2.convertScaleAbs(flat, alpha=2 * strength / 255)] * 3)
    return cv2.subtract(cv2.add(picture, grey), np.full_like(picture, round(strength)))


def vignetted(canvas: Plane, strength: float = 0.16) -> Plane:
    """Darken a 0..1 canvas gently towards its corners."""
    height, width = canvas.shape[:2]
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None] ** 2
    fall = np.clip((rows + columns - 0.5) / 1.5, 0, 1)
    canvas *= (1 - strength * fall * fall)[..., None]
    return canvas


def marked(picture: Pixels) -> Pixels:
    """Write the mark in the lower right corner, dark on light or light on dark, the same on every draft."""
    height, width = picture.shape[:2]
    size, gap, wide = sizes = _sizes(height, width)
    corner = picture[-gap - size :, -gap - wide :]
    layer = picture.copy()
    _write_mark(layer, sizes, _DARK if corner.mean() > 118 else _LIGHT)
    return cv2.addWeighted(layer, _STRENGTH, picture, 1 - _STRENGTH, 0)


def unmarked(picture: Pixels) -> Pixels:
    """Return a picture without its mark, what shone through it brought back; one without a mark stays as it is.

    What is made from a draft gets a mark of its own: without this it would carry two.
    """
    for ink in (_DARK, _LIGHT):
        cover, colours = _mark(picture.shape[0], picture.shape[1], ink)
        rows, columns = cover.shape[:2]
        corner = picture[-rows:, -columns:]
        behind = corner - _STRENGTH * colours
        parts = _parts(cover)
        if not _may_be(behind, cover, parts):
            continue
        cleared = np.clip(behind / (1 - _STRENGTH * cover) + 0.5, 0, 255).astype(np.uint8)
        # colours that merely lie in the mark's range stand out where a mark is taken off them; what a coarse grain
        # leaves to chance does not count
        if _standing_out(cleared, parts) < 2 * _standing_out(corner, parts):
            result = picture.copy()
            result[-rows:, -columns:] = cleared
            return result
    return picture


def _sizes(height: int, width: int) -> tuple[int, int, int]:
    """Return the letters' height, the gap to the edge, and the width of the word."""
    size = max(9, round(min(height, width) * 0.021))
    return size, round(size * 1.1), measure(MARK, size)[0]


def _write_mark(layer: Pixels, sizes: tuple[int, int, int], ink: tuple[int, int, int]) -> None:
    height, width = layer.shape[:2]
    size, gap, wide = sizes
    left, base = width - wide - gap, height - gap
    write(layer, MARK, left, base, size, ink)
    start, end = ((left - round(size * share), base - size // 3) for share in (1.5, 0.4))
    cv2.line(layer, start, end, _THREAD, max(1, round(size / 9)), cv2.LINE_AA)


def _mark(height: int, width: int, ink: tuple[int, int, int]) -> tuple[Plane, Plane]:
    """Return how far the mark covers the lower right corner (0 to 1), and its colours times that (float32 BGR)."""
    size, gap, wide = sizes = _sizes(height, width)
    room = (min(height, gap + 2 * size), min(width, wide + gap + 3 * size))
    black, white = np.zeros((*room, 3), np.uint8), np.full((*room, 3), 255, np.uint8)
    for layer in (black, white):
        _write_mark(layer, sizes, ink)
    return 1 - (white.astype(np.float32) - black) / 255, black.astype(np.float32)


def _parts(cover: Plane) -> list[tuple[Pixels, Pixels]]:
    """Return for the thread, and for the letters, where they cover the corner well and where it is bare (bool)."""
    covered, bare = cover.min(axis=2) > _COVERED, cover.max(axis=2) < 0.02
    is_thread = np.arange(cover.shape[1]) < _thread_end(cover)
    return [(covered & side, bare & side) for side in (is_thread, np.logical_not(is_thread))]


def _may_be(behind: Plane, cover: Plane, parts: list[tuple[Pixels, Pixels]]) -> bool:
    """Tell whether what would shine through the mark, through its thread as its letters, is what a picture can be."""
    most = 255 * (1 - _STRENGTH * cover)
    fits = (behind > -_ROUNDED) & (behind < most + _ROUNDED)
    return all(covered.any() and bare.any() and fits[covered].mean() >= _SURE for covered, bare in parts)


def _standing_out(corner: Pixels, parts: list[tuple[Pixels, Pixels]]) -> float:
    """Return by how much thread and letters differ from what is around them; a picture's own colours do not."""
    return float(sum(np.abs(corner[covered].mean(axis=0) - corner[bare].mean(axis=0)).sum() for covered, bare in parts))


def _thread_end(cover: Plane) -> int:
    """Return the column at which the letters begin: the thread and a gap lie before it."""
    inked = cover.max(axis=2).max(axis=0) > 0.02
    first = int(np.argmax(inked))
    gaps = np.flatnonzero(np.logical_not(inked[first:]))
    return first + int(gaps[0]) if len(gaps) else first
