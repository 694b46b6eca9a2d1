"""What colour the paper is, everywhere on a plate: as a smooth surface, or so closely that stains are paper too."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink

CELLS = 20
SMALL = 480
DARKEST = 0.66
LEAST_RIM = 0.22
DARKEST_PAPER = 60
GREENEST, BLUEST = -14.0, -16.0
"""Chroma (Lab a and b) beyond which nothing is paper: it is grey, or yellow to brown, never green or blue."""
_GREY = np.array([[0.114, 0.587, 0.299]], np.float32)


def paper_colour(picture: Pixels) -> tuple[float, float, float]:
    """Return the paper's colour (BGR): the median of the lighter half near the border."""
    small = shrink(picture, SMALL)
    band = max(1, round(0.04 * max(small.shape[:2])))
    inner = small[band:-band, band:-band]
    ring = np.ones(small.shape[:2], bool)
    if inner.size:
        ring[band:-band, band:-band] = False
    colours = small[ring].astype(np.float32)
    light = colours.mean(axis=1)
    blue, green, red = np.median(colours[light >= np.percentile(light, 50)], axis=0)
    return float(blue), float(green), float(red)


def paper_surface(picture: Pixels) -> Plane:
    """Return the paper's colour under the picture as a smooth surface (float32 BGR, the picture's size).

    Each channel is a quadratic in x and y through the logarithm of the lightest part of small cells. Cells that are
    darker than the rest are pictures, not paper, and lose their say.
    """
    small = shrink(picture, SMALL)
    places, colours = _cells(small)
    if len(places) < 12:
        return np.full(picture.shape, paper_colour(picture), np.float32)
    fits = [_robust(_terms(*places.T), np.log(colours[:, channel])) for channel in range(3)]
    rows, columns = small.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    terms = _terms(x.ravel(), y.ravel())
    logs = [np.clip(terms @ fit, least, most) for fit, least, most in fits]
    return _enlarged(np.exp(np.stack(logs, axis=1)).reshape(rows, columns, 3), picture)


def paper_from_rim(picture: Pixels) -> Plane | None:
    """Return the paper's colour under a picture that is no line art, from the rim of its crop alone (float32 BGR).

    Light areas within are the picture's. None when the rim is hardly paper: the picture fills its crop.
    """
    small = shrink(picture, SMALL)
    places, colours = _rim_cells(small)
    logs = np.log(colours)
    light = logs.mean(axis=1)
    likely = light > np.percentile(light, 75) - 0.12
    tint = logs - light[:, None]
    usual = np.median(tint[likely], axis=0)
    likely &= np.abs(tint - usual).max(axis=1) < 0.07
    if (
        likely.mean() < LEAST_RIM
        or np.exp(np.median(light[likely])) < DARKEST_PAPER
        or not is_like_paper(colours[likely])
    ):
        return None
    terms = _terms(*places[likely].T)
    stiffness = np.diag([0, 0.05, 0.05, 0.5, 0.5, 0.5]) * likely.sum() * 0.1 + np.eye(6) * 1e-9
    rows, columns = small.shape[:2]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    everywhere = _terms(x.ravel(), y.ravel())
    logs = logs[likely]
    fits = [np.linalg.solve(terms.T @ terms + stiffness, terms.T @ logs[:, each]) for each in range(3)]
    surface = np.stack([everywhere @ fit for fit in fits], axis=1)
    surface = np.clip(surface, logs.min(axis=0) - 0.03, logs.max(axis=0) + 0.03)
    return _enlarged(np.exp(surface).reshape(rows, columns, 3), picture)


def is_like_paper(colours: Plane) -> bool:
    """Tell whether the middle one of colours (BGR, 0 to 255, in the last axis) can be that of paper."""
    middle = np.median(colours.reshape(-1, 3), axis=0).astype(np.float32) / 255
    _, green_red, blue_yellow = cv2.cvtColor(middle.reshape(1, 1, 3), cv2.COLOR_BGR2LAB)[0, 0]
    return bool(green_red > GREENEST and blue_yellow > BLUEST)


def paper_closely(picture: Pixels, surface: Plane) -> Plane:
    """Return the paper's colour as closely as ink lets it be seen: stains and shadows count as paper.

    A closing wider than any ink, never darker than two thirds of the smooth `surface`: solid blacks are ink.
    """
    small = shrink(picture, SMALL)
    reach = max(5, round(0.07 * max(small.shape[:2]))) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    edge = reach
    padded = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_REFLECT)
    closed = cv2.GaussianBlur(cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel), (0, 0), reach / 5)
    closed = closed[edge:-edge, edge:-edge].astype(np.float32)
    least = cv2.resize(surface, small.shape[1::-1], interpolation=cv2.INTER_AREA) * DARKEST
    return _enlarged(np.maximum(closed, least), picture)


def on_paper(picture: Pixels, paper: Plane) -> Plane:
    """Return the picture as shares of its paper: 1 is bare paper, 0 black (float32 BGR)."""
    return np.clip(cv2.divide(picture.astype(np.float32), np.maximum(paper, 1)), 0, 1.15)


def inked_on_paper(picture: Pixels, paper: Plane) -> Plane:
    """Return shares of the paper for inks that cover it: its tint is taken out of light tones, not out of dark ones.

    Dividing dark greys by brown paper would turn them blue.
    """
    colours = picture.astype(np.float32)
    light = cv2.transform(np.ascontiguousarray(paper, np.float32), _GREY)
    cover = np.clip((cv2.transform(colours, _GREY) / np.maximum(light, 1) - 0.35) / 0.55, 0, 1)
    tint = light[..., None] + (paper - light[..., None]) * cover[..., None]
    return np.clip(cv2.divide(colours, np.maximum(tint, 1)), 0, 1.15)


def least(shares: Plane) -> Plane:
    """Return the smallest of three channels, far faster than `min(axis=2)`."""
    return np.minimum(np.minimum(shares[..., 0], shares[..., 1]), shares[..., 2])


def most(shares: Plane) -> Plane:
    """Return the largest of three channels."""
    return np.maximum(np.maximum(shares[..., 0], shares[..., 1]), shares[..., 2])


def _enlarged(plane: Plane, picture: Pixels) -> Plane:
    size = (picture.shape[1], picture.shape[0])
    return cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)


def _cells(small: Pixels) -> tuple[Plane, Plane]:
    """Return where cells lie (x, y in -1..1) and the colour of their lightest part."""
    rows = np.unique(np.linspace(0, small.shape[0], CELLS + 1).astype(int))
    columns = np.unique(np.linspace(0, small.shape[1], CELLS + 1).astype(int))
    places, colours = [], []
    for top, bottom in itertools.pairwise(rows):
        for left, right in itertools.pairwise(columns):
            cell = small[top:bottom, left:right].reshape(-1, 3)
            places.append(((left + right) / small.shape[1] - 1, (top + bottom) / small.shape[0] - 1))
            colours.append(np.maximum(np.percentile(cell, 80, axis=0), 4))
    return np.array(places).reshape(-1, 2), np.array(colours).reshape(-1, 3)


def _rim_cells(small: Pixels) -> tuple[Plane, Plane]:
    """Return places (x, y in -1..1) and colours of short strips along the rim."""
    height, width = small.shape[:2]
    thick = max(2, round(0.012 * max(height, width)))
    places, colours = [], []
    for length, across in ((width, True), (height, False)):
        cuts = np.unique(np.linspace(0, length, CELLS + 1).astype(int))
        for start, end in itertools.pairwise(cuts):
            middle = (start + end) / length - 1
            for side in (-1, 1):
                strip = slice(0, thick) if side < 0 else slice(-thick, None)
                cell = small[strip, start:end] if across else small[start:end, strip]
                places.append((middle, side) if across else (side, middle))
                colours.append(np.maximum(np.percentile(cell.reshape(-1, 3), 60, axis=0), 4))
    return np.array(places, np.float64), np.array(colours)


def _terms(x: Plane, y: Plane) -> Plane:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _robust(terms: Plane, values: Plane) -> tuple[Plane, float, float]:
    """Fit a surface that the lighter cells carry: what lies below it soon has no weight.

    Returns its coefficients, and the least and most of the cells that carry it: beyond them it is a guess.
    """
    weights = (values > np.percentile(values, 50) - 0.2).astype(np.float64)
    stiffness = np.diag([0, 0.01, 0.01, 0.04, 0.04, 0.04]) * len(values) * 0.05
    for _ in range(10):
        weighted = terms * weights[:, None]
        fit = np.linalg.solve(weighted.T @ terms + stiffness + np.eye(6) * 1e-9, weighted.T @ values)
        off = values - terms @ fit
        spread = max(0.02, 1.48 * float(np.median(np.abs(off[weights > 0.3]))) if (weights > 0.3).sum() > 8 else 0.05)
        weights = np.where(off > 0, 1 / (1 + (off / (3 * spread)) ** 2), np.exp(-((off / (1.7 * spread)) ** 2)))
    carrying = values[weights > 0.3] if (weights > 0.3).any() else values
    return fit, float(carrying.min()) - 0.05, float(carrying.max()) + 0.05
