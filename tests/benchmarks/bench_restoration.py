"""How much better a draft restoration makes a plate, by what was wrong with it; printed, never asserted in CI.

Pages and plates are drawn, so the clean original is known. Each figure is the mean over ten seeds (the worst of ten
for what is left of a tilt or a curl).
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cv2
import numpy as np

from core.engines.drawing.picture import encode
from core.engines.vision.alignment import align
from core.engines.vision.fidelity import measure
from core.engines.vision.restoration.restoring import Restoration, restore
from core.engines.vision.restoration.surroundings import Surroundings, seen_page
from core.engines.vision.restoration.warp import Warp
from tests import plates

SEEDS = range(101, 111)


def run() -> list[dict[str, Any]]:
    """Return SSIM and edge agreement before and after by defect, what is left of tilt and curl, and the times."""
    cv2.setNumThreads(1)
    return [*_by_defect(), *_geometry(), *_whole_pages(), *_times()]


def _row(name: str, value: float, unit: str, goal: str = "") -> dict[str, Any]:
    return {"name": name, "value": round(value, 3), "unit": unit, "goal": goal}


def _by_defect() -> Iterator[dict[str, Any]]:
    spoil: dict[str, Callable[[plates.Pixels, int], plates.Pixels]] = {
        "light": lambda page, seed: plates.badly_lit(page),
        "stains": plates.stained,
        "bleed-through": plates.bled_through,
        "tilt": lambda page, seed: plates.tilted(page, 1.5 + seed % 4)[0],
        "curl": lambda page, seed: plates.curled(page, 0.01 + 0.004 * (seed % 4))[0],
    }
    for name, spoilt in spoil.items():
        marks = [_before_and_after(spoilt, name, seed) for seed in SEEDS]
        before, after, edges_before, edges_after = np.mean(marks, axis=0)
        yield _row(f"restoration, {name}: SSIM before", before, "")
        yield _row(f"restoration, {name}: SSIM after", after, "", "more")
        yield _row(f"restoration, {name}: edge agreement before", edges_before, "")
        yield _row(f"restoration, {name}: edge agreement after", edges_after, "", "more")


def _before_and_after(
    spoilt: Callable[[plates.Pixels, int], plates.Pixels], name: str, seed: int
) -> tuple[float, float, float, float]:
    """Compare with the clean original, page on page; a straightened plate is laid over it by its outline alone."""
    clean = cv2.copyMakeBorder(_plate(name, seed), *(40,) * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    page = spoilt(plates.on_paper(clean), seed)
    made = restore(page)
    own = _in_place(made.picture, clean) if made.warp is None else _by_outline(made.picture, clean)
    return ssim(page, clean), ssim(own, clean), edge_agreement(page, clean), edge_agreement(own, clean)


def _plate(name: str, seed: int) -> plates.Pixels:
    if name in ("tilt", "curl"):
        return plates.line_art(seed, is_framed=True)
    return (plates.line_art, plates.tone, plates.colour)[seed % 3](seed)


def _in_place(made: plates.Pixels, clean: plates.Pixels) -> plates.Pixels:
    """Lay a plate that was only cropped where it was cropped from."""
    rows, columns = made.shape[:2]
    _, _, _, (left, top) = cv2.minMaxLoc(cv2.matchTemplate(clean, made, cv2.TM_CCOEFF_NORMED))
    page = np.full_like(clean, 255)
    page[top : top + rows, left : left + columns] = made
    return page


def _by_outline(made: plates.Pixels, clean: plates.Pixels) -> plates.Pixels:
    page, (rows, columns) = np.full_like(clean, 255), _ink(clean)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    page[rows, columns] = cv2.resize(made[_ink(made)], size, interpolation=cv2.INTER_AREA)
    return page


def _ink(picture: plates.Pixels) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero((picture.min(axis=2) < 190).any(axis=axis)) for axis in (1, 0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def ssim(one: plates.Pixels, other: plates.Pixels) -> float:
    """Return structural similarity (Wang et al. 2004) of two grey or colour pictures of one size, -1 to 1."""
    first, second = (cv2.cvtColor(each, cv2.COLOR_BGR2GRAY).astype(np.float64) for each in (one, other))
    blur = lambda plane: cv2.GaussianBlur(plane, (11, 11), 1.5)  # noqa: E731
    mean_1, mean_2 = blur(first), blur(second)
    spread_1, spread_2 = blur(first**2) - mean_1**2, blur(second**2) - mean_2**2
    both = blur(first * second) - mean_1 * mean_2
    top = (2 * mean_1 * mean_2 + 6.5025) * (2 * both + 58.5225)
    return float((top / ((mean_1**2 + mean_2**2 + 6.5025) * (spread_1 + spread_2 + 58.5225))).mean())


def edge_agreement(one: plates.Pixels, other: plates.Pixels) -> float:
    """Return the harmonic mean of how many edges of each picture lie within two pixels of the other's, 0 to 1."""
    edges = [cv2.Canny(cv2.GaussianBlur(each, (0, 0), 1.2), 50, 130) > 0 for each in (one, other)]
    near = [cv2.dilate(each.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0 for each in edges]
    hits = [float((edges[side] & near[1 - side]).sum()) / max(1, int(edges[side].sum())) for side in (0, 1)]
    return 2 * hits[0] * hits[1] / max(1e-9, sum(hits))


def _geometry() -> Iterator[dict[str, Any]]:
    frames = [_left(_framed(seed), *plates.tilted(_framed(seed), -6 + 1.3 * (seed % 10))) for seed in SEEDS]
    yield _row("tilted frame: tilt left, worst", max(abs(each[0]) for each in frames), "degrees", "< 0.3")
    bent = [_left(_framed(seed), *plates.curled(_framed(seed), 0.012 + 0.002 * (seed % 10))) for seed in SEEDS]
    yield _row("bent frame: curl left, worst", max(each[1] for each in bent), "px", "< 2")
    pages = [plates.on_paper(plates.text_page(seed)) for seed in SEEDS]
    turned = [_left(page, *plates.tilted(page, -5 + 1.1 * (at + 0.5))) for at, page in enumerate(pages)]
    yield _row("tilted page of text: tilt left, worst", max(abs(each[0]) for each in turned), "degrees", "< 0.3")
    curls = [_left(page, *plates.curled(page, 0.012 + 0.003 * at)) for at, page in enumerate(pages)]
    yield _row("curled page of text: curl left, worst", max(each[1] for each in curls), "px", "< 2")
    yield _row("curled page of text: tilt left, worst", max(abs(each[0]) for each in curls), "degrees", "< 0.3")


def _framed(seed: int) -> plates.Pixels:
    return plates.on_paper(plates.line_art(seed, is_framed=True), 60)


def _left(flat: plates.Pixels, spoilt: plates.Pixels, origin: plates.Place) -> tuple[float, float]:
    """Return the tilt (degrees) and the curl (pixels, root mean square of the worst row) that a restoration leaves."""
    return residual(restore(spoilt), flat, spoilt, origin)


def residual(
    made: Restoration, flat: plates.Pixels, spoilt: plates.Pixels, origin: plates.Place
) -> tuple[float, float]:
    """Follow rows of the restored picture back to the flat page: their slope is tilt, what bends is curl."""
    height, width = spoilt.shape[:2]
    warp = made.warp or Warp(width, height, lambda x, y: (x, y))
    slopes, bends = [], []
    for row in np.linspace(0.15, 0.85, 8) * warp.height:
        x = np.linspace(0.12, 0.88, 60) * warp.width
        across, down = origin(*warp.locate(x[None], np.full((1, 60), row)))
        line = np.polyfit(across[0], down[0], 1)
        slopes.append(float(np.degrees(np.arctan(line[0]))))
        bends.append(float(np.sqrt(np.mean((down[0] - np.polyval(line, across[0])) ** 2))))
    return float(np.mean(slopes)), max(bends)


def _whole_pages() -> Iterator[dict[str, Any]]:
    """Crop the pictures of made-up pages with every fault at once (level 2), restore them, compare with the clean."""
    try:
        make: Any = importlib.import_module("tests.pages.make_pages").make
    except ModuleNotFoundError:
        print("no tests.pages: pages with every fault at once are not measured")
        return
    marks = []
    for number in range(12):
        page, truth, clean, _ = make(4242, number, 2)
        whole = seen_page(page)
        boxes = [each["box_2d"] for each in truth if each["label"] == "illustration"]
        for box, original in zip(boxes, clean, strict=True):
            left, top, right, bottom = place = _place(page, box)
            crop = np.ascontiguousarray(page[top:bottom, left:right])
            made = restore(crop, None, partial(Surroundings, whole, place)).picture
            marks.append((_likeness(crop, original), _likeness(made, original)))
    before, after = np.mean(marks, axis=0)
    yield _row(f"pictures of level 2 pages ({len(marks)}): SSIM before", before[0], "")
    yield _row(f"pictures of level 2 pages ({len(marks)}): SSIM after", after[0], "", "more")
    yield _row(f"pictures of level 2 pages ({len(marks)}): edge agreement before", before[1], "")
    yield _row(f"pictures of level 2 pages ({len(marks)}): edge agreement after", after[1], "", "more")


def _place(page: plates.Pixels, box: list[float], margin: int = 10) -> tuple[int, int, int, int]:
    height, width = page.shape[:2]
    top, left, bottom, right = (round(at * (height, width)[side % 2] / 1000) for side, at in enumerate(box))
    return max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin)


def _likeness(picture: plates.Pixels, original: plates.Pixels) -> tuple[float, float]:
    """Return SSIM and edge agreement after the meter's own aligning, blurred by what warping costs."""
    grey, target = (cv2.cvtColor(each, cv2.COLOR_BGR2GRAY) for each in (picture, original))
    matrix = align(target, grey).matrix
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    size = (original.shape[1], original.shape[0])
    lying = cv2.warpPerspective(picture, matrix, size, flags=flags, borderValue=(255, 255, 255))
    soft = [cv2.GaussianBlur(each, (0, 0), 1.0) for each in (lying, original)]
    # a photograph's range is made full on purpose: where its edges are does not depend on that
    return ssim(*soft), edge_agreement(_of_one_range(lying, original), original)


def _of_one_range(picture: plates.Pixels, like: plates.Pixels) -> plates.Pixels:
    levels = (picture.astype(np.float32) - picture.mean()) * (like.std() / max(1.0, picture.std())) + like.mean()
    return np.clip(levels, 0, 255).astype(np.uint8)


def _times() -> Iterator[dict[str, Any]]:
    plate = cv2.resize(plates.on_paper(plates.line_art(1), 40), (1600, 1250), interpolation=cv2.INTER_CUBIC)
    started = time.process_time()
    made = restore(plate).sized(1024, 1024)
    yield _row("restoration of 2 megapixels", time.process_time() - started, "s CPU")
    started = time.process_time()
    measure(encode(plate), encode(made))
    yield _row("fidelity of 2 megapixels", time.process_time() - started, "s CPU", "< 1")
