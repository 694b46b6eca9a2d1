"""Small pictures, projects and recipes that the tests of files and folders share."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

from core.images.containers import png_chunk, png_chunks
from core.models.asset import Asset, EngineName, GenerationSettings, Kind, Recipe, Result, Role, Source
from core.models.story import Step, StepSource
from core.store.importing import image_files, import_files
from core.store.index import AssetIndex
from core.store.workspace import Workspace

GPS_EXIF_TAG = 0x8825


def picture(seed: int = 0, size: tuple[int, int] = (8, 6), mode: str = "RGB") -> Image.Image:
    """Return a picture of noise: another one for every seed."""
    width, height = size
    noise = b"".join(hashlib.sha256(f"{seed}-{at}".encode()).digest() for at in range(width * height * 3 // 32 + 1))
    return Image.frombytes("RGB", size, noise[: width * height * 3]).convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture as a file of a kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(seed: int = 0, size: tuple[int, int] = (8, 6), mode: str = "RGB", **options: Any) -> bytes:
    """Return a PNG file."""
    return encoded(picture(seed, size, mode), "PNG", **options)


def jpeg(seed: int = 0, size: tuple[int, int] = (32, 24), mode: str = "RGB", **options: Any) -> bytes:
    """Return a JPEG file."""
    return encoded(picture(seed, size, mode), "JPEG", **options)


def chunks(data: bytes) -> list[tuple[str, bytes]]:
    """Return the chunks of a PNG as (type, payload)."""
    return [(chunk.kind, data[chunk.payload : chunk.payload_end]) for chunk in png_chunks(data)]


def with_chunk(data: bytes, kind: bytes, payload: bytes) -> bytes:
    """Return a PNG with one chunk more, right after IHDR."""
    end = next(png_chunks(data)).end
    return data[:end] + png_chunk(kind, payload) + data[end:]


def itxt(key: str, text: bytes, is_compressed: bool = False) -> bytes:
    """Return the payload of an iTXt chunk."""
    flag = b"\x01" if is_compressed else b"\x00"
    return key.encode() + b"\x00" + flag + b"\x00\x00\x00" + (zlib.compress(text) if is_compressed else text)


def header_bombs() -> dict[str, bytes]:
    """Return tiny files of each kind whose headers claim far more than 100 megapixels."""
    side = 60_000
    whole_png = png()
    ihdr = struct.pack(">II", side, side) + whole_png[24:29]
    bombs = {"png": whole_png[:8] + png_chunk(b"IHDR", ihdr) + whole_png[33:]}
    whole_jpeg = jpeg()
    frame = whole_jpeg.index(b"\xff\xc0")
    bombs["jpg"] = whole_jpeg[: frame + 5] + struct.pack(">HH", side, side) + whole_jpeg[frame + 9 :]
    gif = bytearray(encoded(picture(mode="P"), "GIF"))
    gif[6:10] = struct.pack("<HH", side, side)
    bombs["gif"] = bytes(gif)
    bmp = bytearray(encoded(picture(), "BMP"))
    bmp[18:26] = struct.pack("<ii", side, side)
    bombs["bmp"] = bytes(bmp)
    webp = bytearray(encoded(picture(), "WEBP", lossless=True))
    at = webp.index(b"VP8L") + 9
    (bits,) = struct.unpack_from("<I", webp, at)
    webp[at : at + 4] = struct.pack("<I", (bits & ~0xFFFFFFF) | 16_382 << 14 | 16_382)
    bombs["webp"] = bytes(webp)
    tiff = bytearray(encoded(picture(), "TIFF"))
    (start,) = struct.unpack_from("<I", tiff, 4)
    for entry in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", tiff, start)[0], 12):
        tag, kind = struct.unpack_from("<HH", tiff, entry)
        if tag in (256, 257):
            tiff[entry + 8 : entry + 12] = struct.pack("<I" if kind == 4 else "<Hxx", side)
    bombs["tif"] = bytes(tiff)
    return bombs


def open_project(folder: Path, home: Path | None = None) -> Workspace:
    """Open a project with an index of its own home beside it."""
    home = home or folder.parent / "home"
    return Workspace.open(folder, AssetIndex(home), home / "thumbnails")


def recipe(prompt: str = "a robot", *sources: Asset, **more: Any) -> Recipe:
    """Return a recipe made from assets."""
    named = tuple(
        Source(asset_id=asset.id, role=Role.CHARACTER, digest=asset.digest, name=asset.id) for asset in sources
    )
    values: dict[str, Any] = {
        "kind": Kind.SCENE,
        "prompt": prompt,
        "composed": prompt,
        "sources": named,
        "engine": EngineName.DRAFT,
        "model": "draft-1",
        "settings": GenerationSettings(aspect_ratio="16:9", seed=7),
        **more,
    }
    return Recipe(**values)


def keep(workspace: Workspace, stem: str, seed: int = 0, *sources: Asset, **more: Any) -> Asset:
    """Save a PNG of a seed with a recipe."""
    return workspace.save(recipe(f"picture of {stem}", *sources, **more), Result(cost_usd=0.01), png(seed), stem)


def files(folder: Path) -> list[str]:
    """Return the names of all files below a folder, the lock left out."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != ".lock")


def attempt(**more: Any) -> dict[str, Any]:
    """Return what the ledger is told of an attempt before its call."""
    return {
        "project": "0-1-2",
        "project_title": "Robots",
        "user": "local",
        "run": "run-1",
        "runner": "runner-1",
        "story": "story",
        "step": "valley",
        "fingerprint": "f" * 64,
        "engine": "gemini",
        "model": "model-1",
        **more,
    }


def ids(workspace: Workspace) -> list[str]:
    """Return the ids of a project's assets, by name."""
    return sorted(asset.id for asset in workspace.assets())


def rebuilt(workspace: Workspace) -> list[Asset]:
    """Return what another index, made from a project's files alone, says."""
    return open_project(workspace.folder, workspace.folder.parent / "another home").assets()


def made_elsewhere(workspace: Workspace, stem: str, seed: int) -> Path:
    """Return the file of an asset made in another project."""
    other = open_project(workspace.folder.parent / f"other {seed}")
    return other.path(keep(other, stem, seed))


def bring_in(workspace: Workspace, *paths: Path) -> dict[str, Asset]:
    """Import files or folders that must all be good; return the assets by file name."""
    done = import_files(workspace, image_files(paths))
    assert [item.error for item in done if item.error] == []
    return {item.path.name: item.asset for item in done if item.asset}


def scene(name: str, *sources: str) -> Step:
    """Return a scene that is made from these, with a prompt of its name."""
    return Step(
        id=name, kind=Kind.SCENE, prompt=f"- {name}", sources=tuple(StepSource(id=source) for source in sources)
    )
