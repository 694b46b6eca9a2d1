"""A circuit board from above: chips, resistors, capacitors and their neighbours, with what is printed on them."""

from __future__ import annotations

import cv2
import numpy as np

from core.engines.drawing.brush import noise
from core.engines.drawing.picture import Pixels
from core.studio.sample.pages.parts import Board
from core.studio.sample.pages.typeset import Placed

WIDTH, HEIGHT = 2000, 1600
_BOARD = (70, 60, 1930, 1540)


def circuit() -> tuple[Pixels, list[Placed]]:
    """Return a photograph of a circuit board."""
    board = Board(WIDTH, HEIGHT, 77)
    board.ground(_BOARD)
    _copper(board)
    _chips(board)
    _small(board)
    _large(board)
    board.print("THROUGHLINE  TL-LAMP  REV B", 1180, 1500, 30)
    board.print("MADE OF LINES", 130, 1500, 22)
    return _photographed(board), board.placed


def _copper(board: Board) -> None:
    for number in range(9):
        board.trace([(700 + 34 * number, 560), (700 + 34 * number, 480 - 18 * number), (980, 200 + 20 * number),
                     (1260, 200 + 20 * number)])  # fmt: skip
    for number in range(8):
        y = 690 + 40 * number
        end = 130 + 22 * number
        board.trace([(540, y), (end + 130, y), (end, y + 130), (end, 1080 + 20 * (7 - number))])
    for number in range(7):
        y = 640 + 34 * number
        board.trace([(1120, y), (1260 + 10 * number, y), (1330, y + 70 - 10 * number), (1480, y + 70 - 10 * number)])
    for number in range(7):
        x, y = 640 + 44 * number, 1190 - 26 * number
        board.trace([(x, 960), (x, y - 90), (x + 90, y), (x + 280 - 14 * number, y)])
    for number in range(6):
        x, y = 1725 + 22 * number, 650 - 22 * number
        board.trace([(x, 420), (x, y - 60), (x + 50, y), (1885, y)])
    for x in range(140, 1900, 88):
        for y in (120, 1420):
            board.via(x + (y // 37) % 30, y + (x * 7) % 40)
    for x, y in ((150, 140), (1850, 140), (150, 1440), (1850, 1440)):
        board.hole(x, y, 34)


def _chips(board: Board) -> None:
    board.chip("U1", "TL8017-20\nLAMP CTRL\n9047 K", (560, 560, 1120, 960), pins=14, sides="lr")
    board.chip("U2", "LM74HC\n2K1907", (1240, 180, 1560, 380), pins=8, sides="tb")
    board.chip("U3", "OP 42\nB7", (1480, 690, 1660, 960), pins=7, sides="lr", turn=1)


def _small(board: Board) -> None:
    for number, (x, y, mark) in enumerate(
        ((300, 250, "472"), (300, 330, "103"), (300, 410, "221"), (470, 250, "1002"), (470, 330, "0"),
         (470, 410, "330"), (1270, 1150, "47R"), (1270, 1240, "102"), (1270, 1330, "473"))
    ):  # fmt: skip
        board.flat_resistor(f"R{number + 1}", mark, x, y)
    for number, (x, y) in enumerate(((640, 420), (780, 420), (1240, 520), (1400, 520), (470, 1120), (470, 1210))):
        board.flat_capacitor(f"C{number + 1}", x, y)
    board.ringed_resistor("R20", ("#7A4A22", "#1C1A1A", "#C0392B", "#C9A24B"), 520, 1390, 300)
    board.ringed_resistor("R21", ("#E0C13A", "#7B3F98", "#D9822B", "#C9A24B"), 890, 1390, 300)
    board.diode("D1", "4148", 1400, 1130, 210)
    board.lamp("LED1", 1560, 1290, "#C83A32")
    board.lamp("LED2", 1680, 1290, "#4FA64A")


def _large(board: Board) -> None:
    board.can("C20", "47\n25V", 300, 590, 92)
    board.can("C21", "220\n16V", 1740, 1130, 106)
    board.can("C22", "10\n50V", 300, 1330, 74)
    board.crystal("X1", "16.000\nTL", 740, 240, 270)
    board.socket("J1", (1700, 190, 1900, 430))
    board.header("J2", 240, 1000, 5)


def _photographed(board: Board) -> Pixels:
    rng = np.random.default_rng(5)
    picture = cv2.GaussianBlur(board.picture, (0, 0), 0.8).astype(np.float32)
    down = np.linspace(-1, 1, HEIGHT, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, WIDTH, dtype=np.float32)[None]
    light = 1.08 - 0.2 * (down - 0.4) ** 2 - 0.16 * (across + 0.5) ** 2
    small = noise(rng, HEIGHT // 8, WIDTH // 8, 4, 2)
    light += 0.03 * cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    picture = picture * light[..., None] + 3 * rng.standard_normal((HEIGHT, WIDTH, 1), dtype=np.float32)
    return cv2.convertScaleAbs(np.clip(picture, 0, 255))
