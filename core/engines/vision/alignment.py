"""One picture laid over another: features and a homography, refined; else by outlines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane

FEATURE_SIDE = 480
REFINE_SIDE = 320
FEWEST = 10
SAME, ENOUGH = 0.92, 0.6
"""Likeness at which no better alignment is looked for: hatching can lie over the wrong strokes and still look alike."""
LEAST_LIKENESS = 0.3
"""Correlation of edge strengths below which two pictures laid over each other are not the same."""
FARTHEST = 0.02
"""How far the page's curl may have moved a place, as a share of the longer side."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """`matrix` takes a place (x, y) of the first picture to the second's, in pixels. `likeness` is -1 to 1."""

    matrix: Plane
    likeness: float
    is_sure: bool


def align(first: Pixels, second: Pixels) -> Alignment:
    """Find where each place of one grey picture lies in another of the same thing."""
    best = _refined(first, second, _scaling(first, second))
    for guess, enough in ((_by_features, SAME), (by_outline, ENOUGH)):
        if best.likeness > enough:
            break
        matrix = guess(first, second)
        found = best if matrix is None else _refined(first, second, matrix)
        best = max(best, found, key=lambda each: each.likeness)
    sure = best.likeness > LEAST_LIKENESS and _is_sane(best.matrix, first, second)
    return Alignment(best.matrix, best.likeness, sure)


def laid_over(first: Pixels, second: Pixels, matrix: Plane) -> tuple[Pixels, Pixels]:
    """Return the second picture as it lies over the first, and 255 where there is any of it."""
    size = (first.shape[1], first.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    lying = cv2.warpPerspective(second, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    there = cv2.warpPerspective(np.full(second.shape[:2], 255, np.uint8), matrix, size, flags=flags)
    return lying, there


def unbent(first: Pixels, lying: Pixels) -> Pixels:
    """Return the second picture after a smooth, small movement towards the first: a page's curl is no homography."""
    still = np.zeros((*first.shape, 2), np.float32)
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    flow = finder.calc(strokes(first), strokes(lying), still)
    side = max(first.shape)
    small = cv2.resize(flow, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    calm = cv2.GaussianBlur(cv2.medianBlur(np.ascontiguousarray(small), 5), (0, 0), max(1.0, 0.06 * side / 8))
    calm = np.clip(cv2.resize(calm, first.shape[1::-1]), -FARTHEST * side, FARTHEST * side)
    rows, columns = np.mgrid[0 : first.shape[0], 0 : first.shape[1]].astype(np.float32)
    moved = cv2.remap(lying, columns + calm[..., 0], rows + calm[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    return moved if _likeness(strokes(first), strokes(moved)) > _likeness(strokes(first), strokes(lying)) else lying


def strokes(grey: Pixels) -> Pixels:
    """Return edge strength, evened out over the picture (8 bits): the same for a drawing and its tinted copy."""
    plane = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    strength = cv2.magnitude(cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1))
    usual = cv2.blur(strength, (max(9, max(grey.shape) // 12) | 1,) * 2)
    floor = max(4.0, float(usual.mean()))
    result: Plane = np.clip(strength / (usual + floor) * 80, 0, 255).astype(np.uint8)
    return result


def by_outline(first: Pixels, second: Pixels) -> Plane:
    """Return the scaling that lays one picture's outermost strokes over the other's."""
    one, other = _outline(first), _outline(second)
    across, down = (other[2] - other[0]) / (one[2] - one[0]), (other[3] - other[1]) / (one[3] - one[1])
    return np.array([[across, 0, other[0] - one[0] * across], [0, down, other[1] - one[1] * down], [0, 0, 1]])


def _scaling(first: Pixels, second: Pixels) -> Plane:
    return np.diag([second.shape[1] / first.shape[1], second.shape[0] / first.shape[0], 1.0])


def _outline(grey: Pixels) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) of nearly all strokes; of the picture where there are none."""
    strong = cv2.blur((strokes(grey) > 110).astype(np.float32), (5, 5))
    ends = []
    for axis in (0, 1):
        along = np.cumsum(strong.sum(axis=axis))
        if along[-1] < 20:
            return 0.0, 0.0, float(grey.shape[1]), float(grey.shape[0])
        ends.append((float(np.searchsorted(along, 0.01 * along[-1])), float(np.searchsorted(along, 0.99 * along[-1]))))
    (left, right), (top, bottom) = ends
    return left, top, max(right, left + 2), max(bottom, top + 2)


def _by_features(first: Pixels, second: Pixels) -> Plane | None:
    """Return the homography that most matching features agree on."""
    one, small = _shrunk(first, FEATURE_SIDE)
    other, little = _shrunk(second, FEATURE_SIDE)
    finder = cv2.SIFT.create(nfeatures=1000, contrastThreshold=0.02)
    places, words = finder.detectAndCompute(small, None)
    homes, terms = finder.detectAndCompute(little, None)
    if words is None or terms is None or min(len(places), len(homes)) < FEWEST:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, terms, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < FEWEST:
        return None
    start = np.array([places[each.queryIdx].pt for each in good], np.float64)
    end = np.array([homes[each.trainIdx].pt for each in good], np.float64)
    cv2.setRNGSeed(7)
    matrix, agree = cv2.findHomography(start, end, cv2.USAC_MAGSAC, 3.0, maxIters=2000, confidence=0.999)
    if matrix is None or int(agree.sum()) < FEWEST:
        return None
    found: Plane = np.linalg.inv(other) @ matrix @ one
    return found if _is_sane(found, first, second) else None


def _shrunk(grey: Pixels, side: int) -> tuple[Plane, Pixels]:
    """Return a smaller copy and the matrix that leads to it."""
    scale = min(1.0, side / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    across, down = size[0] / grey.shape[1], size[1] / grey.shape[0]
    matrix = np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1]])
    return matrix, cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def _is_sane(matrix: Plane, first: Pixels, second: Pixels) -> bool:
    """Tell whether a matrix is one a camera and a crop could make: no mirror, no fold, no splinter."""
    height, width = first.shape[:2]
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    depth = (matrix @ np.concatenate([corners[0].T, np.ones((1, 4))]))[2]
    if not np.isfinite(matrix).all() or (depth / matrix[2, 2] < 0.3).any():
        return False
    four = cv2.perspectiveTransform(corners, matrix)[0].astype(np.float32)
    area = cv2.contourArea(four, oriented=True)
    share = abs(area) / (second.shape[0] * second.shape[1])
    return bool(cv2.isContourConvex(four) and 0.2 < share < 25 and area > 0)


def _refined(first: Pixels, second: Pixels, matrix: Plane) -> Alignment:
    """Improve a guess until edge strengths correlate best; the guess itself where that fails."""
    one, small = _shrunk(first, REFINE_SIDE)
    other, little = _shrunk(second, REFINE_SIDE)
    start = other @ matrix @ np.linalg.inv(one)
    fixed, moving = _soft(small), _soft(little)
    before = _likeness(fixed, laid_over(fixed, moving, start)[0])
    found, after = start, before
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-4)
    try:
        guess = (start / start[2, 2]).astype(np.float32)
        after, better = cv2.findTransformECC(fixed, moving, guess, cv2.MOTION_HOMOGRAPHY, stop)
        found = better.astype(np.float64)
        after = _likeness(fixed, laid_over(fixed, moving, found)[0])
    except cv2.error:  # it does not converge on pictures that have nothing in common
        pass
    if after <= before or not _is_sane(found, small, little):
        found, after = start, before
    return Alignment(np.linalg.inv(other) @ found @ one, after, False)


def _soft(grey: Pixels) -> Pixels:
    return cv2.GaussianBlur(strokes(grey), (0, 0), 1.6)


def _likeness(one: Pixels, other: Pixels) -> float:
    """Return the correlation of two pictures, 0 where one is blank."""
    first, second = one.astype(np.float32) - one.mean(), other.astype(np.float32) - other.mean()
    size = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / size if size > 0 else 0.0
