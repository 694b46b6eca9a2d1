"""A book of plates as PDF: a title page, then a plate a page with its caption and whom it is owed to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.store.workspace import Workspace
from core.studio.exports.files import whole_file
from core.studio.exports.plates.pdf_file import PdfFile, width_of, written
from core.studio.exports.plates.records import PlateRecord, clean, line

PAGE = (595.28, 841.89)  # A4 in points
_MARGIN = 56.0
_MOST_CAPTION, _MOST_CREDIT = 8, 4
_LONGEST = 2000


def write_plate_book(
    workspace: Workspace, records: Sequence[PlateRecord], out: Path, title: str = "", language: str = "en"
) -> None:
    """Write the last picture of every plate that has one, in order, with caption and credit.

    The title page speaks a language of the interface ("en", "zh_CN").

    Raises:
        CorruptAssetError: a picture's file is damaged.
        WorkspaceError: the file cannot be written.
    """
    shown = [record for record in records if record.images]
    name = line(title) or workspace.title
    with whole_file(out) as file:
        pdf = PdfFile(file)
        pdf.add_page(PAGE, _title_page(name, shown, language), {})
        for number, record in enumerate(shown, 1):
            _add_plate(workspace, pdf, record, number)
        pdf.finish(name)


def _title_page(title: str, records: Sequence[PlateRecord], language: str) -> bytes:
    y = PAGE[1] * 0.62
    drawn = b""
    for text in wrapped(title, 30, PAGE[0] - 2 * _MARGIN, 4):
        drawn += _centred(text, y, 30)
        y -= 38
    drawn += f"0.6 w {PAGE[0] / 2 - 60:.2f} {y + 8:.2f} m {PAGE[0] / 2 + 60:.2f} {y + 8:.2f} l S\n".encode()
    drawn += _centred(_counted(len(records), language), y - 18, 14, is_italic=True)
    sources = list(dict.fromkeys(line(record.origin.credit) for record in records if record.origin.credit))
    y = _MARGIN + 14 * min(8, len(sources))
    for text in sources[:8]:
        drawn += _centred(wrapped(text, 10, PAGE[0] - 2 * _MARGIN, 1)[0], y, 10)
        y -= 14
    return drawn


def _counted(plates: int, language: str) -> str:
    if language.startswith("zh"):
        return f"图版 {plates} 幅"
    return f"{plates} plate" + ("" if plates == 1 else "s")


def _add_plate(workspace: Workspace, pdf: PdfFile, record: PlateRecord, number: int) -> None:
    room = PAGE[0] - 2 * _MARGIN
    caption = [part for text in clean(record.region.caption).split("\n") for part in wrapped(text, 13, room, 4)]
    caption = (caption or [record.label])[:_MOST_CAPTION]
    credit = wrapped(record.credit, 8.5, room, _MOST_CREDIT)
    below = 17 * len(caption) + 11 * len(credit) + 34
    image, width, height = pdf.add_image(workspace.read(record.images[-1]))
    high = PAGE[1] - 2 * _MARGIN - below
    scale = min(room / width, high / height)
    wide, tall = width * scale, height * scale
    left, bottom = (PAGE[0] - wide) / 2, _MARGIN + below + (high - tall) / 2
    drawn = f"q {wide:.3f} 0 0 {tall:.3f} {left:.3f} {bottom:.3f} cm /P Do Q\n".encode()
    y = bottom - 26
    for text in caption:
        drawn += _centred(text, y, 13, is_italic=True)
        y -= 17
    drawn += b"0.35 g\n"
    y -= 4
    for text in credit:
        drawn += _centred(text, y, 8.5)
        y -= 11
    drawn += _centred(str(number), _MARGIN * 0.5, 9)
    pdf.add_page(PAGE, drawn, {"P": image})


def wrapped(text: str, size: float, room: float, lines: int) -> list[str]:
    """Return a text as at most so many lines of `room` points; the last ends in an ellipsis where it is cut."""
    rest = line(text)[:_LONGEST]
    found: list[str] = []
    while rest and len(found) < lines:
        count = _fitting(rest, size, room)
        if count < len(rest) and len(found) == lines - 1:
            found.append(rest[: _fitting(rest, size, room - size)].rstrip() + "…")
            break
        space = rest.rfind(" ", 0, count + 1) if count < len(rest) else -1
        cut = space if space > 0 else count
        found.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return found


def _fitting(text: str, size: float, room: float) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width_of(text[:middle], size) <= room else (low, middle - 1)
    return low


def _centred(text: str, y: float, size: float, is_italic: bool = False) -> bytes:
    return written(text, (PAGE[0] - width_of(text, size, is_italic)) / 2, y, size, is_italic)
