"""How a person's file becomes an image of ours: upright, without its place on earth, as PNG or JPEG.

Bytes are kept as they are unless one of these three asks for a change.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InvalidImageError
from core.images.checks import ImageFacts, decode, open_image, sniff, verify
from core.images.places import without_place

if TYPE_CHECKING:
    from PIL.Image import Exif, Image

_ORIENTATION = 0x0112
_TURNED = range(2, 9)
_GPS = 0x8825
# a TIFF file keeps its pixels, and blocks that may name a place, under the same kind of number as its EXIF
_BLOCKS = {0x02BC, 0x83BB, 0x8649, 0x8773}
_LAYOUT = {*range(0xFE, 0x104), 0x106, 0x10A, 0x111, *range(0x115, 0x118), 0x11C, 0x13D, *range(0x140, 0x146)}
_LAYOUT |= {0x14A, 0x152, 0x153, 0x15B, *range(0x200, 0x215)}
_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
_LONGEST_JPEG_EXIF = 65_000


@dataclass(frozen=True)
class Incoming:
    """An image ready to be stored: PNG or JPEG bytes, and whether they differ from the file that came."""

    data: bytes
    facts: ImageFacts
    is_changed: bool


def prepare(data: bytes) -> Incoming:
    """Check a person's file and turn it into PNG or JPEG bytes, upright and without a GPS position.

    Raises:
        InvalidImageError: no image we know, damaged, cut short, or over 100 megapixels.
    """
    image = open_image(data)
    mime = str(sniff(data))
    if mime == "image/png":
        verify(data)  # Pillow does not look at the checksums of the pixels
    decode(image)
    exif = exif_of(image)
    if mime not in ("image/png", "image/jpeg") or exif.get(_ORIENTATION) in _TURNED:
        return encoded(image, exif, mime)
    clean = without_place(data, mime)
    return Incoming(clean, ImageFacts(mime=mime, width=image.width, height=image.height), clean != data)


def to_png(image: Image, exif: bytes = b"") -> bytes:
    """Return a decoded image as a PNG file with its colour profile, in a mode that PNG has.

    Raises:
        InvalidImageError: its colours cannot be held by a PNG.
    """
    buffer = io.BytesIO()
    try:
        fitting = _png_mode(image)
        fitting.save(buffer, "PNG", compress_level=6, icc_profile=_fitting_profile(image, fitting.mode), exif=exif)
    except Exception:
        raise InvalidImageError("This image cannot be turned into PNG. Save it as PNG or JPEG and try that.") from None
    return buffer.getvalue()


def exif_of(image: Image) -> Exif:
    """Return what a decoded image says of itself, as far as it is readable."""
    from PIL import Image as pil

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a broken block warns on stderr; we read what is readable
            return image.getexif()
    except Exception:
        return pil.Exif()


def encoded(image: Image, exif: Exif, mime: str) -> Incoming:
    """Write a decoded image anew, upright and without its place: a JPEG as JPEG, everything else as PNG."""
    from PIL import ImageOps

    with contextlib.suppress(Exception):  # a picture we cannot turn is better than none
        image = ImageOps.exif_transpose(image) or image
    kept = _placeless_exif(exif)
    is_jpeg = mime == "image/jpeg"
    data = _to_jpeg(image, kept) if is_jpeg else to_png(image, kept)
    facts = ImageFacts(mime="image/jpeg" if is_jpeg else "image/png", width=image.width, height=image.height)
    return Incoming(data, facts, is_changed=True)


def _to_jpeg(image: Image, exif: bytes) -> bytes:
    buffer = io.BytesIO()
    kept = exif if len(exif) < _LONGEST_JPEG_EXIF else b""
    profile = image.info.get("icc_profile")
    image.save(buffer, "JPEG", quality=95, subsampling=0, icc_profile=profile, exif=kept, xmp=b"")
    return buffer.getvalue()


def _png_mode(image: Image) -> Image:
    if image.mode in _PNG_MODES:
        return image
    if image.mode.startswith("I"):
        return image.convert("I").convert("I;16")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _fitting_profile(image: Image, mode: str) -> bytes | None:
    """Return the colour profile when it speaks of the colours that `mode` has: a CMYK one ruins RGB."""
    profile = image.info.get("icc_profile")
    space = b"RGB " if mode in ("P", "RGB", "RGBA") else b"GRAY"
    return profile if isinstance(profile, bytes) and profile[16:20] == space else None


def _placeless_exif(exif: Exif) -> bytes:
    """Return the EXIF block without position, orientation and pixel layout; b"" when nothing is left."""
    try:
        for tag in exif.keys() & {_GPS, _ORIENTATION, *_BLOCKS, *_LAYOUT}:
            del exif[tag]
        return exif.tobytes() if len(exif) else b""
    except Exception:
        return b""
