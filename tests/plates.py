"""Plates drawn by our own code, clean and then spoilt in known ways: what a restoration is measured against."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Pixels = np.ndarray
Place = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

PAPER = np.float32([188, 218, 232])
SENTENCE = "the heron stood by the water while a small lantern burned in the tower and ships went out to sea at night"
WORDS = SENTENCE.split()


def line_art(seed: int = 1, width: int = 720, height: int = 560, is_framed: bool = False) -> Pixels:
    """A hatched creature in black ink on white."""
    rng = np.random.default_rng(seed)
    big = np.full((2 * height, 2 * width), 255, np.uint8)
    for _ in range(5):
        centre = rng.uniform((0.3, 0.3), (0.7, 0.7)) * (2 * width, 2 * height)
        axes = rng.uniform(0.09, 0.2, 2) * (2 * width, 2 * height)
        turn = rng.uniform(0, 180)
        mask = np.zeros_like(big)
        cv2.ellipse(mask, centre.astype(int).tolist(), axes.astype(int).tolist(), turn, 0, 360, 255, -1)
        big[mask > 0] = 255
        hatching = np.full_like(big, 255)
        slant = rng.uniform(-1, 1) * height
        for start in range(-2 * width, 4 * width, int(rng.integers(18, 30))):
            cv2.line(hatching, (start, 0), (int(start + slant), 2 * height), 0, 4)
        big[(mask > 0) & (hatching == 0)] = 0
        cv2.ellipse(big, centre.astype(int).tolist(), axes.astype(int).tolist(), turn, 0, 360, 0, 9)
    if is_framed:
        cv2.rectangle(big, (40, 40), (2 * width - 41, 2 * height - 41), 0, 9)
    return cv2.cvtColor(cv2.resize(big, (width, height), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)


def tone(seed: int = 1, width: int = 640, height: int = 520) -> Pixels:
    """A wash drawing that fades out into white paper."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fade = np.clip((0.86 - np.hypot(x, y)) / 0.2, 0, 1)
    value = 1 - fade * (1 - _landscape(seed, width, height) * 0.8)
    return cv2.cvtColor((value * 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


def colour(seed: int = 1, width: int = 600, height: int = 640) -> Pixels:
    """A flower in flat colours with ink outlines on white."""
    rng = np.random.default_rng(seed)
    page = np.full((height, width, 3), 255, np.uint8)
    cv2.line(page, (width // 2, height - 50), (width // 2, height // 3), (60, 130, 60), 9, cv2.LINE_AA)
    for side in (-1, 1):
        centre = (width // 2 + side * 90, int(height * 0.66))
        cv2.ellipse(page, centre, (90, 34), side * -25, 0, 360, (70, 160, 80), -1, cv2.LINE_AA)
        cv2.ellipse(page, centre, (90, 34), side * -25, 0, 360, (20, 30, 20), 3, cv2.LINE_AA)
    petal = [int(value) for value in rng.permutation([50, 60, 210])]
    for turn in range(0, 360, 45):
        angle = np.radians(turn)
        centre = (int(width / 2 + 90 * np.cos(angle)), int(height / 3 + 90 * np.sin(angle)))
        cv2.ellipse(page, centre, (70, 32), turn, 0, 360, petal, -1, cv2.LINE_AA)
        cv2.ellipse(page, centre, (70, 32), turn, 0, 360, (20, 20, 30), 3, cv2.LINE_AA)
    cv2.circle(page, (width // 2, height // 3), 40, (40, 190, 230), -1, cv2.LINE_AA)
    return page


def photograph(seed: int = 1, width: int = 640, height: int = 480) -> Pixels:
    """A grey photograph that fills its rectangle, on a margin of white paper."""
    value = np.clip(_landscape(seed, width, height) * 0.78 + 0.07, 0, 1)
    inner = cv2.cvtColor((value * 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    return cv2.copyMakeBorder(inner, 36, 36, 36, 36, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def text_page(seed: int = 1, width: int = 1000, height: int = 1400, has_picture: bool = True) -> Pixels:
    """A page of printed text with a framed picture in the middle."""
    rng = np.random.default_rng(seed)
    page = np.full((height, width, 3), 255, np.uint8)
    top, bottom = (int(height * 0.38), int(height * 0.68)) if has_picture else (height, height)
    for y in range(90, height - 60, 34):
        if top - 30 < y < bottom + 34:
            continue
        x = 80
        while True:
            word = WORDS[int(rng.integers(len(WORDS)))]
            (wide, _), _ = cv2.getTextSize(word, cv2.FONT_HERSHEY_COMPLEX, 0.68, 1)
            if x + wide > width - 80:
                break
            cv2.putText(page, word, (x, y), cv2.FONT_HERSHEY_COMPLEX, 0.68, (25, 25, 25), 1, cv2.LINE_AA)
            x += wide + 12
    if has_picture:
        page[top:bottom, 200 : width - 200] = line_art(seed, width - 400, bottom - top, is_framed=True)
    return page


def on_paper(plate: Pixels, margin: int = 0) -> Pixels:
    """The same, printed on yellowed paper with a little grain."""
    plate = cv2.copyMakeBorder(plate, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    grain = np.random.default_rng(5).normal(0, 2.0, plate.shape)
    return _pixels(plate.astype(np.float32) / 255 * PAPER + grain)


def badly_lit(page: Pixels) -> Pixels:
    """Light from one side, and a shadow along the other as in a gutter."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    light = (1 - 0.28 * x - 0.10 * y) * (1 - 0.30 * np.exp(-x / 0.08))
    return _pixels(page * light[..., None])


def stained(page: Pixels, seed: int = 3) -> Pixels:
    """Brown stains with darker rims, and foxing."""
    rng = np.random.default_rng(seed)
    height, width = page.shape[:2]
    depth = np.zeros((height, width), np.float32)
    for _ in range(4):
        spot = np.zeros_like(depth)
        centre, size = rng.uniform(0, 1, 2) * (width, height), rng.uniform(0.05, 0.14, 2) * width
        where, axes = centre.astype(int).tolist(), size.astype(int).tolist()
        cv2.ellipse(spot, where, axes, 30, 0, 360, 0.5, -1)
        cv2.ellipse(spot, where, axes, 30, 0, 360, 1.0, 6)
        depth = np.maximum(depth, cv2.GaussianBlur(spot, (0, 0), 3))
    for _ in range(25):
        x, y = (rng.uniform(0, 1, 2) * (width, height)).astype(int).tolist()
        cv2.circle(depth, (x, y), int(rng.integers(1, 4)), 0.9, -1)
    return _pixels(page * (1 - 0.24 * depth[..., None] * np.float32([1, 0.62, 0.42])))


def bled_through(page: Pixels, seed: int = 9) -> Pixels:
    """The print of the other side shines through, mirrored and blurred."""
    height, width = page.shape[:2]
    back = cv2.resize(text_page(seed, has_picture=False), (max(width, 1000), max(height, 1400)))[:height, :width]
    shine = cv2.GaussianBlur(back[:, ::-1].astype(np.float32) / 255, (0, 0), 1.8)
    return _pixels(page * (1 - 0.16 * (1 - shine)))


def tilted(page: Pixels, degrees: float) -> tuple[Pixels, Place]:
    """The page turned clockwise (text runs down to the right), and where its pixels were on the straight one."""
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    room = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=page[2, 2].tolist())
    back = cv2.invertAffineTransform(matrix)

    def origin(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return back[0, 0] * x + back[0, 1] * y + back[0, 2], back[1, 0] * x + back[1, 1] * y + back[1, 2]

    return room, origin


def curled(page: Pixels, depth: float = 0.03) -> tuple[Pixels, Place]:
    """The page bent down towards its left edge by a share of its height, and where its pixels were when flat."""
    height, width = page.shape[:2]

    def dip(x: np.ndarray) -> np.ndarray:
        across = np.clip(x / width, -0.1, 1.1)
        return height * depth * (-np.exp(-across / 0.2) + 0.3 * np.sin(np.pi * across))

    def origin(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x, y - dip(x)

    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    maps = [each.astype(np.float32) for each in origin(x, y)]
    return cv2.remap(page, *maps, cv2.INTER_CUBIC, None, cv2.BORDER_REPLICATE), origin


def _landscape(seed: int, width: int, height: int) -> np.ndarray:
    """Hills, a tower and clouds as lightness, 0 to 1."""
    rng = np.random.default_rng(seed)
    y = np.linspace(0, 1, height)[:, None]
    value = np.broadcast_to(0.62 + 0.22 * (1 - y), (height, width)).astype(np.float32)
    clouds = cv2.resize(rng.random((5, 7), dtype=np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    value = value - 0.16 * clouds
    for hill in range(3):
        ridge = np.interp(np.arange(width), np.linspace(0, width, 6), rng.uniform(-0.08, 0.08, 6)) + 0.42 + 0.16 * hill
        value = np.where(y > ridge[None], 0.52 - 0.13 * hill, value).astype(np.float32)
    tower = int(width * rng.uniform(0.2, 0.7))
    cv2.rectangle(value, (tower, int(height * 0.22)), (tower + width // 9, int(height * 0.72)), 0.16, -1)
    cv2.rectangle(value, (tower + 12, int(height * 0.3)), (tower + 28, int(height * 0.38)), 0.7, -1)
    grain = rng.normal(0, 0.012, value.shape).astype(np.float32)
    return np.clip(cv2.GaussianBlur(value, (0, 0), 1.0) + grain, 0.02, 0.95)


def _pixels(values: np.ndarray) -> Pixels:
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)
