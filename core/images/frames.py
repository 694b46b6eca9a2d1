"""An image file that may hold many pages: a TIFF is opened once, and one page at a time is in memory."""

from __future__ import annotations

import contextlib
from pathlib import Path

from core.errors import InvalidImageError
from core.images.checks import check_size, decode, open_as
from core.images.incoming import Incoming, encoded, exif_of

_SUBFILE_TYPE = 0xFE
_OLD_SUBFILE_TYPE = 0xFF
_REDUCED = 1


class PagedImage:
    """A TIFF file by its pages. The smaller copies that a pyramid keeps of each page are none of them."""

    def __init__(self, path: Path, most: int) -> None:
        """Open a file and find its pages, at most `most` of them.

        Raises:
            InvalidImageError: it is no TIFF.
        """
        # a page is checked when it is its turn: one that is far too large does not keep the others out
        self._image = open_as(path, "image/tiff")
        self._frames: list[int] = []
        with contextlib.suppress(EOFError, InvalidImageError):  # what follows a damaged directory cannot be found
            frame = 0
            while len(self._frames) < most:
                self._seek(frame)
                if not self._is_reduced():
                    self._frames.append(frame)
                frame += 1
        self._frames = self._frames or [0]

    def __len__(self) -> int:
        return len(self._frames)

    def page(self, number: int) -> Incoming:
        """Return a page, from 1, ready to be stored.

        Raises:
            InvalidImageError: it is damaged, or over 100 megapixels.
        """
        self._seek(self._frames[number - 1])
        check_size(self._image.width, self._image.height)
        decode(self._image)
        return encoded(self._image, exif_of(self._image), "image/tiff")

    def close(self) -> None:
        """Close the file."""
        self._image.close()

    def _seek(self, frame: int) -> None:
        try:
            self._image.seek(frame)
        except EOFError:
            raise
        except Exception:
            raise InvalidImageError("This page is damaged. Save the file again, and try that copy.") from None

    def _is_reduced(self) -> bool:
        tags = getattr(self._image, "tag_v2", {})
        try:
            return bool(int(tags.get(_SUBFILE_TYPE, 0)) & _REDUCED) or int(tags.get(_OLD_SUBFILE_TYPE, 1)) == 2
        except (TypeError, ValueError):
            return False
