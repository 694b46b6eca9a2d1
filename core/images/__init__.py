"""Pure image helpers: what kind of file this is, whether it is whole, how it comes in, how it looks small."""

from core.images.checks import MAX_PIXELS, ImageFacts, sniff, verify, verify_answer
from core.images.crops import crops, on_white
from core.images.frames import PagedImage
from core.images.incoming import Incoming, prepare, to_png
from core.images.thumbnails import shrink

__all__ = [
    "MAX_PIXELS",
    "ImageFacts",
    "Incoming",
    "PagedImage",
    "crops",
    "on_white",
    "prepare",
    "shrink",
    "sniff",
    "to_png",
    "verify",
    "verify_answer",
]
