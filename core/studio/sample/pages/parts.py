"""Electronic components as they look from above; each is remembered with its label, its print and its rectangle."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.engines.drawing import lettering
from core.engines.drawing.picture import Pixels
from core.studio.sample.pages.typeset import Placed

Colour = tuple[int, int, int]
_MASK: Colour = (62, 92, 30)
_TRACK: Colour = (84, 122, 48)
_TIN: Colour = (176, 186, 190)
_PRINT: Colour = (222, 230, 226)
_BODY: Colour = (40, 38, 37)
_FINE = 4


class Board:
    """A board being filled, as BGR pixels."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.picture: Pixels = np.full((height, width, 3), (74, 78, 82), np.uint8)
        self.placed: list[Placed] = []

    def ground(self, area: tuple[int, int, int, int]) -> None:
        """Lay the bare board on the table."""
        left, top, right, bottom = area
        self._shadow(area, 26, 0.55)
        self._box((left, top, right, bottom), _MASK, 22)
        weave = self.picture[top:bottom, left:right].astype(np.int16)
        weave += ((np.indices(weave.shape[:2]).sum(axis=0) % 6 < 3) * 3)[..., None].astype(np.int16)
        self.picture[top:bottom, left:right] = np.clip(weave, 0, 255).astype(np.uint8)
        cv2.rectangle(self.picture, (left + 14, top + 14), (right - 14, bottom - 14), _TRACK, 3, cv2.LINE_AA)

    def trace(self, points: Sequence[tuple[float, float]]) -> None:
        """Run a copper track under the green, with a via at its far end."""
        track = np.round(np.array(points) * 2**_FINE).astype(np.int32)
        cv2.polylines(self.picture, [track + 24], False, (44, 66, 20), 8, cv2.LINE_AA, _FINE)
        cv2.polylines(self.picture, [track], False, _TRACK, 7, cv2.LINE_AA, _FINE)
        self.via(*(round(value) for value in points[-1]))

    def via(self, x: int, y: int) -> None:
        """Drill a small plated hole."""
        self._disc(x, y, 9, (128, 168, 176))
        self._disc(x, y, 4, (24, 34, 20))

    def hole(self, x: int, y: int, radius: int) -> None:
        """Drill a hole for a screw."""
        self._disc(x, y, radius, (150, 176, 188))
        self._disc(x, y, radius - 12, (70, 74, 78))
        self._disc(x - 2, y - 3, radius - 14, (52, 55, 58))

    def print(self, text: str, left: int, base: int, size: int) -> None:
        """Print white letters on the board."""
        lettering.write(self.picture, text, left, base, size, _PRINT)

    def chip(self, name: str, mark: str, area: tuple[int, int, int, int], pins: int, sides: str, turn: int = 0) -> None:
        """Place an integrated circuit with pins at the left and right ("lr") or top and bottom ("tb")."""
        left, top, right, bottom = area
        reach = 34
        for number in range(pins):
            at = (number + 0.5) / pins
            if sides == "lr":
                y = round(top + (bottom - top) * at)
                ends = [(left - reach, y - 7, left + 4, y + 7), (right - 4, y - 7, right + reach, y + 7)]
            else:
                x = round(left + (right - left) * at)
                ends = [(x - 8, top - reach, x + 8, top + 4), (x - 8, bottom - 4, x + 8, bottom + reach)]
            for end in ends:
                self._shadow(end, 4, 0.4)
                self._box(end, _TIN, 3)
                self._box((end[0] + 2, end[1] + 2, end[2] - 2, end[1] + 6), (226, 232, 234), 1)
        self._shadow(area, 14, 0.5)
        self._box(area, (52, 50, 48), 8)
        self._box((left + 7, top + 7, right - 7, bottom - 7), _BODY, 6)
        cv2.circle(self.picture, (left + 34, bottom - 34), 11, (28, 26, 25), -1, cv2.LINE_AA)
        self._marks(mark, area, (196, 200, 198), 0.62, turn)
        across, up = (reach, 0) if sides == "lr" else (0, reach)
        self._remember("chip", mark, (left - across, top - up, right + across, bottom + up))
        self.print(name, left - across, top - up - 14, 24)

    def flat_resistor(self, name: str, mark: str, x: int, y: int) -> None:
        """Place a small black resistor with its value."""
        area = (x, y, x + 108, y + 54)
        self._flat(area, (46, 44, 44))
        self._marks(mark, (x + 22, y, x + 86, y + 54), (228, 228, 226), 0.8)
        self._remember("resistor", mark, area)
        self.print(name, x - 52, y + 34, 20)

    def flat_capacitor(self, name: str, x: int, y: int) -> None:
        """Place a small unmarked ceramic capacitor."""
        area = (x, y, x + 92, y + 50)
        self._flat(area, (112, 150, 178))
        self._remember("capacitor", "", area)
        self.print(name, x + 20, y - 10, 20)

    def ringed_resistor(self, name: str, rings: Sequence[str], x: int, y: int, long: int) -> None:
        """Place a resistor on wires, with its value as rings."""
        self._wire(x, y, long)
        left, right = x + round(long * 0.2), x + round(long * 0.8)
        self._shadow((left, y - 28, right, y + 28), 10, 0.5)
        self._rod(left, right, y, 26, (150, 190, 214))
        for end in (left + 20, right - 20):
            self._rod(end - 22, end + 22, y, 31, (150, 190, 214))
        for number, code in enumerate(rings):
            at = left + round((right - left) * (0.2 + 0.17 * number + 0.08 * (number == 3)))
            self._rod(at - 8, at + 8, y, 27, _bgr(code), radius=1)
        self._remember("resistor", "", (x - 14, y - 31, x + long + 14, y + 31))
        self.print(name, left, y - 42, 20)

    def diode(self, name: str, mark: str, x: int, y: int, long: int) -> None:
        """Place a glass diode on wires."""
        self._wire(x, y, long)
        left, right = x + round(long * 0.28), x + round(long * 0.76)
        self._shadow((left, y - 18, right, y + 18), 8, 0.5)
        self._rod(left, right, y, 20, (60, 112, 196))
        self._rod(right - 26, right - 12, y, 21, (38, 36, 36), radius=1)
        self._marks(mark, (left + 4, y - 16, right - 26, y + 16), (30, 40, 70), 0.8)
        self._remember("diode", mark, (x - 14, y - 21, x + long + 14, y + 21))
        self.print(name, left, y - 34, 20)

    def lamp(self, name: str, x: int, y: int, code: str) -> None:
        """Place a small coloured lamp."""
        tone = np.array(_bgr(code), np.float32)
        self._shadow((x - 36, y - 36, x + 36, y + 36), 12, 0.5)
        for step in range(36, 0, -1):
            self._disc(x, y, step, _mixed(tone * (0.62 + 0.5 * (1 - step / 36) ** 0.7)))
        self._disc(x, y, 25, _mixed(tone * 0.9), thick=2)
        self._disc(x - 10, y - 12, 6, _mixed(tone * 0.3 + 180))
        self._remember("led", "", (x - 37, y - 37, x + 37, y + 37))
        self.print(name, x - 34, y + 66, 20)

    def can(self, name: str, mark: str, x: int, y: int, radius: int) -> None:
        """Place an electrolytic capacitor, a can with a dark field on its lid."""
        self._shadow((x - radius, y - radius, x + radius, y + radius), 20, 0.6, is_round=True)
        base = radius + 10
        self._box((x - base, y - base, x + base, y + base), (34, 32, 32), 18)
        for step in range(radius, 0, -1):
            tone = 150 + 62 * (1 - step / radius) ** 0.5 - 50 * (step > radius - 5)
            self._disc(x - (radius - step) // 12, y - (radius - step) // 9, step, _mixed(np.full(3, tone)))
        cv2.ellipse(self.picture, (x, y), (radius - 8, radius - 8), 0, 120, 240, (52, 48, 46), -1, cv2.LINE_AA)
        self._marks(mark, (x - radius // 3, y - radius // 2, x + radius - 8, y + radius // 2), (48, 44, 42), 0.72)
        self._remember("capacitor", mark, (x - base, y - base, x + base + 1, y + base + 1))
        self.print(name, x - base, y - base - 12, 22)

    def crystal(self, name: str, mark: str, x: int, y: int, long: int) -> None:
        """Place a crystal in its metal case."""
        area = (x, y - 50, x + long, y + 50)
        self._shadow(area, 16, 0.55)
        self._box(area, (150, 158, 162), 50)
        self._box((x + 7, y - 43, x + long - 7, y + 43), (190, 198, 202), 43)
        self._box((x + 30, y - 39, x + long - 30, y - 33), (222, 228, 230), 3)
        self._marks(mark, (x + 20, y - 46, x + long - 20, y + 50), (70, 72, 74), 0.86)
        self._remember("crystal", mark, area)
        self.print(name, x, y - 64, 22)

    def socket(self, name: str, area: tuple[int, int, int, int]) -> None:
        """Place a metal socket for a cable."""
        left, top, right, bottom = area
        self._shadow(area, 18, 0.55)
        self._box(area, (168, 174, 178), 10)
        for number in range(14):
            inset = 6 + number * 2
            tone = 172 + 3 * number
            self._box((left + inset, top + inset // 2, right, bottom - inset // 2), (tone, tone + 4, tone + 6), 8)
        for y in (top + 56, bottom - 86):
            self._box((left + 60, y, left + 130, y + 30), (108, 112, 116), 5)
            self._box((left + 66, y + 8, left + 124, y + 30), (140, 146, 150), 4)
        self._remember("connector", "", area)
        self.print(name, left, top - 14, 22)

    def header(self, name: str, x: int, y: int, pins: int) -> None:
        """Place a row of pins."""
        area = (x, y, x + pins * 52, y + 56)
        self._shadow(area, 10, 0.5)
        self._box(area, (30, 29, 28), 8)
        for number in range(pins):
            middle = x + 26 + number * 52
            self._box((middle - 20, y + 6, middle + 20, y + 50), (44, 42, 41), 8)
            self._box((middle - 9, y + 19, middle + 9, y + 37), (96, 186, 214), 3)
            self._box((middle - 6, y + 21, middle + 2, y + 27), (190, 232, 246), 1)
        self._remember("connector", "", area)
        self.print(name, x, y - 12, 22)

    def _remember(self, label: str, mark: str, area: tuple[int, int, int, int]) -> None:
        self.placed.append(Placed(label, mark, area))

    def _flat(self, area: tuple[int, int, int, int], body: Colour) -> None:
        left, top, right, bottom = area
        self._box((left - 8, top + 3, right + 8, bottom - 3), (150, 162, 168), 4)
        self._shadow(area, 7, 0.5)
        self._box(area, (196, 204, 206), 4)
        self._box((left + 18, top, right - 18, bottom), body, 2)
        self._box((left + 18, top + 3, right - 18, top + 8), _mixed(np.array(body, np.float32) + 26), 1)

    def _wire(self, x: int, y: int, long: int) -> None:
        for end in (x, x + long):
            self._disc(end, y, 14, (160, 172, 178))
        self._box((x, y - 5, x + long, y + 5), (164, 172, 176), 4)
        self._box((x, y - 4, x + long, y - 1), (220, 226, 228), 1)

    def _rod(self, left: int, right: int, y: int, half: int, tone: Colour, radius: int = 14) -> None:
        """Draw something round that lies: light on its upper side, dark on its lower."""
        plane = np.zeros((2 * half, right - left), np.uint8)
        _rounded(plane, (0, 0, right - left, 2 * half), 255, radius)
        at = np.linspace(-1, 1, 2 * half, dtype=np.float32)[:, None, None]
        light = 0.62 + 0.5 * np.sqrt(np.clip(1 - (at + 0.3) ** 2, 0, 1)) + 0.22 * np.exp(-(((at + 0.45) / 0.14) ** 2))
        body = np.broadcast_to(np.array(tone, np.float32) * light, (*plane.shape, 3))
        self._lay(left, y - half, plane, body)

    def _box(self, area: tuple[int, int, int, int], tone: Colour, radius: int) -> None:
        left, top, right, bottom = area
        plane = np.zeros((bottom - top, right - left), np.uint8)
        _rounded(plane, (0, 0, right - left, bottom - top), 255, radius)
        self._lay(left, top, plane, np.broadcast_to(np.array(tone, np.float32), (*plane.shape, 3)))

    def _disc(self, x: int, y: int, radius: int, tone: Colour, thick: int = -1) -> None:
        cv2.circle(self.picture, (x, y), radius, tone, thick, cv2.LINE_AA)

    def _lay(self, left: int, top: int, cover: Pixels, body: Pixels) -> None:
        there = self.picture[top : top + cover.shape[0], left : left + cover.shape[1]]
        part = (cover.astype(np.float32) / 255)[..., None]
        there[:] = np.clip(there * (1 - part) + body * part, 0, 255).astype(np.uint8)

    def _shadow(self, area: tuple[int, int, int, int], reach: int, depth: float, is_round: bool = False) -> None:
        left, top, right, bottom = area
        pad = 3 * reach
        plane = np.zeros((bottom - top + 2 * pad, right - left + 2 * pad), np.uint8)
        shifted = (pad + reach // 2, pad + reach // 2, pad + right - left + reach // 2, pad + bottom - top + reach // 2)
        _rounded(plane, shifted, 255, (right - left) // 2 if is_round else 6)
        blurred = cv2.GaussianBlur(plane, (0, 0), max(1.0, reach * 0.6))
        rows, columns = self.picture.shape[:2]
        first, start = max(0, top - pad), max(0, left - pad)
        last, end = min(rows, bottom + pad), min(columns, right + pad)
        cover = blurred[first - top + pad : last - top + pad, start - left + pad : end - left + pad]
        there = self.picture[first:last, start:end]
        there[:] = (there * (1 - depth * cover.astype(np.float32)[..., None] / 255)).astype(np.uint8)

    def _marks(self, mark: str, area: tuple[int, int, int, int], tone: Colour, share: float, turn: int = 0) -> None:
        """Print lines of letters into the middle of an area, turned by quarters, as large as fits `share` of it."""
        left, top, right, bottom = area
        wide, high = (right - left, bottom - top) if turn % 2 == 0 else (bottom - top, right - left)
        lines = mark.split("\n")
        size = round(min(44.0, high * share / (1.35 * len(lines))))
        while size > 8 and max(lettering.measure(line, size)[0] for line in lines) > wide * (share + 0.2):
            size -= 1
        plane = np.zeros((high, wide), np.uint8)
        base = high / 2 - 1.35 * size * len(lines) / 2 + size * 1.05
        for number, line in enumerate(lines):
            across = lettering.measure(line, size)[0]
            at = round(wide / 2 - across / 2), round(base + 1.35 * size * number)
            lettering.write(plane, line, *at, size, (255, 255, 255))
        plane = np.ascontiguousarray(np.rot90(plane, turn))
        self._lay(left, top, plane, np.broadcast_to(np.array(tone, np.float32), (*plane.shape, 3)))


def _rounded(plane: Pixels, area: tuple[int, int, int, int], value: int, radius: int) -> None:
    left, top, right, bottom = area
    radius = max(0, min(radius, (right - left) // 2 - 1, (bottom - top) // 2 - 1))
    cv2.rectangle(plane, (left + radius, top), (right - 1 - radius, bottom - 1), value, -1)
    cv2.rectangle(plane, (left, top + radius), (right - 1, bottom - 1 - radius), value, -1)
    for x in (left + radius, right - 1 - radius):
        for y in (top + radius, bottom - 1 - radius):
            cv2.circle(plane, (x, y), radius, value, -1, cv2.LINE_AA)


def _bgr(code: str) -> Colour:
    return int(code[5:7], 16), int(code[3:5], 16), int(code[1:3], 16)


def _mixed(tone: Pixels) -> Colour:
    blue, green, red = (int(value) for value in np.clip(tone, 0, 255))
    return blue, green, red
