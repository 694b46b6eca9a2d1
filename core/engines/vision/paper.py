"""The paper of a photographed page: where it is, and how bright it would be with nothing printed on it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink

MASK_SIDE = 320
"""Longest side, in pixels, at which paper is told from what it lies on."""
GRID = 24
"""Cells across and down of which each gives one sample of the paper's brightness."""
STEP = 14.0
"""Colour distance (Lab) that makes the border between paper and ground an edge and not a stain or a shadow."""
DARK = 0.5
"""What is darker than this share of the paper, at the picture's rim, is never paper."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page with its light evened out.

    `light` is the brightness relative to the paper, 1 on bare paper (float32); `chroma` how far a colour is from the
    paper's (Lab units, float32); `paper` is False on what the page lies on; there `light` is 1 and `chroma` 0.
    """

    light: Plane
    chroma: Plane
    paper: Pixels

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.light.shape[0])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.light.shape[1])


def even_out(picture: Pixels) -> Sheet:
    """Return a BGR page without its ground and without the unevenness of its light."""
    paper = find_paper(picture)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    light = np.clip(grey / paper_light(grey, paper), 0, 1.15)
    light[~paper] = 1.0
    return Sheet(light, _chroma(picture, light, paper), paper)


def _chroma(picture: Pixels, light: Plane, paper: Pixels) -> Plane:
    lab = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_BGR2LAB)[..., 1:], (0, 0), 2.0).astype(np.float32)
    bare = paper & (light > 0.85)
    sample = lab[bare] if bare.sum() > 500 else lab.reshape(-1, 2)
    chroma: Plane = np.hypot(*np.moveaxis(lab - np.median(sample[:: max(1, len(sample) // 50_000)], axis=0), -1, 0))
    chroma[~paper] = 0
    return chroma


def paper_light(grey: Plane, paper: Pixels) -> Plane:
    """Return the brightness of bare paper at every pixel: a smooth surface through the brightest of each cell."""
    height, width = grey.shape
    places, values = _samples(grey, paper)
    if len(values) < 20:
        return np.full_like(grey, max(1.0, float(np.percentile(grey, 80))))
    surface = _fitted(places, np.log(np.maximum(values, 4)))
    across, down = np.meshgrid(np.linspace(-1, 1, 64), np.linspace(-1, 1, 64))
    coarse = np.exp(_terms(across, down) @ surface).astype(np.float32)
    light: Plane = np.clip(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), 8, 400)
    return light


def _samples(grey: Plane, paper: Pixels) -> tuple[Plane, Plane]:
    height, width = grey.shape
    rows, columns = (np.linspace(0, side, GRID + 1).astype(int) for side in (height, width))
    places, values = [], []
    for i in range(GRID):
        for j in range(GRID):
            part = np.s_[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
            cell = grey[part][paper[part]]
            if cell.size < max(20, 0.6 * grey[part].size):
                continue
            places.append(((j + 0.5) / GRID * 2 - 1, (i + 0.5) / GRID * 2 - 1))
            values.append(np.percentile(cell, 80))
    return np.array(places), np.array(values)


def _terms(x: Plane, y: Plane) -> Plane:
    powers = [np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3]
    return np.stack(powers, -1)


def _fitted(places: Plane, values: Plane) -> Plane:
    """Fit a cubic surface that keeps above pictures and print: a sample below it soon counts for nothing."""
    terms = _terms(places[:, 0], places[:, 1])
    ridge = np.diag([0, 0.01, 0.01, 0.05, 0.05, 0.05, 0.2, 0.2, 0.2, 0.2]) * len(values) * 0.02
    weights = (values > np.percentile(values, 40) - 0.25).astype(float)
    surface = np.zeros(terms.shape[1])
    for _ in range(12):
        weighted = terms * weights[:, None]
        surface = np.linalg.solve(weighted.T @ terms + ridge + np.eye(len(ridge)) * 1e-9, weighted.T @ values)
        rest = values - terms @ surface
        trusted = np.abs(rest[weights > 0.3])
        spread = max(0.02, 1.48 * float(np.median(trusted))) if len(trusted) > 10 else 0.05
        weights = np.where(rest > 0, 1 / (1 + (rest / (3 * spread)) ** 2), np.exp(-((rest / (1.7 * spread)) ** 2)))
    return surface


def find_paper(picture: Pixels) -> Pixels:
    """Return where the paper of a BGR picture is (bool); everywhere, when no ground is seen around it."""
    height, width = picture.shape[:2]
    small = shrink(picture, MASK_SIDE)
    ground = _ground(small) if min(small.shape[:2]) >= 32 else np.zeros(small.shape[:2], bool)
    if not ground.any() or ground.mean() > 0.85:
        return np.ones((height, width), bool)
    paper = cv2.erode((~ground).astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    smooth = cv2.resize(paper.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    found: Pixels = smooth > 0.5
    return found


def _ground(small: Pixels) -> Pixels:
    lab = _without_print(small)
    alike, rim = _paper_like(lab), _rim(lab.shape[:2])
    far = _distance(lab, np.median(lab[alike], axis=0))
    alien = (far > 1.3 * STEP) | (lab[..., 0] < 0.8 * np.median(lab[alike][:, 0]))
    seeds = np.zeros(lab.shape[:2], np.int32)
    seeds[cv2.erode(alike.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = 1
    seeds[rim & alien] = 2
    if not (seeds == 2).any() or not (seeds == 1).any():
        return np.zeros(lab.shape[:2], bool)
    basins = cv2.watershed(cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2BGR), seeds)
    ground = _without_pictures(((basins == 2) | ((basins == -1) & rim & alien)).astype(np.uint8))
    hull = _hull(1 - ground)
    return _kept(ground & ~hull & 1, lab, ground) | _kept(ground & hull, lab, ground)


def _without_print(small: Pixels) -> Plane:
    """Return Lab colours in which letters and lines have given way to the paper around them."""
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)
    lab[..., 0] = cv2.morphologyEx(lab[..., 0], cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    lab[..., 1], lab[..., 2] = cv2.medianBlur(lab[..., 1], 7), cv2.medianBlur(lab[..., 2], 7)
    return cv2.GaussianBlur(lab, (3, 3), 0).astype(np.float32)


def _paper_like(lab: Plane) -> Pixels:
    height, width = lab.shape[:2]
    inner = np.zeros((height, width), bool)
    inner[height // 7 : height - height // 7, width // 7 : width - width // 7] = True
    bright = inner & (lab[..., 0] >= 0.93 * np.percentile(lab[inner][:, 0], 70))
    colour = np.median(lab[bright], axis=0)
    alike: Pixels = bright & (np.hypot(lab[..., 1] - colour[1], lab[..., 2] - colour[2]) < 6)
    return alike


def _rim(shape: tuple[int, ...]) -> Pixels:
    rim = np.ones(shape, bool)
    rim[3:-3, 3:-3] = False
    return rim


def _distance(lab: Plane, colour: Plane) -> Plane:
    """Return how far colours are from one; brightness counts less, for the light on a page is uneven."""
    away: Plane = np.sqrt((((lab - colour) * np.array([0.4, 1.5, 1.5], np.float32)) ** 2).sum(-1))
    return away


def _without_pictures(ground: Pixels) -> Pixels:
    """Give back to the page what only juts into it: the hull of the paper takes in a picture that runs to its edge."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    opened = cv2.morphologyEx(cv2.copyMakeBorder(ground, 9, 9, 9, 9, cv2.BORDER_REPLICATE), cv2.MORPH_OPEN, kernel)
    thin = cv2.morphologyEx(ground, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.where(_rim(ground.shape), thin, opened[9:-9, 9:-9]).astype(np.uint8)


def _hull(paper: Pixels) -> Pixels:
    """Return the convex hull (0 or 1) of the large parts of the paper."""
    contours, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = np.zeros_like(paper)
    least = 0.2 * max((cv2.contourArea(contour) for contour in contours), default=0.0)
    large = [contour for contour in contours if cv2.contourArea(contour) > least]
    if large:
        cv2.fillConvexPoly(hull, cv2.convexHull(np.vstack(large)), 1)
    return hull


def _kept(part: Pixels, lab: Plane, ground: Pixels) -> Pixels:
    """Keep what of a part of the ground is dark, or has an edge to the paper along most of its border."""
    count, parts, _, _ = cv2.connectedComponentsWithStats(part, connectivity=4)
    paper = np.median(lab[ground == 0][:, 0]) if (ground == 0).any() else 255.0
    kept = np.zeros(ground.shape, bool)
    for number in range(1, count):
        here = parts == number
        dark = np.median(lab[here][:, 0]) < DARK * paper
        if dark or _sharpness(here.astype(np.uint8), lab, ground) > 0.6:
            kept |= here
    return kept


def _sharpness(part: Pixels, lab: Plane, ground: Pixels) -> float:
    """Return the share of a part's border, picture rim aside, across which the colour makes a step."""
    kernel = np.ones((3, 3), np.uint8)
    inside = cv2.erode(part, kernel, iterations=3, borderValue=1)
    outside = 1 - cv2.dilate(ground, kernel, iterations=3)
    border = (cv2.dilate(part, kernel) > part) & ~_rim(part.shape) & (ground == 0)
    if not border.any():
        return 1.0
    step = np.sqrt(((_nearby(lab, inside) - _nearby(lab, outside)) ** 2).sum(-1))
    return float((step[border] > STEP).mean())


def _nearby(lab: Plane, where: Pixels) -> Plane:
    """Return the mean colour of the nearby pixels of a mask."""
    weight = cv2.blur(where.astype(np.float32), (11, 11))
    total = cv2.blur(lab * where[..., None].astype(np.float32), (11, 11))
    return total / np.maximum(weight, 1e-6)[..., None]
