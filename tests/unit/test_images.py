"""Images as they come in: told apart, checked whole, turned upright, without their place on earth, made small."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import InvalidImageError
from core.images import prepare, shrink, sniff, to_png, verify
from core.images.containers import jpeg_segment, jpeg_segments, png_chunk
from tests.processes import together
from tests.samples import chunks, encoded, header_bombs, itxt, jpeg, picture, png, with_chunk
from tests.workers import refusal, refuse_bombs_with_little_memory

GPS, ORIENTATION, MAKER_NOTE, EXIF_IFD = 0x8825, 0x0112, 0x927C, 0x8769
FILES = {
    "image/png": png(),
    "image/jpeg": jpeg(),
    "image/webp": encoded(picture(), "WEBP", lossless=True),
    "image/tiff": encoded(picture(), "TIFF"),
    "image/gif": encoded(picture(mode="P"), "GIF"),
    "image/bmp": encoded(picture(), "BMP"),
}
XMP_PLACE = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,51.5N"/></rdf:RDF></x:xmpmeta>'
)
XMP_PLAIN = XMP_PLACE.replace(b'exif:GPSLatitude="48,51.5N"', b'exif:Contrast="0"')
LATITUDE = (51.0, 30.0, 12.34)


def _open(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _exif(**tags: Any) -> Image.Exif:
    """Return EXIF with a GPS position, a maker's note and words in several scripts."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "Maker", "Model 7", "Zoë"
    exif.get_ifd(EXIF_IFD)[0x9003] = "1957:05:01 10:00:00"
    exif.get_ifd(EXIF_IFD)[MAKER_NOTE] = b"maker's own bytes" * 5
    exif.get_ifd(GPS).update({1: "N", 2: LATITUDE, 3: "E", 4: LATITUDE})
    for tag, value in tags.items():
        exif[int(tag.removeprefix("tag_"))] = value
    return exif


def _place_left(data: bytes) -> bool:
    """Tell whether a file still names the place, by what a reader of EXIF sees and by its very bytes."""
    image = _open(data)
    rational = struct.pack("<II", 1234, 100), struct.pack(">II", 1234, 100)
    texts = [str(value) for value in image.info.values()]
    return bool(
        image.getexif().get_ifd(GPS)
        or b"GPS" in data
        or any(number in data for number in rational)
        or any("GPS" in text for text in texts)
    )


@pytest.mark.parametrize("mime", FILES)
def test_the_six_kinds_are_told_by_their_first_bytes(mime: str) -> None:
    """A file's kind follows from its content; what is none of the six has no kind."""
    assert sniff(FILES[mime]) == mime
    assert (verify(FILES[mime]).mime, verify(FILES[mime]).width) == (mime, 32 if mime == "image/jpeg" else 8)
    assert all(sniff(data) is None for data in (b"", b"%PDF-1.7", b"<svg/>", b"\x00" * 20, FILES[mime][3:]))


@pytest.mark.parametrize("mime", FILES)
def test_every_kind_comes_in_as_png_or_jpeg(mime: str) -> None:
    """PNG and JPEG come in byte for byte; the other four become PNG with the same pixels."""
    incoming = prepare(FILES[mime])
    if mime in ("image/png", "image/jpeg"):
        assert (incoming.data, incoming.is_changed, incoming.facts.mime) == (FILES[mime], False, mime)
    else:
        assert (incoming.is_changed, incoming.facts.mime) == (True, "image/png")
        assert _open(incoming.data).convert("RGB").tobytes() == _open(FILES[mime]).convert("RGB").tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "I", "CMYK", "LAB", "YCbCr", "F"])
def test_odd_pixels_of_a_tiff_come_in(mode: str) -> None:
    """Bilevel, grey, palette, alpha, 16 bit, CMYK and the rest become a PNG that opens, with alpha if there was any."""
    image = Image.new(mode, (5, 4)) if mode in ("LAB", "I;16", "I", "F") else picture(size=(5, 4), mode=mode)
    incoming = prepare(encoded(image, "TIFF"))
    assert _open(incoming.data).size == (5, 4)
    assert _open(incoming.data).has_transparency_data == (mode in ("RGBA", "LA"))


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bits_of_grey_stay_sixteen(order: str) -> None:
    """A scanner's deep grey, in either byte order, keeps its fine steps."""
    values = [0, 1, 255, 256, 40_000, 65_535]
    mode = "I;16" if order == "<" else "I;16B"
    image = Image.frombytes(mode, (6, 1), struct.pack(f"{order}6H", *values))
    incoming = prepare(encoded(image, "TIFF"))
    assert list(_open(incoming.data).convert("I").get_flattened_data()) == values


def test_a_profile_of_other_colours_does_not_come_along() -> None:
    """A CMYK profile is dropped when CMYK becomes RGB, and an RGB profile is kept."""
    cmyk, rgb = b"\x00" * 16 + b"CMYK" + b"\x00" * 120, b"\x00" * 16 + b"RGB " + b"\x00" * 120
    assert "icc_profile" not in _open(prepare(encoded(picture(mode="CMYK"), "TIFF", icc_profile=cmyk)).data).info
    assert _open(prepare(encoded(picture(), "TIFF", icc_profile=rgb)).data).info["icc_profile"] == rgb
    assert "icc_profile" not in _open(to_png(_open(jpeg(mode="CMYK", icc_profile=cmyk)))).info


def test_transparency_of_a_palette_comes_along() -> None:
    """A GIF with a transparent colour is still transparent there as a PNG."""
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putdata([0, 1])
    incoming = prepare(encoded(image, "GIF", transparency=1))
    assert [pixel[3] for pixel in _open(incoming.data).convert("RGBA").get_flattened_data()] == [255, 0]


def test_the_first_frame_of_an_animation_is_taken() -> None:
    """Of an animated GIF or WebP the first picture comes in, and only that."""
    first, second = Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")
    for kind, options in (("GIF", {}), ("WEBP", {"lossless": True})):
        data = encoded(first, kind, save_all=True, append_images=[second], duration=50, **options)
        image = _open(prepare(data).data)
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_one_pixel_is_an_image() -> None:
    """The smallest picture of each kind comes in and can be made small."""
    for kind in ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"):
        data = prepare(encoded(Image.new("L", (1, 1)), kind)).data
        assert _open(shrink(data, 384)).size == (1, 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_picture_comes_in_upright(kind: str, orientation: int) -> None:
    """The EXIF orientation is applied to the pixels once, and no reader turns them again."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = Image.new("RGB", (16, 8), "white")
    image.paste("black", (0, 0, 8, 4))
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    incoming = prepare(encoded(image, kind, exif=exif, **options))
    upright = _open(incoming.data).convert("L")
    assert incoming.is_changed
    assert upright.size == ((8, 16) if orientation >= 5 else (16, 8)) == (incoming.facts.width, incoming.facts.height)
    assert _open(incoming.data).getexif().get(ORIENTATION, 1) == 1
    dark = [[upright.getpixel((x, y)) < 128 for x in (1, upright.width - 2)] for y in (1, upright.height - 2)]
    corners = {2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    row, column = corners[orientation]
    assert dark[row][column]
    assert sum(map(sum, dark)) == 1


@pytest.mark.parametrize("orientation", [0, 1, 9, 65_535])
def test_an_orientation_that_says_nothing_changes_nothing(orientation: int) -> None:
    """Upright and impossible orientations leave the file as it is."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for data in (png(exif=exif), jpeg(exif=exif)):
        assert prepare(data).data == data


def test_a_position_is_cut_out_of_a_jpeg_and_nothing_else() -> None:
    """GPS goes from EXIF; date, words, maker's note, other segments and every pixel byte stay."""
    data = jpeg(exif=_exif(), icc_profile=b"p" * 200, comment=b"a comment")
    incoming = prepare(data)
    assert _open(data).getexif().get_ifd(GPS)
    assert incoming.is_changed
    assert not _place_left(incoming.data)
    before, after = _open(data).getexif(), _open(incoming.data).getexif()
    assert dict(after).items() >= {0x010F: "Maker", 0x0110: "Model 7", 0x013B: before[0x013B]}.items()
    assert dict(after.get_ifd(EXIF_IFD)) == dict(before.get_ifd(EXIF_IFD))
    assert _without_exif(incoming.data) == _without_exif(data)


def test_a_position_is_cut_out_of_a_png_and_nothing_else() -> None:
    """GPS goes from the eXIf chunk; its other entries and every other chunk stay byte for byte."""
    data = with_chunk(png(exif=_exif(), icc_profile=b"p" * 200), b"caBX", b"credentials")
    incoming = prepare(data)
    assert not _place_left(incoming.data)
    assert _open(incoming.data).getexif().get_ifd(EXIF_IFD)[MAKER_NOTE] == b"maker's own bytes" * 5
    kept = [chunk for chunk in chunks(incoming.data) if chunk[0] != "eXIf"]
    assert kept == [chunk for chunk in chunks(data) if chunk[0] != "eXIf"]


def _without_exif(data: bytes) -> bytes:
    exif = next(s for s in jpeg_segments(data) if data.startswith(b"Exif", s.payload))
    return data[: exif.start] + data[exif.end :]


@pytest.mark.parametrize("order", [b"II", b"MM"])
def test_only_a_position_leaves_no_exif_at_all(order: bytes) -> None:
    """An EXIF block that held nothing but a position is gone with it, in either byte order."""
    mark = "<" if order == b"II" else ">"
    entry = struct.pack(f"{mark}HHII", GPS, 4, 1, 26)
    gps = struct.pack(f"{mark}HHHII", 1, 2, 5, 1, 44) + bytes(4) + struct.pack(f"{mark}II", 1234, 100)
    block = order + struct.pack(f"{mark}HIH", 42, 8, 1) + entry + bytes(4) + gps
    for data in (png(exif=b"Exif\x00\x00" + block), jpeg(exif=b"Exif\x00\x00" + block)):
        assert _open(data).getexif().get_ifd(GPS)
        clean = prepare(data).data
        assert not _place_left(clean)
        assert "exif" not in _open(clean).info


def test_a_position_goes_when_the_picture_has_to_be_turned_or_converted() -> None:
    """Where a file is written anew the position is left out too, and the rest of its EXIF is kept."""
    turned = _exif(tag_274=6)
    for data in (
        jpeg(exif=turned, xmp=XMP_PLACE),
        png(exif=turned),
        encoded(picture(), "WEBP", exif=_exif(), xmp=XMP_PLACE),
        encoded(picture(), "TIFF", exif=_exif(tag_700=XMP_PLACE)),
    ):
        clean = prepare(data).data
        assert not _place_left(clean)
        assert _open(clean).getexif()[0x010F] == "Maker"


def test_the_layout_of_a_tiff_does_not_become_exif_of_a_png() -> None:
    """Where a TIFF's strips lay says nothing about a PNG, and is left out."""
    exif = _open(prepare(encoded(picture(), "TIFF", tiffinfo={270: "A plate"})).data).getexif()
    assert exif[270] == "A plate"
    assert not exif.keys() & {256, 257, 258, 259, 262, 273, 277, 278, 279, 284}


def _app1(payload: bytes) -> bytes:
    data = jpeg()
    return data[:2] + jpeg_segment(0xE1, payload) + data[2:]


XMP, XMP_MORE = b"http://ns.adobe.com/xap/1.0/\x00", b"http://ns.adobe.com/xmp/extension/\x00" + b"g" * 32 + bytes(8)
HEX_PLACE = b"\nxmp\n      %d\n" % len(XMP_PLACE) + XMP_PLACE.hex().encode()
HEX_EXIF = b"\nexif\n      %d\n" % len(_exif().tobytes()) + _exif().tobytes().hex().encode()


@pytest.mark.parametrize(
    "data",
    [
        _app1(XMP + XMP_PLACE),
        _app1(XMP + XMP_PLACE.replace(b"GPSLatitude", b"GPSDestLatitude")),
        _app1(XMP_MORE + XMP_PLACE),
        with_chunk(png(), b"iTXt", itxt("XML:com.adobe.xmp", XMP_PLACE)),
        with_chunk(png(), b"iTXt", itxt("XML:com.adobe.xmp", XMP_PLACE, is_compressed=True)),
        with_chunk(png(), b"zTXt", b"Raw profile type xmp\x00\x00" + zlib.compress(HEX_PLACE)),
        with_chunk(png(), b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(HEX_EXIF)),
        with_chunk(png(), b"tEXt", b"Raw profile type APP1\x00" + HEX_EXIF),
    ],
    ids=["xmp", "xmp destination", "xmp extension", "itxt", "compressed itxt", "raw xmp", "raw exif", "raw app1"],
)
def test_a_position_in_other_hiding_places_goes_too(data: bytes) -> None:
    """XMP and the profiles that other tools write as text are searched, compressed or not; the pixels stay."""
    clean = prepare(data).data
    assert clean == (jpeg() if sniff(data) == "image/jpeg" else png())


def test_an_extension_of_xmp_goes_when_the_word_lies_across_two_segments() -> None:
    """A long XMP is searched as one text."""
    data = jpeg()
    at = XMP_PLACE.index(b"GPS") + 2
    pieces = b"".join(jpeg_segment(0xE1, XMP_MORE + part) for part in (XMP_PLACE[:at], XMP_PLACE[at:]))
    assert prepare(data[:2] + pieces + data[2:]).data == data


@pytest.mark.parametrize(
    "data",
    [
        _app1(XMP + XMP_PLAIN),
        with_chunk(png(), b"iTXt", itxt("XML:com.adobe.xmp", XMP_PLAIN)),
        with_chunk(png(), b"tEXt", b"Comment\x00GPS receivers of 1990"),
        with_chunk(png(), b"tEXt", b"prompt\x00a GPS receiver"),
        _app1(b"Exif\x00\x00" + b"II*\x00\x08\x00\x00\x00"),
        _app1(b"Exif\x00\x00"),
        _app1(b"Exif\x00\x00" + b"not exif at all"),
    ],
    ids=["xmp", "itxt", "comment", "prompt", "exif without directory", "empty exif", "no exif"],
)
def test_a_file_without_a_position_is_not_touched(data: bytes) -> None:
    """Words about GPS in a prompt, plain XMP and broken EXIF are no position; the file stays byte for byte."""
    assert prepare(data).data == data


@given(st.binary(max_size=120), st.sampled_from([b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"]))
@pytest.mark.filterwarnings("ignore")  # what Pillow says when the test itself looks
def test_any_exif_at_all_ends_without_a_position(noise: bytes, start: bytes) -> None:
    """However broken an EXIF block is, the picture comes in, and no reader finds a position in what is stored."""
    clean = prepare(with_chunk(png(), b"eXIf", start + noise)).data
    assert _open(clean).tobytes() == picture().tobytes()
    with contextlib.suppress(SyntaxError, OSError, ValueError, struct.error):  # Pillow's own trouble with such a block
        found = Image.open(io.BytesIO(clean)).getexif().get_ifd(GPS)
        assert not found


def test_too_many_pixels_are_refused_from_the_header() -> None:
    """A tiny file that claims gigapixels is refused for that, without the memory that decoding would take."""
    messages = together(refuse_bombs_with_little_memory, [()])[0]
    assert messages.keys() == header_bombs().keys()
    assert {len(answers) for answers in messages.values()} == {3}
    assert all("megapixels" in message for answers in messages.values() for message in answers)


def test_a_hundred_megapixels_are_the_limit() -> None:
    """Exactly 100 megapixels are taken, one row more is not: told by the header of a PNG."""
    row = png_chunk(b"IDAT", zlib.compress(b"")) + png_chunk(b"IEND", b"")
    for height, is_taken in ((10_000, True), (10_001, False)):
        ihdr = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 10_000, height, 1, 0, 0, 0, 0))
        data = png()[:8] + ihdr + row
        if is_taken:
            assert verify(data).height == height
        else:
            with pytest.raises(InvalidImageError, match="100 megapixels"):
                verify(data)


@pytest.mark.parametrize("mime", FILES)
def test_a_file_cut_short_anywhere_is_refused(mime: str) -> None:
    """Whatever is missing at the end of a file, a piece of it is never taken for the whole."""
    data = FILES[mime]
    spare = {"image/gif": 2, "image/webp": 1}.get(mime, 0)  # a GIF's end marks and WebP's padding hold no pixel
    whole = len(data) - spare
    for length in {*range(0, whole, max(1, whole // 97)), *range(whole - 20, whole)}:
        with pytest.raises(InvalidImageError):
            prepare(data[:length])


def test_a_flipped_bit_in_a_png_is_noticed() -> None:
    """A PNG is checked by its checksums wherever the damage is."""
    data = png()
    for at in range(8, len(data)):
        damaged = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for check in (verify, prepare):
            with pytest.raises(InvalidImageError):
                check(damaged)


@given(st.binary(max_size=300), st.sampled_from([b"", *(data[:40] for data in FILES.values())]))
def test_no_bytes_at_all_do_more_than_be_refused(noise: bytes, start: bytes) -> None:
    """Random bytes, also behind a good beginning, end in an image or in the one error, never in another."""
    for check in (verify, prepare, lambda data: shrink(data, 20)):
        assert refusal(lambda check=check: check(start + noise))[-1:] in ("", ".")


def test_texts_that_unfold_to_megabytes_do_not_keep_a_picture_out() -> None:
    """A PNG with a compression bomb, or with very long texts of other programs, is still a picture."""
    bomb = zlib.compress(bytes(50_000_000), 9)
    for kind, payload in (
        (b"zTXt", b"workflow\x00\x00" + bomb),
        (b"iTXt", b"throughline\x00\x01\x00\x00\x00" + bomb),
        (b"iTXt", itxt("throughline", b"x" * 5_000_000)),
        (b"zTXt", b"Comment\x00\x00not compressed at all"),
    ):
        data = with_chunk(png(), kind, payload)
        assert prepare(data).facts.width == 8
        assert _open(shrink(data, 4)).size == (4, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_png_can_be_made_small(mode: str) -> None:
    """A thumbnail is a WebP within the edge, of the same shape, never larger than the picture."""
    image = Image.new(mode, (200, 100)) if mode == "I;16" else picture(size=(200, 100), mode=mode)
    small = _open(shrink(encoded(image, "PNG"), 50))
    assert (small.format, small.size) == ("WEBP", (50, 25))
    assert _open(shrink(encoded(image, "PNG"), 5000)).size == (200, 100)


def test_a_thumbnail_keeps_transparency_and_sixteen_bit_greys() -> None:
    """What is transparent stays so, and middle grey of 16 bits stays middle grey."""
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    assert _open(shrink(encoded(clear, "PNG"), 5)).convert("RGBA").getpixel((2, 2))[3] == 0
    grey = Image.frombytes("I;16", (4, 4), struct.pack("<H", 32_768) * 16)
    assert abs(_open(shrink(encoded(grey, "PNG"), 4)).convert("L").getpixel((1, 1)) - 128) < 4


def test_a_very_long_strip_can_be_made_small() -> None:
    """A picture a thousand times as wide as high keeps at least one row."""
    assert _open(shrink(encoded(Image.new("RGB", (20_000, 3)), "PNG"), 384)).size == (384, 1)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_jpeg_comes_in_and_can_be_made_small(mode: str) -> None:
    """Grey, colour and CMYK JPEGs are stored as they are and shown small."""
    data = jpeg(size=(400, 200), mode=mode)
    assert prepare(data).data == data
    assert _open(shrink(data, 100)).size == (100, 50)
