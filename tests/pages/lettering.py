"""Made-up sentences and the fonts to set them in; smooth noise and rough outlines for all that is drawn."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "that",
    "it",
    "was",
    "his",
    "with",
    "for",
    "as",
    "had",
    "on",
    "at",
    "by",
    "which",
    "from",
    "be",
    "this",
    "her",
    "were",
    "an",
    "or",
    "all",
    "so",
    "are",
    "one",
    "but",
    "when",
    "they",
    "not",
    "upon",
    "their",
    "into",
    "some",
    "then",
    "there",
    "been",
    "before",
    "little",
    "great",
    "house",
    "water",
    "stone",
    "river",
    "light",
    "morning",
    "garden",
    "horse",
    "captain",
    "letter",
    "window",
    "winter",
    "village",
    "mountain",
    "forest",
    "silver",
    "evening",
    "journey",
    "ancient",
    "figure",
    "surface",
    "engine",
    "pressure",
    "section",
    "valley",
    "insect",
    "feather",
    "temple",
    "harbour",
    "soldier",
    "children",
    "machine",
    "bottle",
    "kitchen",
    "candle",
]
NOUN = [
    "heron",
    "lighthouse",
    "fern",
    "beetle",
    "windmill",
    "harbour",
    "skull",
    "engine",
    "orchid",
    "castle",
    "bridge",
    "violin",
    "lantern",
    "turtle",
    "cathedral",
    "balloon",
]
FONT_DIRS = [
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/TTF",
    "C:/Windows/Fonts",
    "/Library/Fonts",
]


@cache
def font(size, serif=True, bold=False, ital=False):
    """Return DejaVu in a size of pixels, or Pillow's own font where it is not installed."""
    style = "-Bold" if bold else ("-Italic" if serif else "-Oblique") if ital else ""
    family = "DejaVuSerif" if serif else "DejaVuSans"
    for folder in FONT_DIRS:
        for name in (f"{family}{style}.ttf", f"{family}.ttf"):
            if (Path(folder) / name).exists():
                return ImageFont.truetype(Path(folder) / name, size)
    return ImageFont.load_default(size)


def sentence(r, n, cap=True):
    w = [WORDS[int(r.integers(len(WORDS)))] for _ in range(n)]
    if cap:
        w[0] = w[0].capitalize()
    return " ".join(w)


def smooth(r, h, w, s):
    """smooth noise field in 0..1"""
    a = r.random((max(2, int(h / s) + 2), max(2, int(w / s) + 2))).astype(np.float32)
    a = cv2.resize(a, (w, h), interpolation=cv2.INTER_CUBIC)
    return np.clip((a - a.min()) / max(1e-6, a.max() - a.min()), 0, 1)


def blob(r, n=160, rough=0.35, k=6):
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    rad = np.ones(n)
    for i in range(1, k):
        rad += rough / i * (r.random() - 0.5) * np.cos(i * t + 2 * np.pi * r.random()) + rough / i * (
            r.random() - 0.5
        ) * np.sin(i * t)
    rad /= rad.max()
    return np.stack([rad * np.cos(t), rad * np.sin(t)], 1)


def text_block(d, r, x0, y0, x1, y1, fs, serif, ink, indent=True, hole=None):
    """justified lines from y0 while they fit; returns y reached. hole=(x,y,w,h): keep clear"""
    f = font(fs, serif)
    lh = int(fs * 1.42)
    y = y0
    sp = f.getlength(" ")
    left = 0
    while y + lh <= y1:
        if left <= 0:
            left = int(r.integers(3, 9))
            xs = x0 + (fs if indent else 0)
        else:
            xs = x0
        xe = x1
        if hole and y + lh > hole[1] and y < hole[1] + hole[3]:
            if hole[0] <= x0 + 2:
                xs = hole[0] + hole[2] + fs // 3
            else:
                xe = hole[0] - fs // 3
        if xe - xs < 4 * fs:
            y += lh
            left -= 1
            continue
        left -= 1
        words = []
        wsum = 0.0
        while True:
            wd = WORDS[int(r.integers(len(WORDS)))]
            if not words and left < 0:
                wd = wd.capitalize()
            length = f.getlength(wd)
            if wsum + length + sp * len(words) > xe - xs:
                break
            words.append(wd)
            wsum += length
        if not words:
            y += lh
            continue
        gap = (xe - xs - wsum) / max(1, len(words) - 1) if left > 0 and len(words) > 2 else sp
        x = float(xs)
        for wd in words:
            d.text((x, y), wd, font=f, fill=ink)
            x += f.getlength(wd) + gap
        y += lh
    return y
