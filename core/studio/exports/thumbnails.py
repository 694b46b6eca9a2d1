"""Small pictures for exports, with those that cannot be read told apart instead of stopping the work."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PIL import Image

from core.errors import StudioError
from core.images.checks import decode, open_image, sniff
from core.images.thumbnails import shrink

Thumbnails = Callable[[str], bytes]

_INLINE_KINDS = {"image/webp", "image/jpeg", "image/png"}
_UNREADABLE = (StudioError, OSError, LookupError)


@dataclass(frozen=True)
class Inline:
    """A thumbnail as a browser takes it: mime type, bytes, width and height in pixels."""

    mime: str
    data: bytes
    size: tuple[int, int]


def read_inline(thumbnails: Thumbnails, asset_id: str, edge: int) -> Inline | None:
    """Return a thumbnail for a page, made smaller where it is over `edge` pixels, or None when it cannot be read."""
    try:
        data = thumbnails(asset_id)
        picture = open_image(data)
        decode(picture)
        if max(picture.size) > edge or sniff(data) not in _INLINE_KINDS:
            data = shrink(data, edge)
    except _UNREADABLE:
        return None
    return Inline(str(sniff(data)), data, picture.size)


def read_picture(thumbnails: Thumbnails, asset_id: str) -> Image.Image | None:
    """Return a thumbnail's pixels as RGBA, or None when it cannot be read."""
    try:
        picture = open_image(thumbnails(asset_id))
        decode(picture)
    except _UNREADABLE:
        return None
    return picture.convert("RGBA")


def read_sizes(thumbnails: Thumbnails, asset_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the thumbnails' pixel sizes by their headers alone; those that cannot be read are left out."""
    sizes = {}
    for asset_id in asset_ids:
        with contextlib.suppress(*_UNREADABLE):
            sizes[asset_id] = open_image(thumbnails(asset_id)).size
    return sizes
