"""What kind of image a file is, and whether all of it is there."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from core.errors import InvalidImageError
from core.images.containers import DAMAGED, JPEG_START, PNG_SIGNATURE, PNG_TEXTS, png_chunks, png_text, replaced

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 100_000_000
_IHDR = b"\x00\x00\x00\x0dIHDR"
_NOT_AN_IMAGE = "This file is not an image that can be read. Use PNG, JPEG, WebP, TIFF, HEIC, AVIF, GIF or BMP."
_PROBED = 65536  # bytes of a PNG's pixels that are looked at
_LAST_PNG_FILTER = 4
_STARTS = {
    PNG_SIGNATURE: "image/png",
    JPEG_START + b"\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"BM": "image/bmp",
}
# the brands of ISO/IEC 23008-12 and of AVIF that stand for a still picture or the first of several
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}


@dataclass(frozen=True)
class ImageFacts:
    """Mime type, and width and height in pixels."""

    mime: str
    width: int
    height: int


def sniff(data: bytes) -> str | None:
    """Return the mime type that the first bytes tell, or None when they tell none we know."""
    head = data[:16]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _boxed(head[8:12], data)
    return next((mime for start, mime in _STARTS.items() if head.startswith(start)), None)


def _boxed(brand: bytes, data: bytes) -> str | None:
    """Tell HEIF and AVIF apart by their brands: a general one may stand first, with the real one behind it."""
    if brand in _AVIF_BRANDS or (brand in (b"mif1", b"msf1") and b"avif" in data[16:64]):
        return "image/avif"
    return "image/heif" if brand in _HEIF_BRANDS else None


def verify(data: bytes) -> ImageFacts:
    """Return what a whole image file is: a PNG by walking its chunk CRCs, anything else by decoding it.

    Raises:
        InvalidImageError: no image, cut short, damaged, or over 100 megapixels (told by the header).
    """
    if sniff(data) == "image/png":
        return _verify_png(data)
    image = open_image(data)
    facts = ImageFacts(mime=str(sniff(data)), width=image.width, height=image.height)
    image.draft(image.mode, (1, 1))  # a JPEG shows in a small size as well whether all of it is there
    decode(image)
    return facts


def verify_answer(data: bytes) -> ImageFacts:
    """Return what a whole image file from a service is: as `verify`, and a PNG's pixels begin like pixels.

    Whoever wrote it may have given rubbish right checksums. Decoding all of a large PNG to see that takes as long as a
    third of its transfer; rubbish shows at once.

    Raises:
        InvalidImageError: see `verify`, or its pixels do not begin like a PNG's.
    """
    facts = verify(data)
    if facts.mime == "image/png":
        _check_first_pixels(data)
    return facts


def _check_first_pixels(data: bytes) -> None:
    inflating = zlib.decompressobj()
    begun = b""
    try:
        for chunk in png_chunks(data):
            if chunk.kind == "IDAT" and not begun:
                end = min(chunk.payload_end, chunk.payload + _PROBED)
                begun = inflating.decompress(data[chunk.payload : end], _PROBED)
    except zlib.error:
        raise InvalidImageError(DAMAGED.format(kind="image")) from None
    if not begun or begun[0] > _LAST_PNG_FILTER:
        raise InvalidImageError(DAMAGED.format(kind="image"))


def open_image(data: bytes) -> Image:
    """Open an image by its header alone; its pixels are not decoded yet.

    Raises:
        InvalidImageError: no image we know, or over 100 megapixels.
    """
    mime = sniff(data)
    if mime is None:
        raise InvalidImageError(_NOT_AN_IMAGE)
    return open_as(io.BytesIO(_png_readable(data) if mime == "image/png" else data), mime)


def open_as(file: IO[bytes] | Path, mime: str) -> Image:
    """Open an image whose kind is known, from memory or from a file that stays where it is.

    Raises:
        InvalidImageError: it is none of that kind, or over 100 megapixels.
    """
    from PIL import Image

    if mime == "image/heif":
        _learn_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whatever is wrong with a file, we say it ourselves
            image = Image.open(file, formats=[mime.removeprefix("image/")])
    except Image.DecompressionBombError:
        raise InvalidImageError(_too_large("over 170")) from None
    except Exception:
        raise InvalidImageError(_NOT_AN_IMAGE) from None
    check_size(image.width, image.height)
    return image


@cache
def _learn_heif() -> None:
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)


def decode(image: Image) -> None:
    """Decode all pixels of an opened image.

    Raises:
        InvalidImageError: the pixels are damaged or cut short.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
    except Exception:
        raise InvalidImageError(DAMAGED.format(kind="image")) from None


def check_size(width: int, height: int) -> None:
    """Refuse an image over 100 megapixels.

    Raises:
        InvalidImageError: it is larger.
    """
    if width * height > MAX_PIXELS:
        raise InvalidImageError(_too_large(f"{width * height / 1e6:.0f}"))
    if width < 1 or height < 1:
        raise InvalidImageError(_NOT_AN_IMAGE)


def _too_large(megapixels: str) -> str:
    return f"This image has {megapixels} megapixels; at most 100 are taken. Scale it down and try again."


def _verify_png(data: bytes) -> ImageFacts:
    width, height = _png_size(data)
    if "IDAT" not in {chunk.kind for chunk in png_chunks(data, check=True)}:
        raise InvalidImageError(_NOT_AN_IMAGE)
    return ImageFacts(mime="image/png", width=width, height=height)


def _png_size(data: bytes) -> tuple[int, int]:
    if not data.startswith(_IHDR, len(PNG_SIGNATURE)) or len(data) < 24:
        raise InvalidImageError(_NOT_AN_IMAGE)
    width, height = struct.unpack_from(">II", data, 16)
    check_size(width, height)
    return width, height


def _png_readable(data: bytes) -> bytes:
    """Return a PNG without the texts that Pillow would refuse the whole picture for."""
    _png_size(data)
    chunks = (chunk for chunk in png_chunks(data) if chunk.kind in PNG_TEXTS)
    return replaced(data, ((chunk, b"") for chunk in chunks if png_text(data, chunk) is None))
