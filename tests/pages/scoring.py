"""Found boxes measured against a page's truth: hits, wrong ones and missed ones, by the rules of the book pages.

Truth entries are dictionaries with `box_2d` ([ymin, xmin, ymax, xmax]) and `label`: "illustration" is to be found,
"alt" lists boxes that are as right, "parts" the same figure cut panel by panel, either of which is right; what lies at
least 60 % inside an "ignore" is neither hit nor wrong; other labels do not count.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Corners = Sequence[float]


@dataclass(frozen=True)
class Score:
    """Counts of one page or several."""

    hits: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.hits + other.hits, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.hits / max(1, self.hits + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.hits / max(1, self.hits + self.missed)


def score(truth: Iterable[dict[str, Any]], found: Sequence[Corners], threshold: float) -> Score:
    """Score the boxes found on one page; of a figure and its panels the reading that suits them better counts."""
    truth = list(truth)
    targets = [entry for entry in truth if entry["label"] == "illustration"]
    ignored = [entry["box_2d"] for entry in truth if entry["label"] == "ignore"]
    readings = itertools.product(*([False, True] if entry.get("parts") else [False] for entry in targets))
    scores = [_scored(_wanted(targets, reading), ignored, found, threshold) for reading in readings]
    return max(scores, key=lambda one: one.hits / max(1, 2 * one.hits + one.wrong + one.missed))


def _wanted(targets: list[dict[str, Any]], reading: tuple[bool, ...]) -> list[list[Corners]]:
    wanted: list[list[Corners]] = []
    for entry, is_cut in zip(targets, reading, strict=True):
        if is_cut:
            wanted += [[part] for part in entry["parts"]]
        else:
            wanted.append([entry["box_2d"], *entry.get("alt", [])])
    return wanted


def _scored(wanted: list[list[Corners]], ignored: list[Corners], found: Sequence[Corners], threshold: float) -> Score:
    pairs = sorted(
        ((max(iou(box, one) for box in boxes), i, j) for i, boxes in enumerate(wanted) for j, one in enumerate(found)),
        reverse=True,
    )
    seen: set[int] = set()
    right: set[int] = set()
    for value, i, j in pairs:
        if value >= threshold and i not in seen and j not in right:
            seen.add(i)
            right.add(j)
    wrong = [
        one
        for j, one in enumerate(found)
        if j not in right and not any(_common(one, box) >= 0.6 * _area(one) for box in ignored)
    ]
    return Score(len(right), len(wrong), len(wanted) - len(seen))


def iou(one: Corners, other: Corners) -> float:
    """Return intersection over union of two boxes."""
    common = _common(one, other)
    return common / max(1e-9, _area(one) + _area(other) - common)


def _common(one: Corners, other: Corners) -> float:
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, height) * max(0.0, width)


def _area(box: Corners) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
