"""Where a picture was taken, found and taken out: GPS positions in EXIF and XMP, in JPEG and PNG files.

EXIF is changed in place: only the GPS directory and its entry go, so that what points elsewhere (a maker's notes, the
small picture inside) still points right. XMP that names a position goes as a whole.

Sources: TIFF 6.0, section 2; EXIF 2.32, section 4.6.3; XMP specification, part 3.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from core.images.containers import (
    PNG_TEXTS,
    Part,
    jpeg_segment,
    jpeg_segments,
    png_chunk,
    png_chunks,
    png_keyword,
    png_text,
    replaced,
)

_GPS_ENTRY = 0x8825
_GPS_WORD = b"GPS"
_EXIF_HEADER = b"Exif\x00\x00"
_XMP_HEADERS = (b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00")
_XMP_KEYWORD = "XML:com.adobe.xmp"
_RAW_PROFILE = "Raw profile type "
_ENTRY = 12
_VALUE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}


def without_place(data: bytes, mime: str) -> bytes:
    """Return a JPEG or PNG without the position it was taken at; the very same bytes when it names none."""
    return replaced(data, _jpeg_changes(data) if mime == "image/jpeg" else _png_changes(data))


def _jpeg_changes(data: bytes) -> Iterator[tuple[Part, bytes]]:
    segments = [segment for segment in jpeg_segments(data) if segment.kind == "E1"]
    # a long XMP is spread over several segments, and the word may lie across two
    xmp = [segment for segment in segments if data.startswith(_XMP_HEADERS, segment.payload, segment.payload_end)]
    is_place = _GPS_WORD in b"".join(data[segment.payload + 75 : segment.payload_end] for segment in xmp) or any(
        _GPS_WORD in data[segment.payload : segment.payload_end] for segment in xmp
    )
    for segment in segments:
        payload = data[segment.payload : segment.payload_end]
        if segment in xmp and is_place:
            yield segment, b""
        elif payload.startswith(_EXIF_HEADER):
            block = payload.removeprefix(_EXIF_HEADER)
            clean = _placeless(block)
            if clean != block:
                yield segment, jpeg_segment(0xE1, _EXIF_HEADER + clean) if clean else b""


def _png_changes(data: bytes) -> Iterator[tuple[Part, bytes]]:
    for chunk in png_chunks(data):
        if chunk.kind == "eXIf":
            block = data[chunk.payload : chunk.payload_end]
            clean = _placeless(block.removeprefix(_EXIF_HEADER))
            if clean != block.removeprefix(_EXIF_HEADER):
                yield chunk, png_chunk(b"eXIf", clean) if clean else b""
        elif chunk.kind in PNG_TEXTS and _names_place(data, chunk):
            yield chunk, b""


def _names_place(data: bytes, chunk: Part) -> bool:
    keyword = png_keyword(data, chunk)
    if keyword != _XMP_KEYWORD and not keyword.startswith(_RAW_PROFILE):
        return False
    text = png_text(data, chunk)
    if text is None:
        return True  # unreadable to us, perhaps not to others
    if keyword == _XMP_KEYWORD:
        return _GPS_WORD in text.encode()
    try:
        profile = bytes.fromhex("".join(text.split("\n")[3:]))
    except ValueError:
        return True
    block = profile.removeprefix(_EXIF_HEADER)
    return _GPS_WORD in profile or (block[:2] in (b"II", b"MM") and _placeless(block) != block)


def _placeless(block: bytes) -> bytes:
    """Return an EXIF block without its GPS directories; b"" when nothing is left, or a directory is cut short."""
    data = bytearray(block)
    order = ">" if block[:2] == b"MM" else "<"
    try:
        kept = sum([_clear(data, order, start) for start in _directories(block, order)])
    except struct.error:
        return b""
    return bytes(data) if kept or data == block else b""


def _directories(block: bytes, order: str) -> Iterator[int]:
    """Yield where the directories begin, as far as their chain can be followed."""
    seen: set[int] = set()
    with contextlib.suppress(struct.error):
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        while start and start not in seen:
            (count,) = struct.unpack_from(f"{order}H", block, start)
            seen.add(start)
            yield start
            (start,) = struct.unpack_from(f"{order}I", block, start + 2 + _ENTRY * count)


def _clear(data: bytearray, order: str, start: int) -> int:
    """Take the GPS entries out of one directory; return how many entries it keeps."""
    (count,) = struct.unpack_from(f"{order}H", data, start)
    end = start + 2 + _ENTRY * count + 4
    for at in reversed(range(start + 2, end - 4, _ENTRY)):
        tag, _, _, place = struct.unpack_from(f"{order}HHII", data, at)
        if tag == _GPS_ENTRY:
            _blank(data, order, place)
            data[at:end] = data[at + _ENTRY : end] + bytes(_ENTRY)
            count -= 1
    struct.pack_into(f"{order}H", data, start, count)
    return int(count)


def _blank(data: bytearray, order: str, start: int) -> None:
    """Overwrite a directory, and the values it points to, with zeros."""
    (count,) = struct.unpack_from(f"{order}H", data, start)
    for at in range(start + 2, start + 2 + _ENTRY * count, _ENTRY):
        _, kind, number, place = struct.unpack_from(f"{order}HHII", data, at)
        size = _VALUE_SIZES.get(kind, 1) * number
        if size > 4:
            _zero(data, place, size)
    _zero(data, start, 2 + _ENTRY * count)


def _zero(data: bytearray, start: int, size: int) -> None:
    size = max(0, min(size, len(data) - start))
    data[start : start + size] = bytes(size)
