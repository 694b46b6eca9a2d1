"""Halftone, wash and colour on white paper, and photographs: tones kept, paper and its faults gone."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.restoration.ink import RED_LIGHT
from core.engines.vision.restoration.paper import inked_on_paper, least, most, on_paper

BRIGHTEST, DARKEST = 250.0, 8.0
STROKE = 0.66
SMALL, REACH = 600, 0.03


def cleaned_tone(picture: Pixels, surface: Plane) -> Pixels:
    """Return a halftone or wash in neutral greys on white paper; brown stains hardly show in red light."""
    value = cv2.transform(on_paper(picture, surface), RED_LIGHT)
    white = _white_point(value)
    black = 0.6 * min(0.5, float(np.percentile(value[::3, ::3], 0.5)))
    value = np.clip((value - black) / (white - black), 0, 1).astype(np.float32)
    value += (1 - value) * _is_paper(value, value)
    grey = cv2.bilateralFilter((value * 255 + 0.5).astype(np.uint8), 5, 14, 2)
    result: Plane = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    return result


def cleaned_colour(picture: Pixels, surface: Plane) -> Pixels:
    """Return a colour plate with the paper's tint taken out of every colour, and white paper."""
    shares = inked_on_paper(picture, surface)
    value = cv2.transform(shares, RED_LIGHT)
    white = _white_point(value)
    black = min(0.35, float(np.percentile(shares[::3, ::3].max(axis=2), 0.3)))
    shares = np.clip((shares - black) / (white - black), 0, 1).astype(np.float32)
    lightest = least(shares) * 0.6 + most(shares) * 0.4
    shares += (1 - shares) * _is_paper(lightest, shares)[..., None]
    return cv2.bilateralFilter((shares * 255 + 0.5).astype(np.uint8), 5, 14, 2)


def cleaned_photograph(picture: Pixels, paper: Plane | None) -> Pixels:
    """Return a photograph in its full range; `paper` is the colour of the page where that is seen.

    A photograph that is all but grey against its paper becomes grey: its tint is the paper's.
    """
    balanced = picture.astype(np.float32)
    if paper is not None:
        balanced = np.clip(balanced / np.maximum(paper, 1) * 245, 0, 255)
    calm = cv2.bilateralFilter(balanced.astype(np.uint8), 5, 16, 2)
    lab = cv2.cvtColor(calm.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    if float(np.percentile(np.hypot(lab[..., 1], lab[..., 2])[::4, ::4], 90)) < 9 and paper is not None:
        lab[..., 1:] = 0
    low, high = (float(each) for each in np.percentile(lab[::4, ::4, 0], (0.5, 99.5)))
    full = (BRIGHTEST - DARKEST) / 2.55 / max(1.0, high - low)
    gain = 1 + 0.7 * (min(2.2, full) - 1)  # a grey day may stay a little grey
    lab[..., 0] = np.clip((lab[..., 0] - low) * gain + max(DARKEST / 2.55, low * 0.15), 0, 100)
    lab[..., 1:] = lab[..., 1:] * min(1.25, gain)
    return (np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), 0, 1) * 255 + 0.5).astype(np.uint8)


def _white_point(value: Plane) -> float:
    """Return where paper begins: a little below the middle of what is surely paper."""
    seen = value[::3, ::3]
    paper = seen[seen > 0.85]
    return float(np.clip(np.median(paper) - 0.03, 0.85, 1.0)) if paper.size > 50 else 1.0


def _is_paper(value: Plane, shares: Plane) -> Plane:
    """Return how surely each pixel is bare paper, 0 to 1.

    Paper is very light and without texture, or it lies beyond the picture: past the outline of all that is dark or
    coloured and large. There it may be less light, but what is as dark as a stroke of the pen stays.
    """
    even = cv2.GaussianBlur(value, (0, 0), 1.0)
    middle = cv2.blur(even, (9, 9))
    rough = np.sqrt(np.maximum(cv2.blur(even * even, (9, 9)) - middle * middle, 0))
    light = np.clip((value - 0.92) / 0.05, 0, 1) * np.clip((0.045 - rough) / 0.02, 0, 1)
    strokes = cv2.GaussianBlur(cv2.dilate((even < STROKE).astype(np.float32), np.ones((7, 7), np.uint8)), (0, 0), 1.5)
    paper: Plane = np.maximum(light, _beyond(_large_parts(value, shares), value.shape) * (1 - strokes))
    return paper


def _large_parts(value: Plane, shares: Plane) -> Pixels:
    """Return where the picture's large dark or coloured parts are, with the soft edge they fade out in (small mask)."""
    small = cv2.GaussianBlur(shrink(value, SMALL), (0, 0), 1.2)
    dark = (small < 0.76).astype(np.uint8)
    if shares.ndim == 3:
        spread = cv2.GaussianBlur(shrink(most(shares) - least(shares), SMALL), (0, 0), 1.5)
        dark |= ((spread > 0.2) & (small < 0.92)).astype(np.uint8)
    reach = max(3, round(REACH * max(small.shape))) | 1
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    large = _kept(joined, lambda labels, sizes: sizes > 0.004 * dark.size)
    light = small if shares.ndim == 2 else shrink(most(shares), SMALL)  # pale brown stains are no part of it
    fading = (cv2.GaussianBlur(light, (0, 0), 0.008 * max(small.shape)) < 0.94).astype(np.uint8) | large
    return _kept(fading, lambda labels, sizes: np.isin(np.arange(len(sizes)), np.unique(labels[large > 0])))


def _kept(mask: Pixels, chosen: Callable[[Pixels, Pixels], Pixels]) -> Pixels:
    """Return the connected parts of a mask that are chosen by their labels and sizes."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    keep = np.array(chosen(labels, stats[:, cv2.CC_STAT_AREA]), bool)
    keep[0] = False
    kept: Pixels = keep[labels].astype(np.uint8)
    return kept


def _beyond(large: Pixels, shape: tuple[int, ...]) -> Plane:
    """Return 1 well outside the picture, 0 inside, soft between; 0 everywhere when there is no large part."""
    if not large.any():
        return np.zeros(shape, np.float32)
    reach = max(3, round(0.5 * REACH * max(large.shape))) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    soft = 1 - cv2.GaussianBlur(cv2.dilate(large, kernel).astype(np.float32), (0, 0), reach / 3)
    soft = np.clip((soft - 0.5) * 2, 0, 1)
    result: Plane = cv2.resize(soft, shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return result
