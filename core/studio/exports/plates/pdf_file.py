"""Writing a PDF as it grows: an object is on disk as soon as it is added, so a book of any length needs little memory.

JPEGs go in byte for byte, and so do the compressed pixels of plain PNGs; other PNGs are unpacked without loss.

Source: ISO 32000-1, sections 7.3 (objects), 7.5 (file), 8.9.5 (images), 9.7 (composite fonts).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from typing import IO, Any

from PIL import Image

from core.images import sniff
from core.images.checks import open_image
from core.images.containers import png_chunks

_COMPONENTS = {"DeviceGray": 1, "DeviceRGB": 3, "DeviceCMYK": 4}
_SPACES = {"L": "DeviceGray", "1": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK"}
_PROFILES = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
_LATIN, _ITALIC, _HAN = "F1", "F2", "F3"


class PdfFile:
    """A PDF being written; `finish` completes it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at: dict[int, int] = {}
        self._count = 2  # 1 is the catalog, 2 the list of pages
        self._pages: list[int] = []
        file.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        self._fonts = self._add_fonts()

    def add(self, body: str | bytes, number: int | None = None) -> int:
        """Write an object and return its number."""
        if number is None:
            self._count += 1
            number = self._count
        self._at[number] = self._file.tell()
        data = body.encode("latin-1") if isinstance(body, str) else body
        self._file.write(b"%d 0 obj\n%b\nendobj\n" % (number, data))
        return number

    def add_stream(self, entries: str, data: bytes) -> int:
        """Write an object with data and return its number."""
        return self.add(f"<< {entries} /Length {len(data)} >>\nstream\n".encode("latin-1") + data + b"\nendstream")

    def add_image(self, data: bytes) -> tuple[int, int, int]:
        """Write a picture of a PNG or JPEG file; return its number, width and height.

        Raises:
            InvalidImageError: it is damaged.
        """
        image = open_image(data)
        profile = self._profile(image)
        if sniff(data) == "image/jpeg" and image.mode in _SPACES:
            # Adobe's CMYK is stored as how much ink is missing
            turned = " /Decode [1 0 1 0 1 0 1 0]" if image.mode == "CMYK" else ""
            entries = _entries(image.width, image.height, profile or f"/{_SPACES[image.mode]}", 8) + turned
            number = self.add_stream(f"{entries} /Filter /DCTDecode", data)
        else:
            plain = _plain_png(data, profile) if sniff(data) == "image/png" else None
            number = self.add_stream(*plain) if plain else self._unpacked(image, profile)
        return number, image.width, image.height

    def add_page(self, size: tuple[float, float], drawn: bytes, images: dict[str, int]) -> None:
        """Write a page: its size in points, what is drawn on it, and the pictures it names."""
        content = self.add_stream("/Filter /FlateDecode", zlib.compress(drawn))
        named = " ".join(f"/{name} {number} 0 R" for name, number in images.items())
        self._pages.append(
            self.add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]:.2f} {size[1]:.2f}] /Contents {content} 0 R "
                f"/Resources << /Font << {self._fonts} >> /XObject << {named} >> >> >>"
            )
        )

    def finish(self, title: str) -> None:
        """Write what a reader looks for first, at the end."""
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self.add("<< /Type /Catalog /Pages 2 0 R >>", 1)
        self.add(f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>", 2)
        named = ("\ufeff" + title).encode("utf-16-be", "replace").hex()
        info = self.add(f"<< /Title <{named}> /Producer (Throughline) >>")
        start = self._file.tell()
        lines = ["xref", f"0 {self._count + 1}", "0000000000 65535 f "]
        lines += [f"{self._at[number]:010d} 00000 n " for number in range(1, self._count + 1)]
        lines += [f"trailer\n<< /Size {self._count + 1} /Root 1 0 R /Info {info} 0 R >>\nstartxref\n{start}\n%%EOF\n"]
        self._file.write("\n".join(lines).encode())

    def _add_fonts(self) -> str:
        faces = {_LATIN: "Times-Roman", _ITALIC: "Times-Italic"}
        made = {
            name: self.add(f"<< /Type /Font /Subtype /Type1 /BaseFont /{face} /Encoding /WinAnsiEncoding >>")
            for name, face in faces.items()
        }
        descriptor = self.add(
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
            "/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        )
        below = self.add(
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
            f"/FontDescriptor {descriptor} 0 R >>"
        )
        made[_HAN] = self.add(
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H "
            f"/DescendantFonts [{below} 0 R] >>"
        )
        return " ".join(f"/{name} {number} 0 R" for name, number in made.items())

    def _profile(self, image: Image.Image) -> str:
        """Write a picture's colour profile; return its colour space, "" when it has none that fits."""
        profile = image.info.get("icc_profile")
        space = _SPACES.get(image.mode.removesuffix("A"), "")
        if not isinstance(profile, bytes) or _PROFILES.get(profile[16:20]) != _COMPONENTS.get(space):
            return ""
        number = self.add_stream(f"/N {_COMPONENTS[space]} /Filter /FlateDecode", zlib.compress(profile))
        return f"[/ICCBased {number} 0 R]"

    def _unpacked(self, image: Image.Image, profile: str) -> int:
        covered = image.convert("RGBA") if image.has_transparency_data else None
        flat = covered.convert("RGB") if covered else image.convert("L" if image.mode in ("L", "1") else "RGB")
        entries = _entries(flat.width, flat.height, profile or f"/{_SPACES[flat.mode]}", 8)
        if covered is not None:
            mask = _entries(flat.width, flat.height, "/DeviceGray", 8)
            alpha = zlib.compress(covered.getchannel("A").tobytes())
            entries += f" /SMask {self.add_stream(f'{mask} /Filter /FlateDecode', alpha)} 0 R"
        return self.add_stream(f"{entries} /Filter /FlateDecode", zlib.compress(flat.tobytes()))


def written(text: str, x: float, y: float, size: float, is_italic: bool = False) -> bytes:
    """Return the drawing of one line of text; Latin letters in Times, all others in a Chinese face."""
    parts = [f"BT 1 0 0 1 {x:.2f} {y:.2f} Tm".encode()]
    for is_latin, run in runs(text):
        face = (_ITALIC if is_italic else _LATIN) if is_latin else _HAN
        code = run.encode("cp1252") if is_latin else run.encode("utf-16-be")
        parts.append(f"/{face} {size:.2f} Tf <{code.hex()}> Tj".encode())
    return b" ".join([*parts, b"ET\n"])


def width_of(text: str, size: float, is_italic: bool = False) -> float:
    """Return how wide one line is, in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    face = "Times-Italic" if is_italic else "Times-Roman"
    return float(sum(stringWidth(run, face, size) if is_latin else len(run) * size for is_latin, run in runs(text)))


def runs(text: str) -> Iterable[tuple[bool, str]]:
    """Yield a text in pieces of one face each: whether it is Latin, and its letters."""
    found: list[tuple[bool, str]] = []
    for char in text:
        is_latin = _is_latin(char)
        shown = char if is_latin or ord(char) < 0x10000 else "□"  # the face has no letter past the first plane
        if found and found[-1][0] == is_latin:
            found[-1] = (is_latin, found[-1][1] + shown)
        else:
            found.append((is_latin, shown))
    return found


def _is_latin(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _entries(width: int, height: int, space: str, bits: int) -> str:
    return (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} /BitsPerComponent {bits}"
    )


def _plain_png(data: bytes, profile: str) -> tuple[str, bytes] | None:
    """Return a PNG's pixels as they are compressed in it, or None for one that a PDF cannot hold so."""
    chunks: list[Any] = list(png_chunks(data))
    kinds = {chunk.kind for chunk in chunks}
    width, height, bits, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, chunks[0].payload)
    if interlaced or colour not in (0, 2, 3) or "tRNS" in kinds:
        return None
    space = profile or ("/DeviceRGB" if colour == 2 else "/DeviceGray")
    if colour == 3:
        table = next(data[chunk.payload : chunk.payload_end] for chunk in chunks if chunk.kind == "PLTE")
        space = f"[/Indexed /DeviceRGB {len(table) // 3 - 1} <{table.hex()}>]"
    packed = io.BytesIO()
    for chunk in chunks:
        if chunk.kind == "IDAT":
            packed.write(data[chunk.payload : chunk.payload_end])
    rows = f"/Predictor 15 /Colors {3 if colour == 2 else 1} /BitsPerComponent {bits} /Columns {width}"
    return f"{_entries(width, height, space, bits)} /Filter /FlateDecode /DecodeParms << {rows} >>", packed.getvalue()
