"""Lines of text: marks of alike size, each the neighbour of the next, along a row or down a column.

Works for letters, blackletter and characters that stand in columns; a baseline is where the marks of a row stand.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.ink import Marks, Sums

ROW, COLUMN = 0, 1
SPLITS, FEWEST_OF_PIECE = 2, 8
"""How often a row that is not level is split where its gap is widest, and how many marks a piece must have at least."""
LEVEL = 0.12
"""Typical distance of feet, heads or middles from a straight line, in letter sizes, up to which marks are a line."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line of text in pixels; `axis` is ROW or COLUMN, `size` the median height (width) of its marks."""

    axis: int
    left: int
    top: int
    right: int
    bottom: int
    size: float
    marks: Plane


@dataclass(frozen=True, eq=False)
class Text:
    """The text of a page: its lines, which marks belong to it (bool), and the usual size of a letter in pixels."""

    lines: tuple[Line, ...]
    is_text: Plane
    letter: float

    def covered(self, shape: tuple[int, ...]) -> Pixels:
        """Return where the lines' rectangles are (bool)."""
        cover = np.zeros(shape, np.uint8)
        for line in self.lines:
            cv2.rectangle(cover, (line.left, line.top), (line.right - 1, line.bottom - 1), 1, -1)
        return cover > 0


@dataclass(frozen=True, eq=False)
class Baseline:
    """Where the letters of one line stand: points `x`, `y` in pixels, left to right."""

    x: Plane
    y: Plane


def find_text(marks: Marks, ink: Pixels) -> Text:
    """Return the lines of text among the marks of a page."""
    links = {axis: _links(marks, axis) for axis in (ROW, COLUMN)}
    letter = letter_size(marks, links[ROW], links[COLUMN])
    sums, is_text = Sums(ink), np.zeros(marks.count, bool)
    lines: list[Line] = []
    for axis in (ROW, COLUMN):
        for line in _candidates(marks, links[axis], axis, letter):
            if _stands_alone(marks, line, sums):
                is_text[line.marks] = True
                lines.append(line)
    for axis in (ROW, COLUMN):
        for line in _display_lines(marks, axis, letter, is_text):
            is_text[line.marks] = True
            lines.append(line)
    found = Text(tuple(lines), is_text, letter)
    small = (marks.height < 2.9 * letter) & (_share(marks, found.covered(ink.shape)) > 0.6)
    small[0] = False
    return Text(found.lines, is_text | small, letter)


def find_baselines(marks: Marks) -> tuple[list[Baseline], float]:
    """Return the baselines of the rows of text, and the usual size of a letter in pixels."""
    links = _links(marks, ROW)
    letter = letter_size(marks, links)
    page_width = marks.labels.shape[1]
    fits = (marks.height > 0.5 * letter) & (marks.height < 2.2 * letter) & (marks.width < 8 * letter)
    baselines = []
    for members in _chains(np.where(fits & fits[links], links, 0)):
        x = marks.left[members] + marks.width[members] / 2
        if len(members) >= 6 and np.ptp(x) >= 0.1 * page_width:
            order = np.argsort(x, kind="stable")
            baselines.append(Baseline(x[order], marks.bottom[members][order].astype(float)))
    return baselines, letter


def letter_size(marks: Marks, rows: Plane, columns: Plane | None = None) -> float:
    """Return the median size of marks that stand in rows (or columns), in pixels; a guess from the page's without any.

    `rows` and `columns` are the links of marks to the next to their right, and below.
    """
    longest = max(marks.labels.shape)
    high, wide = marks.height, marks.width
    usual = (marks.area >= 10) & (np.maximum(high, wide) >= 4) & (np.maximum(high, wide) < 0.08 * longest)
    in_row = usual & (rows > 0) & (wide > 0.25 * high)
    sizes = high[in_row]
    if columns is not None:
        in_column = usual & (columns > 0) & (high > 0.25 * wide)
        if in_column.sum() > 1.3 * in_row.sum():
            sizes = wide[in_column]
    size = float(np.median(sizes)) if len(sizes) >= 40 else longest / 90
    return float(np.clip(size, min(6, longest / 25), longest / 25))


def _links(marks: Marks, axis: int) -> Plane:
    """Return for each mark the next along the axis: what a ray from its side meets first, if alike in size."""
    size, centre, end, limit = _measures(marks, axis)
    linked = np.zeros(marks.count, int)
    if marks.count < 2:
        return linked
    reach = int(min(60, np.percentile(size[1:], 95) * 1.6 + 4))
    across_limit = marks.labels.shape[axis] - 1
    for shift in (0.0, -0.22, 0.22):
        across = np.clip((centre + shift * size).astype(int), 0, across_limit)
        waiting = np.flatnonzero(linked == 0)[1 if linked[0] == 0 else 0 :]
        for distance in range(1, reach + 1):
            place = end[waiting] + distance - 1
            waiting = waiting[(place < limit) & (distance <= 1.5 * size[waiting] + 3)]
            if not len(waiting):
                break
            place = end[waiting] + distance - 1
            met = marks.labels[across[waiting], place] if axis == ROW else marks.labels[place, across[waiting]]
            hit = (met > 0) & (met != waiting)
            linked[waiting[hit]] = _accepted(waiting[hit], met[hit], size, centre)
            waiting = waiting[~hit]
    return np.maximum(linked, 0)


def _measures(marks: Marks, axis: int) -> tuple[Plane, Plane, Plane, int]:
    if axis == ROW:
        return marks.height, marks.top + marks.height // 2, marks.right, marks.labels.shape[1]
    return marks.width, marks.left + marks.width // 2, marks.bottom, marks.labels.shape[0]


def _accepted(first: Plane, second: Plane, size: Plane, centre: Plane) -> Plane:
    """Return the second mark where it is of the first one's kind and level, else -1: the way is blocked."""
    ratio = size[second] / np.maximum(1, size[first])
    level = np.abs(centre[second] - centre[first]) < 0.55 * np.maximum(size[first], size[second])
    return np.where((ratio > 0.45) & (ratio < 2.2) & level, second, -1)


def _chains(links: Plane) -> list[Plane]:
    """Return the sets of marks that links join, each of at least two."""
    roots = np.arange(len(links))

    def root(mark: int) -> int:
        while roots[mark] != mark:
            roots[mark] = roots[roots[mark]]
            mark = roots[mark]
        return mark

    for mark in np.flatnonzero(links):
        one, other = root(int(mark)), root(int(links[mark]))
        if one != other:
            roots[max(one, other)] = min(one, other)
    owner = np.array([root(mark) for mark in range(len(links))])
    order = np.argsort(owner, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)
    return [piece for piece in pieces if len(piece) > 1 and piece[0] != 0]


def _candidates(marks: Marks, links: Plane, axis: int, letter: float) -> list[Line]:
    size, _, _, _ = _measures(marks, axis)
    along = marks.width if axis == ROW else marks.height
    fits = (size > 0.35 * letter) & (size < 2.8 * letter) & (marks.area >= 6) & (along < 14 * letter)
    fits[0] = False
    chains = _chains(np.where(fits & fits[links], links, 0))
    return [line for members in chains for line in _lines_of(marks, members, axis, letter, 3, SPLITS)]


def _lines_of(marks: Marks, members: Plane, axis: int, letter: float, least: int, splits: int) -> list[Line]:
    """Return a chain of at least so many marks as a line of text, or else the pieces of it that are lines.

    A row may run on into another at another level, a caption into the text beside it; and a bent one is level in parts.
    """
    if len(members) < least:
        return []
    line = _line(marks, members, axis)
    long, thick = line.right - line.left, line.bottom - line.top
    if axis == COLUMN:
        long, thick = thick, long
    if not 0.6 * letter < line.size < 2.4 * letter or long < max(3 * letter, 1.6 * thick):
        return []
    if thick <= 4.5 * letter and _is_level(marks, line):
        return [line]
    if not splits or len(members) < 2 * FEWEST_OF_PIECE:
        return []
    pieces = _split(marks, members, axis)
    return [one for piece in pieces for one in _lines_of(marks, piece, axis, letter, FEWEST_OF_PIECE, splits - 1)]


def _split(marks: Marks, members: Plane, axis: int) -> tuple[Plane, Plane]:
    """Return the marks before and after the widest gap in a chain's middle."""
    starts, ends = (marks.left, marks.right) if axis == ROW else (marks.top, marks.bottom)
    ordered = members[np.argsort(starts[members], kind="stable")]
    gaps = starts[ordered][1:] - np.maximum.accumulate(ends[ordered])[:-1]
    inner = slice(FEWEST_OF_PIECE - 1, len(gaps) - FEWEST_OF_PIECE + 1)
    at = FEWEST_OF_PIECE + int(np.argmax(gaps[inner]))
    return ordered[:at], ordered[at:]


def _line(marks: Marks, members: Plane, axis: int) -> Line:
    size = marks.height if axis == ROW else marks.width
    return Line(
        axis,
        int(marks.left[members].min()),
        int(marks.top[members].min()),
        int(marks.right[members].max()),
        int(marks.bottom[members].max()),
        float(np.median(size[members])),
        members,
    )


def _is_level(marks: Marks, line: Line) -> bool:
    """Return whether most marks have their feet, their heads or their middles on one straight line."""
    members = line.marks
    along, first, last = marks.left, marks.top, marks.bottom
    if line.axis == COLUMN:
        along, first, last = marks.top, marks.left, marks.right
    place = along[members].astype(float)
    slope_of = (place - place.mean()) / max(1.0, float(((place - place.mean()) ** 2).sum()))
    for side in (last[members], first[members], (first[members] + last[members]) / 2):
        rest = side - np.median(side)
        rest = rest - (place - place.mean()) * float((slope_of * rest).sum())
        if np.median(np.abs(rest - np.median(rest))) < LEVEL * line.size:
            return True
    return False


def _stands_alone(marks: Marks, line: Line, ink: Sums) -> bool:
    """Return whether there is little ink above and below a row (beside a column): print has leading, hatching none."""
    members, gap, depth = line.marks, max(1, int(0.12 * line.size)), max(1, int(0.3 * line.size))
    left, top, right, bottom = (side[members] for side in (marks.left, marks.top, marks.right, marks.bottom))
    size, along = marks.height[members], marks.width[members]
    if line.axis == ROW:
        before = ink.of(left, top - gap - depth, right, top - gap)
        after = ink.of(left, bottom + gap, right, bottom + gap + depth)
    else:
        size, along = along, size
        before = ink.of(left - gap - depth, top, left - gap, bottom)
        after = ink.of(right + gap, top, right + gap + depth, bottom)
    around = (before + after).sum() / max(1, 2 * depth * along.sum())
    inside = marks.area[members].sum() / max(1, (size * along).sum())
    return bool(around < 0.4 * inside and 0.2 < np.median(along / np.maximum(1, size)) < 8)


def _display_lines(marks: Marks, axis: int, letter: float, is_text: Plane) -> list[Line]:
    """Return lines of large letters, set too wide for the links between neighbours."""
    size, centre, end, _ = _measures(marks, axis)
    along = marks.width if axis == ROW else marks.height
    start, box = end - along, np.maximum(1, marks.width * marks.height)
    fits = (size >= 1.7 * letter) & (size < 9 * letter) & (along < 2.2 * size) & ~is_text
    fits &= (marks.area > 0.12 * box) & (marks.area < 0.8 * box + 9)
    waiting = [int(mark) for mark in np.flatnonzero(fits)[np.argsort(start[fits], kind="stable")]][:3000]
    lines: list[Line] = []
    used: set[int] = set()
    for first in waiting:
        if first in used:
            continue
        run = _run(first, waiting, used, start, end, size, centre)
        if len(run) >= 3 and end[run[-1]] - start[run[0]] >= 2.2 * np.median(size[run]):
            used |= set(run)
            lines.append(_line(marks, np.array(run), axis))
    return lines


def _run(
    first: int, waiting: list[int], used: set[int], start: Plane, end: Plane, size: Plane, centre: Plane
) -> list[int]:
    run, last = [first], first
    for mark in waiting:
        if mark == last or mark in used or start[mark] < start[last]:
            continue
        gap = start[mark] - end[last]
        if gap > 4 * size[last]:
            break
        level = abs(centre[mark] - centre[last]) < 0.3 * size[last]
        if gap <= 1.3 * size[last] and level and 0.6 < size[mark] / size[last] < 1.6:
            run.append(mark)
            last = mark
    return run


def _share(marks: Marks, cover: Pixels) -> Plane:
    """Return the share of each mark's rectangle that a mask covers."""
    inside = Sums(cover).of(marks.left, marks.top, marks.right, marks.bottom)
    share: Plane = inside / np.maximum(1, marks.width * marks.height)
    return share
