"""Lifting a subject off its ground: a subject is its colours and a fine alpha, cropped to what there is of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, on_white, resize, shrink

WORK_SIDE = 520
"""Longest side, in pixels, at which the subject is looked for; its edge is then refined at full size."""
FULL_SIDE = 1600
"""Longest side, in pixels, of a cut-out subject."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A cut-out: `colour` BGR 8-bit, `alpha` 0..1 of the same height and width."""

    colour: Pixels
    alpha: Plane

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.alpha.shape[0])

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.alpha.shape[1])

    def mirrored(self) -> Subject:
        """Return it flipped left to right."""
        return Subject(np.ascontiguousarray(self.colour[:, ::-1]), np.ascontiguousarray(self.alpha[:, ::-1]))

    def scaled(self, width: int, height: int) -> Subject:
        """Return it at an exact size, its colours kept clean at the edge."""
        colour, alpha = resize(self.colour, width, height), resize(self.alpha, width, height)
        return Subject(colour, np.clip(alpha, 0, 1))

    def rotated(self, degrees: float) -> Subject:
        """Return it turned anticlockwise, cropped to what there is of it."""
        turn: Plane = cv2.getRotationMatrix2D((self.width / 2, self.height / 2), degrees, 1)
        cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
        width, height = int(self.height * sin + self.width * cos) + 2, int(self.height * cos + self.width * sin) + 2
        turn[:, 2] += np.array([width - self.width, height - self.height]) / 2
        colour = cv2.warpAffine(
            self.colour, turn, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        )
        alpha = cv2.warpAffine(self.alpha, turn, (width, height), flags=cv2.INTER_AREA)
        return _cropped(colour, alpha)


def cut_out(picture: Pixels) -> Subject:
    """Return the one subject of a BGRA picture: by its own alpha, a clean ground, or GrabCut, in this order."""
    return _lifted(picture, several=False, place=0)


def cut_out_view(picture: Pixels, place: int) -> Subject:
    """Return one view of a sheet, counted from the left (-1 is the last); captions and small marks are left out."""
    return _lifted(picture, several=True, place=place)


def _lifted(picture: Pixels, several: bool, place: int) -> Subject:
    picture = shrink(picture, FULL_SIDE)
    if picture[..., 3].min() < 250:
        return _from_own_alpha(picture)
    flat = on_white(picture)
    small = shrink(flat, WORK_SIDE)
    ground = _ground(small)
    distance = _evidence(small, ground)
    masks = _parts(distance * (1 - _shadow(small, ground, distance)), several)
    if masks:
        return _refined(flat, small, masks[place], ground, _threshold(distance))
    return _refined(flat, small, _grab(small), ground, None)


def _from_own_alpha(picture: Pixels) -> Subject:
    alpha = picture[..., 3].astype(np.float32) / 255
    if alpha.max() < 0.05:
        return _everything(on_white(picture))
    return _cropped(np.ascontiguousarray(picture[..., :3]), alpha)


def _everything(flat: Pixels) -> Subject:
    return Subject(flat, np.ones(flat.shape[:2], np.float32))


def _lab(flat: Pixels) -> Plane:
    lab: Plane = cv2.cvtColor(flat.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    return lab


def _ground(small: Pixels) -> Plane:
    """Return the ground's colour at every pixel (Lab): a quadratic surface through the border, whatever touches it."""
    height, width = small.shape[:2]
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    if (edge == edge[0]).all():  # plain paper, as a sheet of ours has: there is no surface to look for
        return np.broadcast_to(_lab(edge[:1, None])[0, 0], small.shape).astype(np.float32)
    lab = _lab(cv2.medianBlur(small, 5))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = columns / max(1, width - 1) - 0.5, rows / max(1, height - 1) - 0.5
    basis = np.stack([np.ones_like(u), u, v, u * u, v * v, u * v], -1).reshape(-1, 6)
    border = (np.maximum(abs(u), abs(v)) > 0.40).ravel()
    values = lab.reshape(-1, 3)
    chosen = border.copy()
    middle = np.median(values[border], axis=0)
    chosen &= np.linalg.norm(values - middle, axis=1) < 30
    weights = np.zeros((6, 3), np.float32)
    weights[0] = middle
    for limit in (14.0, 8.0):
        if chosen.sum() < 60:
            break
        step = max(1, int(chosen.sum()) // 6000)
        weights = np.linalg.lstsq(basis[chosen][::step], values[chosen][::step], rcond=None)[0].astype(np.float32)
        chosen = np.linalg.norm(values - basis @ weights, axis=1) < limit
    surface: Plane = (basis @ weights).reshape(height, width, 3).astype(np.float32)
    return surface


def _evidence(small: Pixels, ground: Plane) -> Plane:
    """Return how far every pixel is from the ground, in Lab units; a soft grey shadow counts little."""
    away = _lab(small) - ground
    darker = np.maximum(-away[..., 0], 0)
    chroma = np.hypot(away[..., 1], away[..., 2])
    shadow = np.where((chroma < 6) & (darker < 22), 0.45, 1.0)
    distance: Plane = (np.sqrt((away[..., 0] * shadow) ** 2 + (1.25 * chroma) ** 2)).astype(np.float32)
    return distance


def _shadow(small: Pixels, ground: Plane, distance: Plane) -> Plane:
    """Return 1 where the ground is only in shade: colourless, and reached from the border without a step."""
    away = _lab(small) - ground
    lightness = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (0, 0), 1.0)
    height, width = lightness.shape
    reached = np.zeros((height + 2, width + 2), np.uint8)
    seeds = [(x, y) for x in range(0, width, 12) for y in (0, height - 1)]
    seeds += [(x, y) for y in range(0, height, 12) for x in (0, width - 1)]
    for x, y in seeds:
        if not reached[y + 1, x + 1] and distance[y, x] < 9:
            cv2.floodFill(lightness, reached, (x, y), 0, 8, 8, cv2.FLOODFILL_MASK_ONLY | (1 << 8) | 4)
    is_colourless = np.hypot(away[..., 1], away[..., 2]) < 7
    is_shade = (reached[1:-1, 1:-1] > 0) & is_colourless & (away[..., 0] < 0) & (away[..., 0] > -45)
    shade: Plane = is_shade.astype(np.float32)
    return shade


def _threshold(distance: Plane) -> float:
    """Return the distance that parts subject from ground: above the ground's own unrest, within fixed limits."""
    quiet = distance[distance < np.percentile(distance, 60)]
    unrest = float(np.median(quiet) + 5 * np.median(np.abs(quiet - np.median(quiet)))) if quiet.size else 0.0
    return float(np.clip(unrest, 9.0, 22.0))


def _parts(distance: Plane, several: bool) -> list[Pixels]:
    """Return masks of the subject (or of every view, left to right), or nothing when the ground is not clean."""
    height, width = distance.shape
    mask = (distance > _threshold(distance)).astype(np.uint8)
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    if edge.mean() > 0.35:
        return []
    reach = max(3, round(max(height, width) * 0.008)) | 1
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    count, labels, stats, centres = cv2.connectedComponentsWithStats(closed, connectivity=8)
    scores = [_score(stats[i], centres[i], height, width) for i in range(1, count)]
    if not scores or max(scores) < 0.002 * height * width:
        return []
    best = max(scores)
    least = 0.22 * best if several else best
    chosen = [i for i in range(1, count) if scores[i - 1] >= least]
    chosen.sort(key=lambda i: float(centres[i][0]))
    return [_filled((labels == i).astype(np.uint8), mask, distance) for i in chosen]


def _score(stats: Pixels, centre: Pixels, height: int, width: int) -> float:
    """Return the area of a part, less the further it is from the middle; frames and page edges count nothing."""
    _, _, wide, high, area = (int(value) for value in stats)
    if (wide > 0.86 * width or high > 0.86 * height) and area < 0.25 * wide * high:
        return 0.0
    if wide > 12 * high or high > 14 * wide:
        return 0.0
    off = np.hypot(centre[0] / width - 0.5, centre[1] / height - 0.5)
    return float(area * (1.1 - off))


def _filled(part: Pixels, mask: Pixels, distance: Plane) -> Pixels:
    """Fill the holes of a part, but for paper that is seen through a thin loop, such as a handle.

    A white belly or eye looks just like the paper; it lies deeper inside than the gap under a handle does.
    """
    outline, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    full = cv2.drawContours(np.zeros_like(part), outline, -1, 1, cv2.FILLED)
    holes = ((full == 1) & (mask == 0)).astype(np.uint8)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(full, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)[1:-1, 1:-1]
    _, _, wide, high = cv2.boundingRect(full)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] < 0.001 * full.sum():
            continue
        inside = labels == i
        if depth[inside].min() < 0.02 * max(wide, high) and np.median(distance[inside]) < 4.0:
            full[inside] = 0
    return full


def _grab(small: Pixels) -> Pixels:
    """Part subject and ground by GrabCut, from the middle of the picture."""
    height, width = small.shape[:2]
    whole = np.ones((height, width), np.uint8)
    if min(height, width) < 12 or small.std() < 2:
        return whole
    try:
        mask = _parted(small)
    except cv2.error:
        return whole
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2 or stats[1:, cv2.CC_STAT_AREA].max() < 0.02 * height * width:
        return whole
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    found: Pixels = (labels == best).astype(np.uint8)
    return found


def _parted(small: Pixels) -> Pixels:
    """Return where the subject is, 1 or 0: found at half the size, its edge then at the size given.

    A picture without a clear subject takes GrabCut ten seconds at once, and half of one in these two steps.
    """
    height, width = small.shape[:2]
    half = cv2.resize(small, (max(6, width // 2), max(6, height // 2)), interpolation=cv2.INTER_AREA)
    marks = np.full(half.shape[:2], cv2.GC_PR_FGD, np.uint8)
    across, down = max(1, round(half.shape[1] * 0.06)), max(1, round(half.shape[0] * 0.05))
    marks[:down], marks[:, :across], marks[:, -across:] = cv2.GC_BGD, cv2.GC_BGD, cv2.GC_BGD
    found = _is_subject(_grabbed(half, marks, rounds=4))
    near = np.ones((7, 7), np.uint8)
    inside, around = cv2.erode(found, near), cv2.dilate(found, near)
    marks = np.where(found, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    marks[inside == 1], marks[around == 0] = cv2.GC_FGD, cv2.GC_BGD
    marks = cv2.resize(marks, (width, height), interpolation=cv2.INTER_NEAREST)
    is_decided = not ((marks == cv2.GC_BGD).any() and (marks == cv2.GC_FGD).any())
    return _is_subject(marks if is_decided else _grabbed(small, marks, rounds=1))


def _grabbed(picture: Pixels, marks: Pixels, rounds: int) -> Pixels:
    cv2.setRNGSeed(7)
    cv2.grabCut(picture, marks, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), rounds, cv2.GC_INIT_WITH_MASK)
    return marks


def _is_subject(marks: Pixels) -> Pixels:
    return np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)


def _refined(flat: Pixels, small: Pixels, mask: Pixels, ground: Plane, threshold: float | None) -> Subject:
    """Take a mask found small up to full size, with a fine edge and the ground's colour taken out of it.

    On clean ground (its `threshold` is known) the edge is a matte: how far a pixel is from the ground, against the
    subject's pixels next to it. Elsewhere the edge follows the picture's own.
    """
    top, bottom, left, right = _box(mask, margin=0.03)
    scale = flat.shape[0] / small.shape[0], flat.shape[1] / small.shape[1]
    y0, y1, x0, x1 = round(top * scale[0]), round(bottom * scale[0]), round(left * scale[1]), round(right * scale[1])
    crop = flat[y0:y1, x0:x1]
    size = (x1 - x0, y1 - y0)
    near = cv2.resize(ground[top:bottom, left:right], size, interpolation=cv2.INTER_LINEAR)
    coarse = cv2.resize(mask[top:bottom, left:right].astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    reach = max(1, round(max(scale)))
    if threshold is None:
        alpha = np.clip((_guided(crop, cv2.GaussianBlur(coarse, (0, 0), reach), 2 * reach) - 0.22) / 0.6, 0, 1)
    else:
        alpha = _matte(_evidence(crop, near), coarse, threshold, reach)
    paper = cv2.cvtColor(near, cv2.COLOR_LAB2BGR) * 255
    return _cropped(_without_ground(crop, alpha.astype(np.float32), paper), alpha.astype(np.float32))


def _matte(distance: Plane, coarse: Plane, threshold: float, reach: int) -> Plane:
    """Return alpha at the edge of a coarse mask from the distance to the ground: 1 well inside, 0 well outside."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 3, 2 * reach + 3))
    mask = (coarse > 0.5).astype(np.uint8)
    inside, outside = cv2.erode(mask, disc), 1 - cv2.dilate(mask, disc)
    strongest = np.maximum(cv2.dilate(distance, disc), 1.6 * threshold)
    edge = np.clip((distance - 0.6 * threshold) / (0.8 * strongest - 0.6 * threshold), 0, 1)
    # A lone grain of the ground's noise is no edge: its neighbours are ground.
    edge *= np.clip(cv2.blur(distance, (3, 3)) / threshold - 0.55, 0, 0.4) / 0.4
    alpha: Plane = np.where(inside > 0, 1, np.where(outside > 0, 0, edge)).astype(np.float32)
    return alpha


def _guided(crop: Pixels, coarse: Plane, radius: int, unrest: float = 4e-4) -> Plane:
    """Fit a coarse mask to the picture's own edges (a grey guided filter)."""
    guide = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    box = (2 * radius + 1, 2 * radius + 1)
    mean_guide, mean_mask = cv2.blur(guide, box), cv2.blur(coarse, box)
    slope = (cv2.blur(guide * coarse, box) - mean_guide * mean_mask) / (
        cv2.blur(guide * guide, box) - mean_guide**2 + unrest
    )
    offset = mean_mask - slope * mean_guide
    fitted: Plane = (cv2.blur(slope, box) * guide + cv2.blur(offset, box)).astype(np.float32)
    return fitted


def _without_ground(crop: Pixels, alpha: Plane, paper: Plane) -> Pixels:
    """Give edge pixels the subject's own colour, so that no rim of paper comes along."""
    sure = cv2.erode((alpha > 0.92).astype(np.uint8), np.ones((5, 5), np.uint8))
    if not sure.any():
        return crop
    picture = crop.astype(np.float32)
    clean = (picture - (1 - alpha[..., None]) * paper) / np.maximum(alpha, 0.12)[..., None]
    spread = max(1.5, 0.004 * max(alpha.shape))
    weight = cv2.GaussianBlur(sure.astype(np.float32), (0, 0), spread)[..., None]
    neighbour = cv2.GaussianBlur(picture * sure[..., None], (0, 0), spread) / np.maximum(weight, 1e-4)
    # Only what leans towards the paper is held back: a dark outline stays as dark as it is.
    held = np.where(paper > neighbour, np.minimum(clean, neighbour + 8), np.maximum(clean, neighbour - 8))
    colour = np.where(weight > 1e-4, held, clean)
    return np.clip(np.where(sure[..., None] > 0, picture, colour), 0, 255).astype(np.uint8)


def _box(mask: Plane | Pixels, margin: float) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return 0, mask.shape[0], 0, mask.shape[1]
    pad = max(1, round(margin * max(mask.shape))) if margin else 0
    return (
        max(0, int(rows[0]) - pad),
        min(mask.shape[0], int(rows[-1]) + 1 + pad),
        max(0, int(columns[0]) - pad),
        min(mask.shape[1], int(columns[-1]) + 1 + pad),
    )


def _cropped(colour: Pixels, alpha: Plane) -> Subject:
    top, bottom, left, right = _box(alpha > 0.15, margin=0)
    return Subject(
        np.ascontiguousarray(colour[top:bottom, left:right]), np.ascontiguousarray(alpha[top:bottom, left:right])
    )
