"""The two file formats as their parts: PNG chunks and JPEG segments, found without decoding a pixel.

Sources: PNG (Third Edition), sections 5.3 and 11.3.3; ITU-T T.81, annex B.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from core.errors import InvalidImageError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_OVERHEAD = 12
JPEG_START = b"\xff\xd8"
PNG_TEXTS = ("iTXt", "tEXt", "zTXt")
_LONGEST_INFLATED = 1024 * 1024
_STANDALONE_MARKERS = {0x01, *range(0xD0, 0xD9)}
_START_OF_SCAN = 0xDA
DAMAGED = "This {kind} is damaged or cut short. Open it in an image editor, save it again, and try that copy."


@dataclass(frozen=True)
class Part:
    """One PNG chunk or JPEG segment: its type, and where it begins, where its payload lies and where it ends."""

    kind: str
    start: int
    payload: int
    payload_end: int
    end: int


def png_chunks(data: bytes, check: bool = False) -> Iterator[Part]:
    """Yield the chunks of a PNG up to and including IEND; with `check`, their CRCs must be right.

    Raises:
        InvalidImageError: the file is cut short, or a CRC is wrong.
    """
    view = memoryview(data)
    position = len(PNG_SIGNATURE)
    while position + PNG_OVERHEAD <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + PNG_OVERHEAD + length
        if end > len(data):
            break
        if check and zlib.crc32(view[position + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            break
        yield Part(kind.decode("latin-1"), position, position + 8, end - 4, end)
        if kind == b"IEND":
            return
        position = end
    raise InvalidImageError(DAMAGED.format(kind="PNG file"))


def jpeg_segments(data: bytes) -> Iterator[Part]:
    """Yield the marker segments of a JPEG before its first scan, SOI and SOS left out.

    Raises:
        InvalidImageError: the file ends before its first scan.
    """
    position = len(JPEG_START)
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
            continue
        if marker in _STANDALONE_MARKERS:
            position += 2
            continue
        if marker == _START_OF_SCAN:
            return
        end = position + 2 + struct.unpack_from(">H", data, position + 2)[0]
        if end > len(data):
            break
        yield Part(f"{marker:02X}", position, position + 4, end, end)
        position = end
    raise InvalidImageError(DAMAGED.format(kind="JPEG file"))


def replaced(data: bytes, changes: Iterable[tuple[Part, bytes]]) -> bytes:
    """Return the file with some of its parts, named in their order, replaced by other bytes."""
    pieces, position = [], 0
    for part, new in changes:
        pieces += [data[position : part.start], new]
        position = part.end
    return b"".join(pieces) + data[position:] if pieces else data


def png_keyword(data: bytes, chunk: Part) -> str:
    """Return the keyword of a PNG text chunk."""
    return data[chunk.payload : min(chunk.payload + 80, chunk.payload_end)].split(b"\x00", 1)[0].decode("latin-1")


def png_text(data: bytes, chunk: Part) -> str | None:
    """Return the text of a PNG text chunk; None when it is damaged, or holds over 1 MB in compressed form."""
    rest = data[chunk.payload : chunk.payload_end].partition(b"\x00")[2]
    if chunk.kind == "tEXt":
        return rest.decode("latin-1")
    if chunk.kind == "zTXt":
        return _inflated(rest[1:])
    text = rest[2:].split(b"\x00", 2)[-1]
    return _inflated(text) if rest[:1] == b"\x01" else text.decode("utf-8", "replace")


def _inflated(data: bytes) -> str | None:
    # a text can be a compression bomb: past the limit it is nothing anybody wrote
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, _LONGEST_INFLATED)
    except zlib.error:
        return None
    return None if inflater.unconsumed_tail else text.decode("utf-8", "replace")


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    """Return one PNG chunk with its length and CRC."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def jpeg_segment(marker: int, payload: bytes) -> bytes:
    """Return one JPEG segment; the payload holds at most 65,533 bytes."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
