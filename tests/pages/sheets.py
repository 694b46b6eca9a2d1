"""A made-up page as it would be set and printed: text, pictures, captions, initials and stamps on flat white paper."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.pages.lettering import NOUN, font, sentence, text_block
from tests.pages.plates import KINDS, pic_woodcut, picture


def flat_page(r, W, H, nfig):
    """-> BGR page (ink on white), figures [dict(box, mask points, clean, caption, kind)], captions, ignores"""
    page = Image.new("RGB", (W, H), "white")
    d = ImageDraw.Draw(page)
    serif = r.random() < 0.8
    fs = int(W * (0.0165 + 0.007 * r.random()))
    ink = (int(10 + 30 * r.random()),) * 3
    mx, my = int(W * (0.07 + 0.05 * r.random())), int(H * (0.055 + 0.03 * r.random()))
    figs, caps, ign = [], [], []
    d.text((mx, my - int(fs * 1.2)), str(int(r.integers(2, 400))), font=font(fs, serif), fill=ink)
    if r.random() < 0.7:
        s = sentence(r, 3).upper()
        f = font(int(fs * 0.85), serif)
        d.text((W / 2 - f.getlength(s) / 2, my - int(fs * 1.2)), s, font=f, fill=ink)
    y, x0, x1, y1 = my + int(fs * 0.8), mx, W - mx, H - my
    if r.random() < 0.3:
        f = font(int(fs * (1.8 + 1.6 * r.random())), serif, True)
        s = sentence(r, 2)
        while f.getlength(s) > x1 - x0:
            s = s[:-2]
        d.text((W / 2 - f.getlength(s) / 2, y), s, font=f, fill=ink)
        y += int(f.size * 1.7)
        if r.random() < 0.4:
            d.line([(W * 0.4, y - f.size * 0.2), (W * 0.6, y - f.size * 0.2)], fill=ink, width=max(1, W // 500))
    if r.random() < 0.12:
        hh = int(H * 0.035)
        o = pic_woodcut(r, hh, x1 - x0)
        page.paste(Image.fromarray(o[..., ::-1]), (x0, y))
        ign.append((x0, y, x1, y + hh))
        y += hh + fs
    ncol = 2 if r.random() < 0.35 else 1
    gut = int(W * 0.035)
    cw = (x1 - x0 - gut * (ncol - 1)) // ncol
    plate = nfig == 1 and r.random() < 0.3
    todo = [nfig // ncol + (1 if c < nfig % ncol else 0) for c in range(ncol)]

    def put(img, bx, by, kind, capw, ctext, cal):
        h, w = img.shape[:2]
        page.paste(Image.fromarray(img[..., ::-1]), (bx, by))
        m = img.min(2) < 200
        ys, xs = np.where(m)
        if len(xs) < 30:
            ys, xs = np.array([0, h - 1]), np.array([0, w - 1])
        b = (bx + int(xs.min()), by + int(ys.min()), bx + int(xs.max()) + 1, by + int(ys.max()) + 1)
        mm = (cv2.erode(m.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0) & m
        py, px = np.where(mm)
        q = r.permutation(len(px))[:1500]
        pts = np.stack([px[q] + bx, py[q] + by], 1).astype(np.float32)
        pts = np.vstack(
            [
                pts,
                [
                    [b[0] + xs[ys == ys.min()][0] - xs.min(), b[1]],
                    [bx + xs[ys == ys.max()][0], b[3]],
                    [b[0], by + ys[xs == xs.min()][0]],
                    [b[2], by + ys[xs == xs.max()][0]],
                ],
            ]
        ).astype(np.float32)
        figs.append(
            {
                "box": b,
                "pts": pts,
                "clean": img[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].copy(),
                "kind": kind,
                "caption": ctext,
            }
        )
        yb = by + h
        if ctext:
            f = font(int(fs * (0.78 + 0.12 * r.random())), serif, False, cal)
            words = ctext.split()
            lines = [""]
            for wd in words:
                if f.getlength((lines[-1] + " " + wd).strip()) > capw and lines[-1]:
                    lines.append(wd)
                else:
                    lines[-1] = (lines[-1] + " " + wd).strip()
            yb += int(fs * (0.35 + 0.5 * r.random()))
            cx0, cx1, cy0 = 10**9, 0, yb
            for s in lines:
                length = f.getlength(s)
                xx = bx + w / 2 - length / 2
                xx = min(max(xx, mx * 0.5), W - mx * 0.5 - length)
                d.text((xx, yb), s, font=f, fill=ink)
                cx0, cx1 = min(cx0, xx), max(cx1, xx + length)
                yb += int(f.size * 1.3)
            caps.append((cx0, cy0, cx1, yb))
        return yb

    no = int(r.integers(1, 90))

    def cap():
        nonlocal no
        if r.random() < 0.25:
            return None
        no += 1
        s = "A " + NOUN[int(r.integers(len(NOUN)))] + " " + sentence(r, int(r.integers(2, 9)), False) + "."
        return (f"Fig. {no}. " if r.random() < 0.7 else "") + s

    if plate:
        kind = KINDS[int(r.integers(len(KINDS)))]
        h, w = int((y1 - y) * (0.55 + 0.3 * r.random())), int((x1 - x0) * (0.7 + 0.3 * r.random()))
        put(
            picture(r, kind, h, w),
            int(W / 2 - w / 2),
            y + int((y1 - y - h) * 0.25),
            kind,
            int(W * 0.6),
            cap(),
            r.random() < 0.5,
        )
        return np.asarray(page)[..., ::-1].copy(), figs, caps, ign
    for c in range(ncol):
        cx, yy, k = x0 + c * (cw + gut), y, todo[c]
        hole = None
        if c == 0 and r.random() < 0.18:
            q = int(fs * (3 + 2 * r.random()))
            o = pic_woodcut(r, q, q)
            page.paste(Image.fromarray(o[..., ::-1]), (cx, yy))
            d.text(
                (cx + q * 0.22, yy + q * 0.05),
                chr(65 + int(r.integers(26))),
                font=font(int(q * 0.8), True, True),
                fill=(255, 255, 255),
                stroke_width=max(1, q // 14),
                stroke_fill=(0, 0, 0),
            )
            ign.append((cx, yy, cx + q, yy + q))
            hole = (cx, yy, q, q)
        for j in range(k):
            room = (y1 - yy) / (k - j)
            if room < 7 * fs:
                break
            pre = int(room * (0.05 + 0.3 * r.random())) if (j or r.random() < 0.8) else 0
            if pre > 2 * fs:
                yy = text_block(d, r, cx, yy, cx + cw, yy + pre, fs, serif, ink, hole=hole)
                hole = None
                yy += int(fs * (0.4 + 0.6 * r.random()))
            hmax = int(room - pre - 4.2 * fs)
            if hmax < 4 * fs:
                continue
            side = ncol == 1 and r.random() < 0.25 and hmax > 8 * fs
            w = int(cw * ((0.34 + 0.16 * r.random()) if side else (0.5 + 0.5 * r.random())))
            h = int(min(hmax, w * (0.5 + 0.7 * r.random())))
            if h < 3.5 * fs or w < 3.5 * fs:
                continue
            kind = KINDS[int(r.integers(len(KINDS)))]
            img = picture(r, kind, h, w)
            if side:
                bx = cx if r.random() < 0.5 else cx + cw - w
                yb = put(img, bx, yy, kind, w, cap(), r.random() < 0.5) + int(fs * 0.3)
                yy = text_block(d, r, cx, yy, cx + cw, yb, fs, serif, ink, hole=(bx, yy, w, yb - yy))
                yy = max(yy, yb)
            else:
                yy = put(img, cx + (cw - w) // 2, yy, kind, int(cw * 0.95), cap(), r.random() < 0.5) + int(
                    fs * (0.7 + 0.6 * r.random())
                )
        if y1 - yy > 2 * fs:
            if k == 0 and r.random() < 0.12:  # a ruled table instead of text
                yy = text_block(d, r, cx, yy, cx + cw, yy + int((y1 - yy) * 0.4), fs, serif, ink, hole=hole) + fs
                n = int(r.integers(4, 9))
                f = font(int(fs * 0.9), serif)
                for i in range(n + 1):
                    d.line([(cx, yy + i * fs * 1.8), (cx + cw, yy + i * fs * 1.8)], fill=ink, width=1)
                for i in range(n):
                    for q in range(4):
                        d.text(
                            (cx + q * cw / 4 + 4, yy + i * fs * 1.8 + 4),
                            sentence(r, 1) if q == 0 else "%.1f" % (100 * r.random()),
                            font=f,
                            fill=ink,
                        )
                yy += int((n + 1) * fs * 1.8)
            text_block(d, r, cx, yy, cx + cw, y1, fs, serif, ink, hole=hole)
    if r.random() < 0.08:
        sx, sy, rr = int(W * (0.2 + 0.6 * r.random())), int(H * (0.2 + 0.7 * r.random())), int(W * 0.05)
        lay = Image.new("RGBA", (W, H), (0, 0, 0, 0))
        sd = ImageDraw.Draw(lay)
        col = (*tuple(int(v) for v in r.integers(60, 160, 3)), 150)
        sd.ellipse([sx - rr, sy - int(rr * 0.7), sx + rr, sy + int(rr * 0.7)], outline=col, width=max(2, W // 300))
        sd.text((sx - rr * 0.7, sy - fs * 0.4), "LIBRARY", font=font(max(9, int(rr * 0.33)), False, True), fill=col)
        page.paste(lay, (0, 0), lay)
        ign.append((sx - rr, sy - int(rr * 0.7), sx + rr, sy + int(rr * 0.7)))
    return np.asarray(page)[..., ::-1].copy(), figs, caps, ign
