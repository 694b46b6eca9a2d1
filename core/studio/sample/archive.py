"""The sample's archive picture: an old natural-history plate of a hare who lights lamps, drawn by this code alone.

Figures are given in a plate of 1000 by 1300 units. Everything random comes from one fixed seed,
so it is always the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from core.engines.drawing.brush import Points, ellipse, noise, spline
from core.engines.drawing.lettering import measure, write, write_centred
from core.engines.drawing.picture import Pixels, Plane

WIDTH, HEIGHT = 1200, 1560
_SCALE = 2.4
_SEED = 1907

Knots = Sequence[tuple[float, float]]

FUR, FUR_DARK, CREAM, BLUSH = "#A67C52", "#7E5A3A", "#F3E6CC", "#D99A86"
COAT, COAT_DARK, BRASS, TEAL, BOOT, INK = "#B5472A", "#7F2D1E", "#D9A437", "#2F7378", "#4A342A", "#2B211C"
PATCH, GLASS, THREAD = "#3F6F73", "#FBE7A6", "#C5221F"


def _bgr(code: str) -> np.ndarray:
    return np.array([int(code[i : i + 2], 16) for i in (5, 3, 1)], np.float32)


class _Plate:
    """Paper that is painted on at twice its final size."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(_SEED)
        self.height, self.width = round(1300 * _SCALE), round(1000 * _SCALE)
        self.paint: Plane = np.full((self.height, self.width, 3), 255, np.float32)
        self.mottle = noise(self.rng, self.height, self.width, 26, octaves=4)

    def mask(self, outline: Points, box: tuple[slice, slice]) -> Plane:
        rows, columns = box
        plane = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        corners = np.round(outline * _SCALE).astype(np.int32) - (columns.start, rows.start)
        cv2.fillPoly(plane, [corners], 255, cv2.LINE_AA)
        return plane.astype(np.float32) / 255

    def wash(self, outline: Points, code: str, shade: str | None = None, within: Points | None = None) -> None:
        """Colour a shape as a hand-coloured print is: uneven, darker at its rim and on its right."""
        box = self._box(outline)
        mask = self.mask(outline, box)
        if within is not None:
            mask *= self.mask(within, box)
        body = np.broadcast_to(_bgr(code), (*mask.shape, 3)) * (1 + 0.045 * self.mottle[box][..., None])
        if shade is not None:
            fall = np.linspace(-0.35, 1, mask.shape[1], dtype=np.float32)[None, :, None]
            body = body + (_bgr(shade) - body) * np.clip(fall, 0, 1) ** 1.6 * 0.75
        rim = cv2.GaussianBlur(mask, (0, 0), 14)
        body = body * (0.90 + 0.10 * np.clip((rim - 0.5) * 2, 0, 1))[..., None]
        there = self.paint[box]
        there += (body - there) * mask[..., None]

    def ink(self, line: Points, width: float = 4.2, code: str = INK) -> None:
        """Draw a pen line that swells and thins."""
        points = line * _SCALE + self.rng.normal(0, 0.5, line.shape)
        swell = width * _SCALE * (0.72 + 0.38 * np.abs(np.sin(np.linspace(0.4, 5.6, len(points)))))
        tone = tuple(float(value) for value in _bgr(code))
        for start, end, thick in zip(points[:-1], points[1:], swell, strict=False):
            first, last = (tuple(round(float(v)) for v in p) for p in (start, end))
            cv2.line(self.paint, first, last, tone, max(1, round(float(thick))), cv2.LINE_AA)

    def shape(self, knots: Knots, code: str, shade: str | None = None, width: float = 4.2) -> Points:
        """Wash and outline a smooth closed shape, and return its outline."""
        outline = spline(knots)
        self.wash(outline, code, shade)
        self.ink(np.vstack([outline, outline[:3]]), width)
        return outline

    def pen(self, knots: Knots, width: float = 3.2, code: str = INK) -> None:
        """Draw a smooth open line."""
        self.ink(spline(knots, closed=False), width, code)

    def hatch(self, outline: Points, slope: float, gap: float, start: float, code: str = INK, bend: float = 20) -> None:
        """Hatch the part of a shape right of `start` (0..1 of its width) with fine bent lines."""
        box = self._box(outline)
        mask = self.mask(outline, box)
        low, high = outline.min(axis=0), outline.max(axis=0)
        layer = np.zeros(mask.shape, np.uint8)
        corner = np.array([box[1].start, box[0].start])
        left = low[0] + start * (high[0] - low[0])
        for i, y in enumerate(np.arange(low[1] - 60, high[1] + 60, gap)):
            reach = left + (i % 3) * 0.09 * (high[0] - low[0])
            t = np.linspace(0, 1, 14)
            x = reach + t * (high[0] - reach)
            line = np.stack([x, y + slope * (x - left) + bend * t * t], axis=1) * _SCALE - corner
            cv2.polylines(layer, [np.round(line).astype(np.int32)], False, 255, 2 + i % 2, cv2.LINE_AA)
        cover = np.minimum(layer.astype(np.float32) / 255, mask)[..., None] * 0.55
        there = self.paint[box]
        there += (_bgr(code) - there) * cover

    def _box(self, outline: Points) -> tuple[slice, slice]:
        low, high = outline.min(axis=0) * _SCALE - 3, outline.max(axis=0) * _SCALE + 3
        rows = slice(max(0, int(low[1])), min(self.height, int(high[1]) + 1))
        return rows, slice(max(0, int(low[0])), min(self.width, int(high[0]) + 1))


def draw_archive() -> Pixels:
    """Return the plate as BGR pixels, 1200 by 1560."""
    plate = _Plate()
    for part in (_boots, _ears, _far_arm, _coat, _near_arm, _head, _face, _muffler, _lantern):
        part(plate)
    figure = cv2.resize(plate.paint, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    sheet = _paper() * (figure / 255)
    sheet = _printed(sheet)
    return _aged(np.clip(sheet, 0, 255).astype(np.uint8))


def _boots(plate: _Plate) -> None:
    for x, way in ((432, -1), (560, 1)):
        leg = plate.shape([(x - 34, 895), (x + 34, 895), (x + 36, 985), (x - 36, 985)], "#5D6A62", "#414C48")
        plate.hatch(leg, 0.1, 9, 0.5)
        toe = way * 26
        boot = plate.shape(
            [
                (x - 42, 968),
                (x + 42, 968),
                (x + 46, 1020),
                (x + 58 + toe, 1052),
                (x + 46 + toe, 1082),
                (x, 1088),
                (x - 46 + toe, 1082),
                (x - 58 + toe, 1052),
                (x - 46, 1020),
            ],
            BOOT,
            "#2F211B",
        )
        plate.hatch(boot, 0.15, 9, 0.45)
        plate.pen([(x - 42, 990), (x, 998), (x + 42, 990)], 3, "#8B6B54")
        plate.pen([(x - 54 + toe, 1066), (x + toe, 1074), (x + 54 + toe, 1066)], 2.4, "#8B6B54")


def _ears(plate: _Plate) -> None:
    left = plate.shape(
        [(420, 372), (378, 300), (352, 205), (362, 120), (398, 92), (436, 140), (458, 235), (474, 352)], FUR, FUR_DARK
    )
    plate.hatch(left, 0.5, 10, 0.66)
    plate.shape(
        [(424, 340), (398, 280), (380, 205), (388, 148), (408, 168), (430, 250), (446, 336)], BLUSH, "#B8705E", 2.6
    )
    right = plate.shape(
        [(528, 352), (540, 260), (566, 178), (610, 130), (650, 142), (640, 196), (616, 262), (586, 372)], FUR, FUR_DARK
    )
    plate.hatch(right, 0.5, 10, 0.5)
    plate.shape([(552, 338), (562, 268), (584, 208), (612, 168), (606, 222), (584, 330)], BLUSH, "#B8705E", 2.6)
    tip = plate.shape(
        [(606, 134), (646, 118), (700, 150), (730, 214), (722, 262), (690, 240), (650, 196), (616, 172)], FUR, FUR_DARK
    )
    plate.hatch(tip, 0.6, 10, 0.45)


def _far_arm(plate: _Plate) -> None:
    sleeve = plate.shape(
        [(612, 632), (662, 668), (704, 748), (722, 812), (672, 836), (634, 770), (596, 716)], COAT, COAT_DARK
    )
    plate.hatch(sleeve, 0.5, 10, 0.4)
    plate.shape([(668, 800), (724, 796), (734, 826), (676, 846)], CREAM, "#D8C6A0", 3.4)
    plate.shape([(680, 836), (726, 826), (742, 856), (726, 888), (692, 886), (676, 860)], FUR, FUR_DARK, 3.6)
    for y in (872, 890, 908):
        plate.pen([(690, y), (714, y + 5), (738, y)], 5, THREAD)
    spool = plate.shape([(684, 858), (744, 858), (744, 922), (684, 922)], THREAD, "#8E1917", 3)
    plate.hatch(spool, 0.02, 7, 0.0, "#7A1412", 3)
    for y in (856, 922):
        plate.shape([(676, y - 8), (752, y - 8), (752, y + 9), (676, y + 9)], "#C79B63", "#8E6538", 3)
    plate.pen([(700, 930), (706, 968), (684, 1000), (706, 1036), (690, 1066)], 2.6, THREAD)


def _coat(plate: _Plate) -> None:
    coat = plate.shape(
        [
            (430, 575),
            (500, 560),
            (570, 575),
            (622, 622),
            (648, 720),
            (672, 840),
            (690, 912),
            (600, 938),
            (500, 944),
            (400, 938),
            (310, 912),
            (328, 840),
            (352, 720),
            (378, 622),
        ],
        COAT,
        COAT_DARK,
        4.8,
    )
    plate.hatch(coat, 0.18, 11, 0.64, COAT_DARK)
    plate.hatch(coat, -0.9, 13, 0.83)
    plate.pen([(504, 610), (510, 720), (512, 840), (508, 942)], 3.4)
    plate.pen([(326, 884), (420, 912), (510, 916), (600, 910), (682, 884)], 2.4, "#E08B62")
    for y in (690, 765, 840):
        plate.shape([(x, yy) for x, yy in ellipse(472, y, 17, 17, 10)], BRASS, "#9C6A1C", 3)
        plate.pen([(463, y - 6), (470, y - 10), (477, y - 8)], 2.4, "#FFF1C2")
    pocket = plate.shape([(556, 786), (632, 780), (640, 852), (598, 868), (562, 856)], PATCH, "#28494D", 3.2)
    plate.hatch(pocket, 0.3, 9, 0.55)
    for x in range(562, 632, 14):
        plate.pen([(x, 794), (x + 6, 802)], 2.2, CREAM)
    plate.shape([(598, 838), (578, 818), (582, 804), (598, 812), (614, 803), (619, 818)], CREAM, None, 2)
    for x in (380, 440, 566):
        plate.pen([(x, 720), (x - 8 + (x > 500) * 14, 800), (x - 6 + (x > 500) * 20, 880)], 2, COAT_DARK)


def _near_arm(plate: _Plate) -> None:
    sleeve = plate.shape(
        [(384, 626), (420, 668), (392, 742), (342, 792), (292, 812), (272, 768), (318, 728), (344, 668)],
        COAT,
        COAT_DARK,
    )
    plate.hatch(sleeve, -0.4, 10, 0.55)
    plate.shape([(272, 760), (302, 822), (278, 836), (246, 774)], CREAM, "#D8C6A0", 3.4)
    plate.shape([(252, 776), (278, 830), (258, 850), (226, 848), (212, 820), (224, 790)], FUR, FUR_DARK, 3.6)


def _head(plate: _Plate) -> None:
    head = plate.shape(
        [
            (500, 326),
            (580, 340),
            (634, 392),
            (654, 462),
            (640, 518),
            (592, 562),
            (500, 582),
            (408, 562),
            (360, 518),
            (346, 462),
            (366, 392),
            (420, 340),
        ],
        FUR,
        FUR_DARK,
        4.8,
    )
    plate.hatch(head, 0.45, 10, 0.74)
    for x, y, way in ((352, 500, -1), (362, 526, -1), (648, 500, 1), (638, 526, 1)):
        plate.pen([(x, y), (x + way * 16, y + 10)], 3.2)
    for x in (478, 492, 508, 522):
        plate.pen([(x, 346), (500 + (x - 500) * 0.7, 376)], 2.6, FUR_DARK)


def _face(plate: _Plate) -> None:
    plate.wash(spline([(500, 352), (516, 392), (512, 440), (500, 462), (488, 440), (484, 392)]), CREAM)
    plate.shape(
        [(500, 462), (562, 470), (590, 512), (560, 556), (500, 570), (440, 556), (410, 512), (438, 470)],
        CREAM,
        "#DCC7A0",
        2.4,
    )
    for x in (436, 564):
        plate.shape(list(map(tuple, ellipse(x, 436, 29, 36, 14))), INK, None, 3)
        plate.wash(ellipse(x - 8, 423, 10, 12), "#FFFDF4")
        plate.wash(ellipse(x + 9, 449, 5, 6), "#B9A58C")
        plate.pen([(x - 30, 394 - (x - 500) * 0.06), (x, 382), (x + 30, 394 + (x - 500) * 0.06)], 4, FUR_DARK)
    plate.shape([(474, 480), (500, 474), (526, 480), (514, 500), (500, 508), (486, 500)], "#7C3B34", "#55241F", 3)
    plate.pen([(500, 508), (500, 524)], 3)
    plate.pen([(456, 524), (478, 538), (500, 524), (522, 538), (544, 524)], 3.4)
    plate.shape([(488, 534), (512, 534), (511, 553), (500, 556), (489, 553)], "#FFFBEF", None, 2.4)
    for x in (406, 594):
        plate.wash(ellipse(x, 494, 23, 16), BLUSH)
    for way in (-1, 1):
        for rise, reach in ((-16, 124), (4, 136), (22, 120)):
            plate.pen([(500 + way * 62, 512 + rise * 0.3), (500 + way * reach, 512 + rise)], 2)


def _muffler(plate: _Plate) -> None:
    tail = plate.shape([(398, 600), (452, 612), (446, 700), (436, 762), (380, 752), (390, 680)], TEAL, "#1D4C50")
    plate.hatch(tail, 0.1, 9, 0.5)
    for y in (648, 700):
        plate.wash(spline([(376, y), (460, y + 8), (459, y + 26), (374, y + 18)]), CREAM, within=tail)
    for x in (388, 402, 416, 430):
        plate.pen([(x, 756), (x - 3, 780)], 3.4, TEAL)
    wrap = plate.shape(
        [
            (376, 566),
            (436, 590),
            (500, 598),
            (564, 590),
            (624, 566),
            (640, 604),
            (580, 640),
            (500, 650),
            (420, 640),
            (360, 604),
        ],
        TEAL,
        "#1D4C50",
        4.4,
    )
    for x in (412, 488, 562):
        lean = (x - 500) * 0.12
        plate.wash(spline([(x - lean, 556), (x + 24 - lean, 556), (x + 22, 660), (x - 2, 660)]), CREAM, within=wrap)
    plate.hatch(wrap, 0.1, 9, 0.6)
    for outline in (wrap, tail[90:]):
        plate.ink(outline, 4.2)


def _lantern(plate: _Plate) -> None:
    plate.pen([(186, 900), (200, 852), (236, 836), (272, 852), (286, 900)], 5)
    plate.shape([(196, 892), (236, 868), (276, 892), (282, 908), (190, 908)], BRASS, "#8A5C17", 4)
    glass = plate.shape([(194, 908), (278, 908), (284, 960), (276, 1012), (196, 1012), (188, 960)], GLASS, "#EDB94E", 4)
    plate.hatch(glass, 0.4, 14, 0.8, "#B9822B")
    plate.shape([(236, 930), (250, 962), (246, 988), (236, 994), (226, 988), (222, 962)], "#EE8A2E", None, 2.2)
    plate.wash(spline([(236, 956), (242, 976), (236, 988), (230, 976)]), "#FFF6D0")
    plate.pen([(212, 910), (208, 960), (212, 1010)], 2.6)
    plate.pen([(260, 910), (264, 960), (260, 1010)], 2.6)
    plate.shape([(186, 1010), (286, 1010), (292, 1034), (180, 1034)], BRASS, "#8A5C17", 4)


def _paper() -> Plane:
    """Return old paper: cream, toned towards its edges, with fibres."""
    rng = np.random.default_rng(_SEED + 1)
    rows = np.abs(np.linspace(-1, 1, HEIGHT, dtype=np.float32))[:, None]
    columns = np.abs(np.linspace(-1, 1, WIDTH, dtype=np.float32))[None]
    tone = np.clip(rows**6 * 0.10 + columns**6 * 0.10, 0, 0.2) + 0.012 * noise(rng, HEIGHT, WIDTH, 9)
    fibres = rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    tone = tone + 0.006 * cv2.GaussianBlur(fibres, (0, 0), 0.8)
    yellowing = np.array([1.5, 1.0, 0.7], np.float32)
    paper: Plane = _bgr("#EFE5CB") * (1 - tone[..., None] * yellowing)
    return paper


def _printed(sheet: Plane) -> Plane:
    """Add the plate's frame, number and caption in letterpress."""
    ink = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    tone = (58, 70, 84)
    cv2.rectangle(ink, (62, 62), (WIDTH - 62, HEIGHT - 62), tone, 3, cv2.LINE_AA)
    cv2.rectangle(ink, (74, 74), (WIDTH - 74, HEIGHT - 74), tone, 1, cv2.LINE_AA)
    write(ink, "Nocturnal Trades", 108, 128, 22, tone)
    wide, _ = measure("PLATE XIV", 22)
    write(ink, "PLATE XIV", WIDTH - 108 - wide, 128, 22, tone)
    write_centred(ink, "THE LAMPLIGHTER HARE", WIDTH // 2, 1400, 34, 900, tone, 500)
    write_centred(ink, "Lepus lucernarius, in winter coat", WIDTH // 2, 1438, 21, 900, tone)
    pressed = cv2.GaussianBlur(ink, (0, 0), 0.7).astype(np.float32) / 255
    worn = 1 - (1 - pressed) * 0.86
    return _labelled(sheet * worn)


def _labelled(sheet: Plane) -> Plane:
    """Paste the museum's small label over the lower right corner."""
    label = np.full((112, 216, 3), (214, 232, 238), np.uint8)
    cv2.rectangle(label, (7, 7), (208, 104), (70, 60, 150), 2, cv2.LINE_AA)
    write_centred(label, "MUSEUM OF SMALL HOURS", 108, 36, 13, 180, (70, 60, 150), 600)
    cv2.line(label, (20, 46), (196, 46), (70, 60, 150), 1, cv2.LINE_AA)
    write_centred(label, "No. 1907 · 214", 108, 74, 19, 180, (82, 58, 44))
    write_centred(label, "gift of the night porter", 108, 94, 12, 180, (82, 58, 44))
    turn = cv2.getRotationMatrix2D((108, 56), 2.4, 1)
    turn[:, 2] += (886, 1346)
    pasted = cv2.warpAffine(label.astype(np.float32), turn, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    cover = cv2.warpAffine(np.ones(label.shape[:2], np.float32), turn, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    shadow = cv2.GaussianBlur(np.roll(cover, (4, 3), (0, 1)), (0, 0), 4)[..., None]
    sheet = sheet * (1 - 0.22 * shadow)
    return sheet * (1 - cover[..., None]) + pasted * cover[..., None] * 0.97


def _aged(sheet: Pixels) -> Pixels:
    """Add foxing, a water stain, a fold and the dust of a scan."""
    rng = np.random.default_rng(_SEED + 2)
    stain = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(150):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        if np.hypot((x - 570) / 400, (y - 710) / 620) < 1:
            continue
        cv2.circle(stain, (x, y), int(rng.integers(1, 5) ** 1.4), float(rng.uniform(0.05, 0.26)), -1, cv2.LINE_AA)
    stain = cv2.GaussianBlur(stain, (0, 0), 1.8) + 0.5 * cv2.GaussianBlur(stain, (0, 0), 7)
    ring = np.zeros((HEIGHT, WIDTH), np.float32)
    cv2.ellipse(ring, (1080, 190), (205, 190), 12, 0, 360, 1.0, 5, cv2.LINE_AA)
    stain += 0.07 * cv2.GaussianBlur(ring, (0, 0), 3)
    aged = sheet.astype(np.float32) * (1 - stain[..., None] * np.array([0.85, 0.55, 0.3], np.float32))
    aged[778:781] *= 0.955
    aged[781:783] *= 1.02
    aged += rng.normal(0, 2.2, (HEIGHT, WIDTH, 1)).astype(np.float32)
    scan: Pixels = np.clip(aged, 0, 255).astype(np.uint8)
    return scan
