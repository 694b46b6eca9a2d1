"""The recipe inside the image file: written and read without touching a pixel.

PNG: our chunks stand together right after IHDR, as uncompressed iTXt: `prompt` and `source_ids` (which Google's public
notebook on consistent imagery reads and writes), then `throughline`. A PNG that came with a `prompt` of its own gains
only `throughline`, before its own chunks. So the run from IHDR to `throughline` is ours, and nothing else is.

JPEG: APP15 segments that begin with `throughline`, each followed by its number and the count of all (16 bit each), at
most 60 KB of JSON a segment. They stand after the leading APP0 and APP1 segments, where JFIF and EXIF must be.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from core.errors import CorruptAssetError, InvalidImageError
from core.images.checks import sniff
from core.images.containers import (
    JPEG_START,
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

DOCUMENT_KEY = "throughline"
PROMPT_KEY = "prompt"
SOURCES_KEY = "source_ids"
_OURS = {DOCUMENT_KEY, PROMPT_KEY, SOURCES_KEY}
_APP15 = 0xEF
_APP15_KIND = "EF"
_JPEG_HEADER = DOCUMENT_KEY.encode() + b"\x00"
_JPEG_NUMBERS = struct.Struct(">HH")
_JPEG_PIECE = 60 * 1024


@dataclass(frozen=True)
class Notes:
    """The texts found in an image file; None where there is none."""

    document: str | None
    prompt: str | None
    source_ids: tuple[str, ...] | None


def embed(data: bytes, document: str, prompt: str, source_ids: tuple[str, ...]) -> tuple[bytes, bytes, bytes]:
    """Return the file with its recipe inside, as three pieces to be written one after the other.

    `data` must hold none of our chunks (`strip` it first). Three pieces spare a copy of a large picture.
    """
    if sniff(data) == "image/jpeg":
        split = _jpeg_split(data)
        return data[:split], _jpeg_document(document), data[split:]
    split = next(png_chunks(data)).end
    own = _png_texts(data)
    texts = [] if PROMPT_KEY in own else [(PROMPT_KEY, prompt), (SOURCES_KEY, "\n".join(source_ids))]
    chunks = b"".join(_itxt(key, text) for key, text in [*texts, (DOCUMENT_KEY, document)])
    return data[:split], chunks, data[split:]


def read(data: bytes) -> Notes:
    """Return the texts of an image file: ours, and a foreign `prompt` and `source_ids`.

    Raises:
        CorruptAssetError: the file cannot be walked.
    """
    try:
        if sniff(data) == "image/jpeg":
            return Notes(_read_jpeg(data), None, None)
        texts = _png_texts(data)
    except InvalidImageError as error:
        raise CorruptAssetError(error.message) from None
    sources = texts.get(SOURCES_KEY)
    return Notes(
        document=texts.get(DOCUMENT_KEY),
        prompt=texts.get(PROMPT_KEY),
        source_ids=None if sources is None else tuple(line for line in sources.split("\n") if line),
    )


def strip(data: bytes) -> bytes:
    """Return the file without our chunks: what is hashed as the digest, and what is sent to a service."""
    return replaced(data, ((part, b"") for part in _ours(data)))


def without_texts(data: bytes, keys: frozenset[str]) -> bytes:
    """Return a PNG without the text chunks named by `keys`, wherever they stand."""
    return replaced(
        data,
        ((chunk, b"") for chunk in png_chunks(data) if chunk.kind in PNG_TEXTS and png_keyword(data, chunk) in keys),
    )


def _ours(data: bytes) -> list[Part]:
    if sniff(data) == "image/jpeg":
        return [part for part in jpeg_segments(data) if _is_ours(data, part)]
    run: list[Part] = []
    count = 0
    for chunk in islice(png_chunks(data), 1, None):
        keyword = png_keyword(data, chunk) if chunk.kind == "iTXt" else None
        if keyword not in _OURS:
            break
        run.append(chunk)
        if keyword == DOCUMENT_KEY:
            count = len(run)  # and on: a file that somebody embedded twice must not keep a second run
    return run[:count]


def _is_ours(data: bytes, part: Part) -> bool:
    return part.kind == _APP15_KIND and data.startswith(_JPEG_HEADER, part.payload, part.payload_end)


def _itxt(key: str, text: str) -> bytes:
    # keyword, then: not compressed, method 0, no language, no translated keyword
    return png_chunk(b"iTXt", key.encode("latin-1") + b"\x00\x00\x00\x00\x00" + text.encode("utf-8", "replace"))


def _png_texts(data: bytes) -> dict[str, str]:
    texts: dict[str, str] = {}
    for chunk in png_chunks(data):
        keyword = png_keyword(data, chunk) if chunk.kind in PNG_TEXTS else None
        if keyword in _OURS and (text := png_text(data, chunk)) is not None:
            texts.setdefault(keyword, text)
    return texts


def _jpeg_split(data: bytes) -> int:
    split = len(JPEG_START)
    for segment in jpeg_segments(data):
        if segment.kind not in ("E0", "E1"):
            break
        split = segment.end
    return split


def _jpeg_document(document: str) -> bytes:
    encoded = document.encode()
    pieces = [encoded[at : at + _JPEG_PIECE] for at in range(0, len(encoded), _JPEG_PIECE)]
    return b"".join(
        jpeg_segment(_APP15, _JPEG_HEADER + _JPEG_NUMBERS.pack(number, len(pieces)) + piece)
        for number, piece in enumerate(pieces, 1)
    )


def _read_jpeg(data: bytes) -> str | None:
    numbered = dict(_jpeg_pieces(data))
    if not numbered:
        return None
    count = next(iter(numbered.values()))[0]
    if sorted(numbered) != list(range(1, count + 1)):
        return None
    return b"".join(numbered[number][1] for number in range(1, count + 1)).decode("utf-8", "replace")


def _jpeg_pieces(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    for segment in jpeg_segments(data):
        if _is_ours(data, segment):
            piece = data[segment.payload + len(_JPEG_HEADER) : segment.payload_end]
            if len(piece) > _JPEG_NUMBERS.size:
                number, count = _JPEG_NUMBERS.unpack_from(piece)
                yield number, (count, piece[_JPEG_NUMBERS.size :])
