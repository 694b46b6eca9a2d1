"""A page's tilt and curl, by its lines of text: the only proof of them, beside a picture's frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.dewarp import WORK_SIDE, Bend, bend_of
from core.engines.vision.ink import find_ink, find_marks
from core.engines.vision.lines import Baseline, find_baselines
from core.engines.vision.paper import even_out
from core.engines.vision.restoration.paper import paper_colour
from core.engines.vision.restoration.warp import Warp, rotation

MOST_SKEW = 12.0
LEAST_LETTERS = 8
LEAST_SHARE = 0.4
"""Where fewer of the marks stand in lines, foliage and hatching merely look like text."""
LEAST_TURN = 0.02


@dataclass(frozen=True, eq=False)
class Straightening:
    """How to straighten a page by its text: the warp, the tilt taken out (degrees) and the bend (pixels, at most)."""

    warp: Warp
    skew: float
    bend: float


def straightening(picture: Pixels) -> Straightening | None:
    """Return what makes the text of a picture straight; None when there is too little of it to tell.

    Two lines that agree show the tilt; the bend of a page needs more. The tilt is turned back before the bend is
    looked at: moving columns up and down would leave letters leaning.
    """
    height, width = picture.shape[:2]
    tilt = _tilt(_text(picture))
    if tilt is None:
        return None
    paper = paper_colour(picture)
    tilt += _tilt(_text(rotation(width, height, tilt).apply(picture, paper))) or 0.0
    turned = rotation(width, height, tilt)
    level = shrink(turned.apply(picture, paper), WORK_SIDE)
    lines, letter = _found(level)
    bend = bend_of(lines, letter, level.shape[1], level.shape[0])
    if bend is None:
        return Straightening(turned, tilt, 0.0) if abs(tilt) > LEAST_TURN else None
    shift = bend.shift(turned.width, turned.height)[turned.height // 2]
    return Straightening(_unbent(turned.width, turned.height, bend).after(turned), tilt, float(np.ptp(shift)))


def straightened(picture: Pixels) -> Pixels | None:
    """Return a page (BGR, any size) with its lines of text level and its letters upright; None as `straightening`."""
    found = straightening(picture)
    return found.warp.apply(picture, paper_colour(picture)) if found else None


def _found(small: Pixels) -> tuple[list[Baseline], float]:
    """Return lines that stand like print, and the size of a letter; none where most marks stand in no line."""
    marks = find_marks(find_ink(even_out(small)))
    baselines, letter = find_baselines(marks)
    lines = [line for line in baselines if _is_print(line, letter)]
    alike = int(((marks.height > 0.55 * letter) & (marks.height < 2.2 * letter)).sum())
    return (lines if sum(len(line.x) for line in lines) > LEAST_SHARE * alike else []), letter


def _text(picture: Pixels) -> list[Baseline]:
    return _found(shrink(picture, WORK_SIDE))[0]


def _is_print(line: Baseline, letter: float) -> bool:
    """Tell whether feet stand on a smooth curve: those of hatching and foliage do not."""
    span = float(np.ptp(line.x))
    if len(line.x) < LEAST_LETTERS or span < 6 * letter:
        return False
    x = (line.x - line.x.mean()) / span
    off = line.y - np.polyval(np.polyfit(x, line.y, 2), x)
    return bool((np.abs(off) < 0.18 * letter + 0.5).mean() > 0.65)


def _tilt(lines: list[Baseline]) -> float | None:
    """Return the tilt most of the text shares (degrees, down to the right); None if lines disagree or are too few."""
    if len(lines) < 2:
        return None
    slopes, spans = np.array([_slope(line) for line in lines]), np.array([np.ptp(line.x) for line in lines])
    order = np.argsort(slopes)
    middle = float(slopes[order][np.searchsorted(np.cumsum(spans[order]), spans.sum() / 2)])
    near = np.abs(slopes - middle) < 2.5
    if near.sum() < 2 or spans[near].sum() < 0.6 * spans.sum() or abs(middle) > MOST_SKEW:
        return None
    return float(np.average(slopes[near], weights=spans[near]))


def _slope(line: Baseline) -> float:
    """Return the tilt of one line in degrees; letters that hang below it lose their say."""
    weights, slope = np.ones_like(line.x), 0.0
    for _ in range(8):
        about, centre = np.average(line.x, weights=weights), np.average(line.y, weights=weights)
        across, down = line.x - about, line.y - centre
        slope = float((weights * across * down).sum() / max(1e-9, float((weights * across**2).sum())))
        off = np.abs(down - slope * across)
        weights = 1 / (1 + (off / (1.5 * max(0.5, float(np.median(off))))) ** 2)
    return float(np.degrees(np.arctan(slope)))


def _unbent(width: int, height: int, bend: Bend) -> Warp:
    """Return the warp that moves columns until the lines are level."""
    shift = bend.shift(width, height)

    def locate(x: Plane, y: Plane) -> tuple[Plane, Plane]:
        columns = np.clip(np.rint(x), 0, width - 1).astype(int)
        rows = np.clip(np.rint(y), 0, height - 1).astype(int)
        return x, y + shift[rows, columns]

    return Warp(width, height, locate)
