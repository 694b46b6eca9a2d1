"""Character sheets: a subject seen from several sides on white, with captions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from core.engines.drawing import lettering
from core.engines.drawing.cutout import Subject
from core.engines.drawing.picture import Pixels, Plane
from core.engines.drawing.turning import View, turned

INK, QUIET, THREAD = (33, 30, 32), (98, 104, 107), (31, 67, 180)

_VIEW_WORDS: dict[View, str] = {
    View.FRONT: r"\bfront\b|正面|正视",
    View.BACK: r"\bback\b|\brear\b|\bbehind\b|背面|背视|后视",
    View.LEFT: r"\bleft(?:[- ]side)?(?: view| profile)|左侧|左视",
    View.RIGHT: r"\bright(?:[- ]side)?(?: view| profile)|\bside view|\bprofile\b|右侧|右视|侧面|侧视",
    View.THREE_QUARTER: r"three[- ]quarter|\b3/4\b|四分之三",
}
_ON_WHITE = (
    r"\b(?:plain|pure|solid|clean) white\b|\bon white\b|\bwhite (?:background|backdrop|ground)\b|纯白|白色背景|白底"
)
_ALONE: dict[View, str] = {  # the first that a prompt names; more words than on a sheet, where they tell places too
    View.THREE_QUARTER: _VIEW_WORDS[View.THREE_QUARTER],
    View.BACK: r"\bthe back\b|\bback view|\bfrom behind\b|\brear\b|背面|背视|后视",
    View.LEFT: rf"{_VIEW_WORDS[View.LEFT]}|\bfrom the left\b|\bthe left side\b",
    View.RIGHT: rf"{_VIEW_WORDS[View.RIGHT]}|\bfrom the (?:right|side)\b|\bthe right side\b",
}
_CAPTIONS = {
    View.FRONT: ("Front view", "正面"),
    View.BACK: ("Back view", "背面"),
    View.LEFT: ("Left side", "左侧面"),
    View.RIGHT: ("Right side", "右侧面"),
    View.THREE_QUARTER: ("Three-quarter view", "四分之三侧面"),
}
_ORDER = (View.FRONT, View.THREE_QUARTER, View.LEFT, View.RIGHT, View.BACK)
_QUOTED = re.compile(r"“([^”\n]{1,80})”|「([^」\n]{1,80})」|『([^』\n]{1,80})』|\"([^\"\n]{1,80})\"")


@dataclass(frozen=True)
class Captions:
    """The words on a sheet: a title, and one caption a view."""

    title: str
    views: tuple[str, ...]


def quoted_in(prompt: str) -> list[str]:
    """Return the captions a prompt quotes, in order, as far as they can be written."""
    texts = (next(filter(None, match.groups())) for match in _QUOTED.finditer(prompt))
    return [text for text in texts if lettering.printable(text)]


def is_view(text: str) -> bool:
    """Tell whether a text names a side from which something is seen."""
    return any(re.search(words, text.lower()) for words in _VIEW_WORDS.values())


def views_asked(prompt: str) -> tuple[View, ...]:
    """Return the views the prompt names, front and back when it names fewer than two."""
    named = _views_named(prompt)
    return named if len(named) >= 2 else (View.FRONT, View.BACK)


def names_views(prompt: str) -> bool:
    """Tell whether a prompt names two views or more."""
    return len(_views_named(prompt)) >= 2


def view_on_white(prompt: str) -> View | None:
    """Return the view in which a prompt asks for its subject alone on white; None when it asks for no white ground."""
    lower = prompt.lower()
    if not re.search(_ON_WHITE, lower):
        return None
    return next((view for view, words in _ALONE.items() if re.search(words, lower)), View.FRONT)


def _views_named(prompt: str) -> tuple[View, ...]:
    lower = prompt.lower()
    return tuple(view for view in _ORDER if re.search(_VIEW_WORDS[view], lower))


def captions_for(prompt: str, name: str, views: tuple[View, ...], is_object: bool) -> Captions:
    """Return the captions the prompt quotes (title first), filled up with plain ones in the prompt's language."""
    is_chinese = bool(re.search(r"[\u4e00-\u9fff]", name + prompt))
    shown = " ".join(name.replace("_", " ").split())
    if shown.isascii() and (shown.isupper() or shown.islower()):
        shown = shown.capitalize()
    noun = (
        ("物件设定" if is_object else "角色设定")
        if is_chinese
        else ("accessory sheet" if is_object else "character sheet")
    )
    title = f"{shown} · {noun}" if shown else noun[:1].upper() + noun[1:]
    quoted = quoted_in(prompt)
    plain = [_CAPTIONS[view][is_chinese] for view in views]
    return Captions(
        quoted[0] if quoted else title, tuple(quoted[1 : len(views) + 1] + plain[len(quoted[1:]) :])[: len(views)]
    )


def draw_character_sheet(
    subject: Subject, width: int, height: int, views: tuple[View, ...], captions: Captions
) -> Pixels:
    """Return the sheet: the views side by side (one above another on a tall page), captions below, title above."""
    page = np.full((height, width, 3), 255, np.uint8)
    unit = min(height, width)
    title_room = write_title(page, captions.title, unit)
    is_column = height > 2.2 * width
    cells = _cells(width, height, title_room, len(views), is_column)
    size = max(8, round(min(unit * 0.026, cells[0][2] * 0.075)))
    fits = min(_fit(turned_shape(subject, view), cell, size) for view, cell in zip(views, cells, strict=True))
    for view, cell, caption in zip(views, cells, captions.views, strict=True):
        figure = turned(subject, view)
        small = figure.scaled(max(1, round(figure.width * fits)), max(1, round(figure.height * fits)))
        _stand(page, small, cell, size, caption)
    if not is_column:
        _draw_thread(page, cells, size)
    return page


def turned_shape(subject: Subject, view: View) -> tuple[float, float]:
    """Return width and height of a view without drawing it."""
    narrow = {View.THREE_QUARTER: 0.84, View.LEFT: 0.6, View.RIGHT: 0.6}.get(view, 1.0)
    return subject.width * narrow, float(subject.height)


def draw_cutout(subject: Subject, width: int, height: int) -> Pixels:
    """Return the subject alone on solid white, in the middle, with a margin."""
    page = np.full((height, width, 3), 255, np.uint8)
    scale = min(width * 0.84 / subject.width, height * 0.84 / subject.height)
    small = subject.scaled(max(1, round(subject.width * scale)), max(1, round(subject.height * scale)))
    _paste(page, small, (width - small.width) // 2, (height - small.height) // 2)
    return page


def write_title(page: Pixels, title: str, unit: int) -> int:
    """Write a sheet's title and return how many pixels it takes from the top."""
    width = page.shape[1]
    size = max(10, round(unit * 0.036))
    top = round(unit * 0.052)
    lettering.write_centred(page, title, width // 2, top + size, size, round(width * 0.86), INK, 500)
    return top + round(size * 2.0)


def _cells(width: int, height: int, top: int, count: int, is_column: bool) -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height of every view's place."""
    foot = round(min(width, height) * 0.05)
    side = (
        max(round(width * 0.05), round((width - height * 0.74 * count) / 2)) if not is_column else round(width * 0.05)
    )
    inner_width, inner_height = width - 2 * side, height - top - foot
    if is_column:
        each = inner_height // count
        return [(side, top + i * each, inner_width, each) for i in range(count)]
    each = inner_width // count
    return [(side + i * each, top, each, inner_height) for i in range(count)]


def _fit(shape: tuple[float, float], cell: tuple[int, int, int, int], size: int) -> float:
    _, _, width, height = cell
    return float(min(width * 0.86 / max(1.0, shape[0]), max(4.0, height - 3.4 * size) / max(1.0, shape[1])))


def _stand(page: Pixels, figure: Subject, cell: tuple[int, int, int, int], size: int, caption: str) -> None:
    """Stand a view on its soft shadow, with its caption below."""
    left, top, width, height = cell
    middle, foot = left + width // 2, top + height - round(2.6 * size)
    _contact_shadow(page, figure, middle, foot)
    _paste(page, figure, middle - figure.width // 2, foot - figure.height)
    lettering.write_centred(page, caption, middle, top + height - round(size * 0.3), size, round(width * 0.9), QUIET)


def _contact_shadow(page: Pixels, figure: Subject, middle: int, foot: int) -> None:
    low = figure.alpha[-max(1, round(figure.height * 0.035)) :].max(axis=0)
    touched = np.flatnonzero(low > 0.4)
    if not touched.size:
        return
    start, end = int(touched[0]), int(touched[-1])
    shadow: Plane = np.zeros(page.shape[:2], np.float32)
    centre = (middle - figure.width // 2 + (start + end) // 2, foot - max(1, figure.height // 120))
    cv2.ellipse(
        shadow, centre, (max(2, round((end - start) * 0.58)), max(1, round(figure.height * 0.016))), 0, 0, 360, 1.0, -1
    )
    tight = cv2.GaussianBlur(shadow, (0, 0), max(1.0, figure.height * 0.014))
    wide = cv2.GaussianBlur(shadow, (0, 0), max(1.0, figure.height * 0.025))
    page[:] = np.clip(page * (1 - 0.26 * tight - 0.12 * wide)[..., None] + 0.5, 0, 255).astype(np.uint8)


def _paste(page: Pixels, figure: Subject, left: int, top: int) -> None:
    height, width = page.shape[:2]
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + figure.width), min(height, top + figure.height)
    if x1 <= x0 or y1 <= y0:
        return
    colour = figure.colour[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32)
    alpha = figure.alpha[y0 - top : y1 - top, x0 - left : x1 - left, None]
    there = page[y0:y1, x0:x1]
    there[:] = np.clip(there + (colour - there) * alpha + 0.5, 0, 255).astype(np.uint8)


def _draw_thread(page: Pixels, cells: list[tuple[int, int, int, int]], size: int) -> None:
    """Join the captions by a hairline, the studio's one ornament."""
    for (left, top, width, height), following in pairwise(cells):
        y = top + height - round(size * 0.62)
        start, end = left + round(width * 0.5 + size * 5.5), following[0] + round(following[2] * 0.5 - size * 5.5)
        if end - start > size * 2:
            cv2.line(page, (start, y), (end, y), (148, 163, 214), max(1, round(size / 18)), cv2.LINE_AA)
            cv2.circle(page, (end, y), max(2, round(size / 7)), THREAD, -1, cv2.LINE_AA)
