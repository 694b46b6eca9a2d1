"""Captions: the few rows of text nearest to a picture, read by Tesseract when it is installed."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence

import cv2

from core.engines.drawing.picture import Pixels, encode
from core.engines.vision.order import Edges
from core.models.region import FAILED_TESSERACT, NO_TESSERACT

MOST_ROWS = 4
"""A block of more rows than this is no caption but the text of the page."""
SECONDS = 20.0
"""How long Tesseract may take for one caption."""
ALL_SECONDS = 60.0
"""How long it may take for all captions of a page."""
READABLE = 30
"""Height of a row, in pixels, to which smaller print is enlarged for Tesseract."""


def caption_of(box: Edges, rows: Sequence[Edges], others: Sequence[Edges], letter: float) -> Edges | None:
    """Return the rectangle of the caption of a picture: a short block of rows right below it, else right above it.

    `rows` are all rows of text from top to bottom, `others` the other pictures, `letter` the usual size of a letter.
    """
    free = [row for row in rows if not any(_is_inside(row, picture) for picture in (box, *others))]
    near = [
        row for row in free if min(row[2], box[2]) - max(row[0], box[0]) > 0.3 * min(row[2] - row[0], box[2] - box[0])
    ]
    below = [row for row in near if row[1] > box[3] - letter]
    above = [row for row in reversed(near) if row[3] < box[1] + letter]
    return _block(box[3], below, letter, downward=True) or _block(box[1], above, letter, downward=False)


def _is_inside(row: Edges, picture: Edges) -> bool:
    middle = (row[1] + row[3]) / 2
    return picture[1] < middle < picture[3] and min(row[2], picture[2]) - max(row[0], picture[0]) > 0


def _block(edge: float, rows: Sequence[Edges], letter: float, downward: bool) -> Edges | None:
    """Return the rows that follow an edge without a gap as one rectangle; None when the first is far or they go on."""
    block: list[Edges] = []
    reach = 4.0 * letter
    for row in rows:
        gap = row[1] - edge if downward else edge - row[3]
        if gap > reach:
            break
        block.append(row)
        edge, reach = (row[3] if downward else row[1]), 1.5 * letter
    if not block or len(block) > MOST_ROWS:
        return None
    return (
        min(row[0] for row in block),
        min(row[1] for row in block),
        max(row[2] for row in block),
        max(row[3] for row in block),
    )


def read_captions(page: Pixels, boxes: Sequence[Edges | None], row_height: float) -> tuple[list[str], list[str]]:
    """Return the text within rectangles of a BGR page ("" where there is none), and warnings.

    `row_height` is the usual height of a row in pixels of the page.
    """
    empty = ["" for _ in boxes]
    if not any(boxes):
        return empty, []
    program = shutil.which("tesseract")
    if program is None:
        return empty, [NO_TESSERACT]
    deadline, captions, warnings = time.monotonic() + ALL_SECONDS, [], []
    for box in boxes:
        text = _read(program, _cut(page, box, row_height), deadline) if box else ""
        if text is None:
            warnings = [FAILED_TESSERACT]
        captions.append(text or "")
    return captions, warnings


def _cut(page: Pixels, box: Edges, row_height: float) -> Pixels:
    margin = 0.6 * row_height
    height, width = page.shape[:2]
    left, top = int(max(0, box[0] - margin)), int(max(0, box[1] - margin))
    right, bottom = int(min(width, box[2] + margin)) + 1, int(min(height, box[3] + margin)) + 1
    part = page[top:bottom, left:right]
    scale = min(4.0, READABLE / max(1.0, row_height))
    if scale <= 1:
        return part
    return cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def _read(program: str, part: Pixels, deadline: float) -> str | None:
    """Return what Tesseract reads, line breaks kept; None when it failed or there was no time left."""
    seconds = min(SECONDS, deadline - time.monotonic())
    if seconds <= 0 or not part.size:
        return None
    command = [program, "stdin", "stdout", "--psm", "6"]
    try:
        done = subprocess.run(command, input=encode(part), capture_output=True, timeout=seconds, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    lines = (line.strip() for line in done.stdout.decode("utf-8", "replace").splitlines())
    return "\n".join(line for line in lines if line)
