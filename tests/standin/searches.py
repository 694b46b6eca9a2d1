"""Answers to searches: plausible boxes for a page, and every way a model was seen to answer badly."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tests.standin.records import Recorded
from tests.standin.replies import Reply, as_json

WORDS = ("castle", "ship", "bird", "engine", "garden")
TEXT_USAGE = {
    "promptTokenCount": 1500,
    "candidatesTokenCount": 240,
    "thoughtsTokenCount": 60,
    "totalTokenCount": 1800,
    "promptTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}, {"modality": "TEXT", "tokenCount": 380}],
}


def entries_for(request: Recorded, count: int = 3) -> list[dict[str, Any]]:
    """Return entries for a page: one below the other, the same for the same page and prompt."""
    page = request.images[0][1] if request.images else b""
    seed = hashlib.sha256(page + request.prompt.encode()).digest()
    label = request.schema.get("properties", {}).get("label", {})
    words = label.get("enum") or WORDS
    step = 960 // count
    entries = []
    for at in range(count):
        top, left = 20 + at * step, 50 + seed[at % 32] % 200
        entry: dict[str, Any] = {
            "box_2d": [top, left, top + max(2, step * 3 // 4), left + 400],
            "caption": f"Fig. {at + 1}.\nThe {words[at % len(words)]}." if at % 2 == 0 else "",
            "label": words[seed[(at + 8) % 32] % len(words)],
        }
        if "mask" in request.schema.get("properties", {}):
            entry["mask"] = f"data:image/png;base64,{base64.b64encode(mask()).decode()}"
        entries.append(entry)
    return entries


@lru_cache(maxsize=1)
def mask() -> bytes:
    """Return a mask as the service draws them: a disc in its box, 64 x 64 pixels, whatever the box's shape."""
    import io

    from PIL import Image, ImageDraw

    picture = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(picture).ellipse((2, 2, 61, 61), fill=255)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def as_text(text: str, finish_reason: str | None = "STOP") -> Reply:
    """Return an answer in words, with the tokens of a search."""
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": [{"text": text}]}}
    if finish_reason is not None:
        candidate["finishReason"] = finish_reason
    return as_json({"candidates": [candidate], "usageMetadata": TEXT_USAGE, "modelVersion": "stand-in"})


def as_list(entries: Any) -> Reply:
    """Return an answer that is a list."""
    return as_text(json.dumps(entries))


def good(request: Recorded) -> Reply:
    """Return what a model in good spirits answers."""
    return as_list(entries_for(request))


Search = Callable[[Recorded], Reply]


def _with(change: Callable[[list[dict[str, Any]]], Any]) -> Search:
    """Return a fault that changes the good entries; what the change returns is the answer."""
    return lambda request: as_list(change(entries_for(request)))


def _boxed(change: Callable[[list[int]], Any]) -> Search:
    return _with(lambda entries: [{**entry, "box_2d": change(entry["box_2d"])} for entry in entries])


def _within(box: list[int]) -> list[int]:
    """Return a box that lies inside another one."""
    top, left, bottom, right = box
    return [top + 20, left + 20, (top + bottom) // 2, (left + right) // 2]


def _masked(value: Any) -> Search:
    return _with(lambda entries: [{**entry, "mask": value} for entry in entries])


SEARCH_FAULTS: dict[str, Search] = {
    # no list
    "broken_json": lambda request: as_text(json.dumps(entries_for(request))[:-20]),
    "cut_json": lambda request: as_text(json.dumps(entries_for(request))[:-20], "MAX_TOKENS"),
    "prose": lambda _: as_text("I see a castle [on the left] and a ship."),
    "a_number": lambda _: as_text("3"),
    "an_object": lambda _: as_text('{"error": "no page"}'),
    "no_words": lambda _: as_text(""),
    "endless_nesting": lambda _: as_text("[" * 60_000),
    "endless_number": lambda _: as_text('[{"box_2d": [' + "9" * 6000 + ", 0, 1, 2]}]"),
    # a list all the same
    "fenced": lambda request: as_text(f"```json\n{json.dumps(entries_for(request), indent=1)}\n```"),
    "fenced_in_prose": lambda request: as_text(f"Here it is:\n```\n{json.dumps(entries_for(request))}\n```\nDone."),
    "list_in_prose": lambda request: as_text(f"I found [3] objects: {json.dumps(entries_for(request))} in all."),
    "wrapped": lambda request: as_text(json.dumps({"objects": entries_for(request)})),
    "single": lambda request: as_text(json.dumps(entries_for(request, 1)[0])),
    "nothing_found": lambda _: as_text("[]"),
    "huge_list": lambda request: as_list(entries_for(request) * 2000),
    # odd boxes
    "reversed": _boxed(lambda box: box[::-1]),
    "out_of_range": _boxed(lambda box: [box[0] - 500, box[1], box[2], box[3] + 9000]),
    "no_area": _boxed(lambda box: [box[0], box[1], box[0], box[3]]),
    "duplicates": _with(lambda entries: [entry for entry in entries for _ in range(3)]),
    "whole_page": _with(lambda entries: [{**entries[0], "box_2d": [0, 0, 1000, 1000]}, *entries]),
    "swallowed": _with(lambda entries: [*entries, {**entries[0], "box_2d": _within(entries[0]["box_2d"])}]),
    "words_for_numbers": _boxed(lambda box: ["NaN", "12", box[2], box[3]]),
    "not_numbers": lambda _: as_text('[{"box_2d": [NaN, 1, Infinity, 4], "caption": "", "label": "x"}]'),
    "three_numbers": _boxed(lambda box: box[:3]),
    "decimals": _boxed(lambda box: [value + 0.25 for value in box]),
    "no_box": _with(lambda entries: [{"label": entry["label"]} for entry in entries]),
    "not_objects": _with(lambda entries: [7, "box", None, [1, 2, 3, 4], *entries]),
    # odd words
    "other_labels": _with(lambda entries: [{**entry, "label": "something else"} for entry in entries]),
    "no_labels": _with(lambda entries: [{**entry, "label": None, "caption": ["a", "b"]} for entry in entries]),
    # masks
    "bare_masks": _masked(base64.b64encode(mask()).decode()),
    "masks_bad": _masked("data:image/png;base64,%%%%"),
    "masks_cut": _masked(base64.b64encode(mask()[:40]).decode()),
    "masks_of_another_kind": _masked("data:image/gif;base64,R0lGODlhAQABAAAAACw="),
    "no_masks": _masked(None),
}
