"""Made-up book pages with known boxes, photographed badly on purpose; the same number gives the same page.

Level 0 is a flat scan; 1 adds tilt, paper tint and uneven light; 2 perspective, curl, stains, bleed-through and a
desk; 3 is the same, stronger, with blur and noise. About one page in six holds no illustration.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from tests.pages.lettering import blob, smooth
from tests.pages.sheets import flat_page


def desk(r, h, w):
    k = r.integers(3)
    if k == 0:
        b = np.array([40 + 30 * r.random(), 75 + 40 * r.random(), 120 + 60 * r.random()])
        g = np.sin(smooth(r, h, w, w / 2.5) * 40 + smooth(r, h, w, 30) * 3) * 0.5 + 0.5
        a = cv2.resize(r.random((h, max(2, w // 60))).astype(np.float32), (w, h))
        return np.clip(b * (0.75 + 0.3 * g[..., None] + 0.15 * (a[..., None] - 0.5)), 0, 255)
    if k == 1:
        return np.full((h, w, 3), 20 + 60 * r.random()) + 8 * (smooth(r, h, w, 40)[..., None] - 0.5)
    return np.clip(
        (np.array([1, 1, 1]) * (90 + 90 * r.random()) + 20 * (r.random(3) - 0.5))[None, None]
        + 12 * (smooth(r, h, w, 5)[..., None] - 0.5),
        0,
        255,
    )


def make(seed, i, level=None, long=1600):
    """Return page `i` of a seed: BGR pixels, its truth (box_2d 0-1000, label, caption), clean pictures, what was done.

    Labels are illustration, caption-region and ignore (initials, ornaments, stamps); a box is tight around the ink
    after all warping. `long` is the longest side in pixels.
    """
    r = np.random.default_rng([seed, i])
    lv = int(r.integers(4)) if level is None else level
    H = int(long * (0.9 if lv >= 2 else 1))
    W = int(H * (0.62 + 0.16 * r.random()))
    nfig = int(r.choice([0, 1, 1, 2, 2, 3, 3, 4, 5, 6], p=[0.17, 0.17, 0.12, 0.12, 0.1, 0.1, 0.08, 0.06, 0.05, 0.03]))
    flat, figs, caps, ign = flat_page(r, W, H, nfig)
    back = flat_page(r, W, H, 0)[0] if lv >= 2 and r.random() < 0.7 else None
    st = 0 if lv == 0 else (0.5, 1, 1.5)[lv - 1]
    # paper, bleed-through, stains
    pap = (
        np.array([255, 255, 255.0])
        if lv == 0 and r.random() < 0.4
        else np.array([150 + 80 * r.random() * 1.0, 205 + 35 * r.random(), 228 + 24 * r.random()])
    )
    pap = 255 - (255 - pap) * (0.35 + 0.65 * r.random())
    page = flat.astype(np.float32) / 255 * pap.astype(np.float32)
    if back is not None:
        al = (0.05 + 0.13 * r.random()) * st
        bl = cv2.GaussianBlur(back[:, ::-1], (0, 0), 1.6 + 1.5 * r.random()).astype(np.float32) / 255
        page *= 1 - al * (1 - bl)
    page *= (1 - 0.05 * st * (smooth(r, H, W, 9) - 0.5) - 0.05 * st * (smooth(r, H, W, W / 4) - 0.5))[..., None]
    nst = int(r.integers(0, 5)) if lv >= 2 else int(r.random() < 0.3 and lv == 1)
    for _ in range(nst):
        m = np.zeros((H, W), np.float32)
        c = (W * r.random(), H * r.random())
        s = W * (0.02 + 0.13 * r.random())
        p = (blob(r, 80, 0.6) * [s, s] + c).astype(np.int32)
        cv2.fillPoly(m, [p], 1.0)
        if r.random() < 0.5:
            e = cv2.polylines(np.zeros_like(m), [p], True, 1.0, max(2, int(s * 0.06)))
            m = 0.4 * m + e
        m = cv2.GaussianBlur(m, (0, 0), max(1.5, s * 0.05))
        page *= 1 - (m * (0.08 + 0.2 * r.random()) * st)[..., None] * np.array([1, 0.62, 0.42], np.float32)
    if lv >= 1:
        for _ in range(int(30 * r.random() * st)):
            cv2.circle(
                page,
                (int(W * r.random()), int(H * r.random())),
                int(1 + 3 * r.random()),
                tuple(float(v) for v in pap * (0.45 + 0.4 * r.random())),
                -1,
            )
    # geometry: curl (closed form both ways), then a homography onto the desk
    curl = 0.0 if lv < 2 or r.random() < 0.25 else (0.02 + 0.05 * r.random()) * st * 0.8
    gl = r.random() < 0.5
    kk = (r.random() - 0.3) * 0.5
    u = np.linspace(0, 1, 513)
    uu = u if gl else 1 - u
    bump = np.exp(-uu / 0.18) * -1 + 0.35 * np.sin(np.pi * np.clip(uu * 1.15, 0, 1))
    bump -= bump[256]
    dU = curl * bump
    slope = np.gradient(dU, u) * H / W
    sU = np.cumsum(np.sqrt(np.maximum(0.15, 1 - np.minimum(0.85, (1.3 * slope) ** 2))))
    sU = (sU - sU[0]) / (sU[-1] - sU[0])

    def fwd_curl(p):  # page px -> curled px
        x = np.clip(p[:, 0] / W, 0, 1)
        v = p[:, 1] / H
        dd = np.interp(x, u, dU)
        return np.stack([np.interp(x, u, sU) * W, (v + dd * (1 + kk * (v - 0.5))) * H], 1)

    tilt = 0.0 if lv == 0 else (r.random() - 0.5) * 2 * (1.5, 5, 9)[lv - 1]
    margin = 0 if lv < 2 else int(long * 0.05 * (0.4 + r.random()))
    OW, OH = W + 2 * margin, H + 2 * margin
    if lv == 1 and r.random() < 0.5:
        margin = int(0.02 * W)
        OW, OH = W + 2 * margin, H + 2 * margin
    A = cv2.getRotationMatrix2D((W / 2, H / 2), tilt, 1.0)
    cor = np.array([[0, 0], [W, 0], [W, H], [0, H]], np.float32)
    dst = cor @ A[:, :2].T.astype(np.float32) + A[:, 2].astype(np.float32)
    if lv >= 2:
        dst += ((r.random((4, 2)) - 0.5) * 2 * np.array([W, H]) * 0.035 * st).astype(np.float32)
    lo, hi = dst.min(0), dst.max(0)
    pad = curl * H * 1.2
    sc = min((OW - 4) / (hi[0] - lo[0]), (OH - 4) / (hi[1] - lo[1] + 2 * pad)) if lv else 1.0
    dst = (dst - (lo + hi) / 2) * sc + np.array([OW / 2, OH / 2])
    Hm = cv2.getPerspectiveTransform(cor, dst.astype(np.float32))
    Hi = np.linalg.inv(Hm)
    yy, xx = np.mgrid[0:OH, 0:OW].astype(np.float32)
    den = Hi[2, 0] * xx + Hi[2, 1] * yy + Hi[2, 2]
    cx = ((Hi[0, 0] * xx + Hi[0, 1] * yy + Hi[0, 2]) / den) / W
    cy = ((Hi[1, 0] * xx + Hi[1, 1] * yy + Hi[1, 2]) / den) / H
    sx = np.interp(cx.ravel(), sU, u, left=-1, right=2).reshape(cx.shape).astype(np.float32)
    dd = np.interp(sx.ravel(), u, dU).reshape(cx.shape).astype(np.float32)
    sy = ((cy - dd * (1 - 0.5 * kk)) / (1 + kk * dd)).astype(np.float32)
    inside = ((sx >= 0) & (sx <= 1) & (sy >= 0) & (sy <= 1)).astype(np.float32)
    out = cv2.remap(
        np.ascontiguousarray(page, np.float32),
        (np.clip(sx, -0.01, 1.01) * W).astype(np.float32),
        (np.clip(sy, -0.01, 1.01) * H).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    bgc = (
        desk(r, OH, OW).astype(np.float32)
        if lv >= 2
        else np.full((OH, OW, 3), 1.0, np.float32)
        * (pap.astype(np.float32) * 0.98 if r.random() < 0.5 or lv == 0 else np.float32(30 + 200 * r.random()))
    )
    al = cv2.GaussianBlur(inside, (0, 0), 0.8)[..., None]
    if lv >= 2:
        sh = cv2.GaussianBlur(inside, (0, 0), 14)
        bgc *= (1 - 0.45 * sh)[..., None]
    img = out * al + bgc * (1 - al)
    # light
    L = np.ones((OH, OW), np.float32)
    if lv >= 1:
        a = 2 * np.pi * r.random()
        L *= 1 + 0.32 * st * 0.6 * (math.cos(a) * (xx / OW - 0.5) + math.sin(a) * (yy / OH - 0.5))
    if lv >= 2:
        L *= 1 - 0.22 * st * 0.6 * ((xx / OW - 0.5) ** 2 + (yy / OH - 0.5) ** 2) * 2
        if curl:
            g = np.where(inside > 0, np.exp(-np.clip(sx if gl else 1 - sx, 0, 1) / 0.05), 0)
            L *= 1 - (0.45 * g * min(1, st)).astype(np.float32)
        if r.random() < 0.35:
            c = (OW * r.random(), OH * r.random())
            s = OW * (0.2 + 0.3 * r.random())
            m = cv2.fillPoly(np.zeros((OH, OW), np.float32), [(blob(r, 60, 0.5) * [s, s] + c).astype(np.int32)], 1.0)
            L *= 1 - 0.28 * cv2.GaussianBlur(m, (0, 0), s * 0.12)
    img = (
        img
        * L[..., None]
        * (1 if lv == 0 else (0.82 + 0.25 * r.random()))
        * (1 + (0 if lv < 2 else 0.08) * (r.random(3) - 0.5))
    )
    if lv == 3:
        img = cv2.GaussianBlur(img, (0, 0), 0.5 + 0.9 * r.random())
    img += r.normal(0, (0.6, 1.5, 3, 6)[lv], img.shape)
    img = np.clip(img, 0, 255).astype(np.uint8)

    def fwd(p):
        return cv2.perspectiveTransform(fwd_curl(np.asarray(p, np.float64))[None].astype(np.float64), Hm)[0]

    def rect(b, n=24):
        x0, y0, x1, y1 = b
        t = np.linspace(0, 1, n)[:, None]
        c = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)
        return np.vstack([c[k] + (c[(k + 1) % 4] - c[k]) * t for k in range(4)])

    def box(p):
        q = fwd(p)
        x0, y0 = np.clip(q.min(0), 0, [OW, OH])
        x1, y1 = np.clip(q.max(0), 0, [OW, OH])
        return [round(float(v), 1) for v in (1000 * y0 / OH, 1000 * x0 / OW, 1000 * y1 / OH, 1000 * x1 / OW)]

    T = []
    for f in figs:
        q = (
            fwd(
                np.array(
                    [
                        [f["box"][0], f["box"][1]],
                        [f["box"][2], f["box"][1]],
                        [f["box"][2], f["box"][3]],
                        [f["box"][0], f["box"][3]],
                    ],
                    float,
                )
            )
            / [OW, OH]
            * 1000
        )
        e = {
            "box_2d": box(f["pts"]),
            "label": "illustration",
            "kind": f["kind"],
            "quad": [[round(float(v), 1) for v in p] for p in q],
        }
        if f["caption"]:
            e["caption"] = f["caption"]
        T.append(e)
    T += [{"box_2d": box(rect(b)), "label": "caption-region"} for b in caps] + [
        {"box_2d": box(rect(b)), "label": "ignore"} for b in ign
    ]
    return (
        img,
        T,
        [f["clean"] for f in figs],
        {
            "level": lv,
            "figures": len(figs),
            "tilt": round(tilt, 2),
            "curl": round(curl, 4),
            "bleed": back is not None,
            "stains": nst,
            "size": [OW, OH],
        },
    )
