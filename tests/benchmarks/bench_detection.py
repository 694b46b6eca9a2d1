"""How well and how fast the draft engine finds pictures: on made-up pages, and on real ones where they are at hand.

Real pages are no part of the project: THROUGHLINE_BOOK_PAGES names their folder, by default `../shared/book_pages`. The
detector was tuned on the odd ones by name; the even ones are reported apart.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2

from core.engines.drawing.picture import encode
from core.engines.vision.detect import find
from core.models.region import Wish
from tests.pages.make_pages import make
from tests.pages.scoring import Score, score

ROOT = Path(__file__).parent.parent.parent
MADE_UP = 40
SEED = 2024
GOALS = {0.5: (0.87, 0.90), 0.75: (0.78, 0.82)}

Page = tuple[bytes, list[dict[str, Any]]]
Row = dict[str, Any]


def run() -> list[Row]:
    """Return precision and recall at two overlaps, empty pages hit and seconds a page on one core pair."""
    with _one_core_pair():
        return _measured()


def _measured() -> list[Row]:
    made_up = ((encode(picture), truth) for picture, truth, *_ in (make(SEED, i, 2) for i in range(MADE_UP)))
    rows = _rows("made-up pages, level 2", made_up, {0.5: (0.95, 0.95), 0.75: ()})
    folder = Path(os.environ.get("THROUGHLINE_BOOK_PAGES", ROOT.parent / "shared" / "book_pages"))
    if not (folder / "truth.json").is_file():
        return [*rows, _row(f"book pages: no folder {folder}", "missing", "", "")]
    names = sorted(json.loads((folder / "truth.json").read_text(encoding="utf-8")))
    rows += _rows("book pages", _real(folder, names), GOALS)
    return rows + _rows("book pages held out", _real(folder, names[1::2]), GOALS)


@contextlib.contextmanager
def _one_core_pair() -> Iterator[None]:
    """Give this process two cores and OpenCV as many threads, whatever the machine has."""
    threads, can_bind = cv2.getNumThreads(), hasattr(os, "sched_setaffinity")
    cores = os.sched_getaffinity(0) if can_bind else set()
    cv2.setNumThreads(2)
    if can_bind:
        os.sched_setaffinity(0, sorted(cores)[:2])
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
        if can_bind:
            os.sched_setaffinity(0, cores)


def _real(folder: Path, names: list[str]) -> Iterable[Page]:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return (((folder / "pages" / name).read_bytes(), truth[name]) for name in names)


def _rows(what: str, pages: Iterable[Page], goals: Mapping[float, tuple[float, ...]]) -> list[Row]:
    totals, empty, hit, times = dict.fromkeys(goals, Score()), 0, 0, []
    for data, truth in pages:
        started = time.perf_counter()
        found = [one.box_2d for one in find(data, Wish()).found]
        times.append(time.perf_counter() - started)
        scores = {overlap: score(truth, found, overlap) for overlap in goals}
        totals = {overlap: totals[overlap] + scores[overlap] for overlap in goals}
        if not any(entry["label"] == "illustration" for entry in truth):
            empty, hit = empty + 1, hit + (scores[min(goals)].wrong > 0)
    rows = []
    for overlap, total in totals.items():
        wanted = goals[overlap] or ("", "")
        rows.append(_row(f"{what}: precision at IoU {overlap}", round(total.precision, 3), "", _at_least(wanted[0])))
        rows.append(_row(f"{what}: recall at IoU {overlap}", round(total.recall, 3), "", _at_least(wanted[1])))
    rows.append(_row(f"{what}: empty pages hit", f"{hit} of {empty}", "", "<= 3 in 10"))
    return [*rows, _row(f"{what}: mean time of a page, one core pair", round(sum(times) / len(times), 2), "s", "<= 1")]


def _at_least(goal: float | str) -> str:
    return f">= {goal}" if goal else ""


def _row(name: str, value: float | str, unit: str, goal: str) -> Row:
    return {"name": name, "value": value, "unit": unit, "goal": goal}
