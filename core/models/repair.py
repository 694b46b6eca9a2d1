"""Making an answer's boxes fit to use: nothing an engine finds is trusted, and whatever was wrong is counted.

Boxes that say nothing are dropped; odd ones that may be right are kept with a flag, for a person to decide.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.models.region import SCALE, Box, Flag, Region, Wish

SAME = 0.9  # intersection over union above which two boxes are one
SWALLOWED = 0.9  # share of a box that lies inside another
WHOLE = 0.95  # share of the page from which a box is the whole page
ALONE = 0.999  # the same for the only box: a picture may fill its page but for the paper's edge
THINNEST = 0.5  # thousandths of the page: a box below that is no wider than a line
LONGEST_CAPTION = 4000
LONGEST_LABEL = 80
DROPPED = (Flag.UNREADABLE, Flag.EMPTY, Flag.DUPLICATE)
_LINE_ENDS = {"\r\n": "\n", "\r": "\n", "\u0085": "\n", "\u2028": "\n", "\u2029": "\n"}
# they turn the direction of all that follows them on the screen
_TURNING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}

Corners = tuple[float, float, float, float]


class Found(Protocol):
    """One object as it was answered: `box_2d` is whatever came, four numbers if all is well."""

    @property
    def box_2d(self) -> Sequence[Any]:
        """Four numbers, ymin first, on a scale of 0 to 1000."""
        ...

    @property
    def label(self) -> str:
        """What it is called."""
        ...

    @property
    def caption(self) -> str:
        """Words that belong to it."""
        ...

    @property
    def score(self) -> float | None:
        """How sure the engine is, 0 to 1."""
        ...


@dataclass(frozen=True)
class Repaired:
    """What is left of an answer: regions in its order, how often each thing was wrong, and where each came from.

    `origins` are the places, from 0, of the regions' findings in the answer.
    """

    regions: tuple[Region, ...]
    counts: dict[Flag, int]
    origins: tuple[int, ...]


@dataclass
class _Kept:
    origin: int
    corners: Corners
    flags: list[Flag]


def repair(findings: Iterable[Found], wish: Wish) -> Repaired:
    """Return the findings as regions: valid boxes, clean words, ids `r1`, `r2` ... in the order answered."""
    found = list(findings)
    counts: Counter[Flag] = Counter()
    kept: list[_Kept] = []
    for origin, finding in enumerate(found):
        mended = _mended(finding.box_2d)
        if isinstance(mended, Flag):
            counts[mended] += 1
        elif any(_iou(mended[0], other.corners) > SAME for other in kept):
            counts[Flag.DUPLICATE] += 1
        else:
            kept.append(_Kept(origin, *mended))
    _flag_whole_pages(kept)
    _flag_swallowed(kept)
    regions = tuple(_region(at, item, found[item.origin], wish) for at, item in enumerate(kept, 1))
    counts.update(flag for region in regions for flag in region.flags)
    return Repaired(regions, dict(counts), tuple(item.origin for item in kept))


def clean_caption(text: str) -> str:
    """Return a caption as it is printed, line breaks included, without what does not print."""
    for end, plain in _LINE_ENDS.items():
        text = text.replace(end, plain)
    return "".join(char for char in text if _is_printed(char))[:LONGEST_CAPTION].strip()


def clean_label(text: str) -> str:
    """Return a label on one line."""
    return " ".join(clean_caption(text).split())[:LONGEST_LABEL].strip()


def _mended(box: Any) -> tuple[Corners, list[Flag]] | Flag:
    """Return a box's corners with what was wrong with them, or the reason why it is none."""
    numbers = _four_numbers(box)
    if numbers is None:
        return Flag.UNREADABLE
    top, left, bottom, right = numbers
    flags = []
    if bottom < top or right < left:
        flags.append(Flag.REVERSED)
    if min(numbers) < 0 or max(numbers) > SCALE:
        flags.append(Flag.OUT_OF_RANGE)
    top, bottom = sorted((_clipped(top), _clipped(bottom)))
    left, right = sorted((_clipped(left), _clipped(right)))
    if bottom - top < THINNEST or right - left < THINNEST:
        return Flag.EMPTY
    return (top, left, bottom, right), flags


def _four_numbers(box: Any) -> Corners | None:
    if not isinstance(box, list | tuple) or len(box) != 4:
        return None
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in box):
        return None
    try:
        top, left, bottom, right = (float(value) for value in box)
    except OverflowError:
        return None
    return (top, left, bottom, right) if all(map(math.isfinite, (top, left, bottom, right))) else None


def _clipped(value: float) -> float:
    return min(max(value, 0.0), SCALE)


def _area(box: Corners) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _common(one: Corners, other: Corners) -> float:
    height = min(one[2], other[2]) - max(one[0], other[0])
    width = min(one[3], other[3]) - max(one[1], other[1])
    return height * width if height > 0 and width > 0 else 0.0


def _iou(one: Corners, other: Corners) -> float:
    common = _common(one, other)
    return common / (_area(one) + _area(other) - common) if common else 0.0


def _flag_whole_pages(kept: Sequence[_Kept]) -> None:
    limit = (ALONE if len(kept) == 1 else WHOLE) * SCALE**2
    for item in kept:
        if _area(item.corners) >= limit:
            item.flags.append(Flag.WHOLE_PAGE)


def _flag_swallowed(kept: Sequence[_Kept]) -> None:
    """Flag boxes that lie inside a larger one; a whole page swallows nothing, for all lies inside it."""
    swallowing = [item for item in kept if Flag.WHOLE_PAGE not in item.flags]
    for item in swallowing:
        area = _area(item.corners)
        larger = (other.corners for other in swallowing if _area(other.corners) > area)
        if any(_common(item.corners, other) > SWALLOWED * area for other in larger):
            item.flags.append(Flag.SWALLOWED)


def _region(number: int, item: _Kept, finding: Found, wish: Wish) -> Region:
    top, left, bottom, right = item.corners
    label, is_allowed = _allowed(_text(finding.label), wish)
    return Region(
        id=f"r{number}",
        box=Box(ymin=top, xmin=left, ymax=bottom, xmax=right),
        label=label,
        caption=clean_caption(_text(finding.caption)),
        score=_score(finding.score),
        flags=tuple(item.flags) if is_allowed else (*item.flags, Flag.LABEL_NOT_ALLOWED),
    )


def _allowed(label: str, wish: Wish) -> tuple[str, bool]:
    """Return a label as the closed list spells it; "" and False when it is not on the list."""
    clean = clean_label(label)
    if not wish.labels or not clean:
        return clean, True
    meant = next((known for known in wish.labels if clean_label(known).casefold() == clean.casefold()), None)
    return (meant, True) if meant is not None else ("", False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _score(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None


def _is_printed(char: str) -> bool:
    return char in "\n\t" or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _TURNING)
