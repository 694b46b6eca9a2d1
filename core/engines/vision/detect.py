"""The draft detector: pictures on a page, or parts on a board, with captions, labels and masks; no network needed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.engines.base import Finding, Findings
from core.engines.drawing.picture import Pixels, decode, encode, on_white, shrink
from core.engines.vision.captions import caption_of, read_captions
from core.engines.vision.dewarp import Bend, Mapping, bend_of, mapping_of
from core.engines.vision.graphics import separate
from core.engines.vision.ink import Marks, find_ink, find_marks
from core.engines.vision.lines import Text, find_baselines, find_text
from core.engines.vision.order import Edges, joined_rows, reading_order
from core.engines.vision.paper import Sheet, even_out
from core.engines.vision.parts import find_parts
from core.engines.vision.regions import Layout, Picture, find_pictures
from core.engines.vision.tones import find_tones
from core.models.region import FREE_TEXT, NO_LABEL_FITS, SCALE, Preset, Wish

WORK_SIDE = 1280
"""Longest side, in pixels, at which a page is searched."""
SMALLEST_PAGE = 24
"""Shortest side, in pixels, of a page that can hold anything to find."""
FAINTEST = 12
"""Least difference between the lightest and the darkest value, of 255, of a page on which anything is seen."""
SMOOTH = 0.3
"""Share of a picture that is tone without strokes from which it counts as a photograph."""
LABELS = {
    Preset.ILLUSTRATIONS: ("illustration", "picture", "image", "figure", "plate", "engraving", "photograph"),
    Preset.ENGRAVINGS: ("engraving", "illustration", "woodcut", "picture", "image", "figure", "plate"),
    Preset.PHOTOGRAPHS: ("photograph", "photo", "illustration", "picture", "image", "figure", "plate"),
    Preset.COMPONENTS: ("component", "part", "object"),
}
"""The engine's own word first, then words that a closed label may hold for the same thing."""


@dataclass(frozen=True, eq=False)
class Searched:
    """A searched page: its pictures on the straight page, what was seen on it, and the way back to the page as it was.

    `sheet` and `ink` are those of the page as it was, `layout` and `text` those of the straight page.
    """

    pictures: tuple[Picture, ...]
    layout: Layout
    text: Text
    straight: Sheet
    sheet: Sheet
    mapping: Mapping | None

    def original(self, edges: Edges) -> Edges:
        """Return a rectangle of the straight page on the page as it was."""
        return self.mapping.original_box(*edges) if self.mapping else edges


def find(data: bytes, wish: Wish, name: str = "") -> Findings:
    """Find what is wished for on a page, given as the bytes of its file; boxes in reading order.

    Raises:
        InvalidImageError: the bytes are damaged, no image, or over 100 megapixels.
    """
    page = on_white(decode(data, name))
    warnings: tuple[str, ...] = (FREE_TEXT,) if wish.what.strip() else ()
    if wish.labels and wish.preset is not Preset.COMPONENTS and not _label(wish):
        warnings += (NO_LABEL_FITS,)
    if min(page.shape[:2]) < SMALLEST_PAGE or int(np.ptp(shrink(page, 400))) < FAINTEST:
        return Findings((), warnings=warnings)
    if wish.preset is Preset.COMPONENTS:
        return Findings(_parts(page, wish), warnings=warnings)
    found, more = _pictures(page, wish)
    return Findings(found, warnings=warnings + more)


def search(picture: Pixels, is_exhaustive: bool = False) -> Searched:
    """Search a BGR page, best of `WORK_SIDE` pixels: straighten it, tell drawing from text, group what is drawn."""
    sheet = even_out(picture)
    marks = find_marks(find_ink(sheet))
    baselines, letter = find_baselines(marks)
    bend = bend_of(baselines, letter, sheet.width, sheet.height)
    if bend is None:
        return _searched(sheet, sheet, marks, None, is_exhaustive)
    straight, mapping = _straightened(sheet, bend)
    return _searched(sheet, straight, find_marks(find_ink(straight)), mapping, is_exhaustive)


def _searched(sheet: Sheet, straight: Sheet, marks: Marks, mapping: Mapping | None, is_exhaustive: bool) -> Searched:
    ink = marks.labels > 0
    text = find_text(marks, ink)
    graphics = separate(marks, text, ink, straight.paper)
    layout = Layout(straight.paper, marks, text.lines, graphics, find_tones(straight, text.letter), text.letter)
    return Searched(tuple(find_pictures(layout, is_exhaustive)), layout, text, straight, sheet, mapping)


def _straightened(sheet: Sheet, bend: Bend) -> tuple[Sheet, Mapping]:
    mapping = mapping_of(bend, sheet.width, sheet.height)
    light, chroma = mapping.moved(sheet.light, 1.0), mapping.moved(sheet.chroma, 0.0)
    return Sheet(light, chroma, mapping.moved(sheet.paper.astype(np.uint8), 0) > 0), mapping


def _pictures(page: Pixels, wish: Wish) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    work = shrink(page, WORK_SIDE)
    seen = search(work, wish.is_exhaustive)
    pictures = [picture for picture in seen.pictures if _is_wished(picture, seen, wish.preset)]
    edges = [picture.edges for picture in pictures]
    ordered = reading_order(edges, seen.text.lines, work.shape[1], work.shape[0])
    pictures, edges = [pictures[index] for index in ordered], [edges[index] for index in ordered]
    captions, warnings = _captions(page, edges, seen, page.shape[1] / work.shape[1])
    masks = _masks(page, [seen.original(box) for box in edges], seen) if wish.has_masks else [b""] * len(edges)
    label = _label(wish)
    found = tuple(
        Finding(_box(seen.original(picture.edges), work), label, caption, round(picture.purity, 3), mask)
        for picture, caption, mask in zip(pictures, captions, masks, strict=True)
    )
    return found, tuple(warnings)


def _is_wished(picture: Picture, seen: Searched, preset: Preset) -> bool:
    """Return whether a picture is of the wished kind: photographs are smooth tone, engravings are strokes."""
    if preset not in (Preset.ENGRAVINGS, Preset.PHOTOGRAPHS):
        return True
    light = seen.straight.light[picture.top : picture.bottom, picture.left : picture.right]
    kernel = np.ones((3, 3), np.uint8)
    even = cv2.dilate(light, kernel) - cv2.erode(light, kernel) < 0.16
    smooth = float((even & (light < 0.88)).mean())
    return (smooth > SMOOTH) == (preset is Preset.PHOTOGRAPHS)


def _box(edges: Edges, work: Pixels) -> tuple[float, ...]:
    left, top, right, bottom = edges
    height, width = work.shape[:2]
    values = (top / height, left / width, bottom / height, right / width)
    return tuple(round(min(SCALE, max(0.0, value * SCALE)), 1) for value in values)


def _label(wish: Wish) -> str:
    """Return the engine's word, or the first of the closed labels that means the same, or nothing."""
    words = LABELS[wish.preset]
    if not wish.labels:
        return words[0]
    return next((label for word in words for label in wish.labels if word in label.casefold()), "")


def _captions(page: Pixels, edges: list[Edges], seen: Searched, scale: float) -> tuple[list[str], list[str]]:
    rows, letter = joined_rows(seen.text.lines), seen.text.letter
    places: list[Edges | None] = []
    for box in edges:
        place = caption_of(box, rows, [other for other in edges if other is not box], letter)
        left, top, right, bottom = seen.original(place) if place else (0.0, 0.0, 0.0, 0.0)
        places.append((left * scale, top * scale, right * scale, bottom * scale) if place else None)
    return read_captions(page, places, 1.5 * letter * scale)


def _masks(page: Pixels, edges: list[Edges], seen: Searched) -> list[bytes]:
    """Return a PNG for each rectangle in the page's own pixels: 255 where its picture is, paper within it included."""
    inked = (find_ink(seen.sheet) | find_tones(seen.sheet, seen.text.letter)).astype(np.uint8)
    scale = page.shape[1] / inked.shape[1]
    masks = []
    for left, top, right, bottom in edges:
        part = inked[int(top) : max(int(top) + 1, round(bottom)), int(left) : max(int(left) + 1, round(right))]
        size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
        full = cv2.resize(_filled(part, seen.text.letter), size, interpolation=cv2.INTER_LINEAR)
        masks.append(encode(((full > 127) * 255).astype(np.uint8)))
    return masks


def _filled(part: Pixels, letter: float) -> Pixels:
    """Return what ink encloses, 255, gaps between strokes bridged; specks smaller than a letter are no part of it."""
    reach = int(2 * letter) | 1
    room = cv2.copyMakeBorder(part, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    joined = cv2.morphologyEx(room, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(joined)
    cv2.drawContours(filled, [one for one in outlines if cv2.contourArea(one) > letter**2], -1, 255, -1)
    return np.ascontiguousarray(filled[reach:-reach, reach:-reach])


def _parts(page: Pixels, wish: Wish) -> tuple[Finding, ...]:
    boxes = find_parts(page, wish.is_exhaustive)
    ordered = reading_order(boxes, (), page.shape[1], page.shape[0])
    label = _label(wish)
    return tuple(
        Finding(_box(boxes[index], page), label, mask=_part_mask(page, boxes[index]) if wish.has_masks else b"")
        for index in ordered
    )


def _part_mask(page: Pixels, edges: Edges) -> bytes:
    """Return a PNG of a part's rectangle: 255 on the part, told from the board's colour along the rectangle's rim."""
    left, top, right, bottom = (round(value) for value in edges)
    part = cv2.cvtColor(page[top : max(top + 1, bottom), left : max(left + 1, right)], cv2.COLOR_BGR2LAB)
    margin = max(2, min(right - left, bottom - top) // 10)
    around = page[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]
    rim = np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]])[None]
    board = np.median(cv2.cvtColor(np.ascontiguousarray(rim), cv2.COLOR_BGR2LAB)[0], axis=0)
    away = np.sqrt(((part.astype(np.float32) - board) ** 2).sum(-1))
    return encode(((away > 22) * 255).astype(np.uint8))
