"""What Google's public notebook on consistent imagery does with a folder, said again in a few lines of ours.

It writes every picture as a PNG whose text `source_ids` joins the ids of its sources with line breaks and whose text
`prompt` is the prompt, named by its id; it reads every `*.png` of a folder back, ids being the files' stems.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo


@dataclass(frozen=True)
class NotebookAsset:
    """One picture as the notebook knows it."""

    source_ids: tuple[str, ...]
    prompt: str
    pixels: bytes


def write(folder: Path, asset_id: str, source_ids: tuple[str, ...], prompt: str, image: Image.Image) -> None:
    """Save a picture as the notebook saves it."""
    folder.mkdir(parents=True, exist_ok=True)
    info = PngInfo()
    info.add_text("source_ids", "\n".join(source_ids))
    info.add_text("prompt", prompt)
    image.save(folder / f"{asset_id}.png", pnginfo=info)


def load(folder: Path) -> dict[str, NotebookAsset]:
    """Read a folder as the notebook reads it."""
    found = {}
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as image:
            image.load()
            source_ids = image.info.get("source_ids", "")
            ids = tuple(source_ids.split("\n")) if source_ids else ()
            found[path.stem] = NotebookAsset(ids, image.info.get("prompt", ""), image.convert("RGB").tobytes())
    return found
