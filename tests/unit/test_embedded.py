"""Format 1 inside image files: where the recipe stands, that it comes back, and that nothing else is touched."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from core.errors import CorruptAssetError, InvalidImageError
from core.images.containers import jpeg_segment, jpeg_segments, png_chunk
from core.models.asset import EngineName, GenerationSettings, Kind, Recipe, Result, Role, Source
from core.store import embedded
from core.store.documents import from_json, to_json
from tests.samples import chunks, itxt, jpeg, picture, png, recipe, with_chunk

# what pydantic takes as text: anything but half a surrogate pair
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
DOCUMENT = to_json(recipe(), Result())


def _embedded(data: bytes, document: str = DOCUMENT, prompt: str = "", sources: tuple[str, ...] = ()) -> bytes:
    return b"".join(embedded.embed(data, document, prompt, sources))


def test_our_chunks_stand_right_after_the_header() -> None:
    """A PNG begins IHDR, prompt, source_ids, throughline; what followed IHDR follows them, byte for byte."""
    data = png()
    held = _embedded(data, prompt="a robot", sources=("a", "b"))
    assert chunks(held)[0] == chunks(data)[0]
    assert chunks(held)[1:4] == [
        ("iTXt", b"prompt\x00\x00\x00\x00\x00a robot"),
        ("iTXt", b"source_ids\x00\x00\x00\x00\x00a\nb"),
        ("iTXt", b"throughline\x00\x00\x00\x00\x00" + DOCUMENT.encode()),
    ]
    assert chunks(held)[4:] == chunks(data)[1:]
    assert held.startswith(data[:33])
    assert held.endswith(data[33:])


def test_a_foreign_prompt_is_kept_and_only_the_recipe_is_added() -> None:
    """A PNG that came with a prompt of its own gains one chunk, and a reader finds the prompt it came with."""
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", "their words")
    data = png(pnginfo=info)
    held = _embedded(data, prompt="our words", sources=("a",))
    assert [kind for kind, _ in chunks(held)] == ["IHDR", "iTXt", "tEXt", "IDAT", "IEND"]
    assert Image.open(io.BytesIO(held)).info["prompt"] == "their words"
    assert embedded.read(held).prompt == "their words"
    assert embedded.strip(held) == data


@pytest.mark.parametrize("prompt", ["their words", "他们的话"])
@pytest.mark.parametrize("place", ["first", "last"])
def test_foreign_texts_are_no_part_of_ours_wherever_they_stand(prompt: str, place: str) -> None:
    """The notebook's chunks, as tEXt or iTXt, before or after ours, survive embedding and stripping."""
    info = PngImagePlugin.PngInfo()
    info.add_text("source_ids", "x\ny")
    info.add_text("prompt", prompt)
    data = png(pnginfo=info)
    if place == "last":
        at = data.index(b"IDAT") - 4
        end = data.index(b"IEND") - 4
        data = data[:33] + data[at:end] + data[33:at] + data[end:]
    held = _embedded(data, prompt="ours", sources=("z",))
    assert embedded.strip(held) == data
    assert (embedded.read(held).prompt, embedded.read(held).source_ids) == (prompt, ("x", "y"))
    assert embedded.read(held).document == DOCUMENT


@given(prompt=TEXTS, ids=st.lists(st.text("abc機-", min_size=1, max_size=9), max_size=4), seed=st.integers(0, 3))
@example(prompt="", ids=[], seed=0)
@example(prompt="a\x00b\r\n\tc\x7f\u2028", ids=["a"], seed=1)
@example(prompt="\U0001f916" * 250_000, ids=["a", "b"], seed=2)
def test_any_recipe_travels_and_the_file_comes_back(prompt: str, ids: list[str], seed: int) -> None:
    """Whatever was typed comes back from PNG and JPEG alike, and stripping gives the very bytes there were."""
    made = Recipe(
        kind=Kind.SCENE,
        prompt=prompt,
        composed=prompt,
        sources=tuple(Source(asset_id=source_id, role=Role.SCENE) for source_id in ids),
    )
    result = Result(text=prompt, warnings=(prompt[:100],))
    for data in (png(seed), jpeg(seed)):
        held = _embedded(data, to_json(made, result), prompt, tuple(ids))
        assert embedded.strip(held) == data
        assert embedded.strip(data) == data
        notes = embedded.read(held)
        assert from_json(str(notes.document)) == (made, result)
    held = _embedded(png(seed), to_json(made, result), prompt, tuple(ids))
    notes = embedded.read(held)
    assert (notes.prompt, notes.source_ids) == (prompt, tuple(ids))
    info = Image.open(io.BytesIO(held)).info
    assert (info["prompt"], info["source_ids"]) == (prompt, "\n".join(ids))


def test_half_a_character_does_not_stop_a_save() -> None:
    """A lone surrogate, as broken editors paste it, becomes a question mark in the notebook's prompt."""
    held = _embedded(png(), prompt="a\ud800b")
    assert embedded.read(held).prompt == "a?b"


def test_the_digest_is_that_of_the_file_without_our_chunks() -> None:
    """Two recipes in one picture make two files and one digest, the sha256 of the bare file."""
    for data in (png(), jpeg()):
        digests = {
            hashlib.sha256(embedded.strip(_embedded(data, to_json(recipe(words), Result()), words))).hexdigest()
            for words in ("one", "two")
        }
        assert digests == {hashlib.sha256(data).hexdigest()}


def test_a_file_embedded_twice_is_stripped_of_both() -> None:
    """Stripping leaves nothing of ours, so stripping again changes nothing and the digest is one."""
    for data in (png(), jpeg()):
        twice = _embedded(_embedded(data))
        assert embedded.strip(twice) == data


def test_what_is_not_ours_is_not_touched() -> None:
    """Colour profile, EXIF, content credentials, unknown chunks and trailing bytes survive, and so do the pixels."""
    data = png(icc_profile=b"profile" * 30, exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")
    data = with_chunk(with_chunk(data, b"caBX", b"credentials"), b"prVt", b"\x00\x01") + b"trailing bytes"
    held = _embedded(data)
    assert [item for item in chunks(held) if b"throughline" not in item[1][:11]][3:] == chunks(data)[1:]
    assert embedded.strip(held) == data
    assert Image.open(io.BytesIO(held)).tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_jpeg_segments_stand_after_jfif_and_exif() -> None:
    """JFIF and EXIF stay first, then our APP15 segments, then everything else as it was."""
    data = jpeg(exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00", icc_profile=b"p" * 200)
    held = _embedded(data)
    kinds = [segment.kind for segment in jpeg_segments(held)]
    assert kinds[:4] == ["E0", "E1", "EF", "E2"]
    assert kinds[3:] == [segment.kind for segment in jpeg_segments(data)][2:]
    assert Image.open(io.BytesIO(held)).tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_a_long_recipe_is_split_over_segments() -> None:
    """Each segment says its number and the count of all, and holds at most 60 KB."""
    document = to_json(recipe("x" * 150_000), Result())
    held = _embedded(jpeg(), document)
    ours = [held[s.payload : s.payload_end] for s in jpeg_segments(held) if s.kind == "EF"]
    assert [struct.unpack_from(">HH", payload, 12) for payload in ours] == [(n, len(ours)) for n in range(1, 6)]
    assert all(payload.startswith(b"throughline\x00") and len(payload) <= 16 + 60 * 1024 for payload in ours)
    assert embedded.read(held).document == document


def test_a_lost_segment_means_no_recipe() -> None:
    """Half a recipe is not read as one; the picture is still there."""
    data = jpeg()
    held = _embedded(data, to_json(recipe("x" * 150_000), Result()))
    first = next(segment for segment in jpeg_segments(held) if segment.kind == "EF")
    cut = held[: first.start] + held[first.end :]
    assert embedded.read(cut).document is None
    assert embedded.strip(cut) == data


HOSTILE_DOCUMENTS = {
    "no json": "{",
    "no object": "[]",
    "empty": "",
    "null": "null",
    "deep": "[" * 100_000,
    "deep object": '{"format":' * 100_000,
    "newer": '{"format": 2, "recipe": {}, "result": {}}',
    "infinite": '{"format": Infinity, "recipe": {}, "result": {}}',
    "nan": '{"format": NaN, "recipe": {}, "result": {}}',
    "text": '{"format": "x", "recipe": {}, "result": {}}',
    "digits": '{"format": ' + "9" * 10_000 + "}",
    "no recipe": '{"format": 1}',
    "wrong kind": '{"format": 1, "recipe": {"kind": "weapon"}, "result": {}}',
    "no attempt": '{"format": 1, "recipe": {"kind": "scene", "attempt": 0}, "result": {}}',
    "infinite cost": '{"format": 1, "recipe": {"kind": "scene"}, "result": {"cost_usd": Infinity}}',
    "huge": "x" * 20_000_000,
}


@pytest.mark.parametrize("name", HOSTILE_DOCUMENTS)
def test_a_hostile_document_is_a_clear_error_and_no_more(name: str) -> None:
    """Whatever stands where a recipe should be, reading it ends in one error type, and the picture opens."""
    text = HOSTILE_DOCUMENTS[name]
    with pytest.raises(CorruptAssetError):
        from_json(text)
    held = with_chunk(png(), b"iTXt", itxt("throughline", text.encode()))
    assert embedded.read(held).document == text
    assert embedded.strip(held) == png()
    assert Image.open(io.BytesIO(held)).size == (8, 6)


def test_a_document_of_a_newer_version_asks_for_an_update() -> None:
    """A person with an old Throughline learns what to do, not that the file is damaged."""
    with pytest.raises(CorruptAssetError, match="Update Throughline"):
        from_json('{"format": 2}')


def test_half_a_character_in_a_document_becomes_a_question_mark() -> None:
    """A lone surrogate, which no database or terminal takes, is replaced when a recipe is made or read."""
    text = '{"format": 1, "recipe": {"kind": "scene", "prompt": "a\\ud800", "step": "\\udfff"}, "result": {}}'
    read, _ = from_json(text)
    assert (read.prompt, read.step) == ("a?", "?")
    assert Recipe(kind=Kind.SCENE, prompt="a\ud800").fingerprint == Recipe(kind=Kind.SCENE, prompt="a?").fingerprint


def test_a_document_with_more_than_we_know_is_read() -> None:
    """A field added within format 1 does not stop an older version."""
    document = json.loads(DOCUMENT)
    document["recipe"]["mood"] = "calm"
    document["extra"] = [1]
    assert from_json(json.dumps(document))[0] == recipe()


@pytest.mark.parametrize(
    "payload",
    [
        b"throughline",
        b"throughline\x00",
        b"throughline\x00\x01",
        b"throughline\x00\x01\x00\x00",
        b"throughline\x00\x00\x00\x00\xff\xff\xff",
        b"\x00" * 90,
        b"",
    ],
)
def test_a_maimed_text_chunk_is_no_trap(payload: bytes) -> None:
    """Chunks cut short, or without their separators, are read as something or as nothing."""
    for kind in (b"iTXt", b"tEXt", b"zTXt"):
        data = with_chunk(png(), kind, payload)
        embedded.read(data)
        assert embedded.strip(_embedded(embedded.strip(data))) == embedded.strip(data)


@pytest.mark.parametrize("payload", [b"throughline\x00" + rest for rest in (b"", b"\x00\x01", b"\x00\x01\x00\x01")])
def test_a_maimed_segment_is_no_trap(payload: bytes) -> None:
    """A segment of our name without its numbers holds no recipe, even as the last thing of a file."""
    data = jpeg()
    maimed = data[:2] + jpeg_segment(0xEF, payload) + data[2:]
    assert embedded.read(maimed).document is None
    assert embedded.strip(maimed) == data
    for broken in (data[:2] + jpeg_segment(0xEF, payload), data[:2] + b"\xff\xef\x00\x02throughline\x00"):
        with pytest.raises(CorruptAssetError):
            embedded.read(broken)


def test_a_compressed_foreign_prompt_is_read_and_a_bomb_is_not() -> None:
    """A prompt in compressed form is read; one that unfolds to a hundred megabytes is passed over."""
    bomb = zlib.compress(bytes(100_000_000), 9)
    small = b"prompt\x00\x00" + zlib.compress(b"folded")
    assert embedded.read(with_chunk(png(), b"zTXt", small)).prompt == "folded"
    assert embedded.read(with_chunk(png(), b"iTXt", itxt("prompt", b"folded", is_compressed=True))).prompt == "folded"
    assert embedded.read(with_chunk(png(), b"zTXt", b"prompt\x00\x00" + bomb)).prompt is None
    assert embedded.read(with_chunk(png(), b"iTXt", b"prompt\x00\x01\x00\x00\x00" + bomb)).prompt is None


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x89PNG\r\n\x1a\n")
@example(b"\xff\xd8\xff")
@example(b"\xff\xd8" + b"\xff\xe0\x00\x00" * 20)
@example(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IEND", b""))
def test_bytes_that_are_no_picture_end_in_one_error(data: bytes) -> None:
    """Reading and stripping any bytes at all ends, and only with the error that belongs to it."""
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8"):
        with_start = start + data
        try:
            embedded.strip(with_start)
        except InvalidImageError:
            with pytest.raises(CorruptAssetError):
                embedded.read(with_start)


def _fingerprinted(**changes: Any) -> Recipe:
    values: dict[str, Any] = {
        "kind": Kind.SCENE,
        "name": "Valley",
        "prompt": "typed",
        "composed": "- Image 1: Robot.\ntyped 山",
        "sources": (
            Source(asset_id="robot", role=Role.CHARACTER, digest="aa", name="Robot"),
            Source(asset_id="mountains", role=Role.BACKGROUND, digest="bb"),
        ),
        "engine": EngineName.GEMINI,
        "model": "model-1",
        "settings": GenerationSettings(aspect_ratio="16:9", temperature=0.5, seed=3),
        "attempt": 2,
        "story": "story",
        "step": "valley",
    }
    return Recipe(**{**values, **changes})


def test_the_fingerprints_canonical_form_is_fixed() -> None:
    """These values are in files and indexes everywhere: a changed canonical form needs a new version number."""
    assert _fingerprinted().fingerprint == "f97c53376091efe99a5bc7b79757d363f003daea995459a42955a6af8185d8c0"
    assert _fingerprinted().plan == "0229727ee30c5c6a20edb40d318f56b9ee5d653eefb4f073fa683b58453e8271"
    assert Recipe(kind=Kind.ARCHIVE).fingerprint == "04e79d9ffd0e8f5b62b7b6e2cc9c9063bd8d28160855f19cf0652512716ab887"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": Kind.CHARACTER_SHEET},
        {"composed": "other"},
        {"sources": _fingerprinted().sources[::-1]},
        {"sources": _fingerprinted().sources[:1]},
        {"engine": EngineName.DRAFT},
        {"engine": None},
        {"model": "model-2"},
        {"settings": GenerationSettings(aspect_ratio="16:9", temperature=0.5)},
        {"settings": GenerationSettings(aspect_ratio="16:9", temperature=0.5, seed=0)},
    ],
    ids=str,
)
def test_what_decides_the_image_decides_the_fingerprint(change: dict[str, Any]) -> None:
    """Kind, composed prompt, ordered sources, engine, model and settings each make another fingerprint and plan."""
    assert _fingerprinted(**change).fingerprint != _fingerprinted().fingerprint
    assert _fingerprinted(**change).plan != _fingerprinted().plan


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"prompt": "typed otherwise"},
        {"story": "x"},
        {"step": "y"},
        {"sources": tuple(s.model_copy(update={"asset_id": s.asset_id + "-v2"}) for s in _fingerprinted().sources)},
    ],
    ids=str,
)
def test_names_and_places_do_not_decide_the_fingerprint(change: dict[str, Any]) -> None:
    """The same picture under another name, id, story or step is the same picture."""
    assert _fingerprinted(**change).fingerprint == _fingerprinted().fingerprint


def test_another_attempt_has_another_fingerprint_and_the_same_plan() -> None:
    """Every try of one recipe is told apart, and all of them belong to one plan."""
    first, second = _fingerprinted(attempt=1), _fingerprinted(attempt=2)
    assert first.fingerprint != second.fingerprint
    assert first.plan == second.plan


def test_dropping_texts_drops_only_those() -> None:
    """A PNG loses the texts that are named, of all three chunk types, and nothing else."""
    data = png()
    for kind, payload in ((b"tEXt", b"prompt\x00a"), (b"zTXt", b"prompt\x00\x00x"), (b"iTXt", itxt("prompt", b"b"))):
        data = with_chunk(data, kind, payload)
    kept = with_chunk(data, b"tEXt", b"Title\x00t")
    assert embedded.without_texts(kept, frozenset({"prompt"})) == with_chunk(png(), b"tEXt", b"Title\x00t")


def test_pixels_of_every_mode_stay_as_they_are() -> None:
    """Palettes, transparency, one bit and sixteen bits a sample survive a recipe."""
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA"):
        data = png(mode=mode)
        assert Image.open(io.BytesIO(_embedded(data))).tobytes() == picture(mode=mode).tobytes()


@pytest.mark.parametrize(
    ("said", "name", "read"),
    [
        ('"2024-01-01T00:00:00"', "created", datetime(2024, 1, 1, tzinfo=UTC)),
        ('"9999-12-31T23:59:59-14:00"', "created", None),
        ("-3.5", "cost_usd", 0.0),
        ("1e300", "cost_usd", 0.0),
        ("-1", "seconds", 0.0),
        ("1" + "0" * 30, "input_tokens", None),
        ("-7", "output_tokens", None),
        ("7", "output_tokens", 7),
    ],
)
def test_values_that_cannot_be_are_left_out(said: str, name: str, read: object) -> None:
    """A foreign file's moment without a zone is UTC; what no image takes or costs is left out, with a warning."""
    text = '{"format":1,"recipe":{"kind":"scene"},"result":{"' + name + '":' + said + "}}"
    recipe, result = from_json(text)
    assert getattr(result, name) == read
    assert bool(result.warnings) is (read in (None, 0.0))
    assert all(name in warning for warning in result.warnings)
    assert from_json(to_json(recipe, result)) == (recipe, result)
