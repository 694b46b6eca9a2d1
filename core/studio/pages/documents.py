"""PDFs as pages: each is drawn by pdfium as it is wanted, and one at a time is in memory.

A page that is one scanned picture is drawn at the scan's own resolution, everything else at 300 dots an inch.
"""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InvalidImageError
from core.images import ImageFacts, Incoming, to_png

if TYPE_CHECKING:
    from PIL.Image import Image

POINTS = 72
DOTS = 300
MOST_DOTS = 600
LONGEST_SIDE = 6000
MOST_PIXELS = 32_000_000
MOST_PAGES = 5000
_WHOLE = 0.7
_PDFIUM = threading.Lock()  # pdfium bears one thread at a time, whatever documents they read


class Pdf:
    """An opened PDF."""

    def __init__(self, path: Path) -> None:
        """Open a PDF.

        Raises:
            InvalidImageError: it is damaged, locked with a password, or empty.
        """
        import pypdfium2 as pdfium

        with _PDFIUM:
            try:
                self._pdf = pdfium.PdfDocument(path)
                self._count = len(self._pdf)
            except pdfium.PdfiumError as error:
                raise _unreadable(error) from None
        if not self._count:
            self.close()
            raise InvalidImageError("This PDF has no page.")

    def __len__(self) -> int:
        return min(self._count, MOST_PAGES)

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more pages than are taken."""
        return self._count > MOST_PAGES

    def says(self) -> tuple[str, str]:
        """Return the title and author that the document names; "" where it names none."""
        with _PDFIUM:
            said = self._pdf.get_metadata_dict(skip_empty=True)
        return _line(said.get("Title", "")), _line(said.get("Author", ""))

    def page(self, number: int) -> Incoming:
        """Draw a page, from 1: a JPEG where it shows pictures, else a PNG.

        Raises:
            InvalidImageError: it is damaged.
        """
        import pypdfium2 as pdfium

        with _PDFIUM:
            try:
                page = self._pdf[number - 1]
                try:
                    image, has_pictures = _drawn(page)
                finally:
                    page.close()
            except (pdfium.PdfiumError, MemoryError, ValueError):
                raise InvalidImageError("This page is damaged. Print the PDF into a new one, and try that.") from None
        return _encoded(image, has_pictures)

    def close(self) -> None:
        """Close the document."""
        with _PDFIUM:
            self._pdf.close()


def _drawn(page: Any) -> tuple[Image, bool]:
    pictures = list(page.get_objects(filter=[3], max_depth=3))  # 3: images, in pdfium's numbers
    scale = _scale(page, pictures)
    bitmap = page.render(scale=scale, draw_annots=True)
    try:
        return bitmap.to_pil().convert("RGB"), bool(pictures)
    finally:
        bitmap.close()


def _scale(page: Any, pictures: list[Any]) -> float:
    """Return how many pixels a point becomes."""
    width, height = page.get_size()
    width, height = max(width, 1.0), max(height, 1.0)
    scale = DOTS / POINTS
    if len(pictures) == 1:
        scale = _scan_scale(pictures[0], width * height) or scale
    longest, area = LONGEST_SIDE / max(width, height), (MOST_PIXELS / (width * height)) ** 0.5
    return float(min(scale, longest, area))


def _scan_scale(picture: Any, area: float) -> float | None:
    """Return the scale at which a scan that fills its page keeps its own pixels, or None for a smaller picture."""
    try:
        left, bottom, right, top = picture.get_bounds()
        longest = max(picture.get_px_size())
    except RuntimeError:  # pdfium's own error: the picture may be drawn all the same
        return None
    across, up = right - left, top - bottom
    if across <= 0 or up <= 0 or across * up < _WHOLE * area:
        return None
    scale = longest / max(across, up)
    return min(float(scale), MOST_DOTS / POINTS) if scale > 0 else None


def _encoded(image: Image, has_pictures: bool) -> Incoming:
    if has_pictures:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=95, subsampling=0)
        data, mime = buffer.getvalue(), "image/jpeg"
    else:
        data, mime = to_png(image), "image/png"
    return Incoming(data, ImageFacts(mime=mime, width=image.width, height=image.height), is_changed=True)


def _unreadable(error: Exception) -> InvalidImageError:
    if getattr(error, "err_code", None) == 4:  # FPDF_ERR_PASSWORD
        return InvalidImageError("This PDF is locked with a password. Save a copy without one, and try that.")
    return InvalidImageError("This PDF is damaged or cut short. Print it into a new PDF, and try that.")


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
