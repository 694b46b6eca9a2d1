"""Reading order: spreads page by page, columns from left to right, from top to bottom within each."""

from __future__ import annotations

from collections.abc import Sequence

from core.engines.vision.lines import COLUMN, ROW, Line

Edges = tuple[float, float, float, float]
"""A rectangle in pixels: left, top, right, bottom."""
SPREAD = 1.15
"""A picture of pages at least this many times as wide as high shows two."""


def reading_order(boxes: Sequence[Edges], lines: Sequence[Line], width: int, height: int) -> list[int]:
    """Return the indices of rectangles as they are read on a picture of `width` x `height` with these lines of text."""
    everything = list(range(len(boxes)))
    if width < SPREAD * height or any(_crosses(boxes[index], width / 2, 0.25) for index in everything):
        return _page_order(everything, boxes, lines, 0, width)
    middle = width / 2
    pages = []
    for left in (0.0, middle):
        inside = [index for index in everything if (_centre(boxes[index]) >= middle) == (left > 0)]
        pages.append(_page_order(inside, boxes, lines, left, left + middle))
    if _is_upright(lines):  # books set in columns of characters open the other way round
        pages.reverse()
    return pages[0] + pages[1]


def _centre(box: Edges) -> float:
    return (box[0] + box[2]) / 2


def _crosses(box: Edges, middle: float, least: float) -> bool:
    """Return whether a rectangle has at least a share of its width on either side of an upright line."""
    share = (middle - box[0]) / max(1e-6, box[2] - box[0])
    return least < share < 1 - least


def _is_upright(lines: Sequence[Line]) -> bool:
    return sum(len(line.marks) * (1 if line.axis == COLUMN else -1) for line in lines) > 0


def _page_order(
    inside: list[int], boxes: Sequence[Edges], lines: Sequence[Line], left: float, right: float
) -> list[int]:
    if not _has_columns(lines, left, right):
        return _rows(inside, boxes)
    middle = (left + right) / 2
    ordered: list[int] = []
    band: list[int] = []
    for index in sorted(inside, key=lambda number: boxes[number][1]):
        if _crosses(boxes[index], middle, 0.2):  # a picture over both columns: what stands above it is read first
            ordered += [*_columns(band, boxes, middle), index]
            band = []
        else:
            band.append(index)
    return ordered + _columns(band, boxes, middle)


def _columns(band: list[int], boxes: Sequence[Edges], middle: float) -> list[int]:
    return sorted(band, key=lambda index: (_centre(boxes[index]) > middle, boxes[index][1], boxes[index][0]))


def _has_columns(lines: Sequence[Line], left: float, right: float) -> bool:
    """Return whether the rows of text of a page stand on either side of its middle and few run across it."""
    middle, reach = (left + right) / 2, 0.03 * (right - left)
    rows = [line for line in lines if line.axis == ROW and left <= (line.left + line.right) / 2 <= right]
    rows = [line for line in rows if line.right - line.left > 0.15 * (right - left)]
    across = sum(line.left < middle - reach and line.right > middle + reach for line in rows)
    return len(rows) >= 6 and across < 0.25 * len(rows)


def _rows(inside: list[int], boxes: Sequence[Edges]) -> list[int]:
    """Read rectangles that share most of their height as one row, from the left."""
    rows: list[list[int]] = []
    for index in sorted(inside, key=lambda number: (boxes[number][1], boxes[number][0])):
        if rows and _is_beside(boxes[rows[-1][0]], boxes[index]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [index for row in rows for index in sorted(row, key=lambda number: boxes[number][0])]


def _is_beside(one: Edges, other: Edges) -> bool:
    common = min(one[3], other[3]) - max(one[1], other[1])
    return common > 0.5 * min(one[3] - one[1], other[3] - other[1])


def joined_rows(lines: Sequence[Line]) -> list[Edges]:
    """Return the rows of text as rectangles, from top to bottom: pieces of one row, a word's width apart, are one."""
    rows: list[Edges] = []
    for line in sorted((line for line in lines if line.axis == ROW), key=lambda line: line.left):
        new = (float(line.left), float(line.top), float(line.right), float(line.bottom))
        for place, row in enumerate(rows):
            common = min(row[3], new[3]) - max(row[1], new[1])
            if common > 0.5 * min(row[3] - row[1], new[3] - new[1]) and new[0] - row[2] < 3 * line.size:
                rows[place] = (min(row[0], new[0]), min(row[1], new[1]), max(row[2], new[2]), max(row[3], new[3]))
                break
        else:
            rows.append(new)
    return sorted(rows, key=lambda row: row[1])
