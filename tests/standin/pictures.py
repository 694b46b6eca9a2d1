"""Pictures for the stand-in's answers: really encoded, of the right size, the same for the same seed."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache

GRID = 4


@lru_cache(maxsize=256)
def draw_picture(seed: str, size: tuple[int, int], mime: str = "image/png", is_grainy: bool = False) -> bytes:
    """Return an encoded picture of coloured fields that follow from `seed`; `size` is (width, height).

    A grainy one is as heavy as a real one (1.5 to 2 MB at 1K); a plain one is a few kilobytes.
    """
    from PIL import Image

    colours = hashlib.shake_256(seed.encode()).digest(GRID * GRID * 3)
    picture = Image.frombytes("RGB", (GRID, GRID), colours).resize(size, Image.Resampling.NEAREST)
    if is_grainy:
        width, height = size
        grain = Image.frombytes("L", size, hashlib.shake_256(seed.encode()).digest(width * height))
        picture = Image.blend(picture, Image.merge("RGB", [grain] * 3), 0.2)
    buffer = io.BytesIO()
    if mime == "image/png":
        picture.save(buffer, "PNG", compress_level=1)
    else:
        picture.save(buffer, mime.removeprefix("image/").upper(), quality=80)
    return buffer.getvalue()
