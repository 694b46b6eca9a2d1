"""A part of a picture, cut out at its full resolution."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from core.images.checks import decode, open_image

if TYPE_CHECKING:
    from PIL.Image import Image

Rectangle = tuple[int, int, int, int]


def crops(data: bytes, cuts: Iterable[tuple[Rectangle, Rectangle, bytes]]) -> list[bytes]:
    """Return PNGs cut from one picture, which is decoded once.

    A cut is the rectangle to keep and the object's own box, both (left, top, right, bottom) in pixels, and a mask: a
    PNG over the box, white where the object is. What the mask leaves out becomes white; an empty one keeps everything.

    Raises:
        InvalidImageError: the picture or a mask is damaged.
    """
    image = open_image(data)
    decode(image)
    flat = image if image.mode in ("L", "RGB") else _on_white(image)
    return [_cut(flat, keep, box, mask) for keep, box, mask in cuts]


def on_white(data: bytes, boxes: Iterable[tuple[Rectangle, bytes]]) -> bytes:
    """Return a picture of the same size that shows only what stands in the boxes (with their masks), on white, as PNG.

    Raises:
        InvalidImageError: the picture or a mask is damaged.
    """
    from PIL import Image

    image = open_image(data)
    decode(image)
    flat = image if image.mode in ("L", "RGB") else _on_white(image)
    ground = Image.new(flat.mode, flat.size, "white")
    for box, mask in boxes:
        ground.paste(flat.crop(box), box[:2], _mask(mask, box) if mask else None)
    return _png(ground)


def _cut(image: Image, keep: Rectangle, box: Rectangle, mask: bytes) -> bytes:
    from PIL import Image

    part = image.crop(keep)
    if not mask:
        return _png(part)
    ground = Image.new(part.mode, part.size, "white")
    place = (box[0] - keep[0], box[1] - keep[1])
    ground.paste(image.crop(box), place, _mask(mask, box))
    return _png(ground)


def _mask(mask: bytes, box: Rectangle) -> Image:
    """Return a mask as large as its box; half and more counts as the object."""
    shape = open_image(mask)
    decode(shape)
    size = (box[2] - box[0], box[3] - box[1])
    return shape.convert("L").resize(size).point(lambda value: 255 if value >= 128 else 0)


def _on_white(image: Image) -> Image:
    """Return any other mode (transparent, palette, 16 bits, CMYK) as plain colours on white."""
    from PIL import Image

    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    ground.alpha_composite(layer)
    return ground.convert("RGB")


def _png(image: Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
