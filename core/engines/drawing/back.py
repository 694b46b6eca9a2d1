"""A subject from behind: its silhouette mirrored, with the big areas of colour that reach its outline.

What lies wholly inside (a face, buttons, a pocket, a belly) is seen only from the front. It gives way to the area
around it, and every area is filled with its own smooth colour.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from core.engines.drawing.cutout import Subject
from core.engines.drawing.picture import Pixels, Plane, resize

WORK_HEIGHT = 420
TONES = 12
ALIKE = 13.0
"""Colours nearer than this (Lab, lightness counted half) are one: a lit and a shaded side of the same cloth."""
LEAST_AREA = 0.0018
"""Smallest area kept, as a share of the silhouette."""
LARGE_AREA = 0.05
"""An area of this share of the silhouette is kept when a quarter of the rim below is met."""
LEAST_RIM = 0.28
"""How much of an area's border must lie at the silhouette's outline."""


def from_behind(subject: Subject) -> Subject:
    """Return the subject mirrored, its inner drawing gone."""
    scale = min(1.0, WORK_HEIGHT / max(subject.height, subject.width))
    small = subject.scaled(max(2, round(subject.width * scale)), max(2, round(subject.height * scale)))
    solid = (small.alpha > 0.6).astype(np.uint8)
    if solid.sum() < 64:
        return subject.mirrored()
    depth = _depth(solid)
    seeds = _seeds(small.colour, solid, depth)
    areas = _spread(_bridged(seeds, depth), solid)
    body = _moulded(_filled(small.colour, seeds, areas), depth, solid)
    seams = _seams(areas, solid, depth)
    large, seam = resize(body, subject.width, subject.height), resize(seams, subject.width, subject.height)
    return Subject(_outlined(large, np.clip(seam, 0, 1), subject), subject.alpha).mirrored()


def _depth(solid: Pixels) -> Plane:
    """Return every pixel's distance to the outline."""
    padded = cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth: Plane = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    return depth


def _seeds(colour: Pixels, solid: Pixels, depth: Plane) -> Pixels:
    """Return the number (from 1) of the tone of every pixel that is seen from behind too; 0 elsewhere."""
    height = solid.shape[0]
    lines = _drawn_lines(colour, height) | (depth < 0.008 * height)
    tones = _tones(cv2.medianBlur(colour, 2 * max(1, round(0.005 * height)) + 1), (solid > 0) & ~lines)
    kept: Pixels = np.zeros(solid.shape, np.int32)
    largest, whole = 0, int(solid.sum())
    for tone in np.unique(tones[tones > 0]):
        count, labels, stats, _ = cv2.connectedComponentsWithStats((tones == tone).astype(np.uint8), connectivity=4)
        for i in range(1, count):
            area = int(stats[i, cv2.CC_STAT_AREA])
            if area < LEAST_AREA * whole:
                continue
            part = labels == i
            needed = LEAST_RIM if area < LARGE_AREA * whole else LEAST_RIM / 4
            if _rim_share(part, depth, height) >= needed:
                kept[part] = tone
                largest = max(largest, area)
    return kept if largest else tones


def _drawn_lines(colour: Pixels, height: int) -> Pixels:
    """Tell where a thin dark line is drawn: outlines between areas, hatching, whiskers."""
    grey = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
    reach = max(3, round(0.018 * height)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    lines: Pixels = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel) > 22
    return lines


def _tones(colour: Pixels, there: Pixels) -> Pixels:
    """Return the number (from 1) of the tone every pixel has; 0 where there is none to tell."""
    lab = cv2.cvtColor(colour.astype(np.float32) / 255, cv2.COLOR_BGR2LAB) * np.array([0.5, 1, 1], np.float32)
    points = lab[there]
    if len(points) < 2 * TONES:
        return there.astype(np.int32)
    sample = np.ascontiguousarray(points[:: max(1, len(points) // 4000)])
    cv2.setRNGSeed(7)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    centres = cv2.kmeans(sample, TONES, np.zeros((len(sample), 1), np.int32), rule, 2, cv2.KMEANS_PP_CENTERS)[2]
    merged = _merged(centres)
    nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    tones: Pixels = np.zeros(there.shape, np.int32)
    tones[there] = merged[nearest]
    return tones


def _merged(centres: Plane) -> Pixels:
    """Number tones from 1, those that are alike with one number."""
    numbers = np.arange(1, len(centres) + 1)
    for i in range(len(centres)):
        for j in range(i):
            if np.linalg.norm(centres[i] - centres[j]) < ALIKE:
                numbers[numbers == numbers[i]] = numbers[j]
    return numbers


def _rim_share(part: Pixels, depth: Plane, height: int) -> float:
    """Return how much of a part's border lies at the silhouette's outline."""
    solid = part.astype(np.uint8)
    border = (solid > 0) & (cv2.erode(solid, np.ones((3, 3), np.uint8), borderValue=0) == 0)
    return float((depth[border] < 0.018 * height).mean())


def _bridged(seeds: Pixels, depth: Plane) -> Pixels:
    """Close the gaps of every row.

    Where the body is thick, what lies between two places of one tone has it too: a scarf goes on behind the neck.
    Where it is thin, the row's most frequent tone fills it: a lantern's glass between its bars.
    """
    bridged, thick = seeds.copy(), 0.05 * len(seeds)
    for row, deep in zip(bridged, depth, strict=True):
        steps = np.flatnonzero(np.diff(np.concatenate([[0], deep > 0, [0]])))
        for start, end in zip(steps[::2], steps[1::2], strict=True):
            (_bridge if deep[start:end].max() > thick else _fill_up)(row[start:end])
    return bridged


def _bridge(run: Pixels) -> None:
    known = np.flatnonzero(run)
    for start, end in pairwise(known):
        if end - start > 1 and run[start] == run[end]:
            run[start + 1 : end] = run[start]


def _fill_up(run: Pixels) -> None:
    known = run[run > 0]
    if known.size:
        run[run == 0] = np.bincount(known).argmax()


def _spread(kept: Pixels, solid: Pixels) -> Pixels:
    """Give every pixel of the silhouette to the nearest area kept."""
    gaps = (kept == 0).astype(np.uint8)
    if gaps.all():
        return solid.astype(np.int32)
    _, nearest = cv2.distanceTransformWithLabels(gaps, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    owner[nearest[kept > 0]] = kept[kept > 0]
    areas = np.where(solid > 0, owner[nearest], 0).astype(np.uint8)
    reach = 2 * max(1, round(0.008 * solid.shape[0])) + 1
    smooth: Pixels = np.where(
        (solid > 0) & (cv2.erode(solid, np.ones((3, 3), np.uint8)) > 0), cv2.medianBlur(areas, reach), areas
    )
    return smooth.astype(np.int32)


def _filled(colour: Pixels, seeds: Pixels, areas: Pixels) -> Plane:
    """Paint every area with the smooth colours of its own kept places, near ones first."""
    body = colour.astype(np.float32)
    wide = 0.05 * max(colour.shape)
    for tone in np.unique(areas[areas > 0]):
        part, own = areas == tone, (seeds == tone).astype(np.float32)
        if not own.any():
            continue
        middle = np.median(colour[own > 0], axis=0).astype(np.float32)
        weight = cv2.GaussianBlur(own, (0, 0), wide)[..., None]
        near = cv2.GaussianBlur((body - middle) * own[..., None], (0, 0), wide) / (weight + 0.003)
        body = np.where(part[..., None], middle + near, body)
    return cv2.GaussianBlur(body.astype(np.float32), (0, 0), 0.8)


def _moulded(body: Plane, depth: Plane, solid: Pixels) -> Plane:
    """Model the form: a little light from above left, darker towards the edge, and fine hatching low on the right."""
    height, width = solid.shape
    form = np.clip(depth / max(6.0, 0.07 * height), 0, 1)
    form = cv2.GaussianBlur(form, (0, 0), max(1.0, 0.008 * height))
    across = np.linspace(1.04, 0.88, width, dtype=np.float32)[None]
    shade = (0.86 + 0.14 * form) * across
    rows, columns = np.mgrid[0:height, 0:width]
    gap = max(4, round(height * 0.016))
    hatch = ((rows + columns // 2) % gap < 1) & (columns > width * 0.45)
    strokes = 1 - 0.08 * cv2.GaussianBlur(hatch.astype(np.float32), (0, 0), 0.6) * (1 - form * 0.4)
    moulded: Plane = np.clip(body * (shade * strokes)[..., None], 0, 255).astype(np.float32)
    return moulded


def _seams(areas: Pixels, solid: Pixels, depth: Plane) -> Plane:
    """Return 1 where two areas meet inside the silhouette."""
    kernel = np.ones((3, 3), np.uint8)
    inside = np.where(solid > 0, areas, 0).astype(np.uint8)
    high = cv2.dilate(inside, kernel)
    low = cv2.erode(np.where(solid > 0, inside, 255).astype(np.uint8), kernel)
    seams: Plane = ((high != low) & (depth > 2)).astype(np.float32)
    return cv2.GaussianBlur(seams, (0, 0), 0.7)


def _outlined(body: Plane, seam: Plane, subject: Subject) -> Pixels:
    """Put the subject's own drawn edge back round its body, and a pen line where its areas meet."""
    size = max(subject.height, subject.width)
    depth = _depth((subject.alpha > 0.5).astype(np.uint8))
    rim = np.clip(1.6 - depth / max(1.5, 0.0075 * size), 0, 1)[..., None]
    tone = subject.colour.reshape(-1, 3)[subject.alpha.ravel() > 0.9]
    ink = np.percentile(tone, 4, axis=0) if tone.size else np.zeros(3)
    drawn = body + (ink - body) * (0.8 * seam)[..., None]
    drawn = drawn * (1 - rim) + subject.colour.astype(np.float32) * rim
    outlined: Pixels = np.clip(drawn, 0, 255).astype(np.uint8)
    return outlined
