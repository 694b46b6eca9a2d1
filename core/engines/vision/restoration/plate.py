"""Which type a plate is, told from its pixels or by words."""

from __future__ import annotations

import re
from enum import StrEnum

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane, shrink
from core.engines.vision.restoration.paper import is_like_paper, on_paper, paper_surface

MAX_TEXT = 20_000
LIGHTNESSES = 12
MOST_TINT = 16
"""Chroma (Lab) that brown paper gives to grey ink at most; more is printed colour, even if all of it is alike."""


class PlateType(StrEnum):
    """How a plate was printed, as far as restoring it goes."""

    LINE_ART = "line_art"
    TONE = "tone"
    COLOUR = "colour"
    PHOTOGRAPH = "photograph"


_WORDS: dict[PlateType, str] = {
    PlateType.LINE_ART: r"\bline[- ](?:art|drawings?|engravings?)\b|\bengravings?\b|\bwood[- ]?cuts?\b|\betchings?\b|"
    r"\bpen[- ]and[- ]ink\b|线稿|线描|线条画|白描|版画|木刻|铜版画|蚀刻",
    PlateType.TONE: r"\bhalf[- ]?tones?\b|\b(?:ink |grey |gray )?wash(?:es)?\b|\baquatints?\b|\bmezzotints?\b|"
    r"\blithographs?\b|半色调|网点|水墨|石版画|灰调",
    PlateType.COLOUR: r"\bcolou?r(?:ed)? (?:plates?|prints?|illustrations?)\b|\bchromo[- ]?lithographs?\b|"
    r"\bhand[- ]colou?red\b|彩图|彩色(?:图版|插图|插画|版画)|彩版",
    PlateType.PHOTOGRAPH: r"\bphoto(?:graph)?s?\b|\bsnapshots?\b|照片|相片|摄影作品",
}
_NOT = r"(?:\b(?:no|not|never|non|isn't|without)(?: an?| the)?[- ]+|不是|并非|没有|非)"


def named_type(text: str) -> PlateType | None:
    """Return the plate type that a prompt names; None when it names none or several (a prompt for every case does)."""
    words = re.sub(_NOT + r"(?:\w+ )?\S+", " ", text[:MAX_TEXT].lower())
    named = [plate for plate, pattern in _WORDS.items() if re.search(pattern, words)]
    return named[0] if len(named) == 1 else None


def recognised_type(picture: Pixels, paper: Plane | None, inside: Pixels | None = None) -> PlateType:
    """Tell a plate's type from its pixels; `paper` is its paper's colour, None where none is seen.

    `inside` is not 0 where a frame encloses the picture. Between the strokes of line art the paper shines through: the
    lightest spot of each small neighbourhood is paper. In tone it is not, and a photograph has hardly any bare paper.
    """
    small = shrink(picture, 500)
    middle = np.ones(small.shape[:2], bool)
    if inside is not None:
        middle = cv2.resize(inside, small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
        middle = middle if middle.any() else np.ones(small.shape[:2], bool)
    ground = paper_surface(small)
    if paper is None and not is_like_paper(ground):  # a thing that fills its crop, such as a green circuit board
        return PlateType.PHOTOGRAPH
    shares = on_paper(small, ground)
    tone, _ = _tone_and_bare(shares, middle)
    coloured = float(_is_coloured(shares)[middle].mean())
    if tone < 0.16:
        return PlateType.COLOUR if coloured > 0.05 else PlateType.LINE_ART
    if paper is None:
        return PlateType.PHOTOGRAPH
    shares = on_paper(small, cv2.resize(paper, small.shape[1::-1], interpolation=cv2.INTER_AREA))
    tone, bare = _tone_and_bare(shares, middle)
    if tone > 0.55 and bare < 0.12 and inside is not None:
        return PlateType.PHOTOGRAPH
    return PlateType.COLOUR if coloured > 0.05 else PlateType.TONE


def _tone_and_bare(shares: Plane, middle: Pixels) -> tuple[float, float]:
    """Return which part of the picture is grey without paper between its strokes, and which is bare paper."""
    grey = cv2.blur(shares.mean(axis=2), (2, 2))
    lightest = cv2.erode(cv2.dilate(grey, np.ones((9, 9), np.uint8)), np.ones((5, 5), np.uint8))
    flat = (lightest < 0.86) & (lightest > 0.22)
    return float(flat[middle].mean()), float((cv2.GaussianBlur(grey, (0, 0), 2)[middle] > 0.9).mean())


def _is_coloured(shares: Plane) -> Pixels:
    """Tell where there is printed colour: chroma apart from what is usual at that lightness.

    One ink on one paper gives one tint a lightness, whatever the paper's colour and the ink's. The brown of stains on
    light paper is no colour either.
    """
    even = cv2.GaussianBlur(np.clip(shares, 0, 1), (0, 0), 1.6)
    lab = cv2.cvtColor(even, cv2.COLOR_BGR2LAB)
    light = lab[..., 0]
    steps = np.clip((light / 100 * LIGHTNESSES).astype(int), 0, LIGHTNESSES - 1)
    usual = np.zeros((LIGHTNESSES, 2), np.float32)
    for step in np.unique(steps):
        usual[step] = np.median(lab[..., 1:][steps == step], axis=0)
    strength = np.linalg.norm(usual, axis=1, keepdims=True)
    usual *= np.minimum(1, MOST_TINT / np.maximum(strength, 1e-6))
    apart = lab[..., 1:] - usual[steps]
    is_stain = (apart[..., 1] > 0) & (np.abs(apart[..., 0]) < 0.6 * apart[..., 1]) & (light > 62)
    result: Plane = (np.hypot(apart[..., 0], apart[..., 1]) > 11) & ~is_stain & (light > 8)
    return result
