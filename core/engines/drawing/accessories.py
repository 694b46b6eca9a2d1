"""An accessory sheet: details of the subject in a grid, each captioned with an item that the prompt names.

Nothing is recognised: where an item is looked for follows from its name (a hat above, boots below, what is held at the
side that reaches out), and there from where the picture changes most. The sheet says so at its foot.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing import lettering
from core.engines.drawing.cutout import Subject
from core.engines.drawing.picture import Pixels, Plane
from core.engines.drawing.sheet import INK, QUIET, is_view, names_views, quoted_in, write_title

MOST_ITEMS = 12
UNNAMED = 4
"""How many details are shown when the prompt names none."""
_WINDOW = 0.34
"""A detail's side, as a share of the subject's height."""
_GRAIN = 160
"""Longest side, in pixels, at which the subject is searched."""
_FRAME = (226, 228, 230)

_LIST = re.compile(
    r"(?:accessor(?:y|ies)(?! sheet)|items?|objects?|props?|belongings|things|details?|as they are|"
    r"配件|道具|物件(?!设定)|物品|随身物|饰品|保留)[^:：\n]{0,40}[:：]\s*([^\n]+)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[,;，；、/]|\band\b|\bplus\b|以及|和(?!服))\s*", re.IGNORECASE)
_ARTICLE = re.compile(
    r"^(?:and |the |an? |his |her |its |their |one |一[个只条盏双件把本顶] ?|他的|她的|它的)+", re.IGNORECASE
)


@dataclass(frozen=True)
class _Zone:
    """Where items of some names are worn: heights from 0 (top) to 1; `is_held` at a side."""

    words: str
    top: float
    bottom: float
    is_held: bool = False


_ZONES = (
    _Zone(
        r"hat\b|cap\b|helmet|crown|hood|\bears?\b|glasses|goggles|mask|hair|antenna|ribbon|"
        r"帽|盔|冠|耳|镜|面具|发|天线",
        0.0,
        0.34,
    ),
    _Zone(r"scarf|shawl|collar|necklace|pendant|\bbow\b|\btie\b|cloak|cape|围巾|披|领|项链|吊坠|斗篷", 0.26, 0.58),
    _Zone(r"boots?\b|shoes?\b|socks?\b|slippers?|sandals?|skates?|wheels?|靴|鞋|袜|轮", 0.84, 1.0),
    _Zone(
        r"coat|jacket|dress|apron|shirt|vest|buttons?|pocket|patch|badge|belt|buckle|trousers|skirt|"
        r"衣|外套|扣|袋|补丁|徽|腰带|围裙|裙|裤",
        0.48,
        0.82,
    ),
    _Zone(
        r"lantern|lamp|torch|spool|thread|bag|basket|umbrella|sword|stick|staff|wand|book|map|cup|key|flute|bottle|"
        r"flower|balloon|tool|灯|线|包|篮|伞|剑|杖|棍|书|图|杯|钥匙|笛|瓶|花|球",
        0.30,
        0.92,
        is_held=True,
    ),
)
_HUES = (
    (r"red|crimson|scarlet|红", 0),
    (r"orange|copper|橙|橘", 12),
    (r"yellow|gold|brass|lantern|lamp|torch|key|黄|金|灯|钥匙", 24),
    (r"green|绿", 62),
    (r"teal|turquoise|cyan|青", 88),
    (r"blue|蓝", 112),
    (r"purple|violet|紫", 140),
    (r"pink|粉", 168),
)
"""The colour a name says or that such things mostly have, as OpenCV's hue (0..179)."""
_ANYWHERE = _Zone("", 0.0, 1.0)
_NAMES = re.compile("|".join(zone.words for zone in _ZONES))


def items_named(prompt: str) -> tuple[str, ...]:
    """Return the items a prompt asks for: its quoted captions after the title, else its list, else known things."""
    quoted = [text for text in quoted_in(prompt)[1:] if not is_view(text)]
    listed = [item for match in _LIST.finditer(prompt) for item in _BETWEEN.split(match[1])]
    clean = [_ARTICLE.sub("", item.strip(' .。!！-*"“”')).strip() for item in quoted or listed]
    named = [item for item in clean if 0 < len(item) <= 60 and not is_view(item)]
    return tuple(dict.fromkeys(named or ([] if names_views(prompt) else _known_things(prompt))))[:MOST_ITEMS]


def draw_accessory_sheet(subject: Subject, width: int, height: int, title: str, items: tuple[str, ...]) -> Pixels:
    """Return the sheet: a tidy grid of details, as many as items are named, captions below."""
    page = np.full((height, width, 3), 255, np.uint8)
    unit = min(height, width)
    top = write_title(page, title, unit)
    captions = items or ("",) * UNNAMED
    is_chinese = bool(re.search(r"[\u4e00-\u9fff]", title + "".join(items)))
    foot = "画面局部，按名称猜取" if is_chinese else "Details of the picture, guessed from the names"
    size = max(8, round(unit * 0.024))
    lettering.write_centred(page, foot, width // 2, height - size, round(size * 0.8), round(width * 0.6), QUIET)
    rows, columns, side = _grid(len(captions), width * 0.9, height - top - 2.6 * size, 2.4 * size)
    left, step = (width - columns * side * 1.1 + side * 0.1) / 2, side + 2.4 * size
    start = top + (height - top - 2.6 * size - rows * step) / 2
    for i, (caption, detail) in enumerate(zip(captions, _details(subject, captions, round(side)), strict=True)):
        row, column = divmod(i, columns)
        in_row = min(columns, len(captions) - row * columns)
        x = round(left + (column + (columns - in_row) / 2) * side * 1.1)
        y = round(start + row * step)
        _frame(page, detail, x, y)
        lettering.write_centred(
            page, caption, x + round(side / 2), round(y + side + 1.5 * size), size, round(side * 1.04), INK
        )
    return page


def _known_things(prompt: str) -> list[str]:
    lower = prompt.lower()
    before = r"((?:(?!(?:the|a|an|his|her|its|their|and|of|with|in|on|show|draw)\b)[a-z-]+ ){0,2}"
    found = [
        (match.start(), match[0])
        for zone in _ZONES
        for match in re.finditer(rf"\b{before}(?:{zone.words}))|[\u4e00-\u9fff]?(?:{zone.words})", lower)
        if match[0].strip()
    ]
    return [" ".join(text.split()) for _, text in sorted(found)]


def _grid(count: int, width: float, height: float, caption: float) -> tuple[int, int, float]:
    """Return rows, columns and side of the squares that use the space best."""

    def side(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(width / (columns * 1.1 - 0.1), height / rows - caption)

    columns = max(range(1, count + 1), key=side)
    return math.ceil(count / columns), columns, max(8.0, side(columns))


def _details(subject: Subject, names: tuple[str, ...], side: int) -> list[Pixels]:
    """Return a square detail for every name; no two of the same place where there are others."""
    small = _small(subject)
    change = _change(small)
    taken: Plane = np.zeros_like(change)
    details = []
    for name in names:
        zone = next((zone for zone in _ZONES if re.search(zone.words, name.lower())), _ANYWHERE)
        x, y = _found(change * (1 - taken) * _hued(small, name), zone)
        cv2.circle(taken, (x, y), max(1, round(_WINDOW * 0.55 * change.shape[0])), 0.9, -1)
        scale = subject.height / change.shape[0]
        details.append(_crop(subject, x * scale, y * scale, side))
    return details


def _small(subject: Subject) -> Subject:
    scale = min(1.0, _GRAIN / max(subject.height, subject.width))
    return subject.scaled(max(2, round(subject.width * scale)), max(2, round(subject.height * scale)))


def _change(subject: Subject) -> Plane:
    """Return how much a subject's colours change around every place, 0 outside it."""
    reach = max(1.0, subject.height * _WINDOW / 6)
    own, tone = subject.alpha, subject.colour.astype(np.float32) * subject.alpha[..., None]
    weight = cv2.GaussianBlur(own, (0, 0), reach)
    share = np.maximum(weight, 0.02)[..., None]
    middle = cv2.GaussianBlur(tone, (0, 0), reach) / share
    spread = cv2.GaussianBlur(tone * subject.colour, (0, 0), reach) / share - middle**2
    change: Plane = (np.sqrt(np.maximum(spread.sum(axis=2), 0)) + 4) * weight * own + 1e-6
    return change


def _hued(subject: Subject, name: str) -> Plane:
    """Return, for every place, how near the colours around it are to what a name leads one to expect (0..1)."""
    hue = next((hue for words, hue in _HUES if re.search(words, name.lower())), None)
    if hue is None:
        return np.ones_like(subject.alpha)
    hsv = cv2.cvtColor(subject.colour, cv2.COLOR_BGR2HSV).astype(np.float32)
    away = np.abs((hsv[..., 0] - hue + 90) % 180 - 90)
    fits = ((away < 9) & (hsv[..., 1] > 80) & (hsv[..., 2] > 60)).astype(np.float32) * subject.alpha
    near: Plane = 0.1 + cv2.GaussianBlur(fits, (0, 0), max(1.0, subject.height * 0.05))
    return near


def _found(change: Plane, zone: _Zone) -> tuple[int, int]:
    """Return the place (column, row) in a zone where the picture changes most; held things stand out at the sides."""
    rows, columns = change.shape
    top, bottom = int(zone.top * (rows - 1)), max(int(zone.top * (rows - 1)) + 1, int(zone.bottom * rows))
    part = change[top:bottom].copy()
    if zone.is_held:
        part *= np.abs(np.linspace(-1, 1, columns, dtype=np.float32))[None] ** 1.5
    row, column = divmod(int(part.argmax()), columns)
    return column, top + row


def _crop(subject: Subject, x: float, y: float, side: int) -> Pixels:
    """Return a square of the subject around a place, on white."""
    half = max(1.0, _WINDOW * subject.height / 2)
    x, y = _held_inside(x, subject.width, half), _held_inside(y, subject.height, half)
    scale = side / (2 * half)
    turn = np.array([[scale, 0, side / 2 - x * scale], [0, scale, side / 2 - y * scale]], np.float32)
    own = cv2.warpAffine(subject.alpha, turn, (side, side), flags=cv2.INTER_LINEAR)[..., None]
    tone = cv2.warpAffine(subject.colour, turn, (side, side), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    shown: Pixels = np.clip(255 + (tone.astype(np.float32) - 255) * own + 0.5, 0, 255).astype(np.uint8)
    return shown


def _held_inside(middle: float, length: int, half: float) -> float:
    """Move a window's middle so that the window stays on the subject; of a narrow subject it shows all."""
    room = half * 0.9
    return length / 2 if length < 2 * room else min(max(middle, room), length - room)


def _frame(page: Pixels, detail: Pixels, left: int, top: int) -> None:
    rows, columns = page.shape[:2]
    top, left = max(0, min(top, rows - detail.shape[0])), max(0, min(left, columns - detail.shape[1]))
    page[top : top + detail.shape[0], left : left + detail.shape[1]] = detail[:rows, :columns]
    corner = (left + detail.shape[1] - 1, top + detail.shape[0] - 1)
    cv2.rectangle(page, (left, top), corner, _FRAME, max(1, detail.shape[0] // 180))
