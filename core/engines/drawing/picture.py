"""Pictures in memory: 8-bit BGR arrays (height, width, 3), decoded from anything and encoded as PNG."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InvalidImageError

# OpenCV's type stubs say nothing of element types, so these names tell a reader what a checker cannot.
Pixels = NDArray[Any]
"""8 bits a channel: (height, width, 3 or 4) or a mask (height, width)."""
Plane = NDArray[Any]
"""float32: a mask 0..1 (height, width), or colours (height, width, 3)."""

MAX_PIXELS = 100_000_000
_FAST_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_SUB]


def decode(data: bytes, name: str) -> Pixels:
    """Decode a file's bytes to BGRA, 8 bits a channel, upright.

    Raises:
        InvalidImageError: the bytes are damaged, no image, or over 100 megapixels.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            _refuse_oversized(image, name)
            upright = ImageOps.exif_transpose(image)
            rgba = np.asarray(_eight_bit(upright).convert("RGBA"))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidImageError(
            f"The picture {name!r} cannot be read: it is damaged or no image. Import it again from a whole file."
        ) from error
    return cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA)


def _refuse_oversized(image: Image.Image, name: str) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise InvalidImageError(f"The picture {name!r} has over 100 megapixels. Use a smaller copy.")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring 16-bit and float greys down to 8 bits, which Pillow would otherwise clip to white."""
    if image.mode not in ("I", "F", "I;16", "I;16B", "I;16L", "I;16N"):
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    top = 65535.0 if values.max(initial=0) > 255 else 255.0
    return Image.fromarray((np.clip(values / top, 0, 1) * 255).astype(np.uint8))


def on_white(picture: Pixels) -> Pixels:
    """Lay a BGRA picture on white paper and return BGR."""
    if picture[..., 3].min() == 255:
        return np.ascontiguousarray(picture[..., :3])
    alpha = picture[..., 3:].astype(np.uint16)
    flat = (picture[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return flat.astype(np.uint8)


def encode(picture: Pixels) -> bytes:
    """Encode a BGR picture as PNG bytes, quickly rather than small."""
    done, buffer = cv2.imencode(".png", picture, _FAST_PNG)
    if not done:
        raise InvalidImageError("The drawn picture could not be encoded as PNG. Try a smaller size.")
    return bytes(buffer)


def shrink(picture: Any, longest: int) -> Any:
    """Return the picture scaled down so that its longer side is at most `longest` pixels; never enlarged."""
    height, width = picture.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def resize(picture: Any, width: int, height: int) -> Any:
    """Scale to an exact size with a filter that suits the direction."""
    smaller = width * height < picture.shape[0] * picture.shape[1]
    return cv2.resize(
        picture, (max(1, width), max(1, height)), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    )


def cover(picture: Pixels, width: int, height: int) -> Pixels:
    """Fill a size completely: scale, then crop the middle."""
    rows, columns = picture.shape[:2]
    scale = max(width / columns, height / rows)
    scaled = resize(picture, max(width, round(columns * scale)), max(height, round(rows * scale)))
    top, left = (scaled.shape[0] - height) // 2, (scaled.shape[1] - width) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])
