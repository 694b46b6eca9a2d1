"""Old paper with ink on it: fibres, yellowed rims, foxing, the other side showing through; and its photograph."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from core.engines.drawing.brush import noise
from core.engines.drawing.picture import Pixels, Plane

INK = np.array([40, 44, 52], np.float32)
CREAM = np.array([196, 222, 233], np.float32)
_YELLOWING = np.array([1.6, 1.0, 0.72], np.float32)
_RUST = np.array([0.95, 0.6, 0.34], np.float32)


def printed(ink: Plane, seed: int, behind: Plane | None = None, age: float = 1.0) -> Plane:
    """Return a sheet as colours 0..255: the ink of this side, and of the side behind it, on paper of its own."""
    rng = np.random.default_rng(seed)
    rows, columns = ink.shape
    tone = _tone(rng, rows, columns, age)
    if behind is not None:
        shown = cv2.GaussianBlur(np.ascontiguousarray(behind[:, ::-1]), (0, 0), 2.6)
        tone += shown * (0.085 + 0.03 * _wide(rng, rows, columns, 4, 2))
    rust = _foxing(rng, rows, columns, age)
    pressed = cv2.GaussianBlur(ink, (0, 0), 0.6)
    grain = rng.standard_normal((rows, columns), dtype=np.float32)
    cover = pressed * (0.972 + 0.108 * _wide(rng, rows, columns, 30, 3))
    cover = np.clip(cover - 0.05 * np.abs(cv2.GaussianBlur(grain, (0, 0), 0.9)), 0, 0.94)
    planes = []
    for channel in range(3):  # a colour at a time: three planes are painted much faster than one of triples
        plane = CREAM[channel] * (1 - tone * _YELLOWING[channel]) * (1 - rust * _RUST[channel])
        plane += (INK[channel] - plane) * cover
        plane += 2 * grain
        planes.append(plane)
    return np.asarray(cv2.merge(planes), np.float32)


def shade(sheet: Plane, light: Any) -> Plane:
    """Return a sheet under a light: 1 leaves it as it is."""
    plane = np.broadcast_to(np.asarray(light, np.float32), sheet.shape[:2])
    return sheet * np.asarray(cv2.merge([plane] * 3), np.float32)


def pixels(sheet: Plane) -> Pixels:
    """Return colours as 8-bit pixels."""
    return cv2.convertScaleAbs(np.clip(sheet, 0, 255))


def desk(rows: int, columns: int, seed: int) -> Plane:
    """Return a dark table of planks for pages to lie on."""
    rng = np.random.default_rng(seed)
    grain = cv2.resize(rng.standard_normal((rows // 3, 24)).astype(np.float32), (columns, rows)) * 0.5
    grain += cv2.resize(rng.standard_normal((rows // 2, 90)).astype(np.float32), (columns, rows)) * 0.4
    rings = np.sin(_wide(rng, rows, columns, 3, 2) * 9 + np.linspace(0, 42, rows, dtype=np.float32)[:, None])
    light = 0.8 + 0.09 * grain + 0.09 * rings
    planks = np.abs((np.arange(rows, dtype=np.float32) % (rows / 4.5)) - 3) < 3
    light *= np.where(planks, 0.45, 1.0)[:, None]
    return np.asarray(cv2.merge([light * tone for tone in (42, 62, 92)]), np.float32)


def _wide(rng: np.random.Generator, rows: int, columns: int, cells: float, octaves: int) -> Plane:
    small = noise(rng, rows // 4, columns // 4, cells, octaves)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _tone(rng: np.random.Generator, rows: int, columns: int, age: float) -> Plane:
    down = np.abs(np.linspace(-1, 1, rows, dtype=np.float32))[:, None]
    across = np.abs(np.linspace(-1, 1, columns, dtype=np.float32))[None]
    rim = np.clip(down**8 * 0.16 + across**7 * 0.14, 0, 0.26) * age
    small = rng.standard_normal((rows // 2, columns // 2), dtype=np.float32)
    fibres = np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), 0.8), (columns, rows)), np.float32)
    tone: Plane = rim * (1 + 0.4 * _wide(rng, rows, columns, 6, 2)) + 0.022 * _wide(rng, rows, columns, 9, 3)
    tone += 0.014 * fibres
    return tone


def _foxing(rng: np.random.Generator, rows: int, columns: int, age: float) -> Plane:
    stain = np.zeros((rows // 2, columns // 2), np.float32)
    for _ in range(round(170 * age)):
        place = int(rng.integers(0, columns // 2)), int(rng.integers(0, rows // 2))
        size = 1 + int(5.5 * rng.random() ** 4)
        cv2.circle(stain, place, size, float(rng.uniform(0.05, 0.3)), -1, cv2.LINE_AA)
    stain = cv2.GaussianBlur(stain, (0, 0), 1.6) + 0.6 * cv2.GaussianBlur(stain, (0, 0), 5)
    ring = np.zeros_like(stain)
    middle = round(columns * float(rng.uniform(0.36, 0.46))), round(rows * float(rng.uniform(0.02, 0.08)))
    cv2.ellipse(ring, middle, (columns // 11, columns // 12), 12, 0, 360, 1.0, 4, cv2.LINE_AA)
    cv2.ellipse(ring, middle, (columns // 11, columns // 12), 12, 0, 360, 0.16, -1, cv2.LINE_AA)
    stain += 0.16 * age * cv2.GaussianBlur(ring, (0, 0), 2.4)
    return np.asarray(cv2.resize(stain, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)
