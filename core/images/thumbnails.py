"""A smaller picture of a picture, for lists and graphs."""

from __future__ import annotations

import io

from core.images.checks import decode, open_image


def shrink(data: bytes, edge: int) -> bytes:
    """Return the image as WebP with its longer side at most `edge` pixels; it is never made larger.

    Raises:
        InvalidImageError: the image is damaged or too large.
    """
    image = open_image(data)
    image.draft("RGB", (edge * 2, edge * 2))  # JPEG: decode at the smallest scale that is still large enough
    decode(image)
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((edge, edge), reducing_gap=2.0)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=82, method=4)
    return buffer.getvalue()
