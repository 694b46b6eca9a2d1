"""The pictures of made-up pages, each drawn by chance: line art, plants, engravings, woodcuts, photographs, charts."""

from __future__ import annotations

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.pages.lettering import blob, font, smooth


def scene(r, h, w):
    """a little landscape in grey 0..1: sky, hills, buildings, trees, a figure"""
    im = np.ones((h, w), np.float32)
    yy = np.linspace(0, 1, h)[:, None].astype(np.float32)
    hor = 0.35 + 0.3 * r.random()
    im = im * (0.55 + 0.35 * (1 - yy)) - 0.12 * smooth(r, h, w, max(8, w / 5))
    for k in range(int(r.integers(2, 5))):
        base = hor + 0.1 * k
        prof = base + 0.16 * (np.interp(np.arange(w), np.linspace(0, w, 7), r.random(7)) - 0.5)
        m = yy > prof[None]
        im = np.where(m, 0.62 - 0.12 * k + 0.22 * (smooth(r, h, w, max(5, w / 22)) - 0.5), im)
    for _ in range(int(r.integers(1, 5))):
        x, bw = int(r.integers(0, max(1, w - w // 6))), int(w * (0.06 + 0.14 * r.random()))
        y, bh = int(h * (hor + 0.05 * r.random())), int(h * (0.12 + 0.3 * r.random()))
        y0 = max(0, y - bh // 2)
        g = float(0.15 + 0.65 * r.random())
        cv2.rectangle(im, (x, y0), (x + bw, y0 + bh), g, -1)
        cv2.rectangle(im, (x, y0), (x + bw, y0 + bh), 0.08, max(1, w // 250))
        if r.random() < 0.7:
            cv2.fillPoly(
                im,
                [np.array([[x - bw // 10, y0], [x + bw // 2, y0 - bh // 2], [x + bw + bw // 10, y0]], np.int32)],
                float(0.1 + 0.3 * r.random()),
            )
        for _ in range(3):
            cv2.rectangle(
                im,
                (x + int(bw * r.random() * 0.7), y0 + int(bh * 0.8 * r.random())),
                (x + int(bw * r.random() * 0.7) + bw // 6 + 1, y0 + int(bh * 0.8 * r.random()) + bh // 6 + 1),
                0.05,
                -1,
            )
    for _ in range(int(r.integers(1, 6))):
        x, y = int(w * r.random()), int(h * (hor + 0.5 * r.random() * (1 - hor)))
        s = int(h * (0.06 + 0.12 * r.random()))
        cv2.line(im, (x, y), (x, y + int(1.6 * s)), 0.1, max(1, s // 7))
        for _ in range(14):
            cv2.circle(
                im,
                (x + int(s * (r.random() - 0.5)), y + int(s * (r.random() - 0.7))),
                max(1, int(s * (0.12 + 0.2 * r.random()))),
                float(0.12 + 0.3 * r.random()),
                -1,
            )
    return np.clip(im, 0.02, 0.98)


def pic_line(r, h, w):
    """an outlined, hatched or dotted creature; ink on white, drawn at 2x"""
    H, W = 2 * h, 2 * w
    im = np.full((H, W), 255, np.uint8)
    t = max(2, int(min(H, W) * 0.004))
    parts = [(0.5, 0.55, 0.30 + 0.1 * r.random(), 0.22 + 0.12 * r.random())]
    for _ in range(int(r.integers(2, 6))):
        a = 2 * np.pi * r.random()
        parts.append(
            (0.5 + 0.28 * math.cos(a), 0.55 + 0.25 * math.sin(a), 0.08 + 0.1 * r.random(), 0.07 + 0.12 * r.random())
        )
    for cx, cy, rx, ry in parts:
        p = (blob(r) * [rx * W, ry * H] + [cx * W, cy * H]).astype(np.int32)
        cv2.fillPoly(im, [p], 255)
        m = np.zeros_like(im)
        cv2.fillPoly(m, [p], 255)
        kind = r.integers(3)
        sh = np.full_like(im, 255)
        if kind == 0:
            step = int(max(7, W * 0.012))
            ang = r.random() * 2 - 1
            for o in range(-H - W, H + W, step):
                cv2.line(sh, (o, 0), (int(o + ang * H), H), 0, max(1, t // 2))
            keep = smooth(r, H, W, W / 4) > 0.45
            sh[~keep] = 255
        elif kind == 1:
            d = smooth(r, H, W, W / 5) * 0.5
            sh[r.random((H, W)) < (d * 0.03).clip(0.002, 0.02)] = 0
            sh = cv2.erode(sh, np.ones((t, t), np.uint8))
        else:
            d = smooth(r, H, W, W / 9) > 0.62
            sh[d] = 0
        im = np.where(m > 0, np.minimum(im, sh), im)
        cv2.polylines(im, [p], True, 0, t)
    for _ in range(int(r.integers(2, 8))):
        x, y = W * (0.3 + 0.4 * r.random()), H * (0.4 + 0.3 * r.random())
        a = 2 * np.pi * r.random()
        pts = []
        for _ in range(30):
            pts.append((x, y))
            a += (r.random() - 0.5) * 0.6
            x += W * 0.016 * math.cos(a)
            y += H * 0.016 * math.sin(a)
        cv2.polylines(im, [np.array(pts, np.int32)], False, 0, t)
    return cv2.cvtColor(cv2.resize(im, (w, h), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)


def pic_plant(r, h, w, colour):
    H, W = 2 * h, 2 * w
    im = np.full((H, W, 3), 255, np.uint8)
    t = max(2, int(min(H, W) * 0.005))
    green = (int(40 + 60 * r.random()), int(110 + 70 * r.random()), int(40 + 70 * r.random()))
    hue = tuple(int(v) for v in r.integers(30, 230, 3))

    def leaf(x, y, a, L):
        c = np.array(
            [
                [
                    x + L * s * math.cos(a) - q * L * 0.28 * math.sin(a) * math.sin(math.pi * s),
                    y + L * s * math.sin(a) + q * L * 0.28 * math.cos(a) * math.sin(math.pi * s),
                ]
                for q in (1, -1)
                for s in (np.linspace(0, 1, 12) if q == 1 else np.linspace(1, 0, 12))
            ],
            np.int32,
        )
        if colour:
            cv2.fillPoly(im, [c], green)
        cv2.polylines(im, [c], True, (30, 40, 30) if colour else (0, 0, 0), t)
        cv2.line(
            im,
            (int(x), int(y)),
            (int(x + L * 0.95 * math.cos(a)), int(y + L * 0.95 * math.sin(a))),
            (30, 40, 30),
            max(1, t // 2),
        )

    def grow(x, y, a, L, d):
        for s in range(8):
            x2, y2 = x + L / 8 * math.cos(a), y + L / 8 * math.sin(a)
            cv2.line(
                im,
                (int(x), int(y)),
                (int(x2), int(y2)),
                (40, 70, 40) if colour else (0, 0, 0),
                max(1, int(t * (d + 1) * 0.8)),
            )
            x, y = x2, y2
            a += (r.random() - 0.5) * 0.25
            if s % 2 and d < 3:
                leaf(
                    x,
                    y,
                    a + (1 if r.random() < 0.5 else -1) * (0.6 + 0.5 * r.random()),
                    min(H, W) * 0.13 * (0.6 + 0.6 * r.random()),
                )
        if d > 0:
            for _ in range(int(r.integers(2, 4))):
                grow(x, y, a + (r.random() - 0.5) * 1.5, L * 0.62, d - 1)
        else:
            for k in range(6):
                p = (int(x + L * 0.3 * math.cos(k)), int(y + L * 0.3 * math.sin(k)))
                cv2.circle(im, p, max(2, int(L * 0.2)), hue if colour else (255, 255, 255), -1)
                cv2.circle(im, p, max(2, int(L * 0.2)), (20, 20, 20), t)

    grow(W * 0.5, H * 0.97, -math.pi / 2, H * 0.36, 2)
    return cv2.resize(im, (w, h), interpolation=cv2.INTER_AREA)


def pic_engraving(r, h, w, frame):
    H, W = 2 * h, 2 * w
    s = scene(r, H, W)
    yy, xx = np.mgrid[0:H, 0:W].astype(np.float32)
    p = max(6.0, min(H, W) / 95.0)
    wob = 12 * smooth(r, H, W, W / 6)
    a = 0.5 + 0.5 * np.sin(2 * np.pi * (yy + wob + 0.25 * xx * (r.random() - 0.5)) / p)
    b = 0.5 + 0.5 * np.sin(2 * np.pi * (yy * 0.7 + xx * 0.7 + wob) / p)
    ink = (a > s * 1.05 + 0.02) | ((b > s * 1.9 + 0.05) & (s < 0.45))
    im = np.where(ink, 0, 255).astype(np.uint8)
    if not frame:
        m = cv2.GaussianBlur((smooth(r, H, W, W / 12) * 0.35).astype(np.float32), (0, 0), 3)
        d = np.hypot((xx / W - 0.5) / 0.5, (yy / H - 0.5) / 0.5)
        im[d + m > 1.08] = 255
    else:
        cv2.rectangle(im, (2, 2), (W - 3, H - 3), 0, max(3, W // 160))
    return cv2.cvtColor(cv2.resize(im, (w, h), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)


def pic_woodcut(r, h, w):
    s = scene(r, 2 * h, 2 * w)
    n = smooth(r, 2 * h, 2 * w, max(4, w / 60))
    im = np.where(s + 0.5 * (n - 0.5) > 0.5, 255, 0).astype(np.uint8)
    im = cv2.medianBlur(im, 5)
    t = max(4, w // 50)
    e = cv2.Canny((s * 255).astype(np.uint8), 40, 90)
    im[cv2.dilate(e, np.ones((t // 2 + 1, t // 2 + 1), np.uint8)) > 0] = 0
    cv2.rectangle(im, (t, t), (2 * w - t, 2 * h - t), 0, t)
    return cv2.cvtColor(cv2.resize(im, (w, h), interpolation=cv2.INTER_AREA), cv2.COLOR_GRAY2BGR)


def pic_photo(r, h, w, colour, halftone):
    s = cv2.GaussianBlur(scene(r, h, w), (0, 0), max(0.6, w / 400))
    s = np.clip(s * 0.8 + 0.1 + 0.05 * (smooth(r, h, w, 6) - 0.5), 0.04, 0.93)
    if halftone:
        yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
        p = 4.2
        d = 0.5 + 0.25 * (np.cos(2 * np.pi * (xx + yy) / p / 1.414) + np.cos(2 * np.pi * (xx - yy) / p / 1.414))
        s = np.clip(0.5 + (s - d) * 2.4, 0.06, 0.97)
    if not colour:
        return cv2.cvtColor((s * 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    a = smooth(r, h, w, w / 3)[..., None]
    c0, c1 = 0.55 + 0.45 * r.random(3), 0.55 + 0.45 * r.random(3)
    return np.clip(s[..., None] * (a * c0 + (1 - a) * c1) * 255 * 1.1, 0, 250).astype(np.uint8)


def pic_chart(r, h, w):
    im = Image.new("RGB", (w, h), "white")
    d = ImageDraw.Draw(im)
    f = font(max(10, h // 18), False)
    x0, y0, t = int(w * 0.12), int(h * 0.86), max(1, w // 220)
    d.line([(x0, int(h * 0.06)), (x0, y0), (int(w * 0.97), y0)], fill=(0, 0, 0), width=t + 1)
    n = int(r.integers(4, 8))
    if r.random() < 0.5:
        for i in range(n):
            bh = (0.15 + 0.65 * r.random()) * h
            bx = x0 + int((i + 0.25) * (w * 0.82) / n)
            d.rectangle(
                [bx, y0 - bh, bx + int(w * 0.5 / n), y0],
                fill=tuple(int(v) for v in r.integers(40, 220, 3)) if r.random() < 0.5 else (90, 90, 90),
                outline=(0, 0, 0),
                width=t,
            )
    else:
        for _ in range(int(r.integers(1, 4))):
            d.line(
                [(x0 + i * (w * 0.82) / n, y0 - h * 0.7 * r.random() - 0.05 * h) for i in range(n + 1)],
                fill=(0, 0, 0),
                width=t + 1,
            )
    for i in range(n):
        d.text((x0 + int((i + 0.35) * (w * 0.82) / n), y0 + 3), str(i + 1), font=f, fill=(0, 0, 0))
    return np.asarray(im)[..., ::-1].copy()


KINDS = [
    "line",
    "plant",
    "plant_colour",
    "engraving",
    "vignette",
    "woodcut",
    "photo",
    "halftone",
    "photo_colour",
    "chart",
]


def picture(r, kind, h, w):
    return {
        "line": lambda: pic_line(r, h, w),
        "plant": lambda: pic_plant(r, h, w, False),
        "plant_colour": lambda: pic_plant(r, h, w, True),
        "engraving": lambda: pic_engraving(r, h, w, True),
        "vignette": lambda: pic_engraving(r, h, w, False),
        "woodcut": lambda: pic_woodcut(r, h, w),
        "photo": lambda: pic_photo(r, h, w, False, False),
        "halftone": lambda: pic_photo(r, h, w, False, True),
        "photo_colour": lambda: pic_photo(r, h, w, True, False),
        "chart": lambda: pic_chart(r, h, w),
    }[kind]()
