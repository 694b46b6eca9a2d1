"""Documents of pages that tests make: PDFs, TIFFs of several pages, ZIPs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from tests.samples import encoded, picture


def pdf(pages: int = 3, size: tuple[float, float] = (72, 96), title: str = "", author: str = "", **more: Any) -> bytes:
    """Return a PDF with a line of text on every page."""
    buffer = io.BytesIO()
    drawn = canvas.Canvas(buffer, pagesize=size, invariant=1, **more)
    if title:
        drawn.setTitle(title)
    if author:
        drawn.setAuthor(author)
    for number in range(1, pages + 1):
        drawn.drawString(5, 20, f"page {number}")
        drawn.showPage()
    drawn.save()
    return buffer.getvalue()


def scan_pdf(image: Image.Image, size: tuple[float, float]) -> bytes:
    """Return a PDF of one page that is one picture."""
    buffer = io.BytesIO()
    drawn = canvas.Canvas(buffer, pagesize=size, invariant=1)
    drawn.drawImage(ImageReader(image), 0, 0, *size)
    drawn.showPage()
    drawn.save()
    return buffer.getvalue()


def tiff(pages: int = 3, size: tuple[int, int] = (40, 30), first: int = 0, **options: Any) -> bytes:
    """Return a TIFF of several pages, each another picture."""
    frames = [picture(first + number, size) for number in range(pages)]
    return encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:], **options)


def packed(members: Mapping[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP of files by their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return buffer.getvalue()
