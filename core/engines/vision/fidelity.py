"""The fidelity meter: what of a crop a restoration keeps, what it lacks and what it made up.

Edges are compared, in four directions, within a small distance. Strong edges of one picture must have an edge of their
direction in the other, however weak: tones and colours may change, faint bleed-through and paper grain may go.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, decode, encode, on_white, shrink
from core.engines.vision.alignment import align, laid_over, unbent
from core.models.fidelity import Fidelity

SIDE = 800
LEAST_SIDE = 24
REACH = 0.0045
"""How far an edge may lie from its counterpart, as a share of the longer side."""
RIM = 0.02
"""Share of the crop at its edge that has no say: neighbours that the crop cuts belong there."""
STRONG, WEAK = 0.42, 0.18
FINE, COARSE = 1.2, 3.4
"""Blur (pixels) at which lines are compared, and shapes: over dense hatching only these show what was added."""
PATCH = 0.03
"""Window, as a share of the longer side, in which next to all edges must be alone to make a patch."""
CLEAR = 0.3
"""Contrast a strong edge has, as a share of the picture's highest: stains and bleed-through have less."""
BEYOND = 0.05
"""Share of the longer side that may be left out at an edge: a photograph is cut inside its frame to fill its canvas."""
MOST_CUT = 0.03
"""Share of the edges out there that belong to strokes from within, above which the picture itself was cut."""
DIRECTIONS = 4
FEWEST_EDGES = 40
ORANGE, BLUE = (0, 94, 213), (178, 114, 0)  # BGR; told apart by colour-blind eyes too


def measure(crop: bytes, restoration: bytes) -> Fidelity:
    """Compare a restoration with the crop it was made from; both are encoded pictures of any size.

    Raises:
        InvalidImageError: one of them cannot be read.
    """
    original, restored = _picture(crop, "crop"), _picture(restoration, "restoration")
    cv2.setNumThreads(1)
    first, second = _grey(original), _grey(restored)
    if min(*first.shape, *second.shape) < LEAST_SIDE:
        first, second = _enlarged(first), _enlarged(second)
    alignment = align(first, second)
    lying, there = laid_over(first, second, alignment.matrix)
    comparison = _compared(first, unbent(first, lying), there)
    is_blank = comparison.is_blank
    return Fidelity(
        is_aligned=alignment.is_sure or is_blank,
        edge_agreement=comparison.agreement,
        missing=comparison.missing.share,
        invented=comparison.invented.share,
        missing_patch=comparison.missing.patch,
        invented_patch=comparison.invented.patch,
        aspect_drift=_drift(alignment.matrix, first) if alignment.is_sure else 0.0,
        heat_map=encode(_heat_map(original, comparison)),
    )


def _picture(data: bytes, name: str) -> Pixels:
    return on_white(decode(data, name))


def _grey(picture: Pixels) -> Pixels:
    """Return the picture small and grey, by its darkest channel in part: yellow ink on white counts."""
    small = shrink(picture, SIDE)
    mixed = cv2.addWeighted(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), 0.7, small.min(axis=2), 0.3, 0)
    return np.ascontiguousarray(mixed)


def _enlarged(grey: Pixels) -> Pixels:
    """Enlarge a tiny picture so that there is room for windows and features."""
    size = tuple(max(LEAST_SIDE * 2, side * 2) for side in grey.shape[::-1])
    return cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC)


@dataclass(frozen=True, eq=False)
class _Edges:
    """Where a picture has edges: strong ones, and all there are, by direction (masks)."""

    strong: tuple[Pixels, ...]
    weak: tuple[Pixels, ...]

    @property
    def all_strong(self) -> Pixels:
        result: Plane = np.bitwise_or.reduce(self.strong)
        return result

    @property
    def count(self) -> int:
        return int(np.count_nonzero(self.all_strong))

    def within(self, counted: Pixels) -> _Edges:
        """Return the edges of which only the strong ones in a mask count."""
        return _Edges(tuple(np.where(counted > 0, each, 0) for each in self.strong), self.weak)


@dataclass(frozen=True, eq=False)
class _Side:
    """One picture's edges that the other lacks: a mask, their share of all, and how many would be so by chance."""

    alone: Pixels
    edges: int
    share: float
    by_chance: float
    patch: float

    @property
    def kept(self) -> float:
        """Share of edges found again, beyond chance: 1 for all, 0 for as many as another picture would have."""
        return max(0.0, 1 - self.share / max(self.by_chance, 0.05)) if self.edges >= FEWEST_EDGES else 1.0


@dataclass(frozen=True, eq=False)
class _Comparison:
    missing: _Side
    invented: _Side

    @property
    def is_blank(self) -> bool:
        return max(self.missing.edges, self.invented.edges) < FEWEST_EDGES

    @property
    def agreement(self) -> float:
        """The harmonic mean of what is kept and what is not made up; one picture blank, the other not, is none."""
        if min(self.missing.edges, self.invented.edges) < FEWEST_EDGES:
            return 1.0 if self.is_blank else 0.0
        kept, true = self.missing.kept, self.invented.kept
        return min(1.0, 2 * kept * true / (kept + true)) if kept + true > 0 else 0.0


def _compared(crop: Pixels, own: Pixels, there: Pixels) -> _Comparison:
    weight = _counted(crop.shape)
    reach = max(2, round(REACH * max(crop.shape)))
    whole = _edges(crop, weight, FINE)
    weight = cv2.min(weight, 255 - _surroundings(whole.all_strong, there))
    first, second = whole.within(weight), _edges(own, cv2.min(weight, there), FINE)
    shapes = _alone(_edges(own, cv2.min(weight, there), COARSE), _edges(crop, weight, COARSE), 2 * reach)
    return _Comparison(
        _side(first, second, reach, np.zeros_like(shapes)),
        _side(second, first, reach, shapes),
    )


def _side(edges: _Edges, others: _Edges, reach: int, shapes: Pixels) -> _Side:
    """Compare one picture's edges with the other's; `shapes` are edges known to be alone."""
    count = edges.count
    alone = _alone(edges, others, reach)
    if count < FEWEST_EDGES:
        return _Side(np.zeros_like(alone), count, 0.0, 1.0, 0.0)
    alone |= edges.all_strong & cv2.dilate(shapes, np.ones((2 * reach + 1,) * 2, np.uint8))
    share = np.count_nonzero(alone) / count
    shift = round(0.06 * max(alone.shape))
    moved = [_alone(edges, _rolled(others, shift, axis), reach) for axis in (0, 1)]
    by_chance = float(np.mean([np.count_nonzero(each) for each in moved])) / count
    return _Side(alone, count, min(1.0, share), by_chance, _patch(alone, edges.all_strong))


def _rolled(edges: _Edges, shift: int, axis: int) -> _Edges:
    return _Edges(edges.strong, tuple(np.roll(each, shift, axis) for each in edges.weak))


def _patch(alone: Pixels, strong: Pixels) -> float:
    """Return the largest patch in which nearly all edges are alone, as a share of the picture."""
    side = max(5, round(PATCH * max(alone.shape))) | 1
    lonely = cv2.blur(alone.astype(np.float32), (side, side))
    around = cv2.blur(strong.astype(np.float32), (side, side))
    dense = max(0.5 / side, 0.15 * float(np.percentile(around, 90)))
    patches = ((lonely > 0.7 * around) & (lonely > dense)).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(patches, connectivity=8)
    return float(stats[1:, cv2.CC_STAT_AREA].max(initial=0)) / alone.size


def _counted(shape: tuple[int, ...]) -> Pixels:
    weight = np.zeros(shape, np.uint8)
    rim = max(1, round(RIM * max(shape)))
    weight[rim:-rim, rim:-rim] = 255
    return weight


def _surroundings(strong: Pixels, there: Pixels) -> Pixels:
    """Return 255 where the crop shows what is around its picture: a tilted frame's corners hold the page's text.

    It is what lies outside the restoration, unless strokes go on into it far out: then the picture itself was cut.
    """
    beyond = max(1, round(BEYOND * max(strong.shape)))
    kernel = np.ones((2 * beyond + 1,) * 2, np.uint8)
    outside, inside = cv2.dilate(there, kernel) == 0, there > 0
    _, strokes = cv2.connectedComponents(cv2.dilate(strong, np.ones((5, 5), np.uint8)))
    out_there = strokes[outside & (strong > 0)]
    within = np.zeros(strokes.max() + 1, bool)
    within[np.unique(strokes[inside])] = True
    within[0] = False
    is_cut = out_there.size > 0 and float(within[out_there].mean()) > MOST_CUT
    return np.where(~inside & (not is_cut), 255, 0).astype(np.uint8)


def _edges(grey: Pixels, counted: Pixels, blur: float) -> _Edges:
    """Return thin edges by direction; how strong is relative to the neighbourhood and to the picture."""
    plane = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), blur)
    across, down = cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down)
    usual = cv2.blur(cv2.dilate(strength, np.ones((9, 9), np.uint8)), (max(15, max(grey.shape) // 10) | 1,) * 2)
    floor = max(24.0 / blur, 0.3 * float(np.percentile(strength, 98)))
    relative = strength / np.maximum(usual, floor)
    ridge = relative >= cv2.dilate(relative, np.ones((3, 3), np.uint8)) * 0.92
    angle = np.mod(np.arctan2(down, across), np.pi) / np.pi * DIRECTIONS
    steps = np.mod(np.rint(angle), DIRECTIONS).astype(np.uint8)
    around = np.ones((9, 9), np.uint8)
    contrast = cv2.dilate(plane, around) - cv2.erode(plane, around)
    clear = contrast > max(12.0, CLEAR * float(np.percentile(contrast, 99)))
    strong = (relative > STRONG) & ridge & clear & (counted > 0)
    weak = relative > WEAK
    return _Edges(
        tuple((strong & (steps == each)).astype(np.uint8) for each in range(DIRECTIONS)),
        tuple((weak & (steps == each)).astype(np.uint8) for each in range(DIRECTIONS)),
    )


def _alone(edges: _Edges, others: _Edges, reach: int) -> Pixels:
    """Return strong edges without any of their direction, or both next to it, within reach; lone dots are left out."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near: list[Pixels] = [cv2.dilate(each, kernel) for each in others.weak]
    alone: Pixels = np.zeros_like(edges.strong[0])
    for step, strong in enumerate(edges.strong):
        beside = cv2.bitwise_and(near[step - 1], near[(step + 1) % DIRECTIONS])
        alone = cv2.bitwise_or(alone, cv2.bitwise_and(strong, 1 - cv2.bitwise_or(near[step], beside)))
    together = cv2.boxFilter(alone.astype(np.float32), -1, (4 * reach + 1,) * 2, normalize=False)
    return cv2.bitwise_and(alone, (together >= 3 * reach).astype(np.uint8))


def _drift(matrix: Plane, crop: Pixels) -> float:
    """Return by how much one side is stretched against the other in the middle of the picture, 0 for not at all."""
    height, width = crop.shape
    middle, step = np.array([width / 2, height / 2]), max(1.0, 0.1 * min(width, height))
    around = np.array([[middle, middle + np.array([step, 0]), middle + np.array([0, step])]], np.float64)
    centre, right, below = cv2.perspectiveTransform(around, matrix)[0]
    across, down = float(np.linalg.norm(right - centre)), float(np.linalg.norm(below - centre))
    return max(across / down, down / across) - 1 if min(across, down) > 0 else 0.0


def _heat_map(original: Pixels, comparison: _Comparison) -> Pixels:
    """Paint what is missing orange and what is invented blue over the faded crop, at the crop's size."""
    grey = cv2.cvtColor(cv2.cvtColor(original, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    faded = cv2.addWeighted(grey, 0.4, np.full_like(grey, 255), 0.6, 0)
    for part, colour in ((comparison.missing.alone, ORANGE), (comparison.invented.alone, BLUE)):
        if part.any():
            glow = cv2.GaussianBlur(cv2.dilate(part, np.ones((3, 3), np.uint8)).astype(np.float32), (0, 0), 1.6)
            full = cv2.resize(np.clip(glow * 1.5, 0, 0.9), original.shape[1::-1], interpolation=cv2.INTER_LINEAR)
            faded = (faded + (np.array(colour, np.float32) - faded) * full[..., None]).astype(np.uint8)
    return faded
