"""What is drawn, told from what is written: strokes of pictures without letters, rules, frames of pages and specks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.drawing.picture import Pixels, Plane
from core.engines.vision.ink import Marks, Sums
from core.engines.vision.lines import Text


@dataclass(frozen=True, eq=False)
class Graphics:
    """The drawn part of a page (bool each): `strokes` of pictures, `large` those of large marks, `letters` its text.

    `is_drawn` tells it mark by mark.
    """

    strokes: Pixels
    large: Pixels
    letters: Pixels
    is_drawn: Plane


def separate(marks: Marks, text: Text, ink: Pixels, paper: Pixels) -> Graphics:
    """Return what of a page's ink is drawn; `paper` tells where the page is."""
    letter = text.letter
    straight = _straight(ink, int(11 * letter))
    speck = (marks.area < max(4, 0.012 * letter**2)) | (np.maximum(marks.width, marks.height) < 0.28 * letter)
    drawn = ~text.is_text & ~speck & ~_are_rules(marks, text, ink)
    drawn &= ~_are_edges(marks, paper, letter)
    drawn[0] = False
    frame = _are_frames(marks, text, straight, int(paper.sum()))
    narrow, long = np.minimum(marks.width, marks.height), np.maximum(marks.width, marks.height)
    large = drawn & ~frame & (long > 4 * letter) & (narrow > 2.2 * letter)
    loose = frame[marks.labels] | (_alone(ink, straight, letter) & ~large[marks.labels])
    strokes = drawn[marks.labels] & ~(straight & loose)
    return Graphics(strokes, strokes & large[marks.labels], text.is_text[marks.labels], drawn)


def _straight(ink: Pixels, length: int) -> Pixels:
    """Return the ink that lies on level or upright runs of at least a length."""
    closed = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    level: Pixels = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, max(3, length)), np.uint8))
    upright: Pixels = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((max(3, length), 1), np.uint8))
    straight: Pixels = (cv2.dilate(np.maximum(level, upright), np.ones((3, 3), np.uint8)) > 0) & ink
    return straight


def _alone(ink: Pixels, straight: Pixels, letter: float) -> Pixels:
    """Return where there is hardly any ink but straight runs: a rule, not the frame of a dense picture."""
    side = int(1.6 * letter) | 1
    alone: Pixels = cv2.boxFilter((ink & ~straight).astype(np.float32), -1, (side, side)) < 0.07
    return alone


def _are_rules(marks: Marks, text: Text, ink: Pixels) -> Plane:
    """Return which marks are rules: thin and straight, or made of straight runs around or along text."""
    letter = text.letter
    long, narrow = np.maximum(marks.width, marks.height), np.minimum(marks.width, marks.height)
    thin = (long > 8 * narrow) & (narrow < 0.9 * letter)
    runs = _straight(ink, int(5 * letter))
    on_runs = np.bincount(marks.labels[runs], minlength=marks.count) / np.maximum(1, marks.area)
    letters = Sums(text.is_text[marks.labels]).of(marks.left, marks.top, marks.right, marks.bottom)
    around_text = (on_runs > 0.55) & (letters > 0.7 * marks.area)
    page_height, page_width = marks.labels.shape
    across = (long > 10 * narrow) & ((marks.width > 0.6 * page_width) | (marks.height > 0.6 * page_height))
    straight = thin | ((on_runs > 0.7) & (narrow < 1.6 * letter))
    rules: Plane = around_text | across | (straight & ~_are_hatched(marks, ink, letter))
    return rules


def _are_hatched(marks: Marks, ink: Pixels, letter: float) -> Plane:
    """Return which marks lie close among other ink: hatching, where a rule would have white around it."""
    side = int(1.2 * letter) | 1
    dense = cv2.boxFilter(ink.astype(np.float32), -1, (side, side)) > 0.28
    hatched: Plane = np.bincount(marks.labels[dense & ink], minlength=marks.count) > 0.6 * marks.area
    return hatched


def _are_edges(marks: Marks, paper: Pixels, letter: float) -> Plane:
    """Return which marks lie along the end of the paper: its edge, its shadow, the pages below."""
    side = 2 * int(0.8 * letter) + 3
    inner = cv2.erode(paper.astype(np.uint8), np.ones((side, side), np.uint8), borderValue=0) > 0
    outer: Plane = np.bincount(marks.labels[~inner], minlength=marks.count) > 0.4 * marks.area
    return outer


def _are_frames(marks: Marks, text: Text, straight: Pixels, page: int) -> Plane:
    """Return which marks are frames of a page or its text and rules between columns, with what touches them."""
    box = np.maximum(1, marks.width * marks.height)
    sparse = marks.area < 0.06 * box
    wide = box > 0.2 * page
    runs = np.bincount(marks.labels[straight], minlength=marks.count)
    letters = Sums(text.is_text[marks.labels]).of(marks.left, marks.top, marks.right, marks.bottom)
    frames: Plane = wide & sparse & ((letters > 0.5 * marks.area) | (runs > 0.4 * marks.area))
    return frames
